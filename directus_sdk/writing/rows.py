"""The rows of a table, for `sync`: mappings, models, or a table that `directus_sdk.tables.reading` knows.

Each row of a file knows its line, so that errors can name it.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Sized
from itertools import starmap

import attrs

from directus_sdk.json_types import JSONMapping
from directus_sdk.tables.csv_rows import check_header, listed, separator_hint
from directus_sdk.tables.options import Options, converted
from directus_sdk.tables.reading import table_of
from directus_sdk.tables.records import Cells, Record, Table, derived, place
from directus_sdk.wire.field_names import check_names

__all__ = ["FileRows", "Lists", "Record", "Rows", "check_plain_names", "derived", "place", "read"]

_Dump = Callable[[object], JSONMapping]


@attrs.frozen
class FileRows:
    """Rows, and how a file of them is read."""

    rows: object
    options: Options


@attrs.frozen
class Lists:
    """The rows of a CSV file as lists.

    Attributes:
        columns: The names of the columns.
        source: The file.
        rows: The line and the cells of each row; it can be iterated once.
        mapping: Returns a row as a mapping.
    """

    columns: tuple[str, ...]
    source: str
    rows: Iterator[Cells]
    mapping: Callable[[int, Sequence[str | None]], JSONMapping]


@attrs.frozen
class Rows:
    """The rows of a table.

    Attributes:
        rows: A mapping for each, one after the other; it can be iterated once.
        cells: Whether the values are cells of a table: an empty one stands for null and for an empty string.
        documents: Whether JSON is written as a string, and not nested.
        total: How many there are, where that is known.
        lists: The rows of a CSV file as lists, where nothing is to be done with their cells; `rows` takes its own from here.
    """

    rows: Iterable[JSONMapping]
    cells: bool = False
    documents: bool = True
    total: int | None = None
    lists: Lists | None = None


def read(source: object, match_on: Sequence[str], dump: _Dump, key: str = "id") -> Rows:
    """Read rows one by one, and refuse everything else.

    Args:
        source: Mappings, models, or a table: a path, a file, a `csv.DictReader`, a DataFrame; or `FileRows` with any of these.
        match_on: Columns that must exist.
        dump: Returns the mapping of a model.
        key: The field of the primary key.

    Raises:
        OSError: The file cannot be opened.
        TypeError: The source is none of these.
        ValueError: The file is broken, or the name of a column is not valid.
    """
    options = Options()
    if isinstance(source, FileRows):
        options, source = source.options, source.rows
    if not isinstance(source, (bytes, Mapping)) and (table := table_of(source, options, "rows")) is not None:
        if table.columns is not None:
            _check_columns(table, match_on)
            if missing := [name for name in options.columns if name not in table.columns]:
                raise ValueError(f"columns: {table.name} has no column {missing[0]!r}: {listed(table.columns)}")
        if table.lists is not None and table.columns is not None and not options.columns:
            lists = _lists(table, tuple(table.columns), table.lists(), key, dump)
            return Rows(starmap(lists.mapping, lists.rows), table.cells, table.documents, table.total, lists)
        return Rows(_of_table(table, options, dump), table.cells, table.documents, table.total)
    if isinstance(source, (bytes, Mapping)) or not isinstance(source, Iterable):
        raise TypeError(
            f"rows must be a list of mappings, a table such as a DataFrame, or the path of a file, not {type(source).__name__}"
        )
    if isinstance(source, (list, tuple)):
        check_plain_names({name for row in source if isinstance(row, Mapping) for name in row})
    total = len(source) if isinstance(source, Sized) else None
    return Rows(_mappings(source, dump), isinstance(source, csv.DictReader), total=total)


def _lists(table: Table, columns: tuple[str, ...], rows: Iterator[Cells], key: str, dump: _Dump) -> Lists:
    def mapping(line: int, cells: Sequence[str | None]) -> JSONMapping:
        row = Record(zip(columns, cells, strict=True), table.name, line)
        # Every value is a string or empty, and a row with an empty key has no key.
        return row if row.get(key, "") is not None else derived(row, dump(row))

    return Lists(columns, table.name, rows, mapping)


def _of_table(table: Table, options: Options, dump: _Dump) -> Iterator[JSONMapping]:
    checked: set[str] = set()
    for row in table.rows():
        if table.columns is None and not checked.issuperset(row):
            check_plain_names(row, place(row, 0))
            checked.update(row)
        for name, kind in options.columns.items():
            if (value := row.get(name)) is not None:
                try:
                    row[name] = converted(kind, value)
                except (ValueError, TypeError, ArithmeticError) as error:
                    raise ValueError(f"{place(row, 0)}, column {name!r}: {error}. Nothing was planned") from error
        dumped = dump(row)
        yield row if len(dumped) == len(row) else derived(row, dumped)


def _mappings(source: Iterable[object], dump: _Dump) -> Iterator[JSONMapping]:
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


def _dumped(dump: _Dump, index: int, row: object) -> JSONMapping:
    try:
        return dump(row)
    except TypeError as error:
        raise TypeError(f"row {index}: {error}") from error


def _check_columns(table: Table, match_on: Sequence[str]) -> None:
    columns = table.columns or ()
    check_header(columns, table.name)
    for field in match_on:
        if field in columns:
            continue
        hint = separator_hint(columns)
        for column in columns:
            if column.strip(' \t\ufeff\xa0"').lower() == field.lower():
                hint = f". Is {column!r} meant? Columns have to be named as the fields are, without spaces: rename it"
        raise ValueError(f"{table.name} has no column {field!r} to match on: {listed(columns)}{hint}")
    check_plain_names(columns, table.name)
