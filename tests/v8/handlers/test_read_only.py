"""Reading entries of version 8: one, lists, keys, pages, counts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

import attrs
import pytest

from directus_sdk import ConfigurationError, DecodeError, InvalidQuery, NotFound
from directus_sdk.v8 import Directus8
from tests.v8.messages import Answer
from tests.v8.server import Server8


def sent(server: Server8) -> list[str]:
    """What was sent, without the project."""
    return [f"{method} {unquote(target).removeprefix('/demo')}" for method, target in server.sent()]


def fill(server: Server8, table: str, count: int, **row: Any) -> list[int]:
    """Insert rows and return their keys."""
    name = {"directus_webhooks": "url", "movies": "title"}.get(table, "name")
    return [server.tables[table].insert({**row, name: f"row {number}"})["id"] for number in range(count)]


# ------------------------------------------------------------ one
def test_one_entry(d: Directus8, server8: Server8) -> None:
    movies = d.items("movies")
    assert movies.read_one(1, fields=["id"]) == movies.read_one(key=1, query={"fields": "id"}) == {"id": 1}
    assert movies.read_one(4, status="*", fields="id", lang="de", meta="*") == {"id": 4}
    assert sent(server8)[2] == "GET /items/movies/4?status=*&fields=id&lang=de&meta=*"
    with pytest.raises(NotFound) as caught:
        movies.read_one(4)
    assert caught.value.code == 203


def test_whether_there_is_one(d: Directus8, server8: Server8) -> None:
    assert d.items("movies").exists(1)
    assert not d.items("movies").exists(key=99)
    assert not d.folders.exists("not-a-number")
    with pytest.raises(NotFound, match="Unable to find collection"):
        d.items("nope").exists(1)
    assert sent(server8)[0] == "GET /items/movies/1"


def test_the_first_one(d: Directus8, server8: Server8) -> None:
    assert d.items("movies").first(sort="-rating", fields="title") == {"title": "2001"}
    assert d.items("movies").first(filter={"rating": {"gt": 10}}) is None
    assert d.items("movies").first({"fields": "id"}, single=True, offset=1) == {"id": 2}
    assert d.collections.first(filter={"collection": "movies"})["collection"] == "movies"  # type: ignore[index]
    assert sent(server8) == [
        "GET /items/movies?sort=-rating&fields=title&limit=1",
        "GET /items/movies?filter[rating][gt]=10&limit=1",
        "GET /items/movies?fields=id&offset=1&limit=1",
        "GET /collections?filter[collection]=movies&limit=1&offset=0",
    ]


# ------------------------------------------------------------ lists
def test_a_list_and_its_meta(d: Directus8) -> None:
    page = d.items("movies").read_many(meta="*", limit=1, page=2, fields=["id"])
    assert (list(page), page.meta["result_count"], page.meta.filter_count) == ([{"id": 2}], 1, 3)
    assert d.items("movies").read_many({"limit": 1}, fields="id") == [{"id": 1}]
    assert d.items("movies").read_many(query={"limit": 1, "fields": "id"}) == [{"id": 1}]
    assert d.items("movies").read_many(meta="status_count").meta == {}  # the server sends a list
    assert d.items("movies").read_many(filter={"id": 99}) == []


def test_a_list_of_one(d: Directus8) -> None:
    assert d.items("movies").read_many(single=True, fields=["id"]) == [{"id": 1}]
    with pytest.raises(NotFound):
        d.items("movies").read_many(single=True, filter={"id": 99})


def test_groups(d: Directus8) -> None:
    @attrs.define
    class Movie:
        title: str

    groups: Any = d.items("movies", Movie).read_many(groups="director", fields=["director"])
    assert groups == [{"director": 1}, {"director": 2}]
    assert d.items("movies", Movie).read_many(fields="title", limit=1) == [Movie("Dr. Strangelove")]


def test_an_empty_response(d: Directus8, server8: Server8) -> None:
    server8.script = lambda call: Answer(204)
    assert d.items("movies").read_many() == d.items("movies").read_many([1, 2]) == []
    assert d.items("movies").first() is None


def test_responses_that_are_no_lists(d: Directus8, server8: Server8) -> None:
    server8.script = lambda call: Answer(200, {"data": "x", "meta": []})
    for call, words in (
        (lambda: d.items("movies").read_many(), "is not a list but str"),
        (lambda: d.items("movies").count(), "is not a list"),
    ):
        with pytest.raises(DecodeError, match=words):
            call()
    server8.script = lambda call: Answer(200, {"data": [], "meta": []})
    with pytest.raises(DecodeError, match="holds no count"):
        d.items("movies").count()


def test_wrong_queries(d: Directus8, server8: Server8) -> None:
    with pytest.raises(InvalidQuery):
        d.items("movies").read_many(filter={"nope": 1})
    server8.forget()
    movies: Any = d.items("movies")
    for call, kind, words in (
        (lambda: movies.read_many(search="x"), TypeError, "write q='word'"),
        (lambda: movies.read_many([1], limit=5), TypeError, "limit cannot be given here"),
        (lambda: movies.read_many([1], missing="no"), ValueError, "missing must be"),
        (lambda: movies.read_many(missing="raise"), TypeError, "goes with a list of keys"),
        (lambda: movies.read_many("1"), TypeError, "keys must be a list"),
        (lambda: movies.read_many(["a,b"]), ValueError, "holds a comma"),
        (lambda: movies.read_one("a,b"), ValueError, "holds a comma"),
        (lambda: movies.exists("a,b"), ValueError, "holds a comma"),
        (lambda: movies.read_one(1, limit=5), TypeError, "limit cannot be given here"),
        (lambda: movies.read_all(page=2, limit=2), TypeError, "page cannot be given here"),
        (lambda: movies.iterate(offset=2), TypeError, "offset cannot be given here"),
        (lambda: movies.read_all(single=True), TypeError, "single cannot be given here"),
        (lambda: movies.read_all(page_size=0), ValueError, "page_size must be at least 1"),
        (lambda: movies.count({"a": {"_starts_with": "x"}}), ValueError, "unknown operator"),
    ):
        with pytest.raises(kind, match=words):
            call()
    assert server8.calls == []


# ------------------------------------------------------------ keys
def test_entries_come_in_the_order_of_the_keys(d: Directus8, server8: Server8) -> None:
    movies = d.items("movies")
    assert movies.read_many([3, 1], fields=["id"]) == [{"id": 3}, {"id": 1}]
    assert movies.read_many(keys=(3, 1), fields=["title"]) == [{"title": "Inception"}, {"title": "Dr. Strangelove"}]
    assert movies.read_many([1, 1], fields="id") == [{"id": 1}, {"id": 1}]
    assert movies.read_many([4, 1], fields="id", status="*") == [{"id": 4}, {"id": 1}]
    assert sent(server8) == [
        "GET /items/movies/3,1?fields=id",
        "GET /items/movies/3,1?fields=title,id",
        "GET /items/movies/1?fields=id",
        "GET /items/movies/4,1?fields=id&status=*",
    ]


@pytest.mark.parametrize("group", ["items", "folders"])
def test_a_list_of_keys_has_the_meta_of_its_response(d: Directus8, server8: Server8, group: str) -> None:
    handler: Any = d.items("movies") if group == "items" else d.folders
    page = handler.read_many([2, 1], fields="id", meta="result_count")
    assert (page, page.meta) == ([{"id": 2}, {"id": 1}], {"result_count": 2})
    assert handler.read_many([2, 1], fields="id").meta == {}


def test_keys_that_do_not_exist(d: Directus8, server8: Server8) -> None:
    movies = d.items("movies")
    assert movies.read_many([99, 2, 98], fields="id") == [{"id": 2}]
    assert movies.read_many([99]) == []
    with pytest.raises(NotFound, match=r"movies: 2 of 3 keys do not exist: 99, 98"):
        movies.read_many([99, 2, 98], missing="raise")
    with pytest.raises(NotFound, match="Unable to find collection"):
        d.items("nope").read_many([1, 2])


@pytest.mark.parametrize(
    ("group", "table"),
    [
        ("items", "movies"), ("users", "directus_users"), ("files", "directus_files"), ("roles", "directus_roles"),
        ("permissions", "directus_permissions"), ("relations", "directus_relations"), ("settings", "directus_settings"),
        ("collection_presets", "directus_collection_presets"), ("webhooks", "directus_webhooks"),
        ("activity", "directus_activity"), ("revisions", "directus_revisions"), ("folders", "directus_folders"),
    ],
)  # fmt: skip
def test_lists_of_keys_that_the_server_truncates(d: Directus8, server8: Server8, group: str, table: str) -> None:
    rows = server8.tables[table]
    required = {name: f"{name}" for name in rows.required}
    while len(rows.rows) < 45:
        unique = {} if rows.unique is None else {rows.unique: f"unique {len(rows.rows)}"}
        rows.insert({**required, **unique})
    keys = [row["id"] for row in rows.rows.values() if not rows.hidden(row)][::-1]
    server8.store.default_limit = 10
    handler = d.items("movies") if group == "items" else getattr(d, group)
    assert [row["id"] for row in handler.read_many(keys)] == keys
    requests = len(server8.calls)
    lifted = group in ("items", "users", "relations", "settings", "revisions", "webhooks", "folders")
    assert requests == (1 if lifted else 5)
    assert [row["id"] for row in handler.read_many(keys[:15])] == keys[:15]
    assert len(server8.calls) == requests + 2


def test_many_keys_are_read_in_parts(d: Directus8, server8: Server8) -> None:
    keys = fill(server8, "movies", 900)
    assert [row["id"] for row in d.items("movies").read_many(keys, fields="id")] == keys
    assert all(len(call.target) < 6_000 for call in server8.calls)
    assert len(server8.calls) < 10


def test_keys_of_collections_and_folders(d: Directus8, server8: Server8) -> None:
    names = ["movies", "about", "directors"]
    assert [row["collection"] for row in d.collections.read_many(names)] == names
    assert [row["name"] for row in d.folders.read_many([2, 1])] == ["B", "A"]
    assert sent(server8) == ["GET /collections/movies,about,directors", "GET /folders?filter[id][in]=2,1"]


def test_a_primary_key_of_another_name(d: Directus8, server8: Server8) -> None:
    key = {
        "field": "code",
        "type": "string",
        "datatype": "varchar",
        "length": 9,
        "interface": "primary-key",
        "primary_key": True,
    }
    d.collections.create_one({"collection": "page", "fields": [key]})
    d.items("page", primary_key="code").create_many([{"code": "a"}, {"code": "b"}])
    assert d.items("page", primary_key="code").read_many(["b", "a"]) == [{"code": "b"}, {"code": "a"}]
    hint = r"if the primary key of page is not 'id', name it: directus\.items\('page', primary_key=\.\.\.\)"
    with pytest.raises(ConfigurationError, match=hint):
        d.items("page").read_many(["a", "b"])
    for call in (lambda: d.items("page").read_many(["a", "b"], fields="code"), lambda: d.items("page").read_all()):
        with pytest.raises(InvalidQuery, match=hint[1:]):
            call()


# ------------------------------------------------------------ every page
@pytest.mark.parametrize(
    "read", [lambda handler, **query: handler.read_all(**query), lambda handler, **query: [*handler.iterate(**query)]]
)
def test_every_page(d: Directus8, server8: Server8, read: Callable[..., Any]) -> None:
    keys = [1, 2, 3, *fill(server8, "movies", 7)]
    movies = d.items("movies")
    assert [row["id"] for row in read(movies, page_size=4, fields=["id"])] == keys
    assert sent(server8) == [
        "GET /items/movies?fields=id&sort=id&limit=4",
        "GET /items/movies?fields=id&sort=id&filter[id][gt]=5&limit=4",
        "GET /items/movies?fields=id&sort=id&filter[id][gt]=9&limit=4",
        "GET /items/movies?fields=id&sort=id&filter[id][gt]=11&limit=4",
    ]
    assert [row["id"] for row in read(movies, page_size=4, sort="-id")] == keys[::-1]
    assert [row["id"] for row in read(movies, page_size=4, limit=5)] == keys[:5]
    assert [list(row) for row in read(movies, page_size=4, fields="title")] == [["title"]] * 10
    assert [row["id"] for row in read(movies, page_size=4, prefetch=True)] == keys


def test_filters_to_which_no_cursor_can_be_added(d: Directus8, server8: Server8) -> None:
    keys = fill(server8, "movies", 7, rating=5)
    movies = d.items("movies")
    either = {"rating": {"eq": 5}, "title": {"eq": "2001", "logical": "or"}}
    assert [row["id"] for row in movies.read_all(filter=either, page_size=3)] == [2, *keys]
    assert [row["id"] for row in movies.read_all(filter={"id": {"gt": 4}}, page_size=3)] == keys
    assert [row["id"] for row in movies.read_all(filter={"rating": 5}, sort="title", page_size=3)] == keys
    targets = [text for text in sent(server8) if "offset" not in text]
    assert len(targets) == 3  # the first pages


def test_pages_of_groups_that_neither_sort_nor_filter(d: Directus8, server8: Server8) -> None:
    assert len(d.settings.read_all(page_size=3)) == 4
    assert sent(server8) == ["GET /settings?limit=3", "GET /settings?offset=3&limit=3", "GET /settings?offset=4&limit=3"]
    server8.forget()
    assert len(d.collections.read_all(page_size=2)) == 3
    assert sent(server8)[:2] == [
        "GET /collections?sort=collection&limit=2&offset=0",
        "GET /collections?sort=collection&offset=2&limit=2",
    ]
    assert len(d.collections.read_many(limit=2)) == 2


def test_the_meta_of_all_pages(d: Directus8, server8: Server8) -> None:
    assert d.items("movies").read_all(meta=["total_count"], page_size=2).meta.total_count == 3
    assert [("meta" in text) for text in sent(server8)] == [True, False, False]


def test_the_progress_of_all_pages(d: Directus8, server8: Server8) -> None:
    seen: list[tuple[int, int | None]] = []
    movies = d.items("movies").read_all(page_size=2, status="*", progress=lambda done, total: seen.append((done, total)))
    assert (len(movies), seen) == (4, [(2, 4), (4, 4)])
    assert sent(server8)[0] == "GET /items/movies?status=*&meta=filter_count&limit=1"


# ------------------------------------------------------------ counts
def test_counts(d: Directus8, server8: Server8) -> None:
    movies = d.items("movies")
    assert (movies.count(), movies.count(status="*"), movies.count({"rating": {"gt": 9}}), movies.count(q="incep")) == (
        3,
        4,
        1,
        1,
    )
    assert movies.count(filter={"rating": {"gt": 10}}) == 0
    assert d.collections.count() == 3
    assert d.collections.count({"collection": "movies"}) == 1
    assert sent(server8) == [
        "GET /items/movies?meta=filter_count&limit=1",
        "GET /items/movies?status=*&meta=filter_count&limit=1",
        "GET /items/movies?filter[rating][gt]=9&meta=filter_count&limit=1",
        "GET /items/movies?q=incep&meta=filter_count&limit=1",
        "GET /items/movies?filter[rating][gt]=10&meta=filter_count&limit=1",
        "GET /collections",
        "GET /collections?filter[collection]=movies",
    ]


# ------------------------------------------------------------ what a group has
@pytest.mark.parametrize("group", ["activity", "revisions"])
def test_groups_that_are_only_read(d: Directus8, group: str) -> None:
    assert not [name for name in ("create_one", "update_one", "delete_one", "create_many") if hasattr(getattr(d, group), name)]


def test_a_group_of_its_own_model(server8: Server8) -> None:
    @attrs.define
    class Role:
        id: int
        name: str

    with Directus8(server8.url, server8.project, token=server8.token, models={"directus_roles": Role}) as directus:
        role: Any = directus.roles.read_one(1, fields=["id", "name"])
    assert role == Role(1, "Administrator")


def test_system_collections_have_handlers(d: Directus8) -> None:
    for name, words in (
        ("directus_users", r"use directus\.users"),
        ("directus_fields", r"use directus\.fields"),
        ("directus_x", "no items"),
    ):
        with pytest.raises(ConfigurationError, match=words):
            d.items(name)
        with pytest.raises(ConfigurationError, match=words):
            d.singleton(name)
    with pytest.raises(ValueError, match="collection must not be empty"):
        d.items("")
    assert repr(d.items("movies")).startswith("ItemsHandler8('movies', ")
    assert d.items("movies", primary_key="title").primary_key == "title"
