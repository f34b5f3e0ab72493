"""Realtime against real servers."""

from __future__ import annotations

import gc
import logging
import os
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from typing import Any

import attrs
import pytest

from directus_sdk import (
    ConfigurationError,
    Directus,
    Forbidden,
    GraphQLError,
    InvalidCredentials,
    InvalidQuery,
    LoginAuth,
    NotSupported,
    RealtimeEvent,
    ReconnectPolicy,
    Timeout,
)
from directus_sdk.testing import DirectusServer
from directus_sdk.testing.server.versions import matches
from tests.live.people import new_role

pytestmark = [pytest.mark.live, pytest.mark.directus(">=10.4")]

VERSION = os.environ.get("DIRECTUS_VERSION") or "11.17.4"
OTHER = "12.4.1" if VERSION.startswith("11") else "11.17.4"
WAIT = 15
SOON = ReconnectPolicy(backoff=0.2, max_delay=0.5)
ID = {"field": "id", "type": "integer", "meta": {}, "schema": {"is_primary_key": True, "has_auto_increment": True}}
TEXT = {"field": "text", "type": "string", "meta": {}, "schema": {}}


def prepare(server: DirectusServer) -> None:
    with server.directus() as directus:
        for name in ("messages", "secrets"):
            directus.collections.create_one({"collection": name, "meta": {}, "schema": {}, "fields": [ID, TEXT]})
        role = new_role(directus, server.version, "Reader", [{"collection": "messages", "action": "read"}])
        directus.users.create_one(
            {"email": "reader@example.com", "password": "correct horse", "role": role, "token": "reader-token"}
        )


@pytest.fixture(scope="module")
def server() -> Iterator[DirectusServer]:
    """A server whose access tokens live five seconds; static tokens do not end."""
    with DirectusServer(VERSION, env={"ACCESS_TOKEN_TTL": "5s"}) as server:
        prepare(server)
        yield server


@pytest.fixture(scope="module")
def other() -> Iterator[DirectusServer]:
    """A server of the other major version, with short tokens too."""
    with DirectusServer(OTHER, env={"ACCESS_TOKEN_TTL": "5s"}) as server:
        prepare(server)
        yield server


@pytest.fixture
def directus(server: DirectusServer) -> Iterator[Directus]:
    with server.directus() as client:
        yield client


@pytest.fixture(autouse=True)
def no_thread_is_left() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    left = [thread for thread in threading.enumerate() if thread not in before]
    for thread in left:
        thread.join(30)
    assert not [thread for thread in left if thread.is_alive()]


@attrs.define
class Message:
    id: int
    text: str | None = None


def reader(server: DirectusServer) -> Directus:
    return Directus(server.url, token="reader-token")


# ---------------------------------------------------------------------- events
def test_what_happens_is_told(directus: Directus) -> None:
    messages = directus.items("messages", Message)
    key = messages.create_one({"text": "before"}, fields=["id"]).id
    with messages.subscribe(filter={"id": {"_gte": key}}) as events:
        first = events.next(WAIT)
        assert (first.event, first.data) == ("init", [Message(key, "before")])
        made = messages.create_many([{"text": "a"}, {"text": "b"}])
        created = [events.next(WAIT), events.next(WAIT)]
        assert [event.data for event in created] == [[made[0]], [made[1]]]
        directus.items("messages").update_many([made[0].id, made[1].id], {"text": "c"})
        updated = events.next(WAIT)
        assert (updated.event, updated.data) == ("update", [Message(made[0].id, "c"), Message(made[1].id, "c")])
        directus.items("messages").delete_many([made[0].id, made[1].id])
        deleted = events.next(WAIT)
        assert (deleted.event, deleted.data, deleted.keys) == ("delete", [], (str(made[0].id), str(made[1].id)))


def test_one_kind_of_event(directus: Directus) -> None:
    with directus.items("messages").subscribe("delete") as events:
        made = directus.items("messages").create_one({"text": "x"})
        directus.items("messages").delete_one(made["id"])
        assert events.next(WAIT).event == "delete"


def test_items_over_the_socket(server: DirectusServer, directus: Directus) -> None:
    with directus.realtime.connect() as socket:
        items = socket.items("messages")
        made = items.create({"text": "one"})
        many = items.create([{"text": "two"}, {"text": "three"}])
        keys = [made["id"], *(item["id"] for item in many)]
        assert items.read(keys[0], fields=["text"]) == {"text": "one"}
        assert items.read(filter={"id": {"_in": keys}}, fields=["text"], sort="-id")[0] == {"text": "three"}
        assert items.update(keys[0], {"text": "1"})["text"] == "1"
        assert [item["text"] for item in items.update(keys[1:], {"text": "n"})] == ["n", "n"]
        items.delete(keys[0])
        items.delete(keys[1:])
        assert items.read(filter={"id": {"_in": keys}}) == []
        for call in (
            lambda: socket.items("nope").read(),
            lambda: items.read(filter={"nope": {"_eq": 1}}),
        ):
            with pytest.raises((Forbidden, InvalidQuery)):
                call()
        if matches(">=11", server.version):  # before, a field that does not exist is left out
            with pytest.raises(Forbidden):
                items.read(fields=["nope"])
        assert items.read(limit=0) == []


def test_graphql(directus: Directus) -> None:
    with directus.graphql.subscribe("subscription { messages_mutated(event: create) { key event data { text } } }") as events:
        made = directus.items("messages").create_one({"text": "g"})
        told = events.next(WAIT)
        assert told.event == "next"
        assert told.data == {"messages_mutated": {"key": str(made["id"]), "event": "create", "data": {"text": "g"}}}


def test_graphql_that_is_wrong(directus: Directus) -> None:
    with pytest.raises(GraphQLError, match="nope"):
        directus.graphql.subscribe("subscription { nope_mutated { key } }").next(5)


def test_modes(server: DirectusServer) -> None:
    for mode in ("handshake", "strict"):
        with server.directus() as directus:
            directus.realtime.configure(mode=mode)
            assert directus.items("messages").subscribe(limit=1).next(WAIT).event == "init"


def test_a_public_server_and_who_may_see_what() -> None:
    with DirectusServer(VERSION, env={"WEBSOCKETS_REST_AUTH": "public"}) as server:
        prepare(server)
        with Directus(server.url) as public:
            with pytest.raises(ConfigurationError):
                public.realtime.connect()
            public.realtime.configure(mode="public")
            with pytest.raises(Forbidden):
                public.items("messages").subscribe()
            with public.realtime.connect() as socket, pytest.raises(Forbidden):
                socket.items("messages").read()
        with Directus(server.url, token="reader-token") as known:
            known.realtime.configure(mode="public")
            assert known.items("messages").subscribe().next(WAIT).event == "init"
        with Directus(server.url, token="wrong-token") as unknown, pytest.raises(InvalidCredentials):
            unknown.realtime.connect(mode="public")


# ---------------------------------------------------------------------- what is refused
@pytest.mark.parametrize("event", [None, "create", "delete"])
def test_errors_come_at_once(server: DirectusServer, event: Any) -> None:
    started = time.monotonic()
    with server.directus() as admin:
        with pytest.raises(Forbidden):
            admin.items("nope").subscribe(event)
        with pytest.raises(InvalidQuery):
            admin.items("messages").subscribe(event, filter={"id": {"_contains": "x"}})
        with pytest.raises((Forbidden, InvalidQuery)):
            admin.items("messages").subscribe(event, filter={"nope": {"_eq": 1}})
    with reader(server) as restricted, pytest.raises(Forbidden):
        restricted.items("secrets").subscribe(event)
    with Directus(server.url, token="wrong-token") as unknown, pytest.raises(InvalidCredentials):
        unknown.items("messages").subscribe(event)
    assert time.monotonic() - started < 5 * 5


@pytest.mark.parametrize("mode", ["handshake", "strict"])
def test_a_wrong_token(server: DirectusServer, mode: str) -> None:
    with Directus(server.url, token="wrong-token") as unknown, pytest.raises(InvalidCredentials):
        unknown.realtime.connect(mode=mode, open_timeout=5)


@pytest.fixture(scope="module")
def without() -> Iterator[DirectusServer]:
    """A server without WebSockets."""
    with DirectusServer(VERSION, env={"WEBSOCKETS_ENABLED": "false"}) as server:
        prepare(server)
        yield server


def test_a_server_without_web_sockets(without: DirectusServer) -> None:
    with without.directus() as directus:
        with pytest.raises(NotSupported, match="WEBSOCKETS_ENABLED"):
            directus.items("messages").subscribe()
        with pytest.raises((NotSupported, Timeout)):
            directus.graphql.subscribe("subscription { messages_mutated { key } }")


def test_changes_are_polled_where_there_are_no_web_sockets(without: DirectusServer) -> None:
    with without.directus() as directus, directus.items("messages").changes(poll_interval=0.1) as changes:
        assert not changes.live
        key = directus.items("messages").create_one({"text": "x"})["id"]
        assert changes.next(WAIT).key == key


# ---------------------------------------------------------------------- staying alive
def test_a_subscription_outlives_a_minute_idle_and_busy(server: DirectusServer) -> None:
    """90 seconds: a client that waits for answers to protocol pings dies after 40 to 60."""
    live_on(server, seconds=90)


@pytest.mark.soak
def test_a_subscription_outlives_ten_minutes(server: DirectusServer) -> None:
    live_on(server, seconds=600)


def live_on(server: DirectusServer, seconds: float) -> None:
    opened: list[None] = []
    with server.directus() as directus, server.directus() as writer:
        directus.realtime.on("open", lambda: opened.append(None))
        idle = directus.items("secrets").subscribe("create")
        busy = directus.items("messages").subscribe("create", fields=["id"])
        ended = time.monotonic() + seconds
        sent: list[int] = []
        told: list[int] = []
        while time.monotonic() < ended:
            sent.append(writer.items("messages").create_one({"text": "busy"})["id"])
            event = busy.next(WAIT)
            assert event.event == "create"
            told += event.keys
            with pytest.raises(Timeout):
                busy.next(1)
        assert told == sent
        with pytest.raises(Timeout):
            idle.next(0)
        key = writer.items("secrets").create_one({"text": "at last"})["id"]
        assert idle.next(WAIT).keys == (key,)
        assert len(opened) == 1


def with_short_tokens(server: DirectusServer, seconds: float) -> None:
    """Tokens of five seconds: no event is lost, on one connection, and no token ends before the next sign-in."""
    opened: list[None] = []
    heard: list[Any] = []
    with Directus(server.url, auth=LoginAuth()) as directus, server.directus() as writer:
        directus.auth.login("reader@example.com", "correct horse")
        directus.realtime.on("open", lambda: opened.append(None))
        directus.realtime.on("message", heard.append)
        subscription = directus.items("messages").subscribe("create", fields=["id"])
        ended = time.monotonic() + seconds
        sent: list[int] = []
        told: list[int] = []
        while time.monotonic() < ended:
            sent.append(writer.items("messages").create_one({"text": "x"})["id"])
            event = subscription.next(WAIT)
            assert event.event == "create", event
            told += event.keys
            with pytest.raises(Timeout):
                subscription.next(0.1)
        assert told == sent
        assert len(opened) == 1
        signed_in = [message for message in heard if message.get("type") == "auth"]
        assert {message["status"] for message in signed_in} == {"ok"}
        assert len(signed_in) >= 1 + seconds / 5
        assert not [message for message in heard if message.get("status") == "error"]


def test_tokens_of_five_seconds(server: DirectusServer) -> None:
    with_short_tokens(server, 6)


def test_tokens_of_five_seconds_on_the_other_version(other: DirectusServer) -> None:
    with_short_tokens(other, 6)


@pytest.mark.soak
def test_tokens_of_five_seconds_for_a_minute(server: DirectusServer, other: DirectusServer) -> None:
    with_short_tokens(server, 60)
    with_short_tokens(other, 60)


def test_graphql_signs_in_again_too(server: DirectusServer) -> None:
    heard: list[Any] = []
    renewed = threading.Event()

    def listen(message: Any) -> None:
        heard.append(message)
        if message.get("type") == "auth":
            renewed.set()

    with Directus(server.url, auth=LoginAuth()) as directus, server.directus() as writer:
        directus.auth.login("reader@example.com", "correct horse")
        directus.realtime.on("message", listen)
        subscription = directus.graphql.subscribe("subscription { messages_mutated { key } }")
        assert renewed.wait(WAIT)
        key = writer.items("messages").create_one({"text": "x"})["id"]
        assert subscription.next(WAIT).data == {"messages_mutated": {"key": str(key)}}
    assert {message["status"] for message in heard if message.get("type") == "auth"} == {"ok"}


def test_the_other_version(other: DirectusServer) -> None:
    """Events, errors, questions and GraphQL on the other major version."""
    with other.directus() as directus:
        test_what_happens_is_told(directus)
        test_items_over_the_socket(other, directus)
        test_graphql(directus)
        test_graphql_that_is_wrong(directus)
    for event in (None, "create"):
        test_errors_come_at_once(other, event)
    for mode in ("handshake", "strict"):
        test_a_wrong_token(other, mode)


# ---------------------------------------------------------------------- losses
@pytest.mark.parametrize("how", ["kill", "stop"])
def test_a_server_that_comes_back(server: DirectusServer, how: str) -> None:
    with server.directus() as directus, server.directus() as writer:
        directus.realtime.configure(reconnect=SOON)
        subscriptions = [
            directus.items("messages").subscribe("create"),
            directus.items("messages").subscribe("delete"),
            directus.items("secrets").subscribe("create"),
        ]
        try:
            getattr(server, how)()
        finally:
            server.start()
        for subscription in subscriptions:
            gap = subscription.next(WAIT)
            assert gap.event == "reconnected"
            assert gap.lost_at < gap.back_at  # type: ignore[operator]
        key = writer.items("messages").create_one({"text": "x"})["id"]
        assert subscriptions[0].next(WAIT).keys == (key,)
        writer.items("messages").delete_one(key)
        assert subscriptions[1].next(WAIT).keys == (str(key),)
        assert not [each for each in subscriptions if not timed_out(each.next)]


def timed_out(ask: Callable[[float], RealtimeEvent[Any]]) -> bool:
    try:
        ask(0.2)
    except Timeout:
        return True
    return False


def test_a_frozen_server_is_noticed(server: DirectusServer) -> None:
    with server.directus() as directus:
        lost = threading.Event()
        directus.realtime.configure(heartbeat_timeout=2, reconnect=SOON, open_timeout=2)
        directus.realtime.on("close", lost.set)
        subscription = directus.items("messages").subscribe("create")
        server.suspend()
        try:
            assert lost.wait(WAIT)
        finally:
            server.resume()
        assert subscription.next(WAIT).event == "reconnected"


def test_a_thousand_events(server: DirectusServer) -> None:
    """The order of the keys is kept, and memory does not grow."""
    many(server, 1_000)


@pytest.mark.soak
def test_ten_thousand_events(server: DirectusServer) -> None:
    many(server, 10_000)


def many(server: DirectusServer, count: int) -> None:
    with server.directus() as directus, server.directus() as writer:
        subscription = directus.items("messages").subscribe("create", fields=["id"])
        rows = [{"text": "x" * 100}] * 100
        sent: list[int] = []

        def write() -> None:
            for _ in range(count // 100):
                sent.extend(item["id"] for item in writer.items("messages").create_many(rows, fields=["id"]))

        # The first round fills caches and pools.
        writer.items("messages").create_many(rows)
        for _ in range(100):
            subscription.next(WAIT)
        thread = threading.Thread(target=write)
        gc.collect()
        tracemalloc.start()
        try:
            thread.start()
            told = [subscription.next(WAIT).keys[0] for _ in range(count)]
            thread.join(WAIT)
            gc.collect()
            grown, _ = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert told == sorted(told)
        assert told == sent
        assert grown < 10_000_000


def test_secrets_are_in_no_log(server: DirectusServer, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with reader(server) as directus:
        for mode in ("handshake", "strict"):
            directus.realtime.configure(mode=mode)
            directus.items("messages").subscribe(limit=1).close()
    assert "WebSocket" in caplog.text
    assert "reader-token" not in caplog.text
