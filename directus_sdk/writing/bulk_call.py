"""One bulk call: how a chunk is written, and what the outcomes of the chunks add up to."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from hashlib import sha256
from itertools import count
from typing import Any
from uuid import uuid4

from directus_sdk.calls.server_limits import MAX_KEYS
from directus_sdk.errors import (
    ConfigurationError,
    DirectusError,
    Forbidden,
    InvalidPayload,
    ModelError,
    OrderUnknown,
    RecordNotUnique,
    RouteNotFound,
)
from directus_sdk.json_types import JSONMapping
from directus_sdk.local import progress
from directus_sdk.models.codec import Codec
from directus_sdk.models.payloads import dumped, written
from directus_sdk.reading import paging
from directus_sdk.reading.collection import Collection
from directus_sdk.reading.paging import Rows
from directus_sdk.reading.primary_key import (
    addressed,
    changed_key_message,
    check_key,
    explain_conflict,
    explain_missing,
    explain_value,
    is_about_access,
    lacks_key,
    missing_key_error,
    missing_key_message,
)
from directus_sdk.reading.truncation import TruncationCheck
from directus_sdk.results import BulkResult, ItemError
from directus_sdk.wire.encoding import dumps
from directus_sdk.wire.keys import Keys, one_item, same_key
from directus_sdk.wire.query import NormalizedQuery
from directus_sdk.wire.urls import Key
from directus_sdk.writing import bulk, row_order, strict_input
from directus_sdk.writing.bulk import Chunk, ItemRefused, Outcome, Written
from directus_sdk.writing.bulk_errors import failure_of, with_result
from directus_sdk.writing.bulk_input import items_of, keys_of
from directus_sdk.writing.bulk_options import CallOptions, Result, patient
from directus_sdk.writing.checkpoint import BulkCheckpoint, doubt, note, note_end
from directus_sdk.writing.existing_items import ExistingItems
from directus_sdk.writing.match_values import likeness

_JSON = {"Content-Type": "application/json"}

#: Two items are sent as the official SDKs send them (`tests/conformance`).
_WITHOUT_LIMIT = 2

#: The row of an item that was written but not returned.
_NO_ROW = object()

#: Parameters that select items; in a bulk call the input selects them.
_NOT_HERE = ("filter", "search", "sort", "limit", "offset", "page", "aggregate", "groupBy", "export")


class BulkCall:
    """One bulk call.

    Args:
        collection: The collection.
        codec: Makes the payloads of the items, and the items of what the server returns.
        query: What to return.
        options: Its options.
    """

    # What an error of the server says about the items; another generation of the API has other errors.
    _is_about_items = staticmethod(bulk.is_about_items)
    _named = staticmethod(bulk.named)
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

    # ---------------------------------------------------------------- operations
    def create(self, items: object, *, generate_keys: bool, match_on: str | None) -> Result:
        """Create items."""
        field, self._match_on, self._generates_keys = match_on or self._key, match_on, generate_keys
        existing = ExistingItems(self._collection, match_on)

        def prepare(index: int, item: object) -> JSONMapping:
            data = self._payload(self._codec.dump_create, index, item)
            if data.get(self._key) is None and (generate_keys or self._key in data):  # a server refuses a key that is null
                data = {name: value for name, value in data.items() if name != self._key}
                if generate_keys:
                    data[self._key] = str(uuid4()) if self._checkpoint is None else self._checkpoint.key(index)
            return data

        def absent(part: Chunk) -> Chunk:
            return part.chosen([place for place, item in enumerate(existing.find(part.data)) if item is None])

        def write(part: Chunk) -> Written:
            if not part.indexes or part.indexes[0] not in self._doubtful:
                return self._post(part)
            part = absent(part)
            try:
                return self._post(part) if part.data else Written([], 0)
            except RecordNotUnique:  # the server was still writing what the last run had sent
                part = absent(part)
                return self._post(part) if part.data else Written([], 0)

        return self._run(
            "create_many", self._items(items, "create_one"), prepare, write, is_known=lambda data: data.get(field) is not None
        )

    def update(self, items: object) -> Result:
        """Change items, each with its own values."""

        def prepare(index: int, item: object) -> JSONMapping:
            data = self._payload(self._codec.dump_update, index, item)
            if data.get(self._key) is None:
                raise ValueError(missing_key_message(self._collection, index))
            return addressed(data, self._key, data[self._key])

        def mark(data: JSONMapping) -> Hashable:
            return one_item(data[self._key])

        return self._run("update_batch", self._items(items, "update_one"), prepare, self._patch, mark=mark)

    def change(self, keys: Iterable[object], changes: JSONMapping) -> Result:
        """Make the same change to the items with some keys."""
        self.check_change(changes)
        data = dumps(changes)
        checked = self._keys(keys, "update_one", "update_by_query", "update_batch")
        if changes.get(self._key) is not None:
            checked = list(map(Keys.check, count(), checked))
            for key in checked:
                check_key(self._collection.name, self._key, key, changes)

        def write(part: Chunk) -> Written:
            body = b'{"keys":' + part.body + b',"data":' + data + b"}"
            return self._changed(part, [{self._key: key} for key in part.data], self._send("PATCH", part, body))

        # The checkpoint of other changes is another one.
        name = f"update_many (data {sha256(data).hexdigest()[:16]})" if self._checkpoint is not None else "update_many"
        return self._run(name, checked, Keys.check, write, most=MAX_KEYS, overhead=len(data) + 20, mark=one_item)

    def check_change(self, changes: JSONMapping) -> None:
        """Check the change of many items against the schema, if the client is strict."""
        strict_input.check(self._collection, changes)

    def missing_data(self, keys: object) -> TypeError:
        """Return the error for a change of keys without the fields to change."""
        self._keys(keys, "update_one", "update_by_query", "update_batch")
        return TypeError("update_many() is missing an argument: 'data', the fields to change in all of these items")

    def delete(self, keys: Iterable[object]) -> Result:
        """Delete the items with some keys."""
        existing = ExistingItems(self._collection, None)

        def write(part: Chunk) -> Written:
            if part.indexes and part.indexes[0] in self._doubtful:  # a server refuses keys that the last run has deleted
                stored = existing.find([{self._key: key} for key in part.data])
                part = part.chosen([place for place, item in enumerate(stored) if item is not None])
                if not part.data:
                    return Written([], 0)
            try:
                self._pipeline.call("DELETE", self._collection.path, body=part.body, headers=_JSON)
            except Forbidden as error:
                self._explain(error, part, "DELETE")
                raise
            return Written(part.data, len(part))

        return self._run(
            "delete_many", self._keys(keys, "delete_one", "delete_by_query"), Keys.check, write, most=MAX_KEYS, mark=one_item
        )

    def upsert(self, items: object, match_on: str | None) -> Result:
        """Change the items that exist and create the others."""
        field, self._match_on = match_on or self._key, match_on
        existing = ExistingItems(self._collection, match_on)

        def prepare(index: int, item: object) -> JSONMapping:
            data = self._payload(lambda item: self._codec.dump_upsert(item, self._key), index, item)
            if match_on is not None and data.get(match_on) is None:
                raise ValueError(f"item {index} has no {match_on!r}, so there is nothing to match on")
            return data

        def write(part: Chunk) -> Written:
            try:
                self._upsert(part, match_on, existing)
            except RecordNotUnique:
                self._upsert(part, match_on, existing)  # an item was created in the meantime
            return self._take_written(part)

        def distinct(data: JSONMapping) -> Hashable:
            return None if data.get(field) is None else likeness(data[field])

        # A list of values finds the items that exist, and has to fit into a body as well.
        return self._run(
            "upsert_many", self._items(items, "upsert_one"), prepare, write, most=bulk.ROWS, distinct=distinct, mark=distinct,
            atomic=False, is_known=lambda data: data.get(field) is not None,
        )  # fmt: skip

    # ---------------------------------------------------------------- one chunk
    def _post(self, part: Chunk) -> Written:
        rows = self._send("POST", part, part.body)
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
        if len(part) > _WITHOUT_LIMIT and self._options.returning is not None:
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

    # -------------------------------------------------------------------- input
    def _items(self, items: object, single: str) -> Iterable[object]:
        source = items_of(items, single, self._options.file)
        table, self._total = source.table, source.total
        if table is None:
            return source.items
        from directus_sdk.writing.table_rows import opened  # most calls have no table

        rows, table = opened(self._collection, table, self._options.file, collects=self._options.on_error == "collect")
        self._row_item, self._total = rows.item, table.total
        return self._resources.enter_context(closing(table.rows()))  # type: ignore[type-var]

    def _payload(self, dump: Callable[[object], object], index: int, item: object) -> JSONMapping:
        item = self._row_item(item)
        if index in self._options.unfit:
            raise ValueError(self._options.unfit[index])
        return dumped(dump, index, item)

    def _keys(self, keys: object, single: str, by_query: str, batch: str = "") -> Iterable[Key]:
        source = keys_of(keys, single, by_query, batch)
        self._total = source.total
        return source.items

    # ---------------------------------------------------------------------- run
    def _run(
        self,
        call: str,
        items: Iterable[object],
        prepare: Callable[[int, Any], object],
        write: bulk.Write,
        *,
        most: int = bulk.ROWS,
        overhead: int = 2,
        distinct: Callable[[Any], Hashable] | None = None,
        atomic: bool = True,
        is_known: Callable[[Any], bool] = lambda data: True,
        mark: Callable[[Any], Hashable] | None = None,
    ) -> Result:
        options, checkpoint = self._options, self._checkpoint
        result: Result = BulkResult(count=0)
        prepare = strict_input.checked(self._collection, call, items, prepare, at_once=options.on_error == "raise")

        def chunks(start: int = 0, border: int = 0) -> Iterator[Chunk]:
            return bulk.chunks(
                items, prepare, self._limits, most=min(most, options.batch_size or most), overhead=overhead,
                capped=options.returning is not None, collect=options.on_error == "collect", distinct=distinct, start=start,
                border=border,
            )  # fmt: skip

        sender = bulk.Sender(write, self._limits, options.on_error, self._take_written, self._is_about_items, self._named)
        with self._resources:
            if checkpoint is None:
                return self._collect(result, bulk.run(chunks(), sender, atomic=atomic, workers=options.workers, mark=mark))
            with checkpoint.work(self._pipeline.base_url, self._collection.name, call):
                result.errors += [ItemError(index, None, DirectusError(text)) for index, text in checkpoint.failed.items()]
                items = checkpoint.remaining(items, prepare, is_known, self._doubt)
                if checkpoint.finished:
                    deque(items, maxlen=0)  # raises an error if they are not the items of that run
                    return result
                self._doubtful = checkpoint.doubtful
                remaining = chunks(checkpoint.done, checkpoint.doubtful.stop)
                outcomes = bulk.run(
                    remaining, sender, atomic=atomic, workers=options.workers, before=checkpoint.sending, mark=mark
                )
                return self._collect(result, outcomes)

    def _collect(self, result: Result, outcomes: Iterator[Outcome]) -> Result:
        options, checkpoint = self._options, self._checkpoint
        failures: list[Outcome] = []
        stopped: list[Outcome] = []
        try:
            with progress.counting(options.progress, self._collection.name, self._total) as report:
                for outcome in outcomes:
                    self._add(result, outcome)
                    if checkpoint is not None and not failures:
                        try:
                            note(checkpoint, outcome)
                        except ConfigurationError as error:  # such as a full disk
                            outcome.failure = outcome.failure or error
                    if outcome.failure is not None:
                        failures.append(outcome)
                    if failures:
                        stopped.append(outcome)
                    report(len(outcome.chunk))
        except BaseException as error:
            with_result(error, result, self._collection.name)
            raise
        self._check.warn()
        if checkpoint is not None:
            if failures:
                note_end(checkpoint, stopped)
            else:
                try:
                    checkpoint.finish()
                except ConfigurationError as error:
                    failures = [Outcome(Chunk(), failure=error)]
        if failures:
            raise failure_of(failures, result, self._collection.name, self._total, self._keys_written)
        if self._lacks_key:
            raise missing_key_error(self._collection, result)
        return result

    def _add(self, result: Result, outcome: Outcome) -> None:
        rows: Rows = outcome.rows
        if self._options.returning is None:
            rows = []
        elif self._options.returning == "items":
            rows = self._loaded(result, outcome)
        result.add(rows, outcome.count, outcome.errors)

    def _loaded(self, result: Result, outcome: Outcome) -> Rows:
        """Return the items of an outcome; items that do not fit the model were written nevertheless."""
        codec, loaded = self._codec, []
        converts = codec.converts and not isinstance(outcome.failure, OrderUnknown)
        for row in outcome.rows:
            if not isinstance(row, Mapping):
                loaded.append(row)
                continue
            item = paging.without_key([row], self._key)[0] if self._added and self._key in row else row
            if not converts:
                loaded.append(item)
                continue
            key = row.get(self._key)
            self._keys_written.append(key)
            try:
                loaded.append(codec.load(item))
            except ModelError as error:
                result.unfit.append(written(error, key))
                if self._options.on_error == "raise":
                    outcome.failure = outcome.failure or error
        return loaded
