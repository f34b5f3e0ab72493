"""What a server understands of the keys and values that items are looked up by, for `directus_sdk.reading.collection`.

A server reads some strings in a filter as something else, so that items with such a value are found by its first letters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TypeVar

from directus_sdk.errors import APIError
from directus_sdk.json_types import JSONObject
from directus_sdk.wire.encoding import to_text
from directus_sdk.wire.filters import is_word
from directus_sdk.wire.keys import UUID_TEXT, Keys
from directus_sdk.wire.urls import Key

T = TypeVar("T")

#: So many letters of such a word are not such a word themselves.
_BEGINNING = 3

_INTEGER = re.compile(r"\s*[+-]?\d+\s*")
#: How SQLite and PostgreSQL refuse a filter by a key of another type.
_TYPE_MISMATCH = re.compile("numeric value|invalid input syntax", re.IGNORECASE)

#: System collections where a SEARCH ignores `keys`, on servers of all versions: it returns the first items.
KEYS_IGNORED = frozenset(
    {"/dashboards", "/flows", "/operations", "/panels", "/revisions", "/roles", "/shares", "/users", "/webhooks"}
)


def like(value: str) -> JSONObject:
    """Return a rule that matches a string; if a server reads it as something else, also others with its beginning.

    Example:
        >>> like("draft"), like("null")
        ({'_eq': 'draft'}, {'_starts_with': 'nul'})
    """
    if not value:
        return {"_in": [value]}  # a server refuses _eq
    return {"_starts_with": value[:_BEGINNING]} if is_word(value) else {"_eq": value}


def system_keys(path: str, keys: Sequence[Key]) -> list[object]:
    """Return the values that find system items by their keys where a SEARCH for keys does not.

    A key of another type would be refused together with the others, and SQLite compares letters.
    """
    if path in ("/revisions", "/webhooks"):
        return [int(key) for key in keys if _INTEGER.fullmatch(str(key))]
    return [form for key in map(str, keys) if UUID_TEXT.fullmatch(key) for form in {key, key.lower()}]


def spelled(keys: Keys) -> list[Key]:
    """Return each key once, and UUIDs in small and in capital letters: SQLite stores and compares letters.

    Example:
        >>> spelled(Keys([1, "1", "A"]))
        [1, 'A']
    """
    forms: dict[Key, None] = {}
    for key in keys.unique():
        text = str(key)
        forms.update(dict.fromkeys((text, text.lower(), text.upper()) if UUID_TEXT.fullmatch(text) else (key,)))
    return list(forms)


def of_one_type(keys: Sequence[Key]) -> Iterator[list[Key]]:
    """Yield the UUIDs among the keys, then the integers, where some keys are and some are not."""
    for shape in (UUID_TEXT, _INTEGER):
        alike = [key for key in keys if shape.fullmatch(str(key))]
        if 0 < len(alike) < len(keys):
            yield alike


def is_type_mismatch(error: APIError) -> bool:
    """Return whether a filter was refused because the key has another type than the value."""
    return _TYPE_MISMATCH.search(error.message) is not None


def fitting(values: Sequence[T], room: int, *, in_url: bool) -> Sequence[T]:
    """Return as many of the values, from the first, as fit into a number of bytes; at least one."""
    for index, value in enumerate(values):
        text = to_text(value)
        # In a URL quotes, commas and the value itself are escaped.
        room -= 3 * len(text) + 3 if in_url else len(text.encode()) + 1
        if room < 0:
            return values[: max(index, 1)]
    return values
