"""Reading the collections of the data model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Literal, TypeVar, overload

from directus_sdk.errors import NotFound
from directus_sdk.handlers.data_model import DataModelHandler, selecting
from directus_sdk.handlers.data_model_queries import SchemaCountQuery, SchemaEntryQuery, SchemaReadQuery
from directus_sdk.handlers.described import DescribedCollectionsHandler
from directus_sdk.json_types import JSONMapping
from directus_sdk.results import Page
from directus_sdk.signatures import renamed
from directus_sdk.wire.keys import Keys
from directus_sdk.wire.query import normalize

if TYPE_CHECKING:
    from typing_extensions import Unpack

T = TypeVar("T")


class ReadCollectionsHandler(DescribedCollectionsHandler, DataModelHandler[T]):
    """The base of the handler of all collections: what it reads.

    The key of a collection is its name. The server returns collections whole; the SDK applies queries.
    """

    collection = "directus_collections"
    _path = "/collections"
    _key = "collection"
    _of_one = "read_one('articles')"

    @renamed(collection="key")
    def read_one(self, key: str, query: JSONMapping | None = None, **params: Unpack[SchemaEntryQuery]) -> T:
        """Read a collection.

        ``GET /collections/{key}``.

        Args:
            key: Its name.
            query: What to read, as a mapping, instead of keywords.
            **params: What to read, such as `fields`.

        Raises:
            Forbidden: There is no such collection, or you may not read it.

        Example:
            >>> directus.collections.read_one("globals")["meta"]["singleton"]
            True
            >>> directus.collections.read_one("globals", fields=["collection", "meta.singleton"])
            {'collection': 'globals', 'meta': {'singleton': True}}
        """
        return self._read_one(self._path_of(key), query, params)

    @overload
    def read_many(
        self, keys: JSONMapping | None = None, query: JSONMapping | None = None, **params: Unpack[SchemaReadQuery]
    ) -> Page[T]: ...
    @overload
    def read_many(
        self,
        keys: Iterable[str],
        query: JSONMapping | None = None,
        *,
        missing: Literal["skip", "raise"] = "skip",
        **params: Unpack[SchemaReadQuery],
    ) -> Page[T]: ...
    @renamed(collections="keys")
    def read_many(
        self,
        keys: Iterable[str] | JSONMapping | None = None,
        query: JSONMapping | None = None,
        *,
        missing: str = "skip",
        **params: Unpack[SchemaReadQuery],
    ) -> Page[T]:
        """Read collections: some by their names, or those that match a query.

        ``SEARCH /collections`` with names, otherwise ``GET /collections``.

        Args:
            keys: Their names; or a query, as a mapping.
            query: What to read, as a mapping, instead of keywords.
            missing: With names: ``"skip"`` omits names without a collection, ``"raise"`` raises an error that names them.
            **params: What to read: `filter`, `fields`, `sort`, `limit`, `search` and so on.

        Raises:
            NotFound: With ``missing="raise"``: some names have no collection.

        Example:
            >>> sorted(entry["collection"] for entry in directus.collections.read_many(["articles", "authors"]))
            ['articles', 'authors']
            >>> directus.collections.read_many(filter={"collection": {"_starts_with": "a"}}, fields=["collection"])
            [{'collection': 'articles'}, {'collection': 'authors'}]
        """
        if keys is None or isinstance(keys, Mapping):
            if missing != "skip":
                raise TypeError("missing= goes with a list of names")
            return self._read_page(self._path, *self._query_of(keys, query, params))
        names = Keys(keys)
        normalized = normalize(query, params)
        if missing not in ("skip", "raise"):
            raise ValueError(f"missing must be 'skip' or 'raise', not {missing!r}")
        response = self._pipeline.call("SEARCH", self._path, json={"keys": list(names)})
        # Without its body, which some proxies drop, a SEARCH returns every collection.
        rows, absent = names.arrange([row for row in response.data or () if row.get("collection") in names], "collection")
        if absent and missing == "raise":
            raise NotFound(f"there are no collections {', '.join(map(repr, absent))}, or you may not read them")
        return Page(self._codec.load_many(self._projected(self._selected(rows, normalized), normalized)), response.meta)

    def first(self, query: JSONMapping | None = None, **params: Unpack[SchemaReadQuery]) -> T | None:
        """Read the first collection that matches, or ``None``.

        ``GET /collections``.

        Args:
            query: What to read, as a mapping, instead of keywords.
            **params: What to read: `filter`, `sort`, `fields` and so on.

        Example:
            >>> directus.collections.first(filter={"collection": {"_starts_with": "g"}}, fields=["collection"])
            {'collection': 'globals'}
        """
        page = self._read_page(self._path, normalize(query, params).replace(limit=1), {})
        return page[0] if page else None

    def count(self, query: JSONMapping | None = None, **params: Unpack[SchemaCountQuery]) -> int:
        """Count the collections that match.

        ``GET /collections``. The server has no count, so the list is read and counted, past the server's cache.

        Args:
            query: Which collections, as a mapping, instead of keywords; one with other names is a filter.
            **params: Which collections: `filter` and `search`.

        Example:
            >>> directus.collections.count(filter={"collection": {"_starts_with": "a"}})
            2
        """
        return self._count(self._path, query, params)

    def exists(
        self, key: str | JSONMapping | None = None, query: JSONMapping | None = None, **params: Unpack[SchemaCountQuery]
    ) -> bool:
        """Return whether there is a collection with this name, or one that matches, and that you may read.

        ``GET /collections``, past the server's cache.

        Args:
            key: The name; a mapping is a query or a filter, as in `count`.
            query: Which collections, as a mapping, instead of keywords.
            **params: Which collections: `filter` and `search`.

        Raises:
            TypeError: Neither a name nor a query was passed.

        Example:
            >>> directus.collections.exists("articles"), directus.collections.exists("nothing")
            (True, False)
        """
        if isinstance(key, Mapping):
            return self._count(self._path, *self._query_of(key, query, params)) > 0
        if key is None and query is None and not params:
            raise TypeError("pass the name of a collection, or filter=...")
        if key is not None:
            self._path_of(key)
        chosen = self._selected(self._current(self._path), selecting(query, params))
        return any(key is None or row.get("collection") == key for row in chosen)
