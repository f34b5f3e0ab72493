"""A guardian process: runs one command and ends it when the process that asked for it has ended.

Run as a script with nothing but the standard library. Its standard input is a pipe whose other end only the parent
holds, so it sees the end of the file when the parent exits, however that happens: then it stops the command's process
group and removes the folders that it was given. Nothing that the parent does (atexit, signal handlers) could promise that
after a SIGKILL.

Usage: ``_keeper.py <json settings>``. It writes the command's process id to its standard output, and
exits when the command has ended.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

GRACE = 5.0  # seconds between the polite signal and the last one


def main() -> int:
    settings: dict[str, Any] = json.loads(sys.argv[1])
    stop_signal: int = settings["stop_signal"]
    options: dict[str, Any] = {}
    if os.name == "posix":
        options["start_new_session"] = True
        if settings["user"]:
            options.update(user=settings["user"], group=settings["group"], extra_groups=[])
        if sys.platform == "linux":
            options["preexec_fn"] = _dies_with_its_parent(stop_signal)
    with Path(settings["log"]).open("ab", buffering=0) as log:
        child = subprocess.Popen(settings["command"], stdin=subprocess.DEVNULL, stdout=log, stderr=log, **options)
    with contextlib.suppress(BrokenPipeError):  # the parent may have ended already, as its watcher will see
        os.write(1, f"{child.pid}\n".encode())
    orphaned = threading.Event()
    threading.Thread(target=_watch_parent, args=(child, stop_signal, orphaned), daemon=True).start()
    code = child.wait()
    if os.name == "posix":
        _signal_group(child, signal.SIGKILL)  # what it started and left
    if orphaned.is_set():
        for folder in settings["remove"]:
            shutil.rmtree(folder, ignore_errors=True)
    return code


def _watch_parent(child: subprocess.Popen[bytes], stop_signal: int, orphaned: threading.Event) -> None:
    # os.read, because a thread blocked in sys.stdin would hold its lock when the interpreter ends.
    while os.read(0, 1):
        pass
    orphaned.set()
    if os.name != "posix":
        subprocess.run(["taskkill", "/F", "/T", "/PID", str(child.pid)], check=False, capture_output=True)
        return
    _signal_group(child, stop_signal)
    _signal_group(child, signal.SIGCONT)  # a suspended process hears nothing else
    with contextlib.suppress(subprocess.TimeoutExpired):
        child.wait(GRACE)
    _signal_group(child, signal.SIGKILL)


def _signal_group(child: subprocess.Popen[bytes], number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, number)


def _dies_with_its_parent(number: int) -> Callable[[], None]:
    """Linux only: the command ends when this guardian itself is killed."""
    try:
        import ctypes

        prctl = ctypes.CDLL(None).prctl
    except (ImportError, OSError, AttributeError):
        return lambda: None
    pr_set_pdeathsig = 1
    return lambda: prctl(pr_set_pdeathsig, number, 0, 0, 0)


if __name__ == "__main__":
    code = main()
    os._exit(code if 0 <= code <= 255 else 1)
