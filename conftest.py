"""What all tests share: a real server, documented examples as tests, and a look at what is left behind."""

from __future__ import annotations

import contextlib
import os
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from directus_sdk.testing import AnyServer, DirectusServer, SMTPSink
from tests.examples import ExampleFile, in_order
from tests.mails import PAGES
from tests.others import Others
from tests.sample import Sample

pytest_plugins = ["directus_sdk.testing.plugin"]

ROOT = Path(__file__).parent


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """README.md, CONTRIBUTING.md, the pages of docs/ and the modules of the package have examples (see tests/examples.py)."""
    path = file_path.relative_to(ROOT) if file_path.is_relative_to(ROOT) else Path()
    top, kind = path.parts[:1], path.suffix
    if path in {Path("README.md"), Path("CONTRIBUTING.md")} or (top, kind) in {(("docs",), ".md"), (("directus_sdk",), ".py")}:
        return ExampleFile.from_parent(parent, path=file_path)
    return None


#: Files that take more than half a minute.
LONG = {
    "test_fuzz.py", "test_realtime.py", "test_interrupts.py", "test_tables.py", "test_changes.py", "test_server.py",
    "test_connections.py", "test_hooks.py", "test_contents.py", "test_deadlines.py", "test_cache.py", "test_chaos.py",
    "test_process.py", "test_models.py", "test_bulk.py", "test_assets.py", "test_secrets.py", "test_versions_of_servers.py",
    "test_refresh.py", "test_login.py",
}  # fmt: skip


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    in_order(items)
    # With several workers each file is one's; the long ones begin first, so that none is left over at the end.
    items.sort(key=lambda item: item.path.name not in LONG)


@pytest.fixture(scope="session")
def mails() -> Iterator[SMTPSink]:
    """The mails that the server of the tests has sent."""
    with SMTPSink() as mails:
        yield mails


@pytest.fixture(scope="session")
def directus_env(mails: SMTPSink) -> dict[str, str]:
    """Settings of the server that the tests share."""
    return {**mails.env, **PAGES}


@pytest.fixture(scope="session")
def directus_server(directus_server: AnyServer) -> Iterator[AnyServer]:
    """The server that the tests share, with what others have on it."""
    others = Others(directus_server.url, directus_server.admin_token)
    yield directus_server
    if not isinstance(directus_server, DirectusServer):  # one that is stopped after the tests needs no tidying
        others.remove()


@pytest.fixture(scope="session")
def sample(directus_server: Any) -> Iterator[Sample]:
    """The sample data of the examples; `sample.restore()` puts it on the server, fresh."""
    sample = Sample(directus_server.url, directus_server.admin_token)
    yield sample
    sample.close()


@pytest.fixture(scope="module")
def document(
    request: pytest.FixtureRequest,
    directus_server: Any,
    mails: SMTPSink,
    sample: Sample,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[ModuleType]:
    """The module in which the examples of one file run, one after another."""
    module = request.module
    sample.restore()
    with contextlib.ExitStack() as stack:
        patch, directus = stack.enter_context(pytest.MonkeyPatch.context()), stack.enter_context(directus_server.directus())
        # To be found where dataclasses, models and pickle look their names up.
        patch.setitem(sys.modules, module.__name__, module)
        patch.setenv("DIRECTUS_URL", directus_server.url)
        patch.setenv("DIRECTUS_TOKEN", directus_server.admin_token)
        patch.chdir(tmp_path_factory.mktemp("example"))
        vars(module).update(
            directus=directus,
            url=directus_server.url,
            token=directus_server.admin_token,
            admin_email=directus_server.admin_email,
            admin_password=directus_server.admin_password,
            mails=mails,
        )
        if "django" in module.__name__:
            from tests.contrib.django.project import site_of

            stack.enter_context(site_of(module.__name__, directus_server.url, directus_server.admin_token))
        yield module


@pytest.fixture(scope="module")
def server8_of_module() -> Iterator[Any]:
    """A loopback Directus 8 for the examples of one file; `restore()` puts its data back."""
    from tests.v8.server import Server8

    with Server8() as server:
        yield server


@pytest.fixture(scope="module")
def document8(
    request: pytest.FixtureRequest, server8_of_module: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ModuleType]:
    """The module in which the examples about Directus 8 of one file run."""
    from directus_sdk.v8 import Directus8

    module, server = request.module, server8_of_module
    d = Directus8(server.url, server.project, token=server.token)
    with pytest.MonkeyPatch.context() as patch, d:
        patch.setitem(sys.modules, module.__name__, module)
        for name, value in (("URL", server.url), ("TOKEN", server.token), ("PROJECT", server.project)):
            patch.setenv(f"DIRECTUS_{name}", value)
        patch.chdir(tmp_path_factory.mktemp("example"))
        vars(module).update(Directus8=Directus8, d=d, directus=d, url=server.url, token=server.token)
        vars(module).update(admin_email=server.email, admin_password=server.password)
        yield module


# The mark in the environment of every process that the tests start.
RUN = f"directus_sdk_test_run={uuid.uuid4().hex}"


def _stat(folder: Path) -> tuple[str, int]:
    """The state of a process and its parent."""
    state, parent = (folder / "stat").read_text().rpartition(")")[2].split()[:2]
    return state, int(parent)


def _descendants() -> dict[int, str]:
    """The processes that came from this one, by their parents or by the mark in their environment."""
    parents: dict[int, int] = {}
    found: dict[int, str] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        pid = int(folder.name)
        try:
            state, parent = _stat(folder)
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
            marked = RUN.encode() in (folder / "environ").read_bytes()
        except (OSError, ValueError):
            continue  # it has ended, or is another user's
        parents[pid] = parent
        helper = "multiprocessing.resource_tracker" in command or "multiprocessing.forkserver" in command
        if state not in "ZX" and (marked or parent == os.getpid()) and not helper:
            found[pid] = command
    found.pop(os.getpid(), None)
    return found


@pytest.fixture(scope="session", autouse=True)
def nothing_left_behind() -> Iterator[None]:
    """After all tests and fixtures, no process that they started may run."""
    name, _, value = RUN.partition("=")
    os.environ[name] = value
    before = set(_descendants())
    yield
    deadline = time.monotonic() + 5
    while (left := {pid: text for pid, text in _descendants().items() if pid not in before}) and (time.monotonic() < deadline):
        time.sleep(0.05)
    assert not left, "still running after the tests: " + "; ".join(f"{pid} {text[:200]}" for pid, text in left.items())
