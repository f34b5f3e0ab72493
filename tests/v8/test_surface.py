"""Every method of the surface exists with its parameters, and is called; every endpoint has a method or a reason."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from directus_sdk.v8 import Directus8
from tests.v8 import surface
from tests.v8.server import Server8

ROWS = list(surface.rows())
ENDPOINTS = surface.endpoints()


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_the_method_has_its_parameters(d: Directus8, row: surface.Row) -> None:
    assert callable(row.find(d))
    assert row.missing(d) == []


@pytest.mark.parametrize(("group", "method", "how"), surface.batches())
def test_the_groups_have_the_methods_of_the_table(d: Directus8, group: str, method: str, how: str) -> None:
    handler = d.items("movies") if group == "items" else getattr(d, group)
    assert hasattr(type(handler), method) == (how != "-")


def pattern(path: str) -> re.Pattern[str]:
    """Match the paths of an endpoint; `{ids}` and other plurals are comma-separated."""
    parts = re.split(r"(\{\w+\})", path.replace("{p}", "demo"))
    one, many = "[^/,]+", "[^/,]+(?:,[^/,]+)+"
    names = [
        (many if part in ("{ids}", "{names}", "{fields}") else one) if part[:1] == "{" else re.escape(part) for part in parts
    ]
    return re.compile("".join(names))


def prepare(server: Server8) -> None:
    """Data that the calls of the table need."""
    server.tables["directus_users"].insert({"email": "i@example.com", "status": "invited", "external_id": "ext1"})
    server.invitations["invite-3"] = "i@example.com"
    server.tables["directus_roles"].insert({"name": "SCIM", "external_id": "g1"})
    server.tables["directus_relations"].insert({"collection_many": "movies", "field_many": "poster"})
    for collection in ("movies", "directus_files", "directus_users", "directus_webhooks"):
        for item in ("1", "2"):
            data = {"id": int(item)}
            server.tables["directus_activity"].insert({"collection": collection, "item": item})
            server.tables["directus_revisions"].insert({"collection": collection, "item": item, "data": data})


def client_for(server: Server8, call: str) -> Directus8:
    """What is about the session needs one."""
    if not call.startswith(("auth.", "extensions.")):
        return Directus8(server.url, server.project, token=server.token)
    d = Directus8(server.url, server.project)
    d.auth.login(server.email, server.password)
    return d


@pytest.mark.parametrize(
    "endpoint", [pytest.param(row, id=f"{row['method']} {row['path']}") for row in ENDPOINTS if row["call"]]
)
def test_the_call_reaches_the_endpoint(server8: Server8, endpoint: dict[str, str]) -> None:
    prepare(server8)
    with client_for(server8, endpoint["call"]) as d:
        server8.forget()
        eval(f"d.{endpoint['call']}", {"d": d, "server": server8})
        matching = pattern(endpoint["path"])
        assert any(call.method == endpoint["method"] and matching.fullmatch(call.path) for call in server8.calls), (
            server8.sent()
        )


def test_each_endpoint_has_a_call_or_a_reason() -> None:
    assert [row for row in ENDPOINTS if bool(row["call"]) == bool(row["reason"])] == []
    assert len({(row["method"], row["path"]) for row in ENDPOINTS}) == len(ENDPOINTS) == 171


def registration(server: Server8) -> dict[str, Any]:
    data = dict.fromkeys(("project", "db_name", "db_user", "user_password"), "x")
    return {**data, "user_email": "a@example.com", "super_admin_token": server.super_admin_token}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_each_method_takes_all_its_arguments_by_name(server8: Server8, row: surface.Row, tmp_path: Path) -> None:
    prepare(server8)
    values = {**surface.arguments(row.group), "server": server8, "folder": tmp_path, "project": registration(server8)}
    with client_for(server8, row.name) as d:
        method = row.find(d)
        result = eval(f"method({row.call})", {**values, "d": d, "method": method})
        if row.name.endswith((".iterate", ".stream")):
            result = list(result)
    if row.name.endswith((".create_many", ".update_many", ".update_batch", ".delete_many")):
        assert (result.count, result.errors) == (len(values["keys"]) if "keys=keys" in row.call else result.count, [])
        assert result.count >= 1


@pytest.mark.parametrize("group", list(surface.BULK))
@pytest.mark.parametrize(
    "options",
    [{"limit": 1, "page": 1}, {"limit": 1, "offset": 1}, {"single": True}, {"groups": "id"}, {"q": "x"}, {"meta": ["page"]}],
    ids=str,
)
def test_each_query_keyword_is_sent(d: Directus8, server8: Server8, group: str, options: dict[str, Any]) -> None:
    prepare(server8)
    if group == "collections" and "groups" in options:
        options = {"groups": "collection"}
    (d.items("movies") if group == "items" else getattr(d, group)).read_many(**options)
    sent = {name: "1" if value is True else str(value) for name, value in options.items() if not isinstance(value, list)}
    assert sent.items() <= dict(server8.last.pairs).items()


@pytest.mark.parametrize("group", list(surface.BULK))
@pytest.mark.parametrize("method", ["read_all", "iterate", "first", "count"])
def test_everything_is_read_page_by_page(d: Directus8, server8: Server8, group: str, method: str) -> None:
    prepare(server8)
    handler = d.items("movies") if group == "items" else getattr(d, group)
    table = server8.tables["movies" if group == "items" else f"directus_{group}"]
    visible = len(table.by_status(None))
    if method == "first":
        assert handler.first()[table.key] == min(row[table.key] for row in table.rows.values())
    elif method == "count":
        assert handler.count() == visible
    else:
        assert len(list(getattr(handler, method)(page_size=2))) == visible


DOCS = Path(__file__).parents[2] / "docs"
PAGE = "\n".join((DOCS / name).read_text(encoding="utf-8") for name in ("directus8.md", "directus8-items.md"))
NAMES = sorted(set(re.findall(r"`directus\.((?:items\(\"movies\"\)\.)?[a-z_.]+)", PAGE)))


@pytest.mark.parametrize("name", NAMES)
def test_the_names_of_the_guide_exist(d: Directus8, name: str) -> None:
    target: Any = d
    for part in name.split("."):
        target = target.items("movies") if part.startswith("items(") else getattr(target, part)


def test_the_guide_names_many_methods() -> None:
    assert len(NAMES) >= 45
