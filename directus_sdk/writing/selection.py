"""The items that ``update_by_query`` and ``delete_by_query`` change."""

from __future__ import annotations

from directus_sdk.calls.server_limits import MAX_KEYS
from directus_sdk.json_types import JSONMapping
from directus_sdk.reading.collection import Collection
from directus_sdk.reading.primary_key import missing_key_error
from directus_sdk.wire.filters import check_filter
from directus_sdk.wire.parameters import boolean, integer
from directus_sdk.wire.query import normalize
from directus_sdk.wire.urls import Key


def selected_keys(collection: Collection, selection: JSONMapping, *, all_items: bool, max_affected: int | None) -> list[Key]:
    """Return the keys of the items that a selection matches.

    Args:
        collection: The collection.
        selection: Which items: `filter`, `search`, `sort` and `limit`.
        all_items: Allow a selection without a filter.
        max_affected: The maximum number of items, or ``None``.

    Raises:
        ConfigurationError: The primary key has another name.
        TypeError: The selection has other parameters, or an argument has the wrong type.
        ValueError: It has no filter, or matches more than `max_affected` items.
    """
    boolean("all_items", all_items)
    if max_affected is not None:
        max_affected = integer("max_affected", max_affected, 0)
    query = normalize(selection)
    for name in query.keys() - {"filter", "search", "sort", "limit"}:
        raise TypeError(f"a selection takes filter, search, sort and limit, not {name}")
    check_filter(query.get("filter", {}), known_only=True)
    if not ("filter" in query or "search" in query or all_items):
        raise ValueError("the selection has no filter and would match every item; if you mean that, say all_items=True")
    if query.get("limit") == 0:
        return []
    query = query.replace(fields=[collection.primary_key])
    if max_affected is not None and query.get("limit", -1) == -1:
        query = query.replace(limit=max_affected + 1)
    try:
        keys: list[Key] = [
            row[collection.primary_key] for page in collection.iterate(query, page_size=MAX_KEYS) for row in page
        ]
    except KeyError:
        raise missing_key_error(collection) from None
    if max_affected is not None and len(keys) > max_affected:
        raise ValueError(f"the selection matches more than max_affected={max_affected} items; nothing was changed")
    return keys
