"""Cards as plain text of at most 100 columns: for terminals, and for notebooks that display no HTML."""

from __future__ import annotations

import textwrap
from itertools import zip_longest

from directus_sdk.display import values
from directus_sdk.display.card import Card, Grid
from directus_sdk.display.records import name_of, prepare
from directus_sdk.displayed import Displayed

_WIDTH, _NARROW, _WIDEST = 100, 6, 40
_ROWS, _COLUMNS, _LINES = 12, 8, 30


def render(value: Displayed) -> str:
    """Return an object as lines of text."""
    card: Card = value._card()
    lines = [values.line(card.title, _WIDTH)] if card.title else []
    for sentence in card.lines[:_LINES]:
        lines += textwrap.wrap(values.line(sentence, 6 * _WIDTH), _WIDTH)
    facts = list(values.masked(card.facts).items())[:_LINES]
    width = max((len(name_of(name)) for name, _ in facts), default=0)
    for name, item in facts:
        parts = textwrap.wrap(values.text_of(item, 3 * (_WIDTH - width)), _WIDTH - width - 2) or [""]
        lines += [f"{label.ljust(width)}  {part}".rstrip() for label, part in zip_longest([name_of(name)], parts, fillvalue="")]
    for grid in card.grids:
        lines += _table(grid)
    return "\n".join(lines)


def line(value: object) -> str:
    """Return an object as a part of another: its ``repr`` in one line."""
    return values.line(repr(value), _WIDTH)


def _table(grid: Grid) -> list[str]:
    rows = prepare(grid, _ROWS, _COLUMNS)
    title = [values.line(grid.title, _WIDTH)] if grid.title else []
    caption = values.shorten(grid.caption(len(rows.rows)) + rows.left_out, _WIDTH)
    if not rows.rows:
        return [*title, caption]
    cells = [[name_of(name) for name in rows.names]]
    cells += [[_cell(row.get(name)) for name in rows.names] for row in rows.rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    while sum(widths) + 2 * len(widths) - 2 > _WIDTH and max(widths) > _NARROW:
        widths[widths.index(max(widths))] -= 1
    return [*title, *(_line(row, widths) for row in cells), caption]


def _line(row: list[str], widths: list[int]) -> str:
    return "  ".join(values.shorten(cell, width).ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _cell(value: object) -> str:
    return "<image>" if isinstance(value, values.Thumbnail) else values.text_of(value, _WIDEST)
