"""The item that some values are about, if there is exactly one."""

from __future__ import annotations

from collections.abc import Mapping

from directus_sdk.json_types import JSONMapping
from directus_sdk.reading.collection import Collection
from directus_sdk.reading.lookups import like
from directus_sdk.reading.paging import Rows
from directus_sdk.reading.primary_key import with_keys
from directus_sdk.wire.filters import is_word
from directus_sdk.wire.keys import key_text
from directus_sdk.wire.query import NormalizedQuery
from directus_sdk.wire.urls import Key
from directus_sdk.writing.match_values import Matcher


def check_match(match: object, defaults: object) -> None:
    """Check the arguments of ``get_or_create``.

    Raises:
        TypeError: One of them is not a mapping, or a value to match is not a single value.
        ValueError: There is nothing to match.
    """
    for name, value in (("match", match), ("defaults", defaults)):
        if not isinstance(value, Mapping):
            raise TypeError(f"{name} must be a mapping such as {{'sku': 'A-1'}}, not {type(value).__name__}")
    if not isinstance(match, Mapping) or not match:
        raise ValueError("match is empty: name the fields whose values make the item unique, such as {'sku': 'A-1'}")
    for name, value in match.items():
        if isinstance(value, (Mapping, list, tuple, set)):
            raise TypeError(f"match[{name!r}] must be a single value, not {type(value).__name__}; the item has it exactly")


def find_key(collection: Collection, match: JSONMapping) -> Key | None:
    """Return the key of the item that has these values, or ``None``; read past every cache.

    Raises:
        ConfigurationError: The primary key has another name.
        ValueError: More than one item has these values, or a moment is too fine to be looked for.
    """
    primary_key = collection.primary_key
    query = NormalizedQuery(fields=list(dict.fromkeys([primary_key, *match])))
    first = next((name for name, value in match.items() if value is not None), None)
    for name, value in match.items():
        if name != first:
            query = query.where({name: _rule(value)})
    rows = with_keys(
        collection,
        lambda: collection.rows(query.replace(limit=2)) if first is None else _with_value(collection, first, match, query),
    )
    words = {name: value for name, value in match.items() if is_word(value) or value == ""}
    rows = [row for row in rows if all(key_text(row.get(name)) == word for name, word in words.items())]
    if len(rows) > 1:
        keys = ", ".join(repr(row[primary_key]) for row in rows)
        raise ValueError(
            f"more than one item of {collection.name} has {dict(match)!r}: their keys are {keys}; nothing was created"
        )
    if not rows:
        for name in match:  # refuses a moment that the server may have, but does not find
            Matcher.of(collection.pipeline, collection.name, name).match([match], [])
    return rows[0][primary_key] if rows else None


def _rule(value: object) -> JSONMapping:
    """Return a condition that items with a value meet; others meet it too where a server cannot compare with the value."""
    if value is None:
        return {"_null": True}
    if isinstance(value, str) and not value:
        return {"_empty": True}  # servers refuse to compare with an empty string
    return like(value) if is_word(value) else {"_eq": value}


def _with_value(collection: Collection, field: str, match: JSONMapping, query: NormalizedQuery) -> Rows:
    matcher = Matcher.of(collection.pipeline, collection.name, field)
    rows = collection.by_values(field, matcher.spellings([match[field]]), query)
    return [row for row in rows if matcher.match([match], [row]) != [None]]
