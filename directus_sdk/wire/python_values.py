"""Python values that JSON does not have, and the JSON values that they become."""

from __future__ import annotations

import dataclasses
import datetime as dt
import os
from collections.abc import Iterable, Mapping, Set
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

from directus_sdk.wire.iterators import ONCE

_LISTS = ONCE | {"dict_keys", "dict_values"}


def plain(value: object, place: str = "value") -> object:
    """Convert one Python value that JSON does not have into one that it has.

    Raises:
        TypeError: It cannot be sent; the error says what to do.
    """
    if isinstance(value, dt.datetime):
        return _moment(value, place)
    if isinstance(value, (dt.date, dt.time)):
        return value.isoformat()
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise ValueError(f"{place} is {value}, which JSON cannot hold; send None for a missing number")
        return str(value)
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return dict(value)
    if (isinstance(value, (Set, tuple, range)) or type(value).__name__ in _LISTS) and isinstance(value, Iterable):
        return list(value)
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    if isinstance(value, (bytes, bytearray, memoryview)):
        raise TypeError(f"{place} is {type(value).__name__}; upload files with files.upload(), or send a string (base64)")
    fields = _fields(value)
    if fields is not None:
        return {name: item for name, item in fields if type(item).__name__ != "Unset"}
    if type(value).__module__.partition(".")[0] == "numpy":
        return _of_numpy(value, place)
    dump = getattr(value, "model_dump", None)
    if callable(dump):
        return dump()
    raise TypeError(f"{place} is of type {type(value).__name__}, which cannot be sent as JSON")


def _moment(value: dt.datetime, place: str) -> str:
    if type(value).__name__ == "NaTType":  # pandas' NaT is a datetime that equals nothing
        raise ValueError(f"{place} is NaT; send None for a missing date")
    if value.tzinfo is None:
        return value.isoformat()
    try:
        return value.astimezone(dt.timezone.utc).replace(tzinfo=None).isoformat() + "Z"
    except OverflowError:  # the first and the last day that Python knows
        return value.isoformat()


def _of_numpy(value: Any, place: str) -> object:
    kind = value.dtype.kind if hasattr(value, "dtype") else ""
    if kind == "m":
        raise TypeError(f"{place} is of type timedelta64, which cannot be sent as JSON; send a number, or a string")
    if kind == "M":
        if (value != value).any():  # noqa: PLR0124 - as NaN, NaT equals nothing
            raise ValueError(f"{place} is NaT; send None for a missing date")
        if value.dtype.str.endswith(("ns]", "ps]", "fs]", "as]")):
            value = value.astype("M8[us]")  # finer than Python's dates, numpy returns a count
        if any(isinstance(each, int) for each in value.ravel().tolist()):
            raise ValueError(f"{place} is before the year 1 or after the year 9999, which dates cannot hold")
    return value.tolist()


def _fields(value: object) -> list[tuple[str, object]] | None:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return [(field.name, getattr(value, field.name)) for field in dataclasses.fields(value)]
    attributes = getattr(type(value), "__attrs_attrs__", None)
    if attributes is not None:
        return [(attribute.name, getattr(value, attribute.name)) for attribute in attributes]
    return None
