"""The hints of a field: in a model, in what is written, and in a filter."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from decimal import Decimal
from uuid import UUID

import attrs

from directus_sdk.schema import Field, Schema
from directus_sdk.wire.value_types import INTEGERS, STRINGS, is_json, python_type

_NAMES: Mapping[object, str] = {
    bool: "bool",
    int: "int",
    float: "float",
    str: "str",
    Decimal: "_decimal.Decimal",
    UUID: "_uuid.UUID",
    dt.date: "_dt.date",
    dt.datetime: "_dt.datetime",
    dt.time: "_dt.time",
    list[str]: "list[str]",
    dict[str, object]: "dict[str, _t.Any]",
}
_ANY = "_t.Any"
_ITEM = "_t.Mapping[str, _t.Any]"
#: What has an order, but is sent and, but for a model, returned as a string.
_AS_STRING = (Decimal, UUID, dt.date, dt.datetime, dt.time)
#: The functions of a filter and of `fields`, by type.
_DAYS = ("year", "month", "week", "day", "weekday")
_FUNCTIONS = {
    "date": _DAYS,
    **dict.fromkeys(("dateTime", "timestamp"), (*_DAYS, "hour", "minute", "second")),
    **dict.fromkeys(("json", "alias"), ("count",)),
}
Hint = list[str]


@attrs.frozen
class Hints:
    """The hints of the fields of a module.

    Attributes:
        schema: The schema.
        classes: The class of each collection that has one.
        style: The style of the models.
    """

    schema: Schema
    classes: Mapping[str, str]
    style: str

    # ------------------------------------------------------------------ parts
    @staticmethod
    def choices(field: Field) -> list[str | int]:
        """Return the only values that a field can have; empty if there are others."""
        kind = str if field.type in (*STRINGS, "csv", "json") else int if field.type == "integer" else None
        values = [choice.value for choice in field.choices if choice.value is not None]
        if kind is None or field.other_choices or (field.type == "json" and "multiple" not in (field.interface or "")):
            return []
        chosen = [value for value in values if isinstance(value, kind) and not isinstance(value, bool)]
        if isinstance(field.default, kind) and field.type in STRINGS and field.default not in chosen:
            return []
        return chosen if len(chosen) == len(values) else []

    @staticmethod
    def functions(field: Field) -> tuple[str, ...]:
        """Return the functions that can be applied to a field."""
        return _FUNCTIONS.get(field.type, ())

    def targets(self, field: Field) -> dict[str, str]:
        """Return the classes of the items that a field of a relation holds, by collection."""
        relation = field.relation
        if relation is None:
            return {}
        names = relation.allowed if relation.kind == "a2o" else (relation.item_collection,)
        return {name: self.classes[name] for name in names if name is not None and name in self.classes}

    def _key_type(self, collection: str | None) -> str | None:
        """Return the type of the primary key of a collection, if it is known."""
        entry = self.schema.collections.get(collection or "")
        key = entry.primary_key if entry else None
        return entry.fields[key].type if entry and key else None

    def _value(self, type_: str | None) -> Hint:
        """Return the hint of a value in a model."""
        if type_ is None:
            return ["int", "str"]
        python = python_type(type_)
        if self.style != "typeddict":
            return [_NAMES.get(python, _ANY)]
        if type_ == "bigInteger" and self.schema.vendor != "sqlite":
            return ["int", "str"]
        if python is Decimal:
            return ["str", "float"]
        return ["str"] if python in _AS_STRING else [_NAMES.get(python, _ANY)]

    @staticmethod
    def _sent(type_: str | None) -> Hint:
        """Return the hint of a value that is sent."""
        python = None if type_ is None else python_type(type_)
        if python is None or type_ == "bigInteger":
            return ["int", "str"]
        if python is Decimal:
            return [_NAMES[Decimal], "float", "str"]
        if python in _AS_STRING:
            return [_NAMES[python], "str"]
        if python == list[str]:
            return ["_t.Sequence[str]"]
        return [_ITEM] if type_ and type_.startswith("geometry") else [_NAMES.get(python, _ANY)]

    # ------------------------------------------------------------------ models
    def model(self, field: Field, alias: str | None) -> Hint:
        """Return the hint of an attribute of a model, or of a key of a TypedDict.

        Args:
            field: The field.
            alias: The name of its choices.
        """
        relation = field.relation
        if relation is not None and relation.is_list:
            items = [*self._value(self._key_type(relation.item_collection)), *self.targets(field).values()]
            return [f"list[{' | '.join(items)}]"]
        values = [*self._alias(field, alias, "list"), *self.targets(field).values()] or self._value(field.type)
        if relation is not None and self.targets(field):
            values = [*self._value(field.type), *values]
        nullable = field.nullable or (self.schema.collections[field.collection].singleton and field.default is None)
        return values if _ANY in values else [*values, *["None"] * nullable]  # a singleton may have no item yet

    @staticmethod
    def _alias(field: Field, alias: str | None, many: str) -> Hint:
        if alias is None:
            return []
        return [f"{many}[{alias}]" if field.type in ("csv", "json") else alias]

    # ------------------------------------------------------------------ writing
    def written(self, field: Field, alias: str | None, *, nested: bool) -> Hint:
        """Return the hint of a value that is sent; `nested` without the fields of related items."""
        relation = field.relation
        targets = self.targets(field)
        models = [] if nested or self.style == "typeddict" else list(targets.values())
        items = [*models, *(f"_{name}Nested" for name in targets.values() if not nested)] or [_ITEM]
        if relation is not None and relation.is_list:
            keys = self._sent(self._key_type(relation.item_collection))
            changes = [f"_c.Changes[_{name}Nested, {' | '.join(keys)}]" for name in targets.values() if not nested] or [_ITEM]
            return [f"_t.Sequence[{' | '.join(dict.fromkeys([*keys, *items]))}]", *changes]
        values = self._alias(field, alias, "_t.Sequence") or self._sent(field.type)
        if relation is not None:
            values = [*values, *(items if targets or not self.classes.get(relation.related or "") else [_ITEM])]
        nullable = field.primary_key or (field.nullable and not field.required)
        return values if _ANY in values else [*values, *["None"] * nullable]

    # ------------------------------------------------------------------ filters
    def conditions(self, field: Field, alias: str | None, *, nested: bool) -> Iterator[tuple[str, Hint]]:
        """Yield what a filter has for a field: names and hints; `nested` without the fields of related items."""
        relation, targets = field.relation, {} if nested else self.targets(field)
        filters = [f"_{name}NestedFilter" for name in targets.values()] or [_ITEM]
        if relation is not None and relation.is_list:
            yield field.name, [*(f"_c.Many[{name}]" for name in filters if targets), *filters]
        elif relation is not None and relation.kind == "a2o":
            yield field.name, [*self._operators(field, alias), *([_ITEM] if nested else [])]
            for name, class_ in targets.items():
                yield f"{field.name}:{name}", [f"_{class_}NestedFilter"]
        else:
            yield field.name, [*self._operators(field, alias), *(filters if relation is not None else [])]
        for function in self.functions(field):
            yield f"{function}({field.name})", ["_c.Ordered[int]", "int"]

    def _operators(self, field: Field, alias: str | None) -> Hint:
        python, type_ = python_type(field.type), field.type
        values = [alias] if alias else self._sent(type_)
        hint = " | ".join(values)
        if type_.startswith("geometry"):
            return ["_c.Geometry"]
        if is_json(type_):
            return ["_c.Document"]
        if type_ in STRINGS or type_ == "csv":
            return [f"_c.Text[{hint if alias else 'str'}]", *(values if type_ in STRINGS else [])]
        if python in (bool, UUID):
            return [f"_c.Equal[{hint}]", *values]
        if type_ in INTEGERS or python in (float, *_AS_STRING):
            return [f"_c.Ordered[{hint}]", *values]
        return ["_c.Flags"] if type_ == "hash" else ["_c.Operators"]
