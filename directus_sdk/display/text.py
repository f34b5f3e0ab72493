"""Cards as plain text, as wide as the printer of IPython says: for terminals, and for notebooks that display no HTML."""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Mapping
from functools import partial
from itertools import accumulate, zip_longest

from directus_sdk.display import values
from directus_sdk.display.card import Card, Grid, drawn, more
from directus_sdk.display.records import name_of, prepare
from directus_sdk.displayed import Displayed
from directus_sdk.redaction import redact

_WIDTHS = (40, 120)
_NARROW, _WIDEST = 6, 40
#: The maximum number of rows, of rows of a description, of columns, and of lines above the tables.
_ROWS, _WHOLE, _COLUMNS, _LINES = 12, 40, 8, 30
#: The maximum size of the lines above the tables, in bytes.
_SIZE = 4_000
#: Stands before a letter of two columns, such as one of Chinese, until the text is complete: so `len` counts columns.
_HALF = "\x1f"


def render(value: Displayed, width: int) -> str:
    """Return an object as lines of text of at most so many columns, or 40 or 120."""
    return drawn(value, partial(_draw, width=min(max(_WIDTHS[0], width), _WIDTHS[1]))).replace(_HALF, "")


def line(value: object) -> str:
    """Return an object as a part of another: its ``repr`` in one line, masked; no more of a list is read than has room."""
    return values.line(value, 100, _spelled)


def _spelled(value: object) -> str:
    if isinstance(value, (list, Mapping)):
        return redact.masked_repr(values.brief(value))
    kind = type(value)
    fields = None if kind.__module__.startswith("directus_sdk.") else values.fields_of(value)  # of a model of the user
    if fields is None:
        return repr(value)
    return f"{kind.__name__}({', '.join(f'{name}={item!r}' for name, item in values.masked(fields).items())})"


def _draw(card: Card, width: int) -> str:
    lines = [part for sentence in (card.title, *card.lines[:_LINES]) for part in _wrapped(values.line(sentence, 600), width)]
    lines += [more(len(card.lines) - _LINES)] if len(card.lines) > _LINES else []
    facts = [
        (values.shorten(_spread(name_of(name)), width // 2), item)
        for name, item in list(values.masked(card.facts).items())[:_LINES]
    ]
    names = max((len(name) for name, _ in facts), default=0)
    for name, item in facts:
        parts = _wrapped(values.text_of(item, 2 * width), width - names - 2) or [""]
        lines += [f"{label.ljust(names)}  {part}".rstrip() for label, part in zip_longest([name], parts, fillvalue="")]
    lines += [more(len(card.facts) - _LINES)] if len(card.facts) > _LINES else []
    sizes = accumulate(len(part.replace(_HALF, "").encode()) for part in lines)
    fitting = [part for part, used in zip(lines, sizes, strict=True) if used < _SIZE]
    lines = [*fitting, f"{more(len(lines) - len(fitting))} lines"] if len(fitting) < len(lines) else lines
    for grid in card.grids:
        lines += _table(grid, width)
    return "\n".join(lines)


def _table(grid: Grid, width: int) -> list[str]:
    rows = prepare(grid, _WHOLE if grid.whole else _ROWS, min(_COLUMNS, width // 10))
    title, caption = _wrapped(values.line(grid.title), width), _wrapped(grid.caption(len(rows.rows)) + rows.left_out, width)
    if not rows.rows:
        return title + caption
    cells = [[_spread(name_of(name)) for name in rows.names]]
    cells += [[_cell(row.get(name)) for name in rows.names] for row in rows.rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    while sum(widths) + 2 * len(widths) - 2 > width and max(widths) > _NARROW:
        widths[widths.index(max(widths))] -= 1
    return [*title, *(_line(row, widths) for row in cells), *caption]


def _line(row: list[str], widths: list[int]) -> str:
    return "  ".join(values.shorten(cell, width).ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _cell(value: object) -> str:
    text = "<image>" if isinstance(value, values.Thumbnail) else values.text_of(value, _WIDEST)
    return values.shorten(_spread(text), _WIDEST)


def _wrapped(text: str, width: int) -> list[str]:
    return textwrap.wrap(_spread(text), width - (not text.isascii()))  # a letter may be parted from its half


def _spread(text: str) -> str:
    return text if text.isascii() else "".join(_HALF * (unicodedata.east_asian_width(each) in "WF") + each for each in text)
