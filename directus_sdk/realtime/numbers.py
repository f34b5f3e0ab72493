"""How far a log with growing numbers was read, and which numbers in it may still come."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

_MOST_GAPS = 500


class Reader:
    """Remembers the highest number that was taken, and the numbers below it that nobody has seen.

    A database gives a number when a change begins and shows it when it is committed, so that a lower number may come
    after a higher one. A number that is missing is waited for, for `patience` seconds; most are of other collections'
    changes, or were rolled back.

    Args:
        position: What `position` returned before.
        patience: How many seconds a missing number is waited for.
        clock: The time, in seconds since 1970.
    """

    def __init__(self, position: dict[str, Any], patience: float, clock: Callable[[], float] = time.time) -> None:
        self.high: int = int(position["high"])
        self._gaps: list[tuple[int, int, float]] = [(int(a), int(b), float(at)) for a, b, at in position.get("gaps", [])]
        self._patience = patience
        self._clock = clock

    def position(self) -> dict[str, Any]:
        """Return what `Reader` takes."""
        return {"high": self.high, "gaps": [[a, b, round(at)] for a, b, at in self._gaps]}

    def start(self) -> int:
        """Return the number after which the log must be read."""
        now = self._clock()
        self._gaps = [gap for gap in self._gaps if abs(now - gap[2]) < self._patience][-_MOST_GAPS:]
        return self._gaps[0][0] - 1 if self._gaps else self.high

    @property
    def waits(self) -> bool:
        """Whether numbers are missing that may still come."""
        return bool(self._gaps)

    def is_new(self, number: int) -> bool:
        """Tell whether a number was not taken yet."""
        return number > self.high or any(a <= number <= b for a, b, _ in self._gaps)

    def take(self, number: int) -> None:
        """Note that a number was taken."""
        if number > self.high:
            if number > self.high + 1:
                self._gaps.append((self.high + 1, number - 1, self._clock()))
            self.high = number
            return
        for index, (a, b, at) in enumerate(self._gaps):
            if a <= number <= b:
                left = [(a, number - 1, at)] if a < number else []
                right = [(number + 1, b, at)] if number < b else []
                self._gaps[index : index + 1] = left + right
                return
