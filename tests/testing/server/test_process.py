"""Nothing that was started may outlive the process that started it.

A named pipe tells without waiting in loops: reading from it ends when the last process that has it open is gone.
"""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from directus_sdk.testing.server.process import Command, KeptProcess, StartError, clean_environment, tail

pytestmark = pytest.mark.skipif(os.name != "posix", reason="named pipes and signals")

# A program with a child of its own; both hold the pipe open.
HOLDS_THE_PIPE = "exec 3>life; echo started; echo ready >&3; sleep 600 & wait"

PARENT = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored if this run is in the background of a shell
signal.signal(signal.SIGHUP, signal.SIG_DFL)  # and under nohup
from pathlib import Path
from directus_sdk.testing.server.process import Command, KeptProcess, clean_environment
folder = Path(sys.argv[1])
kept = KeptProcess(Command(argv=["sh", "-c", sys.argv[2]], cwd=folder, env=clean_environment(), log=folder / "log",
                           remove=[folder / "data"]))
print(kept.pid, flush=True)
sys.stdin.read()
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    os.mkfifo(tmp_path / "life")
    return tmp_path


def kept(folder: Path, script: str = HOLDS_THE_PIPE, **options: object) -> KeptProcess:
    command = Command(argv=["sh", "-c", script], cwd=folder, env=clean_environment(), log=folder / "log")
    return KeptProcess(command)


class Life:
    """Watches the processes that hold the pipe open."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        assert os.read(descriptor, 100) == b"ready\n"

    def assert_over(self) -> None:
        readable, _, _ = select.select([self._descriptor], [], [], 30)
        assert readable, "a process still runs"
        assert os.read(self._descriptor, 1) == b""


@contextmanager
def watch(folder: Path) -> Iterator[Life]:
    descriptor = os.open(folder / "life", os.O_RDONLY)
    try:
        yield Life(descriptor)
    finally:
        os.close(descriptor)


def test_stop_ends_the_command_and_its_children(folder: Path) -> None:
    process = kept(folder)
    with watch(folder) as life:
        assert process.running()
        process.stop()
        life.assert_over()
    assert not process.running()
    process.stop()  # once more does nothing
    process.kill()


def test_kill_ends_what_does_not_listen(folder: Path) -> None:
    process = kept(folder, "trap '' TERM; " + HOLDS_THE_PIPE)
    with watch(folder) as life:
        process.stop(grace=0.1)
        life.assert_over()
    assert process.wait() not in (0, None)


def test_what_a_command_left_running_ends_with_it(folder: Path) -> None:
    process = kept(folder, "exec 3>life; (trap '' TERM; echo ready >&3; exec sleep 600) & wait")
    with watch(folder) as life:
        process.stop()
        life.assert_over()


def test_a_suspended_command_is_asked_to_end_too(folder: Path) -> None:
    process = kept(folder, "trap 'exit 0' TERM; " + HOLDS_THE_PIPE)
    with watch(folder) as life:
        process.signal(signal.SIGSTOP)
        assert process.running()
        process.stop(grace=5)
        life.assert_over()
    assert process.wait() == 0


@pytest.fixture
def parent(folder: Path) -> Iterator[subprocess.Popen[str]]:
    (folder / "data").mkdir()
    argv = [sys.executable, "-c", PARENT, str(folder), HOLDS_THE_PIPE]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield process


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_it_ends_when_its_parent_is_killed(number: signal.Signals, parent: subprocess.Popen[str], folder: Path) -> None:
    with watch(folder) as life:
        parent.send_signal(number)
        life.assert_over()
    assert parent.wait() != 0


def test_it_ends_when_its_parent_ends_without_stopping_it(parent: subprocess.Popen[str], folder: Path) -> None:
    assert parent.stdin is not None
    with watch(folder) as life:
        parent.stdin.close()
        life.assert_over()
    assert parent.wait() == 0


def test_a_suspended_command_ends_with_its_parent(parent: subprocess.Popen[str], folder: Path) -> None:
    assert parent.stdout is not None
    with watch(folder) as life:
        os.killpg(int(parent.stdout.readline()), signal.SIGSTOP)
        parent.kill()
        life.assert_over()


def test_the_exit_code_and_the_output_are_kept(folder: Path) -> None:
    process = kept(folder, "echo one; echo two >&2; exit 7")
    assert process.wait() == 7
    assert (folder / "log").read_text() == "one\ntwo\n"


def test_a_program_that_is_not_there(folder: Path) -> None:
    command = Command(argv=["/nonexistent/node"], cwd=folder, env=clean_environment(), log=folder / "log")
    with pytest.raises(StartError, match="/nonexistent/node cannot be run: FileNotFoundError"):
        KeptProcess(command)


def test_the_environment_is_clean(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET", "of something else")
    monkeypatch.setenv("DB_CLIENT", "oracledb")
    environment = clean_environment([("KEY", "ours")])
    assert "SECRET" not in environment
    assert "DB_CLIENT" not in environment
    assert environment["KEY"] == "ours"
    assert environment["PATH"] == os.environ["PATH"]


def test_tail(tmp_path: Path) -> None:
    log = tmp_path / "log"
    assert "no log" in tail(log)
    log.write_text("")
    assert "empty" in tail(log)
    log.write_bytes(b"\n".join(b"%d \xff" % number for number in range(50_000)))
    assert tail(log, 2) == "  49998 \ufffd\n  49999 \ufffd"
