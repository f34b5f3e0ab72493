"""One session for many threads and processes, on a real server; `make soak` does the same for longer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from directus_sdk.testing import DirectusServer
from tests.live.conftest import VERSION
from tests.redis_server import redis_server
from tests.refreshing import LOGGED, check, with_processes, with_threads, with_visitor

pytestmark = [pytest.mark.live, pytest.mark.slow, pytest.mark.directus(">=11", database="sqlite3")]


#: So that the threads leave the machine to others; a refresh still comes in between the reads of several.
PAUSE = 0.15


@pytest.fixture(scope="module")
def hasty() -> Iterator[DirectusServer]:
    with DirectusServer(VERSION, env={**LOGGED, "ACCESS_TOKEN_TTL": "3s"}) as server:
        yield server


def test_16_threads_of_one_client(hasty: DirectusServer) -> None:
    check(*with_threads(hasty, threads=16, seconds=11, pause=PAUSE), at_least=4)


def test_4_processes_with_a_file(hasty: DirectusServer, tmp_path: Path) -> None:
    check(*with_processes(hasty, str(tmp_path / "session.json"), processes=4, threads=8, seconds=7, pause=PAUSE), at_least=3)


def test_4_processes_with_redis(hasty: DirectusServer) -> None:
    with redis_server() as address:
        check(*with_processes(hasty, address, processes=4, threads=8, seconds=7, pause=PAUSE), at_least=3)


def test_24_web_requests_of_one_visitor_at_a_time(hasty: DirectusServer, tmp_path: Path) -> None:
    check(*with_visitor(hasty, str(tmp_path), processes=1, threads=24, seconds=4, pause=PAUSE), at_least=1)


def test_2_processes_of_8_threads_serve_one_visitor(hasty: DirectusServer, tmp_path: Path) -> None:
    check(*with_visitor(hasty, str(tmp_path), processes=2, threads=8, seconds=4, pause=PAUSE), at_least=1)
