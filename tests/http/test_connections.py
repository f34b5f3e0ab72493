"""One request, one final response: informational ones, early ones, and what comes behind the end of one."""

from __future__ import annotations

import io
import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import trustme

from directus_sdk import (
    ConnectionFailed,
    Directus,
    Forbidden,
    RedirectRefused,
    RequestsTransport,
    RetryPolicy,
    Timeout,
    TransportError,
)
from tests.socks_proxy import SocksProxy
from tests.wire import Raw, Seen, Wire, answer, body_of, head_of, redirect, scripted

ONCE = RetryPolicy(attempts=1)
EARLY = b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n"
PROCESSING = b"HTTP/1.1 102 Processing\r\n\r\n"
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
BIG = 6 << 20

Clients = Callable[..., Directus]


@pytest.fixture
def clients() -> Iterator[Clients]:
    made: list[Directus] = []

    def client(url: str, retry: RetryPolicy = ONCE, token: str | None = "the-token", **options: Any) -> Directus:
        transport = RequestsTransport(**{"timeout": (5, 5), **options})
        made.append(Directus(url, token=token, retry=retry, transport=transport))
        return made[-1]

    yield client
    for directus in made:
        directus.close()


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def context(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context


@pytest.fixture
def bundle(authority: trustme.CA, tmp_path: Path) -> str:
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    return str(tmp_path / "ca.pem")


def echo(seen: Seen) -> bytes:
    return answer(json.dumps({"data": [seen.headers.get("authorization"), seen.target]}).encode())


# ---------------------------------------------------------------------- informational responses


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


# ---------------------------------------------------------------------- while a body is sent


def _blocks(size: int) -> Iterator[bytes]:
    for _ in range(0, BIG, size):
        yield b"x" * size


UPLOADS: dict[str, tuple[Callable[[Directus], Any], int]] = {
    "bytes": (lambda d: d.request("POST", "/x", data=b"x" * BIG), BIG),
    "json": (lambda d: d.items("a").create_one({"b": "x" * BIG}), BIG + 8),
    "iterator": (lambda d: d.request("POST", "/x", data=_blocks(1 << 20)), BIG),
    "small blocks": (lambda d: d.request("POST", "/x", data=_blocks(1 << 13)), BIG),
    "form": (lambda d: d.files.upload(b"x" * BIG, filename="a.txt", resumable=False), BIG),
    "file": (lambda d: d.files.upload(io.BytesIO(b"x" * BIG), filename="a.txt", resumable=False), BIG),
}


@pytest.mark.parametrize(
    ("name", "way"), [*((name, "http") for name in UPLOADS), ("bytes", "tls"), ("iterator", "tls"), ("form", "socks")]
)
def test_an_informational_response_never_shortens_a_body(
    name: str, way: str, context: ssl.SSLContext, bundle: str, clients: Clients
) -> None:
    call, size = UPLOADS[name]
    received: list[int] = []

    def handle(connection: socket.socket) -> None:
        while head := head_of(connection):
            connection.sendall(CONTINUE + EARLY[:20])
            if way != "tls":
                connection.recv(1, socket.MSG_PEEK)  # some of the body is there: it is being sent
            connection.sendall(EARLY[20:] + PROCESSING)
            received.append(len(body_of(connection, head)))
            connection.sendall(PROCESSING + answer(b'{"data": {"id": 1}}'))

    with scripted(handle, context if way == "tls" else None) as url, SocksProxy() as proxy:
        directus = clients(url, verify=bundle, proxies={"http": proxy.url} if way == "socks" else {})
        assert call(directus) == {"id": 1}
        assert call(directus) == {"id": 1}
        directus.close()
    assert [count >= size for count in received] == [True, True]


def test_an_informational_response_never_shortens_a_chunk_of_a_resumable_upload(clients: Clients) -> None:
    size = 3 << 20
    received: list[int] = []

    def handle(connection: socket.socket) -> None:
        while head := head_of(connection):
            if head.startswith(b"GET /server"):
                connection.sendall(answer(b'{"data": {"uploads": {"tus": true, "chunkSize": 1048576}}}'))
            elif head.startswith(b"POST"):
                connection.sendall(EARLY + answer(b"", "201 Created", headers="Location: /files/tus/u", kind=""))
            elif head.startswith(b"PATCH"):
                connection.sendall(PROCESSING * 3)
                received.append(len(body_of(connection, head)))
                done = "\nDirectus-File-Id: f" if sum(received) == size else ""
                headers = f"Upload-Offset: {sum(received)}{done}"
                connection.sendall(EARLY + answer(b"", "204 No Content", headers=headers, kind="", length=False))
            else:
                body_of(connection, head)
                connection.sendall(answer(b'{"data": {"id": "f"}}' if head.startswith(b"GET") else b'{"data": [{"id": "f"}]}'))

    with scripted(handle) as url:
        assert clients(url).files.upload(io.BytesIO(b"x" * size), filename="a.txt", resumable=True)["id"] == "f"
    assert received == [1 << 20] * 3


@pytest.mark.parametrize("informational", [b"", PROCESSING * 2])
@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (answer(b'{"errors": [{"message": "no", "extensions": {"code": "FORBIDDEN"}}]}', "403 Forbidden"), Forbidden),
        (redirect("/new"), RedirectRefused),
        (answer(b'{"data": {"id": 1}}'), ConnectionFailed),
        (answer(b"", "204 No Content", kind="", length=False), ConnectionFailed),
        (PROCESSING * 210, ConnectionFailed),
    ],
)
@pytest.mark.parametrize("name", ["json", "iterator", "small blocks", "form"])
def test_a_final_response_before_the_body_was_sent_is_an_error(
    name: str, reply: bytes, kind: type[Exception], informational: bytes, clients: Clients
) -> None:
    read = threading.Event()

    def handle(connection: socket.socket) -> None:
        while head := head_of(connection):
            if head.startswith(b"GET"):
                connection.sendall(answer())
                continue
            connection.sendall(informational + reply)
            read.wait(5)  # it does not read the body, and the connection stays open

    with scripted(handle) as url:
        directus = clients(url)
        with pytest.raises(kind) as caught:
            UPLOADS[name][0](directus)
        assert not isinstance(caught.value, TransportError) or caught.value.sent is True
        assert directus.request("GET", "/x") == 1
        read.set()


def test_a_body_that_the_server_closes_on_with_a_response_of_success_is_an_error(
    context: ssl.SSLContext, bundle: str, clients: Clients
) -> None:
    def handle(connection: socket.socket) -> None:
        head_of(connection)
        connection.sendall(answer(b'{"data": {"id": 1}}', headers="Connection: close"))
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")

    for secure in (None, context):
        with scripted(handle, secure) as url, pytest.raises(TransportError) as caught:
            UPLOADS["bytes"][0](clients(url, verify=bundle))
        assert caught.value.sent is True


# ---------------------------------------------------------------------- behind the end of a response


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
