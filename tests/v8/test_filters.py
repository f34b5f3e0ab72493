"""Filters of version 8, by the query string that is sent."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import Enum
from typing import Any
from urllib.parse import unquote_plus, urlencode
from uuid import UUID

import pytest

from directus_sdk.v8.filters import OPERATORS, filter_pairs, value_text


class Status(Enum):
    DRAFT = "draft"


class Field(str, Enum):
    STATUS = "status"


def sent(rule: object) -> str:
    """The query string of a filter, without escapes."""
    return unquote_plus(urlencode(filter_pairs(rule)))


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({}, ""),
        # A plain value means eq.
        ({"status": "published"}, "filter[status]=published"),
        ({"id": 5, "flag": True, "off": False}, "filter[id]=5&filter[flag]=1&filter[off]=0"),
        ({"title": "a,b & c=d"}, "filter[title]=a,b & c=d"),
        ({"title": ""}, "filter[title]="),
        # Related items, with dots or nested.
        ({"author.name": {"contains": "x"}}, "filter[author.name][contains]=x"),
        ({"author": {"name": {"eq": "x"}}}, "filter[author.name][eq]=x"),
        ({"author": {"team": {"name": {"rlike": "x%"}}}}, "filter[author.team.name][rlike]=x%"),
        ({"author": {"eq": 3, "name": {"eq": "x"}}}, "filter[author][eq]=3&filter[author.name][eq]=x"),
        ({"author": {"in": {"eq": 3}}}, "filter[author.in][eq]=3"),
        ({"author": {"age": [{"lt": 3}, {"gt": 9, "logical": "or"}]}},
         "filter[author.age][0][lt]=3&filter[author.age][1][gt]=9&filter[author.age][1][logical]=or"),
        # Several operators on one field have an index, in the order in which they are written.
        ({"n": {"gt": 8, "lt": 9}}, "filter[n][0][gt]=8&filter[n][1][lt]=9"),
        ({"n": {"lt": 9, "gt": 8}}, "filter[n][0][lt]=9&filter[n][1][gt]=8"),
        ({"n": [{"gt": 8, "lt": 9}, {"eq": 3}]}, "filter[n][0][gt]=8&filter[n][1][lt]=9&filter[n][2][eq]=3"),
        ({"n": [{"eq": 3}]}, "filter[n][eq]=3"),
        # logical
        ({"id": {"eq": 3}, "title": {"eq": "x", "logical": "or"}},
         "filter[id][eq]=3&filter[title][eq]=x&filter[title][logical]=or"),
        ({"title": {"logical": "or", "eq": "x"}}, "filter[title][eq]=x&filter[title][logical]=or"),
        ({"n": [{"eq": 7}, {"eq": 8, "logical": "or"}]},
         "filter[n][0][eq]=7&filter[n][1][eq]=8&filter[n][1][logical]=or"),
        ({"n": {"eq": 7, "logical": "and"}}, "filter[n][eq]=7&filter[n][logical]=and"),
        # Fields are sent in the order in which they are written.
        ({"b": 1, "a": 2}, "filter[b]=1&filter[a]=2"),
        # Lists
        ({"id": {"in": [1, 3]}}, "filter[id][in]=1,3"),
        ({"id": {"nin": (1, 3)}}, "filter[id][nin]=1,3"),
        ({"id": {"in": {1}}}, "filter[id][in]=1"),
        ({"id": {"in": (key for key in (1, 2))}}, "filter[id][in]=1,2"),
        ({"id": {"in": "1,3"}}, "filter[id][in]=1,3"),
        ({"name": {"in": ["Doe, Jane", "x"]}}, "filter[name][in][]=Doe, Jane&filter[name][in][]=x"),
        ({"name": {"in": ["a,b"]}}, "filter[name][in][]=a,b"),
        ({"r": {"between": [8, 8.6]}}, "filter[r][between]=8,8.6"),
        ({"n": {"nbetween": ["a,b", "c"], "gt": 1}},
         "filter[n][0][nbetween][]=a,b&filter[n][0][nbetween][]=c&filter[n][1][gt]=1"),
        # Operators without a value: False means the opposite one.
        ({"a": {"null": True}}, "filter[a][null]=1"),
        ({"a": {"null": False}}, "filter[a][nnull]=1"),
        ({"a": {"nnull": True}}, "filter[a][nnull]=1"),
        ({"a": {"nnull": False}}, "filter[a][null]=1"),
        ({"a": {"empty": False}}, "filter[a][nempty]=1"),
        ({"a": {"nempty": False}}, "filter[a][empty]=1"),
        ({"a": {"_null": False}}, "filter[a][nnull]=1"),
        # Names of later versions, and other names.
        ({"a": {"_eq": 1}}, "filter[a][eq]=1"),
        ({"a": {"_nbetween": [1, 2]}}, "filter[a][nbetween]=1,2"),
        ({"a": {"like": "x"}}, "filter[a][like]=x"),
        ({"a": {"nlike": "x"}}, "filter[a][nlike]=x"),
        ({"tags": {"has": 2}}, "filter[tags][has]=2"),
        # Values
        ({"a": {"gt": datetime(2026, 1, 2, 3, 4, 5, 678)}}, "filter[a][gt]=2026-01-02 03:04:05"),
        ({"a": datetime(2026, 1, 2, 3, tzinfo=timezone(timedelta(hours=2)))}, "filter[a]=2026-01-02 01:00:00"),
        ({"a": {"gt": date(2026, 1, 2)}}, "filter[a][gt]=2026-01-02"),
        ({"a": {"gt": "now"}}, "filter[a][gt]=now"),
        ({"a": {"in": [True, False]}}, "filter[a][in]=1,0"),
        ({"a": Status.DRAFT}, "filter[a]=draft"),
        ({Field.STATUS: {"in": [Status.DRAFT]}}, "filter[status][in]=draft"),
    ],
)  # fmt: skip
def test_what_is_sent(rule: object, expected: str) -> None:
    assert sent(rule) == expected


def test_every_operator_is_sent_by_its_own_name() -> None:
    values: dict[str, Any] = {"in": [1], "nin": [1], "between": [1, 2], "nbetween": [1, 2]}
    values |= dict.fromkeys(("null", "nnull", "empty", "nempty"), True)
    for operator in sorted(OPERATORS):
        assert sent({"a": {operator: values.get(operator, 1)}}).startswith(f"filter[a][{operator}]=1")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("x", "x"),
        (12, "12"),
        (10**17, "100000000000000000"),
        (1.5, "1.5"),
        (time(1, 2, 3), "01:02:03"),
        (Decimal("9.90"), "9.90"),
        (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
    ],
)
def test_a_value_as_a_string(value: object, text: str) -> None:
    assert value_text(value, "a") == text


def test_numbers_and_dates_of_numpy() -> None:
    numpy = pytest.importorskip("numpy")
    values = [numpy.int64(3), numpy.float32(0.5), numpy.bool_(False), numpy.datetime64("2026-01-02T03:04:05")]
    assert [value_text(value, "a") for value in values] == ["3", "0.5", "0", "2026-01-02 03:04:05"]
    assert sent({"id": {"in": numpy.array([1, 2])}, "a": {"null": numpy.bool_(True)}}) == "filter[id][in]=1,2&filter[a][null]=1"


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        # Operators that the server has and responds to wrongly.
        ({"tags": {"nhas": 1}}, r"unknown operator 'nhas' in filter\.tags: the server reads it as 'has'"),
        ({"tags": {"all": [1, 2]}}, "write {'tags.id': {'in': "),
        # Operators of later versions.
        ({"title": {"_starts_with": "x"}}, "write {'rlike': 'x%'}"),
        ({"title": {"_iends_with": "x"}}, "write {'rlike': '%x'}"),
        ({"title": {"_icontains": "x"}}, "write 'contains'"),
        ({"title": {"_regex": "x"}}, "a pattern of SQL"),
        ({"tags": {"_some": {"name": {"eq": "x"}}}}, r"write {'tags\.name': {'eq': 'x'}}"),
        ({"tags": {"_none": {"name": {"eq": "x"}}}}, "leave them out"),
        ({"_and": [{"id": {"eq": 1}}]}, "joined with 'logical'"),
        ({"_or": [{"id": {"eq": 1}}]}, "joined with 'logical'"),
        ({"author": {"_or": [{"id": {"eq": 1}}]}}, "joined with 'logical'"),
        ({"_eq": 1}, "'_eq' in filter is not under a field: write {'status': {'eq': 'x'}}"),
        ({"shape": {"_intersects": {}}}, "unknown operator '_intersects'"),
        # Symbols
        ({"a": {"=": 1}}, "unknown operator '=' in filter.a: write 'eq'"),
        ({"a": {"!=": 1}}, "write 'neq'"),
        ({"a": {"<>": 1}}, "write 'neq'"),
        ({"a": {"<": 1}}, "write 'lt'"),
        ({"a": {">=": 1}}, "write 'gte'"),
        # Misspelt ones
        ({"a": {"nope": 1}}, r"for a field of a related item write {'a\.nope': …}, or {'a': {'nope': {'eq': …}}}"),
        ({"a": {"betwen": [1, 2]}}, r"unknown operator 'betwen' in filter\.a; did you mean between\?"),
        ({"a": {"nnul": True}}, "did you mean nnull"),
        ({"a": {"_contain": "x"}}, "did you mean contains"),
        ({"a": {"eq": 1, "nope": 1}}, "unknown operator 'nope'"),
        ({"a": [{"eq": 1}, {"nope": 1}]}, r"unknown operator 'nope' in filter\.a\[1\]"),
        # logical
        ({"a": {"logical": "or"}}, "has no operator"),
        ({"a": {"eq": 1, "logical": "xor"}}, r"filter\.a\.logical must be 'or' or 'and', not 'xor'"),
        ({"a": {"gt": 1, "lt": 3, "logical": "or"}}, "stands beside several operators; write a list"),
        # Values
        ({"a": None}, r"filter\.a is None; to find items without a value write {'null': True}"),
        ({"a": {"eq": None}}, r"filter\.a\.eq is None"),
        ({"a": {"in": [1, None]}}, r"filter\.a\.in\[1\] is None"),
        ({"a": {"in": []}}, r"filter\.a\.in is empty; the server would compare with an empty string"),
        ({"a": {"nin": iter(())}}, "is empty"),
        ({"a": {"between": [1]}}, "needs exactly two values, not 1"),
        ({"a": {"null": "no"}}, "must be True or False, not 'no'"),
        ({"a": {"empty": 1}}, "must be True or False, not 1"),
        ({"a": {}}, r"filter\.a is empty; the server would ignore it"),
        ({"author": {"name": {}}}, r"filter\.author\.name is empty"),
        ({"a": float("nan")}, "is nan, which is not a number"),
        ({"": 1}, "not the name of a field"),
        ({"a[0]": 1}, "'a.0.', which is not the name of a field"),
        ({"author.name": 1, "author": {"name": {"eq": 2}}}, r"filter\.author\.name is given twice"),
    ],
)  # fmt: skip
def test_what_the_server_would_misread_is_refused(rule: object, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        filter_pairs(rule)


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("status", "filter must be a mapping such as {'status': {'eq': 'draft'}}, not str"),
        ({1: 2}, "has a key of type int"),
        ({"a": [1, 2]}, "for one of several values write {'in': "),
        ({"a": []}, "filter.a is a list"),
        ({"a": {"eq": [1]}}, r"filter\.a\.eq must be one value, not list"),
        ({"a": {"in": 5}}, r"filter\.a\.in must be a list, not int"),
        ({"a": {"eq": b"x"}}, "bytes"),
        ({"a": {"eq": object()}}, "object"),
    ],
)
def test_values_of_another_type(rule: object, words: str) -> None:
    with pytest.raises(TypeError, match=words):
        filter_pairs(rule)
