"""Bulk calls of version 8: in batches where the server has them, otherwise entry by entry.

A batch of version 8 is not a transaction: what stands before the entry that fails is written. So the error of a batch is
followed by finding out what was written: by what the error says, by reading again, or by making the changes one by one. Then
the call goes on as after a batch of its own, and the result holds what was written.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from itertools import takewhile
from typing import Any

from directus_sdk import errors as tree
from directus_sdk.errors import APIError, NotFound
from directus_sdk.json_types import JSONMapping
from directus_sdk.models.codec import Codec
from directus_sdk.reading.paging import Rows
from directus_sdk.reading.primary_key import check_key
from directus_sdk.v8.likeness import are_like, is_comparable
from directus_sdk.v8.query import Query8
from directus_sdk.v8.rows import Rows8, key_segment
from directus_sdk.wire.encoding import dumps
from directus_sdk.wire.keys import Keys, key_text, one_item
from directus_sdk.writing import chunk_sender
from directus_sdk.writing.bulk_call import BulkCall
from directus_sdk.writing.bulk_options import CallOptions, Result
from directus_sdk.writing.checkpoint import BulkCheckpoint
from directus_sdk.writing.chunk_sender import Written
from directus_sdk.writing.chunks import Chunk

_JSON = {"Content-Type": "application/json"}
#: How many entries a batch has by default and at most: what a batch returns is cut at the default limit, which is 200.
BATCH = 100
#: How an error names the entry.
_NAMED = re.compile(r'Item with id "([^"]*)" not found')
#: How an error names the value that exists already.
_DUPLICATE = re.compile(r'Duplicate key "(.*)" for collection "')
#: Errors that are about the whole call, although their status is that of one about an entry.
_COMMON = (
    tree.RouteNotFound, tree.InvalidQuery, tree.InvalidToken, tree.InvalidProvider, tree.GraphQLError, tree.PayloadTooLarge,
)  # fmt: skip

#: Sends a batch and returns the rows of the response.
Send = Callable[[Chunk], Rows]
#: Finds out what a batch that failed has written, and returns the error of the entry that it stopped at.
Recover = Callable[[Chunk, APIError], "APIError | None"]


def is_about_items(error: Exception, key: str) -> bool:
    """Return whether an error may be about one entry of a batch instead of the whole call.

    Args:
        error: The error.
        key: The primary key. For ``"collection"``, a collection that does not exist is an entry.
    """
    if not isinstance(error, APIError) or isinstance(error, _COMMON):
        return False
    if isinstance(error, NotFound):
        return error.code in (202, 203) or (error.code == 200 and key == "collection")
    return chunk_sender.is_about_items(error) or isinstance(error, (tree.Forbidden, tree.Conflict))


class BulkCall8(BulkCall):
    """One bulk call.

    Args:
        rows: The entries.
        codec: Makes the payloads of the entries, and the entries of what the server returns.
        query: What to return, and what to record.
        options: The options.
    """

    def __init__(self, rows: Rows8, codec: Codec[Any], query: Query8, options: CallOptions) -> None:
        super().__init__(rows, codec, query, options)
        self._entries = rows
        self._group = rows.group
        # The entry that an error is about, by its place in the input.
        self._places: dict[Exception, int] = {}
        # The keys that were deleted.
        self._gone: set[str] = set()
        # Errors after which it is not known what was written.
        self._unknown: set[Exception] = set()

    # ---------------------------------------------------------------- operations
    def create_all(self, items: Iterable[object]) -> Result:
        """Create entries."""

        def prepare(index: int, item: object) -> JSONMapping:
            return self._payload(self._codec.dump_create, index, item)

        def send(part: Chunk) -> Rows:
            body = part.body if self._group.create_many else part.encoded[0]
            return self._call("POST", self._collection.path, body)

        write = self._writer(send, self._created)
        most = BATCH if self._group.create_many else 1
        items = self._items(items, "create_one")
        return self._run("create_many", items, prepare, write, most=most, atomic=False, is_known=lambda data: False)

    def change_all(self, keys: Iterable[object], changes: JSONMapping) -> Result:
        """Make the same change to the entries with some keys."""
        checked = self._keys(keys, "update_one", "read_many(filter=…) and update_many", "update_batch")
        body = dumps(changes)

        def prepare(index: int, key: object) -> object:
            key_segment(key)
            check_key(self._collection.name, self._key, key, changes)
            return Keys.check(index, key)

        def send_list(part: Chunk) -> Rows:
            data = dumps([{self._key: key, **changes} for key in part.data])
            return self._arranged(part.data, self._call("PATCH", self._collection.path, data))

        def send_keys(part: Chunk) -> Rows:
            rows: Rows = []
            for path, _ in self._entries.paths(part.data):
                rows += self._call("PATCH", path, body)
            return self._arranged(part.data, rows)

        send = send_list if self._group.update_many == "list" else send_keys
        write = self._writer(send, self._changed_so_far(lambda key, data: body))
        most = BATCH if self._group.update_many else 1
        return self._run("update_many", checked, prepare, write, most=most, atomic=False, mark=one_item)

    def change_each(self, items: Iterable[object]) -> Result:
        """Change entries, each with its own values."""

        def prepare(index: int, item: object) -> JSONMapping:
            data = self._payload(self._codec.dump_update, index, item)
            if data.get(self._key) is None:
                raise ValueError(f"item {index} has no {self._key!r}, which says which entry to change")
            key_segment(data[self._key])
            return data

        def own(key: object, data: JSONMapping) -> bytes:
            return dumps({name: value for name, value in data.items() if name != self._key})

        def send(part: Chunk) -> Rows:
            keys = [data[self._key] for data in part.data]
            if self._group.update_batch:
                return self._arranged(keys, self._call("PATCH", self._collection.path, part.body))
            return self._call("PATCH", f"{self._collection.path}/{key_segment(keys[0])}", own(keys[0], part.data[0]))

        def mark(data: JSONMapping) -> str:
            return one_item(data[self._key])

        write = self._writer(send, self._changed_so_far(own))
        most = BATCH if self._group.update_batch else 1
        items = self._items(items, "update_one")
        return self._run("update_batch", items, prepare, write, most=most, atomic=False, mark=mark)

    def delete_all(self, keys: Iterable[object]) -> Result:
        """Delete the entries with some keys."""

        def prepare(index: int, key: object) -> object:
            key_segment(key)
            return Keys.check(index, key)

        def send(part: Chunk) -> Rows:
            if part.indexes and part.indexes[0] in self._doubtful:  # the last run may have deleted some of them
                alive = self._entries.alive(part.data)
                part = part.chosen([place for place, key in enumerate(part.data) if key_text(key) in alive])
            # The server does not find a key that is given twice.
            new = [key for key in Keys(part.data).unique() if key_text(key) not in self._gone]
            for path, sent in self._entries.paths(new):
                self._pipeline.call("DELETE", path, params=self._query.pairs())
                self._gone.update(map(key_text, sent))
            return part.data

        write = self._writer(send, self._deleted)
        most = BATCH if self._group.delete_many else 1
        checked = self._keys(keys, "delete_one", "read_many(filter=…) and delete_many")
        return self._run("delete_many", checked, prepare, write, most=most, atomic=False, mark=one_item)

    # ---------------------------------------------------------------- one batch
    def _writer(self, send: Send, recover: Recover) -> chunk_sender.Write:
        """Return a write that sends only what is not written yet, so that nothing is written twice."""

        def write(part: Chunk) -> Written:
            left = part.chosen([place for place, index in enumerate(part.indexes) if index not in self._written])
            if left.data:
                try:
                    rows = send(left)
                except APIError as error:
                    if len(left) == 1:
                        self._places[error] = left.indexes[0]
                        raise
                    failure = recover(left, error)
                    if failure is not None:
                        raise failure from None
                else:
                    if len(left) == len(part):
                        return Written(rows, len(part))
                    self._record(left, rows)
            return self._take_written(part)

        return write

    def _call(self, method: str, path: str, body: bytes) -> Rows:
        """Send a write and return its rows, or their keys, as the options want them."""
        query = self._query
        if not self._group.selects:  # the server refuses names of fields there, and returns all of them
            pass
        elif self._options.returning != "items":
            query = query.replace(fields=[self._key])
        elif self._codec.converts or method == "PATCH":
            query = self._query_with_key
        data = self._pipeline.call(method, path, body=body, headers=_JSON, params=query.pairs()).data
        return self._wanted(_flat(data))

    def _wanted(self, rows: Rows) -> Rows:
        if self._options.returning is None:
            return []
        if self._options.returning == "keys":
            return [row[self._key] for row in rows if self._key in row]
        return rows

    def _arranged(self, keys: Sequence[Any], rows: Rows) -> Rows:
        """Bring what a change has returned into the order of the keys."""
        if self._options.returning is None:
            return rows
        field = self._key
        if self._options.returning == "keys":
            present = {key_text(row): row for row in rows}
            return [present[key_text(key)] for key in keys if key_text(key) in present]
        if len(rows) < 2 or any(field not in row for row in rows):
            return rows
        arranged, absent = Keys(keys).arrange(rows, field)
        return arranged if not absent else rows

    # ---------------------------------------------------------------- what was written
    def _named_place(self, part: Chunk, error: APIError) -> int | None:
        """Return the place of the entry that an error names by its key."""
        match = _NAMED.search(error._server_message())
        keys = [key_text(key) for key in self._keys_sent(part)]
        return keys.index(match[1]) if match is not None and match[1] in keys else None

    def _read(self, keys: Sequence[Any]) -> Rows:
        """Read the entries that a batch wrote, as the options want them."""
        if self._options.returning is None or not keys:
            return []
        if self._options.returning == "keys":
            return list(keys)
        query = Query8(self._query_with_key.only("fields"))
        if self._group.has_status:
            query = query.replace(status=["*"])
        return Keys(keys).arrange(self._entries.by_keys(Keys(keys).unique(), query), self._key)[0]

    def _changed_so_far(self, body: Callable[[Any, Any], bytes]) -> Recover:
        """Find out what a batch has changed: what stands before the entry that the error names, or one by one."""

        def recover(part: Chunk, error: APIError) -> APIError | None:
            if not is_about_items(error, self._key):
                return error
            place = self._named_place(part, error)
            if place is not None:
                self._places[error] = part.indexes[place]
                written = part.part(0, place)
                self._record(written, self._read(self._keys_sent(written)))
                return error
            for place, key in enumerate(self._keys_sent(part)):
                try:
                    rows = self._call("PATCH", f"{self._collection.path}/{key_segment(key)}", body(key, part.data[place]))
                except APIError as failure:
                    self._places[failure] = part.indexes[place]
                    return failure
                self._record(part.part(place, place + 1), rows)
            return None

        return recover

    def _deleted(self, part: Chunk, error: APIError) -> APIError:
        """Find out what a batch has deleted: the keys before the one that it stopped at, which are not there any more."""
        if not is_about_items(error, self._key):
            return error
        place = self._named_place(part, error)
        if place is None:
            try:
                alive = self._entries.alive(part.data)
            except APIError:
                return self._doubted(error)
            places = [place for place, key in enumerate(part.data) if key not in part.data[:place]]
            missing = list(takewhile(lambda place: key_text(part.data[place]) not in alive, places))
            rest = places[len(missing) :]
            # The server goes through the keys in order. One that does not exist is among those that are missing.
            if isinstance(error, NotFound) and missing:
                rest = [missing[self._deletions([part.data[place] for place in missing])]]
            if not rest:
                return self._doubted(error)
            place = rest[0]
        self._places[error] = part.indexes[place]
        written = part.part(0, place)
        self._gone.update(map(key_text, written.data))
        self._record(written, written.data)
        return error

    def _deletions(self, keys: Sequence[Any]) -> int:
        """Return how many of some keys, of which the last may not have existed, a batch has deleted.

        The activity log has an entry for each, in the order of the keys. Where it cannot be read, all but the last count.
        """
        if len(keys) < 2 or "activity_skip" in self._query:
            return len(keys) - 1
        try:
            last = self._entries.deletions(keys)
        except APIError:
            return len(keys) - 1
        entries = [last.get(key_text(key), 0) for key in keys[:-1]]
        return next((place for place, entry in enumerate(entries) if entry <= max([0, *entries[:place]])), len(entries))

    def _created(self, part: Chunk, error: APIError) -> APIError:
        """Find out what a batch has created: the newest entries, if they are like the first ones of the batch."""
        if not is_about_items(error, self._key):
            return error
        if not all(map(is_comparable, part.data)):
            return self._doubted(error)
        try:
            created = self._like_newest(part, self._possible_places(part, error))
        except APIError:
            return self._doubted(error)
        place = len(created)
        self._places[error] = part.indexes[place]
        if "fields" in self._query_with_key and self._options.returning == "items":
            created = self._read([row[self._key] for row in created])
        self._record(part.part(0, place), self._wanted(created))
        return error

    def _possible_places(self, part: Chunk, error: APIError) -> Sequence[int]:
        """Return where a batch may have stopped, last place first: where a value is that exists already, or anywhere."""
        match = _DUPLICATE.search(error._server_message())
        named = [
            place
            for place, data in enumerate(part.data)
            if match is not None and match[1].casefold() in (str(value).casefold() for value in data.values())
        ]
        return (named or range(len(part)))[::-1]

    def _like_newest(self, part: Chunk, places: Sequence[int]) -> Rows:
        """Return the entries that a batch has created, in its order; it stopped at one of some places, the last one first."""
        keys = [data.get(self._key) for data in part.data]
        status: JSONMapping = {"status": ["*"]} if self._group.has_status else {}
        sizes = [place for place in places if place > 0]
        if None not in keys:
            rows = self._entries.by_keys(Keys(keys).unique(), Query8(status))
            ordered = Keys(keys).arrange(rows, self._key)[0]
            parts = (ordered[:size] for size in sizes)
        else:
            if self._group.selects:
                rows = self._entries.page(Query8(sort=[f"-{self._key}"], limit=len(part), **status))[0][::-1]
            else:
                rows = sorted(self._entries.page(Query8(limit=-1))[0], key=lambda row: int(row[self._key]))
            parts = (rows[-size:] for size in sizes)
        return next((rows for rows, size in zip(parts, sizes, strict=True) if are_like(rows, part.data[:size])), [])

    def _doubted(self, error: APIError) -> APIError:
        error.args = (
            f"{error.message} A batch is not a transaction, so some of it may be written; it could not be read to find out",
        )
        self._unknown.add(error)
        return error

    # ---------------------------------------------------------------- errors
    @staticmethod
    def _doubt(checkpoint: BulkCheckpoint) -> str:
        doubtful = checkpoint.doubtful
        return (
            f"{checkpoint.path}: items {doubtful.start} to {doubtful.stop - 1} were being sent when the last run "
            "ended, and how many of them arrived is unknown. Check which are on the server, then report it with "
            "BulkCheckpoint(path).resolve(written=...)"
        )

    def _is_about_items(self, error: Exception) -> bool:
        if error in self._unknown or not is_about_items(error, self._key):
            return False
        # Of the first entry it means that nothing may be written.
        return not isinstance(error, tree.Forbidden) or self._options.on_error == "collect" or self._places.get(error) != 0

    def _named(self, part: Chunk, error: Exception) -> list[int]:
        index = self._places.get(error)
        if index is not None and index in part.indexes:
            return [part.indexes.index(index)]
        return chunk_sender.named(part, error) if isinstance(error, chunk_sender.ItemRefused) else []


def _flat(data: object) -> Rows:
    """Return the rows of a response: a change of files returns lists within lists."""
    if isinstance(data, list):
        return [row for part in data for row in _flat(part)]
    return [] if data is None else [data]
