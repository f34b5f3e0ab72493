"""JSON as Directus wants it: dates, decimals, UUIDs, enums, sets and models are encoded, and nothing is rounded."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import math
import os
import re
from collections.abc import Iterable, Mapping, Set
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

#: JavaScript, and so the server, holds no larger integer exactly.
MAX_SAFE_INTEGER = 2**53

#: Types, by name, that can be iterated only once.
_ONCE = frozenset({"map", "filter", "zip", "generator"})
_SIMPLE = frozenset({str, int, float, bool, type(None)})
_LISTS = _ONCE | {"dict_keys", "dict_values"}

_LONG_NUMBER = re.compile(r"\d{16}")


def dumps(value: object) -> bytes:
    """Encode a value as JSON for the server.

    Aware datetimes become UTC with a ``Z``, naive ones have no time zone. A ``Decimal`` becomes a string, and so do
    integers beyond ±2^53, which the server would round.

    Args:
        value: Anything of mappings, lists, strings, numbers, dates, ``Decimal``, ``UUID``, ``Enum``, sets, attrs classes
            and dataclasses.

    Returns:
        UTF-8.

    Raises:
        ValueError: It contains a NaN, an infinite number or a circular reference; the error names the place.
        TypeError: It contains something that JSON cannot hold, such as bytes; the error names the place.

    Example:
        >>> from datetime import date
        >>> dumps({"date": date(2026, 1, 2), "price": Decimal("9.90"), "tags": ["ä"]}).decode()
        '{"date":"2026-01-02","price":"9.90","tags":["ä"]}'
    """
    return to_text(value).encode()


def to_text(value: object) -> str:
    """Encode as `dumps` does, as a string that is always valid UTF-8."""
    exact = value
    try:
        text = _ENCODER.encode(value)
    except (ValueError, TypeError, RecursionError):
        # The C encoder does not say where the error is; the slow walk names the place.
        exact = _exact(value, "", set())
        text = _ENCODER.encode(exact)
    else:
        if _LONG_NUMBER.search(text):
            exact = _exact(value, "", set())
            text = _ENCODER.encode(exact)
    try:
        text.encode()
    except UnicodeEncodeError:
        # A lone surrogate: JSON can carry it as an escape, UTF-8 cannot.
        text = json.dumps(exact if exact is not value else _exact(value, "", set()), separators=(",", ":"))
    return text


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


def _default(value: object) -> object:
    # What can be iterated once is left to the slow walk: after this one it would be empty.
    if type(value).__name__ in _ONCE:
        raise TypeError
    return plain(value)


def repeatable(value: object) -> object:
    """Return a value with lists in place of its generators, which can be iterated only once."""
    if isinstance(value, Mapping):
        return {key: repeatable(item) for key, item in value.items()}
    if (isinstance(value, (list, tuple)) or type(value).__name__ in _ONCE) and isinstance(value, Iterable):
        return [item if type(item) in _SIMPLE else repeatable(item) for item in value]
    return value


_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_default)


def _exact(value: object, place: str, inside: set[int]) -> object:
    """Walk through a value, keep large integers as strings, and name the place of what cannot be sent."""
    if value is None or isinstance(value, (str, bool)):
        return value
    where = place or "the value"
    if isinstance(value, Enum):
        return _exact(value.value, place, inside)
    if isinstance(value, int):
        return int(value) if -MAX_SAFE_INTEGER <= value <= MAX_SAFE_INTEGER else str(int(value))
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError(f"{where} is {value}, which JSON cannot hold; send None for a missing number")
        return value
    if id(value) in inside:
        raise ValueError(f"{where} contains a circular reference")
    if len(inside) > 400:
        raise ValueError(f"{place[:60]}… is nested too deeply")
    inside.add(id(value))
    try:
        if isinstance(value, Mapping):
            return {
                _name(key, where): _exact(item, f"{place}.{key}" if place else str(key), inside) for key, item in value.items()
            }
        if isinstance(value, (list, tuple)):
            return [_exact(item, f"{place}[{index}]", inside) for index, item in enumerate(value)]
        return _exact(plain(value, where), place, inside)
    finally:
        inside.discard(id(value))


def _name(key: object, place: str) -> str:
    if isinstance(key, str):
        return key
    if isinstance(key, Enum):
        return _name(key.value, place)
    if isinstance(key, UUID):
        return str(key)
    if key is None or isinstance(key, (int, float)):
        return _ENCODER.encode(key)  # JSON's own names for them, which the C encoder uses
    raise TypeError(f"{place} has a key of type {type(key).__name__}; the names of fields are strings")


def loads(content: bytes | str) -> Any:
    """Decode JSON.

    Raises:
        ValueError: It is not valid JSON. Python's own error would hold the whole string, which may be the response to a
            sign-in.
    """
    try:
        return json.loads(content)
    except ValueError as error:
        message = str(error)
    raise ValueError(message)
