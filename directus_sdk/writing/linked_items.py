"""The items that are linked with those of a collection, by its own fields or by those of others."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

import attrs

from directus_sdk.calls import uncached
from directus_sdk.reading.collection import Collection
from directus_sdk.reading.field_types import fields_of, key_name
from directus_sdk.reading.field_values import Field
from directus_sdk.wire.value_forms import holds_mapping
from directus_sdk.wire.value_types import SCALARS

#: System collections whose items are often linked with others, and their paths.
_SYSTEM = {f"directus_{name}": f"/{name}" for name in ("users", "files", "folders", "roles")}


@attrs.frozen
class Relation:
    """A field of a collection that holds keys of another one.

    Attributes:
        items: The items with the field.
        field: The field.
        cascades: Whether they are deleted with the items that they are linked with.
    """

    items: Collection
    field: str
    cascades: bool


def relations_to(collection: Collection) -> Iterable[Relation]:
    """Yield the relations whose deletion of an item changes or deletes other items.

    Raises:
        APIError: The user may not read the relations.
    """
    for entry in uncached.get(collection.pipeline, "/relations").data or ():
        schema = entry.get("schema") or {}
        name = str(entry.get("collection"))
        rule = str(schema.get("on_delete"))
        is_meant = entry.get("related_collection") == collection.name and rule in ("CASCADE", "SET NULL")
        if is_meant and (name in _SYSTEM or not name.startswith("directus_")):
            key = key_name(fields_of(collection.pipeline, name))
            items = Collection(collection.pipeline, _SYSTEM.get(name, f"/items/{name}"), name, key)
            yield Relation(items, str(entry.get("field")), rule == "CASCADE")


def is_nested(field: Field, value: object) -> bool:
    """Return whether a value has related items in it, which the server writes to another collection.

    A field without a related collection holds keys of several ones.
    """
    return (field.related is not None or field.type in SCALARS) and holds_mapping(value)


class Links:
    """The fields of a collection, and what they are linked with; the server is asked when it is needed.

    Args:
        collection: The collection.
    """

    def __init__(self, collection: Collection) -> None:
        self._collection = collection

    @cached_property
    def fields(self) -> dict[str, Field]:
        """The fields of the collection."""
        return fields_of(self._collection.pipeline, self._collection.name)

    @cached_property
    def own(self) -> frozenset[str]:
        """Fields that hold keys of other items of the collection."""
        return frozenset(name for name, field in self.fields.items() if field.related == self._collection.name)

    @cached_property
    def relations(self) -> list[Relation]:
        """The fields that hold keys of the collection, and lose them or are deleted when items are deleted.

        Raises:
            APIError: The user may not read the relations.
        """
        return list(relations_to(self._collection))
