"""The types of Directus and those of their values in Python."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any
from uuid import UUID

import attrs
import pytest

from directus_sdk.models.codec import codec_for
from directus_sdk.reading.field_types import reported
from directus_sdk.reading.field_values import Field
from directus_sdk.wire import value_types
from directus_sdk.wire.value_types import PYTHON_TYPES, python_type
from tests.rich_project import TYPES

KEY = "2d321940-69f5-445f-be6b-c773fa58a820"
POINT = {"type": "Point", "coordinates": [1, 2]}
#: A value as a server sends it, and in Python.
VALUES: dict[str, tuple[Any, Any]] = {
    "alias": ([1, {"id": 2}], [1, {"id": 2}]),
    "bigInteger": ("9007199254740993", 9007199254740993),
    "binary": ({"type": "Buffer", "data": [1]}, {"type": "Buffer", "data": [1]}),
    "boolean": (True, True),
    "csv": (["a", "b"], ["a", "b"]),
    "date": ("2024-01-02", dt.date(2024, 1, 2)),
    "dateTime": ("2024-01-02T03:04:05", dt.datetime(2024, 1, 2, 3, 4, 5)),
    "decimal": ("1.50", Decimal("1.50")),
    "float": (1.5, 1.5),
    "hash": ("**********", "**********"),
    "integer": (5, 5),
    "json": ({"a": [1]}, {"a": [1]}),
    "string": ("5", "5"),
    "text": ("x", "x"),
    "time": ("10:11:12", dt.time(10, 11, 12)),
    "timestamp": ("2024-01-02T03:04:05.000Z", dt.datetime(2024, 1, 2, 3, 4, 5, tzinfo=dt.timezone.utc)),
    "unknown": (None, None),
    "uuid": (KEY, UUID(KEY)),
}


def test_each_type_is_there() -> None:
    assert set(PYTHON_TYPES) == {*TYPES, "alias", "unknown"}
    assert python_type("of a later version") is object


@pytest.mark.parametrize("kind", sorted(PYTHON_TYPES))
def test_a_model_loads_the_values_of_a_type(kind: str) -> None:
    sent, value = VALUES.get(kind, (POINT, POINT))
    model: Any = attrs.make_class("Model", {"value": attrs.field(type=python_type(kind))})
    loaded = codec_for("articles", model).load({"value": sent})
    assert loaded.value == value
    assert type(loaded.value) is type(value)


@pytest.mark.parametrize("kind", sorted(value_types.SCALARS))
def test_bulk_calls_know_the_same_types(kind: str) -> None:
    field = Field("value", kind)
    sent, value = VALUES[kind]
    if kind != "hash":
        assert field.is_same(value, sent)
    with pytest.raises(ValueError, match="it is a list"):
        field.to_send([1])


def test_a_uuid_in_sqlite() -> None:
    field = {"field": "author", "type": "string", "schema": {"data_type": "char", "max_length": 36}, "meta": None}
    assert value_types.type_of(field) == reported(field).type == "uuid"
    assert value_types.type_of({"type": None}) == "unknown"
