"""Writing many items: split by what the server takes at once, in order, with the bad ones named.

`chunks` splits the input. `run` sends chunk after chunk, or some at the same time, and yields an `Outcome` for each, in
order. What one chunk's change is, the caller says with a function.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Literal

import attrs

from directus_sdk import errors as tree
from directus_sdk.encoding import dumps
from directus_sdk.limits import Limits
from directus_sdk.results import ItemError

#: How many items go out at once unless something says otherwise: more is hardly faster, and the answer takes longer.
ROWS = 2_000

OnError = Literal["raise", "collect"]

#: What stops a bulk call instead of one of its items.
Failure = (tree.DirectusError, ValueError, TypeError)

#: Refusals of the whole call, although others of their kind are about a value.
_COMMON = (
    tree.InvalidQuery, tree.GraphQLError, tree.InvalidToken, tree.InvalidProvider, tree.LimitExceeded,
    tree.CollectionInactive, tree.ResourceRestricted,
)  # fmt: skip


# -------------------------------------------------------------------- chunks
@attrs.define
class Chunk:
    """Items that go out in one call.

    Attributes:
        indexes: The places of the items in the input.
        given: The items as they were given.
        data: The items as they are sent.
        encoded: The same as JSON.
        refused: Items among them that cannot be sent at all.
    """

    indexes: list[int] = attrs.field(factory=list)
    given: list[Any] = attrs.field(factory=list)
    data: list[Any] = attrs.field(factory=list)
    encoded: list[bytes] = attrs.field(factory=list)
    refused: list[ItemError] = attrs.field(factory=list)

    def __len__(self) -> int:
        return len(self.data)

    @property
    def body(self) -> bytes:
        """The chunk as a JSON list."""
        return b"[" + b",".join(self.encoded) + b"]"

    @property
    def stop(self) -> int:
        """The place behind the last item."""
        last = [self.indexes[-1]] if self.indexes else []
        return max([*last, *(entry.index for entry in self.refused)], default=-1) + 1

    @property
    def where(self) -> str:
        """The places in words."""
        return where(self.indexes)

    def part(self, start: int, stop: int | None = None) -> Chunk:
        """Return some of the items."""
        cut = slice(start, stop)
        return Chunk(self.indexes[cut], self.given[cut], self.data[cut], self.encoded[cut])


def where(indexes: Sequence[int]) -> str:
    """Return places of the input in words."""
    if not indexes:
        return "no item"
    first, last = indexes[0], indexes[-1]
    return f"item {first}" if first == last else f"items {first} to {last}"


def chunks(
    items: Iterable[Any],
    prepare: Callable[[int, Any], Any],
    limits: Limits,
    *,
    most: int | None = None,
    overhead: int = 2,
    capped: bool = False,
    collect: bool = False,
    distinct: Callable[[Any], Hashable] | None = None,
    skip: int = 0,
    border: int = 0,
) -> Iterator[Chunk]:
    """Split items into chunks that the server takes; of no items one empty chunk.

    An item that cannot be sent ends it, when the items before it have gone out; in the first chunk it ends it at once.

    Args:
        items: Any iterable; no more of it is held than two chunks.
        prepare: Returns what is sent for an item, from its place and the item.
        limits: What is known of the server.
        most: The most items in a chunk.
        overhead: The bytes of a body without items.
        capped: Whether an answer holds no more items than a page does.
        collect: Whether an item that cannot be sent is put down instead of raised.
        distinct: Returns a value that no two items of a chunk may share; ``None`` is shared by any number.
        skip: How many items were settled before.
        border: A place that no chunk reaches across.
    """
    chunk = Chunk()
    size = overhead
    seen: set[Hashable] = set()
    made = False
    for index, item in enumerate(items):
        if index < skip:
            continue
        try:
            data = prepare(index, item)
            encoded = _encoded(index, data)
        except (ValueError, TypeError, tree.DirectusError) as error:
            entry = ItemError(index, item, error)
            if collect:
                chunk.refused.append(entry)
                continue
            if made and chunk.data:
                yield chunk  # something went out before, so what comes before the bad item goes out too
            raise _Refused(entry) from error
        cap = limits.page if capped else None
        full = len(chunk) >= min(part for part in (most or ROWS, limits.batch, cap) if part is not None)
        mark = None if distinct is None else distinct(data)
        if chunk.data and (full or size + len(encoded) > limits.payload or mark in seen or index == border):
            yield chunk
            chunk, size, made = Chunk(), overhead, True
            seen.clear()
        if mark is not None:
            seen.add(mark)
        chunk.indexes.append(index)
        chunk.given.append(item)
        chunk.data.append(data)
        chunk.encoded.append(encoded)
        size += len(encoded) + 1
    if chunk.data or chunk.refused or not (made or skip):
        yield chunk


class _Refused(Exception):
    """An item cannot be sent."""

    def __init__(self, entry: ItemError) -> None:
        super().__init__(entry)
        self.entry = entry


def _encoded(index: int, data: Any) -> bytes:
    try:
        return dumps(data)
    except (ValueError, TypeError) as error:
        raise type(error)(f"item {index}: {error}") from error


# ------------------------------------------------------------------- outcome
@attrs.define
class Written:
    """What the server did with a part of a chunk.

    Attributes:
        rows: What it returned, in the order of the items.
        count: How many items it wrote.
        indexes: Which items those are, where it is not all of the part.
    """

    rows: list[Any]
    count: int
    indexes: Sequence[int] = ()


#: Writes a part of a chunk in one call.
Write = Callable[[Chunk], Written]


@attrs.define
class Outcome:
    """What became of a chunk.

    Attributes:
        chunk: The chunk.
        rows: What the server returned, in the order of the items.
        count: How many items were written.
        errors: The items that were refused.
        failure: What stopped the call, or ``None``.
        failed: The part that was on its way then.
        settled: How many items, from the first of the chunk, are written or refused.
        beyond: The places of items that are written although the call stopped before them.
    """

    chunk: Chunk
    rows: list[Any] = attrs.field(factory=list)
    count: int = 0
    errors: list[ItemError] = attrs.field(factory=list)
    failure: Exception | None = None
    failed: Chunk | None = None
    settled: int = 0
    beyond: list[int] = attrs.field(factory=list)

    @property
    def doubtful(self) -> bool:
        """Whether the server may have written more than what is settled."""
        return bool(self.beyond) or is_doubtful(self.failure)


def is_doubtful(error: BaseException | None) -> bool:
    """Tell whether an error leaves open what the server did."""
    if isinstance(error, tree.TransportError):
        return error.sent
    # The server says so itself, and so do those between it and us, when they gave up waiting.
    return isinstance(error, tree.DecodeError) or (isinstance(error, tree.APIError) and error.status in (408, 502, 504))


def is_about_items(error: Exception) -> bool:
    """Tell whether an error may be about one item of a call rather than about the call."""
    if not isinstance(error, tree.APIError) or isinstance(error, _COMMON):
        return False
    if type(error) is tree.Forbidden:
        # A bad value gives 403 too; that the collection is closed, or not there, is said in so many words.
        return "permission to access collection" not in error.message
    return isinstance(error, (tree.BadRequest, tree.UnprocessableContent, tree.PayloadTooLarge)) or error.status == 500


class Sender:
    """Sends the chunks of one call.

    Args:
        write: Writes a part of a chunk.
        limits: What is known of the server; what it refuses as too much is learnt here.
        on_error: ``"raise"`` stops at the first bad item, ``"collect"`` goes on.
        rescue: Returns what was written of a part that failed, for writes of more than one call.
    """

    def __init__(
        self, write: Write, limits: Limits, on_error: OnError = "raise", rescue: Write = lambda part: Written([], 0)
    ) -> None:
        self._write = write
        self._rescue = rescue
        self._limits = limits
        self.collects = on_error == "collect"
        self._succeeded = False

    def send(self, chunk: Chunk, *, whole: bool = False) -> Outcome:
        """Send a chunk, in halves and halves of halves where it holds bad items, from the first item to the last.

        Args:
            chunk: The chunk.
            whole: Never split it because of an error: it is written whole or not at all.
        """
        outcome = Outcome(chunk, errors=list(chunk.refused))
        if chunk.refused and not chunk.data:
            return outcome
        waiting = [chunk]
        refused_alike = 0
        while waiting:
            part = waiting.pop()
            try:
                written = self._write(part)
            except Failure as error:
                pieces = self._smaller(part, error)
                if pieces:
                    whole = False  # the server will not have it in one piece
                    waiting += reversed(pieces)
                    continue
                outcome.failed = part
                if whole or not is_about_items(error):
                    return self._stop(outcome, error, [part, *reversed(waiting)])
                if len(part) > 1:
                    half = len(part) // 2
                    waiting += [part.part(half), part.part(0, half)]
                    continue
                entry = ItemError(part.indexes[0], part.given[0], error)
                alike = outcome.errors[-1:] and str(getattr(outcome.errors[-1].error, "message", "")) == str(error)
                refused_alike = refused_alike + 1 if alike else 1
                outcome.errors.append(entry)
                if not self.collects:
                    return self._stop(outcome, error, waiting[::-1])
                if refused_alike == 3 and not self._succeeded and _may_be_common(error):
                    # Three in a row, and nothing else was ever written: the items are not to blame.
                    del outcome.errors[-3:]
                    outcome.settled = max(0, outcome.settled - 2)
                    return self._stop(outcome, error, waiting[::-1])
                outcome.settled += 1
                continue
            self._succeeded = self._succeeded or bool(part.data)
            outcome.rows += written.rows
            outcome.count += written.count
            outcome.settled += len(part)
        outcome.failed = None
        return outcome

    def _stop(self, outcome: Outcome, error: Exception, rest: list[Chunk]) -> Outcome:
        outcome.failure = error
        if isinstance(error, tree.OrderUnknown):
            outcome.rows += error.result or []
            outcome.count += len(rest[0])
            outcome.settled += len(rest[0])
            self._succeeded = True
            rest = rest[1:]
        for part in rest:
            rescued = self._rescue(part)
            outcome.rows += rescued.rows
            outcome.count += rescued.count
            outcome.beyond += rescued.indexes
        return outcome

    def _smaller(self, part: Chunk, error: Exception) -> list[Chunk]:
        """Learn from a refusal how much the server takes, and return the part in pieces of that size."""
        size = len(part)
        if size < 2:
            return []
        limits = self._limits
        if isinstance(error, tree.BatchLimitExceeded):
            if error.limit:
                limits.batch = error.limit
            step = min(error.limit or size, size - 1)
        elif isinstance(error, tree.PayloadTooLarge):
            limits.payload = min(limits.payload, max(1_000, len(part.body) // 2))
            step = size // 2
        elif isinstance(error, tree.InvalidQuery) and limits.learn_page(error) and (limits.page or size) < size:
            step = limits.page or 1
        else:
            return []
        return [part.part(start, start + step) for start in range(0, size, max(1, step))]


def _may_be_common(error: Exception) -> bool:
    return isinstance(error, tree.APIError) and error.status in (403, 500)


# ----------------------------------------------------------------------- run
def run(
    found: Iterator[Chunk],
    sender: Sender,
    *,
    atomic: bool = True,
    workers: int = 1,
    before: Callable[[Chunk], None] = lambda chunk: None,
) -> Iterator[Outcome]:
    """Send chunks and yield their outcomes in order, up to the one that stops the call.

    Args:
        found: The chunks.
        sender: Sends them.
        atomic: Whether an only chunk is written whole or not at all.
        workers: How many chunks are on their way at once. What is on its way when another one fails is waited for.
        before: Called with each chunk before it is sent, in this thread.
    """
    first, trouble = _next(found)
    if trouble is not None and trouble.failure is not None:
        raise trouble.failure  # nothing was sent
    if first is None:  # all of it was settled before
        return
    second, trouble = _next(found)
    whole = atomic and not sender.collects and second is None and trouble is None
    before(first)
    outcome = sender.send(first, whole=whole)
    yield outcome
    if outcome.failure is not None:
        return
    if workers == 1 or second is None:
        chunk = second
        while chunk is not None:
            before(chunk)
            outcome = sender.send(chunk)
            yield outcome
            if outcome.failure is not None:
                return
            chunk, trouble = _next(found)
    else:
        stopped = False
        for outcome in _at_once(second, found, sender, workers, before):
            yield outcome
            stopped = stopped or outcome.failure is not None
        if stopped:
            return
        trouble = None
    if trouble is not None:
        yield trouble


def _next(found: Iterator[Chunk]) -> tuple[Chunk | None, Outcome | None]:
    """Return the next chunk, or what its items raised: what was written before is not to be lost with it."""
    try:
        return next(found, None), None
    except _Refused as refused:
        return None, Outcome(Chunk(), errors=[refused.entry], failure=refused.entry.error)
    except Exception as error:  # noqa: BLE001 - an iterable of the user may raise anything
        return None, Outcome(Chunk(), failure=error)


def _at_once(
    chunk: Chunk | None, found: Iterator[Chunk], sender: Sender, workers: int, before: Callable[[Chunk], None]
) -> Iterator[Outcome]:
    going: deque[Future[Outcome]] = deque()
    trouble: Outcome | None = None
    with ThreadPoolExecutor(workers, "directus-bulk") as pool:
        try:
            while chunk is not None or going:
                while chunk is not None and len(going) < 2 * workers:  # a waiting one for each
                    before(chunk)
                    going.append(pool.submit(sender.send, chunk))
                    chunk, trouble = _next(found)
                outcome = going.popleft().result()
                yield outcome
                if outcome.failure is not None:
                    chunk = None
                    for future in [future for future in going if future.cancel()]:
                        going.remove(future)
            if trouble is not None:
                yield trouble
        finally:
            for future in going:
                future.cancel()
