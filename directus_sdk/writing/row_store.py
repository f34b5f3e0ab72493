"""The rows that `sync` compares, on the disk: found again by the values to match on, whatever their order is.

They are in a private database of SQLite without a name, which is in memory while it is small and in a temporary file that no
other process sees afterwards.
"""

from __future__ import annotations

import pickle
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, Union

from directus_sdk.json_types import JSONMapping, JSONObject
from directus_sdk.tables.records import Record, place
from directus_sdk.wire.iterators import batched

#: An empty cell in the text of a row; and what separates cells.
NULL, _END = "\x00", "\x1f"
_PARAMETERS = 500
#: A row as it is stored: its number, its form, its values, and its line. The values are its joined cells where it has
#: nothing else, and otherwise a pickle, or ``None`` for what cannot be pickled.
Entry = tuple[int, str, Union[str, bytes, None], Union[int, None]]


def joined(cells: Iterable[str | None]) -> str:
    """Return the cells of a row as one string, which no other row of as many cells has.

    Raises:
        TypeError: A value is neither a string nor ``None``.
    """
    try:
        return _END.join(cells)  # type: ignore[arg-type]
    except TypeError:
        return _END.join([NULL if cell is None else cell for cell in cells])


class StoredRow(NamedTuple):
    """A row of the table.

    Attributes:
        number: Its number, from 0.
        form: The values to match on, as text.
        names: Its columns.
        values: Their values.
        line: Its line in a file, or ``None``.
        source: The file.
        kind: The class of a row of it.
    """

    number: int
    form: str
    names: tuple[str, ...]
    values: tuple[object, ...]
    line: int | None
    source: str | None
    kind: type[Record] = Record

    @property
    def place(self) -> str:
        """The place in words."""
        return place(self.derived({}), self.number)

    def mapping(self) -> JSONObject:
        """Return the row as a mapping."""
        return dict(zip(self.names, self.values, strict=True))

    def derived(self, values: JSONMapping) -> JSONMapping:
        """Return other values with the place of this row."""
        return dict(values) if self.line is None or self.source is None else self.kind(values, self.source, self.line)


class RowStore:
    """The rows of a table, each with a number and a form."""

    def __init__(self) -> None:
        self._database = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        for statement in (
            "PRAGMA journal_mode = OFF",
            "PRAGMA synchronous = OFF",
            "PRAGMA cache_size = -24000",
            "CREATE TABLE rows (number INTEGER PRIMARY KEY, form TEXT, data, line INTEGER)",
        ):
            self._database.execute(statement)
        self._shapes: dict[tuple[str, ...], int] = {}
        self._names: list[tuple[str, ...]] = []
        self._sources: dict[tuple[str | None, type[Record]], int] = {(None, Record): 0}
        self._odd: dict[int, tuple[int, int | None, int, tuple[object, ...]]] = {}
        self._joined: tuple[tuple[str, ...], str, Sequence[int]] = ((), "", ())
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
        self.fill_entries(self.entry(form, row) for form, row in rows)

    def fill_entries(self, entries: Iterable[Entry]) -> None:
        """Add what `entry` and `joined_entry` have returned, and prepare looking it up."""
        self._database.execute("BEGIN")
        self._database.executemany("INSERT INTO rows VALUES (?, ?, ?, ?)", entries)
        self._database.execute("CREATE INDEX forms ON rows (form, data, line)")  # holds all that most rows need
        self._database.execute("COMMIT")

    def entry(self, form: str, row: JSONMapping) -> Entry:
        """Return what is stored of a row."""
        number, names, values = self.count, tuple(row), tuple(row.values())
        self.count += 1
        if (shape := self._shapes.get(names)) is None:
            shape = self._shapes[names] = len(self._names)
            self._names.append(names)
        line, source = None, 0
        if isinstance(row, Record):
            line = row.line
            source = self._sources.setdefault((row.source, type(row)), len(self._sources))
        entry = (shape, line, source, values)
        try:
            return number, form, pickle.dumps(entry, 5), line
        except Exception:  # noqa: BLE001 - an object of the caller, which may raise anything: it stays in memory
            self._odd[number] = entry
            return number, form, None, line

    def joined_entry(self, form: str, line: int, cells: Sequence[str | None]) -> Entry | None:
        """Return what is stored of a row that `expect_joined` is about; ``None`` for odd cells."""
        text = joined(cells)
        if text.count(_END) >= len(cells) or text.count(NULL) > cells.count(None):
            return None
        if not text.isascii():
            try:
                text.encode()
            except UnicodeEncodeError:  # a lone surrogate, of a file object
                return None
        number = self.count
        self.count += 1
        return number, form, text, line

    def expect_joined(self, columns: tuple[str, ...], source: str, integers: Sequence[int]) -> None:
        """Prepare for rows of one file that are stored as strings.

        Args:
            columns: The columns.
            source: The file.
            integers: The places of the columns whose cells are returned as integers.
        """
        self._joined = columns, source, integers
        self._names.append(columns)

    def alike(self) -> Iterator[list[StoredRow]]:
        """Yield the rows that share a form, in lists."""
        query = "SELECT form FROM rows GROUP BY form HAVING count(*) > 1 ORDER BY min(number)"
        for (form,) in self._database.execute(query):
            yield sorted(map(self.row, self.with_forms([form])), key=lambda row: row.number)

    def with_forms(self, forms: Iterable[str]) -> list[Entry]:
        """Return the rows with some forms."""
        return self._select("form", forms)

    def with_numbers(self, numbers: Sequence[int]) -> list[StoredRow]:
        """Return the rows with some numbers, in their order."""
        return list(map(self.row, sorted(self._select("number", numbers))))

    def _select(self, column: str, values: Iterable[object]) -> list[Entry]:
        rows: list[Entry] = []
        for some in batched(values, _PARAMETERS):
            marks = ",".join("?" * len(some))
            query = f"SELECT number, form, data, line FROM rows WHERE {column} IN ({marks})"  # noqa: S608 - marks only
            rows += self._database.execute(query, some)
        return rows

    def row(self, entry: Entry) -> StoredRow:
        """Return a row with its values."""
        number, form, data, line = entry
        if isinstance(data, str):
            cells: list[object] = [None if cell == NULL else cell for cell in data.split(_END)]
            names, file, integers = self._joined
            for column in integers:
                cells[column] = int(str(cells[column]))
            return StoredRow(number, form, names, tuple(cells), line, file)
        # This process has written it.
        shape, line, source, values = self._odd[number] if data is None else pickle.loads(data)  # noqa: S301
        return StoredRow(number, form, self._names[shape], values, line, *list(self._sources)[source])
