"""What cannot work is refused before anything is sent, with what to write instead."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from directus_sdk import Directus, LoginAuth, StaticTokenAuth
from directus_sdk.errors import ConfigurationError
from directus_sdk.v8 import Directus8, LoginAuth8, StaticTokenAuth8
from tests.v8.server import Server8
from tests.v8.sessions import Sessions

URL = "https://cms.example.com"
#: A token of Directus 9 and later.
TOKEN_OF_TODAY = "eyJhbGciOiJIUzI1NiJ9.eyJpZCI6ImExIiwicm9sZSI6ImIxIiwiYXBwX2FjY2VzcyI6dHJ1ZSwiaXNzIjoiZGlyZWN0dXMifQ.x"


@pytest.mark.parametrize(
    ("filters", "words"),
    [
        ({"title": {"_starts_with": "x"}}, "rlike"),
        ({"title": {"_icontains": "x"}}, "contains"),
        ({"title": {"contians": "x"}}, "did you mean contains"),
        ({"id": {"=": 1}}, "write 'eq'"),
        ({"id": {">=": 1}}, "write 'gte'"),
        ({"movies": {"nhas": 1}}, "has"),
        ({"movies": {"all": [1, 2]}}, "in"),
        ({"_or": [{"id": 1}, {"id": 2}]}, "logical"),
        ({"_and": [{"id": 1}, {"id": 2}]}, "logical"),
        ({"title": None}, "null"),
        ({"title": {"eq": None}}, "null"),
        ({"id": {"in": []}}, "empty"),
        ({"id": [1, 2]}, "in"),
    ],
    ids=str,
)
def test_a_filter_that_the_server_would_misread(d: Directus8, server8: Server8, filters: dict[str, Any], words: str) -> None:
    for read in (d.items("movies").read_many, d.items("movies").read_all, d.users.first, d.items("movies").count):
        with pytest.raises((ValueError, TypeError), match=re.escape(words)):
            read(filter=filters)
    assert server8.calls == []


@pytest.mark.parametrize(
    "call",
    [
        lambda d: d.items("movies").read_one("1,2"),
        lambda d: d.items("movies").read_many(["1,2"]),
        lambda d: d.items("movies").update_one("1,2", {"title": "x"}),
        lambda d: d.items("movies").update_many([1, "2,3"], {"title": "x"}),
        lambda d: d.items("movies").update_batch([{"id": "1,2", "title": "x"}]),
        lambda d: d.items("movies").delete_one("1,2"),
        lambda d: d.items("movies").delete_many(["1,2"]),
        lambda d: d.items("movies").exists("1,2"),
        lambda d: d.items("movies").revisions("1,2"),
        lambda d: d.items("movies").revert("1,2", 1),
        lambda d: d.collections.delete_one("movies,directors"),
        lambda d: d.fields.delete_one("movies", "title,rating"),
        lambda d: d.fields.read_one("movies", "title,rating"),
        lambda d: d.fields.update_one("movies", "title,rating", {"note": "x"}),
        lambda d: d.files.delete_one("1,2"),
        lambda d: d.users.delete_one("1,2"),
        lambda d: d.roles.delete_one("1,2"),
        lambda d: d.activity.comments.delete("1,2"),
        lambda d: d.scim.users.read_one("a,b") or pytest.fail("a SCIM id may hold a comma"),
    ][:-1],
)
def test_a_key_with_a_comma(d: Directus8, server8: Server8, call: Callable[[Directus8], Any]) -> None:
    with pytest.raises(ValueError, match="comma"):
        call(d)
    assert server8.calls == []


@pytest.mark.parametrize("project", ["a/b", "/demo", "demo/", "demo x", "", "server", "..", "demo?x"])
def test_a_project_that_is_no_name(project: str) -> None:
    with pytest.raises(ConfigurationError, match="project"):
        Directus8(URL, project, token="x")


@pytest.mark.parametrize("call", [lambda: Directus8(URL, token=TOKEN_OF_TODAY), lambda: StaticTokenAuth8(TOKEN_OF_TODAY)])
def test_a_token_of_today(call: Callable[[], object]) -> None:
    with pytest.raises(ConfigurationError, match=r"directus_sdk\.Directus|Directus\("):
        call()


def test_a_token_of_version_8_in_todays_client() -> None:
    token = Sessions().issue(1, "demo")
    with pytest.raises(ConfigurationError, match="Directus8"):
        Directus(URL, token=token)


def test_a_token_of_another_project() -> None:
    token = Sessions().issue(1, "demo")
    assert Directus8(URL, "demo", token=token).auth.token == token
    with pytest.raises(ConfigurationError, match="project"):
        Directus8(URL, "other", token=token)


@pytest.mark.parametrize("auth", [LoginAuth(), StaticTokenAuth("x")], ids=lambda auth: type(auth).__name__)
def test_an_auth_of_today(auth: Any) -> None:
    with pytest.raises(ConfigurationError, match=f"write {type(auth).__name__}8$"):
        Directus8(URL, auth=auth)


@pytest.mark.parametrize("auth", [LoginAuth8(), StaticTokenAuth8("x")], ids=lambda auth: type(auth).__name__)
def test_an_auth_of_version_8_in_todays_client(auth: Any) -> None:
    with pytest.raises(ConfigurationError, match=f"write {type(auth).__name__[:-1]}$"):
        Directus(URL, auth=auth)


@pytest.mark.parametrize("name", ["users", "files", "roles", "permissions", "settings", "collection_presets", "webhooks"])
def test_a_system_collection_as_items(d: Directus8, server8: Server8, name: str) -> None:
    with pytest.raises(ConfigurationError, match=name):
        d.items(f"directus_{name}")
    assert server8.calls == []


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"search": "x"}, "q="),
        ({"deep": {}}, "not in version 8"),
        ({"aggregate": {}}, "not in version 8"),
        ({"alias": {}}, "not in version 8"),
        ({"version": "x"}, "not in version 8"),
        ({"export": "csv"}, "not in version 8"),
        ({"feilds": "id"}, "fields"),
        ({"limti": 1}, "limit"),
    ],
    ids=str,
)
def test_a_keyword_of_later_versions(d: Directus8, server8: Server8, query: dict[str, Any], words: str) -> None:
    with pytest.raises(TypeError, match=words):
        d.items("movies").read_many(**query)
    with pytest.raises(TypeError, match=words):
        d.items("movies").read_many(query=query)
    assert server8.calls == []


@pytest.mark.parametrize("query", [{"page": 2}, {"page": 2, "limit": 1, "offset": 3}], ids=str)
def test_a_page_that_the_server_would_ignore(d: Directus8, server8: Server8, query: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="page"):
        d.items("movies").read_many(**query)
    assert server8.calls == []
