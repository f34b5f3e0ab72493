"""The loopback server answers as the recorded one did, wherever its own data allow it."""

from __future__ import annotations

import json
from typing import Any

import pytest
import requests

from tests.v8.messages import php_query
from tests.v8.recorded import Pair, pairs
from tests.v8.server import Server8


def ask(
    server: Server8, method: str, path: str, body: Any = None, token: str | None = None, **headers: str
) -> requests.Response:
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    url = f"{server.url}{path}"
    return requests.request(method, url, json=body, headers=headers, timeout=10, allow_redirects=False)


def shape(response: Any) -> Any:
    """The kind of a response: its outer names, whether a list or an object, the code of an error."""
    if not isinstance(response, dict):
        return type(response)
    names = set(response) - {"messages"}
    data = response.get("data")
    inner = type(data) if data is not None else None
    return names, inner, response.get("error", {}).get("code"), type(response.get("meta"))


#: The recorded server had other data, another user or a dead token there.
OTHER_DATA = (
    "/demo/scim", "/demo/users/invite/", "/demo/assets/", "/uploads", "/second/", "/demo/users/2", "/demo/users/999",
    "/demo/gql", "/demo/utils/hash/match", "/demo/settings/2", "/demo/auth/refresh", "/demo/auth/sessions",
    "/demo/auth/logout/1", "/demo/files/1/revisions", "/demo/items/cat",
)  # fmt: skip
OTHER_USER = (96, 176, 284)


def comparable(pair: Pair) -> bool:
    """Reads whose response depends on little but the query."""
    read = pair.method == "GET" and pair.status == 200 and pair.target.startswith("/demo/")
    known = pair.auth or "public" in pair.response
    return read and known and pair.number not in OTHER_USER and not pair.path.startswith(OTHER_DATA)


READS = [pair for pair in pairs() if comparable(pair)]


@pytest.mark.parametrize("pair", READS, ids=str)
def test_reads_have_the_recorded_shape(server8: Server8, pair: Pair) -> None:
    server8.tables["directus_revisions"].insert({"collection": "movies", "item": "1"})
    server8.public.add("movies")
    for group in ("activity", "revisions", "files", "users", "permissions", "collection_presets", "relations", "settings"):
        table = server8.tables[f"directus_{group}"]
        for key in range(1, 33):
            if str(key) not in table.rows:
                table.rows[str(key)] = dict(table.fields) | {"id": key}
    answer = ask(server8, "GET", pair.target, token=server8.token if pair.auth else None)
    assert (answer.status_code, shape(answer.json())) == (pair.status, shape(pair.response)), answer.text


def test_many_reads_are_compared() -> None:
    assert len(READS) >= 90


def test_php_reads_brackets() -> None:
    query = [("filter[a.b][0][gt]", "1"), ("filter[a.b][1][lt]", "2"), ("filter[c][in][]", "x"), ("filter[c][in][]", "y")]
    filters = {"a.b": {"0": {"gt": "1"}, "1": {"lt": "2"}}, "c": {"in": {"0": "x", "1": "y"}}}
    assert php_query([*query, ("limit", "3")]) == {"filter": filters, "limit": "3"}


def test_a_session_lives_as_long_as_its_token(server8: Server8) -> None:
    now = [1_800_000_000.0]
    server8.sessions.clock = lambda: now[0]
    login = ask(server8, "POST", "/demo/auth/authenticate", {"email": server8.email, "password": server8.password}).json()
    token = login["data"]["token"]
    assert login["public"] is True
    assert ask(server8, "GET", "/demo/users/me", token=token).json()["data"]["id"] == 1
    fresh = ask(server8, "POST", "/demo/auth/refresh", {"token": token}).json()["data"]["token"]
    assert ask(server8, "GET", "/demo/auth/check", token=fresh).json()["data"] == {"authenticated": False}
    now[0] += 1200
    assert ask(server8, "POST", "/demo/auth/refresh", {"token": token}).json()["error"]["code"] == 102
    dead = ask(server8, "GET", "/demo/items/movies", token=token)
    assert (dead.status_code, dead.json()["error"]["code"]) == (401, 3)
    server8.public.add("movies")
    assert ask(server8, "GET", "/demo/items/movies", token=token).json()["public"] is True


def test_a_batch_stops_in_the_middle(server8: Server8) -> None:
    answer = ask(server8, "DELETE", "/demo/items/movies/1,99,2", token=server8.token)
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, 203)
    assert list(server8.tables["movies"].rows) == ["2", "3", "4"]


def test_some_groups_delete_the_first_key_only(server8: Server8) -> None:
    assert ask(server8, "DELETE", "/demo/permissions/1,2", token=server8.token).status_code == 204
    assert list(server8.tables["directus_permissions"].rows) == ["2", "3"]


def test_nothing_to_return_is_204_or_public(server8: Server8) -> None:
    assert ask(server8, "POST", "/demo/mail", {"to": "a@b.c", "body": "x"}, token=server8.token).content == b""
    assert ask(server8, "POST", "/demo/auth/logout", token=server8.token).json() == {"public": True}


@pytest.mark.parametrize(
    ("query", "keys"),
    [
        ("filter[rating][0][gt]=8.5&filter[rating][1][lt]=9", [3]),
        ("filter[rating][gt]=8.5&filter[rating][lt]=9", [2, 3]),  # the second operator is not seen
        ("filter[id][eq]=3&filter[title][eq]=2001&filter[title][logical]=or", [2, 3]),
        ("filter[director.name][contains]=nol", [3]),
        ("filter[id][in][]=1&filter[id][in][]=3", [1, 3]),
        ("status=*&filter[rating][null]=0", [4]),
        ("sort=-rating&limit=2", [2, 3]),
        ("limit=1&page=2", [2]),
        ("page=2", [1, 2, 3]),
    ],
)
def test_queries(server8: Server8, query: str, keys: list[int]) -> None:
    answer = ask(server8, "GET", f"/demo/items/movies?fields=id&{query}", token=server8.token)
    assert [row["id"] for row in answer.json()["data"]] == keys


def test_the_default_limit_cuts_lists_of_keys(server8: Server8) -> None:
    server8.store.default_limit = 2
    for path, count in (("items/movies/1,2,3", 2), ("items/movies/1,2,3?limit=-1", 3), ("roles/1,2,3?limit=-1", 2)):
        assert len(ask(server8, "GET", f"/demo/{path}", token=server8.token).json()["data"]) == count


def test_an_error_of_a_debugging_server(server8: Server8) -> None:
    server8.debug = True
    assert set(json.loads(ask(server8, "GET", "/nope/items/x").text)["error"]) == {"code", "message", "class", "file", "line"}
