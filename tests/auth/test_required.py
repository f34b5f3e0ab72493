"""LoginAuth(required=True) never goes on unauthenticated, and `signed_in` says whether there is a session."""

from __future__ import annotations

import copy
import pickle
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from directus_sdk import (
    ConfigurationError,
    Credentials,
    Directus,
    FileStorage,
    LoginAuth,
    MemoryStorage,
    NotSignedIn,
    RetryPolicy,
    SessionExpired,
    StaticTokenAuth,
    Storage,
)
from directus_sdk.testing.mock import MockTransport
from tests.accounts import Accounts
from tests.realtime.peer import Line, Peer, peer

ADA = "ada@example.com"


@pytest.fixture
def server() -> Iterator[Accounts]:
    with Accounts("one") as accounts:
        yield accounts


def client(server: Accounts, storage: Storage | None = None, **options: Any) -> Directus:
    auth = LoginAuth(**{"required": True, **options})
    return Directus(server.url, auth=auth, storage=storage, retry=RetryPolicy(attempts=1))


CALLS: dict[str, Callable[[Directus], object]] = {
    "read": lambda directus: directus.items("a").read_many(limit=1),
    "iterate": lambda directus: next(directus.items("a").iterate()),
    "write": lambda directus: directus.items("a").create_many([{"id": 1}] * 3, batch_size=1, workers=2),
    "sync": lambda directus: directus.items("a").sync([{"id": 1}], match_on="id"),
    "users": lambda directus: directus.users.me.read(),
    "singleton": lambda directus: directus.singleton("a").read(),
    "request": lambda directus: directus.request("GET", "/x"),
    "graphql": lambda directus: directus.graphql.items("{ a { id } }"),
    "upload": lambda directus: directus.files.upload(b"x", filename="x.txt"),
    "resumable upload": lambda directus: directus.files.upload(b"x" * 100, filename="x.txt", resumable=True),
    "upload_many": lambda directus: directus.files.upload_many([__file__]),
    "asset": lambda directus: directus.assets.read("x"),
    "asset stream": lambda directus: directus.assets.stream("x").__enter__(),
    "asset url": lambda directus: directus.assets.url("x"),
    "download": lambda directus: directus.assets.download("x", to="never"),
    "subscribe": lambda directus: directus.items("a").subscribe(),
    "graphql subscribe": lambda directus: directus.graphql.subscribe("subscription { a_mutated { key } }"),
    "changes": lambda directus: next(directus.items("a").changes()),
    "socket": lambda directus: directus.realtime.connect(),
    "public socket": lambda directus: directus.realtime.connect(mode="public"),
    "strict socket": lambda directus: directus.realtime.connect(mode="strict"),
    "copy": lambda directus: directus.with_options(timeout=5).items("a").read_one(1),
    "specs": lambda directus: directus.server.oas(),
}


@pytest.mark.parametrize("call", list(CALLS))
def test_nothing_is_sent_before_a_sign_in(call: str, server: Accounts) -> None:
    with client(server) as directus:
        for _ in range(2):
            with pytest.raises(NotSignedIn, match=r"auth\.login"):
                CALLS[call](directus)
    assert server.seen == []


@pytest.mark.parametrize("call", ["read", "write", "upload", "asset url", "graphql", "socket", "changes"])
def test_nothing_is_sent_after_the_end_of_a_session(call: str, server: Accounts) -> None:
    with client(server) as directus:
        directus.auth.login(ADA, "pw")
        server.live.clear()
        with pytest.raises(SessionExpired):
            directus.auth.refresh()
        count = len(server.seen)
        for _ in range(2):
            with pytest.raises(SessionExpired) as caught:
                CALLS[call](directus)
            assert not isinstance(caught.value, NotSignedIn)
        assert len(server.seen) == count


def test_every_web_request_hears_that_the_session_is_over(server: Accounts) -> None:
    storage = MemoryStorage()
    storage.save(Credentials(refresh_token="refused", server=server.url))
    base = Directus(server.url, token="service", retry=RetryPolicy(attempts=1))
    for _ in range(3):
        visitor = base.with_options(auth=LoginAuth(required=True), storage=storage)
        with pytest.raises(SessionExpired):
            visitor.items("articles").count()
        assert not visitor.auth.signed_in
    assert server.paths() == ["/auth/refresh"]


def test_after_a_logout_nobody_is_signed_in(server: Accounts) -> None:
    directus = client(server)
    directus.auth.login(ADA, "pw")
    directus.auth.logout()
    with pytest.raises(NotSignedIn):
        directus.items("a").read_one(1)
    directus.auth.login(ADA, "pw")
    assert directus.items("a").read_one(1)["user"] == ADA


OPEN: dict[str, Callable[[Directus], object]] = {
    "ping": lambda directus: directus.server.ping(),
    "health": lambda directus: directus.server.health(),
    "info": lambda directus: directus.server.info(),
    "setup": lambda directus: directus.server.setup("a@example.com", "pw"),
    "register": lambda directus: directus.users.register("a@example.com", "pw"),
    "verify": lambda directus: directus.users.verify_email("token"),
    "accept": lambda directus: directus.users.invites.accept("token", "pw"),
    "password request": lambda directus: directus.auth.password.request("a@example.com"),
    "password reset": lambda directus: directus.auth.password.reset("token", "pw"),
    "providers": lambda directus: directus.auth.providers(),
    "share": lambda directus: directus.shares.authenticate("share"),
    "share info": lambda directus: directus.shares.info("share"),
    "login": lambda directus: directus.auth.login(ADA, "pw"),
    "logout": lambda directus: directus.auth.logout(),
}


@pytest.mark.parametrize("call", list(OPEN))
@pytest.mark.parametrize("before", ["nobody", "a session that is over"])
def test_what_is_open_to_everybody_needs_no_session(call: str, before: str, server: Accounts) -> None:
    storage = MemoryStorage()
    if before != "nobody":
        storage.save(Credentials(refresh_token="refused", server=server.url))
    OPEN[call](client(server, storage))
    assert not any("authorization" in seen.headers for seen in server.seen)


def test_what_is_open_to_everybody_carries_the_session_that_there_is(server: Accounts) -> None:
    directus = client(server)
    directus.auth.login(ADA, "pw")
    assert directus.server.info()["user"] == ADA


def test_a_session_that_is_not_required_is_said_to_be_over_once_by_whatever_call_it_is(server: Accounts) -> None:
    storage = MemoryStorage()
    storage.save(Credentials(refresh_token="refused", server=server.url))
    directus = client(server, storage, required=False)
    with pytest.raises(SessionExpired):
        directus.server.ping()
    assert directus.items("a").read_one(1)["user"] is None


def test_credentials_sign_in_where_a_session_is_required(server: Accounts) -> None:
    directus = client(server, credentials=lambda: {"email": ADA, "password": "pw"})
    assert not directus.auth.signed_in
    assert directus.assets.url("x").startswith(server.url)
    assert directus.items("a").read_one(1)["user"] == ADA
    assert directus.auth.signed_in
    directus.auth.logout()
    for call in (lambda: directus.items("a").read_one(1), lambda: directus.assets.url("x")):
        with pytest.raises(NotSignedIn):
            call()


def test_credentials_do_not_use_a_client_that_needs_a_session(server: Accounts) -> None:
    def ask() -> dict[str, str]:
        directus.items("passwords").read_one(1)
        raise AssertionError

    directus = client(server, credentials=ask)
    with pytest.raises(NotSignedIn):
        directus.items("a").read_one(1)
    assert server.seen == []


def test_a_record_that_signs_nothing_is_not_enough(server: Accounts) -> None:
    server.live["one/sso/refresh-0"] = "sso"
    storage = MemoryStorage()
    storage.save(Credentials(refresh_token="one/sso/refresh-0"))
    directus = client(server, storage, auto_refresh=False)
    with pytest.raises(SessionExpired):
        directus.items("a").read_one(1)
    assert server.seen == []
    directus.auth.refresh()
    assert directus.items("a").read_one(1)["user"] == "sso"


def test_required_survives_copies_and_pickles(server: Accounts, tmp_path: Path) -> None:
    storage = FileStorage(tmp_path / "session.json")
    directus = client(server, storage)
    assert repr(directus.auth).endswith("required=True)")
    for other in (pickle.loads(pickle.dumps(directus)), copy.copy(directus), directus.with_options(headers={"X-A": "1"})):
        with pytest.raises(NotSignedIn):
            other.items("a").read_one(1)
    own = Directus(server.url, auth=copy.copy(directus.auth))
    with pytest.raises(NotSignedIn):
        own.items("a").read_one(1)
    directus.auth.login(ADA, "pw")
    assert pickle.loads(pickle.dumps(directus)).items("a").read_one(1)["user"] == ADA
    in_memory = client(server)
    in_memory.auth.login(ADA, "pw")
    with pytest.raises(ConfigurationError, match="a pickle holds no session"):
        pickle.loads(pickle.dumps(in_memory)).items("a").read_one(1)


# ------------------------------------------------------------------ sockets
def test_a_socket_ends_when_its_session_does() -> None:
    """On version 11 a socket whose token has ended goes on with full rights: it must not."""

    def script(line: Line) -> None:
        line.welcome()
        asked = line.take_subscription()
        line.event(asked, "create", {"id": 1})
        line.rest()

    def reply(request: Any) -> Any:
        return [] if "/items/" in request.url else {"access_token": "t", "refresh_token": "r", "expires": 900_000}

    with peer(script) as server:
        directus = Directus(server.url, auth=LoginAuth(required=True), transport=MockTransport(reply))
        assert isinstance(server, Peer)
        directus.auth.login(ADA, "pw")
        with directus, directus.items("a").subscribe("create") as events:
            assert events.next(10).data == [{"id": 1}]
            directus.auth.logout()
            server.line().drop()
            with pytest.raises(SessionExpired):
                while True:
                    events.next(10)
        assert server.waiting == 0


# ------------------------------------------------------------------ signed_in
NOW = time.time()


@pytest.mark.parametrize(
    ("record", "signed_in"),
    [
        (None, False),
        (Credentials(access_token="a", refresh_token="r", expires_at=NOW + 900, lifetime=900), True),
        (Credentials(access_token="a", refresh_token="r", expires_at=NOW - 1, lifetime=900), True),
        (Credentials(refresh_token="r"), True),
        (Credentials(access_token="a"), True),
        (Credentials(access_token="a", expires_at=NOW - 1), False),
        (Credentials(access_token="a", expires_at=NOW - 1, cookies={"directus_refresh_token": "r"}, mode="cookie"), True),
        (Credentials(cookies={"directus_session_token": "a.b.c"}, expires_at=NOW + 900, mode="session"), True),
        (Credentials(cookies={"own_name": "a"}, mode="session"), True),
        (Credentials(cookies={"directus_session_token": "a.b.c"}, expires_at=NOW - 1, mode="session"), False),
        (Credentials(access_token="a", server="https://elsewhere.example"), False),
    ],
)
def test_signed_in(record: Credentials | None, signed_in: bool) -> None:
    storage, mock = MemoryStorage(), MockTransport()
    if record is not None:
        storage.save(record)
    for required in (False, True):
        directus = Directus("https://cms.example.com", storage=storage, auth=LoginAuth(required=required), transport=mock)
        assert directus.auth.signed_in is signed_in
    assert mock.requests == []


def test_signed_in_of_other_auths() -> None:
    mock = MockTransport()
    directus = Directus("https://cms.example.com", token="t", transport=mock)
    assert directus.auth.signed_in
    assert not Directus("https://cms.example.com", transport=mock).auth.signed_in
    assert directus.with_options(headers={"Authorization": "Basic abc"}).auth.signed_in
    assert not LoginAuth().signed_in
    assert not pickle.loads(pickle.dumps(StaticTokenAuth("t"))).signed_in
    public = Directus("https://cms.example.com", transport=mock)
    public.auth.static("token")
    assert public.auth.signed_in
    public.auth.logout()
    assert not public.auth.signed_in
