"""Pages that several threads read at a time, in the order of the primary key."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from functools import partial
from itertools import chain

from directus_sdk.local import parallel
from directus_sdk.reading import counting, partitions
from directus_sdk.reading.collection import Collection
from directus_sdk.reading.page_size import DEFAULT_PAGE_SIZE, PageSize
from directus_sdk.reading.paging import ReadPage, Rows
from directus_sdk.wire.keys import Keys
from directus_sdk.wire.query import NormalizedQuery
from directus_sdk.wire.urls import Key

#: How many items show how wide they are.
_SAMPLE = 100
#: Each part needs a request for its first key.
_MOST_PARTS = 1_000


class ItemsMovedError(Exception):
    """The items that were read are not the first ones any more."""


def pages(
    collection: Collection,
    query: NormalizedQuery,
    workers: int,
    size: PageSize,
    after: tuple[Key | None, int] = (None, 0),
    last: Key | None = None,
    read: ReadPage | None = None,
) -> Iterator[Rows]:
    """Yield the items that match in pages; at most `workers` and one of them are in memory.

    Args:
        collection: The collection.
        query: The query, with the primary key among its fields.
        workers: The number of threads.
        size: The size of a page.
        after: The last key, if the server can compare it, and the number of the items that are not read again.
        last: The last key, where the server cannot compare it.
        read: Reads one page; by default through caches.

    Raises:
        ItemsMovedError: The last key is at another place now.
    """
    cursor, done = after
    read = read or (lambda query: collection.page(query)[0])
    if cursor is not None:
        query = query.where({collection.primary_key: {"_gt": cursor}})
    first = query.replace(limit=_SAMPLE, sort=[collection.primary_key])
    sample = next(collection.iterate(first, page_size=PageSize(_SAMPLE), read=read), [])  # fewer, where the server has a limit
    size.fitting(len(sample))
    total = counting.count(collection, query.only("filter", "search"))
    count = max(workers, math.ceil(total / size.next()))
    parts = partitions.split(collection, query, min(count, _MOST_PARTS))
    if parts and parts[0].keys is not None:
        keys = list(chain.from_iterable(part.keys or () for part in parts))
        if cursor is None and done and (len(keys) < done or keys[done - 1] != last):
            raise ItemsMovedError
        jobs = _of_keys(collection, parts[0].query, keys[0 if cursor is not None else done :], size)
    else:
        jobs = [partial(_of_range, collection, partitions.range_query(part), size.next(), read) for part in parts]
    yield from filter(None, parallel.in_order(jobs, workers))


def _of_keys(collection: Collection, query: NormalizedQuery, keys: list[Key], size: PageSize) -> list[Callable[[], Rows]]:
    step = min(size.next(), DEFAULT_PAGE_SIZE)
    parts = [keys[start : start + step] for start in range(0, len(keys), step)]
    return [partial(_by_keys, collection, query, part) for part in parts]


def _by_keys(collection: Collection, query: NormalizedQuery, keys: list[Key]) -> Rows:
    rows, _ = Keys(keys).arrange(collection.by_keys(keys, query), collection.primary_key)
    return rows


def _of_range(collection: Collection, query: NormalizedQuery, size: int, read: ReadPage) -> Rows:
    return list(chain.from_iterable(collection.iterate(query, page_size=PageSize(size), read=read)))
