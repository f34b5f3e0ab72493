"""Rows of a CSV file joined to one string each, and what it is for an item that surely equals its row.

Most rows of a `sync` equal their items. Where the text that a file would have for an item is the text of its row, nothing has
to be read of either. Everything else gets a closer look (`directus_sdk.writing.comparison`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any

from directus_sdk.json_types import JSONMapping
from directus_sdk.reading.field_values import Field
from directus_sdk.tables.cells import json_text
from directus_sdk.wire.value_types import INTEGERS, NUMBERS, STRINGS
from directus_sdk.writing.row_store import NULL, joined

#: No row is stored with this cell.
_OTHER = NULL * 2
_BOOLEANS: tuple[Mapping[object, str], ...] = (
    {True: "true", False: "false"},
    {True: "True", False: "False"},
    {True: "1", False: "0"},
)
#: Integers with fewer digits are exact everywhere.
_DIGITS = 16


class JoinedCells:
    """The strings of the rows of a table, and of items.

    Args:
        fields: The fields of the columns, by their names.
        columns: The columns.
        match_on: The fields to match on.
        example: The cells of a row, which show how booleans are spelled.
    """

    def __init__(
        self, fields: Mapping[str, Field], columns: Sequence[str], match_on: Sequence[str], example: Sequence[str | None]
    ) -> None:
        self._columns = [fields[name] for name in columns]
        self._spelled = [_booleans(cell) for cell in example]
        self._match_on = [(columns.index(name), fields[name].type in INTEGERS) for name in match_on]
        self._values = itemgetter(*columns)
        #: The places of the columns whose cells become integers.
        self.integers = [place for place, is_integer in self._match_on if is_integer]
        self._fractions = [place for place, field in enumerate(self._columns) if field.type in NUMBERS - INTEGERS]

    @staticmethod
    def fit(fields: Mapping[str, Field], columns: Sequence[str], match_on: Sequence[str]) -> bool:
        """Return whether the rows of a CSV file can be kept as strings, without a look at their values."""
        are_plain = all(name in fields and fields[name].type != "alias" for name in columns)
        return are_plain and len(columns) > 1 and all(fields[name].type in INTEGERS | STRINGS for name in match_on)

    def form(self, cells: Sequence[str | None]) -> str | None:
        """Return the values to match on as text, as `directus_sdk.writing.match_forms` has it; ``None`` for odd ones."""
        forms = []
        for place, is_integer in self._match_on:
            cell = cells[place]
            if cell is None or "\0" in cell or (is_integer and not _is_integer(cell)):
                return None
            forms.append(cell)
        return forms[0] if len(forms) == 1 else "".join([f"{len(form)}:{form}" for form in forms])

    def shorten(self, cells: Sequence[str | None]) -> Sequence[str | None]:
        """Return the cells of a row, with integers for numbers such as ``1.0``, which a server returns as ``1``."""
        short: list[str | None] | None = None
        for place in self._fractions:
            cell = cells[place]
            if cell is not None and cell.endswith(".0") and cell[:-2].isdigit():
                short = list(cells) if short is None else short
                short[place] = cell[:-2]
        return cells if short is None else short

    def of_items(self, page: Sequence[JSONMapping]) -> list[str] | None:
        """Return the strings of the rows that surely equal the items of a page; ``None`` where that is unclear."""
        try:
            columns: list[tuple[Any, ...]] = list(zip(*map(self._values, page), strict=True))
        except KeyError:  # a field that the user may not read
            return None
        if any(NULL in column for column in columns):
            return None
        strings = [_column(*args) for args in zip(columns, self._columns, self._spelled, strict=True)]
        return list(map(joined, zip(*strings, strict=True)))


def _is_integer(cell: str) -> bool:
    return cell.isascii() and cell.isdigit() and len(cell) < _DIGITS and (cell[0] != "0" or cell == "0")


def _booleans(cell: str | None) -> Mapping[object, str]:
    return next((spelled for spelled in _BOOLEANS if cell in spelled.values()), _BOOLEANS[0])


def _column(values: Sequence[object], field: Field, booleans: Mapping[object, str]) -> Iterable[str]:
    kinds = set(map(type, values))
    if kinds <= {str}:
        return values  # type: ignore[return-value]
    spell: Callable[[object], str] = _other
    if field.type in NUMBERS and kinds <= {int, float, str, type(None)}:
        if kinds == {int}:
            return map(str, values)
        spell = _number
    elif field.type == "boolean" and kinds <= {bool, int, type(None)}:
        return [NULL if value is None else booleans.get(value, _OTHER) for value in values]
    elif field.is_json or field.type == "csv":
        spell = _document
    return [NULL if value is None else value if isinstance(value, str) else spell(value) for value in values]


def _other(value: object) -> str:
    return _OTHER


def _number(value: object) -> str:
    return str(value).removesuffix(".0")


def _document(value: object) -> str:
    return json_text(value) if isinstance(value, (dict, list)) else _OTHER
