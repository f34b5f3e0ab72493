"""Cards as HTML: at most 14 kB, whatever the data, so that a notebook has at most 20 kB with the plain text of `text`.

Colours are those of the page, so both light and dark themes work; the styles are inline, since notebooks remove style sheets.
"""

from __future__ import annotations

import html
from itertools import accumulate

from directus_sdk.display import values
from directus_sdk.display.card import Card, Grid, drawn, more
from directus_sdk.display.records import COLUMNS, ROWS, WHOLE, Prepared, name_of, prepare
from directus_sdk.displayed import Displayed

#: The maximum size in a notebook, in bytes; that of the lines above the tables is part of it, and of so many lines at most.
_SIZE, _LINES, _SENTENCES = 14_000, 4_000, 200
#: Longer values have a box of at most three lines.
_LONG = 28
#: At least so many rows are displayed, and more of a description: long values are shortened for them, down to rows of a size.
_FAIR, _SHORTEST = 8, (600, 300)
_BOX = (
    '<div style="display:-webkit-box;-webkit-line-clamp:3;-webkit-box-orient:vertical;overflow:hidden;'
    'min-width:14em;max-width:28em;text-align:left">'
)
_LEFT = ' style="text-align:left"'
#: A date is not broken at its hyphens.
_DATE = ' style="text-align:left;white-space:nowrap"'
_MUTED = '<p style="opacity:.7">'


def escaped(text: str) -> str:
    """Return a string in which nothing is a tag, an entity or the end of an attribute."""
    return html.escape(text)


def render(value: Displayed) -> str:
    """Return an object as HTML."""
    return drawn(value, _draw)


def _draw(card: Card) -> str:
    head = _head(card)
    room = _SIZE - size(head)
    parts = []
    for number, grid in enumerate(card.grids):
        parts.append(_table(grid, room // (len(card.grids) - number)))
        room -= size(parts[-1])
    return f'<div class="directus-sdk" style="overflow-x:auto;overflow-wrap:break-word">{head}{"".join(parts)}</div>'


def size(text: str) -> int:
    """Return how many bytes a string has in the file of a notebook, which is JSON."""
    return len(text.encode()) + text.count('"') + text.count("\\")


def _head(card: Card) -> str:
    parts = [f"<p><b>{escaped(values.line(card.title))}</b></p>"] if card.title else []
    parts += [f"<p>{escaped(values.line(line, 500))}</p>" for line in card.lines[:_SENTENCES] if line]
    fitting, left = _fitting(parts)
    left += max(len(card.lines) - _SENTENCES, 0)
    parts = [*fitting, *([f"{_MUTED}{more(left)}</p>"] if left else [])]
    facts = values.masked(card.facts).items()
    rows = [f"<tr><th{_LEFT}>{escaped(name_of(name))}</th>{_cell(value)}</tr>" for name, value in facts]
    fitting, _ = _fitting(rows)
    left = len(card.facts) - len(fitting)
    fitting += [f"<tr><td{_LEFT}>{more(left)}</td></tr>"] if left else []
    return "".join(parts) + (f"<table><tbody>{''.join(fitting)}</tbody></table>" if fitting else "")


def _fitting(parts: list[str]) -> tuple[list[str], int]:
    """Return the first parts, and how many there is no room for."""
    fitting = [part for part, used in zip(parts, accumulate(map(size, parts)), strict=True) if used < _LINES]
    return fitting, len(parts) - len(fitting)


def _table(grid: Grid, room: int) -> str:
    rows = prepare(grid, WHOLE if grid.whole else ROWS, COLUMNS)
    fair = len(rows.rows) if grid.whole else _FAIR
    title = f"<p><b>{escaped(values.line(grid.title))}</b></p>" if grid.title else ""
    if not rows.rows:
        return title + f"{_MUTED}{escaped(grid.caption(0))}</p>"
    names = "".join(f"<th{_LEFT}>{escaped(name_of(name))}</th>" for name in rows.names)
    body, room = [], room - size(title + names + rows.left_out) - 400
    for index in range(len(rows.rows)):
        row = _row(rows, index, max(room // min(len(rows.rows) - index, fair), _SHORTEST[grid.whole]))
        room -= _size_of_row(rows, index, row)
        if room < 0:
            break
        body.append(row)
    caption = escaped(grid.caption(len(body)) + rows.left_out)
    return f"{title}<table><thead><tr>{names}</tr></thead><tbody>{''.join(body)}</tbody></table>{_MUTED}{caption}</p>"


def _row(rows: Prepared, index: int, room: int) -> str:
    row = ""
    for length in (values.LENGTH, _LONG, 8):
        row = "".join(_cell(rows.rows[index].get(name), length) for name in rows.names)
        if _size_of_row(rows, index, row) <= room:
            break
    return f"<tr>{row}</tr>"


def _size_of_row(rows: Prepared, index: int, row: str) -> int:
    """Return the size of a row without its images, which have a limit of their own."""
    images = (value for value in rows.rows[index].values() if isinstance(value, values.Thumbnail))
    return size(row) - sum(map(len, images))


def _cell(value: object, length: int = values.LENGTH) -> str:
    if isinstance(value, values.Thumbnail):
        return f'<td><img alt="" style="max-width:96px;max-height:96px" src="{escaped(value)}"></td>'
    text = values.text_of(value, length)
    if len(text) > _LONG:
        return f"<td>{_BOX}{escaped(text)}</div></td>"
    style = _DATE if text[:1].isdigit() and "-" in text else _LEFT
    return f"<td{style}>{escaped(text)}</td>" if text else "<td></td>"
