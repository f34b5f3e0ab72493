"""The gaps in a log with increasing numbers: what was read of it, and which numbers may still appear."""

from __future__ import annotations

import math
import time
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence

from directus_sdk.json_types import JSONObject

#: The maximum number of gaps after a read; more would make each read and each checkpoint long.
_MAX_GAPS = 500


class SequenceReader:
    """Remembers the highest number that was taken, and the missing numbers below it.

    A database assigns a number when a change begins and shows it when the change is committed. So a lower number may appear
    after a higher one. Most missing numbers never appear, because their changes were rolled back or deleted. A missing number
    is given up only by a read that began `patience` seconds after it was missed and that went past it. Time alone is no
    reason, because the log may not have been read meanwhile.

    Args:
        position: The result of an earlier `position()`.
        patience: Seconds for which a missing number is expected.
        clock: The time, in seconds since 1970.
    """

    def __init__(self, position: JSONObject, patience: float, clock: Callable[[], float] = time.time) -> None:
        self.high: int = int(position["high"])
        self._gaps: list[tuple[int, int, float]] = [(int(a), int(b), float(at)) for a, b, at in position.get("gaps", [])]
        self._patience = patience
        self._clock = clock
        self._began = clock()

    def position(self) -> JSONObject:
        """Return the state for a later `SequenceReader`."""
        return {"high": self.high, "gaps": [[a, b, round(at)] for a, b, at in self._gaps]}

    def start(self) -> int:
        """Note that a read begins, and return the number up to which nothing is missing."""
        self._began = self._clock()
        return self._gaps[0][0] - 1 if self._gaps else self.high

    @property
    def missing(self) -> list[tuple[int, int]]:
        """The first and the last number of each gap; a read must request them in addition to the numbers after `high`."""
        return [(a, b) for a, b, _ in self._gaps]

    def finish(self, fresh: Sequence[int], last: int | None) -> None:
        """Give up the missing numbers that the read would have returned.

        Args:
            fresh: The new numbers that it has returned, in ascending order; they are still to be taken.
            last: The last number that was read, or ``None`` for the whole log.
        """
        kept: list[tuple[int, int, float]] = []
        surplus = len(self._gaps) - _MAX_GAPS
        for index, (a, b, at) in enumerate(self._gaps):
            looked_at = last is None or b <= last
            if looked_at and (abs(self._began - at) >= self._patience or index < surplus):
                kept += [(number, number, at) for number in fresh[bisect_left(fresh, a) : bisect_right(fresh, b)]]
            else:
                kept.append((a, b, at))
        self._gaps = kept

    @property
    def waits(self) -> bool:
        """Whether missing numbers may still appear."""
        return bool(self._gaps)

    def is_new(self, number: int) -> bool:
        """Return whether a number was not taken yet."""
        return number > self.high or self._gap(number) is not None

    def take(self, number: int, *, old: bool = False) -> None:
        """Note that a number was taken.

        Args:
            number: The number.
            old: Whether it is so old that the missing numbers right before it will not appear.
        """
        if number > self.high:
            if number > self.high + 1 and not old:
                self._gaps.append((self.high + 1, number - 1, self._clock()))
            self.high = number
            return
        index = self._gap(number)
        if index is not None:
            a, b, at = self._gaps[index]
            left = [(a, number - 1, at)] if a < number else []
            right = [(number + 1, b, at)] if number < b else []
            self._gaps[index : index + 1] = left + right

    def _gap(self, number: int) -> int | None:
        """Return the index of the gap that contains a number; the gaps are in ascending order."""
        index = bisect_right(self._gaps, (number, math.inf, math.inf)) - 1
        return index if index >= 0 and number <= self._gaps[index][1] else None
