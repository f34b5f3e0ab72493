"""The rows of a CSV file, read strictly.

A value in the wrong column, or a row lost in a quote that is not closed, would be written.

Python's reader does not say whether an empty cell was quoted, and an empty string is written as ``""``, and a null as nothing.
So the lines of each row are kept until it is read, and only where they contain two quotes side by side, and the row has an
empty cell, its cells are looked for with a regular expression. If all names in the first line are quoted, the file quotes
everything, an empty cell says nothing more, and all of them are nulls.
"""

from __future__ import annotations

import csv
import re
import threading
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from itertools import chain, islice
from typing import Any

import attrs

from directus_sdk.tables.options import Options
from directus_sdk.tables.records import Cells
from directus_sdk.tables.streams import Stream, read_errors

_LARGEST_CELL = 2**31 - 1
#: How many rows are read at once.
_AT_ONCE = 500
_limit_lock = threading.Lock()
#: The line with which Excel writes what separates the cells.
_SEPARATOR = re.compile(r'"?sep=(.)"?[\r\n]*')


def of_stream(stream: Stream, options: Options) -> tuple[list[str], Callable[[], Iterator[Cells]]]:
    """Return the columns of a CSV file, and a function that returns the cells of its rows.

    Raises:
        ValueError: The first line is broken, or names no columns.
    """
    delimiter = options.delimiter or ("\t" if stream.suffix == ".tsv" and options.dialect is None else None)

    def lines() -> Generator[str]:
        with stream.text(options.encoding, "") as file:
            for number, line in enumerate(file):
                yield line if number else line.removeprefix("\ufeff")

    first = _Reading(lines(), stream.name, options.dialect, delimiter)
    if stream.again:
        first.close()

    def cells() -> Iterator[Cells]:
        with closing(_Reading(lines(), stream.name, options.dialect, delimiter) if stream.again else first) as reading:
            yield from reading.cells()

    return first.columns, cells


class _Reading:
    """One reading of a CSV file; its first line is read at once."""

    def __init__(self, lines: Generator[str], name: str, dialect: Any, delimiter: str | None) -> None:
        self._lines, self._name = lines, name
        self._seen: list[str] = []
        first = self._first()
        separator = _SEPARATOR.fullmatch(first)
        if separator and delimiter is None and dialect is None:
            delimiter = separator[1]
        form: Any = dialect if dialect is not None else "excel"
        quoting = csv.reader((), form).dialect.quoting
        keywords: dict[str, Any] = {"strict": True}
        if delimiter is not None:
            keywords["delimiter"] = delimiter
        if quoting != csv.QUOTE_NONE:  # others turn cells into numbers
            keywords["quoting"] = csv.QUOTE_MINIMAL
        self._reader = csv.reader(self._noted("\n" if separator else first), form, **keywords)
        self._quotes = _Quotes.of(self._reader.dialect)
        try:
            with reading(self._reader, name):
                if separator:
                    next(self._reader)
                    self._seen.clear()
                self.columns: list[str] = next(self._reader, [])
            check_header(self.columns, name)
        except BaseException:
            self.close()
            raise
        header = "".join(self._seen)
        self._distinguishes = self._quotes is not None and not all(self._quotes.flags(header) or [False])

    def close(self) -> None:
        """Close the file."""
        self._lines.close()

    def cells(self) -> Iterator[Cells]:
        """Yield the cells of the rows; those before an error come before it."""
        rows = self._rows()
        failure: ValueError | None = None
        while failure is None:
            some: list[Cells] = []
            try:
                with reading(self._reader, self._name):  # the lock is not held while the rows are used
                    some.extend(islice(rows, _AT_ONCE))  # keeps those before an error
            except ValueError as error:
                failure = error
            if not some and failure is None:
                return
            yield from some
        raise failure

    def _first(self) -> str:
        try:
            with read_errors(self._name):
                return next(self._lines, "")
        except BaseException:
            self.close()
            raise

    def _noted(self, first: str) -> Iterator[str]:
        note = self._seen.append
        for line in chain([first] if first else (), self._lines):
            note(line)
            yield line

    def _rows(self) -> Iterator[Cells]:
        reader, name, columns, seen = self._reader, self._name, self.columns, self._seen
        width = len(columns)
        seen.clear()
        line = reader.line_num + 1
        for parts in reader:
            begin, line = line, reader.line_num + 1
            cells = [""] if not parts and width == 1 else parts  # a null, where there is one column
            if cells:
                if len(cells) != width:
                    check_width(cells, columns, begin, name)
                yield begin, self._with_nulls(cells) if "" in cells else cells
            seen.clear()

    def _with_nulls(self, cells: list[str]) -> list[str | None]:
        quotes = self._quotes
        if quotes is not None and self._distinguishes:
            raw = "".join(self._seen)
            if quotes.twice in raw:
                flags = quotes.flags(raw)
                if len(flags) == len(cells):
                    return [cell if cell or flag else None for cell, flag in zip(cells, flags, strict=True)]
        return [cell or None for cell in cells]


@attrs.frozen
class _Quotes:
    """Finds the cells of a row that are quoted.

    Attributes:
        twice: Two quotes side by side.
    """

    twice: str
    _cell: re.Pattern[str]

    @classmethod
    def of(cls, dialect: Any) -> _Quotes | None:
        quote = dialect.quotechar
        if dialect.quoting == csv.QUOTE_NONE or not quote:
            return None
        mark, end = re.escape(quote), re.escape(dialect.delimiter)
        escape = re.escape(dialect.escapechar) if dialect.escapechar else ""
        escaped = f"|{escape}." if escape else ""
        space = " *" if dialect.skipinitialspace else ""
        twice = f"|{mark}{mark}" if dialect.doublequote else ""
        quoted = f"({mark}(?:[^{mark}{escape}]{escaped}{twice})*{mark})"
        plain = rf"(?:[^{end}\r\n{escape}]{escaped})*"
        return cls(quote * 2, re.compile(rf"{space}(?:{quoted}|{plain})({end}|[\r\n]*\Z)", re.DOTALL))

    def flags(self, raw: str) -> list[bool]:
        """Return for each cell of a row whether it is quoted."""
        flags: list[bool] = []
        at = 0
        while (match := self._cell.match(raw, at)) is not None:
            flags.append(match[1] is not None)
            at = match.end()
            if not match[2] or match[2][0] in "\r\n":
                break
        return flags


@contextmanager
def reading(reader: Any, name: str) -> Iterator[None]:
    """Allow cells of any length, and let errors name the file and the line.

    Args:
        reader: The `csv.reader`.
        name: What the file is called.
    """
    with _limit_lock:
        # The limit is global, and shorter than an article may be.
        before = csv.field_size_limit(_LARGEST_CELL)
        try:
            with read_errors(name, lambda: reader.line_num):
                yield
        except csv.Error as error:
            raise ValueError(
                f"{name} is broken at line {reader.line_num}: {error}. A quote is not closed, or the file is cut off"
            ) from error
        finally:
            csv.field_size_limit(before)


def check_width(cells: list[str], columns: list[str], line: int, name: str) -> None:
    """Check that a row has as many cells as there are columns.

    Raises:
        ValueError: It has not.
    """
    width = len(columns)
    if len(cells) > width:
        raise ValueError(f"line {line} of {name} has more values than there are columns: {cells[width:]!r}")
    if len(cells) < width:  # an empty value would clear the field
        raise ValueError(f"line {line} of {name} has fewer values than there are columns: {columns[len(cells)]!r} is missing")


def check_header(columns: Sequence[str], name: str) -> None:
    """Check the names of columns.

    Raises:
        ValueError: There is none, one has no name, or two have the same.
    """
    if not columns:
        raise ValueError(f"{name} is empty: its first line has to name the columns")
    twice = [column for column, count in Counter(columns).items() if count > 1]
    if "" in columns:
        raise ValueError(
            f"column {columns.index('') + 1} of {name} has no name (in a file: is there a comma at the end of its first "
            f"line?); {listed(columns)}"
        )
    if twice:
        raise ValueError(f"more than one column of {name} is named {twice[0]!r}")


def separator_hint(columns: Sequence[str]) -> str:
    """Return what to pass where all columns seem to be in one."""
    if len(columns) == 1 and (marks := [mark for mark in ";\t|" if mark in columns[0]]):
        return f". They seem to be separated by {marks[0]!r} instead of a comma: pass delimiter={marks[0]!r}"
    return ""


def listed(columns: Iterable[str]) -> str:
    """Return the names of the columns in words."""
    return f"its columns are {list(columns)}"
