"""`directus.explain(error)`: what is behind a refusal, for an administrator, a restricted user and the Public role."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from typing import Any

import attrs
import pytest

from directus_sdk import Directus, DirectusError, RequestsTransport, RetryPolicy
from directus_sdk.testing import MockTransport
from directus_sdk.testing.mock import error_response
from directus_sdk.wire.messages import Request, Response
from tests.scripted_server import Hang, Wire

# Version 12 has rights with filters with a licence only, and before 11 the server does not tell what a user may do.
pytestmark = [pytest.mark.live, pytest.mark.directus(">=11,<12")]


@attrs.frozen
class World:
    """A collection, and users who may do more or less with it."""

    collection: str
    role: str
    admin: Directus
    restricted: Directus
    public: Directus
    stranger: Directus


@pytest.fixture(scope="module")
def world(directus_server: Any) -> Iterator[World]:
    mark = uuid.uuid4().hex[:6]
    collection, token = f"planets_{mark}", f"explain-token-{mark}"
    with directus_server.directus() as admin:
        call = admin.request
        fields: list[dict[str, Any]] = [
            {"field": "id", "type": "integer", "meta": {}, "schema": {"is_primary_key": True, "has_auto_increment": True}},
            {"field": "name", "type": "string", "meta": {}, "schema": {"is_unique": True}},
            {"field": "secret_note", "type": "string", "meta": {}, "schema": {}},
        ]
        call("POST", "/collections", json={"collection": collection, "meta": {}, "schema": {}, "fields": fields})
        policy = call("POST", "/policies", json={"name": f"Readers {mark}", "app_access": False})["id"]
        permission = {"policy": policy, "collection": collection, "action": "read", "fields": ["id", "name"]}
        call("POST", "/permissions", json={**permission, "permissions": {"name": {"_neq": "Pluto"}}})
        access = {"create": [{"policy": policy}], "update": [], "delete": []}
        role = call("POST", "/roles", json={"name": f"Reader {mark}", "policies": access})["id"]
        user = call(
            "POST", "/users", json={"email": f"{mark}@example.com", "password": "pass-word-1234", "token": token, "role": role}
        )["id"]
        clients = [Directus(directus_server.url, token=given) for given in (token, None, "of-another-server")]
        yield World(collection, f"Reader {mark}", admin, *clients)
        for client in clients:
            client.close()
        for path in (f"/users/{user}", f"/roles/{role}", f"/policies/{policy}", f"/collections/{collection}"):
            call("DELETE", path)


def explained(directus: Directus, call: Callable[[Directus], Any]) -> str:
    """What a refused call is explained with; only GET may be sent for it."""
    with pytest.raises(DirectusError) as caught:
        call(directus)
    methods: list[str] = []

    def listener(event: Any) -> None:
        methods.append(event.request.method)

    directus.on_event(listener)
    text = directus.explain(caught.value)
    directus.pipeline.listeners.remove(listener)
    assert set(methods) <= {"GET"}, methods
    return text


def test_an_administrator_is_told_what_does_not_exist(world: World) -> None:
    misspelt = world.collection.replace("planets", "planet")
    text = explained(world.admin, lambda directus: directus.items(misspelt).read_many())
    assert "an administrator" in text
    assert f"There is no collection '{misspelt}'. Did you mean '{world.collection}'?" in text
    for call in (
        lambda directus: directus.items(world.collection).read_many(fields=["nam"]),
        lambda directus: directus.items(world.collection).read_many(filter={"nam": {"_eq": "x"}}),
        lambda directus: directus.items(world.collection).read_many(sort="nam"),
    ):
        assert "has no field 'nam'. Did you mean 'name'?" in explained(world.admin, call)
    text = explained(world.admin, lambda directus: directus.items(world.collection).read_one(99))
    assert "no item with the key '99'" in text


def test_a_restricted_user_is_told_what_he_may(world: World) -> None:
    items = world.collection
    text = explained(world.restricted, lambda directus: directus.items("planets_of_others").read_many())
    assert "not an administrator" in text
    assert "no permission for 'planets_of_others', or there is no such collection" in text
    assert f"It has permissions for: {items}." in text
    assert text.endswith("An administrator can add a permission in the settings of the Directus app.")
    text = explained(world.restricted, lambda directus: directus.items(items).create_one({"name": "Vulcan"}))
    assert f"may not create items of '{items}', only: read." in text
    text = explained(world.restricted, lambda directus: directus.items(items).delete_one(1))
    assert f"may not delete items of '{items}', only: read." in text
    text = explained(world.restricted, lambda directus: directus.items(items).read_many(fields=["nam"]))
    assert "'nam'. Did you mean 'name'?" in text
    text = explained(world.restricted, lambda directus: directus.items(items).read_many(fields=["secret_note"]))
    assert "no field that this user may use called 'secret_note'" in text
    text = explained(world.restricted, lambda directus: directus.items(items).read_one(99))
    assert "the item '99' does not exist, or a rule of the permission" in text


def test_the_public_is_told_to_sign_in(world: World) -> None:
    text = explained(world.public, lambda directus: directus.items(world.collection).read_many())
    assert "The call was unauthenticated" in text
    assert "sign in, or give the Public policy a permission" in text
    text = explained(world.public, lambda directus: directus.users.me.read())
    assert "This needs a user: pass token=..." in text


def test_a_wrong_password(world: World) -> None:
    text = explained(world.public, lambda directus: directus.auth.login("nobody@example.com", "wrong"))
    assert text.endswith("The email or the password is wrong, or the user is not active.")
    assert "Public" not in text


def test_a_collection_without_a_table(world: World) -> None:
    text = explained(world.admin, lambda directus: directus.collections.create_one({"collection": "moons"}))
    assert text.splitlines()[-1].startswith("A new collection needs 'schema': {}")


def test_the_sentence_about_explain_is_not_in_an_explanation(world: World) -> None:
    with pytest.raises(DirectusError, match=r"or print\(directus.explain\(error\)\)"):
        world.admin.items(world.collection).read_many(fields=["nam"])
    text = explained(world.admin, lambda directus: directus.items(world.collection).read_many(fields=["nam"]))
    assert "directus.explain" not in text


def test_a_token_that_the_server_does_not_know(world: World) -> None:
    text = explained(world.stranger, lambda directus: directus.items(world.collection).read_many())
    assert "The token is not valid on this server" in text


def test_other_refusals_say_what_to_do(world: World) -> None:
    items = world.admin.items(world.collection)
    items.create_one({"name": "Mars"})
    text = explained(world.admin, lambda directus: items.create_one({"name": "Mars"}))
    assert "'name'" in text
    assert "must be unique" in text
    assert "upsert_one" in text
    text = explained(world.admin, lambda directus: directus.request("GET", "/no-such-endpoint"))
    assert "no such endpoint" in text
    text = explained(world.admin, lambda directus: items.read_many(filter={"name": {"_gt": 1}}))
    assert '"_gt"' in text


def test_no_answer_at_all(world: World) -> None:
    with Wire(lambda seen: Hang()) as wire:
        options: dict[str, Any] = {"transport": RequestsTransport(timeout=0.3), "retry": RetryPolicy(attempts=1)}
        with Directus(wire.url, **options) as directus:
            text = explained(directus, lambda client: client.items("a").create_one({}))
    assert "check before you send it again" in text
    assert "does not respond now either" in text
    with Directus(wire.url, **options) as directus:
        text = explained(directus, lambda client: client.items("a").create_one({}))
    assert "Nothing was sent" in text


@pytest.mark.parametrize("status", [401, 403, 404, 500, 503])
def test_it_does_not_raise_where_nothing_may_be_seen(status: int) -> None:
    codes = {
        401: "INVALID_CREDENTIALS",
        403: "FORBIDDEN",
        404: "ROUTE_NOT_FOUND",
        500: "INTERNAL_SERVER_ERROR",
        503: "SERVICE_UNAVAILABLE",
    }
    odd = {"/users/me": [1], "/permissions/me": "x", "/collections": {}, "/policies/me/globals": []}

    def handler(request: Request) -> Any:
        path = request.url.removeprefix("https://cms.example.com")
        if request.params or path not in odd:
            return error_response(codes[status], status)
        return odd[path] if status == 403 else Response(200, {"Content-Type": "text/html"}, b"<p>")

    directus = Directus("https://cms.example.com", token="the-token", transport=MockTransport(handler), retry=RetryPolicy(1))
    assert explained(directus, lambda client: client.items("a").read_many(fields=["b"]))


def test_errors_of_other_kinds_say_what_they_say() -> None:
    directus = Directus("https://cms.example.com", transport=MockTransport())
    assert directus.explain(ValueError("what is wrong")) == "what is wrong"
    assert directus.explain(KeyError()) == "KeyError"
