"""One chunk of a bulk call: sent, and divided where it contains bad items, until each of them is known.

A server refuses a chunk as a whole. If its error names the item, by a value that has to be unique, only that item is taken
out. Otherwise the chunk is sent in halves, and halves of halves, down to the item that is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

import attrs

from directus_sdk import errors as tree
from directus_sdk.calls.server_limits import Limits
from directus_sdk.results import ItemError
from directus_sdk.writing.chunks import Chunk

OnError = Literal["raise", "collect"]

#: How many items are sent again for each bad one that comes after them.
_AGAIN = 25

#: How many items from other places are sent before a refusal is taken as one of the whole call.
_PROBES = 6

#: How many items must be left for that; and with fewer, how many refusals in the same words are one of the whole call.
_MANY = 40
_ALIKE = 50

#: Errors that stop a bulk call.
Failure = (tree.DirectusError, ValueError, TypeError)

#: Refusals of the whole call, although their base classes are also about a value.
_COMMON = (
    tree.InvalidQuery, tree.GraphQLError, tree.InvalidToken, tree.InvalidProvider, tree.LimitExceeded,
    tree.CollectionInactive, tree.ResourceRestricted,
)  # fmt: skip


@attrs.define
class Written:
    """The items of a part of a chunk that the server has written.

    Attributes:
        rows: What the server returned, in the order of the items.
        count: How many items were written.
        indexes: The places of these items, if they are not the whole part.
    """

    rows: list[Any]
    count: int
    indexes: Sequence[int] = ()


#: Writes a part of a chunk in one call.
Write = Callable[[Chunk], Written]


@attrs.define
class Outcome:
    """The outcome of a chunk.

    Attributes:
        chunk: The chunk.
        rows: What the server returned, in the order of the items.
        count: How many items were written.
        errors: The items that were refused.
        failure: The error that stopped the call, or ``None``.
        failed: The part that was being sent then.
        settled: How many items, from the first of the chunk, are written or refused.
        beyond: The places of items after the one that stopped the call which are written nevertheless.
        of_input: Whether the input raised the error, and not the SDK or the server.
    """

    chunk: Chunk
    rows: list[Any] = attrs.field(factory=list)
    count: int = 0
    errors: list[ItemError] = attrs.field(factory=list)
    failure: Exception | None = None
    failed: Chunk | None = None
    settled: int = 0
    beyond: list[int] = attrs.field(factory=list)
    of_input: bool = False

    @property
    def doubtful(self) -> bool:
        """Whether the server may have written more items than the settled ones."""
        return bool(self.beyond) or is_doubtful(self.failure)


def is_doubtful(error: BaseException | None) -> bool:
    """Return whether an error leaves open whether the server has written the items."""
    if isinstance(error, tree.TransportError):
        return error.sent
    # The server or a proxy stopped waiting, or the response was not JSON.
    return isinstance(error, tree.DecodeError) or (isinstance(error, tree.APIError) and error.status in (408, 502, 504))


def is_about_items(error: Exception) -> bool:
    """Return whether an error may be about one item of a call instead of the whole call."""
    if not isinstance(error, tree.APIError) or isinstance(error, _COMMON):
        return False
    if type(error) is tree.Forbidden:
        # A bad value gives 403 too. For a collection that is closed or missing, the message says so.
        return "permission to access collection" not in error.message
    return isinstance(error, (tree.BadRequest, tree.UnprocessableContent, tree.PayloadTooLarge)) or error.status == 500


class ItemRefused(ValueError):
    """One item of a part cannot be written, and the others can; raised by a `Write` before it sends anything.

    Attributes:
        index: The place of the item in the input.
    """

    def __init__(self, index: int, reason: str) -> None:
        super().__init__(f"item {index}: {reason}")
        self.index = index


def named(part: Chunk, error: Exception) -> list[int]:
    """Return the items of a part that an error names, by their places in the part.

    A server names the field and the value that has to be unique.
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


@attrs.define(eq=False, repr=False)
class Sender:
    """Sends the chunks of one call.

    Args:
        write: Writes a part of a chunk.
        limits: The limits of the server; a refusal updates them.
        on_error: ``"raise"`` stops at the first bad item, ``"collect"`` continues.
        rescue: Returns what was written of a part that failed, for writes of more than one call.
        about_items: Whether an error may be about one item of a call instead of the whole call.
        named: Returns the items of a part that an error names, by their places in the part.
    """

    write: Write
    _limits: Limits
    on_error: OnError = "raise"
    rescue: Write = lambda part: Written([], 0)
    about_items: Callable[[Exception], bool] = is_about_items
    named: Callable[[Chunk, Exception], list[int]] = named
    #: What was sent at the time of an interrupt, and completed.
    unreported: list[Outcome] = attrs.field(factory=list, init=False)
    _succeeded: bool = attrs.field(default=False, init=False)
    _refusal: str = attrs.field(default="", init=False)
    _alike: int = attrs.field(default=0, init=False)

    @property
    def collects(self) -> bool:
        """Whether the call continues after a bad item."""
        return self.on_error == "collect"

    def send(self, chunk: Chunk, *, whole: bool = False) -> Outcome:
        """Send a chunk, in halves and halves of halves where it contains bad items, from the first item to the last.

        Args:
            chunk: The chunk.
            whole: Never split it because of an error: it is written whole or not at all.
        """
        return _Sending(self, chunk, whole).run()

    def succeeded(self) -> None:
        """Record that something was written, so that no refusal is about the whole call."""
        self._succeeded = True

    def alike(self, error: Exception) -> int:
        """Return how many items in a row were refused in the same words, where the cause may be the whole call."""
        if self._succeeded or not (isinstance(error, tree.APIError) and error.status in (403, 500)):
            return 0
        self._alike = self._alike + 1 if str(error) == self._refusal else 1
        self._refusal = str(error)
        return self._alike

    def smaller(self, part: Chunk, error: Exception) -> list[Chunk]:
        """Learn from a refusal how much the server accepts, and return the part in pieces of that size."""
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
    """The state of one chunk: its parts that are waiting, written and refused."""

    def __init__(self, sender: Sender, chunk: Chunk, whole: bool) -> None:
        self._sender = sender
        self._whole = whole
        self._outcome = Outcome(chunk, errors=list(chunk.refused))
        # The parts to send, the next one last. An `ItemError` among them stops the call.
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
                if not self._continues_after(part, error):
                    return self._end(error, part)
        return self._end()

    def _accept(self, part: Chunk, written: Written) -> None:
        if part.data:
            self._sender.succeeded()
        self._written.append((part.indexes[0] if part.indexes else 0, written))
        self._settled.update(part.indexes)

    def _continues_after(self, part: Chunk, error: Exception) -> bool:
        """Put the rest of a part that failed back, in the order of the input; return whether the call continues."""
        pieces = self._sender.smaller(part, error)
        if pieces:
            self._whole = False  # the server does not accept it in one piece
            self._waiting += reversed(pieces)
            return True
        self._outcome.failed = part
        if self._whole or not (self._sender.about_items(error) or isinstance(error, ItemRefused)):
            return False
        if len(part) > 1:
            self._divide(part, error)
            return True
        self._outcome.errors.append(part.error(0, error))
        if not self._sender.collects:
            return False
        self._settled.add(part.indexes[0])
        return not self._is_common(error)

    def _divide(self, part: Chunk, error: Exception) -> None:
        places = self._sender.named(part, error)
        if places and self._sender.collects:
            # Of items with the same value the first may be written.
            place = places[1] if len(places) > 1 else places[0]
            self._outcome.errors.append(part.error(place, error))
            self._settled.add(part.indexes[place])
            if place <= _AGAIN or self._again + place <= len(self._outcome.chunk):
                self._again += place if place > _AGAIN else 0
                self._wait(part.without(place))
            else:  # the items before it were rolled back, and would be again for each bad item
                self._wait(part.part(place + 1), part.part(0, place))
        elif len(places) == 1:
            place = places[0]
            self._wait(part.part(place), part.error(place, error), part.part(0, place))
        else:
            half = len(part) // 2
            self._wait(part.part(half), part.part(0, half))

    def _wait(self, *parts: Chunk | ItemError) -> None:
        self._waiting += [part for part in parts if isinstance(part, ItemError) or part.data]

    def _is_common(self, error: Exception) -> bool:
        """Return whether items are refused for a common cause; a few from other places are sent to find out."""
        alike = self._sender.alike(error)
        if alike < 3:
            return False
        rest = [index for part in self._waiting if isinstance(part, Chunk) for index in part.indexes]
        if len(rest) < _MANY and alike < _ALIKE:
            return False  # the other items, or the next chunk, will show it
        rest.sort(reverse=True)
        for index in rest[:: max(1, -(-len(rest) // _PROBES))]:
            part = self._single(index)
            try:
                self._accept(part, self._sender.write(part))
            except Failure as other:
                if not self._sender.about_items(other) or str(other) != str(error):
                    return False  # it is sent again in its turn
                continue
            self._remove(index)
            return False
        words = str(error)
        blamed = [entry for entry in self._outcome.errors if str(entry.error) == words]
        self._outcome.errors = [entry for entry in self._outcome.errors if entry not in blamed]
        self._settled -= {entry.index for entry in blamed}
        if isinstance(error, tree.APIError):
            error.args = (f"{error.message} {alike} items in a row were refused with this message, so the call was stopped.",)
        return True

    def _single(self, index: int) -> Chunk:
        place = self._outcome.chunk.indexes.index(index)
        return self._outcome.chunk.part(place, place + 1)

    def _remove(self, index: int) -> None:
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
