"""The query parameters of version 8, by the query string that is sent."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import unquote_plus, urlencode

import pytest

from directus_sdk.v8.params import free_params
from directus_sdk.v8.query import DeleteQuery, ListQuery, OneQuery, Query8, WriteQuery, normalize


def sent(query: Query8 | list[tuple[str, str]]) -> str:
    """The query string, without escapes."""
    return unquote_plus(urlencode(query.pairs() if isinstance(query, Query8) else query))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, ""),
        ({"fields": ["id", "author.name"]}, "fields=id,author.name"),
        ({"fields": "*,-title"}, "fields=*,-title"),
        ({"fields": ["id", {"author": ["name", {"team": "*"}]}]}, "fields=id,author.name,author.team.*"),
        ({"fields": {"author": {"team": ["id", "name"]}}}, "fields=author.team.id,author.team.name"),
        ({"limit": 5, "offset": 0}, "limit=5&offset=0"),
        ({"limit": "-1"}, "limit=-1"),
        ({"limit": 2, "page": 3}, "limit=2&page=3"),
        ({"sort": ["-date", "id"]}, "sort=-date,id"),
        ({"sort": "?"}, "sort=?"),
        ({"single": True}, "single=1"),
        ({"single": False}, ""),
        ({"status": "*"}, "status=*"),
        ({"status": ["draft", "published"]}, "status=draft,published"),
        ({"filter": {"id": {"gt": 3}, "flag": True}}, "filter[id][gt]=3&filter[flag]=1"),
        ({"lang": ["de", "en"]}, "lang=de,en"),
        ({"q": "Incep"}, "q=Incep"),
        ({"q": 2001}, "q=2001"),
        ({"groups": "director"}, "groups=director"),
        ({"meta": "*"}, "meta=*"),
        ({"meta": ["result_count", "total_count"]}, "meta=result_count,total_count"),
        (dict.fromkeys(ListQuery.__annotations__), ""),
        ({"fields": [], "filter": {}, "sort": [], "q": "", "meta": []}, ""),
    ],
)
def test_the_parameters_of_lists(query: dict[str, Any], expected: str) -> None:
    assert sent(normalize(query)) == sent(normalize(None, query)) == sent(normalize(None, {"query": query})) == expected


@pytest.mark.parametrize(
    ("kind", "query", "expected"),
    [
        (OneQuery, {"fields": "id", "meta": "*", "lang": "de", "status": "*"}, "fields=id&meta=*&lang=de&status=*"),
        (WriteQuery, {"activity_skip": True, "comment": "because", "fields": ["id"], "meta": "*"},
         "activity_skip=1&comment=because&fields=id&meta=*"),
        (WriteQuery, {"activity_skip": False}, ""),
        (DeleteQuery, {"activity_skip": True, "comment": "x"}, "activity_skip=1&comment=x"),
    ],
)  # fmt: skip
def test_the_parameters_of_other_methods(kind: Any, query: dict[str, Any], expected: str) -> None:
    assert sent(normalize(query, None, kind)) == expected


def test_the_sets_of_parameters() -> None:
    assert set(ListQuery.__annotations__) == {
        "fields",
        "limit",
        "offset",
        "page",
        "sort",
        "single",
        "status",
        "filter",
        "lang",
        "q",
        "groups",
        "meta",
    }
    assert set(OneQuery.__annotations__) == {"fields", "meta", "lang", "status"}
    assert set(WriteQuery.__annotations__) == {"fields", "meta", "activity_skip", "comment"}
    assert set(DeleteQuery.__annotations__) == {"activity_skip", "comment"}


def test_a_query_and_keywords() -> None:
    assert sent(normalize({"limit": 5}, {"fields": "id", "limit": None})) == "limit=5&fields=id"
    with pytest.raises(TypeError, match="limit is given twice"):
        normalize({"limit": 5}, {"limit": 5})
    with pytest.raises(TypeError, match="query must be a mapping"):
        normalize("limit")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "query", "words"),
    [
        (ListQuery, {"search": "x"}, "search is not in version 8: write q='word'"),
        (OneQuery, {"search": "x"}, "search is not in version 8"),
        (ListQuery, {"deep": {}}, "deep is not in version 8$"),
        (ListQuery, {"aggregate": {}}, "aggregate is not in version 8$"),
        (ListQuery, {"alias": {}}, "alias is not in version 8$"),
        (ListQuery, {"version": "x"}, "version is not in version 8$"),
        (ListQuery, {"export": "csv"}, "export is not in version 8$"),
        (WriteQuery, {"version": "x"}, "version is not in version 8$"),
        (ListQuery, {"group_by": "x"}, "group_by is not in version 8: write groups='status'"),
        (ListQuery, {"limt": 5}, "unknown query parameter 'limt'; did you mean limit"),
        (ListQuery, {"filters": {}}, "did you mean filter"),
        (ListQuery, {"order_by": "x"}, "write sort='date'"),
        (ListQuery, {"views": 5}, r"fields are filtered with filter="),
        (ListQuery, {"page_size": 5}, r"read_all\(page_size=…\)"),
        (ListQuery, {"comment": "x"}, "comment cannot be given here; this method has fields, filter, groups"),
        (OneQuery, {"limit": 5}, "limit cannot be given here; this method has fields, lang, meta, status"),
        (WriteQuery, {"filter": {}}, "filter cannot be given here; this method has activity_skip, comment, fields, meta"),
        (WriteQuery, {"titel": "x"}, "The fields of an item go into its mapping: {'titel': …}"),
        (DeleteQuery, {"fields": "id"}, "fields cannot be given here"),
        (ListQuery, {"fields": 5}, "fields must be strings, lists or mappings of them, not int"),
        (ListQuery, {"sort": 5}, "sort must be a string or a list of strings, not int"),
        (ListQuery, {"status": [1]}, "status must be a list of strings"),
        (ListQuery, {"limit": "many"}, "limit must be an integer"),
        (ListQuery, {"single": "no"}, "single must be True or False, not 'no'"),
        (ListQuery, {"q": ["x"]}, "q must be a string, not list"),
        (WriteQuery, {"comment": {}}, "comment must be a string"),
        (WriteQuery, {"activity_skip": 1}, "activity_skip must be True or False"),
        (ListQuery, {"filter": "x"}, "filter must be a mapping"),
    ],
)
def test_unknown_names_and_wrong_types(kind: Any, query: dict[str, Any], words: str) -> None:
    with pytest.raises(TypeError, match=words):
        normalize(query, None, kind)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"page": 2}, "page has no limit beside it, so that the server would ignore it: write limit=10, page=2"),
        ({"page": 2, "limit": 5, "offset": 1}, "page stands beside offset"),
        ({"page": 0, "limit": 5}, "page must be at least 1, not 0"),
        ({"limit": -2}, "limit must be at least -1"),
        ({"offset": -1}, "offset must be at least 0"),
        ({"filter": {"a": {"_starts_with": "x"}}}, "unknown operator '_starts_with'"),
    ],
)
def test_values_that_the_server_would_ignore(query: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        normalize(query)


def test_a_normalized_query_is_immutable_and_checked_once() -> None:
    query = normalize({"filter": {"id": {"gt": 3}}, "limit": 5})
    assert normalize(query) is query
    other = query.where({"rating": {"lt": 9}}).replace(limit=None, sort=["id"])
    assert sent(other) == "filter[id][gt]=3&filter[rating][lt]=9&sort=id"
    assert sent(query) == "filter[id][gt]=3&limit=5"
    assert type(other) is Query8
    assert query.encode() == {"filter[id][gt]": "3", "limit": "5"}
    keys = normalize({"filter": {"id": {"in": (key for key in (1, 2))}}})
    assert sent(keys) == sent(keys) == "filter[id][in]=1,2"


def test_whether_a_condition_can_be_added() -> None:
    assert normalize({}).can_require("id")
    assert normalize({"filter": {"title": {"eq": "x"}}}).can_require("id")
    assert not normalize({"filter": {"id": {"eq": 3}}}).can_require("id")
    assert not normalize({"filter": {"a": 1, "title": {"eq": "x", "logical": "or"}}}).can_require("id")


def test_secrets_are_masked() -> None:
    assert "s3cret" not in repr(normalize({"filter": {"token": {"eq": "s3cret"}}}))


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        (None, ""),
        ({"a": None}, ""),
        ({"filter[director][null]": ""}, "filter[director][null]="),
        ({"filter[id][in]": [1, 3]}, "filter[id][in]=1,3"),
        ({"filter[id][in][]": [1, 3]}, "filter[id][in][]=1&filter[id][in][]=3"),
        ({"filter": {"id": {"in": [1, 3]}, "n": [{"gt": 1}, {"lt": 3}]}},
         "filter[id][in]=1,3&filter[n][0][gt]=1&filter[n][1][lt]=3"),
        ({"filter": {"a": {"_eq": True}}}, "filter[a][_eq]=1"),
        ({"single": True, "other": False}, "single=1&other=0"),
        ({"fields": ("id", "title"), "n": 5}, "fields=id,title&n=5"),
        ({"ids": (key for key in (1, 2))}, "ids=1,2"),
        ({"since": datetime(2026, 1, 2)}, "since=2026-01-02 00:00:00"),
        ({"page": 2}, "page=2"),
    ],
)  # fmt: skip
def test_the_parameters_of_any_endpoint(params: Any, expected: str) -> None:
    assert sent(free_params(params)) == expected


def test_parameters_of_another_type() -> None:
    with pytest.raises(TypeError, match="params must be a mapping, not list"):
        free_params([("a", 1)])  # type: ignore[arg-type]
