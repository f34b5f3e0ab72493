"""The names that fit at a place: collections, fields of a collection, operators, functions and choices."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import attrs

from directus_sdk.contrib.notebook.cell import Step
from directus_sdk.schema import Collection, Field, Schema
from directus_sdk.wire.functions import AGGREGATES
from directus_sdk.wire.operators import Operators

#: Names are separated by these, such as in ``"id,-date"`` and ``"year(date)"``.
_SEPARATORS = re.compile(r"[,\s(-]")
_LISTS = frozenset({"fields", "_fields"})
_SORTS = frozenset({"sort", "_sort", "group_by", "groupBy", "match_on", "field", "names"})
_FILTERS = frozenset({"filter", "_filter"})
_ROWS = frozenset({"item", "items", "data", "defaults", "match", "rows"})
_DEEP = ("_filter", "_sort", "_fields", "_limit", "_offset", "_page", "_search")
_COLLECTIONS = frozenset({"collection", "include_collections", "exclude_collections"})
_GROUPS = ("_and", "_or")
_OPERATORS = tuple(Operators.__annotations__)
_QUERY = ("filter", "fields", "sort", "limit", "search", "deep", "aggregate", "group_by", "alias", "offset", "page", "meta")
#: Parameters that hold a query.
QUERIES = frozenset({"query", "keys_or_query"})


@attrs.frozen
class Name:
    """A name that fits.

    Attributes:
        text: The name.
        kind: What it is, such as ``"collection"`` or the type of a field.
    """

    text: str
    kind: str


def collections(schema: Schema, prefix: str, *, singletons: bool | None = None) -> list[Name]:
    """Return collections: those of the project, and those of Directus once something of their names is typed."""
    matching = [
        collection
        for collection in schema.collections.values()
        if (singletons is None or (collection.singleton, collection.folder) == (singletons, False))
        and (prefix or not collection.system)
    ]
    return [Name(collection.name, "collection") for collection in sorted(matching, key=lambda each: each.system)]


def values(schema: Schema, collection: str, parameter: str, path: Sequence[Step], text: str) -> tuple[str, list[Name]]:
    """Return what fits into an open string in the value of a parameter.

    Args:
        schema: The schema.
        collection: The collection of the call.
        parameter: The name of the parameter.
        path: The brackets from the parameter to the string.
        text: The string so far.

    Returns:
        The part of the string that is to be completed, and the names.
    """
    if parameter in QUERIES and path and path[0].opener == "{":
        if path[0].key in _QUERY:
            return values(schema, collection, path[0].key, path[1:], text)
        # A mapping that is not a query is a filter, where the method takes one.
        text, fields = values(schema, collection, "filter", path, text)
        return text, (_plain(_QUERY, "parameter") if path[0].key is None else []) + fields
    if parameter in _COLLECTIONS:
        return text, collections(schema, text)
    here = schema.collections.get(collection)
    if parameter in _LISTS | _SORTS:
        for key in (step.key for step in path):
            here = here if key is None else _related(schema, here, key)
        return _dotted(schema, here, text)
    if parameter == "deep":
        return _deep(schema, here, path, text)
    if parameter in ("aggregate", "functions"):
        at_key = not path or (path[-1].opener == "{" and path[-1].key is None)
        return text, _plain(AGGREGATES, "function") if at_key else _fields(here)
    if parameter in ("alias", "types"):
        at_value = bool(path) and path[-1].key is not None
        return text, _fields(here) if at_value == (parameter == "alias") else []
    if parameter in _FILTERS | _ROWS:
        text = text.rpartition("(")[2] if parameter in _FILTERS else text  # such as year(date)
        return text, _nested(schema, here, path, filters=parameter in _FILTERS)
    return text, []


def _nested(schema: Schema, here: Collection | None, path: Sequence[Step], *, filters: bool) -> list[Name]:
    """Return what fits into a filter or into an item, both of which are nested dicts."""
    field: Field | None = None
    for step in path:
        if step.opener == "{" and step.key is None:
            operators = _plain(_OPERATORS if field is not None else _GROUPS, "operator") if filters else []
            return _fields(here) + operators
        if step.key is not None and not step.key.startswith("_"):
            name = step.key.rpartition("(")[2].removesuffix(")")
            field = None if here is None else here.fields.get(name)
            here = _related(schema, here, name)
    return [] if field is None else [Name(choice.value, "choice") for choice in field.choices if isinstance(choice.value, str)]


def _deep(schema: Schema, here: Collection | None, path: Sequence[Step], text: str) -> tuple[str, list[Name]]:
    for index, step in enumerate(path):
        if step.key is None:
            relations = [] if here is None else [Name(name, each.kind) for name, each in here.relations.items()]
            return text, relations + (_plain(_DEEP, "parameter") if index else [])
        if step.key.startswith("_"):
            return values(schema, "" if here is None else here.name, step.key, path[index + 1 :], text)
        here = _related(schema, here, step.key)
    return text, []


def _dotted(schema: Schema, here: Collection | None, text: str) -> tuple[str, list[Name]]:
    """Complete the last name of a string such as ``"id,author.na"``."""
    *steps, fragment = _SEPARATORS.split(text)[-1].split(".")
    for index, step in enumerate(steps):
        field, _, allowed = step.partition(":")
        here = schema.collections.get(allowed) if allowed else _related(schema, here, field)
        if here is None and index + 1 < len(steps):
            break
    name, colon, fragment_after = fragment.partition(":")
    if colon:
        relation = None if here is None else here.relations.get(name)
        return fragment_after, _plain(() if relation is None else relation.allowed, "collection")
    return fragment, _fields(here)


def _related(schema: Schema, here: Collection | None, field: str) -> Collection | None:
    """Return the collection that a field leads to."""
    relation = None if here is None else here.relations.get(field.partition(":")[0])
    if relation is None:
        return None
    # A field of translations leads to its own rows, as a list of a junction does.
    return schema.collections.get(field.partition(":")[2] or relation.item_collection or relation.related or "")


def _fields(here: Collection | None) -> list[Name]:
    fields = () if here is None else tuple(here.fields.values())
    return [Name(field.name, field.relation.text if field.relation else field.type) for field in fields]


def _plain(words: Iterable[str], kind: str) -> list[Name]:
    return [Name(text, kind) for text in words]
