"""The input of a bulk call, split into chunks that the server accepts: by number, by bytes, and by equal values."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from typing import Any, TypeVar

import attrs

from directus_sdk import errors as tree
from directus_sdk.calls.server_limits import Limits
from directus_sdk.results import ItemError
from directus_sdk.wire.encoding import dumps

T = TypeVar("T")

#: How many items one call has by default: more is hardly faster, and the response takes longer.
ROWS = 2_000

#: Stands for an item that was settled in another run.
SETTLED = object()


@attrs.define
class Chunk:
    """The items of one call.

    Attributes:
        indexes: The places of the items in the input.
        items: The items of the input.
        data: The items as they are sent.
        encoded: The same as JSON.
        refused: Items among them that cannot be sent at all.
    """

    indexes: list[int] = attrs.field(factory=list)
    items: list[object] = attrs.field(factory=list)
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
        """The place after the last item."""
        last = [self.indexes[-1]] if self.indexes else []
        return max([*last, *(entry.index for entry in self.refused)], default=-1) + 1

    @property
    def where(self) -> str:
        """The places in words."""
        return where(self.indexes)

    def part(self, start: int, stop: int | None = None) -> Chunk:
        """Return the items of a range."""
        return self.chosen(range(len(self))[start:stop])

    def without(self, place: int) -> Chunk:
        """Return the other items."""
        return self.chosen([other for other in range(len(self)) if other != place])

    def chosen(self, places: Iterable[int]) -> Chunk:
        """Return the items at some places of the chunk."""
        places = list(places)

        def chosen(values: list[T]) -> list[T]:
            return [values[place] for place in places]

        return Chunk(chosen(self.indexes), chosen(self.items), chosen(self.data), chosen(self.encoded))

    def error(self, place: int, error: Exception) -> ItemError:
        """Return an error of the item at a place of the chunk."""
        return ItemError(self.indexes[place], self.items[place], error)


def where(indexes: Sequence[int]) -> str:
    """Return places of the input in words."""
    if not indexes:
        return "no item"
    first, last = indexes[0], indexes[-1]
    return f"item {first}" if first == last else f"items {first} to {last}"


def chunks(
    items: Iterable[object],
    prepare: Callable[[int, object], object],
    limits: Limits,
    *,
    most: int | None = None,
    overhead: int = 2,
    capped: bool = False,
    collect: bool = False,
    distinct: Callable[[Any], Hashable] | None = None,
    start: int = 0,
    border: int = 0,
) -> Iterator[Chunk]:
    """Split items into chunks that the server accepts; an input without items is one empty chunk.

    An item that cannot be sent ends the call, after the items before it were sent; in the first chunk it ends the call at once.

    Args:
        items: Any iterable; at most two chunks of it are in memory.
        prepare: Returns what is sent for an item, from its place and the item.
        limits: The limits of the server, as far as they are known.
        most: The maximum number of items in a chunk.
        overhead: The bytes of a body without items.
        capped: Whether a response has no more items than a page.
        collect: Whether an item that cannot be sent is collected as an error instead of raised.
        distinct: Returns a value that no two items of a chunk may share; ``None`` is shared by any number.
        start: The place of the first item; the items before it were settled in another run.
        border: A place that no chunk crosses.
    """
    chunk = Chunk()
    size = overhead
    seen: set[Hashable] = set()
    made = False
    for index, item in enumerate(items, start):
        if item is SETTLED:
            continue
        try:
            data = prepare(index, item)
            encoded = encode(index, data)
        except (ValueError, TypeError, tree.DirectusError) as error:
            entry = ItemError(index, item, error)
            if collect:
                chunk.refused.append(entry)
                continue
            if made and chunk.data:
                yield chunk  # items were sent before, so those before the bad item are sent too
            raise Refused(entry) from error
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
        chunk.items.append(item)
        chunk.data.append(data)
        chunk.encoded.append(encoded)
        size += len(encoded) + 1
    if chunk.data or chunk.refused or not (made or start):
        yield chunk


class Refused(Exception):
    """An item cannot be sent."""

    def __init__(self, entry: ItemError) -> None:
        super().__init__(entry)
        self.entry = entry


def encode(index: int, data: object) -> bytes:
    """Return an item as JSON; an error names its place."""
    try:
        return dumps(data)
    except (ValueError, TypeError) as error:
        raise type(error)(f"item {index}: {error}") from error
