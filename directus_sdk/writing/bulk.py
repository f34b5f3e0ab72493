"""The chunks of a bulk call: sent one after the other, or several at the same time.

`directus_sdk.writing.chunks` splits the input, `directus_sdk.writing.chunk_sender` sends one chunk, and `run` yields an
`Outcome` for each, in order. The function that writes one chunk is a parameter of the `Sender`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Hashable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from directus_sdk.errors import DirectusError
from directus_sdk.local.interrupts import is_interrupt
from directus_sdk.writing.chunk_sender import (
    ItemRefused,
    OnError,
    Outcome,
    Sender,
    Write,
    Written,
    is_about_items,
    is_doubtful,
    named,
)
from directus_sdk.writing.chunks import ROWS, Chunk, Refused, chunks, encode, where

__all__ = [
    "ROWS", "Chunk", "ItemRefused", "OnError", "Outcome", "Sender", "Write", "Written", "chunks", "encode", "is_about_items",
    "is_doubtful", "named", "run", "where",
]  # fmt: skip


def run(
    pending: Iterator[Chunk],
    sender: Sender,
    *,
    atomic: bool = True,
    workers: int = 1,
    before: Callable[[Chunk], None] = lambda chunk: None,
    mark: Callable[[Any], Hashable] | None = None,
) -> Generator[Outcome, None, None]:
    """Send chunks and yield their outcomes in order, up to the one that stops the call.

    Args:
        pending: The chunks.
        sender: Sends them.
        atomic: Whether a single chunk is written whole or not at all.
        workers: How many chunks are sent at the same time. If one fails, those that are being sent are waited for.
        before: Called with each chunk before it is sent, in this thread; a `DirectusError` of it stops the call.
        mark: Returns a value for each item as it is sent. Chunks that share one are never sent at the same time, so that
            the last change of an item is the last one; ``None`` is shared by any number.
    """
    first, trouble = _next(pending)
    if trouble is not None and trouble.failure is not None:
        raise trouble.failure  # nothing was sent
    if first is None:  # everything was settled before
        return
    second, trouble = _next(pending)
    whole = atomic and not sender.collects and second is None and trouble is None
    before(first)
    outcome = sender.send(first, whole=whole)
    yield outcome
    if outcome.failure is not None:
        return
    if workers == 1 or second is None:
        chunk = second
        while chunk is not None:
            stop = _stopped(before, chunk)
            outcome = sender.send(chunk) if stop is None else stop
            yield outcome
            if outcome.failure is not None:
                return
            chunk, trouble = _next(pending)
    else:
        stopped = False
        for outcome in _at_once(second, pending, sender, workers, before, mark):
            yield outcome
            stopped = stopped or outcome.failure is not None
        if stopped:
            return
        trouble = None
    if trouble is not None:
        yield trouble


def _next(pending: Iterator[Chunk]) -> tuple[Chunk | None, Outcome | None]:
    """Return the next chunk, or the error of its items as an outcome, so that the result of earlier chunks is kept."""
    try:
        return next(pending, None), None
    except Refused as refused:
        return None, Outcome(Chunk(), errors=[refused.entry], failure=refused.entry.error)
    except Exception as error:  # an iterable of the user may raise anything
        if is_interrupt(error):  # the time limit of a task, between two items
            raise
        return None, Outcome(Chunk(), failure=error, of_input=True)


def _stopped(before: Callable[[Chunk], None], chunk: Chunk) -> Outcome | None:
    """Call `before`, and return the outcome that stops the call."""
    try:
        before(chunk)
    except DirectusError as error:
        return Outcome(Chunk(), failure=error)
    return None


def _at_once(
    chunk: Chunk | None,
    pending: Iterator[Chunk],
    sender: Sender,
    workers: int,
    before: Callable[[Chunk], None],
    mark: Callable[[Any], Hashable] | None,
) -> Generator[Outcome, None, None]:
    going: deque[tuple[Future[Outcome], set[Hashable]]] = deque()
    trouble: Outcome | None = None
    marks = _marks(chunk, mark)
    with ThreadPoolExecutor(workers, "directus-bulk") as pool:
        try:
            while chunk is not None or going:
                # For each worker, one more chunk waits.
                while chunk is not None and len(going) < 2 * workers and all(marks.isdisjoint(other) for _, other in going):
                    if (trouble := _stopped(before, chunk)) is not None:
                        chunk = None
                        break
                    going.append((pool.submit(sender.send, chunk), marks))
                    chunk, trouble = _next(pending)
                    marks = _marks(chunk, mark)
                if not going:
                    break
                outcome = going[0][0].result()
                going.popleft()
                yield outcome
                if outcome.failure is not None:
                    chunk = None
                    for entry in [entry for entry in going if entry[0].cancel()]:
                        going.remove(entry)
            if trouble is not None:
                yield trouble
        except BaseException:
            sent = [future for future, _ in going if not future.cancel()]
            sender.unreported = [future.result() for future in sent if future.exception() is None]
            raise


def _marks(chunk: Chunk | None, mark: Callable[[Any], Hashable] | None) -> set[Hashable]:
    return set() if chunk is None or mark is None else {mark(data) for data in chunk.data} - {None}
