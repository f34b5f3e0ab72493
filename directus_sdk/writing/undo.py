"""The file that a bulk call keeps to be undone: the old values, and what identifies the items that it creates.

The file is NDJSON: a header, and records that are on the disk before the items that they are about are sent.

* ``update`` and ``delete`` have the key and the values ``before``; an update also the values ``after`` it.
* ``create`` has the values, and the key where it is known before. Where the server makes it, ``above`` is the greatest key that
  existed; ``created`` follows with the keys that the server has returned.
* ``masked`` and ``unread`` name fields of deleted items whose values the server masks, or the user may not read.
* ``reference`` is an item that loses its link when an item is deleted, and ``cascade`` one of another collection that is
  deleted with it.

``end`` is the last record where the server has responded to every request of the call.

`directus_sdk.writing.undo_file` reads it.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import Any

from directus_sdk.errors import APIError, ConfigurationError, Forbidden
from directus_sdk.json_types import JSONMapping, JSONObject
from directus_sdk.local.atomic_file import place_of
from directus_sdk.reading.collection import Collection
from directus_sdk.reading.field_types import fields_of, permitted_fields
from directus_sdk.reading.field_values import Field
from directus_sdk.wire.encoding import to_text
from directus_sdk.wire.iterators import batched
from directus_sdk.wire.keys import Keys, key_text
from directus_sdk.wire.parameters import file_path
from directus_sdk.wire.query import NormalizedQuery
from directus_sdk.wire.urls import Key
from directus_sdk.wire.value_forms import as_json
from directus_sdk.writing.existing_items import ExistingItems
from directus_sdk.writing.linked_items import Relation, is_nested, relations_to

FORMAT = 1
#: Stands for the fields of which the user does not even get the names.
OTHERS = "other fields, if there are any"
#: Stands for what a user cannot find who may not read the relations.
LINKS = "links of other items, if there are any"
#: How many items are read at once.
_AT_ONCE = 2_000


class UndoLog:
    """The file of one call.

    Args:
        path: The file, which must not exist.
        collection: The collection.

    Raises:
        FileExistsError: The file exists.
        FileNotFoundError: Its folder does not exist.
    """

    def __init__(self, path: str | PathLike[str], collection: Collection) -> None:
        self._path = place_of(path)
        if os.path.lexists(self._path):
            raise self._exists()
        if not self._path.parent.is_dir():
            raise FileNotFoundError(f"there is no folder {str(self._path.parent)!r} for the file of keep_before")
        self._collection = collection
        self._key = collection.primary_key
        self._lock = threading.Lock()
        self._started = False
        self._chunks = 0
        self._chunk_of: dict[int, int] = {}
        self._lost: set[str] = set()

    def _exists(self) -> FileExistsError:
        return FileExistsError(
            f"{self._path} exists, and is never overwritten: it may be the only way back. Nothing was sent. Choose another "
            "name for keep_before, such as one with the date"
        )

    # ------------------------------------------------------------------ what the call asks
    @cached_property
    def fields(self) -> Mapping[str, Field]:
        """The fields of the collection."""
        return fields_of(self._collection.pipeline, self._collection.name)

    @property
    def generates_keys(self) -> bool:
        """Whether the keys of new items are UUIDs, so that they can be made here and are known before."""
        field = self.fields.get(self._key)
        return field is not None and field.type == "uuid"

    # ------------------------------------------------------------------ records
    def creating(self, rows: Sequence[JSONMapping], match_on: str | None = None) -> None:
        """Keep what identifies items that will be created; not those that exist, which the server refuses."""
        existing = self._existing([row[self._key] for row in rows if row.get(self._key) is not None])
        rows = [row for row in rows if row.get(self._key) is None or key_text(row[self._key]) not in existing]
        above = None
        if any(row.get(self._key) is None for row in rows):
            newest = self._collection.rows(NormalizedQuery(fields=[self._key], sort=[f"-{self._key}"], limit=1))
            text = str(newest[0][self._key]) if newest else ""  # PostgreSQL returns large integers as strings
            above = int(text) if text.isdecimal() else None
        with self._lock:
            self._chunks += 1
            number = self._chunks
        chunk: JSONMapping = {"chunk": number, "above": above, "match_on": match_on}
        self._write({"do": "create", "key": row.get(self._key), "after": as_json(self._kept(row)), **chunk} for row in rows)
        self._chunk_of.update((id(row), number) for row in rows)

    def created(self, rows: Sequence[JSONMapping], returned: Iterable[object]) -> None:
        """Keep the keys that the server has made for items."""
        sent = {key_text(row[self._key]) for row in rows if row.get(self._key) is not None}
        keys = [item[self._key] for item in returned if isinstance(item, Mapping) and self._key in item]
        keys = [key for key in keys if key_text(key) not in sent]
        numbers = [self._chunk_of.pop(id(row), None) for row in rows]
        number = next((number for number in numbers if number is not None), None)
        if keys and number is not None:
            self._write([{"do": "created", "chunk": number, "keys": keys}])

    def updating(self, rows: Sequence[JSONMapping]) -> None:
        """Keep the old values of the fields of changes, each with its key."""
        names = list(dict.fromkeys(name for row in rows for name in row if self._keeps(name)))
        current = self._read([row[self._key] for row in rows], [self._key, *names])
        self._write(
            {
                "do": "update",
                "key": item[self._key],
                "before": {name: item.get(name) for name in self._kept(row)},
                "after": as_json(self._kept(row)),
                "more": [name for name in row if name != self._key and not self._keeps(name)],
            }
            for row in rows
            if (item := current.get(key_text(row[self._key]))) is not None
        )

    def changing(self, keys: Sequence[object], changes: JSONMapping) -> None:
        """Keep the old values of the fields of one change of many items."""
        self.updating([{**changes, self._key: key} for key in keys])

    def deleting(self, keys: Sequence[object]) -> None:
        """Keep all values of items, of items of the collection that a cascade deletes with them, and what is linked with them.

        Raises:
            ConfigurationError: They are files, whose content is deleted with them.
        """
        if self._collection.name == "directus_files":
            raise ConfigurationError(
                "the content of files is deleted with them, and restore() could not put it back: download them first, with "
                "files.sync_folder(path, folder, 'down'), and leave keep_before out. Nothing was sent"
            )
        kept: set[str] = set()
        self._name_lost("unread", self._unread)
        while keys:
            current = self._read(keys, ["*"])
            before = {key: self._kept(item, also_key=True) for key, item in current.items()}
            lost = {name for key, item in current.items() for name in item.keys() - before[key].keys()}
            self._name_lost("masked", sorted(name for name in lost if self._keeps(name)))
            self._write({"do": "delete", "key": current[key][self._key], "before": values} for key, values in before.items())
            kept.update(current)
            linked = [key for relation in self._relations for key in self._keep_linked(relation, list(current))]
            keys = [key for key in linked if key_text(key) not in kept]

    def upserting(self, rows: Sequence[JSONMapping], match_on: str | None) -> None:
        """Keep what an upsert changes or creates."""
        items = ExistingItems(self._collection, match_on).find(rows)
        pairs = list(zip(rows, items, strict=True))
        self.updating([{**row, self._key: item[self._key]} for row, item in pairs if item is not None])
        if new := [row for row, item in pairs if item is None]:
            self.creating(new, match_on)

    def ended(self) -> None:
        """Keep that a call has ended, so that the server is not busy with it any more."""
        if self._started:
            with suppress(ConfigurationError):  # such as a full disk
                self._write([{"do": "end"}])

    # ------------------------------------------------------------------ inside
    def _keeps(self, name: str) -> bool:
        field = self.fields.get(name, Field(name))
        return name != self._key and not field.is_hidden and not field.is_set_by_server and not _is_list(field)

    def _kept(self, row: JSONMapping, *, also_key: bool = False) -> JSONObject:
        """Return the values that can be put back: no masked ones, none that the server sets, no lists of related items.

        Of a related item that is written together with its own there is only a mark: it may have a password.
        """
        kept: JSONObject = {}
        for name, value in row.items():
            field = self.fields.get(name, Field(name))
            if (also_key and name == self._key) or (self._keeps(name) and not field.masks(value)):
                kept[name] = {} if is_nested(field, value) else value
        return kept

    def _read(self, keys: Sequence[Any], names: list[str]) -> dict[str, JSONMapping]:
        query = NormalizedQuery(fields=names)
        parts = (self._collection.by_keys(Keys(some).unique(), query) for some in batched(keys, _AT_ONCE))
        return {key_text(item[self._key]): item for items in parts for item in items}

    def _name_lost(self, reason: str, names: Iterable[str]) -> None:
        """Keep the names of fields whose values are lost with the items that are deleted, once."""
        if new := [name for name in names if name not in self._lost]:
            self._lost.update(new)
            self._write([{"do": reason, "fields": new}])

    @cached_property
    def _unread(self) -> list[str]:
        """Fields that the user may not read; the server names those that the user may write."""
        permitted = permitted_fields(self._collection.pipeline, self._collection.name)
        read = permitted.get("read", frozenset("*"))
        if "*" in read:
            return []
        written = permitted.get("create", frozenset()) | permitted.get("update", frozenset())
        return [*sorted(written - read - {"*"}), OTHERS]

    def _existing(self, keys: Sequence[Key]) -> Container[str]:
        try:
            return self._read(keys, [self._key]) if keys else ()
        except Forbidden:  # who may not read the items cannot restore them either
            return ()

    @cached_property
    def _relations(self) -> list[Relation]:
        try:
            return list(relations_to(self._collection))
        except APIError:
            self._name_lost("unread", [LINKS])
            return []

    def _keep_linked(self, relation: Relation, keys: Sequence[str]) -> Iterator[Key]:
        """Keep what is linked with items; yield the items of the collection itself that are deleted with them."""
        items, field = relation.items, relation.field
        for some in batched(keys, _AT_ONCE):
            query = NormalizedQuery(fields=list({items.primary_key, field}), filter={field: {"_in": some}})
            for page in items.iterate(query):
                if relation.cascades and items.name == self._collection.name:
                    yield from (item[self._key] for item in page)
                    continue
                self._write(
                    {
                        "do": "cascade" if relation.cascades else "reference",
                        "collection": items.name,
                        "field": field,
                        "item": item[items.primary_key],
                        "key": item[field],
                    }
                    for item in page
                )

    def _write(self, records: Iterable[JSONMapping]) -> None:
        """Add records to the file, and wait until they are on the disk."""
        with self._lock:
            if not self._started:
                self._start()
            try:
                with self._path.open("a", encoding="utf-8") as file:
                    file.writelines(f"{to_text(record, for_server=False)}\n" for record in records)
                    file.flush()
                    os.fsync(file.fileno())
            except OSError as error:  # such as a full disk
                raise ConfigurationError(f"{self._path} cannot be written, so nothing more was sent: {error}") from error

    def _start(self) -> None:
        fields = self.fields.items()
        lists = (name for name, field in fields if _is_list(field) and not field.special & {"o2m", "no-data"})
        header = {
            "format": FORMAT,
            "server": self._collection.pipeline.base_url,
            "collection": self._collection.name,
            "primary_key": self._key,
            "masked": [name for name, field in fields if field.is_hidden],
            "set_by_server": [name for name, field in fields if field.is_set_by_server],
            "lists": list(lists),
        }
        # The first record and its header are on the disk together.
        try:
            handle = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:  # another call has created it meanwhile
            raise self._exists() from None
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(f"{to_text(header)}\n")
        self._started = True


def _is_list(field: Field) -> bool:
    return field.type == "alias"


# ---------------------------------------------------------------------- calls
Keep = Callable[[Sequence[Any]], None]


def opened(keep_before: object, collection: Collection) -> UndoLog | None:
    """Return the file of a call: an open one, or a new one for a path."""
    if keep_before is None or isinstance(keep_before, UndoLog):
        return keep_before
    return UndoLog(Path(file_path("keep_before", keep_before, "a file such as 'undo.ndjson'")), collection)
