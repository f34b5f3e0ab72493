"""Time limits and lifetimes while a test has frozen the clock, and while the time of day is set back."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import freezegun
import pytest
import time_machine

from directus_sdk import (
    Credentials,
    Directus,
    FileStorage,
    LoginAuth,
    MemoryStorage,
    Response,
    RetryPolicy,
    ServerError,
    StorageError,
    Timeout,
)
from directus_sdk.local.clock import monotonic
from directus_sdk.testing.mock import MockTransport
from tests.changes.test_feed import Log
from tests.realtime.peer import WAIT, peer
from tests.realtime.test_subscription import greet
from tests.scripted_server import Drip, Seen, Wire, answer

Frozen = Callable[[], AbstractContextManager[Any]]
FROZEN: dict[str, Frozen] = {
    "freezegun": lambda: freezegun.freeze_time("1970-01-01"),
    "time-machine": lambda: time_machine.travel("1970-01-01", tick=False),
}


in_1970 = pytest.mark.parametrize("frozen", FROZEN.values(), ids=FROZEN)


class Accounts:
    """A server whose tokens live for a while; it counts refreshes."""

    def __init__(self, seconds: float = 900.0) -> None:
        self.seconds = seconds
        self.refreshes = 0
        self.issued = 0

    def __call__(self, seen: Seen) -> Any:
        if seen.path in ("/auth/login", "/auth/refresh"):
            self.refreshes += seen.path == "/auth/refresh"
            self.issued += 1
            tokens = {"access_token": f"a{self.issued}", "refresh_token": f"r{self.issued}", "expires": self.seconds * 1000}
            return answer(json.dumps({"data": tokens}).encode())
        if seen.path == "/auth/logout":
            return answer(b"", "204 No Content", "", length=False)
        if seen.path == "/items/drip/1":
            return Drip()
        if seen.headers["authorization"] != f"Bearer a{self.issued}":
            return answer(b'{"errors":[{"message":"x","extensions":{"code":"TOKEN_EXPIRED"}}]}', "401 Unauthorized")
        return answer(b'{"data": {"id": 1}}')


@contextlib.contextmanager
def signed_in(accounts: Accounts, storage: Any = None, **options: Any) -> Iterator[Directus]:
    with Wire(accounts) as wire, Directus(wire.url, auth=LoginAuth(), storage=storage, **options) as directus:
        directus.auth.login("ada@example.com", "password")
        yield directus


@in_1970
@pytest.mark.parametrize("kind", ["memory", "file"])
def test_sign_in_calls_and_refresh_work_while_the_clock_is_frozen(frozen: Frozen, kind: str, tmp_path: Path) -> None:
    with frozen():
        storage = MemoryStorage() if kind == "memory" else FileStorage(tmp_path / "session.json")
        accounts = Accounts()
        with signed_in(accounts, storage, retry=RetryPolicy(max_elapsed=20)) as directus:
            for _ in range(5):
                assert directus.items("a").create_one({"x": 1}) == {"id": 1}
            assert accounts.refreshes == 0
            directus.auth.refresh()
            assert directus.items("a").read_one(1) == {"id": 1}
            directus.auth.logout()
        assert accounts.refreshes == 1


@in_1970
def test_a_limit_still_ends_a_call_while_the_clock_is_frozen(frozen: Frozen) -> None:
    patient = RetryPolicy(attempts=1, max_elapsed=0.2)
    with frozen(), signed_in(Accounts(), retry=patient) as directus, pytest.raises(Timeout):
        directus.items("drip").read_one(1)


@in_1970
def test_a_limit_still_ends_the_attempts_while_the_clock_is_frozen(frozen: Frozen) -> None:
    with frozen():
        mock = MockTransport(lambda request: Response(503))
        stubborn = RetryPolicy(attempts=10**6, backoff=0.01, max_delay=0.01, max_elapsed=0.1)
        with pytest.raises((ServerError, Timeout)):
            Directus("http://x", transport=mock, retry=stubborn).request("GET", "/x")


@in_1970
@pytest.mark.parametrize("kind", ["memory", "file"])
def test_a_lock_is_waited_for_as_long_as_it_says_while_the_clock_is_frozen(frozen: Frozen, kind: str, tmp_path: Path) -> None:
    """Both ways: one that comes free is got, and one that does not is given up."""
    with frozen():
        path = tmp_path / "session.json"
        one = MemoryStorage() if kind == "memory" else FileStorage(path)
        two = one if kind == "memory" else FileStorage(path)
        locked, free = threading.Event(), threading.Event()

        def hold() -> None:
            with one.lock():
                locked.set()
                free.wait(WAIT)

        holder = threading.Thread(target=hold)
        holder.start()
        assert locked.wait(WAIT)
        with pytest.raises(StorageError, match="was not free"), two.lock(0.1):
            pass
        threading.Timer(0.05, free.set).start()
        with two.lock(WAIT):
            pass
        holder.join()


@in_1970
def test_subscriptions_and_changes_work_while_the_clock_is_frozen(frozen: Frozen) -> None:
    with frozen():
        with peer(greet) as server, server.directus() as directus:
            subscription = directus.items("articles").subscribe()
            assert subscription.next(WAIT).event == "init"
            with pytest.raises(Timeout):
                subscription.next(timeout=0.05)
            subscription.close()
        log = Log()
        with log.directus().items("orders").changes(source="activity", poll_interval=0.02) as changes:
            with pytest.raises(Timeout):
                changes.next(timeout=0.05)
            log.rows[1] = "create"
            assert changes.next(timeout=WAIT).key == 1


def test_the_package_may_be_imported_while_the_clock_is_frozen() -> None:
    code = (
        "import freezegun\n"
        "with freezegun.freeze_time('1970-01-01'):\n"
        "    from directus_sdk.local.clock import monotonic\n"
        "    began = monotonic()\n"
        "    while monotonic() == began: pass\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=30)


# ---------------------------------------------------------------------- the life of a token
def test_a_token_is_refreshed_neither_always_nor_never_where_the_time_is_set_back(monkeypatch: pytest.MonkeyPatch) -> None:
    passed = [0.0]
    monkeypatch.setattr("directus_sdk.auth.credentials.monotonic", lambda: monotonic() + passed[0])
    accounts = Accounts()
    with freezegun.freeze_time("2026-06-01 12:00") as clock, signed_in(accounts) as directus:
        clock.move_to("2026-05-31 12:00")
        for _ in range(5):
            directus.items("a").read_one(1)
        assert accounts.refreshes == 0
        passed[0] += 890
        for _ in range(5):
            directus.items("a").read_one(1)
        assert accounts.refreshes == 1
        directus.auth.refresh()
        clock.move_to("2026-05-01 12:00")
        directus.items("a").read_one(1)
        assert accounts.refreshes == 2


def test_a_token_is_refreshed_once_where_the_time_is_set_forward() -> None:
    accounts = Accounts()
    with freezegun.freeze_time("2026-06-01 12:00") as clock, signed_in(accounts) as directus:
        clock.move_to("2026-06-02 12:00")
        for _ in range(5):
            directus.items("a").read_one(1)
    assert accounts.refreshes == 1


@pytest.mark.parametrize("frozen_first", [True, False])
def test_a_session_outlives_the_freezing_of_the_clock(frozen_first: bool) -> None:
    accounts = Accounts()
    if frozen_first:
        with contextlib.ExitStack() as stack:
            with freezegun.freeze_time("1970-01-01"):
                directus = stack.enter_context(signed_in(accounts))
            for _ in range(5):
                directus.items("a").read_one(1)
        assert accounts.refreshes == 1  # by the time of day it was over
    else:
        with signed_in(accounts) as directus, freezegun.freeze_time("1970-01-01"):
            for _ in range(5):
                directus.items("a").read_one(1)
        assert accounts.refreshes == 0


def test_a_stored_session_of_another_process_is_refreshed_in_time_where_the_time_is_set_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The record comes from a machine whose clock is a year ahead."""
    passed = [0.0]
    monkeypatch.setattr("directus_sdk.auth.credentials.monotonic", lambda: monotonic() + passed[0])
    accounts, storage = Accounts(), MemoryStorage()
    with signed_in(accounts, storage) as first:
        record = storage.load()
        assert record is not None
        assert record.expires_at is not None
        ahead = Credentials(record.access_token, record.refresh_token, record.expires_at + 366 * 86400, 900.0)
        storage.save(ahead)
        other = Directus(first.url, auth=LoginAuth(), storage=storage)
        other.items("a").read_one(1)
        passed[0] += 890
        for _ in range(5):
            other.items("a").read_one(1)
        assert accounts.refreshes == 1


@in_1970
@pytest.mark.parametrize(
    ("sent", "asked", "seconds"),
    [
        ("Mon, 01 Jun 2026 12:00:00 GMT", "Mon, 01 Jun 2026 12:00:07 GMT", 7.0),
        ("Mon, 01 Jun 2026 12:00:07 GMT", "Mon, 01 Jun 2026 12:00:00 GMT", 0.0),
        ("nonsense", "Thu, 01 Jan 1970 00:00:09 GMT", 9.0),
        (None, "Thu, 01 Jan 1970 00:00:09 GMT", 9.0),
    ],
)
def test_a_date_to_wait_for_is_measured_from_the_date_of_the_response(
    frozen: Frozen, sent: str | None, asked: str, seconds: float
) -> None:
    with frozen():
        headers = {"Retry-After": asked} if sent is None else {"Retry-After": asked, "Date": sent}
        assert Response(429, headers).retry_after == seconds
