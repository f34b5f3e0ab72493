"""A real Directus for tests, from npm, on this machine."""

from __future__ import annotations

import atexit
import shutil
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from directus_sdk.local import fork

from .base import AnyServer
from .cache import built_once, cache_folder
from .install import DEFAULT_VERSION, Installation, full_version, install
from .instance import Instance
from .postgres import major_version
from .process import StartError
from .secrets import Secrets

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import TracebackType

DATABASES = ("sqlite3", "postgres")
_TEMPLATES = "templates-1"  # count up when the content of a data folder changes


class DirectusServer(AnyServer):
    """Runs a Directus of your own: on a free port of 127.0.0.1, with an empty database and one administrator.

    The first use of a version installs it, which takes some minutes; later servers start in about three seconds,
    on a copy of a data folder that was prepared once. The server ends with this process, however that ends.

    Args:
        version: The version of Directus: 9.26.0, 10.13.4, 11.17.4 and 12.4.1 are known to run. `"9"` to `"12"` are
            short for these.
        database: `"sqlite3"`, or `"postgres"` for a PostgreSQL of its own.
        env: Settings of the server, as its documentation names them. They win over ours; ours differ from
            the server's own in that web sockets are on, and telemetry, the check of the mail setup and the pressure
            limiter are off. Settings that begin with `ADMIN_` or `DB_` make the start some seconds longer.
        timeout: Seconds to wait for the server to respond.

    Raises:
        ValueError: An unknown database or something that is not a version.

    Example:
        >>> from directus_sdk.testing import DirectusServer
        >>> with DirectusServer(env={"ACCESS_TOKEN_TTL": "5s"}) as server:
        ...     server.directus().server.ping()
        'pong'
    """

    def __init__(
        self,
        version: str = DEFAULT_VERSION,
        database: str = "sqlite3",
        env: Mapping[str, str] | None = None,
        *,
        timeout: float = 120.0,
    ) -> None:
        if database not in DATABASES:
            raise ValueError(f"database must be one of {', '.join(DATABASES)}: {database!r}")
        self._version = full_version(version)
        self._database = database
        self._env = dict(env or {})
        self._timeout = timeout
        self._instance: Instance | None = None
        fork.register(self)

    @property
    def url(self) -> str:
        """The server's URL."""
        return self._made.url

    @property
    def version(self) -> str:
        """The server's version."""
        return self._version

    @property
    def database(self) -> str:
        """The database it runs on: `"sqlite3"` or `"postgres"`."""
        return self._database

    @property
    def admin_email(self) -> str:
        """The email address of the administrator."""
        return self._made.environment()["ADMIN_EMAIL"]

    @property
    def admin_password(self) -> str:
        """The password of the administrator."""
        return self._made.environment()["ADMIN_PASSWORD"]

    @property
    def admin_token(self) -> str:
        """The static token of the administrator."""
        return self._made.environment()["ADMIN_TOKEN"]

    @property
    def log(self) -> Path:
        """The file with the server's output; it is removed with the server."""
        return self._made.log

    @property
    def folder(self) -> Path:
        """The temporary data folder: `data.db`, `uploads`, `extensions`, the log."""
        return self._made.folder

    @property
    def pid(self) -> int | None:
        """The process id of the server (and of its process group), or None when it does not run."""
        return self._instance.pid if self._instance is not None else None

    def start(self) -> DirectusServer:
        """Starts the server and waits until it responds; does nothing when it runs.

        After `stop()` or `kill()` it starts on the same port again with the same data.

        Raises:
            ImportError: The extra `server` is not installed.
            StartError: It could not be installed or started; the message ends with the last lines of the log.
        """
        if self._instance is None:
            self._instance = self._first_start()
            atexit.register(self.close)
        elif self.pid is None:
            self._instance.start()
        return self

    def stop(self) -> None:
        """Stops the server, and its database; the port and the data are kept for `start()`."""
        if self._instance is not None:
            self._instance.stop()

    def kill(self) -> None:
        """Ends the server at once, in the middle of what it does; the port and the data are kept for `start()`."""
        if self._instance is not None:
            self._instance.kill()

    def restart(self, down: float = 0) -> None:
        """Stops the server and starts it again on the same port with the same data.

        Args:
            down: Seconds between the two in which connections are refused.
        """
        self._made.stop(database=False)
        time.sleep(down)
        self._made.start()

    def suspend(self) -> None:
        """Freezes the server: it takes connections and does not respond, until `resume()`. Not on Windows."""
        self._made.pause(True)

    def resume(self) -> None:
        """Lets a suspended server go on."""
        self._made.pause(False)

    def close(self) -> None:
        """Stops the server for good and removes its data; `start()` would make a new one."""
        atexit.unregister(self.close)
        instance, self._instance = self._instance, None
        if instance is not None:
            instance.stop()
            shutil.rmtree(instance.folder, ignore_errors=True)

    def __enter__(self) -> DirectusServer:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None) -> None:
        self.close()

    def __repr__(self) -> str:
        where = self._instance.url if self._instance is not None else "not started"
        return f"<DirectusServer {self._version} on {self._database}, {where}>"

    @property
    def _made(self) -> Instance:
        if self._instance is None:
            raise RuntimeError("the server was not started: use `with DirectusServer() as server:`, or start()")
        return self._instance

    def _after_fork(self) -> None:
        atexit.unregister(self.close)  # the server is the parent's

    def _first_start(self) -> Instance:
        installation = install(self._version)
        if any(name.startswith(("ADMIN_", "DB_")) for name in self._env):
            return self._in_new_folder(installation, _make_secrets, Instance.bootstrap)
        template = _template(installation, self._database, self._timeout)
        return self._in_new_folder(installation, lambda folder: _copy(template, folder), Instance.start)

    def _in_new_folder(
        self, installation: Installation, fill: Callable[[Path], None], start: Callable[[Instance], None]
    ) -> Instance:
        attempts = 3
        while True:
            attempts -= 1
            folder = _new_folder()
            try:
                fill(folder)
                instance = Instance(installation, folder, self._database, self._env, self._timeout)
                start(instance)
            except BaseException as error:
                shutil.rmtree(folder, ignore_errors=True)
                port_was_taken = isinstance(error, StartError) and "already in use" in str(error)
                if not port_was_taken or "PORT" in self._env or not attempts:
                    raise
            else:
                return instance


def _template(installation: Installation, database: str, timeout: float) -> Path:
    """The data folder that new servers of this version get a copy of; made once."""

    def build(target: Path) -> None:
        folder = _new_folder()  # not in the target: PostgreSQL as another user might have no way to it
        try:
            _make_secrets(folder)
            instance = Instance(installation, folder, database, {}, timeout)
            instance.bootstrap()
            instance.stop()
            _copy(folder, target)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    kind = f"postgres{major_version()}" if database == "postgres" else database
    return built_once(cache_folder() / _TEMPLATES / f"{installation.version}-{kind}", build)


def _new_folder() -> Path:
    return Path(tempfile.mkdtemp(prefix="directus-server-")).resolve()


def _make_secrets(folder: Path) -> None:
    Secrets().save(folder)


def _copy(source: Path, target: Path) -> None:
    shutil.copytree(source, target, dirs_exist_ok=True, symlinks=True, ignore=shutil.ignore_patterns("*.log"))
