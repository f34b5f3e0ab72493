"""The names in a query: lists of them in one string, the functions among them, and what a misspelt one may mean."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from enum import Enum

from directus_sdk.json_types import JSONObject

#: The functions of ``aggregate``; for others a server returns empty groups without an error.
AGGREGATES = ("count", "countDistinct", "sum", "sumDistinct", "avg", "avgDistinct", "min", "max")
#: Functions of a field: ``year(date)``.
FUNCTIONS = ("year", "month", "week", "day", "weekday", "hour", "minute", "second", "count", "json")

_COMMA = r",(?![^()]*\))"
_CALL = r"(\w+)\("


def split(text: str) -> list[str]:
    """Split a list that is one string; commas within parentheses are part of a name.

    Example:
        >>> split("id, json(data, color),-date")
        ['id', 'json(data, color)', '-date']
    """
    return [part for part in map(str.strip, re.split(_COMMA, text)) if part]


def check_functions(name: str, place: str) -> None:
    """Refuse a misspelt name of a function; a name that is like no other may be a function of a later server.

    Raises:
        TypeError: The function is unknown, and like a known one.
    """
    if "(" not in name:
        return
    for function in re.findall(_CALL, name):
        if function not in FUNCTIONS and (close := closest(function, FUNCTIONS)):
            raise TypeError(f"unknown function {function!r} in {place} ({name!r}); did you mean {close}?")


def aggregates(place: str, value: object) -> JSONObject | None:
    """Check an aggregation and bring its lists of fields to one form.

    Raises:
        TypeError: It is not a mapping, or a function is unknown.
        ValueError: A function has no field.

    Example:
        >>> aggregates("aggregate", {"count": "*", "sum": "price,tax"})
        {'count': '*', 'sum': ['price', 'tax']}
    """
    if not isinstance(value, Mapping):
        raise TypeError(f"{place} must be a mapping such as {{'count': '*'}}, not {type(value).__name__}")
    checked: JSONObject = {}
    for key, argument in value.items():
        function, fields = str(bare(key)), bare(argument)
        if function not in AGGREGATES:
            close = closest(function, AGGREGATES)
            hint = f"; did you mean {close}?" if close else f"; the functions are {', '.join(AGGREGATES)}."
            raise TypeError(f"unknown function {function!r} in {place}{hint} Directus ignores unknown functions")
        names = split(fields) if isinstance(fields, str) else list_of_names(f"{place}.{function}", fields)
        if not names:
            raise ValueError(f"{place}.{function} names no field; write {{'{function}': 'price'}}, or '*' to count items")
        for name in names:
            check_functions(name, f"{place}.{function}")
        checked[function] = names[0] if isinstance(fields, str) and len(names) == 1 else names
    return checked or None


def list_of_names(place: str, value: object) -> list[str]:
    """Return the names of a list, or of one string with commas.

    Raises:
        TypeError: It is not a list of strings.
    """
    value = bare(value)
    if isinstance(value, str):
        return split(value)
    if isinstance(value, (Mapping, bytes, bytearray)) or not isinstance(value, Iterable):
        raise TypeError(f"{place} must be a string or a list of strings, not {type(value).__name__}")
    names: list[str] = []
    for part in map(bare, value):
        if not isinstance(part, str) or not part:
            raise TypeError(f"{place} must be a list of strings; {part!r} is not one")
        names += split(part)
    return names


def bare(value: object) -> object:
    """Return the value of an enum's member: ``str`` of a member depends on the version of Python."""
    return value.value if isinstance(value, Enum) else value


def closest(name: object, names: Iterable[str], cutoff: float = 0.6) -> str | None:
    """Return the known name that a misspelt one is most like."""
    from difflib import get_close_matches

    close = get_close_matches(str(name), names, n=1, cutoff=cutoff)
    return close[0] if close else None
