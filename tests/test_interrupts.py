"""An exception of a signal handler, at each line of the package: what it leaves behind, and that nothing swallows it."""

from __future__ import annotations

import gc
import json
import random
import signal
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import attrs
import pytest

from directus_sdk import Directus, FileStorage, LoginAuth, MemoryStorage, RequestsTransport, RetryPolicy, Storage, StorageError
from directus_sdk.local.interrupts import is_interrupt
from directus_sdk.testing.mock import MockTransport
from tests.interrupting import Interrupter, TimeLimit
from tests.scripted_server import Seen, Wire, answer

WAIT = 10.0
REFUSED = b'{"errors": [{"message": "x", "extensions": {"code": "INVALID_CREDENTIALS"}}]}'


class Accounts:
    """A server that takes each refresh token once, and every access token that it has given."""

    def __init__(self) -> None:
        self.issued = 0
        self.live: set[str] = set()

    def __call__(self, seen: Seen) -> bytes:
        if seen.path == "/auth/refresh":
            token = json.loads(seen.body)["refresh_token"]
            if token not in self.live:
                return answer(REFUSED, "401 Unauthorized")
            self.live.remove(token)
        if seen.path in ("/auth/login", "/auth/refresh"):
            self.issued += 1
            self.live.add(f"r{self.issued}")
            tokens = {"access_token": f"a{self.issued}", "refresh_token": f"r{self.issued}", "expires": 900_000}
            return answer(json.dumps({"data": tokens}).encode())
        if seen.path.startswith("/items") and seen.method == "POST":
            return answer(b'{"data": ' + seen.body + b"}")
        return answer(b'{"data": {"id": 1}}')


def sign_in(directus: Directus) -> None:
    directus.auth.login("ada@example.com", "password")


def refresh(directus: Directus) -> None:
    directus.auth.refresh()


def call(directus: Directus) -> None:
    directus.with_options(retry=RetryPolicy(attempts=1, max_elapsed=2)).items("a").read_one(1)


def upload(directus: Directus) -> None:
    directus.files.upload(b"x" * 100_000, filename="a.bin", resumable=False)


def uploads(directus: Directus) -> None:
    directus.files.upload_many([__file__, __file__], on_error="collect", workers=1)


def write(directus: Directus) -> None:
    directus.items("a").create_many([{"id": 1}, {"id": 2}], batch_size=1, on_error="collect")


ACTIONS = [sign_in, refresh, call, upload, uploads, write]


def interrupted(
    directus: Directus, action: Callable[[Directus], None], interrupter: Interrupter, error: type[BaseException]
) -> bool:
    """Interrupt an action, and use the client afterwards; return whether there was anything to interrupt."""
    caught = interrupter.run(lambda: action(directus))
    if interrupter.place is None:
        assert caught is None
        return False
    place = f"{action.__name__} at {interrupter.place}"
    assert type(caught) is error, f"{place}: {caught!r} came out of it"
    began = time.monotonic()
    for _ in range(10):
        assert directus.items("a").read_one(1) == {"id": 1}, place
    assert not directus.auth._renewal.taken, place  # type: ignore[attr-defined]
    # The frames of the interrupted call are still held by `caught`, and another thread has to find the locks free.
    outcomes: list[object] = []
    other = threading.Thread(target=lambda: outcomes.append(directus.auth.refresh().mode), daemon=True)
    other.start()
    other.join(WAIT)
    assert outcomes == ["json"], f"{place}: another thread cannot refresh"
    directus.auth.refresh()
    assert time.monotonic() - began < WAIT, place
    return True


def sweep(action: Callable[[Directus], None], step: int, storage: Storage, event: str = "line") -> int:
    """Interrupt an action of one client at every line that is `step` from the one before; return how many lines it has."""
    offset = random.randrange(step)
    print(f"{action.__name__}: every {event} that is {step} from the one before, from {offset} on")
    number = offset
    with Wire(Accounts()) as wire, warnings.catch_warnings():
        # What was being made when the interrupt came is closed by its destructor.
        warnings.simplefilter("ignore", ResourceWarning)
        with Directus(wire.url, auth=LoginAuth(), storage=storage, transport=RequestsTransport(timeout=WAIT)) as directus:
            sign_in(directus)
            error: type[BaseException] = TimeLimit
            while interrupted(directus, action, Interrupter(number, error, event), error):
                number += step
                error = KeyboardInterrupt if error is TimeLimit else TimeLimit
        gc.collect()
    return number


@pytest.mark.parametrize("action", ACTIONS)
def test_an_interrupt_leaves_no_lock_no_watch_and_no_dead_session(action: Callable[[Directus], None]) -> None:
    # The long ones go over the same lines more than once.
    assert sweep(action, 21 if action in (write, uploads) else 7, MemoryStorage()) > 100


def test_an_interrupt_leaves_no_file_locked(tmp_path: Path) -> None:
    assert sweep(refresh, 7, FileStorage(tmp_path / "session.json")) > 100


@pytest.mark.parametrize("action", [sign_in, refresh, call])
def test_an_interrupt_between_two_instructions_of_a_line(action: Callable[[Directus], None]) -> None:
    assert sweep(action, 211, MemoryStorage(), "opcode") > 1000


@pytest.mark.soak
@pytest.mark.parametrize("kind", ["memory", "file"])
@pytest.mark.parametrize("action", ACTIONS)
def test_an_interrupt_at_every_line(action: Callable[[Directus], None], kind: str, tmp_path: Path) -> None:
    assert sweep(action, 1, MemoryStorage() if kind == "memory" else FileStorage(tmp_path / "session.json")) > 100


# ---------------------------------------------------------------------- signals
@contextmanager
def alarm(handler: Callable[[int, Any], object], seconds: float) -> Iterator[None]:
    before = signal.signal(signal.SIGALRM, handler)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def limit(signum: int, frame: Any) -> None:
    raise TimeLimit("the task takes too long")


def raise_limit(*args: Any) -> None:
    """A handler of another form."""
    limit(*args)


def wait_for_the_alarm() -> None:
    while True:
        signal.pause()


@pytest.mark.parametrize("handler", [limit, raise_limit])
@pytest.mark.parametrize("workers", [1, 2])
def test_a_time_limit_is_no_error_of_a_file(handler: Any, workers: int) -> None:
    over = threading.Event()
    mock = MockTransport(lambda request: wait_for_the_alarm() if workers == 1 else over.wait(WAIT))
    directus = Directus("http://x", token="t", transport=mock)

    def strike(*args: Any) -> None:
        over.set()  # other threads are waited for
        handler(*args)

    with alarm(strike, 0.05), pytest.raises(TimeLimit):
        directus.files.upload_many([__file__] * 5, on_error="collect", workers=workers)
    assert len(mock.requests) <= 2 * workers


def test_a_time_limit_is_no_error_of_an_item() -> None:
    def rows() -> Iterator[dict[str, int]]:
        for number in range(4):
            yield {"id": number}
        wait_for_the_alarm()

    mock = MockTransport(lambda request: json.loads(request.body))  # type: ignore[arg-type]
    directus = Directus("http://x", token="t", transport=mock)
    with alarm(limit, 0.05), pytest.raises(TimeLimit):
        directus.items("a").create_many(rows(), batch_size=2, on_error="collect")


def test_a_time_limit_is_no_error_of_a_listener(caplog: pytest.LogCaptureFixture) -> None:
    directus = Directus("http://x", token="t", transport=MockTransport())
    directus.on_event(lambda event: wait_for_the_alarm())
    with alarm(limit, 0.05), pytest.raises(TimeLimit):
        directus.items("a").read_many()
    assert caplog.text == ""


def test_a_time_limit_is_no_error_of_a_model() -> None:
    directus = Directus("http://x", token="t", transport=MockTransport(lambda request: {"id": 1}))
    with alarm(limit, 0.05), pytest.raises(TimeLimit):
        directus.items("a", Slow).read_one(1)


@attrs.define
class Slow:
    id: int

    def __attrs_post_init__(self) -> None:
        wait_for_the_alarm()


class Interrupted(MemoryStorage):
    """Its next write is interrupted, before or after it was done."""

    error: BaseException | None = None
    late = False

    def set(self, key: str, value: str) -> None:
        error, self.error = self.error, None
        if error is None or self.late:
            super().set(key, value)
        if error is not None:
            raise error


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("error", [KeyboardInterrupt, TimeLimit, SystemExit])
def test_an_interrupt_while_the_storage_writes_costs_no_session(error: type[BaseException], late: bool) -> None:
    storage = Interrupted()
    storage.late = late
    with Wire(Accounts()) as wire, Directus(wire.url, auth=LoginAuth(), storage=storage) as directus:
        sign_in(directus)
        storage.error = error()
        with pytest.raises(error):
            directus.auth.refresh()
        for _ in range(3):
            directus.auth.refresh()
            assert directus.items("a").read_one(1) == {"id": 1}
        # Others that share the storage find the session.
        other = Directus(wire.url, auth=LoginAuth(), storage=storage)
        assert other.items("a").read_one(1) == {"id": 1}
        other.auth.refresh()


@pytest.mark.parametrize("error", [StorageError("full"), OSError(28, "No space left on device")])
def test_a_storage_that_fails_costs_no_call(error: Exception, caplog: pytest.LogCaptureFixture) -> None:
    storage = Interrupted()
    with Wire(Accounts()) as wire, Directus(wire.url, auth=LoginAuth(), storage=storage) as directus:
        sign_in(directus)
        storage.error = error
        directus.auth.refresh()
        assert "could not be written to the Interrupted" in caplog.text
        directus.auth.refresh()


@contextmanager
def interrupted_refresh(accounts: Accounts) -> Iterator[tuple[Directus, Wire]]:
    """A client whose refresh was interrupted while it waited for the response; the server has taken the token already."""
    arrived, go_on = threading.Event(), threading.Event()

    def script(seen: Seen) -> bytes:
        reply = accounts(seen)
        if seen.path == "/auth/refresh" and accounts.issued == 2 and not go_on.is_set():
            arrived.set()
            go_on.wait(WAIT)
        return reply

    with Wire(script) as wire, Directus(wire.url, auth=LoginAuth()) as directus:
        sign_in(directus)
        with alarm(limit, 0.1), pytest.raises(TimeLimit):
            directus.auth.refresh()
        assert arrived.wait(WAIT)
        go_on.set()
        yield directus, wire


def test_an_interrupt_while_the_response_to_a_refresh_is_awaited_costs_no_session() -> None:
    """There the caller waits longest."""
    accounts = Accounts()
    with interrupted_refresh(accounts) as (directus, _):
        assert directus.auth.token == "a1"
        assert directus.items("a").read_one(1) == {"id": 1}
        directus.auth.refresh()  # takes what the interrupted one got
        assert (directus.auth.token, accounts.issued) == ("a2", 2)
        directus.auth.refresh()
        assert (directus.auth.token, accounts.issued) == ("a3", 3)


def test_a_thread_that_ends_before_its_first_step_costs_no_refresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """As `PyThreadState_SetAsyncExc` may end it: a new thread has the number of the one that starts it for a moment."""
    with Wire(Accounts()) as wire, Directus(wire.url, auth=LoginAuth()) as directus:
        sign_in(directus)
        monkeypatch.setattr("directus_sdk.auth.refresh._thread", SimpleNamespace(start_new_thread=lambda *_: 0))
        refresh = threading.Thread(target=directus.auth.refresh, daemon=True)
        refresh.start()
        refresh.join(WAIT)
        assert directus.auth.token == "a2"


def test_what_an_interrupted_refresh_has_got_is_ended_by_a_logout() -> None:
    with interrupted_refresh(Accounts()) as (directus, wire):
        directus.auth.logout()
        assert directus.auth.token is None
    assert [json.loads(seen.body)["refresh_token"] for seen in wire.seen if seen.path == "/auth/logout"] == ["r2"]


def test_an_interrupt_is_known_by_its_handler() -> None:
    assert is_interrupt(KeyboardInterrupt())
    with pytest.raises(TimeLimit) as caught:
        raise TimeLimit
    assert not is_interrupt(caught.value)
    with alarm(limit, 0.01), pytest.raises(TimeLimit) as caught:
        wait_for_the_alarm()
    assert is_interrupt(caught.value)
