"""Running a command that never outlives this process."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import attrs

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_KEEPER = Path(__file__).with_name("_keeper.py")


class StartError(RuntimeError):
    """A program for the tests could not be installed or started; the message ends with the last lines of its log."""


@attrs.frozen(kw_only=True)
class Command:
    """What to run, and how it is ended.

    Args:
        argv: The program and its arguments.
        cwd: The folder to run it in.
        env: Its whole environment.
        log: The file that takes its output, which is appended to.
        stop_signal: The signal that asks it to end.
        user: The name of the user to run it as; None for the present one.
        remove: Folders to remove if this process dies before the command has ended.
    """

    argv: Sequence[str]
    cwd: Path
    env: Mapping[str, str]
    log: Path
    stop_signal: int = signal.SIGTERM
    user: str | None = None
    remove: Sequence[Path] = ()


class KeptProcess:
    """A running command in its own process group, ended with its whole group when this process ends in any way.

    Args:
        command: What to run.

    Raises:
        StartError: The program could not be started at all.
    """

    def __init__(self, command: Command) -> None:
        self._command = command
        settings = {
            "command": list(command.argv),
            "log": str(command.log),
            "stop_signal": int(command.stop_signal),
            "user": command.user,
            "group": _group_of(command.user),
            "remove": [str(folder) for folder in command.remove],
        }
        self._keeper = subprocess.Popen(
            [sys.executable, "-I", "-S", str(_KEEPER), json.dumps(settings)],
            cwd=command.cwd,
            env=dict(command.env),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        assert self._keeper.stdin is not None
        assert self._keeper.stdout is not None
        line = self._keeper.stdout.readline()
        if not line:
            _, complaint = self._keeper.communicate()
            lines = complaint.decode(errors="replace").splitlines() or ["no output"]
            raise StartError(f"{command.argv[0]} cannot be run: {lines[-1]}")
        self.pid = int(line)

    def running(self) -> bool:
        """Whether the command is still there (suspended counts as running)."""
        return self._keeper.poll() is None

    def wait(self, timeout: float | None = None) -> int | None:
        """Waits for the command to end; `timeout` in seconds.

        Returns:
            Its exit code, or None if it still runs after that time.
        """
        try:
            code = self._keeper.wait(timeout)
        except subprocess.TimeoutExpired:
            return None
        for pipe in (self._keeper.stdin, self._keeper.stdout, self._keeper.stderr):
            if pipe is not None:
                pipe.close()
        return code

    def stop(self, grace: float = 10.0) -> None:
        """Asks the command to end, and kills it after `grace` seconds; does nothing when it has ended."""
        self.signal(self._command.stop_signal)
        if os.name == "posix":
            self.signal(signal.SIGCONT)  # a suspended process hears nothing else
        if self.wait(grace) is None:
            self.kill()

    def kill(self) -> None:
        """Ends the command and all that it started, at once."""
        self.signal(signal.SIGKILL if os.name == "posix" else signal.SIGTERM)
        self.wait()

    def signal(self, number: int) -> None:
        """Sends a signal to the command's process group, if it still runs."""
        if not self.running():
            return
        if os.name != "posix":
            subprocess.run(["taskkill", "/F", "/T", "/PID", str(self.pid)], check=False, capture_output=True)
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, number)


def _group_of(user: str | None) -> int | None:
    if user is None:
        return None
    import pwd

    return pwd.getpwnam(user).pw_gid


def tail(log: Path, lines: int = 20) -> str:
    """The last lines of a log, indented, for an error message."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - 64 * 1024))
            output = file.read().decode(errors="replace")
    except OSError:
        return "  (no log)"
    kept = output.rstrip().splitlines()[-lines:]
    return "\n".join(f"  {line}" for line in kept) or "  (the log is empty)"


# What a program needs to run at all. The rest of the environment stays outside: a SECRET or DB_HOST that is set for
# something else would silently configure the server under test.
_PASSED_ON = ("PATH", "HOME", "USER", "LANG", "TMPDIR", "TEMP", "TMP", "LD_LIBRARY_PATH", "SYSTEMROOT", "COMSPEC")


def clean_environment(extra: Iterable[tuple[str, str]] = ()) -> dict[str, str]:
    """The part of this process's environment that any program needs, and `extra`."""
    return {name: os.environ[name] for name in _PASSED_ON if name in os.environ} | dict(extra)


class Patience:
    """Counts down a time limit while something is being waited for.

    Args:
        seconds: How long to wait at most.
    """

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def left(self) -> bool:
        """Pauses for a moment; False when the time is up."""
        if time.monotonic() >= self._end:
            return False
        time.sleep(0.05)
        return True
