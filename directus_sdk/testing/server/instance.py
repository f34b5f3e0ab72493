"""One data folder and the processes that serve it."""

from __future__ import annotations

import json
import signal
import sys
import urllib.error
from typing import TYPE_CHECKING

from .loopback import call, free_port
from .postgres import PostgresServer
from .process import Command, KeptProcess, Patience, StartError, clean_environment, tail
from .secrets import Secrets

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from .install import Installation


class Instance:
    """Runs an installed Directus on a data folder.

    Args:
        installation: The program.
        folder: The data folder, with the secrets that belong to it.
        database: `"sqlite3"` or `"postgres"`.
        env: Settings of the server that win over all others.
        timeout: Seconds to wait for the server to respond.
    """

    def __init__(self, installation: Installation, folder: Path, database: str, env: Mapping[str, str], timeout: float) -> None:
        self.installation = installation
        self.folder = folder
        self.log = folder / "directus.log"
        self.secrets = Secrets.load(folder)
        self.port = int(env.get("PORT") or free_port())
        self._env = env
        self._timeout = timeout
        self._process: KeptProcess | None = None
        self._postgres: PostgresServer | None = None
        if database == "postgres":
            self._postgres = PostgresServer(
                folder / "postgres",
                folder / "postgres.log",
                self.secrets.database_password,
                timeout=timeout,
                remove=[folder],
            )

    @property
    def url(self) -> str:
        """The server's URL."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int | None:
        """The process id of the server, or None when it does not run."""
        return self._process.pid if self._process is not None and self._process.running() else None

    def environment(self) -> dict[str, str]:
        """All settings of the server."""
        database = {"DB_CLIENT": "sqlite3", "DB_FILENAME": str(self.folder / "data.db")}
        return clean_environment(
            {
                **(self._postgres.env if self._postgres else database),
                "HOST": "127.0.0.1",
                "PORT": str(self.port),
                "PUBLIC_URL": self.url,
                "KEY": self.secrets.key,
                "SECRET": self.secrets.secret,
                "ADMIN_EMAIL": self.secrets.admin_email,
                "ADMIN_PASSWORD": self.secrets.admin_password,
                "ADMIN_TOKEN": self.secrets.admin_token,
                "STORAGE_LOCAL_ROOT": str(self.folder / "uploads"),
                "EXTENSIONS_PATH": str(self.folder / "extensions"),
                "WEBSOCKETS_ENABLED": "true",
                "TELEMETRY": "false",
                "EMAIL_VERIFY_SETUP": "false",
                # It responds with 503 when the machine is busy, which a machine that runs tests is.
                "PRESSURE_LIMITER_ENABLED": "false",
                "TZ": "UTC",
                "NODE_ENV": "production",
                **self._env,
            }.items()
        )

    def bootstrap(self) -> None:
        """Fills an empty data folder, starts the server and gives the first user its token."""
        (self.folder / "package.json").write_text(json.dumps({"name": "directus-project", "version": "1.0.0"}))
        (self.folder / "uploads").mkdir()
        (self.folder / "extensions").mkdir()
        if self._postgres is not None:
            self._postgres.initialize()
            self._postgres.start()
        try:
            self._process = self._run("bootstrap")
            code = self._process.wait(self._timeout)
            if code != 0:
                self.kill()
                what = f"ended with {code}" if code is not None else f"took more than {self._timeout:.0f} s"
                raise StartError(f"the bootstrap of {self} {what}; the end of its log:\n{tail(self.log)}")
            self.start()
            self._give_token()
        except BaseException:
            self.stop()
            raise

    def start(self) -> None:
        """Starts the server, and its database, and waits until it responds."""
        if self._postgres is not None:
            self._postgres.start()
        self.stop(database=False)  # it may have ended by itself
        self._process = self._run("start")
        try:
            self._wait_until_ready(self._process)
        except BaseException:
            self.stop()
            raise

    def stop(self, *, database: bool = True) -> None:
        """Stops the server, and its database unless `database` is false; the data stays."""
        if self._process is not None:
            self._process.stop()
            self._process = None
        if database and self._postgres is not None:
            self._postgres.stop()

    def kill(self) -> None:
        """Ends the server in the middle of what it does."""
        if self._process is not None:
            self._process.kill()
            self._process = None

    def pause(self, paused: bool) -> None:
        """Stops or continues the server's execution; its connections stay open."""
        if sys.platform == "win32":
            raise NotImplementedError("a process cannot be suspended on Windows")
        if self._process is None or not self._process.running():
            raise RuntimeError(f"{self} does not run")
        self._process.signal(signal.SIGSTOP if paused else signal.SIGCONT)

    def __str__(self) -> str:
        return f"Directus {self.installation.version}"

    def _run(self, action: str) -> KeptProcess:
        return KeptProcess(
            Command(
                argv=self.installation.command(action),
                cwd=self.folder,
                env=self.environment(),
                log=self.log,
                remove=[self.folder],
            )
        )

    def _wait_until_ready(self, process: KeptProcess) -> None:
        patience = Patience(self._timeout)
        while True:
            try:
                call("GET", f"{self.url}/server/ping", timeout=5)
                responded = True
            except OSError:
                responded = False
            # In this order: a response on our port while our process has ended is from another server.
            if not process.running():
                code = process.wait()
                raise StartError(f"{self} ended with {code} while it started; the end of its log:\n{tail(self.log)}")
            if responded:
                return
            if not patience.left():
                raise StartError(f"{self} did not respond within {self._timeout:.0f} s; the end of its log:\n{tail(self.log)}")

    def _give_token(self) -> None:
        """Versions before 10 do not read ADMIN_TOKEN."""
        values = self.environment()
        token = values["ADMIN_TOKEN"]
        try:
            call("GET", f"{self.url}/users/me", token=token)
        except urllib.error.HTTPError as refused:
            if refused.code not in (401, 403):
                raise
            login = {"email": values["ADMIN_EMAIL"], "password": values["ADMIN_PASSWORD"]}
            signed_in = call("POST", f"{self.url}/auth/login", body=login)
            call("PATCH", f"{self.url}/users/me", token=signed_in["data"]["access_token"], body={"token": token})
