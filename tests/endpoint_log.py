"""Notes which endpoints answered, for `scripts/test_servers.py`: `pytest -p tests.endpoint_log --calls FILE`."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from directus_sdk import Request, RequestsTransport, Response
from directus_sdk.testing import DirectusServer
from directus_sdk.testing.server.install import DEFAULT_VERSION, full_version


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--calls", type=Path, help="where to note the method and path of every call that succeeded")


@pytest.fixture(scope="session", autouse=True)
def noted_calls(pytestconfig: pytest.Config) -> Iterator[None]:
    target: Path | None = pytestconfig.getoption("--calls")
    if target is None:
        yield
        return
    lock, calls, send, start = threading.Lock(), set(), RequestsTransport.send, DirectusServer.start
    version = full_version(os.environ.get("DIRECTUS_VERSION") or DEFAULT_VERSION)
    theirs: set[str] = set()  # servers of other versions, which some tests start

    def starting(self: DirectusServer) -> DirectusServer:
        server = start(self)
        (theirs.discard if self.version == version else theirs.add)(urlsplit(self.url).netloc)
        return server

    def noting(self: RequestsTransport, request: Request) -> Response:
        response = send(self, request)
        address = urlsplit(request.url)
        if response.status < 400 and address.netloc not in theirs:
            with lock:
                calls.add((request.method, unquote(address.path)))
        return response

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(RequestsTransport, "send", noting)
        patch.setattr(DirectusServer, "start", starting)
        yield
    found: list[Any] = sorted(calls)
    target.write_text(json.dumps(found), encoding="utf-8")
