"""Reading every page of the items that match, into a list, a loop or a DataFrame."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from directus_sdk import dataframes
from directus_sdk.handlers.described import DescribedHandler
from directus_sdk.json_types import JSONMapping, JSONObject
from directus_sdk.local.progress import Progress
from directus_sdk.models.codec import Codec
from directus_sdk.reading import counting, paging
from directus_sdk.reading.collection import Collection
from directus_sdk.reading.page_size import PageSize
from directus_sdk.reading.paging import ReadPage, Rows
from directus_sdk.reading.truncation import TruncationCheck
from directus_sdk.redaction.tracebacks import guarded
from directus_sdk.results import Page
from directus_sdk.wire.parameters import integer
from directus_sdk.wire.query import EveryPageQuery, ItemQuery, NormalizedQuery, SelectedQuery, normalize

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from directus_sdk.reading.export import ExportedFile
    from directus_sdk.reading.partitions import Partition

T = TypeVar("T")


class EveryPageHandler(DescribedHandler, Generic[T]):
    """Reads all items that match, page by page."""

    _collection: Collection
    _codec: Codec[T]

    def read_all(
        self,
        query: JSONMapping | None = None,
        *,
        page_size: int | None = None,
        prefetch: bool = False,
        progress: Progress = False,
        **params: Unpack[EveryPageQuery],
    ) -> Page[T]:
        """Read every item that matches, page by page.

        ``GET /items/{collection}`` for each page, in the order of the primary key unless `sort` says otherwise.

        Args:
            query: What to read, as a mapping, instead of keywords.
            page_size: How many items to ask for at once; by default as many as suit their size (see `iterate`).
            prefetch: Read the next page in a thread while this one is decoded.
            progress: See `iterate`.
            **params: What to read; `limit` is the total. `page` and `offset` are a ``TypeError``.

        Returns:
            A list; its ``.meta`` is that of the first page.

        Example:
            >>> len(directus.items("articles").read_all(fields=["id"]))
            25
        """
        query = _every_page(query, params, page_size)
        meta: JSONObject = {}
        check, size = TruncationCheck(self._pipeline, self.collection, late=True), PageSize(page_size)
        collection = self._collection.checked(check, size.received)

        def read(query: NormalizedQuery) -> Rows:
            rows, page_meta = collection.page(query.replace(meta=None) if meta else query)
            if "meta" in query and not meta:
                meta.update(page_meta or {})
            return rows

        return Page(self._items(self._pages(read, query, size, prefetch, progress), query, check), meta)

    def iterate(
        self,
        query: JSONMapping | None = None,
        *,
        page_size: int | None = None,
        prefetch: bool = False,
        progress: Progress = False,
        **params: Unpack[EveryPageQuery],
    ) -> Iterator[T]:
        """Yield every item that matches, with one page at a time in memory.

        ``GET /items/{collection}`` for each page. Without `sort`, or with a sort by the primary key, keys that are integers
        or dates are the cursor (keyset pagination): no duplicates and no gaps under concurrent inserts and deletes. With
        another sort, or other keys, items may move from one page to another meanwhile.

        Args:
            query: What to read, as a mapping, instead of keywords.
            page_size: How many items to ask for at once. By default the size of the pages adapts: the first has 1,000 items,
                and the others as many as fit into about 5 MB and 5 seconds, from 10 to 5,000.
            prefetch: Read the next page, and no more, in a thread while you work on this one.
            progress: ``True`` shows a progress bar (extra ``progress``). ``"auto"`` shows it only in a terminal or a
                notebook, and otherwise logs a line every 10 seconds. A logger logs such lines. A function is called with
                the number of items read and the total, which one more request counts (``None`` for groups).
            **params: What to read; `limit` is the total. `page` and `offset` are a ``TypeError``.

        Example:
            >>> sum(1 for article in directus.items("articles").iterate(filter={"status": {"_eq": "draft"}}))
            5
        """
        query = _every_page(query, params, page_size).replace(meta=None)  # it would not be returned, and cost a count
        check, size = TruncationCheck(self._pipeline, self.collection, late=True), PageSize(page_size)
        collection = self._collection.checked(check, size.received)
        pages = self._pages(lambda query: collection.page(query)[0], query, size, prefetch, progress)
        return self._items(pages, query, check)

    @guarded
    def _items(self, pages: Iterator[Rows], query: NormalizedQuery, check: TruncationCheck) -> Iterator[T]:
        for rows in pages:
            check.warn()
            yield from rows if query.is_grouped else self._codec.load_many(rows)

    @guarded
    def _pages(
        self, read: ReadPage, query: NormalizedQuery, size: PageSize, prefetch: bool, progress: Progress
    ) -> Iterator[Rows]:
        with counting.reported(self._collection, query, progress) as report:
            pages = self._collection.iterate(query, page_size=size, read=read)
            for rows in paging.ahead(pages) if prefetch else pages:
                yield rows
                report(len(rows))

    def read_frame(
        self,
        query: JSONMapping | None = None,
        *,
        page_size: int | None = None,
        prefetch: bool = False,
        progress: Progress = False,
        types: Mapping[str, str] | None = None,
        workers: int = 1,
        **params: Unpack[EveryPageQuery],
    ) -> Any:
        """Read every item that matches into a pandas DataFrame.

        Dates and times become datetimes; integers and booleans keep their type even if values are missing. A field of a
        related item is a column with a dotted name, ``author.name``. The columns grow page by page, so that no list of all
        items is in memory. Needs the extra ``pandas``.

        Args:
            query: What to read, as a mapping, instead of keywords.
            page_size: How many items to ask for at once.
            prefetch: Read the next page in a thread meanwhile; done in any case where no `page_size` is given.
            progress: See `iterate`.
            types: The types of the fields; see `Page.to_pandas`.
            workers: How many pages to request at a time, in the order of the keys; without `sort`, `limit` and groups. It pays
                where the server has more than one process.
            **params: What to read; `limit` is the total.

        Returns:
            A DataFrame with a column for each field.

        Raises:
            ImportError: pandas is not installed.

        Example:
            >>> frame = directus.items("articles").read_frame(fields=["id", "date"])
            >>> frame["date"].dt.year.unique().tolist()
            [2024]
        """
        from directus_sdk.tables import columns
        from directus_sdk.tables.frames import FrameBuilder

        query, size = _every_page(query, params, page_size), PageSize(page_size)
        _check_workers(query, workers)
        builder = FrameBuilder(columns.tree(query.get("fields")) if not query.is_grouped else {}, types)
        check = TruncationCheck(self._pipeline, self.collection, late=True)
        collection = self._collection.checked(check, size.received)
        if workers == 1:
            # Making columns takes time in which the server can work.
            ahead = prefetch or page_size is None
            pages = self._pages(lambda query: collection.page(query)[0], query, size, ahead, progress)
        else:
            pages = self._side_by_side(collection, query, size, workers, progress)
        for rows in pages:
            check.warn()
            builder.add(rows)
        return builder.frame(dataframes.columns(query))

    @guarded
    def _side_by_side(
        self, collection: Collection, query: NormalizedQuery, size: PageSize, workers: int, progress: Progress
    ) -> Iterator[Rows]:
        from directus_sdk.reading import side_by_side

        keyed, added = paging.with_key(query, self._collection.primary_key)
        with counting.reported(self._collection, query, progress) as report:
            for rows in side_by_side.pages(collection, keyed, workers, size):
                yield paging.without_key(rows, self._collection.primary_key) if added else rows
                report(len(rows))

    def export(
        self,
        path: str | os.PathLike[str],
        query: JSONMapping | None = None,
        *,
        page_size: int | None = None,
        progress: Progress = False,
        workers: int = 1,
        **params: Unpack[SelectedQuery],
    ) -> ExportedFile:
        """Read every item that matches into a file on this machine, which `sync` takes back with nothing to do.

        ``GET /items/{collection}`` for each page, in the order of the primary key unless `sort` says otherwise, and
        ``GET /fields/{collection}`` for the types. The file is replaced once it is complete. Until then the items are in
        ``<path>.part``; after a crash, the same call goes on after the last key that it holds. Items that were read before
        that are not read again.

        The end of the name decides the format: ``.csv``, ``.ndjson`` or ``.jsonl``, each with or without ``.gz``, or
        ``.parquet`` (extra ``arrow``). Fields of related items are columns with dotted names, ``author.name``; in NDJSON they
        are nested as in the response. In CSV, a null is an empty cell and an empty string ``""``; JSON is written as JSON.

        Args:
            path: The file. One that exists is replaced.
            query: What to read, as a mapping, instead of keywords.
            page_size: How many items to ask for at once; by default as many as suit their size (see `iterate`).
            progress: See `iterate`.
            workers: How many pages to request at a time, in the order of the keys; without `sort` and `limit`. It pays where
                the server has more than one process.
            **params: What to read; `limit` is the total. Groups are a ``TypeError``.

        Returns:
            The path, the number of items, and the fields that were left out because the server masks their values.

        Raises:
            ValueError: The format is unknown; a field is named whose values the server masks; or a value does not fit the
                columns of the file.
            ConfigurationError: Another export writes the file, or an unfinished export to it has another query.
            ImportError: pyarrow is not installed.

        Example:
            >>> directus.items("articles").export("articles.csv", fields=["id", "title", "author.name"]).count
            25
        """
        from directus_sdk.reading.export import TableExport

        query, size = _every_page(query, params, page_size), PageSize(page_size)
        if query.is_grouped:
            raise TypeError("aggregate cannot be combined with export: aggregate() returns groups")
        _check_workers(query, workers)
        check = TruncationCheck(self._pipeline, self.collection, late=True)
        collection = self._collection.checked(check, size.received)
        return TableExport(collection, query.replace(meta=None), path, size).run(progress, workers)

    def partitions(self, count: int, query: JSONMapping | None = None, **params: Unpack[ItemQuery]) -> list[Partition]:
        """Split the items that match into parts of about the same size, for workers that read them concurrently.

        A part is a small value that can be pickled. It holds no client and no token: each worker reads it with a client
        of its own (`Partition.iterate`, `Partition.read_all`, `Partition.read_frame`). Keys that are numbers are split
        into ranges, with `count` small requests; other keys are read once and split into lists.

        Args:
            count: The number of parts.
            query: What to read, as a mapping, instead of keywords; `filter`, `search`, `fields`, `deep` and so on.
            **params: The same as keywords. `sort`, `limit`, `page` and `offset` are a ``TypeError``.

        Returns:
            At most `count` parts, which together hold each item once. The first and the last range have no outer bound, so
            that each new item belongs to one of them.

        Example:
            >>> parts = directus.items("articles").partitions(3, fields=["id"])
            >>> [len(part.read_all(directus)) for part in parts]
            [9, 8, 8]
        """
        from directus_sdk.reading import partitions

        query = _every_page(query, params)
        for name in ("sort", "limit", "aggregate", "groupBy", "meta"):
            if name in query:
                raise TypeError(f"{name} cannot be combined with partitions")
        return partitions.split(self._collection, query, integer("count", count))


def _every_page(query: JSONMapping | None, params: JSONMapping, page_size: int | None = None) -> NormalizedQuery:
    """Check the arguments of a call that reads every page."""
    query = normalize(query, params)
    for name in ("page", "offset", "export"):
        if name in query:
            raise TypeError(f"{name} cannot be given here: every page is read, from the first item on")
    if page_size is not None:
        integer("page_size", page_size)
    return query


def _check_workers(query: NormalizedQuery, workers: int) -> None:
    if integer("workers", workers) == 1:
        return
    for name in ("sort", "limit", "aggregate", "groupBy", "meta"):
        if name in query:
            raise TypeError(f"{name} cannot be combined with workers, which read in the order of the primary key")
