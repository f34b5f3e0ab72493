"""What is to be put back: each item is judged by the fields of the call.

It is as it was before (it was never reached, or restored already), as the call left it (it is restored), or another (it was
changed since, and the whole restore is refused).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

import attrs

from directus_sdk.errors import APIError
from directus_sdk.json_types import JSONMapping, JSONObject
from directus_sdk.reading.collection import Collection
from directus_sdk.reading.field_types import permitted_fields
from directus_sdk.reading.field_values import Field
from directus_sdk.wire.encoding import MAX_SAFE_INTEGER
from directus_sdk.wire.iterators import batched
from directus_sdk.wire.keys import Keys, key_text
from directus_sdk.wire.query import NormalizedQuery
from directus_sdk.wire.urls import Key
from directus_sdk.wire.value_forms import as_json, same_json
from directus_sdk.writing.item_states import ItemState
from directus_sdk.writing.linked_items import Links, is_nested
from directus_sdk.writing.spooled import Spooled
from directus_sdk.writing.undo_file import UndoFile

_AT_ONCE = 2_000
_LISTED = 5


@attrs.frozen
class Steps:
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


class Judge:
    """Compares the items of a collection with what a file says about them.

    Args:
        collection: The collection.
        links: Of the collection.
        file: What the file says; what cannot be put back is noted in it.

    Attributes:
        steps: What is to be written.
        unchanged: How many items are as before the call.
    """

    def __init__(self, collection: Collection, links: Links, file: UndoFile) -> None:
        self._collection = collection
        self._key = collection.primary_key
        self._links = links
        self._file = file
        self._changed: list[str] = []
        self._more = 0
        self.steps = Steps()
        self.unchanged = 0

    def judge(self, *, force: bool) -> str:
        """Compare all items, and return what was changed since, in words.

        Args:
            force: Whether items that were changed are restored, too.
        """
        self._find_created()
        for state, item in self._current():
            self._judge(state, item, force=force)
        self._judge_links(self.steps.delete)
        return "; ".join(self._changed) + (f" and {self._more} more" if self._more else "")

    def _was_changed(self, text: str) -> None:
        if len(self._changed) < _LISTED:
            self._changed.append(text)
        else:
            self._more += 1

    def _find_created(self) -> None:
        """Find the items whose keys the server made: by the keys that it returned, and the others by their values."""
        rest: list[JSONMapping] = []
        for sent, keys in self._file.states.created():
            records: list[JSONMapping] = [{"after": self._present(record["after"]), "sent": record} for record in sent]
            first = records[0]["after"]
            changed = [item for item in self._by_keys(keys) if not self._add_created(item, records)]
            for item in changed:
                self._file.states.add_creation(item[self._key], first)
            if len(keys) < len(sent):  # the process was killed before, or the server refused some
                rest += (record["sent"] for record in records)
        if not rest:
            return
        records = list(rest)
        for item in self._candidates(records):
            if self._is_of_call(item[self._key]) or self._add_created(item, rest):
                continue
            if any(self._is_created(item, record) for record in records):
                key = key_text(item[self._key])
                self._was_changed(f"item {key} has the values of an item that the call was creating, and may be another's")
        self.unchanged += len(rest)

    def _add_created(self, item: JSONMapping, records: list[JSONMapping]) -> bool:
        """Note that an item was created from one of the records, which is taken out, if it has the values of one."""
        state = self._file.states.find(item[self._key])
        then = {**item, **(state.before or {})} if state is not None else item  # the call has changed it after that
        record = next((record for record in records if self._is_created(then, record)), None)
        if record is not None:
            records.remove(record)
            self._file.states.add_creation(item[self._key], record["after"])
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

    def _current(self) -> Iterator[tuple[ItemState, JSONMapping | None]]:
        for some in self._file.states.parts(_AT_ONCE):
            items = {key_text(item[self._key]): item for item in self._by_keys([state.key for state in some])}
            for state in some:
                before, after = (None if values is None else self._present(values) for values in (state.before, state.after))
                yield ItemState(state.key, before, after), items.get(key_text(state.key))

    def _by_keys(self, keys: Sequence[Key]) -> Iterator[JSONMapping]:
        for some in batched(keys, _AT_ONCE):
            yield from self._collection.by_keys(Keys(some).unique(), NormalizedQuery(fields=["*"]))

    def _judge(self, state: ItemState, item: JSONMapping | None, *, force: bool) -> None:
        before = state.before
        if item is None:
            if before is None:
                self.unchanged += 1
            elif state.after is None:
                self.steps.create.add({**self._sent(before), self._key: state.key})
            else:
                self._was_changed(f"item {state.key!r} was deleted")
                if force:
                    self._file.notes[f"item {state.key!r}, which was deleted since"] += 1
            return
        for name, value in (state.after or {}).items():
            if is_nested(field := self._links.fields.get(name, Field(name)), value):
                self._file.notes[
                    f"{name}: the items of {field.related or 'another collection'} that were written together with it"
                ] += 1
        if before is not None and self._had_values(item, before):
            self.unchanged += 1
            return
        if names := self._different(item, state):
            what = f"{' and '.join(names[:_LISTED])} of " if state.after is not None else ""
            self._was_changed(f"{what}item {state.key!r} was changed")
        if before is None:
            self.steps.delete.add(state.key)
            if links := {name: None for name in self._links.own if self._is_of_call(item.get(name))}:
                self.steps.unlink.add({self._key: state.key, **links})
        else:
            values = {name: value for name, value in before.items() if not same_json(item.get(name), value)}
            self.steps.update.add({self._key: state.key, **self._sent(values)})

    @cached_property
    def _knows_fields(self) -> bool:
        """Whether the fields of the collection are known, all of them."""
        fields = self._links.fields
        read = permitted_fields(self._collection.pipeline, self._collection.name).get("read", frozenset("*"))
        return bool(fields) and not any(field.brief for field in fields.values()) and "*" in read

    def _present(self, values: JSONMapping) -> JSONObject:
        """Return the values of the fields that the collection still has, and name the others."""
        gone = [name for name in values if name not in self._links.fields]
        if not gone or not self._knows_fields:
            return dict(values)
        for name in gone:
            self._file.notes[f"{name}: the collection has no such field any more"] = 1
        return {name: value for name, value in values.items() if name not in gone}

    def _sent(self, values: JSONMapping) -> JSONObject:
        """Return what is sent for values that the server returned: it would read a string in a field of JSON as JSON."""
        fields = {name: self._links.fields.get(name, Field(name)) for name in values}
        for name, value in values.items():
            if fields[name].type == "bigInteger" and type(value) is int and abs(value) >= MAX_SAFE_INTEGER:
                self._file.notes[f"{name}: the server rounds integers beyond 2^53, so the last digits may be others"] += 1
        return {name: fields[name].of_document(value) for name, value in values.items()}

    def _had_values(self, item: JSONMapping, before: JSONMapping) -> bool:
        return all(same_json(item.get(name), value) for name, value in before.items())

    def _is_created(self, item: JSONMapping, record: JSONMapping) -> bool:
        return not self._different(item, ItemState(item[self._key], None, record["after"]))

    def _is_of_call(self, key: Any) -> bool:
        return key is not None and self._file.states.find(key) is not None

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
                name in self._links.own
                and item.get(name) is None
                and (after is None or (state.before is None and self._is_of_call(value)))
            )
            and (after is None or not self._is_same(item, name, value))
        ]

    def _is_same(self, item: JSONMapping, name: str, value: object) -> bool:
        field, current = self._links.fields.get(name, Field(name)), item.get(name)
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

    def _judge_links(self, keys: Sequence[Key]) -> None:
        """Name the items that are linked with those to be deleted, such as junction items.

        Items of the collection itself that a cascade would delete are refused, but for those that the call has created, and
        those that are linked with others again.
        """
        try:
            relations = self._links.relations if keys else []
        except APIError:
            self._file.notes[
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
                self._file.notes[text] += 1

    def _moves(self, key: Key, field: str) -> bool:
        """Return whether an item is deleted, or its link is put back."""
        state = self._file.states.find(key)
        return state is not None and (state.before is None or field in state.before)
