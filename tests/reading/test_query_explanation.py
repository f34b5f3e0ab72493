"""Queries in English, and the requests that they become."""

from __future__ import annotations

from typing import Any

import pytest

from directus_sdk import CurrentUser, Directus, F, any_of
from directus_sdk.testing import MockTransport

mock = MockTransport()
articles = Directus("https://cms.example.com", token="s3cret", transport=mock).items("articles")

SENTENCES: list[tuple[dict[str, Any], str]] = [
    ({}, "Items of articles."),
    ({"limit": 5}, "Items of articles, at most 5."),
    ({"limit": -1}, "Items of articles, all that the server returns at once."),
    ({"filter": F.price > 10}, "Items of articles where price is greater than 10."),
    ({"filter": {"price": 10}}, "Items of articles where price is 10."),
    ({"filter": F.status.in_(["a", "b"])}, 'Items of articles where status is one of "a" and "b".'),
    ({"filter": F.n.not_between(1, 5)}, "Items of articles where n is not between 1 and 5."),
    ({"filter": {"n": {"_null": False}}}, "Items of articles where n has a value."),
    ({"filter": {"n": {"_neq": None}}}, "Items of articles where n has a value."),
    ({"filter": {"n": {"_empty": "true"}}}, "Items of articles where n is empty."),
    ({"filter": {"n": {"_gt": 1, "_lt": 3}}}, "Items of articles where n is greater than 1 and n is less than 3."),
    (
        {"filter": {"a": 1, "b": {"_gt": 1, "_lt": 3}}},
        "Items of articles where a is 1 and (b is greater than 1 and b is less than 3).",
    ),
    ({"filter": (F.a == 1) & ((F.b == 2) | (F.c == 3))}, "Items of articles where a is 1 and (b is 2 or c is 3)."),
    (
        {"filter": {"author": {"_or": [{"name": {"_eq": "x"}}, {"age": {"_gt": 3}}]}}},
        'Items of articles where author.name is "x" or author.age is greater than 3.',
    ),
    (
        {"filter": F.comments.some(F.score > 3)},
        "Items of articles where for at least one of comments, score is greater than 3.",
    ),
    ({"filter": F.comments.count() > 2}, "Items of articles where the number of comments is greater than 2."),
    ({"filter": F.author.born.year() == 2000}, "Items of articles where the year of author.born is 2000."),
    ({"filter": F.owner == CurrentUser}, "Items of articles where owner is $CURRENT_USER."),
    ({"filter": {"data": {"_json": {"color": {"_eq": "red"}}}}}, 'Items of articles where data.color is "red".'),
    ({"search": "moon"}, "Items of articles whose text fields contain 'moon'."),
    (
        {"filter": F.a == 1, "search": "moon", "sort": ["-date", "id"], "offset": 3},
        (
            "Items of articles where a is 1, and whose text fields contain 'moon', "
            "sorted by date, the greatest first and then by id, the least first, after the first 3."
        ),
    ),
    ({"fields": ["id", "author.name"], "page": 2}, "Items of articles, page 2, with the fields id and author.name."),
    ({"aggregate": {"count": "*"}, "group_by": "year(date)"}, "count of * for each year(date) of articles."),
    ({"aggregate": {"sum": ["price", "tax"]}, "filter": F.a == 1}, "sum of price and tax of articles where a is 1."),
    ({"group_by": ["status"]}, "One group for each status of articles."),
]


@pytest.mark.parametrize(("query", "sentence"), SENTENCES, ids=lambda value: str(value)[:50])
def test_in_english(query: dict[str, Any], sentence: str) -> None:
    assert articles.explain_query(**query).sentence == articles.explain_query(query).sentence == sentence


def test_all_of_it_is_printed_and_nothing_is_sent() -> None:
    explanation = articles.explain_query(F.token == "hidden", limit=1)
    assert str(explanation).splitlines() == [
        'Items of articles where token is "***", at most 1.',
        'filter: {"token":"***"}',
        explanation.to_curl(),
    ]
    assert explanation.to_curl().startswith("curl -X GET 'https://cms.example.com/items/articles?filter=")
    assert "-H 'Authorization: ***'" in explanation.to_curl()
    assert "hidden" not in repr(explanation)
    assert "s3cret" not in repr(explanation)
    assert mock.requests == []


def test_a_long_query_is_a_search() -> None:
    explanation = articles.explain_query(F.n.in_(range(3000)))
    assert explanation.request is not None
    assert explanation.request.method == "SEARCH"
    assert '"query"' in (explanation.request.body or "")


def test_what_no_item_matches() -> None:
    explanation = articles.explain_query(any_of([]))
    assert str(explanation) == "No item of articles: no item can match the filter.\nNothing is sent."
    assert explanation.to_curl() == ""


def test_it_is_what_is_sent() -> None:
    sent = MockTransport(lambda request: [])
    directus = Directus("https://cms.example.com", transport=sent)
    query: dict[str, Any] = {"filter": F.a == 1, "sort": ["-id"], "fields": ["id", {"author": ["name"]}], "limit": 3}
    explanation = directus.items("articles").explain_query(query)
    directus.items("articles").read_many(query)
    assert explanation.request is not None
    assert explanation.request.url == sent.requests[0].trace().url
