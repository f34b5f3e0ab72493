"""What to read: the names and values of a query, checked once and encoded in one place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import Enum
from numbers import Integral
from typing import Any, TypedDict, Union

from directus_sdk.encoding import loads, repeatable, to_text
from directus_sdk.filters import check_filter

Filter = Mapping[str, Any]
#: ``"id,title"``, ``["id", "author.name"]`` or nested: ``["id", {"author": ["name"]}]``.
Fields = Union[str, Mapping[str, Any], Sequence[Union[str, Mapping[str, Any]]]]


class Query(TypedDict, total=False):
    """The query parameters that every reading method takes as keywords.

    `group_by` and `version_raw` are Python's spelling of ``groupBy`` and ``versionRaw``; a mapping may use either.
    """

    fields: Fields | None
    filter: Filter | None
    search: str | None
    sort: str | Sequence[str] | None
    limit: int | None
    offset: int | None
    page: int | None
    deep: Mapping[str, Any] | None
    alias: Mapping[str, str] | None
    aggregate: Mapping[str, Any] | None
    group_by: str | Sequence[str] | None
    meta: str | Sequence[str] | None
    version: str | None
    version_raw: bool | None
    backlink: bool | None
    export: str | None


_WIRE = {name: name for name in Query.__annotations__}
_WIRE.update(group_by="groupBy", groupBy="groupBy", version_raw="versionRaw", versionRaw="versionRaw")
#: What counts in `deep`, under the field of a relation.
_DEEP = frozenset(
    {"_filter", "_sort", "_limit", "_offset", "_page", "_search", "_alias", "_aggregate", "_group", "_groupBy"}
)  # fmt: skip
_NUMBERS = {"limit": -1, "offset": 0, "page": 0}


def normalize(query: Mapping[str, Any] | None = None, params: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Check a query and bring it to the server's names and types.

    Args:
        query: A mapping with the API's own names, or Python's.
        params: Keywords; a name that stands in both is an error.

    Returns:
        A new mapping; ``None`` and what is empty is left out.

    Raises:
        TypeError: A name is unknown or given twice, or a value has the wrong type.
        ValueError: A value cannot be right, such as ``limit=-2`` or an empty ``_in`` in a filter.

    Example:
        >>> normalize({"groupBy": "status"}, {"fields": ["id", {"author": ["name"]}], "limit": None})
        {'groupBy': ['status'], 'fields': ['id', 'author.name']}
    """
    wire: dict[str, Any] = {}
    for given in (query, params):
        if given is None:
            continue
        if not isinstance(given, Mapping):
            raise TypeError(f"query must be a mapping such as {{'limit': 5}}, not {type(given).__name__}")
        for name, value in given.items():
            known = _WIRE.get(name)
            if known is None:
                raise TypeError(_unknown(name, value))
            if known in wire:
                raise TypeError(f"{name} is given twice")
            bare = _bare(value)
            wire[known] = None if bare is None else _CHECKS[known](known, bare)
    return {name: value for name, value in wire.items() if value is not None}


def encode(wire: Mapping[str, Any]) -> dict[str, str]:
    """Turn a normalized query into the texts of an address.

    Example:
        >>> encode(normalize({"filter": {"id": {"_gt": 3}}, "sort": ["-id", "title"]}))
        {'filter': '{"id":{"_gt":3}}', 'sort': '-id,title'}
    """
    return {
        name: value if isinstance(value, str) else ",".join(value) if isinstance(value, list) else to_text(value)
        for name, value in wire.items()
    }


def search_body(wire: Mapping[str, Any]) -> dict[str, Any]:
    """Turn a normalized query into the body of a SEARCH."""
    # The server takes versionRaw only as text there.
    return {"query": {name: "true" if name == "versionRaw" else value for name, value in wire.items()}}


def free_params(params: Mapping[str, Any] | None) -> list[tuple[str, str]]:
    """Encode the parameters of a custom endpoint: lists and mappings are one JSON value each, ``None`` is left out."""
    if params is None:
        return []
    if not isinstance(params, Mapping):
        raise TypeError(f"params must be a mapping, not {type(params).__name__}")
    pairs = [(_bare(name), _bare(value)) for name, value in params.items()]
    return [(str(name), value if isinstance(value, str) else _text(value)) for name, value in pairs if value is not None]


def _text(value: Any) -> str:
    text = to_text(value)
    # A date or a UUID is JSON text in quotes; in an address it stands without them.
    return str(loads(text)) if text.startswith('"') else text


def _bare(value: Any) -> Any:
    """Return the value of an enum's member; a text that is one shows itself otherwise in each version of Python."""
    return value.value if isinstance(value, Enum) else value


def flatten(fields: Any, prefix: str = "") -> Iterator[str]:
    """Yield the names of nested fields with dots; a mapping under a field names the collections of a many-to-any.

    Example:
        >>> list(flatten(["id", {"author": ["name"]}, {"item": {"headings": ["text"]}}]))
        ['id', 'author.name', 'item:headings.text']
    """
    fields = _bare(fields)
    if isinstance(fields, (str, int)) and not isinstance(fields, bool):
        yield f"{prefix}{fields}"
    elif isinstance(fields, Mapping):
        for name, inner in fields.items():
            if isinstance(inner, Mapping):
                for collection, scoped in inner.items():
                    yield from flatten(scoped, f"{prefix}{_bare(name)}:{_bare(collection)}.")
            else:
                yield from flatten(inner, f"{prefix}{_bare(name)}.")
    elif isinstance(fields, Iterable) and not isinstance(fields, (bytes, bytearray)):
        for part in fields:
            yield from flatten(part, prefix)
    else:
        raise TypeError(f"fields must be texts, lists or mappings of them, not {type(fields).__name__}")


def _fields(name: str, value: Any) -> Any:
    if isinstance(value, str):
        return value or None
    return list(flatten(value)) or None


def _list(name: str, value: Any) -> Any:
    if isinstance(value, str):
        return [value] if value else None
    if isinstance(value, Mapping) or not isinstance(value, Iterable):
        raise TypeError(f"{name} must be a text or a list of texts, not {type(value).__name__}")
    parts = list(map(_bare, value))
    for part in parts:
        if not isinstance(part, str) or not part:
            raise TypeError(f"{name} must be a list of texts; {part!r} is not one")
    return parts or None


def _number(name: str, value: Any) -> Any:
    if isinstance(value, str) and value.strip().lstrip("-").isdecimal():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, (int, Integral)):
        raise TypeError(f"{name} must be a whole number, not {value!r}")
    if value < _NUMBERS[name]:
        meaning = " (-1 asks for all that the server gives at once)" if name == "limit" else ""
        raise ValueError(f"{name} must be at least {_NUMBERS[name]}{meaning}, not {value}")
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


def _mapping(name: str, value: Any) -> Any:
    if not isinstance(value, Mapping):
        raise TypeError(f"{name} must be a mapping, not {type(value).__name__}")
    value = repeatable(value)
    if name == "deep":
        _check_deep(value, name)
    return value or None


def _check_deep(value: Mapping[str, Any], place: str, depth: int = 0) -> None:
    for key, inner in value.items():
        name = f"{place}.{key}"
        if key == "_filter" and depth:
            check_filter(inner, name)
        elif str(key).startswith("_"):
            if key not in _DEEP or not depth:
                raise TypeError(_not_deep(key, name, depth))
        elif isinstance(inner, Mapping):
            _check_deep(inner, name, depth + 1)
        else:
            raise TypeError(
                f"{name} must be a mapping such as {{'_limit': 3}}, not {inner!r}; the parameters in deep begin with "
                f"an underscore, and Directus ignores others"
            )


def _not_deep(key: str, name: str, depth: int) -> str:
    if not depth:
        return f"{name} must stand under the field of a relation: {{'comments': {{'{key}': …}}}}"
    if key == "_fields":
        return f"{name} is ignored by Directus: name the fields of related items in fields=['comments.id']"
    return f"unknown query parameter {name}{_guess(key, _DEEP)}"


def _search(name: str, value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise TypeError(f"search must be a text, not {type(value).__name__}")
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


_CHECKS = {
    "fields": _fields,
    "filter": _filter,
    "search": _search,
    "sort": _list,
    "limit": _number,
    "offset": _number,
    "page": _number,
    "deep": _mapping,
    "alias": _mapping,
    "aggregate": _mapping,
    "groupBy": _list,
    "meta": _list,
    "version": _name,
    "versionRaw": _flag,
    "backlink": _flag,
    "export": _name,
}


def _unknown(name: Any, value: Any) -> str:
    if isinstance(value, Mapping) and not _close(name, _WIRE):
        return f"unknown query parameter {name!r}; a filter is given as {{'filter': {{{name!r}: …}}}}"
    return f"unknown query parameter {name!r}{_guess(name, _WIRE)}; for a custom endpoint use request()"


def _guess(name: Any, known: Iterable[str]) -> str:
    close = _close(name, known)
    return f"{f'; did you mean {close[0]}?' if close else '.'} Directus ignores what it does not know"


def _close(name: Any, known: Iterable[str]) -> list[str]:
    from difflib import get_close_matches

    return get_close_matches(str(name), known, n=1)
