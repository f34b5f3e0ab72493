"""The chunks of a bulk call: sent one after the other, or several at the same time.

`directus_sdk.writing.chunks` splits the input, `directus_sdk.writing.chunk_sender` sends one chunk, and `run` yields an
`Outcome` for each, in order. The function that writes one chunk is a parameter of the `Sender`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Hashable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import chain
from typing import Any

from directus_sdk.errors import DirectusError
from directus_sdk.local.interrupts import is_interrupt
from directus_sdk.writing.chunk_sender import Outcome, Sender
from directus_sdk.writing.chunks import Chunk, Refused


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
    parts = _guarded(pending)
    first = next(parts, None)
    if first is None:  # everything was settled before
        return
    if isinstance(first, Outcome):
        assert first.failure is not None
        raise first.failure  # nothing was sent
    second = next(parts, None)
    before(first)
    outcome = sender.send(first, whole=atomic and not sender.collects and second is None)
    yield outcome
    if outcome.failure is not None or second is None:
        return
    rest = chain([second], parts)
    if workers > 1:
        yield from _at_once(rest, sender, workers, before, mark)
        return
    for part in rest:
        ready = _ready(before, part)
        outcome = ready if isinstance(ready, Outcome) else sender.send(ready)
        yield outcome
        if outcome.failure is not None:
            return


def _guarded(pending: Iterator[Chunk]) -> Iterator[Chunk | Outcome]:
    """Yield the chunks, and the error of their items as the outcome that stops the call: the result of the others is kept."""
    try:
        yield from pending
    except Refused as refused:
        yield Outcome(Chunk(), errors=[refused.entry], failure=refused.entry.error)
    except Exception as error:  # an iterable of the user may raise anything
        if is_interrupt(error):  # the time limit of a task, between two items
            raise
        yield Outcome(Chunk(), failure=error, of_input=True)


def _ready(before: Callable[[Chunk], None], part: Chunk | Outcome) -> Chunk | Outcome:
    """Call `before`, and return the chunk, or the outcome that stops the call."""
    if isinstance(part, Chunk):
        try:
            before(part)
        except DirectusError as error:
            return Outcome(Chunk(), failure=error)
    return part


def _at_once(
    parts: Iterator[Chunk | Outcome],
    sender: Sender,
    workers: int,
    before: Callable[[Chunk], None],
    mark: Callable[[Any], Hashable] | None,
) -> Generator[Outcome, None, None]:
    going: deque[tuple[Future[Outcome], set[Hashable]]] = deque()
    part = next(parts, None)
    marks = _marks(part, mark)
    with ThreadPoolExecutor(workers, "directus-bulk") as pool:
        try:
            while part is not None or going:
                # For each worker, one more chunk waits.
                while isinstance(part, Chunk) and len(going) < 2 * workers and all(marks.isdisjoint(sent) for _, sent in going):
                    part = _ready(before, part)
                    if isinstance(part, Chunk):
                        going.append((pool.submit(sender.send, part), marks))
                        part = next(parts, None)
                        marks = _marks(part, mark)
                if not going:  # what is left is the outcome that stops the call
                    break
                outcome = going[0][0].result()
                going.popleft()
                yield outcome
                if outcome.failure is not None:
                    part = part if isinstance(part, Outcome) else None
                    for entry in [entry for entry in going if entry[0].cancel()]:
                        going.remove(entry)
            if isinstance(part, Outcome):
                yield part
        except BaseException:
            sent = [future for future, _ in going if not future.cancel()]
            sender.unreported = [future.result() for future in sent if future.exception() is None]
            raise


def _marks(part: Chunk | Outcome | None, mark: Callable[[Any], Hashable] | None) -> set[Hashable]:
    return {mark(data) for data in part.data} - {None} if isinstance(part, Chunk) and mark is not None else set()
