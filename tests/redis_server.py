"""A redis-server of the tests' own: on a free port, in a folder of its own, with nothing kept."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from directus_sdk.testing.server.loopback import free_port
from directus_sdk.testing.server.process import Command, KeptProcess, clean_environment, tail

_PATH = "/usr/bin:/usr/local/bin:/usr/sbin:/usr/local/sbin:/opt/homebrew/bin"


@contextlib.contextmanager
def redis_server() -> Iterator[str]:
    """Start it and yield its address; the test is skipped where the program is not installed."""
    program = shutil.which("redis-server") or shutil.which("redis-server", path=_PATH)
    if program is None:
        pytest.skip("redis-server is not installed (Debian: apt-get install redis-server)")
    folder = Path(tempfile.mkdtemp(prefix="redis-server-"))
    port = free_port()
    settings = ["--bind", "127.0.0.1", "--port", str(port), "--dir", str(folder), "--save", "", "--appendonly", "no"]
    log = folder / "redis.log"
    process = KeptProcess(Command(argv=[program, *settings], cwd=folder, env=clean_environment(), log=log, remove=[folder]))
    try:
        url = f"redis://127.0.0.1:{port}/0"
        with redis.Redis.from_url(url) as client:
            deadline = time.monotonic() + 20
            while not _answers(client):
                assert process.running(), f"redis-server did not start:\n{tail(log)}"
                assert time.monotonic() < deadline, f"redis-server does not answer:\n{tail(log)}"
                time.sleep(0.02)
        yield url
    finally:
        process.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _answers(client: redis.Redis) -> bool:
    try:
        return bool(client.ping())
    except redis.ConnectionError:
        return False
