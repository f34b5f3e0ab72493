"""What a call did with each item, as the file of `keep_before` has it: by key, on the disk if there is much of it.

It is a private database of SQLite without a name, so that the memory of a `restore` does not grow with the file, and a process
that is killed leaves nothing behind.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from functools import partial
from typing import Any

import attrs

from directus_sdk.json_types import JSONMapping, JSONObject
from directus_sdk.wire.encoding import to_text
from directus_sdk.wire.keys import key_text
from directus_sdk.wire.urls import Key

#: What a server has returned stays as it is.
_text = partial(to_text, for_server=False)

_TABLES = (
    "PRAGMA journal_mode = OFF",
    "PRAGMA synchronous = OFF",
    "PRAGMA cache_size = -16000",
    "CREATE TABLE items (number INTEGER PRIMARY KEY, form TEXT UNIQUE, key TEXT, before TEXT, after TEXT)",
    "CREATE TABLE created (chunk INTEGER, record TEXT)",
    "CREATE TABLE returned (chunk INTEGER, keys TEXT)",
    "CREATE INDEX created_chunks ON created (chunk)",
    "CREATE INDEX returned_chunks ON returned (chunk)",
    "BEGIN",
)


@attrs.frozen
class ItemState:
    """What a call did with one item; ``None`` stands for an item that does not exist."""

    key: Key
    before: JSONObject | None
    after: JSONObject | None


class ItemStates:
    """The states of the items, each added up from all records about it, in the order of their first ones."""

    def __init__(self) -> None:
        self._database = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        for statement in _TABLES:
            self._database.execute(statement)

    def __enter__(self) -> ItemStates:
        return self

    def __exit__(self, *error: object) -> None:
        self._database.close()

    def add(self, key: Key, before: JSONObject | None, after: JSONObject | None) -> None:
        """Add a record: the values before the first one count, and those after the last one."""
        form = key_text(key)
        row = self._database.execute("SELECT number, before, after FROM items WHERE form = ?", (form,)).fetchone()
        if row is None:
            entry = (form, _text(key), _text(before), _text(after))
            self._database.execute("INSERT INTO items (form, key, before, after) VALUES (?, ?, ?, ?)", entry)
            return
        number, first, last = row[0], json.loads(row[1]), json.loads(row[2])
        if first is not None and before is not None:
            first = {**before, **first}
        if after is not None and last is not None:
            after = {**last, **after}
        self._database.execute("UPDATE items SET before = ?, after = ? WHERE number = ?", (_text(first), _text(after), number))

    def add_creation(self, key: Key, after: JSONMapping) -> None:
        """Add the record of a creation, which was before all others about the item."""
        state = self.find(key)
        if state is not None:
            last = None if state.after is None else {**after, **state.after}
            self._database.execute(
                "UPDATE items SET before = ?, after = ? WHERE form = ?", (_text(None), _text(last), key_text(key))
            )
        else:
            self.add(key, None, dict(after))

    def relink(self, key: Key, field: str, value: Key) -> None:
        """Note what a link was before the deletion of the item that it held made it null, in values that were kept later."""
        row = self._database.execute("SELECT number, before FROM items WHERE form = ?", (key_text(key),)).fetchone()
        before = json.loads(row[1]) if row else None
        if before and before.get(field, "") is None:
            values = (_text({**before, field: value}), row[0])
            self._database.execute("UPDATE items SET before = ? WHERE number = ?", values)

    def find(self, key: Key) -> ItemState | None:
        """Return what the call did with an item."""
        row = self._database.execute("SELECT key, before, after FROM items WHERE form = ?", (key_text(key),)).fetchone()
        return None if row is None else ItemState(*map(json.loads, row))

    def parts(self, size: int) -> Iterator[list[ItemState]]:
        """Yield the items, in lists."""
        last = 0
        query = "SELECT number, key, before, after FROM items WHERE number > ? ORDER BY number LIMIT ?"
        while rows := self._database.execute(query, (last, size)).fetchall():
            last = rows[-1][0]
            yield [ItemState(*map(json.loads, row[1:])) for row in rows]

    def add_created(self, record: JSONMapping) -> None:
        """Add an item whose key the server made."""
        self._database.execute("INSERT INTO created VALUES (?, ?)", (record["chunk"], _text(record)))

    def add_returned(self, chunk: int, keys: list[Key]) -> None:
        """Add keys that the server has returned for a chunk."""
        self._database.execute("INSERT INTO returned VALUES (?, ?)", (chunk, _text(keys)))

    def created(self) -> Iterator[tuple[list[JSONMapping], list[Key]]]:
        """Yield what the file has about items whose keys the server made, and the keys that it returned, for each request."""
        for (chunk,) in self._database.execute("SELECT DISTINCT chunk FROM created ORDER BY chunk").fetchall():
            records = self._loaded("SELECT record FROM created WHERE chunk = ? ORDER BY rowid", chunk)
            lists = self._loaded("SELECT keys FROM returned WHERE chunk = ? ORDER BY rowid", chunk)
            yield records, [key for keys in lists for key in keys]

    def _loaded(self, query: str, chunk: int) -> list[Any]:
        return [json.loads(text) for (text,) in self._database.execute(query, (chunk,))]
