from __future__ import annotations

import gc
import subprocess
import sys

import pytest

from directus_sdk.local import fork
from tests.forking import in_child, needs_fork

pytestmark = needs_fork


class Counter:
    def __init__(self) -> None:
        self.resets = 0
        fork.register(self)

    def _after_fork(self) -> None:
        self.resets += 1


class Interrupted(Counter):
    def _after_fork(self) -> None:
        super()._after_fork()
        if self.resets == 1:
            raise KeyboardInterrupt


def test_an_object_is_reset_in_each_child_and_not_in_the_parent() -> None:
    counter = Counter()
    assert in_child(lambda: (counter.resets, in_child(lambda: counter.resets))) == "(1, '2')"
    fork.check()
    assert counter.resets == 0


def test_a_child_resets_what_it_makes_itself_in_its_own_children_only() -> None:
    def work() -> object:
        counter = Counter()
        fork.check()
        return counter.resets, in_child(lambda: counter.resets)

    assert in_child(work) == "(0, '1')"


def test_registering_does_not_keep_an_object() -> None:
    Counter()
    gc.collect()
    assert not [each for each in fork._objects if isinstance(each, Counter)]


def test_an_interrupted_reset_is_completed_by_the_next_check(monkeypatch: pytest.MonkeyPatch) -> None:
    reported: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda error: reported.append(error.exc_type))
    interrupted = Interrupted()

    def work() -> object:
        before = interrupted.resets
        fork.check()
        fork.check()
        return reported, before, interrupted.resets

    assert in_child(work) == "([<class 'KeyboardInterrupt'>], 1, 2)"


@pytest.mark.skipif(sys.platform != "linux", reason="calls fork of the C library")
def test_a_fork_that_runs_no_hooks_is_noticed() -> None:
    """As uWSGI forks its workers."""
    code = """
import ctypes, os, sys
from directus_sdk import RequestsTransport
from directus_sdk.local import fork
from tests.forking import in_child, needs_fork
class Counter:
    resets = 0
    def _after_fork(self):
        self.resets += 1
counter = Counter()
fork.register(counter)
child = ctypes.PyDLL(None).fork()
if child == 0:
    assert counter.resets == 0
    RequestsTransport().close()
    os._exit(counter.resets)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert result.stdout == "1\n", result.stderr
