"""The names in a query: collections, fields, and the relations between them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from directus_sdk.errors import SchemaError
from directus_sdk.schema import Collection, Field, Schema
from directus_sdk.strict.values import mismatch, of_type
from directus_sdk.wire.functions import AGGREGATES, closest

_FUNCTION = re.compile(r"(\w+)\((.*)\)\Z", re.DOTALL)
_DATE = frozenset({"year", "month", "week", "day", "weekday"})
#: The functions of each type; those of the type time give wrong rows.
_FUNCTIONS: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(("dateTime", "timestamp"), _DATE | {"hour", "minute", "second"}),
    "date": _DATE,
    "json": frozenset({"count", "json"}),
    "alias": frozenset({"count"}),
}
#: Types that cannot be summed.
_NO_NUMBERS = frozenset({"string", "text", "boolean", "uuid"})


class Names:
    """The names of one schema.

    Args:
        schema: The schema.
    """

    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        self._required: dict[str, tuple[Field, ...]] = {}

    def required(self, collection: Collection) -> tuple[Field, ...]:
        """Return the fields that a new item needs."""
        fields = self._required.get(collection.name)
        if fields is None:
            fields = self._required[collection.name] = tuple(field for field in collection.fields.values() if field.required)
        return fields

    def collection(self, name: str) -> Collection | None:
        """Return a collection; ``None`` if it is one of Directus itself that is not in the schema.

        Raises:
            SchemaError: It does not exist.
        """
        collection = self.schema.collections.get(name)
        if collection is not None or name.startswith("directus_"):
            return collection
        hint = _did_you_mean(name, self.schema.collections)
        message = f"there is no collection {name!r}, or you may not read it{hint}"
        raise SchemaError(message, source="the schema", unknown=(name, ""))

    def field(self, collection: Collection | None, name: str, place: str) -> Field | None:
        """Return the field of a name, which may have a function; ``None`` where that cannot be known.

        Raises:
            SchemaError: The field has no such function.
            SchemaError: The field does not exist.
        """
        if collection is None or name.startswith("$"):
            return None
        match = _FUNCTION.match(name)
        if match is None:
            return self._plain(collection, name, place)
        field = self._plain(collection, match[2].partition(",")[0].strip(), place)
        if field is not None and match[1] not in _FUNCTIONS.get(field.type, frozenset()):
            functions = sorted(_FUNCTIONS.get(field.type, ()))
            hint = f"which has {', '.join(functions)}" if functions else "which has no functions"
            raise mismatch(place, f"{of_type(field)}, {hint}; not {match[1]}")
        return field

    def _plain(self, collection: Collection, name: str, place: str) -> Field | None:
        field = collection.fields.get(name)
        if field is not None or not collection.complete:
            return field
        hint = _did_you_mean(name, collection.fields)
        message = f"{place}: {collection.name} has no field {name!r}{hint}"
        raise SchemaError(message, source="the schema", place=place, unknown=(collection.name, name))

    def path(
        self, collection: Collection | None, path: str, place: str, alias: Mapping[str, object] | None = None
    ) -> Field | None:
        """Check a path such as ``author.name``; return its last field, ``None`` where that cannot be known.

        Raises:
            SchemaError: A field in it is no relation.
            SchemaError: A name in it does not exist.
        """
        if collection is not None and not alias and path in collection.fields:
            return collection.fields[path]
        parts = split_path(path)
        field: Field | None = None
        for index, part in enumerate(parts):
            if part == "*" or collection is None:
                return None
            name, _, scope = part.partition(":") if "(" not in part else (part, "", "")
            if alias and index == 0 and name in alias:
                name = str(alias[name])
            field = self.field(collection, name, place)
            if field is None:
                return None
            if index < len(parts) - 1:
                collection = self.related(field, scope, place)
        return field

    def related(self, field: Field, scope: str, place: str) -> Collection | None:
        """Return the collection that a relation leads to; ``None`` where that cannot be known.

        Raises:
            SchemaError: The field is no relation.
        """
        relation = field.relation
        if relation is None:
            if field.type in ("alias", "json", "unknown"):  # an extension may make a relation of it
                return None
            raise mismatch(place, f"{of_type(field)}, and no relation")
        name = scope or relation.item_collection
        return self.schema.collections.get(name) if name else None

    def aggregation(self, collection: Collection | None, functions: Mapping[str, object]) -> None:
        """Check the fields of an aggregation.

        Raises:
            SchemaError: A name does not exist, or a function needs numbers.
        """
        for function, fields in functions.items():
            for name in [fields] if isinstance(fields, str) else list(fields) if isinstance(fields, Iterable) else []:
                place = f"aggregate.{function}"
                field = None if name == "*" else self.path(collection, str(name), place)
                if field is not None and function.startswith(("sum", "avg")) and field.type in _NO_NUMBERS:
                    raise mismatch(place, f"{of_type(field)}, and {function} needs numbers")

    def sort(self, collection: Collection | None, names: Iterable[str], place: str, *, grouped: bool) -> None:
        """Check the names by which items are sorted.

        Raises:
            SchemaError: A name does not exist.
        """
        for name in names:
            plain = name.lstrip("-")
            if not (grouped and plain.partition(".")[0] in AGGREGATES):
                self.path(collection, plain, place)


def split_path(path: str) -> list[str]:
    """Split a path at its dots; dots within parentheses are part of a function.

    Example:
        >>> split_path("author.json(data, a.b)")
        ['author', 'json(data, a.b)']
    """
    return re.findall(r"(?:[^.(]|\([^)]*\))+", path)


def _did_you_mean(name: str, names: Iterable[str]) -> str:
    close = closest(name, names)
    return f"; did you mean {close!r}?" if close else ""
