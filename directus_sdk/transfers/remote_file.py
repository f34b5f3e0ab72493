"""A file on the server that is read like one on the disk, a range at a time."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from typing import Any, TypeVar

from directus_sdk.calls.pipeline import Pipeline
from directus_sdk.errors import RangeNotSatisfiable, TransportError
from directus_sdk.local.spool import spool
from directus_sdk.transfers.downloads import Identity, Span, fetch
from directus_sdk.transfers.sources import END, Source
from directus_sdk.wire.messages import BLOCK, Request, Response

T = TypeVar("T")

_FIRST = 64 * 1024
_MOST = 4 * 1024 * 1024


class Ranges:
    """Fetches parts of one file.

    Args:
        pipeline: Sends the calls.
        request: What to ask for; its answer stays on the wire, since it may be the whole file where a part was asked for.
        name: Its name.
    """

    def __init__(self, pipeline: Pipeline, request: Request, name: str) -> None:
        self.name = name
        self._pipeline = pipeline
        self._request = request

    def fetch(self, span: str | None, read: Callable[[Response], T]) -> T:
        """Fetch a range and have the answer read, anew where the connection breaks meanwhile.

        Args:
            span: The range, such as ``"bytes=0-99"``; ``None`` is the whole.
            read: Reads the answer.
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
            self._pipeline.retry.sleep(delay)

    def open(self) -> io.BufferedReader:
        """Open the file; where there are no ranges, such as in an empty one, it is fetched as a whole."""
        try:
            first = self.fetch(f"bytes=0-{_FIRST - 1}", self._begin)
        except RangeNotSatisfiable:
            first = None
        return first or self.fetch(None, self._spool)

    def _begin(self, response: Response) -> io.BufferedReader | None:
        if response.status != 206:
            return self._spool(response)
        identity = Identity.of(response, self.name)
        if identity is None:  # nothing tells one content from the next (servers up to version 9): parts cannot be mixed
            return None
        first = _part(response, 0)
        if first is None:
            return None
        raw: Any = RangeFile(self, first, identity)
        return io.BufferedReader(raw, _FIRST)

    def _spool(self, response: Response) -> io.BufferedReader:
        copy: Any = spool(response.iter_bytes(BLOCK))
        copy.seek(0)
        return io.BufferedReader(copy)

    def has_ends_of(self, source: Source) -> bool:
        """Tell whether the file begins and ends as a source does; ``False`` where nobody can tell."""
        first, last = source.ends()
        if source.size <= END:
            return self.fetch(None, lambda response: response.status == 200 and _is(response, first))
        return self._is_part(f"bytes=0-{END - 1}", first) and self._is_part(f"bytes={source.size - END}-", last)

    def _is_part(self, span: str, content: bytes) -> bool:
        return self.fetch(span, lambda response: response.status == 206 and _is(response, content))


def _part(response: Response, start: int) -> bytearray | None:
    """Read the part of a file that begins at an offset; ``None`` where another one comes.

    Its blocks are not held beside the whole as they would be if they were joined in the end.
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
    """Tell whether an answer has a content, and read no more of it than that takes."""
    at = 0
    for block in response.iter_bytes(BLOCK):
        if block != content[at : at + len(block)]:
            return False
        at += len(block)
    return at == len(content)


class RangeFile(io.RawIOBase):
    """A read-only file object over ranges; it holds at most 4 MiB.

    Reading on from where the last read ended fetches ever more at a time, a jump begins small again.
    """

    def __init__(self, ranges: Ranges, first: bytearray, identity: Identity) -> None:
        self.name = ranges.name
        self._ranges = ranges
        self._identity = identity
        self._block = first
        self._begin = 0
        self._at = 0
        self._window = _FIRST

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def seekable(self) -> bool:
        """Tell that it can seek."""
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Move; nothing is fetched."""
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
        part = memoryview(self._block)[offset : offset + len(view)]
        view[: len(part)] = part
        self._at += len(part)
        return len(part)

    def _load(self, wanted: int) -> None:
        reads_on = self._at == self._begin + len(self._block)
        self._window = min(self._window * 2, _MOST) if reads_on else _FIRST
        end = self._at + max(min(wanted, _MOST), self._window)
        # The server refuses a range of one byte unless its end is left open.
        last = "" if end >= self._identity.total else str(end - 1)
        self._block = bytearray()  # not held beside the next
        try:
            block = self._ranges.fetch(f"bytes={self._at}-{last}", self._same)
        except RangeNotSatisfiable:
            block = None
        if not block:
            raise OSError(
                f"{self.name} was changed on the server while it was read, or another part of it came than was asked for"
            )
        self._block, self._begin = block, self._at

    def _same(self, response: Response) -> bytearray | None:
        if response.status != 206 or Identity.of(response, self._identity.asked) != self._identity:
            return None
        return _part(response, self._at)

    def _check(self) -> None:
        if self.closed:
            raise ValueError("the file is closed")
