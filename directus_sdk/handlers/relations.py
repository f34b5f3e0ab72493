"""Relations: ``directus.relations``."""

from __future__ import annotations

from collections.abc import Iterable
from os import PathLike
from typing import TYPE_CHECKING, Any, Literal, TypeVar, overload

from directus_sdk.calls import uncached
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
from directus_sdk.signatures import renamed
from directus_sdk.wire.query import NormalizedQuery
from directus_sdk.wire.urls import Key
from directus_sdk.writing.bulk_options import CallOptions, Returning

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from directus_sdk.writing.chunk_sender import OnError

T = TypeVar("T")


class RelationsHandler(CollectionEntriesHandler[T]):
    """The relations between collections: ``directus.relations``. Only administrators change them.

    A relation is named by its collection and its field. The server returns relations whole; the SDK applies queries.
    """

    collection = "directus_relations"
    _path = "/relations"

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

        Returns:
            The relation after the change, or ``None`` if you may not read it.

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

        Returns:
            A list of relations or their names, with ``.count`` and ``.errors``.

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

    # ------------------------------------------------------------------ inside
    def _update(self, data: JSONMapping, returned: NormalizedQuery) -> object:
        path = self._path_of(data["collection"], data["field"])
        # Before version 12, the server process crashes without the name of the related collection.
        current = {} if "related_collection" in data else uncached.get(self._pipeline, path).data
        whole = {**{name: current[name] for name in ("related_collection",) if name in current}, **data}
        return self._pipeline.call("PATCH", path, json=whole, query=returned).data
