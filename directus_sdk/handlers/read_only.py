"""Reading the items of a collection."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, Literal, TypeVar, overload

from directus_sdk.calls.pipeline import Requester
from directus_sdk.errors import Forbidden, NotFound
from directus_sdk.handlers.base import items_path
from directus_sdk.handlers.every_page import EveryPageHandler
from directus_sdk.json_types import JSONMapping, JSONObject
from directus_sdk.models.codec import Codec, codec_for
from directus_sdk.reading import counting, paging, truncation
from directus_sdk.reading.collection import Collection
from directus_sdk.reading.paging import Rows
from directus_sdk.reading.primary_key import explain_value, missing_key_error
from directus_sdk.results import Page
from directus_sdk.wire.keys import Keys
from directus_sdk.wire.query import (
    AggregateQuery,
    ItemQuery,
    NormalizedQuery,
    PageQuery,
    Query,
    SelectedQuery,
    normalize,
    selection,
)
from directus_sdk.wire.urls import Key, segment

if TYPE_CHECKING:
    from typing_extensions import Unpack


T = TypeVar("T")

#: What cannot be combined with a list of keys.
_NOT_WITH_KEYS = ("limit", "offset", "page", "sort", "aggregate", "groupBy", "export")


class ReadHandler(EveryPageHandler[T]):
    """Reads items; the groups that the server only reads stop here.

    Args:
        directus: The client.
        model: The class of the items; plain dicts by default.
        collection: The collection, for handlers that are not made for one.
        primary_key: The name of the primary key.
    """

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
    def read_one(self, key: Key, query: JSONMapping | None = None, **params: Unpack[ItemQuery]) -> T:
        """Read one item.

        ``GET /items/{collection}/{key}``, or ``SEARCH /items/{collection}`` where the query is too long for a URL.

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
            item = self._collection.cached_and_checked().item(key, normalize(query, params))
        except Forbidden as error:
            explain_value(self._collection, error, [key])
            raise
        if not self._collection.own([item]):
            raise Forbidden(f"{self.collection} has no item {key!r}, or you may not read it", status=403, code="FORBIDDEN")
        return self._codec.load(item)

    # ------------------------------------------------------------------ many items
    @overload
    def read_many(self, query: JSONMapping | None = None, **params: Unpack[Query]) -> Page[T]: ...
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
    def read_many(  # type: ignore[misc]  # the first argument may be the second one's keyword: query={...}
        self,
        keys_or_query: Sequence[Key] | JSONMapping | None = None,
        /,
        query: JSONMapping | None = None,
        *,
        missing: str = "skip",
        **params: Unpack[Query],
    ) -> Page[T]:
        """Read the items of a list of keys, or the first page of a query.

        ``GET /items/{collection}``, or ``SEARCH`` for a list of keys and where the query is too long for a URL.

        Args:
            keys_or_query: A list of keys reads all of these items, in that order; a key that is given twice returns its
                item twice, as two objects. A mapping is a query. Without it, this is the first page, which a server cuts
                at 100 items unless `limit` says otherwise (see `read_all`).
            query: A query beside keys.
            missing: With keys: ``"skip"`` omits keys without an item, ``"raise"`` raises an error that names them.
            **params: What to read: `filter`, `fields`, `sort`, `limit`, `offset`, `page`, `search`, `deep`, `alias`,
                `meta`, `version` and so on.

        Returns:
            A list with ``.meta``.

        Raises:
            NotFound: With ``missing="raise"``: some keys have no item.
            InvalidQuery: The server does not accept the query.
            ConfigurationError: With keys: the primary key has another name.
            TypeError: A name is unknown, or cannot be combined with keys.

        Warns:
            TruncatedResultWarning: No limit was given and the server has more items than it returned. To detect this, the
                server's limits are read once, and one more item where a list is as long as a limit.

        Example:
            >>> [item["id"] for item in directus.items("articles").read_many([3, 1], fields=["id"])]
            [3, 1]
        """
        if keys_or_query is None or isinstance(keys_or_query, Mapping):
            if missing != "skip":
                raise TypeError("missing= goes with a list of keys")
            return self._first_page(normalize(keys_or_query, params if query is None else {**params, "query": query}))
        keys = Keys(keys_or_query)
        query = normalize(query, params)
        for name in _NOT_WITH_KEYS:
            if name in query:
                raise TypeError(f"{name} cannot be combined with a list of keys: all of them are read, in their order")
        if missing not in ("skip", "raise"):
            raise ValueError(f"missing must be 'skip' or 'raise', not {missing!r}")
        return Page(map(self._codec.load, self._by_keys(keys, query, missing)))

    def read_by_query(self, query: JSONMapping | None = None, **params: Unpack[Query]) -> Page[T]:
        """Read the first page of a query; `read_many` without keys is the same.

        ``GET /items/{collection}``.

        Args:
            query: What to read, as a mapping, instead of keywords.
            **params: What to read, such as `filter`, `fields` and `sort`.

        Returns:
            A page of items, a list with ``meta``.

        Example:
            >>> page = directus.items("articles").read_by_query({"filter": {"id": {"_lt": 4}}, "fields": ["id"]})
            >>> [item["id"] for item in page]
            [1, 2, 3]
        """
        return self._first_page(normalize(query, params))

    def first(self, query: JSONMapping | None = None, **params: Unpack[PageQuery]) -> T | None:
        """Read the first item that matches, or ``None``.

        ``GET /items/{collection}``.

        Args:
            query: What to read, as a mapping, instead of keywords.
            **params: What to read, such as `filter`, `fields` and `sort`.

        Returns:
            The item, or ``None`` if none matches.

        Example:
            >>> directus.items("articles").first(sort="-id", fields=["id"])
            {'id': 25}
        """
        rows, _ = self._collection.cached_and_checked().page(normalize(query, params).replace(limit=1))
        rows = self._collection.own(rows) or rows
        return self._codec.load(rows[0]) if rows else None

    def exists(
        self, key: Key | JSONMapping | None = None, query: JSONMapping | None = None, **params: Unpack[SelectedQuery]
    ) -> bool:
        """Return whether there is an item with this key, or one that matches, and that you may read.

        ``SEARCH /items/{collection}``, because a server returns 403 both for missing and for forbidden items. The server's
        cache is not used.

        Args:
            key: The primary key; with a query too, the item must also match. A mapping is a query or a filter, as in `count`.
            query: Which items, as a mapping, instead of keywords.
            **params: Which items: `filter` and `search`.

        Raises:
            TypeError: Neither a key nor a query was given, or the key is not valid.

        Example:
            >>> directus.items("articles").exists(999_999)
            False
            >>> directus.items("articles").exists(filter={"status": {"_eq": "draft"}})
            True
        """
        arguments = params if query is None else {**params, "query": query}
        if isinstance(key, Mapping):
            return counting.exists(self._collection, selection(key, arguments))
        if key is None:
            if not arguments:
                raise TypeError("key is missing: pass a primary key, which is never None, or filter=...")
            return counting.exists(self._collection, selection(query, params))
        segment(key)
        chosen = counting.selected(selection(query, params)).replace(fields=[self.primary_key])
        return bool(self._collection.by_keys(Keys([key]).unique(), chosen))

    def count(self, query: JSONMapping | None = None, **params: Unpack[SelectedQuery]) -> int:
        """Count the items that match, on the server; each item counts once, whatever relations a filter uses.

        ``GET /items/{collection}``. If the primary key has another name than this handler knows, or may not be read, a
        second request reads the server's ``filter_count``, which on version 9 counts joined rows.

        Args:
            query: Which items, as a mapping, instead of keywords. If one of its keys is not the name of a query parameter,
                it is a filter.
            **params: Which items: `filter` and `search`; `limit` is the maximum that is returned. What only shapes the
                items, such as `fields` or `sort`, changes nothing.

        Returns:
            The number of items.

        Example:
            >>> directus.items("articles").count(filter={"status": {"_eq": "published"}})
            20
            >>> directus.items("articles").count({"status": {"_eq": "published"}})
            20
        """
        return counting.count(self._collection.cached(), selection(query, params))

    def aggregate(
        self,
        functions: JSONMapping | None = None,
        group_by: str | Sequence[str] | None = None,
        query: JSONMapping | None = None,
        **params: Unpack[AggregateQuery],
    ) -> list[JSONObject]:
        """Count, sum and average on the server.

        Args:
            functions: The fields for each function: ``{"count": "*", "avg": ["rating"]}``. The keyword `aggregate` is the
                same, and a query with `aggregate` is accepted too.
            group_by: One row for each value of these fields; functions such as ``year(date)`` are allowed.
            query: Which items to use, as a mapping, instead of keywords.
            **params: Which items to use: `filter`, `search`, `sort`, `limit`.

        Returns:
            One mapping for each group. Some databases return numbers as strings.

        Raises:
            ValueError: No function is named.

        Warns:
            TruncatedResultWarning: There are more groups than the server returned.

        Example:
            >>> groups = directus.items("articles").aggregate({"count": "*"}, group_by="status", sort="status")
            >>> [(group["status"], group["count"]) for group in groups]
            [('draft', 5), ('published', 20)]
        """
        normalized = counting.aggregation(functions, {"group_by": group_by, "query": query}, params)
        rows, _ = self._collection.cached().page(normalized)
        self._warn_if_truncated(normalized, Page(rows), len(rows))
        return rows

    # ------------------------------------------------------------------ inside
    def _first_page(self, query: NormalizedQuery) -> Page[T]:
        if "export" in query:
            # A string, not a page: only the legacy `export` parameter requests it.
            path = self._collection.path
            exported: Page[T] = self._pipeline.call("GET", path, query=query, searchable=True, json_only=False).data
            return exported
        rows, meta = self._collection.cached_and_checked().page(query)
        page = Page(rows if query.is_grouped else self._codec.load_many(rows), meta)
        self._warn_if_truncated(query, page, len(self._collection.own(rows)))
        return page

    def _by_keys(self, keys: Keys, query: NormalizedQuery, missing: str) -> Rows:
        if not keys:
            return []
        query, added = paging.with_key(query, self.primary_key)
        rows = self._collection.cached_and_checked().by_keys(keys.unique(), query)
        if rows and not any(self.primary_key in row for row in rows):
            raise missing_key_error(self._collection)
        rows, absent = keys.arrange(rows, self.primary_key)
        if absent and missing == "raise":
            names = ", ".join(map(repr, absent[:20])) + (", …" if len(absent) > 20 else "")
            raise NotFound(
                f"{self.collection}: {len(absent)} of {len(keys)} keys do not exist, or you may not read them: {names}"
            )
        return paging.without_key(rows, self.primary_key) if added else rows

    def _warn_if_truncated(self, query: NormalizedQuery, page: Page[T], count: int) -> None:
        if query.get("limit", -1) != -1 or "page" in query:
            return
        total = None if query.is_grouped else page.meta.filter_count
        if self._is_truncated(query, count) if total is None else count and total > count + query.get("offset", 0):
            truncation.warn(
                f"{self.collection}: the server returned {count} items and has more (no limit was given); "
                "read_all() reads all items, limit=... sets how many you want"
            )

    def _is_truncated(self, query: NormalizedQuery, count: int) -> bool:
        collection = self._collection.cached()
        return truncation.is_truncated(self._pipeline, query, count, lambda query: collection.own(collection.page(query)[0]))
