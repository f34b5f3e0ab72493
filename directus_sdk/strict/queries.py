"""The parameters of a query, checked against the schema."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from directus_sdk.calls import uncached
from directus_sdk.json_types import JSONMapping
from directus_sdk.schema import Collection, Field
from directus_sdk.strict.names import Names
from directus_sdk.strict.values import mismatch, of_type, why_unfit
from directus_sdk.wire.filter_marks import Complement, Wildcards

_PRESENCE = frozenset({"_null", "_nnull"})
_EQUALITY = _PRESENCE | {"_eq", "_neq", "_in", "_nin"}
_ORDER = _EQUALITY | {"_lt", "_lte", "_gt", "_gte", "_between", "_nbetween"}
#: Servers refuse ``_nicontains``, although it is documented.
_PARTS = frozenset(f"_{form}{name}" for form in ("", "n", "i", "ni") for name in ("contains", "starts_with", "ends_with")) - {
    "_nicontains"
}
_EMPTY = frozenset({"_empty", "_nempty"})
_STRINGS = _EQUALITY | _PARTS | _EMPTY
#: The operators of each type; every operator is accepted for a type that is not named.
_OPERATORS: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(("string", "text", "csv", "binary"), _STRINGS),
    **dict.fromkeys(("integer", "bigInteger", "float", "decimal", "dateTime", "date", "time"), _ORDER),
    "uuid": _EQUALITY,
    "boolean": _PRESENCE | {"_eq", "_neq"},
    "json": _PRESENCE | {"_json"},
    "hash": _PRESENCE | _EMPTY,
}
#: Operators that compare with values of the field's type.
_COMPARE = frozenset({"_eq", "_neq", "_lt", "_lte", "_gt", "_gte", "_in", "_nin", "_between", "_nbetween"})
_WILDCARDS = ("%", "_")


class QueryChecks:
    """Checks queries against one schema.

    Args:
        names: The names of the schema.
    """

    def __init__(self, names: Names) -> None:
        self._names = names

    def check(self, collection: Collection | None, query: JSONMapping) -> None:
        """Check the query of a call.

        Raises:
            SchemaError: A name, an operator or a value does not go with the schema.
        """
        self._level(collection, query, "", "")

    def _level(self, collection: Collection | None, query: JSONMapping, prefix: str, place: str) -> None:
        if collection is None:
            return

        def at(name: str) -> Any:
            return query.get(prefix + name)

        names, alias = self._names, at("alias") or {}
        groups, functions = at("groupBy"), at("aggregate")
        for name in alias.values():
            names.path(collection, str(name), f"{place}alias")
        if functions:
            names.aggregation(collection, functions)
        for name in _listed(groups):
            names.path(collection, name, f"{place}groupBy")
        if not (groups or functions):
            for name in _listed(at("fields")):
                names.path(collection, name, f"{place}fields", alias)
        names.sort(collection, _listed(at("sort")), f"{place}sort", grouped=bool(groups or functions))
        rule = at("filter")
        if isinstance(rule, Mapping):
            self.filter(collection, rule, f"{place}{prefix}filter")
        related = query.get("deep", {}) if not prefix else query
        for name, inner in related.items():
            if isinstance(inner, Mapping) and not name.startswith("_"):
                field_name, _, scope = str(name).partition(":")
                if re.fullmatch(uncached.MARK, field_name):
                    continue
                field = names.field(collection, str(alias.get(field_name, field_name)), f"deep.{name}")
                if field is not None and field.relation is not None:  # without a relation a server ignores it
                    self._level(names.related(field, scope, f"deep.{name}"), inner, "_", f"deep.{name}.")

    # ------------------------------------------------------------------ filters
    def filter(self, collection: Collection | None, rule: JSONMapping, place: str) -> None:
        """Check a filter.

        Raises:
            SchemaError: A name, an operator or a value does not go with the schema.
        """
        self._rule(collection, None, rule, place, lists=())

    def _rule(
        self, collection: Collection | None, field: Field | None, rule: object, place: str, *, lists: tuple[str, ...]
    ) -> None:
        """Check a rule on a collection, or on one of its fields; `lists` are the lists on the way, but within ``_some``."""
        if not isinstance(rule, Mapping):
            if field is not None:
                self._values(field, [rule], place)
            return
        if isinstance(rule, Complement) and lists:
            raise mismatch(
                place,
                f"the condition is under ~ and leads through {lists[-1]!r}, a list: it is not clear whether one of its items "
                f"or all must not meet it. Write F.{lists[-1]}.some(...) and ~ before it",
            )
        for key, value in rule.items():
            here = f"{place}.{key}"
            if key in ("_and", "_or"):
                for index, part in enumerate(value if isinstance(value, Sequence) else ()):
                    self._rule(collection, field, part, f"{here}[{index}]", lists=lists)
            elif key in ("_some", "_none"):
                if field is not None and field.relation is not None and not field.relation.is_list:
                    raise mismatch(here, f"{field.collection}.{field.name} holds one item and not a list: leave out {key}")
                self._rule(collection, None, value, here, lists=())
            elif key.startswith("_") and field is not None:
                self._operator(field, key, value, here)
            elif collection is not None:
                name, _, scope = key.partition(":") if "(" not in key else (key, "", "")
                inner = self._names.field(collection, name, here)
                if inner is not None:
                    is_function = name != inner.name
                    is_list = inner.relation is not None and inner.relation.is_list and not is_function
                    related = self._related(inner, scope, value, here) if not is_function else None
                    target = None if is_function else inner
                    self._rule(related, target, value, here, lists=(*lists, inner.name) if is_list else lists)

    def _related(self, field: Field, scope: str, value: object, place: str) -> Collection | None:
        if field.relation is None:
            fields = [key for key in value if not str(key).startswith("_")] if isinstance(value, Mapping) else []
            if fields and field.type not in ("alias", "json", "unknown"):
                self._names.related(field, scope, f"{place}.{fields[0]}")
            return None
        return self._names.related(field, scope, place)

    def _operator(self, field: Field, operator: str, value: object, place: str) -> None:
        operators = _OPERATORS.get("hash" if "conceal" in field.special else field.type)
        if operators is not None and operator not in operators and operator in _ORDER | _PARTS | _EMPTY:
            raise mismatch(place, f"{of_type(field)}, which has no {operator}; it has {', '.join(sorted(operators))}")
        if operator in _COMPARE:
            values = value.split(",") if isinstance(value, str) and operator in ("_in", "_nin") else value
            self._values(field, values if isinstance(values, (list, tuple)) else [values], place)
        elif operator in _PARTS and isinstance(value, str) and not isinstance(value, Wildcards):
            for character in _WILDCARDS:
                if character in value:
                    raise mismatch(
                        place,
                        f"{character!r} in {value!r} stands for other characters in the database. If you mean that, "
                        f"write F.{field.name}.{operator.lstrip('_')}({value!r}, wildcards=True)",
                    )

    def _values(self, field: Field, values: Iterable[object], place: str) -> None:
        for value in values:
            if value is None or (isinstance(value, str) and (value.startswith("$") or value in ("true", "false"))):
                continue
            reason = why_unfit(field, value, compared=True)
            if reason:
                raise mismatch(place, f"{of_type(field)}, and {reason}")


def _listed(value: object) -> list[str]:
    if value is None:
        return []
    return [value] if isinstance(value, str) else [str(name) for name in value] if isinstance(value, Iterable) else []
