"""The base of the handlers for collections, fields, relations and extensions, which a server returns whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from directus_sdk.calls import uncached
from directus_sdk.calls.pipeline import Requester
from directus_sdk.errors import Forbidden
from directus_sdk.handlers.base import Handler
from directus_sdk.handlers.data_model_queries import SchemaEveryQuery
from directus_sdk.json_types import JSONMapping, MaybeNone
from directus_sdk.local import progress as progresses
from directus_sdk.local.progress import Progress
from directus_sdk.models.codec import codec_for
from directus_sdk.models.payloads import load_written, payload
from directus_sdk.reading import local_query
from directus_sdk.reading.collection import Collection
from directus_sdk.results import Page
from directus_sdk.wire.parameters import boolean, integer
from directus_sdk.wire.query import NormalizedQuery, normalize, returned, selection, together
from directus_sdk.wire.urls import segment
from directus_sdk.writing.bulk_errors import listed
from directus_sdk.writing.bulk_options import CallOptions
from directus_sdk.writing.schema_calls import SchemaCall

if TYPE_CHECKING:
    from typing_extensions import Unpack


T = TypeVar("T")


class DataModelHandler(Handler, Generic[T]):
    """The common methods of groups that a server returns whole.

    A server returns all of them, whatever the query is, so `filter`, `search`, `sort`, `limit`,
    `offset`, `page` and `fields` are applied by the SDK.

    Args:
        directus: The client.
        model: The class of the results; plain dicts by default.
    """

    collection: str = ""
    _path: str = ""
    _key: str = "field"
    #: What reads one collection, where that is not `read_all`.
    _of_one: str = ""

    def __init__(self, directus: Requester, model: type[T] | None = None) -> None:
        super().__init__(directus)
        self._codec = codec_for(self.collection, model)

    def read_all(
        self,
        query: JSONMapping | None = None,
        *,
        page_size: int | None = None,
        prefetch: bool = False,
        progress: Progress = False,
        **params: Unpack[SchemaEveryQuery],
    ) -> Page[T]:
        """Read all entries.

        ``GET /collections``, ``GET /fields``, ``GET /relations`` or ``GET /extensions``, in one request. The server returns
        all of them; the SDK applies the query.

        Args:
            query: What to read, as a mapping, instead of keywords.
            page_size: As for items; here one request reads everything.
            prefetch: As for items; here one request reads everything.
            progress: See `ItemsHandler.create_many`.
            **params: What to read: `filter`, `fields`, `sort`, `limit`, `search` and so on.

        Example:
            >>> "articles" in [entry["collection"] for entry in directus.collections.read_all()]
            True
            >>> directus.fields.read_all(filter={"collection": {"_eq": "authors"}}, fields=["field"])
            [{'field': 'id'}, {'field': 'name'}]
            >>> [entry["field"] for entry in directus.relations.read_all() if entry["collection"] == "articles"]
            ['author']
        """
        if self._of_one and isinstance(query, str):
            raise TypeError(f"query must be a mapping such as {{'limit': 5}}, not str; for one collection write {self._of_one}")
        if page_size is not None:
            integer("page_size", page_size)
        boolean("prefetch", prefetch)
        with progresses.counting(progress, self.collection, None) as report:
            page = self._read_page(self._path, query, params)
            report(len(page))
        return page

    def iterate(
        self,
        query: JSONMapping | None = None,
        *,
        page_size: int | None = None,
        prefetch: bool = False,
        progress: Progress = False,
        **params: Unpack[SchemaEveryQuery],
    ) -> Iterator[T]:
        """Yield all entries; the arguments are those of `read_all`.

        ``GET /collections``, ``GET /fields``, ``GET /relations`` or ``GET /extensions``, in one request.

        Args:
            query: What to read, as a mapping, instead of keywords.
            page_size: Has no effect here: there is one request.
            prefetch: Has no effect here.
            progress: How progress is shown.
            **params: What to read, such as `filter`, `fields` and `sort`.

        Returns:
            An iterator over the entries.

        Example:
            >>> sum(1 for field in directus.fields.iterate(filter={"collection": {"_eq": "authors"}}))
            2
        """
        yield from self.read_all(query, page_size=page_size, prefetch=prefetch, progress=progress, **params)

    # ------------------------------------------------------------------ inside
    def _read_page(self, path: str, query: JSONMapping | None, params: JSONMapping) -> Page[T]:
        """Read a list and apply a query to it."""
        normalized = normalize(query, params)
        response = self._pipeline.call("GET", path)
        rows = response.data or []
        chosen = self._selected(rows, normalized)
        meta = dict(response.meta or {})
        if "meta" in normalized:
            matching = len(self._selected(rows, normalized.replace(limit=None, offset=None, page=None)))
            meta.update(total_count=len(rows), filter_count=matching)
        return Page(self._codec.load_many(self._projected(chosen, normalized)), meta)

    def _selected(self, rows: list[Any], query: NormalizedQuery) -> list[JSONMapping]:
        return local_query.select(rows, query, self._path.strip("/"))

    def _projected(self, rows: list[JSONMapping], query: NormalizedQuery) -> list[JSONMapping]:
        names = [field.partition(".")[0] for field in local_query.names_of(query, "fields")]
        local_query.check_names(rows, names, self._path.strip("/"))
        return local_query.project(rows, query)

    def _count(self, path: str, query: JSONMapping | None, params: JSONMapping) -> int:
        return len(self._selected(self._current(path), selecting(query, params)))

    def _current(self, path: str) -> list[Any]:
        """Read a list past every cache; it is empty where nothing may be read."""
        try:
            rows: list[Any] = uncached.get(self._pipeline, path).data or []
        except Forbidden:  # there is no such collection, or you may not read it
            return []
        return rows

    def _read_one(self, path: str, query: JSONMapping | None, params: JSONMapping) -> T:
        normalized = normalize(query, params)
        row = self._pipeline.call("GET", path).data
        return self._codec.load(self._projected([row], normalized)[0] if "fields" in normalized else row)

    def _write_one(
        self, method: str, path: str, data: JSONMapping, query: JSONMapping | None, params: JSONMapping
    ) -> T | MaybeNone:
        normalized = written_query(query, params)
        row = self._pipeline.call(method, path, json=data, query=normalized).data
        if isinstance(row, Mapping):
            row = local_query.project([row], normalized)[0]
        return load_written(self._codec, row, "collection")

    def _bulk_call(self, path: str, name: str, query: NormalizedQuery, options: CallOptions) -> SchemaCall:
        return SchemaCall(Collection(self._pipeline, path, name, self._key), self._codec, query, options)

    def _query_of(
        self, first: JSONMapping | None, query: JSONMapping | None, params: JSONMapping
    ) -> tuple[JSONMapping | None, JSONMapping]:
        """Return the query and the keywords of a call whose first argument may be the query."""
        if first is None:
            return query, params
        return first, params if query is None else {**params, "query": query}

    def _path_of(self, *names: object) -> str:
        # A field that is None must not be left out: the path would be that of the whole collection.
        parts = zip(names, ("collection", "field"), strict=False)
        return "/".join([self._path, *(segment(string(name, what), what) for name, what in parts)])


def string(name: object, what: str) -> str:
    """Return a name.

    Raises:
        TypeError: It is not a string.
    """
    if not isinstance(name, str):
        raise TypeError(f"{what} must be a string, not {type(name).__name__}")
    return name


def strings(names: object, what: str, single: str) -> list[str]:
    """Return a list of names.

    Raises:
        TypeError: It is not a list of strings.
    """
    if isinstance(names, (str, bytes, Mapping)) or not isinstance(names, Iterable):
        raise TypeError(f"{what} must be a list of names, not {type(names).__name__}; for one use {single}")
    return [string(name, f"{what}[{index}]") for index, name in enumerate(listed(names))]


def several(items: object, what: str, single: str) -> list[JSONMapping]:
    """Return a list of payloads.

    Raises:
        TypeError: It is not a list of mappings.
    """
    if isinstance(items, (str, bytes, Mapping)) or not isinstance(items, Iterable):
        raise TypeError(f"{what} must be a list of mappings, not {type(items).__name__}; for one use {single}")
    return [payload(item, f"{what}[{index}]") for index, item in enumerate(listed(items))]


def same(index: int, data: object) -> Any:
    """Return an entry as it is sent."""
    return data


def written_query(query: JSONMapping | None, params: JSONMapping) -> NormalizedQuery:
    """Return the query of a call that changes the data model."""
    arguments = together(query, params)
    index = arguments.pop("concurrent_index_creation", arguments.pop("concurrentIndexCreation", None))
    return returned(arguments, {}).replace(concurrentIndexCreation=index)


def selecting(query: JSONMapping | None, params: JSONMapping | None) -> NormalizedQuery:
    """Return the query of a call that counts: a mapping that is not a query is a filter."""
    return normalize(selection(query, params))
