"""JSON as Directus wants it: dates, decimals, UUIDs, enums, sets and models are encoded, and nothing is rounded."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from enum import Enum
from typing import Any
from uuid import UUID

from directus_sdk.wire.iterators import ONCE

#: JavaScript, and so the server, holds no larger integer exactly.
MAX_SAFE_INTEGER = 2**53

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
        >>> from decimal import Decimal
        >>> dumps({"date": date(2026, 1, 2), "price": Decimal("9.90"), "tags": ["ä"]}).decode()
        '{"date":"2026-01-02","price":"9.90","tags":["ä"]}'
    """
    return to_text(value).encode()


def to_text(value: object, *, for_server: bool = True) -> str:
    """Encode as `dumps` does, as a string that is always valid UTF-8.

    Args:
        value: The value.
        for_server: Whether integers beyond ±2^53 become strings; in a file they stay numbers, as the server has returned them.
    """
    exact = value
    try:
        text = _ENCODER.encode(value)
    except (ValueError, TypeError, RecursionError):
        # The C encoder does not say where the error is; the slow walk names the place.
        exact = _exact(value, "", set())
        text = _ENCODER.encode(exact)
    else:
        if for_server and _LONG_NUMBER.search(text):
            exact = _exact(value, "", set())
            text = _ENCODER.encode(exact)
    try:
        text.encode()
    except UnicodeEncodeError:
        # A lone surrogate: JSON can carry it as an escape, UTF-8 cannot.
        text = json.dumps(exact if exact is not value else _exact(value, "", set()), separators=(",", ":"))
    return text


def _default(value: object) -> object:
    # What can be iterated once is left to the slow walk: after this one it would be empty.
    if type(value).__name__ in ONCE:
        raise TypeError
    return _plain(value)


def _plain(value: object, place: str = "value") -> object:
    from directus_sdk.wire.python_values import plain  # most payloads need no dates, decimals or models

    return plain(value, place)


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
        return _exact(_plain(value, where), place, inside)
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
