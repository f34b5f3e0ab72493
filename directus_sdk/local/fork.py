"""Resets objects in the child of a fork, where locks, threads and connections of the parent must not be used."""

from __future__ import annotations

import os
from typing import Protocol
from weakref import WeakSet


class ForkAware(Protocol):
    """An object with state that belongs to one process."""

    def _after_fork(self) -> None:
        """Replace the state that belongs to the parent.

        It is called in the child, before any other code there. It must not take a lock that existed at the fork, because a
        thread of the parent may have held it, and calling it twice must do no harm.
        """


_objects: WeakSet[ForkAware] = WeakSet()
#: The process in which the objects were made or were last reset.
_process = [os.getpid()]


def register(each: ForkAware) -> None:
    """Have an object reset in every child that is forked while the object exists."""
    _objects.add(each)


def check() -> None:
    """Reset the objects if this is a child in which that has not been done, or was interrupted.

    uWSGI forks its workers without running the hooks of Python unless its threads are enabled. So what is used by every
    call, and what takes a lock, calls this first.
    """
    if _process[0] != os.getpid():
        _reset()


def _reset() -> None:
    for each in list(_objects):
        each._after_fork()
    _process[0] = os.getpid()


if hasattr(os, "register_at_fork"):  # not on Windows, which has no fork
    os.register_at_fork(after_in_child=_reset)
