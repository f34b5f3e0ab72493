"""Whether the items of a plan are as they were when it was planned."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from os import PathLike, fspath
from pathlib import Path

import attrs

from directus_sdk.json_types import JSONMapping, JSONObject
from directus_sdk.reading.collection import Collection
from directus_sdk.reading.field_types import fields_of
from directus_sdk.reading.field_values import Field
from directus_sdk.reading.lookups import like
from directus_sdk.tables.records import place
from directus_sdk.wire.iterators import batched
from directus_sdk.wire.keys import Keys, key_text
from directus_sdk.wire.query import NormalizedQuery
from directus_sdk.wire.urls import Key
from directus_sdk.wire.value_forms import as_json, same_json
from directus_sdk.writing.existing_items import ExistingItems
from directus_sdk.writing.item_digests import digest
from directus_sdk.writing.match_forms import MatchForms
from directus_sdk.writing.spooled import Spooled

_AT_ONCE = 5_000
#: How many rules a database takes in one filter.
_RULES = 200
_LISTED = 5
_STEPS = ("create", "update", "delete")


@attrs.frozen
class Basis:
    """What a plan was made from.

    Attributes:
        collection: The collection.
        match_on: The fields that assign rows to items.
        query: What was read of the items.
        unfit: Why rows cannot be written: those to create, and those to change, by their places.
        hidden: Fields that the server conceals.
        digested: The fields that the digests of items to change and to delete are made of.
    """

    collection: Collection
    match_on: tuple[str, ...]
    query: NormalizedQuery
    unfit: tuple[Mapping[int, str], Mapping[int, str]]
    hidden: frozenset[str] = frozenset()
    digested: tuple[str, ...] = ()


@attrs.frozen(repr=False, kw_only=True)
class Differences:
    """The attributes of a plan; see `directus_sdk.writing.plan.Plan`."""

    create: Spooled[JSONMapping]
    update: Spooled[JSONMapping]
    delete: Spooled[Key]
    same: int
    outside: Spooled[JSONMapping]
    not_compared: list[str]
    _basis: Basis = attrs.field(eq=False)


def checkpoint_of(path: str | PathLike[str], step: str) -> Path:
    """Return the checkpoint of one step of a plan."""
    return Path(f"{fspath(path)}.{step}")


def check(plan: Differences, checkpoint: str | PathLike[str] | None) -> None:
    """Refuse a plan whose items are not as they were.

    Args:
        plan: The plan.
        checkpoint: The checkpoint of the call: what an earlier run has written is as it should be.

    Raises:
        ValueError: Items were changed, deleted or created meanwhile, or a row has a mask of the server, as after an edit.
    """
    _refuse_masks(plan)
    resumed = {step: checkpoint is not None and checkpoint_of(checkpoint, step).exists() for step in _STEPS}
    changed = [
        *_changed(plan, resumed),
        *([] if resumed["create"] else _existing(plan)),
    ]  # its checkpoint knows what is written
    if changed:
        more = f" and {len(changed) - _LISTED} more" if len(changed) > _LISTED else ""
        raise ValueError(
            f"{plan._basis.collection.name} is not as it was when this was planned: {'; '.join(changed[:_LISTED])}{more}. "
            "Nothing was sent. Make a new plan with sync()"
        )


def _refuse_masks(plan: Differences) -> None:
    collection, unreported = plan._basis.collection, Field("", brief=True)
    fields: Mapping[str, Field] | None = None
    for number, row in chain(enumerate(plan.create), enumerate(plan.update)):
        for name in [name for name, value in row.items() if unreported.is_mask(value)]:
            fields = fields_of(collection.pipeline, collection.name) if fields is None else fields
            if fields.get(name, unreported).is_mask(row[name]):
                raise ValueError(
                    f"{name!r} of {place(row, number)} is the server's mask for a hidden value, and would be stored as it is. "
                    "Nothing was sent. Leave it out"
                )


def _changed(plan: Differences, resumed: Mapping[str, bool]) -> Iterator[str]:
    collection, digested = plan._basis.collection, plan._basis.digested
    fields = fields_of(collection.pipeline, collection.name) if resumed["update"] else {}
    query = plan._basis.query
    query = query.replace(fields=list(dict.fromkeys([*query.get("fields", []), *digested])))
    updates = ((change[collection.primary_key], change, *rest) for change, *rest in plan.update.entries())
    deletions = ((key, None, *rest) for key, *rest in plan.delete.entries())
    for some in batched(chain(updates, deletions), _AT_ONCE):
        rows = collection.by_keys(Keys([key for key, *_ in some]).unique(), query)
        current = {key_text(item[collection.primary_key]): item for item in rows}
        for key, change, old, *digests in some:
            item = current.get(key_text(key))
            if item is None:
                if change is not None or not resumed["delete"]:
                    yield f"item {key!r} does not exist any more"
                continue
            name = next((name for name, value in old.items() if not same_json(item.get(name), value)), None)
            is_written = change is not None and resumed["update"] and _is_written(item, change, fields)
            if is_written:
                continue
            if name is not None:
                yield f"{name!r} of item {key!r} was changed"
            elif any(digests) and not resumed["delete"] and digest(item, digested) != digests[0]:
                yield f"item {key!r} was changed"


def _existing(plan: Differences) -> Iterator[str]:
    collection, match_on = plan._basis.collection, plan._basis.match_on
    key = collection.primary_key
    for number, row in enumerate(plan.create if len(match_on) > 1 else ()):
        if missing := [name for name in match_on if row.get(name) is None]:
            raise ValueError(f"{place(row, number)} has no {missing[0]!r}, so there is nothing to match on. Nothing was sent")
    for some in batched(plan.create, _AT_ONCE):
        keyed = [row for row in some if row.get(key) is not None]
        for row, existing in zip(keyed, ExistingItems(collection, None).find(keyed) if keyed else [], strict=True):
            if existing is not None:
                yield f"item {row[key]!r} exists"
        if len(match_on) > 1:
            yield from _existing_together(some, collection, match_on)
        elif match_on[0] != key:
            for row, existing in zip(some, ExistingItems(collection, match_on[0]).find(some), strict=True):
                if existing is not None:
                    yield f"an item with {match_on[0]} = {row[match_on[0]]!r} exists"


def _existing_together(rows: Sequence[JSONMapping], collection: Collection, match_on: Sequence[str]) -> Iterator[str]:
    fields = fields_of(collection.pipeline, collection.name)
    forms = MatchForms([fields.get(name, Field(name)) for name in match_on])
    for some in batched(rows, _RULES):
        wanted = {forms.of(row) for row in some}
        rules = [{"_and": [{name: _equal(as_json(row[name]))} for name in match_on]} for row in some]
        query = NormalizedQuery(filter={"_or": rules}, fields=[collection.primary_key, *match_on])
        for item in (item for page in collection.iterate(query) for item in page):
            if forms.of(item) in wanted:
                yield f"an item with {' and '.join(f'{name} = {item.get(name)!r}' for name in match_on)} exists"


def _equal(value: object) -> JSONObject:
    return like(value) if isinstance(value, str) else {"_eq": value}


def _is_written(item: JSONMapping, change: JSONMapping, fields: Mapping[str, Field]) -> bool:
    def is_same(name: str, value: object) -> bool:
        field, current = fields.get(name, Field(name)), item.get(name)
        return field.is_same(field.to_send(value, current), current)

    return all(is_same(name, value) for name, value in change.items())
