"""Fields: ``directus.fields``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from os import PathLike
from typing import TYPE_CHECKING, Any, Literal, TypeVar, overload

from directus_sdk.handlers.collection_entries import CollectionEntriesHandler
from directus_sdk.handlers.data_model import (
    same,
    several,
    strings,
    written_query,
)
from directus_sdk.handlers.data_model_queries import SchemaBulkQuery, SchemaQuery
from directus_sdk.json_types import JSONMapping, MaybeNone
from directus_sdk.local.progress import Progress
from directus_sdk.models.payloads import payload
from directus_sdk.results import BulkResult
from directus_sdk.wire.urls import Key
from directus_sdk.writing.bulk_options import CallOptions, Returning

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from directus_sdk.writing.chunk_sender import OnError

T = TypeVar("T")


class FieldsHandler(CollectionEntriesHandler[T]):
    """The fields of collections: ``directus.fields``. Only administrators change them.

    A field is named by its collection and its field. The server returns fields whole; the SDK applies queries.
    """

    collection = "directus_fields"
    _path = "/fields"

    # ------------------------------------------------------------------ create
    def create_one(
        self, collection: str, item: JSONMapping, query: JSONMapping | None = None, **params: Unpack[SchemaQuery]
    ) -> T | MaybeNone:
        """Create a field, with a column in the database unless its type is ``"alias"``.

        ``POST /fields/{collection}``.

        Args:
            collection: The name of the collection.
            item: ``field`` (the name), ``type``, ``meta`` and ``schema``.
            query: What to return, as a mapping, instead of keywords.
            **params: What to return, such as `fields`.

        Raises:
            InvalidPayload: The name is taken.

        Example:
            >>> directus.fields.create_one("authors", {"field": "born", "type": "date", "schema": {}})["type"]
            'date'
        """
        return self._write_one("POST", self._path_of(collection), payload(item, "field"), query, params)

    @overload
    def create_many(
        self,
        collection: str,
        items: Iterable[JSONMapping],
        query: JSONMapping | None = None,
        *,
        returning: Literal["items"] = "items",
        **params: Unpack[SchemaBulkQuery],
    ) -> BulkResult[T]: ...
    @overload
    def create_many(
        self,
        collection: str,
        items: Iterable[JSONMapping],
        query: JSONMapping | None = None,
        *,
        returning: Literal["keys"],
        **params: Unpack[SchemaBulkQuery],
    ) -> BulkResult[Key]: ...
    @overload
    def create_many(
        self,
        collection: str,
        items: Iterable[JSONMapping],
        query: JSONMapping | None = None,
        *,
        returning: None,
        **params: Unpack[SchemaBulkQuery],
    ) -> BulkResult[Any]: ...
    def create_many(
        self,
        collection: str,
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
        """Create fields, one after the other.

        ``POST /fields/{collection}`` for each: the server has no request for several. Those before one
        that is refused stay.

        Args:
            collection: The name of the collection.
            items: Mappings as for `create_one`.
            query: What to return, as a mapping, instead of keywords.
            batch_size: As for items; here each request has one entry.
            returning: ``"items"``, ``"keys"`` for the names, or ``None`` for the count only.
            on_error: ``"raise"`` stops at the first entry that is refused; ``"collect"`` adds it to ``.errors`` and continues.
            workers: The maximum number of concurrent requests.
            checkpoint: A file that lets a second run continue where the first one ended; see `BulkOptions`.
            progress: See `BulkOptions`.
            **params: What to return, such as `fields`.

        Example:
            >>> new = [{"field": name, "type": "string", "schema": {}, "meta": {}} for name in ("city", "country")]
            >>> [field["field"] for field in directus.fields.create_many("authors", new)]
            ['city', 'country']
        """
        options = CallOptions(batch_size, returning, on_error, workers, checkpoint, progress)
        entries, path = several(items, "items", "create_one"), self._path_of(collection)
        returned = written_query(query, params)
        call = self._bulk_call(path, f"{self.collection} of {collection}", returned, options)
        return call.one_by_one(
            "create_many",
            entries,
            same,
            lambda data: self._pipeline.call("POST", path, json=data, query=returned).data,
            lambda data: self.exists(collection, data["field"]),
        )

    # ------------------------------------------------------------------ update
    def update_one(
        self,
        collection: str,
        field: str,
        data: JSONMapping,
        query: JSONMapping | None = None,
        **params: Unpack[SchemaQuery],
    ) -> T | MaybeNone:
        """Update a field.

        ``PATCH /fields/{collection}/{field}``. The server does not check whether there is such a field.

        Args:
            collection: The name of the collection.
            field: The name of the field.
            data: The change, such as ``{"meta": {"note": "In full"}}``.
            query: What to return, as a mapping, instead of keywords.
            **params: What to return, such as `fields`.

        Returns:
            The field after the change, or ``None`` if you may not read it.

        Example:
            >>> directus.fields.update_one("authors", "name", {"meta": {"note": "In full"}})["meta"]["note"]
            'In full'
        """
        change = payload(data, "data")
        self._check(collection, field, change)
        return self._write_one("PATCH", self._path_of(collection, field), change, query, params)

    @overload
    def update_many(
        self,
        collection: str,
        names: Iterable[str] | Iterable[JSONMapping],
        data: JSONMapping | None = None,
        query: JSONMapping | None = None,
        *,
        returning: Literal["items"] = "items",
        **params: Unpack[SchemaBulkQuery],
    ) -> BulkResult[T]: ...
    @overload
    def update_many(
        self,
        collection: str,
        names: Iterable[str] | Iterable[JSONMapping],
        data: JSONMapping | None = None,
        query: JSONMapping | None = None,
        *,
        returning: Literal["keys"],
        **params: Unpack[SchemaBulkQuery],
    ) -> BulkResult[Key]: ...
    @overload
    def update_many(
        self,
        collection: str,
        names: Iterable[str] | Iterable[JSONMapping],
        data: JSONMapping | None = None,
        query: JSONMapping | None = None,
        *,
        returning: None,
        **params: Unpack[SchemaBulkQuery],
    ) -> BulkResult[Any]: ...
    def update_many(
        self,
        collection: str,
        names: Iterable[str] | Iterable[JSONMapping],
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
        """Make the same change to fields of a collection.

        ``PATCH /fields/{collection}``. The server does not check whether the fields exist.

        Args:
            collection: The name of the collection.
            names: The names of the fields. A list of mappings, without `data`, is the list of `update_batch`.
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
            >>> fields = directus.fields.update_many("authors", ["id", "name"], {"meta": {"hidden": True}})
            >>> [field["meta"]["hidden"] for field in fields]
            [True, True]
        """
        options = CallOptions(batch_size, returning, on_error, workers, checkpoint, progress)
        path = self._path_of(collection)
        fields = names if isinstance(names, (str, bytes, Mapping)) or not isinstance(names, Iterable) else list(names)
        if isinstance(fields, list) and all(isinstance(entry, Mapping) for entry in fields) and (fields or data is None):
            entries, method = several(fields, "items", "update_one"), "update_batch"
            query = query if data is None else data  # the third argument of that form is the query
        else:
            change, method = payload(data, "data"), "update_many"
            entries = [{**change, "field": name} for name in strings(fields, "names", "update_one")]
            for entry in entries:
                self._check(collection, entry["field"], change)
        call = self._bulk_call(path, f"{self.collection} of {collection}", written_query(query, params), options)
        return call.batch(method, "PATCH", entries, same)

    @overload
    def update_batch(
        self,
        collection: str,
        items: Iterable[JSONMapping],
        query: JSONMapping | None = None,
        *,
        returning: Literal["items"] = "items",
        **params: Unpack[SchemaBulkQuery],
    ) -> BulkResult[T]: ...
    @overload
    def update_batch(
        self,
        collection: str,
        items: Iterable[JSONMapping],
        query: JSONMapping | None = None,
        *,
        returning: Literal["keys"],
        **params: Unpack[SchemaBulkQuery],
    ) -> BulkResult[Key]: ...
    @overload
    def update_batch(
        self,
        collection: str,
        items: Iterable[JSONMapping],
        query: JSONMapping | None = None,
        *,
        returning: None,
        **params: Unpack[SchemaBulkQuery],
    ) -> BulkResult[Any]: ...
    def update_batch(
        self,
        collection: str,
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
        """Update fields of a collection, each with its own changes.

        ``PATCH /fields/{collection}``. The server does not check whether the fields exist.

        Args:
            collection: The name of the collection.
            items: Mappings with ``field`` (the name) and the change.
            query: What to return, as a mapping, instead of keywords.
            batch_size: The maximum number of entries in one request.
            returning: ``"items"``, ``"keys"`` for the names, or ``None`` for the count only.
            on_error: ``"raise"`` stops at the first entry that is refused; ``"collect"`` adds it to ``.errors`` and continues.
            workers: The maximum number of concurrent requests.
            checkpoint: A file that lets a second run continue where the first one ended; see `BulkOptions`.
            progress: See `BulkOptions`.
            **params: What to return, such as `fields`.

        Returns:
            A list of fields or their names, with ``.count`` and ``.errors``.

        Example:
            >>> len(directus.fields.update_batch("authors", [{"field": "name", "meta": {"sort": 2}}]))
            1
        """
        options = CallOptions(batch_size, returning, on_error, workers, checkpoint, progress)
        entries = several(items, "items", "update_one")
        call = self._bulk_call(
            self._path_of(collection), f"{self.collection} of {collection}", written_query(query, params), options
        )
        return call.batch("update_batch", "PATCH", entries, same)
