"""Known secrets go over a socket, a peer repeats them in whatever it refuses, and no output holds one of them."""

from __future__ import annotations

import json
import logging
import queue
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import pytest
from websockets.datastructures import Headers
from websockets.http11 import Response
from websockets.sync.server import ServerConnection

from directus_sdk import Auth, Directus, DirectusError, ReconnectPolicy
from directus_sdk.testing.mock import MockTransport
from tests.realtime.peer import Line, peer
from tests.shown import SECRETS, Shown

FILTER = {"token": {"_eq": SECRETS["usertoken"]}}
ITEM = {"title": "x", "password": SECRETS["password"]}
QUERY = "subscription ($password: String) { articles_mutated { key } }"


def echo(line: Line) -> dict[str, Any]:
    """An error that repeats all that came over the socket."""
    said = f"No: {line.path} {dict(line.headers.raw_items())} {json.dumps(line.got)}"
    return {"code": "INVALID_PAYLOAD", "message": said, "reason": said}


def refuse_sign_in(line: Line) -> None:
    line.receive()
    error = {**echo(line), "code": "AUTH_FAILED"}
    line.send({"type": "auth", "status": "error", "error": error})
    line.rest()


def refuse_all_else(line: Line) -> None:
    while (message := line.receive()) is not None:
        uid = message.get("uid", message.get("id"))
        if message["type"] == "auth":
            line.send({"type": "auth", "status": "ok"})
        elif message["type"] == "connection_init":
            line.send({"type": "connection_ack"})
        elif "payload" in message:
            said = [{"message": echo(line)["message"], "extensions": echo(line)}]
            line.send({"type": "next", "id": uid, "payload": {"data": None, "errors": said}})
            line.send({"type": "error", "id": uid, "payload": said})
        else:
            line.send({"type": message["type"], "status": "error", "error": echo(line), "uid": uid})


def complain_later(line: Line) -> None:
    while (message := line.receive()) is not None:
        if message["type"] == "auth":
            line.send({"type": "auth", "status": "ok"})
        elif message["type"] == "subscribe":
            line.send({"type": "subscription", "event": "init", "uid": message["uid"], "data": []})
            line.send({"type": "subscribe", "status": "error", "error": echo(line), "uid": message["uid"]})
            line.send({"type": "auth", "status": "error", "error": {**echo(line), "code": "AUTH_FAILED"}})
            line.send("no JSON " + json.dumps(line.got))
        else:
            line.close(1011, "nothing else is known here")


def close_with_a_reason(line: Line) -> None:
    line.receive()
    line.close(1008, f"no {line.path} {json.dumps(line.got)}"[:120])


def drop(line: Line) -> None:
    line.receive()
    line.drop()


def upgrade(status: int, header: str) -> Callable[[ServerConnection, Any], Response]:
    def refuse(connection: ServerConnection, request: Any) -> Response:
        said = f"{request.path} {dict(request.headers.raw_items())}"
        headers = Headers({header: f"http://127.0.0.1:1{request.path}", "X-Said": said})
        return Response(status, HTTPStatus(status).phrase, headers, said.encode())

    return refuse


SCRIPTS: dict[str, tuple[Callable[[Line], None], dict[str, Any]]] = {
    "refused sign-in": (refuse_sign_in, {}),
    "refused calls": (refuse_all_else, {"subprotocols": ["graphql-transport-ws"]}),
    "complaints": (complain_later, {}),
    "closed": (close_with_a_reason, {}),
    "dropped": (drop, {}),
    "refused upgrade": (Line.rest, {"process_request": upgrade(401, "Link")}),
    "redirect": (Line.rest, {"process_request": upgrade(307, "Location")}),
    "gateway": (Line.rest, {"process_request": upgrade(502, "Link")}),
}


class Tokens(Auth):
    """A token that the connection signs in again with, for a second."""

    token = SECRETS["access"]

    def authorize(self, request: Any) -> Any:
        return request

    def fresh_token(self) -> tuple[str | None, float | None]:
        return SECRETS["access"], 3600.0


def uses(directus: Directus, shown: Shown) -> dict[str, Callable[[], object]]:
    items = directus.items("articles")

    def subscribe() -> None:
        with items.subscribe(query={"filter": FILTER}) as subscription:
            shown.object("subscription", subscription)
            for _ in range(3):
                event = subscription.next(2)
                shown.text("event", repr(event))
                if event.error is not None:
                    shown.error("error of an event", event.error)

    def graphql() -> None:
        with directus.graphql.subscribe(QUERY, {"password": SECRETS["password"]}) as subscription:
            shown.object("subscription", subscription)
            event = subscription.next(2)
            shown.text("event", repr(event))
            if event.error is not None:
                shown.error("error of an event", event.error)
            subscription.next(2)

    def create() -> None:
        with directus.realtime.connect() as socket:
            shown.object("while it is open", directus.realtime, 6)
            socket.items("articles").create(ITEM)

    def read() -> None:
        with directus.realtime.connect() as socket:
            socket.items("articles").read(filter=FILTER)

    def send() -> None:
        with directus.realtime.connect() as socket:
            socket.send_message({"type": "own", "uid": "x", "access_token": SECRETS["usertoken"]})
            socket.items("articles").read(1)

    return {"subscribe": subscribe, "graphql": graphql, "create": create, "read": read, "send": send}


@pytest.mark.parametrize("mode", ["handshake", "strict"])
@pytest.mark.parametrize("name", SCRIPTS)
def test_no_output_of_a_socket_holds_a_secret(name: str, mode: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    script, options = SCRIPTS[name]
    shown = Shown()
    failures = 0
    with peer(script, **options) as server:
        for token in (SECRETS["static"], None):
            auth: dict[str, Any] = {"token": token} if token else {"auth": Tokens()}
            client = Directus(server.url, transport=MockTransport(), **auth)
            with client.with_options(headers={"X-Api-Key": SECRETS["header"]}) as directus:
                again = ReconnectPolicy(attempts=1, backoff=0.01)
                directus.realtime.configure(mode=mode, open_timeout=1, reconnect=again)
                directus.realtime.on("error", lambda error: shown.error("listener", error))
                for what, use in uses(directus, shown).items():
                    try:
                        use()
                    except DirectusError as error:
                        failures += 1
                        shown.error(f"{name}: {what}", error)
                    shown.object(f"{name}: after {what}", directus.realtime, 6)
                    directus.realtime.disconnect()
        while server.waiting:
            server.line()
    for record in caplog.records:
        if not record.name.startswith("websockets"):  # the peer's own
            shown.text(f"log of {record.name}", record.getMessage() + repr(record.args))
    assert not shown.leaks, f"{len(shown.leaks)} leaks:\n" + "\n".join(shown.leaks[:20])
    assert failures >= 6


def test_data_beside_an_error_stays_as_it_is() -> None:
    def script(line: Line) -> None:
        assert line.receive()["type"] == "connection_init"
        line.send({"type": "connection_ack"})
        uid = line.receive()["id"]
        said = [{"message": echo(line)["message"]}]
        line.send({"type": "next", "id": uid, "payload": {"data": {"name": SECRETS["password"]}, "errors": said}})
        line.rest()

    with (
        peer(script, subprotocols=["graphql-transport-ws"]) as server,
        server.directus() as directus,
        directus.graphql.subscribe(QUERY, {"password": SECRETS["password"]}) as subscription,
    ):
        event = subscription.next(2)
    assert event.data == {"name": SECRETS["password"]}
    assert "***" in str(event.error)
    assert SECRETS["password"] not in str(event.error)


def test_a_listener_and_a_caller_get_errors_of_their_own() -> None:
    """Raising an error that another thread looks at would show that thread the variables of this one's frames."""
    heard: queue.Queue[DirectusError] = queue.Queue()
    with peer(lambda line: line.drop()) as server, server.directus() as directus:
        directus.realtime.configure(reconnect=ReconnectPolicy(attempts=1, backoff=0.01))
        directus.realtime.on("error", heard.put)
        with pytest.raises(DirectusError) as caught:
            directus.items("articles").subscribe("create", query={"filter": FILTER})
        told = heard.get(timeout=10)
    assert (type(told), str(told)) == (type(caught.value), str(caught.value))
    assert told is not caught.value
    shown = Shown()
    shown.frames("listener", told)
    assert told.__traceback__ is not None
    assert not shown.leaks
