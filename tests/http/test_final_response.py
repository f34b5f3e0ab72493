"""The final response: informational ones, and what follows the end of one."""

from __future__ import annotations

import json
import socket
import ssl
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from directus_sdk import (
    ConnectionFailed,
    Directus,
    RetryPolicy,
    Timeout,
)
from tests.scripted_server import Raw, Seen, Wire, answer, head_of, redirect, scripted
from tests.socks_proxy import SocksProxy

ONCE = RetryPolicy(attempts=1)
Clients = Callable[..., Directus]
EARLY = b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n"
PROCESSING = b"HTTP/1.1 102 Processing\r\n\r\n"
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


def echo(seen: Seen) -> bytes:
    return answer(json.dumps({"data": [seen.headers.get("authorization"), seen.target]}).encode())


@pytest.mark.parametrize("information", [EARLY, PROCESSING, CONTINUE + EARLY + PROCESSING, b"HTTP/1.1 199 Odd\r\n\r\n"])
def test_every_caller_gets_their_own_response_whatever_informational_ones_come(information: bytes, clients: Clients) -> None:
    numbers = iter(range(1_000_000))

    def script(seen: Seen) -> bytes:
        return (information if next(numbers) % 10 == 0 else b"") + echo(seen)

    with Wire(script) as wire:
        base = clients(wire.url, pool_size=32)

        def calls(user: int) -> list[Any]:
            return [base.with_token(f"user-{user}").request("GET", f"/echo/{user}/{n}") for n in range(10)]

        with ThreadPoolExecutor(32) as pool:
            answers = list(pool.map(calls, range(32)))
    assert answers == [[[f"Bearer user-{user}", f"/echo/{user}/{n}"] for n in range(10)] for user in range(32)]


def test_the_real_response_may_come_long_after_an_informational_one(clients: Clients) -> None:
    sent = threading.Event()

    def handle(connection: socket.socket) -> None:
        while head := head_of(connection):
            connection.sendall(EARLY[:7])
            connection.sendall(EARLY[7:-1])
            sent.wait(0.05)  # longer than a call takes that does not wait for it
            connection.sendall(EARLY[-1:])
            connection.sendall(answer(json.dumps({"data": head.split()[1].decode()}).encode()))

    with scripted(handle) as url:
        directus = clients(url)
        assert [directus.request("GET", f"/{n}") for n in range(4)] == ["/0", "/1", "/2", "/3"]


CALLS: dict[str, tuple[Callable[[Directus], Any], bytes, Any]] = {
    "create_one": (lambda d: d.items("a").create_one({"b": 1}), answer(b'{"data": {"id": 7}}'), {"id": 7}),
    "create_many": (lambda d: list(d.items("a").create_many([{"b": 1}])), answer(b'{"data": [{"id": 7}]}'), [{"id": 7}]),
    "delete_one": (lambda d: d.items("a").delete_one(1), answer(b"", "204 No Content", kind="", length=False), None),
    "head": (lambda d: d.request("HEAD", "/x"), answer(b"", headers="Content-Length: 5", length=False), None),
    "read": (lambda d: d.assets.read("a"), answer(b"content", kind="text/plain"), b"content"),
    "stream": (lambda d: b"".join(d.assets.stream("a")), answer(b"content", kind="text/plain"), b"content"),
    "upload": (
        lambda d: d.files.upload(b"x", filename="a.txt", resumable=False)["id"],
        answer(b'{"data": {"id": "f"}}'),
        "f",
    ),
    "search": (
        lambda d: d.items("a").read_many(filter={"id": {"_in": list(range(3000))}}, limit=1),
        answer(b'{"data": [{"id": 1}]}'),
        [{"id": 1}],
    ),
}


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("way", ["http", "tls", "socks", "proxy"])
def test_every_kind_of_call_waits_for_the_final_response(
    name: str, way: str, context: ssl.SSLContext, bundle: str, clients: Clients
) -> None:
    call, reply, expected = CALLS[name]
    with Wire(lambda seen: EARLY + PROCESSING + reply, context if way == "tls" else None) as wire, SocksProxy() as proxy:
        proxies = {"http": proxy.url} if way == "socks" else {"http": wire.url} if way == "proxy" else {}
        directus = clients("http://cms.invalid" if way == "proxy" else wire.url, verify=bundle, proxies=proxies)
        assert [call(directus), call(directus)] == [expected, expected]
        assert wire.connections == 1
        directus.close()


def test_a_download_waits_for_the_final_response(clients: Clients, tmp_path: Path) -> None:
    with Wire(EARLY + answer(b"content", kind="text/plain")) as wire:
        path = clients(wire.url).assets.download("a", tmp_path / "a.txt")
    assert path.read_bytes() == b"content"


def test_redirects_refreshes_and_retries_wait_for_the_final_response(clients: Clients) -> None:
    def script(seen: Seen) -> bytes:
        if seen.path == "/auth/login":
            return EARLY + answer(b'{"data": {"access_token": "t1", "refresh_token": "r1", "expires": 900000}}')
        if seen.path == "/auth/refresh":
            return EARLY + answer(b'{"data": {"access_token": "t2", "refresh_token": "r2", "expires": 900000}}')
        if seen.path == "/old":
            return EARLY + redirect("/new")
        if seen.headers["authorization"] == "Bearer t1":
            return EARLY + answer(b'{"errors": [{"extensions": {"code": "TOKEN_EXPIRED"}}]}', "401 Unauthorized")
        if len(wire.seen) % 2:
            return EARLY + answer(b"", "503 Busy", kind="")
        return EARLY + echo(seen)

    with Wire(script) as wire:
        directus = clients(wire.url, retry=RetryPolicy(attempts=3, backoff=0), token=None)
        directus.auth.login("a@example.com", "pass-word")
        assert directus.request("GET", "/old") == ["Bearer t2", "/new"]
        assert directus.request("GET", "/x") == ["Bearer t2", "/x"]


@pytest.mark.parametrize(
    "reply",
    [
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n" + answer(),
        EARLY * 101 + answer(),
        b"HTTP/1.1 099 Odd\r\n\r\n" + answer(),
        b"HTTP/1.1 -1 Odd\r\n\r\n" + answer(),
        Raw(EARLY),
        Raw(EARLY[:-9]),
    ],
)
def test_what_is_no_final_response_is_an_error_and_ends_the_connection(reply: bytes, clients: Clients) -> None:
    with Wire(lambda seen: reply if seen.path == "/items/a" else echo(seen)) as wire:
        directus = clients(wire.url)
        with pytest.raises(ConnectionFailed) as caught:
            directus.items("a").create_one({"b": 1})
        assert caught.value.sent is True
        assert directus.request("GET", "/x") == ["Bearer the-token", "/x"]
    assert [seen.connection for seen in wire.seen] == [1, 2]


def test_informational_responses_without_an_end_are_bounded_in_time_too(clients: Clients) -> None:
    over = threading.Event()

    def handle(connection: socket.socket) -> None:
        head_of(connection)
        while not over.wait(0.02):
            connection.sendall(PROCESSING)

    with scripted(handle) as url:
        with pytest.raises(Timeout):
            clients(url, retry=RetryPolicy(attempts=1, max_elapsed=0.2)).items("a").create_one({})
        over.set()


def _after(reply: bytes) -> Callable[[socket.socket], None]:
    """Send something behind the first response of each connection, in the same packet."""

    def handle(connection: socket.socket) -> None:
        behind = reply
        while head := head_of(connection):
            own = answer(json.dumps({"data": head.split()[1].decode()}).encode())
            connection.sendall(own + behind)
            behind = b""

    return handle


@pytest.mark.parametrize(
    "behind",
    [
        answer(b'{"data": "of somebody else"}'),
        answer(b'{"data": "of somebody else"}')[:30],
        b"HTTP/1.1 200 OK\r\n",
        b"x",
        EARLY,
        answer(json.dumps({"data": "y" * 100_000}).encode()),
    ],
)
@pytest.mark.parametrize("tls", [False, True])
def test_what_comes_behind_a_response_is_no_answer_to_the_next_call(
    behind: bytes, tls: bool, context: ssl.SSLContext, bundle: str, clients: Clients
) -> None:
    with scripted(_after(behind), context if tls else None) as url:
        directus = clients(url, verify=bundle)
        assert [directus.request("GET", f"/{n}") for n in range(6)] == [f"/{n}" for n in range(6)]


@pytest.mark.parametrize("size", [8_000, 8_192, 16_000])
def test_what_tls_has_decrypted_already_is_no_answer_to_the_next_call(
    size: int, context: ssl.SSLContext, bundle: str, clients: Clients
) -> None:
    def handle(connection: socket.socket) -> None:
        first = True
        while head := head_of(connection):
            own = json.dumps({"data": head.split()[1].decode()}).encode()
            reply = answer(own + b" " * (size - len(own)) if first else own)
            connection.sendall(reply + (answer(b'{"data": "of somebody else"}') if first else b""))
            first = False

    with scripted(handle, context) as url:
        directus = clients(url, verify=bundle)
        assert [directus.request("GET", f"/{n}") for n in range(4)] == [f"/{n}" for n in range(4)]


@pytest.mark.parametrize(
    "reply",
    [
        b"HTTP/1.1 204 No Content\r\nContent-Length: 28\r\n\r\n" + b"y" * 28,
        b"HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nx",
    ],
)
def test_what_follows_an_empty_response_is_no_answer_to_the_next_call(reply: bytes, clients: Clients) -> None:
    with Wire(lambda seen: reply if seen.method == "DELETE" else answer()) as wire:
        directus = clients(wire.url)
        for _ in range(3):
            assert directus.request("DELETE", "/x") is None
            assert directus.request("GET", "/x") == 1


@pytest.mark.parametrize(
    "length",
    [
        "-5",
        "abc",
        "",
        "+5",
        "5_0",
        "5 5",
        "5, 6",
        "1e1",
        "9" * 30,
        "0x5",
        "5\nContent-Length: 6",
        "5\nTransfer-Encoding: xchunked",
    ],
)
def test_a_length_that_is_none_is_an_error(length: str, clients: Clients, tmp_path: Path) -> None:
    reply = Raw(answer(b"hello", kind="text/plain", headers=f"Content-Length: {length}", length=False))
    with Wire(lambda seen: reply) as wire:
        directus = clients(wire.url)
        for call in (
            lambda: directus.request("GET", "/x"),
            lambda: directus.assets.read("a"),
            lambda: directus.assets.download("a", tmp_path / "a"),
            lambda: b"".join(directus.assets.stream("a")),
        ):
            with pytest.raises(ConnectionFailed):
                call()
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "chunks",
    [
        b"-5\r\nhello\r\n0\r\n\r\n",
        b"F" * 16 + b"\r\nhello",
        b"F" * 15 + b"\r\nhello",
        b"five\r\nhello\r\n",
        b"5",
        b"5\r\nhello\r\n",
        b"",
    ],
)
def test_chunks_without_a_size_are_an_error(chunks: bytes, clients: Clients, tmp_path: Path) -> None:
    reply = Raw(answer(chunks, kind="text/plain", headers="Transfer-Encoding: chunked", length=False))
    with Wire(lambda seen: reply) as wire:
        directus = clients(wire.url)
        for call in (
            lambda: directus.request("GET", "/x"),
            lambda: directus.assets.read("a"),
            lambda: directus.assets.download("a", tmp_path / "a"),
            lambda: b"".join(directus.assets.stream("a")),
        ):
            with pytest.raises(ConnectionFailed):
                call()


def test_a_connection_is_kept_after_chunks_and_after_a_stream(clients: Clients) -> None:
    plain = answer(b"hello", kind="text/plain")
    chunks = b"5\r\nhello\r\n0\r\nX-Trailer: 1\r\n\r\n"
    chunked = answer(chunks, kind="text/plain", headers="Transfer-Encoding: chunked", length=False)
    with Wire(lambda seen: chunked if "chunked" in seen.path else plain) as wire:
        directus = clients(wire.url)
        for _ in range(2):
            for name in ("chunked", "plain"):
                assert b"".join(directus.assets.stream(name)) == b"hello"
                assert directus.assets.read(name) == b"hello"
    assert wire.connections == 1


def test_a_stream_that_is_left_early_leaves_no_connection_behind(clients: Clients) -> None:
    with Wire(lambda seen: answer(b"x" * 3_000_000, kind="text/plain") if seen.path == "/assets/a" else answer()) as wire:
        directus = clients(wire.url)
        with directus.assets.stream("a") as stream:
            next(iter(stream))
        assert directus.request("GET", "/x") == 1
    assert [seen.connection for seen in wire.seen] == [1, 2]
