"""DataFrames of items whose types are known."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from directus_sdk import Directus, Page
from directus_sdk.testing.mock import MockTransport
from tests.table import Table

ROWS: dict[str, tuple[list[Any], str, list[Any]]] = {
    "integer": ([1, 2], "int64", [1, 2]),
    "bigInteger": (["9007199254740993", "1"], "int64", [9007199254740993, 1]),
    "boolean": ([1, False], "bool", [True, False]),
    "float": ([1, 2.5], "float64", [1.0, 2.5]),
    "decimal": (["1.50", 0.1], "object", [Decimal("1.50"), Decimal("0.1")]),
    "string": (["2024-01-01", "2024-01-02"], "str", ["2024-01-01", "2024-01-02"]),
    "csv": ([["a"], []], "object", [["a"], []]),
    "json": ([{"a": 1}, 5], "object", [{"a": 1}, 5]),
}


@pytest.mark.parametrize("kind", ROWS)
def test_the_type_of_a_field_decides(kind: str) -> None:
    values, dtype, expected = ROWS[kind]
    frame = Page([{"value": value} for value in values]).to_pandas(types={"value": kind})
    assert frame["value"].tolist() == expected
    # pandas 2 has no type for strings
    assert str(frame["value"].dtype) in ({"str", "object"} if dtype == "str" else {dtype})


@pytest.mark.parametrize(
    ("kind", "dtype"),
    [("integer", "Int64"), ("boolean", "boolean"), ("float", "float64"), ("date", "datetime64"), ("timestamp", "UTC")],
)
@pytest.mark.parametrize("values", [[None, None], []])
def test_a_column_without_values_has_its_type(kind: str, dtype: str, values: list[Any]) -> None:
    mock = MockTransport([[{"value": value} for value in values], []])
    directus = Directus("https://cms.example.com", transport=mock)
    frame = directus.items("articles").read_frame(fields=["value"], types={"value": kind})
    assert dtype in str(frame["value"].dtype)
    assert len(frame) == len(values)


def test_a_date_and_time_has_a_zone_if_its_field_has_one() -> None:
    page = Page([{"at": "2024-01-01T04:00:00", "stamp": "2024-01-01T04:00:00.000Z", "day": "2024-01-01"}])
    frame = page.to_pandas(types={"at": "dateTime", "stamp": "timestamp", "day": "date"})
    assert frame["at"].dt.tz is None
    assert str(frame["stamp"].dt.tz) == "UTC"
    assert frame["day"].dt.day.tolist() == [1]


@pytest.mark.parametrize("types", [{}, {"day": "date", "at": "dateTime", "stamp": "timestamp"}])
@pytest.mark.parametrize("page_size", [1, 2, 10])
def test_the_first_moment_of_1970_that_is_0_on_sqlite(types: dict[str, str], page_size: int) -> None:
    rows: list[dict[str, Any]] = [
        {"day": "2024-01-02", "at": "2024-01-02T04:00:00", "stamp": "2024-01-02T04:00:00.000Z"},
        {"day": 0, "at": 0, "stamp": 0},
        {"day": None, "at": None, "stamp": None},
    ]
    table = Table([{"id": number, **row} for number, row in enumerate(rows, 1)])
    read = table.items().read_frame(page_size=page_size, types=types)
    for frame in (read, Page(rows).to_pandas(types=types)):
        for name in ("day", "at", "stamp"):
            moments = [moment if moment is None else moment.date().isoformat() for moment in _or_none(frame[name])]
            assert moments == ["2024-01-02", "1970-01-01", None]
        assert frame["at"].dt.tz is None
        assert str(frame["stamp"].dt.tz) == "UTC"


def test_a_column_of_zeros_is_one_of_dates_if_its_type_is_known() -> None:
    page = Page([{"day": 0}])
    assert page.to_pandas(types={"day": "date"})["day"].dt.year.tolist() == [1970]
    assert page.to_pandas()["day"].tolist() == [0]


@pytest.mark.parametrize("values", [[0, "zero"], [0, 1, "2024-01-02"], [0, "2024-01-02", "9999-99-99"]])
def test_zeros_beside_other_values_stay(values: list[Any]) -> None:
    for types in ({}, {"value": "date"}):
        assert Page([{"value": value} for value in values]).to_pandas(types=types)["value"].tolist() == values


def _or_none(column: Any) -> list[Any]:
    return [None if missing else value for value, missing in zip(column, column.isna(), strict=True)]


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("integer", ["abc", 1]),  # SQLite stores it
        ("integer", [1.5, 2]),
        ("boolean", ["yes", True]),
        ("boolean", [5, True]),
        ("decimal", ["abc"]),
        ("date", ["soon", "2024-01-01"]),
        ("integer", [{"id": 1}, {"id": 2}]),  # a related item instead of its key
        ("uuid", [{"id": "x"}, None]),
        ("alias", [[1, 2], [3]]),
        ("shape", [1, 2]),  # the type of another version
    ],
)
def test_values_that_do_not_fit_stay_as_they_are(kind: str, values: list[Any]) -> None:
    frame = Page([{"value": value} for value in values]).to_pandas(types={"value": kind})
    assert frame["value"].tolist() == values


def test_what_is_no_integer_of_64_bits_stays() -> None:
    frame = Page([{"value": str(2**70)}, {"value": None}]).to_pandas(types={"value": "bigInteger"})
    assert frame["value"][0] in (2**70, str(2**70))
