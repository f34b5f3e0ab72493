"""The items of a write, checked against the schema."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from directus_sdk.json_types import JSONMapping
from directus_sdk.schema import Collection, Field
from directus_sdk.strict.names import Names
from directus_sdk.strict.values import check_value, mismatch

_CHANGES = frozenset({"create", "update", "delete"})


class WriteChecks:
    """Checks items against one schema.

    Args:
        names: The names of the schema.
    """

    def __init__(self, names: Names) -> None:
        self._names = names

    def body(self, collection: Collection | None, body: object, *, creates: bool) -> None:
        """Check the body of a POST or a PATCH: an item, a list of items, or ``keys`` or a ``query`` with ``data``.

        Raises:
            SchemaError: A name or a value does not go with the schema, or a required field is missing.
        """
        if collection is None:
            return
        if isinstance(body, Mapping):
            if not creates and "data" in body and ("keys" in body or "query" in body) and "data" not in collection.fields:
                body = body["data"]
            self.item(collection, body, "", creates=creates)
        elif isinstance(body, (list, tuple)):
            for index, item in enumerate(body):
                self.item(collection, item, f"[{index}]", creates=creates)

    def item(
        self, collection: Collection | None, item: object, place: str, *, creates: bool, without: str | None = None
    ) -> None:
        """Check an item.

        Args:
            collection: Its collection; ``None`` where that cannot be known.
            item: The item.
            place: Its place in the body.
            creates: Whether it is created.
            without: A field that the server fills in.

        Raises:
            SchemaError: A name or a value does not go with the schema, or a required field is missing.
        """
        if collection is None or not isinstance(item, Mapping):
            return
        for name, value in item.items():
            here = f"{place}.{name}".lstrip(".")
            field = self._names.field(collection, str(name), here) if "(" not in str(name) else None
            if field is not None and not collection.system:
                self._value(field, value, here)
        if creates and not collection.system:
            self._required(collection, item, place, without)

    def _required(self, collection: Collection, item: JSONMapping, place: str, without: str | None) -> None:
        missing = [
            field.name
            for field in self._names.required(collection)
            if field.name != without and item.get(field.name) is None
            and not (field.default is not None and field.name not in item)
        ]  # fmt: skip
        if missing:
            raise mismatch(place, f"{collection.name} needs a value for {', '.join(map(repr, missing))}")

    def _value(self, field: Field, value: object, place: str) -> None:
        if value is None:
            if not (field.nullable or field.primary_key or field.generated or field.special):
                raise mismatch(place, f"{field.collection}.{field.name} must have a value, and not None")
            return
        relation = field.relation
        if relation is None:
            check_value(field, value, place)
        elif not relation.is_list:
            related = self._collection(relation.related)
            if isinstance(value, Mapping):
                self._nested(related, value, place, without=relation.inverse)
            else:
                check_value(field, value, place)
        else:
            self._list(field, value, place)

    def _list(self, field: Field, value: object, place: str) -> None:
        relation = field.relation
        related = self._collection(relation.item_collection if relation else None)
        inverse = relation.junction.field if relation and relation.junction else relation.inverse if relation else None
        if isinstance(value, Mapping):
            unknown = [name for name in value if name not in _CHANGES]
            if unknown:
                raise mismatch(place, f"a change of a list has create, update and delete, not {unknown[0]!r}; or pass a list")
            for name in ("create", "update"):
                for index, item in enumerate(_items(value.get(name))):
                    here = f"{place}.{name}[{index}]"
                    if isinstance(item, Mapping):
                        self.item(related, item, here, creates=name == "create", without=inverse)
        elif isinstance(value, (list, tuple)):
            for index, item in enumerate(value):
                if isinstance(item, Mapping):
                    self._nested(related, item, f"{place}[{index}]", without=inverse)
        elif not isinstance(value, Iterable):
            raise mismatch(place, f"{field.collection}.{field.name} holds a list of items, not {value!r}")

    def _nested(self, related: Collection | None, item: JSONMapping, place: str, without: str | None) -> None:
        """Check an item within another one: with a primary key it may exist, and then only some of its fields are sent."""
        primary_key = related.primary_key if related is not None else None
        is_new = primary_key is not None and item.get(primary_key) is None
        self.item(related, item, place, creates=is_new, without=without)

    def _collection(self, name: str | None) -> Collection | None:
        return self._names.schema.collections.get(name) if name else None


def _items(value: object) -> Iterable[object]:
    return value if isinstance(value, (list, tuple)) else ()
