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
    try:
        process, port = _started(program, folder)
        try:
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            process.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _started(program: str, folder: Path) -> tuple[KeptProcess, int]:
    """Start it on a free port, or on another if that was taken meanwhile."""
    log = folder / "redis.log"
    for _ in range(3):
        port = free_port()
        settings = ["--bind", "127.0.0.1", "--port", str(port), "--dir", str(folder), "--save", "", "--appendonly", "no"]
        process = KeptProcess(Command(argv=[program, *settings], cwd=folder, env=clean_environment(), log=log, remove=[folder]))
        deadline = time.monotonic() + 30
        with redis.Redis.from_url(f"redis://127.0.0.1:{port}/0") as client:
            while process.running() and time.monotonic() < deadline:
                # Whether it is this one that answers, and not one of another run.
                if _pid(client) == process.pid:
                    return process, port
                time.sleep(0.02)
        process.stop()
        folder.mkdir(exist_ok=True)
    raise AssertionError(f"redis-server did not start:\n{tail(log)}")


def _pid(client: redis.Redis) -> int | None:
    try:
        return int(client.info("server")["process_id"])
    except redis.RedisError:
        return None
