"""Pages of items."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.paginator import EmptyPage, PageNotAnInteger, Paginator
from django.test import Client

from directus_sdk import Directus, Request
from directus_sdk.contrib.django import DirectusList, DirectusPaginator
from directus_sdk.testing import MockTransport

TOTAL = 25


def reply(request: Request) -> Any:
    query = dict(request.params)
    if "aggregate[count]" in query or "aggregate" in query or "aggregate" in urlsplit(request.url).query:
        return [{"count": {"id": TOTAL}, "countDistinct": {"id": TOTAL}}]
    start, limit = int(query.get("offset", 0)), int(query["limit"])
    return [{"id": number + 1} for number in range(start, min(TOTAL, start + limit))]


@pytest.fixture
def server() -> MockTransport:
    return MockTransport(reply)


@pytest.fixture
def articles(server: MockTransport) -> DirectusList[dict[str, Any]]:
    directus = Directus("https://cms.example.com", transport=server)
    return DirectusList(directus.items("articles"), sort=["id"], fields=["id"], filter={"status": {"_eq": "published"}})


def ids(page: Any) -> list[int]:
    return [item["id"] for item in page]


def test_a_page_is_one_request(articles: DirectusList[Any], server: MockTransport) -> None:
    page = DirectusPaginator(articles, 10).page(2)
    assert ids(page) == [*range(11, 21)]
    assert (page.has_next(), page.has_previous(), page.has_other_pages()) == (True, True, True)
    assert (page.next_page_number(), page.previous_page_number()) == (3, 1)
    assert (page.start_index(), page.end_index()) == (11, 20)
    assert len(server.requests) == 1
    assert server.query()["sort"] == "id"
    assert "published" in server.query()["filter"]


def test_the_last_page_knows_that_it_is_the_last(articles: DirectusList[Any], server: MockTransport) -> None:
    page = DirectusPaginator(articles, 10).page(3)
    assert ids(page) == [*range(21, 26)]
    assert not page.has_next()
    assert page.end_index() == 25
    with pytest.raises(EmptyPage):
        page.next_page_number()
    assert len(server.requests) == 1


def test_a_page_that_ends_with_the_list_has_no_next_one(articles: DirectusList[Any]) -> None:
    assert not DirectusPaginator(articles, 25).page(1).has_next()


def test_what_needs_the_number_counts_once(articles: DirectusList[Any], server: MockTransport) -> None:
    paginator = DirectusPaginator(articles, 10)
    assert (paginator.count, paginator.num_pages, [*paginator.page_range]) == (25, 3, [1, 2, 3])
    assert len(server.requests) == 1
    assert "published" in server.query()["filter"]


@pytest.mark.parametrize("number", ["x", None, "", 1.5, float("inf"), float("nan"), "9" * 5000])
def test_what_is_no_number_is_refused(articles: DirectusList[Any], server: MockTransport, number: Any) -> None:
    with pytest.raises((PageNotAnInteger, EmptyPage)):
        DirectusPaginator(articles, 10).page(number)
    assert server.requests == []


@pytest.mark.parametrize("number", [0, -1, 4, 10**12])
def test_a_page_that_is_not_there(articles: DirectusList[Any], number: int) -> None:
    with pytest.raises(EmptyPage):
        DirectusPaginator(articles, 10).page(number)


@pytest.mark.parametrize(("number", "expected"), [("x", 1), (None, 1), ("2", 2), (99, 3), (-5, 3)])
def test_get_page_always_finds_one(articles: DirectusList[Any], number: Any, expected: int) -> None:
    assert DirectusPaginator(articles, 10).get_page(number).number == expected


def test_orphans(articles: DirectusList[Any]) -> None:
    paginator = DirectusPaginator(articles, 10, orphans=5)
    assert ids(paginator.page(2)) == [*range(11, 26)]
    with pytest.raises(EmptyPage):
        paginator.page(3)


def test_an_empty_list() -> None:
    empty = DirectusList(Directus("https://cms.example.com", transport=MockTransport()).items("articles"))
    assert len(DirectusPaginator(empty, 10).page(1)) == 0
    with pytest.raises(EmptyPage):
        DirectusPaginator(empty, 10, allow_empty_first_page=False).page(1)


def test_the_paginator_of_django_works_too(articles: DirectusList[Any]) -> None:
    page = Paginator(articles, 10).page(3)
    assert ids(page) == [*range(21, 26)]
    assert page.end_index() == 25


def test_slices_and_indexes(articles: DirectusList[Any], server: MockTransport) -> None:
    assert ids(articles[2:4]) == [3, 4]
    assert articles[24] == {"id": 25}
    assert articles[5:5] == []
    assert len(server.requests) == 2
    assert articles[-1] == {"id": 25}
    with pytest.raises(IndexError):
        articles[25]


def test_a_limit_is_that_of_the_page() -> None:
    items = Directus("https://cms.example.com", transport=MockTransport()).items("articles")
    with pytest.raises(TypeError, match="limit"):
        DirectusList(items, limit=5)


def test_in_a_list_view(browser: Client, mock: MockTransport) -> None:
    mock._handler.replies["/items/articles"] = reply  # type: ignore[attr-defined]
    page = browser.get("/articles/?page=3")
    assert ids(page.context["page_obj"]) == [*range(21, 26)]
    assert page.context["is_paginated"]
    assert len(mock.requests) == 1
    assert browser.get("/articles/?page=last").context["page_obj"].number == 3
    assert browser.get("/articles/?page=99").status_code == 404
