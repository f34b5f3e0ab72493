"""Expressions joined by ``&``, ``|`` and ``~``, and calls that take them."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest

from directus_sdk import CurrentUser, Directus, Expression, F, Response, all_of, any_of
from directus_sdk.testing import MockTransport
from directus_sdk.wire.query import normalize

A, B, C = (F[name] == 1 for name in "abc")
NO: Expression = any_of([])
YES: Expression = all_of([])


def joined(operator: str, *names: str) -> dict[str, Any]:
    return {operator: [{name: {"_eq": 1}} for name in names]}


def test_and_and_or() -> None:
    assert (A & B).to_dict() == all_of([A, B]).to_dict() == joined("_and", "a", "b")
    assert (A & B & C).to_dict() == (A & (B & C)).to_dict() == joined("_and", "a", "b", "c")
    assert (A | B | C).to_dict() == any_of(x for x in (A, B, C)).to_dict() == joined("_or", "a", "b", "c")
    assert (A & (B | C)).to_dict() == {"_and": [{"a": {"_eq": 1}}, joined("_or", "b", "c")]}
    assert all_of([A]) == any_of([A]) == A
    assert (A & B) == (A & B) != (B & A)
    assert hash(A & B) == hash(A & B)
    assert {A: 1}[F.a == 1] == 1


NEGATED: list[tuple[Expression, dict[str, Any]]] = [
    (~(F.n == 1), {"_or": [{"n": {"_neq": 1}}, {"n": {"_null": True}}]}),
    (~(F.n != 1), {"_or": [{"n": {"_eq": 1}}, {"n": {"_null": True}}]}),
    (~(F.n > 1), {"_or": [{"n": {"_lte": 1}}, {"n": {"_null": True}}]}),
    (~F.n.is_null(), {"n": {"_nnull": True}}),
    (~F.t.is_empty(), {"t": {"_nempty": True}}),
    (~F.n.not_in([1]), {"_or": [{"n": {"_in": [1]}}, {"n": {"_null": True}}]}),
    (~(F.a.b == 1), {"_or": [{"a": {"b": {"_neq": 1}}}, {"a": {"b": {"_null": True}}}]}),
    (~(F.d.year() == 1), {"_or": [{"year(d)": {"_neq": 1}}, {"d": {"_null": True}}]}),
    (~(F.x.d.year() == 1), {"_or": [{"x": {"year(d)": {"_neq": 1}}}, {"x": {"d": {"_null": True}}}]}),
    # The count of a JSON field without a value is null.
    (~(F.c.count() > 2), {"_or": [{"count(c)": {"_lte": 2}}, {"count(c)": {"_null": True}}]}),
    (~(F.x.c.count() == 2), {"_or": [{"x": {"count(c)": {"_neq": 2}}}, {"x": {"count(c)": {"_null": True}}}]}),
    (~F.c.some(F.n == 1), {"c": {"_none": {"n": {"_eq": 1}}}}),
    (~F.c.none(F.n == 1), {"c": {"_some": {"n": {"_eq": 1}}}}),
    (~~(F.c.none(F.n == 1)), {"c": {"_none": {"n": {"_eq": 1}}}}),
    (
        F.c.some((F.n == 1) | (F.m == 2)),
        {"_or": [{"c": {"_some": {"n": {"_eq": 1}}}}, {"c": {"_some": {"m": {"_eq": 2}}}}]},
    ),
    (
        F.c.none((F.n == 1) | (F.m == 2)),
        {"_and": [{"c": {"_none": {"n": {"_eq": 1}}}}, {"c": {"_none": {"m": {"_eq": 2}}}}]},
    ),
    (
        F.c.some(~(F.n == 1)),
        {"_or": [{"c": {"_some": {"n": {"_neq": 1}}}}, {"c": {"_some": {"n": {"_null": True}}}}]},
    ),
    (~((F.n > 1) | F.t.is_null()), {"_and": [{"_or": [{"n": {"_lte": 1}}, {"n": {"_null": True}}]}, {"t": {"_nnull": True}}]}),
]


@pytest.mark.parametrize(("expression", "sent"), NEGATED, ids=lambda value: repr(value)[:60])
def test_not_is_moved_to_the_conditions(expression: Expression, sent: dict[str, Any]) -> None:
    assert expression.to_dict() == sent


def test_true_and_false_are_simplified_away() -> None:
    assert F.n.in_([]) is any_of([]) is NO
    assert F.n.not_in([]) is all_of([]) is YES
    assert (NO | A, YES & A, ~NO, ~YES) == (A, A, YES, NO)
    assert (NO & A, YES | A) == (NO, YES)
    assert (F.c.some(NO), F.c.none(NO)) == (NO, YES)
    assert F.c.some(YES).to_dict() == {"count(c)": {"_gt": 0}}
    assert F.c.none(YES).to_dict() == {"count(c)": {"_eq": 0}}
    assert (repr(NO), repr(YES)) == ("no item", "every item")
    assert YES.to_dict() == {}
    with pytest.raises(ValueError, match="no item matches"):
        NO.to_dict()
    with pytest.raises(ValueError, match="no item matches"):
        dict(NO)


# ----------------------------------------------------------------- calls
ROWS = [{"id": 1, "count": 1, "countDistinct": {"id": 1}}]


def client() -> tuple[Directus, MockTransport]:
    mock = MockTransport(lambda request: ROWS)
    return Directus("https://cms.example.com", token="t", transport=mock), mock


def test_an_expression_is_taken_wherever_a_filter_is() -> None:
    directus, mock = client()
    articles = directus.items("articles")
    calls = [
        lambda: articles.read_many(filter=A),
        lambda: articles.read_many(A),
        lambda: articles.read_many({"filter": A}),
        lambda: articles.read_all(A, limit=1),
        lambda: articles.first(filter=A),
        lambda: list(articles.iterate(filter=A, limit=1)),
        lambda: articles.count(A),
        lambda: articles.exists(filter=A),
        lambda: articles.aggregate({"count": "*"}, filter=A),
        lambda: directus.users.read_many(filter=A),
    ]
    for call in calls:
        call()
        query = mock.query() if mock.requests[-1].method == "GET" else mock.json()["query"]
        assert query["filter"] in ('{"a":{"_eq":1}}', {"a": {"_eq": 1}})
    assert len(mock.requests) == len(calls)
    articles.read_many(filter={"_and": [A, {"b": {"_eq": 2}}]})
    assert mock.query()["filter"] == '{"_and":[{"a":{"_eq":1}},{"b":{"_eq":2}}]}'
    articles.read_many(deep={"comments": {"_filter": A}})
    assert mock.query()["deep"] == '{"comments":{"_filter":{"a":{"_eq":1}}}}'
    directus.permissions.create_one({"collection": "articles", "permissions": F.owner == CurrentUser})
    assert mock.json()["permissions"] == {"owner": {"_eq": "$CURRENT_USER"}}


def test_nothing_is_sent_where_no_item_can_match() -> None:
    directus, mock = client()
    articles = directus.items("articles")
    assert articles.read_many(filter=NO) == articles.read_all(NO) == list(articles.iterate(filter=A & NO)) == []
    assert articles.first(filter=NO) is None
    assert (articles.count(NO), articles.exists(filter=NO)) == (0, False)
    assert articles.read_many([1, 2], filter=NO) == []
    assert articles.aggregate({"count": "*", "sum": ["price", "tax"]}, filter=NO) == [
        {"count": 0, "sum": {"price": None, "tax": None}}
    ]
    assert articles.aggregate({"count": "*"}, group_by="status", filter=NO) == []
    assert articles.read_many(filter=NO, meta="filter_count").meta.filter_count == 0
    assert articles.delete_by_query(NO) == articles.update_by_query(NO, {"a": 1}) == []
    assert mock.requests == []


def test_nothing_is_nothing_in_another_process() -> None:
    directus, mock = client()
    articles = directus.items("articles")
    query = normalize({"filter": NO})
    assert all(made.matches_nothing for made in (pickle.loads(pickle.dumps(query)), copy.copy(query), copy.deepcopy(query)))
    for partition in articles.partitions(2, filter=NO):
        assert articles.read_all(query=pickle.loads(pickle.dumps(partition)).query) == []
        assert pickle.loads(pickle.dumps(partition)).read_all(directus) == []
    assert mock.requests == []


def test_expressions_select_from_what_the_server_returns_whole() -> None:
    tables = [{"collection": "a", "meta": {"note": None}}, {"collection": "b", "meta": {"note": "x"}}]
    collections = Directus("https://cms.example.com", transport=MockTransport(lambda request: tables)).collections
    assert collections.read_many(F.meta.note.is_null()) == collections.read_many(filter=~(F.meta.note == "x")) == tables[:1]
    assert (collections.count(F.collection == "a"), collections.count(NO), collections.count(YES)) == (1, 0, 2)
    assert collections.read_many(filter=NO) == []


def test_a_sync_of_no_part_of_a_collection_deletes_and_changes_nothing() -> None:
    fields = [{"collection": "articles", "field": name, "type": "integer", "meta": {}, "schema": {}} for name in ("id", "n")]
    mock = MockTransport(lambda request: fields if "/fields" in request.url else [{"id": 1, "n": 1}])
    articles = Directus("https://cms.example.com", token="t", transport=mock).items("articles")
    plan = articles.sync([{"id": 1, "n": 2}], "id", filter=NO, delete_missing=True)
    assert (plan.create, plan.update, plan.delete, len(plan.outside)) == ([], [], [], 1)
    assert articles.sync([{"id": 1, "n": 2}], "id", filter=A & NO).outside == plan.outside


def test_all_items_are_counted_where_that_is_asked_for() -> None:
    mock = MockTransport(lambda request: Response(200, {}, b'{"data": [], "meta": {"total_count": 9, "filter_count": 9}}'))
    page = Directus("https://cms.example.com", transport=mock).items("articles").read_many(filter=NO, meta="*")
    assert (page, page.meta.total_count, page.meta.filter_count) == ([], 9, 0)
    assert "filter" not in mock.query(0)


def test_every_item_is_no_filter() -> None:
    directus, mock = client()
    directus.items("articles").read_many(filter=YES)
    assert "filter" not in mock.query()
    for call in (
        lambda: directus.items("articles").delete_by_query(YES),
        lambda: directus.items("articles").update_by_query(YES | A, {"a": 1}),
    ):
        with pytest.raises(ValueError, match="all_items=True"):
            call()
    assert len(mock.requests) == 1


def test_what_cannot_be_sent_is_refused() -> None:
    directus, mock = client()
    articles = directus.items("articles")
    for call in (
        lambda: articles.read_many(deep={"comments": {"_filter": NO}}),
        lambda: articles.read_many(filter={"_and": [NO, A]}),
        lambda: articles.read_one(1, filter=NO),
        lambda: articles.version(1, "draft").read(filter=NO),
        lambda: directus.singleton("settings").read(filter=NO),
        lambda: articles.read_many(filter=NO, export="csv"),
        lambda: directus.permissions.create_one({"collection": "articles", "permissions": NO}),
        lambda: directus.request("GET", "/custom", params={"filter": NO}),
        lambda: directus.utils.export("articles", "csv", query={"filter": NO}),
    ):
        with pytest.raises(ValueError, match="no item matches"):
            call()
    assert mock.requests == []
