"""Undo a bulk call: put back what the file of `directus_sdk.writing.undo` keeps.

Each item is judged by the fields of the call: it is as it was before (it was never reached, or restored already), as the call
left it (it is restored), or another (it was changed since, and the whole restore is refused).
"""

from __future__ import annotations

import json
import os
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import chain
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs

from directus_sdk.calls import retry
from directus_sdk.displayed import Displayed
from directus_sdk.errors import APIError, BulkError, ConfigurationError, DirectusError, RecordNotUnique
from directus_sdk.json_types import JSONMapping, JSONObject
from directus_sdk.models.codec import Codec
from directus_sdk.reading.collection import Collection
from directus_sdk.reading.field_types import fields_of
from directus_sdk.reading.field_values import Field
from directus_sdk.wire.iterators import batched
from directus_sdk.wire.keys import Keys, key_text
from directus_sdk.wire.query import NormalizedQuery
from directus_sdk.wire.urls import Key
from directus_sdk.wire.value_forms import as_json, same_json
from directus_sdk.writing.bulk_call import BulkCall
from directus_sdk.writing.bulk_options import CallOptions
from directus_sdk.writing.item_states import ItemState, ItemStates
from directus_sdk.writing.spooled import Spooled
from directus_sdk.writing.undo import FORMAT, Relation, is_nested, relations_to

if TYPE_CHECKING:
    from directus_sdk.display.card import Card

_AT_ONCE = 2_000
_LISTED = 5
_LIST, _MASKED = "the links of a list are not kept", "the server masks its values"
_UNREAD = "the user of the call was not permitted to read it"
#: For how many seconds a server may be busy with a request whose sender was killed.
_BUSY = 5.0
_BEGIN = f'{{"format":{FORMAT}'.encode()


@attrs.frozen
class Restored(Displayed):
    """What `restore` did.

    Attributes:
        updated: How many items have their old values again.
        created: How many deleted items exist again.
        deleted: How many items that the call had created were deleted.
        unchanged: How many items were as before the call, because it had never reached them, or they were restored before.
        not_restored: What could not be put back, in words.
    """

    updated: int = 0
    created: int = 0
    deleted: int = 0
    unchanged: int = 0
    not_restored: list[str] = attrs.field(factory=list)

    def __str__(self) -> str:
        done = f"{self.updated} updated, {self.created} created again, {self.deleted} deleted, {self.unchanged} unchanged"
        return f"{done}; not restored: {'; '.join(self.not_restored)}" if self.not_restored else done

    def _card(self) -> Card:
        from directus_sdk.display import Card

        counts = attrs.evolve(self, not_restored=[])
        return Card(str(counts), lines=[f"not restored: {text}" for text in self.not_restored])


@attrs.frozen
class _Steps:
    """What is to be written; above 10,000 of each in temporary files without names.

    Attributes:
        unlink: Links of items to be deleted with other items of the call, so that the order of their deletion does not matter.
        delete: The items that the call has created.
        update: The old values.
        create: The items that the call has deleted.
    """

    unlink: Spooled[JSONObject] = attrs.field(factory=Spooled)
    delete: Spooled[Key] = attrs.field(factory=Spooled)
    update: Spooled[JSONObject] = attrs.field(factory=Spooled)
    create: Spooled[JSONObject] = attrs.field(factory=Spooled)


def _text(line: bytes) -> str:
    return repr(line[:80].decode(errors="replace"))


class Restore:
    """One restore.

    Args:
        collection: The collection.
        codec: Of the handler.
        options: The options of its calls.
    """

    def __init__(self, collection: Collection, codec: Codec[Any], options: CallOptions) -> None:
        self._collection = collection
        self._codec = codec
        self._options = options
        self._key = collection.primary_key
        self._states = ItemStates()
        self._linked: dict[tuple[str, str], Spooled[JSONMapping]] = {}
        self._changed: list[str] = []
        self._more_changed = 0
        self._unchanged = 0
        self._written = 0
        self._notes: Counter[str] = Counter()
        self._header: JSONMapping = {}
        #: The kind of the last record.
        self._kind = ""

    @cached_property
    def _fields(self) -> dict[str, Field]:
        """The fields of the collection; the file is read before they are asked for."""
        return fields_of(self._collection.pipeline, self._collection.name)

    @cached_property
    def _own(self) -> frozenset[str]:
        """Fields that hold keys of other items of the collection."""
        return frozenset(name for name, field in self._fields.items() if field.related == self._collection.name)

    def run(self, path: str | PathLike[str], *, force: bool) -> Restored:
        """Read the file, compare the items with it, and put them back."""
        steps = _Steps()
        with self._states:
            with Path(path).open("rb") as file:
                self._read(path, file)
                if self._kind != "end":  # the process was killed, and the server may be busy with its last request
                    age = max(0.0, time.time() - os.fstat(file.fileno()).st_mtime)
                    retry.wait(max(0.0, _BUSY - age) if self._kind else 0.0)
            for (name, field), records in self._linked.items():
                if name == self._collection.name:
                    for record in records:
                        self._states.relink(record["item"], field, record["key"])
            self._find_created()
            for state, item in self._current():
                self._judge(state, item, steps, force=force)
            self._judge_links(steps.delete)
        if self._changed and not force:
            more = f" and {self._more_changed} more" if self._more_changed else ""
            raise ValueError(
                f"{self._collection.name} was changed since {path} was written: {'; '.join(self._changed)}{more}. "
                "Nothing was sent. restore(..., force=True) overwrites these changes"
            )
        try:
            self._write(steps)
            self._put_links_back()
        except DirectusError as error:
            if self._written:
                error.args = (f"{error.message} {self._written} changes were made before it: call restore() again to continue",)
            raise
        for name, reason in self._lost.items() if steps.create else ():
            gap = ", so the items that were deleted have none" if reason in (_MASKED, _UNREAD) else ""
            self._notes[f"{name}: {reason}{gap}"] = len(steps.create)
        notes = [text if count == 1 else f"{text} ({count} times)" for text, count in self._notes.items()]
        return Restored(len(steps.update), len(steps.create), len(steps.delete), self._unchanged, notes)

    def _was_changed(self, text: str) -> None:
        if len(self._changed) < _LISTED:
            self._changed.append(text)
        else:
            self._more_changed += 1

    # ------------------------------------------------------------------ the file
    def _read(self, path: str | PathLike[str], file: Iterable[bytes]) -> None:
        lines = iter(file)
        first = next(lines, b"")
        if not first:
            raise ConfigurationError(
                f"{path} is empty: it is not a file that keep_before has written, or its call was killed before anything was "
                "sent. There is nothing to restore"
            )
        if _BEGIN.startswith(first) or (first.startswith(_BEGIN) and not first.endswith(b"\n")):
            return  # the process was killed before anything was sent
        try:
            self._header = json.loads(first)
            is_ours = self._header.get("format") == FORMAT
        except (ValueError, AttributeError):
            is_ours = False
        if not is_ours:
            raise ConfigurationError(f"{path} is not a file that keep_before has written")
        own = {"server": self._collection.pipeline.base_url, "collection": self._collection.name, "primary_key": self._key}
        for name, value in own.items():
            if self._header.get(name) != value:
                raise ConfigurationError(f"{path} is about the {name} {self._header.get(name)!r}, and not about {value!r}")
        for line in lines:
            try:
                record = json.loads(line)
            except ValueError:
                if line.endswith(b"\n"):
                    raise ConfigurationError(f"{path} is broken: {_text(line)} is not valid JSON. Nothing was sent") from None
                return  # the process was killed before this was sent
            try:
                self._note(record)
            except (LookupError, TypeError, AttributeError) as error:
                text = f"{path} is broken: {_text(line)} is not a record of keep_before. Nothing was sent"
                raise ConfigurationError(text) from error

    def _note(self, record: JSONMapping) -> None:
        kind = self._kind = record["do"]
        if kind == "end":
            return
        if kind == "created":
            self._states.add_returned(record["chunk"], record["keys"])
        elif kind in ("masked", "unread"):
            self._lost.update(dict.fromkeys(record["fields"], _MASKED if kind == "masked" else _UNREAD))
        elif kind in ("reference", "cascade"):
            self._linked.setdefault((record["collection"], record["field"]), Spooled()).add(record)
        elif kind == "create" and record["key"] is None:
            self._states.add_created(record)
        elif kind == "create":
            self._states.add(record["key"], None, record["after"])
        elif kind == "update":
            for name in record["more"]:
                self._notes[f"{name}: {self._lost.get(name, _LIST)}"] += 1
            self._states.add(record["key"], record["before"], record["after"])
        else:
            self._states.add(record["key"], record["before"], None)

    @cached_property
    def _lost(self) -> dict[str, str]:
        """Why the values of fields are not in the file."""
        lost: dict[str, str] = {}
        for part, reason in (("masked", _MASKED), ("set_by_server", "the server sets it itself"), ("lists", _LIST)):
            for name in self._header[part]:
                lost.setdefault(name, reason)
        return lost

    def _find_created(self) -> None:
        """Find the items whose keys the server made: by the keys that it returned, and the others by their values."""
        rest: list[JSONMapping] = []
        for sent, keys in self._states.created():
            records = list(sent)
            changed = [item for item in self._by_keys(keys) if not self._add_created(item, records)]
            for item in changed:
                self._states.add(item[self._key], None, dict(sent[0]["after"]))
            if len(keys) < len(sent):  # the process was killed before, or the server refused some
                rest += records
        if not rest:
            return
        records = list(rest)
        for item in self._candidates(records):
            if self._is_of_call(item[self._key]) or self._add_created(item, rest):
                continue
            if any(self._is_created(item, record) for record in records):
                key = key_text(item[self._key])
                self._was_changed(f"item {key} has the values of an item that the call was creating, and may be another's")
        self._unchanged += len(rest)

    def _add_created(self, item: JSONMapping, records: list[JSONMapping]) -> bool:
        """Note that an item was created from one of the records, which is taken out, if it has the values of one."""
        record = next((record for record in records if self._is_created(item, record)), None)
        if record is not None:
            records.remove(record)
            self._states.add(item[self._key], None, record["after"])
        return record is not None

    def _candidates(self, records: Sequence[JSONMapping]) -> Iterator[JSONMapping]:
        match_on, keys = records[0]["match_on"], [record["above"] for record in records]
        query = NormalizedQuery(fields=["*"])
        if match_on is not None:
            values = [record["after"][match_on] for record in records if match_on in record["after"]]
            yield from self._collection.by_values(match_on, values, query)
            return
        query = query if None in keys else query.where({self._key: {"_gt": min(keys)}})
        for page in self._collection.iterate(query):
            yield from page

    # ------------------------------------------------------------------ the items
    def _current(self) -> Iterator[tuple[ItemState, JSONMapping | None]]:
        for some in self._states.parts(_AT_ONCE):
            items = {key_text(item[self._key]): item for item in self._by_keys([state.key for state in some])}
            for state in some:
                yield state, items.get(key_text(state.key))

    def _by_keys(self, keys: Sequence[Key]) -> Iterator[JSONMapping]:
        for some in batched(keys, _AT_ONCE):
            yield from self._collection.by_keys(Keys(some).unique(), NormalizedQuery(fields=["*"]))

    def _judge(self, state: ItemState, item: JSONMapping | None, steps: _Steps, *, force: bool) -> None:
        before = state.before
        if item is None:
            if before is None:
                self._unchanged += 1
            elif state.after is None:
                steps.create.add({**self._sent(before), self._key: state.key})
            else:
                self._was_changed(f"item {state.key!r} was deleted")
                if force:
                    self._notes[f"item {state.key!r}, which was deleted since"] += 1
            return
        for name, value in (state.after or {}).items():
            if is_nested(field := self._fields.get(name, Field(name)), value):
                self._notes[f"{name}: the items of {field.related} that were written together with it"] += 1
        if before is not None and self._had_values(item, before):
            self._unchanged += 1
            return
        if names := self._different(item, state):
            what = f"{' and '.join(names[:_LISTED])} of " if state.after is not None else ""
            self._was_changed(f"{what}item {state.key!r} was changed")
        if before is None:
            steps.delete.add(state.key)
            if links := {name: None for name in self._own if self._is_of_call(item.get(name))}:
                steps.unlink.add({self._key: state.key, **links})
        else:
            values = {name: value for name, value in before.items() if not same_json(item.get(name), value)}
            steps.update.add({self._key: state.key, **self._sent(values)})

    def _sent(self, values: JSONMapping) -> JSONObject:
        """Return what is sent for values that the server returned: it would read a string in a field of JSON as JSON."""
        return {name: self._fields.get(name, Field(name)).of_document(value) for name, value in values.items()}

    def _had_values(self, item: JSONMapping, before: JSONMapping) -> bool:
        return all(same_json(item.get(name), value) for name, value in before.items())

    def _is_created(self, item: JSONMapping, record: JSONMapping) -> bool:
        return not self._different(item, ItemState(item[self._key], None, record["after"]))

    def _is_of_call(self, key: Any) -> bool:
        return key is not None and self._states.find(key) is not None

    def _different(self, item: JSONMapping, state: ItemState) -> list[str]:
        """Return the fields that are neither as the call left them nor as they were before it.

        An earlier restore that was killed leaves some as they were before, and links that it had not yet put back, or had
        removed from items to be deleted. A link with an item that is deleted may be lost, too.
        """
        before, after = state.before or {}, state.after
        return [
            name
            for name, value in (before if after is None else after).items()
            if not (name in before and same_json(item.get(name), before[name]))
            and not (
                name in self._own
                and item.get(name) is None
                and (after is None or (state.before is None and self._is_of_call(value)))
            )
            and (after is None or not self._is_same(item, name, value))
        ]

    def _is_same(self, item: JSONMapping, name: str, value: object) -> bool:
        field, current = self._fields.get(name, Field(name)), item.get(name)
        if name == self._key:
            return value is None or key_text(as_json(value)) == key_text(current)
        if is_nested(field, value):
            return True  # the server has written it to another collection
        if same_json(value, current) or (field.is_json and isinstance(value, bool) and same_json(int(value), current)):
            return True  # SQLite stores a bare boolean as a number
        try:
            sent = field.to_send(value, current)
            if field.is_same(sent, current):
                return True
            rule = field.server_filter(sent)
        except (ValueError, TypeError):
            return False
        if rule is None:
            return False
        # Only the server knows its time zone.
        query = NormalizedQuery(filter={"_and": [{self._key: {"_eq": item[self._key]}}, rule]}, fields=[self._key], limit=1)
        return bool(self._collection.rows(query))

    # ------------------------------------------------------------------ the calls
    def _call(self, collection: Collection) -> BulkCall:
        return BulkCall(collection, self._codec, NormalizedQuery(), attrs.evolve(self._options, returning=None, ordered=False))

    def _write(self, steps: _Steps) -> None:
        """Write so that what an item is linked with exists, nothing is linked with what is deleted, and old values are free."""
        # Without the relations, any field may be a link, and old values are put back before anything is deleted.
        knows_links = any(not field.brief for field in self._fields.values())
        own = {self._key, *self._own}
        links = ({name: row[name] for name in own & row.keys()} for row in chain(reversed(steps.update), steps.create))
        if steps.create:
            created = self._call(self._collection).create(self._without_own(steps.create), generate_keys=False, match_on=None)
            self._written += created.count
        self._update(steps.unlink)
        self._update(links if knows_links else reversed(steps.update))
        if steps.delete:
            self._written += self._call(self._collection).delete(steps.delete).count
        # The last change first: it may have taken a unique value that the one before it had left.
        if knows_links:
            try:
                self._update(self._without_own(reversed(steps.update)))
            except (BulkError, RecordNotUnique):
                if self._options.workers == 1:
                    raise
                self._options = attrs.evolve(self._options, workers=1)  # several do not keep this order
                self._update(self._without_own(reversed(steps.update)))

    def _update(self, rows: Iterable[JSONObject]) -> None:
        changes = (row for row in rows if len(row) > 1)
        if (first := next(changes, None)) is not None:
            self._written += self._call(self._collection).update(chain([first], changes)).count

    def _without_own(self, rows: Iterable[JSONObject]) -> Iterator[JSONObject]:
        return ({name: value for name, value in row.items() if name not in self._own} for row in rows)

    def _put_links_back(self) -> None:
        """Link other items again with those that exist again."""
        present = self._relations if self._linked else ()
        relations = {(relation.items.name, relation.field): relation.items for relation in present}
        for (name, field), records in self._linked.items():
            items = relations.get((name, field))
            if records[0]["do"] == "cascade":
                self._notes[f"items of {name}, which were deleted with those that their {field!r} held"] += len(records)
            elif items is None:
                self._notes[f"the {field!r} of items of {name}"] += len(records)
            else:
                for some in batched(records, _AT_ONCE):
                    self._link(items, field, some)

    def _link(self, items: Collection, field: str, records: Sequence[JSONMapping]) -> None:
        by_key = {key_text(record["item"]): record for record in records}
        query = NormalizedQuery(fields=list({items.primary_key, field}))
        current = items.by_keys(Keys([record["item"] for record in by_key.values()]).unique(), query)
        rows = [
            {items.primary_key: item[items.primary_key], field: by_key[key_text(item[items.primary_key])]["key"]}
            for item in current
            if item[field] is None
        ]
        if rows:
            self._call(items).update(rows)

    @cached_property
    def _relations(self) -> list[Relation]:
        return list(relations_to(self._collection))

    def _judge_links(self, keys: Sequence[Key]) -> None:
        """Name the items that are linked with those to be deleted, such as junction items.

        Items of the collection itself that a cascade would delete are refused, but for those that the call has created, and
        those that are linked with others again.
        """
        try:
            relations = self._relations if keys else []
        except APIError:
            self._notes[
                "items that are linked with the deleted ones, and may be deleted too: you may not read the relations"
            ] += 1
            return
        for relation in relations:
            items, field, is_own = relation.items, relation.field, relation.items.name == self._collection.name
            left: list[Key] = []
            for some in batched(keys, _AT_ONCE):
                query = NormalizedQuery(fields=[items.primary_key], filter={field: {"_in": some}})
                linked = [item[items.primary_key] for page in items.iterate(query) for item in page]
                left += [key for key in linked if not (is_own and self._moves(key, field))]
            listed = ", ".join(map(str, left[:_LISTED])) + (", ..." if len(left) > _LISTED else "")
            end = "are deleted with them" if relation.cascades else "are not deleted"
            text = f"{len(left)} items of {items.name} ({listed}), whose {field!r} held deleted items, {end}"
            if left and is_own and relation.cascades:
                self._was_changed(text)
            if left:
                self._notes[text] += 1

    def _moves(self, key: Key, field: str) -> bool:
        """Return whether an item is deleted, or its link is put back."""
        state = self._states.find(key)
        return state is not None and (state.before is None or field in state.before)
