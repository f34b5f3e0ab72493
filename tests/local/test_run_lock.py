"""The lock file beside a user's file: it is there while a run holds it, and never after it."""

from __future__ import annotations

from functools import partial
from itertools import count
from pathlib import Path

import pytest

from directus_sdk.errors import ConfigurationError
from directus_sdk.local.run_lock import FileLock
from tests.interrupting import Interrupter, TimeLimit


def use(lock: FileLock) -> None:
    with lock.acquired("busy"):
        pass


@pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")  # the interpreter closes what an interrupt dropped
@pytest.mark.parametrize("error", [KeyboardInterrupt, TimeLimit])
def test_an_interrupt_at_any_line_leaves_no_lock_file(tmp_path: Path, error: type[BaseException]) -> None:
    for number in count():
        interrupter, lock = Interrupter(number, error), FileLock(tmp_path / "out.csv")
        interrupter.run(partial(use, lock))
        del lock  # an interrupt at the end of the block leaves this to the destructor
        assert list(tmp_path.iterdir()) == [], interrupter.place
        if interrupter.place is None:
            break
    assert number > 20


def test_the_file_of_another_holder_stays(tmp_path: Path) -> None:
    with FileLock(tmp_path / "out.csv").acquired("busy"):
        with pytest.raises(ConfigurationError, match="busy"):
            use(FileLock(tmp_path / "out.csv"))
        assert [file.name for file in tmp_path.iterdir()] == ["out.csv.lock"]
    assert list(tmp_path.iterdir()) == []


def test_a_lock_whose_file_another_run_has_replaced_removes_nothing(tmp_path: Path) -> None:
    first, second = FileLock(tmp_path / "out.csv"), FileLock(tmp_path / "out.csv")
    assert first.take()
    first.path.unlink()  # as a user may do
    assert second.take()
    first.leave()
    assert second.path.exists()
    second.leave()
    assert list(tmp_path.iterdir()) == []
