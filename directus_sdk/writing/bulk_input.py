"""The input of a bulk call: any iterable of items or keys; for anything else, the error says what to write instead."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sized
from os import PathLike
from typing import Any
from uuid import UUID

import attrs

from directus_sdk import dataframes
from directus_sdk.errors.hints import ContainerHints
from directus_sdk.wire.field_names import check_names
from directus_sdk.wire.keys import Keys

_READER = "csv.DictReader(open(path, newline='', encoding='utf-8'))"


@attrs.frozen
class Input:
    """The input of a bulk call.

    Attributes:
        items: The items or keys.
        total: How many there are, where it is known.
    """

    items: Iterable[Any]
    total: int | None = None


def items_of(items: object, single: str) -> Input:
    """Return the items of a bulk call.

    Lists are checked before anything is sent, other iterables item by item. In the rows of a `csv.DictReader` an empty cell is
    ``None``, as in `sync`.

    Args:
        items: Mappings or models in any iterable, a DataFrame or a `csv.DictReader`.
        single: The method for one item.

    Raises:
        TypeError: It is something else.
    """
    if (
        isinstance(items, (str, bytes, Mapping, PathLike, ContainerHints))
        or not isinstance(items, Iterable)
        or hasattr(items, "read")
    ):
        raise TypeError(f"items must be a list of mappings, not {type(items).__name__}; {_instead(items, single)}")
    total = len(items) if isinstance(items, Sized) else None
    if dataframes.is_frame(items):
        check_names(dataframes.names(items))
        return Input(dataframes.records(items), total)
    if hasattr(items, "to_dicts"):  # polars
        raise TypeError(f"items must be a list of mappings, not {type(items).__name__}; pass its to_dicts()")
    if isinstance(items, (list, tuple)):
        check_names({name for item in items if isinstance(item, Mapping) for name in item})
    elif any(base.__module__ in ("csv", "_csv") for base in type(items).__mro__):
        from directus_sdk.writing import rows  # most calls have no CSV file

        return Input(rows.streamed(items))
    return Input(items, total)


def _instead(items: object, single: str) -> str:
    """Return what to pass instead of something that is not a list of items."""
    if isinstance(items, ContainerHints):
        return "pass what it reads, such as iterate()"
    if hasattr(items, "read"):
        return "pass the rows of the file, as csv.DictReader(file) or json.load(file) read them"
    if isinstance(items, (str, bytes, PathLike)):
        return f"for a file, pass its rows, such as {_READER} or json.load(file). sync() takes the path of a CSV file"
    if isinstance(items, Mapping) and items:
        if len(items) <= 2 and isinstance(items.get("data"), list):
            return "pass the list that it holds: items['data']"
        if all(isinstance(value, (list, tuple)) for value in items.values()):
            name = next(iter(items))
            return (
                f"for a table, pass one mapping for each row, such as [{{{name!r}: …}}, {{{name!r}: …}}], and not one list for "
                f"each column: [dict(zip(table, row)) for row in zip(*table.values())]. For one item use {single}"
            )
        if all(isinstance(value, Mapping) for value in items.values()):
            return "for a mapping of keys to items, pass [{'id': key, **item} for key, item in items.items()]"
    return f"for one item use {single}"


def check_rows(items: object) -> None:
    """Refuse a list of keys as the items of `update_batch`, before what goes with it is taken for a query.

    Raises:
        TypeError: The first item is a key.
    """
    if isinstance(items, (list, tuple)) and items and isinstance(items[0], (str, int, UUID)):
        raise TypeError(
            "items must be a list of mappings that hold their keys, not of keys; for the same change to several items write "
            "update_many([1, 2], {'title': …})"
        )


def keys_of(keys: object, single: str, by_query: str, batch: str = "") -> Input:
    """Return the keys of a bulk call; those of an iterator are not checked yet.

    Args:
        keys: Any iterable of keys.
        single: The method for one item.
        by_query: The method for the items that a query selects.
        batch: The method for items with values of their own, if there is one.

    Raises:
        TypeError: It is not a list of keys.
        ValueError: A key is empty.
    """
    name = type(keys).__name__
    if isinstance(keys, Mapping):
        raise TypeError(f"keys must be a list such as [1, 2], not {name}; for the items that match a filter use {by_query}")
    if batch and isinstance(keys, (list, tuple)) and keys and isinstance(keys[0], Mapping):
        raise TypeError(
            f"keys must be a list such as [1, 2], not a list of mappings; for items with values of their own use {batch}"
        )
    if isinstance(keys, (str, bytes)) or not isinstance(keys, Iterable):
        raise TypeError(f"keys must be a list such as [1, 2], not {name}; for one item use {single}")
    if not isinstance(keys, Sized):
        return Input(keys)
    checked = Keys(keys)
    return Input(checked, len(checked))
