from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs
import pytest

from directus_sdk import CollectionsHandler, Directus, Response
from directus_sdk.testing.mock import MockTransport, json_response


def client(*answers: object) -> tuple[Any, MockTransport]:
    mock = MockTransport(list(answers))
    return Directus("https://cms.example.com", transport=mock), mock


BAD_NAMES: list[Callable[[Any, Any], Any]] = [
    lambda d, name: d.collections.read_one(name),
    lambda d, name: d.collections.update_one(name, {}),
    lambda d, name: d.collections.delete_one(name),
    lambda d, name: d.fields.read_many(name),
    lambda d, name: d.fields.read_one(name, "title"),
    lambda d, name: d.fields.read_one("articles", name),
    lambda d, name: d.fields.create_one(name, {}),
    lambda d, name: d.fields.update_one("articles", name, {}),
    lambda d, name: d.fields.update_many(name, []),
    lambda d, name: d.fields.delete_one("articles", name),
    lambda d, name: d.relations.read_many(name),
    lambda d, name: d.relations.read_one("articles", name),
    lambda d, name: d.relations.update_one(name, "author", {}),
    lambda d, name: d.relations.delete_one("articles", name),
]
READ_MANY = [BAD_NAMES[3], BAD_NAMES[10]]


@pytest.mark.parametrize("call", BAD_NAMES)
@pytest.mark.parametrize(
    ("name", "error"), [("", ValueError), ("..", ValueError), (" ", ValueError), (None, TypeError), (1, TypeError)]
)
def test_names_that_cannot_be(call: Callable[[Any, Any], Any], name: Any, error: type[Exception]) -> None:
    directus, mock = client([])
    if name is None and call in READ_MANY:
        assert call(directus, name) == []  # those of all collections
        return
    with pytest.raises(error):
        call(directus, name)
    assert mock.requests == []


def test_names_are_quoted() -> None:
    directus, mock = client({}, {})
    directus.fields.read_one("a b", "c/d?e")
    assert mock.path() == "/fields/a%20b/c%2Fd%3Fe"
    directus.collections.read_one("ä#1")
    assert mock.path() == "/collections/%C3%A4%231"


def test_lists_have_meta() -> None:
    directus, _ = client(json_response({"data": [{"collection": "a"}], "meta": {"total_count": 1}}))
    page = directus.collections.read_all()
    assert page == [{"collection": "a"}]
    assert page.meta.total_count == 1


def test_some_collections() -> None:
    directus, mock = client([])
    directus.collections.read_many(["a", "b"])
    assert (mock.last.method, mock.path(), mock.json()) == ("SEARCH", "/collections", {"keys": ["a", "b"]})
    with pytest.raises(TypeError):
        directus.collections.read_many("articles")


def test_changes_of_several() -> None:
    directus, mock = client([], [], [])
    directus.collections.create_many(iter([{"collection": "a"}]))
    assert mock.json() == [{"collection": "a"}]
    directus.collections.update_batch([{"collection": "a", "meta": {}}], fields=["collection"])
    assert (mock.last.method, mock.path(), mock.query()) == ("PATCH", "/collections", {"fields": "collection"})
    directus.fields.update_many("articles", [{"field": "title"}])
    assert (mock.path(), mock.json()) == ("/fields/articles", [{"field": "title"}])
    for wrong in ({"collection": "a"}, "a", [1], 5):
        with pytest.raises(TypeError):
            directus.collections.create_many(wrong)
    assert len(mock.requests) == 3


@pytest.mark.parametrize("name", ["concurrent_index_creation", "concurrentIndexCreation"])
def test_an_index_may_be_made_without_a_lock(name: str) -> None:
    directus, mock = client({}, {})
    directus.fields.create_one("articles", {"field": "a"}, {name: True})
    assert mock.query() == {"concurrentIndexCreation": "true"}
    directus.fields.update_one("articles", "a", {}, **{name: False}, fields=["field"])
    assert mock.query() == {"concurrentIndexCreation": "false", "fields": "field"}


def test_a_misspelt_name() -> None:
    directus, _ = client()
    with pytest.raises(TypeError, match="feilds"):
        directus.collections.create_one({"collection": "a"}, feilds=["a"])


def test_done_without_the_right_to_read() -> None:
    directus, _ = client(*[Response(204)] * 3)
    assert directus.collections.create_one({"collection": "a"}) is None
    assert directus.collections.create_many([{"collection": "a"}]) == []
    assert directus.relations.create_one({"collection": "a"}) is None


def test_relations() -> None:
    directus, mock = client({"field": "author"}, None)
    relation = {"collection": "articles", "field": "author", "related_collection": "authors"}
    assert directus.relations.create_one(relation) == {"field": "author"}
    assert (mock.last.method, mock.path(), mock.json()) == ("POST", "/relations", relation)
    directus.relations.delete_one("articles", "author")
    assert (mock.last.method, mock.path()) == ("DELETE", "/relations/articles/author")


def test_a_model() -> None:
    @attrs.define
    class Table:
        collection: str

    mock = MockTransport([[{"collection": "a", "meta": None}]])
    handler = CollectionsHandler(Directus("https://cms.example.com", transport=mock), Table)
    assert handler.read_all() == [Table("a")]
