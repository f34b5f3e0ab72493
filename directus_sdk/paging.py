"""Reading more than one page: never stops early, whatever limit the server has."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from directus_sdk.answers import is_json
from directus_sdk.encoding import to_text
from directus_sdk.errors import APIError, InvalidQuery
from directus_sdk.keys import Keys
from directus_sdk.limits import MAX_KEYS, Limits
from directus_sdk.urls import LONG_URL, Key

Rows = list[Any]
#: Reads one page of a normalized query.
ReadPage = Callable[[Mapping[str, Any]], Rows]


def pages(read: ReadPage, query: Mapping[str, Any], *, primary_key: str, page_size: int, limits: Limits) -> Iterator[Rows]:
    """Yield the pages of a query until the server has no more items.

    Args:
        read: Reads one page.
        query: The normalized query; its ``limit`` is the total.
        primary_key: Makes the order definite, so that no item falls between two pages.
        page_size: How many items to ask for at once.
        limits: What is known of the server; its largest page is learnt here.
    """
    total = query.get("limit", -1)
    left = None if total == -1 else total
    sort = list(query.get("sort", []))
    if not {primary_key, f"-{primary_key}"} & set(sort):
        sort.append(primary_key)
    offset = 0
    while left is None or left > 0:
        size = min(size for size in (page_size, limits.page, left) if size is not None)
        try:
            rows = read({**query, "sort": sort, "limit": size, "offset": offset})
        except InvalidQuery as error:
            if not limits.learn_page(error) or (limits.page or 0) >= size:
                raise
            continue
        if not rows:  # a short page is not the end: the server may cut pages without a word
            return
        yield rows
        offset += len(rows)
        if left is not None:
            left -= len(rows)


def by_keys(
    read: ReadPage,
    search: Callable[[Mapping[str, Any], Sequence[Key]], Rows],
    keys: Keys,
    query: Mapping[str, Any],
    *,
    primary_key: str,
    limits: Limits,
) -> Rows:
    """Read the items of a list of keys, in any order.

    Few keys go out as a filter in a GET, which caches understand; more of them as a SEARCH; and where a proxy refuses
    SEARCH, as several GETs. Each call says how many items it wants, since a server cuts what it was not asked for.
    """
    waiting = list(keys.unique())
    rows: Rows = []
    use_search = True
    while waiting:
        fitting = _fitting(waiting, query)
        size = min(MAX_KEYS if use_search else fitting, limits.page or MAX_KEYS, len(waiting))
        part = waiting[:size]
        try:
            if size <= fitting:
                rows += read(_filtered(query, primary_key, part))
            else:
                rows += search({**query, "limit": size}, part)
        except InvalidQuery as error:
            if not limits.learn_page(error) or (limits.page or 0) >= size:
                raise
            continue
        except APIError as error:
            if size <= fitting or not _search_refused(error):
                raise
            use_search = False
            continue
        del waiting[:size]
    return rows


def _filtered(query: Mapping[str, Any], primary_key: str, keys: Sequence[Key]) -> dict[str, Any]:
    rule: Mapping[str, Any] = {primary_key: {"_in": list(keys)}}
    given = query.get("filter")
    return {**query, "filter": rule if given is None else {"_and": [given, rule]}, "limit": len(keys)}


def _fitting(keys: Sequence[Key], query: Mapping[str, Any]) -> int:
    """Return how many of the keys, from the first, an address has room for; at least one."""
    # Half of an address is left for the server's name, the path and the names of the parameters.
    room = max(LONG_URL // 2 - len(to_text(query)), 600)
    for index, key in enumerate(keys):
        room -= 3 * len(to_text(key)) + 3  # quotes, a comma and the key itself are escaped
        if room < 0:
            return max(index, 1)
    return len(keys)


def _search_refused(error: APIError) -> bool:
    """Tell whether something between us and Directus does not let SEARCH through; Directus itself answers in JSON."""
    return error.status in (400, 403, 405, 501) and (error.response is None or not is_json(error.response))
