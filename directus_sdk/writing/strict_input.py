"""The items of a bulk call of a strict client, checked against the schema."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from directus_sdk.reading.collection import Collection

#: The HTTP method of each bulk call that has items.
_METHODS = {"create_many": "POST", "update_batch": "PATCH", "upsert_many": "PATCH"}

Prepare = Callable[[int, Any], object]


def checked(collection: Collection, call: str, items: object, prepare: Prepare, *, at_once: bool) -> Prepare:
    """Return a `prepare` that also checks an item against the schema, if the client is strict.

    Args:
        collection: The collection.
        call: The name of the bulk call.
        items: The input.
        prepare: Returns what is sent for an item.
        at_once: Whether a list is checked here, before anything of it is sent.

    Raises:
        SchemaError: An item of the list does not go with the schema.
    """
    checks, method = collection.pipeline.checks, _METHODS.get(call)
    if checks is None or method is None:
        return prepare
    if at_once and isinstance(items, (list, tuple)) and all(isinstance(item, Mapping) for item in items):
        checks.before(collection.pipeline, method, collection.path, None, items)
        return prepare
    checks.before(collection.pipeline, method, collection.path, None, [])  # the collection, which is no item's fault

    def prepare_and_check(index: int, item: object) -> object:
        data = prepare(index, item)
        checks.before(collection.pipeline, method, collection.path, None, data)
        return data

    return prepare_and_check


def check(collection: Collection, changes: Mapping[str, object]) -> None:
    """Check the change of many items, if the client is strict.

    Raises:
        SchemaError: It does not go with the schema.
    """
    checks = collection.pipeline.checks
    if checks is not None:
        checks.before(collection.pipeline, "PATCH", collection.path, None, changes)
