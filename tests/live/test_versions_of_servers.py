"""What the servers of different versions have, refuse and call by other names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from directus_sdk import (
    APIError,
    Directus,
    DirectusError,
    FailedValidation,
    Forbidden,
    InvalidCredentials,
    InvalidForeignKey,
    InvalidPayload,
    InvalidQuery,
    LoginAuth,
    NotSupported,
    PayloadTooLarge,
    RecordNotUnique,
    RouteNotFound,
)
from directus_sdk.http.server_versions import ENDPOINTS, missing
from directus_sdk.testing.server.base import AnyServer
from directus_sdk.testing.server.versions import matches

pytestmark = pytest.mark.live

UUID = "2d321940-69f5-445f-be6b-c773fa58a820"

GROUPS = ["access", "policies", "comments", "webhooks", "translations", "versions"]
#: One call of each endpoint that not all servers have; none of them changes anything.
CALLS = [
    *((method, f"/{group}/{UUID}") for group in GROUPS for method in ("GET", "PATCH", "DELETE")),
    *((method, f"/{group}") for group in GROUPS for method in ("GET", "SEARCH")),
    ("GET", "/policies/me/globals"),
    ("POST", "/activity/comment"),
    ("PATCH", f"/activity/comment/{UUID}"),
    ("DELETE", f"/activity/comment/{UUID}"),
    ("GET", f"/versions/{UUID}/compare"),
    ("POST", f"/versions/{UUID}/save"),
    ("POST", f"/versions/{UUID}/promote"),
    ("GET", "/permissions/me/directus_users"),
    ("GET", f"/permissions/me/directus_users/{UUID}"),
    ("GET", "/extensions/"),
    ("PATCH", f"/extensions/{UUID}"),
    ("DELETE", f"/extensions/registry/uninstall/{UUID}"),
    ("GET", f"/extensions/registry/account/{UUID}"),
    ("POST", "/extensions/registry/install"),
    ("POST", "/extensions/registry/reinstall"),
    ("POST", "/users/register"),
    ("GET", "/users/register/verify-email"),
    ("POST", "/files/tus"),
    ("GET", "/metrics"),
    ("POST", "/server/setup"),
    ("POST", "/mcp"),
    ("POST", "/assets/files"),
    ("POST", f"/assets/folder/{UUID}"),
    ("GET", "/deployments"),
    ("GET", "/deployments/nobody"),
    ("GET", "/deployments/nobody/projects"),
    ("POST", f"/deployments/nobody/runs/{UUID}/cancel"),
    ("POST", "/utils/translations/generate"),
    ("POST", "/utils/resolve-redirect"),
    ("GET", "/license"),
    ("POST", "/utils/import"),
    ("POST", "/utils/hash/generate"),
    ("POST", "/utils/hash/verify"),
    ("POST", "/schema/diff"),
    ("POST", "/schema/apply"),
    ("GET", "/schema/snapshot"),
]
#: The one would change a setting, the other leave this machine.
NOT_CALLED = {"/settings/owner", "/extensions/registry"}


@pytest.mark.parametrize(("method", "path"), CALLS)
def test_what_a_version_does_not_have(directus: Directus, directus_server: AnyServer, method: str, path: str) -> None:
    endpoint = missing(method, path)
    assert endpoint is not None
    body = {} if method in ("POST", "PATCH", "SEARCH") else None
    try:
        directus.request(method, path, json=body)
        error = None
    except APIError as raised:
        error = raised
    if endpoint.has(directus_server.version) and not endpoint.setting:
        assert not isinstance(error, RouteNotFound)
    elif endpoint.setting:
        assert isinstance(error, RouteNotFound)
        assert not isinstance(error, NotSupported)
        assert endpoint.setting in error.message
    else:
        assert isinstance(error, NotSupported)
        assert (error.since, error.until) == (endpoint.since, endpoint.until)
        assert f"version {endpoint.since or endpoint.until}" in error.message


def test_every_endpoint_of_the_table_is_called() -> None:
    called = {id(missing(method, path)) for method, path in CALLS}
    assert {endpoint.path.pattern for endpoint in ENDPOINTS if id(endpoint) not in called} == NOT_CALLED


def test_the_version_is_asked_for_once(directus: Directus, directus_server: AnyServer) -> None:
    sent: list[str] = []
    directus.on_event(lambda event: sent.append(event.kind))
    assert directus.server.version() == directus_server.version
    assert sent == ["request", "response"]
    assert directus.with_options(timeout=20).server.version() == directus.server.version()
    assert sent == ["request", "response"]


def test_the_version_is_not_for_everybody(directus_server: AnyServer) -> None:
    with directus_server.directus(token=None) as public, pytest.raises(DirectusError, match="does not report its version"):
        public.server.version()


def test_when_the_version_is_known_switched_off_and_too_old_differ(directus: Directus, directus_server: AnyServer) -> None:
    directus.server.version()
    with pytest.raises(RouteNotFound) as caught:
        directus.server.metrics()
    assert isinstance(caught.value, NotSupported) is matches("<11", directus_server.version)


def test_nobody_needs_the_version(directus: Directus) -> None:
    directus.users.count()
    directus.users.me.read()
    with pytest.raises(Forbidden):
        directus.items("nothing_of_that_name").read_many()
    assert directus.pipeline.limits.version is None


# ------------------------------------------------------------------ what goes by another name
def test_a_comment_is_made_changed_and_deleted_on_all_versions(directus: Directus, things: str) -> None:
    item = directus.items(things).create_one({"name": "commented"})
    comment: Any = directus.comments.create_one({"collection": things, "item": str(item["id"]), "comment": "Nice."})
    assert comment["comment"] == "Nice."
    changed: Any = directus.comments.update_one(comment["id"], {"comment": "Very nice."}, fields=["comment", "item"])
    assert changed == {"comment": "Very nice.", "item": str(item["id"])}
    directus.comments.delete_one(comment["id"])
    with pytest.raises(Forbidden):
        (directus.activity if directus.pipeline.limits.comments_in_log else directus.comments).read_one(comment["id"])


@pytest.mark.directus("<11")
def test_old_comments_are_in_the_log(directus: Directus, things: str) -> None:
    key = directus.items(things).create_one({"name": "noted"})["id"]
    comment = directus.activity.comments.create(things, key, "Nice.")
    assert comment is not None
    wanted = {"action": {"_eq": "comment"}, "collection": {"_eq": things}, "item": {"_eq": str(key)}}
    assert [entry["comment"] for entry in directus.activity.read_many(filter=wanted)] == ["Nice."]
    assert directus.activity.comments.update(comment["id"], "Very nice.") is not None
    directus.activity.comments.delete(comment["id"])
    assert directus.activity.count(wanted) == 0


@pytest.mark.directus("<11")
def test_what_a_user_may_do_is_not_told(directus: Directus) -> None:
    with pytest.raises(NotSupported) as caught:
        directus.permissions.me()
    assert caught.value.since == "11"


@pytest.mark.directus("<11")
def test_a_role_has_the_permissions_itself(directus: Directus, directus_server: AnyServer, things: str) -> None:
    role = directus.roles.create_one({"name": "Readers"})["id"]
    rule: Any = {"role": role, "collection": things, "action": "read", "fields": ["name"], "permissions": {}}
    directus.permissions.create_one(rule)
    user = directus.users.create_one({"email": "reader@example.com", "role": role, "token": "a-reader-of-things"})["id"]
    try:
        directus.items(things).create_one({"name": "read", "number": 1})
        with directus_server.directus(token="a-reader-of-things") as reader:
            assert all(set(item) == {"name"} for item in reader.items(things).read_many(limit=5))
            with pytest.raises(Forbidden):
                reader.items(things).create_one({"name": "written"})
    finally:
        directus.users.delete_one(user)
        directus.roles.delete_one(role)


@pytest.mark.directus(">=11")
def test_a_role_has_its_permissions_from_policies(directus: Directus, directus_server: AnyServer, things: str) -> None:
    policy = directus.policies.create_one({"name": "Reading"})["id"]
    directus.permissions.create_one({"policy": policy, "collection": things, "action": "read", "fields": ["*"]})
    role = directus.roles.create_one({"name": "Readers", "policies": [{"policy": policy}]})["id"]
    user = directus.users.create_one({"email": "reader@example.com", "role": role, "token": "a-reader-of-things"})["id"]
    try:
        directus.items(things).create_one({"name": "read", "number": 1})
        with directus_server.directus(token="a-reader-of-things") as reader:
            assert reader.items(things).count() >= 1
            with pytest.raises(Forbidden):
                reader.items(things).create_one({"name": "written"})
    finally:
        directus.users.delete_one(user)
        directus.roles.delete_one(role)
        directus.policies.delete_one(policy)


@pytest.mark.directus(">=10.7")
def test_an_item_has_versions_of_its_content(directus: Directus, things: str) -> None:
    directus.collections.update_one(things, {"meta": {"versioning": True}})
    things_ = directus.items(things)
    key = things_.create_one({"name": "published"})["id"]
    draft = things_.version(key, "draft")
    draft.save({"name": "better"})
    assert draft.read()["name"] == "better"
    assert things_.read_one(key)["name"] == "published"
    main = "published" if matches(">=12", directus.server.version()) else "main"
    assert things_.read_one(key, version=main)["name"] == "published"
    draft.promote()
    assert things_.read_one(key)["name"] == "better"


# ------------------------------------------------------------------ how to sign in
@pytest.mark.parametrize("mode", ["json", "cookie", "session"])
def test_the_ways_to_sign_in(directus_server: AnyServer, mode: Any) -> None:
    with directus_server.directus(auth=LoginAuth(mode=mode)) as directus:
        if mode == "session" and matches("<10.10", directus_server.version):
            with pytest.raises(InvalidPayload, match=r"must be one of \[cookie, json\]"):
                directus.auth.login(directus_server.admin_email, directus_server.admin_password)
            return
        directus.auth.login(directus_server.admin_email, directus_server.admin_password)
        assert directus.users.me.read(fields=["email"]) == {"email": directus_server.admin_email}
        directus.auth.logout()


# ------------------------------------------------------------------ errors
def test_a_value_that_is_there_already(directus: Directus, things: str) -> None:
    directus.items(things).create_one({"name": "twice", "code": "x"})
    with pytest.raises(RecordNotUnique) as caught:
        directus.items(things).create_one({"name": "twice", "code": "x"})
    assert (caught.value.status, caught.value.code) == (400, "RECORD_NOT_UNIQUE")
    assert (caught.value.collection, caught.value.field) == (things, "code")


def test_a_field_that_is_missing(directus: Directus, things: str) -> None:
    with pytest.raises(FailedValidation) as caught:
        directus.items(things).create_one({"number": 1})
    assert (caught.value.status, caught.value.field, caught.value.type) == (400, "name", "required")


def test_an_item_that_another_points_to_in_vain(directus: Directus, things: str) -> None:
    with pytest.raises(InvalidForeignKey) as caught:
        directus.items(things).create_one({"name": "lonely", "other": 999_999})
    assert caught.value.status == 400


def test_a_query_that_makes_no_sense(directus: Directus, things: str) -> None:
    with pytest.raises(InvalidQuery, match="_unknown") as caught:
        directus.request("GET", f"/items/{things}", params={"filter": {"number": {"_unknown": 1}}})
    assert caught.value.status == 400


def test_a_payload_that_makes_no_sense(directus: Directus, things: str) -> None:
    with pytest.raises(InvalidPayload, match="Invalid Date format"):
        directus.items(things).create_one({"name": "dated", "day": "never"})


def test_a_payload_that_is_too_large(directus: Directus, things: str) -> None:
    with pytest.raises(PayloadTooLarge):
        directus.items(things).create_one({"name": "x" * 1_100_000})


def test_a_token_that_is_wrong(directus_server: AnyServer) -> None:
    with directus_server.directus(token="wrong-token") as stranger, pytest.raises(InvalidCredentials) as caught:
        stranger.users.me.read()
    assert caught.value.status == 401


def test_what_the_public_may_not_see(directus_server: AnyServer, things: str) -> None:
    with directus_server.directus(token=None) as public, pytest.raises(Forbidden) as caught:
        public.items(things).read_many()
    assert (caught.value.status, caught.value.code) == (403, "FORBIDDEN")


def test_an_address_that_never_was(directus: Directus) -> None:
    with pytest.raises(RouteNotFound) as caught:
        directus.request("GET", "/never/was")
    assert (caught.value.status, caught.value.code) == (404, "ROUTE_NOT_FOUND")
    assert not isinstance(caught.value, NotSupported)


@pytest.fixture(scope="module")
def things(directus_server: AnyServer) -> Iterator[str]:
    """A collection with a field of each fault."""
    name = "things_of_versions"
    number = {"is_primary_key": True, "has_auto_increment": True}
    with directus_server.directus() as directus:
        directus.collections.create_one(
            {
                "collection": name,
                "schema": {},
                "meta": {},
                "fields": [
                    {"field": "id", "type": "integer", "meta": {}, "schema": number},
                    {"field": "name", "type": "text", "meta": {}, "schema": {"is_nullable": False}},
                    {"field": "code", "type": "string", "meta": {}, "schema": {"is_unique": True}},
                    {"field": "number", "type": "integer", "meta": {}, "schema": {}},
                    {"field": "day", "type": "date", "meta": {}, "schema": {}},
                    {"field": "other", "type": "integer", "meta": {}, "schema": {}},
                ],
            }
        )
        key = {"field": "id", "type": "integer", "meta": {}, "schema": number}
        directus.collections.create_one({"collection": f"{name}_other", "schema": {}, "meta": {}, "fields": [key]})
        relation = {"collection": name, "field": "other", "related_collection": f"{name}_other", "schema": {}, "meta": {}}
        directus.relations.create_one(relation)
        yield name
        for collection in (name, f"{name}_other"):
            directus.collections.delete_one(collection)
