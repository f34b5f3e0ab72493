"""Collections: ``directus.collections``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from os import PathLike
from typing import TYPE_CHECKING, Any, Literal, TypeVar, overload

from directus_sdk.errors import NotFound
from directus_sdk.handlers.data_model import DataModelHandler, same, selecting, several, strings, written_query
from directus_sdk.handlers.data_model_queries import (
    SchemaBulkQuery,
    SchemaCountQuery,
    SchemaEntryQuery,
    SchemaQuery,
    SchemaReadQuery,
)
from directus_sdk.handlers.described import DescribedCollectionsHandler
from directus_sdk.json_types import JSONMapping, MaybeNone
from directus_sdk.local.progress import Progress
from directus_sdk.models.payloads import payload
from directus_sdk.reading.primary_key import check_key
from directus_sdk.results import BulkResult, Page
from directus_sdk.signatures import renamed
from directus_sdk.wire.keys import Keys
from directus_sdk.wire.query import NormalizedQuery, normalize
from directus_sdk.wire.urls import Key
from directus_sdk.writing.bulk_options import CallOptions, Returning

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from directus_sdk.writing.chunk_sender import OnError

T = TypeVar("T")


class CollectionsHandler(DescribedCollectionsHandler, DataModelHandler[T]):
    """Collections: ``directus.collections``. Only administrators change them.

    The key of a collection is its name. The server returns collections whole; the SDK applies queries.
    """

    collection = "directus_collections"
    _path = "/collections"
    _key = "collection"
    _of_one = "read_one('articles')"

    # ------------------------------------------------------------------ read
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

    # ------------------------------------------------------------------ create
    def create_one(self, item: JSONMapping, query: JSONMapping | None = None, **params: Unpack[SchemaQuery]) -> T | MaybeNone:
        """Create a collection, with a table in the database if it has a ``schema``.

        ``POST /collections``.

        Args:
            item: ``collection`` (its name), ``fields``, ``meta`` and ``schema`` (``{}`` creates a table, ``None`` none).
            query: What to return, as a mapping, instead of keywords.
            **params: What to return, such as `fields`.

        Raises:
            InvalidPayload: The name is taken.

        Example:
            >>> directus.collections.create_one({"collection": "tags", "schema": {}, "meta": {}})["collection"]
            'tags'
        """
        return self._write_one("POST", self._path, payload(item, "collection"), query, params)

    @overload
    def create_many(
        self,
        items: Iterable[JSONMapping],
        query: JSONMapping | None = None,
        *,
        returning: Literal["items"] = "items",
        **params: Unpack[SchemaBulkQuery],
    ) -> BulkResult[T]: ...
    @overload
    def create_many(
        self,
        items: Iterable[JSONMapping],
        query: JSONMapping | None = None,
        *,
        returning: Literal["keys"],
        **params: Unpack[SchemaBulkQuery],
    ) -> BulkResult[Key]: ...
    @overload
    def create_many(
        self,
        items: Iterable[JSONMapping],
        query: JSONMapping | None = None,
        *,
        returning: None,
        **params: Unpack[SchemaBulkQuery],
    ) -> BulkResult[Any]: ...
    def create_many(
        self,
        items: Iterable[JSONMapping],
        query: JSONMapping | None = None,
        *,
        batch_size: int | None = None,
        returning: Returning = "items",
        on_error: OnError = "raise",
        workers: int = 1,
        checkpoint: str | PathLike[str] | None = None,
        progress: Progress = False,
        **params: Unpack[SchemaQuery],
    ) -> BulkResult[Any]:
        """Create collections, all or none.

        ``POST /collections``.

        Args:
            items: Mappings as for `create_one`.
            query: What to return, as a mapping, instead of keywords.
            batch_size: The maximum number of entries in one request.
            returning: ``"items"``, ``"keys"`` for the names, or ``None`` for the count only.
            on_error: ``"raise"`` stops at the first entry that is refused; ``"collect"`` adds it to ``.errors`` and continues.
            workers: The maximum number of concurrent requests.
            checkpoint: A file that lets a second run continue where the first one ended; see `BulkOptions`.
            progress: See `BulkOptions`.
            **params: What to return, such as `fields`.

        Example:
            >>> tables = [{"collection": name, "schema": {}, "meta": {}} for name in ("notes", "places")]
            >>> [table["collection"] for table in directus.collections.create_many(tables)]
            ['notes', 'places']
        """
        options = CallOptions(batch_size, returning, on_error, workers, checkpoint, progress)
        entries = several(items, "items", "create_one")
        call = self._bulk_call(self._path, self.collection, written_query(query, params), options)
        return call.batch("create_many", "POST", entries, same, lambda data: self.exists(data["collection"]))

    # ------------------------------------------------------------------ update
    def update_one(
        self, key: str, data: JSONMapping, query: JSONMapping | None = None, **params: Unpack[SchemaQuery]
    ) -> T | MaybeNone:
        """Update the ``meta`` of a collection.

        ``PATCH /collections/{key}``. The server creates a folder if there is no such collection.

        Args:
            key: Its name.
            data: The change, such as ``{"meta": {"note": "Old"}}``.
            query: What to return, as a mapping, instead of keywords.
            **params: What to return, such as `fields`.

        Returns:
            The collection after the change, or ``None`` if you may not read it.

        Example:
            >>> directus.collections.update_one("articles", {"meta": {"note": "News"}})["meta"]["note"]
            'News'
        """
        change = payload(data, "data")
        check_key(self.collection, "collection", key, change)
        return self._write_one("PATCH", self._path_of(key), change, query, params)

    @overload
    def update_many(
        self,
        keys: Iterable[str],
        data: JSONMapping,
        query: JSONMapping | None = None,
        *,
        returning: Literal["items"] = "items",
        **params: Unpack[SchemaBulkQuery],
    ) -> BulkResult[T]: ...
    @overload
    def update_many(
        self,
        keys: Iterable[str],
        data: JSONMapping,
        query: JSONMapping | None = None,
        *,
        returning: Literal["keys"],
        **params: Unpack[SchemaBulkQuery],
    ) -> BulkResult[Key]: ...
    @overload
    def update_many(
        self,
        keys: Iterable[str],
        data: JSONMapping,
        query: JSONMapping | None = None,
        *,
        returning: None,
        **params: Unpack[SchemaBulkQuery],
    ) -> BulkResult[Any]: ...
    def update_many(
        self,
        keys: Iterable[str],
        data: JSONMapping | None = None,
        query: JSONMapping | None = None,
        *,
        batch_size: int | None = None,
        returning: Returning = "items",
        on_error: OnError = "raise",
        workers: int = 1,
        checkpoint: str | PathLike[str] | None = None,
        progress: Progress = False,
        **params: Unpack[SchemaQuery],
    ) -> BulkResult[Any]:
        """Make the same change to collections.

        ``PATCH /collections``. The server creates a folder for each name that does not exist.

        Args:
            keys: Their names.
            data: The change, such as ``{"meta": {"hidden": True}}``.
            query: What to return, as a mapping, instead of keywords.
            batch_size: The maximum number of entries in one request.
            returning: ``"items"``, ``"keys"`` for the names, or ``None`` for the count only.
            on_error: ``"raise"`` stops at the first entry that is refused; ``"collect"`` adds it to ``.errors`` and continues.
            workers: The maximum number of concurrent requests.
            checkpoint: A file that lets a second run continue where the first one ended; see `BulkOptions`.
            progress: See `BulkOptions`.
            **params: What to return, such as `fields`.

        Example:
            >>> hidden = directus.collections.update_many(["articles", "authors"], {"meta": {"hidden": True}})
            >>> [table["meta"]["hidden"] for table in hidden]
            [True, True]
        """
        options = CallOptions(batch_size, returning, on_error, workers, checkpoint, progress)
        names, change = strings(keys, "keys", "update_one"), payload(data, "data")
        for name in names:
            self._path_of(name)
            check_key(self.collection, "collection", name, change)
        call = self._bulk_call(self._path, self.collection, written_query(query, params), options)
        entries = [{**change, "collection": name} for name in names]
        return call.batch("update_many", "PATCH", entries, same)

    @overload
    def update_batch(
        self,
        items: Iterable[JSONMapping],
        query: JSONMapping | None = None,
        *,
        returning: Literal["items"] = "items",
        **params: Unpack[SchemaBulkQuery],
    ) -> BulkResult[T]: ...
    @overload
    def update_batch(
        self,
        items: Iterable[JSONMapping],
        query: JSONMapping | None = None,
        *,
        returning: Literal["keys"],
        **params: Unpack[SchemaBulkQuery],
    ) -> BulkResult[Key]: ...
    @overload
    def update_batch(
        self,
        items: Iterable[JSONMapping],
        query: JSONMapping | None = None,
        *,
        returning: None,
        **params: Unpack[SchemaBulkQuery],
    ) -> BulkResult[Any]: ...
    def update_batch(
        self,
        items: Iterable[JSONMapping],
        query: JSONMapping | None = None,
        *,
        batch_size: int | None = None,
        returning: Returning = "items",
        on_error: OnError = "raise",
        workers: int = 1,
        checkpoint: str | PathLike[str] | None = None,
        progress: Progress = False,
        **params: Unpack[SchemaQuery],
    ) -> BulkResult[Any]:
        """Update collections, each with its own changes.

        ``PATCH /collections``. The server creates a folder for each name that does not exist.

        Args:
            items: Mappings with ``collection`` (the name) and ``meta``.
            query: What to return, as a mapping, instead of keywords.
            batch_size: The maximum number of entries in one request.
            returning: ``"items"``, ``"keys"`` for the names, or ``None`` for the count only.
            on_error: ``"raise"`` stops at the first entry that is refused; ``"collect"`` adds it to ``.errors`` and continues.
            workers: The maximum number of concurrent requests.
            checkpoint: A file that lets a second run continue where the first one ended; see `BulkOptions`.
            progress: See `BulkOptions`.
            **params: What to return, such as `fields`.

        Returns:
            A list of collections or their names, with ``.count`` and ``.errors``.

        Example:
            >>> order = [{"collection": "articles", "meta": {"sort": 1}}, {"collection": "authors", "meta": {"sort": 2}}]
            >>> len(directus.collections.update_batch(order))
            2
        """
        options = CallOptions(batch_size, returning, on_error, workers, checkpoint, progress)
        entries = several(items, "items", "update_one")
        call = self._bulk_call(self._path, self.collection, written_query(query, params), options)
        return call.batch("update_batch", "PATCH", entries, same)

    # ------------------------------------------------------------------ delete
    @renamed(collection="key")
    def delete_one(self, key: str) -> None:
        """Delete a collection with all its items.

        ``DELETE /collections/{key}``.

        Args:
            key: Its name.

        Raises:
            Forbidden: There is no such collection.

        Example:
            >>> directus.collections.delete_one("globals")
        """
        self._pipeline.call("DELETE", self._path_of(key))

    def delete_many(
        self,
        keys: Iterable[str],
        *,
        batch_size: int | None = None,
        returning: Literal["keys"] | None = "keys",
        on_error: OnError = "raise",
        workers: int = 1,
        checkpoint: str | PathLike[str] | None = None,
        progress: Progress = False,
    ) -> BulkResult[Key]:
        """Delete collections with all their items, one after the other.

        ``DELETE /collections/{key}`` for each: the server has no request for several. They are not deleted together: those
        before one that is refused stay deleted.

        Args:
            keys: Their names.
            batch_size: As for items; here each request has one entry.
            returning: ``"keys"`` for the names, or ``None`` for the count only.
            on_error: ``"raise"`` stops at the first entry that is refused; ``"collect"`` adds it to ``.errors`` and continues.
            workers: The maximum number of concurrent requests.
            checkpoint: A file that lets a second run continue where the first one ended; see `BulkOptions`.
            progress: See `BulkOptions`.

        Returns:
            The names.

        Example:
            >>> tables = [{"collection": name, "schema": {}, "meta": {}} for name in ("cities", "zips")]
            >>> directus.collections.delete_many([table["collection"] for table in directus.collections.create_many(tables)])
            BulkResult(['cities', 'zips'], count=2)
        """
        options = CallOptions(batch_size, returning, on_error, workers, checkpoint, progress)
        names = strings(keys, "keys", "delete_one")
        paths = {name: self._path_of(name) for name in names}
        call = self._bulk_call(self._path, self.collection, NormalizedQuery(), options)
        return call.one_by_one(
            "delete_many",
            names,
            same,
            lambda name: self._pipeline.call("DELETE", paths[name]).data,
            lambda name: not self.exists(name),
        )
