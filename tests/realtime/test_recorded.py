"""What the JavaScript SDK was recorded to send, message by message, and what ours sends in the same place."""

from __future__ import annotations

import queue
from typing import Any

import pytest

from tests.realtime.peer import WAIT, Line, peer

#: What both send; the JavaScript SDK flattens queries to texts, and the server takes both forms.
SUBSCRIPTIONS: list[tuple[dict[str, Any], dict[str, Any]]] = [
    (
        {"event": "create", "fields": ["id", {"author": ["name"]}], "filter": {"a": {"_eq": 1}}, "sort": "-id", "limit": 2},
        {
            "type": "subscribe",
            "collection": "articles",
            "event": "create",
            "query": {"fields": ["id", "author.name"], "filter": {"a": {"_eq": 1}}, "sort": ["-id"], "limit": 2},
        },
    ),
    ({}, {"type": "subscribe", "collection": "articles"}),
    ({"event": "delete"}, {"type": "subscribe", "collection": "articles", "event": "delete"}),
]


@pytest.mark.parametrize(("arguments", "message"), SUBSCRIPTIONS)
def test_a_subscription(arguments: dict[str, Any], message: dict[str, Any]) -> None:
    def script(line: Line) -> None:
        line.welcome()
        line.take_subscription()
        line.rest()

    with peer(script) as server, server.directus() as directus:
        subscription = directus.items("articles").subscribe(**arguments)
        subscription.close()
        line = server.line()
        assert line.over.wait(WAIT)
    sign_in, subscribe, unsubscribe = line.got
    assert sign_in == {"type": "auth", "access_token": "the-token"}
    assert subscribe == {**message, "uid": subscription.uid}
    assert isinstance(subscription.uid, str)
    assert unsubscribe == {"type": "unsubscribe", "uid": subscription.uid}


def test_messages_of_ones_own_go_out_as_they_are() -> None:
    with peer(lambda line: (line.welcome(), line.rest())[1]) as server, server.directus() as directus:
        directus.realtime.connect()
        directus.realtime.send_message({"type": "items", "uid": "mine", "collection": "a", "action": "read"})
        directus.realtime.send_message('{"raw": true}')
        directus.realtime.disconnect()
        line = server.line()
        assert line.over.wait(WAIT)
    assert line.got[1:] == [{"type": "items", "uid": "mine", "collection": "a", "action": "read"}, {"raw": True}]


def test_connecting_twice_is_one_connection() -> None:
    with peer(lambda line: (line.welcome(), line.rest())[1]) as server, server.directus() as directus:
        directus.realtime.connect()
        directus.realtime.connect()
        server.line()
        assert server.waiting == 0


def test_disconnecting_is_no_loss() -> None:
    with peer(lambda line: (line.welcome(), line.rest())[1]) as server, server.directus() as directus:
        directus.realtime.connect()
        directus.realtime.disconnect()
        directus.realtime.disconnect()
        assert not directus.realtime.connected
        assert server.line().over.wait(WAIT)
        assert server.waiting == 0


def test_a_listener_can_be_taken_back() -> None:
    def script(line: Line) -> None:
        line.welcome()
        line.send({"a": line.receive()["n"]})
        line.send({"a": line.receive()["n"]})
        line.rest()

    first: queue.Queue[Any] = queue.Queue()
    second: queue.Queue[Any] = queue.Queue()
    with peer(script) as server, server.directus() as directus:
        remove = directus.realtime.on("message", first.put)
        directus.realtime.on("message", second.put)
        directus.realtime.connect()
        directus.realtime.send_message({"n": 1})
        assert [second.get(timeout=WAIT) for _ in range(2)][1] == {"a": 1}
        remove()
        directus.realtime.send_message({"n": 2})
        assert second.get(timeout=WAIT) == {"a": 2}
    assert [message.get("a") for message in first.queue] == [None, 1]
