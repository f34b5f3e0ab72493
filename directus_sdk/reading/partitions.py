"""Parts of a collection that workers read concurrently, each with a client of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, islice, pairwise
from typing import Any, Protocol

import attrs

from directus_sdk import dataframes
from directus_sdk.calls.server_limits import MAX_KEYS
from directus_sdk.displayed import Displayed
from directus_sdk.errors import InvalidQuery, SchemaError
from directus_sdk.json_types import JSONMapping
from directus_sdk.local.progress import Progress
from directus_sdk.reading.collection import Collection
from directus_sdk.reading.page_size import DEFAULT_PAGE_SIZE
from directus_sdk.reading.primary_key import missing_key_error
from directus_sdk.redaction.tracebacks import without_locals
from directus_sdk.results import Page, counted
from directus_sdk.wire.query import NormalizedQuery
from directus_sdk.wire.urls import Key


class Items(Protocol):
    """The methods of a handler that read a part."""

    def read_many(self, keys: Sequence[Key], query: JSONMapping, /) -> Page[Any]:
        """Read the items of a list of keys."""

    def iterate(self, query: JSONMapping, /, *, page_size: int | None, prefetch: bool, progress: Progress) -> Iterator[Any]:
        """Yield every item that matches."""


class Client(Protocol):
    """What a part is read with: a `directus_sdk.Directus`."""

    def items(self, collection: str, *, primary_key: str = "id") -> Items:
        """Return the handler of a collection."""


@without_locals
@attrs.frozen
class Partition(Displayed):
    """A part of a collection: a range of primary keys, or a list of them. It can be pickled.

    Attributes:
        index: Its number, from 0.
        collection: The collection.
        primary_key: The name of the primary key.
        query: What to read of each item.
        start: The first key of the range, or ``None`` if it begins with the first item.
        stop: The key before which the range ends, or ``None`` if it ends with the last item.
        keys: The keys, if the server cannot compare them.

    Example:
        >>> import pickle
        >>> part = directus.items("articles").partitions(5, fields=["id"])[1]
        >>> part.start, part.stop, len(pickle.loads(pickle.dumps(part)).read_all(directus))
        (6, 11, 5)
    """

    index: int
    collection: str
    primary_key: str
    query: NormalizedQuery
    start: Key | None = None
    stop: Key | None = None
    keys: tuple[Key, ...] | None = attrs.field(default=None, repr=False)

    def iterate(
        self,
        directus: Client,
        *,
        page_size: int | None = None,
        prefetch: bool = False,
        progress: Progress = False,
    ) -> Iterator[Any]:
        """Yield the items of this part; the options are those of ``items(...).iterate``.

        Args:
            directus: A client of this process.
            page_size: How many items to ask for at once; by default as many as suit their size.
            prefetch: Read the next page in a thread while you work on this one.
            progress: How progress is shown.

        Raises:
            DirectusError: A request failed.

        Example:
            >>> first, second = directus.items("articles").partitions(2)
            >>> sum(1 for _ in first.iterate(directus)) + sum(1 for _ in second.iterate(directus))
            25
        """
        items = directus.items(self.collection, primary_key=self.primary_key)
        if self.keys is not None:
            return iter(items.read_many(self.keys, self.query))
        return items.iterate(range_query(self), page_size=page_size, prefetch=prefetch, progress=progress)

    def read_all(
        self,
        directus: Client,
        *,
        page_size: int | None = None,
        prefetch: bool = False,
        progress: Progress = False,
    ) -> Page[Any]:
        """Read the items of this part; the options are those of `iterate`.

        Args:
            directus: A client of this process.
            page_size: How many items to ask for at once; by default as many as suit their size.
            prefetch: Read the next page in a thread meanwhile.
            progress: How progress is shown.

        Raises:
            DirectusError: A request failed.

        Example:
            >>> first, second = directus.items("articles").partitions(2)
            >>> len(first.read_all(directus)) + len(second.read_all(directus))
            25
        """
        return Page(self.iterate(directus, page_size=page_size, prefetch=prefetch, progress=progress))

    def read_frame(
        self,
        directus: Client,
        *,
        page_size: int | None = None,
        prefetch: bool = False,
        progress: Progress = False,
        types: Mapping[str, str] | None = None,
    ) -> Any:
        """Read this part into a pandas DataFrame; the options are those of `iterate`.

        Args:
            directus: A client of this process.
            page_size: How many items to ask for at once; by default as many as suit their size.
            prefetch: Read the next page in a thread meanwhile.
            progress: How progress is shown.
            types: The types of the fields; see `Page.to_pandas`.

        Returns:
            A DataFrame with a column for each field, without rows too.

        Raises:
            DirectusError: A request failed.
            ImportError: pandas is not installed.

        Example:
            >>> first, second = directus.items("articles").partitions(2)
            >>> len(first.read_frame(directus)) + len(second.read_frame(directus))
            25
        """
        from directus_sdk.tables import columns
        from directus_sdk.tables.frames import FrameBuilder

        builder = FrameBuilder(columns.tree(self.query.get("fields")), types)
        rows = self.iterate(directus, page_size=page_size, prefetch=prefetch, progress=progress)
        while page := list(islice(rows, DEFAULT_PAGE_SIZE)):
            if not isinstance(page[0], Mapping):  # the client has a model for the collection
                return Page(chain(page, rows)).to_pandas(types=types)
            builder.add(page)
        return builder.frame(dataframes.columns(self.query))


def range_query(part: Partition) -> NormalizedQuery:
    """Return the query of the items of a part that is a range."""
    query = part.query
    for operator, key in (("_gte", part.start), ("_lt", part.stop)):
        if key is not None:
            query = query.where({part.primary_key: {operator: key}})
    return query


def split(collection: Collection, query: NormalizedQuery, count: int) -> list[Partition]:
    """Return the parts: ranges of keys that the server can compare, or else lists of keys."""
    name, primary_key = collection.name, collection.primary_key
    keys_query = query.only("filter", "search", "version").replace(fields=[primary_key], sort=[primary_key])
    count_query = query.only("filter", "search").replace(aggregate={"countDistinct": primary_key})
    total = counted(collection.rows(count_query))
    # Rows that the server adds to each list would be in each part.
    parts = 1 if collection.has_added_rows else min(count, max(total, 1))
    starts = [0]
    for index in range(parts):
        starts.append(starts[-1] + total // parts + (index < total % parts))
    bounds: list[Key] = []
    for start in starts[1:-1]:
        rows = collection.rows(keys_query.replace(limit=1, offset=start))
        if not rows:
            break
        bounds.append(_key(collection, rows[0]))
    if bounds and not _comparable(collection, keys_query, bounds[0]):
        return _lists(collection, query, parts, keys_query)
    edges = [None, *dict.fromkeys(bounds), None]
    return [Partition(index, name, primary_key, query, start, stop) for index, (start, stop) in enumerate(pairwise(edges))]


def _key(collection: Collection, row: JSONMapping) -> Key:
    key: Key | None = row.get(collection.primary_key)
    if key is None:
        raise missing_key_error(collection)
    return key


def _comparable(collection: Collection, query: NormalizedQuery, key: Key) -> bool:
    if isinstance(key, bool) or not isinstance(key, (int, str)):
        return False
    try:
        collection.rows(query.where({collection.primary_key: {"_gte": key}}).replace(limit=1))
    except (InvalidQuery, SchemaError):
        return False
    return True


def _lists(collection: Collection, query: NormalizedQuery, parts: int, keys_query: NormalizedQuery) -> list[Partition]:
    keys: list[Key] = []
    for rows in collection.iterate(keys_query, page_size=MAX_KEYS):
        keys += [_key(collection, row) for row in rows]
    size = max(-(-len(keys) // parts), 1)
    rest = query.replace(filter=None, search=None)
    return [
        Partition(index, collection.name, collection.primary_key, rest, keys=tuple(keys[start : start + size]))
        for index, start in enumerate(range(0, len(keys), size))
    ]
