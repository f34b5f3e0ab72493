"""The item that has some values, or a new one."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest

from directus_sdk import Directus, RecordNotUnique, Request, Response
from directus_sdk.testing import MockTransport
from directus_sdk.testing.mock import error_response


def client(*responses: object) -> tuple[Any, MockTransport]:
    left = list(responses)

    def respond(request: Request) -> Any:
        return left.pop(0)

    mock = MockTransport(respond)
    return Directus("https://cms.example.com", transport=mock).items("articles"), mock


def sent(mock: MockTransport) -> list[tuple[str, object]]:
    return [(request.method, mock.json(index)) for index, request in enumerate(mock.requests)]


def test_an_item_that_exists() -> None:
    articles, mock = client([{"id": 7, "sku": "A", "region": None}], [{"id": 7, "title": "x"}])
    assert articles.get_or_create({"sku": "A", "region": None}, {"title": "y"}, fields=["title"]) == ({"title": "x"}, False)
    search, read = sent(mock)
    assert search[0] == read[0] == "SEARCH"
    assert "_null" in str(search[1])
    assert "'_eq': 'A'" in str(search[1])


def test_an_item_that_does_not_exist() -> None:
    articles, mock = client([], {"id": 8, "sku": "A"})
    assert articles.get_or_create({"sku": "A"}, {"title": "y", "sku": "B"}) == ({"id": 8, "sku": "A"}, True)
    assert sent(mock)[1] == ("POST", {"title": "y", "sku": "A"})


def test_an_item_that_another_process_creates_meanwhile() -> None:
    conflict = error_response("RECORD_NOT_UNIQUE", 400)
    articles, _ = client([], conflict, [{"id": 9, "sku": "A"}], [{"id": 9, "sku": "A"}])
    assert articles.get_or_create({"sku": "A"}) == ({"id": 9, "sku": "A"}, False)


def test_another_field_that_has_to_be_unique() -> None:
    articles, _ = client([], error_response("RECORD_NOT_UNIQUE", 400), [])
    with pytest.raises(RecordNotUnique):
        articles.get_or_create({"sku": "A"}, {"slug": "taken"})


def test_more_than_one_item() -> None:
    articles, mock = client([{"id": 7, "sku": "A"}, {"id": 8, "sku": "A"}])
    with pytest.raises(ValueError, match="their keys are 7, 8; nothing was created"):
        articles.get_or_create({"sku": "A"})
    assert len(mock.requests) == 1


def test_strings_that_a_server_reads_as_something_else() -> None:
    articles, mock = client([{"id": 1, "sku": "nullify", "t": "x"}, {"id": 2, "sku": "null", "t": "x"}], [{"id": 2}])
    assert articles.get_or_create({"t": "x", "sku": "null"}) == ({"id": 2}, False)
    assert "_starts_with" in str(sent(mock)[0])


@pytest.mark.parametrize("names", [("at",), ("sku", "at")])
def test_a_moment_that_is_too_fine_to_be_found_again(names: tuple[str, ...]) -> None:
    fields = [{"collection": "articles", "field": "at", "type": "timestamp", "schema": {}, "meta": {}}]
    mock = MockTransport(lambda request: fields if "/fields" in request.url else [])
    articles = Directus("https://cms.example.com", transport=mock).items("articles")
    values = {"at": datetime(2026, 1, 2, 3, 4, 5, 123456, tzinfo=timezone.utc), "sku": "A"}
    with pytest.raises(ValueError, match="PostgreSQL keeps microseconds"):
        articles.get_or_create({name: values[name] for name in names})
    assert "POST" not in {request.method for request in mock.requests}


def test_an_empty_string_is_not_no_value() -> None:
    articles, mock = client([{"id": 1, "sku": "A", "t": None}, {"id": 2, "sku": "A", "t": ""}], [{"id": 2}])
    assert articles.get_or_create({"sku": "A", "t": ""}) == ({"id": 2}, False)
    assert "_empty" in str(sent(mock)[0])


def test_a_server_without_search_reads_with_get() -> None:
    refused = Response(405, {"Content-Type": "text/html"}, b"<h1>405</h1>")
    articles, mock = client(refused, [{"id": 1, "sku": "A"}], [{"id": 1}])
    try:
        assert articles.get_or_create({"sku": "A"})[1] is False
    except IndexError:  # more requests than responses would be a loop
        raise AssertionError([request.method for request in mock.requests]) from None


@pytest.mark.parametrize(
    ("arguments", "kind", "message"),
    [
        (({},), ValueError, "match is empty"),
        (("sku",), TypeError, "match must be a mapping"),
        (({"sku": ["A"]},), TypeError, "single value"),
        (({"sku": {"_eq": "A"}},), TypeError, "single value"),
        (({"sku": "A"}, "title"), TypeError, "defaults must be a mapping"),
    ],
)
def test_arguments(arguments: tuple[Any, ...], kind: type[Exception], message: str) -> None:
    articles, mock = client()
    with pytest.raises(kind, match=message):
        articles.get_or_create(*arguments)
    assert mock.requests == []
