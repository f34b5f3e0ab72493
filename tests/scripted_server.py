"""A loopback HTTP server whose answers a test writes down byte by byte, for faults that a real server has no switch for."""

from __future__ import annotations

import re
import socket
import socketserver
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import attrs


@attrs.frozen
class Seen:
    """A request as it came in."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    connection: int

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]


class Raw(bytes):
    """An answer that is sent as it is; the connection is closed afterwards."""


class Reset:
    """Drop the connection so that the client sees a reset."""


class Hang:
    """Answer nothing until the server is closed."""


@attrs.frozen
class Drip:
    """Send an answer's head, then a byte now and then for ever."""

    every: float = 0.05


def answer(
    body: bytes = b'{"data": 1}', status: str = "200 OK", kind: str = "application/json", headers: str = "", length: bool = True
) -> bytes:
    """Make an answer; a connection is kept open after it."""
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {kind}"] if kind else [f"HTTP/1.1 {status}"]
    if length:
        lines.append(f"Content-Length: {len(body)}")
    lines += [line for line in headers.split("\n") if line]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def redirect(target: str, status: int = 302) -> bytes:
    return answer(b"", f"{status} Moved", headers=f"Location: {target}")


OK = answer()


class Wire(socketserver.ThreadingTCPServer):
    """Answers with what `script` returns for each request."""

    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, script: Callable[[Seen], Any] | list[Any] | bytes = OK, context: ssl.SSLContext | None = None) -> None:
        self.seen: list[Seen] = []
        self.over = threading.Event()
        #: Seconds before it reads a body.
        self.slow = 0.0
        self.connections = 0
        self._lock = threading.Lock()
        self._context = context
        if isinstance(script, list):
            rest = iter(script)
            self._script: Callable[[Seen], Any] = lambda seen: next(rest)
        elif isinstance(script, bytes):
            self._script = lambda seen: script
        else:
            self._script = script
        super().__init__(("127.0.0.1", 0), _Connection)

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    @property
    def url(self) -> str:
        return f"{'https' if self._context else 'http'}://127.0.0.1:{self.port}"

    def get_request(self) -> tuple[socket.socket, Any]:
        connection, address = super().get_request()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection, address

    def decide(self, seen: Seen) -> Any:
        with self._lock:
            self.seen.append(seen)
            return self._script(seen)

    def number(self) -> int:
        with self._lock:
            self.connections += 1
            return self.connections

    def secure(self, connection: socket.socket) -> socket.socket:
        return connection if self._context is None else self._context.wrap_socket(connection, server_side=True)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is no fault here."""

    def __enter__(self) -> Wire:
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.over.set()
        self.shutdown()
        self.server_close()


class _Connection(socketserver.BaseRequestHandler):
    server: Wire

    def handle(self) -> None:
        try:
            self.connection = self.server.secure(self.request)
        except (ssl.SSLError, OSError):
            return
        number = self.server.number()
        with self.connection, self.connection.makefile("rb") as file:
            while (seen := _read(file, number, self._before_body)) is not None:
                if not self._reply(self.server.decide(seen), seen):
                    return

    def _before_body(self) -> None:
        if self.server.slow:
            self.server.over.wait(self.server.slow)

    def _reply(self, reply: Any, seen: Seen) -> bool:
        if isinstance(reply, Reset):
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
            return False
        if isinstance(reply, Hang):
            self.server.over.wait()
            return False
        if isinstance(reply, Drip):
            self.connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
            while not self.server.over.wait(reply.every):
                self.connection.sendall(b" ")
            return False
        self.connection.sendall(reply)
        return not isinstance(reply, Raw)


def _read(file: Any, number: int, before_body: Callable[[], None]) -> Seen | None:
    first = file.readline()
    if not first.strip():
        return None
    method, target, _ = first.decode("latin-1").split(" ", 2)
    headers: dict[str, str] = {}
    while (line := file.readline()).strip():
        name, _, value = line.decode("latin-1").partition(":")
        headers[name.strip().lower()] = value.strip()
    before_body()
    if headers.get("transfer-encoding") == "chunked":
        body = b""
        while size := int(file.readline(), 16):
            body += file.read(size)
            file.readline()
        file.readline()
    else:
        body = file.read(int(headers.get("content-length", 0)))
    return Seen(method, target, headers, body, number)


@contextmanager
def scripted(handle: Callable[[socket.socket], None], context: ssl.SSLContext | None = None) -> Iterator[str]:
    """Serve each connection with a function that reads and writes bytes itself; gives the URL."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            try:
                connection = self.request if context is None else context.wrap_socket(self.request, server_side=True)
                with connection:
                    handle(connection)
            except OSError:  # the client went away
                pass

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        allow_reuse_address = True
        request_queue_size = 128

    with Server(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield f"{'https' if context else 'http'}://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()


def head_of(connection: socket.socket) -> bytes:
    """Read the head of a request byte by byte, so that its body stays on the connection; ``b""`` at the end.

    What is longer than a head is the rest of a body that was not read: it ends the connection too.
    """
    head = bytearray()
    while not head.endswith(b"\r\n\r\n"):
        byte = connection.recv(1)
        if not byte or len(head) > 65536:
            return b""
        head += byte
    return bytes(head)


def body_of(connection: socket.socket, head: bytes) -> bytes:
    """Read the body that a head announces; what comes before the end of the connection, if that is less."""
    file = connection.makefile("rb")
    lowered = head.lower()
    if b"transfer-encoding: chunked" in lowered:
        body = b""
        while size := int(file.readline() or b"0", 16):
            body += file.read(size)
            file.readline()
        file.readline()
        return body
    found = re.search(rb"content-length: (\d+)", lowered)
    body = b""
    while found and len(body) < int(found[1]) and (block := file.read(int(found[1]) - len(body))):
        body += block
    return body


def closed_port() -> int:
    """Return a port on which nothing listens."""
    with Wire() as wire:
        return wire.port
