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

    def check(data: Any) -> None:
        checks.before(collection.pipeline, method, collection.path, None, data)

    if at_once and isinstance(items, (list, tuple)) and all(isinstance(item, Mapping) for item in items):
        check(items)
        return prepare
    check([])  # the collection, which is no item's fault

    def prepare_and_check(index: int, item: object) -> object:
        data = prepare(index, item)
        check(data)
        return data

    return prepare_and_check
