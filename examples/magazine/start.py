"""Start an example site, with a real Directus server that has something to show.

    make example-django
    make example-flask

prints the URL of the site, the URL of Directus, and an account as `email / password`. Ctrl-C ends everything; nothing is
left, as the data are in temporary folders (below ``TMPDIR``). These environment variables change it:

* ``ACCESS_TOKEN_TTL``, ``REFRESH_TOKEN_TTL``, ``SESSION_COOKIE_TTL``: handed to Directus,
* ``DIRECTUS_MODE``: ``json`` (the default) or ``session``, the mode in which visitors sign in,
* ``SITE_CACHE=off``: no cache of reads,
* ``SITE_PORT``: the port of the site; otherwise a free one,
* ``SSO=1``: sign-in through an OpenID provider too, which is started as well and knows every name.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import FrameType
from urllib.error import URLError

import attrs

from directus_sdk.testing import DirectusServer
from directus_sdk.testing.server.loopback import free_port
from directus_sdk.testing.server.process import Command, KeptProcess, Patience, StartError, tail

from .project import EDITOR_ROLE, EDITORS, IMAGES, Magazine

EXAMPLES = Path(__file__).parent.parent
#: Settings of Directus that are handed on.
LIFETIMES = ("ACCESS_TOKEN_TTL", "REFRESH_TOKEN_TTL", "SESSION_COOKIE_TTL")
PROVIDER = "openid"


@attrs.frozen
class Example:
    """How one of the example sites is started.

    Attributes:
        folder: Its folder in ``examples``.
        application: The WSGI application, for gunicorn.
        prepare: Arguments of Python that are run before, such as those that create the tables.
        webhook: The path that the flow calls.
        callback: The path to which visitors return from the provider.
    """

    folder: str
    application: str
    prepare: Sequence[str]
    webhook: str
    callback: str


SITES = {
    "django": Example(
        folder="django_site",
        application="saltmarsh.wsgi:application",
        prepare=("manage.py", "migrate", "--verbosity=0", "--no-input"),
        webhook="/directus/webhook/",
        callback="/directus/callback/",
    ),
    "flask": Example(
        folder="flask_site",
        application="saltmarsh:app",
        prepare=(),
        webhook="/directus/webhook",
        callback="/sso-callback",
    ),
}


class Site:
    """One of the sites, under gunicorn with two workers of eight threads.

    Args:
        name: A key of `SITES`.
        port: Its port; otherwise a free one.
        workers: How many worker processes.
        threads: How many threads each has.
    """

    def __init__(self, name: str, *, port: int | None = None, workers: int = 2, threads: int = 8) -> None:
        self.name = name
        self.example = SITES[name]
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.folder = Path(tempfile.mkdtemp(prefix=f"example-{name}-")).resolve()
        self.log = self.folder / "site.log"
        self._size = (workers, threads)
        self._process: KeptProcess | None = None

    def start(self, directus_url: str, webhook_secret: str, env: Mapping[str, str] | None = None) -> None:
        """Start it, and wait until it responds.

        Raises:
            StartError: It does not; the message has the end of its log.
        """
        home = EXAMPLES / self.example.folder
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(filter(None, (str(EXAMPLES.parent), os.environ.get("PYTHONPATH")))),
            "DIRECTUS_URL": directus_url,
            "WEBHOOK_SECRET": webhook_secret,
            "SECRET_KEY": secrets.token_urlsafe(50),
            "SITE_URL": self.url,
            "SITE_DATA": str(self.folder),
            **(env or {}),
        }
        if self.example.prepare:
            subprocess.run([sys.executable, *self.example.prepare], cwd=home, env=environment, check=True)
        workers, threads = self._size
        options = ["--preload", f"--workers={workers}", f"--threads={threads}", f"--bind=127.0.0.1:{self.port}"]
        # Connections stay open for longer than browsers wait between two pages.
        options += ["--keep-alive=75", "--graceful-timeout=3", "--access-logfile=-", "--no-control-socket"]
        argv = [sys.executable, "-m", "gunicorn", *options, self.example.application]
        self._process = KeptProcess(Command(argv=argv, cwd=home, env=environment, log=self.log, remove=[self.folder]))
        patience = Patience(60)
        while not self._responds():
            if not self._process.running() or not patience.left():
                raise StartError(f"the site does not respond at {self.url}; the end of its log:\n{tail(self.log)}")

    def workers(self) -> list[int]:
        """Return the process ids of gunicorn's workers (Linux only)."""
        assert self._process is not None
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children")
        return [int(pid) for pid in children.read_text().split()]

    def close(self) -> None:
        """Stop it, and remove its data."""
        if self._process is not None:
            self._process.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _responds(self) -> bool:
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(f"{self.url}/static/magazine.css", timeout=5):
                return True
        except (URLError, OSError):
            return False


@attrs.frozen
class Running:
    """What `running` yields."""

    server: DirectusServer
    magazine: Magazine
    sites: list[Site]


@contextlib.contextmanager
def running(
    *names: str,
    directus_env: Mapping[str, str] | None = None,
    site_env: Mapping[str, str] | None = None,
    issuer: str | None = None,
    port: int | None = None,
    workers: int = 2,
    threads: int = 8,
    images: int = IMAGES,
) -> Iterator[Running]:
    """Run one Directus server with the magazine, and sites that show it.

    Args:
        *names: The sites, ``"django"`` or ``"flask"``.
        directus_env: Settings of the server.
        site_env: Environment variables of the sites.
        issuer: The URL of an OpenID provider.
        port: The port of the site, if there is one only.
        workers: How many processes each site has.
        threads: How many threads each of them has.
        images: How many images there are.
    """
    site_env = dict(site_env or {})
    with contextlib.ExitStack() as stack:
        sites = []
        for name in names:
            site = Site(name, port=port, workers=workers, threads=threads)
            stack.callback(site.close)
            sites.append(site)
        # Flows may not call this machine unless the list of denied IP addresses is empty.
        env = {"PORT": str(free_port()), "IMPORT_IP_DENY_LIST": "", **(directus_env or {})}
        if issuer is not None:
            site_env["SSO_PROVIDERS"] = PROVIDER
            mode = site_env.get("DIRECTUS_MODE") or os.environ.get("DIRECTUS_MODE", "json")
            env |= sso_settings(issuer, sites, mode=mode)
        secret = secrets.token_urlsafe(24)
        # The sites start meanwhile: they send nothing before a visitor reads a page.
        threads_of_sites = stack.enter_context(ThreadPoolExecutor(max(1, len(sites))))
        starting = [threads_of_sites.submit(s.start, f"http://127.0.0.1:{env['PORT']}", secret, site_env) for s in sites]
        server = stack.enter_context(DirectusServer(env=env))
        magazine = Magazine(stack.enter_context(server.directus()))
        magazine.build(images)
        for site, start in zip(sites, starting, strict=True):
            start.result()
            magazine.connect(f"{site.url}{site.example.webhook}", secret)
        yield Running(server, magazine, sites)


def sso_settings(issuer: str, sites: Sequence[Site], *, mode: str) -> dict[str, str]:
    """Return the settings with which Directus signs visitors in through an OpenID provider."""
    name = f"AUTH_{PROVIDER.upper()}"
    return {
        "AUTH_PROVIDERS": PROVIDER,
        f"{name}_DRIVER": "openid",
        f"{name}_CLIENT_ID": "directus",
        f"{name}_CLIENT_SECRET": secrets.token_urlsafe(16),
        f"{name}_ISSUER_URL": f"{issuer}/.well-known/openid-configuration",
        f"{name}_ALLOW_PUBLIC_REGISTRATION": "true",
        f"{name}_DEFAULT_ROLE_ID": EDITOR_ROLE,
        # The pages to which Directus may send a visitor back, and what it leaves in a cookie for them.
        f"{name}_REDIRECT_ALLOW_LIST": ",".join(f"{site.url}{site.example.callback}" for site in sites),
        f"{name}_MODE": "session" if mode == "session" else "cookie",
    }


@contextlib.contextmanager
def provider() -> Iterator[str]:
    """Run an OpenID provider that knows every name, and yield its URL."""
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # deprecations of its libraries
        import oidc_provider_mock
    with oidc_provider_mock.run_server_in_thread(issue_refresh_token=False) as server:
        yield f"http://127.0.0.1:{server.server_port}"


def _end(_signal: int, _frame: FrameType | None) -> None:
    # A second Ctrl-C does not end the work that the first one began.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


def main(arguments: Sequence[str]) -> int:
    """Start the site of the arguments, and wait for Ctrl-C."""
    if len(arguments) != 1 or arguments[0] not in SITES:
        print(f"usage: python -m examples.magazine.start {'|'.join(SITES)}", file=sys.stderr)
        return 2
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _end)
    port = os.environ.get("SITE_PORT")
    lifetimes = {name: os.environ[name] for name in LIFETIMES if os.environ.get(name)}
    print(
        "Starting Directus and the site; the first run installs Directus, which takes some minutes …",
        file=sys.stderr,
        flush=True,
    )
    try:
        with contextlib.ExitStack() as stack:
            issuer = stack.enter_context(provider()) if os.environ.get("SSO") else None
            example = stack.enter_context(
                running(arguments[0], directus_env=lifetimes, issuer=issuer, port=int(port) if port else None)
            )
            print(f"Site:      {example.sites[0].url}")
            print(f"Directus:  {example.server.url}")
            print(f"Account:   {EDITORS[0]} / {example.magazine.password}", flush=True)
            print("Ctrl-C ends both.", file=sys.stderr, flush=True)
            while True:
                signal.pause()
    except KeyboardInterrupt:
        return 0
    except StartError as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
