"""A lock between the threads of a process that no interrupt leaves taken.

An exception of a signal handler (Ctrl-C, a task's time limit), or one that another thread raises here, can strike between
any two steps: after a lock was taken and before the program has noted it, or before the step that releases it. So this lock

* is taken in one step that also says by which thread,
* is released on every way out, and releasing it twice does no harm,
* is free where its holder has ended: the function marked with `holds_locks` that took it is not running any more.

Its parts are primitives of C, each of whose calls is done completely or not at all.
"""

from __future__ import annotations

import contextlib
import sys
import threading
from collections.abc import Callable
from types import CodeType, FrameType, FunctionType
from typing import TypeVar

from directus_sdk.local import fork
from directus_sdk.local.clock import monotonic

F = TypeVar("F", bound=Callable[..., object])

#: Seconds between two checks whether the holder has ended, and after how many of them that is certain.
_INTERVAL = 0.1
_CHECKS = 3

_holders: set[CodeType] = set()


def holds_locks(function: F) -> F:
    """Mark a function that takes locks and releases them before it returns.

    A lock that is taken while such a function runs is free when the function has ended. Without one, a lock may be taken in
    one function and released in another, such as the two halves of a test fixture.
    """
    assert isinstance(function, FunctionType)
    _holders.add(function.__code__)
    return function


class _Claim:
    """The place of one holder in the order of holders."""

    def __init__(self, frame: FrameType | None = None) -> None:
        self.thread = threading.get_ident()
        self.over = False
        #: The holder after it; `dict.setdefault` admits one.
        self.successor: dict[str, _Claim] = {}
        self._frame = frame
        self._missed = 0
        #: Free when it is over. Each waiting thread takes it and releases it for the next one.
        self.ended = threading.Lock()
        self.ended.acquire()

    def end(self) -> None:
        self.over = True
        self._frame = None
        self.wake()

    def wake(self) -> None:
        with contextlib.suppress(RuntimeError):  # it was released before
            self.ended.release()

    @property
    def mine(self) -> bool:
        """Whether this thread holds it; a claim that this thread left behind ends here."""
        if self.over or self.thread != threading.get_ident():
            return False
        frame = self._frame
        if frame is None or _is_below(frame, sys._getframe()):
            return True
        self.end()
        return False

    def check(self) -> None:
        """End it where the function of its holder is not running any more."""
        frame = self._frame
        running = sys._current_frames()
        # Greenlets are not among the threads, so whether one that waits is still running cannot be seen.
        if frame is None or threading.get_ident() not in running or _is_below(frame, running.get(self.thread)):
            self._missed = 0
            return
        # The other thread continues while its frames are walked, so a frame can be missed once.
        self._missed += 1
        if self._missed >= _CHECKS:
            self.end()


class ThreadLock:
    """A lock that its thread may take more than once, and that is free in a forked child.

    A child that was forked while another thread of its parent held the lock would wait without limit: that thread does not
    exist there.
    """

    def __init__(self) -> None:
        self._after_fork()
        fork.register(self)

    def _after_fork(self) -> None:
        first = _Claim()
        first.end()
        self._last = first

    def _holder(self) -> _Claim:
        fork.check()
        holder = self._last
        while holder.successor:
            holder = holder.successor["claim"]
        self._last = holder
        return holder

    @property
    def mine(self) -> bool:
        """Whether this thread holds it."""
        return self._holder().mine

    @property
    def taken(self) -> bool:
        """Whether any thread of this process holds it."""
        holder = self._holder()
        return not holder.over and (holder.thread != threading.get_ident() or holder.mine)

    def context(self, timeout: float, failure: Callable[[float], Exception]) -> Hold:
        """Return a context that waits for the lock and holds it.

        Args:
            timeout: How many seconds to wait.
            failure: Returns the error for a lock that was not free within `timeout`, which it is called with.
        """
        return Hold(self, timeout, failure)

    def hold(self, claim: _Claim, timeout: float) -> bool:
        """Wait for the lock and hold it with `claim`; return whether it was free in time."""
        deadline = monotonic() + timeout
        while True:
            holder = self._holder()
            if holder.over or (holder.thread == claim.thread and not holder.mine):
                if holder.successor.setdefault("claim", claim) is claim:
                    return True
                continue
            left = deadline - monotonic()
            if left <= 0:
                return False
            if holder.ended.acquire(timeout=min(left, _INTERVAL)):
                holder.wake()
            else:
                holder.check()


class Hold:
    """A context in which a `ThreadLock` is held; it yields whether this thread did not hold it before."""

    def __init__(self, lock: ThreadLock, timeout: float, failure: Callable[[float], Exception]) -> None:
        self._lock = lock
        self._timeout = timeout
        self._failure = failure
        self._claim: _Claim | None = None

    def __enter__(self) -> bool:
        if self._lock.mine:
            return False
        self._claim = claim = _Claim(_holding_function())
        try:
            if not self._lock.hold(claim, self._timeout):
                raise self._failure(self._timeout)
            return True
        except BaseException:
            claim.end()
            raise

    def __exit__(self, *exc_info: object) -> None:
        claim = self._claim
        if claim is not None:
            try:
                claim.end()
            finally:
                claim.end()


class Latch:
    """An event that happens once; unlike a ``threading.Event``, no interrupt leaves it locked."""

    def __init__(self) -> None:
        self._happened = False
        self._closed = threading.Lock()
        self._closed.acquire()

    def set(self) -> None:
        """Note that it has happened."""
        self._happened = True
        with contextlib.suppress(RuntimeError):  # it was released before
            self._closed.release()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until it has happened, or for `timeout` seconds; return whether it has happened."""
        try:
            self._closed.acquire(timeout=-1 if timeout is None else min(max(timeout, 0.0), threading.TIMEOUT_MAX))
        finally:
            if self._happened:
                self.set()  # for the next thread that waits
        return self._happened


def _holding_function() -> FrameType | None:
    """Return the frame of the innermost running function that is marked with `holds_locks`."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and frame.f_code not in _holders:
        frame = frame.f_back
    return frame


def _is_below(frame: FrameType, top: FrameType | None) -> bool:
    while top is not None:
        if top is frame:
            return True
        top = top.f_back
    return False
