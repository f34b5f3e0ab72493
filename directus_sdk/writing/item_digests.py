"""Digests of whole items: by them a plan knows whether items are as they were, in fields too that it does not change.

Lists of related items are not a part of it, because the items in them are others; nor are values that the server masks, and the
times at which a user signed in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import blake2b
from typing import TypeVar

from directus_sdk.json_types import JSONMapping
from directus_sdk.reading.collection import Collection
from directus_sdk.reading.field_values import Field
from directus_sdk.wire.encoding import to_text
from directus_sdk.wire.iterators import batched
from directus_sdk.wire.keys import key_text
from directus_sdk.wire.query import NormalizedQuery
from directus_sdk.writing.spooled import Spooled

T = TypeVar("T")

_AT_ONCE = 5_000
#: Fields of users that the server changes at each request.
_ACTIVITY = {"last_access", "last_page"}


def fields_of_digest(collection: Collection, fields: Mapping[str, Field], query: NormalizedQuery) -> tuple[str, ...]:
    """Return the fields that a digest is made of; none where the server does not report the fields.

    Args:
        collection: The collection.
        fields: Its fields.
        query: What a plan reads of its items; a relation whose items are read too is not a part of a digest.
    """
    left_out = {path.partition(".")[0] for path in query.get("fields", ()) if "." in path}
    left_out |= _ACTIVITY if collection.name == "directus_users" else set()
    return tuple(
        name
        for name, field in fields.items()
        if field.type != "alias" and not field.is_hidden and not field.brief and name not in left_out
    )


def digest(item: JSONMapping, fields: Iterable[str]) -> str:
    """Return the digest of an item."""
    return blake2b(to_text([item.get(name) for name in fields]).encode(), digest_size=12).hexdigest()


def with_digests(entries: Spooled[T], collection: Collection, fields: tuple[str, ...]) -> Spooled[T]:
    """Return the entries of a plan, which begin with a row or a key, with the digests of their items at the end.

    Args:
        entries: The entries.
        collection: The collection.
        fields: The fields that a digest is made of.
    """
    if not fields or not entries:
        return entries
    key, result = collection.primary_key, entries.empty()
    query = NormalizedQuery(fields=list(dict.fromkeys([key, *fields])))
    for some in batched(entries.entries(), _AT_ONCE):
        keys = [entry[0][key] if isinstance(entry[0], Mapping) else entry[0] for entry in some]
        digests = {key_text(item[key]): digest(item, fields) for item in collection.by_keys(keys, query)}
        for entry, key_ in zip(some, keys, strict=True):
            result.add((*entry, digests.get(key_text(key_))))
    return result
