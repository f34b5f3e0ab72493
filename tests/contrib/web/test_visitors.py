"""The sessions of visitors, with a mock server; tests/live/test_visitors.py has a real one."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlsplit

import pytest

from directus_sdk import (
    APIError,
    ConfigurationError,
    ConnectionFailed,
    Directus,
    InvalidCredentials,
    MemoryStorage,
    NotSignedIn,
    Request,
    SessionExpired,
    Storage,
    StorageError,
)
from directus_sdk.contrib.web.stores import FolderVisitorStore, MemoryVisitorStore
from directus_sdk.contrib.web.visitors import Visitors, VisitorStore, record_name
from directus_sdk.testing import MockTransport
from directus_sdk.testing.mock import error_response

Made = tuple[Visitors, MockTransport]


class Server:
    """Counts its logins; `refusal` is what it responds instead to a path."""

    def __init__(self) -> None:
        self.logins = 0
        self.refusals: dict[str, Any] = {}

    def __call__(self, request: Request) -> Any:
        path = urlsplit(request.url).path
        if path in self.refusals:
            return self.refusals[path]
        if path in ("/auth/login", "/auth/refresh"):
            self.logins += 1
            return {"access_token": f"access{self.logins}", "refresh_token": f"refresh{self.logins}", "expires": 900_000}
        return {"id": 1}


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def mock(server: Server) -> MockTransport:
    return MockTransport(server)


@pytest.fixture(params=["folder", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> VisitorStore:
    return FolderVisitorStore(tmp_path / "sessions") if request.param == "folder" else MemoryVisitorStore()


@pytest.fixture
def visitors(mock: MockTransport, store: VisitorStore) -> Visitors:
    return Visitors(Directus("https://cms.example.com", token="the-site", transport=mock), store)


def tokens(mock: MockTransport) -> list[str | None]:
    return [request.headers.get("Authorization") for request in mock.requests]


def kept(store: VisitorStore) -> int:
    """How much is left in a store."""
    return len(store._kept) if isinstance(store, MemoryVisitorStore) else len(list(store.folder.iterdir()))  # type: ignore[attr-defined]


def test_each_visitor_acts_as_himself(visitors: Visitors, mock: MockTransport) -> None:
    ids = [visitors.sign_in(f"{name}@example.com", "pass") for name in ("ada", "bob")]
    for visitor_id in (*ids, None):
        visitors.client(visitor_id).items("notes").read_one(1)
    assert tokens(mock) == [None, None, "Bearer access1", "Bearer access2", None]
    assert [visitors.signed_in(visitor_id) for visitor_id in (*ids, None, visitors.new_id())] == [True, True, False, False]


@pytest.mark.parametrize(
    "wrong",
    ["", "x", "../../../../../../../../../../etc/passwd-pad", "\0" * 43, "é" * 43, "a" * 44, "a" * 42 + "\n", 5, b"a" * 43],
)
def test_an_id_that_is_not_valid_is_no_session(
    visitors: Visitors, mock: MockTransport, store: VisitorStore, wrong: Any
) -> None:
    assert record_name(wrong) is None
    assert not visitors.signed_in(wrong)
    with pytest.raises(SessionExpired):
        visitors.client(wrong).items("notes").read_one(1)
    visitors.sign_out(wrong)
    assert mock.requests == []
    assert kept(store) == 0


def test_an_unknown_id_sends_nothing(visitors: Visitors, mock: MockTransport, store: VisitorStore) -> None:
    visitor_id = visitors.new_id()
    with pytest.raises(NotSignedIn):
        visitors.client(visitor_id).items("notes").read_one(1)
    visitors.sign_out(visitor_id)
    assert mock.requests == []
    assert kept(store) == 0


def test_a_store_sees_no_id(mock: MockTransport) -> None:
    seen: list[str] = []

    class Store(MemoryVisitorStore):
        def storage(self, name: str) -> Any:
            seen.append(name)
            return super().storage(name)

    visitors = Visitors(Directus("https://cms.example.com", transport=mock), Store())
    visitor_id = visitors.sign_in("ada@example.com", "pass")
    visitors.client(visitor_id)
    visitors.sign_out(visitor_id)
    assert set(seen) == {record_name(visitor_id)}
    assert visitor_id not in seen[0]


def test_a_sign_in_makes_a_new_id_and_ends_the_session_before(visitors: Visitors, mock: MockTransport) -> None:
    first = visitors.sign_in("ada@example.com", "pass")
    second = visitors.sign_in("ada@example.com", "pass", otp="123456", replaces=first)
    assert first != second
    assert mock.path() == "/auth/logout"
    assert mock.json()["refresh_token"] == "refresh1"
    assert not visitors.signed_in(first)
    assert visitors.signed_in(second)


def test_a_refused_sign_in_keeps_the_session_before_and_leaves_nothing(
    visitors: Visitors, server: Server, store: VisitorStore
) -> None:
    first = visitors.sign_in("ada@example.com", "pass")
    before = kept(store)
    server.refusals["/auth/login"] = error_response("INVALID_CREDENTIALS", 401)
    with pytest.raises(InvalidCredentials):
        visitors.sign_in("ada@example.com", "wrong", replaces=first)
    assert visitors.signed_in(first)
    assert kept(store) == before


@pytest.mark.parametrize(
    "failure", [ConnectionFailed("no response"), error_response("INTERNAL_SERVER_ERROR", 500), error_response("x", 403)]
)
def test_a_sign_out_deletes_the_record_also_where_the_server_does_not_respond(
    visitors: Visitors, server: Server, store: VisitorStore, mock: MockTransport, failure: Any, caplog: pytest.LogCaptureFixture
) -> None:
    visitor_id = visitors.sign_in("ada@example.com", "pass")
    server.refusals["/auth/logout"] = failure
    mock.requests.clear()
    visitors.sign_out(visitor_id)
    assert mock.json()["refresh_token"] == "refresh1"
    assert len(mock.requests) == 1
    assert mock.last.timeout == (5.0, 5.0)
    assert not visitors.signed_in(visitor_id)
    assert kept(store) == 0
    assert "refresh1" not in caplog.text


def test_a_sign_out_survives_a_store_that_fails(mock: MockTransport, caplog: pytest.LogCaptureFixture) -> None:
    class Broken(MemoryVisitorStore):
        def storage(self, name: str) -> Any:
            if broken:
                raise StorageError("the database is down")
            return super().storage(name)

    broken: list[int] = []
    visitors = Visitors(Directus("https://cms.example.com", transport=mock), Broken())
    visitor_id = visitors.sign_in("ada@example.com", "pass")
    broken.append(1)
    with caplog.at_level(logging.WARNING, "directus_sdk"):
        visitors.sign_out(visitor_id)
    assert "could not be deleted" in caplog.text


def test_a_session_is_deleted_in_its_lock_so_that_no_refresh_stores_it_again(server: Server, mock: MockTransport) -> None:
    class Watched(MemoryStorage):
        is_locked = False
        deleted: ClassVar[list[bool]] = []

        @contextmanager
        def lock(self, timeout: float = 90.0) -> Iterator[None]:
            with super().lock(timeout):
                before, self.is_locked = self.is_locked, True
                yield
                self.is_locked = before

        def delete(self, key: str) -> None:
            self.deleted.append(self.is_locked)
            super().delete(key)

    class Store(VisitorStore):
        record = Watched()

        def storage(self, name: str) -> Storage:
            return self.record

    visitors = Visitors(Directus("https://cms.example.com", transport=mock), Store())
    visitor_id = visitors.sign_in("ada@example.com", "pass")
    server.refusals["/auth/logout"] = ConnectionFailed("no response")
    visitors.sign_out(visitor_id)
    assert Watched.deleted == [True]


def test_a_dead_session_never_goes_on_unauthenticated(visitors: Visitors, server: Server, mock: MockTransport) -> None:
    visitor_id = visitors.sign_in("ada@example.com", "pass")
    server.refusals["/auth/refresh"] = error_response("INVALID_CREDENTIALS", 401)
    server.refusals["/items/notes/1"] = error_response("TOKEN_EXPIRED", 401)
    with pytest.raises(SessionExpired):
        visitors.client(visitor_id).items("notes").read_one(1)
    sent = len(mock.requests)
    with pytest.raises(SessionExpired):
        visitors.client(visitor_id).items("notes").read_one(1)
    assert len(mock.requests) == sent
    assert tokens(mock) == [None, "Bearer access1", None]  # the login, the read, the refresh


def test_the_client_may_be_a_function(mock: MockTransport) -> None:
    sites = [Directus(f"https://{name}.example.com", transport=mock) for name in ("a", "b")]
    visitors = Visitors(lambda: sites[-1], MemoryVisitorStore())
    visitor_id = visitors.sign_in("ada@example.com", "pass")
    assert mock.last.url == "https://b.example.com/auth/login"
    sites.pop()
    with pytest.raises(SessionExpired):  # a session belongs to its server
        visitors.client(visitor_id).items("notes").read_one(1)


def test_a_copy_shares_the_connections_and_not_the_credentials(mock: MockTransport) -> None:
    site = Directus("https://cms.example.com", token="the-site", headers={"X-Site": "1", "X-Api-Key": "s"}, transport=mock)
    visitors = Visitors(site, MemoryVisitorStore())
    client = visitors.client(None)
    client.items("notes").read_one(1)
    assert client.transport is site.transport
    assert mock.last.headers["X-Site"] == "1"
    assert "Authorization" not in mock.last.headers
    assert "X-Api-Key" not in mock.last.headers


@pytest.mark.parametrize("call", [
    lambda auth: auth.login("ada@example.com", "secret"), lambda auth: auth.static("a-token"), lambda auth: auth.refresh(),
    lambda auth: auth.refresh(token="theirs"), lambda auth: auth.adopt(session_token="theirs"), lambda auth: auth.logout(),
])  # fmt: skip
def test_the_client_of_all_who_have_not_signed_in_can_never_become_one_users(
    call: Callable[[Any], object], mock: MockTransport
) -> None:
    visitors = Visitors(Directus("https://cms.example.com", token="the-site", transport=mock), MemoryVisitorStore())
    with pytest.raises(ConfigurationError, match=r"has not signed in has no .*Visitors.sign_in"):
        call(visitors.client(None).auth)
    assert not mock.requests
    assert not visitors.client(None).auth.signed_in
    visitors.client(None).items("notes").read_one(1)
    assert "Authorization" not in mock.last.headers


def test_another_client_of_the_site_is_another_one_for_all_visitors(mock: MockTransport) -> None:
    sites = [Directus(f"https://{name}.example.com", transport=mock) for name in ("one", "two")]
    visitors = Visitors(lambda: sites[0], MemoryVisitorStore())
    assert visitors.client(None).url == "https://one.example.com"
    sites.reverse()
    assert visitors.client(None).url == "https://two.example.com"


def test_expired_records_are_deleted_once_an_hour(
    visitors: Visitors, store: VisitorStore, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    calls: list[int] = []

    def clear() -> int:
        calls.append(1)
        raise OSError("no such folder")

    monkeypatch.setattr(store, "clear_expired", clear)
    start = visitors._cleaned_at
    for seconds, expected in ((10.0, 0), (4000.0, 1), (4100.0, 1), (9000.0, 2)):
        monkeypatch.setattr("directus_sdk.contrib.web.visitors.monotonic", partial(float, start + seconds))
        visitors.sign_in("ada@example.com", "pass")
        assert len(calls) == expected
    assert "could not be deleted" in caplog.text


WRONG: list[Callable[[Directus], object]] = [
    lambda site: Visitors("https://cms.example.com", MemoryVisitorStore()),  # type: ignore[arg-type]
    lambda site: Visitors(site, "folder"),  # type: ignore[arg-type]
    lambda site: Visitors(site, MemoryVisitorStore(), "cookie"),
    lambda site: Visitors(site, MemoryVisitorStore(), None),  # type: ignore[arg-type]
]


@pytest.mark.parametrize("make", WRONG)
def test_what_cannot_work_is_refused(mock: MockTransport, make: Callable[[Directus], object]) -> None:
    with pytest.raises(ConfigurationError):
        make(Directus("https://cms.example.com", transport=mock))


def test_an_error_shows_no_password(visitors: Visitors, server: Server) -> None:
    server.refusals["/auth/login"] = error_response("INVALID_CREDENTIALS", 401)
    with pytest.raises(APIError) as caught:
        visitors.sign_in("ada@example.com", "s3cret-pass")
    traceback = caught.value.__traceback__
    frames = []
    while traceback is not None:
        if "directus_sdk" in traceback.tb_frame.f_globals.get("__name__", ""):
            frames.append(repr(traceback.tb_frame.f_locals))
        traceback = traceback.tb_next
    assert len(frames) > 3
    assert "s3cret-pass" not in "".join(frames)
