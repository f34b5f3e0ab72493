"""Connections while a body is sent: informational responses, and final ones that come early."""

from __future__ import annotations

import io
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from directus_sdk import (
    ConnectionFailed,
    Directus,
    Forbidden,
    RedirectRefused,
    RetryPolicy,
    TransportError,
)
from tests.scripted_server import answer, body_of, head_of, redirect, scripted
from tests.socks_proxy import SocksProxy

ONCE = RetryPolicy(attempts=1)
EARLY = b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n"
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
PROCESSING = b"HTTP/1.1 102 Processing\r\n\r\n"
BIG = 6 << 20

Clients = Callable[..., Directus]


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
            read.wait(30)  # it does not read the body, and the connection stays open

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


@pytest.mark.parametrize("name", ["bytes", "json", "iterator", "form"])
def test_a_refusal_after_which_the_server_closes_is_read(
    name: str, context: ssl.SSLContext, bundle: str, clients: Clients
) -> None:
    read = threading.Event()

    def handle(connection: socket.socket) -> None:
        head_of(connection)
        refusal = b'{"errors": [{"message": "no", "extensions": {"code": "FORBIDDEN"}}]}'
        connection.sendall(answer(refusal, "403 Forbidden", headers="Connection: close"))
        read.wait(0.2)  # closed with a body that was not read, it is a reset

    for secure in (None, context):
        with scripted(handle, secure) as url, pytest.raises(Forbidden):
            UPLOADS[name][0](clients(url, verify=bundle))
