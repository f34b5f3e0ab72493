"""How a chunk of a bulk call is written: the requests, and which items their responses are about."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from typing import Any

from directus_sdk.errors import Forbidden, InvalidPayload, OrderUnknown, RecordNotUnique, RouteNotFound
from directus_sdk.json_types import JSONMapping
from directus_sdk.models.codec import Codec
from directus_sdk.reading import paging
from directus_sdk.reading.collection import Collection
from directus_sdk.reading.paging import Rows
from directus_sdk.reading.primary_key import (
    addressed,
    changed_key_message,
    explain_conflict,
    explain_missing,
    explain_value,
    is_about_access,
    lacks_key,
)
from directus_sdk.reading.truncation import TruncationCheck
from directus_sdk.wire.encoding import dumps
from directus_sdk.wire.keys import Keys, same_key
from directus_sdk.wire.query import NormalizedQuery
from directus_sdk.writing import chunk_sender, row_order
from directus_sdk.writing.bulk_options import CallOptions, patient
from directus_sdk.writing.checkpoint import BulkCheckpoint, doubt
from directus_sdk.writing.chunk_sender import ItemRefused, Written
from directus_sdk.writing.chunks import Chunk
from directus_sdk.writing.existing_items import ExistingItems
from directus_sdk.writing.undo import opened

_JSON = {"Content-Type": "application/json"}

#: Two items are sent as the official SDKs send them (`tests/conformance`).
_WITHOUT_LIMIT = 2

#: The row of an item that was written but not returned.
_NO_ROW = object()

#: Parameters that select items; in a bulk call the input selects them.
_NOT_HERE = ("filter", "search", "sort", "limit", "offset", "page", "aggregate", "groupBy", "export")


class ChunkCalls:
    """The requests of one bulk call.

    Args:
        collection: The collection.
        codec: Makes the payloads of the items, and the items of what the server returns.
        query: What to return.
        options: Its options.
    """

    # What an error of the server says about the items; another generation of the API has other errors.
    _is_about_items = staticmethod(chunk_sender.is_about_items)
    _named = staticmethod(chunk_sender.named)
    _doubt = staticmethod(doubt)

    def __init__(self, collection: Collection, codec: Codec[Any], query: NormalizedQuery, options: CallOptions) -> None:
        for name in _NOT_HERE:
            if name in query and (name, query[name]) != ("limit", -1):  # which says what is done anyway
                raise TypeError(f"{name} cannot be given here: every item is written, and returned in the order of the input")
        self._collection = patient(collection)
        self._codec = codec
        self._pipeline = self._collection.pipeline
        self._key = collection.primary_key
        self._query = query
        self._options = options
        self._limits = self._pipeline.limits
        self._check = TruncationCheck(self._pipeline, collection.name)
        self._checkpoint = None if options.checkpoint is None else BulkCheckpoint(options.checkpoint)
        self._undo = opened(options.keep_before, self._collection)
        self._doubtful = range(0)
        self._total: int | None = None
        self._match_on: str | None = None
        self._generates_keys = False
        # The error for an item that does not fit the model names its key.
        self._query_with_key, self._added = paging.with_key(query, self._key)
        self._keys_written: list[object] = []
        # Whether the server has shown that the primary key has another name.
        self._checked_key = self._lacks_key = False
        # The rows that the calls of one upsert wrote, by index: a part of a chunk that is sent again creates nothing twice.
        self._written: dict[int, object] = {}
        # Makes an item of a row of a table; and the table is open.
        self._row_item: Callable[[object], object] = lambda item: item
        self._resources = ExitStack()

    def _post(self, part: Chunk) -> Written:
        rows = self._send("POST", part, part.body)
        if self._undo is not None:
            self._undo.created(part.data, rows or ())
        if rows is None or self._options.returning is None:  # written, but not readable or not wanted
            return Written(self._known_keys(part), len(part))
        if self._options.returning == "keys" and any(self._key not in row for row in rows):
            self._lacks_key = True
            return Written([], len(part))
        if any(item.get(self._key) in (0, "0") for item in part.data):
            rows = self._with_key_0(part, rows)
        if not self._options.ordered:
            return Written(self._returned(rows), len(part))
        try:
            ordered = row_order.created(part.data, rows, self._key)
        except OrderUnknown as error:
            error.result = self._returned(error.result)
            raise
        return Written(self._returned(ordered), len(part))

    def _with_key_0(self, part: Chunk, rows: Rows) -> Rows:
        """Read the items of a part with the key 0: a server returns another item instead of that one."""
        keys = [item.get(self._key) for item in part.data]
        if None in keys:
            return rows
        query = self._query_with_key if self._options.returning == "items" else NormalizedQuery(fields=[self._key])
        current = self._collection.by_keys(Keys(keys).unique(), query)
        return current if len(current) == len(part) else rows

    def _patch(self, part: Chunk) -> Written:
        return self._changed(part, part.data, self._send("PATCH", part, part.body))

    def _changed(self, part: Chunk, sent: Sequence[JSONMapping], rows: Rows | None) -> Written:
        """Return what a PATCH wrote, in the order of the items: a server ignores items that do not exist."""
        if rows is None or self._options.returning is None:
            return Written(self._known_keys(part), len(part))
        if any(self._key not in row for row in rows):
            return Written(self._returned(rows), len(rows))
        ordered = [row for row in row_order.by_value(sent, rows, self._key) if row is not None]
        if len(set(map(id, ordered))) < len(rows):
            ordered = rows  # a hook of the server returns other items
        return Written(self._returned(ordered), len(ordered))

    def _send(self, method: str, part: Chunk, body: bytes) -> Rows | None:
        """Send a body; return the rows, or ``None`` where they may not be read."""
        query = self._query
        if self._options.returning != "items":
            # The field that identifies the items lets the rows be brought into their order.
            fields = list(dict.fromkeys([self._key, self._match_on or self._key]))
            query = query.replace(deep=None, fields=fields)
        elif len(part) > 1 or self._codec.converts:
            query = self._query_with_key
        # A server with a default limit, which may be below ten, cuts responses silently (version 10 even without a query).
        if len(part) > _WITHOUT_LIMIT and (self._options.returning is not None or self._undo is not None):
            query = query.replace(limit=len(part))
        try:
            response = self._pipeline.call(method, self._collection.path, body=body, headers=_JSON, query=query)
        except RouteNotFound as error:  # a singleton has PATCH, but not POST
            self._collection.refuse_singleton(error)
            raise
        except InvalidPayload as error:
            explain_missing(self._collection, error)
            raise
        except Forbidden as error:
            self._explain(error, part, method)
            raise
        data = response.data
        if isinstance(data, Mapping) and method == "PATCH":
            raise self._collection.singleton_error()
        if self._options.returning == "items":
            self._check.record(response, query)
        return None if data is None else self._collection.own(data if isinstance(data, list) else [data])

    def _explain(self, error: Forbidden, part: Chunk, method: str) -> None:
        if method == "POST" and self._generates_keys and is_about_access(error):
            advice = "The SDK generated the keys (generate_keys=True), and they are UUIDs: omit it if the primary key of"
            error.args = (f"{error.message}. {advice} {self._collection.name} is a number",)
        else:
            explain_value(self._collection, error, [key for key in self._keys_sent(part) if key is not None])

    def _keys_sent(self, part: Chunk) -> list[object]:
        return [data.get(self._key) if isinstance(data, Mapping) else data for data in part.data]

    def _returned(self, rows: Rows) -> Rows:
        """Return the rows, or their keys where only these are wanted."""
        if self._options.returning != "keys":
            return rows
        if all(isinstance(row, Mapping) and self._key in row for row in rows):
            return [row[self._key] for row in rows]
        self._lacks_key = True
        return []

    def _known_keys(self, part: Chunk) -> Rows:
        """Return the keys of items that were written and not returned, where they are wanted and known."""
        returning, keys = self._options.returning, self._keys_sent(part)
        if returning == "keys" and None not in keys:
            return keys
        if (returning == "keys" or (returning == "items" and self._added)) and not self._checked_key:
            self._checked_key = True
            self._lacks_key = lacks_key(self._collection)
        return []

    def _upsert(self, part: Chunk, match_on: str | None, existing: ExistingItems) -> None:
        """Write the items of a part that are not written yet, and record them."""
        field, whole = match_on or self._key, part
        part = part.chosen([place for place, index in enumerate(part.indexes) if index not in self._written])
        stored = existing.find(part.data)
        keys = [item[self._key] for item in stored if item is not None]
        if keys:
            changes = part.chosen([place for place, item in enumerate(stored) if item is not None])
            for index, data, key in zip(changes.indexes, changes.data, keys, strict=True):
                if not same_key(data.get(self._key, key), key):
                    raise ItemRefused(index, changed_key_message(self._collection.name, self._key, key, data))
            changes.data = [addressed(data, self._key, key) for data, key in zip(changes.data, keys, strict=True)]
            changes.encoded = [dumps(data) for data in changes.data]
            self._record(changes, self._patch(changes).rows)
        new = part.chosen([place for place, item in enumerate(stored) if item is None])
        if new.data:
            try:
                self._record(new, self._post(new).rows)
            except RecordNotUnique as error:
                if match_on is None and any(data.get(field) is None for data in new.data):
                    explain_conflict(self._collection, error)
                raise
            except OrderUnknown as error:
                error.result = [*self._take_written(whole).rows, *(error.result or [])]
                raise

    def _record(self, part: Chunk, rows: Rows) -> None:
        self._written.update(dict.fromkeys(part.indexes, _NO_ROW))
        self._written.update(zip(part.indexes, rows, strict=False))

    def _take_written(self, part: Chunk) -> Written:
        """Return what was recorded of a part, once."""
        written = {index: self._written.pop(index) for index in part.indexes if index in self._written}
        return Written([row for row in written.values() if row is not _NO_ROW], len(written), list(written))
