"""The items that an upsert changes instead of creating them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from directus_sdk.errors import Forbidden
from directus_sdk.json_types import JSONMapping
from directus_sdk.reading.collection import Collection
from directus_sdk.reading.primary_key import no_key
from directus_sdk.wire.keys import Keys, key_text
from directus_sdk.writing.match_values import matched


def existing_items(collection: Collection, values: Sequence[Any], match_on: str | None) -> list[Any]:
    """Return key and value of the items that exist already.

    Raises:
        ConfigurationError: The primary key has another name.
        ValueError: Two items have the same value.
    """
    primary_key, field = collection.primary_key, match_on or collection.primary_key
    query = {"fields": list(dict.fromkeys([primary_key, field]))}
    try:
        if match_on is None:
            rows = collection.by_keys(Keys(values).unique(), query)
        else:
            rows = collection.by_values(field, values, query)
    except Forbidden as error:  # about the call, and not about one of its items
        if collection.concerns_key(error):
            raise no_key(collection) from error
        raise
    if any(primary_key not in row for row in rows):
        raise no_key(collection)
    if match_on is not None:
        check_unique(collection.name, rows, field)
    return rows


def existing_key(collection: Collection, data: JSONMapping, match_on: str | None) -> Any:
    """Return the key of the item that exists for some data, or ``None``."""
    field = match_on or collection.primary_key
    [row] = matched([data], existing_items(collection, [data[field]], match_on), field)
    return None if row is None else row[collection.primary_key]


def check_unique(collection: str, rows: Sequence[JSONMapping], field: str) -> None:
    """Check that no two items have the same value.

    Raises:
        ValueError: Two items have.
    """
    seen: set[str] = set()
    for row in rows:
        value = row.get(field)
        if value is None:
            continue
        text = key_text(value)
        if text in seen:
            raise ValueError(f"more than one item of {collection} has {field} = {value!r}: match_on needs a unique field")
        seen.add(text)
