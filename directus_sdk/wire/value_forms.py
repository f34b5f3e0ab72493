"""The ways in which a value can be written: as a Python object, as text in a CSV file, and as databases return it.

Each function here reads one form, such as a number or a time, and knows nothing about fields.
`directus_sdk.reading.field_values` decides by the type of a field which form applies.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import struct
from decimal import Decimal, InvalidOperation
from math import isfinite
from typing import Any
from uuid import UUID

from directus_sdk.wire.encoding import MAX_SAFE_INTEGER, loads, to_text
from directus_sdk.wire.keys import key_text
from directus_sdk.wire.python_values import plain

# Databases keep the time zone of a time as it is, or drop it.
_TIME = re.compile(r"\s*([01]?\d|2[0-4]):([0-5]\d)(?::([0-5]\d|60)(?:\.(\d{1,9}))?)?(?:[Zz]|[+-]\d\d(?::?\d\d)?)?\s*")
NUMBER = re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*", re.ASCII)
_ZONE = re.compile(r"(:\d\d(?:[.,]\d+)?)([+-]\d\d)(\d\d)?$")
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)(?!\d)")
_FRACTION = re.compile(r"(:\d\d)[.,](\d+)")
#: Tuples, sets and dicts in Python's spelling.
_PYTHON_LIST = re.compile(r"\s*[({]\s*(['\"].*|-?\d.*[,:].*)[)}]\s*", re.DOTALL)
NO_JSON = object()
#: No float is greater.
_GREATEST = 10**308
#: Types that are strings in JSON and need no JSON encoder.
_QUICK = frozenset({dt.date, dt.datetime, dt.time, Decimal, UUID})


class LongFloat(float):
    """A float that was written with more digits than it holds; `text` has all of them, and so has ``str()``."""

    text: str

    def __str__(self) -> str:
        return self.text

    @classmethod
    def read(cls, text: str) -> float:
        """Return a number of JSON: a `LongFloat` where a float rounds it."""
        number = cls(text)
        number.text = text
        return float(number) if Decimal(repr(number)) == Decimal(text) else number


def as_json(value: object) -> Any:
    """Return the JSON value that the server receives."""
    if type(value) in (str, bool) or (type(value) is int and abs(value) < MAX_SAFE_INTEGER):
        return value
    if type(value) in _QUICK:
        return plain(value)
    return value if type(value) is float and isfinite(value) else loads(to_text(value))


def as_returned(document: object) -> object:
    """Return a JSON document with floats for integers as JavaScript prints floats, which an encoder would send as strings."""
    if isinstance(document, dict):
        return {name: as_returned(value) for name, value in document.items()}
    if isinstance(document, list):
        return [as_returned(value) for value in document]
    if type(document) is int and MAX_SAFE_INTEGER < abs(document) < _GREATEST and Decimal(repr(float(document))) == document:
        return float(document)
    return document


def holds_mapping(value: object) -> bool:
    """Return whether a JSON value is an object or a list that contains one."""
    return isinstance(value, dict) or (isinstance(value, list) and any(isinstance(item, dict) for item in value))


def json_list(text: str, tuples: bool = False) -> object:
    """Return the list that a string contains as JSON; other strings are returned unchanged.

    Args:
        text: The string.
        tuples: Whether tuples, sets and dicts in Python's spelling are refused too.

    Raises:
        ValueError: The string contains a list that is not valid JSON.
    """
    begin = text.lstrip()[:1]
    if begin == "[" or (tuples and begin in ("(", "{") and _PYTHON_LIST.fullmatch(text)):
        read = parsed(text)
        if not isinstance(read, list):
            raise ValueError(f"{text[:80]!r} is not a valid JSON list: write lists with json.dumps()")
        return read
    return text


def as_csv(value: object) -> str:
    """Return the string that the server stores in a field of the type csv: the parts, joined with commas."""
    json_value = as_json(value)
    parts = json_value if isinstance(json_value, list) else [json_value]
    return ",".join("" if part is None else as_string(part) for part in parts)


def as_string(value: object) -> str:
    """Return a JSON value as the server stores it in a field of strings."""
    return value if isinstance(value, str) else to_text(value) if isinstance(value, bool) else key_text(value)


def as_decimal(value: object) -> Decimal | None:
    """Return a number, or ``None`` where the value is not a finite number; databases without booleans store 1 and 0."""
    if isinstance(value, bool):
        return Decimal(value)
    try:
        number = value if type(value) is Decimal else Decimal(str(as_json(value)).strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def as_uuid(value: object) -> UUID | str:
    """Return a UUID, or a string where the value is not a UUID."""
    try:
        return UUID(str(value).strip())
    except ValueError:
        return key_text(value)


def as_datetime(value: object) -> dt.datetime | None:
    """Return a date, or a date with a time, as a datetime, or ``None`` where the value is neither."""
    if type(value) is dt.datetime:
        return value
    json_value = as_json(value)
    if not isinstance(json_value, str):
        return None
    text = iso(json_value)
    if not text[:4].isdigit() or text[4:5] != "-":
        return None
    # Python before 3.11 reads only three or six digits of a second.
    text = _FRACTION.sub(lambda match: f"{match[1]}.{match[2][:6]:0<6}", text)
    try:
        return dt.datetime.fromisoformat(text[:-1] + "+00:00" if text[-1:] == "Z" else text)
    except ValueError:
        return None


def to_milliseconds(moment: dt.datetime) -> dt.datetime:
    """Return a datetime without what is finer than the milliseconds of JavaScript."""
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def iso(text: str) -> str:
    """Return a date or time in the spelling of ISO 8601 that all servers read."""
    text = text.strip()
    if text[4:5] != "-":
        text = _COMPACT.sub(r"\1-\2-\3", text, count=1)
    if text[-1:] == "z":
        text = text[:-1] + "Z"
    return _ZONE.sub(lambda match: f"{match[1]}{match[2]}:{match[3] or '00'}", text)


def as_time(value: object) -> str | None:
    """Return a time in the spelling of `datetime.time.isoformat`, or ``None`` where the value is not a time."""
    match = _TIME.fullmatch(str(as_json(value)))
    if match is None:
        return None
    hours, minutes, seconds, fraction = match.groups()
    microseconds = f"{fraction or '':0<6}"[:6]
    return f"{hours:0>2}:{minutes}:{seconds or '00'}" + (f".{microseconds}" if int(microseconds) else "")


def single_precision(number: float) -> float:
    """Return a number as PostgreSQL writes it in single precision: with as few digits as identify it."""
    try:
        single = struct.pack("f", number)
    except OverflowError:
        return number
    (number,) = struct.unpack("f", single)
    return next(short for digits in range(6, 10) if struct.pack("f", short := float(f"{number:.{digits}g}")) == single)


def read_as(value: object, other: object) -> object:
    """Return a JSON value, read from a string where that contains JSON and differs from the other value."""
    json_value = as_json(value)
    if not isinstance(json_value, str) or json_value == other:
        return json_value
    read = parsed(json_value)
    return json_value if read is NO_JSON else read


def parsed(text: str) -> object:
    """Return what a string contains as JSON, or `NO_JSON`; NaN and Infinity are not valid JSON."""
    try:
        return json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return NO_JSON


def _refuse(word: str) -> None:
    raise ValueError(word)


def same_json(ours: object, theirs: object) -> bool:
    """Return whether two values are equal in JSON, where ``true`` differs from 1, and 1.0 equals 1."""
    if isinstance(ours, bool) != isinstance(theirs, bool):
        return False  # True equals 1 in Python only
    if isinstance(ours, dict) and isinstance(theirs, dict):
        return ours.keys() == theirs.keys() and all(same_json(value, theirs[name]) for name, value in ours.items())
    if isinstance(ours, list) and isinstance(theirs, list):
        return len(ours) == len(theirs) and all(map(same_json, ours, theirs))
    if isinstance(ours, (int, float)) and isinstance(theirs, (int, float)):
        try:
            return float(ours) == float(theirs)  # JavaScript keeps no more digits
        except OverflowError:
            return False
    return ours == theirs
