"""Lists of primary keys: checked once, and matched with items that are returned in another order."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from math import isnan
from numbers import Integral
from typing import TypeVar, overload
from uuid import UUID

from directus_sdk.json_types import JSONMapping
from directus_sdk.wire.encoding import loads, to_text
from directus_sdk.wire.urls import Key

Row = TypeVar("Row", bound=JSONMapping)

UUID_TEXT = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


class Keys(Sequence[Key]):
    """A checked list of keys.

    Args:
        keys: Strings, numbers or UUIDs; a pandas Series or a NumPy array of them as well.

    Raises:
        TypeError: It is one string, a bool, not a list, a DataFrame, or contains something that cannot be a key.
        ValueError: A key is empty.

    Example:
        >>> Keys([3, 1]).arrange([{"id": 1}, {"id": 3}], "id")
        ([{'id': 3}, {'id': 1}], [])
    """

    def __init__(self, keys: Iterable[object]) -> None:
        if isinstance(keys, (str, bytes, Mapping, UUID)) or not isinstance(keys, Iterable):
            raise TypeError(
                f"keys must be a list such as [1, 2], not {type(keys).__name__}; for one item use the method for one, such as "
                "read_one(1)"
            )
        if hasattr(keys, "columns"):  # a DataFrame yields the names of its columns
            raise TypeError(f"keys must be a list such as [1, 2], not {type(keys).__name__}; pass one column: frame['id']")
        self._keys: list[Key] = [self.check(index, key) for index, key in enumerate(keys)]

    @staticmethod
    def check(index: int, key: object) -> Key:
        """Return a key; the integers of NumPy become those of Python.

        Raises:
            TypeError: It cannot be a key.
            ValueError: It is empty.
        """
        if isinstance(key, bool) or not isinstance(key, (str, int, float, UUID, Integral)):
            instead = "; pass the key of each item: [item['id'] for item in items]" if isinstance(key, Mapping) else ""
            raise TypeError(f"key {index} must be a string, a number or a UUID, not {type(key).__name__}{instead}")
        if key == "" or (isinstance(key, float) and isnan(key)):
            raise ValueError(f"key {index} is empty")
        return int(key) if isinstance(key, Integral) else key

    @overload
    def __getitem__(self, index: int) -> Key: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Key]: ...
    def __getitem__(self, index: int | slice) -> Key | Sequence[Key]:
        return self._keys[index]

    def __len__(self) -> int:
        return len(self._keys)

    def __iter__(self) -> Iterator[Key]:
        return iter(self._keys)

    def unique(self) -> list[Key]:
        """Return each key once, in the order of its first place."""
        first: dict[str, Key] = {}
        for key in self._keys:
            first.setdefault(key_text(key), key)
        return list(first.values())

    def arrange(self, rows: Iterable[Row], primary_key: str) -> tuple[list[Row], list[Key]]:
        """Bring rows into the order of the keys.

        A key that is there twice gets its row twice, as two objects, so that a change to one leaves the other.

        Returns:
            The rows, and the keys that no row has.
        """
        by_text = {key_text(row.get(primary_key)): row for row in rows}
        # In a field of numbers "01" is 1 as well. Some databases send these as strings: such a row was chosen for another key.
        asked = set(map(key_text, self._keys))
        numbers = {_number(text): text for text, row in by_text.items() if text not in asked or type(row[primary_key]) is int}
        arranged: list[Row] = []
        absent: list[Key] = []
        seen: set[str] = set()
        for key in self._keys:
            text = key_text(key)
            if text not in by_text and (number := _number(text)) is not None:
                text = numbers.get(number, text)
            row = by_text.get(text)
            if row is None:
                absent.append(key)
            else:
                arranged.append(deepcopy(row) if text in seen else row)
                seen.add(text)
        return arranged, absent


def _number(text: str) -> int | None:
    try:
        return int(text)
    except ValueError:
        return None


def key_text(key: object) -> str:
    """Return a key as a string, alike for ``1``, ``1.0`` and ``"1"``, and for a UUID in small and in capital letters."""
    if isinstance(key, list):  # a server returns what it keeps as "a,b" in a field of the type csv
        return ",".join(map(str, key))
    text = str(int(key)) if isinstance(key, float) and key.is_integer() else str(key)
    # Databases differ in whether they keep the case of a UUID; in other strings it makes a difference.
    return text.lower() if len(text) == 36 and UUID_TEXT.fullmatch(text) else text


def same_key(one: object, other: object) -> bool:
    """Tell whether two values are one key for the server: ``1`` and ``"1"``, a UUID in small and in capital letters.

    Example:
        >>> same_key(1, "1"), same_key(1, "01")
        (True, False)
    """
    return _sent_text(one) == _sent_text(other)


def one_item(key: object) -> str:
    """Return what keys share that may be one for the server, such as ``1``, ``"1"`` and ``"01"``.

    Example:
        >>> one_item(1) == one_item("01"), one_item("a") == one_item("b")
        (True, False)
    """
    if isinstance(key, bool):
        return one_item(int(key))  # as databases without booleans store it
    if type(key) is int and abs(key) < 10**14:
        return f"{key}.0"  # most keys are such numbers
    text = _sent_text(key).strip().casefold()
    try:
        return str(float(text)) if len(text) < 16 else str(int(text))
    except (ValueError, OverflowError):
        return text


def _sent_text(key: object) -> str:
    return key_text(key if isinstance(key, (str, int, float)) else loads(to_text(key)))
