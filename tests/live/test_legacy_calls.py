"""The recorded calls of the classic JavaScript SDK, made to the server of its time."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from directus_sdk import DirectusError, RouteNotFound
from directus_sdk.testing import DirectusServer
from directus_sdk.testing.server.base import AnyServer
from tests.conformance.test_conformance import HERE, run

pytestmark = [pytest.mark.live, pytest.mark.directus("<10")]

LEGACY = json.loads((HERE / "vectors" / "legacy.json").read_text(encoding="utf-8"))

#: Calls that the classic SDK could make and that no server had: what the log holds cannot be written.
NEVER_THERE = {
    *(("POST", "/activity"), ("PATCH", "/activity"), ("DELETE", "/activity"), ("PATCH", "/activity/53")),
    *(("PATCH", "/revisions"), ("PATCH", "/revisions/2"), ("DELETE", "/revisions/2")),
    ("GET", "/items/articles/a/b"),  # a key with a slash that was not quoted
}


def own_endpoint(vector: dict[str, Any]) -> bool:
    """Whether it goes to an endpoint that a user would have to add to the server."""
    return str(run.wire(vector).get("path", "")).startswith("/custom")


@pytest.fixture(scope="module")
def throwaway(directus_server: AnyServer) -> Iterator[DirectusServer]:
    """A server of its own, since some calls change the administrator."""
    with DirectusServer(directus_server.version) as server:
        yield server
        with server.directus() as directus:  # else the server refused the token, not the call
            assert directus.users.me.read(fields=["email"]) == {"email": server.admin_email}


def test_every_recorded_request_is_an_address_of_the_server(throwaway: DirectusServer) -> None:
    recorded: dict[tuple[str, str], Any] = {}
    for vector in LEGACY:
        request = run.wire(vector)
        if request and request.get("method") and not own_endpoint(vector):
            recorded[request["method"], request["path"]] = request.get("body")
    assert len(recorded) > 80
    unknown = set()
    with requests.Session() as session:
        session.trust_env = False
        for (method, path), body in recorded.items():
            token = {} if path.startswith("/auth") else {"Authorization": f"Bearer {throwaway.admin_token}"}
            # The method and the address are what counts: an empty body changes nothing.
            json_body = None if body is None else [] if isinstance(body, list) else {}
            answer = session.request(method, throwaway.url + path, json=json_body, headers=token, timeout=30)
            assert token == {} or answer.status_code != 401
            if "ROUTE_NOT_FOUND" in answer.text:
                unknown.add((method, path))
    assert unknown == NEVER_THERE


@pytest.mark.parametrize(
    "vector",
    [
        pytest.param(vector, id=vector["id"])
        for vector in LEGACY
        if run.comparable(vector) and run.has_counterpart(vector) and not own_endpoint(vector)
    ],
)
def test_every_call_is_known_to_the_server(throwaway: DirectusServer, vector: dict[str, Any]) -> None:
    call = vector["call"]
    make = run.surface.LEGACY[f"{call['handler']}.{call['method']}"]
    sent: list[str] = []
    error: DirectusError | None = None
    signs_in = run.wire(vector)["path"].startswith("/auth")
    with throwaway.directus(**({"token": None} if signs_in else {})) as directus:
        directus.on_event(lambda event: sent.append(event.kind))
        try:
            make(directus, call["args"], [run.surface.decode(argument) for argument in call["method_args"]])
        except DirectusError as raised:
            error = raised
    assert "response" in sent
    assert not isinstance(error, RouteNotFound)
