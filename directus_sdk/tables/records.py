"""The rows of tables, and their places."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Union

import attrs

from directus_sdk.json_types import JSONMapping, JSONObject

#: The line where a row of a CSV file begins, from 1, and its cells.
Cells = tuple[int, Sequence[Union[str, None]]]


class Record(JSONObject):
    """A row of a file: a dict that knows its place.

    Args:
        values: The values by the names of the columns.
        source: The file.
        line: The line where it begins, from 1.
    """

    #: What `line` counts.
    unit = "line"

    def __init__(self, values: JSONMapping | Iterable[tuple[str, object]], source: str, line: int) -> None:
        super().__init__(values)
        self.source = source
        self.line = line

    @property
    def place(self) -> str:
        """The place in words, such as ``"line 9 of stock.csv"``."""
        return f"{self.unit} {self.line} of {self.source}"


class NumberedRecord(Record):
    """A row of a file without lines, such as Parquet, or of a table in memory: `line` is its number, from 1."""

    unit = "row"


def place(row: JSONMapping, index: int) -> str:
    """Return the place of a row in words."""
    return row.place if isinstance(row, Record) else f"row {index}"


def derived(row: JSONMapping, values: JSONMapping) -> JSONMapping:
    """Return other values with the place of a row."""
    return type(row)(values, row.source, row.line) if isinstance(row, Record) else dict(values)


@attrs.frozen
class Table:
    """A table: a file, or an object in memory.

    Attributes:
        name: What errors call it, such as ``"stock.csv"``.
        rows: Returns its rows, one after the other.
        columns: The names of its columns; ``None`` where each row names its own.
        text: Whether values are the strings of a CSV file.
        documents: Whether JSON is written as a string, and not nested.
        cells: Whether an empty value is an empty cell: a null, or an empty string where the field cannot be null.
        again: Whether `rows` can be called again.
        total: How many rows there are, where that is known.
        lists: As `rows`, for a CSV file: the cells of each row in the order of `columns`.
    """

    name: str
    rows: Callable[[], Iterator[JSONMapping]]
    columns: Sequence[str] | None = None
    text: bool = False
    documents: bool = True
    cells: bool = False
    again: bool = True
    total: int | None = None
    lists: Callable[[], Iterator[Cells]] | None = None
