"""The checks that keep a malformed filter from matching every item."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_LISTS = frozenset({"_in", "_nin"})
_PAIRS = frozenset({"_between", "_nbetween"})
_LOGICAL = frozenset({"_and", "_or"})
_RELATIONAL = frozenset({"_some", "_none"})


def check_filter(rule: Any, place: str = "filter") -> Mapping[str, Any]:
    """Refuse a filter that the server would drop or read as "everything".

    Args:
        rule: The filter.
        place: Where it stands, for the error.

    Returns:
        The filter as it is.

    Raises:
        TypeError: It, or a part of it, has the wrong type.
        ValueError: A part of it is empty or malformed: ``{"_or": []}``, ``{"title": {}}``, an empty ``_in``, or a
            ``_between`` without two values. A server ignores these and returns, changes or deletes every item.

    Example:
        >>> check_filter({"price": {"_between": [1, 5]}})
        {'price': {'_between': [1, 5]}}
        >>> check_filter({"price": {"_between": [1]}})
        Traceback (most recent call last):
        ...
        ValueError: filter.price._between needs exactly two values, not 1; the server would ignore it and match every item
    """
    if not isinstance(rule, Mapping):
        raise TypeError(f"{place} must be a mapping such as {{'status': {{'_eq': 'published'}}}}, not {type(rule).__name__}")
    for name, value in rule.items():
        if not isinstance(name, str):
            raise TypeError(f"{place} has a key of type {type(name).__name__}; the names of fields are texts")
        _check_rule(name, value, f"{place}.{name}")
    return rule


def _check_rule(name: str, value: Any, place: str) -> None:
    if name in _LOGICAL:
        for index, part in enumerate(_values(value, place)):
            _check_part(part, f"{place}[{index}]")
    elif name in _LISTS:
        _values(value, place)
    elif name in _PAIRS:
        count = len(_values(value, place))
        if count != 2:
            raise ValueError(f"{place} needs exactly two values, not {count}; the server would ignore it and match every item")
    elif name in _RELATIONAL or (isinstance(value, Mapping) and not name.startswith("_")):
        _check_part(value, place)
    elif value is None and not name.startswith("_"):
        raise ValueError(f"{place} is None; to find items without a value write {{'_null': True}}")


def _check_part(part: Any, place: str) -> None:
    if isinstance(part, Mapping) and not part:
        raise ValueError(f"{place} is empty; the server would ignore it and match every item")
    check_filter(part, place)


def _values(value: Any, place: str) -> Any:
    if isinstance(value, str) and value:
        return value.split(",")
    if isinstance(value, (str, Mapping)) or not hasattr(value, "__len__") or not hasattr(value, "__iter__"):
        raise TypeError(f"{place} must be a list, not {type(value).__name__}")
    if len(value) == 0:
        raise ValueError(f"{place} is empty; the server would refuse it, or ignore it and match every item")
    return value
