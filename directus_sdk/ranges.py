"""A file on the server that is read like one on the disk, a range at a time."""

from __future__ import annotations

import io
import os
import tempfile
from collections.abc import Callable
from typing import Any

from directus_sdk.downloads import Identity
from directus_sdk.errors import RangeNotSatisfiable
from directus_sdk.transport import BLOCK, Response

_FIRST = 64 * 1024
_MOST = 4 * 1024 * 1024

#: Fetches a range, ``"bytes=0-99"``; ``None`` is the whole.
Fetch = Callable[["str | None"], Response]


class RangeFile(io.RawIOBase):
    """A read-only file object over ranges; it holds at most 4 MiB.

    Reading on from where the last read ended fetches ever more at a time, a jump begins small again.
    """

    def __init__(self, fetch: Fetch, first: Response, identity: Identity, name: str) -> None:
        self.name = name
        self._fetch = fetch
        self._identity = identity
        self._block = first.content
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
        part = self._block[offset : offset + len(view)]
        view[: len(part)] = part
        self._at += len(part)
        return len(part)

    def _load(self, wanted: int) -> None:
        reads_on = self._at == self._begin + len(self._block)
        self._window = min(self._window * 2, _MOST) if reads_on else _FIRST
        end = self._at + max(min(wanted, _MOST), self._window)
        # The server refuses a range of one byte unless its end is left open.
        last = "" if end >= self._identity.total else str(end - 1)
        changed = f"{self.name} was changed on the server while it was read"
        try:
            response = self._fetch(f"bytes={self._at}-{last}")
        except RangeNotSatisfiable as error:
            raise OSError(changed) from error
        if response.status != 206 or Identity.of(response, self._identity.asked) != self._identity:
            raise OSError(changed)
        self._block, self._begin = response.content, self._at

    def _check(self) -> None:
        if self.closed:
            raise ValueError("the file is closed")


def open_ranges(fetch: Fetch, name: str) -> io.BufferedReader:
    """Open a file; where there are no ranges, such as in an empty one, it is fetched as a whole.

    Args:
        fetch: Fetches a range.
        name: Its name.
    """
    try:
        first = fetch(f"bytes=0-{_FIRST - 1}")
    except RangeNotSatisfiable:
        first = fetch(None)
    identity = Identity.of(first, name)
    if first.status == 206 and identity is not None:
        raw: Any = RangeFile(fetch, first, identity, name)
        return io.BufferedReader(raw, _FIRST)
    if first.status == 206:  # nothing tells one content from the next (servers up to version 9), so parts cannot be mixed
        first.close()
        first = fetch(None)
    whole: Any = tempfile.TemporaryFile(prefix="directus_sdk-", buffering=0)  # noqa: SIM115 - the reader owns it
    try:
        with first:
            for block in first.iter_bytes(BLOCK):
                whole.write(block)
        whole.seek(0)
        return io.BufferedReader(whole)
    except BaseException:
        whole.close()
        raise
