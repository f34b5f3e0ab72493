"""The rows that `sync` compares, on the disk: found again by the values to match on, whatever their order is.

They are in a private database of SQLite without a name, which is in memory while it is small and in a temporary file that no
other process sees afterwards.
"""

from __future__ import annotations

import pickle
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, NamedTuple

from directus_sdk.json_types import JSONMapping, JSONObject
from directus_sdk.writing.rows import Record

_AT_ONCE = 1000
_PARAMETERS = 500
_COLUMNS = "number, form, data"


class StoredRow(NamedTuple):
    """A row of the table.

    Attributes:
        number: Its number, from 0.
        form: The values to match on, as text.
        names: Its columns.
        values: Their values.
        line: Its line in a file, or ``None``.
        source: The file.
    """

    number: int
    form: str
    names: tuple[str, ...]
    values: tuple[object, ...]
    line: int | None
    source: str | None

    @property
    def place(self) -> str:
        """The place in words."""
        return f"row {self.number}" if self.line is None else f"line {self.line} of {self.source}"

    def mapping(self) -> JSONObject:
        """Return the row as a mapping."""
        return dict(zip(self.names, self.values, strict=True))

    def derived(self, values: JSONMapping) -> JSONMapping:
        """Return other values with the place of this row."""
        return dict(values) if self.line is None or self.source is None else Record(values, self.source, self.line)


_made = StoredRow._make  # faster than calling the class


class RowStore:
    """The rows of a table, each with a number and a form."""

    def __init__(self) -> None:
        self._database = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        for statement in (
            "PRAGMA journal_mode = OFF",
            "PRAGMA synchronous = OFF",
            "PRAGMA cache_size = -24000",
            "CREATE TABLE rows (number INTEGER PRIMARY KEY, form TEXT, data BLOB)",
        ):
            self._database.execute(statement)
        self._shapes: dict[tuple[str, ...], int] = {}
        self._names: list[tuple[str, ...]] = []
        self._sources: dict[str | None, int] = {None: 0}
        self._source_names: list[str | None] = [None]
        self._odd: dict[int, tuple[int, int | None, int, tuple[object, ...]]] = {}
        self.count = 0

    def __enter__(self) -> RowStore:
        return self

    def __exit__(self, *error: object) -> None:
        self._database.close()

    @property
    def names(self) -> list[str]:
        """The names of all columns, in the order in which they came."""
        return list(dict.fromkeys(name for shape in self._names for name in shape))

    def fill(self, rows: Iterable[tuple[str, JSONMapping]]) -> None:
        """Add rows with their forms, and prepare looking them up."""
        source = iter(rows)
        self._database.execute("BEGIN")
        while some := [self._entry(form, row) for form, row in islice(source, _AT_ONCE)]:
            self._database.executemany("INSERT INTO rows VALUES (?, ?, ?)", some)
        self._database.execute("CREATE INDEX forms ON rows (form)")
        self._database.execute("COMMIT")

    def _entry(self, form: str, row: JSONMapping) -> tuple[object, ...]:
        number, names, values = self.count, tuple(row), tuple(row.values())
        self.count += 1
        if (shape := self._shapes.get(names)) is None:
            shape = self._shapes[names] = len(self._names)
            self._names.append(names)
        line, source = None, 0
        if isinstance(row, Record):
            line = row.line
            if (number_of_source := self._sources.get(row.source)) is None:
                number_of_source = self._sources[row.source] = len(self._source_names)
                self._source_names.append(row.source)
            source = number_of_source
        entry = (shape, line, source, values)
        data: bytes | None
        try:
            data = pickle.dumps(entry, 5)
        except Exception:  # noqa: BLE001 - an object of the caller, which may raise anything: it stays in memory
            data, self._odd[number] = None, entry
        return number, form, data

    def alike(self) -> Iterator[list[StoredRow]]:
        """Yield the rows that share a form, in lists."""
        query = "SELECT form FROM rows GROUP BY form HAVING count(*) > 1 ORDER BY min(number)"
        for (form,) in self._database.execute(query):
            yield sorted(self.with_forms([form]), key=lambda row: row.number)

    def with_forms(self, forms: Sequence[str]) -> list[StoredRow]:
        """Return the rows with some forms."""
        return list(self._select("form", forms))

    def with_numbers(self, numbers: Sequence[int]) -> list[StoredRow]:
        """Return the rows with some numbers, in their order."""
        return sorted(self._select("number", numbers), key=lambda row: row.number)

    def parts(self, numbers: Iterable[int], size: int) -> Iterator[list[StoredRow]]:
        """Yield the rows with some numbers, in lists."""
        source = iter(numbers)
        while some := list(islice(source, size)):
            yield self.with_numbers(some)

    def _select(self, column: str, values: Sequence[object]) -> Iterator[StoredRow]:
        for start in range(0, len(values), _PARAMETERS):
            some = values[start : start + _PARAMETERS]
            marks = ",".join("?" * len(some))
            query = f"SELECT {_COLUMNS} FROM rows WHERE {column} IN ({marks})"  # noqa: S608 - marks only
            yield from map(self._row, self._database.execute(query, some).fetchall())

    def _row(self, entry: tuple[Any, ...]) -> StoredRow:
        number, form, data = entry
        # This process has written it.
        shape, line, source, values = self._odd[number] if data is None else pickle.loads(data)  # noqa: S301
        return _made((number, form, self._names[shape], values, line, self._source_names[source]))
