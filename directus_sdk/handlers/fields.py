"""Fields: ``directus.fields``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from os import PathLike
from typing import TYPE_CHECKING, Any, Literal, TypeVar, overload

from directus_sdk.handlers.data_model import (
    DataModelHandler,
    SchemaBulkQuery,
    SchemaQuery,
    same,
    selecting,
    several,
    string,
    strings,
    written_query,
)
from directus_sdk.json_types import JSONMapping, MaybeNone
from directus_sdk.local.progress import Progress
from directus_sdk.models.payloads import payload
from directus_sdk.reading.primary_key import check_key
from directus_sdk.results import BulkResult, Page
from directus_sdk.wire.query import NormalizedQuery, Query, normalize
from directus_sdk.wire.urls import Key
from directus_sdk.writing.bulk_options import CallOptions, Returning

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from directus_sdk.writing.bulk import OnError

T = TypeVar("T")


class FieldsHandler(DataModelHandler[T]):
    """The fields of collections: ``directus.fields``. Only administrators change them.

    A field is named by its collection and its field. The server returns fields whole; the SDK applies queries.
    """

    collection = "directus_fields"
    _path = "/fields"

    # ------------------------------------------------------------------ read
    def read_one(self, collection: str, field: str, query: JSONMapping | None = None, **params: Unpack[Query]) -> T:
        """Read a field.

        ``GET /fields/{collection}/{field}``.

        Args:
            collection: The name of the collection.
            field: The name of the field.
            query: What to read, as a mapping, instead of keywords.
            **params: What to read, such as `fields`.

        Raises:
            Forbidden: There is no such field, or you may not read it.

        Example:
            >>> directus.fields.read_one("articles", "title")["type"]
            'string'
        """
        return self._read_one(self._path_of(collection, field), query, params)

    def read_many(
        self, collection: str | JSONMapping | None = None, query: JSONMapping | None = None, **params: Unpack[Query]
    ) -> Page[T]:
        """Read the fields of a collection, or those of all collections.

        ``GET /fields/{collection}``, or ``GET /fields``.

        Args:
            collection: The name of the collection; by default all collections. A mapping is a query.
            query: What to read, as a mapping, instead of keywords.
            **params: What to read: `filter`, `fields`, `sort`, `limit`, `search` and so on.

        Example:
            >>> [field["field"] for field in directus.fields.read_many("authors")]
            ['id', 'name']
            >>> directus.fields.read_many("authors", fields=["field", "type"], limit=1)
            [{'field': 'id', 'type': 'integer'}]
        """
        path, query, keywords = self._scope(collection, query, params)
        return self._read_page(path, query, keywords)

    def first(
        self, collection: str | JSONMapping | None = None, query: JSONMapping | None = None, **params: Unpack[Query]
    ) -> T | None:
        """Read the first field that matches, or ``None``; the arguments are those of `read_many`.

        ``GET /fields/{collection}``, or ``GET /fields``.

        Example:
            >>> directus.fields.first("authors", filter={"type": {"_eq": "string"}}, fields=["field"])
            {'field': 'name'}
        """
        path, query, keywords = self._scope(collection, query, params)
        page = self._read_page(path, normalize(query, keywords).replace(limit=1), {})
        return page[0] if page else None

    def count(
        self, collection: str | JSONMapping | None = None, query: JSONMapping | None = None, **params: Unpack[Query]
    ) -> int:
        """Count the fields of a collection, or those of all collections.

        ``GET /fields/{collection}``, or ``GET /fields``. The server has no count: the list is read past its
        cache and counted.

        Args:
            collection: The name of the collection; by default all collections. A mapping is a query or a filter.
            query: Which fields, as a mapping, instead of keywords; one with other names is a filter.
            **params: Which fields: `filter` and `search`.

        Example:
            >>> directus.fields.count("authors")
            2
        """
        return self._count(*self._scope(collection, query, params))

    def exists(
        self,
        collection: str | JSONMapping | None = None,
        field: str | None = None,
        query: JSONMapping | None = None,
        **params: Unpack[Query],
    ) -> bool:
        """Return whether there is such a field, or one that matches, and that you may read.

        ``GET /fields/{collection}``, or ``GET /fields``, past the server's cache.

        Args:
            collection: The name of the collection; by default all collections. A mapping is a query or a filter.
            field: The name of the field; by default any field.
            query: Which fields, as a mapping, instead of keywords.
            **params: Which fields: `filter` and `search`.

        Raises:
            TypeError: Nothing was passed.

        Example:
            >>> directus.fields.exists("articles", "author"), directus.fields.exists("articles", "nothing")
            (True, False)
        """
        if collection is None and field is None and query is None and not params:
            raise TypeError("pass a collection and a field, or filter=...")
        path, query, keywords = self._scope(collection, query, params)
        chosen = self._selected(self._current(path), selecting(query, keywords))
        return any(field is None or row.get("field") == string(field, "field") for row in chosen)

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

        ``PATCH /fields/{collection}/{field}``.

        Args:
            collection: The name of the collection.
            field: The name of the field.
            data: The change, such as ``{"meta": {"note": "In full"}}``.
            query: What to return, as a mapping, instead of keywords.
            **params: What to return, such as `fields`.

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

        ``PATCH /fields/{collection}``.

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

        ``PATCH /fields/{collection}``.

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

    # ------------------------------------------------------------------ delete
    def delete_one(self, collection: str, field: str) -> None:
        """Delete a field with its values in all items.

        ``DELETE /fields/{collection}/{field}``.

        Args:
            collection: The name of the collection.
            field: The name of the field.
        """
        self._pipeline.call("DELETE", self._path_of(collection, field))

    def delete_many(
        self,
        collection: str,
        names: Iterable[str],
        *,
        batch_size: int | None = None,
        returning: Literal["keys"] | None = "keys",
        on_error: OnError = "raise",
        workers: int = 1,
        checkpoint: str | PathLike[str] | None = None,
        progress: Progress = False,
    ) -> BulkResult[Key]:
        """Delete fields with their values in all items, one after the other.

        ``DELETE /fields/{collection}/{field}`` for each: the server has no request for several. Those before
        one that is refused stay deleted.

        Args:
            collection: The name of the collection.
            names: The names of the fields.
            batch_size: As for items; here each request has one entry.
            returning: ``"keys"`` for the names, or ``None`` for the count only.
            on_error: ``"raise"`` stops at the first entry that is refused; ``"collect"`` adds it to ``.errors`` and continues.
            workers: The maximum number of concurrent requests.
            checkpoint: A file that lets a second run continue where the first one ended; see `BulkOptions`.
            progress: See `BulkOptions`.

        Returns:
            The names.

        Example:
            >>> new = [{"field": name, "type": "string", "schema": {}, "meta": {}} for name in ("street", "zip")]
            >>> fields = directus.fields.create_many("authors", new)
            >>> directus.fields.delete_many("authors", ["street", "zip"]).count
            2
        """
        options = CallOptions(batch_size, returning, on_error, workers, checkpoint, progress)
        fields = strings(names, "names", "delete_one")
        paths = {name: self._path_of(collection, name) for name in fields}
        call = self._bulk_call(self._path, f"{self.collection} of {collection}", NormalizedQuery(), options)
        return call.one_by_one(
            "delete_many",
            fields,
            same,
            lambda name: self._pipeline.call("DELETE", paths[name]).data,
            lambda name: not self.exists(collection, name),
        )

    # ------------------------------------------------------------------ inside
    def _check(self, collection: str, field: str, change: JSONMapping) -> None:
        check_key(self.collection, "field", field, change)
        check_key(self.collection, "collection", collection, change)
