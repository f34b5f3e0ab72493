"""Logs with growing numbers."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from directus_sdk.changes.sequence_gaps import SequenceReader


class Clock:
    now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


def test_numbers_without_gaps_leave_nothing_to_wait_for() -> None:
    reader = SequenceReader({"high": 0}, 30)
    for number in (1, 2, 3):
        reader.take(number)
    assert reader.position() == {"high": 3, "gaps": []}
    assert reader.start() == 3
    assert not reader.waits


def test_a_number_that_comes_late_is_new_once() -> None:
    reader = SequenceReader({"high": 10}, 30)
    reader.take(14)
    assert reader.waits
    assert reader.start() == 10
    assert [number for number in range(8, 17) if reader.is_new(number)] == [11, 12, 13, 15, 16]
    reader.take(12)
    assert [number for number in range(8, 17) if reader.is_new(number)] == [11, 13, 15, 16]
    reader.take(11)
    reader.take(13)
    assert not reader.waits


def test_a_number_that_never_comes_is_given_up_by_a_read_that_began_late_enough() -> None:
    clock = Clock()
    reader = SequenceReader({"high": 10}, 30, clock)
    reader.take(12)
    clock.now += 29
    assert reader.start() == 10
    clock.now += 2  # a read that takes long
    reader.finish([], None)
    assert reader.start() == 10
    reader.finish([], None)
    assert reader.start() == 12


def test_nothing_is_given_up_before_it_was_looked_for() -> None:
    clock = Clock()
    reader = SequenceReader({"high": 10}, 30, clock)
    reader.take(13)
    reader.take(20)
    clock.now += 1_000
    assert reader.start() == 10
    reader.finish([12], 15)  # one has come, and the read did not get as far as the other gap
    assert [number for number in range(8, 22) if reader.is_new(number)] == [12, *range(14, 20), 21]
    reader = SequenceReader(json.loads(json.dumps(reader.position())), 30, clock)
    assert reader.start() == 11
    reader.take(12)
    reader.finish([], None)
    assert not reader.waits


def test_a_clock_that_was_set_back_does_not_wait_for_ever() -> None:
    clock = Clock()
    reader = SequenceReader({"high": 10}, 30, clock)
    reader.take(12)
    clock.now -= 1_000
    assert reader.start() == 10
    reader.finish([], None)
    assert reader.start() == 12


def test_not_more_is_missed_than_a_checkpoint_can_hold() -> None:
    reader = SequenceReader({"high": 0}, 30)
    for number in range(2, 4_000, 2):
        reader.take(number)
    assert reader.start() == 0
    reader.finish([], 3_998)
    assert len(reader.position()["gaps"]) == 500
    assert reader.is_new(3_997)


@settings(deadline=None)
@given(st.permutations(range(1, 30)), st.integers(0, 29))
def test_whatever_the_order_each_number_is_new_once(order: list[int], restart: int) -> None:
    reader = SequenceReader({"high": 0}, 30)
    for index, number in enumerate(order):
        if index == restart:
            reader = SequenceReader(json.loads(json.dumps(reader.position())), 30)
        assert reader.is_new(number)
        reader.take(number)
        assert not reader.is_new(number)
    assert reader.position() == {"high": 29, "gaps": []}
