"""The checks that keep a malformed filter from matching every item."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_LISTS = frozenset({"_in", "_nin"})
_PAIRS = frozenset({"_between", "_nbetween"})
_LOGICAL = frozenset({"_and", "_or"})
_RELATIONAL = frozenset({"_some", "_none"})
#: Only to these does ``None`` say what it seems to say.
_TAKE_NONE = frozenset({"_eq", "_neq", "_null", "_nnull", "_empty", "_nempty"})


def check_filter(rule: Any, place: str = "filter") -> Mapping[str, Any]:
    """Refuse a filter that the server would drop or read as "everything".

    Args:
        rule: The filter.
        place: Where it stands, for the error.

    Returns:
        The filter as it is.

    Raises:
        TypeError: It, or a part of it, has the wrong type.
        ValueError: A part of it is empty or malformed: ``{"_or": []}``, ``{"title": {}}``, an empty ``_in``, a
            ``_between`` without two values, a comparison with ``None`` or ``"null"``, or a ``_some`` or ``_none`` with more
            than one condition. A server ignores these and returns, changes or deletes every item.

    Example:
        >>> check_filter({"price": {"_between": [1, 5]}})
        {'price': {'_between': [1, 5]}}
        >>> check_filter({"price": {"_between": [1]}})
        Traceback (most recent call last):
        ...
        ValueError: filter.price._between needs exactly two values, not 1; the server would ignore it and match every item
    """
    _check(rule, place, related=False)
    checked: Mapping[str, Any] = rule
    return checked


def _check(rule: Any, place: str, *, related: bool) -> None:
    if not isinstance(rule, Mapping):
        raise TypeError(f"{place} must be a mapping such as {{'status': {{'_eq': 'published'}}}}, not {type(rule).__name__}")
    for name, value in rule.items():
        if not isinstance(name, str):
            raise TypeError(f"{place} has a key of type {type(name).__name__}; the names of fields are texts")
        if not name:
            raise ValueError(f"{place} has an empty name; a server may ignore it and match every item")
        _check_rule(name, value, f"{place}.{name}", related=related)


def _check_rule(name: str, value: Any, place: str, *, related: bool) -> None:
    if name in _LOGICAL:
        for index, part in enumerate(_values(value, place)):
            _check_part(part, f"{place}[{index}]", related=related)
    elif name in _LISTS:
        _check_list(_values(value, place), place)
    elif name in _PAIRS:
        values = _values(value, place)
        if len(values) != 2:
            raise ValueError(
                f"{place} needs exactly two values, not {len(values)}; the server would ignore it and match every item"
            )
        _check_list(values, place)
    elif name in _RELATIONAL:
        if not related:
            raise ValueError(
                f"{place} stands under no field; the server would ignore it and match every item: write "
                f"{{'tags': {{'{name}': …}}}}"
            )
        _check_part(value, place, related=True)
        if not _is_one_condition(value):
            raise ValueError(
                f"{place} must hold one condition on one field; with more, servers of version 11 and later match every "
                f"item. Without _some, {{'tags': {{'name': …, 'rank': …}}}} finds items of which one tag meets all"
            )
    elif name.startswith("_"):
        _check_null(value, place)
        if value is None and name not in _TAKE_NONE:
            raise ValueError(
                f"{place} is None, which a server may read as 0 or as everything; leave it out, or write {{'_null': True}}"
            )
    elif isinstance(value, Mapping):
        _check_part(value, place, related=True)
    elif _is_null(value):
        _check_null(value, place)
    elif value is None:
        raise ValueError(f"{place} is None; to find items without a value write {{'_null': True}}")
    elif hasattr(value, "__iter__") and not isinstance(value, str):
        raise TypeError(
            f"{place} is a {type(value).__name__}, which a server may ignore and match every item; for one of several "
            f"values write {{'_in': [...]}}"
        )


def _check_part(part: Any, place: str, *, related: bool) -> None:
    if isinstance(part, Mapping) and not part:
        raise ValueError(f"{place} is empty; the server would ignore it and match every item")
    _check(part, place, related=related)


def _is_null(value: Any) -> bool:
    return isinstance(value, str) and value in ("null", "NULL")


def _check_null(value: Any, place: str) -> None:
    if _is_null(value):
        raise ValueError(
            f"{place} is the string {value!r}, which a server reads as no value: to find items without a value write "
            f"{{'_null': True}}, and {{'_nnull': True}} for those with one; for this very string write "
            f"{{'_starts_with': {value[:3]!r}}} and compare what is returned"
        )


def _check_list(values: Any, place: str) -> None:
    for value in values:
        if type(value) is str:
            _check_null(value, place)
    if any(value is None for value in values):
        raise ValueError(f"{place} holds None, which a server may read as 0; for items without a value write {{'_null': True}}")


def _is_one_condition(rule: Any) -> bool:
    """Tell whether a rule is one comparison of one field; of several, versions 11 and 12 make "everything"."""
    if not isinstance(rule, Mapping):
        return True
    if len(rule) != 1:
        return False
    ((name, value),) = rule.items()
    if name.startswith("_"):
        return name not in _LOGICAL and name not in _RELATIONAL
    return _is_one_condition(value)


def _values(value: Any, place: str) -> Any:
    if isinstance(value, str) and value:
        return value.split(",")
    if isinstance(value, (str, Mapping)) or not hasattr(value, "__len__") or not hasattr(value, "__iter__"):
        raise TypeError(f"{place} must be a list, not {type(value).__name__}")
    if len(value) == 0:
        raise ValueError(f"{place} is empty; the server would refuse it, or ignore it and match every item")
    return value
