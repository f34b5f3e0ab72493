"""Filters that a server would read as "everything" are refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from directus_sdk import Directus
from directus_sdk.testing import MockTransport
from directus_sdk.wire.filters import OPERATORS, check_filter
from directus_sdk.wire.operators import Operators

GOOD: list[dict[str, Any]] = [
    {},
    {"status": {"_eq": "published"}},
    {"_and": [{"a": {"_null": True}}, {"_or": [{"b": {"_in": [1]}}, {"c": {"_between": [1, 5]}}]}]},
    {"author": {"name": {"_eq": "Ada"}}},
    {"tags": {"_some": {"name": {"_eq": "x"}}}},
    {"tags": {"_none": {"name": {"_eq": "x"}}}},
    {"id": {"_in": "1,2"}},
    {"id": {"_in": {1, 2}}},
    {"id": {"_between": (1, 2)}},
    {"year(date)": {"_eq": 2026}},
    {"place": {"_intersects": {"type": "Point", "coordinates": [1, 2]}}},
    {"a": {"_eq": None}},
    {"a": {"_eq": ""}},
    {"a": {"_neq": None}},
    {"a": {"_gt": 0, "_lt": 5}},
    {"a": 5},
    {"a": UUID("8c8b0a5e-2c4f-4a53-9e4f-0b3c8f4b8d57")},
    {"tags": {"_some": {"name": "x"}, "_none": {"name": {"_in": ["y", "z"]}}}},
    {"tags": {"_and": [{"_some": {"name": {"_eq": "x"}}}, {"_some": {"tag": {"name": {"_eq": "y"}}}}]}},
    {"tags": {"_some": {"place": {"_intersects": {"type": "Point", "coordinates": [1, 2]}}}}},
    {"tags": {"name": {"_eq": "x"}, "rank": {"_gt": 1}}},
    {"a": {"_null": False, "_nnull": True, "_empty": True, "_nempty": False}},
    {"a": {"_eq": "Null"}},
    {"a": {"_eq": "true"}},
    {"data": {"_json": {"color": {"_eq": "red"}}}},
    {"data": {"_json": {"size.width": {"_between": [1, 5]}, "tags[0]": {"_in": ["x"]}, "_id": {"_null": True}}}},
    {"data": {"_json": {"_or": [{"color": {"_eq": "red"}}, {"_and": [{"n": {"_gt": 1}}, {"n": {"_lt": 5}}]}]}}},
    {"post": {"data": {"_json": {"a": {"_icontains": "x"}}}}},
    {"tags": {"_some": {"data": {"_json": {"a": {"_eq": 1}, "b": {"_eq": 2}}}}}},
    {"tags": {"_none": {"data": {"_json": {"a": {"_nnull": True}}}}}},
    {"_id": {"_eq": 1}},
    {"_and": [{"_source": {"name": {"_eq": 1}}}]},
    {"a": {"_contains": ["x", {"_eq": 1}]}},
    {"$FOLLOW(comments, post)": {"id": {"_eq": 1}}},
]

ONE = r"must hold one condition on one field"

MALFORMED: list[tuple[Any, str]] = [
    ({"a": {}}, r"filter\.a is empty"),
    ({"_or": []}, r"filter\._or is empty"),
    ({"_and": []}, r"filter\._and is empty"),
    ({"_and": [{"a": {"_eq": 1}}, {}]}, r"filter\._and\[1\] is empty"),
    ({"_and": [{"_or": []}]}, r"filter\._and\[0\]\._or is empty"),
    ({"a": {"_in": []}}, r"filter\.a\._in is empty"),
    ({"a": {"_nin": ()}}, r"filter\.a\._nin is empty"),
    ({"a": {"_between": [5]}}, r"filter\.a\._between needs exactly two values, not 1"),
    ({"a": {"_nbetween": [1, 2, 3]}}, "exactly two values, not 3"),
    ({"a": {"b": {}}}, r"filter\.a\.b is empty"),
    ({"tags": {"_some": {}}}, r"filter\.tags\._some is empty"),
    ({"a": None}, "'_null': True"),
    ({"a": {"_gt": None}}, r"filter\.a\._gt is None, which a server may read as 0"),
    ({"a": {"_ncontains": None}}, r"filter\.a\._ncontains is None"),
    ({"a": {"b": {"_lte": None}}}, r"filter\.a\.b\._lte is None"),
    ({"a": {"_in": [1, None]}}, r"filter\.a\._in contains None, which a server may read as 0"),
    ({"a": {"_nbetween": [None, 5]}}, r"filter\.a\._nbetween contains None"),
    *(
        ({"a": rule}, r"filter\.a.* is the string 'null', which a server reads as no value: .*_nnull")
        for rule in ("null", {"_neq": "null"}, {"_eq": "null"}, {"_in": ["b", "null"]}, {"_nin": "b,null"}, {"_gt": "null"})
    ),
    ({"a": {"_neq": "NULL"}}, "is the string 'NULL'"),
    ({"": {"_eq": 1}}, "filter has an empty name"),
    ({"a": {"": 1}}, r"filter\.a has an empty name"),
    ({"_some": {"a": {"_eq": 1}}}, r"filter\._some is not under a field"),
    ({"_and": [{"_none": {"a": {"_eq": 1}}}]}, r"filter\._and\[0\]\._none is not under a field"),
    ({"tags": {"_some": {"a": {"_eq": 1}, "b": {"_eq": 1}}}}, rf"filter\.tags\._some {ONE}"),
    ({"tags": {"_none": {"a": {"_gt": 1, "_lt": 5}}}}, rf"filter\.tags\._none {ONE}"),
    ({"tags": {"_some": {"tag": {"a": {"_eq": 1}, "b": {"_eq": 1}}}}}, ONE),
    ({"tags": {"_some": {"_or": [{"a": {"_eq": 1}}]}}}, ONE),
    ({"tags": {"_some": {"a": {"_and": [{"_eq": 1}]}}}}, ONE),
    ({"tags": {"_some": {"_some": {"a": {"_eq": 1}}}}}, ONE),
]

ONE_OF_A_PATH = "must hold one comparison"
READ_AS_NULL = "which a server reads as no value"

MALFORMED += [
    ({"a": {"_null": None}}, r"filter\.a\._null must be True or False, not None"),
    ({"a": {"_nnull": ""}}, r"_nnull must be True or False, not ''"),
    ({"a": {"_empty": 1}}, "_empty must be True or False, not 1"),
    ({"a": {"_nempty": "yes"}}, "_nempty must be True or False"),
    ({"a": {"_null": []}}, "must be True or False"),
    ({"a": {"b": {"_nnull": {}}}}, "must be True or False"),
    ({"a": {"_neq": "null"}}, READ_AS_NULL),
    ({"a": {"_eq": "NULL"}}, READ_AS_NULL),
    ({"a": {"_ncontains": "null"}}, READ_AS_NULL),
    ({"a": {"_in": ["x", "null"]}}, READ_AS_NULL),
    ({"a": {"_nin": "x,NULL"}}, READ_AS_NULL),
    ({"a": {"_between": ["null", 5]}}, READ_AS_NULL),
    ({"a": "null"}, READ_AS_NULL),
    ({"data": {"_json": {"a": {"_neq": "null"}}}}, READ_AS_NULL),
    ({"a": {"_eq": []}}, r"filter\.a\._eq is empty"),
    ({"a": {"_contains": {}}}, r"filter\.a\._contains is empty"),
    ({"a": {"_intersects": {}}}, r"filter\.a\._intersects is empty"),
    ({"data": {"_json": {}}}, r"filter\.data\._json is empty"),
    ({"data": {"_json": {"_or": []}}}, r"filter\.data\._json\._or is empty"),
    ({"data": {"_json": {"_and": []}}}, r"filter\.data\._json\._and is empty"),
    ({"data": {"_json": {"_or": [{}]}}}, r"filter\.data\._json\._or\[0\] is empty"),
    ({"data": {"_json": {"level": {}}}}, ONE_OF_A_PATH),
    ({"data": {"_json": {"level": {"_gt": 3, "_lt": 6}}}}, ONE_OF_A_PATH),
    ({"data": {"_json": {"level": {"_between": [1]}}}}, "exactly two values"),
    ({"data": {"_json": {"level": {"_in": []}}}}, r"level\._in is empty"),
    ({"data": {"_json": {"level": {"_gt": None}}}}, r"level\._gt is None"),
    ({"data": {"_json": {"level": {"_null": None}}}}, "must be True or False"),
    ({"data": {"_json": {"_eq": "red"}}}, "an operator must be under a path"),
    ({"data": {"_json": {"": {"_eq": 1}}}}, "an operator must be under a path"),
    ({"_json": {"color": {"_eq": "red"}}}, r"filter\._json is not under a field"),
    ({"tags": {"_some": {"data": {"_json": {}}}}}, r"_json is empty"),
    ({"a": {"_regex": {}}}, r"filter\.a\._regex is empty"),
    ({"a": {"_regex": []}}, r"filter\.a\._regex is empty"),
    ({"a": {"_regex": [{}]}}, r"filter\.a\._regex\[0\] is empty"),
    ({"a": {"_regex": None}}, r"filter\.a\._regex is None"),
    ({"_id": {"a": {}}}, r"filter\._id\.a is empty"),
]

NO_FIELD = r"is not under a field; the server would ignore it and match every item: write {'status': {'_"
MALFORMED += [
    ({"_eq": "x"}, r"filter\._eq " + NO_FIELD + "eq': …}}"),
    ({"_in": [1, 2]}, r"filter\._in " + NO_FIELD),
    ({"_between": [1, 2]}, r"filter\._between " + NO_FIELD),
    ({"_null": True}, r"filter\._null " + NO_FIELD),
    ({"_contains": "x"}, r"filter\._contains " + NO_FIELD),
    ({"_or": [{"a": 1}, {"_eq": 1}]}, r"filter\._or\[1\]\._eq " + NO_FIELD),
]

WRONG: list[tuple[Any, str]] = [
    ("id=1", "filter must be a mapping"),
    ([{"a": 1}], "filter must be a mapping"),
    (None, "filter must be a mapping"),
    ({1: {"_eq": 1}}, "key of type int"),
    ({"_or": {"a": {"_eq": 1}}}, r"_or must be a list"),
    ({"_or": ["a"]}, r"_or\[0\] must be a mapping"),
    ({"a": {"_in": 5}}, r"_in must be a list"),
    ({"a": {"_between": {"from": 1, "to": 2}}}, r"_between must be a list"),
    ({"a": []}, r"filter\.a is a list, which a server may ignore and match every item; .*'_in'"),
    ({"a": [{"_eq": 1}]}, r"filter\.a is a list"),
    ({"_and": [{"a": {"b": (1, 2)}}]}, r"filter\._and\[0\]\.a\.b is a tuple"),
    ({"_and": [[]]}, r"_and\[0\] must be a mapping"),
    ({"tags": {"_some": None}}, r"filter\.tags\._some must be a mapping"),
    ({"tags": {"_some": [{"a": 1}]}}, r"filter\.tags\._some must be a mapping"),
    ({"data": {"_json": []}}, r"_json must be a mapping"),
    ({"data": {"_json": {"color": "red"}}}, r"_json\.color must be a mapping"),
    ({"data": {"_json": {"color": {"_eqq": 1}}}}, r"unknown operator _eqq in filter\.data\._json\.color; did you mean _eq\?"),
    ({"data": {"_json": {"color": {"_or": [{"_eq": 1}]}}}}, r"_or cannot stand in filter\.data\._json\.color"),
    ({"data": {"_json": {"color": {"_regex": "x"}}}}, "_regex cannot stand"),
    ({"data": {"_json": {"size": {"width": {"_eq": 1}}}}}, r"a path in _json has dots: 'size\.width'"),
]


UNKNOWN: list[tuple[Any, str]] = [
    ({"a": {"_equals": "x"}}, r"unknown operator _equals in filter\.a; did you mean _eq\?"),
    ({"a": {"_conatins": "x"}}, r"unknown operator _conatins in filter\.a; did you mean _contains\?"),
    ({"a": {"_is": "x"}}, r"did you mean _eq\?"),
    ({"a": {"_ne": "x"}}, r"did you mean _neq\?"),
    ({"a": {"_not_in": [1]}}, r"did you mean _nin\?"),
    ({"a": {"_like": "x"}}, r"did you mean _contains\?"),
    ({"a": {"_is_null": True}}, r"did you mean _null\?"),
    ({"a": {"_isnotnull": True}}, r"did you mean _nnull\?"),
    ({"a": {"_startswith": "x"}}, r"did you mean _starts_with\?"),
    ({"a": {"_EQ": "x"}}, r"did you mean _eq\?"),
    ({"a": {"$gte": 5}}, r"unknown operator \$gte in filter\.a; did you mean _gte\?"),
    ({"$or": [{"a": 1}]}, r"unknown operator \$or in filter; did you mean _or\?"),
    ({"a": {"b": {"_equals": 1}}}, r"unknown operator _equals in filter\.a\.b"),
    ({"a": {"_zzz": {"b": {"_eq": 1}}}}, r"unknown operator _zzz in filter\.a"),
    ({"_orr": [{"a": {"_eq": 1}}]}, r"unknown operator _orr in filter; did you mean _or\?"),
    ({"_orr": {"a": {"_eq": 1}}}, r"did you mean _or\?"),
    ({"_id": 5}, r"unknown operator _id in filter"),
]


@pytest.mark.parametrize(("rule", "words"), UNKNOWN)
def test_operators_that_no_server_has(rule: Any, words: str) -> None:
    with pytest.raises(TypeError, match=words):
        check_filter(rule)


@pytest.mark.parametrize("rule", GOOD)
def test_filters_stay_as_they_are(rule: dict[str, Any]) -> None:
    assert check_filter(rule) is rule


@pytest.mark.parametrize(("rule", "words"), MALFORMED)
def test_malformed_filters(rule: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        check_filter(rule)


@pytest.mark.parametrize(("rule", "words"), WRONG)
def test_what_is_no_filter(rule: Any, words: str) -> None:
    with pytest.raises(TypeError, match=words):
        check_filter(rule)


CALLS: list[Callable[[Directus, Any], Any]] = [
    lambda directus, rule: directus.items("a").read_many(filter=rule),
    lambda directus, rule: directus.items("a").read_by_query({"filter": rule}),
    lambda directus, rule: directus.items("a").read_all(filter=rule),
    lambda directus, rule: list(directus.items("a").iterate(filter=rule)),
    lambda directus, rule: directus.items("a").first(filter=rule),
    lambda directus, rule: directus.items("a").count(rule),
    lambda directus, rule: directus.items("a").aggregate({"count": "*"}, query={"filter": rule}),
    lambda directus, rule: directus.items("a").read_many(deep={"tags": {"_filter": rule}}),
    lambda directus, rule: directus.items("a").update_by_query({"filter": rule}, {"b": 1}),
    lambda directus, rule: directus.items("a").delete_by_query({"filter": rule}),
]


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("rule", [rule for rule, _ in MALFORMED])
def test_every_call_checks_its_filter(call: Callable[[Directus, Any], Any], rule: Any) -> None:
    mock = MockTransport()
    with pytest.raises(ValueError, match="filter"):
        call(Directus("https://cms.example.com", transport=mock), rule)
    assert mock.requests == []


@pytest.mark.parametrize("value", [True, False])
def test_booleans_in_strings_are_sent_as_booleans(value: bool) -> None:
    mock = MockTransport(lambda request: [])
    rule = {"_and": [{"a": {"_null": str(value).lower()}}, {"b": {"_eq": "true"}}]}
    Directus("https://cms.example.com", transport=mock).items("a").read_many(filter=rule, deep={"c": {"_filter": rule}})
    sent = {"_and": [{"a": {"_null": value}}, {"b": {"_eq": "true"}}]}
    assert json.loads(mock.query()["filter"]) == sent
    assert json.loads(mock.query()["deep"]) == {"c": {"_filter": sent}}


WRITES: list[Callable[[Directus, Any], Any]] = [
    lambda directus, rule: directus.items("a").update_by_query({"filter": rule}, {"b": 1}),
    lambda directus, rule: directus.items("a").delete_by_query({"filter": rule}),
    lambda directus, rule: directus.items("a").delete_by_query({"filter": {"_and": [rule]}}, dry_run=True),
    lambda directus, rule: directus.users.delete_by_query({"filter": rule}),
    lambda directus, rule: directus.items("a").sync([{"id": 1}], match_on="id", filter=rule),
]


@pytest.mark.parametrize("call", WRITES)
@pytest.mark.parametrize("rule", [{"a": {"_eqq": 1}}, {"a": {"_zzz": [1]}}, {"_zzz": {"a": {"_eq": 1}}}])
def test_what_decides_a_write_has_no_operator_that_is_not_known(call: Callable[[Directus, Any], Any], rule: Any) -> None:
    mock = MockTransport()
    with pytest.raises(TypeError, match="unknown operator"):
        call(Directus("https://cms.example.com", transport=mock), rule)
    assert mock.requests == []


def test_type_checkers_know_the_operators() -> None:
    assert set(Operators.__annotations__) == OPERATORS


@pytest.mark.parametrize("rule", [[None, [], None], (1, {}, 2), ["a", None, "b"], [], [[]]])
def test_a_list_is_not_a_filter_whatever_it_holds(rule: Any) -> None:
    with pytest.raises(TypeError, match=r"^filter must be a mapping"):
        check_filter(rule)


@pytest.mark.parametrize("operator", ["_between", "_nbetween"])
def test_a_function_between_two_values_may_match_every_item(operator: str) -> None:
    rule = {"author": {"year(born)": {operator: [1, 5]}}}
    assert check_filter(rule) == rule
    with pytest.raises(ValueError, match="version 9 would ignore"):
        check_filter(rule, known_only=True)
