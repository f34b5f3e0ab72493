"""Writing many items: split by what the server takes at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from directus_sdk.encoding import dumps
from directus_sdk.errors import BatchLimitExceeded, PayloadTooLarge
from directus_sdk.limits import Limits

#: Writes one body and returns what the server sent back.
Write = Callable[[bytes], Any]


def write_all(items: Iterable[Any], write: Write, limits: Limits, batch_size: int | None = None) -> Iterator[Any]:
    """Write items in as few bodies as the server allows, one after another, and yield each answer.

    An empty input is written too, so that permissions are checked as for a full one.
    """
    wrote = False
    chunk: list[bytes] = []
    size = 0
    for item in items:
        encoded = dumps(item)
        most = min(part for part in (batch_size, limits.batch, 10_000_000) if part is not None)
        if chunk and (size + len(encoded) + 1 > limits.payload or len(chunk) >= most):
            yield from _write(chunk, write, limits)
            wrote, chunk, size = True, [], 0
        chunk.append(encoded)
        size += len(encoded) + 1
    if chunk or not wrote:
        yield from _write(chunk, write, limits)


def _write(chunk: list[bytes], write: Write, limits: Limits) -> Iterator[Any]:
    try:
        yield write(b"[" + b",".join(chunk) + b"]")
    except (PayloadTooLarge, BatchLimitExceeded) as error:
        if len(chunk) < 2:
            raise
        if isinstance(error, BatchLimitExceeded) and error.limit:
            limits.batch = error.limit
            half = min(error.limit, len(chunk) // 2 + 1)
        else:
            limits.payload = max(1_000, sum(map(len, chunk)) // 2)
            half = len(chunk) // 2
        for start in range(0, len(chunk), half):
            yield from _write(chunk[start : start + half], write, limits)
