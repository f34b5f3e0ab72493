"""The rows of a table, for `sync`: mappings, models, a DataFrame or a CSV file, which is read strictly."""

from __future__ import annotations

import csv
import os
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import attrs

from directus_sdk import dataframes
from directus_sdk.json_types import JSONMapping, JSONObject
from directus_sdk.wire.field_names import check_names

_LARGEST_CELL = 2**31 - 1
_limit_lock = threading.Lock()
_Reader = type(csv.reader(()))


class Record(JSONObject):
    """A row of a CSV file: a dict that knows where it stands.

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
        rows: A mapping for each.
        cells: Whether they are cells of a table: one without a value stands for none and for empty text alike.
    """

    rows: Sequence[JSONMapping]
    cells: bool = False

    def place(self, index: int) -> str:
        """Return where a row stands, in words."""
        return place(self.rows[index], index)


def place(row: JSONMapping, index: int) -> str:
    """Return where a row stands, in words."""
    return f"line {row.line} of {row.source}" if isinstance(row, Record) else f"row {index}"


def derived(row: JSONMapping, values: JSONMapping) -> JSONMapping:
    """Return other values that stand where a row stands."""
    return Record(values, row.source, row.line) if isinstance(row, Record) else dict(values)


def read(given: Any, match_on: str, dump: Callable[[Any], JSONMapping]) -> Rows:
    """Read rows, and refuse what is no table.

    Args:
        given: Mappings, models, a DataFrame, a `csv.DictReader`, or the path of a CSV file.
        match_on: A column that must be there.
        dump: Returns the mapping of a model.

    Raises:
        OSError: The file cannot be opened.
        TypeError: It is none of these.
        ValueError: The CSV file is broken, or a column cannot be one.
    """
    if isinstance(given, str) and "\n" in given:
        raise ValueError("rows is the content of a file: pass its path, or csv.DictReader(io.StringIO(text))")
    if isinstance(given, (str, os.PathLike)):
        if os.fspath(given).lower().endswith((".gz", ".bz2", ".xz", ".zip")):
            raise ValueError(
                f"{os.fspath(given)} is compressed: pass csv.DictReader(gzip.open(path, 'rt', encoding='utf-8', newline=''))"
            )
        if os.fspath(given).lower().endswith((".json", ".xlsx", ".xls", ".ods", ".parquet")):
            raise ValueError(f"{os.fspath(given)} is no CSV file: pass its rows, as json.load() or pandas read them")
        return Rows(_of_file(Path(given), match_on), cells=True)
    if isinstance(given, csv.DictReader) and type(given).__next__ is csv.DictReader.__next__:
        return Rows(_of_reader(given, match_on), cells=True)
    if dataframes.is_frame(given):
        columns = dataframes.names(given)
        check_names(columns)
        if match_on not in columns:
            raise ValueError(f"the frame has no column {match_on!r} to match on: {_listed(columns)}")
        return Rows([dump(row) for row in dataframes.records(given)], cells=True)
    if hasattr(given, "read") or isinstance(given, _Reader):
        raise TypeError(
            f"rows must name their columns, which {type(given).__name__} does not: pass csv.DictReader(file), or the path of "
            "the CSV file"
        )
    if isinstance(given, (bytes, Mapping)) or not isinstance(given, Iterable):
        raise TypeError(
            "rows must be a list of mappings, a DataFrame, a csv.DictReader or the path of a CSV file, not "
            f"{type(given).__name__}"
        )
    rows = [_dumped(dump, index, row) for index, row in enumerate(given)]
    check_names({name for row in rows for name in row})
    return Rows(rows)


def _dumped(dump: Callable[[Any], JSONMapping], index: int, row: Any) -> JSONMapping:
    try:
        return dump(row)
    except TypeError as error:
        raise TypeError(f"row {index}: {error}") from error


# ------------------------------------------------------------------------ CSV
def _of_file(path: Path, match_on: str) -> list[JSONMapping]:
    name = str(path)
    with path.open(newline="", encoding="utf-8-sig") as file:
        reader = csv.reader(file, strict=True)
        with _reading(reader, name):
            columns = next(reader, [])
            _check_header(columns, name, match_on)
            return list(_records(reader, columns, name))


def _of_reader(given: csv.DictReader[str], match_on: str) -> list[JSONMapping]:
    name = "the CSV file"
    # It cannot be made strict any more.
    with _reading(given.reader, name):
        columns = list(given.fieldnames or ())
        _check_header(columns, name, match_on)
        rows: list[Record] = []
        for row in _records(given.reader, columns, name):
            more = given.reader.line_num - row.line
            if more and more > sum(cell.count("\n") + cell.count("\r") for cell in row.values() if isinstance(cell, str)):
                raise ValueError(
                    f"the lines of {name} have lost their ends at line {row.line}, where a quote is not closed or a cell has "
                    "more than one line: pass csv.DictReader(open(path, newline='')), or splitlines(keepends=True)"
                )
            rows.append(row)
        last = rows[-1].get(columns[-1]) if rows else None
        dialect = given.reader.dialect
        if isinstance(last, str) and not dialect.strict and _holds_rows(last, dialect, len(columns)):
            raise ValueError(
                f"the last cell of the last row of {name}, which begins at line {rows[-1].line}, ends with a new line or holds "
                "what looks like rows: its quote seems not to be closed, so that it holds the rows after it. If it is closed, "
                "pass csv.DictReader(..., strict=True). Nothing was planned"
            )
        return list(rows)


def _holds_rows(cell: str, dialect: Any, width: int) -> bool:
    """Tell whether a cell looks like one whose quote is not closed."""
    if cell.endswith(("\n", "\r")):
        return True
    _, *lines = cell.splitlines() or [""]
    return bool(lines) and all(len(cells) == width for cells in csv.reader(lines, dialect) if cells)


@contextmanager
def _reading(reader: Any, name: str) -> Iterator[None]:
    """Let cells have any length, and say of a broken file which it is and where it is broken."""
    with _limit_lock:
        # The limit is one for the whole process, and shorter than an article may be.
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
                f"{name} is broken at line {reader.line_num}: {error}. Is a quote not closed, or is the file cut off? Nothing "
                "was planned"
            ) from error
        finally:
            csv.field_size_limit(before)


def _check_header(columns: list[str], name: str, match_on: str) -> None:
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
    if match_on not in columns:
        hint = ""
        if len(columns) == 1 and (found := [mark for mark in ";\t|" if mark in columns[0]]):
            hint = (
                f". They seem to be separated by {found[0]!r} instead of a comma: pass csv.DictReader(open(path, newline=''), "
                f"delimiter={found[0]!r})"
            )
        for column in columns:
            if column.strip(' \t\ufeff\xa0"').lower() == match_on.lower():
                hint = f". Is {column!r} meant? Columns have to be named as the fields are, without spaces: rename it"
        raise ValueError(f"{name} has no column {match_on!r} to match on: {_listed(columns)}{hint}")
    check_names(columns, name)


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
