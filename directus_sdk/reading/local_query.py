"""Queries on rows that a server returns whole: collections, fields and relations have no query of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from directus_sdk.json_types import JSONMapping, JSONObject
from directus_sdk.wire.functions import closest
from directus_sdk.wire.query import NormalizedQuery

#: Parameters that only a database can apply.
_UNKNOWN = ("deep", "nested_limit", "alias", "aggregate", "groupBy", "version", "versionRaw", "backlink", "export")


def _text(compare: Callable[[str, str], bool], *, small: bool = False) -> Callable[[Any, Any], bool]:
    def check(value: object, operand: object) -> bool:
        if isinstance(value, (list, tuple)):  # such as the list "special" of a field
            return operand in value
        if not isinstance(value, str):
            return False
        return compare(value.lower(), str(operand).lower()) if small else compare(value, str(operand))

    return check


def _ordered(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    def check(value: object, operand: object) -> bool:
        try:
            return value is not None and compare(value, operand)
        except TypeError:
            return False

    return check


_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "_eq": lambda value, operand: value == operand,
    "_in": lambda value, operand: value in operand,
    "_null": lambda value, operand: (value is None) == bool(operand),
    "_empty": lambda value, operand: (value in (None, "", [], {})) == bool(operand),
    "_lt": _ordered(lambda value, operand: value < operand),
    "_lte": _ordered(lambda value, operand: value <= operand),
    "_gt": _ordered(lambda value, operand: value > operand),
    "_gte": _ordered(lambda value, operand: value >= operand),
    "_between": _ordered(lambda value, operand: operand[0] <= value <= operand[1]),
    "_contains": _text(lambda value, operand: operand in value),
    "_icontains": _text(lambda value, operand: operand in value, small=True),
    "_starts_with": _text(str.startswith),
    "_istarts_with": _text(str.startswith, small=True),
    "_ends_with": _text(str.endswith),
    "_iends_with": _text(str.endswith, small=True),
}
_NEGATED = {"_neq": "_eq", "_nin": "_in", "_nnull": "_null", "_nempty": "_empty", "_nbetween": "_between"}
_NEGATED |= {f"_n{name[1:]}": name for name in _OPERATORS if name.endswith(("contains", "with"))}


def select(rows: Sequence[JSONMapping], query: NormalizedQuery, what: str) -> list[JSONMapping]:
    """Return the rows that a query selects, in its order; their fields stay.

    Args:
        rows: The rows.
        query: `filter`, `search`, `sort`, `limit`, `offset` and `page` select.
        what: The name of the rows, for errors.

    Raises:
        TypeError: The query has a parameter that only a database can apply.
        ValueError: A name is not a field of the rows, or an operator is unknown here.

    Example:
        >>> rows = [{"field": "id", "meta": None}, {"field": "title", "meta": {"sort": 1}}]
        >>> select(rows, NormalizedQuery(filter={"meta": {"sort": {"_eq": 1}}}), "fields")
        [{'field': 'title', 'meta': {'sort': 1}}]
    """
    for name in _UNKNOWN:
        if name in query:
            raise TypeError(f"{name} cannot be given here: a server returns {what} whole")
    rule: JSONMapping = query.get("filter", {})
    order = names_of(query, "sort")
    check_names(rows, [*_names(rule), *(name.lstrip("-").partition(".")[0] for name in order)], what)
    chosen = [] if query.matches_nothing else [row for row in rows if matches(row, rule)]
    if "search" in query:
        words = str(query["search"]).lower()
        chosen = [row for row in chosen if _has(row, words)]
    for name in reversed(order):
        path = name.lstrip("-").split(".")
        chosen.sort(key=partial(_rank, path), reverse=name.startswith("-"))
    limit = query.get("limit", -1)
    start = query.get("offset", 0)
    if "page" in query and limit > 0:
        start += (query["page"] - 1) * limit
    return chosen[start:] if limit < 0 else chosen[start : start + limit]


def matches(value: object, rule: JSONMapping) -> bool:
    """Return whether a row, or a value in it, fits a filter.

    Raises:
        ValueError: An operator is unknown here.
    """
    return all(_fits(value, name, operand) for name, operand in rule.items())


def _fits(value: object, name: str, operand: Any) -> bool:
    if name == "_and":
        return all(matches(value, rule) for rule in operand)
    if name == "_or":
        return any(matches(value, rule) for rule in operand)
    if not name.startswith("_"):
        inner = value.get(name) if isinstance(value, Mapping) else None
        return matches(inner, operand if isinstance(operand, Mapping) else {"_eq": operand})
    operator = _OPERATORS.get(_NEGATED.get(name, name))
    if operator is None:
        operators = [*_OPERATORS, *_NEGATED, "_and", "_or"]
        raise ValueError(
            f"the operator {name} cannot be used here{_guess(name, operators)}: these filters are applied by the SDK"
        )
    return operator(value, operand) != (name in _NEGATED)


def project(rows: Iterable[JSONMapping], query: NormalizedQuery) -> list[JSONMapping]:
    """Return the rows with the `fields` of a query only, and all of them without; a row that has none of them stays whole.

    Example:
        >>> rows = [{"field": "id", "meta": {"sort": 1, "note": None}, "type": "integer"}]
        >>> project(rows, NormalizedQuery(fields=["field", "meta.sort"]))
        [{'field': 'id', 'meta': {'sort': 1}}]
    """
    if "fields" not in query:
        return list(rows)
    tree: JSONObject = {}
    for field in names_of(query, "fields"):
        node = tree
        for step in field.split("."):
            node = node.setdefault(step, {})
    return [_projected(row, tree) or row for row in rows]


def _projected(row: JSONMapping, tree: JSONMapping) -> JSONMapping:
    every = tree.get("*")
    names = row if every is not None else [name for name in tree if name in row]
    kept: JSONObject = {}
    for name in names:
        inner, value = tree.get(name) or every, row[name]
        kept[name] = _projected(value, inner) if inner and isinstance(value, Mapping) else value
    return kept


def check_names(rows: Sequence[JSONMapping], names: Iterable[str], what: str) -> None:
    """Refuse names that no row has.

    Raises:
        ValueError: There is one.
    """
    if not rows:
        return
    fields = list(dict.fromkeys(name for row in rows for name in row))
    for name in names:
        if name not in fields and name != "*":
            raise ValueError(f"{what} have no field {name!r}{_guess(name, fields)}; they have {', '.join(fields)}")


def names_of(query: NormalizedQuery, parameter: str) -> list[str]:
    """Return the names of a parameter that may be one string."""
    names = query.get(parameter, [])
    return [names] if isinstance(names, str) else list(names)


def _guess(name: str, names: Iterable[str]) -> str:
    close = closest(name, names)
    return f"; did you mean {close}?" if close else ""


def _names(rule: JSONMapping) -> list[str]:
    """Return the fields of the rows that a filter is about."""
    names: list[str] = []
    for name, operand in rule.items():
        if name in ("_and", "_or"):
            names += [inner for part in operand for inner in _names(part)]
        elif not name.startswith("_"):
            names.append(name)
    return names


def _rank(path: Sequence[str], row: JSONMapping) -> tuple[bool, bool, Any]:
    value: object = row
    for step in path:
        value = value.get(step) if isinstance(value, Mapping) else None
    if isinstance(value, (int, float)):
        return False, False, value
    return value is None, True, "" if value is None else str(value)


def _has(value: object, words: str) -> bool:
    if isinstance(value, Mapping):
        return any(_has(inner, words) for inner in value.values())
    return isinstance(value, str) and words in value.lower()
