"""Typed clients: a module with the classes of a project, written from its schema.

``python -m directus_sdk.codegen -o cms.py`` reads the schema of a server and writes the module; `generate` is the same as a
function. The client itself does not import this package.

`names` chooses the names of classes and attributes, `hints` the types, `source` writes pieces of code and `module` all of it;
`typed` has the stubs that a generated module builds on; ``__main__`` is the command.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal, TypeAlias

from directus_sdk.codegen.hints import Hints
from directus_sdk.codegen.module import STYLES, Module
from directus_sdk.codegen.names import class_names
from directus_sdk.errors import ConfigurationError
from directus_sdk.schema import Collection, Schema

__all__ = ["Style", "generate"]

#: How the items of a generated module look: attrs classes, dataclasses, TypedDicts or pydantic models.
Style: TypeAlias = Literal["attrs", "dataclass", "typeddict", "pydantic"]


def generate(
    schema: Schema,
    style: Style = "attrs",
    client: str = "Cms",
    names: Mapping[str, str] | None = None,
    *,
    collections: Iterable[str] | None = None,
) -> str:
    """Return the source of a module with the classes of a project and its client.

    Args:
        schema: The schema, of ``directus.schema.read()`` or ``Schema.from_snapshot("snapshot.json")``.
        style: How items look: ``"attrs"`` classes, ``"dataclass"``, ``"pydantic"`` models, or ``"typeddict"``, which keeps
            items as the server sends them.
        client: The name of the client's class.
        names: Names of classes that differ from the rule, by collection: ``{"articles": "Article"}``.
        collections: Only these collections, those of the system too. By default all that are not of the system, those
            of the system that they lead to or that have fields of your own, and the users.

    Returns:
        The source, the same for the same schema.

    Raises:
        ConfigurationError: Two collections would have classes of the same name, or a name is not valid.

    Example:
        >>> source = generate(directus.schema.read())
        >>> "class Articles:" in source, 'def items(' in source
        (True, True)
    """
    if style not in STYLES:
        raise ConfigurationError(f"style must be one of {', '.join(STYLES)}, not {style!r}")
    chosen = _chosen(schema, collections)
    classes = class_names(chosen, schema.collections, names or {}, client)
    return Module(Hints(schema, classes, style), chosen, client).source()


def _chosen(schema: Schema, names: Iterable[str] | None) -> list[Collection]:
    """Return the collections that have a class, in alphabetical order."""
    if names is not None:
        try:
            return [schema.collections[name] for name in sorted(set(names))]
        except KeyError as error:
            raise ConfigurationError(error.args[0]) from None
    entries = [entry for entry in schema.collections.values() if not entry.folder]
    leading = {name for entry in entries if not entry.system for name in _related(entry)} | {"directus_users"}
    return [entry for entry in entries if not entry.system or entry.name in leading or _is_extended(entry)]


def _related(collection: Collection) -> set[str | None]:
    return {name for relation in collection.relations.values() for name in (relation.item_collection, *relation.allowed)}


def _is_extended(collection: Collection) -> bool:
    return any(not field.system for field in collection.fields.values())
