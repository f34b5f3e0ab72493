"""A lock that is free where its holder cannot be at it any more."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from types import FunctionType
from typing import Any

import pytest

from directus_sdk import FileStorage, StorageError
from directus_sdk.local.thread_lock import Latch, ThreadLock, holds_locks

WAIT = 10.0


def busy(seconds: float) -> StorageError:
    return StorageError(f"busy for {seconds:g} s")


def scoped(function: Callable[..., Any]) -> Any:
    """The function as one that holds locks for as long as it runs."""
    assert isinstance(function, FunctionType)
    return holds_locks(FunctionType(function.__code__.replace(co_name="scoped"), function.__globals__))


def leave(lock: ThreadLock) -> None:
    """Take it, and end as after an interrupt that skipped the way out."""
    lock.context(WAIT, busy).__enter__()


def in_thread(function: Callable[[], Any]) -> list[Any]:
    outcomes: list[Any] = []

    def work() -> None:
        try:
            outcomes.append(function())
        except Exception as error:
            outcomes.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join(WAIT)
    return outcomes


def can_take(lock: ThreadLock, timeout: float = WAIT) -> bool:
    with lock.context(timeout, busy) as outermost:
        return outermost


def test_a_thread_may_take_it_twice_and_others_wait() -> None:
    lock = ThreadLock()
    with lock.context(WAIT, busy) as first, lock.context(WAIT, busy) as second:
        assert (first, second, lock.mine, lock.taken) == (True, False, True, True)
        [error] = in_thread(lambda: can_take(lock, 0.05))
        assert str(error) == "busy for 0.05 s"
    assert not lock.taken
    assert in_thread(lambda: can_take(lock)) == [True]


def test_the_inner_end_does_not_free_it() -> None:
    lock = ThreadLock()
    with lock.context(WAIT, busy):
        with lock.context(WAIT, busy):
            pass
        assert lock.mine


def test_what_a_function_left_behind_is_free_for_its_own_thread() -> None:
    lock = ThreadLock()
    scoped(leave)(lock)
    assert not lock.mine
    assert not lock.taken
    assert can_take(lock)


def test_what_a_function_left_behind_is_free_for_other_threads() -> None:
    lock, go_on = ThreadLock(), threading.Event()

    def holder() -> None:
        scoped(leave)(lock)
        go_on.wait(WAIT)  # it lives on, in another function

    thread = threading.Thread(target=holder)
    thread.start()
    assert in_thread(lambda: can_take(lock)) == [True]
    go_on.set()
    thread.join()


def test_what_a_thread_left_behind_that_has_ended_is_free() -> None:
    lock = ThreadLock()
    in_thread(lambda: scoped(leave)(lock))
    assert can_take(lock)


def test_a_holder_that_is_at_it_keeps_it_however_deep_it_is() -> None:
    lock, inside, go_on = ThreadLock(), threading.Event(), threading.Event()

    def deep(levels: int) -> None:
        if levels:
            deep(levels - 1)
        else:
            inside.set()
            go_on.wait(WAIT)

    def hold(lock: ThreadLock, deep: Callable[[int], None]) -> None:
        with lock.context(10.0, busy):
            deep(100)

    thread = threading.Thread(target=scoped(hold), args=(lock, deep))
    thread.start()
    assert inside.wait(WAIT)
    [error] = in_thread(lambda: can_take(lock, 0.6))  # some looks long
    assert isinstance(error, StorageError)
    go_on.set()
    thread.join()
    assert can_take(lock)


def test_elsewhere_a_lock_may_be_handed_on() -> None:
    """A fixture, say, takes it in one function and leaves it in another."""
    lock = ThreadLock()
    leave(lock)
    assert lock.mine
    [error] = in_thread(lambda: can_take(lock, 0.5))
    assert isinstance(error, StorageError)


@pytest.mark.skipif(sys.platform == "win32", reason="its files cannot be locked twice by one process")
def test_a_file_that_was_left_locked_is_free_for_the_next(tmp_path: Any) -> None:
    storage = FileStorage(tmp_path / "session.json")

    def leave_file(storage: FileStorage) -> Any:
        held = storage.lock(10.0)
        held.__enter__()
        return held

    held = scoped(leave_file)(storage)  # as the frames of an exception keep it
    with storage.lock(WAIT):
        [error] = in_thread(lambda: FileStorage(tmp_path / "session.json").lock(0.05).__enter__())
        assert isinstance(error, StorageError)
        held.__exit__(None, None, None)  # the destructor of the one that was left comes late
        [error] = in_thread(lambda: FileStorage(tmp_path / "session.json").lock(0.05).__enter__())
        assert isinstance(error, StorageError)
    with FileStorage(tmp_path / "session.json").lock(WAIT):
        pass


def test_a_latch_opens_once_for_every_thread() -> None:
    latch = Latch()
    assert not latch.wait(0.01)
    waiting = [threading.Thread(target=latch.wait) for _ in range(3)]
    for thread in waiting:
        thread.start()
    latch.set()
    latch.set()
    for thread in waiting:
        thread.join(10)
        assert not thread.is_alive()
    assert latch.wait(0)
    assert latch.wait()
