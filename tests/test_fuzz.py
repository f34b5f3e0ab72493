"""Generated inputs for what encodes paths, queries and JSON: no crash, no unquoted byte, and what a server decodes is what
went in.

10,000 inputs in each run of the tests, the same ones each time; 1,000,000 in the nightly one (``make soak``), others each time.
"""

from __future__ import annotations

import datetime as dt
import json
import math
import re
from collections.abc import Callable
from decimal import Decimal
from enum import Enum
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from directus_sdk.wire import urls
from directus_sdk.wire.encoding import MAX_SAFE_INTEGER, dumps
from directus_sdk.wire.filters import check_filter
from directus_sdk.wire.query import free_params, normalize

SEGMENT = re.compile(r"(?:[A-Za-z0-9_.~-]|%[0-9A-F]{2})+")
PATH = re.compile(r"/(?:[A-Za-z0-9_.~!$&'()*+,;=:@/-]|%(?:[0-9A-Fa-f]{2})?)*")
QUERY = re.compile(r"(?:[A-Za-z0-9_.~&=+*-]|%[0-9A-F]{2})*")

anything = st.text(st.characters(), max_size=40)
sendable = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
tricky = st.text(st.sampled_from("./\\%2eE?#&=+;:@ \t\n\"'{}[]\x00äß€😀"), max_size=12)


class Colour(Enum):
    RED = "red"
    ONE = 1


EAST, WEST = dt.timezone(dt.timedelta(hours=14)), dt.timezone(dt.timedelta(hours=-9, minutes=-30))
moments = st.datetimes(timezones=st.sampled_from([None, dt.timezone.utc, EAST, WEST]))
leaves = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | anything
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.uuids()
    | st.dates()
    | st.times()
    | moments
    | st.sampled_from(Colour)
)
values = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=4) | st.tuples(inner) | st.dictionaries(anything, inner, max_size=4),
    max_leaves=12,
)
documents = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | sendable,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(sendable, inner, max_size=3),
    max_leaves=6,
)
names = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=10)
given_values = documents.filter(lambda value: value is not None)  # None is refused, but by _eq and _neq
comparisons = st.dictionaries(st.sampled_from(["_eq", "_neq"]), documents, min_size=1, max_size=2) | st.fixed_dictionaries(
    {"_in": st.lists(given_values, min_size=1, max_size=3)}, optional={"_contains": given_values}
)
filters = st.recursive(
    st.dictionaries(names, comparisons, min_size=1, max_size=2),
    lambda inner: (
        st.fixed_dictionaries({"_or": st.lists(inner, min_size=1, max_size=3)})
        | st.dictionaries(names, inner, min_size=1, max_size=2)
    ),
    max_leaves=5,
)
queries = st.fixed_dictionaries(
    {},
    optional={
        "filter": filters,
        "search": sendable,
        "fields": st.lists(sendable.filter(lambda text: text.strip() == text and text and "," not in text), max_size=4),
        "sort": st.lists(sendable.filter(lambda text: text.strip() == text and text and "," not in text), max_size=4),
        "limit": st.integers(-1, 2**53),
        "page": st.integers(0, 2**53),
        "alias": st.dictionaries(names, sendable, max_size=2),
        "deep": st.dictionaries(names, st.fixed_dictionaries({"_limit": st.integers(-1, 9)}), max_size=2),
        "meta": st.just("*"),
    },
)


# ---------------------------------------------------------------------- what must hold


def a_segment_stays_one(text: str) -> None:
    try:
        quoted = urls.segment(text)
    except ValueError:
        assert not text.strip() or text in (".", "..") or not _utf8(text)
        return
    assert SEGMENT.fullmatch(quoted), quoted
    assert quoted not in (".", "..")
    assert unquote(quoted, errors="strict") == text


def a_path_stays_on_its_server(text: str) -> None:
    try:
        path = urls.free_path(text)
    except ValueError:
        return  # refused: nothing is sent
    address = urlsplit("https://cms.example.com/base" + path)
    assert address.netloc == "cms.example.com"
    assert not address.fragment
    assert address.path.startswith("/base/")
    assert PATH.fullmatch(address.path), path
    assert not {".", ".."} & set(unquote(address.path).split("/")) or "%2f" in address.path.lower()
    assert path.isascii()
    assert path.isprintable()
    assert " " not in path
    assert unquote(address.path.removeprefix("/base/")) == unquote(text.partition("?")[0].lstrip("/"))


def a_query_comes_back(query: dict[str, Any]) -> None:
    try:
        wire = normalize(query)
    except (TypeError, ValueError):
        assert query.keys() & {"filter", "sort", "deep", "alias"}  # what a server would read otherwise: nothing is sent
        return
    address = urls.with_query("https://cms.example.com/items/a", wire.encode().items())
    sent = urlsplit(address).query
    assert QUERY.fullmatch(sent), sent
    got = dict(parse_qsl(sent, keep_blank_values=True, strict_parsing=bool(sent), errors="strict"))
    expected = {name: value for name, value in query.items() if value not in ([], {}, "")}
    assert set(got) == set(expected)
    for name, value in expected.items():
        if name in ("filter", "deep", "alias"):
            assert json.loads(got[name]) == value
        elif isinstance(value, list):
            assert got[name].split(",") == value
        else:
            assert got[name] == str(value)
    body = json.loads(dumps(wire.search_body()))["query"]
    assert body == expected


#: Parameters of Directus whose lists have commas.
LISTS = {"fields", "sort", "groupBy", "meta", "includeCollections", "excludeCollections"}


def a_parameter_comes_back(params: dict[str, Any]) -> None:
    address = urls.with_query("https://cms.example.com/x", free_params(params))
    sent = urlsplit(address).query
    assert QUERY.fullmatch(sent), sent
    got = dict(parse_qsl(sent, keep_blank_values=True, errors="strict"))
    for name, value in params.items():
        if value is None:
            assert name not in got
        elif isinstance(value, list) and (name in LISTS or "[" in name):
            assert name in got  # a list of names, which has commas
        elif isinstance(value, str):
            assert got[name] == value
        else:
            assert json.loads(got[name]) == value


def json_comes_back(value: Any) -> None:
    assert json.loads(dumps(value).decode("utf-8", "strict")) == as_json(value)


def what_is_no_number_is_refused(value: Any, bad: float) -> None:
    for document in ([value, bad], {"a": {"b": bad}}, {"a": [{"b": Decimal(str(bad))}]}):
        with pytest.raises(ValueError, match=r"JSON cannot hold"):
            dumps(document)


def any_filter_is_taken_or_refused(rule: Any) -> None:
    try:
        assert check_filter(rule) is rule
    except (TypeError, ValueError) as refused:
        words = str(refused)
    else:
        return
    assert words.startswith(("filter", "unknown operator", "unknown function"))


def as_json(value: Any) -> Any:
    """What JSON should hold, written down a second time."""
    if isinstance(value, dict):
        return {key: as_json(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [as_json(item) for item in value]
    if isinstance(value, Enum):
        return as_json(value.value)
    if isinstance(value, bool) or value is None or isinstance(value, (str, float)):
        return value
    if isinstance(value, int):
        return value if abs(value) <= MAX_SAFE_INTEGER else str(value)
    if isinstance(value, dt.datetime):
        if value.tzinfo is None:
            return value.isoformat()
        try:
            return value.astimezone(dt.timezone.utc).isoformat().replace("+00:00", "Z")
        except OverflowError:
            return value.isoformat()
    if isinstance(value, (dt.date, dt.time)):
        return value.isoformat()
    assert isinstance(value, (Decimal, UUID))
    return str(value)


def _utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


PROPERTIES: list[tuple[Callable[..., None], dict[str, st.SearchStrategy[Any]], int]] = [
    (a_segment_stays_one, {"text": anything | tricky}, 3_500),
    (a_path_stays_on_its_server, {"text": anything | tricky}, 3_000),
    (a_query_comes_back, {"query": queries}, 700),
    (
        a_parameter_comes_back,
        {"params": st.dictionaries(sendable, documents.filter(lambda value: value != ""), max_size=4)},
        600,
    ),
    (json_comes_back, {"value": values}, 1_500),
    (what_is_no_number_is_refused, {"value": documents, "bad": st.sampled_from([math.nan, math.inf, -math.inf])}, 200),
    (any_filter_is_taken_or_refused, {"rule": filters | documents | st.dictionaries(anything, values, max_size=3)}, 500),
]
NAMES = [check.__name__ for check, _, _ in PROPERTIES]


def generate(check: Callable[..., None], given_by: dict[str, st.SearchStrategy[Any]], count: int, *, same: bool = False) -> int:
    tried = 0

    def counted(**arguments: Any) -> None:
        nonlocal tried
        tried += 1
        check(**arguments)

    chosen = settings(
        max_examples=count, deadline=None, database=None, derandomize=same, suppress_health_check=list(HealthCheck)
    )
    chosen(given(**given_by)(counted))()
    return tried


def test_there_are_enough_of_them() -> None:
    assert sum(count for _, _, count in PROPERTIES) == 10_000


@pytest.mark.parametrize(("check", "given_by", "count"), PROPERTIES, ids=NAMES)
def test_generated_inputs(check: Callable[..., None], given_by: dict[str, st.SearchStrategy[Any]], count: int) -> None:
    assert generate(check, given_by, count, same=True) >= count


@pytest.mark.soak
@pytest.mark.parametrize(("check", "given_by", "count"), PROPERTIES, ids=NAMES)
def test_a_million_generated_inputs(
    check: Callable[..., None], given_by: dict[str, st.SearchStrategy[Any]], count: int
) -> None:
    tried = sum(generate(check, given_by, count) for _ in range(100))
    assert tried >= 100 * count
    print(f"\n{check.__name__}: {tried:,} inputs")
