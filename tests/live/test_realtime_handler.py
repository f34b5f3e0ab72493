"""The WebSocket of a real server by hand."""

from __future__ import annotations

import queue
from typing import Any

import pytest

from directus_sdk import Directus

pytestmark = [pytest.mark.live, pytest.mark.directus(">=10")]


def test_a_message_and_its_answer(directus: Directus) -> None:
    messages: queue.Queue[Any] = queue.Queue()
    forget = directus.realtime.on("message", messages.put)
    directus.realtime.connect()
    try:
        assert directus.realtime.connected
        directus.realtime.send_message({"type": "items", "action": "read", "collection": "nothing", "uid": "mine"})
        while messages.get(timeout=10).get("type") != "items":
            pass
    finally:
        directus.realtime.disconnect()
        forget()
    assert not directus.realtime.connected


def test_items_over_the_wire(directus: Directus, directus_server: Any) -> None:
    name = "live_wire"
    key = {"field": "id", "type": "integer", "schema": {"is_primary_key": True, "has_auto_increment": True}}
    text = {"field": "title", "type": "string", "schema": {}}
    directus.collections.create_one({"collection": name, "schema": {}, "meta": {}, "fields": [key, text]})
    try:
        with directus.realtime.connect():
            made = directus.realtime.items(name).create({"title": "Over the wire"})
            assert directus.items(name).read_one(made["id"])["title"] == "Over the wire"
    finally:
        directus.collections.delete_one(name)
