"""The rows of a table, for `sync`, and those of a CSV file for bulk calls: mappings, models, a DataFrame or a CSV file.

A CSV file is read strictly, because a value in the wrong column, or a row lost in a quote that is not closed, would be
written. Each row of a CSV file knows its line, so that errors can name it.
"""

from __future__ import annotations

import csv
import os
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Sized
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

import attrs

from directus_sdk import dataframes
from directus_sdk.json_types import JSONMapping, JSONObject
from directus_sdk.wire.field_names import check_names

_LARGEST_CELL = 2**31 - 1
#: How many rows are read at once.
_AT_ONCE = 500
_limit_lock = threading.Lock()
_Reader = type(csv.reader(()))


class Record(JSONObject):
    """A row of a CSV file: a dict that knows its place.

    Args:
        values: The values by the names of the columns.
        source: The file.
        line: The line where it begins, from 1.
    """

    def __init__(self, values: JSONMapping, source: str, line: int) -> None:
        super().__init__(values)
        self.source = source
        self.line = line


@attrs.frozen
class Rows:
    """The rows of a table.

    Attributes:
        rows: A mapping for each, one after the other; it can be iterated once.
        cells: Whether the values are cells of a table: an empty one stands for null and for an empty string.
        total: How many there are, where that is known.
    """

    rows: Iterable[JSONMapping]
    cells: bool = False
    total: int | None = None


def place(row: JSONMapping, index: int) -> str:
    """Return the place of a row in words."""
    return f"line {row.line} of {row.source}" if isinstance(row, Record) else f"row {index}"


def derived(row: JSONMapping, values: JSONMapping) -> JSONMapping:
    """Return other values with the place of a row."""
    return Record(values, row.source, row.line) if isinstance(row, Record) else dict(values)


def read(source: object, match_on: Sequence[str], dump: Callable[[object], JSONMapping]) -> Rows:
    """Read rows one by one, and refuse everything else.

    Args:
        source: Mappings, models, a DataFrame, a `csv.DictReader`, or the path of a CSV file.
        match_on: Columns that must exist.
        dump: Returns the mapping of a model.

    Raises:
        OSError: The file cannot be opened.
        TypeError: The source is none of these.
        ValueError: The CSV file is broken, or the name of a column is not valid.
    """
    if isinstance(source, str) and "\n" in source:
        raise ValueError("rows is the content of a file: pass its path, or csv.DictReader(io.StringIO(text))")
    if isinstance(source, (str, os.PathLike)):
        path = Path(source)
        if path.suffix.lower() in (".gz", ".bz2", ".xz", ".zip"):
            raise ValueError(f"{path} is compressed: pass csv.DictReader(gzip.open(path, 'rt', encoding='utf-8', newline=''))")
        if path.suffix.lower() in (".json", ".xlsx", ".xls", ".ods", ".parquet"):
            raise ValueError(f"{path} is not a CSV file: pass its rows, as json.load() or pandas read them")
        return Rows(_of_file(path, match_on), cells=True)
    if isinstance(source, csv.DictReader) and _is_plain(source):
        return Rows(_of_reader(source, match_on), cells=True)
    if dataframes.is_frame(source):
        columns = dataframes.names(source)
        check_plain_names(columns)
        for name in match_on:
            if name not in columns:
                raise ValueError(f"the frame has no column {name!r} to match on: {_listed(columns)}")
        return Rows((dump(row) for row in dataframes.records(source)), True, len(source))  # type: ignore[arg-type]
    if hasattr(source, "read") or isinstance(source, _Reader):
        raise TypeError(
            f"rows must name their columns, which {type(source).__name__} does not: pass csv.DictReader(file), or the path of "
            "the CSV file"
        )
    if isinstance(source, (bytes, Mapping)) or not isinstance(source, Iterable):
        raise TypeError(
            "rows must be a list of mappings, a DataFrame, a csv.DictReader or the path of a CSV file, not "
            f"{type(source).__name__}"
        )
    if isinstance(source, (list, tuple)):
        check_plain_names({name for row in source if isinstance(row, Mapping) for name in row})
    return Rows(_mappings(source, dump), total=len(source) if isinstance(source, Sized) else None)


def _mappings(source: Iterable[object], dump: Callable[[object], JSONMapping]) -> Iterator[JSONMapping]:
    names: set[str] = set()
    for index, row in enumerate(source):
        dumped = _dumped(dump, index, row)
        if not names.issuperset(dumped):
            check_plain_names(dumped)
            names.update(dumped)
        yield dumped


def check_plain_names(names: Iterable[object], what: str = "") -> None:
    """Refuse names that no field has, but for parts of a related item, such as ``author.name``: its field decides."""
    check_names([name.split(".")[0] if isinstance(name, str) and all(name.split(".")) else name for name in names], what)


def _dumped(dump: Callable[[object], JSONMapping], index: int, row: object) -> JSONMapping:
    try:
        return dump(row)
    except TypeError as error:
        raise TypeError(f"row {index}: {error}") from error


# ------------------------------------------------------------------------ CSV
def _of_file(path: Path, match_on: Sequence[str]) -> Iterator[JSONMapping]:
    name = str(path)
    with path.open(newline="", encoding="utf-8-sig") as file:
        reader = csv.reader(file, strict=True)
        with _reading(reader, name):
            columns = next(reader, [])
        _check_header(columns, name, match_on)
        records = _records(reader, columns, name)
        while True:
            with _reading(reader, name):  # the lock is not held while the rows are used
                some = list(islice(records, _AT_ONCE))
            if not some:
                return
            yield from some


def streamed(source: Any) -> Iterator[JSONMapping]:
    """Yield the rows of a `csv.DictReader` one by one, read as `sync` reads them: an empty cell is ``None``.

    A subclass that makes rows of its own is iterated as it is.

    Raises:
        TypeError: It is a `csv.reader`, whose rows do not name their columns.
        ValueError: The CSV file is broken, or the name of a column is not valid.
    """
    if isinstance(source, _Reader):
        raise TypeError("items must name their fields, which the rows of csv.reader do not: pass csv.DictReader(file)")
    return _of_reader(source) if _is_plain(source) else iter(source)


def _is_plain(source: object) -> bool:
    return isinstance(source, csv.DictReader) and type(source).__next__ is csv.DictReader.__next__


def _of_reader(source: csv.DictReader[str], match_on: Sequence[str] | None = None) -> Iterator[JSONMapping]:
    name = "the CSV file"
    # It is too late to make the reader strict.
    with _reading(source.reader, name):
        columns = list(source.fieldnames or ())
    if not columns and match_on is None:
        return  # an empty file has no rows
    _check_header(columns, name, match_on)
    records = _records(source.reader, columns, name)
    row: Record | None = None
    while True:
        with _reading(source.reader, name):  # the lock is not held while the row is sent
            following = next(records, None)
        if following is None:
            break
        more = source.reader.line_num - following.line
        if more and more > sum(cell.count("\n") + cell.count("\r") for cell in following.values() if isinstance(cell, str)):
            raise ValueError(
                f"the lines of {name} have lost their ends at line {following.line}, where a quote is not closed or a cell has "
                "more than one line: pass csv.DictReader(open(path, newline='')), or splitlines(keepends=True)"
            )
        if row is not None:
            yield row
        row = following
    if row is None:
        return
    last, dialect = row.get(columns[-1]), source.reader.dialect
    if isinstance(last, str) and not dialect.strict and _holds_rows(last, dialect, len(columns)):
        raise ValueError(
            f"the last cell of the last row of {name}, which begins at line {row.line}, ends with a new line or holds "
            "what looks like rows: its quote seems not to be closed, so that it holds the rows after it. If it is closed, "
            "pass csv.DictReader(..., strict=True)"
        )
    yield row


def _holds_rows(cell: str, dialect: Any, width: int) -> bool:
    """Return whether a cell looks like one whose quote is not closed."""
    if cell.endswith(("\n", "\r")):
        return True
    _, *lines = cell.splitlines() or [""]
    return bool(lines) and all(len(cells) == width for cells in csv.reader(lines, dialect) if cells)


@contextmanager
def _reading(reader: Any, name: str) -> Iterator[None]:
    """Allow cells of any length, and let errors name the file and the line."""
    with _limit_lock:
        # The limit is global, and shorter than an article may be.
        before = csv.field_size_limit(_LARGEST_CELL)
        try:
            yield
        except UnicodeDecodeError as error:
            raise ValueError(
                f"{name} is not encoded in {error.encoding.upper()} ({error.reason}): save it as UTF-8, or pass "
                "csv.DictReader(open(path, encoding=..., newline='')) with the encoding that it has, such as 'cp1252' or "
                "'utf-16'"
            ) from error
        except csv.Error as error:
            raise ValueError(
                f"{name} is broken at line {reader.line_num}: {error}. Is a quote not closed, or is the file cut off?"
            ) from error
        finally:
            csv.field_size_limit(before)


def _check_header(columns: list[str], name: str, match_on: Sequence[str] | None) -> None:
    if not columns:
        raise ValueError(f"{name} is empty: its first line has to name the columns")
    twice = [column for column, count in Counter(columns).items() if count > 1]
    if "" in columns:
        raise ValueError(
            f"column {columns.index('') + 1} of {name} has no name: is there a comma at the end of its first line? "
            f"{_listed(columns)}"
        )
    if twice:
        raise ValueError(f"more than one column of {name} is named {twice[0]!r}")
    for field in match_on or ():
        if field in columns:
            continue
        hint = ""
        if len(columns) == 1 and (marks := [mark for mark in ";\t|" if mark in columns[0]]):
            hint = (
                f". They seem to be separated by {marks[0]!r} instead of a comma: pass csv.DictReader(open(path, newline=''), "
                f"delimiter={marks[0]!r})"
            )
        for column in columns:
            if column.strip(' \t\ufeff\xa0"').lower() == field.lower():
                hint = f". Is {column!r} meant? Columns have to be named as the fields are, without spaces: rename it"
        raise ValueError(f"{name} has no column {field!r} to match on: {_listed(columns)}{hint}")
    (check_names if match_on is None else check_plain_names)(columns, name)


def _listed(columns: Iterable[str]) -> str:
    return f"its columns are {list(columns)}"


def _records(reader: Any, columns: list[str], name: str) -> Iterator[Record]:
    width = len(columns)
    line = reader.line_num + 1
    for cells in reader:
        begin, line = line, reader.line_num + 1
        if not cells:  # an empty line
            continue
        if len(cells) > width:
            raise ValueError(f"line {begin} of {name} has more values than there are columns: {cells[width:]!r}")
        if len(cells) < width:  # an empty value would clear the field
            raise ValueError(
                f"line {begin} of {name} has fewer values than there are columns: {columns[len(cells)]!r} is missing"
            )
        yield Record({column: cell or None for column, cell in zip(columns, cells, strict=True)}, name, begin)
