"""Forms of values: numbers, moments, keys, lists and JSON, however Python, a CSV file and databases write them."""

from __future__ import annotations

import datetime as dt
import json
import re
import struct
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from directus_sdk.wire.encoding import MAX_SAFE_INTEGER, loads, plain, to_text
from directus_sdk.wire.keys import key_text

# Of the zone of a time databases keep nothing, or all of it.
CLOCK = re.compile(r"\s*(\d?\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(?:[Zz]|[+-]\d\d(?::?\d\d)?)?\s*")
NUMBER = re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*", re.ASCII)
_ZONE = re.compile(r"(:\d\d(?:[.,]\d+)?)([+-]\d\d)(\d\d)?$")
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)(?!\d)")
_FRACTION = re.compile(r"(:\d\d)[.,](\d+)")
#: Tuples, sets and objects as Python writes them.
_PYTHON_LIST = re.compile(r"\s*[({]\s*(['\"].*|-?\d.*[,:].*)[)}]\s*", re.DOTALL)
NO_JSON = object()
#: Types that are text on the wire, without a walk through JSON.
_QUICK = frozenset({dt.date, dt.datetime, dt.time, Decimal, UUID})


def on_wire(value: Any) -> Any:
    """Return what the server reads of a value."""
    if isinstance(value, str) or type(value) is bool or (type(value) is int and abs(value) < MAX_SAFE_INTEGER):
        return value
    if type(value) in _QUICK:
        return plain(value)
    return loads(to_text(value))


def holds_mapping(wire: Any) -> bool:
    """Tell whether a value is an object or a list with one."""
    return isinstance(wire, dict) or (isinstance(wire, list) and any(isinstance(item, dict) for item in wire))


def json_list(text: str, tuples: bool = False) -> Any:
    """Return the list of text that is one in JSON, and other text as it is.

    Args:
        text: The text.
        tuples: Whether to refuse tuples, sets and objects in Python's spelling as well.

    Raises:
        ValueError: It is a list in another spelling than JSON's.
    """
    begin = text.lstrip()[:1]
    if begin == "[" or (tuples and begin in ("(", "{") and _PYTHON_LIST.fullmatch(text)):
        read = parsed(text)
        if not isinstance(read, list):
            raise ValueError(f"{text[:80]!r} is no JSON list: write lists with json.dumps()")
        return read
    return text


def csv_parts(value: Any) -> list[str]:
    """Return the values of a csv field: the server keeps one text, of which each comma is the end of a value."""
    wire = value if isinstance(value, str) else loads(to_text(value))
    parts = wire if isinstance(wire, list) else [wire]
    text = ",".join("" if part is None else to_text(part) if isinstance(part, bool) else key_text(part) for part in parts)
    return text.split(",") if text else []


def as_decimal(value: Any) -> Decimal | None:
    """Return a number, or ``None`` where it is none."""
    if isinstance(value, (list, dict)):
        return None
    try:
        if type(value) is Decimal:
            number = value
        else:
            number = Decimal(str(value if isinstance(value, (str, int, float, Decimal)) else loads(to_text(value))).strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def as_uuid(value: Any) -> Any:
    """Return a UUID, or text where it is none."""
    try:
        return UUID(str(value).strip())
    except ValueError:
        return value if isinstance(value, str) else key_text(value)


def as_moment(value: Any) -> dt.datetime | None:
    """Return a date or a time of a day as a datetime, or ``None`` where it is none."""
    if type(value) is dt.datetime:
        return value if value.tzinfo is None else _in_utc(value)
    if type(value) is dt.date:
        return dt.datetime.combine(value, dt.time())
    if not isinstance(value, str):
        value = loads(to_text(value))
    if not isinstance(value, str):
        return None
    text = iso(value)
    if not text[:4].isdigit() or text[4:5] != "-":
        return None
    # Python before 3.11 takes three or six digits of a second.
    text = _FRACTION.sub(lambda found: f"{found[1]}.{found[2][:6]:0<6}", text)
    try:
        return dt.datetime.fromisoformat(text[:-1] + "+00:00" if text[-1:] == "Z" else text)
    except ValueError:
        return None


def _in_utc(moment: dt.datetime) -> dt.datetime:
    try:
        return moment.astimezone(dt.timezone.utc)
    except OverflowError:  # the first and the last day that Python knows
        return moment


def iso(text: str) -> str:
    """Return a moment in the spelling of ISO 8601 that all servers know."""
    text = text.strip()
    if text[4:5] != "-":
        text = _COMPACT.sub(r"\1-\2-\3", text, count=1)
    if text[-1:] == "z":
        text = text[:-1] + "Z"
    return _ZONE.sub(lambda found: f"{found[1]}{found[2]}:{found[3] or '00'}", text)


def shortest(number: float) -> float:
    """Return a number of single precision as PostgreSQL writes it: with as few digits as tell it."""
    try:
        single = struct.pack("f", number)
    except OverflowError:
        return number
    return next(short for digits in range(6, 10) if struct.pack("f", short := float(f"{number:.{digits}g}")) == single)


def as_utc(value: Any) -> dt.datetime | None:
    """Return a moment as the server keeps it: in UTC where it has a zone, with milliseconds."""
    # Eight digits may be a number of something.
    moment = None if isinstance(value, str) and value[4:5] != "-" else as_moment(value)
    if moment is None:
        return None
    moment = moment.replace(microsecond=moment.microsecond // 1000 * 1000)  # the server keeps milliseconds
    return moment if moment.tzinfo is None else moment.astimezone(dt.timezone.utc)


def as_clock(value: Any) -> tuple[int, ...] | None:
    """Return hours, minutes, seconds and microseconds of a time, or ``None`` where it is none."""
    found = CLOCK.fullmatch(value if isinstance(value, str) else str(loads(to_text(value))))
    if found is None:
        return None
    hours, minutes, seconds, fraction = found.groups()
    return int(hours), int(minutes), int(seconds or 0), int(f"{fraction or '':0<6}"[:6])


def read_as(value: Any, other: Any) -> Any:
    """Return JSON of a value that may be JSON text where the other one is none."""
    if not isinstance(value, str):
        return loads(to_text(value))
    read = value if value == other else parsed(value)
    return value if read is NO_JSON else read


def parsed(text: str) -> Any:
    """Return what JSON text holds; Python alone takes NaN and Infinity for JSON."""
    try:
        return json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return NO_JSON


def _refuse(word: str) -> None:
    raise ValueError(word)


def same_json(ours: Any, theirs: Any) -> bool:
    """Tell whether two values are one in JSON, in which ``true`` is not 1 and 1.0 is 1."""
    if isinstance(ours, bool) != isinstance(theirs, bool):
        return False  # 1 equals True in Python only
    if isinstance(ours, dict) and isinstance(theirs, dict):
        return ours.keys() == theirs.keys() and all(same_json(value, theirs[name]) for name, value in ours.items())
    if isinstance(ours, list) and isinstance(theirs, list):
        return len(ours) == len(theirs) and all(map(same_json, ours, theirs))
    if isinstance(ours, (int, float)) and isinstance(theirs, (int, float)):
        try:
            return float(ours) == float(theirs)  # JavaScript keeps no more digits
        except OverflowError:
            return False
    return bool(ours == theirs)
