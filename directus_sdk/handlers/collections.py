"""The data model: collections, their fields, and the relations between them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Generic, TypeVar

from directus_sdk.calls.pipeline import Requester
from directus_sdk.errors import ModelError
from directus_sdk.handlers.base import Handler
from directus_sdk.json_types import JSONMapping
from directus_sdk.models.codec import codec_for
from directus_sdk.models.payloads import load_written, payload, written
from directus_sdk.reading.primary_key import check_key
from directus_sdk.results import Page
from directus_sdk.wire.keys import Keys
from directus_sdk.wire.query import Query, free_params, returned, together
from directus_sdk.wire.urls import segment

if TYPE_CHECKING:
    from typing_extensions import Unpack

T = TypeVar("T")


class SchemaQuery(Query, total=False):
    """The keywords of calls that change the tables of the database: a query, and one more."""

    concurrent_index_creation: bool | None
    """Whether an index is created without locking the table, if the database supports it."""


class _SchemaHandler(Handler, Generic[T]):
    """The common methods of the three groups.

    Args:
        directus: The client.
        model: The class of the results; plain dicts by default.
    """

    collection: str = ""
    _path: str = ""

    def __init__(self, directus: Requester, model: type[T] | None = None) -> None:
        super().__init__(directus)
        self._codec = codec_for(self.collection, model)

    def read_all(self) -> Page[T]:
        """Read all collections, fields or relations.

        ``GET /collections``, ``GET /fields`` or ``GET /relations``.

        Example:
            >>> "articles" in [entry["collection"] for entry in directus.collections.read_all()]
            True
            >>> "title" in [entry["field"] for entry in directus.fields.read_all()]
            True
            >>> [entry["field"] for entry in directus.relations.read_all() if entry["collection"] == "articles"]
            ['author']
        """
        return self._list("GET", self._path)

    def _list(self, method: str, path: str, json: object = None, params: Sequence[tuple[str, str]] = ()) -> Page[T]:
        response = self._pipeline.call(method, path, json=json, params=params)
        rows = [] if response.data is None else response.data
        if not isinstance(rows, list):  # some servers return only the first of several
            rows = [rows]
        try:
            return Page(self._codec.load_many(rows), response.meta)
        except ModelError as error:
            raise error if method == "GET" else written(error, None) from None

    def _one(self, method: str, path: str, json: object = None, params: Sequence[tuple[str, str]] = ()) -> T | None:
        data = self._pipeline.call(method, path, json=json, params=params).data
        return load_written(self._codec, data, "collection")

    def _path_of(self, *names: object) -> str:
        # A field that is None must not be left out: the path would be that of the whole collection.
        parts = zip(names, ("collection", "field"), strict=False)
        return "/".join([self._path, *(segment(_string(name, what), what) for name, what in parts)])


def _string(name: object, what: str) -> str:
    if not isinstance(name, str):
        raise TypeError(f"{what} must be a string, not {type(name).__name__}")
    return name


def _query(query: JSONMapping | None, params: JSONMapping) -> list[tuple[str, str]]:
    arguments = together(query, params)
    index = arguments.pop("concurrent_index_creation", arguments.pop("concurrentIndexCreation", None))
    return [*returned(arguments, {}).encode().items(), *free_params({"concurrentIndexCreation": index})]


def _several(items: object, what: str) -> list[JSONMapping]:
    if isinstance(items, (str, bytes, Mapping)) or not isinstance(items, Iterable):
        raise TypeError(f"{what} must be a list of mappings, not {type(items).__name__}")
    return [payload(item, f"{what}[{index}]") for index, item in enumerate(items)]


class CollectionsHandler(_SchemaHandler[T]):
    """Collections: ``directus.collections``. Only administrators change them."""

    collection = "directus_collections"
    _path = "/collections"

    def read_one(self, collection: str) -> T:
        """Read a collection.

        ``GET /collections/{collection}``.

        Args:
            collection: Its name.

        Raises:
            Forbidden: There is no such collection, or you may not read it.

        Example:
            >>> directus.collections.read_one("globals")["meta"]["singleton"]
            True
        """
        return self._codec.load(self._pipeline.call("GET", self._path_of(collection)).data)

    def read_many(self, collections: Iterable[str]) -> Page[T]:
        """Read some collections.

        ``SEARCH /collections``.

        Args:
            collections: Their names.

        Example:
            >>> sorted(entry["collection"] for entry in directus.collections.read_many(["articles", "authors"]))
            ['articles', 'authors']
        """
        names = list(Keys(collections))
        response = self._pipeline.call("SEARCH", self._path, json={"keys": names})
        # Without its body, which some proxies drop, a SEARCH returns every collection.
        rows = [row for row in response.data or () if row.get("collection") in names]
        return Page(self._codec.load_many(rows), response.meta)

    def create_one(
        self, collection: JSONMapping, query: JSONMapping | None = None, /, **params: Unpack[SchemaQuery]
    ) -> T | None:
        """Create a collection, with a table in the database if it has a ``schema``.

        ``POST /collections``.

        Args:
            collection: ``collection`` (its name), ``fields``, ``meta`` and ``schema`` (``{}`` creates a table, ``None`` none).
            query: What to return, as a mapping, instead of keywords.
            **params: What to return.

        Raises:
            InvalidPayload: The name is taken.

        Example:
            >>> directus.collections.create_one({"collection": "tags", "schema": {}, "meta": {}})["collection"]
            'tags'
        """
        data = payload(collection, "collection")
        return self._one("POST", self._path, json=data, params=_query(query, params))

    def create_many(
        self, collections: Iterable[JSONMapping], query: JSONMapping | None = None, /, **params: Unpack[SchemaQuery]
    ) -> Page[T]:
        """Create collections, all or none.

        ``POST /collections``.

        Args:
            collections: Mappings as for `create_one`.
            query: What to return, as a mapping, instead of keywords.
            **params: What to return.
        """
        return self._list("POST", self._path, json=_several(collections, "collections"), params=_query(query, params))

    def update_one(
        self,
        collection: str,
        data: JSONMapping,
        query: JSONMapping | None = None,
        /,
        **params: Unpack[SchemaQuery],
    ) -> T | None:
        """Update the ``meta`` of a collection.

        ``PATCH /collections/{collection}``.

        Args:
            collection: Its name.
            data: The change, such as ``{"meta": {"note": "Old"}}``.
            query: What to return, as a mapping, instead of keywords.
            **params: What to return.

        Example:
            >>> directus.collections.update_one("articles", {"meta": {"note": "News"}})["meta"]["note"]
            'News'
        """
        change = payload(data, "data")
        check_key("directus_collections", "collection", collection, change)
        return self._one("PATCH", self._path_of(collection), json=change, params=_query(query, params))

    def update_batch(
        self, collections: Iterable[JSONMapping], query: JSONMapping | None = None, /, **params: Unpack[SchemaQuery]
    ) -> Page[T]:
        """Update collections, each with its own changes.

        ``PATCH /collections``.

        Args:
            collections: Mappings with ``collection`` (the name) and ``meta``.
            query: What to return, as a mapping, instead of keywords.
            **params: What to return.

        Example:
            >>> order = [{"collection": "articles", "meta": {"sort": 1}}, {"collection": "authors", "meta": {"sort": 2}}]
            >>> len(directus.collections.update_batch(order))
            2
        """
        return self._list("PATCH", self._path, json=_several(collections, "collections"), params=_query(query, params))

    def delete_one(self, collection: str) -> None:
        """Delete a collection with all its items.

        ``DELETE /collections/{collection}``.

        Args:
            collection: Its name.

        Raises:
            Forbidden: There is no such collection.
        """
        self._pipeline.call("DELETE", self._path_of(collection))


class FieldsHandler(_SchemaHandler[T]):
    """The fields of collections: ``directus.fields``. Only administrators change them."""

    collection = "directus_fields"
    _path = "/fields"

    def read_one(self, collection: str, field: str) -> T:
        """Read a field.

        ``GET /fields/{collection}/{field}``.

        Args:
            collection: The name of the collection.
            field: The name of the field.

        Raises:
            Forbidden: There is no such field, or you may not read it.

        Example:
            >>> directus.fields.read_one("articles", "title")["type"]
            'string'
        """
        return self._codec.load(self._pipeline.call("GET", self._path_of(collection, field)).data)

    def read_many(self, collection: str) -> Page[T]:
        """Read the fields of a collection.

        ``GET /fields/{collection}``.

        Args:
            collection: The name of the collection.

        Example:
            >>> [field["field"] for field in directus.fields.read_many("authors")]
            ['id', 'name']
        """
        return self._list("GET", self._path_of(collection))

    def create_one(
        self,
        collection: str,
        field: JSONMapping,
        query: JSONMapping | None = None,
        /,
        **params: Unpack[SchemaQuery],
    ) -> T | None:
        """Create a field, with a column in the database unless its type is ``"alias"``.

        ``POST /fields/{collection}``.

        Args:
            collection: The name of the collection.
            field: ``field`` (the name), ``type``, ``meta`` and ``schema``.
            query: What to return, as a mapping, instead of keywords.
            **params: What to return.

        Raises:
            InvalidPayload: The name is taken.

        Example:
            >>> directus.fields.create_one("authors", {"field": "born", "type": "date", "schema": {}})["type"]
            'date'
        """
        data = payload(field, "field")
        return self._one("POST", self._path_of(collection), json=data, params=_query(query, params))

    def update_one(
        self,
        collection: str,
        field: str,
        data: JSONMapping,
        query: JSONMapping | None = None,
        /,
        **params: Unpack[SchemaQuery],
    ) -> T | None:
        """Update a field.

        ``PATCH /fields/{collection}/{field}``.

        Args:
            collection: The name of the collection.
            field: The name of the field.
            data: The change, such as ``{"meta": {"note": "In full"}}``.
            query: What to return, as a mapping, instead of keywords.
            **params: What to return.

        Example:
            >>> directus.fields.update_one("authors", "name", {"meta": {"note": "In full"}})["meta"]["note"]
            'In full'
        """
        change = payload(data, "data")
        check_key("directus_fields", "field", field, change)
        check_key("directus_fields", "collection", collection, change)
        return self._one("PATCH", self._path_of(collection, field), json=change, params=_query(query, params))

    def update_many(
        self,
        collection: str,
        fields: Iterable[JSONMapping],
        query: JSONMapping | None = None,
        /,
        **params: Unpack[SchemaQuery],
    ) -> Page[T]:
        """Update fields of a collection, each with its own changes.

        ``PATCH /fields/{collection}``.

        Args:
            collection: The name of the collection.
            fields: Mappings with ``field`` (the name) and the change.
            query: What to return, as a mapping, instead of keywords.
            **params: What to return.

        Example:
            >>> len(directus.fields.update_many("authors", [{"field": "name", "meta": {"sort": 2}}]))
            1
        """
        return self._list("PATCH", self._path_of(collection), json=_several(fields, "fields"), params=_query(query, params))

    def delete_one(self, collection: str, field: str) -> None:
        """Delete a field with its values in all items.

        ``DELETE /fields/{collection}/{field}``.

        Args:
            collection: The name of the collection.
            field: The name of the field.
        """
        self._pipeline.call("DELETE", self._path_of(collection, field))


class RelationsHandler(_SchemaHandler[T]):
    """The relations between collections: ``directus.relations``. Only administrators change them."""

    collection = "directus_relations"
    _path = "/relations"

    def read_one(self, collection: str, field: str) -> T:
        """Read the relation of a field.

        ``GET /relations/{collection}/{field}``.

        Args:
            collection: The name of the collection that has the field.
            field: The name of the field.

        Raises:
            Forbidden: There is no such relation, or you may not read it.

        Example:
            >>> directus.relations.read_one("articles", "author")["related_collection"]
            'authors'
        """
        return self._codec.load(self._pipeline.call("GET", self._path_of(collection, field)).data)

    def read_many(self, collection: str) -> Page[T]:
        """Read the relations of a collection.

        ``GET /relations/{collection}``.

        Args:
            collection: The name of the collection.

        Example:
            >>> [relation["field"] for relation in directus.relations.read_many("articles")]
            ['author']
        """
        return self._list("GET", self._path_of(collection))

    def create_one(self, relation: JSONMapping) -> T | None:
        """Create a relation from a field to another collection.

        ``POST /relations``.

        Args:
            relation: ``collection``, ``field``, ``related_collection``, ``meta`` and ``schema``.

        Example:
            >>> field = directus.fields.create_one("authors", {"field": "best", "type": "integer", "schema": {}, "meta": {}})
            >>> relation = {"collection": "authors", "field": "best", "related_collection": "articles", "schema": {}}
            >>> directus.relations.create_one(relation)["related_collection"]
            'articles'
        """
        return self._one("POST", self._path, json=payload(relation, "relation"))

    def update_one(
        self,
        collection: str,
        field: str,
        data: JSONMapping,
        query: JSONMapping | None = None,
        /,
        **params: Unpack[SchemaQuery],
    ) -> T | None:
        """Update a relation.

        ``PATCH /relations/{collection}/{field}``.

        Args:
            collection: The name of the collection that has the field.
            field: The name of the field.
            data: The relation with its changes. Pass all of it: before version 12, the server process crashes if
                ``collection``, ``field`` or ``related_collection`` are missing.
            query: What to return, as a mapping, instead of keywords.
            **params: What to return.

        Example:
            >>> relation = directus.relations.read_one("articles", "author")
            >>> relation["schema"]["on_delete"] = "CASCADE"
            >>> directus.relations.update_one("articles", "author", relation)["schema"]["on_delete"]
            'CASCADE'
        """
        change = payload(data, "data")
        check_key("directus_relations", "field", field, change)
        check_key("directus_relations", "collection", collection, change)
        return self._one("PATCH", self._path_of(collection, field), json=change, params=_query(query, params))

    def delete_one(self, collection: str, field: str) -> None:
        """Delete a relation; the field stays.

        ``DELETE /relations/{collection}/{field}``.

        Args:
            collection: The name of the collection that has the field.
            field: The name of the field.
        """
        self._pipeline.call("DELETE", self._path_of(collection, field))
