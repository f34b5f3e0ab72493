"""What to read: the names and values of a query, checked once and encoded in one place."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from numbers import Integral
from typing import Any, TypedDict, Union

from directus_sdk.json_types import JSONMapping, JSONObject
from directus_sdk.wire.encoding import loads, repeatable, to_text
from directus_sdk.wire.filters import check_filter
from directus_sdk.wire.functions import aggregates, bare, check_functions, closest, list_of_names, split
from directus_sdk.wire.nested_lists import expanded

Filter = JSONMapping
#: ``"id,title"``, ``["id", "author.name"]`` or nested: ``["id", {"author": ["name"]}]``.
Fields = Union[str, JSONMapping, Sequence[Union[str, JSONMapping]]]


class Query(TypedDict, total=False):
    """The query parameters that every reading method takes as keywords.

    `group_by` and `version_raw` are Python's spelling of ``groupBy`` and ``versionRaw``; a mapping may use either.
    `nested_limit` is no parameter of the server: it becomes a ``_limit`` in `deep` for every relation among the fields.
    """

    fields: Fields | None
    filter: Filter | None
    search: str | None
    sort: str | Sequence[str] | None
    limit: int | None
    offset: int | None
    page: int | None
    deep: JSONMapping | None
    nested_limit: int | None
    alias: Mapping[str, str] | None
    aggregate: JSONMapping | None
    group_by: str | Sequence[str] | None
    meta: str | Sequence[str] | None
    version: str | None
    version_raw: bool | None
    backlink: bool | None
    export: str | None


class NormalizedQuery(JSONObject):
    """A checked query: `normalize` makes it, with the server's names and one form for each value.

    Functions that send a query take this type, so that each query is checked once. Treat it as immutable: its methods
    return new queries.

    Example:
        >>> query = normalize({"fields": "id,title", "filter": {"id": {"_gt": 3}}, "limit": 5})
        >>> query.replace(limit=None, sort=["id"]).where({"title": {"_nnull": True}}).encode()["filter"]
        '{"_and":[{"id":{"_gt":3}},{"title":{"_nnull":true}}]}'
    """

    __slots__ = ()

    def replace(self, **params: object) -> NormalizedQuery:
        """Return a copy with other parameters, by the server's names; ``None`` removes one."""
        query = NormalizedQuery(self, **params)
        for name in [name for name in params if params[name] is None]:
            del query[name]
        return query

    def only(self, *names: str) -> NormalizedQuery:
        """Return a copy with no other parameters than these."""
        return NormalizedQuery((name, self[name]) for name in names if name in self)

    def where(self, condition: Filter) -> NormalizedQuery:
        """Return a copy whose filter also requires a condition."""
        return self.replace(filter={"_and": [self["filter"], condition]} if "filter" in self else condition)

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
        return {
            name: value if isinstance(value, str) else ",".join(value) if isinstance(value, list) else to_text(value)
            for name, value in expanded(self).items()
        }

    def search_body(self) -> JSONObject:
        """Return the body of a SEARCH."""
        # The server takes versionRaw only as a string there.
        return {"query": {name: "true" if name == "versionRaw" else value for name, value in expanded(self).items()}}


_WIRE = {name: name for name in Query.__annotations__}
_WIRE.update(group_by="groupBy", groupBy="groupBy", version_raw="versionRaw", versionRaw="versionRaw")
#: Parameters of the server that are lists of names.
_WHOLE = re.compile(r"\s*-?\d+\s*")
_NAMES = frozenset({"fields", "sort", "groupBy", "meta", "includeCollections", "excludeCollections"})


def normalize(
    query: JSONMapping | None = None,
    params: JSONMapping | None = None,
    unknown: Callable[[Any, Any], str] | None = None,
) -> NormalizedQuery:
    """Check a query and bring it to the server's names and types.

    Args:
        query: A mapping with the API's own names, or Python's.
        params: Keywords; a name that stands in both is an error. The keyword ``query`` is the mapping.
        unknown: Words the error for a name that is no part of a query.

    Returns:
        A new mapping; ``None`` and what is empty is left out. What may be a list is one, however it was given.

    Raises:
        TypeError: A name is unknown or given twice, or a value has the wrong type.
        ValueError: A value cannot be right, such as ``limit=-2`` or an empty ``_in`` in a filter.

    Example:
        >>> normalize({"groupBy": "status"}, {"fields": ["id", {"author": ["name"]}], "limit": None})
        {'groupBy': ['status'], 'fields': ['id', 'author.name']}
    """
    wire: JSONObject = {}
    for given in apart(query, params):
        for name, value in given.items():
            known = _WIRE.get(name)
            if known is None:
                raise TypeError((unknown or _unknown)(name, value))
            if known in wire:
                raise TypeError(f"{name} is given twice")
            plain = bare(value)
            wire[known] = None if plain is None else _CHECKS[known](known, plain)
    return NormalizedQuery((name, value) for name, value in wire.items() if value is not None)


def returned(query: JSONMapping | None, params: JSONMapping) -> NormalizedQuery:
    """Do what `normalize` does for a call that writes, where an unknown keyword may be meant as a field of the item."""
    return normalize(query, params, _not_returned)


def apart(query: JSONMapping | None, params: JSONMapping | None) -> Iterator[JSONMapping]:
    """Yield the query and the keywords of a call; ``query={...}`` among the keywords is the query.

    Raises:
        TypeError: The query is no mapping, or there are two.
    """
    if params and "query" in params:
        if query is not None:
            raise TypeError("two queries were given")
        query = params["query"]
        params = {name: value for name, value in params.items() if name != "query"}
    for given in (query, params):
        if given is None:
            continue
        if not isinstance(given, Mapping):
            raise TypeError(f"query must be a mapping such as {{'limit': 5}}, not {type(given).__name__}")
        yield given


def together(query: JSONMapping | None, params: JSONMapping | None) -> JSONObject:
    """Return a query and keywords as one mapping, unchecked but for names that are given twice."""
    whole: JSONObject = {}
    for given in apart(query, params):
        for name, value in given.items():
            if name in whole:
                raise TypeError(f"{name} is given twice")
            whole[name] = value
    return whole


def encode(query: JSONMapping) -> dict[str, str]:
    """Return the parameters of a URL."""
    return NormalizedQuery(query).encode()


def search_body(query: JSONMapping) -> JSONObject:
    """Return the body of a SEARCH."""
    return NormalizedQuery(query).search_body()


def free_params(params: JSONMapping | None) -> list[tuple[str, str]]:
    """Encode the parameters of a custom endpoint.

    Lists of names that Directus itself takes (``fields``, ``sort``, ``groupBy``, ``meta``, and what stands in brackets, such
    as ``filter[id][_in]``) go out with commas. Other lists and mappings are one JSON value each; ``None`` is left out.

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


def _parameter(name: str, value: Any) -> str:
    if (name in _NAMES or "[" in name) and not isinstance(value, (str, int, float, Mapping)):
        parts = loads(to_text(value))
        if isinstance(parts, list) and not any(isinstance(part, (list, dict)) for part in parts):
            return ",".join(_text(part) for part in parts if part is not None)
    return _text(value)


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    text = to_text(value)
    # A date or a UUID is JSON text in quotes; in an address it stands without them.
    return str(loads(text)) if text.startswith('"') else text


def flatten(fields: Any, prefix: str = "") -> Iterator[str]:
    """Yield the names of nested fields with dots; a mapping under a field names the collections of a many-to-any.

    Example:
        >>> list(flatten(["id", {"author": ["name"]}, {"item": {"headings": ["text"]}}]))
        ['id', 'author.name', 'item:headings.text']
    """
    fields = bare(fields)
    if isinstance(fields, str):
        for name in split(fields) if "," in fields else (fields,):
            yield f"{prefix}{name}"
    elif isinstance(fields, int) and not isinstance(fields, bool):
        yield f"{prefix}{fields}"
    elif isinstance(fields, Mapping):
        for name, inner in fields.items():
            if isinstance(inner, Mapping):
                for collection, scoped in inner.items():
                    yield from flatten(scoped, f"{prefix}{bare(name)}:{bare(collection)}.")
            else:
                yield from flatten(inner, f"{prefix}{bare(name)}.")
    elif isinstance(fields, Iterable) and not isinstance(fields, (bytes, bytearray)):
        for part in fields:
            yield from flatten(part, prefix)
    else:
        raise TypeError(f"fields must be texts, lists or mappings of them, not {type(fields).__name__}")


def _fields(place: str, value: Any) -> Any:
    names = [name for name in flatten(value) if name]
    for name in names:
        check_functions(name, place)
    return names[0] if len(names) == 1 and isinstance(value, str) else names or None


def _list(place: str, value: Any) -> Any:
    names = list_of_names(place, value)
    for name in names:
        check_functions(name, place)
    return names or None


def _sort(place: str, value: Any) -> Any:
    names = _list(place, value)
    for name in names or ():
        if name == "?":
            raise ValueError(f"{place} is '?', a random order, which servers do not have since version 9")
        if name[0] == "+" or (name[1:2] in ("", "-") and name[0] == "-"):
            raise ValueError(f"{place} holds {name!r}: write 'date' for the least first, and '-date' for the greatest first")
    return names


def _meta(place: str, value: Any) -> Any:
    names = _list(place, value)
    # In a list a server takes the star for a name.
    return "*" if names and "*" in names else names


def _list_as_given(place: str, value: Any) -> Any:
    names = (_sort if place.endswith("sort") else _list)(place, value)
    return names[0] if names and len(names) == 1 and isinstance(value, str) else names


def _limit(place: str, value: Any) -> Any:
    return _number(place, value, -1, " (-1 asks for all that the server gives at once)")


def _number(place: str, value: Any, least: int = 0, meaning: str = "") -> Any:
    if isinstance(value, str) and _WHOLE.fullmatch(value):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, (int, Integral)):
        raise TypeError(f"{place} must be a whole number, not {value!r}")
    if value < least:
        raise ValueError(f"{place} must be at least {least}{meaning}, not {value}")
    return int(value)


def whole_number(name: str, value: Any, least: int = 1) -> int:
    """Refuse what is not a whole number of at least `least`."""
    if isinstance(value, bool) or not isinstance(value, (int, Integral)):
        raise TypeError(f"{name} must be a whole number, not {value!r}")
    if value < least:
        raise ValueError(f"{name} must be at least {least}, not {value}")
    return int(value)


# These may be encoded twice: to see how long the address is, and again as the body of a SEARCH.
def _filter(name: str, value: Any) -> Any:
    return repeatable(check_filter(value, name)) or None


def _alias(place: str, value: Any) -> Any:
    if not isinstance(value, Mapping):
        raise TypeError(f"{place} must be a mapping, not {type(value).__name__}")
    for name, field in value.items():
        check_functions(str(bare(field)), f"{place}.{name}")
    return repeatable(value) or None


def _deep(place: str, value: Any, depth: int = 0) -> Any:
    if not isinstance(value, Mapping):
        if depth:
            raise TypeError(
                f"{place} must be a mapping such as {{'_limit': 3}}, not {value!r}; the parameters in deep begin with "
                f"an underscore, and Directus ignores others"
            )
        raise TypeError(f"{place} must be a mapping, not {type(value).__name__}")
    checked: JSONObject = {}
    for given, inner in value.items():
        key, plain = bare(given), bare(inner)
        name = f"{place}.{key}"
        check = _DEEP.get(key) if depth else None
        if check is not None:
            checked[key] = None if plain is None else check(name, plain)
        elif str(key).startswith("_"):
            raise TypeError(_not_deep(key, name, depth))
        else:
            checked[key] = _deep(name, plain, depth + 1)
    return {key: inner for key, inner in checked.items() if inner is not None} or None


def _not_deep(key: str, name: str, depth: int) -> str:
    if not depth:
        return f"{name} must stand under the field of a relation: {{'comments': {{'{key}': …}}}}"
    if key == "_fields":
        return f"{name} is ignored by Directus: name the fields of related items in fields=['comments.id']"
    return f"unknown query parameter {name}{_guess(key, _DEEP)}"


def _search(place: str, value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise TypeError(f"{place} must be a text, not {type(value).__name__}")
    return str(value) or None


def _name(name: str, value: Any) -> Any:
    if not isinstance(value, str):
        raise TypeError(f"{name} must be a text, not {type(value).__name__}")
    return value or None


def _flag(name: str, value: Any) -> Any:
    if isinstance(value, str) and value in ("true", "false"):
        value = value == "true"
    if not isinstance(value, bool):
        raise TypeError(f"{name} must be True or False, not {value!r}")
    return True if value else (False if name == "backlink" else None)


_CHECKS: Mapping[str, Callable[[str, Any], Any]] = {
    "fields": _fields,
    "filter": _filter,
    "search": _search,
    "sort": _sort,
    "limit": _limit,
    "offset": _number,
    "page": _number,
    "nested_limit": _limit,
    "deep": _deep,
    "alias": _alias,
    "aggregate": aggregates,
    "groupBy": _list,
    "meta": _meta,
    "version": _name,
    "versionRaw": _flag,
    "backlink": _flag,
    "export": _name,
}
#: What counts in `deep`, under the field of a relation.
_DEEP: Mapping[str, Callable[[str, Any], Any]] = {
    **dict.fromkeys(("_sort", "_group", "_groupBy"), _list_as_given),
    **{f"_{name}": _CHECKS[name] for name in ("filter", "search", "limit", "offset", "page", "alias", "aggregate")},
}


def _unknown(name: Any, value: Any) -> str:
    if isinstance(value, Mapping) and not closest(name, _WIRE):
        return f"unknown query parameter {name!r}; a filter is given as {{'filter': {{{name!r}: …}}}}"
    return f"unknown query parameter {name!r}{_guess(name, _WIRE)}; for a custom endpoint use request()"


def _not_returned(name: Any, value: Any) -> str:
    return f"unknown query parameter {name!r}{_guess(name, _WIRE)}. The fields of an item go into its mapping: {{{name!r}: …}}"


def _guess(name: Any, known: Iterable[str]) -> str:
    close = closest(name, known)
    return f"{f'; did you mean {close}?' if close else '.'} Directus ignores what it does not know"
