"""Whether a value of a row surely equals the value of the server, chosen once for each column.

`directus_sdk.reading.field_values` decides what is equal; most values are in the spelling of the server, or in the usual one
of a CSV file, and need no closer look.
"""

from __future__ import annotations

import json
from collections.abc import Callable

from directus_sdk.reading.field_values import Field
from directus_sdk.wire.value_forms import same_json
from directus_sdk.wire.value_types import NUMBERS, STRINGS

#: Returns whether a value of a row equals a value of the server; ``False`` says nothing.
Quick = Callable[[object, object], bool]

#: Booleans as CSV files spell them.
BOOLEANS = {"true": True, "false": False, "1": True, "0": False}
_UTC = ("Z", ".000Z")
_MICROSECOND = 26
#: Numbers with so many characters are exact in floating point.
_EXACT = 15


def quick_equality(field: Field, *, cells: bool) -> Quick | None:
    """Return a function for the values of a field, or ``None`` where each value needs a closer look.

    Args:
        field: The field.
        cells: Whether ``None`` is an empty cell of a table, which stands for an empty string as well.
    """
    if field.is_set_by_server or field.is_hidden:
        return None
    if field.type in NUMBERS:
        return _number
    if field.is_json:
        return _document
    if field.type in STRINGS and cells:
        return _empty
    return {"boolean": _boolean, "timestamp": _timestamp}.get(field.type)


def _number(raw: object, stored: object) -> bool:
    if type(raw) is not str or not (type(stored) is int or type(stored) is float):
        return False
    if raw == str(stored):
        return True
    try:
        return len(raw) <= _EXACT and float(raw) == stored
    except ValueError:
        return False


def _boolean(raw: object, stored: object) -> bool:
    # Databases without booleans store 1 and 0.
    return type(raw) is str and (type(stored) is bool or type(stored) is int) and BOOLEANS.get(raw) == stored


def _timestamp(raw: object, stored: object) -> bool:
    if type(raw) is not str or type(stored) is not str or len(raw) > _MICROSECOND:
        return False
    return raw[:19] == stored[:19] and raw[19:] in _UTC and stored[19:] in _UTC


def _empty(raw: object, stored: object) -> bool:
    return raw is None and stored == ""


def _document(raw: object, stored: object) -> bool:
    if type(raw) is not str or not isinstance(stored, (dict, list)) or raw[:1] not in ("{", "["):
        return False
    try:
        return same_json(json.loads(raw), stored)
    except (ValueError, RecursionError):
        return False
