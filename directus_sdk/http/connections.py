"""One request and its one final response on a connection, whatever else the server sends and whenever it does.

http.client takes every informational response (1xx) but 100 for the final one, and a connection on which the real
response is still to come would hand it to the next call. And a server that refuses an upload (no permission, unknown
folder) says so at once and stops reading: a client that only writes hears of it when the server drops the connection,
seconds later, or sends gigabytes for nothing.
"""

from __future__ import annotations

import http.client
import io
import re
import socket
import ssl
from typing import Any

from urllib3 import connection as urllib3_connection
from urllib3.util.wait import wait_for_read, wait_for_socket, wait_for_write

#: Bodies are watched from this size on, in bytes; small ones are sent before a response can come.
WATCHED = 64 * 1024

#: How many informational responses may come before a final one.
INFORMATIONAL = 100

_LINE = 65_536
_FIELD = re.compile(r"[!-9;-~]+:")
#: A line of a head as servers write it: neither folded nor with a character that ends a line somewhere.
_USUAL = re.compile(rb"([!-9;-~]+):[ \t]*([\t\x20-\x7e\xa0-\xff]*)\r?\n")
_MAX_HEADERS = 100
_LINE_END = re.compile(r"\r\n|\r|\n")  # str.splitlines() knows eight more
_CHUNK_SIZE = re.compile(rb"[0-9A-Fa-f]{1,15}")
_HEAD = re.compile(rb"HTTP/1\.[01][ \t]+1(?!01)[0-9][0-9][^\n]*\n(?:[^\r\n][^\n]*\n)*\r?\n")
_HEAD_BEGINS = re.compile(rb"HTTP/1\.[01][ \t]+1(?!01)[0-9][0-9]")


def original(kind: Any) -> Any:
    """Return the class of urllib3 behind one that a tool has derived from it and put into its place."""
    return next((base for base in getattr(kind, "__mro__", ()) if base.__module__.startswith("urllib3.")), kind)


HTTPConnection: Any = original(urllib3_connection.HTTPConnection)
HTTPSConnection: Any = original(urllib3_connection.HTTPSConnection)


class FinalResponse(http.client.HTTPResponse):
    """A response that is not informational, and that knows whether its end was reached.

    Attributes:
        whole: Whether it was read to its end and nothing came behind it, so that the connection can be used again.
    """

    whole = False
    _ended = False

    def _read_status(self) -> tuple[str, int, str]:
        above: Any = super()
        for _ in range(INFORMATIONAL + 1):
            version, status, reason = above._read_status()
            if status >= 200:
                return version, status, reason
            if status == 101:
                raise http.client.HTTPException("the server switched protocols (status 101) without being asked to")
            http.client.parse_headers(self.fp)
        raise http.client.HTTPException(f"more than {INFORMATIONAL} informational responses came before a final one")

    def begin(self) -> None:
        """Read the head of the final response.

        Raises:
            HTTPException: The length of its body cannot be told.
        """
        if self.__dict__.get("headers") is not None:
            return  # a response is begun once
        version, status, reason = self._read_status()
        if not version.startswith(("HTTP/1.", "HTTP/0.9")):
            raise http.client.UnknownProtocol(version)
        self.code = self.status = status
        self.reason = reason.strip()
        self.version = 11 if version.startswith("HTTP/1.") and version != "HTTP/1.0" else 10
        self.headers = self.msg = _read_headers(self.fp)
        if self.headers.defects:
            self._leave_out_malformed_lines()
        self.chunked = self.headers.get("transfer-encoding", "").lower() == "chunked"
        self.chunk_left: int | None = None
        above: Any = super()
        self.will_close = above._check_close()
        self.length = None
        self._find_length()
        if not self.will_close and not self.chunked and self.length is None:
            self.will_close = True

    def _find_length(self) -> None:
        if self.__dict__["_method"] == "HEAD" or self.status in (204, 304):
            self.chunked, self.length = False, 0
            return
        lengths = self.headers.get_all("content-length")
        if self.chunked:
            self.will_close = self.will_close or bool(lengths)
        elif lengths:
            given = {part.strip() for value in lengths for part in value.split(",")}
            length = given.pop()
            if given or not (length.isascii() and length.isdigit() and len(length) < 20):
                raise http.client.HTTPException(f"the header Content-Length is not valid: {', '.join(lengths)[:40]!r}")
            self.length = int(length)
        coding = "" if self.chunked else self.headers.get("transfer-encoding", "").strip().lower()
        if coding not in ("", "identity"):
            raise http.client.HTTPException(f"the header Transfer-Encoding is not valid: {coding[:40]!r}")

    def _leave_out_malformed_lines(self) -> None:
        """Read the head again without the lines that are no headers: the parser stops at the first of them."""
        rest = self.headers.get_payload()
        if isinstance(rest, str) and rest.strip():
            lines = [f"{name}: {value}" for name, value in self.headers.items()]
            lines += [line for line in _LINE_END.split(rest) if _FIELD.match(line)]
            head = io.BytesIO("\r\n".join([*lines, "", ""]).encode("latin-1"))
            self.headers = self.msg = http.client.parse_headers(head)
        self.headers.defects.clear()  # urllib3 would log the lines, whatever they hold

    def _read_next_chunk_size(self) -> int:
        line = self.fp.readline(_LINE + 1)
        size = line.partition(b";")[0].strip()
        if not line:
            raise ValueError("the connection ended")  # what http.client makes an IncompleteRead of
        if not _CHUNK_SIZE.fullmatch(size):
            raise http.client.HTTPException(f"{line[:40]!r} is not the size of a chunk")
        return int(size, 16)

    def _read_and_discard_trailer(self) -> None:
        for _ in range(100):
            line = self.fp.readline(_LINE + 1)
            if len(line) > _LINE:
                break
            if line in (b"\r\n", b"\n", b""):
                self._ended = bool(line)
                return
        raise http.client.HTTPException("the trailer of the response is too long")

    def _close_conn(self) -> None:
        ended = self._ended if self.chunked else self.length == 0
        self.whole = ended and not _has_more(self.fp)
        above: Any = super()
        above._close_conn()


def _read_headers(fp: Any) -> http.client.HTTPMessage:
    """Read the headers of a response; those of usual form without the parser for mails, which costs a fifth of a call."""
    lines: list[bytes] = []
    while (line := fp.readline(_LINE + 1)) not in (b"\r\n", b"\n", b""):
        if len(line) > _LINE:
            raise http.client.LineTooLong("header line")
        lines.append(line)
        if len(lines) > _MAX_HEADERS:
            raise http.client.HTTPException(f"got more than {_MAX_HEADERS} headers")
    message = http.client.HTTPMessage()
    for line in lines:
        match = _USUAL.fullmatch(line)
        if match is None:
            return http.client.parse_headers(io.BytesIO(b"".join(lines) + b"\r\n"))
        message[match[1].decode("ascii")] = match[2].decode("latin-1")
    return message


def _has_more(fp: Any) -> bool:
    """Tell whether more than the response was received together with it."""
    raw = getattr(fp, "raw", None)
    if not isinstance(raw, socket.SocketIO):
        return False
    # Nothing is read from the connection any more, so that only what is buffered shows.
    raw._timeout_occurred = True  # type: ignore[attr-defined]
    try:
        return bool(fp.peek(1))
    except (OSError, ValueError):
        return False


def has_undelivered(sock: Any) -> bool:
    """Tell whether TLS has decrypted more than was read; the connection itself does not look readable then."""
    pending = getattr(sock, "pending", None) or getattr(getattr(sock, "sslobj", None), "pending", None)
    return pending is not None and bool(pending())


class WatchfulConnection(HTTPConnection):  # type: ignore[misc]
    """Stops sending as soon as a final response comes; informational ones are skipped."""

    skipped = 0
    #: How many bytes of the request were sent, in blocks of any size.
    sent = 0

    def send(self, data: Any) -> None:
        """Send bytes, and give up with ``BrokenPipeError`` when the server answers before they are all sent."""
        sock = self.sock
        # What TLS has to read may be no response but a session ticket; there the drop of the connection has to do.
        plain = isinstance(sock, socket.socket) and not isinstance(sock, ssl.SSLSocket)
        if plain and isinstance(data, bytes):
            self.sent += len(data)
        if not plain or not isinstance(data, bytes) or self.sent < WATCHED:
            super().send(data)
            return
        rest = memoryview(data)
        patience = sock.gettimeout()
        sock.settimeout(0)
        try:
            waited = 0.0
            while rest:
                unclear = wait_for_read(sock, 0) and self._skip_informational(sock)
                try:
                    while rest:
                        rest = rest[sock.send(rest) :]
                        waited = 0.0
                except BlockingIOError:
                    if not unclear:
                        ready = wait_for_socket(sock, read=True, write=True, timeout=patience)
                    else:  # it stays readable until the rest of the head is there
                        waited += 0.05
                        ready = wait_for_write(sock, 0.05) or patience is None or waited < patience
                    if not ready:
                        raise TimeoutError("the server stopped reading") from None
        finally:
            sock.settimeout(patience)

    def _skip_informational(self, sock: socket.socket) -> bool:
        """Take informational responses off the connection, and tell whether the beginning of another one is there."""
        while True:
            try:
                begins = sock.recv(_LINE, socket.MSG_PEEK)
            except BlockingIOError:
                return False
            head = _HEAD.match(begins)
            if head is not None and self.skipped < INFORMATIONAL:
                sock.recv(head.end())
                self.skipped += 1
            elif head is None and begins and len(begins) < _LINE and _may_be_informational(begins):
                return True
            else:
                # As if the server had closed its end, after which urllib3 reads the response.
                raise BrokenPipeError("the server answered before the body was complete")


def _may_be_informational(begins: bytes) -> bool:
    return _HEAD_BEGINS.match(begins) is not None or (len(begins) < 12 and b"HTTP/1.1 1".startswith(begins[:10]))
