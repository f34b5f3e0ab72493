"""The base of the handlers for what a collection has: fields and relations, each named by its collection and its field."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from os import PathLike
from typing import TYPE_CHECKING, Literal, TypeVar

from directus_sdk.handlers.data_model import DataModelHandler, same, selecting, string, strings
from directus_sdk.handlers.data_model_queries import SchemaCountQuery, SchemaEntryQuery, SchemaReadQuery
from directus_sdk.json_types import JSONMapping
from directus_sdk.local.progress import Progress
from directus_sdk.reading.primary_key import check_key
from directus_sdk.results import BulkResult, Page
from directus_sdk.wire.query import NormalizedQuery, normalize
from directus_sdk.wire.urls import Key
from directus_sdk.writing.bulk_options import CallOptions

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from directus_sdk.writing.chunk_sender import OnError

T = TypeVar("T")


class CollectionEntriesHandler(DataModelHandler[T]):
    """The common methods of fields and relations."""

    _of_one = "read_many('articles')"

    # ------------------------------------------------------------------ read
    def read_one(self, collection: str, field: str, query: JSONMapping | None = None, **params: Unpack[SchemaEntryQuery]) -> T:
        """Read a field or a relation.

        ``GET /fields/{collection}/{field}`` or ``GET /relations/{collection}/{field}``.

        Args:
            collection: The name of the collection.
            field: The name of the field.
            query: What to read, as a mapping, instead of keywords.
            **params: What to read, such as `fields`.

        Raises:
            Forbidden: There is none, or you may not read it.

        Example:
            >>> directus.fields.read_one("articles", "title")["type"]
            'string'
            >>> directus.relations.read_one("articles", "author")["related_collection"]
            'authors'
        """
        return self._read_one(self._path_of(collection, field), query, params)

    def read_many(
        self, collection: str | JSONMapping | None = None, query: JSONMapping | None = None, **params: Unpack[SchemaReadQuery]
    ) -> Page[T]:
        """Read the fields or relations of a collection, or those of all collections.

        ``GET /fields/{collection}`` or ``GET /relations/{collection}``; of all collections ``GET /fields`` or
        ``GET /relations``.

        Args:
            collection: The name of the collection; by default all collections. A mapping is a query.
            query: What to read, as a mapping, instead of keywords.
            **params: What to read: `filter`, `fields`, `sort`, `limit`, `search` and so on.

        Example:
            >>> [field["field"] for field in directus.fields.read_many("authors")]
            ['id', 'name']
            >>> directus.fields.read_many("authors", fields=["field", "type"], limit=1)
            [{'field': 'id', 'type': 'integer'}]
            >>> directus.relations.read_many("articles", fields=["related_collection"])
            [{'related_collection': 'authors'}]
        """
        path, query, keywords = self._scope(collection, query, params)
        return self._read_page(path, query, keywords)

    def first(
        self, collection: str | JSONMapping | None = None, query: JSONMapping | None = None, **params: Unpack[SchemaReadQuery]
    ) -> T | None:
        """Read the first field or relation that matches, or ``None``; the arguments and endpoints are those of `read_many`.

        Args:
            collection: The name of the collection; by default all collections.
            query: What to read, as a mapping, instead of keywords.
            **params: What to read, such as `filter` and `fields`.

        Returns:
            The field or relation, or ``None`` if none matches.

        Example:
            >>> directus.fields.first("authors", filter={"type": {"_eq": "string"}}, fields=["field"])
            {'field': 'name'}
        """
        path, query, keywords = self._scope(collection, query, params)
        page = self._read_page(path, normalize(query, keywords).replace(limit=1), {})
        return page[0] if page else None

    def count(
        self, collection: str | JSONMapping | None = None, query: JSONMapping | None = None, **params: Unpack[SchemaCountQuery]
    ) -> int:
        """Count the fields or relations of a collection, or those of all collections.

        The endpoints are those of `read_many`. The server has no count: the list is read past its cache and counted.

        Args:
            collection: The name of the collection; by default all collections. A mapping is a query or a filter.
            query: Which ones, as a mapping, instead of keywords; one with other names is a filter.
            **params: Which ones: `filter` and `search`.

        Returns:
            The number of entries.

        Example:
            >>> directus.fields.count("authors"), directus.relations.count("articles")
            (2, 1)
        """
        return self._count(*self._scope(collection, query, params))

    def exists(
        self,
        collection: str | JSONMapping | None = None,
        field: str | None = None,
        query: JSONMapping | None = None,
        **params: Unpack[SchemaCountQuery],
    ) -> bool:
        """Return whether there is such a field or relation, or one that matches, and that you may read.

        The endpoints are those of `read_many`, past the server's cache.

        Args:
            collection: The name of the collection; by default all collections. A mapping is a query or a filter.
            field: The name of the field; by default any field.
            query: Which ones, as a mapping, instead of keywords.
            **params: Which ones: `filter` and `search`.

        Raises:
            TypeError: Nothing was passed.

        Example:
            >>> directus.fields.exists("articles", "author"), directus.fields.exists("articles", "nothing")
            (True, False)
            >>> directus.relations.exists("articles", "author")
            True
        """
        if collection is None and field is None and query is None and not params:
            raise TypeError("pass a collection and a field, or filter=...")
        path, query, keywords = self._scope(collection, query, params)
        chosen = self._selected(self._current(path), selecting(query, keywords))
        return any(field is None or row.get("field") == string(field, "field") for row in chosen)

    # ------------------------------------------------------------------ delete
    def delete_one(self, collection: str, field: str) -> None:
        """Delete a field with its values in all items, or a relation, whose field stays.

        ``DELETE /fields/{collection}/{field}`` or ``DELETE /relations/{collection}/{field}``.

        Args:
            collection: The name of the collection.
            field: The name of the field.

        Raises:
            Forbidden: There is no such collection.
            InvalidPayload: There is no such relation. A field that does not exist is no error.

        Example:
            >>> directus.fields.delete_one("articles", "views")
            >>> directus.fields.exists("articles", "views")
            False
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
        """Delete fields with their values in all items, or relations, whose fields stay, one after the other.

        ``DELETE /fields/{collection}/{field}`` or ``DELETE /relations/{collection}/{field}`` for each: the server has no
        request for several. Those before one that is refused stay deleted.

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
    def _scope(
        self, collection: str | JSONMapping | None, query: JSONMapping | None, params: JSONMapping
    ) -> tuple[str, JSONMapping | None, JSONMapping]:
        """Return the path of a collection's entries, or that of all entries, with the query and the keywords."""
        if collection is None or isinstance(collection, Mapping):
            return self._path, *self._query_of(collection, query, params)
        return self._path_of(collection), query, params

    def _check(self, collection: str, field: str, change: JSONMapping) -> None:
        check_key(self.collection, "field", field, change)
        check_key(self.collection, "collection", collection, change)
