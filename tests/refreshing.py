"""Many threads and processes that read with one session, and what the server says that they did to it.

Run as a script it is one of the processes: ``python -m tests.refreshing <json settings>`` prints what it saw as JSON.
"""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import attrs

from directus_sdk import Directus, FileStorage, LoginAuth, RequestsTransport, Storage
from directus_sdk.contrib.web.stores import FolderVisitorStore
from directus_sdk.contrib.web.visitors import Visitors
from directus_sdk.testing import DirectusServer

ROOT = Path(__file__).parents[1]

#: What a server needs to be counted.
LOGGED = {"LOG_LEVEL": "info", "LOG_STYLE": "raw", "PRESSURE_LIMITER_ENABLED": "false"}


@attrs.frozen
class Seen:
    """What the readers saw.

    Attributes:
        reads: How many reads succeeded.
        failures: The errors of the others.
    """

    reads: int
    failures: list[str]


@attrs.frozen
class Counted:
    """What the server counted.

    Attributes:
        refreshes: How many refreshes had which status, by the server's log.
        logins: How many logins had which status, by the server's log.
        reads: How many reads were refused, by the server's log.
        rotations: Pairs of tokens, the spent one and the one that came in its place, as a trigger of the database wrote
            them down. A second answer 200 for one refresh token changes no row, so its new token was never alive.
        sessions: How many sessions live.
    """

    refreshes: dict[int, int]
    logins: dict[int, int]
    refused: int
    rotations: list[tuple[str, str]]
    sessions: int


def watch(server: DirectusServer) -> None:
    """Have the database write down every change of a refresh token."""
    with closing(sqlite3.connect(server.folder / "data.db", timeout=30)) as database, database:
        database.execute("CREATE TABLE IF NOT EXISTS spent (old TEXT, new TEXT)")
        database.execute(
            "CREATE TRIGGER IF NOT EXISTS spending AFTER UPDATE OF token ON directus_sessions "
            "BEGIN INSERT INTO spent VALUES (old.token, new.token); END"
        )
        database.execute("DELETE FROM spent")
        database.execute("DELETE FROM directus_sessions")


def counted(server: DirectusServer, since: int) -> Counted:
    """What the server counted since its log had `since` bytes."""
    refreshes: Counter[int] = Counter()
    logins: Counter[int] = Counter()
    refused = 0
    for line in server.log.read_bytes()[since:].splitlines():
        if not line.startswith(b"{"):
            continue
        entry = json.loads(line)
        if "req" not in entry:
            continue
        path, status = entry["req"]["url"].partition("?")[0], entry["res"]["statusCode"]
        refreshes[status] += path == "/auth/refresh"
        logins[status] += path == "/auth/login"
        refused += path == "/roles" and status >= 400
    with closing(sqlite3.connect(server.folder / "data.db", timeout=30)) as database:
        rotations = database.execute("SELECT old, new FROM spent ORDER BY rowid").fetchall()
        sessions = database.execute("SELECT COUNT(*) FROM directus_sessions").fetchone()[0]
    return Counted(+refreshes, +logins, refused, rotations, sessions)


def check(seen: Seen, counts: Counted, *, at_least: int) -> None:
    """No call failed, nobody was logged out, no refresh token was spent twice."""
    assert seen.failures == []
    assert seen.reads > 0
    assert counts.logins == {200: 1}
    assert counts.refreshes.keys() == {200}
    assert counts.refreshes[200] >= at_least
    assert counts.refreshes[200] == len(counts.rotations)
    assert len({old for old, _ in counts.rotations}) == len(counts.rotations)
    # Each token was spent for the next one: nobody went back to an older.
    assert [old for old, _ in counts.rotations[1:]] == [new for _, new in counts.rotations[:-1]]
    assert counts.sessions == 1


def read(client: Callable[[], Directus], threads: int, seconds: float, pause: float) -> Seen:
    """Read with many threads for some seconds; each read asks for its client, and each thread pauses after it."""
    deadline = time.monotonic() + seconds
    reads: list[int] = []
    failures: list[str] = []

    def work() -> None:
        count = 0
        while time.monotonic() < deadline:
            try:
                found = client().items("directus_roles").read_many(fields=["id"], limit=1)
                assert len(found) == 1, found
            except Exception as error:
                failures.append(f"{type(error).__name__}: {error}")
            else:
                count += 1
            time.sleep(pause)
        reads.append(count)

    workers = [threading.Thread(target=work) for _ in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return Seen(sum(reads), failures)


def with_threads(
    server: DirectusServer, threads: int, seconds: float, mode: str = "json", pause: float = 0.0
) -> tuple[Seen, Counted]:
    """One client, many threads."""
    watch(server)
    since = server.log.stat().st_size
    with Directus(server.url, auth=LoginAuth(mode=mode), transport=RequestsTransport(pool_size=threads)) as directus:
        directus.auth.login(server.admin_email, server.admin_password)
        seen = read(lambda: directus, threads, seconds, pause)
    return seen, counted(server, since)


def with_processes(
    server: DirectusServer, storage: str, processes: int, threads: int, seconds: float, pause: float = 0.0
) -> tuple[Seen, Counted]:
    """Several processes with many threads each, which find their session in a storage.

    Args:
        server: The server, started with `LOGGED`.
        storage: The address of a Redis, or the path of a file.
        processes: How many processes.
        threads: How many threads in each.
        seconds: How long each of them reads.
    """
    watch(server)
    since = server.log.stat().st_size
    with Directus(server.url, storage=_storage(storage)) as directus:
        directus.auth.login(server.admin_email, server.admin_password)
    settings = {"url": server.url, "storage": storage, "threads": threads, "seconds": seconds, "pause": pause}
    return _in_processes(settings, processes), counted(server, since)


def with_visitor(
    server: DirectusServer, folder: str, processes: int, threads: int, seconds: float, pause: float = 0.0
) -> tuple[Seen, Counted]:
    """One visitor of a site, whose web requests many threads of several processes serve."""
    watch(server)
    since = server.log.stat().st_size
    with Directus(server.url) as site:
        visitors = Visitors(site, FolderVisitorStore(folder))
        visitor_id = visitors.sign_in(server.admin_email, server.admin_password)
        if processes == 1:
            return read(lambda: visitors.client(visitor_id), threads, seconds, pause), counted(server, since)
    settings = {
        "url": server.url,
        "storage": folder,
        "threads": threads,
        "seconds": seconds,
        "pause": pause,
        "visitor": visitor_id,
    }
    return _in_processes(settings, processes), counted(server, since)


def _in_processes(settings: dict[str, Any], processes: int) -> Seen:
    command = [sys.executable, "-m", "tests.refreshing", json.dumps(settings)]
    running = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(processes)]
    reads, failures = 0, []
    for process in running:
        with process:
            said = json.loads(process.communicate()[0])
        reads += said["reads"]
        failures += said["failures"]
    return Seen(reads, failures)


def _storage(where: str) -> Storage:
    if where.startswith("redis://"):
        from directus_sdk.contrib.redis import RedisStorage

        return RedisStorage(where, prefix="refreshing:")
    return FileStorage(where)


def _main(settings: dict[str, Any]) -> None:
    threads, visitor = settings["threads"], settings.get("visitor")
    storage = None if visitor else _storage(settings["storage"])
    with Directus(settings["url"], storage=storage, transport=RequestsTransport(pool_size=threads)) as directus:
        visitors = Visitors(directus, FolderVisitorStore(settings["storage"])) if visitor else None
        seen = read(lambda: visitors.client(visitor) if visitors else directus, threads, settings["seconds"], settings["pause"])
        sys.stdout.write(json.dumps(attrs.asdict(seen)))


if __name__ == "__main__":
    _main(json.loads(sys.argv[1]))
