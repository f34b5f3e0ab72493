"""One session for many threads and processes, for a minute each, with tokens of two seconds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from directus_sdk.testing import DirectusServer
from tests.redis_server import redis_server
from tests.refreshing import LOGGED, Counted, Seen, check, with_processes, with_threads

pytestmark = [pytest.mark.live, pytest.mark.soak]

SECONDS = 60


@pytest.fixture(scope="module")
def server() -> Iterator[DirectusServer]:
    with DirectusServer(env={**LOGGED, "ACCESS_TOKEN_TTL": "2s"}) as server:
        yield server


@pytest.fixture
def report(request: pytest.FixtureRequest) -> Callable[[Seen, Counted], None]:
    reporter = request.config.pluginmanager.getplugin("terminalreporter")

    def tell(seen: Seen, counts: Counted) -> None:
        line = (
            f"{request.node.name}: {seen.reads} reads, {len(seen.failures)} failed; refreshes {counts.refreshes}, "
            f"logins {counts.logins}, {len(counts.rotations)} tokens spent, {counts.refused} reads refused and repeated"
        )
        reporter.write_line(line)

    return tell


def test_32_threads_of_one_client(server: DirectusServer, report: Callable[[Seen, Counted], None]) -> None:
    outcome = with_threads(server, threads=32, seconds=SECONDS)
    report(*outcome)
    check(*outcome, at_least=20)


def test_4_processes_with_a_file(server: DirectusServer, tmp_path: Path, report: Callable[[Seen, Counted], None]) -> None:
    outcome = with_processes(server, str(tmp_path / "session.json"), processes=4, threads=8, seconds=SECONDS)
    report(*outcome)
    check(*outcome, at_least=20)


def test_4_processes_with_redis(server: DirectusServer, report: Callable[[Seen, Counted], None]) -> None:
    with redis_server() as address:
        outcome = with_processes(server, address, processes=4, threads=8, seconds=SECONDS)
    report(*outcome)
    check(*outcome, at_least=20)
