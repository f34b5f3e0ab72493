"""The conversion of a plain JSON value to the type of a hint: one function for each type."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING
from uuid import UUID

from directus_sdk.models.mismatch import wrong

if TYPE_CHECKING:
    from collections.abc import Callable

_INTEGER = re.compile(r"[+-]?[0-9]+")
_TIME = re.compile(r"(\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?(?: ?([Zz])|([+-])(\d\d)(?::?(\d\d))?)?", re.ASCII)
_PARTS = re.compile(r"(\d\d\d\d-\d\d-\d\d)[Tt ](.+)", re.ASCII)


def to_str(value: object) -> str:
    """Accept strings only, not numbers."""
    if isinstance(value, str):
        return value
    raise wrong("a string", value)


def to_bool(value: object) -> bool:
    """Accept booleans, and 1 and 0, which some databases store instead."""
    if isinstance(value, (bool, int)) and value in (0, 1):
        return bool(value)
    raise wrong("true or false", value)


def to_int(value: object) -> int:
    """Accept integers, and strings of digits, which PostgreSQL and MySQL return for a bigInteger."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str) and _INTEGER.fullmatch(value):
        try:
            return int(value)
        except ValueError:  # more digits than Python converts
            pass
    raise wrong("an integer", value)


def to_float(value: object) -> float:
    """Accept numbers, and strings of a number, which is how a decimal is returned."""
    if isinstance(value, (int, float, str)) and not isinstance(value, bool) and _is_number(value):
        try:
            return float(value)
        except (ValueError, OverflowError):
            pass
    raise wrong("a number", value)


def to_decimal(value: object) -> Decimal:
    """Accept strings and numbers; a float by its shortest form, so that 0.1 stays 0.1."""
    if isinstance(value, Decimal):
        return value
    if isinstance(value, (int, float, str)) and not isinstance(value, bool) and _is_number(value):
        try:
            return Decimal(str(value))
        except (InvalidOperation, ValueError):
            pass
    raise wrong("a decimal number", value)


def _is_number(value: float | str) -> bool:
    # Python reads "1_000" and " 1 " as numbers; no database returns them.
    return not isinstance(value, str) or not ("_" in value or value != value.strip())


def to_uuid(value: object) -> UUID:
    """Accept the string of a UUID."""
    if isinstance(value, UUID):
        return value
    if isinstance(value, str):
        try:
            return UUID(value)
        except ValueError:
            pass
    raise wrong("a UUID", value)


def to_datetime(value: object) -> dt.datetime:
    """Accept an ISO 8601 date and time; without a time zone it becomes a naive datetime, a date alone its midnight.

    Example:
        >>> to_datetime("2024-01-01T04:00:00.123456789Z")
        datetime.datetime(2024, 1, 1, 4, 0, 0, 123456, tzinfo=datetime.timezone.utc)
        >>> to_datetime("2024-01-01T04:00:00")
        datetime.datetime(2024, 1, 1, 4, 0)
    """
    if isinstance(value, str):
        text = value[:-1] + "+00:00" if value[-1:] == "Z" else value
        try:
            # The shape is checked first, since newer Pythons also read weeks and strings without dashes.
            if len(text) >= 16 and text[4] == text[7] == "-" and text[10] == "T" and text[13] == ":":
                return dt.datetime.fromisoformat(text)
        except ValueError:
            pass  # Python 3.10 reads three or six digits of a second only
        parts = _PARTS.fullmatch(value)
        try:
            if parts:
                return dt.datetime.combine(dt.date.fromisoformat(parts[1]), _time(parts[2]))
            return dt.datetime.combine(_date(value), dt.time())
        except ValueError:
            pass
    elif isinstance(value, dt.datetime):
        return value
    raise wrong("a date and time (ISO 8601)", value)


def to_date(value: object) -> dt.date:
    """Accept an ISO 8601 date without a time."""
    if isinstance(value, str):
        try:
            return _date(value)
        except ValueError:
            pass
    elif isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return value
    raise wrong("a date (ISO 8601, without a time)", value)


def to_time(value: object) -> dt.time:
    """Accept an ISO 8601 time."""
    if isinstance(value, str):
        try:
            return _time(value)
        except ValueError:
            pass
    elif isinstance(value, dt.time):
        return value
    raise wrong("a time (ISO 8601)", value)


def _date(text: str) -> dt.date:
    if len(text) != 10 or text[4] != "-" or text[7] != "-":
        raise ValueError(text)
    return dt.date.fromisoformat(text)


def _time(text: str) -> dt.time:
    match = _TIME.fullmatch(text)
    if not match:
        raise ValueError(text)
    hour, minute, second, fraction, zulu, sign, hours, minutes = match.groups()
    zone = dt.timezone.utc if zulu else None
    if sign:
        offset = dt.timedelta(hours=int(hours), minutes=int(minutes or 0))
        zone = dt.timezone(-offset if sign == "-" else offset)
    micros = int((fraction or "0")[:6].ljust(6, "0"))
    return dt.time(int(hour), int(minute), int(second or 0), micros, tzinfo=zone)


#: Each type with its function and its name in errors.
SCALARS: dict[type, tuple[Callable[[object], object], str]] = {
    str: (to_str, "a string"),
    bool: (to_bool, "true or false"),
    int: (to_int, "an integer"),
    float: (to_float, "a number"),
    Decimal: (to_decimal, "a decimal number"),
    UUID: (to_uuid, "a UUID"),
    # `date` stands before `datetime`: in a union of both, a string without a time is a date.
    dt.date: (to_date, "a date"),
    dt.datetime: (to_datetime, "a date and time"),
    dt.time: (to_time, "a time"),
}
#: The types of JSON itself: their values may stay as they are.
NATIVE = frozenset({str, bool, int, float})
