"""pytest fixtures for tests against a real Directus.

Put `pytest_plugins = ["directus_sdk.testing.plugin"]` into the topmost `conftest.py` of your tests. Then a test gets

* `directus`: a client with the permissions of an administrator, closed after the test,
* `directus_server`: the server, one for the whole run.

The fixture `directus_env` returns settings for a server that is started, none by default; override it in your `conftest.py`
for a server with a rate limit, a cache or mail. A server that runs already keeps its own settings.

The environment chooses the server: DIRECTUS_VERSION and DIRECTUS_DATABASE (`sqlite3`, `postgres`) what is started, or
DIRECTUS_TEST_URL and DIRECTUS_TEST_TOKEN one that runs already. A server outside this machine is used only
with DIRECTUS_TEST_ALLOW_REMOTE=1, because tests write and delete.

`@pytest.mark.directus(">=11")` skips a test, with the reason, on servers of other versions, and
`@pytest.mark.directus(database="postgres")` on another database.

Example:
    >>> def test_roles(directus):
    ...     assert directus.roles.count() >= 1
"""

from __future__ import annotations

import os
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from .server.base import AnyServer
from .server.existing import ExistingServer
from .server.install import DEFAULT_VERSION, full_version
from .server.server import DATABASES, DirectusServer
from .server.versions import matches

if TYPE_CHECKING:
    from collections.abc import Iterator

    from directus_sdk import Directus

_SERVER = pytest.StashKey[AnyServer]()


def pytest_configure(config: pytest.Config) -> None:
    """Registers the mark and reads from the environment which server is meant."""
    config.addinivalue_line(
        "markers",
        "directus(versions, *, database): the test is for servers of these versions (such as '>=11' or '>=10.6,<12') "
        "and on this database ('sqlite3' or 'postgres'); on others it is skipped",
    )
    config.stash[_SERVER] = _chosen_server()


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skips the tests whose mark does not fit the server."""
    for marker in item.iter_markers("directus"):
        reason = _why_not(item.config.stash[_SERVER], *marker.args, **marker.kwargs)
        if reason:
            pytest.skip(reason)


@pytest.fixture(scope="session")
def directus_env() -> dict[str, str]:
    """The settings of the server that is started, for `DirectusServer(env=...)`; to be overridden in a `conftest.py`."""
    return {}


@pytest.fixture(scope="session")
def directus_server(pytestconfig: pytest.Config, directus_env: dict[str, str]) -> Iterator[AnyServer]:
    """The server that the tests run against; started when the first test needs it, and stopped in the end."""
    server = pytestconfig.stash[_SERVER]
    if isinstance(server, DirectusServer) and directus_env:
        server = pytestconfig.stash[_SERVER] = DirectusServer(server.version, server.database, directus_env)
    with ExitStack() as stack:
        if isinstance(server, DirectusServer):
            capture = pytestconfig.pluginmanager.getplugin("capturemanager")
            with ExitStack() as uncaptured:
                if capture is not None:  # an installation takes minutes, and reports its progress
                    uncaptured.enter_context(capture.global_and_fixture_disabled())
                stack.enter_context(server)
        yield server


@pytest.fixture
def directus(directus_server: AnyServer) -> Iterator[Directus]:
    """A client of the server with the permissions of an administrator."""
    with directus_server.directus() as client:
        yield client


def _chosen_server() -> AnyServer:
    try:
        return ExistingServer.from_env() or DirectusServer(
            full_version(os.environ.get("DIRECTUS_VERSION") or DEFAULT_VERSION),
            os.environ.get("DIRECTUS_DATABASE") or DATABASES[0],
        )
    except ValueError as error:
        raise pytest.UsageError(str(error)) from None


def _why_not(server: AnyServer, versions: str | None = None, *, database: str | None = None) -> str | None:
    """The reason to skip a test with these arguments of the mark."""
    if versions is not None and not matches(versions, server.version):
        return f"for Directus {versions}, this is {server.version}"
    # The database of a server that was not started here is not known, and a wrong skip would go unnoticed.
    if database is not None and isinstance(server, DirectusServer) and server.database != database:
        return f"for {database}, this is {server.database}"
    return None
