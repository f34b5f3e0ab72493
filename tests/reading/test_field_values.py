"""What a value of a row means is decided by the type of the field."""

from __future__ import annotations

from datetime import date, datetime, time, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from directus_sdk.reading.field_types import inferred, specified
from directus_sdk.reading.field_values import Field

UTC = timezone.utc
KEY = "2d321940-69f5-445f-be6b-c773fa58a820"

SAME = [
    ("integer", ["1", 1, 1.0, "1.0", Decimal(1), True], 1),
    ("bigInteger", ["9007199254740993", 9007199254740993], "9007199254740993"),
    ("bigInteger", ["9007199254740993", 9007199254740993], 9007199254740992),  # a server with JavaScript's numbers
    ("float", ["1.50", 1.5, Decimal("1.50")], 1.5),
    ("decimal", ["1.5", 1.5, Decimal("1.5")], "1.50"),
    ("boolean", ["true", "True", "1", 1, True, 1.0], True),
    ("boolean", ["false", "FALSE", "0", 0, False], 0),
    ("string", ["1", 1, 1.0], "1"),
    ("string", ["true", True], "true"),
    ("uuid", [KEY.upper(), UUID(KEY), KEY.replace("-", "")], KEY),
    ("date", ["2024-01-02", date(2024, 1, 2), datetime(2024, 1, 2, 3), "2024-01-02T10:00:00"], "2024-01-02"),
    ("dateTime", ["2024-01-02 10:00", "2024-01-02T10:00:00.5", datetime(2024, 1, 2, 10)], "2024-01-02T10:00:00"),
    ("timestamp", ["2024-01-02 12:00+02:00", datetime(2024, 1, 2, 10, tzinfo=UTC)], "2024-01-02T10:00:00.000Z"),
    ("time", ["10:00", "10:00:00.000", time(10)], "10:00:00"),
    ("time", ["23:59:59.500000", time(23, 59, 59, 500000)], "23:59:59.5"),
    ("time", ["9:05", " 09:05 ", "09:05Z", time(9, 5, tzinfo=UTC)], "09:05:00"),
    ("uuid", ["{" + KEY + "}", "urn:uuid:" + KEY, f" {KEY.upper()} "], KEY),
    ("date", ["20240102", " 2024-01-02 "], "2024-01-02"),
    ("timestamp", ["2024-01-02T10:00:00z", " 2024-01-02 12:00:00+02"], "2024-01-02T10:00:00.000Z"),
    ("bigInteger", [float(2**60)], str(2**60)),  # pandas makes floats of a column with gaps
    ("csv", [["a,b"], '["a,b"]', "a,b"], ["a", "b"]),
    ("csv", [[None, "a"]], ["", "a"]),
    ("csv", [True, [True]], ["true"]),
    ("json", ['"true"', True, "true"], True),  # PostgreSQL returns what is read as JSON once more
    ("json", [2**60, str(2**60)], 1152921504606847000),  # numbers of JavaScript
    ("alias", [[1, 1, "1"]], [1]),
    ("csv", ["p,q", '["p", "q"]', ["p", "q"], ("p", "q"), {"q", "p"}], ["p", "q"]),
    ("json", ['{"a": [1]}', {"a": [1]}, {"a": (1,)}], {"a": [1]}),
    ("json", ['{"a": 1}', {"a": 1}], '{"a":1}'),  # a server that returns text
    ("unknown", ['{"type":"Buffer","data":[97]}', {"type": "Buffer", "data": [97]}], {"type": "Buffer", "data": [97]}),
    ("json", ["hello", '"hello"'], "hello"),
    ("json", ["true", True], True),
    ("json", ["1.5", Decimal("1.5"), 1.5], 1.5),
    ("alias", ["[2, 1]", [1, 2], ["1", 2]], [1, 2]),
]
OTHER = [
    ("integer", "2", 1), ("decimal", "1.51", "1.50"), ("boolean", "true", False), ("boolean", True, "true"),
    ("string", "1.0", "1"), ("string", "10:00", "10:00:00"), ("string", "A", "a"), ("csv", "p", ["p", "q"]),
    ("json", {"a": True}, {"a": 1}), ("json", "1", "one"), ("json", 1, "1"), ("time", "10:01", "10:00:00"), ("alias", [], [1]),
    ("date", "2024-01-03", "2024-01-02"), ("string", "", None), ("string", None, ""),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "given", "current"), [(kind, given, held) for kind, all_, held in SAME for given in all_])
def test_one_value_however_it_is_written(kind: str, given: Any, current: Any) -> None:
    field = Field("f", kind)
    assert field.is_same(field.to_send(given, current), current)


@pytest.mark.parametrize(("kind", "given", "current"), OTHER)
def test_two_values(kind: str, given: Any, current: Any) -> None:
    field = Field("f", kind)
    assert not field.is_same(field.to_send(given, current), current)


@pytest.mark.parametrize(
    ("kind", "given"),
    [("date", "1970-01-01"), ("dateTime", "1970-01-01 00:00"), ("timestamp", "1970-01-01T01:00:00+01:00"), ("date", 0)],
)
def test_sqlite_returns_0_for_the_first_moment_of_1970(kind: str, given: object) -> None:
    field = Field("f", kind)
    sent = field.to_send(given)
    assert (field.is_same(sent, 0), field.why_unfit(sent)) == (True, None)
    assert not field.is_same("1970-01-02", 0)


def test_what_the_database_rounds_is_the_same() -> None:
    assert Field("f", "float", single=True).is_same(1.23456789, 1.2345679)
    assert Field("f", "float", single=True).is_same(16777217, 16777216)
    assert Field("f", "float", single=True).is_same(1e300, 1e300)
    assert not Field("f", "float").is_same(1.23456789, 1.2345679)
    assert Field("f", "decimal", scale=3).is_same("1.2345678", "1.235")
    assert not Field("f", "decimal", scale=3).is_same("1.2365", "1.235")


@pytest.mark.parametrize(
    ("kind", "given", "sent"),
    [
        ("boolean", "true", True), ("boolean", "0", False), ("boolean", 1, True), ("boolean", "", None), ("integer", "7.0", 7),
        ("integer", "n/a", "n/a"), ("string", 10**12, "1000000000000"), ("string", "", ""), ("json", '{"a":1}', {"a": 1}),
        ("json", "NaN", '"NaN"'), ("bigInteger", "9007199254740993.0", 9007199254740993), ("integer", "1_000", "1_000"),
        ("uuid", KEY.upper(), KEY), ("uuid", "{" + KEY + "}", KEY), ("timestamp", " 2024-01-02 10:00z", "2024-01-02 10:00Z"),
        ("timestamp", "later", "later"),
        ("json", "null", None), ("json", "hello", '"hello"'), ("json", True, "true"), ("csv", '["p","q"]', ["p", "q"]),
        ("csv", "p,q", "p,q"), ("date", "", None), ("alias", "[1,2]", [1, 2]), ("unknown", "x", "x"),
    ],
)  # fmt: skip
def test_what_is_sent(kind: str, given: Any, sent: Any) -> None:
    meant = Field("f", kind).to_send(given)
    assert (type(meant), meant) == (type(sent), sent)


@pytest.mark.parametrize(
    ("kind", "given", "current", "message"),
    [
        ("boolean", "yes", None, "not a valid boolean"),
        ("json", "{'a': [1]}", None, "is not (a )?valid JSON.*Python's spelling"),
        ("json", "text", {"a": 1}, "is not (a )?valid JSON"),
        ("json", "True", None, "is not (a )?valid JSON"),
        ("hash", "**********", None, "mask for a hidden value"),
        ("csv", "['p', 'q']", None, "is not (a )?valid JSON"),
        ("csv", "('p', 'q')", None, "is not (a )?valid JSON"),
        ("csv", "{1, 2}", None, "is not (a )?valid JSON"),
        ("json", "[NaN, 1]", None, "is not (a )?valid JSON"),
        ("alias", [None], [1], "not a valid list of keys"),
        ("alias", [[1]], [1], "not a valid list of keys"),
        ("alias", '[1, ""]', [1], "not a valid list of keys"),
        ("integer", {"id": 1}, 1, r"Pass keys only.*directus\.items\('authors'\)\.sync"),
        ("integer", '{"id": 1}', 1, "items of a related collection"),
        ("alias", [{"title": "Hi"}], [1], "items of a related collection"),
        ("alias", {"create": [], "update": [], "delete": [1]}, [1], "items of a related collection"),
        ("alias", [1, {"id": 2}], [1], "items of a related collection"),
        ("alias", 5, [1], "not a valid list of keys"),
        ("alias", None, [1], r"write \[\]"),
        ("alias", list(range(100)), list(range(150)), "100 is where a server cuts a list"),
        ("string", ["a"], None, "is a list"),
    ],
)
def test_what_cannot_be_a_value_is_refused(kind: str, given: Any, current: Any, message: str) -> None:
    field = Field("f", kind, related="authors" if kind == "integer" else None)
    with pytest.raises(ValueError, match=message):
        field.is_same(field.to_send(given, current), current)


def test_what_the_specification_of_the_server_tells() -> None:
    related = {"oneOf": [{"type": "integer"}, {"$ref": "#/components/schemas/ItemsTag"}]}
    for told, kind in (
        ({"nullable": True}, "json"), ({"type": "integer", "format": "int64"}, "bigInteger"), (related, "integer"),
        ({"type": "array", "items": {"type": "string"}}, "csv"), ({"type": "array", "items": related}, "alias"),
        ({"type": "string", "format": "timestamp"}, "timestamp"), ({"type": "string", "format": "binary"}, "unknown"),
    ):  # fmt: skip
        assert specified("f", told).type == kind
    assert specified("f", {"type": "string"}).masks("**********")
    assert not Field("f", "string").masks("**********")


def test_a_moment_whose_zone_only_the_server_knows() -> None:
    for kind, sent, first, after in (
        ("timestamp", "2024-01-02", "2024-01-02T00:00:00", "2024-01-02T00:00:00.001000"),
        ("timestamp", datetime(2024, 1, 2, 3, 0, 0, 123456), "2024-01-02T03:00:00.123000", "2024-01-02T03:00:00.124000"),
        ("dateTime", "2024-01-02 10:00:00.5+02:00", "2024-01-02T08:00:00Z", "2024-01-02T08:00:01Z"),
    ):
        assert Field("f", kind).server_filter(sent) == {"_and": [{"f": {"_gte": first}}, {"f": {"_lt": after}}]}
    assert Field("f", "date").server_filter("2024-01-02T10:00Z") == {"f": {"_eq": "2024-01-02T10:00:00Z"}}
    for kind, sent in (
        ("timestamp", "2024-01-02T10:00:00Z"), ("dateTime", "2024-01-02 10:00"), ("date", "2024-01-02"),
        ("string", "2024-01-02"), ("timestamp", "soon"), ("timestamp", None),
    ):  # fmt: skip
        assert Field("f", kind).server_filter(sent) is None


def test_whether_the_database_rounds_a_float_is_asked_where_only_its_type_is_known() -> None:
    for sent in (1 / 3, str(1 / 3), Decimal(1 / 3)):
        assert Field("f", "float", brief=True).server_filter(sent) == {"f": {"_eq": 1 / 3}}
        assert Field("f", "float").server_filter(sent) is None
    for whole in (5, "5", 5.0, None, "soon"):
        assert Field("f", "float", brief=True).server_filter(whole) is None


def test_a_list_that_the_server_cuts_is_not_compared() -> None:
    field = Field("f", "alias", cuts=(5, 50))
    assert field.is_same([1, 2], [2, 1])
    with pytest.raises(ValueError, match="5 is where a server cuts a list"):
        field.is_same([1, 2, 3, 4, 5], [1, 2, 3, 4, 5, 6])
    with pytest.raises(ValueError, match="QUERY_LIMIT_MAX"):
        field.is_same(list(range(60)), list(range(50)))


def test_an_empty_cell_is_empty_text_and_never_clears_an_object() -> None:
    assert Field("f", "string").is_same(None, "", cell=True)
    assert Field("f", "csv").is_same(None, [], cell=True)
    assert not Field("f", "string").is_same(None, "x", cell=True)
    with pytest.raises(ValueError, match="write null to clear it"):
        Field("f", "json").is_same(None, {"a": 1}, cell=True)
    assert not Field("f", "json").is_same(None, {"a": 1})


@pytest.mark.parametrize(
    ("given", "stored", "sent"),
    [
        ("true", False, True), ("1", 2, "1"), ("p,q", ["p"], "p,q"), ('{"a": 1}', {}, {"a": 1}), ({"a": 1}, {"b": 1}, {"a": 1}),
        ("1", "x", "1"), ("[1]", [{"a": 1}], [1]), ({"a": 1}, None, {"a": 1}),
    ],
)  # fmt: skip
def test_without_types_the_values_of_the_items_show_what_is_certain(given: Any, stored: Any, sent: Any) -> None:
    value = inferred("f", [None, stored]).to_send(given, stored)
    assert (type(value), value) == (type(sent), sent)


def test_without_types_related_items_are_refused_and_dates_are_strings() -> None:
    for given, stored in (([{"title": "Hi"}], [1, 2]), ({"name": "Ada"}, 3), ({"create": []}, [1]), ({"name": "Ada"}, "key")):
        with pytest.raises(ValueError, match="related collection"):
            inferred("f", [stored]).to_send(given, stored)
    assert [inferred("f", values).type for values in ([1, "1"], [{}, [1]], [])] == ["unknown", "json", "unknown"]
    assert not inferred("f", ["2024-01-01T00:00:00.000Z"]).is_same("2024-01-01T00:00:00Z", "2024-01-01T00:00:00.000Z")


@pytest.mark.parametrize(
    ("kind", "given", "current", "same"),
    [
        ("float", 1, 1.0, True), ("decimal", Decimal("1.50"), "1.5", True), ("decimal", Decimal("1.50"), "1.51", False),
        ("unknown", "1", 1, False), ("boolean", True, 1, True), ("boolean", True, False, False), ("unknown", 1, True, False),
        ("unknown", None, None, True), ("unknown", None, 0, False), ("unknown", "", None, False), ("string", "a", "A", False),
        ("timestamp", datetime(2024, 1, 1, 5, tzinfo=UTC), "2024-01-01T05:00:00.000Z", True),
        ("dateTime", datetime(2024, 1, 1, 5), "2024-01-01T05:00:00", True), ("unknown", (1, 2), [1, 2], True),
        ("dateTime", datetime(2024, 1, 1, 5), "2024-01-01T06:00:00", False), ("date", date(2024, 1, 1), "2024-01-01", True),
        ("unknown", {"a": [1]}, {"a": [1]}, True), ("json", (1, 2), [1, 2], True), ("json", [1], [2], False),
    ],
)  # fmt: skip
def test_values_are_the_same_however_they_are_written(kind: str, given: Any, current: Any, same: bool) -> None:
    field = Field("f", kind)
    assert field.is_same(field.to_send(given, current), current) is same


def test_empty_text_is_no_key_and_nothing_that_a_server_hides() -> None:
    assert Field("f", "string", related="languages").to_send("") is None
    assert Field("f", "string", frozenset({"conceal"})).is_same("", None)


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("integer", "n/a"), ("integer", "1_000"), ("integer", "१२"), ("bigInteger", "1 000"), ("float", "NaN"),
        ("float", "1e999"), ("decimal", Decimal("-1e999")), ("decimal", "9" * 400),
        ("float", "0x10"), ("float", "inf"), ("decimal", "1,5"), ("decimal", date(2024, 1, 2)), ("timestamp", "later"),
        ("timestamp", 1704164645000), ("time", "10:00 PM"), ("time", 10), ("date", 45000), ("dateTime", 1704164645000),
    ],
)  # fmt: skip
def test_what_a_database_would_store_and_not_show_again_is_unfit(kind: str, given: Any) -> None:
    field = Field("f", kind)
    assert "is not a valid " in str(field.why_unfit(field.to_send(given)))


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("integer", " 7 "), ("integer", "-07"), ("float", "1e5"), ("float", ".5"), ("decimal", Decimal("1E+3")),
        ("decimal", None), ("timestamp", datetime(2024, 1, 2)), ("timestamp", "2024-01-02"), ("time", time(1)),
        ("string", "n/a"), ("date", "soon"),
    ],
)  # fmt: skip
def test_what_fits_or_the_server_refuses_is_sent(kind: str, given: Any) -> None:
    field = Field("f", kind)
    assert field.why_unfit(field.to_send(given)) is None


def test_values_to_match_on_are_the_same_however_they_are_written() -> None:
    price, single, at = Field("f", "decimal", scale=4), Field("f", "float", single=True), Field("f", "timestamp")
    for field, ways in (
        (price, ["005.1", "5.10", Decimal("5.1"), 5.1, "+5.1", "5.10001"]), (single, [1.23456789, "1.2345679"]),
        (Field("f", "integer"), ["07", 7, "7.0", 7.0]), (Field("f", "time"), ["9:05", "09:05:00", time(9, 5)]),
        (at, ["2024-01-02 00:00:00+00", "2024-01-02T02:00:00+0200", datetime(2024, 1, 2, tzinfo=UTC)]),
        (Field("f", "dateTime"), ["2024-01-02", "2024-01-02 00:00:00.5", datetime(2024, 1, 2)]),
        (Field("f", "date"), ["20240102", "2024-01-02T05:00", date(2024, 1, 2)]), (Field("f", "csv"), ["a,b", ["a", "b"]]),
        (Field("f", "uuid"), [KEY, KEY.upper(), UUID(KEY), UUID(KEY).hex]),
    ):  # fmt: skip
        first, *others = [field.canonical(field.to_send(way)) for way in ways]
        assert [other for other in others if other != first] == []
