"""The primary key of a collection: it never changes, and errors say what to do if it has another name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from directus_sdk.calls import uncached
from directus_sdk.calls.pipeline import Pipeline
from directus_sdk.errors import (
    APIError,
    BulkError,
    ConfigurationError,
    DirectusError,
    Forbidden,
    InvalidPayload,
    InvalidQuery,
    SchemaError,
)
from directus_sdk.json_types import JSONMapping
from directus_sdk.reading.collection import Collection
from directus_sdk.reading.paging import Rows
from directus_sdk.results import BulkResult
from directus_sdk.wire.keys import key_text, same_key
from directus_sdk.wire.query import NormalizedQuery


def check_key(collection: str, primary_key: str, key: object, changes: JSONMapping) -> None:
    """Refuse changes that hold another primary key than the item's: a server ignores it, or misinterprets it.

    Raises:
        ValueError: They hold another primary key.
    """
    other = changes.get(primary_key)
    if other is not None and not same_key(other, key):
        raise ValueError(changed_key_message(collection, primary_key, key, changes))


def check_own_key(pipeline: Pipeline, path: str, collection: str, changes: JSONMapping) -> None:
    """Refuse changes of the one item of a path that hold another ``id`` than it has; it is read only if they hold one.

    Raises:
        ValueError: They hold another ``id``.
    """
    if changes.get("id") is None:
        return
    try:
        item = uncached.get(pipeline, path, NormalizedQuery(fields=["id"])).data
    except (Forbidden, InvalidQuery, SchemaError):  # it has no such field, or you may not read it
        return
    if isinstance(item, Mapping) and item.get("id") is not None:
        check_key(collection, "id", item["id"], changes)


def addressed(data: JSONMapping, primary_key: str, key: object) -> JSONMapping:
    """Return data with the key of the item to change: in a list, a server takes the number 0 for a missing key."""
    return {**data, primary_key: "0" if key_text(key) == "0" else key}


def changed_key_message(collection: str, primary_key: str, key: object, changes: JSONMapping) -> str:
    """Return the message for changes that hold another primary key."""
    has = "" if key is None else f", and the item has {key!r}"
    return (
        f"{collection}: the data has {primary_key} = {changes[primary_key]!r}{has}: a server never changes the primary key of "
        f"an item. Leave {primary_key!r} out, or create another item and delete this one"
    )


def missing_key_error(collection: Collection, result: BulkResult[Any] | None = None) -> DirectusError:
    """Return the error for a response without the primary key that was configured.

    Args:
        collection: The collection.
        result: What was written before this was detected.
    """
    text = f"{collection.name} has no field {collection.primary_key!r} that you may read: {collection.key_hint}"
    cause = ConfigurationError(text)
    if result is None or not result.count:
        return cause
    error = BulkError(f"{result.count} items are written, and their keys are unknown: {text}", result=result)
    error.__cause__ = cause
    return error


def with_keys(collection: Collection, read: Callable[[], Rows]) -> Rows:
    """Return rows, each with its primary key.

    Raises:
        ConfigurationError: The primary key has another name.
    """
    try:
        rows = read()
    except (Forbidden, SchemaError) as error:  # about the call, and not about one of its items
        if collection.concerns_key(error):
            raise missing_key_error(collection) from error
        raise
    if any(collection.primary_key not in row for row in rows):
        raise missing_key_error(collection)
    return rows


def lacks_key(collection: Collection) -> bool:
    """Read the field that is configured as the primary key; return whether it does not exist."""
    try:
        collection.page(NormalizedQuery(fields=[collection.primary_key], limit=1))
    except (Forbidden, InvalidQuery, SchemaError) as error:
        return collection.concerns_key(error)
    return False


def explain_conflict(collection: Collection, error: APIError) -> None:
    """Add to the error of an upsert why the SDK tried to create an item that conflicts with an existing one."""
    why = f"The item has no {collection.primary_key!r}, so the SDK tried to create it"
    error.args = (f"{error.message} {why}: {collection.key_hint}, or pass match_on=...",)


def is_about_access(error: APIError) -> bool:
    """Return whether a server refuses access without a reason, as it does for a key of another type."""
    return type(error) is Forbidden and "access this" in error._server_message()


def explain_value(collection: Collection, error: APIError, keys: Iterable[object]) -> None:
    """Add to a refusal that a key is not a number, because servers with numbers as keys do not report that."""
    if not is_about_access(error):
        return
    for key in keys:
        text = key_text(key)
        if not text.lstrip("-").isdecimal():
            error.args = (f"{error.message} Or the primary key of {collection.name} is a number, and {text[:60]!r} is not",)
            return


def missing_key_message(collection: Collection, index: int) -> str:
    """Return the message for an item to update that has no key."""
    return f"item {index} has no {collection.primary_key!r}, which says which item to change; {collection.key_hint}"


def explain_missing(collection: Collection, error: InvalidPayload) -> None:
    """Add what to do if the server does not find a primary key in items that have the configured one."""
    if "misses primary key" in error._server_message():
        error.args = (f"{error.message}: {collection.key_hint}",)
