"""The parameters of a query: how the value of each is checked and brought to one form."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from numbers import Integral
from os import PathLike, fspath

from directus_sdk.json_types import JSONObject
from directus_sdk.wire.filter_marks import NOTHING
from directus_sdk.wire.filters import check_filter
from directus_sdk.wire.functions import aggregates, bare, check_functions, closest, list_of_names, split
from directus_sdk.wire.iterators import repeatable

#: Checks a value that is not ``None`` and returns it in one form, or ``None`` where it is empty. The first argument names it.
Check = Callable[[str, object], object]

_INTEGER = r"\s*-?\d+\s*"


def flatten(fields: object, prefix: str = "") -> Iterator[str]:
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
        for field, inner in fields.items():
            if isinstance(inner, Mapping):
                for collection, scoped in inner.items():
                    yield from flatten(scoped, f"{prefix}{bare(field)}:{bare(collection)}.")
            elif isinstance(inner, int):  # as other clients choose fields: {"id": True} or {"id": 1}
                raise TypeError(f"fields are a list of names: ['id', 'title'], not {{{field!r}: {inner!r}}}")
            else:
                yield from flatten(inner, f"{prefix}{bare(field)}.")
    elif isinstance(fields, Iterable) and not isinstance(fields, (bytes, bytearray)):
        for part in fields:
            yield from flatten(part, prefix)
    else:
        raise TypeError(f"fields must be a list of names such as ['id', 'author.name'], not {type(fields).__name__}")


def integer(name: str, value: object, least: int = 1) -> int:
    """Return an argument that must be an integer; those of NumPy become Python's.

    Raises:
        TypeError: It is not an integer.
        ValueError: It is less than `least`.
    """
    if isinstance(value, bool) or not isinstance(value, (int, Integral)):
        raise TypeError(f"{name} must be an integer, not {value!r}")
    if value < least:
        raise ValueError(f"{name} must be at least {least}, not {value}")
    return int(value)


def file_path(name: str, value: object, example: str) -> str | PathLike[str]:
    """Return an argument that must be the path of a file or a folder.

    Raises:
        TypeError: It is not a path.
        ValueError: It is empty, which Python takes as the current folder.
    """
    if not isinstance(value, (str, PathLike)):
        raise TypeError(f"{name} must be the path of {example}, not {type(value).__name__}")
    if not fspath(value):
        raise ValueError(f"{name} must be the path of {example}; it is empty")
    return value


def boolean(name: str, value: object) -> bool:
    """Return an argument that must be a boolean, since a string such as ``"no"`` counts as true.

    Raises:
        TypeError: It is neither ``True`` nor ``False``.
    """
    # The name is that of Python's type and of NumPy's.
    if type(value).__name__ not in ("bool", "bool_"):
        raise TypeError(f"{name} must be True or False, not {value!r}")
    return bool(value)


def non_empty(name: str, value: object) -> str:
    """Return an argument that must be a string which is not empty.

    Raises:
        TypeError: It is not a string.
        ValueError: It is empty.
    """
    if not isinstance(value, str):
        raise TypeError(f"{name} must be a string, not {type(value).__name__}")
    if not value:
        raise ValueError(f"{name} must not be empty")
    return value


def guess(name: object, names: Iterable[str]) -> str:
    """Return the end of the message about an unknown name: which known name is like it."""
    close = closest(name, names)
    return f"{f'; did you mean {close}?' if close else '.'} Directus ignores unknown parameters"


def _fields(place: str, value: object) -> str | list[str] | None:
    names = [name for name in flatten(value) if name]
    for name in names:
        check_functions(name, place)
    return names[0] if len(names) == 1 and isinstance(value, str) else names or None


def _names(place: str, value: object) -> list[str] | None:
    names = list_of_names(place, value)
    for name in names:
        check_functions(name, place)
    return names or None


_ORDERS = "write 'date' for the least first, and '-date' for the greatest first"


def _sort(place: str, value: object) -> list[str] | None:
    try:
        names = _names(place, value)
    except TypeError as error:
        error.args = (f"{error}; {_ORDERS}",)
        raise
    for name in names or ():
        if name == "?":
            raise ValueError(f"{place} is '?', a random order, which servers do not have since version 9")
        if name[0] == "+" or (name[1:2] in ("", "-") and name[0] == "-") or re.search(r"(?i)\s(asc|desc)$", name):
            raise ValueError(f"{place} contains {name!r}: {_ORDERS}")
    return names


def _meta(place: str, value: object) -> str | list[str] | None:
    names = _names(place, value)
    # In a list a server takes the star for a name.
    return "*" if names and "*" in names else names


def _names_as_passed(place: str, value: object) -> str | list[str] | None:
    names = (_sort if place.endswith("sort") else _names)(place, value)
    return names[0] if names and len(names) == 1 and isinstance(value, str) else names


def _limit(place: str, value: object) -> int:
    return _number(place, value, -1, " (-1 asks for all that the server returns at once)")


def _number(place: str, value: object, least: int = 0, meaning: str = "") -> int:
    if isinstance(value, str) and re.fullmatch(_INTEGER, value):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, (int, Integral)):
        raise TypeError(f"{place} must be an integer, not {value!r}")
    if value < least:
        raise ValueError(f"{place} must be at least {least}{meaning}, not {value}")
    return int(value)


# A query may be encoded twice: to measure the URL, and again as the body of a SEARCH.
def _filter(place: str, value: object) -> object:
    checked = check_filter(value, place)
    if checked is NOTHING:
        if place != "filter":
            raise ValueError(f"no item matches {place}, such as .in_([]) or any_of([]): leave the related items out of fields")
        return checked
    return repeatable(checked) or None


def _alias(place: str, value: object) -> object:
    if not isinstance(value, Mapping):
        raise TypeError(f"{place} must be a mapping such as {{'latest': 'comments'}}, not {type(value).__name__}")
    for name, field in value.items():
        check_functions(non_empty(f"{place}.{name}", bare(field)), f"{place}.{name}")
    return repeatable(value) or None


def _deep(place: str, value: object, depth: int = 0) -> JSONObject | None:
    if not isinstance(value, Mapping):
        if depth:
            raise TypeError(
                f"{place} must be a mapping such as {{'_limit': 3}}, not {value!r}; the parameters in deep begin with "
                f"an underscore, and Directus ignores others"
            )
        raise TypeError(f"{place} must be a mapping such as {{'comments': {{'_limit': 3}}}}, not {type(value).__name__}")
    checked: JSONObject = {}
    for name, inner in value.items():
        key, plain = str(bare(name)), bare(inner)
        check = _DEEP.get(key) if depth else None
        if check is not None:
            result = None if plain is None else check(f"{place}.{key}", plain)
        elif key.startswith("_"):
            raise TypeError(_not_in_deep(key, f"{place}.{key}", depth))
        else:
            result = _deep(f"{place}.{key}", plain, depth + 1)
        if result is not None:
            checked[key] = result
    return checked or None


def _not_in_deep(key: str, place: str, depth: int) -> str:
    if not depth:
        return f"{place} must stand under the field of a relation: {{'comments': {{'{key}': …}}}}"
    if key == "_fields":
        return f"{place} is ignored by Directus: name the fields of related items in fields=['comments.id']"
    return f"unknown query parameter {place}{guess(key, _DEEP)}"


def _search(place: str, value: object) -> str | None:
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise TypeError(f"{place} must be a string, not {type(value).__name__}")
    return str(value) or None


def _name(place: str, value: object) -> str | None:
    if not isinstance(value, str):
        raise TypeError(f"{place} must be a string, not {type(value).__name__}")
    return value or None


def _flag(place: str, value: object) -> bool | None:
    if isinstance(value, str) and value in ("true", "false"):
        value = value == "true"
    if not isinstance(value, bool):
        raise TypeError(f"{place} must be True or False, not {value!r}")
    return True if value else (False if place == "backlink" else None)


CHECKS: Mapping[str, Check] = {
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
    "groupBy": _names,
    "meta": _meta,
    "version": _name,
    "versionRaw": _flag,
    "backlink": _flag,
    "export": _name,
}
#: The parameters in `deep`, under the field of a relation.
_DEEP: Mapping[str, Check] = {
    **dict.fromkeys(("_sort", "_group", "_groupBy"), _names_as_passed),
    **{f"_{name}": CHECKS[name] for name in ("filter", "search", "limit", "offset", "page", "alias", "aggregate")},
}
