"""Writing single entries of version 8, their revisions, and collections that hold one item."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

import attrs
import pytest

from directus_sdk import ModelError, NotFound, RecordNotUnique
from directus_sdk.v8 import Directus8
from tests.v8.messages import Answer
from tests.v8.server import Server8


def sent(server: Server8) -> list[str]:
    """What was sent, without the project."""
    return [f"{method} {unquote(target).removeprefix('/demo')}" for method, target in server.sent()]


@attrs.define
class Movie:
    title: str
    rating: float = 0


def test_one_entry_is_written(d: Directus8, server8: Server8) -> None:
    movies = d.items("movies")
    movie = movies.create_one({"title": "Tenet"}, comment="new", meta="*")
    assert movies.create_one(item={}, query={"fields": ["id"]}) == {"id": 6}
    assert movies.update_one(key=movie["id"], data={"rating": 7}, fields="rating", activity_skip=True) == {"rating": 7}
    assert movies.delete_one(key=movie["id"], activity_skip=True, comment="old") is None
    assert sent(server8) == [
        "POST /items/movies?comment=new&meta=*",
        "POST /items/movies?fields=id",
        "PATCH /items/movies/5?fields=rating&activity_skip=1",
        "DELETE /items/movies/5?activity_skip=1&comment=old",
    ]
    with pytest.raises(NotFound):
        movies.delete_one(99)
    with pytest.raises(RecordNotUnique):
        d.roles.create_one({"name": "Editors"})


def test_models(d: Directus8, server8: Server8) -> None:
    movies = d.items("movies", Movie)
    assert movies.create_one(Movie("Tenet"), fields=["title", "rating"]) == Movie("Tenet")
    assert server8.last.json == {"title": "Tenet"}
    with pytest.raises(ModelError, match="It was written") as caught:
        movies.create_one({"rating": 5}, fields=["title", "rating"])
    assert caught.value.keys == [6]


def test_an_empty_response_to_a_write(d: Directus8, server8: Server8) -> None:
    server8.script = lambda call: Answer(204)
    assert d.items("movies").create_one({}) is d.items("movies").update_one(1, {}) is None
    assert d.files.update_one(1, {}) is None


@pytest.mark.parametrize(
    ("call", "kind", "words"),
    [
        (lambda movies: movies.create_one([{}]), TypeError, "must be a mapping or a model"),
        (lambda movies: movies.create_one({}, filter={}), TypeError, "filter cannot be given here"),
        (lambda movies: movies.create_one({}, titel="x"), TypeError, "The fields of an item go into its mapping"),
        (lambda movies: movies.update_one("a,b", {}), ValueError, "holds a comma"),
        (lambda movies: movies.update_one(1, {"id": 2}), ValueError, "never changes the primary key"),
        (lambda movies: movies.delete_one("a,b"), ValueError, "holds a comma"),
        (lambda movies: movies.delete_one(""), ValueError, "must not be empty"),
        (lambda movies: movies.delete_one(1, activity_skip="yes"), TypeError, "activity_skip must be True or False"),
        (lambda movies: movies.revisions("a,b"), ValueError, "holds a comma"),
        (lambda movies: movies.revisions(1, filter={"id": 1}), TypeError, r"use revisions\.read_many\(filter=…\)"),
        (lambda movies: movies.revision(1, -1), ValueError, "offset must be at least 0"),
        (lambda movies: movies.revision(1, "0"), TypeError, "offset must be an integer"),
        (lambda movies: movies.revert(1, "a,b"), ValueError, "holds a comma"),
    ],
)
def test_wrong_arguments(d: Directus8, server8: Server8, call: Any, kind: type[Exception], words: str) -> None:
    with pytest.raises(kind, match=words):
        call(d.items("movies"))
    assert server8.calls == []


@pytest.mark.parametrize("group", ["items", "files", "users", "webhooks"])
def test_revisions(d: Directus8, server8: Server8, group: str) -> None:
    handler: Any = d.items("movies") if group == "items" else getattr(d, group)
    name = {"users": "title", "webhooks": "url"}.get(group, "title")
    handler.update_one(2, {name: "first"})
    handler.update_one(2, {name: "second"})
    path = "/items/movies/2" if group == "items" else f"/{group}/2"
    assert [row["delta"] for row in handler.revisions(2, sort="id", fields=["delta"])] == [{name: "first"}, {name: "second"}]
    assert handler.revisions(key=2, limit=1, meta="*").meta["result_count"] == 1
    assert handler.revisions(2, single=True)[0]["delta"] == {name: "first"}
    assert handler.revision(key=2, offset=1, fields="delta") == {"delta": {name: "second"}}
    assert sent(server8)[2::3] == [f"GET {path}/revisions?sort=id&fields=delta", f"GET {path}/revisions/1?fields=delta"]
    with pytest.raises(NotFound):
        handler.revision(2, 9)


def test_revert(d: Directus8, server8: Server8) -> None:
    movies = d.items("movies")
    first = movies.update_one(1, {"title": "first"})
    movies.update_one(1, {"title": "second"})
    revision = movies.revision(1, 0)["id"]
    assert movies.revert(key=1, revision=revision, fields=["title"]) == {"title": first["title"]}
    assert sent(server8)[-1] == f"PATCH /items/movies/1/revert/{revision}?fields=title"
    with pytest.raises(NotFound) as caught:
        movies.revert(1, 9999)
    assert caught.value.code == 207


# ------------------------------------------------------------ singletons
def test_the_one_item_of_a_collection(d: Directus8, server8: Server8) -> None:
    about = d.singleton("about")
    assert about.read(fields=["text"]) == {"text": "Films"}
    assert about.update({"text": "Movies"}, fields=["text"], comment="better") == {"text": "Movies"}
    assert sent(server8) == [
        "GET /items/about?fields=text&single=1",
        "GET /items/about?single=1",
        "PATCH /items/about/1?fields=text&comment=better",
    ]
    with pytest.raises(ValueError, match="never changes the primary key"):
        about.update({"id": 2})


def test_a_singleton_without_an_item_is_created(d: Directus8, server8: Server8) -> None:
    server8.tables["about"].rows.clear()
    with pytest.raises(NotFound):
        d.singleton("about").read()
    assert d.singleton("about").update(data={"text": "New"}, fields="text") == {"text": "New"}
    assert sent(server8)[-1] == "POST /items/about?fields=text"
    with pytest.raises(NotFound, match="Unable to find collection"):
        d.singleton("nope").update({})


def test_a_singleton_with_a_key_of_another_name(d: Directus8, server8: Server8) -> None:
    pk = {
        "field": "code",
        "type": "string",
        "datatype": "varchar",
        "length": 9,
        "interface": "primary-key",
        "primary_key": True,
    }
    d.collections.create_one({"collection": "page", "fields": [pk, {**pk, "field": "text", "primary_key": False}]})
    d.items("page", primary_key="code").create_one({"code": "a b", "text": "x"})
    server8.forget()
    assert d.singleton("page").update({"text": "y"})["text"] == "y"
    assert [target for _, target in server8.sent()] == [
        "/demo/items/page?single=1", "/demo/fields/page", "/demo/items/page/a%20b",
    ]  # fmt: skip
