"""Counting: which items a query or a filter selects, in every form that a user may write."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from directus_sdk import Directus
from directus_sdk.testing.mock import MockTransport, error_response, json_response
from tests.table import Table

ROWS = [{"id": key, "n": key % 3, "sort": key} for key in range(1, 11)]
ONE = {"n": {"_eq": 1}}


@pytest.fixture
def items() -> Any:
    return Table([dict(row) for row in ROWS]).items()


SELECTIONS: dict[str, Callable[[Any], Any]] = {
    "a filter": lambda method: method(ONE),
    "a filter by keyword": lambda method: method(filter=ONE),
    "a query": lambda method: method({"filter": ONE}),
    "a query by keyword": lambda method: method(query={"filter": ONE}),
    "a filter as the query": lambda method: method(query=ONE),
    "a query that is reused": lambda method: method({"filter": ONE, "fields": ["id"], "sort": "-id", "meta": "*"}),
    "keywords that are reused": lambda method: method(filter=ONE, fields=["id"], deep={"a": {"_limit": 1}}),
}


@pytest.mark.parametrize("call", SELECTIONS.values(), ids=SELECTIONS)
def test_a_query_or_a_filter(items: Any, call: Callable[[Any], Any]) -> None:
    assert call(items.count) == 4
    assert call(items.exists) is True


def test_everything(items: Any) -> None:
    assert items.count() == items.count({}) == items.count(None) == items.count(filter={}) == 10
    assert items.exists({}) is True
    assert Table([]).items().exists({}) is False


def test_a_filter_and_a_query_together(items: Any) -> None:
    assert items.count(ONE, limit=3) == 3
    assert items.count({"limit": 3}, filter=ONE) == 3
    with pytest.raises(TypeError, match="filter is given twice"):
        items.count(ONE, filter={"n": {"_eq": 2}})


def test_a_limit_is_the_maximum(items: Any) -> None:
    assert items.count(limit=3) == 3
    assert items.count(limit=300) == 10
    assert items.count(limit=-1) == 10
    assert items.count(limit=0) == 0
    assert items.exists(filter=ONE, limit=0) is False


def test_a_field_that_has_the_name_of_a_parameter(items: Any) -> None:
    assert items.count({"sort": {"_lte": 4}}) == 4
    assert items.exists({"sort": {"_gt": 10}}) is False


@pytest.mark.parametrize("name", ["page", "offset", "version", "aggregate", "export"])
def test_what_does_not_select(name: str) -> None:
    mock = MockTransport([])
    values: dict[str, Any] = {"page": 1, "offset": 1, "version": "draft", "aggregate": {"count": "*"}, "export": "csv"}
    items = Directus("https://cms.example.com", transport=mock).items("things")
    for method in (items.count, items.exists):
        with pytest.raises(TypeError, match=f"{name} cannot be given here"):
            method(**{name: values[name]})
    assert mock.requests == []


def test_exists_by_key(items: Any) -> None:
    assert items.exists(1)
    assert items.exists(key=1)
    assert not items.exists(key=11)
    assert items.exists(1, filter=ONE)
    assert not items.exists(2, filter=ONE)
    assert not items.exists(2, {"filter": ONE})
    assert not items.exists(2, ONE)


def test_exists_needs_something_to_look_for(items: Any) -> None:
    for call in (items.exists, lambda: items.exists(None), lambda: items.exists(key=None)):
        with pytest.raises(TypeError, match=r"key is missing: pass a primary key, which is never None, or filter="):
            call()
    assert items.exists(None, filter=ONE)


def test_exists_with_another_primary_key_counts() -> None:
    def answer(request: Any) -> Any:
        if request.method == "SEARCH":
            return error_response("FORBIDDEN", 403, 'You don\'t have permission to access field "id" in collection "things"')
        if "aggregate" in dict(request.params):
            return error_response("FORBIDDEN", 403, 'You don\'t have permission to access field "id" in collection "things"')
        return json_response({"data": [], "meta": {"filter_count": 2}})

    items = Directus("https://cms.example.com", transport=MockTransport(answer)).items("things")
    assert items.exists(filter={"code": {"_eq": "DE"}})


GROUPS: dict[str, Callable[[Any], Any]] = {
    "by position": lambda items: items.aggregate({"count": "*"}, "status"),
    "group_by": lambda items: items.aggregate({"count": "*"}, group_by="status"),
    "groupBy": lambda items: items.aggregate({"count": "*"}, groupBy="status"),
    "functions": lambda items: items.aggregate(functions={"count": "*"}, groupBy=["status"]),
    "aggregate": lambda items: items.aggregate(aggregate={"count": "*"}, groupBy=["status"]),
    "a query": lambda items: items.aggregate({"aggregate": {"count": "*"}, "groupBy": ["status"]}),
    "query=": lambda items: items.aggregate(query={"aggregate": {"count": "*"}, "groupBy": ["status"]}),
    "both": lambda items: items.aggregate({"count": "*"}, query={"groupBy": ["status"]}),
}


@pytest.mark.parametrize("call", GROUPS.values(), ids=GROUPS)
def test_groups_in_every_form(call: Callable[[Any], Any]) -> None:
    mock = MockTransport(lambda request: [])
    assert call(Directus("https://cms.example.com", transport=mock).items("things")) == []
    assert mock.query() == {"aggregate": '{"count":"*"}', "groupBy": "status"}


def test_what_aggregate_refuses() -> None:
    mock = MockTransport([])
    items: Any = Directus("https://cms.example.com", transport=mock).items("things")
    with pytest.raises(TypeError, match=r"functions are given as a mapping: aggregate\({'count': '\*'}\)"):
        items.aggregate(count="*", group_by="status")
    for functions in ({}, None):
        with pytest.raises(ValueError, match="must name at least one function"):
            items.aggregate(functions)
    with pytest.raises(TypeError, match=r"group_?[bB]y is given twice"):
        items.aggregate({"count": "*"}, group_by="a", groupBy="b")
    with pytest.raises(TypeError, match="must be a mapping such as"):
        items.aggregate("count")
    assert mock.requests == []
