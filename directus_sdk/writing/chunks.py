"""Many items, split into chunks that the server takes."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from typing import Any

import attrs

from directus_sdk import errors as tree
from directus_sdk.calls.server_limits import Limits
from directus_sdk.results import ItemError
from directus_sdk.wire.encoding import dumps

#: How many items go out at once unless something says otherwise: more is hardly faster, and the answer takes longer.
ROWS = 2_000

#: Stands for an item that was settled in another run.
SETTLED = object()


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

    def joined(self, other: Chunk) -> Chunk:
        """Return these items and others behind them."""
        return Chunk(
            self.indexes + other.indexes, self.given + other.given, self.data + other.data, self.encoded + other.encoded
        )


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
    start: int = 0,
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
        start: The place of the first item: what comes before it was settled in another run.
        border: A place that no chunk reaches across.
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
                yield chunk  # something went out before, so what comes before the bad item goes out too
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
        chunk.given.append(item)
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


def encode(index: int, data: Any) -> bytes:
    """Return an item as JSON; an error names its place."""
    try:
        return dumps(data)
    except (ValueError, TypeError) as error:
        raise type(error)(f"item {index}: {error}") from error
