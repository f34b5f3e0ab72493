"""One chunk of a bulk call: sent, divided where it holds bad items, and what became of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

import attrs

from directus_sdk import errors as tree
from directus_sdk.calls.server_limits import Limits
from directus_sdk.results import ItemError
from directus_sdk.writing.chunks import Chunk

OnError = Literal["raise", "collect"]

#: How many items are written once more for each one that is taken out from behind them.
_AGAIN = 25

#: How many items from elsewhere are sent before a refusal is taken for one that is about the call.
_PROBES = 6

#: How many items must be left for that, and how many refusals in the same words are one about the call where fewer are.
_MANY = 40
_ALIKE = 50

#: What stops a bulk call instead of one of its items.
Failure = (tree.DirectusError, ValueError, TypeError)

#: Refusals of the whole call, although others of their kind are about a value.
_COMMON = (
    tree.InvalidQuery, tree.GraphQLError, tree.InvalidToken, tree.InvalidProvider, tree.LimitExceeded,
    tree.CollectionInactive, tree.ResourceRestricted,
)  # fmt: skip


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


class ItemRefused(ValueError):
    """One item of a part cannot be written, and the rest can; raised by a `Write` before it sends anything.

    Attributes:
        index: The place of the item in the input.
    """

    def __init__(self, index: int, reason: str) -> None:
        super().__init__(f"item {index}: {reason}")
        self.index = index


def named(part: Chunk, error: Exception) -> list[int]:
    """Return which items of a part an error names: where they stand in the part.

    A server that finds a value twice repeats the field and the value.
    """
    if isinstance(error, ItemRefused):
        return [part.indexes.index(error.index)]
    if not isinstance(error, tree.RecordNotUnique) or error.field is None or error.value is None:
        return []
    field, value = error.field, str(error.value)
    return [
        place
        for place, data in enumerate(part.data)
        if isinstance(data, Mapping) and data.get(field) is not None and str(data[field]) == value
    ]


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
        self.write = write
        self.rescue = rescue
        self.collects = on_error == "collect"
        self._limits = limits
        self._succeeded = False
        self._refusal = ""
        self._alike = 0

    def send(self, chunk: Chunk, *, whole: bool = False) -> Outcome:
        """Send a chunk, in halves and halves of halves where it holds bad items, from the first item to the last.

        Args:
            chunk: The chunk.
            whole: Never split it because of an error: it is written whole or not at all.
        """
        return _Sending(self, chunk, whole).run()

    def succeeded(self) -> None:
        """Note that something was written, so that no refusal is about the call."""
        self._succeeded = True

    def alike(self, error: Exception) -> int:
        """Return how many items in a row were refused in the same words, where the call may be to blame for that."""
        if self._succeeded or not (isinstance(error, tree.APIError) and error.status in (403, 500)):
            return 0
        self._alike = self._alike + 1 if str(error) == self._refusal else 1
        self._refusal = str(error)
        return self._alike

    def smaller(self, part: Chunk, error: Exception) -> list[Chunk]:
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
        elif isinstance(error, tree.InvalidQuery) and limits.learn_page(error, size):
            step = limits.page or 1
        else:
            return []
        return [part.part(start, start + step) for start in range(0, size, max(1, step))]


class _Sending:
    """One chunk on its way: what of it is waiting, written and refused."""

    def __init__(self, sender: Sender, chunk: Chunk, whole: bool) -> None:
        self._sender = sender
        self._whole = whole
        self._outcome = Outcome(chunk, errors=list(chunk.refused))
        # What is to be sent, the next one last. An `ItemError` among it stops the call.
        self._waiting: list[Chunk | ItemError] = [] if chunk.refused and not chunk.data else [chunk]
        self._written: list[tuple[int, Written]] = []
        self._settled: set[int] = set()
        self._again = 0

    def run(self) -> Outcome:
        while self._waiting:
            part = self._waiting.pop()
            if isinstance(part, ItemError):
                self._outcome.failed = self._single(part.index)
                self._outcome.errors.append(part)
                return self._end(part.error)
            try:
                self._accept(part, self._sender.write(part))
            except Failure as error:
                if not self._goes_on(part, error):
                    return self._end(error, part)
        return self._end()

    def _accept(self, part: Chunk, written: Written) -> None:
        if part.data:
            self._sender.succeeded()
        self._written.append((part.indexes[0] if part.indexes else 0, written))
        self._settled.update(part.indexes)

    def _goes_on(self, part: Chunk, error: Exception) -> bool:
        """Put what is left of a part that failed back, in the order of the input; tell whether the call goes on."""
        pieces = self._sender.smaller(part, error)
        if pieces:
            self._whole = False  # the server will not have it in one piece
            self._waiting += reversed(pieces)
            return True
        self._outcome.failed = part
        if self._whole or not (is_about_items(error) or isinstance(error, ItemRefused)):
            return False
        if len(part) > 1:
            self._divide(part, error)
            return True
        self._outcome.errors.append(ItemError(part.indexes[0], part.given[0], error))
        if not self._sender.collects:
            return False
        self._settled.add(part.indexes[0])
        return not self._is_common(error)

    def _divide(self, part: Chunk, error: Exception) -> None:
        places = named(part, error)
        if places and self._sender.collects:
            # Of items with the same value the first may be written.
            place = places[1] if len(places) > 1 else places[0]
            self._outcome.errors.append(ItemError(part.indexes[place], part.given[place], error))
            self._settled.add(part.indexes[place])
            before, behind = part.part(0, place), part.part(place + 1)
            if place <= _AGAIN or self._again + place <= len(self._outcome.chunk):
                self._again += place if place > _AGAIN else 0
                self._wait(before.joined(behind))
            else:  # what comes before was undone by now, and would be once more for each bad item
                self._wait(behind, before)
        elif len(places) == 1:
            place = places[0]
            entry = ItemError(part.indexes[place], part.given[place], error)
            self._wait(part.part(place), entry, part.part(0, place))
        else:
            half = len(part) // 2
            self._wait(part.part(half), part.part(0, half))

    def _wait(self, *parts: Chunk | ItemError) -> None:
        self._waiting += [part for part in parts if isinstance(part, ItemError) or part.data]

    def _is_common(self, error: Exception) -> bool:
        """Tell whether items are refused for a cause that all share; a few from elsewhere are sent to find out."""
        alike = self._sender.alike(error)
        if alike < 3:
            return False
        rest = [index for part in self._waiting if isinstance(part, Chunk) for index in part.indexes]
        if len(rest) < _MANY and alike < _ALIKE:
            return False  # the other items, or the next chunk, tell
        rest.sort(reverse=True)
        for index in rest[:: max(1, -(-len(rest) // _PROBES))]:
            part = self._single(index)
            try:
                self._accept(part, self._sender.write(part))
            except Failure as other:
                if not is_about_items(other) or str(other) != str(error):
                    return False  # it comes again in its turn
                continue
            self._take_out(index)
            return False
        words = str(error)
        blamed = [entry for entry in self._outcome.errors if str(entry.error) == words]
        self._outcome.errors = [entry for entry in self._outcome.errors if entry not in blamed]
        self._settled -= {entry.index for entry in blamed}
        if isinstance(error, tree.APIError):
            error.args = (f"{error.message} {alike} items in a row were refused in these words, so the call was given up.",)
        return True

    def _single(self, index: int) -> Chunk:
        place = self._outcome.chunk.indexes.index(index)
        return self._outcome.chunk.part(place, place + 1)

    def _take_out(self, index: int) -> None:
        for number, part in enumerate(self._waiting):
            if isinstance(part, Chunk) and index in part.indexes:
                place = part.indexes.index(index)
                sides = (part.part(place + 1), part.part(0, place))
                self._waiting[number : number + 1] = [side for side in sides if side.data]
                return

    def _end(self, error: Exception | None = None, failed: Chunk | None = None) -> Outcome:
        outcome = self._outcome
        outcome.failure = error
        rest = [part for part in [failed, *reversed(self._waiting)] if isinstance(part, Chunk)]
        if error is None:
            outcome.failed = None
        elif isinstance(error, tree.OrderUnknown):
            self._accept(rest[0], Written(error.result or [], len(rest[0])))
            rest = rest[1:]
        for _, written in sorted(self._written, key=lambda entry: entry[0]):
            outcome.rows += written.rows
            outcome.count += written.count
        outcome.errors.sort(key=lambda entry: entry.index)
        refused = {entry.index for entry in outcome.errors}
        indexes = outcome.chunk.indexes
        outcome.settled = next((place for place, index in enumerate(indexes) if index not in self._settled), len(indexes))
        if error is not None:
            outcome.beyond = [index for index in indexes[outcome.settled :] if index in self._settled - refused]
            for part in rest:
                rescued = self._sender.rescue(part)
                outcome.rows += rescued.rows
                outcome.count += rescued.count
                outcome.beyond += rescued.indexes
        return outcome
