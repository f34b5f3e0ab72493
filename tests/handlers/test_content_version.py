from __future__ import annotations

from typing import Any
from uuid import UUID

import attrs
import pytest

from directus_sdk import Directus, NotFound
from directus_sdk.testing.mock import MockTransport


def articles(*answers: object, model: Any = None) -> tuple[Any, MockTransport]:
    mock = MockTransport(list(answers))
    return Directus("https://cms.example.com", transport=mock).items("articles", model), mock


def sent(mock: MockTransport) -> list[tuple[str, str]]:
    return [(request.method, mock.path(index)) for index, request in enumerate(mock.requests)]


def test_nothing_is_sent_before_it_is_needed() -> None:
    handler, mock = articles()
    assert repr(handler.version(1, "draft")) == "ContentVersion('articles', 1, 'draft')"
    assert mock.requests == []


def test_the_first_save_makes_the_version() -> None:
    handler, mock = articles([], {"id": "v"}, {"title": "x"}, {"title": "y"})
    draft = handler.version(1, "draft")
    assert draft.save({"title": "x"}) == {"title": "x"}
    assert mock.json(1) == {"collection": "articles", "item": "1", "key": "draft"}
    draft.save({"title": "y"})
    assert sent(mock) == [("SEARCH", "/versions"), ("POST", "/versions"), *[("POST", "/versions/v/save")] * 2]


def test_what_is_read_of_a_version() -> None:
    handler, mock = articles({"id": 1}, {"id": 1})
    draft = handler.version(1, "draft")
    assert draft.read(fields=["id", {"author": ["name"]}], deep={"tags": {"_limit": 2}}) == {"id": 1}
    assert mock.query() == {"fields": "id,author.name", "deep": '{"tags":{"_limit":2}}', "version": "draft"}
    assert draft.read({"fields": "id"}, version_raw=True) == {"id": 1}
    assert mock.query() == {"fields": "id", "versionRaw": "true", "version": "draft"}
    with pytest.raises(TypeError, match="this is the version 'draft'"):
        draft.read(version="other")
    with pytest.raises(TypeError, match="did you mean fields"):
        draft.read(feilds="id")
    assert len(mock.requests) == 2


def test_the_hash_is_fetched_to_promote() -> None:
    handler, mock = articles([{"id": "v"}], {"mainHash": "h"}, 1)
    assert handler.version(UUID(int=1), "draft").promote(fields=["title"]) == 1
    assert sent(mock) == [("SEARCH", "/versions"), ("GET", "/versions/v/compare"), ("POST", "/versions/v/promote")]
    assert mock.json() == {"mainHash": "h", "fields": ["title"]}
    assert str(UUID(int=1)) in str(mock.json(0)["query"]["filter"])


@pytest.mark.parametrize("verb", ["compare", "promote", "delete"])
def test_there_is_none(verb: str) -> None:
    handler, mock = articles([])
    with pytest.raises(NotFound, match="articles 1 has no version 'draft'"):
        getattr(handler.version(1, "draft"), verb)()
    assert len(mock.requests) == 1


def test_it_is_read_as_a_model() -> None:
    @attrs.define
    class Article:
        title: str

    handler, mock = articles({"title": "x"}, model=Article)
    assert handler.version("a/b", "draft").read() == Article("x")
    assert (mock.path(), mock.query()) == ("/items/articles/a%2Fb", {"version": "draft"})


def test_a_deleted_version_is_forgotten() -> None:
    handler, mock = articles([{"id": "v"}], None, [])
    draft = handler.version(1, "draft")
    draft.delete()
    assert mock.path() == "/versions/v"
    assert draft.key() is None


@pytest.mark.parametrize(("key", "name"), [("", "draft"), (1, ""), ("..", "draft")])
def test_names_that_cannot_be(key: object, name: str) -> None:
    handler, _ = articles()
    with pytest.raises(ValueError, match="must not be"):
        handler.version(key, name)
