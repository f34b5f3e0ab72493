"""Whether a value fits the declared type and length of a field."""

from __future__ import annotations

from enum import Enum

from directus_sdk.errors import SchemaError
from directus_sdk.schema import Field
from directus_sdk.wire.value_forms import as_datetime, as_decimal, as_json, as_time, as_uuid
from directus_sdk.wire.value_types import INTEGERS, NUMBERS, SCALARS, STRINGS

_BOOLEANS = frozenset({"true", "false", "1", "0"})


def why_unfit(field: Field, value: object, *, compared: bool = False) -> str:
    """Return why a value does not fit a field, or ``""``.

    Only what the declared type or length excludes does not fit: what some database stores rightly is never refused.

    Args:
        field: The field.
        value: The value, not ``None``.
        compared: Whether the field is compared with it, so that its length does not matter.
    """
    if field.type not in SCALARS or field.type == "hash":
        return ""
    plain = as_json(value.value if isinstance(value, Enum) else value)
    if isinstance(plain, (dict, list)):
        return "" if field.relation else f"the value is a {'mapping' if isinstance(plain, dict) else 'list'}"
    if isinstance(plain, str) and plain == "":
        return ""
    if field.type in NUMBERS:
        number = as_decimal(plain)
        if number is None:
            return f"{plain!r} is not a number"
        if field.type in INTEGERS and number != number.to_integral_value():
            return f"{plain!r} is not an integer"
    elif field.type == "boolean":
        return "" if str(plain).lower() in _BOOLEANS else f"{plain!r} is neither true nor false"
    elif field.type == "uuid":
        return "" if not isinstance(as_uuid(plain), str) else f"{plain!r} is not a UUID"
    elif field.type in STRINGS:
        text = plain if isinstance(plain, str) else str(plain)
        if field.length and not compared and field.type == "string" and len(text) > field.length:
            return f"the string has {len(text)} characters, and the field holds {field.length}"
    elif field.type == "time":
        return "" if as_time(plain) is not None or as_datetime(plain) is not None else f"{plain!r} is not a time"
    elif not isinstance(plain, str) or (as_datetime(plain) is None and not any(character.isdigit() for character in plain)):
        return f"{plain!r} is not a date"
    return ""


def mismatch(place: str, message: str) -> SchemaError:
    """Return the error for something that does not go with the schema."""
    return SchemaError(f"{place}: {message}" if place else message, source="the schema", place=place)


def of_type(field: Field) -> str:
    """Return the field and its type, for a message."""
    return f"{field.collection}.{field.name} is of the type {field.type}"


def check_value(field: Field, value: object, place: str) -> None:
    """Refuse a value that does not fit.

    Raises:
        SchemaError: It does not fit; the message names the field and the place.
    """
    reason = why_unfit(field, value)
    if reason:
        raise SchemaError(
            f"{place}: {field.collection}.{field.name} is of the type {field.type}, and {reason}",
            source="the schema",
            place=place,
        )
