"""Notes which endpoints answered, for `scripts/test_servers.py`: `pytest -p tests.calls --calls FILE`."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from directus_sdk import Request, RequestsTransport, Response


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--calls", type=Path, help="where to note the method and path of every call that succeeded")


@pytest.fixture(scope="session", autouse=True)
def noted_calls(pytestconfig: pytest.Config) -> Iterator[None]:
    target: Path | None = pytestconfig.getoption("--calls")
    if target is None:
        yield
        return
    lock, calls, send = threading.Lock(), set(), RequestsTransport.send

    def noting(self: RequestsTransport, request: Request) -> Response:
        response = send(self, request)
        if response.status < 400:
            with lock:
                calls.add((request.method, unquote(urlsplit(request.url).path)))
        return response

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(RequestsTransport, "send", noting)
        yield
    found: list[Any] = sorted(calls)
    target.write_text(json.dumps(found), encoding="utf-8")
