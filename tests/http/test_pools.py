"""Pools: which connections are used again."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable

import pytest

from directus_sdk import (
    Directus,
    RetryPolicy,
)
from tests.scripted_server import Wire

ONCE = RetryPolicy(attempts=1)
Clients = Callable[..., Directus]


def test_connections_are_reused_and_not_shared_at_the_same_time(clients: Clients) -> None:
    with Wire() as wire:
        directus = clients(wire.url, pool_size=4)
        for _ in range(5):
            directus.request("GET", "/x")
        assert {seen.connection for seen in wire.seen} == {1}


def test_a_connection_that_was_idle_for_long_is_not_used_again(clients: Clients, monkeypatch: pytest.MonkeyPatch) -> None:
    import directus_sdk.http.pools

    with Wire() as wire:
        directus = clients(wire.url)
        directus.request("POST", "/x")
        monkeypatch.setattr(directus_sdk.http.pools, "IDLE_SECONDS", -1.0)
        directus.request("POST", "/x")
        monkeypatch.setattr(directus_sdk.http.pools, "IDLE_SECONDS", 1000.0)
        directus.request("POST", "/x")
    assert [seen.connection for seen in wire.seen] == [1, 2, 2]


def test_close_while_others_call_does_no_harm(clients: Clients) -> None:
    with Wire() as wire:
        directus = clients(wire.url, retry=RetryPolicy(attempts=3, backoff=0))
        stop = threading.Event()

        def close() -> None:
            while not stop.is_set():
                directus.close()

        closer = threading.Thread(target=close)
        closer.start()
        try:
            assert [directus.request("GET", "/x") for _ in range(50)] == [1] * 50
        finally:
            stop.set()
            closer.join()


def test_a_small_body_goes_out_with_its_head() -> None:
    """One packet and one system call; the server need not wait for a second one."""
    received: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer() -> None:
            connection, _ = listener.accept()
            with connection:
                received.append(connection.recv(65_536))
                connection.sendall(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")

        server = threading.Thread(target=answer)
        server.start()
        with Directus(f"http://127.0.0.1:{listener.getsockname()[1]}") as directus:
            directus.request("POST", "/x", json={"a": 1})
        server.join()
    assert received[0].endswith(b'\r\n\r\n{"a":1}')
