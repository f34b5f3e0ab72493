"""The primary key of a collection: what may not be done to it, and what to do where its name is another one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from directus_sdk.errors import APIError, BulkError, ConfigurationError, DirectusError, Forbidden, InvalidPayload, InvalidQuery
from directus_sdk.json_types import JSONMapping
from directus_sdk.reading.collection import Collection
from directus_sdk.results import BulkResult
from directus_sdk.wire.keys import key_text, same_key
from directus_sdk.wire.query import NormalizedQuery


def check_key(collection: str, primary_key: str, key: Any, changes: JSONMapping) -> None:
    """Refuse changes that hold another primary key than the item's: a server drops it, or makes something else of it.

    Raises:
        ValueError: They do.
    """
    other = changes.get(primary_key)
    if other is not None and not same_key(other, key):
        raise ValueError(another_key(collection, primary_key, key, changes))


def another_key(collection: str, primary_key: str, key: Any, changes: JSONMapping) -> str:
    """Return what is wrong with changes that hold another primary key."""
    has = "" if key is None else f", and the item has {key!r}"
    return (
        f"{collection}: the data has {primary_key} = {changes[primary_key]!r}{has}: a server never changes the primary key of "
        f"an item. Leave {primary_key!r} out, or create another item and delete this one"
    )


def no_key(collection: Collection, result: BulkResult[Any] | None = None) -> DirectusError:
    """Return the error for a response without the field that is taken for the primary key.

    Args:
        collection: The collection.
        result: What was written before it was noticed.
    """
    text = f"{collection.name} has no field {collection.primary_key!r} that you may read: {collection.key_hint}"
    cause = ConfigurationError(text)
    if result is None or not result.count:
        return cause
    error = BulkError(f"{result.count} items are written, and their keys are not known: {text}", result=result)
    error.__cause__ = cause
    return error


def lacks_key(collection: Collection) -> bool:
    """Ask whether there is a field of the name that is taken for the primary key."""
    try:
        collection.page(NormalizedQuery(fields=[collection.primary_key], limit=1))
    except (Forbidden, InvalidQuery) as error:
        return collection.concerns_key(error)
    return False


def name_key(collection: Collection, error: APIError) -> None:
    """Add to the error of an upsert why the item was created where one like it is there already."""
    why = f"The item has no {collection.primary_key!r}, so it was to be created"
    error.args = (f"{error.message} {why}: {collection.key_hint}, or pass match_on=...",)


def explain_value(collection: Collection, error: APIError, keys: Iterable[Any]) -> None:
    """Add to a refusal that some of the keys are not numbers, which servers with numbers as keys refuse in general words."""
    if type(error) is not Forbidden or "access this" not in error._said():
        return
    for key in keys:
        text = key_text(key)
        if not text.lstrip("-").isdecimal():
            error.args = (f"{error.message} Or the primary key of {collection.name} is a number: {text[:60]!r} is not",)
            return


def unnamed(collection: Collection, index: int) -> str:
    """Return what is wrong with an item to update that has no key."""
    return f"item {index} has no {collection.primary_key!r}: the server must know which item to change; {collection.key_hint}"


def explain_missing(collection: Collection, error: InvalidPayload) -> None:
    """Add what to do where the server does not find a primary key in items that have one by our name."""
    if "misses primary key" in error._said():
        error.args = (f"{error.message}: {collection.key_hint}",)
