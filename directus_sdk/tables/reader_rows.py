"""The rows of a `csv.DictReader`, whose file and dialect are the user's: what it lets pass is refused here."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Any

from directus_sdk.tables.csv_rows import check_header, check_width, reading
from directus_sdk.tables.records import Record, Table

_NAME = "the CSV file"


def of_reader(source: csv.DictReader[str]) -> Table | None:
    """Return the table of a reader; ``None`` for a subclass that makes rows of its own, and for an empty file.

    Raises:
        ValueError: The first line is broken, or names no columns.
    """
    if type(source).__next__ is not csv.DictReader.__next__:
        return None
    # It is too late to make the reader strict.
    with reading(source.reader, _NAME):
        columns = list(source.fieldnames or ())
    if columns:
        check_header(columns, _NAME)
    return Table(_NAME, lambda: _rows(source, columns), columns, text=True, cells=True, again=False)


def _rows(source: csv.DictReader[str], columns: list[str]) -> Iterator[Record]:
    if not columns:
        return  # an empty file has no rows
    records = _records(source.reader, columns)
    row: Record | None = None
    while True:
        with reading(source.reader, _NAME):  # the lock is not held while the row is sent
            following = next(records, None)
        if following is None:
            break
        more = source.reader.line_num - following.line
        if more and more > sum(cell.count("\n") + cell.count("\r") for cell in following.values() if isinstance(cell, str)):
            raise ValueError(
                f"the lines of {_NAME} have lost their ends at line {following.line}, where a quote is not closed or a cell "
                "has more than one line: pass csv.DictReader(open(path, newline='')), or splitlines(keepends=True)"
            )
        if row is not None:
            yield row
        row = following
    if row is None:
        return
    last, dialect = row.get(columns[-1]), source.reader.dialect
    if isinstance(last, str) and not dialect.strict and _holds_rows(last, dialect, len(columns)):
        raise ValueError(
            f"the last cell of the last row of {_NAME}, which begins at line {row.line}, ends with a new line or holds "
            "what looks like rows: its quote seems not to be closed, so that it holds the rows after it. If it is closed, "
            "pass csv.DictReader(..., strict=True)"
        )
    yield row


def _records(reader: Any, columns: list[str]) -> Iterator[Record]:
    line = reader.line_num + 1
    for cells in reader:
        begin, line = line, reader.line_num + 1
        if cells:  # the line is not empty
            check_width(cells, columns, begin, _NAME)
            yield Record({column: cell or None for column, cell in zip(columns, cells, strict=True)}, _NAME, begin)


def _holds_rows(cell: str, dialect: Any, width: int) -> bool:
    """Return whether a cell looks like one whose quote is not closed."""
    if cell.endswith(("\n", "\r")):
        return True
    _, *lines = cell.splitlines() or [""]
    return bool(lines) and all(len(cells) == width for cells in csv.reader(lines, dialect) if cells)
