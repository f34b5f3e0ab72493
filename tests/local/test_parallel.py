"""Calls at the same time."""

from __future__ import annotations

import threading

import pytest

from directus_sdk.local.parallel import side_by_side


def test_as_many_as_there_are_workers_run_together() -> None:
    meeting = threading.Barrier(3, timeout=10)
    outcomes = side_by_side([meeting.wait] * 6, workers=3)
    assert sorted(outcomes) == [0, 0, 1, 1, 2, 2]  # type: ignore[type-var]


@pytest.mark.parametrize("workers", [1, 4])
def test_order_and_errors(workers: int) -> None:
    def job(number: int) -> int:
        if number == 2:
            raise KeyError(number)
        return number

    outcomes = side_by_side([lambda n=number: job(n) for number in range(5)], workers)  # type: ignore[misc]
    assert [repr(outcome) for outcome in outcomes] == ["0", "1", "KeyError(2)", "3", "4"]


@pytest.mark.parametrize("workers", [1, 4])
def test_what_is_no_exception_stops_the_rest(workers: int) -> None:
    begun: list[int] = []

    def job(number: int) -> None:
        begun.append(number)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        side_by_side([lambda n=number: job(n) for number in range(1000)], workers)  # type: ignore[misc]
    assert len(begun) < 1000
    assert threading.active_count() == 1 or not any(thread.name.startswith("directus_sdk") for thread in threading.enumerate())
