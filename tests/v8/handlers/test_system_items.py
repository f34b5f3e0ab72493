"""What endpoint groups of version 8 have beside the shared methods, and the groups without such methods."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

import pytest

from directus_sdk import FailedValidation, GraphQLError, NotFound, ServerError, Unauthorized, UnprocessableContent
from directus_sdk.v8 import Directus8
from tests.v8.messages import Answer
from tests.v8.server import Server8


def editor(server: Server8) -> Directus8:
    return Directus8(server.url, server.project, token=server.editor_token)


# ------------------------------------------------------------ activity, permissions, settings
def test_comments(d: Directus8, server8: Server8) -> None:
    comments = d.activity.comments
    entry = comments.create(collection="movies", item=1, comment="hi")
    assert server8.last.json == {"collection": "movies", "item": 1, "comment": "hi"}
    assert comments.update(key=entry["id"], comment="hi2")["comment"] == "hi2"
    assert comments.delete(key=entry["id"]) is None
    assert d.activity.read_one(entry["id"])["comment_deleted_on"] is not None
    assert server8.sent()[:3] == [
        ("POST", "/demo/activity/comment"), ("PATCH", "/demo/activity/comment/1"), ("DELETE", "/demo/activity/comment/1"),
    ]  # fmt: skip
    for call in (lambda: comments.create("", 1, "x"), lambda: comments.create("movies", 1, ""), lambda: comments.delete("a,b")):
        with pytest.raises(ValueError):
            call()
    with pytest.raises(TypeError):
        comments.create("movies", None, "x")  # type: ignore[arg-type]


def test_the_permissions_of_the_current_user(d: Directus8, server8: Server8) -> None:
    assert [row["role"] for row in d.permissions.me()] == [1]
    assert d.permissions.me("movies") == []
    with editor(server8) as other:
        assert [row["read"] for row in other.permissions.me(collection="movies")] == ["full"]  # an object
        assert len(other.permissions.me()) == 3
    assert [target for _, target in server8.sent()][:2] == ["/demo/permissions/me", "/demo/permissions/me/movies"]


def test_settings(d: Directus8, server8: Server8) -> None:
    assert d.settings.as_dict()["project_color"] == "#263238"
    assert server8.sent() == [("GET", "/demo/settings?limit=-1")]
    assert d.settings.fields()[0]["collection"] == "directus_settings"
    row = d.settings.create_one({"key": "mine", "value": "1"})
    assert d.settings.update_one(row["id"], {"value": "2"})["value"] == "2"
    assert d.settings.read_one(row["id"]) == {"id": row["id"], "key": "mine", "value": "2"}
    d.settings.delete_one(row["id"])
    assert not d.settings.exists(row["id"])


def test_collections(d: Directus8, server8: Server8) -> None:
    key = {"field": "id", "type": "integer", "datatype": "int", "length": 11, "interface": "primary-key", "primary_key": True}
    assert d.collections.create_one({"collection": "cats", "fields": [key]})["collection"] == "cats"
    assert d.collections.update_one("cats", {"note": "miau"})["note"] == "miau"
    assert [row["collection"] for row in d.collections.read_many(["movies", "cats"])] == ["movies", "cats"]
    assert d.collections.update_many(["cats", "movies"], {"hidden": True}, returning="keys") == ["cats", "movies"]
    assert d.collections.update_batch([{"collection": "cats", "hidden": False}])[0]["hidden"] is False
    assert d.collections.delete_many(["cats"]) == ["cats"]
    assert [call.path for call in server8.calls[-3:]] == [
        "/demo/collections/movies",
        "/demo/collections/cats",
        "/demo/collections/cats",
    ]
    with pytest.raises(NotFound) as caught:
        d.collections.delete_one("nope")
    assert caught.value.code == 200
    deleted = d.collections.delete_many(["nope", "about"], on_error="collect")
    assert (deleted, [entry.item for entry in deleted.errors]) == (["about"], ["nope"])


# ------------------------------------------------------------ mail, utils, GraphQL
def test_mail(d: Directus8, server8: Server8) -> None:
    to = ["a@example.com", 1, {"email": "b@example.com", "name": "B"}]
    assert (
        d.mail.send(to=to, body="Hi {{name}}", subject="S", type="plain", data={"name": "Bob"}, use_default_email=True) is None
    )
    d.mail.send("a@example.com", "x")
    whole = {
        "to": to,
        "body": "Hi {{name}}",
        "subject": "S",
        "type": "plain",
        "data": {"name": "Bob"},
        "use_default_email": True,
    }
    assert server8.mails == [whole, {"to": "a@example.com", "body": "x"}]
    for wrong in (lambda: d.mail.send("", "x"), lambda: d.mail.send([], "x"), lambda: d.mail.send("a@example.com", "")):
        with pytest.raises(ValueError):
            wrong()
    with Directus8(server8.url, server8.project) as anonymous, pytest.raises(Unauthorized) as caught:
        anonymous.mail.send("a@example.com", "x")
    assert caught.value.code == 108


def test_graphql(d: Directus8, server8: Server8) -> None:
    document = "query Q($n: Int) { movies(limit: $n) { data { id } } }"
    assert d.graphql.query(document, {"n": 1}) == {"movies": {"data": [{"id": "1"}]}}
    assert server8.last.json == {"query": document, "variables": {"n": 1}}
    d.graphql.query(query="{ movies { data { id } } }")
    assert server8.last.json == {"query": "{ movies { data { id } } }"}
    with pytest.raises(GraphQLError, match='Cannot query field "items" on type "Query"') as caught:
        d.graphql.query("{ items { data { id } } }")
    assert caught.value.errors[0]["extensions"] == {"category": "graphql"}
    server8.script = lambda call: Answer(200, {"data": {"a": 1}, "errors": [{"message": "no b"}]})
    with pytest.raises(GraphQLError, match="no b") as caught:
        d.graphql.query("{ a b }")
    assert caught.value.data == {"a": 1}
    server8.script = lambda call: Answer(200, {"errors": [{"message": 'Variable "$token" got invalid value "s3cret"'}]})
    with pytest.raises(GraphQLError, match=r"Variable .* got invalid value \W+\*\*\*") as caught:
        d.graphql.query("query Q($token: Int) { a }", {"token": "s3cret"})
    assert "s3cret" not in f"{caught.value.errors} {caught.value.request} {caught.value.response!r}"
    server8.script = lambda call: None
    with editor(server8) as other, pytest.raises(Unauthorized):
        other.graphql.query("{ movies { data { id } } }")
    graphql: Any = d.graphql
    for call, kind in (
        (lambda: graphql.query(""), ValueError),
        (lambda: graphql.query(5), TypeError),
        (lambda: graphql.query("{ a }", []), TypeError),
    ):
        with pytest.raises(kind):
            call()


# ------------------------------------------------------------ SCIM
def test_scim(d: Directus8, server8: Server8) -> None:
    user = d.scim.users.create_one(data={"userName": "scim@example.com", "externalId": "ext 1", "name": {"givenName": "S"}})
    assert (user["id"], user["userName"]) == ("ext 1", "scim@example.com")
    assert d.scim.users.read_one(external_id="ext 1")["name"]["givenName"] == "S"
    assert d.scim.users.update_one(external_id="ext 1", data={"active": True})["active"] is True
    assert d.scim.users.replace_one(external_id="ext 1", data={"name": {"familyName": "T"}})["name"]["familyName"] == "T"
    page = d.scim.users.read_many(start_index=2, count=1)
    assert ([row["externalId"] for row in page], page.meta["totalResults"], page.meta["startIndex"]) == ([2], 3, 2)
    group = d.scim.groups.create_one({"displayName": "SG", "id": "g1"})
    assert d.scim.groups.read_one("g1")["displayName"] == "SG"
    assert d.scim.groups.update_one("g1", {"displayName": "SH"})["displayName"] == "SH"
    assert d.scim.groups.replace_one("g1", {"displayName": "SI"})["displayName"] == "SI"
    assert len(d.scim.groups.read_many()) == 4
    assert d.scim.groups.delete_one(external_id=group["id"]) is None
    assert server8.sent() == [
        ("POST", "/demo/scim/v2/Users"), ("GET", "/demo/scim/v2/Users/ext%201"), ("PATCH", "/demo/scim/v2/Users/ext%201"),
        ("PUT", "/demo/scim/v2/Users/ext%201"), ("GET", "/demo/scim/v2/Users?startIndex=2&count=1"),
        ("POST", "/demo/scim/v2/Groups"), ("GET", "/demo/scim/v2/Groups/g1"), ("PATCH", "/demo/scim/v2/Groups/g1"),
        ("PUT", "/demo/scim/v2/Groups/g1"), ("GET", "/demo/scim/v2/Groups"), ("DELETE", "/demo/scim/v2/Groups/g1"),
    ]  # fmt: skip


def test_errors_of_scim_have_no_envelope(d: Directus8) -> None:
    with pytest.raises(NotFound, match="Item not found"):
        d.scim.users.read_one("nope")
    with pytest.raises(ServerError):
        d.scim.users.read_many(filter="userName eq e@example.com")
    with pytest.raises(UnprocessableContent, match="Filter must be"):
        d.scim.users.read_many(filter="bad")
    with pytest.raises(ValueError, match="external_id must not be empty"):
        d.scim.users.read_one("")


# ------------------------------------------------------------ projects, extensions
def test_projects(d: Directus8, server8: Server8) -> None:
    token = server8.super_admin_token
    more = dict.fromkeys(("db_name", "db_user", "user_email", "user_password"), "x")
    assert d.projects.create_one(data={"project": "second", "super_admin_token": token, **more}) is None
    assert d.projects.read_all() == ["demo", "second"]
    assert d.projects.delete_one(project="second", super_admin_token=token) is None
    assert d.projects.info()["api"]["version"] == "8.8.1"
    assert d.projects.update_database() is None
    assert server8.sent() == [
        ("POST", "/server/projects"), ("GET", "/server/projects"),
        ("DELETE", f"/server/projects/second?super_admin_token={token}"), ("GET", "/demo/"), ("POST", "/demo/update"),
    ]  # fmt: skip
    assert ["authorization" in call.headers for call in server8.calls] == [False, False, False, True, True]


def test_projects_that_are_refused(d: Directus8, server8: Server8) -> None:
    with pytest.raises(NotFound) as caught:
        d.projects.delete_one("nope", super_admin_token=server8.super_admin_token)
    assert (type(caught.value), caught.value.code) == (NotFound, 1)
    with pytest.raises(Unauthorized):
        d.projects.delete_one("demo", super_admin_token="s3cret-guess")
    with pytest.raises(FailedValidation):
        d.projects.create_one({"super_admin_token": server8.super_admin_token})
    with pytest.raises(ValueError, match="super_admin_token must not be empty"):
        d.projects.delete_one("demo", super_admin_token="")


def test_the_super_admin_token_is_in_no_error(d: Directus8) -> None:
    with pytest.raises(Unauthorized) as caught:
        d.projects.delete_one("demo", super_admin_token="s3cret-guess")
    assert "s3cret" not in f"{caught.value} {caught.value!r} {caught.value.request}"


@pytest.mark.parametrize("name", ["interfaces", "layouts", "modules", "types"])
def test_extensions_with_a_static_token(d: Directus8, server8: Server8, name: str) -> None:
    rows = getattr(d.extensions, name)()
    assert isinstance(rows, list)
    assert bool(rows) == (name == "types")
    assert server8.sent() == [("GET", f"/{name}")]
    headers = server8.last.headers
    assert headers["authorization"] == "Basic " + b64encode(f"{server8.token}:".encode()).decode()
    assert headers["x-directus-project"] == "demo"


def test_extensions_without_a_token(server8: Server8) -> None:
    with Directus8(server8.url, server8.project) as anonymous, pytest.raises(Unauthorized) as caught:
        anonymous.extensions.types()
    assert caught.value.code == 108
    assert "authorization" not in server8.last.headers


def test_utils_and_server(d: Directus8, server8: Server8) -> None:
    hashed = d.utils.hash(string="x", hasher="sha1")
    assert d.utils.hash_match(string="x", hash=hashed, hasher="sha1", options={})
    assert len(d.utils.random_string(length=5)) == 5
    assert len(d.utils.two_factor_secret()) == 16
    assert d.server.ping() == "pong"
    assert d.server.info(super_admin_token=server8.super_admin_token)["directus"] == "8.8.1"
