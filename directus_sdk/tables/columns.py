"""The columns of items: one for each field, and one with a dotted name for each field of a related item."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from operator import itemgetter
from typing import Any

from directus_sdk.json_types import JSONMapping

#: The fields of a query, and below a relation those of its items.
Tree = dict[str, "Tree"]


def tree(fields: str | Iterable[str] | None) -> Tree:
    """Return the fields of a query as a tree.

    Args:
        fields: The names, such as ``["id", "author.name"]``; all fields of the item itself by default.

    Example:
        >>> tree(["id", "author.name", "item:pages.title"])
        {'id': {}, 'author': {'name': {}}, 'item': {'title': {}}}
    """
    root: Tree = {}
    names = "*" if fields is None else fields
    for name in names.split(",") if isinstance(names, str) else names:
        branch = root
        for part in name.split("."):
            branch = branch.setdefault(part.partition(":")[0], {})
    return root


def split(
    rows: Sequence[JSONMapping], fields: Tree, is_document: Callable[[str], bool] = lambda column: False
) -> dict[str, list[Any]]:
    """Return the columns of a page of items, each with a value for each item.

    A relation that is null on every item has the columns that the fields name. A list of related items is one column.

    Args:
        rows: The items.
        fields: The fields that were asked for.
        is_document: Returns whether the values of a column are JSON objects, and not related items.

    Example:
        >>> split([{"id": 1, "author": {"name": "Ada"}}, {"id": 2, "author": None}], tree(["id", "author.name"]))
        {'id': [1, 2], 'author.name': ['Ada', None]}
    """
    columns: dict[str, list[Any]] = {}
    for name in dict.fromkeys(_names(rows)):
        values = _values(rows, name)
        below = {**fields.get("*", {}), **fields.get(name, {})}
        if not below or is_document(name):
            columns[name] = values
            continue
        related = [value if isinstance(value, Mapping) else {} for value in values]
        inner = split(related, below, partial(_below, is_document, name)) if any(related) else {}
        missing = [column for column in named(below) if not any(f"{column}.".startswith(f"{part}.") for part in inner)]
        inner = {**inner, **{column: [None] * len(rows) for column in missing}}
        inner = {column: inner[column] for column in arranged(inner, below)}
        others = [None if isinstance(value, Mapping) else value for value in values]
        if not inner or any(value is not None for value in others):
            columns[name] = others
            if not any(related):
                continue
        columns.update({f"{name}.{column}": cells for column, cells in inner.items()})
    return columns


def _below(is_document: Callable[[str], bool], name: str, column: str) -> bool:
    return is_document(f"{name}.{column}")


def arranged(names: Iterable[str], fields: Tree) -> list[str]:
    """Return names of columns in the order of the fields that were asked for; those of a wildcard as they are."""
    wanted = {name: index for index, name in enumerate(_leaves(fields))}
    return sorted(names, key=lambda name: wanted.get(name, wanted.get(name.partition(".")[0], len(wanted))))


def named(fields: Tree) -> list[str]:
    """Return the columns of fields that are named; a function of a field has another name in a response."""
    return [name for name in _leaves(fields) if all(part.isidentifier() for part in name.split("."))]


def _values(rows: Sequence[JSONMapping], name: str) -> list[Any]:
    try:
        return list(map(itemgetter(name), rows))  # most items have every field
    except KeyError:
        return [row.get(name) for row in rows]


def _names(rows: Sequence[JSONMapping]) -> list[str]:
    """Return the names that any row has, those of the first row first."""
    if not rows:
        return []
    first = list(rows[0])
    return [*first, *sorted(set().union(*rows).difference(first))]


def _leaves(fields: Tree, prefix: str = "") -> list[str]:
    return [
        leaf
        for name, below in fields.items()
        for leaf in (_leaves(below, f"{prefix}{name}.") if below else [f"{prefix}{name}"])
    ]
