"""How many items to ask for at once: as many as the caller says, or as fit into a few megabytes and seconds."""

from __future__ import annotations

#: How many items the first page has where the caller does not say; and what a source without measures always has.
DEFAULT_PAGE_SIZE = 1_000
LEAST, MOST = 10, 5_000
#: What a page should hold, in bytes of JSON: small pages of wide rows take longer, and large ones take memory.
_BYTES = 5_000_000
#: How long a page should take, in seconds: servers, and proxies before them, end a request that takes much longer.
_SECONDS = 5.0


class PageSize:
    """The size of the next page.

    It adapts to the bytes and the time of the last page, so that the size is right again where the width of the rows changes.

    Args:
        fixed: The size that the caller wants; then it never changes.
    """

    def __init__(self, fixed: int | None = None) -> None:
        self._fixed = fixed is not None
        self._size = DEFAULT_PAGE_SIZE if fixed is None else fixed
        self._bytes = 0

    def next(self) -> int:
        """Return how many items to ask for."""
        return self._size

    def received(self, size: int) -> None:
        """Note the bytes of the response of which the next page is made."""
        self._bytes = size

    def fitting(self, count: int) -> int:
        """Return how many items as wide as the `count` that were received fit into a page; it is fixed from now on."""
        if not self._fixed and self._bytes and count:
            self._size = max(LEAST, min(MOST, count * _BYTES // self._bytes))
        self._fixed = True
        return self._size

    def measured(self, count: int, seconds: float) -> None:
        """Adapt to a page.

        Args:
            count: The number of its items.
            seconds: How long it took to read.
        """
        size, self._bytes = self._bytes, 0
        if self._fixed or not size or not count:
            return
        of_bytes = count * _BYTES / size
        of_time = count * _SECONDS / seconds if seconds > 0 else MOST
        # A short page is the last one, or the limit of a server that does not report it.
        most = MOST if count >= self._size else self._size
        self._size = max(LEAST, min(most, int(of_bytes), int(of_time)))
