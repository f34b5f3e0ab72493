"""The types of Directus, and the type of their values in Python: the one place that maps them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any
from uuid import UUID

from directus_sdk.json_types import JSONMapping

_GEOMETRIES = ("Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon")
#: Each type of Directus with the type of its values: what a model declares for such a field. `object` is any JSON value.
PYTHON_TYPES: dict[str, Any] = {
    "alias": list[object],
    "bigInteger": int,
    "binary": object,
    "boolean": bool,
    "csv": list[str],
    "date": dt.date,
    "dateTime": dt.datetime,
    "decimal": Decimal,
    "float": float,
    "geometry": dict[str, object],
    **{f"geometry.{name}": dict[str, object] for name in _GEOMETRIES},
    "hash": str,
    "integer": int,
    "json": object,
    "string": str,
    "text": str,
    "time": dt.time,
    "timestamp": dt.datetime,
    "unknown": object,
    "uuid": UUID,
}

INTEGERS = frozenset(name for name, python in PYTHON_TYPES.items() if python is int)
NUMBERS = INTEGERS | {"float", "decimal"}
STRINGS = frozenset({"string", "text"})
#: Types of a day or a moment. A ``timestamp`` has a time zone, a ``dateTime`` has none.
DATES = frozenset({"date", "dateTime", "timestamp"})
#: Types whose value is one plain JSON value.
SCALARS = NUMBERS | STRINGS | DATES | {"boolean", "uuid", "time", "hash"}


def python_type(name: str) -> Any:
    """Return the type of the values of a Directus type; `object` for one that is not in the table.

    Example:
        >>> python_type("bigInteger"), python_type("csv")
        (<class 'int'>, list[str])
    """
    return PYTHON_TYPES.get(name, object)


def is_json(name: str) -> bool:
    """Return whether the values of a type are JSON documents."""
    return name == "json" or name.startswith("geometry")


def type_of(field: JSONMapping) -> str:
    """Return the type of a field of ``GET /fields``, or of a snapshot.

    SQLite has no type for a UUID, and Directus reports such a column as a string, unless its meta says otherwise.
    """
    schema = field.get("schema") or {}
    if schema.get("data_type") == "char" and schema.get("max_length") == 36:
        return "uuid"
    return str(field.get("type") or "unknown")
