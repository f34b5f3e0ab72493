"""Whether the items of a plan are as they were when it was planned."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from os import PathLike, fspath
from pathlib import Path
from typing import Any, Protocol

import attrs

from directus_sdk.json_types import JSONMapping, JSONObject
from directus_sdk.reading.collection import Collection
from directus_sdk.reading.lookups import like
from directus_sdk.wire.keys import Keys, key_text
from directus_sdk.wire.query import NormalizedQuery
from directus_sdk.wire.urls import Key
from directus_sdk.wire.value_forms import as_json, same_json
from directus_sdk.writing.existing_items import ExistingItems
from directus_sdk.writing.field_types import fields_of
from directus_sdk.writing.field_values import Field
from directus_sdk.writing.match_forms import MatchForms
from directus_sdk.writing.spooled import Spooled

_AT_ONCE = 5_000
#: How many rules a database takes in one filter.
_RULES = 200
_LISTED = 5


class Differences(Protocol):
    """The attributes of a plan; see `directus_sdk.writing.plan.Plan`."""

    @property
    def create(self) -> Spooled[JSONMapping]:
        """The rows that have no item yet."""

    @property
    def update(self) -> Spooled[JSONMapping]:
        """The changes."""

    @property
    def delete(self) -> Spooled[Key]:
        """The keys of the items without a row."""

    @property
    def same(self) -> int:
        """How many items equal their rows."""

    @property
    def outside(self) -> Spooled[JSONMapping]:
        """Items outside the filter."""

    @property
    def not_compared(self) -> list[str]:
        """Fields that were not compared."""


@attrs.frozen
class Basis:
    """What a plan was made from.

    Attributes:
        match_on: The fields that assign rows to items.
        query: What was read of the items.
        unfit: Why rows cannot be written: those to create, and those to change, by their places.
        hidden: Fields that the server conceals.
    """

    match_on: tuple[str, ...]
    query: NormalizedQuery
    unfit: tuple[Mapping[int, str], Mapping[int, str]]
    hidden: frozenset[str] = frozenset()


def checkpoint_of(path: str | PathLike[str], step: str) -> Path:
    """Return the checkpoint of one step of a plan."""
    return Path(f"{fspath(path)}.{step}")


def check(plan: Differences, collection: Collection, basis: Basis, checkpoint: str | PathLike[str] | None) -> None:
    """Refuse a plan whose items are not as they were.

    Args:
        plan: The plan.
        collection: Its collection.
        basis: What it was made from.
        checkpoint: The checkpoint of the call: what an earlier run has written is as it should be.

    Raises:
        ValueError: Items were changed, deleted or created meanwhile.
    """
    resumed = {step: checkpoint is not None and checkpoint_of(checkpoint, step).exists() for step in _STEPS}
    changed = [*_changed(plan, collection, basis, resumed), *_existing(plan.create, collection, basis, resumed["create"])]
    if changed:
        more = f" and {len(changed) - _LISTED} more" if len(changed) > _LISTED else ""
        raise ValueError(
            f"{collection.name} is not as it was when this was planned: {'; '.join(changed[:_LISTED])}{more}. Nothing was "
            "sent. Make a new plan with sync()"
        )


_STEPS = ("create", "update", "delete")


def _changed(plan: Differences, collection: Collection, basis: Basis, resumed: Mapping[str, bool]) -> Iterator[str]:
    key = collection.primary_key
    fields = fields_of(collection.pipeline, collection.name) if resumed["update"] else {}
    for some in _parts(plan.update.entries()):
        current = _items(collection, basis.query, [change[key] for change, _ in some])
        for change, old in some:
            item = current.get(key_text(change[key]))
            if item is None:
                yield f"item {change[key]!r} does not exist any more"
                continue
            name = _different(item, old)
            if name is not None and not (resumed["update"] and _is_written(item, change, fields)):
                yield f"{name!r} of item {change[key]!r} was changed"
    for some in _parts(plan.delete.entries()):
        current = _items(collection, basis.query, [item_key for item_key, _ in some])
        for item_key, old in some:
            item = current.get(key_text(item_key))
            if item is None:
                if not resumed["delete"]:
                    yield f"item {item_key!r} does not exist any more"
            elif (name := _different(item, old)) is not None:
                yield f"{name!r} of item {item_key!r} was changed"


def _existing(rows: Sequence[JSONMapping], collection: Collection, basis: Basis, is_resumed: bool) -> Iterator[str]:
    key = collection.primary_key
    if is_resumed:  # its checkpoint knows which are written
        return
    single = basis.match_on[0] if len(basis.match_on) == 1 else None
    for some in _parts(rows):
        keyed = [row for row in some if row.get(key) is not None]
        for row, existing in zip(keyed, ExistingItems(collection, None).find(keyed) if keyed else [], strict=True):
            if existing is not None:
                yield f"item {row[key]!r} exists"
        if single is not None and single != key:
            for row, existing in zip(some, ExistingItems(collection, single).find(some), strict=True):
                if existing is not None:
                    yield f"an item with {single} = {row[single]!r} exists"
        elif single is None:
            yield from _existing_together(some, collection, basis.match_on)


def _existing_together(rows: Sequence[JSONMapping], collection: Collection, match_on: Sequence[str]) -> Iterator[str]:
    fields = fields_of(collection.pipeline, collection.name)
    forms = MatchForms([fields.get(name, Field(name)) for name in match_on])
    for start in range(0, len(rows), _RULES):
        part = rows[start : start + _RULES]
        wanted = {forms.of(row) for row in part}
        rules = [{"_and": [{name: _equal(as_json(row[name]))} for name in match_on]} for row in part]
        query = NormalizedQuery(filter={"_or": rules}, fields=[collection.primary_key, *match_on])
        for item in (item for page in collection.iterate(query) for item in page):
            if forms.of(item) in wanted:
                yield f"an item with {' and '.join(f'{name} = {item.get(name)!r}' for name in match_on)} exists"


def _equal(value: object) -> JSONObject:
    return like(value) if isinstance(value, str) else {"_eq": value}


def _items(collection: Collection, query: NormalizedQuery, keys: Sequence[Any]) -> dict[str, JSONMapping]:
    return {key_text(item[collection.primary_key]): item for item in collection.by_keys(Keys(keys).unique(), query)}


def _different(item: JSONMapping, old: JSONMapping) -> str | None:
    """Return the name of a value that differs."""
    return next((name for name, value in old.items() if not same_json(item.get(name), value)), None)


def _is_written(item: JSONMapping, change: JSONMapping, fields: Mapping[str, Field]) -> bool:
    for name, value in change.items():
        field = fields.get(name, Field(name))
        if not field.is_same(field.to_send(value, item.get(name)), item.get(name)):
            return False
    return True


def _parts(entries: Iterable[Any]) -> Iterator[list[Any]]:
    source = iter(entries)
    while some := list(islice(source, _AT_ONCE)):
        yield some
