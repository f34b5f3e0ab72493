"""Relations: ``directus.relations``."""

from __future__ import annotations

from collections.abc import Iterable
from os import PathLike
from typing import TYPE_CHECKING, Any, Literal, TypeVar, overload

from directus_sdk.calls import uncached
from directus_sdk.handlers.data_model import (
    DataModelHandler,
    SchemaBulkQuery,
    SchemaQuery,
    renamed,
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


class RelationsHandler(DataModelHandler[T]):
    """The relations between collections: ``directus.relations``. Only administrators change them.

    A relation is named by its collection and its field. The server returns relations whole; the SDK applies queries.
    """

    collection = "directus_relations"
    _path = "/relations"

    # ------------------------------------------------------------------ read
    def read_one(self, collection: str, field: str, query: JSONMapping | None = None, **params: Unpack[Query]) -> T:
        """Read a relation.

        ``GET /relations/{collection}/{field}``.

        Args:
            collection: The name of the collection that has the field.
            field: The name of the field.
            query: What to read, as a mapping, instead of keywords.
            **params: What to read, such as `fields`.

        Raises:
            Forbidden: There is no such relation, or you may not read it.

        Example:
            >>> directus.relations.read_one("articles", "author")["related_collection"]
            'authors'
        """
        return self._read_one(self._path_of(collection, field), query, params)

    def read_many(
        self, collection: str | JSONMapping | None = None, query: JSONMapping | None = None, **params: Unpack[Query]
    ) -> Page[T]:
        """Read the relations of a collection, or those of all collections.

        ``GET /relations/{collection}``, or ``GET /relations``.

        Args:
            collection: The name of the collection; by default all collections. A mapping is a query.
            query: What to read, as a mapping, instead of keywords.
            **params: What to read: `filter`, `fields`, `sort`, `limit`, `search` and so on.

        Example:
            >>> [relation["field"] for relation in directus.relations.read_many("articles")]
            ['author']
            >>> directus.relations.read_many("articles", fields=["related_collection"])
            [{'related_collection': 'authors'}]
        """
        path, query, keywords = self._scope(collection, query, params)
        return self._read_page(path, query, keywords)

    def first(
        self, collection: str | JSONMapping | None = None, query: JSONMapping | None = None, **params: Unpack[Query]
    ) -> T | None:
        """Read the first relation that matches, or ``None``; the arguments are those of `read_many`.

        ``GET /relations/{collection}``, or ``GET /relations``.

        Example:
            >>> directus.relations.first("articles", fields=["field"])
            {'field': 'author'}
        """
        path, query, keywords = self._scope(collection, query, params)
        page = self._read_page(path, normalize(query, keywords).replace(limit=1), {})
        return page[0] if page else None

    def count(
        self, collection: str | JSONMapping | None = None, query: JSONMapping | None = None, **params: Unpack[Query]
    ) -> int:
        """Count the relations of a collection, or those of all collections.

        ``GET /relations/{collection}``, or ``GET /relations``. The server has no count: the list is read past its
        cache and counted.

        Args:
            collection: The name of the collection; by default all collections. A mapping is a query or a filter.
            query: Which relations, as a mapping, instead of keywords; one with other names is a filter.
            **params: Which relations: `filter` and `search`.

        Example:
            >>> directus.relations.count("articles")
            1
        """
        return self._count(*self._scope(collection, query, params))

    def exists(
        self,
        collection: str | JSONMapping | None = None,
        field: str | None = None,
        query: JSONMapping | None = None,
        **params: Unpack[Query],
    ) -> bool:
        """Return whether there is such a relation, or one that matches, and that you may read.

        ``GET /relations/{collection}``, or ``GET /relations``, past the server's cache.

        Args:
            collection: The name of the collection; by default all collections. A mapping is a query or a filter.
            field: The name of the field; by default any field.
            query: Which relations, as a mapping, instead of keywords.
            **params: Which relations: `filter` and `search`.

        Raises:
            TypeError: Nothing was passed.

        Example:
            >>> directus.relations.exists("articles", "author"), directus.relations.exists("articles", "nothing")
            (True, False)
        """
        if collection is None and field is None and query is None and not params:
            raise TypeError("pass a collection and a field, or filter=...")
        path, query, keywords = self._scope(collection, query, params)
        chosen = self._selected(self._current(path), selecting(query, keywords))
        return any(field is None or row.get("field") == string(field, "field") for row in chosen)

    # ------------------------------------------------------------------ create
    @renamed(relation="item")
    def create_one(self, item: JSONMapping, query: JSONMapping | None = None, **params: Unpack[SchemaQuery]) -> T | MaybeNone:
        """Create a relation from a field to another collection.

        ``POST /relations``.

        Args:
            item: ``collection``, ``field``, ``related_collection``, ``meta`` and ``schema``.
            query: What to return, as a mapping, instead of keywords.
            **params: What to return, such as `fields`.

        Raises:
            InvalidPayload: The field does not exist, or has a relation.

        Example:
            >>> field = directus.fields.create_one("authors", {"field": "best", "type": "integer", "schema": {}, "meta": {}})
            >>> relation = {"collection": "authors", "field": "best", "related_collection": "articles", "schema": {}}
            >>> directus.relations.create_one(relation)["related_collection"]
            'articles'
        """
        return self._write_one("POST", self._path, payload(item, "relation"), query, params)

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
        """Create relations, one after the other.

        ``POST /relations`` for each: the server has no request for several. Those before one
        that is refused stay.

        Args:
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
            >>> field = directus.fields.create_one("authors", {"field": "best", "type": "integer", "schema": {}, "meta": {}})
            >>> new = [{"collection": "authors", "field": "best", "related_collection": "articles", "schema": {}}]
            >>> directus.relations.create_many(new).count
            1
        """
        options = CallOptions(batch_size, returning, on_error, workers, checkpoint, progress)
        entries, path = several(items, "items", "create_one"), self._path
        returned = written_query(query, params)
        call = self._bulk_call(path, self.collection, returned, options)
        return call.one_by_one(
            "create_many",
            entries,
            same,
            lambda data: self._pipeline.call("POST", path, json=data, query=returned).data,
            lambda data: self.exists(data["collection"], data["field"]),
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
        """Update a relation.

        ``PATCH /relations/{collection}/{field}``.

        Args:
            collection: The name of the collection that has the field.
            field: The name of the field.
            data: The relation with its changes. Pass all of it: before version 12, the server process crashes if
                ``collection``, ``field`` or ``related_collection`` are missing.
            query: What to return, as a mapping, instead of keywords.
            **params: What to return, such as `fields`.

        Example:
            >>> relation = directus.relations.read_one("articles", "author")
            >>> relation["schema"]["on_delete"] = "CASCADE"
            >>> directus.relations.update_one("articles", "author", relation)["schema"]["on_delete"]
            'CASCADE'
        """
        change = payload(data, "data")
        self._check(collection, field, change)
        return self._write_one("PATCH", self._path_of(collection, field), change, query, params)

    @overload
    def update_many(
        self,
        collection: str,
        names: Iterable[str],
        data: JSONMapping,
        query: JSONMapping | None = None,
        *,
        returning: Literal["items"] = "items",
        **params: Unpack[SchemaBulkQuery],
    ) -> BulkResult[T]: ...
    @overload
    def update_many(
        self,
        collection: str,
        names: Iterable[str],
        data: JSONMapping,
        query: JSONMapping | None = None,
        *,
        returning: Literal["keys"],
        **params: Unpack[SchemaBulkQuery],
    ) -> BulkResult[Key]: ...
    @overload
    def update_many(
        self,
        collection: str,
        names: Iterable[str],
        data: JSONMapping,
        query: JSONMapping | None = None,
        *,
        returning: None,
        **params: Unpack[SchemaBulkQuery],
    ) -> BulkResult[Any]: ...
    def update_many(
        self,
        collection: str,
        names: Iterable[str],
        data: JSONMapping,
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
        """Make the same change to relations of a collection, one after the other.

        ``PATCH /relations/{collection}/{field}`` for each, together with the present relation, which is read first: the
        server has no request for several. They are not changed together.

        Args:
            collection: The name of the collection that has the fields.
            names: The names of the fields.
            data: The change, such as ``{"meta": {"one_deselect_action": "delete"}}``.
            query: What to return, as a mapping, instead of keywords.
            batch_size: As for items; here each request has one entry.
            returning: ``"items"``, ``"keys"`` for the names, or ``None`` for the count only.
            on_error: ``"raise"`` stops at the first entry that is refused; ``"collect"`` adds it to ``.errors`` and continues.
            workers: The maximum number of concurrent requests.
            checkpoint: A file that lets a second run continue where the first one ended; see `BulkOptions`.
            progress: See `BulkOptions`.
            **params: What to return, such as `fields`.

        Example:
            >>> changed = directus.relations.update_many("articles", ["author"], {"meta": {"one_deselect_action": "delete"}})
            >>> changed[0]["meta"]["one_deselect_action"]
            'delete'
        """
        options = CallOptions(batch_size, returning, on_error, workers, checkpoint, progress)
        change = payload(data, "data")
        entries = [{**change, "collection": collection, "field": name} for name in strings(names, "names", "update_one")]
        for entry in entries:
            self._path_of(collection, entry["field"])
            self._check(collection, entry["field"], change)
        returned = written_query(query, params)
        call = self._bulk_call(self._path, self.collection, returned, options)
        return call.one_by_one("update_many", entries, same, lambda data: self._update(data, returned))

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
        """Update relations, each with its own changes, one after the other.

        ``PATCH /relations/{collection}/{field}`` for each, together with the present relation, which is read first: the
        server has no request for several. They are not changed together.

        Args:
            items: Mappings with ``collection``, ``field`` and the change.
            query: What to return, as a mapping, instead of keywords.
            batch_size: As for items; here each request has one entry.
            returning: ``"items"``, ``"keys"`` for the names, or ``None`` for the count only.
            on_error: ``"raise"`` stops at the first entry that is refused; ``"collect"`` adds it to ``.errors`` and continues.
            workers: The maximum number of concurrent requests.
            checkpoint: A file that lets a second run continue where the first one ended; see `BulkOptions`.
            progress: See `BulkOptions`.
            **params: What to return, such as `fields`.

        Example:
            >>> change = {"collection": "articles", "field": "author", "meta": {"sort": 1}}
            >>> directus.relations.update_batch([change]).count
            1
        """
        options = CallOptions(batch_size, returning, on_error, workers, checkpoint, progress)
        entries = several(items, "items", "update_one")
        for entry in entries:
            self._path_of(entry.get("collection"), entry.get("field"))
        returned = written_query(query, params)
        call = self._bulk_call(self._path, self.collection, returned, options)
        return call.one_by_one("update_batch", entries, same, lambda data: self._update(data, returned))

    # ------------------------------------------------------------------ delete
    def delete_one(self, collection: str, field: str) -> None:
        """Delete a relation; the field stays.

        ``DELETE /relations/{collection}/{field}``.

        Args:
            collection: The name of the collection that has the field.
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
        """Delete relations, one after the other; the fields stay.

        ``DELETE /relations/{collection}/{field}`` for each: the server has no request for several. Those before
        one that is refused stay deleted.

        Args:
            collection: The name of the collection that has the fields.
            names: The names of the fields.
            batch_size: As for items; here each request has one entry.
            returning: ``"keys"`` for the names, or ``None`` for the count only.
            on_error: ``"raise"`` stops at the first entry that is refused; ``"collect"`` adds it to ``.errors`` and continues.
            workers: The maximum number of concurrent requests.
            checkpoint: A file that lets a second run continue where the first one ended; see `BulkOptions`.
            progress: See `BulkOptions`.

        Returns:
            The names.
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

    def _update(self, data: JSONMapping, returned: NormalizedQuery) -> object:
        path = self._path_of(data["collection"], data["field"])
        # Before version 12, the server process crashes without the name of the related collection.
        current = {} if "related_collection" in data else uncached.get(self._pipeline, path).data
        whole = {**{name: current[name] for name in ("related_collection",) if name in current}, **data}
        return self._pipeline.call("PATCH", path, json=whole, query=returned).data
