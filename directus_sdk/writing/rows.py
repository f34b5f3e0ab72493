"""The rows of a table, for `sync`: mappings, models, or a table that `directus_sdk.tables.reading` knows.

Each row of a file knows its line, so that errors can name it.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Sized

import attrs

from directus_sdk.json_types import JSONMapping, JSONObject
from directus_sdk.tables.csv_rows import check_header, listed, separator_hint
from directus_sdk.tables.options import Options, converted
from directus_sdk.tables.reading import table_of
from directus_sdk.tables.records import Record, Table, derived, place
from directus_sdk.wire.field_names import check_names

_Dump = Callable[[object], JSONMapping]


def read(source: object, match_on: Sequence[str], dump: _Dump, options: Options, key: str = "id") -> Table:
    """Return rows as a table, which is read once, and refuse everything else.

    Args:
        source: Mappings, models, or a table: a path, a file, a `csv.DictReader`, a DataFrame.
        match_on: Columns that must exist.
        dump: Returns the mapping of a model.
        options: How a file is read.
        key: The field of the primary key.

    Returns:
        The table; it has `lists` only where nothing is to be done with the cells, and both share their position.

    Raises:
        OSError: The file cannot be opened.
        TypeError: The source is none of these.
        ValueError: The file is broken, or the name of a column is not valid.
    """
    if not isinstance(source, (bytes, Mapping)) and (table := table_of(source, options, "rows")) is not None:
        if table.columns is not None:
            _check_columns(table, match_on)
            if missing := [name for name in options.columns if name not in table.columns]:
                raise ValueError(f"columns: {table.name} has no column {missing[0]!r}: {listed(table.columns)}")
        if table.lists is None or options.columns:
            return attrs.evolve(table, rows=lambda: _of_table(table, options, dump), lists=None)
        lists = table.lists()
        return attrs.evolve(table, rows=lambda: (of_cells(table, *row, key) for row in lists), lists=lambda: lists)
    if isinstance(source, (bytes, Mapping)) or not isinstance(source, Iterable):
        raise TypeError(
            f"rows must be a list of mappings, a table such as a DataFrame, or the path of a file, not {type(source).__name__}"
        )
    if isinstance(source, (list, tuple)):
        check_plain_names({name for row in source if isinstance(row, Mapping) for name in row})
    total = len(source) if isinstance(source, Sized) else None
    return Table("the rows", lambda: _mappings(source, dump), cells=isinstance(source, csv.DictReader), total=total)


def of_cells(table: Table, line: int, cells: Sequence[str | None], key: str) -> Record:
    """Return the row of a line of a CSV file; one with an empty key has no key."""
    row = Record(zip(table.columns or (), cells, strict=True), table.name, line)
    if key in row and row[key] is None:
        del row[key]
    return row


def _of_table(table: Table, options: Options, dump: _Dump) -> Iterator[JSONMapping]:
    checked: set[str] = set()
    for row in table.rows():
        if table.columns is None and not checked.issuperset(row):
            check_plain_names(row, place(row, 0))
            checked.update(row)
        changed: JSONObject = {}
        for name, kind in options.columns.items():
            if (value := row.get(name)) is not None:
                try:
                    changed[name] = converted(kind, value)
                except (ValueError, TypeError, ArithmeticError) as error:
                    raise ValueError(f"{place(row, 0)}, column {name!r}: {error}. Nothing was planned") from error
        typed = derived(row, {**row, **changed}) if changed else row
        dumped = dump(typed)
        yield typed if len(dumped) == len(row) else derived(row, dumped)


def _mappings(source: Iterable[object], dump: _Dump) -> Iterator[JSONMapping]:
    names: set[str] = set()
    for index, row in enumerate(source):
        try:
            dumped = dump(row)
        except TypeError as error:
            raise TypeError(f"row {index}: {error}") from error
        if not names.issuperset(dumped):
            check_plain_names(dumped)
            names.update(dumped)
        yield dumped


def check_plain_names(names: Iterable[object], what: str = "") -> None:
    """Refuse names that no field has, but for parts of a related item, such as ``author.name``: its field decides."""
    check_names([name.split(".")[0] if isinstance(name, str) and all(name.split(".")) else name for name in names], what)


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
