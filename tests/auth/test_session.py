"""The states of a session, and every transition between them; docs/design/sessions.md has the table."""

from __future__ import annotations

import _thread
import ast
import pickle
import signal
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import attrs
import pytest

from directus_sdk import (
    ConfigurationError,
    ConnectionFailed,
    Credentials,
    Directus,
    InvalidCredentials,
    LoginAuth,
    MemoryStorage,
    Request,
    Response,
    SessionExpired,
)
from directus_sdk.auth import session
from directus_sdk.auth.session import State
from directus_sdk.testing.mock import json_response
from tests.auth.test_login import EMAIL, PASSWORD, Fragile, Server, client, in_child, needs_fork, signed_in, who
from tests.auth.transitions import ROOT, STATES, Transition, rows, states

WAIT = 10.0


@pytest.fixture
def server() -> Server:
    return Server()


def state(directus: Directus) -> State:
    assert isinstance(directus.auth, LoginAuth)
    return directus.auth._session.status.state


# ---------------------------------------------------------------------- the table
def test_the_table_explains_every_state() -> None:
    assert sorted(states()) == sorted(STATES)
    named = {name for row in rows() for before, _, after in row.transitions for name in (before, after)}
    assert named == STATES


def test_the_table_names_every_method_that_changes_the_status() -> None:
    tree = ast.parse(Path(str(session.__file__)).read_text(encoding="utf-8"))
    [defined] = [node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == "Session"]
    methods = {node.name: ast.unparse(node) for node in defined.body if isinstance(node, ast.FunctionDef)}
    direct = {name for name, source in methods.items() if "self.status =" in source} - {"__init__", "_store"}
    through = {name for name, source in methods.items() if "self._store(" in source or "self.adopt(" in source}
    assert {event for row in rows() for _, event, _ in row.transitions} == direct | through | {"pickled"}
    for path in ROOT.glob("directus_sdk/**/*.py"):  # and nothing else does
        assert "session.status =" not in path.read_text(encoding="utf-8"), path


@pytest.mark.parametrize("row", rows(), ids=lambda row: row.test)
def test_the_test_of_a_transition_exists(row: Any) -> None:
    tree = ast.parse((ROOT / row.file).read_text(encoding="utf-8"))
    assert row.file.startswith("tests/auth/")  # where a fixture checks that it shows the transition
    assert row.test in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


# ---------------------------------------------------------------------- clients in each state
def unknown(server: Server, **options: Any) -> Directus:
    return client(server, storage=Fragile(), auth=LoginAuth(**options))


def active(server: Server, **options: Any) -> Directus:
    directus = unknown(server, **options)
    directus.auth.login(EMAIL, PASSWORD)
    return directus


def unstored(server: Server, **options: Any) -> Directus:
    directus = unknown(server, **options)
    directus.storage.broken = True  # type: ignore[attr-defined]
    with pytest.raises(OSError, match="No space"):
        directus.auth.login(EMAIL, PASSWORD)
    directus.storage.broken = False  # type: ignore[attr-defined]
    return directus


def unanswered(request: Request, path: str) -> Response | None:
    if path == "/auth/refresh":
        raise ConnectionFailed("no response")
    return None


def refreshing(server: Server, **options: Any) -> Directus:
    directus = active(server, **options)
    fail_to_refresh(server, directus)
    return directus


def fail_to_refresh(server: Server, directus: Directus) -> None:
    server.hook = unanswered
    with pytest.raises(ConnectionFailed):
        directus.auth.refresh()
    server.hook = lambda request, path: None


def ended(server: Server, **options: Any) -> Directus:
    directus = active(server)
    server.refresh.clear()
    with pytest.raises(SessionExpired):
        directus.auth.refresh()
    # The option is set here, because otherwise the credentials would sign in at once.
    vars(directus.auth).update({f"_{name}": value for name, value in options.items()})
    directus.auth._session._any_user = not options  # type: ignore[attr-defined]
    return directus


def signed_out(server: Server, **options: Any) -> Directus:
    directus = active(server, **options)
    directus.auth.logout()
    return directus


def lost(server: Server, **options: Any) -> Directus:
    return client(server, storage=Fragile(), auth=pickle.loads(pickle.dumps(active(server, **options).auth)))


ALL = {
    State.UNKNOWN: unknown,
    State.ACTIVE: active,
    State.UNSTORED: unstored,
    State.REFRESHING: refreshing,
    State.ENDED: ended,
    State.SIGNED_OUT: signed_out,
    State.LOST: lost,
}
WITHOUT_RECORD = [State.UNKNOWN, State.ENDED, State.SIGNED_OUT, State.LOST]


def give() -> dict[str, str]:
    return {"email": EMAIL, "password": PASSWORD}


#: What happens while `give_late` is called.
WHILE_ASKED: list[Callable[[], object]] = []


def give_late() -> dict[str, str]:
    while WHILE_ASKED:
        WHILE_ASKED.pop()()
    return give()


def give_wrong() -> dict[str, str]:
    return {"email": EMAIL, "password": "wrong"}


def issued(server: Server, **changes: Any) -> Credentials:
    """A session of another process."""
    record = signed_in(server).storage.load()
    assert record is not None
    return attrs.evolve(record, **changes)


# ---------------------------------------------------------------------- taking a session
def test_a_client_can_be_brought_into_every_state(server: Server) -> None:
    assert {kind: state(make(server)) for kind, make in ALL.items()} == {kind: kind for kind in State}


def test_a_call_takes_the_session_in_the_storage(server: Server) -> None:
    for kind in WITHOUT_RECORD:
        directus = ALL[kind](server)
        directus.storage.save(issued(server))
        assert who(directus) == "ada"
        assert state(directus) is State.ACTIVE


def test_a_login_replaces_whatever_there_was(server: Server) -> None:
    for make in ALL.values():
        directus = make(server)
        session = directus.auth.login(EMAIL, PASSWORD)
        assert directus.storage.load() == session
        assert state(directus) is State.ACTIVE


def test_a_login_that_cannot_be_stored_leaves_the_session_in_memory(server: Server) -> None:
    directus = unstored(server)
    assert who(directus) == "ada"
    assert directus.storage.load() is None
    assert state(directus) is State.UNSTORED


def test_another_process_is_faster_than_credentials(server: Server) -> None:
    for kind in (State.UNKNOWN, State.ENDED, State.LOST):
        directus = ALL[kind](server, credentials=give_late)
        newer = issued(server, user=EMAIL)
        WHILE_ASKED[:] = [partial(directus.storage.save, newer)]
        assert who(directus) == "ada"
        assert directus.storage.load() == newer
        assert state(directus) is State.ACTIVE


def test_a_session_that_another_process_has_stored_is_taken_instead_of_a_refresh(server: Server) -> None:
    for make in (active, unstored):
        directus = make(server)
        newer = issued(server)
        directus.storage.save(newer)
        assert directus.auth.refresh() == newer
        assert state(directus) is State.ACTIVE
    assert server.refreshes == 0


class SignedInBy(MemoryStorage):
    """Another process signs in as soon as the session is deleted."""

    record: Credentials | None = None

    def clear(self, server: str | None = None) -> None:
        super().clear(server)
        record, self.record = self.record, None
        if record is not None:
            self.save(record)


def test_a_refresh_that_waited_for_a_logout_takes_the_session_of_another_process(server: Server) -> None:
    storage = SignedInBy()
    directus = signed_in(server, storage=storage)
    storage.record = newer = issued(server)
    outcomes: list[Credentials] = []
    waiting = threading.Thread(target=lambda: outcomes.append(directus.auth.refresh()))

    def hook(request: Request, path: str) -> None:
        if path == "/auth/logout":
            server.hook = lambda request, path: None
            waiting.start()
            while not is_waiting(waiting):
                time.sleep(0.001)

    server.hook = hook
    directus.auth.logout()
    waiting.join()
    assert outcomes == [newer]
    assert state(directus) is State.ACTIVE


def is_waiting(thread: threading.Thread) -> bool:
    """Whether a thread waits for a lock of the package."""
    frame = sys._current_frames().get(thread.ident or 0)
    while frame is not None and not (frame.f_code.co_name == "hold" and frame.f_code.co_filename.endswith("thread_lock.py")):
        frame = frame.f_back
    return frame is not None


# ---------------------------------------------------------------------- refreshing
def test_a_refresh_replaces_the_session(server: Server) -> None:
    for make in (active, unstored):
        directus = make(server)
        session = directus.auth.refresh()
        assert directus.storage.load() == session
        assert state(directus) is State.ACTIVE


def test_a_refresh_without_a_result_leaves_the_session_before(server: Server) -> None:
    for make in (active, unstored):
        directus = make(server)
        if make is unstored:
            directus.storage.broken = True  # type: ignore[attr-defined]
        fail_to_refresh(server, directus)
        assert state(directus) is State.REFRESHING
        assert who(directus) == "ada"
        directus.auth.refresh()
        assert state(directus) is (State.UNSTORED if make is unstored else State.ACTIVE)


def test_an_interrupted_refresh_is_taken_by_the_next_one(server: Server) -> None:
    directus = active(server)
    go_on = threading.Event()

    def hook(request: Request, path: str) -> None:
        if path == "/auth/refresh":
            server.hook = lambda request, path: None
            _thread.interrupt_main()
            go_on.wait(WAIT)

    server.hook = hook
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored if this run is in the background of a shell
    try:
        with pytest.raises(KeyboardInterrupt):
            directus.auth.refresh()
    finally:
        signal.signal(signal.SIGINT, before)
    assert state(directus) is State.REFRESHING
    go_on.set()
    directus.auth.refresh()
    assert server.refreshes == 1
    assert state(directus) is State.ACTIVE


def test_what_could_not_be_stored_is_stored_before_the_next_refresh(server: Server) -> None:
    directus = unstored(server)
    record = directus.auth._session.status.record  # type: ignore[attr-defined]
    server.hook = lambda request, path: stored.append(directus.storage.load()) if path == "/auth/refresh" else None
    stored: list[Credentials | None] = []
    directus.auth.refresh()
    assert stored == [record]


def test_a_refresh_that_is_refused_ends_the_session(server: Server) -> None:
    directus = active(server)
    server.refresh.clear()
    with pytest.raises(SessionExpired):
        directus.auth.refresh()
    assert state(directus) is State.ENDED
    assert directus.storage.load() is None


def test_a_session_that_is_not_stored_any_more_has_ended(server: Server) -> None:
    directus = active(server)
    directus.storage.clear()
    with pytest.raises(SessionExpired, match="ended elsewhere"):
        directus.auth.refresh()
    assert state(directus) is State.ENDED


def test_a_token_that_nothing_renews_ends_its_session(server: Server) -> None:
    for kind in (State.ACTIVE, State.UNSTORED):
        directus = client(server, storage=Fragile(), auth=LoginAuth(credentials=give))
        server.hook = lambda request, path: _without_refresh_token(server) if path == "/auth/login" else None
        directus.storage.broken = kind is State.UNSTORED
        assert who(directus) == "ada"
        assert state(directus) is kind
        server.hook = lambda request, path: None
        server.expire()
        assert who(directus) == "ada"  # credentials() signed in again
        assert state(directus) is kind


def _without_refresh_token(server: Server) -> Response:
    server.access["alone"] = time.time() + 900
    return json_response({"data": {"access_token": "alone", "expires": 900_000}})


# ---------------------------------------------------------------------- signing in and out
def test_a_logout_forgets_whatever_there_was(server: Server) -> None:
    for make in ALL.values():
        directus = make(server)
        directus.auth.logout()
        assert directus.storage.load() is None
        assert state(directus) is State.SIGNED_OUT
        assert who(directus) == "public"


def test_credentials_name_the_user_whose_session_is_wanted(server: Server) -> None:
    for kind in (State.UNKNOWN, State.ENDED, State.LOST):
        directus = ALL[kind](server, credentials=give)
        directus.storage.save(issued(server, user="bob@example.com"))
        assert who(directus) == "ada"
        assert directus.storage.load().user == EMAIL  # type: ignore[union-attr]


def test_a_refused_login_of_credentials_changes_no_state(server: Server) -> None:
    for kind in (State.UNKNOWN, State.ENDED, State.LOST):
        directus = ALL[kind](server, credentials=give_wrong)
        for _ in range(2):
            sent = len(server.requests)
            with pytest.raises(InvalidCredentials):
                who(directus)
            assert state(directus) is kind
        assert len(server.requests) == sent


# ---------------------------------------------------------------------- forks and pickles
@needs_fork
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_forked_child_drops_the_refresh_of_its_parent(server: Server, transitions: set[Transition]) -> None:
    clients = {kind: make(server) for kind, make in ALL.items()}
    not_stored = unstored(server)
    not_stored.storage.broken = True  # type: ignore[attr-defined]
    fail_to_refresh(server, not_stored)

    def look() -> tuple[list[str], list[Transition]]:
        assert who(clients[State.REFRESHING]) == who(not_stored) == "ada"
        return [state(each).value for each in (*clients.values(), not_stored)], sorted(transitions)

    found, steps = ast.literal_eval(in_child(look))
    expected = {**{kind: kind for kind in ALL}, State.REFRESHING: State.ACTIVE}
    assert found == [*(kind.value for kind in expected.values()), "unstored"]
    transitions.update(steps)


def test_a_pickle_of_a_client_with_a_session_says_that_it_is_lost(server: Server) -> None:
    for make in ALL.values():
        directus = make(server)
        directus.storage.save(issued(server))
        data = pickle.dumps(directus.auth)
        assert b"s3cret" not in data
        copy = client(server, auth=pickle.loads(data))
        assert state(copy) is State.LOST
        with pytest.raises(ConfigurationError, match="unpickled"):
            who(copy)


def test_a_pickle_of_a_client_without_a_session_keeps_its_state(server: Server) -> None:
    for kind in WITHOUT_RECORD:
        copy = client(server, auth=pickle.loads(pickle.dumps(ALL[kind](server).auth)))
        assert state(copy) is kind
