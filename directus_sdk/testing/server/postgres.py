"""A PostgreSQL server of one's own, for a Directus that runs on it."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from .loopback import free_port
from .process import Command, KeptProcess, Patience, StartError, clean_environment, tail

if TYPE_CHECKING:
    from collections.abc import Iterable

_USER = "directus"
# The data is thrown away, so nothing needs to survive a power cut; the defaults would wait for the disk all the time.
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "64MB",
    "timezone": "UTC",
}


class PostgresServer:
    """PostgreSQL on a free port of 127.0.0.1, in a data folder of its own.

    PostgreSQL refuses to run as root: then it runs as the user `nobody`.

    Args:
        folder: The data folder; it is made by `initialize()` unless a copy of another is there.
        log: The file for its output.
        password: The password of its only user.
        timeout: Seconds to wait for it to respond.
        remove: Folders to remove if this process dies before the server is stopped.

    Raises:
        StartError: PostgreSQL is not installed.
    """

    def __init__(self, folder: Path, log: Path, password: str, *, timeout: float = 60.0, remove: Iterable[Path] = ()) -> None:
        self.folder = folder
        self.port = free_port()
        self._log = log
        self._password = password
        self._timeout = timeout
        self._remove = list(remove)
        self._programs = programs()
        self._user = "nobody" if os.name == "posix" and os.geteuid() == 0 else None
        self._process: KeptProcess | None = None

    @property
    def env(self) -> dict[str, str]:
        """The settings with which Directus finds it."""
        return {
            "DB_CLIENT": "pg",
            "DB_HOST": "127.0.0.1",
            "DB_PORT": str(self.port),
            "DB_DATABASE": "postgres",
            "DB_USER": _USER,
            "DB_PASSWORD": self._password,
        }

    def initialize(self) -> None:
        """Makes an empty database cluster."""
        self.folder.mkdir()
        password_file = self.folder.with_name("postgres-password")
        password_file.touch(mode=0o600)
        password_file.write_text(self._password)
        self._own(self.folder, password_file)
        options = ["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--no-sync"]
        process = self._run("initdb", "-D", ".", "-U", _USER, f"--pwfile={password_file}", *options)
        code = process.wait(self._timeout)
        process.kill()
        password_file.unlink()
        if code != 0:
            raise StartError(f"initdb failed; the end of its log:\n{tail(self._log)}")

    def start(self) -> None:
        """Starts the server and waits until it responds; does nothing when it runs."""
        if self._process is not None and self._process.running():
            return
        self._own(self.folder, *self.folder.rglob("*"))
        settings = [part for name, value in _SETTINGS.items() for part in ("-c", f"{name}={value}")]
        self._process = self._run("postgres", "-D", ".", "-p", str(self.port), *settings)
        try:
            self._wait_until_ready(self._process)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stops the server; its data stays."""
        if self._process is not None:
            self._process.stop()
            self._process = None

    def _wait_until_ready(self, process: KeptProcess) -> None:
        patience = Patience(self._timeout)
        probe = [str(self._programs / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        while subprocess.run(probe, env=clean_environment(), check=False).returncode != 0:
            if not process.running() or not patience.left():
                raise StartError(f"PostgreSQL did not start; the end of its log:\n{tail(self._log)}")

    def _run(self, program: str, *arguments: str) -> KeptProcess:
        return KeptProcess(
            Command(
                argv=[str(self._programs / program), *arguments],
                cwd=self.folder,
                env=clean_environment([("LC_ALL", "C"), ("TZ", "UTC")]),
                log=self._log,
                stop_signal=signal.SIGINT,  # "fast": SIGTERM would wait for every client to leave
                user=self._user,
                remove=self._remove,
            )
        )

    def _own(self, *paths: Path) -> None:
        if self._user is None or self.folder.owner() == self._user:
            return
        self.folder.parent.chmod(0o711)  # the way to it must be open, too
        for path in paths:
            shutil.chown(path, self._user)


def programs() -> Path:
    """The folder with the programs of PostgreSQL: of the one on PATH, else the newest of Debian's packages.

    Raises:
        StartError: PostgreSQL is not installed.
    """
    on_path = shutil.which("postgres")
    candidates = [Path(on_path).resolve().parent] if on_path else []
    candidates += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_number, reverse=True)
    for folder in candidates:
        if all((folder / name).exists() for name in ("initdb", "postgres", "pg_isready")):
            return folder
    raise StartError(
        "PostgreSQL is not installed: neither on PATH nor in /usr/lib/postgresql. "
        "On Debian and Ubuntu: apt-get install postgresql"
    )


def major_version() -> str:
    """The major version of the installed PostgreSQL, such as `"15"`: data folders fit only one."""
    output = subprocess.run([programs() / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
    number = re.search(r"\d+", output)
    return number.group() if number else output.strip()


def _number(folder: Path) -> float:
    try:
        return float(folder.parent.name)
    except ValueError:
        return 0.0
