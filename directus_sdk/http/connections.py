"""One connection to a server: what is sent on it, and when it can be used again.

A server that refuses an upload (no permission, unknown folder) responds at once and stops reading. A client that only
writes notices it when the server drops the connection, seconds later, or sends gigabytes for nothing.
`WatchfulConnection` looks for a response while it sends. `TrackedConnection` knows whether anything was sent, whether the
response was read to its end, and lets a deadline shut it down.

Private names: `_new_conn` of `urllib3.connection.HTTPConnection` and `_send_output` of `http.client.HTTPConnection` are
overridden, and `_buffer` of the latter is emptied. urllib3 is pinned below 3 for this reason.
"""

from __future__ import annotations

import contextlib
import http.client
import re
import socket
import ssl
from types import EllipsisType
from typing import TYPE_CHECKING, Any

from urllib3 import connection as urllib3_connection
from urllib3.util.wait import wait_for_read, wait_for_socket, wait_for_write

from directus_sdk.http.deadlines import OpenSocket, Watch
from directus_sdk.http.final_response import INFORMATIONAL, MAX_LINE, FinalResponse

if TYPE_CHECKING:
    from urllib3.response import HTTPResponse

#: From this size on, in bytes, the connection is watched while a body is sent; smaller ones are sent before any response.
WATCHED = 64 * 1024

_INFORMATIONAL_RESPONSE = re.compile(rb"HTTP/1\.[01][ \t]+1(?!01)[0-9][0-9][^\n]*\n(?:[^\r\n][^\n]*\n)*\r?\n")
_INFORMATIONAL_STATUS = re.compile(rb"HTTP/1\.[01][ \t]+1(?!01)[0-9][0-9]")


def original(kind: type) -> type:
    """Return the class of urllib3 behind one that a tool has derived from it and put into its place."""
    return next((base for base in getattr(kind, "__mro__", ()) if base.__module__.startswith("urllib3.")), kind)


if TYPE_CHECKING:

    class HTTPConnection(urllib3_connection.HTTPConnection):
        """What http.client does not declare."""

        _buffer: list[bytes]

        def _send_output(self, message_body: object = None, encode_chunked: bool = False) -> None: ...

    class HTTPSConnection(HTTPConnection, urllib3_connection.HTTPSConnection):
        """The same over TLS."""
else:
    HTTPConnection = original(urllib3_connection.HTTPConnection)
    HTTPSConnection = original(urllib3_connection.HTTPSConnection)


class WatchfulConnection(HTTPConnection):
    """A connection without TLS that stops sending when a final response arrives; informational ones are skipped."""

    skipped = 0
    #: How many bytes of the request were sent, in blocks of any size.
    sent = 0

    def send(self, data: Any) -> None:
        """Send bytes.

        Raises:
            BrokenPipeError: The server responded before all of them were sent.
        """
        sock = self.sock
        # TLS can have a session ticket to read, which is not a response; there only a dropped connection is noticed.
        plain = isinstance(sock, socket.socket) and not isinstance(sock, ssl.SSLSocket)
        if plain and isinstance(data, bytes):
            self.sent += len(data)
        if not plain or not isinstance(data, bytes) or self.sent < WATCHED:
            super().send(data)
            return
        rest = memoryview(data)
        timeout = sock.gettimeout()
        sock.settimeout(0)
        try:
            waited = 0.0
            while rest:
                incomplete = wait_for_read(sock, 0) and self._skip_informational(sock)
                try:
                    while rest:
                        rest = rest[sock.send(rest) :]
                        waited = 0.0
                except BlockingIOError:
                    if not incomplete:
                        ready = wait_for_socket(sock, read=True, write=True, timeout=timeout)
                    else:  # it stays readable until the rest of the headers is there
                        waited += 0.05
                        ready = wait_for_write(sock, 0.05) or timeout is None or waited < timeout
                    if not ready:
                        raise TimeoutError("the server stopped reading") from None
        finally:
            sock.settimeout(timeout)

    def _skip_informational(self, sock: socket.socket) -> bool:
        """Take informational responses off the connection, and return whether an incomplete one is left."""
        while True:
            try:
                begins = sock.recv(MAX_LINE, socket.MSG_PEEK)
            except BlockingIOError:
                return False
            response = _INFORMATIONAL_RESPONSE.match(begins)
            if response is not None and self.skipped < INFORMATIONAL:
                sock.recv(response.end())
                self.skipped += 1
            elif response is None and begins and len(begins) < MAX_LINE and _may_be_informational(begins):
                return True
            else:
                # As if the server had closed its end, after which urllib3 reads the response.
                raise BrokenPipeError("the server responded before the body was complete")


def _may_be_informational(begins: bytes) -> bool:
    return _INFORMATIONAL_STATUS.match(begins) is not None or (len(begins) < 12 and b"HTTP/1.1 1".startswith(begins[:10]))


class TrackedConnection(HTTPConnection):
    """Knows how far it and its last request came; the base of all our connections."""

    response_class = FinalResponse
    connecting = False
    skipped = 0
    sent = 0
    idle_since = 0.0
    #: The seconds to wait for data, of the current request; ``...`` before the first one.
    read_timeout: float | EllipsisType | None = ...
    #: The socket that a deadline shuts down. It outlives `sock`, which is removed while a response is read that ends with
    #: the connection.
    open_socket: OpenSocket | None = None
    #: The deadline of the request that uses the connection.
    watch: Watch | None = None
    #: Whether the headers wait for the body, so that both are sent in one packet and one system call.
    joined = False
    _joined_headers = b""
    #: Whether the body of the last request was not sent to its end.
    _unsent = False
    _last: FinalResponse | None = None

    @property
    def settled(self) -> bool:
        """Whether all of the last request was sent, all of its response was read, and nothing followed it."""
        last = self._last
        return not self._unsent and (last is None or last.whole) and not (self.sock and _has_undelivered(self.sock))

    def connect(self) -> None:
        """Connect, and keep the socket for the deadline."""
        self.connecting = True
        try:
            super().connect()
        finally:
            self.open_socket, spare = self.sock, self.open_socket
            if spare is not None:
                spare.close()
        self.connecting = False
        self._apply_read_timeout()

    def _new_conn(self) -> socket.socket:
        connected = super()._new_conn()
        if self.watch is not None:
            # TLS takes the descriptor away from the socket, and its own socket is not visible before its handshake is over.
            with contextlib.suppress(OSError, AttributeError):
                self.open_socket = connected.dup()
            self.watch.check()
        return connected

    def request(self, *args: Any, **kwargs: Any) -> None:
        """Send a request."""
        if self.sock is not None:
            self._apply_read_timeout()
        self._unsent, self._last, self.skipped, self.sent = True, None, 0, 0
        super().request(*args, **kwargs)
        self._unsent = False

    def getresponse(self) -> Any:
        """Return the response.

        Raises:
            HTTPException: It reports success, but not all of the body was sent.
        """
        response: HTTPResponse = super().getresponse()
        final = response._original_response
        self._last = final if isinstance(final, FinalResponse) else None
        if self._unsent and response.status < 300:
            response.close()
            raise http.client.HTTPException(f"status {response.status} came before all of the body was sent")
        return response

    def _send_output(self, message_body: object = None, encode_chunked: bool = False) -> None:
        if not self.joined or message_body is not None:
            super()._send_output(message_body, encode_chunked)
            return
        self._joined_headers = b"\r\n".join([*self._buffer, b"", b""])
        self._buffer.clear()

    def send(self, data: Any) -> None:
        """Send bytes, behind the headers if these wait for them.

        Raises:
            BrokenPipeError: The server has closed the connection; urllib3 then reads the response.
        """
        if self._joined_headers and isinstance(data, bytes):
            data, self._joined_headers = self._joined_headers + data, b""
        try:
            super().send(data)
        except ssl.SSLEOFError as error:
            raise BrokenPipeError(str(error)) from error

    def close(self) -> None:
        """Close the connection, and forget what was to be sent on it."""
        self._joined_headers = b""
        self._last = None
        super().close()

    def _apply_read_timeout(self) -> None:
        # urllib3 sends with the time limit for connecting, which holds for all of what is sent at once.
        if self.read_timeout is not ... and self.sock is not None:
            self.timeout = self.read_timeout
            self.sock.settimeout(self.read_timeout)


def _has_undelivered(sock: object) -> bool:
    """Tell whether TLS has decrypted more than was read; the connection itself does not look readable then."""
    pending = getattr(sock, "pending", None) or getattr(getattr(sock, "sslobj", None), "pending", None)
    return pending is not None and bool(pending())


class PlainConnection(TrackedConnection, WatchfulConnection):
    """A connection without TLS."""


class SecureConnection(TrackedConnection, HTTPSConnection):
    """A connection with TLS."""
