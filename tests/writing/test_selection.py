"""Which items `update_by_query` and `delete_by_query` change, in every form that a user may write."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from directus_sdk import Directus
from directus_sdk.testing.mock import MockTransport
from directus_sdk.wire.query import selection
from tests.table import Table

ONE = {"n": {"_eq": 1}}
KEYS = [1, 4, 7, 10]


@pytest.fixture
def table() -> Table:
    return Table([{"id": key, "n": key % 3} for key in range(1, 11)])


SELECTIONS: dict[str, Callable[[Any], Any]] = {
    "a query": lambda method: method({"filter": ONE}),
    "a filter": lambda method: method(ONE),
    "keywords": lambda method: method(filter=ONE),
    "query=": lambda method: method(query={"filter": ONE}),
    "query= as a filter": lambda method: method(query=ONE),
    "selection=": lambda method: method(selection={"filter": ONE}),
    "both": lambda method: method({"filter": ONE}, sort="id", limit=9),
    "a filter and keywords": lambda method: method(ONE, sort=["id"]),
}


@pytest.mark.parametrize("call", SELECTIONS.values(), ids=SELECTIONS)
def test_a_query_or_a_filter(table: Table, call: Callable[[Any], Any]) -> None:
    items = table.items()
    assert call(lambda *args, **params: items.delete_by_query(*args, dry_run=True, **params)) == KEYS
    assert call(lambda *args, **params: items.update_by_query(*args, data={"x": 1}, returning="keys", **params)) == KEYS
    assert [key for key, row in table.rows.items() if row.get("x") == 1] == KEYS
    assert call(items.delete_by_query) == KEYS
    assert len(table.rows) == 6


def test_sort_and_limit_select(table: Table) -> None:
    items = table.items()
    assert items.update_by_query(filter=ONE, sort="-id", limit=2, data={"x": 1}, returning="keys") == [10, 7]
    assert items.delete_by_query(filter=ONE, sort="-id", limit=1) == [10]


def test_a_condition_for_a_field_with_the_name_of_a_parameter() -> None:
    table = Table([{"id": key, "meta": {"n": key % 3}, "sort": key} for key in range(1, 5)])
    assert table.items().count({"sort": {"_gt": 2}}) == 2
    assert selection({"meta": {"n": {"_eq": 1}}}, None) == {"filter": {"meta": {"n": {"_eq": 1}}}}
    for query in ({"fields": {"author": ["name"]}}, {"deep": {"author": {"_limit": 1}}}, {"alias": {"a": "b"}}):
        assert selection(query, None) == query


FORMS: dict[str, Callable[[Any], Any]] = {
    "by position": lambda items: items.update_by_query({"filter": ONE}, {"x": 1}, {"fields": ["x"]}),
    "keywords": lambda items: items.update_by_query({"filter": ONE}, {"x": 1}, fields=["x"]),
    "in the query": lambda items: items.update_by_query({"filter": ONE, "fields": ["x"]}, {"x": 1}),
    "all by keyword": lambda items: items.update_by_query(filter=ONE, fields=["x"], data={"x": 1}),
}


@pytest.mark.parametrize("call", FORMS.values(), ids=FORMS)
def test_what_an_update_returns(table: Table, call: Callable[[Any], Any]) -> None:
    assert call(table.items()) == [{"x": 1}] * 4


REFUSED: dict[str, tuple[Callable[[Any], Any], type[Exception], str]] = {
    "nothing": (lambda items: items.delete_by_query(), ValueError, "would match every item"),
    "an empty query": (lambda items: items.delete_by_query({}), ValueError, "would match every item"),
    "only a limit": (lambda items: items.update_by_query(limit=1, data={"x": 1}), ValueError, "would match every item"),
    "no data": (lambda items: items.update_by_query(filter=ONE), TypeError, "data is missing"),
    "two filters": (lambda items: items.delete_by_query(ONE, filter=ONE), TypeError, "filter is given twice"),
    "a page": (lambda items: items.delete_by_query(filter=ONE, page=2), TypeError, "not page"),
    "an offset": (lambda items: items.update_by_query(filter=ONE, offset=2, data={"x": 1}), TypeError, "not offset"),
    "fields of a deletion": (lambda items: items.delete_by_query(filter=ONE, fields=["id"]), TypeError, "not fields"),
    "a field of a deletion": (lambda items: items.delete_by_query(status="x"), TypeError, "filter={'status': {'_eq': 'x'}}"),
    "an operator": (lambda items: items.delete_by_query({"n": {"_equals": 1}}), TypeError, "did you mean _eq"),
    "no field": (lambda items: items.delete_by_query({"_eq": 1}), ValueError, "is not under a field"),
}


@pytest.mark.parametrize(("call", "error", "words"), REFUSED.values(), ids=REFUSED)
def test_what_is_refused(call: Callable[[Any], Any], error: type[Exception], words: str) -> None:
    mock = MockTransport([])
    with pytest.raises(error, match=words):
        call(Directus("https://cms.example.com", transport=mock).items("things"))
    assert mock.requests == []
