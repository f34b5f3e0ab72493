"""Every item of a query in large pages: read ahead, or several parts of the collection side by side."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from directus_sdk.reading import paging, partitions
from directus_sdk.reading.collection import Collection
from directus_sdk.reading.paging import Rows
from directus_sdk.wire.keys import Keys
from directus_sdk.wire.query import NormalizedQuery

_PAGE_SIZE = 5_000


def pages_of(collection: Collection, query: NormalizedQuery, workers: int) -> Iterator[Rows]:
    """Yield every page.

    Args:
        collection: The collection.
        query: What to read.
        workers: How many parts of the collection are read at the same time.
    """
    if workers == 1:
        return paging.ahead(collection.iterate(query, page_size=_PAGE_SIZE))
    return _side_by_side(collection, query, workers)


def _side_by_side(collection: Collection, query: NormalizedQuery, workers: int) -> Iterator[Rows]:
    parts = partitions.split(collection, query, workers)
    pages: queue.Queue[Rows | None] = queue.Queue(workers)
    stopped = threading.Event()

    def put(rows: Rows | None) -> None:
        while not stopped.is_set():
            try:
                pages.put(rows, timeout=0.1)
            except queue.Full:
                continue
            return

    def read(part: partitions.Partition) -> None:
        try:
            for rows in _pages_of_part(collection, part):
                if stopped.is_set():
                    return
                put(rows)
        finally:
            put(None)

    with ThreadPoolExecutor(workers, "directus-sync") as pool:
        try:
            reading = [pool.submit(read, part) for part in parts]
            for _ in parts:
                while (rows := pages.get()) is not None:
                    yield rows
                for future in reading:
                    if future.done():
                        future.result()  # raises its error
        finally:
            stopped.set()
    for future in reading:
        future.result()


def _pages_of_part(collection: Collection, part: partitions.Partition) -> Iterator[Rows]:
    query = part.query
    if part.keys is not None:
        for start in range(0, len(part.keys), _PAGE_SIZE):
            yield collection.by_keys(Keys(part.keys[start : start + _PAGE_SIZE]), query)
        return
    for operator, key in (("_gte", part.start), ("_lt", part.stop)):
        if key is not None:
            query = query.where({part.primary_key: {operator: key}})
    yield from collection.iterate(query, page_size=_PAGE_SIZE)
