"""A lock between the threads of a process that no interrupt leaves taken.

An exception of a signal handler (Ctrl-C, a task's time limit) or one that another thread raises here can strike between
any two steps: after a lock was taken and before anybody knows it, or before the step that frees it. So this lock

* is taken in one step that also says by whom,
* is freed by each way out, and more than once does no harm,
* is free where its holder cannot be at it any more: the function that held it has ended.

Its parts are primitives of C, each of whose calls is done whole or not at all.
"""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from collections.abc import Callable
from types import FrameType

from directus_sdk.local.clock import monotonic

#: Seconds between two looks at a holder that may not be at it any more, and how many looks make that sure.
_LOOK = 0.1
_LOOKS = 3

#: Whoever holds a lock for as long as one of its functions runs. Elsewhere a lock may be handed on, as a storage does to
#: the caller of its ``lock()``.
_SCOPED = "directus_sdk.auth."
_HANDS_ON = "directus_sdk.auth.storage"


class _Claim:
    """The place of one holder in the order of holders."""

    def __init__(self, frame: FrameType | None = None) -> None:
        self.thread = threading.get_ident()
        self.over = False
        #: Who came after it; `dict.setdefault` lets in one.
        self.successor: dict[str, _Claim] = {}
        self._frame = frame
        self._missed = 0
        #: Free when it is over. Each thread that waits takes it and rings for the next one.
        self.bell = threading.Lock()
        self.bell.acquire()

    def end(self) -> None:
        self.over = True
        self._frame = None
        self.ring()

    def ring(self) -> None:
        with contextlib.suppress(RuntimeError):  # it was rung before
            self.bell.release()

    @property
    def mine(self) -> bool:
        """Whether this thread holds it; one that this thread has left behind ends here."""
        if self.over or self.thread != threading.get_ident():
            return False
        frame = self._frame
        if frame is None or _is_below(frame, sys._getframe()):
            return True
        self.end()
        return False

    def look(self) -> None:
        """End it where its holder cannot be at it any more."""
        frame = self._frame
        running = sys._current_frames()
        # Where threads are greenlets, they are not among them, and nothing can be said of those that wait.
        if frame is None or threading.get_ident() not in running or _is_below(frame, running.get(self.thread)):
            self._missed = 0
            return
        # The other thread runs on while its frames are walked; what is missed once may have been overtaken.
        self._missed += 1
        if self._missed >= _LOOKS:
            self.end()


class ThreadLock:
    """A lock that its thread may take more than once, and that is new in a forked child.

    A child that was forked while another thread of its parent held the lock would wait for ever: that thread does not
    exist there. So every process has an order of holders of its own.
    """

    def __init__(self) -> None:
        self._last: dict[int, _Claim] = {}

    def _holder(self) -> _Claim:
        here = os.getpid()
        found = self._last.get(here)
        if found is None:
            first = _Claim()
            first.end()
            found = self._last.setdefault(here, first)
        while found.successor:
            found = found.successor["claim"]
        self._last[here] = found
        return found

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
            failure: Makes the error for a lock that did not come free, of `timeout`.
        """
        return Hold(self, timeout, failure)

    def hold(self, claim: _Claim, timeout: float) -> bool:
        """Wait for the lock and hold it with `claim`; return whether it came free."""
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
            if holder.bell.acquire(timeout=min(left, _LOOK)):
                holder.ring()
            else:
                holder.look()


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
        self._claim = claim = _Claim(_scope())
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


def _scope() -> FrameType | None:
    """Return the function that holds a lock as long as it runs, if such a one asks for it."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        module = str(frame.f_globals.get("__name__"))
        if module.startswith(_SCOPED) and module != _HANDS_ON:
            break
        frame = frame.f_back
    return frame


def _is_below(frame: FrameType, top: FrameType | None) -> bool:
    while top is not None:
        if top is frame:
            return True
        top = top.f_back
    return False
