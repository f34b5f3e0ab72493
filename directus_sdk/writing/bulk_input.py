"""The input of a bulk call: any iterable of items or keys; for anything else, the error says what to write instead."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sized
from typing import Any
from uuid import UUID

import attrs

from directus_sdk.errors.hints import ContainerHints
from directus_sdk.tables.options import Options
from directus_sdk.tables.records import Table
from directus_sdk.wire.field_names import check_names
from directus_sdk.wire.keys import Keys


@attrs.frozen
class Input:
    """The input of a bulk call.

    Attributes:
        items: The items or keys.
        total: How many there are, where it is known.
        table: The table whose rows they are, or ``None``.
    """

    items: Iterable[Any]
    total: int | None = None
    table: Table | None = None


def items_of(items: object, single: str, options: Options | None = None) -> Input:
    """Return the items of a bulk call.

    Lists are checked before anything is sent, other iterables item by item.

    Args:
        items: Mappings or models in any iterable, or a table: a path, a file, a `csv.DictReader`, a DataFrame.
        single: The method for one item.
        options: How a file is read.

    Raises:
        OSError: The file cannot be opened.
        TypeError: It is something else.
        ValueError: The file is not a table.
    """
    if isinstance(items, (list, tuple)) and options in (None, Options()):
        check_names({name for item in items if isinstance(item, Mapping) for name in item})
        return Input(items, len(items))
    from directus_sdk.tables.reading import table_of  # most calls have a list

    is_other = isinstance(items, (bytes, Mapping, ContainerHints))
    if not is_other and (table := table_of(items, options or Options())) is not None:
        return Input((), table.total, table)
    if is_other or not isinstance(items, Iterable):
        raise TypeError(f"items must be a list of mappings, not {type(items).__name__}; {_instead(items, single)}")
    if hasattr(items, "to_dicts"):
        raise TypeError(f"items must be a list of mappings, not {type(items).__name__}; pass its to_dicts()")
    return Input(items, len(items) if isinstance(items, Sized) else None)


def _instead(items: object, single: str) -> str:
    """Return what to pass instead of something that is not a list of items."""
    if isinstance(items, ContainerHints):
        return "pass what it reads, such as iterate()"
    if isinstance(items, bytes):
        return "for the content of a file, pass io.BytesIO(content)"
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
