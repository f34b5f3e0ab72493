"""Sessions from elsewhere: the user is checked before one is kept, and nothing is lost where that fails."""

from __future__ import annotations

import base64
import copy
import json
import pickle
import threading
import time
from collections.abc import Callable
from email.utils import formatdate
from pathlib import Path
from typing import Any

import pytest

from directus_sdk import (
    ConfigurationError,
    ConnectionFailed,
    Directus,
    DirectusError,
    FileStorage,
    InvalidCredentials,
    LoginAuth,
    MemoryStorage,
    RetryPolicy,
    ServerError,
    SessionExpired,
    StaticTokenAuth,
    TokenExpired,
)
from directus_sdk.auth.session import State
from tests.scripted_server import Reset, Seen, Wire, answer

ADA, BOB = "xa", "xb"
ONCE = RetryPolicy(attempts=1)


def jwt(**claims: object) -> str:
    body = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    return f"e30.{body}.c2ln"


def session_token(user: str = ADA, **claims: object) -> str:
    now = int(time.time())
    return jwt(**{"id": user, "session": "s" * 64, "iat": now, "exp": now + 3600, **claims})


def refusal(code: str, status: int = 401) -> bytes:
    return answer(json.dumps({"errors": [{"message": "No.", "extensions": {"code": code}}]}).encode(), f"{status} No")


class Server(Wire):
    """A server with two users, whose refresh tokens are `<user>-<number>`; `me` replaces the response to a check."""

    def __init__(self) -> None:
        self.live = {"xa-1": ADA, "xb-1": BOB}
        self.issued = 1
        self.keeps_sessions = False
        self.me: Callable[[str], Any] | None = None
        self.date = formatdate(usegmt=True)
        super().__init__(self.reply)

    def reply(self, seen: Seen) -> Any:
        body = json.loads(seen.body) if seen.body.startswith(b"{") else {}
        if seen.path == "/auth/login":
            return self._issue(ADA)
        if seen.path == "/auth/refresh":
            user = self.live.pop(body.get("refresh_token", ""), None)
            return refusal("INVALID_CREDENTIALS") if user is None else self._issue(user)
        if seen.path == "/auth/logout":
            if self.keeps_sessions:
                return Reset()
            self.live.pop(body.get("refresh_token", ""), None)
            return answer(b"", "204 No Content", length=False)
        token = seen.headers.get("authorization", "").removeprefix("Bearer ")
        cookie = seen.headers.get("cookie", "").removeprefix("directus_session_token=")
        claims = (token or cookie).split(".")[1:2]
        user = json.loads(base64.urlsafe_b64decode(claims[0] + "==")).get("id") if claims else None
        if self.me is not None and seen.path == "/users/me" and "_limit" in seen.target:
            return self.me(str(user))
        return refusal("INVALID_CREDENTIALS") if user is None else self.user(user)

    def user(self, user: str, **fields: str) -> bytes:
        return answer(json.dumps({"data": {"id": user, **fields}}).encode(), headers=f"Date: {self.date}\r\n")

    def _issue(self, user: str) -> bytes:
        self.issued += 1
        refresh = f"{user}-{self.issued}"
        self.live[refresh] = user
        data = {"access_token": jwt(id=user, n=self.issued), "refresh_token": refresh, "expires": 900_000}
        return answer(json.dumps({"data": data}).encode())

    def paths(self) -> list[str]:
        return [seen.path for seen in self.seen]


def user_of(directus: Directus) -> object:
    return directus.request("GET", "/users/me")["id"]


def client(server: Server, **options: Any) -> Directus:
    return Directus(server.url, retry=ONCE, **options)


def test_login_url_sends_nothing_and_keeps_the_path_of_the_server() -> None:
    url = Directus("https://cms.example.com/cms/").auth.login_url("google", redirect="https://www.example.com/in?a=1&b=ö#x")
    redirect = "https%3A%2F%2Fwww.example.com%2Fin%3Fa%3D1%26b%3D%C3%B6%23x"
    assert url == f"https://cms.example.com/cms/auth/login/google?redirect={redirect}"
    assert Directus("https://cms.example.com", token="t").auth.login_url("my-idp_2") == (
        "https://cms.example.com/auth/login/my-idp_2"
    )


@pytest.mark.parametrize("provider", ["", ".", "..", "a/b", "../logout", "a?b", "a b", "göögle", "a\n", None, 5, b"google"])
def test_a_name_that_no_provider_has_is_refused(provider: Any) -> None:
    with pytest.raises(ConfigurationError, match="provider must be"):
        Directus("https://cms.example.com").auth.login_url(provider, redirect="https://www.example.com/")


@pytest.mark.parametrize(
    "redirect",
    [
        "", "/signed-in", "signed-in", "//www.example.com/", "www.example.com", "https:", "https://", "https:///path",
        "https:/www.example.com", "https:www.example.com", "ftp://www.example.com/", "javascript:alert(1)",
        "data:text/html,x", "https://www.example.com@evil.example/", "https://user:pw@www.example.com/",
        "https://www.example.com\\@evil.example/", "https://www.example.com/ x", "https://www.example.com/\r\nA: b",
        " https://www.example.com/", "https://www.example.com:port/", "https://www.example.com:99999/", "https://[::1/",
        "https://www.example.com/\ud83d", 5, b"https://www.example.com/",
    ],
)  # fmt: skip
def test_a_redirect_that_is_not_an_absolute_http_url_is_refused(redirect: Any) -> None:
    with pytest.raises(ConfigurationError, match="redirect must be"):
        Directus("https://cms.example.com").auth.login_url("google", redirect=redirect)


def test_a_refresh_token_from_elsewhere_becomes_the_session() -> None:
    with Server() as server:
        directus = client(server)
        session = directus.auth.refresh(token="xb-1")
        assert session.mode == "json"
        assert session.user == "id:xb"
        assert user_of(directus) == BOB
        assert server.paths() == ["/auth/refresh", "/users/me", "/users/me"]
        # No cache in between has a response to such a query.
        first = server.seen[1].target
        client(server).auth.refresh(token="xa-1")
        assert len({first, server.seen[4].target}) == 2
        assert directus.auth.refresh().user == "id:xb"
        assert "xb-" not in repr(session)


def test_a_session_cookie_becomes_the_session() -> None:
    with Server() as server:
        directus = client(server)
        server.me = lambda user: server.user(user, email=" Bob@Example.com ")
        session = directus.auth.adopt(session_token=session_token(BOB))
        assert (session.mode, session.user, session.lifetime) == ("session", "bob@example.com", 3600.0)
        assert user_of(directus) == BOB
        assert server.seen[0].headers["cookie"].startswith("directus_session_token=e30.")
        assert "authorization" not in server.seen[0].headers


def test_the_expiry_of_a_session_cookie_is_that_of_this_machines_clock() -> None:
    with Server() as server:
        server.date = formatdate(time.time() - 7200, usegmt=True)
        past = int(time.time()) - 7200
        session = client(server).auth.adopt(session_token(iat=past, exp=past + 600))
        assert session.seconds_left == pytest.approx(600, abs=30)


@pytest.mark.parametrize("exp", ["soon", None, True, -1, 1e300, [1]])
def test_an_expiry_that_is_no_time_is_not_known(exp: object) -> None:
    with Server() as server:
        assert client(server).auth.adopt(session_token(exp=exp)).seconds_left is None


@pytest.mark.parametrize("token", [None, "", 5, b"x", "a b", "Bearer x", "x\n", jwt(id=ADA, exp=1), session_token()])
def test_what_is_no_refresh_token_is_not_sent(token: Any) -> None:
    with Server() as server:
        directus = client(server, token=None)
        directus.auth.refresh(token="xa-1")
        sent = len(server.seen)
        with pytest.raises(ConfigurationError) as caught:
            directus.auth.refresh(token=token)
        assert len(server.seen) == sent
        assert "e30." not in str(caught.value)
        assert user_of(directus) == ADA


@pytest.mark.parametrize(
    "token", [None, "", 5, "a b", "x; directus_session_token=y", "a,b", 'a"b', "%41", jwt(id=ADA, exp=1), "é"]
)
def test_what_is_no_session_token_is_not_sent(token: Any) -> None:
    with Server() as server:
        with pytest.raises(ConfigurationError):
            client(server).auth.adopt(session_token=token)
        assert server.seen == []


def test_only_an_auth_with_sessions_takes_one() -> None:
    for directus in (Directus("https://x.example", auth=StaticTokenAuth("t")), Directus("https://x.example", token="t")):
        with pytest.raises(ConfigurationError, match="LoginAuth"):
            directus.auth.refresh(token="x")
        with pytest.raises(ConfigurationError, match="LoginAuth"):
            directus.auth.adopt(session_token="x")


FAILURES: list[tuple[Callable[[Server], Callable[[str], Any]], type[DirectusError]]] = [
    (lambda server: lambda user: refusal("INVALID_CREDENTIALS"), InvalidCredentials),
    (lambda server: lambda user: refusal("TOKEN_EXPIRED"), TokenExpired),
    (lambda server: lambda user: server.user(BOB), SessionExpired),
    (lambda server: lambda user: answer(b'{"data": {}}'), SessionExpired),
    (lambda server: lambda user: answer(b'{"data": null}'), SessionExpired),
    (lambda server: lambda user: answer(b'{"data": {"id": 7}}'), SessionExpired),
    (lambda server: lambda user: refusal("INTERNAL_SERVER_ERROR", 500), ServerError),
    (lambda server: lambda user: Reset(), ConnectionFailed),
]


@pytest.mark.parametrize("how", ["refresh", "adopt"])
@pytest.mark.parametrize(("me", "error"), FAILURES)
def test_when_the_check_fails_the_previous_session_is_kept(how: str, me: Any, error: type[DirectusError]) -> None:
    with Server() as server:
        storage = MemoryStorage()
        directus = client(server, storage=storage)
        before = directus.auth.refresh(token="xb-1")
        server.me = me(server)
        with pytest.raises(error) as caught:
            if how == "refresh":
                directus.auth.refresh(token="xa-1")
            else:
                directus.auth.adopt(session_token=session_token(ADA))
        assert "xa-" not in str(caught.value)
        assert "e30." not in str(caught.value)
        assert storage.load(server.url) == before
        assert user_of(directus) == BOB
        left = {token for token, user in server.live.items() if user == ADA}
        if how == "refresh" and error in (ServerError, ConnectionFailed):
            # No verdict: the traded session is alive, and the same call goes on with it.
            assert "call this again" in str(caught.value)
            server.me = None
            assert directus.auth.refresh(token="xa-1").refresh_token.reveal() in left  # type: ignore[union-attr]
            assert server.paths().count("/auth/refresh") == 2
            assert user_of(directus) == ADA
        else:
            assert left == (set() if how == "refresh" else {"xa-1"})  # ended on the server, not left behind


def test_a_refused_trade_keeps_the_previous_session() -> None:
    with Server() as server:
        directus = client(server)
        directus.auth.refresh(token="xb-1")
        for _ in range(2):
            with pytest.raises(InvalidCredentials):
                directus.auth.refresh(token="xb-1")
        assert user_of(directus) == BOB
        assert directus.auth.refresh().user == "id:xb"


def test_the_clients_own_refresh_token_is_refreshed_without_a_risk() -> None:
    with Server() as server:
        directus = client(server)
        own = directus.auth.refresh(token="xa-1").refresh_token
        assert own is not None
        server.me = lambda user: refusal("INVALID_CREDENTIALS")
        directus.auth.refresh(token=own.reveal())
        assert user_of(directus) == ADA


def test_a_session_that_cannot_be_ended_is_logged_without_its_token(caplog: pytest.LogCaptureFixture) -> None:
    with Server() as server:
        server.keeps_sessions = True
        server.me = lambda user: refusal("INVALID_CREDENTIALS")
        with pytest.raises(InvalidCredentials):
            client(server).auth.refresh(token="xa-1")
    assert "could not be ended on the server: ConnectionFailed" in caplog.text
    assert "xa-" not in caplog.text


def test_the_storage_is_locked_meanwhile(tmp_path: Path) -> None:
    with Server() as server:
        checking, go_on = threading.Event(), threading.Event()

        def me(user: str) -> bytes:
            checking.set()
            assert go_on.wait(30)
            return server.user(user)

        server.me = me
        storages = [FileStorage(tmp_path / "session.json") for _ in range(2)]
        errors: list[BaseException] = []

        def take(number: int) -> None:
            try:
                client(server, storage=storages[number]).auth.refresh(token=["xa-1", "xb-1"][number])
            except BaseException as error:
                errors.append(error)

        first = threading.Thread(target=take, args=(0,))
        first.start()
        assert checking.wait(30)
        second = threading.Thread(target=take, args=(1,))
        second.start()
        with pytest.raises(DirectusError, match="lock was not free"), storages[1].lock(timeout=0.05):
            pass
        assert server.paths().count("/auth/refresh") == 1
        go_on.set()
        first.join(60)
        second.join(60)
        assert errors == []
        stored = storages[0].load(server.url)
        assert stored is not None
        assert stored.user == "id:xb"


def test_an_interrupted_trade_is_completed_and_the_next_call_takes_it(monkeypatch: pytest.MonkeyPatch) -> None:
    with Server() as server:
        directus = client(server)

        def interrupted(sender: object, record: object, max_elapsed: float) -> None:
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr("directus_sdk.auth.handover.verified", interrupted)
            with pytest.raises(KeyboardInterrupt):
                directus.auth.refresh(token="xa-1")
        assert not directus.auth.signed_in
        directus.auth.refresh(token="xa-1")
        assert server.paths().count("/auth/refresh") == 1
        assert user_of(directus) == ADA


def test_copies_and_pickles_hold_no_trade() -> None:
    with Server() as server:
        server.me = lambda user: Reset()
        directus = client(server, auth=LoginAuth())
        with pytest.raises(ConnectionFailed):
            directus.auth.refresh(token="xa-1")
        assert b"xa-" not in pickle.dumps(directus)
        other = Directus(server.url, auth=copy.copy(directus.auth), retry=ONCE)
        with pytest.raises(InvalidCredentials):
            other.auth.refresh(token="xa-1")


def test_with_credentials_another_users_session_is_kept_until_it_ends() -> None:
    with Server() as server:
        auth = LoginAuth(credentials=lambda: {"email": "ada@example.com", "password": "x"})
        directus = client(server, auth=auth)
        directus.auth.refresh(token="xb-1")
        assert user_of(directus) == BOB
        assert auth._session.status.state is State.ACTIVE
