"""A server on the loopback address that fails where a real one would not do it on demand."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from directus_sdk import Directus, RetryPolicy


class Asked(BaseHTTPRequestHandler):
    """One request, and the ways to answer it."""

    protocol_version = "HTTP/1.1"
    answer: Callable[[Asked], None]

    @property
    def length(self) -> int:
        return int(self.headers.get("Content-Length") or 0)

    def body(self, size: int | None = None) -> bytes:
        """Read the body, or its beginning."""
        return self.rfile.read(self.length if size is None else size)

    def reply(self, status: int, content: bytes = b"", *, promise: int | None = None, **headers: str) -> None:
        """Answer; `promise` is a `Content-Length` that is not kept."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        if status != 204:
            self.send_header("Content-Length", str(len(content) if promise is None else promise))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)
        self.wfile.flush()

    def json(self, data: Any, status: int = 200, **headers: str) -> None:
        self.reply(status, json.dumps(data).encode(), Content_Type="application/json", **headers)

    def error(self, status: int, code: str, **extensions: Any) -> None:
        self.json({"errors": [{"message": code, "extensions": {"code": code, **extensions}}]}, status)

    def hang_up(self) -> None:
        """Drop the connection."""
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def _do(self) -> None:
        type(self).answer(self)

    do_GET = do_HEAD = do_POST = do_PATCH = do_DELETE = do_SEARCH = _do

    def log_message(self, *args: Any) -> None:
        pass


@contextmanager
def serving(answer: Callable[[Asked], None]) -> Iterator[str]:
    """Answer every request with a function; gives the address."""
    handler = type("Handler", (Asked,), {"answer": staticmethod(answer)})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    server.handle_error = lambda *args: None  # type: ignore[method-assign]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


QUICK = RetryPolicy(attempts=3, sleep=lambda seconds: None)


CONTENT = bytes(range(256)) * 8 * 1024  # 2 MiB


ARRIVED = 256 * 1024 + 10  # more than a block, and not a whole number of them


HELD = {"ETag": '"1"', "Last_Modified": "Sat, 21 Nov 2026 03:20:34 GMT"}


def begin(asked: Asked) -> int:
    """Where the range that is asked for begins."""
    return int(asked.headers.get("Range", "bytes=0-").removeprefix("bytes=").partition("-")[0])


def send(asked: Asked, content: bytes = CONTENT, *, stop: int | None = None, **headers: str) -> None:
    """Answer with a file from where it is asked for, and hang up after some bytes."""
    start = begin(asked)
    status = 206 if start else 200
    if start:
        headers = {**headers, "Content_Range": f"bytes {start}-{len(content) - 1}/{len(content)}"}
    rest = content[start:]
    asked.reply(status, rest if stop is None else rest[:stop], promise=len(rest), **{**HELD, **headers})
    if stop is not None:
        asked.hang_up()


def opened(directus: Directus) -> bytes:
    with directus.assets.open("1") as file:
        return file.read()


CALLS: dict[str, Callable[[Directus, Path], Any]] = {
    "read": lambda directus, folder: directus.assets.read("1"),
    "stream": lambda directus, folder: b"".join(directus.assets.stream("1")),
    "image": lambda directus, folder: directus.assets.image("1"),
    "download": lambda directus, folder: directus.assets.download("1", folder / "x"),
    "open": lambda directus, folder: opened(directus),
    "zip": lambda directus, folder: directus.assets.zip_files(["1"]),
    "zip to": lambda directus, folder: directus.assets.zip_files(["1"], to=folder / "x"),
}
