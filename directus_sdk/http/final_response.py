"""The final response to a request, as http.client reads it from a connection.

http.client takes every informational response (1xx) but 100 for the final one. The final response would then stay on the
connection, and the next request on it would get it.

Private names of `http.client.HTTPResponse`: `_read_status`, `_read_next_chunk_size`, `_read_and_discard_trailer` and
`_close_conn` are overridden, `_check_close` and `_method` are used. They are the same in all supported versions of Python.
"""

from __future__ import annotations

import http.client
import io
import re
import socket
from typing import TYPE_CHECKING

#: The maximum number of informational responses before a final one.
INFORMATIONAL = 100

#: The maximum length of a line, in bytes.
MAX_LINE = 65_536

_FIELD = re.compile(r"[!-9;-~]+:")
#: A header line as servers write it: neither folded nor with a character that ends a line somewhere.
_USUAL = re.compile(rb"([!-9;-~]+):[ \t]*([\t\x20-\x7e\xa0-\xff]*)\r?\n")
_MAX_HEADERS = 100
_LINE_END = re.compile(r"\r\n|\r|\n")  # str.splitlines() splits at eight more
_CHUNK_SIZE = re.compile(rb"[0-9A-Fa-f]{1,15}")

if TYPE_CHECKING:

    class _HTTPResponse(http.client.HTTPResponse):
        """What http.client does not declare."""

        _method: str

        def _read_status(self) -> tuple[str, int, str]: ...
        def _check_close(self) -> bool: ...
        def _close_conn(self) -> None: ...
else:
    _HTTPResponse = http.client.HTTPResponse


class FinalResponse(_HTTPResponse):
    """A response that is not informational, and that knows whether its end was reached.

    Attributes:
        whole: Whether it was read to its end and nothing followed it, so that the connection can be used again.
    """

    whole = False
    _ended = False

    def _read_status(self) -> tuple[str, int, str]:
        for _ in range(INFORMATIONAL + 1):
            version, status, reason = super()._read_status()
            if status >= 200:
                return version, status, reason
            if status == 101:
                raise http.client.HTTPException("the server switched protocols (status 101) without being asked to")
            http.client.parse_headers(self.fp)
        raise http.client.HTTPException(f"more than {INFORMATIONAL} informational responses came before a final one")

    def begin(self) -> None:
        """Read the status line and the headers.

        Raises:
            HTTPException: They do not say how long the body is.
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
            self._drop_malformed_lines()
        self.chunked = self.headers.get("transfer-encoding", "").lower() == "chunked"
        self.chunk_left = None
        self.will_close = self._check_close()
        self.length = None
        self._find_length()
        if not self.will_close and not self.chunked and self.length is None:
            self.will_close = True

    def _find_length(self) -> None:
        if self._method == "HEAD" or self.status in (204, 304):
            self.chunked, self.length = False, 0
            return
        lengths = self.headers.get_all("content-length")
        if self.chunked:
            self.will_close = self.will_close or bool(lengths)
        elif lengths:
            values = {part.strip() for value in lengths for part in value.split(",")}
            length = values.pop()
            if values or not (length.isascii() and length.isdigit() and len(length) < 20):
                raise http.client.HTTPException(f"the header Content-Length is not valid: {', '.join(lengths)[:40]!r}")
            self.length = int(length)
        coding = "" if self.chunked else self.headers.get("transfer-encoding", "").strip().lower()
        if coding not in ("", "identity"):
            raise http.client.HTTPException(f"the header Transfer-Encoding is not valid: {coding[:40]!r}")

    def _drop_malformed_lines(self) -> None:
        """Parse the headers again without the lines that are not headers: the parser stops at the first of them."""
        rest = self.headers.get_payload()
        if isinstance(rest, str) and rest.strip():
            lines = [f"{name}: {value}" for name, value in self.headers.items()]
            lines += [line for line in _LINE_END.split(rest) if _FIELD.match(line)]
            well_formed = io.BytesIO("\r\n".join([*lines, "", ""]).encode("latin-1"))
            self.headers = self.msg = http.client.parse_headers(well_formed)
        self.headers.defects.clear()  # urllib3 would log the lines, with the secrets in them

    def _read_next_chunk_size(self) -> int:
        line = self.fp.readline(MAX_LINE + 1)
        size = line.partition(b";")[0].strip()
        if not line:
            raise ValueError("the connection ended")  # http.client makes an IncompleteRead of it
        if not _CHUNK_SIZE.fullmatch(size):
            raise http.client.HTTPException(f"{line[:40]!r} is not the size of a chunk")
        return int(size, 16)

    def _read_and_discard_trailer(self) -> None:
        for _ in range(100):
            line = self.fp.readline(MAX_LINE + 1)
            if len(line) > MAX_LINE:
                break
            if line in (b"\r\n", b"\n", b""):
                self._ended = bool(line)
                return
        raise http.client.HTTPException("the trailer of the response is too long")

    def _close_conn(self) -> None:
        ended = self._ended if self.chunked else self.length == 0
        self.whole = ended and not _has_more(self.fp)
        super()._close_conn()


def _read_headers(fp: io.BufferedReader) -> http.client.HTTPMessage:
    """Read the headers of a response; usual ones without the email parser, which takes a fifth of the time of a call."""
    lines: list[bytes] = []
    while (line := fp.readline(MAX_LINE + 1)) not in (b"\r\n", b"\n", b""):
        if len(line) > MAX_LINE:
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


def _has_more(fp: io.BufferedReader) -> bool:
    """Tell whether more than the response was received together with it."""
    raw = getattr(fp, "raw", None)
    if not isinstance(raw, socket.SocketIO):
        return False
    # Only what is buffered is looked at: after this, nothing is read from the connection.
    raw.__dict__["_timeout_occurred"] = True
    try:
        return bool(fp.peek(1))
    except (OSError, ValueError):
        return False
