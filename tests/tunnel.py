"""A proxy on loopback that passes CONNECT on, with TLS of its own if it is given a context."""

from __future__ import annotations

import contextlib
import socket
import socketserver
import ssl
import threading
from typing import Any


class Tunnel(socketserver.ThreadingTCPServer):
    """Passes CONNECT on; `drip` answers it with a byte now and then for ever instead."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, context: ssl.SSLContext | None = None, *, drip: bool = False) -> None:
        self.context = context
        self.drip = drip
        self.over = threading.Event()
        self.asked: list[str] = []
        super().__init__(("127.0.0.1", 0), _Passing)

    @property
    def url(self) -> str:
        return f"{'http' if self.context is None else 'https'}://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is no fault here."""

    def __enter__(self) -> Tunnel:
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.over.set()
        self.shutdown()
        self.server_close()


class _Passing(socketserver.BaseRequestHandler):
    server: Tunnel

    def handle(self) -> None:
        context = self.server.context
        client = self.request if context is None else context.wrap_socket(self.request, server_side=True)
        with client:
            head = b""
            while b"\r\n\r\n" not in head:
                head += client.recv(65536)
            self.server.asked.append(head.decode().split("\r\n")[0])
            while self.server.drip and not self.server.over.wait(0.05):
                client.sendall(b"H")
            host, _, port = head.split()[1].decode().rpartition(":")
            with socket.create_connection((host, int(port))) as upstream:
                client.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
                threading.Thread(target=_pass, args=(upstream, client), daemon=True).start()
                _pass(client, upstream)


def _pass(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
