"""JSON as the server wants it; generated values are in `test_fuzz`."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from collections import OrderedDict
from decimal import Decimal
from enum import Enum, IntEnum
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import Any
from uuid import UUID

import attrs
import pytest

from directus_sdk import UNSET, Directus
from directus_sdk.testing import MockTransport
from directus_sdk.wire.encoding import dumps, loads


class Colour(Enum):
    RED = "red"


class Number(IntEnum):
    TWO = 2


@attrs.define
class Point:
    x: int
    y: Any = None


@dataclasses.dataclass
class Line:
    start: Point
    when: dt.date


EAST = dt.timezone(dt.timedelta(hours=2))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (dt.date(2026, 1, 2), '"2026-01-02"'),
        (dt.time(10, 11, 12), '"10:11:12"'),
        (dt.datetime(2026, 1, 2, 3, 4, 5), '"2026-01-02T03:04:05"'),
        (dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.timezone.utc), '"2026-01-02T03:04:05Z"'),
        (dt.datetime(2026, 1, 2, 3, 4, 5, 600, tzinfo=EAST), '"2026-01-02T01:04:05.000600Z"'),
        (Decimal("9.90"), '"9.90"'),
        (UUID(int=5), '"00000000-0000-0000-0000-000000000005"'),
        (Colour.RED, '"red"'),
        (Number.TWO, "2"),
        ({"b"}, '["b"]'),
        (frozenset({1}), "[1]"),
        (range(3), "[0,1,2]"),
        ((1, 2), "[1,2]"),
        ({1: 2}.keys(), "[1]"),
        (map(str, [1]), '["1"]'),
        (MappingProxyType({"a": 1}), '{"a":1}'),
        (OrderedDict(b=1, a=2), '{"b":1,"a":2}'),
        (PurePosixPath("/a"), '"/a"'),
        (Point(1), '{"x":1,"y":null}'),
        (Point(1, UNSET), '{"x":1}'),
        (Line(Point(1, 2), dt.date(2026, 1, 2)), '{"start":{"x":1,"y":2},"when":"2026-01-02"}'),
        (2**53, "9007199254740992"),
        (2**53 + 1, '"9007199254740993"'),
        ([-(2**60)], '["-1152921504606846976"]'),
        ({"text": "1234567890123456789"}, '{"text":"1234567890123456789"}'),
        ({1: 2, UUID(int=0): 3}, '{"1":2,"00000000-0000-0000-0000-000000000000":3}'),
        ("ä€😀", '"ä€😀"'),
        ("\ud800", '"\\ud800"'),
        (1.5, "1.5"),
        (True, "true"),
        (None, "null"),
    ],
)
def test_what_goes_out(value: Any, text: str) -> None:
    assert dumps(value).decode() == text


def test_pydantic_models_dump_themselves() -> None:
    pydantic = pytest.importorskip("pydantic")
    model = pydantic.create_model("Item", when=(dt.date, ...), tags=(list[str], []))
    assert json.loads(dumps({"item": model(when=dt.date(2026, 1, 2))})) == {"item": {"when": "2026-01-02", "tags": []}}


@pytest.mark.parametrize(
    ("value", "kind", "words"),
    [
        ({"a": [1, {"b": float("nan")}]}, ValueError, r"a\[1\]\.b is nan.*None"),
        ({"a": float("inf")}, ValueError, "a is inf"),
        ({"a": Decimal("NaN")}, ValueError, "a is NaN"),
        ({"a": b"x"}, TypeError, "a is bytes; upload"),
        ({"a": bytearray(b"x")}, TypeError, "a is bytearray"),
        ({"a": object()}, TypeError, "a is of type object"),
        ({"a": {(1, 2): 3}}, TypeError, "a has a key of type tuple"),
        ({b"a": 1}, TypeError, "key of type bytes"),
        (object(), TypeError, "the value is of type object"),
    ],
)
def test_what_cannot_go_out_is_named_with_its_place(value: Any, kind: type[Exception], words: str) -> None:
    with pytest.raises(kind, match=words):
        dumps(value)


def test_deep_nesting_and_circles_end() -> None:
    deep: Any = 1
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(ValueError, match="nested too deeply"):
        dumps(deep)
    circle: list[Any] = []
    circle.append(circle)
    with pytest.raises(ValueError, match="a circular reference"):
        dumps(circle)


def test_the_same_object_twice_is_no_circle() -> None:
    point = Point(2**60)
    assert json.loads(dumps([point, point])) == [{"x": str(2**60), "y": None}] * 2


def test_decoding() -> None:
    assert loads(b'{"a": 1.0}') == {"a": 1.0}
    with pytest.raises(ValueError, match="Expecting"):
        loads(b"{")


def test_generators_are_sent_whole_whatever_stands_beside_them() -> None:
    mock = MockTransport(lambda request: {"id": 1})
    with Directus("https://cms.example.com", transport=mock) as directus:
        for beside in (1, 2**60, "1234567890123456", "\ud800", dt.date(2026, 1, 2)):
            item = {"tags": (tag for tag in "ab"), "more": [map(str, [1]), zip("c", [2], strict=True)], "beside": beside}
            directus.items("things").create_one(item)
            sent = mock.json()
            assert (sent["tags"], sent["more"]) == (["a", "b"], [["1"], [["c", 2]]])
        directus.items("things").create_many([{"tags": (tag for tag in "ab"), "long": 2**60}])
        assert mock.json() == [{"tags": ["a", "b"], "long": str(2**60)}]


@pytest.mark.parametrize(
    ("key", "name"), [(None, "null"), (True, "true"), (1.5, "1.5"), (3, "3"), (Number.TWO, "2"), (Colour.RED, "red")]
)
def test_keys_are_named_alike_on_both_ways(key: Any, name: str) -> None:
    assert json.loads(dumps({"a": {key: 1}})) == {"a": {name: 1}}
    assert json.loads(dumps({"a": {key: 2**60}})) == {"a": {name: str(2**60)}}


@pytest.mark.parametrize("unit", ["D", "h", "s", "ms", "us", "ns"])
def test_dates_of_numpy_are_dates_in_every_unit(unit: str) -> None:
    import numpy as np

    one = np.datetime64("1999-01-02", unit)
    whole = '"1999-01-02"' if unit == "D" else '"1999-01-02T00:00:00"'
    assert dumps([one, np.array([one])]).decode() == f"[{whole},[{whole}]]"


def test_dates_of_numpy_that_are_none_are_refused() -> None:
    import numpy as np

    for value, kind, words in (
        (np.timedelta64(3, "s"), TypeError, "a is of type timedelta64"),
        (np.array([3], "m8[ns]"), TypeError, "a is of type timedelta64"),
        (np.datetime64("NaT", "ns"), ValueError, "a is NaT"),
        (np.array(["NaT", "2026-01-02"], "M8[D]"), ValueError, "a is NaT"),
        (np.datetime64("20000-01-01", "s"), ValueError, "a is before the year 1 or after"),
    ):
        with pytest.raises(kind, match=words):
            dumps({"a": value})
