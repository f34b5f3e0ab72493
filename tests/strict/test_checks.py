"""What a strict client refuses before anything is sent, and what it lets pass."""

from __future__ import annotations

import copy
import json
import pickle
import threading
from collections.abc import Callable
from typing import Any

import pytest

from directus_sdk import APIError, ConfigurationError, Directus, F, Forbidden, Request, Response, Schema, SchemaError
from directus_sdk.testing import MockTransport
from directus_sdk.testing.mock import error_response

Entry = dict[str, Any]


def column(collection: str, name: str, kind: str, **schema: Any) -> Entry:
    return {"collection": collection, "field": name, "type": kind, "meta": {}, "schema": {"is_nullable": True, **schema}}


def key(collection: str) -> Entry:
    return column(collection, "id", "integer", is_primary_key=True, has_auto_increment=True, is_nullable=False)


def alias(collection: str, name: str, special: str) -> Entry:
    return {"collection": collection, "field": name, "type": "alias", "meta": {"special": [special]}, "schema": None}


def relation(many: str, field: str, one: str, one_field: str | None = None, junction: str | None = None) -> Entry:
    meta = {
        "many_collection": many,
        "many_field": field,
        "one_collection": one,
        "one_field": one_field,
        "junction_field": junction,
    }
    return {"collection": many, "field": field, "related_collection": one, "meta": meta, "schema": {}}


NAMES = ("articles", "authors", "comments", "tags", "articles_tags", "directus_users")
COLLECTIONS: list[Entry] = [{"collection": name, "meta": {}, "schema": {}} for name in NAMES]
FIELDS: list[Entry] = [
    *map(key, NAMES[:-1]),
    column("articles", "title", "string", is_nullable=False, max_length=10),
    column("articles", "views", "integer"),
    column("articles", "price", "decimal"),
    column("articles", "date", "date"),
    column("articles", "published", "timestamp"),
    column("articles", "active", "boolean"),
    column("articles", "code", "uuid"),
    column("articles", "data", "json"),
    column("articles", "author", "integer"),
    alias("articles", "comments", "o2m"),
    alias("articles", "tags", "m2m"),
    column("authors", "name", "string", is_nullable=False),
    column("comments", "text", "text"),
    column("comments", "score", "integer", is_nullable=False),
    column("comments", "article", "integer", is_nullable=False),
    column("tags", "name", "string"),
    column("articles_tags", "article", "integer"),
    column("articles_tags", "tag", "integer"),
    column("directus_users", "id", "uuid", is_primary_key=True),
    column("directus_users", "email", "string"),
]
RELATIONS: list[Entry] = [
    relation("articles", "author", "authors"),
    relation("comments", "article", "articles", "comments"),
    relation("articles_tags", "article", "articles", "tags", "tag"),
    relation("articles_tags", "tag", "tags", None, "article"),
]
SCHEMA = Schema.from_responses(COLLECTIONS, FIELDS, RELATIONS)


def client() -> tuple[Directus, MockTransport]:
    mock = MockTransport(lambda request: [{"id": 1, "countDistinct": {"id": 1}}] if request.method != "POST" else {"id": 1})
    return Directus("https://cms.example.com", transport=mock, strict=True, schema=SCHEMA), mock


Call = Callable[[Any], object]

REFUSED: list[tuple[Call, str]] = [
    # Names.
    (lambda a: a.read_many(fields=["titel"]), "fields: articles has no field 'titel'; did you mean 'title'"),
    (lambda a: a.read_many(fields=["author.nmae"]), "authors has no field 'nmae'; did you mean 'name'"),
    (lambda a: a.read_many(fields=["tags.tag.nam"]), "tags has no field 'nam'"),
    (lambda a: a.read_many(fields=[{"comments": ["txt"]}]), "comments has no field 'txt'"),
    (lambda a: a.read_many(fields=["title.x"]), "articles.title is of the type string, and no relation"),
    (lambda a: a.read_many(fields=["year(title)"]), "has no functions; not year"),
    (lambda a: a.read_many(fields=["hour(date)"]), "not hour"),
    (lambda a: a.read_many(fields=["count(views)"]), "not count"),
    (lambda a: a.read_one(1, fields=["titel"]), "did you mean 'title'"),
    (lambda a: a.read_many([1], fields=["titel"]), "did you mean 'title'"),
    (lambda a: a.read_many(sort="-veiws"), "sort: articles has no field 'veiws'"),
    (lambda a: a.read_many(alias={"x": "titel"}), "alias: articles has no field 'titel'"),
    (lambda a: a.read_many(alias={"latest": "comments"}, fields=["latest.txt"]), "comments has no field 'txt'"),
    (lambda a: a.read_many(deep={"coments": {"_limit": 1}}), "deep.coments: articles has no field 'coments'"),
    (lambda a: a.read_many(deep={"comments": {"_sort": "txt"}}), "deep.comments.sort"),
    (lambda a: a.read_many(deep={"comments": {"_filter": {"txt": {"_eq": 1}}}}), "deep.comments._filter.txt"),
    (lambda a: a.aggregate({"sum": "veiws"}), "aggregate.sum: articles has no field 'veiws'"),
    (lambda a: a.aggregate({"avg": "title"}), "avg needs numbers"),
    (lambda a: a.aggregate({"count": "*"}, group_by="yaer"), "groupBy"),
    (lambda a: list(a.iterate(filter={"titel": {"_eq": "x"}})), "filter.titel"),
    (lambda a: a.count({"titel": {"_eq": "x"}}), "filter.titel"),
    (lambda a: a.exists(filter={"titel": {"_eq": "x"}}), "filter.titel"),
    # Filters.
    (lambda a: a.read_many(filter={"author": {"nmae": {"_eq": "x"}}}), "filter.author.nmae"),
    (lambda a: a.read_many(filter={"_or": [{"views": {"_eq": 1}}, {"veiws": {"_eq": 1}}]}), r"filter._or\[1\].veiws"),
    (lambda a: a.read_many(filter=F.comments.some(F.txt == 1)), "filter.comments._some.txt"),
    (lambda a: a.read_many(filter=F.author.some(F.name == "x")), "holds one item and not a list"),
    (lambda a: a.read_many(filter=F.views.contains("1")), "which has no _contains"),
    (lambda a: a.read_many(filter={"active": {"_gt": True}}), "which has no _gt"),
    (lambda a: a.read_many(filter={"title": {"_between": ["a", "b"]}}), "which has no _between"),
    (lambda a: a.read_many(filter={"views": {"_eq": "many"}}), "'many' is not a number"),
    (lambda a: a.read_many(filter={"views": {"_in": [1, "x"]}}), "'x' is not a number"),
    (lambda a: a.read_many(filter={"code": "x"}), "'x' is not a UUID"),
    (lambda a: a.read_many(filter={"date": {"_gt": "tomorrow"}}), "'tomorrow' is not a date"),
    (lambda a: a.read_many(filter=~(F.comments.score > 3)), r"Write F\.comments\.some"),
    (lambda a: a.read_many(filter=F.title.contains("100%")), "wildcards=True"),
    (lambda a: a.read_many(filter={"title": {"_starts_with": "a_b"}}), "wildcards=True"),
    # Writes.
    (lambda a: a.create_one({"titel": "x"}), "titel: articles has no field 'titel'; did you mean 'title'"),
    (lambda a: a.create_one({"views": 1}), "articles needs a value for 'title'"),
    (lambda a: a.create_one({"title": None}), "title: articles.title must have a value"),
    (lambda a: a.create_one({"title": "x" * 11}), "the string has 11 characters, and the field holds 10"),
    (lambda a: a.create_one({"title": "x", "views": "many"}), "views: .* 'many' is not a number"),
    (lambda a: a.create_one({"title": "x", "views": 1.5}), "1.5 is not an integer"),
    (lambda a: a.create_one({"title": "x", "views": [1]}), "the value is a list"),
    (lambda a: a.create_one({"title": "x", "active": "maybe"}), "neither true nor false"),
    (lambda a: a.create_one({"title": "x", "date": "soon"}), "'soon' is not a date"),
    (lambda a: a.create_one({"title": "x", "author": {"nmae": "x"}}), "author.nmae"),
    (lambda a: a.create_one({"title": "x", "author": {}}), "author: authors needs a value for 'name'"),
    (lambda a: a.create_one({"title": "x", "comments": [{"txt": 1}]}), r"comments\[0\].txt"),
    (lambda a: a.create_one({"title": "x", "comments": [{"text": "x"}]}), r"comments\[0\]: comments needs a value for 'score'"),
    (lambda a: a.create_one({"title": "x", "comments": {"new": []}}), "has create, update and delete, not 'new'"),
    (lambda a: a.create_one({"title": "x", "tags": {"create": [{"tag": {"nam": 1}}]}}), r"tags.create\[0\].tag.nam"),
    (lambda a: a.update_one(1, {"titel": "x"}), "titel"),
    (lambda a: a.update_one(1, {"title": None}), "title"),
    (lambda a: a.update_many([1, 2], {"titel": "x"}), "titel"),
    (lambda a: a.update_batch([{"id": 1, "titel": "x"}]), r"\[0\].titel"),
    (lambda a: a.create_many([{"title": "x"}, {"title": "y", "veiws": 1}]), r"\[1\].veiws"),
    (lambda a: a.upsert_many([{"id": 1, "titel": "x"}]), r"\[0\].titel"),
    (lambda a: a.upsert_one({"titel": "x"}), "titel"),
    (lambda a: a.get_or_create({"titel": "x"}), "titel"),
    (lambda a: a.delete_by_query(filter={"titel": {"_eq": 1}}), "filter.titel"),
]


@pytest.mark.parametrize(("call", "message"), REFUSED)
def test_what_is_refused_before_anything_is_sent(call: Call, message: str) -> None:
    directus, mock = client()
    with pytest.raises(SchemaError, match=message):
        call(directus.items("articles"))
    assert mock.requests == []


ACCEPTED: list[Call] = [
    lambda a: a.read_many(fields=["*", "*.*", "author.*", "comments.text", "tags.tag.name", "$thumbnail", "year(date)"]),
    lambda a: a.read_many(fields=["count(comments)", "json(data, a.b)", "hour(published)", "json(data, a[0].b)"]),
    lambda a: a.read_many(
        alias={"latest": "comments", "y": "year(date)"}, fields=["latest.text", "y"], deep={"latest": {"_sort": "-id"}}
    ),
    lambda a: a.read_many(sort=["-author.name", "year(date)"], limit=3, search="x", meta="*"),
    lambda a: a.read_many(deep={"comments": {"_filter": {"score": {"_gt": 1}}, "_limit": 3}, "tags": {"tag": {"_limit": 1}}}),
    lambda a: a.aggregate(
        {"count": "*", "sum": "views", "countDistinct": "author.name"}, group_by=["year(date)"], sort="-count"
    ),
    lambda a: a.read_many(filter={"author": {"name": {"_contains": "x"}}, "comments": {"score": {"_gt": 1}}}),
    lambda a: a.read_many(filter={"author": 1, "title": "x", "active": True, "views": {"_eq": "5"}, "price": "1.50"}),
    lambda a: a.read_many(filter={"date": {"_gt": "$NOW(-1 day)"}, "code": {"_null": True}, "data": {"_nnull": True}}),
    lambda a: a.read_many(filter=~F.comments.some(F.score > 3) & ~(F.author.name == "x")),
    lambda a: a.read_many(filter=F.title.contains("100%", wildcards=True)),
    lambda a: a.read_many(filter={"$FOLLOW(comments, article)": {"score": {"_gt": 1}}}),
    lambda a: a.read_many(filter={"comments": {"_some": {"article": {"title": {"_eq": "x"}}}}}),
    lambda a: a.create_one({"title": "x", "views": "12", "price": "1.50", "active": 1, "data": {"a": 1}, "author": 3}),
    lambda a: a.create_one({"title": "x", "author": {"id": 1}, "comments": [1, {"id": 2}, {"score": 1}], "tags": [{"tag": 1}]}),
    lambda a: a.create_one(
        {"title": "x", "comments": {"create": [{"score": 1}], "update": [{"id": 1, "text": "y"}], "delete": [2]}}
    ),
    lambda a: a.create_one({"title": "x", "author": None, "views": None, "date": "2026-01-02T03:04:05Z"}),
    lambda a: a.update_one(1, {"views": 3}),
    lambda a: a.update_many([1], {"views": 3}),
    lambda a: a.delete_many([1]),
]


@pytest.mark.parametrize("call", ACCEPTED)
def test_what_a_server_does_rightly_is_sent(call: Call) -> None:
    directus, mock = client()
    call(directus.items("articles"))
    assert mock.requests


def test_collections() -> None:
    directus, mock = client()
    with pytest.raises(SchemaError, match=r"no collection 'articels', .* did you mean 'articles'"):
        directus.items("articels").read_many()
    with pytest.raises(SchemaError, match="did you mean 'email'"):
        directus.users.read_many(fields=["emial"])
    assert mock.requests == []
    directus.files.read_many(fields=["whatever"])  # what is not in the schema cannot be checked
    directus.server.info()
    directus.request("GET", "/custom", params={"fields": ["whatever"]})


def test_an_item_of_an_iterator_is_checked_before_its_part_is_sent() -> None:
    directus, mock = client()
    items = ({"title": "x"} if number != 1 else {"titel": "x"} for number in range(3))
    result = directus.items("articles").create_many(items, on_error="collect", returning=None)
    assert [(entry.index, type(entry.error)) for entry in result.errors] == [(1, SchemaError)]
    assert len(mock.json()) == 2
    with pytest.raises(SchemaError, match="titel"):
        directus.items("articles").create_many(iter([{"titel": "x"}]))


# ------------------------------------------------------------------- the schema
def server(schema: Callable[[], tuple[list[Entry], list[Entry], list[Entry]]], status: int = 200) -> MockTransport:
    def respond(request: Request) -> Any:
        path = request.url.partition("example.com")[2]
        if path in ("/collections", "/fields", "/relations"):
            if status != 200:
                return error_response("FORBIDDEN", status)
            return schema()[("/collections", "/fields", "/relations").index(path)]
        return [{"id": 1}]

    return MockTransport(respond)


def paths(mock: MockTransport) -> list[str]:
    return [mock.path(index) for index in range(len(mock.requests))]


def test_the_schema_is_read_once_for_all_threads() -> None:
    mock = server(lambda: (COLLECTIONS, FIELDS, RELATIONS))
    directus = Directus("https://cms.example.com", transport=mock, strict=True)
    threads = [threading.Thread(target=lambda: directus.items("articles").read_many(fields=["id"])) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(path for path in paths(mock) if "articles" not in path) == ["/collections", "/fields", "/relations"]
    directus.with_options(timeout=5).items("articles").read_many(fields=["id"])
    assert paths(mock).count("/fields") == 1
    directus.with_token("other").items("articles").read_many(fields=["id"])  # another user may see another schema
    assert paths(mock).count("/fields") == 2
    assert directus.schema.refresh() == SCHEMA
    assert paths(mock).count("/fields") == 3


def test_an_unknown_name_is_looked_for_again_once_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1000.0]
    monkeypatch.setattr("directus_sdk.strict.checks.monotonic", lambda: now[0])
    fields = list(FIELDS)
    mock = server(lambda: (COLLECTIONS, fields, RELATIONS))
    articles = Directus("https://cms.example.com", transport=mock, strict=True).items("articles")
    articles.read_many(fields=["title"])
    fields.append(column("articles", "subtitle", "string"))
    with pytest.raises(SchemaError, match="subtitle"):
        articles.read_many(fields=["subtitle"])
    now[0] += 61
    articles.read_many(fields=["subtitle"])
    assert paths(mock).count("/fields") == 2


def test_a_schema_that_the_server_contradicts_is_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1000.0]
    monkeypatch.setattr("directus_sdk.strict.checks.monotonic", lambda: now[0])
    plain = server(lambda: (COLLECTIONS, FIELDS, RELATIONS))
    refuses = [False]

    def respond(request: Request) -> Any:
        return error_response("FORBIDDEN", 403) if refuses[0] and "/items/" in request.url else plain.send(request)

    mock = MockTransport(respond)
    articles = Directus("https://cms.example.com", transport=mock, strict=True).items("articles")
    articles.read_many(fields=["title"])
    refuses[0], now[0] = True, now[0] + 61
    with pytest.raises(Forbidden):
        articles.read_many(fields=["title"])
    refuses[0] = False
    articles.read_many(fields=["title"])
    assert paths(mock).count("/fields") == 2


def test_a_role_that_may_not_read_the_schema() -> None:
    mock = server(lambda: (COLLECTIONS, FIELDS, RELATIONS), 403)
    directus = Directus("https://cms.example.com", transport=mock, strict=True)
    with pytest.raises(ConfigurationError, match=r"schema=Schema\.from_snapshot"):
        directus.items("articles").read_many()
    assert paths(mock) == ["/collections"]


def test_a_field_that_may_be_written_but_not_read() -> None:
    schema = server(lambda: (COLLECTIONS, FIELDS, RELATIONS))

    def respond(request: Request) -> Any:
        if "/permissions/me" in request.url:
            return {"articles": {"create": {"access": "full", "fields": ["title", "secret_note"]}}}
        if "/policies/me/globals" in request.url:
            return {"admin_access": False}
        return {"id": 1} if request.method == "POST" else schema.send(request)

    articles = Directus("https://cms.example.com", transport=MockTransport(respond), strict=True).items("articles")
    articles.create_one({"title": "x", "secret_note": "y"})
    with pytest.raises(SchemaError, match="other_note"):
        articles.create_one({"title": "x", "other_note": "y"})


def test_a_collection_that_may_be_written_but_not_read() -> None:
    schema = server(lambda: (COLLECTIONS, FIELDS, RELATIONS))
    everything = {"access": "full", "fields": ["*"]}
    nothing = {"access": "none"}

    def respond(request: Request) -> Any:
        if "/permissions/me" in request.url:
            return {
                "inbox": {"create": everything, "update": nothing, "read": nothing},
                "authors": {"create": everything, "read": {"access": "full", "fields": ["name"]}},
                "articles": {"create": everything, "read": everything},
            }
        if "/policies/me/globals" in request.url:
            return {"admin_access": False}
        return {"id": 1} if request.method in ("POST", "PATCH") else schema.send(request)

    directus = Directus("https://cms.example.com", transport=MockTransport(respond), strict=True)
    directus.items("inbox").create_one({"anything": "x"})
    directus.items("inbox").create_many(iter([{"anything": "x"}]), returning=None)
    directus.items("authors").create_one({"name": "x", "hidden": "y"})
    with pytest.raises(SchemaError, match="inbox"):
        directus.items("inbox").update_one(1, {"anything": "x"})
    with pytest.raises(SchemaError, match="inbox"):
        directus.items("inbox").read_many()
    with pytest.raises(SchemaError, match="hidden"):
        directus.items("articles").create_one({"title": "x", "hidden": "y"})


def test_a_collection_that_does_not_exist_is_no_error_of_each_item() -> None:
    directus, mock = client()
    with pytest.raises(SchemaError, match="articels"):
        directus.items("articels").create_many(({"n": number} for number in range(9)), on_error="collect")
    assert mock.requests == []


def test_options() -> None:
    for options in ({"strict": "yes"}, {"schema": SCHEMA}, {"strict": True, "schema": {}}):
        with pytest.raises(ConfigurationError):
            Directus("https://cms.example.com", **options)  # type: ignore[arg-type]
    with pytest.raises(ConfigurationError, match="strict=True"):
        Directus("https://cms.example.com").schema.refresh()


def test_copies_and_pickles_are_strict() -> None:
    directus = Directus("https://cms.example.com", strict=True, schema=SCHEMA)
    for other in (copy.deepcopy(directus), pickle.loads(pickle.dumps(directus)), directus.with_options(timeout=3)):
        with pytest.raises(SchemaError, match="titel"):
            other.items("articles").read_many(fields=["titel"])


def test_a_client_that_is_not_strict_checks_nothing() -> None:
    mock = MockTransport(lambda request: Response(200, {}, b'{"data": []}'))
    Directus("https://cms.example.com", transport=mock).items("articles").read_many(fields=["titel"])
    assert len(mock.requests) == 1


# ------------------------------------------------------- what the SDK itself asks for
def keyless() -> tuple[Directus, MockTransport]:
    """A client whose schema lacks the primary key of the articles, which may not be read."""
    fields = [entry for entry in FIELDS if (entry["collection"], entry["field"]) != ("articles", "id")]
    mock = MockTransport(lambda request: Response(200, {}, b'{"data": [], "meta": {"filter_count": 3}}'))
    schema = Schema.from_responses(COLLECTIONS, fields, RELATIONS)
    return Directus("https://cms.example.com", transport=mock, strict=True, schema=schema), mock


def test_items_are_counted_without_their_key() -> None:
    articles = keyless()[0].items("articles")
    assert articles.count() == 3
    assert articles.exists(filter={"views": {"_gt": 1}})
    with pytest.raises(SchemaError, match="titel"):
        articles.exists(filter={"titel": {"_gt": 1}})


def test_what_needs_the_key_names_it() -> None:
    articles = keyless()[0].items("articles")
    with pytest.raises(ConfigurationError, match="no field 'id' that you may read"):
        articles.get_or_create({"title": "x"})
    with pytest.raises(ConfigurationError, match="no field 'id' that you may read"):
        articles.upsert_one({"title": "x"}, match_on="title")


def test_changes_are_found_by_a_source_that_the_schema_has() -> None:
    mock = MockTransport(lambda request: error_response("FORBIDDEN", 403) if "directus" in request.url else [])
    directus = Directus("https://cms.example.com", transport=mock, strict=True, schema=SCHEMA)
    with directus.items("articles").changes(kinds=["create"]) as changes:
        assert changes.source == "key"


def test_a_key_that_cannot_be_compared_is_split_into_lists() -> None:
    fields = [column("things", "id", "uuid", is_primary_key=True)]
    schema = Schema.from_responses([{"collection": "things", "meta": {}, "schema": {}}], fields, [])
    keys = [f"11111111-1111-4111-8111-11111111111{number}" for number in range(4)]

    def respond(request: Request) -> Any:
        query = json.loads(request.body)["query"] if request.body else dict(request.params)
        assert "_gt" not in str(query)
        if "aggregate" in query:
            return [{"countDistinct": {"id": 4}}]
        first = int(query.get("offset", 0))
        return [{"id": key} for key in keys[first : first + int(query["limit"])]]

    directus = Directus("https://cms.example.com", transport=MockTransport(respond), strict=True, schema=schema)
    assert len(list(directus.items("things").iterate(page_size=4))) == 4
    parts = directus.items("things").partitions(2)
    assert [len(part.keys or ()) for part in parts] == [2, 2]


def test_a_word_in_a_field_of_numbers_says_what_is_wrong() -> None:
    articles = client()[0].items("articles")
    with pytest.raises(ValueError, match="views is not a field of strings"):
        articles.upsert_one({"title": "x", "views": "null"}, "views")


def test_a_conflict_of_values_says_nothing_about_the_schema(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("directus_sdk.strict.checks._FRESH", 0.0)
    plain = server(lambda: (COLLECTIONS, FIELDS, RELATIONS))
    code = ["RECORD_NOT_UNIQUE"]
    mock = MockTransport(lambda request: error_response(code[0], 400) if request.method == "POST" else plain.send(request))
    articles = Directus("https://cms.example.com", transport=mock, strict=True).items("articles")
    for code[0], reads in (("RECORD_NOT_UNIQUE", 1), ("INVALID_QUERY", 2)):
        for _ in range(2):
            with pytest.raises(APIError):
                articles.create_one({"title": "x"})
        assert paths(mock).count("/fields") == reads
