"""How far a log with growing numbers was read, and which numbers in it may still come."""

from __future__ import annotations

import math
import time
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence

from directus_sdk.json_types import JSONObject

#: How many gaps are still waited for after a read; more would make each read and each checkpoint long.
_MOST_GAPS = 500


class Reader:
    """Remembers the highest number that was taken, and the numbers below it that nobody has seen.

    A database gives a number when a change begins and shows it when it is committed, so that a lower number may come
    after a higher one. A number that is missing is waited for; most never come, since what they were given to was rolled
    back or deleted. It is given up only by a read that began `patience` seconds after it was missed and went past it:
    time alone tells nothing, as nobody may have looked meanwhile.

    Args:
        position: What `position` returned before.
        patience: How many seconds a missing number is waited for.
        clock: The time, in seconds since 1970.
    """

    def __init__(self, position: JSONObject, patience: float, clock: Callable[[], float] = time.time) -> None:
        self.high: int = int(position["high"])
        self._gaps: list[tuple[int, int, float]] = [(int(a), int(b), float(at)) for a, b, at in position.get("gaps", [])]
        self._patience = patience
        self._clock = clock
        self._began = clock()

    def position(self) -> JSONObject:
        """Return what `Reader` takes."""
        return {"high": self.high, "gaps": [[a, b, round(at)] for a, b, at in self._gaps]}

    def start(self) -> int:
        """Note that a read begins, and return the number up to which nothing is missing."""
        self._began = self._clock()
        return self._gaps[0][0] - 1 if self._gaps else self.high

    @property
    def missing(self) -> list[tuple[int, int]]:
        """The first and the last number of each gap, which a read must ask for beside what is behind the highest number."""
        return [(a, b) for a, b, _ in self._gaps]

    def finish(self, fresh: Sequence[int], last: int | None) -> None:
        """Give up the missing numbers that the read would have shown.

        Args:
            fresh: The new numbers that it has shown, in their order; they are still to be taken.
            last: How far the log was read, or ``None`` for all of it.
        """
        kept: list[tuple[int, int, float]] = []
        surplus = len(self._gaps) - _MOST_GAPS
        for index, (a, b, at) in enumerate(self._gaps):
            looked_at = last is None or b <= last
            if looked_at and (abs(self._began - at) >= self._patience or index < surplus):
                kept += [(number, number, at) for number in fresh[bisect_left(fresh, a) : bisect_right(fresh, b)]]
            else:
                kept.append((a, b, at))
        self._gaps = kept

    @property
    def waits(self) -> bool:
        """Whether numbers are missing that may still come."""
        return bool(self._gaps)

    def is_new(self, number: int) -> bool:
        """Tell whether a number was not taken yet."""
        return number > self.high or self._gap(number) is not None

    def take(self, number: int, *, old: bool = False) -> None:
        """Note that a number was taken.

        Args:
            number: The number.
            old: Whether it is so old that what is missing right before it comes no more.
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
        """Return where the gap is that holds a number; they are in their order."""
        index = bisect_right(self._gaps, (number, math.inf, math.inf)) - 1
        return index if index >= 0 and number <= self._gaps[index][1] else None
