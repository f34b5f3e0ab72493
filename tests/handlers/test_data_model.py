"""Collections, fields and relations have the methods of items."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest

from directus_sdk import BulkError, CollectionsHandler, Directus, Forbidden, NotFound, Request, Response
from directus_sdk.testing.mock import MockTransport, error_response

TABLES = [
    {"collection": "articles", "meta": {"singleton": False, "note": "News"}, "schema": {"name": "articles"}},
    {"collection": "globals", "meta": {"singleton": True, "note": None}, "schema": {"name": "globals"}},
    {"collection": "folder", "meta": None, "schema": None},
]
FIELDS = [
    {"collection": "articles", "field": "id", "type": "integer"},
    {"collection": "articles", "field": "title", "type": "string"},
]


def client(answer: Any) -> tuple[Any, MockTransport]:
    mock = MockTransport(answer if callable(answer) else lambda request: answer)
    return Directus("https://cms.example.com", transport=mock), mock


def sent(mock: MockTransport) -> list[tuple[str, str, Any]]:
    return [(request.method, mock.path(index), mock.json(index)) for index, request in enumerate(mock.requests)]


# ---------------------------------------------------------------------- reading
def test_queries_of_collections() -> None:
    directus, mock = client(TABLES)
    collections = directus.collections
    singletons = {"meta": {"singleton": {"_eq": True}}}
    assert collections.read_many(filter=singletons, fields=["collection"]) == [{"collection": "globals"}]
    assert collections.read_many({"filter": singletons, "fields": "collection"}) == [{"collection": "globals"}]
    assert collections.read_many(query={"filter": singletons}, fields=["collection"]) == [{"collection": "globals"}]
    assert collections.read_all(sort="-collection", fields=["collection"], limit=1) == [{"collection": "globals"}]
    assert [table["collection"] for table in collections.iterate()] == ["articles", "globals", "folder"]
    assert collections.first(filter=singletons) == TABLES[1]
    assert collections.first(filter={"collection": {"_eq": "nothing"}}) is None
    page = collections.read_many(limit=1, filter={"meta": {"_nnull": True}}, meta="*")
    assert (len(page), page.meta.total_count, page.meta.filter_count) == (1, 3, 2)
    assert {request.method for request in mock.requests} == {"GET"}


def test_collections_by_their_names() -> None:
    directus, mock = client(TABLES)
    assert directus.collections.read_many(["globals", "articles"], fields=["collection"]) == [
        {"collection": "globals"},
        {"collection": "articles"},
    ]
    assert mock.json() == {"keys": ["globals", "articles"]}
    assert directus.collections.read_many(["nothing"]) == []
    with pytest.raises(NotFound, match="'nothing'"):
        directus.collections.read_many(["nothing"], missing="raise")


def test_counting_and_existence() -> None:
    directus, _ = client(TABLES)
    collections = directus.collections
    assert collections.count() == 3
    assert collections.count({"meta": {"_null": True}}) == collections.count(filter={"meta": {"_null": True}}) == 1
    assert collections.count({"filter": {"meta": {"_null": True}}}) == 1
    assert collections.exists("globals") is collections.exists(key="globals") is True
    assert collections.exists("nothing") is False
    assert collections.exists(filter={"meta": {"note": {"_eq": "News"}}}) is True
    with pytest.raises(TypeError, match="pass the name"):
        collections.exists()


@pytest.mark.parametrize("kind", ["fields", "relations"])
def test_queries_of_one_collection_and_of_all(kind: str) -> None:
    directus, mock = client(FIELDS)
    handler = getattr(directus, kind)
    title = {"field": {"_eq": "title"}}
    assert handler.read_many("articles", filter=title, fields=["field"]) == [{"field": "title"}]
    assert mock.path() == f"/{kind}/articles"
    assert handler.read_many(filter=title) == handler.read_many({"filter": title}) == FIELDS[1:]
    assert mock.path() == f"/{kind}"
    assert handler.first("articles", sort="-field")["field"] == "title"
    assert handler.count("articles") == handler.count() == 2
    assert handler.count("articles", title) == handler.count(title) == 1
    assert handler.exists("articles", "title") is handler.exists("articles") is handler.exists(filter=title) is True
    assert handler.exists("articles", "nothing") is False
    with pytest.raises(TypeError, match="pass a collection"):
        handler.exists()


def test_fields_and_relations_one_after_the_other() -> None:
    directus, _ = client(FIELDS)
    title = {"field": {"_eq": "title"}}
    assert directus.fields.first("articles", filter=title) == directus.relations.first(filter=title) == FIELDS[1]
    assert list(directus.fields.iterate(limit=1)) == list(directus.relations.iterate(limit=1)) == FIELDS[:1]
    assert directus.fields.count("articles") == directus.relations.count() == 2
    assert directus.relations.exists("articles", "title") is True


def test_what_may_not_be_read_does_not_exist() -> None:
    directus, _ = client(error_response("FORBIDDEN", 403))
    assert directus.fields.exists("nothing") is False
    assert directus.relations.count("nothing") == 0


def test_one_with_some_of_its_fields() -> None:
    directus, _ = client(FIELDS[1])
    assert directus.fields.read_one("articles", "title", fields=["type"]) == {"type": "string"}
    with pytest.raises(ValueError, match="no field 'tpye'; did you mean type"):
        directus.fields.read_one("articles", "title", fields=["tpye"])


# ---------------------------------------------------------------------- writing
def test_batches_of_collections_are_one_request() -> None:
    directus, mock = client(lambda request: TABLES[1::-1])  # in an order of its own
    collections = directus.collections
    made = collections.create_many(TABLES[:2], fields=["collection"])
    assert made == [{"collection": "articles"}, {"collection": "globals"}]
    assert made.count == 2
    assert collections.update_many(["articles", "globals"], {"meta": {"hidden": True}}, returning="keys") == [
        "articles",
        "globals",
    ]
    assert collections.update_batch([{"collection": "articles", "meta": {}}], returning=None).count == 1
    change = {"meta": {"hidden": True}}
    assert sent(mock) == [
        ("POST", "/collections", TABLES[:2]),
        ("PATCH", "/collections", [{**change, "collection": "articles"}, {**change, "collection": "globals"}]),
        ("PATCH", "/collections", [{"collection": "articles", "meta": {}}]),
    ]


def test_what_has_no_batch_is_sent_one_by_one() -> None:
    directus, mock = client(lambda request: Response(204) if request.method == "DELETE" else {"field": "x"})
    new = [{"field": "a", "type": "string"}, {"field": "b", "type": "string"}]
    assert directus.fields.create_many("articles", new).count == 2
    assert directus.fields.delete_many("articles", ["a", "b"]) == ["a", "b"]
    assert directus.collections.delete_many(["a", "b"], workers=2).count == 2
    assert directus.relations.delete_many("articles", ["a"]) == ["a"]
    relation = {"collection": "articles", "field": "a", "related_collection": "authors"}
    assert directus.relations.create_many([relation], returning="keys") == ["a"]
    assert directus.relations.update_batch([relation]).count == 1
    assert sorted(entry[:2] for entry in sent(mock)) == sorted(
        [
            ("POST", "/fields/articles"),
            ("POST", "/fields/articles"),
            ("DELETE", "/fields/articles/a"),
            ("DELETE", "/fields/articles/b"),
            ("DELETE", "/collections/a"),
            ("DELETE", "/collections/b"),
            ("DELETE", "/relations/articles/a"),
            ("POST", "/relations"),
            ("PATCH", "/relations/articles/a"),
        ]
    )


def test_a_change_of_several_relations_keeps_the_related_collection() -> None:
    current = {"collection": "articles", "field": "author", "related_collection": "authors", "meta": {"id": 1}}
    directus, mock = client(current)
    directus.relations.update_many("articles", ["author"], {"meta": {"sort": 1}})
    assert mock.json() == {
        "collection": "articles",
        "field": "author",
        "related_collection": "authors",
        "meta": {"sort": 1},
    }


def test_both_forms_of_fields_update_many() -> None:
    directus, mock = client([{"field": "a"}, {"field": "b"}])
    assert directus.fields.update_many("articles", ["a", "b"], {"meta": {"sort": 1}}).count == 2
    assert mock.json() == [{"meta": {"sort": 1}, "field": "a"}, {"meta": {"sort": 1}, "field": "b"}]
    directus, mock = client([{"field": "a"}])
    assert directus.fields.update_batch("articles", [{"field": "a", "meta": {}}], fields=["field"]).count == 1
    directus.fields.update_many("articles", [{"field": "a", "meta": {}}], {"fields": ["field"]})
    assert (mock.json(), mock.query()) == ([{"field": "a", "meta": {}}], {"fields": "field"})
    with pytest.raises(TypeError, match="data must be a mapping"):
        directus.fields.update_many("articles", ["a"])


def test_a_call_that_stops_reports_what_is_done() -> None:
    def answer(request: Request) -> Any:
        return error_response("FORBIDDEN", 403) if request.url.endswith("/b") else Response(204)

    directus, mock = client(answer)
    with pytest.raises(BulkError) as caught:
        directus.collections.delete_many(["a", "b", "c"])
    assert (caught.value.result.count, [entry.item for entry in caught.value.errors]) == (1, ["b"])
    assert len(mock.requests) == 2
    result = directus.collections.delete_many(["a", "b", "c"], on_error="collect")
    assert (result, [entry.item for entry in result.errors]) == (["a", "c"], ["b"])
    with pytest.raises(Forbidden):
        directus.collections.delete_many(["b"])


def test_a_second_run_continues_where_the_first_one_stopped(tmp_path: Path) -> None:
    refused = {"b"}

    def answer(request: Request) -> Any:
        return error_response("FORBIDDEN", 403) if request.url.rpartition("/")[2] in refused else Response(204)

    directus, mock = client(answer)
    file = tmp_path / "delete.ckpt"
    with pytest.raises(BulkError):
        directus.fields.delete_many("articles", ["a", "b", "c"], checkpoint=file)
    refused.clear()
    assert directus.fields.delete_many("articles", ["a", "b", "c"], checkpoint=file) == ["b", "c"]
    assert [mock.path(index) for index in range(4)] == [f"/fields/articles/{name}" for name in "abbc"]


@pytest.mark.parametrize("wrong", ["articles", {"a": 1}, 5, [1]])
def test_what_is_no_list_of_names(wrong: Any) -> None:
    directus, mock = client([])
    for call in (
        lambda: directus.collections.delete_many(wrong),
        lambda: directus.collections.update_many(wrong, {}),
        lambda: directus.fields.delete_many("articles", wrong),
        lambda: directus.relations.update_many("articles", wrong, {}),
    ):
        with pytest.raises(TypeError):
            call()
    assert mock.requests == []


ITERABLES: dict[str, Callable[[Directus, Iterator[Any]], object]] = {
    "collections": lambda directus, source: directus.collections.create_many(source),
    "names": lambda directus, source: directus.collections.delete_many(source),
    "fields": lambda directus, source: directus.fields.update_batch("articles", source),
    "names of fields": lambda directus, source: directus.fields.delete_many("articles", source),
    "relations": lambda directus, source: directus.relations.create_many(source),
    "files": lambda directus, source: directus.files.upload_many(source),
}


@pytest.mark.parametrize("call", ITERABLES.values(), ids=ITERABLES)
def test_what_an_iterable_raises_arrives_as_itself(call: Callable[[Directus, Iterator[Any]], object]) -> None:
    def source() -> Iterator[dict[str, Any]]:
        yield {"collection": "a", "field": "b"}
        raise LookupError("no more")

    directus, mock = client([])
    with pytest.raises(LookupError, match="no more") as caught:
        call(directus, source())
    assert caught.value.result == []  # type: ignore[attr-defined]
    assert mock.requests == []


def test_the_earlier_names_of_parameters() -> None:
    directus, mock = client(TABLES[:1])
    assert directus.collections.read_many(collections=["articles"]) == TABLES[:1]
    directus.collections.read_one(collection="articles")
    directus.collections.delete_one(collection="articles")
    directus.relations.create_one(relation={"collection": "a"})
    assert mock.json() == {"collection": "a"}


def test_results_of_a_model() -> None:
    @attrs.define
    class Table:
        collection: str

    mock = MockTransport(lambda request: TABLES[:1])
    handler: CollectionsHandler[Any] = CollectionsHandler(Directus("https://cms.example.com", transport=mock), Table)
    assert handler.create_many(TABLES[:1]) == handler.read_many() == [Table("articles")]
