"""Reading the items of a collection."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Literal, TypeVar, overload

from directus_sdk import dataframes
from directus_sdk.calls.pipeline import Requester
from directus_sdk.errors import DecodeError, Forbidden, InvalidQuery, NotFound, ServerError
from directus_sdk.handlers.base import Handler, items_path
from directus_sdk.json_types import JSONMapping, JSONObject
from directus_sdk.models import Codec, codec_for
from directus_sdk.reading import paging, truncation
from directus_sdk.reading.collection import Collection, is_grouped
from directus_sdk.reading.paging import DEFAULT_PAGE_SIZE, Rows
from directus_sdk.reading.primary_key import explain_value
from directus_sdk.reading.truncation import Watch
from directus_sdk.redaction.tracebacks import guarded
from directus_sdk.results import Page, counted
from directus_sdk.wire.keys import Keys
from directus_sdk.wire.query import Filter, Query, normalize, whole_number
from directus_sdk.wire.urls import Key, segment

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from directus_sdk.reading.partitions import Partition

T = TypeVar("T")

#: What cannot be combined with a list of keys.
_NOT_WITH_KEYS = ("limit", "offset", "page", "sort", "aggregate", "groupBy", "export")


class ReadHandler(Handler, Generic[T]):
    """Reads items; the groups that the server only reads stop here.

    Args:
        directus: The client.
        model: The class of the items; plain dicts by default.
        collection: The collection, for handlers that are not made for one.
        primary_key: The name of the primary key.
    """

    collection: str = ""
    default_primary_key: ClassVar[str] = "id"

    def __init__(
        self,
        directus: Requester,
        model: type[T] | None = None,
        *,
        collection: str | None = None,
        primary_key: str | None = None,
    ) -> None:
        super().__init__(directus)
        if collection is not None:
            self.collection = collection
        path, name = items_path(self.collection), self.collection
        self._collection = Collection(directus.pipeline, path, name, primary_key or self.default_primary_key)
        self._codec: Codec[T] = codec_for(self.collection, model)

    @property
    def primary_key(self) -> str:
        """The name of the primary key."""
        return self._collection.primary_key

    # ------------------------------------------------------------------ one item
    def read_one(self, key: Key, query: JSONMapping | None = None, /, **params: Unpack[Query]) -> T:
        """Read one item.

        ``GET /items/{collection}/{key}``, or ``SEARCH /items/{collection}`` where the query is too long for an address.

        Args:
            key: The primary key.
            query: What to read, as a mapping, instead of keywords.
            **params: What to read: `fields`, `deep`, `alias`, `version` and so on.

        Raises:
            Forbidden: There is no such item, or you may not read it.
            ValueError: The key is empty.

        Example:
            >>> directus.items("articles").read_one(1, fields=["id", "status"])
            {'id': 1, 'status': 'published'}
        """
        segment(key)
        try:
            item = self._collection.watched().item(key, normalize(query, params))
        except Forbidden as error:
            explain_value(self._collection, error, [key])
            raise
        if not self._collection.own([item]):
            raise Forbidden(f"{self.collection} has no item {key!r}, or you may not read it", status=403, code="FORBIDDEN")
        return self._codec.load(item)

    def exists(self, key: Key) -> bool:
        """Tell whether there is an item with this key that you may read.

        ``SEARCH /items/{collection}``, since a server answers 403 alike for what is missing and what is forbidden. The
        server's cache is not asked.

        Example:
            >>> directus.items("articles").exists(999_999)
            False
        """
        segment(key)
        return bool(self._collection.by_keys(Keys([key]).unique(), {"fields": [self.primary_key]}))

    # ------------------------------------------------------------------ many items
    @overload
    def read_many(self, query: JSONMapping | None = None, /, **params: Unpack[Query]) -> Page[T]: ...
    @overload
    def read_many(
        self,
        keys: Sequence[Key],
        /,
        query: JSONMapping | None = None,
        *,
        missing: Literal["skip", "raise"] = "skip",
        **params: Unpack[Query],
    ) -> Page[T]: ...
    def read_many(
        self,
        keys_or_query: Any = None,
        /,
        query: JSONMapping | None = None,
        *,
        missing: str = "skip",
        **params: Any,
    ) -> Page[T]:
        """Read the items of a list of keys, or the first page of a query.

        ``GET /items/{collection}``, or ``SEARCH`` for a list of keys and where the query is too long for an address.

        Args:
            keys_or_query: A list of keys: those items, all of them, in that order; a key that comes twice gives its item
                twice, as two objects. A mapping: a query. Nothing: the first page, which a server cuts at 100 items
                unless `limit` says otherwise (see `read_all`).
            query: A query beside keys.
            missing: With keys: ``"skip"`` leaves out what is not there, ``"raise"`` names it.
            **params: What to read: `filter`, `fields`, `sort`, `limit`, `offset`, `page`, `search`, `deep`, `alias`,
                `meta`, `version` and so on.

        Returns:
            A list with ``.meta``.

        Raises:
            NotFound: With ``missing="raise"``: some keys are not there.
            InvalidQuery: The server does not accept the query.
            TypeError: A name is unknown, or cannot go with keys.

        Warns:
            TruncatedResultWarning: No limit was given and the server has more items than it returned. To know it, the
                server is asked for its limits once, and for one more item where a list is as long as a limit.

        Example:
            >>> [item["id"] for item in directus.items("articles").read_many([3, 1], fields=["id"])]
            [3, 1]
        """
        if keys_or_query is None or isinstance(keys_or_query, Mapping):
            if missing != "skip":
                raise TypeError("missing= goes with a list of keys")
            if keys_or_query is not None and query is not None:
                raise TypeError("two queries were given")
            return self.read_by_query(query if keys_or_query is None else keys_or_query, **params)
        keys = Keys(keys_or_query)
        wire = normalize(query, params)
        for name in _NOT_WITH_KEYS:
            if name in wire:
                raise TypeError(f"{name} cannot be combined with a list of keys, which are read whole and in their order")
        if missing not in ("skip", "raise"):
            raise ValueError(f"missing must be 'skip' or 'raise', not {missing!r}")
        return Page(map(self._codec.load, self._by_keys(keys, wire, missing)))

    def read_by_query(self, query: JSONMapping | None = None, /, **params: Unpack[Query]) -> Page[T]:
        """Read the first page of a query; `read_many` without keys is the same.

        ``GET /items/{collection}``.

        Example:
            >>> page = directus.items("articles").read_by_query({"filter": {"id": {"_lt": 4}}, "fields": ["id"]})
            >>> [item["id"] for item in page]
            [1, 2, 3]
        """
        wire = normalize(query, params)
        if "export" in wire:
            # Text, not a page: only the legacy `export` parameter asks for it.
            path = self._collection.path
            exported: Page[T] = self._pipeline.call("GET", path, query=wire, searchable=True, json_only=False).data
            return exported
        rows, meta = self._collection.watched().page(wire)
        page = Page(rows if is_grouped(wire) else self._codec.load_many(rows), meta)
        self._warn_if_cut(wire, page, len(self._collection.own(rows)))
        return page

    def read_all(
        self,
        query: JSONMapping | None = None,
        /,
        *,
        page_size: int = DEFAULT_PAGE_SIZE,
        prefetch: bool = False,
        **params: Unpack[Query],
    ) -> Page[T]:
        """Read every item that matches, page by page.

        ``GET /items/{collection}`` for each page, in the order of the primary key unless `sort` says otherwise.

        Args:
            query: What to read, as a mapping, instead of keywords.
            page_size: How many items to ask for at once.
            prefetch: Fetch the next page while this one is decoded.
            **params: What to read; `limit` is the total. `page` and `offset` are a ``TypeError``.

        Returns:
            A list; its ``.meta`` is that of the first page.

        Example:
            >>> len(directus.items("articles").read_all(fields=["id"]))
            25
        """
        wire, size = self._whole(query, params, page_size)
        meta: JSONObject = {}
        watch = Watch(self._pipeline, self.collection, late=True)
        collection = self._collection.watched(watch)

        def read(page: JSONMapping) -> Rows:
            if "meta" not in page or meta:
                return collection.page({name: value for name, value in page.items() if name != "meta"})[0]
            rows, first_meta = collection.page(page)
            meta.update(first_meta or {})
            return rows

        return Page(self._iterate(read, wire, size, prefetch, watch), meta)

    def iterate(
        self,
        query: JSONMapping | None = None,
        /,
        *,
        page_size: int = DEFAULT_PAGE_SIZE,
        prefetch: bool = False,
        **params: Unpack[Query],
    ) -> Iterator[T]:
        """Yield every item that matches, and hold one page of them in memory at a time.

        ``GET /items/{collection}`` for each page. Without `sort`, or with a sort by the primary key, a key that is a
        number or a date is the cursor: no item comes twice and none is missed that stands there throughout, whatever
        others insert and delete meanwhile. With another sort, or other keys, items may move from one page to another.

        Args:
            query: What to read, as a mapping, instead of keywords.
            page_size: How many items to ask for at once.
            prefetch: Fetch the next page, and no more, in a thread while you work on this one.
            **params: What to read; `limit` is the total. `page` and `offset` are a ``TypeError``.

        Example:
            >>> sum(1 for article in directus.items("articles").iterate(filter={"status": {"_eq": "draft"}}))
            5
        """
        wire, size = self._whole(query, params, page_size)
        wire.pop("meta", None)  # nobody would see it, and the server would count for every page
        watch = Watch(self._pipeline, self.collection, late=True)
        collection = self._collection.watched(watch)
        return self._iterate(lambda page: collection.page(page)[0], wire, size, prefetch, watch)

    def _whole(self, query: JSONMapping | None, params: Any, page_size: int) -> tuple[JSONObject, int]:
        """Check a query that reads every page."""
        wire = normalize(query, params)
        for name in ("page", "offset", "export"):
            if name in wire:
                raise TypeError(f"{name} cannot be given here: every page is read, from the first item on")
        return wire, whole_number("page_size", page_size)

    @guarded
    def _iterate(
        self, read: paging.ReadPage, wire: JSONMapping, page_size: int, prefetch: bool, watch: Watch
    ) -> Iterator[T]:
        pages = self._collection.iterate(wire, page_size=page_size, read=read)
        load: Any = list if is_grouped(wire) else self._codec.load_many
        for rows in paging.ahead(pages) if prefetch else pages:
            watch.say()
            yield from load(rows)

    def read_frame(
        self, query: JSONMapping | None = None, /, *, page_size: int = DEFAULT_PAGE_SIZE, **params: Unpack[Query]
    ) -> Any:
        """Read every item that matches into a pandas DataFrame.

        Dates and times become datetimes, whole numbers and truth values with gaps keep their type. Needs the extra
        ``pandas``.

        Args:
            query: What to read, as a mapping, instead of keywords.
            page_size: How many items to ask for at once.
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
        dataframes.pandas()  # before anything is read
        wire, size = self._whole(query, params, page_size)
        collection = self._collection.watched()
        pages = collection.iterate(wire, page_size=size, read=lambda page: collection.page(page)[0])
        return dataframes.frame(chain.from_iterable(pages), dataframes.columns(wire))

    def partitions(self, count: int, query: JSONMapping | None = None, /, **params: Unpack[Query]) -> list[Partition]:
        """Split what matches into parts of about the same size, for workers that read them at the same time.

        A part is a small value that can be pickled. It holds no client and no token: each worker reads it with a client
        of its own (`Partition.iterate`, `Partition.read_all`, `Partition.read_frame`). Keys that are numbers are split
        into ranges, with `count` small requests; other keys are read once and split into lists.

        Args:
            count: How many parts.
            query: What to read, as a mapping, instead of keywords; `filter`, `search`, `fields`, `deep` and so on.
            **params: The same as keywords. `sort`, `limit`, `page` and `offset` are a ``TypeError``.

        Returns:
            At most `count` parts; together they hold each item once. Nothing is left out: the first and the last range
            have no outer end, so that new items belong to one of them.

        Example:
            >>> parts = directus.items("articles").partitions(3, fields=["id"])
            >>> [len(part.read_all(directus)) for part in parts]
            [9, 8, 8]
        """
        from directus_sdk.reading import partitions

        wire, _ = self._whole(query, params, 1)
        for name in ("sort", "limit", "aggregate", "groupBy", "meta"):
            if name in wire:
                raise TypeError(f"{name} cannot be combined with partitions")
        return partitions.split(self._collection, wire, whole_number("count", count))

    def first(self, query: JSONMapping | None = None, /, **params: Unpack[Query]) -> T | None:
        """Read the first item that matches, or ``None``.

        Example:
            >>> directus.items("articles").first(sort="-id", fields=["id"])
            {'id': 25}
        """
        wire = {**normalize(query, params), "limit": 1}
        rows, _ = self._collection.watched().page(wire)
        rows = self._collection.own(rows) or rows
        return self._codec.load(rows[0]) if rows else None

    def count(self, filter: Filter | None = None, *, search: str | None = None) -> int:
        """Count the items that match, on the server; each counts once, whatever relations a filter leads through.

        ``GET /items/{collection}``. Where the primary key has another name than this handler knows, or may not be read, a
        second request asks for the server's ``filter_count``, which on version 9 counts joined rows.

        Example:
            >>> directus.items("articles").count({"status": {"_eq": "published"}})
            20
        """
        chosen = normalize({"filter": filter, "search": search})
        try:
            # A filter or a permission that leads through a relation joins rows: an item may be there more than once.
            rows, _ = self._collection.page({**chosen, "aggregate": {"countDistinct": self.primary_key}})
        except (Forbidden, InvalidQuery, ServerError) as error:
            # Versions 9 and 10 say no name, or the database's error.
            names = (f'"{self.primary_key}"', f".{self.primary_key}", "access this")
            said = error._said()
            if not any(name in said for name in names):
                raise
            return self._filter_count(chosen)  # the key has another name, or may not be read
        # Version 12 leaves out of a list of permissions what needs a licence, and takes the number for such a permission.
        return counted(rows) if rows else self._filter_count(chosen)

    def _filter_count(self, chosen: JSONMapping) -> int:
        count = Page((), self._collection.page({**chosen, "limit": 0, "meta": ["filter_count"]})[1]).meta.filter_count
        if count is None:
            raise DecodeError(f"the server's answer for {self.collection} holds no count")
        return count

    def aggregate(
        self,
        functions: JSONMapping,
        group_by: str | Sequence[str] | None = None,
        query: JSONMapping | None = None,
        **params: Any,
    ) -> list[JSONObject]:
        """Count, sum and average on the server.

        Args:
            functions: The fields for each function: ``{"count": "*", "avg": ["rating"]}``.
            group_by: One row for each value of these fields; functions such as ``year(date)`` are allowed.
            query: Which items count: `filter`, `search`, `sort`, `limit`.
            **params: The same as keywords.

        Returns:
            One mapping for each group. Some databases send numbers as text.

        Warns:
            TruncatedResultWarning: There are more groups than the server returned.

        Example:
            >>> groups = directus.items("articles").aggregate({"count": "*"}, group_by="status", sort="status")
            >>> [(group["status"], group["count"]) for group in groups]
            [('draft', 5), ('published', 20)]
        """
        if not functions:
            raise ValueError("functions must name at least one function, such as {'count': '*'}")
        wire = normalize(normalize(query, params), {"aggregate": functions, "group_by": group_by})
        rows, _ = self._collection.page(wire)
        self._warn_if_cut(wire, Page(rows), len(rows))
        return rows

    # ------------------------------------------------------------------ inside
    def _by_keys(self, keys: Keys, wire: JSONMapping, missing: str) -> Iterable[Any]:
        if not keys:
            return []
        wire, added = paging.with_key(wire, self.primary_key)
        rows = self._collection.watched().by_keys(keys.unique(), wire)
        found, absent = keys.arrange(rows, self.primary_key)
        if absent and missing == "raise":
            shown = ", ".join(map(repr, absent[:20])) + (", …" if len(absent) > 20 else "")
            raise NotFound(
                f"{self.collection}: {len(absent)} of {len(keys)} keys are not there, or you may not read them: {shown}"
            )
        if added:
            return paging.without_key(found, self.primary_key)
        return found

    def _warn_if_cut(self, wire: JSONMapping, page: Page[Any], count: int) -> None:
        if wire.get("limit", -1) != -1 or "page" in wire:
            return
        more = None if is_grouped(wire) else page.meta.filter_count
        if self._is_cut(wire, count) if more is None else count and more > count + wire.get("offset", 0):
            truncation.warn(
                f"{self.collection}: the server returned {count} items and has more (no limit was given); "
                "read_all() reads every one, limit=... says how many you want"
            )

    def _is_cut(self, wire: JSONMapping, count: int) -> bool:
        collection = self._collection
        return truncation.is_cut(self._pipeline, wire, count, lambda query: collection.own(collection.page(query)[0]))
