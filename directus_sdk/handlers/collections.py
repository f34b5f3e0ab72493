"""Collections: ``directus.collections``."""

from __future__ import annotations

from collections.abc import Iterable
from os import PathLike
from typing import TYPE_CHECKING, Any, Literal, TypeVar, overload

from directus_sdk.handlers.data_model import same, several, strings, written_query
from directus_sdk.handlers.data_model_queries import SchemaBulkQuery, SchemaQuery
from directus_sdk.handlers.read_collections import ReadCollectionsHandler
from directus_sdk.json_types import JSONMapping, MaybeNone
from directus_sdk.local.progress import Progress
from directus_sdk.models.payloads import payload
from directus_sdk.reading.primary_key import check_key
from directus_sdk.results import BulkResult
from directus_sdk.signatures import renamed
from directus_sdk.wire.query import NormalizedQuery
from directus_sdk.wire.urls import Key
from directus_sdk.writing.bulk_options import CallOptions, Returning

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from directus_sdk.writing.chunk_sender import OnError

T = TypeVar("T")


class CollectionsHandler(ReadCollectionsHandler[T]):
    """Collections: ``directus.collections``. Only administrators change them.

    The key of a collection is its name. The server returns collections whole; the SDK applies queries.
    """

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
