"""A sequence that grows without end: its first entries are in memory, and more of them in a temporary file.

The file has no name on POSIX, and Windows deletes it when it is closed, so a process that is killed leaves nothing behind.
"""

from __future__ import annotations

import pickle
import tempfile
import threading
import weakref
from array import array
from collections.abc import Callable, Iterator, Sequence
from typing import IO, TYPE_CHECKING, Any, Generic, TypeVar, overload

from directus_sdk.displayed import Displayed
from directus_sdk.redaction import redact

if TYPE_CHECKING:
    from directus_sdk.display.card import Card

T = TypeVar("T")

#: How many entries are kept in memory, and how many a repr has.
IN_MEMORY, _LISTED = 10_000, 20


def _itself(entry: Any) -> Any:
    return entry


class Spooled(Sequence[T], Displayed, Generic[T]):
    """A sequence of entries that can be pickled.

    Args:
        show: Returns what the sequence has for an entry; `entries` yields the entries themselves.

    Attributes:
        hidden: Fields of the entries whose values are never displayed.
    """

    hidden: frozenset[str] = frozenset()

    def __init__(self, show: Callable[[Any], T] = _itself) -> None:
        self._show = show
        self._entries: list[Any] = []
        self._file: IO[bytes] | None = None
        self._offsets = array("Q")
        self._lock = threading.Lock()

    def add(self, entry: object) -> None:
        """Add an entry at the end."""
        if len(self._entries) < IN_MEMORY:
            self._entries.append(entry)
            return
        data = pickle.dumps(entry, 5)
        with self._lock:
            if self._file is None:
                self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the sequence
                weakref.finalize(self, self._file.close)
            self._offsets.append(self._file.seek(0, 2))
            self._file.write(data)

    def empty(self) -> Spooled[T]:
        """Return one without entries, which has the same for an entry."""
        return Spooled(self._show)

    def entries(self) -> Iterator[Any]:
        """Yield what was added."""
        yield from self._entries
        for number in range(len(self._offsets)):
            yield self._read(number)

    def _read(self, number: int) -> Any:
        with self._lock:
            assert self._file is not None
            self._file.seek(self._offsets[number])
            return pickle.load(self._file)  # noqa: S301 - this process has written it

    def __len__(self) -> int:
        return len(self._entries) + len(self._offsets)

    def __iter__(self) -> Iterator[T]:
        return map(self._show, self.entries())

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> list[T]: ...
    def __getitem__(self, index: int | slice) -> T | list[T]:
        if isinstance(index, slice):
            return [self[number] for number in range(*index.indices(len(self)))]
        number = range(len(self))[index]
        in_memory = number < len(self._entries)
        return self._show(self._entries[number] if in_memory else self._read(number - len(self._entries)))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence) or isinstance(other, (str, bytes)):
            return NotImplemented
        return len(self) == len(other) and all(ours == theirs for ours, theirs in zip(self, other, strict=True))

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return redact.masked_items(self, self.hidden, listed=_LISTED)

    def _card(self) -> Card:
        from directus_sdk.display import Card, Grid

        return Card(grids=[Grid(self, len(self), masked=self.hidden)])

    def __reduce__(self) -> tuple[object, ...]:
        return _filled, (self._show, list(self.entries()), self.hidden)


def _filled(show: Callable[[Any], Any], entries: list[Any], hidden: frozenset[str] = frozenset()) -> Spooled[Any]:
    spooled = Spooled(show)
    spooled.hidden = hidden
    for entry in entries:
        spooled.add(entry)
    return spooled
