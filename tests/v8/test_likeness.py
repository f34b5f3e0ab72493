"""Whether rows of version 8 are those that were sent."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from directus_sdk.v8.likeness import are_like, is_comparable

ZONE = timezone(timedelta(hours=2))


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ("x", "x"),
        ("Ada ", "ada"),
        (5, "5"),
        ("nan", "NaN"),
        ("9.90", 9.9),
        (Decimal("9.90"), 9.9),
        (8.8, 8.80000019),
        (True, 1),
        (False, False),
        (datetime(2026, 1, 2, 3, 4, 5), "2026-01-02 03:04:05"),
        (datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc), "2026-01-02T03:04:05+00:00"),
        (date(2026, 1, 2), "2026-01-02 00:00:00"),
        ("2026-01-02T03:04:05+02:00", "2026-01-02 01:04:05"),
        ("a,b", ["a", "b"]),
        ({"x": 1}, "anything"),
        (None, "a default"),
        ("", None),
        ("secret", "$2y$10$btQbDGrubs3WGoWdCQxneOV"),
    ],
)
def test_values_in_another_form(sent: object, stored: object) -> None:
    assert are_like([{"a": stored}], [{"a": sent}])


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ("x", "y"),
        ("x", None),
        (5, 6),
        (1_000_000, 1_000_001),
        (8.8, 8.9),
        (True, False),
        ("2026-01-02 03:04:05", "2026-01-02 03:04:06"),
        (date(2026, 1, 2), "2026-01-03 00:00:00"),
        ("2026-01-02", "2026"),
    ],
)
def test_other_values(sent: object, stored: object) -> None:
    assert not are_like([{"a": stored}], [{"a": sent}])


def test_rows() -> None:
    assert are_like([{"id": 1, "a": 1}, {"id": 2, "a": 2}], [{"a": 1}, {"a": 2, "hidden": "x"}])
    assert not are_like([{"a": 1}], [{"a": 1}, {"a": 2}])
    assert not are_like(["a"], [{"a": 1}])
    assert is_comparable({"a": None, "b": 1})
    assert not is_comparable({"a": None, "password": "x", "tags": [1]})
