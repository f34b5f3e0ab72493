"""One bulk call: how a chunk is written, and what the outcomes of the chunks add up to."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence, Sized
from typing import Any, TypeVar
from uuid import uuid4

from directus_sdk import dataframes
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
from directus_sdk.http.base_url import same_server
from directus_sdk.json_types import JSONMapping
from directus_sdk.local import progress
from directus_sdk.models import Codec
from directus_sdk.models.payloads import payload, written
from directus_sdk.reading import paging
from directus_sdk.reading.collection import Collection
from directus_sdk.reading.primary_key import (
    another_key,
    check_key,
    explain_missing,
    explain_value,
    lacks_key,
    name_key,
    no_key,
    unnamed,
)
from directus_sdk.reading.truncation import Watch
from directus_sdk.results import BulkResult, ItemError
from directus_sdk.wire.encoding import dumps
from directus_sdk.wire.field_names import check_names
from directus_sdk.wire.keys import Keys, one_item, same_key
from directus_sdk.wire.query import NormalizedQuery
from directus_sdk.writing import bulk, row_order
from directus_sdk.writing.bulk import Chunk, ItemRefused, Outcome, Written
from directus_sdk.writing.bulk_errors import failure_of
from directus_sdk.writing.bulk_options import BulkOptions, patient
from directus_sdk.writing.checkpoint import BulkCheckpoint, note, note_end
from directus_sdk.writing.existing_items import ExistingItems
from directus_sdk.writing.match_values import likeness

T = TypeVar("T")

_JSON = {"Content-Type": "application/json"}

#: Answers of more items say how many they want, since a server with a limit of its own cuts them without a word (version
#: 10 even where there is no query).
_FEW = 10

#: Stands for the row of an item that was written and not returned.
_NO_ROW = object()

#: Parts of a query that choose items, which the input does here.
_NOT_HERE = ("filter", "search", "sort", "limit", "offset", "page", "aggregate", "groupBy", "export")


class BulkCall:
    """One bulk call.

    Args:
        collection: The collection.
        codec: Makes the payloads of the items, and the items of what the server returns.
        query: What to return, normalized.
        options: Its options.
    """

    def __init__(self, collection: Collection, codec: Codec[Any], query: NormalizedQuery, options: BulkOptions) -> None:
        for name in _NOT_HERE:
            if name in query:
                raise TypeError(f"{name} cannot be given here: every item is written, and returned in the order of the input")
        self._collection = patient(collection)
        self._codec = codec
        self._pipeline = self._collection.pipeline
        self._key = collection.primary_key
        self._query = query
        self._options = options
        self._limits = self._pipeline.limits
        self._watch = Watch(self._pipeline, collection.name)
        self._checkpoint = None if options.checkpoint is None else BulkCheckpoint(options.checkpoint)
        self._doubtful = range(0)
        self._total: int | None = None
        self._match_on: str | None = None
        self._generates_keys = False
        # What is converted is named by its key where it does not fit the model, so the key is asked for.
        self._with_key, self._added = paging.with_key(query, self._key)
        self._keys_written: list[Any] = []
        # Whether the server has shown that the primary key has another name.
        self._asked = self._lacks_key = False
        # What the calls of one upsert have done of a chunk, by the place of the item: a part of it that is sent again does
        # not create twice.
        self._placed: dict[int, Any] = {}

    # ---------------------------------------------------------------- changes
    def create(self, items: Iterable[Any], *, generate_keys: bool, match_on: str | None) -> BulkResult[Any]:
        """Create items."""
        field, self._match_on, self._generates_keys = match_on or self._key, match_on, generate_keys
        existing = ExistingItems(self._collection, match_on)

        def prepare(index: int, item: Any) -> JSONMapping:
            data = _checked(self._codec.dump_create, index, item)
            if generate_keys and data.get(self._key) is None:
                data = {**data, self._key: str(uuid4()) if self._checkpoint is None else self._checkpoint.key(index)}
            return data

        def absent(part: Chunk) -> Chunk:
            return _chosen(part, [place for place, item in enumerate(existing.find(part.data)) if item is None])

        def write(part: Chunk) -> Written:
            if not part.indexes or part.indexes[0] not in self._doubtful:
                return self._post(part)
            part = absent(part)
            try:
                return self._post(part) if part.data else Written([], 0)
            except RecordNotUnique:  # the server was still at work on what the last run had sent
                part = absent(part)
                return self._post(part) if part.data else Written([], 0)

        return self._run(
            "create_many", self._items(items, "create_one"), prepare, write, known=lambda data: data.get(field) is not None
        )

    def update(self, items: Iterable[Any]) -> BulkResult[Any]:
        """Change items, each in its own way."""

        def prepare(index: int, item: Any) -> JSONMapping:
            data = _checked(self._codec.dump_update, index, item)
            if data.get(self._key) is None:
                raise ValueError(unnamed(self._collection, index))
            return data

        def mark(data: JSONMapping) -> Hashable:
            return one_item(data[self._key])

        return self._run("update_batch", self._items(items, "update_one"), prepare, self._patch, mark=mark)

    def change(self, keys: Iterable[Any], changes: JSONMapping) -> BulkResult[Any]:
        """Make the same change to the items of some keys."""
        data = dumps(changes)
        given = self._keys(keys)
        if changes.get(self._key) is not None:
            given = list(given)
            for key in given:
                check_key(self._collection.name, self._key, key, changes)

        def write(part: Chunk) -> Written:
            body = b'{"keys":' + part.body + b',"data":' + data + b"}"
            return self._found(part, [{self._key: key} for key in part.data], self._call("PATCH", part, body))

        return self._run("update_many", given, _same, write, most=MAX_KEYS, overhead=len(data) + 20, mark=one_item)

    def delete(self, keys: Iterable[Any]) -> BulkResult[Any]:
        """Delete the items of some keys."""

        def write(part: Chunk) -> Written:
            try:
                self._pipeline.call("DELETE", self._collection.path, body=part.body, headers=_JSON)
            except Forbidden as error:
                self._explain(error, part, "DELETE")
                raise
            return Written(part.data, len(part))

        return self._run("delete_many", self._keys(keys), _same, write, most=MAX_KEYS, mark=one_item)

    def upsert(self, items: Iterable[Any], match_on: str | None) -> BulkResult[Any]:
        """Change what is there and create the rest."""
        field, self._match_on = match_on or self._key, match_on
        existing = ExistingItems(self._collection, match_on)

        def prepare(index: int, item: Any) -> JSONMapping:
            data = _checked(lambda given: self._codec.dump_upsert(given, self._key), index, item)
            if match_on is not None and data.get(match_on) is None:
                raise ValueError(f"item {index} has no {match_on!r}, so there is nothing to match on")
            return data

        def write(part: Chunk) -> Written:
            try:
                self._upsert(part, match_on, existing)
            except RecordNotUnique:
                self._upsert(part, match_on, existing)  # somebody else may have been faster
            return self._rescued(part)

        def distinct(data: JSONMapping) -> Hashable:
            return None if data.get(field) is None else likeness(data[field])

        # What is there is found by a list of values, which has to fit into a body as well.
        return self._run(
            "upsert_many", self._items(items, "upsert_one"), prepare, write, most=bulk.ROWS, distinct=distinct, atomic=False,
            known=lambda data: data.get(field) is not None,
        )  # fmt: skip

    # ---------------------------------------------------------------- one chunk
    def _post(self, part: Chunk) -> Written:
        rows = self._call("POST", part, part.body)
        if rows is None or self._options.returning is None:  # done, but not to be read, or not wanted
            return Written(self._unread(part), len(part))
        if self._options.returning == "keys" and any(self._key not in row for row in rows):
            self._lacks_key = True
            return Written([], len(part))
        if any(item.get(self._key) in (0, "0") for item in part.data):
            rows = self._with_zero(part, rows)
        if not self._options.ordered:
            return Written(self._shown(rows), len(part))
        try:
            ordered = row_order.created(part.data, rows, self._key)
        except OrderUnknown as error:
            error.result = self._shown(error.result)
            raise
        return Written(self._shown(ordered), len(part))

    def _with_zero(self, part: Chunk, rows: list[Any]) -> list[Any]:
        """Read the items of a part with the key 0: a server returns another item in the place of that one."""
        keys = [item.get(self._key) for item in part.data]
        if None in keys:
            return rows
        query = self._with_key if self._options.returning == "items" else NormalizedQuery(fields=[self._key])
        current = self._collection.by_keys(Keys(keys).unique(), query)
        return current if len(current) == len(part) else rows

    def _patch(self, part: Chunk) -> Written:
        return self._found(part, part.data, self._call("PATCH", part, part.body))

    def _found(self, part: Chunk, sent: Sequence[JSONMapping], rows: list[Any] | None) -> Written:
        if rows is None or self._options.returning is None:
            return Written(self._unread(part), len(part))
        if any(self._key not in row for row in rows):
            return Written(self._shown(rows), len(rows))
        found = [row for row in row_order.by_value(sent, rows, self._key) if row is not None]
        if len(set(map(id, found))) < len(rows):
            found = rows  # a hook of the server returns items of its own
        return Written(self._shown(found), len(found))

    def _call(self, method: str, part: Chunk, body: bytes) -> list[Any] | None:
        """Send a body; return the rows, or ``None`` where they may not be read."""
        query = self._query
        if self._options.returning != "items":
            # With the field that tells the items apart, an answer can be brought into their order.
            fields = list(dict.fromkeys([self._key, self._match_on or self._key]))
            query = query.replace(deep=None, fields=fields)
        elif len(part) > 1 or self._codec.converts:
            query = self._with_key
        if len(part) > _FEW and self._options.returning is not None:
            query = query.replace(limit=len(part))
        try:
            answer = self._pipeline.call(method, self._collection.path, body=body, headers=_JSON, query=query)
        except RouteNotFound as error:  # a singleton has a PATCH, and no POST
            self._collection.refuse_singleton(error)
            raise
        except InvalidPayload as error:
            explain_missing(self._collection, error)
            raise
        except Forbidden as error:
            self._explain(error, part, method)
            raise
        data = answer.data
        if isinstance(data, Mapping) and method == "PATCH":
            raise self._collection.singleton_error()
        if self._options.returning == "items":
            self._watch.note(answer, query)
        return None if data is None else self._collection.own(data if isinstance(data, list) else [data])

    def _explain(self, error: Forbidden, part: Chunk, method: str) -> None:
        keys = [data.get(self._key) if isinstance(data, Mapping) else data for data in part.data]
        if method == "POST" and self._generates_keys:
            note = "The keys were made here (generate_keys=True) and are UUIDs: leave that out where the primary key of"
            error.args = (f"{error.message}. {note} {self._collection.name} is a number",)
        else:
            explain_value(self._collection, error, [key for key in keys if key is not None])

    def _shown(self, rows: list[Any]) -> list[Any]:
        if self._options.returning != "keys":
            return rows
        if all(isinstance(row, Mapping) and self._key in row for row in rows):
            return [row[self._key] for row in rows]
        self._lacks_key = True
        return []

    def _unread(self, part: Chunk) -> list[Any]:
        """Return the keys of what was written and not returned, where they are wanted and known."""
        returning = self._options.returning
        keys = [data.get(self._key) if isinstance(data, Mapping) else data for data in part.data]
        if returning == "keys" and None not in keys:
            return keys
        if (returning == "keys" or (returning == "items" and self._added)) and not self._asked:
            self._asked = True
            self._lacks_key = lacks_key(self._collection)
        return []

    def _upsert(self, part: Chunk, match_on: str | None, existing: ExistingItems) -> None:
        """Write what is not written yet of a part, and put down what was."""
        field, whole = match_on or self._key, part
        part = _chosen(part, [place for place, index in enumerate(part.indexes) if index not in self._placed])
        found: list[Any] = existing.find(part.data)
        known = [place for place, row in enumerate(found) if row is not None]
        if known:
            changes = _chosen(part, known)
            keys = [found[place][self._key] for place in known]
            for index, data, key in zip(changes.indexes, changes.data, keys, strict=True):
                if not same_key(data.get(self._key, key), key):
                    raise ItemRefused(index, another_key(self._collection.name, self._key, key, data))
            changes.data = [{**data, self._key: key} for data, key in zip(changes.data, keys, strict=True)]
            changes.encoded = [dumps(data) for data in changes.data]
            self._place(changes, self._patch(changes).rows)
        fresh = _chosen(part, [place for place, row in enumerate(found) if row is None])
        if fresh.data:
            try:
                self._place(fresh, self._post(fresh).rows)
            except RecordNotUnique as error:
                if match_on is None and any(data.get(field) is None for data in fresh.data):
                    name_key(self._collection, error)
                raise
            except OrderUnknown as error:
                error.result = [*self._rescued(whole).rows, *(error.result or [])]
                raise

    def _place(self, part: Chunk, rows: Sequence[Any]) -> None:
        self._placed.update(dict.fromkeys(part.indexes, _NO_ROW))
        self._placed.update(zip(part.indexes, rows, strict=False))

    def _rescued(self, part: Chunk) -> Written:
        """Return what was put down of a part, once."""
        placed = {index: self._placed.pop(index) for index in part.indexes if index in self._placed}
        return Written([row for row in placed.values() if row is not _NO_ROW], len(placed), list(placed))

    # -------------------------------------------------------------------- input
    def _items(self, items: Any, single: str) -> Iterable[Any]:
        if isinstance(items, (str, bytes, Mapping)) or not isinstance(items, Iterable):
            raise TypeError(f"items must be a list of mappings, not {type(items).__name__}; for one item use {single}")
        self._total = len(items) if isinstance(items, Sized) else None
        # What can be looked at before anything is sent, is; what comes one by one is looked at as it comes.
        if dataframes.is_frame(items):
            check_names(dataframes.names(items))
        elif isinstance(items, (list, tuple)):
            check_names({name for item in items if isinstance(item, Mapping) for name in item})
        return dataframes.records(items) if dataframes.is_frame(items) else items

    def _keys(self, keys: Any) -> Iterable[Any]:
        if isinstance(keys, Iterable) and not hasattr(keys, "__len__"):
            return (Keys.check(index, key) for index, key in enumerate(keys))
        checked = Keys(keys)
        self._total = len(checked)
        return checked

    # ---------------------------------------------------------------------- run

    def _run(
        self,
        call: str,
        items: Iterable[Any],
        prepare: Callable[[int, Any], Any],
        write: bulk.Write,
        *,
        most: int = bulk.ROWS,
        overhead: int = 2,
        distinct: Callable[[Any], Hashable] | None = None,
        atomic: bool = True,
        known: Callable[[Any], bool] = lambda data: True,
        mark: Callable[[Any], Hashable] | None = None,
    ) -> BulkResult[Any]:
        options, checkpoint = self._options, self._checkpoint
        result: BulkResult[Any] = BulkResult(count=0)

        def found(start: int = 0, border: int = 0) -> Iterator[Chunk]:
            return bulk.chunks(
                items,
                prepare,
                self._limits,
                most=min(most, options.batch_size or most),
                overhead=overhead,
                capped=options.returning is not None,
                collect=options.on_error == "collect",
                distinct=distinct,
                start=start,
                border=border,
            )

        sender = bulk.Sender(write, self._limits, options.on_error, self._rescued)
        if checkpoint is None:
            return self._send(result, bulk.run(found(), sender, atomic=atomic, workers=options.workers, mark=mark))
        with checkpoint.work(same_server(self._pipeline.base_url), self._collection.name, call):
            result.errors += [ItemError(index, None, DirectusError(text)) for index, text in checkpoint.failed.items()]
            items = checkpoint.remaining(items, prepare, known, self._doubt)
            if checkpoint.finished:
                deque(items, maxlen=0)  # other items than those of that run are an error
                return result
            self._doubtful = checkpoint.doubtful
            chunks = found(checkpoint.done, checkpoint.doubtful.stop)
            outcomes = bulk.run(chunks, sender, atomic=atomic, workers=options.workers, before=checkpoint.sending, mark=mark)
            return self._send(result, outcomes)

    def _send(self, result: BulkResult[Any], outcomes: Iterator[Outcome]) -> BulkResult[Any]:
        options, checkpoint = self._options, self._checkpoint
        failures: list[Outcome] = []
        stopped: list[Outcome] = []
        with progress.counting(options.progress, self._collection.name, self._total) as tell:
            for outcome in outcomes:
                self._take(result, outcome)
                if checkpoint is not None and not failures:
                    try:
                        note(checkpoint, outcome)
                    except ConfigurationError as error:  # the disk is full, or the like
                        outcome.failure = outcome.failure or error
                if outcome.failure is not None:
                    failures.append(outcome)
                if failures:
                    stopped.append(outcome)
                tell(len(outcome.chunk))
        self._watch.say()
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
            raise no_key(self._collection, result)
        return result

    def _take(self, result: BulkResult[Any], outcome: Outcome) -> None:
        rows: list[Any] = outcome.rows
        if self._options.returning is None:
            rows = []
        elif self._options.returning == "items":
            rows = self._loaded(result, outcome)
        result.add(rows, outcome.count, outcome.errors)

    def _loaded(self, result: BulkResult[Any], outcome: Outcome) -> list[Any]:
        """Return the items of an outcome; those that do not fit the model are written nevertheless."""
        codec, loaded = self._codec, []
        converts = codec.converts and not isinstance(outcome.failure, OrderUnknown)
        for row in outcome.rows:
            if not isinstance(row, Mapping):
                loaded.append(row)
                continue
            shown = paging.without_key([row], self._key)[0] if self._added and self._key in row else row
            if not converts:
                loaded.append(shown)
                continue
            key = row.get(self._key)
            self._keys_written.append(key)
            try:
                loaded.append(codec.load(shown))
            except ModelError as error:
                result.unfit.append(written(error, key))
                if self._options.on_error == "raise":
                    outcome.failure = outcome.failure or error
        return loaded

    def _doubt(self, doubtful: range) -> str:
        return (
            f"{self._options.checkpoint}: items {doubtful.start} to {doubtful.stop - 1} were being sent when the last run "
            "ended, and whether they arrived is unknown. Check whether they are on the server, then report it with "
            "BulkCheckpoint(path).resolve(written=...). With generate_keys=True, keys of your own, or match_on= with a unique "
            "field, the next run checks that itself"
        )


def _checked(dump: Callable[[Any], Any], index: int, item: Any) -> JSONMapping:
    try:
        return payload(dump(item))
    except TypeError as error:
        raise TypeError(f"item {index}: {error}") from error
    except ValueError as error:
        if type(error) is not ValueError:
            raise
        raise ValueError(f"item {index}: {error}") from error


def _same(index: int, item: Any) -> Any:
    return item


def _chosen(part: Chunk, places: Sequence[int]) -> Chunk:
    def chosen(held: list[T]) -> list[T]:
        return [held[place] for place in places]

    return Chunk(chosen(part.indexes), chosen(part.given), chosen(part.data), chosen(part.encoded))
