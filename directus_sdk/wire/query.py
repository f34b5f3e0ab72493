"""What to read: the names and values of a query, checked once and encoded in one place."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, TypedDict, Union
from uuid import UUID

from directus_sdk.json_types import JSONMapping, JSONObject
from directus_sdk.redaction.redact import SafeDocument
from directus_sdk.wire.encoding import loads, to_text
from directus_sdk.wire.filter_marks import NOTHING, FilterExpression
from directus_sdk.wire.functions import bare
from directus_sdk.wire.nested_lists import expanded
from directus_sdk.wire.operators import Filter
from directus_sdk.wire.parameters import CHECKS
from directus_sdk.wire.unknown_names import of_reading, of_writing

if TYPE_CHECKING:
    from typing_extensions import Self

#: ``"id,title"``, ``["id", "author.name"]`` or nested: ``["id", {"author": ["name"]}]``.
Fields = Union[str, JSONMapping, Sequence[Union[str, JSONMapping]]]


class WriteQuery(TypedDict, total=False):
    """The query parameters of calls that write: what to return of the items.

    Which items are written is never a matter of these keywords; `update_by_query` and `delete_by_query` select items.
    """

    fields: Fields | None
    """The fields to return: ``["id", "author.name"]``, ``"id,title"`` or ``["id", {"author": ["name"]}]``; all by default."""
    deep: JSONMapping | None
    """Parameters for related items: ``{"comments": {"_limit": 3, "_sort": "-date"}}``."""
    nested_limit: int | None
    """The maximum number of related items for every relation among the `fields`."""
    alias: Mapping[str, str] | None
    """Other names for fields, so that one field can be read twice: ``{"latest": "comments"}``."""
    backlink: bool | None
    """``False`` leaves out of wildcards in `fields` the relations that lead back to the item. Needs version 11."""


class FilterQuery(TypedDict, total=False):
    """The query parameters that say which items match."""

    filter: Filter | None
    """Which items: ``{"status": {"_eq": "published"}}``. See `Operators` for the conditions."""
    search: str | None
    """A string that is searched for in all text fields of the collection."""


class SelectionQuery(FilterQuery, total=False):
    """The query parameters that select items."""

    sort: str | Sequence[str] | None
    """The order: ``"date"`` for the least first, ``"-date"`` for the greatest first, or a list of such names."""
    limit: int | None
    """The maximum number of items; ``-1`` asks for all that the server returns at once."""


class SelectedQuery(SelectionQuery, WriteQuery, total=False):
    """The query parameters of calls that select items and do not read them page by page, such as `update_by_query`."""


class ItemQuery(FilterQuery, WriteQuery, total=False):
    """The query parameters of calls that read one item, or every item in an order of their own, such as `partitions`."""

    version: str | None
    """The key of the content version to read instead of the main item."""
    version_raw: bool | None
    """Return relations as the content version stores them: its changes instead of items."""


class EveryPageQuery(SelectedQuery, total=False):
    """The query parameters of calls that read every page, such as `read_all`; `limit` is the total."""

    aggregate: JSONMapping | None
    """What to calculate instead of reading items: ``{"count": "*", "avg": "price"}``."""
    group_by: str | Sequence[str] | None
    """The fields by whose values an `aggregate` is grouped."""
    meta: str | Sequence[str] | None
    """Which counts to return in ``.meta``: ``"filter_count"``, ``"total_count"``, a list of them, or ``"*"``."""
    version: str | None
    """The key of the content version to read instead of the main item."""
    version_raw: bool | None
    """Return relations as the content version stores them: its changes instead of items."""


class AggregateQuery(SelectionQuery, total=False):
    """The query parameters of `aggregate`; `limit` is the maximum number of groups."""

    offset: int | None
    """How many groups to skip."""
    page: int | None
    """Which page of `limit` groups, from 1 on."""
    aggregate: JSONMapping | None
    """The same as the argument `functions`."""
    groupBy: str | Sequence[str] | None
    """The same as the argument `group_by`."""


class PageQuery(EveryPageQuery, total=False):
    """The query parameters of calls that read from one page, such as `first`."""

    offset: int | None
    """How many items to skip."""
    page: int | None
    """Which page of `limit` items, from 1 on."""


class Query(PageQuery, total=False):
    """All query parameters; `read_many` takes them as keywords.

    `group_by` and `version_raw` are Python's spelling of ``groupBy`` and ``versionRaw``; a mapping may use either.
    `nested_limit` is not a parameter of the server: it becomes a ``_limit`` in `deep` for every relation among the fields.
    """

    export: str | None
    """Return the items as a string in this format: ``"csv"``, ``"json"``, ``"xml"`` or ``"yaml"``."""


#: The server's name for each parameter.
_NAMES = {name: name for name in Query.__annotations__}
_NAMES.update(group_by="groupBy", groupBy="groupBy", version_raw="versionRaw", versionRaw="versionRaw")
_WRITTEN = "the item is written whatever it is, because the query says only what to return of it"
_VERSION = "the item itself is written: use items(...).version(key, name).save() to write a version"
#: Parameters that a call which writes does not have, and why.
_SELECTING = {
    **dict.fromkeys(("filter", "aggregate", "groupBy", "export"), _WRITTEN),
    **dict.fromkeys(("version", "versionRaw"), _VERSION),
}
#: Parameters that say which items a call changes; with the last two it is refused, since these would leave items out silently.
_SELECTION = ("filter", "search", "sort", "limit", "offset", "page")
#: Parameters that may be mappings.
_MAPPINGS = frozenset({"filter", "fields", "deep", "alias", "aggregate"})
#: Parameters of the server that are lists of names.
_LISTS = frozenset({"fields", "sort", "groupBy", "meta", "includeCollections", "excludeCollections"})


class NormalizedQuery(SafeDocument):
    """A checked query: `normalize` makes it, with the server's names and one form for each value.

    Functions that send a query take this type, so that each query is checked once. Treat it as immutable: its methods
    return new queries. Secret values, such as a token in a filter, are masked in `repr`.

    Example:
        >>> query = normalize({"fields": "id,title", "filter": {"id": {"_gt": 3}}, "limit": 5})
        >>> query.replace(limit=None, sort=["id"]).where({"title": {"_nnull": True}}).encode()["filter"]
        '{"_and":[{"id":{"_gt":3}},{"title":{"_nnull":true}}]}'
    """

    __slots__ = ()

    def replace(self, **params: object) -> Self:
        """Return a copy with other parameters, by the server's names; ``None`` removes one."""
        query = type(self)(self, **params)
        for name in [name for name in params if params[name] is None]:
            del query[name]
        return query

    def only(self, *names: str) -> Self:
        """Return a copy with no other parameters than these."""
        return type(self)((name, self[name]) for name in names if name in self)

    def where(self, condition: JSONMapping) -> Self:
        """Return a copy whose filter also requires a condition."""
        if self.matches_nothing:
            return self
        return self.replace(filter={"_and": [self["filter"], condition]} if "filter" in self else condition)

    @property
    def matches_nothing(self) -> bool:
        """Whether its filter is one that no item matches, which is never sent."""
        return self.get("filter") is NOTHING

    @property
    def is_grouped(self) -> bool:
        """Whether it returns groups instead of items."""
        return "aggregate" in self or "groupBy" in self

    def encode(self) -> dict[str, str]:
        """Return the parameters of a URL.

        Example:
            >>> normalize({"filter": {"id": {"_gt": 3}}, "sort": ["-id", "title"]}).encode()
            {'filter': '{"id":{"_gt":3}}', 'sort': '-id,title'}
        """
        self._refuse_nothing()
        return {name: _encoded(value) for name, value in expanded(self).items()}

    def pairs(self) -> list[tuple[str, str]]:
        """Return the parameters of a URL as pairs."""
        return list(self.encode().items())

    def search_body(self) -> JSONObject:
        """Return the body of a SEARCH."""
        self._refuse_nothing()
        # The server takes versionRaw only as a string there.
        return {"query": {name: "true" if name == "versionRaw" else value for name, value in expanded(self).items()}}

    def _refuse_nothing(self) -> None:
        if self.matches_nothing:
            raise ValueError(
                "no item matches the filter, such as .in_([]) or any_of([]): there is nothing to ask the server for"
            )


def _encoded(value: object) -> str:
    if isinstance(value, str):
        return value
    if type(value) is int:  # such as a limit; most calls have one, and the encoder takes ten times as long
        return str(value)
    return ",".join(value) if isinstance(value, list) else to_text(value)


def normalize(
    query: JSONMapping | None = None,
    params: JSONMapping | None = None,
    unknown: Callable[[object, object, Iterable[str]], str] = of_reading,
) -> NormalizedQuery:
    """Check a query and bring it to the server's names and types.

    Args:
        query: A mapping with the API's own names, or Python's. A normalized query without keywords is returned as it is.
        params: Keywords; a name that is in both is an error, unless one of the values is ``None``. The keyword ``query`` is
            a mapping too.
        unknown: Returns the message for a parameter that does not exist.

    Returns:
        A new query without ``None`` and empty values. What may be a list is one, however it was passed.

    Raises:
        TypeError: A name is unknown or passed twice, or a value has the wrong type.
        ValueError: A value cannot be right, such as ``limit=-2`` or an empty ``_in`` in a filter.

    Example:
        >>> normalize({"groupBy": "status"}, {"fields": ["id", {"author": ["name"]}], "limit": None})
        {'groupBy': ['status'], 'fields': ['id', 'author.name']}
    """
    if isinstance(query, NormalizedQuery) and not params:
        return query
    checked: JSONObject = {}
    for part in _apart(query, params):
        for name, value in part.items():
            official = _NAMES.get(name)
            if official is None:
                raise TypeError(unknown(name, value, _NAMES))
            plain = bare(value)
            if plain is None:
                continue
            if official in checked:
                raise TypeError(f"{name} is given twice")
            checked[official] = CHECKS[official](official, plain)
    return NormalizedQuery((name, value) for name, value in checked.items() if value is not None)


def returned(
    query: JSONMapping | None,
    params: JSONMapping,
    unknown: Callable[[object, object, Iterable[str]], str] = of_writing,
) -> NormalizedQuery:
    """Do what `normalize` does for a call that writes: its query says what is returned, not what is written.

    An unknown keyword may be meant as a field of the item; `unknown` returns the message for it.

    Raises:
        TypeError: A parameter selects items, or a version of them: the server would ignore it and write nevertheless.
    """
    normalized = normalize(query, params, unknown)
    for name in normalized:
        if name in _SELECTING:
            raise TypeError(f"{name} cannot be given here: {_SELECTING[name]}")
    return normalized


def together(query: JSONMapping | None, params: JSONMapping | None) -> JSONObject:
    """Return a query and keywords as one mapping, checked only for names that are passed twice."""
    merged: JSONObject = {}
    for part in _apart(query, params):
        for name, value in part.items():
            if value is not None and merged.get(name) is not None:
                raise TypeError(f"{name} is given twice")
            if value is not None or name not in merged:
                merged[name] = value
    return merged


def selection(query: JSONMapping | None, params: JSONMapping | None) -> JSONObject:
    """Do what `together` does for a call that selects items by a query or by a filter alone.

    A mapping all of whose keys are names of query parameters is a query, any other mapping a filter. So is one with a
    condition under such a name: ``{"sort": {"_gt": 5}}`` is about a field.

    Example:
        >>> selection({"status": {"_eq": "draft"}}, {"limit": 5})
        {'filter': {'status': {'_eq': 'draft'}}, 'limit': 5}
        >>> selection({"filter": {"status": {"_eq": "draft"}}}, {"limit": 5})
        {'filter': {'status': {'_eq': 'draft'}}, 'limit': 5}
    """
    if (
        isinstance(query, Mapping)
        and not isinstance(query, FilterExpression)
        and not all(name in _NAMES and not _is_rule(name, query[name]) for name in query)
    ):
        query = {"filter": query}
    return together(query, params)


def split_selection(query: JSONMapping | None, params: JSONMapping | None) -> tuple[JSONObject, JSONObject]:
    """Return which items a call changes, and the rest of its query; the keyword ``selection`` is a query too.

    Example:
        >>> split_selection({"filter": {"id": {"_gt": 3}}}, {"sort": "id", "fields": ["id"]})
        ({'filter': {'id': {'_gt': 3}}, 'sort': 'id'}, {'fields': ['id']})
    """
    if query is not None and not isinstance(query, Mapping):
        raise _not_a_query(query, "update_one or delete_one", "update_many or delete_many")
    if params and "selection" in params:
        rest = {name: value for name, value in params.items() if name != "selection"}
        params = selection(params["selection"], rest)
    arguments = selection(query, params)
    return {name: arguments.pop(name) for name in _SELECTION if name in arguments}, arguments


def _is_rule(name: str, value: object) -> bool:
    if name == "filter" or not isinstance(value, Mapping):
        return False
    return name not in _MAPPINGS or any(str(bare(key)).startswith("_") for key in value)


def _apart(query: JSONMapping | None, params: JSONMapping | None) -> Iterator[JSONMapping]:
    """Yield the query and the keywords of a call; ``query={...}`` among the keywords is a query.

    Raises:
        TypeError: A query is not a mapping.
    """
    for part in (query, params):
        if part is None:
            continue
        if not isinstance(part, Mapping):
            raise _not_a_query(part)
        if isinstance(part, FilterExpression):
            yield {"filter": part}
        elif part is params and "query" in part:
            yield from _apart(part["query"], {name: value for name, value in part.items() if name != "query"})
        else:
            yield part


def _not_a_query(value: object, one: str = "read_one(1)", several: str = "read_many([1, 2])") -> TypeError:
    """Return the error for something that was passed as a query, which is no mapping: where it goes.

    Args:
        value: What was passed.
        one: The method for one key.
        several: The method for several.
    """
    what = _place(value, one, several)
    return TypeError(f"query must be a mapping such as {{'limit': 5}}, not {type(value).__name__}{what}")


def _place(value: object, one: str, several: str) -> str:
    if isinstance(value, str) and "=" in value:
        return ": write filter={'status': {'_eq': 'published'}}"
    if isinstance(value, (list, tuple)) and value and all(isinstance(part, Mapping) for part in value):
        return "; for all of several filters write filter={'_and': [...]}, for one of them filter={'_or': [...]}"
    named = isinstance(value, str) or (isinstance(value, (list, tuple)) and all(isinstance(part, str) for part in value))
    fields = ", names of fields to fields=['id', 'title']" if named else ""
    if isinstance(value, (list, tuple, set, frozenset, range)):
        return f"; a list of keys goes to {several}{fields}"
    return f"; one key goes to {one}{fields}" if isinstance(value, (str, int, UUID)) else ""


# ------------------------------------------------------------ custom endpoints
def free_params(params: JSONMapping | None) -> list[tuple[str, str]]:
    """Encode the parameters of a custom endpoint.

    Lists of names that Directus itself takes (``fields``, ``sort``, ``groupBy``, ``meta``, and names with brackets, such
    as ``filter[id][_in]``) are sent with commas. Other lists and mappings are one JSON value each; ``None`` is left out.

    Example:
        >>> free_params({"fields": ["id", "name"], "ids": [1, 2], "filter": {"id": {"_gt": 3}}, "page": None})
        [('fields', 'id,name'), ('ids', '[1,2]'), ('filter', '{"id":{"_gt":3}}')]
    """
    if params is None:
        return []
    if not isinstance(params, Mapping):
        raise TypeError(f"params must be a mapping, not {type(params).__name__}")
    pairs = [(str(bare(name)), bare(value)) for name, value in params.items()]
    return [(name, _parameter(name, value)) for name, value in pairs if value is not None]


def _parameter(name: str, value: object) -> str:
    if (name in _LISTS or "[" in name) and not isinstance(value, (str, int, float, Mapping)):
        parts = loads(to_text(value))
        if isinstance(parts, list) and not any(isinstance(part, (list, dict)) for part in parts):
            return ",".join(_string(part) for part in parts if part is not None)
    return _string(value)


def _string(value: object) -> str:
    if isinstance(value, str):
        return value
    text = to_text(value)
    # A date or a UUID is a JSON string in quotes; a URL has it without them.
    return str(loads(text)) if text.startswith('"') else text
