"""Connections that notice an answer while the body is still being sent.

A server that refuses an upload (no permission, unknown folder) says so at once and stops reading. A client that only
writes hears of it when the server drops the connection, seconds later, or sends gigabytes for nothing.
"""

from __future__ import annotations

import http.client
import ssl
from typing import Any

from urllib3.connection import HTTPConnection
from urllib3.util.wait import wait_for_read, wait_for_socket

#: Blocks from this size on are watched; small bodies are gone before an answer can come.
WATCHED = 64 * 1024


class _LastResponse(http.client.HTTPResponse):
    """The answer to a body that was not sent to its end: the connection cannot be used again."""

    def begin(self) -> None:
        super().begin()
        self.will_close = True


class WatchfulConnection(HTTPConnection):
    """Stops sending as soon as there is something to read."""

    def send(self, data: Any) -> None:
        """Send bytes, and give up with ``BrokenPipeError`` when the server answers before they are all gone."""
        sock = self.sock
        # What TLS has to read may be no answer but a session ticket; there the drop of the connection has to do.
        plain = sock is not None and not isinstance(sock, ssl.SSLSocket) and sock.gettimeout() is not None
        if not plain or not isinstance(data, bytes) or len(data) < WATCHED:
            super().send(data)
            return
        rest = memoryview(data)
        patience = sock.gettimeout()
        sock.settimeout(0)
        try:
            while rest:
                if wait_for_read(sock, 0):
                    self.response_class = _LastResponse
                    # As if the server had closed its end, after which urllib3 reads the answer.
                    raise BrokenPipeError("the server answered before the body was complete")
                try:
                    while rest:
                        rest = rest[sock.send(rest) :]
                except BlockingIOError:
                    if not wait_for_socket(sock, read=True, write=True, timeout=patience):
                        raise TimeoutError("the server stopped reading") from None
        finally:
            sock.settimeout(patience)

    def getresponse(self, *args: Any, **kwargs: Any) -> Any:
        """Return the answer."""
        try:
            return super().getresponse(*args, **kwargs)
        finally:
            self.__dict__.pop("response_class", None)
