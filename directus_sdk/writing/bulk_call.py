"""One bulk call: what is done with the items, and what the outcomes of the chunks add up to."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Hashable, Iterable, Mapping, Sequence
from contextlib import closing, nullcontext
from hashlib import sha256
from itertools import count
from typing import Any
from uuid import uuid4

from directus_sdk.calls.server_limits import MAX_KEYS
from directus_sdk.errors import ConfigurationError, DirectusError, Forbidden, ModelError, OrderUnknown, RecordNotUnique
from directus_sdk.json_types import JSONMapping
from directus_sdk.local import progress
from directus_sdk.models.payloads import dumped, written
from directus_sdk.reading import paging
from directus_sdk.reading.paging import Rows
from directus_sdk.reading.primary_key import addressed, check_key, missing_key_error, missing_key_message
from directus_sdk.results import BulkResult, ItemError
from directus_sdk.wire.encoding import dumps
from directus_sdk.wire.keys import Keys, one_item
from directus_sdk.wire.urls import Key
from directus_sdk.writing import strict_input
from directus_sdk.writing.bulk import run
from directus_sdk.writing.bulk_errors import failure_of, with_result
from directus_sdk.writing.bulk_input import items_of, keys_of
from directus_sdk.writing.bulk_options import Result
from directus_sdk.writing.checkpoint import note, note_end
from directus_sdk.writing.chunk_calls import ChunkCalls
from directus_sdk.writing.chunk_sender import Outcome, Sender, Write, Written
from directus_sdk.writing.chunks import ROWS, Chunk, chunks
from directus_sdk.writing.existing_items import ExistingItems
from directus_sdk.writing.match_values import likeness
from directus_sdk.writing.undo import UndoLog

_JSON = {"Content-Type": "application/json"}


class BulkCall(ChunkCalls):
    """One bulk call; its arguments are those of `ChunkCalls`."""

    # ---------------------------------------------------------------- operations
    def create(self, items: object, *, generate_keys: bool, match_on: str | None) -> Result:
        """Create items."""
        field, self._match_on, self._generates_keys = match_on or self._key, match_on, generate_keys
        existing = ExistingItems(self._collection, match_on)

        def prepare(index: int, item: object) -> JSONMapping:
            data = self._payload(self._codec.dump_create, index, item)
            if data.get(self._key) is not None:
                return data
            # Keys that are made here are known before anything is sent.
            makes_keys = generate_keys or (self._undo is not None and self._undo.generates_keys)
            if makes_keys or self._key in data:  # a server refuses a key that is null
                data = {name: value for name, value in data.items() if name != self._key}
                if makes_keys:
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
            "create_many",
            self._items(items, "create_one"),
            prepare,
            write,
            is_known=lambda data: data.get(field) is not None,
            keep=UndoLog.creating,
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

        source = self._items(items, "update_one", self._key)
        return self._run("update_batch", source, prepare, self._patch, mark=mark, keep=UndoLog.updating)

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
        return self._run(
            name,
            checked,
            Keys.check,
            write,
            most=MAX_KEYS,
            overhead=len(data) + 20,
            mark=one_item,
            keep=lambda undo, keys: undo.changing(keys, changes),
        )

    def check_change(self, changes: JSONMapping) -> None:
        """Check the change of many items against the schema, if the client is strict."""
        if (checks := self._pipeline.checks) is not None:
            checks.before(self._pipeline, "PATCH", self._collection.path, None, changes)

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
            "delete_many",
            self._keys(keys, "delete_one", "delete_by_query"),
            Keys.check,
            write,
            most=MAX_KEYS,
            mark=one_item,
            keep=UndoLog.deleting,
        )

    def upsert(self, items: object, match_on: str | None) -> Result:
        """Change the items that exist and create the others."""
        field, self._match_on = match_on or self._key, match_on
        existing = ExistingItems(self._collection, match_on)

        def prepare(index: int, item: object) -> JSONMapping:
            data = self._payload(lambda item: self._codec.dump_upsert(item, self._key), index, item)
            if match_on is not None and data.get(match_on) is None:
                raise ValueError(f"item {index} has no {match_on!r}, so there is nothing to match on")
            if match_on is None and data.get(self._key) is None and self._undo is not None and self._undo.generates_keys:
                data = {**data, self._key: str(uuid4())}
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
            "upsert_many", self._items(items, "upsert_one", match_on), prepare, write, most=ROWS, distinct=distinct,
            mark=distinct, atomic=False, is_known=lambda data: data.get(field) is not None,
            keep=lambda undo, rows: undo.upserting(rows, match_on),
        )  # fmt: skip

    # -------------------------------------------------------------------- input
    def _items(self, items: object, single: str, required: str | None = None) -> Iterable[object]:
        source = items_of(items, single, self._options.file)
        table, self._total = source.table, source.total
        if table is None:
            return source.items
        from directus_sdk.writing.table_rows import TableRows  # most calls have no table

        rows = TableRows(self._collection, table, self._options.file, creates=single == "create_one")
        # What can be read again is checked before anything is sent; with "collect", bad values are errors of their rows.
        values = self._options.on_error != "collect"
        self._total = rows.check(values=values, required=required) if table.again else table.total
        self._row_item = rows.item
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
        write: Write,
        *,
        most: int = ROWS,
        overhead: int = 2,
        distinct: Callable[[Any], Hashable] | None = None,
        atomic: bool = True,
        is_known: Callable[[Any], bool] = lambda data: True,
        mark: Callable[[Any], Hashable] | None = None,
        keep: Callable[[UndoLog, Sequence[Any]], None] | None = None,
    ) -> Result:
        options, checkpoint = self._options, self._checkpoint
        result: Result = BulkResult(count=0)
        prepare = strict_input.checked(self._collection, call, items, prepare, at_once=options.on_error == "raise")

        sender = Sender(write, self._limits, options.on_error, self._take_written, self._is_about_items, self._named)

        def before(chunk: Chunk) -> None:
            if self._undo is not None and keep is not None and chunk.data:
                keep(self._undo, chunk.data)
            if checkpoint is not None:
                checkpoint.sending(chunk)

        start, border = 0, 0
        work = nullcontext() if checkpoint is None else checkpoint.work(self._pipeline.base_url, self._collection.name, call)
        with self._resources, work:
            if checkpoint is not None:
                result.errors += [ItemError(index, None, DirectusError(text)) for index, text in checkpoint.failed.items()]
                items = checkpoint.remaining(items, prepare, is_known, self._doubt)
                if checkpoint.finished:
                    deque(items, maxlen=0)  # raises an error if they are not the items of that run
                    return result
                self._doubtful = checkpoint.doubtful
                start, border = checkpoint.done, checkpoint.doubtful.stop
            pending = chunks(
                items, prepare, self._limits, most=min(most, options.batch_size or most), overhead=overhead,
                capped=options.returning is not None, collect=options.on_error == "collect", distinct=distinct, start=start,
                border=border,
            )  # fmt: skip
            outcomes = run(pending, sender, atomic=atomic, workers=options.workers, before=before, mark=mark)
            return self._collect(result, outcomes, sender)

    def _collect(self, result: Result, outcomes: Generator[Outcome, None, None], sender: Sender) -> Result:
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
            outcomes.close()
            for outcome in sender.unreported:
                self._add(result, outcome)
            with_result(error, result, self._collection.name)
            raise
        self._check.warn()
        if self._undo is not None and not any(outcome.doubtful for outcome in failures):
            self._undo.ended()
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
