"""A file on the server as a seekable file object: each read fetches the range that it needs."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from typing import Any, TypeVar

import attrs

from directus_sdk.calls.pipeline import Pipeline
from directus_sdk.errors import RangeNotSatisfiable, TransportError
from directus_sdk.local.spool import spool
from directus_sdk.transfers.downloads import Identity, Span, fetch
from directus_sdk.transfers.sources import END, Source
from directus_sdk.wire.messages import BLOCK, Request, Response

T = TypeVar("T")

_FIRST = 64 * 1024
_MAX = 4 * 1024 * 1024


@attrs.define(eq=False, repr=False)
class Ranges:
    """Fetches ranges of one file.

    Args:
        pipeline: Sends the calls.
        request: The request for the file; its response is streamed, since it may be the whole file instead of a range.
        name: The name of the file in errors.
    """

    _pipeline: Pipeline
    _request: Request
    name: str

    def fetch(self, span: str | None, read: Callable[[Response], T]) -> T:
        """Fetch a range and have the response read; both are repeated if the connection breaks meanwhile.

        Args:
            span: The range, such as ``"bytes=0-99"``; ``None`` is the whole file.
            read: Reads the response.
        """
        request = self._request.with_headers({"Range": span}) if span else self._request
        failures = 0
        while True:
            with fetch(self._pipeline, request) as response:
                try:
                    return read(response)
                except TransportError as error:
                    failures += 1
                    delay = self._pipeline.retry.delay(failures, request, error)
                    if delay is None:
                        raise
            self._pipeline.pause(delay)

    def open(self) -> io.BufferedReader:
        """Open the file; where there are no ranges, such as in an empty one, all of it is fetched."""
        try:
            first = self.fetch(f"bytes=0-{_FIRST - 1}", self._begin)
        except RangeNotSatisfiable:
            first = None
        return first or self.fetch(None, self._spool)

    def _begin(self, response: Response) -> io.BufferedReader | None:
        if response.status != 206:
            return self._spool(response)
        identity = Identity.of(response, self.name)
        if identity is None:  # servers up to version 9 do not identify the content, so ranges of two versions could be mixed
            return None
        first = _range(response, 0)
        if first is None:
            return None
        raw: Any = RangeFile(self, first, identity)
        return io.BufferedReader(raw, _FIRST)

    def _spool(self, response: Response) -> io.BufferedReader:
        copy: Any = spool(response.iter_bytes(BLOCK))
        copy.seek(0)
        return io.BufferedReader(copy)

    def has_ends_of(self, source: Source) -> bool:
        """Tell whether the file begins and ends as a source does; ``False`` where that is unknown."""
        first, last = source.ends()
        if source.size <= END:
            return self.fetch(None, lambda response: response.status == 200 and _is(response, first))
        return self._is_part(f"bytes=0-{END - 1}", first) and self._is_part(f"bytes={source.size - END}-", last)

    def _is_part(self, span: str, content: bytes) -> bool:
        return self.fetch(span, lambda response: response.status == 206 and _is(response, content))


def _range(response: Response, start: int) -> bytearray | None:
    """Read the range of a file that begins at an offset; ``None`` where the response contains another one.

    A bytearray, since joining the blocks at the end would take twice the memory.
    """
    span = Span.of(response)
    if span is None or span.first != start:
        return None
    whole = bytearray()
    for block in response.iter_bytes(BLOCK):
        whole += block
        if len(whole) > span.last + 1 - start:
            return None
    return whole


def _is(response: Response, content: bytes) -> bool:
    """Tell whether a response has this content, and stop reading at the first difference."""
    at = 0
    for block in response.iter_bytes(BLOCK):
        if block != content[at : at + len(block)]:
            return False
        at += len(block)
    return at == len(content)


class RangeFile(io.RawIOBase):
    """A read-only file object over ranges; it keeps at most 4 MiB.

    Sequential reads fetch more each time, and a jump fetches little again.
    """

    def __init__(self, ranges: Ranges, first: bytearray, identity: Identity) -> None:
        self.name = ranges.name
        self._ranges = ranges
        self._identity = identity
        self._block = first
        self._begin = 0
        self._at = 0
        self._ahead = _FIRST

    def readable(self) -> bool:
        """Return ``True``: it can be read."""
        return True

    def seekable(self) -> bool:
        """Return ``True``: it can seek."""
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Change the position; nothing is fetched."""
        self._check()
        bases = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._identity.total}
        at = bases[whence] + offset
        if at < 0:
            raise ValueError(f"cannot seek to {at}")
        self._at = at
        return at

    def tell(self) -> int:
        """Return the position."""
        self._check()
        return self._at

    def readinto(self, buffer: Any) -> int:
        """Read into a buffer.

        Raises:
            OSError: The file on the server was replaced since it was opened.
        """
        self._check()
        view = memoryview(buffer).cast("B")
        if self._at >= self._identity.total or not view:
            return 0
        offset = self._at - self._begin
        if not 0 <= offset < len(self._block):
            self._load(len(view))
            offset = 0
        block = memoryview(self._block)[offset : offset + len(view)]
        view[: len(block)] = block
        self._at += len(block)
        return len(block)

    def _load(self, wanted: int) -> None:
        reads_on = self._at == self._begin + len(self._block)
        self._ahead = min(self._ahead * 2, _MAX) if reads_on else _FIRST
        end = self._at + max(min(wanted, _MAX), self._ahead)
        # The server refuses a range of one byte unless its end is left open.
        last = "" if end >= self._identity.total else str(end - 1)
        self._block = bytearray()  # frees it before the next one is fetched
        try:
            block = self._ranges.fetch(f"bytes={self._at}-{last}", self._same)
        except RangeNotSatisfiable:
            block = None
        if not block:
            raise OSError(
                f"{self.name} was changed on the server while it was read, or the server returned another range than requested"
            )
        self._block, self._begin = block, self._at

    def _same(self, response: Response) -> bytearray | None:
        if response.status != 206 or Identity.of(response, self._identity.url) != self._identity:
            return None
        return _range(response, self._at)

    def _check(self) -> None:
        if self.closed:
            raise ValueError("the file is closed")
