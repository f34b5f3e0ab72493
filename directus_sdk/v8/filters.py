"""Filters of version 8: mappings that are sent as names in brackets, such as ``filter[author.name][contains]=x``.

A server of version 8 ignores or misreads much of what can be written there: of two operators on one field it uses the first,
a boolean that is not ``1`` or ``0`` matches nothing, and ``null=0`` is the same as ``null=1``. Such filters are sent in a form
that it reads correctly, or refused before anything is sent.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, TypedDict, TypeGuard, Union

import attrs

from directus_sdk.json_types import JSONMapping
from directus_sdk.wire.encoding import loads, to_text
from directus_sdk.wire.functions import bare, closest

if TYPE_CHECKING:
    from decimal import Decimal
    from enum import Enum
    from uuid import UUID

#: Operators that compare with one value.
_ONE = ("eq", "neq", "lt", "lte", "gt", "gte", "contains", "ncontains", "like", "nlike", "rlike", "nrlike", "has")
_LISTS = ("in", "nin")
_PAIRS = ("between", "nbetween")
#: Operators without a value, which a server ignores, and their opposites.
_OPPOSITES: Mapping[str, str] = {"null": "nnull", "nnull": "null", "empty": "nempty", "nempty": "empty"}
#: The name that joins a condition to those before it.
_JOIN = "logical"
OPERATORS = frozenset({*_ONE, *_LISTS, *_PAIRS, *_OPPOSITES})
#: The names that later versions have for the same operators.
_LATER = {f"_{name}": name for name in OPERATORS - {"like", "nlike", "rlike", "nrlike", "has"}}
_LOGICAL = "conditions are joined with 'logical': {'id': {'eq': 3}, 'title': {'eq': 'x', 'logical': 'or'}}"
#: Operators that are refused, without underscores, and what to write instead.
_INSTEAD: Mapping[str, str] = {
    "nhas": "the server reads it as 'has'",
    "all": "the server does not compare every key; write {'tags.id': {'in': [1, 2]}} and compare what is returned",
    **dict.fromkeys(("=", "==", "equals", "equal", "is", "exact", "ieq", "iexact"), "write 'eq'"),
    **dict.fromkeys(("!=", "<>", "not", "ne", "nieq"), "write 'neq'"),
    "<": "write 'lt'",
    "<=": "write 'lte'",
    ">": "write 'gt'",
    ">=": "write 'gte'",
    **dict.fromkeys(("and", "or"), _LOGICAL),
    **dict.fromkeys(("starts_with", "istarts_with"), "write {'rlike': 'x%'}, a pattern of SQL"),
    **dict.fromkeys(("nstarts_with", "nistarts_with"), "write {'nrlike': 'x%'}, a pattern of SQL"),
    **dict.fromkeys(("ends_with", "iends_with"), "write {'rlike': '%x'}, a pattern of SQL"),
    **dict.fromkeys(("nends_with", "niends_with"), "write {'nrlike': '%x'}, a pattern of SQL"),
    **dict.fromkeys(("icontains", "ilike", "includes"), "write 'contains'"),
    "nicontains": "write 'ncontains'",
    **dict.fromkeys(("regex", "matches"), "write {'rlike': '%x%'}, a pattern of SQL"),
    **dict.fromkeys(("some", "any"), "write {'tags.name': {'eq': 'x'}}, or {'tags': {'has': 1}}"),
    "none": "read the items with {'tags': {'has': 1}} and leave them out",
    "isnull": "write {'null': True}",
    **dict.fromkeys(("notnull", "exists"), "write {'nnull': True}"),
}

#: The conditions on a field in a filter: ``{"status": {"eq": "published"}}``.
Operators = TypedDict(
    "Operators",
    {
        "eq": object, "neq": object, "lt": object, "lte": object, "gt": object, "gte": object,
        "in": Collection[object], "nin": Collection[object], "between": Collection[object], "nbetween": Collection[object],
        "null": bool, "nnull": bool, "empty": bool, "nempty": bool,
        "contains": object, "ncontains": object, "like": object, "nlike": object, "rlike": object, "nrlike": object,
        "has": int, "logical": Literal["and", "or"],
        "_eq": object, "_neq": object, "_lt": object, "_lte": object, "_gt": object, "_gte": object,
        "_in": Collection[object], "_nin": Collection[object], "_between": Collection[object], "_nbetween": Collection[object],
        "_null": bool, "_nnull": bool, "_empty": bool, "_nempty": bool, "_contains": object, "_ncontains": object,
    },
    total=False,
)  # fmt: skip
#: A value without an operator, which is compared with ``eq``.
_Value = Union[str, float, dt.date, dt.time, "Decimal", "Enum", "UUID"]
#: What can be under the name of a related item's field; a value needs an operator there.
_Related = Mapping[str, Union[Operators, "_Related", Sequence[Operators]]]
#: What selects items: the names of fields with their conditions, in order; several conditions on one field are a list.
Filter = Mapping[str, Union[_Value, Operators, _Related, Sequence[Operators]]]


@attrs.frozen
class _Condition:
    """One condition on a field: what is sent for its operator, and how it is joined to those before it."""

    pairs: Sequence[tuple[str, str]]
    join: str | None = None


def filter_pairs(rule: object) -> list[tuple[str, str]]:
    """Check a filter and encode it as query parameters.

    Args:
        rule: The filter: fields with values or conditions; fields of related items with dots or nested.

    Raises:
        TypeError: It, or a part of it, has the wrong type.
        ValueError: The server would ignore or misread a part of it: an unknown operator, an empty list, ``None``.

    Example:
        >>> filter_pairs({"status": "draft", "author": {"name": {"contains": "x"}}})
        [('filter[status]', 'draft'), ('filter[author.name][contains]', 'x')]
        >>> filter_pairs({"rating": {"gt": 8, "lt": 9}})
        [('filter[rating][0][gt]', '8'), ('filter[rating][1][lt]', '9')]
        >>> filter_pairs({"title": {"_starts_with": "x"}})
        Traceback (most recent call last):
        ...
        ValueError: unknown operator '_starts_with' in filter.title: write {'rlike': 'x%'}, a pattern of SQL
    """
    if not isinstance(rule, Mapping):
        raise TypeError(f"filter must be a mapping such as {{'status': {{'eq': 'draft'}}}}, not {type(rule).__name__}")
    pairs: list[tuple[str, str]] = []
    fields: set[str] = set()
    for field, conditions in _fields(rule, "", "filter"):
        if field in fields:
            raise ValueError(f"filter.{field} is given twice, of which the server reads one; write a list of conditions")
        fields.add(field)
        for index, condition in enumerate(conditions):
            name = f"filter[{field}][{index}]" if len(conditions) > 1 else f"filter[{field}]"
            pairs += [(name + operator, value) for operator, value in condition.pairs]
            if condition.join is not None:
                pairs.append((f"{name}[{_JOIN}]", condition.join))
    return pairs


def joins_with_or(pairs: Iterable[tuple[str, str]]) -> bool:
    """Return whether a filter has conditions of which one is enough, so that no other condition can be added to it."""
    return any(name.endswith(f"[{_JOIN}]") and value != "and" for name, value in pairs)


def _fields(rule: JSONMapping, prefix: str, place: str) -> Iterator[tuple[str, list[_Condition]]]:
    for key, value in rule.items():
        name = bare(key)
        if not isinstance(name, str):
            raise TypeError(f"{place} has a key of type {type(name).__name__}; the names of fields are strings")
        if not name.strip() or "[" in name or "]" in name:
            raise ValueError(f"{place} has the name {name!r}, which is not the name of a field")
        if name.startswith("_") and (name in _LATER or name.strip("_") in _INSTEAD):
            raise ValueError(f"{name!r} in {place} is not under a field: {_meant(name, {'status': {'eq': 'x'}})}")
        yield from _field(prefix + name, bare(value), f"{place}.{name}")


def _field(field: str, value: object, place: str) -> Iterator[tuple[str, list[_Condition]]]:
    if isinstance(value, Mapping):
        if not value:
            raise ValueError(f"{place} is empty; the server would ignore it and match every item")
        conditions = {bare(key): inner for key, inner in value.items() if not isinstance(inner, Mapping)}
        conditions = {key: inner for key, inner in conditions.items() if key == _JOIN or not _is_list_of_rules(inner)}
        for key in conditions:
            if key != _JOIN and key not in OPERATORS and key not in _LATER:
                raise ValueError(_unknown(str(key), place))
        if conditions:
            yield field, _conditions(conditions, place)
        related = {key: inner for key, inner in value.items() if bare(key) not in conditions}
        for key in related:
            if str(bare(key)).startswith("_") or bare(key) in _SYMBOLS:
                raise ValueError(_unknown(str(bare(key)), place))
        yield from _fields(related, f"{field}.", place)
    elif _is_list_of_rules(value):
        several = [_conditions(part, f"{place}[{index}]") for index, part in enumerate(value)]
        yield field, [condition for part in several for condition in part]
    elif value is not None and _is_list(value):
        raise TypeError(f"{place} is a {type(value).__name__}; for one of several values write {{'in': [...]}}")
    else:
        yield field, [_Condition([("", value_text(value, place))])]


#: What no field can be called.
_SYMBOLS = frozenset({"=", "==", "!=", "<>", "<", "<=", ">", ">="})


def _conditions(rule: Mapping[Any, object], place: str) -> list[_Condition]:
    """Return the conditions of a mapping of operators."""
    operators = {str(bare(key)): bare(value) for key, value in rule.items()}
    join = operators.pop(_JOIN, None)
    if not operators:
        raise ValueError(f"{place} has no operator; write {{'eq': 'x'}}")
    if join is None:
        return [_Condition(_operator(name, value, place)) for name, value in operators.items()]
    if join not in ("or", "and"):
        raise ValueError(f"{place}.{_JOIN} must be 'or' or 'and', not {join!r}")
    if len(operators) > 1:
        raise ValueError(
            f"{place}.{_JOIN} stands beside several operators; write a list: "
            "[{'gt': 8}, {'lt': 3, 'logical': 'or'}] joins the second condition to the first"
        )
    ((name, value),) = operators.items()
    return [_Condition(_operator(name, value, place), join)]


def _operator(name: str, value: object, place: str) -> list[tuple[str, str]]:
    operator = _LATER.get(name, name)
    if operator not in OPERATORS:
        raise ValueError(_unknown(name, place))
    place = f"{place}.{name}"
    if operator in _OPPOSITES:
        # The name is that of Python's type and of NumPy's.
        if type(value).__name__ not in ("bool", "bool_"):
            raise ValueError(f"{place} must be True or False, not {value!r}")
        return [(f"[{operator if value else _OPPOSITES[operator]}]", "1")]
    if operator in _ONE:
        return [(f"[{operator}]", value_text(value, place))]
    if isinstance(value, str) and value:
        return [(f"[{operator}]", value)]  # a list as the server itself writes it
    values = [value_text(part, f"{place}[{index}]") for index, part in enumerate(_values(value, place))]
    if not values:
        raise ValueError(f"{place} is empty; the server would compare with an empty string, and match 0")
    if operator in _PAIRS and len(values) != 2:
        raise ValueError(f"{place} needs exactly two values, not {len(values)}")
    if any("," in text for text in values):
        return [(f"[{operator}][]", text) for text in values]
    return [(f"[{operator}]", ",".join(values))]


def _unknown(name: str, place: str) -> str:
    field = place.rpartition(".")[2]
    hint = _meant(name, {field: {"eq": "x"}})
    return f"unknown operator {name!r} in {place}{hint if hint.startswith(';') else f': {hint}'}"


def _meant(name: str, example: JSONMapping) -> str:
    if name in _LATER:
        return f"write {example}"
    if name.lower().strip("_$") in _INSTEAD:
        return _INSTEAD[name.lower().strip("_$")]
    close = closest(name.strip("_$"), sorted(OPERATORS))
    if close is not None:
        return f"; did you mean {close}?"
    field = next(iter(example))
    return f"; for a field of a related item write {{'{field}.{name}': …}}, or {{'{field}': {{'{name}': {{'eq': …}}}}}}"


def _is_list(value: object) -> bool:
    return hasattr(value, "__iter__") and not isinstance(value, (str, bytes, bytearray, Mapping))


def _is_list_of_rules(value: object) -> TypeGuard[Sequence[JSONMapping]]:
    return isinstance(value, (list, tuple)) and bool(value) and all(isinstance(part, Mapping) for part in value)


def _values(value: object, place: str) -> Iterable[object]:
    if not isinstance(value, Iterable) or not _is_list(value):
        raise TypeError(f"{place} must be a list, not {type(value).__name__}")
    return value


def value_text(value: object, place: str) -> str:
    """Return a value as a query parameter holds it.

    Raises:
        TypeError: It is a list, a mapping or something else that cannot be sent.
        ValueError: It is ``None`` or not a number.

    Example:
        >>> value_text(True, "flag"), value_text(dt.datetime(2026, 1, 2, 3, 4, 5), "created")
        ('1', '2026-01-02 03:04:05')
    """
    value = bare(value)
    if type(value).__module__.partition(".")[0] == "numpy" and hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, str):
        return value
    if value is None:
        raise ValueError(f"{place} is None; to find items without a value write {{'null': True}}")
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"{place} is {value}, which is not a number that can be sent")
    if isinstance(value, dt.datetime) and type(value).__name__ != "NaTType":
        moment = value if value.tzinfo is None else value.astimezone(dt.timezone.utc).replace(tzinfo=None)
        return moment.isoformat(" ", "seconds")
    if isinstance(value, Mapping) or _is_list(value):
        raise TypeError(f"{place} must be one value, not {type(value).__name__}")
    text = to_text(value)
    return str(loads(text)) if text.startswith('"') else text
