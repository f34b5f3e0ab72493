"""LoginAuth against a stand-in for a server that keeps accounts, rotates tokens and counts what it is asked."""

from __future__ import annotations

import copy
import logging
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

import attrs
import pytest

from directus_sdk import (
    APIError,
    ConfigurationError,
    ConnectionFailed,
    Credentials,
    Directus,
    DirectusError,
    FileStorage,
    Forbidden,
    Headers,
    InvalidCredentials,
    LoginAuth,
    MemoryStorage,
    Request,
    Response,
    RetryPolicy,
    SessionExpired,
    StaticTokenAuth,
    Storage,
    StorageError,
    TokenExpired,
    Transport,
)
from directus_sdk.testing.mock import MockTransport, error_response, json_response
from tests.forking import in_child, needs_fork

URL = "https://cms.example.com"
EMAIL, PASSWORD = "ada@example.com", "pa55-s3cret"


class Server(Transport):
    """What a Directus does with tokens. `ttl` in seconds; `hook` may answer in its place."""

    def __init__(self, ttl: float = 900.0) -> None:
        self.ttl = ttl
        self.lock = threading.Lock()
        self.number = 0
        self.access: dict[str, float] = {}
        self.refresh: set[str] = set()
        self.requests: list[Request] = []
        self.hook: Callable[[Request, str], Response | None] = lambda request, path: None

    def send(self, request: Request) -> Response:
        path = request.url.removeprefix(URL)
        with self.lock:
            self.requests.append(request)
        answer = self.hook(request, path)
        if answer is not None:
            return answer
        with self.lock:
            return self.answer(request, path)

    def answer(self, request: Request, path: str) -> Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        body = _json(request)
        cookie = dict(part.split("=", 1) for part in headers.get("cookie", "").split("; ") if part)
        if path.startswith("/auth/") and "authorization" in headers:
            return error_response("INVALID_CREDENTIALS", 401)
        session = cookie.get("directus_session_token")
        if session is not None and self.access.get(session, 0) <= time.time():
            return error_response("TOKEN_EXPIRED" if session in self.access else "INVALID_CREDENTIALS", 401)
        if path.startswith("/auth/login"):
            if body["password"] != PASSWORD:
                return error_response("INVALID_CREDENTIALS", 401, "Invalid user credentials.")
            return self.issue(body["mode"])
        if path == "/auth/refresh":
            spent = body.get("refresh_token") or cookie.get("directus_refresh_token") or session
            if spent not in self.refresh:
                return error_response("INVALID_CREDENTIALS", 401, "Invalid user credentials.")
            self.refresh.discard(spent)
            return self.issue(body["mode"])
        if path == "/auth/logout":
            self.refresh.discard(body.get("refresh_token") or cookie.get("directus_refresh_token") or session or "")
            self.access.pop(session or "", None)
            return Response(204)
        token = headers.get("authorization", "").removeprefix("Bearer ") or session
        if not token:
            return json_response({"data": {"who": "public"}})
        if token not in self.access:
            return error_response("INVALID_CREDENTIALS", 401, "Invalid user credentials.")
        if self.access[token] <= time.time():
            return error_response("TOKEN_EXPIRED", 401, "Token expired.")
        return json_response({"data": {"who": "ada"}})

    def issue(self, mode: str) -> Response:
        self.number += 1
        access, refresh = f"access-{self.number}-s3cret", f"refresh-{self.number}-s3cret"
        data: dict[str, Any] = {"expires": int(self.ttl * 1000)}
        headers = {}
        if mode == "session":
            access = refresh = f"head.{self.number}.s3cret"
            headers["Set-Cookie"] = f"directus_session_token={access}; Max-Age=86400; Path=/; HttpOnly; SameSite=Lax"
        else:
            data["access_token"] = access
        if mode == "cookie":
            headers["Set-Cookie"] = f"directus_refresh_token={refresh}; Max-Age=86400; Path=/; HttpOnly; SameSite=Lax"
        if mode == "json":
            data["refresh_token"] = refresh
        self.access[access] = time.time() + self.ttl
        self.refresh.add(refresh)
        return json_response({"data": data}, headers=headers)

    def expire(self) -> None:
        """Every access token is over now, whatever clients believe."""
        self.access = dict.fromkeys(self.access, 0.0)

    def paths(self, path: str) -> list[Request]:
        return [request for request in self.requests if request.url == URL + path]

    @property
    def refreshes(self) -> int:
        return len(self.paths("/auth/refresh"))


def _json(request: Request) -> dict[str, Any]:
    import json

    return json.loads(request.body) if isinstance(request.body, bytes) else {}


@pytest.fixture
def server() -> Server:
    return Server()


def client(server: Server, **options: Any) -> Directus:
    retry = RetryPolicy(attempts=1, sleep=lambda seconds: None)
    return Directus(URL, transport=server, **{"retry": retry, **options})


def signed_in(server: Server, **options: Any) -> Directus:
    directus = client(server, **options)
    directus.auth.login(EMAIL, PASSWORD)
    return directus


def who(directus: Directus) -> str:
    return str(directus.request("GET", "/who")["who"])


def aged(directus: Directus, left: float = 0.0) -> Directus:
    """A client that finds the same session, whose access token ends in `left` seconds by the record."""
    record = directus.storage.load()
    assert record is not None
    directus.storage.save(attrs.evolve(record, expires_at=time.time() + left))
    assert isinstance(directus.transport, Server)
    retry = directus.pipeline.retry
    return client(directus.transport, auth=copy.copy(directus.auth), storage=directus.storage, retry=retry)


modes = pytest.mark.parametrize("mode", ["json", "cookie", "session"])


# ------------------------------------------------------------------ the life of a session
@modes
def test_sign_in_and_out(server: Server, mode: str) -> None:
    directus = client(server, auth=LoginAuth(mode=mode))
    assert who(directus) == "public"
    session = directus.auth.login(EMAIL, PASSWORD)
    assert "s3cret" not in repr(session)
    assert session.mode == mode
    assert who(directus) == "ada"
    assert directus.auth.token in server.access
    directus.auth.logout()
    assert server.refresh == set()
    assert who(directus) == "public"
    assert directus.auth.token is None
    assert directus.storage.load() is None
    sent = len(server.requests)
    directus.auth.logout()
    assert len(server.requests) == sent


def test_nothing_is_sent_before_a_call(server: Server) -> None:
    directus = client(server)
    assert directus.auth.token is None
    assert server.requests == []


@modes
def test_a_token_that_is_about_to_end_is_refreshed_before_the_call(server: Server, mode: str) -> None:
    directus = signed_in(server, auth=LoginAuth(mode=mode))
    before = directus.auth.token
    directus = aged(directus, 20)
    assert who(directus) == "ada"
    assert server.refreshes == 1
    assert directus.auth.token != before
    who(directus)
    assert server.refreshes == 1


@pytest.mark.parametrize(("left", "refreshes"), [(31, 0), (29, 1), (-5, 1)])
def test_the_margin(server: Server, left: float, refreshes: int) -> None:
    directus = signed_in(server)
    directus = aged(directus, left)
    assert who(directus) == "ada"
    assert server.refreshes == refreshes


def test_a_short_life_has_a_short_margin(server: Server) -> None:
    server.ttl = 10.0
    directus = signed_in(server)
    assert who(directus) == "ada"
    assert server.refreshes == 0
    record = directus.storage.load()
    assert record is not None
    # One second less than it lives, since the server counts whole seconds.
    assert 8 < record.expires_at - time.time() <= 9
    directus = aged(directus, 2.6)
    who(directus)
    assert server.refreshes == 0
    directus = aged(directus, 2.4)
    who(directus)
    assert server.refreshes == 1


@modes
def test_a_token_that_the_server_refuses_is_refreshed_once(server: Server, mode: str) -> None:
    directus = signed_in(server, auth=LoginAuth(mode=mode))
    if mode != "session":  # there it cannot be refreshed any more
        server.expire()
        assert who(directus) == "ada"
        assert server.refreshes == 1
    server.hook = lambda request, path: error_response("TOKEN_EXPIRED", 401) if path == "/who" else None
    count = server.refreshes
    with pytest.raises(TokenExpired):
        who(directus)
    assert server.refreshes == count + 1
    server.hook = lambda request, path: None
    assert who(directus) == "ada"


def test_what_version_9_says_of_an_expired_token(server: Server) -> None:
    directus = signed_in(server)
    answers = [error_response("INVALID_CREDENTIALS", 401, "Token expired.")]
    server.hook = lambda request, path: answers.pop() if path == "/who" and answers else None
    assert who(directus) == "ada"
    assert server.refreshes == 1


@pytest.mark.parametrize(
    ("code", "status", "refreshes"), [("INVALID_TOKEN", 403, 1), ("FORBIDDEN", 403, 0), ("INVALID_CREDENTIALS", 401, 0)]
)
def test_other_refusals(server: Server, code: str, status: int, refreshes: int) -> None:
    directus = signed_in(server)
    server.hook = lambda request, path: error_response(code, status) if path == "/who" else None
    with pytest.raises(APIError):
        who(directus)
    assert server.refreshes == refreshes


def test_auth_calls_carry_no_authorization(server: Server) -> None:
    directus = signed_in(server)
    directus = aged(directus)
    who(directus)
    directus.auth.login(EMAIL, PASSWORD)
    directus.auth.providers()
    directus.auth.password.request(EMAIL)
    directus.auth.password.reset("token", "new")
    directus.auth.logout()
    for request in server.requests:
        assert request.has_header("Authorization") == (request.url == f"{URL}/who")


def test_without_auto_refresh(server: Server) -> None:
    directus = signed_in(server, auth=LoginAuth(auto_refresh=False))
    directus = aged(directus)
    assert who(directus) == "ada"
    server.expire()
    with pytest.raises(TokenExpired):
        who(directus)
    assert server.refreshes == 0
    directus.auth.refresh()
    assert who(directus) == "ada"


def test_refresh_by_hand(server: Server) -> None:
    directus = client(server)
    with pytest.raises(ConfigurationError, match="no session"):
        directus.auth.refresh()
    directus.auth.login(EMAIL, PASSWORD)
    before = directus.auth.token
    assert directus.auth.refresh().access_token.reveal() == directus.auth.token != before
    directus.auth.static("static-token")
    with pytest.raises(ConfigurationError, match="no session"):
        directus.auth.refresh()


def test_a_record_with_a_refresh_token_only(server: Server) -> None:
    directus = client(server)
    server.refresh.add("from elsewhere")
    directus.storage.save(Credentials(refresh_token="from elsewhere"))
    assert who(directus) == "ada"
    assert server.refreshes == 1


@modes
def test_fresh_token(server: Server, mode: str) -> None:
    directus = client(server, auth=LoginAuth(mode=mode))
    assert directus.auth.fresh_token() == (None, None)
    directus.auth.login(EMAIL, PASSWORD)
    directus = aged(directus, 5)
    token, left = directus.auth.fresh_token()
    assert token == directus.auth.token in server.access
    assert 890 < left <= 899


# ------------------------------------------------------------------ arguments
def test_the_body_of_a_login(server: Server) -> None:
    directus = client(server)
    directus.auth.login(EMAIL, PASSWORD, otp="123456")
    assert _json(server.requests[-1]) == {"email": EMAIL, "password": PASSWORD, "otp": "123456", "mode": "json"}
    directus.auth.login(None, PASSWORD, provider="my/ldap", identifier="ada", mode="session")
    assert server.requests[-1].url == f"{URL}/auth/login/my%2Fldap"
    assert _json(server.requests[-1]) == {"identifier": "ada", "password": PASSWORD, "mode": "session"}
    directus = aged(directus, 5)
    who(directus)
    assert _json(server.paths("/auth/refresh")[0]) == {"mode": "session"}  # the mode of the login


@pytest.mark.parametrize("arguments", [{}, {"password": "p"}, {"email": EMAIL}, {"email": EMAIL, "password": ""}])
def test_a_login_needs_a_name_and_a_password(server: Server, arguments: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="login needs"):
        client(server).auth.login(**arguments)
    assert server.requests == []


@pytest.mark.parametrize("options", [{"mode": "jwt"}, {"refresh_margin": -1}, {"credentials": {"email": "a"}}])
def test_options_that_cannot_be(options: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError):
        LoginAuth(**options)


def test_a_mode_that_cannot_be(server: Server) -> None:
    with pytest.raises(ConfigurationError, match="mode"):
        client(server).auth.login(EMAIL, PASSWORD, mode="jwt")


def test_cookies_of_others_are_not_taken_for_a_session(server: Server) -> None:
    server.hook = lambda request, path: (
        json_response({"data": {"access_token": "a", "refresh_token": "r", "expires": 1}}, headers={"Set-Cookie": "lb=1"})
        if path == "/auth/login"
        else None
    )
    directus = signed_in(server)
    assert directus.storage.load().cookies == {}


def test_a_cookie_of_the_users_own_goes_along(server: Server) -> None:
    directus = signed_in(server, auth=LoginAuth(mode="session"))
    assert directus.request("GET", "/who", headers={"Cookie": "lb=1"}) == {"who": "ada"}
    assert server.requests[-1].headers["Cookie"].startswith("lb=1; directus_session_token=")


def test_an_address_that_is_no_directus(server: Server) -> None:
    server.hook = lambda request, path: json_response({"hello": "world"})
    with pytest.raises(ConfigurationError, match="contains no token"):
        signed_in(server)


# ------------------------------------------------------------------ the end of a session
@modes
def test_a_session_that_is_over_is_told_once(server: Server, mode: str) -> None:
    directus = signed_in(server, auth=LoginAuth(mode=mode))
    server.refresh.clear()
    server.expire()
    with pytest.raises(SessionExpired, match=r"login\(\.\.\.\)"):
        who(directus)
    assert directus.storage.load() is None
    assert who(directus) == "public"
    directus.auth.login(EMAIL, PASSWORD)
    assert who(directus) == "ada"


@pytest.mark.parametrize("status", [400, 401, 403])
def test_a_refused_refresh_ends_the_session(server: Server, status: int) -> None:
    directus = signed_in(server)
    directus = aged(directus)
    server.hook = lambda request, path: error_response("ANY", status) if path == "/auth/refresh" else None
    with pytest.raises(SessionExpired) as caught:
        who(directus)
    assert isinstance(caught.value.__cause__, APIError)
    assert directus.storage.load() is None


def failing(status: int | None) -> Callable[[Request, str], Response | None]:
    def hook(request: Request, path: str) -> Response | None:
        if path != "/auth/refresh":
            return None
        if status is None:
            raise ConnectionFailed("no answer")
        return error_response("ANY", status)

    return hook


@pytest.mark.parametrize("status", [None, 429, 500, 502, 503])
def test_a_refresh_without_an_answer_keeps_the_session(server: Server, status: int | None) -> None:
    directus = signed_in(server)
    directus = aged(directus)
    server.hook = failing(status)
    with pytest.raises((APIError, ConnectionFailed)):
        who(directus)
    assert directus.storage.load() is not None
    directus.auth.login(EMAIL, PASSWORD)  # works after any failure
    directus = aged(directus)
    server.hook = lambda request, path: None
    assert who(directus) == "ada"


@pytest.mark.parametrize("status", [None, 429, 500])
def test_a_refresh_ahead_of_time_may_fail(server: Server, status: int | None, caplog: pytest.LogCaptureFixture) -> None:
    directus = signed_in(server)
    directus = aged(directus, 20)
    server.hook = failing(status)
    with caplog.at_level(logging.INFO, "directus_sdk"):
        assert who(directus) == "ada"
    assert "ahead of time" in caplog.text
    server.hook = lambda request, path: None
    assert who(directus) == "ada"
    assert server.refreshes == 2


def test_a_refresh_is_tried_again_after_a_broken_connection(server: Server) -> None:
    directus = signed_in(server, retry=RetryPolicy(attempts=3, sleep=lambda seconds: None))
    directus = aged(directus)
    faults = [ConnectionFailed("reset"), ConnectionFailed("reset")]

    def hook(request: Request, path: str) -> None:
        if path == "/auth/refresh" and faults:
            raise faults.pop()

    server.hook = hook
    assert who(directus) == "ada"
    assert server.refreshes == 3


def test_a_failed_login_keeps_the_session_before(server: Server) -> None:
    directus = signed_in(server)
    with pytest.raises(InvalidCredentials):
        directus.auth.login(EMAIL, "wrong")
    assert who(directus) == "ada"


def test_a_logout_without_an_answer_keeps_the_session(server: Server) -> None:
    directus = signed_in(server)

    def hook(request: Request, path: str) -> None:
        if path == "/auth/logout":
            raise ConnectionFailed("no answer")

    server.hook = hook
    with pytest.raises(ConnectionFailed):
        directus.auth.logout()
    assert who(directus) == "ada"
    server.hook = lambda request, path: None
    directus.auth.logout()
    assert who(directus) == "public"


@pytest.mark.parametrize("kind", ["text/html", "application/json"])
@pytest.mark.parametrize("status", [400, 401, 403])
def test_a_firewall_ends_no_session(server: Server, status: int, kind: str) -> None:
    directus = signed_in(server)
    directus = aged(directus)
    page = b'{"error": "blocked"}' if "json" in kind else b"<html>Attention required</html>"
    blocked = Response(status, {"Content-Type": kind}, page)
    server.hook = lambda request, path: blocked if path.startswith("/auth/") else None
    with pytest.raises(APIError) as caught:
        who(directus)
    assert caught.value.status == status
    with pytest.raises(APIError):
        directus.auth.logout()
    assert directus.storage.load() is not None
    server.hook = lambda request, path: None
    assert who(directus) == "ada"
    directus.auth.logout()
    assert who(directus) == "public"


def test_a_logout_of_a_session_that_is_over(server: Server) -> None:
    directus = signed_in(server)
    server.hook = lambda request, path: error_response("INVALID_CREDENTIALS", 401) if path == "/auth/logout" else None
    directus.auth.logout()
    assert who(directus) == "public"


# ------------------------------------------------------------------ sharing
def test_a_newer_record_is_adopted(server: Server) -> None:
    storage = MemoryStorage()
    one, two = signed_in(server, storage=storage), client(server, storage=storage)
    assert who(two) == "ada"
    one = aged(one)
    who(one)
    assert server.refreshes == 1
    server.expire()  # what two has in memory
    server.access[one.auth.token] = time.time() + 900
    assert who(two) == "ada"
    assert server.refreshes == 1
    assert two.auth.token == one.auth.token


def test_an_end_elsewhere(server: Server) -> None:
    storage = MemoryStorage()
    one, two = signed_in(server, storage=storage), client(server, storage=storage)
    who(two)
    one.auth.logout()
    server.expire()
    with pytest.raises(SessionExpired, match="elsewhere"):
        who(two)
    assert who(two) == "public"


def test_a_lock_that_does_not_hold_costs_no_session(server: Server) -> None:
    """As on a network file system: the refusal comes since another machine was faster."""
    directus = signed_in(server)
    directus = aged(directus)
    other = Credentials("other-access", "other-refresh", expires_at=time.time() + 900, lifetime=900.0)
    server.access["other-access"] = time.time() + 900

    def hook(request: Request, path: str) -> Response | None:
        if path != "/auth/refresh":
            return None
        directus.storage.save(other)
        return error_response("INVALID_CREDENTIALS", 401)

    server.hook = hook
    assert who(directus) == "ada"
    assert directus.storage.load() == other


def waits(thread: threading.Thread) -> bool:
    """Whether a thread stands at a lock of the session; one that comes later would ask the server itself."""
    frame = sys._current_frames().get(thread.ident or 0)
    return frame is not None and frame.f_code.co_name == "hold"


class Locks(MemoryStorage):
    """Counts how often its lock is taken, which costs a journey where it is on another machine."""

    count = 0

    def lock(self, timeout: float = 60) -> Any:
        self.count += 1
        return super().lock(timeout)


@modes
def test_threads_refresh_once(server: Server, mode: str) -> None:
    storage = Locks()
    directus = aged(signed_in(server, auth=LoginAuth(mode=mode), storage=storage))
    storage.count = 0

    def hook(request: Request, path: str) -> None:
        if path == "/auth/refresh":
            while sum(map(waits, threading.enumerate())) < 15:
                pass

    server.hook = hook
    assert who_in_threads(directus, 16) == ["ada"] * 16
    assert server.refreshes == storage.count == 1
    if mode != "session":
        server.expire()
        assert who_in_threads(directus, 16) == ["ada"] * 16
        assert server.refreshes == storage.count == 2


def who_in_threads(directus: Directus, count: int) -> list[object]:
    start = threading.Barrier(count)
    outcomes: list[object] = []

    def work() -> None:
        start.wait()
        try:
            outcomes.append(who(directus))
        except Exception as error:
            outcomes.append(error)

    threads = [threading.Thread(target=work) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def test_threads_share_the_failure_that_they_waited_for(server: Server) -> None:
    directus = signed_in(server)
    directus = aged(directus)
    inside, arrived = threading.Event(), threading.Event()

    def hook(request: Request, path: str) -> None:
        if path == "/auth/refresh":
            inside.set()
            arrived.wait(30)
            raise ConnectionFailed("no answer")

    server.hook = hook
    outcomes: list[object] = []

    def work() -> None:
        try:
            outcomes.append(who(directus))
        except ConnectionFailed as error:
            outcomes.append(error)

    first = threading.Thread(target=work)
    first.start()
    inside.wait(30)
    others = [threading.Thread(target=work) for _ in range(8)]
    for thread in others:
        thread.start()
    while not all(waits(thread) for thread in others):
        pass
    arrived.set()
    for thread in [first, *others]:
        thread.join()
    assert len(outcomes) == 9
    assert all(isinstance(outcome, ConnectionFailed) for outcome in outcomes)
    assert len({id(outcome) for outcome in outcomes}) == 9
    assert server.refreshes == 1
    server.hook = lambda request, path: None
    assert who(directus) == "ada"


def test_a_slow_refresh_stops_nobody_whose_token_lives(server: Server) -> None:
    directus = signed_in(server)
    directus = aged(directus, 25)
    inside, done = threading.Event(), threading.Event()

    def hook(request: Request, path: str) -> None:
        if path == "/auth/refresh":
            inside.set()
            done.wait(30)

    server.hook = hook
    slow = threading.Thread(target=who, args=(directus,))
    slow.start()
    inside.wait(30)
    assert who(directus) == "ada"
    assert slow.is_alive()  # this call did not wait for it
    done.set()
    slow.join()
    assert server.refreshes == 1


def test_threads_learn_that_the_session_is_over(server: Server) -> None:
    directus = signed_in(server)
    server.refresh.clear()
    server.expire()
    outcomes = who_in_threads(directus, 8)
    assert server.refreshes == 1
    told = [outcome for outcome in outcomes if isinstance(outcome, SessionExpired)]
    assert told
    assert all(outcome == "public" for outcome in outcomes if outcome not in told)
    assert who(directus) == "public"


# ------------------------------------------------------------------ signing in again
class Credential:
    """A callable that counts."""

    def __init__(self, **given: Any) -> None:
        self.given = given or {"email": EMAIL, "password": PASSWORD}
        self.calls = 0

    def __call__(self) -> Any:
        self.calls += 1
        return self.given


def test_credentials_sign_in_first_and_again(server: Server) -> None:
    ask = Credential()
    directus = client(server, auth=LoginAuth(credentials=ask))
    assert directus.auth.token is None
    assert who_in_threads(directus, 8) == ["ada"] * 8
    assert ask.calls == 1
    server.refresh.clear()
    server.expire()
    assert who_in_threads(directus, 8) == ["ada"] * 8
    assert ask.calls == 2
    assert server.refreshes == 1
    directus.auth.logout()
    assert who(directus) == "public"
    assert ask.calls == 2
    directus.auth.login(EMAIL, PASSWORD)
    server.refresh.clear()
    server.expire()
    assert who(directus) == "ada"
    assert ask.calls == 3


def test_credentials_with_all_arguments(server: Server) -> None:
    ask = Credential(identifier="ada", password=PASSWORD, otp="123456", provider="ldap", mode="session")
    directus = client(server, auth=LoginAuth(credentials=ask))
    assert who(directus) == "ada"
    assert server.requests[0].url == f"{URL}/auth/login/ldap"
    assert _json(server.requests[0]) == {"identifier": "ada", "password": PASSWORD, "otp": "123456", "mode": "session"}


def test_a_wrong_password_is_not_sent_again_and_again(server: Server) -> None:
    """After some failures the server suspends the account."""
    ask = Credential(email=EMAIL, password="wrong")
    directus = client(server, auth=LoginAuth(credentials=ask))
    for _ in range(3):
        with pytest.raises(InvalidCredentials):
            who(directus)
    assert len(server.paths("/auth/login")) == 1
    ask.given = {"email": EMAIL, "password": PASSWORD}
    assert who(directus) == "ada"


@pytest.mark.parametrize(
    ("code", "status"), [("INVALID_OTP", 401), ("USER_SUSPENDED", 401), ("INVALID_PAYLOAD", 400), ("INVALID_PROVIDER", 403)]
)
def test_what_the_server_has_refused_is_not_sent_again(server: Server, code: str, status: int) -> None:
    ask = Credential()
    directus = client(server, auth=LoginAuth(credentials=ask))
    server.hook = lambda request, path: error_response(code, status) if path == "/auth/login" else None
    for _ in range(3):
        with pytest.raises(APIError) as caught:
            who(directus)
        assert caught.value.code == code
    assert len(server.paths("/auth/login")) == 1
    server.hook = lambda request, path: None
    ask.given = {**ask.given, "otp": "123456"}
    assert who(directus) == "ada"


def test_a_login_that_a_firewall_refused_is_sent_again(server: Server) -> None:
    directus = client(server, auth=LoginAuth(credentials=Credential()))
    server.hook = lambda request, path: Response(403, {"Content-Type": "text/html"}, b"<html>") if "/auth/" in path else None
    with pytest.raises(Forbidden):
        who(directus)
    server.hook = lambda request, path: None
    assert who(directus) == "ada"


def test_credentials_that_fail_for_another_reason_are_asked_again(server: Server) -> None:
    directus = client(server, auth=LoginAuth(credentials=Credential()))
    server.hook = lambda request, path: error_response("ANY", 500) if path == "/auth/login" else None
    for _ in range(2):
        with pytest.raises(APIError):
            who(directus)
    server.hook = lambda request, path: None
    assert who(directus) == "ada"
    assert len(server.paths("/auth/login")) == 3


@pytest.mark.parametrize("given", [None, ("a", "b"), {"email": EMAIL, "password": PASSWORD, "pin": 1}])
def test_credentials_that_are_none(server: Server, given: object) -> None:
    directus = client(server, auth=LoginAuth(credentials=lambda: given))
    with pytest.raises(ConfigurationError, match="mapping"):
        who(directus)


def test_credentials_may_use_the_client_as_the_public(server: Server) -> None:
    seen: list[str] = []

    def ask() -> dict[str, str]:
        seen.append(who(directus))
        return {"email": EMAIL, "password": PASSWORD}

    directus = client(server, auth=LoginAuth(credentials=ask))
    assert who(directus) == "ada"
    assert seen == ["public"]


@pytest.mark.parametrize("call", ["login", "logout", "static", "refresh"])
def test_credentials_must_not_sign_in_themselves(server: Server, call: str) -> None:
    def ask() -> dict[str, str]:
        arguments = {"login": (EMAIL, PASSWORD), "static": ("token",)}.get(call, ())
        getattr(directus.auth, call)(*arguments)
        return {"email": EMAIL, "password": PASSWORD}

    directus = client(server, auth=LoginAuth(credentials=ask))
    with pytest.raises(ConfigurationError, match=r"renewed by this very call|no session to refresh"):
        who(directus)
    directus.auth.login(EMAIL, PASSWORD)
    assert who(directus) == "ada"


def test_a_listener_may_use_the_client(server: Server) -> None:
    directus = aged(signed_in(server), 20)
    seen: list[str] = []

    @directus.on_event
    def listen(event: Any) -> None:
        if event.kind == "response" and event.request.url.endswith("/auth/refresh"):
            seen.append(who(directus))

    assert who(directus) == "ada"
    assert seen == ["ada"]
    assert server.refreshes == 1


# ------------------------------------------------------------------ storages with faults
class Fragile(MemoryStorage):
    broken = False

    def set(self, key: str, value: str) -> None:
        if self.broken:
            raise OSError(28, "No space left on device")
        super().set(key, value)

    def delete(self, key: str) -> None:
        if self.broken:
            raise OSError(28, "No space left on device")
        super().delete(key)


def test_a_storage_that_cannot_be_written_costs_no_session(server: Server, caplog: pytest.LogCaptureFixture) -> None:
    storage = Fragile()
    directus = signed_in(server, storage=storage)
    directus = aged(directus)
    storage.broken = True
    with caplog.at_level(logging.WARNING, "directus_sdk"):
        assert who(directus) == "ada"
    assert "could not be written to the Fragile: OSError" in caplog.text
    assert "s3cret" not in caplog.text
    # What is stored has been spent, and is not sent again.
    for _ in range(2):
        server.expire()
        assert who(directus) == "ada"
    assert server.refreshes == 3
    storage.broken = False
    server.expire()
    assert who(directus) == "ada"
    assert who(client(server, storage=storage)) == "ada"


class Away(Fragile):
    """It fails at everything but its lock."""

    def get(self, key: str) -> str | None:
        if self.broken:
            raise OSError(5, "Input/output error")
        return super().get(key)


def away_at(path: str, server: Server) -> Directus:
    """A signed-in client whose storage fails from the moment when a path is called."""
    storage = Away()

    def hook(request: Request, called: str) -> None:
        storage.broken = storage.broken or called == path

    directus = signed_in(server, storage=storage)
    server.hook = hook
    return directus


def test_a_storage_that_cannot_be_read_either_costs_no_session(server: Server) -> None:
    directus = away_at("/auth/refresh", server)
    directus.auth.refresh()
    server.hook = lambda request, path: None
    directus.storage.broken = False  # it still holds the spent token
    for _ in range(3):
        directus.auth.refresh()
    assert who(client(server, storage=directus.storage)) == "ada"


def test_a_logout_whose_storage_cannot_be_read_either_is_out(server: Server) -> None:
    directus = away_at("/auth/logout", server)
    with pytest.raises(OSError, match="Input/output"):
        directus.auth.logout()
    directus.storage.broken = False
    assert who(directus) == "public"
    assert not directus.auth.signed_in


def test_a_login_that_cannot_be_stored_says_so_and_is_there(server: Server) -> None:
    storage = Fragile()
    storage.broken = True
    directus = client(server, storage=storage)
    with pytest.raises(OSError, match="No space"):
        directus.auth.login(EMAIL, PASSWORD)
    assert who(directus) == "ada"
    server.expire()
    assert who(directus) == "ada"


def test_a_logout_that_cannot_be_stored_says_so_and_is_out(server: Server) -> None:
    storage = Fragile()
    directus = signed_in(server, storage=storage)
    storage.broken = True
    with pytest.raises(OSError, match="No space"):
        directus.auth.logout()
    assert who(directus) == "public"
    storage.broken = False
    directus.auth.login(EMAIL, PASSWORD)
    assert who(directus) == "ada"


def test_a_session_that_is_over_and_cannot_be_deleted(server: Server) -> None:
    storage = Fragile()
    directus = signed_in(server, storage=storage)
    server.refresh.clear()
    server.expire()
    storage.broken = True
    with pytest.raises(SessionExpired):
        who(directus)
    assert who(directus) == "public"


def test_another_record_wins_over_one_that_could_not_be_stored(server: Server) -> None:
    storage = Fragile()
    directus = signed_in(server, storage=storage)
    directus = aged(directus)
    storage.broken = True
    who(directus)
    storage.broken = False
    other = signed_in(server, storage=storage)
    server.expire()
    server.access[other.auth.token] = time.time() + 900
    assert who(directus) == "ada"
    assert directus.auth.token == other.auth.token


def test_a_session_that_could_not_be_stored_outlives_another_that_spends_the_stored_one(server: Server) -> None:
    storage = Fragile()
    ours = aged(signed_in(server, storage=storage))
    other = aged(ours)
    storage.broken = True
    assert who(ours) == "ada"
    storage.broken = False
    with pytest.raises(SessionExpired):
        who(other)  # it spends the token that ours has spent, and clears the storage
    assert storage.load() is None
    server.expire()
    assert who(ours) == "ada"
    assert who(client(server, storage=storage)) == "ada"


class Held(MemoryStorage):
    """Somebody holds the lock and does not leave it."""

    def lock(self, timeout: float = 0) -> Any:
        raise StorageError("not free")


def test_a_lock_that_does_not_come_free(server: Server) -> None:
    storage = Held()
    server.access["a"] = time.time() + 900
    storage.save(Credentials("a", "r", expires_at=time.time() + 20, lifetime=900.0))
    directus = client(server, storage=storage)
    assert who(directus) == "ada"  # it is still good
    storage.save(Credentials("a", "r", expires_at=time.time() - 1, lifetime=900.0))
    with pytest.raises(StorageError, match="not free"):
        who(client(server, storage=storage))


def test_a_corrupt_file_is_no_session(server: Server, tmp_path: Path) -> None:
    path = tmp_path / "session.json"
    path.write_text("{broken")
    directus = client(server, storage=FileStorage(path))
    assert who(directus) == "public"
    directus.auth.login(EMAIL, PASSWORD)
    assert who(client(server, storage=FileStorage(path))) == "ada"


KILLED = """
import os, signal, sys
sys.path.insert(0, sys.argv[2])
from directus_sdk import Directus, FileStorage
from tests.auth.test_login import EMAIL, PASSWORD, Server, aged, client, who
class Killed(FileStorage):
    armed = False
    def set(self, key, value):
        if self.armed:
            os.kill(os.getpid(), signal.SIGKILL)  # the server has answered, and nothing is stored yet
        super().set(key, value)
storage = Killed(sys.argv[1])
server = Server()
directus = client(server, storage=storage)
directus.auth.login(EMAIL, PASSWORD)
directus = aged(directus)
storage.armed = True
who(directus)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL there")
def test_a_crash_between_the_answer_and_the_store(server: Server, tmp_path: Path) -> None:
    path, root = tmp_path / "session.json", Path(__file__).parents[2]
    result = subprocess.run([sys.executable, "-c", KILLED, str(path), str(root)], capture_output=True, check=False)
    assert result.returncode == -signal.SIGKILL, result.stderr.decode()
    directus = client(server, storage=FileStorage(path))  # whose server does not know the token that was spent
    assert directus.auth.token is not None
    with pytest.raises(SessionExpired):
        who(directus)
    directus.auth.login(EMAIL, PASSWORD)
    assert who(client(server, storage=FileStorage(path))) == "ada"


# ------------------------------------------------------------------ static()
def test_static(server: Server) -> None:
    server.access["st4tic"] = time.time() + 900
    directus = signed_in(server)
    directus.auth.static("st4tic")
    assert who(directus) == "ada"
    assert server.requests[-1].headers["Authorization"] == "Bearer st4tic"
    assert who(client(server, storage=directus.storage)) == "ada"
    directus.auth.static("st4tic", verify=True)
    with pytest.raises(InvalidCredentials):
        directus.auth.static("unknown", verify=True)
    assert directus.auth.token == "st4tic"
    server.expire()
    with pytest.raises(TokenExpired):
        who(directus)
    directus.auth.logout()
    assert server.paths("/auth/logout") == []
    assert who(directus) == "public"


@pytest.mark.parametrize("token", ["", "with space", "line\n", "\x7f", "é", None, 5])
def test_a_token_that_cannot_be(server: Server, token: Any) -> None:
    for use in (client(server).auth.static, StaticTokenAuth):
        with pytest.raises(ConfigurationError) as caught:
            use(token)
        assert not token or str(token) not in str(caught.value)


# ------------------------------------------------------------------ one auth, one client; copies; pickles; forks
@pytest.mark.parametrize("make", [LoginAuth, lambda: StaticTokenAuth("token")])
def test_an_auth_belongs_to_one_client(server: Server, make: Callable[[], Any]) -> None:
    auth = make()
    directus = client(server, auth=auth)
    with pytest.raises(ConfigurationError, match="another client"):
        client(server, auth=auth)
    with pytest.raises(ConfigurationError, match="another client"):
        directus.with_options(auth=auth)
    assert directus.with_options(timeout=5).auth is auth
    with pytest.raises(ConfigurationError, match="no client yet"):
        make().providers()


def test_another_auth_never_touches_the_session(server: Server) -> None:
    directus = signed_in(server)
    record = directus.storage.load()
    other = directus.with_options(auth=LoginAuth())
    assert who(other) == "public"
    other.auth.login(EMAIL, PASSWORD)
    other.auth.logout()
    assert directus.storage.load() == record
    assert who(directus) == "ada"
    assert directus.with_token("unknown").storage is not directus.storage


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, Directus.with_options])
def test_copies_of_a_client_keep_the_session(server: Server, copied: Callable[[Directus], Directus]) -> None:
    directus = signed_in(server)
    directus = aged(directus)
    twin = copied(directus)
    assert who(twin) == who(directus) == "ada"
    assert server.refreshes == 1


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy])
def test_copies_of_an_auth_are_for_another_client(server: Server, copied: Callable[[Any], Any]) -> None:
    directus = signed_in(server, auth=LoginAuth(mode="session", refresh_margin=7))
    twin = client(server, auth=copied(directus.auth))
    assert (twin.auth.mode, twin.auth.refresh_margin) == ("session", 7)
    assert who(twin) == "public"
    server.access["st4tic"] = time.time() + 900
    assert who(client(server, auth=copied(StaticTokenAuth("st4tic")))) == "ada"


class Forgotten(Transport):
    """What a pickle makes of a transport whose requests nobody needs."""

    shared: Server

    def send(self, request: Request) -> Response:
        return self.shared.send(request)


@pytest.fixture
def shared(server: Server, monkeypatch: pytest.MonkeyPatch) -> Forgotten:
    monkeypatch.setattr(Forgotten, "shared", server, raising=False)
    monkeypatch.setitem(sys.modules, Forgotten.__module__, sys.modules.get(Forgotten.__module__) or _module())
    return Forgotten()


def _module() -> Any:
    import types

    module = types.ModuleType(Forgotten.__module__)
    vars(module).update(Forgotten=Forgotten, give=give)
    return module


def give() -> dict[str, str]:
    return {"email": EMAIL, "password": PASSWORD}


def through_pickle(directus: Directus) -> Directus:
    data = pickle.dumps(directus)
    assert b"s3cret" not in data
    found = pickle.loads(data)
    assert isinstance(found, Directus)
    return found


def test_a_pickle_holds_no_session(shared: Forgotten, server: Server) -> None:
    directus = Directus(URL, transport=shared)
    assert who(through_pickle(directus)) == "public"
    directus.auth.login(EMAIL, PASSWORD)
    twin = through_pickle(directus)
    for _ in range(2):
        with pytest.raises(ConfigurationError, match="unpickled"):
            who(twin)
    with pytest.raises(ConfigurationError, match="unpickled"):
        who(through_pickle(twin))
    twin.auth.login(EMAIL, PASSWORD)
    assert who(twin) == who(directus) == "ada"
    static = through_pickle(Directus(URL, transport=shared, token="s3cret-token"))
    for call in (lambda: who(static), static.auth.fresh_token):
        with pytest.raises(ConfigurationError, match="unpickled"):
            call()


def test_a_session_in_a_file_survives_a_pickle(shared: Forgotten, server: Server, tmp_path: Path) -> None:
    directus = Directus(URL, transport=shared, storage=FileStorage(tmp_path / "session.json"))
    directus.auth.login(EMAIL, PASSWORD)
    twin = through_pickle(directus)
    assert who(twin) == "ada"
    directus.auth.logout()
    server.expire()
    with pytest.raises(SessionExpired):
        who(twin)
    assert who(twin) == "public"


def test_credentials_of_a_module_survive_a_pickle(shared: Forgotten, server: Server) -> None:
    twin = through_pickle(Directus(URL, transport=shared, auth=LoginAuth(credentials=give)))
    assert who(twin) == "ada"
    for hidden in (lambda: give(), Credential(email=EMAIL, password=PASSWORD)):
        twin = through_pickle(Directus(URL, transport=shared, auth=LoginAuth(credentials=hidden)))
        with pytest.raises(ConfigurationError, match="unpickled"):
            who(twin)


def test_a_client_and_its_copy_in_one_pickle(shared: Forgotten) -> None:
    directus = Directus(URL, transport=shared)
    one, two = pickle.loads(pickle.dumps([directus, directus.with_options(timeout=5)]))
    assert one.auth is two.auth
    one.auth.login(EMAIL, PASSWORD)
    assert who(one) == who(two) == "ada"


@needs_fork
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_child_forked_in_the_midst_of_a_refresh_does_not_wait_for_ever(server: Server) -> None:
    directus = signed_in(server)
    directus = aged(directus)
    inside, done = threading.Event(), threading.Event()
    parent = os.getpid()

    def hook(request: Request, path: str) -> None:
        if path == "/auth/refresh" and os.getpid() == parent:
            inside.set()
            done.wait(30)

    server.hook = hook
    busy = threading.Thread(target=who, args=(directus,))
    busy.start()
    inside.wait(30)
    try:
        assert in_child(lambda: who(directus)) == "'ada'"
    finally:
        done.set()
        busy.join()


@needs_fork
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_no_thread_of_a_child_is_taken_for_the_one_that_refreshed_in_the_parent(server: Server) -> None:
    """A new thread of the child gets the number of a thread of the parent."""
    directus = signed_in(server)
    inside, done = threading.Event(), threading.Event()
    parent = os.getpid()

    def hook(request: Request, path: str) -> None:
        if path == "/auth/refresh" and os.getpid() == parent:
            inside.set()
            done.wait(30)

    def refresh_in_threads() -> list[str]:
        directus.auth.login(EMAIL, PASSWORD)
        with ThreadPoolExecutor(4) as pool:
            return list(pool.map(lambda _: directus.auth.refresh().mode, range(4)))

    server.hook = hook
    busy = threading.Thread(target=directus.auth.refresh)
    busy.start()
    inside.wait(30)
    try:
        assert in_child(refresh_in_threads) == repr(["json"] * 4)
    finally:
        done.set()
        busy.join()


@needs_fork
def test_a_forked_child_with_a_spent_token_is_told_what_to_do(server: Server) -> None:
    directus = signed_in(server)
    server.expire()
    server.refresh.clear()  # the parent, or another child, was faster
    assert "SessionExpired: the session is over: this process was forked" in in_child(lambda: who(directus))
    with pytest.raises(SessionExpired, match="cannot be refreshed"):
        who(directus)


# ------------------------------------------------------------------ other kinds of auth
def test_a_static_token_has_no_login(server: Server) -> None:
    directus = client(server, token="st4tic")
    for name, arguments in {"login": ("a", "b"), "refresh": (), "logout": ()}.items():
        with pytest.raises(ConfigurationError, match=r"LoginAuth\(\)"):
            getattr(directus.auth, name)(*arguments)
    assert directus.auth.token == "st4tic"
    assert directus.auth.fresh_token() == ("st4tic", None)
    assert "st4tic" not in repr(directus) + str(vars(directus.auth))
    with pytest.raises(InvalidCredentials):
        who(directus)
    assert server.refreshes == 0


def test_token_and_auth_at_once(server: Server) -> None:
    with pytest.raises(ConfigurationError, match="not both"):
        client(server, token="a", auth=LoginAuth())


def test_a_session_shows_no_secret(server: Server) -> None:
    directus = signed_in(server, auth=LoginAuth(credentials=Credential()))
    for shown in (directus, directus.auth, directus.storage):
        assert "s3cret" not in repr(shown) + str(vars(shown))


def test_unsigned_calls_of_every_auth(server: Server) -> None:
    answers: dict[str, Any] = {"/auth": [{"name": "google", "driver": "openid"}], "/auth?sessionOnly": []}
    server.hook = lambda request, path: json_response({"data": answers.get(path), "disableDefault": False})
    for directus in (client(server), client(server, token="st4tic")):
        assert directus.auth.providers() == [{"name": "google", "driver": "openid"}]
        assert directus.auth.providers(session_only=True) == []
        directus.auth.password.request(EMAIL, "https://example.com/reset")
        assert _json(server.requests[-1]) == {"email": EMAIL, "reset_url": "https://example.com/reset"}
        directus.auth.password.reset("mail-token", "new")
        assert _json(server.requests[-1]) == {"token": "mail-token", "password": "new"}
    assert not any(request.has_header("Authorization") for request in server.requests)


def test_forbidden_is_no_reason_to_refresh(server: Server) -> None:
    directus = signed_in(server)
    server.hook = lambda request, path: error_response("FORBIDDEN", 403) if path == "/who" else None
    with pytest.raises(Forbidden):
        who(directus)
    assert server.refreshes == 0


def test_a_storage_of_ones_own(server: Server) -> None:
    class Own(Storage):
        texts: dict[str, str] = {}

        def get(self, key: str) -> str | None:
            return self.texts.get(key)

        def set(self, key: str, value: str) -> None:
            self.texts[key] = value

        def delete(self, key: str) -> None:
            self.texts.pop(key, None)

    signed_in(server, storage=Own())
    assert who(client(server, storage=Own())) == "ada"


def test_a_storage_that_looks_empty_is_one(server: Server) -> None:
    class Sized(MemoryStorage):
        def __len__(self) -> int:
            return 0

    storage = Sized()
    assert signed_in(server, storage=storage).storage is storage
    assert client(server).with_options(auth=LoginAuth(), storage=storage).storage is storage


# ------------------------------------------------------------------ calls that were on their way
def during_the_first_call(server: Server, work: Callable[[], object]) -> None:
    """Have another thread do something while the server has the first call."""

    def hook(request: Request, path: str) -> None:
        if path == "/who":
            server.hook = lambda request, path: None
            thread = threading.Thread(target=work)
            thread.start()
            thread.join()

    server.hook = hook


def test_a_call_that_was_on_its_way_when_the_session_ended(server: Server) -> None:
    directus = signed_in(server)

    def end() -> None:
        server.refresh.clear()
        server.expire()
        with pytest.raises(SessionExpired):
            who(directus)

    during_the_first_call(server, end)
    with pytest.raises(SessionExpired):
        who(directus)
    assert who(directus) == "public"


def test_a_call_that_was_on_its_way_at_the_logout(server: Server) -> None:
    directus = signed_in(server)

    def leave() -> None:
        directus.auth.logout()
        server.expire()

    during_the_first_call(server, leave)
    with pytest.raises(TokenExpired):
        who(directus)
    assert server.refreshes == 0


def test_a_call_that_was_on_its_way_while_another_signed_in(server: Server) -> None:
    ask = Credential()
    directus = client(server, auth=LoginAuth(credentials=ask))
    who(directus)

    def end() -> None:
        server.refresh.clear()
        server.expire()
        assert who(directus) == "ada"

    during_the_first_call(server, end)
    assert who(directus) == "ada"
    assert ask.calls == 2


def test_a_call_that_was_on_its_way_when_no_sign_in_worked(server: Server) -> None:
    ask = Credential()
    directus = client(server, auth=LoginAuth(credentials=ask))
    who(directus)

    def end() -> None:
        server.refresh.clear()
        server.expire()
        ask.given = {"email": EMAIL, "password": "wrong"}
        with pytest.raises(InvalidCredentials):
            who(directus)
        ask.given = {"email": EMAIL, "password": PASSWORD}

    during_the_first_call(server, end)
    assert who(directus) == "ada"


def test_a_call_of_the_public_that_is_refused(server: Server) -> None:
    directus = client(server)
    server.hook = lambda request, path: error_response("TOKEN_EXPIRED", 401)
    with pytest.raises(TokenExpired):
        who(directus)


def test_another_process_signs_in_while_credentials_are_asked_for(server: Server) -> None:
    storage = MemoryStorage()

    def ask() -> dict[str, str]:
        signed_in(server, storage=storage)
        return {"email": EMAIL, "password": PASSWORD}

    directus = client(server, auth=LoginAuth(credentials=ask), storage=storage)
    assert who(directus) == "ada"
    assert len(server.paths("/auth/login")) == 1


@pytest.mark.parametrize("status", [429, 500])
def test_a_logout_that_the_server_cannot_do(server: Server, status: int) -> None:
    directus = signed_in(server)
    server.hook = lambda request, path: error_response("ANY", status) if path == "/auth/logout" else None
    with pytest.raises(APIError):
        directus.auth.logout()
    assert who(directus) == "ada"


# ------------------------------------------------------------------ records of other origins
def test_an_access_token_with_an_end_and_nothing_to_renew_it(server: Server) -> None:
    server.access["handed over"] = time.time() + 900
    record = Credentials("handed over", expires_at=time.time() + 5, lifetime=900.0)
    plain = client(server)
    plain.storage.save(record)
    assert who(plain) == "ada"
    asking = client(server, auth=LoginAuth(credentials=Credential()))
    asking.storage.save(record)
    assert who(asking) == "ada"
    assert asking.auth.token != "handed over"
    server.expire()
    with pytest.raises(TokenExpired):
        who(plain)


def test_a_session_cookie_of_another_name(server: Server) -> None:
    directus = client(server)
    directus.storage.save(Credentials(cookies={"lb": "1", "my_session": "head.body.tail"}, mode="session"))
    assert directus.auth.token == "head.body.tail"
    who(directus)
    assert server.requests[-1].headers["Cookie"] == "lb=1; my_session=head.body.tail"


@pytest.mark.parametrize("expires", [None, "soon", "", [], 0])
def test_an_answer_that_does_not_say_when_the_token_ends(server: Server, expires: object) -> None:
    tokens = {"access_token": "a", "refresh_token": "r", "expires": expires}
    server.hook = lambda request, path: json_response({"data": tokens}) if path == "/auth/login" else None
    server.access["a"] = time.time() + 900
    directus = signed_in(server)
    assert directus.auth.fresh_token() == ("a", None)
    assert who(directus) == "ada"


def test_set_cookie_headers_that_nobody_understands(server: Server) -> None:
    def hook(request: Request, path: str) -> Response | None:
        if path != "/auth/login":
            return None
        headers = Headers([
            ("Content-Type", "application/json"), ("Set-Cookie", "a b=1"), ("Set-Cookie", "empty="),
            ("Set-Cookie", "directus_session_token=head.body.tail; Path=/"),
        ])  # fmt: skip
        return Response(200, headers, b'{"data": {"expires": 900000}}')

    server.hook = hook
    directus = signed_in(server, auth=LoginAuth(mode="session"))
    assert directus.auth.token == "head.body.tail"
    assert list(directus.storage.load().cookies) == ["directus_session_token"]


@pytest.mark.parametrize("expires", ["9" * 400, "-" + "9" * 400, "1e400", '"x"', "[1]", "null"])
def test_a_lifetime_that_is_none_does_not_end_a_sign_in(expires: str) -> None:
    body = f'{{"data": {{"access_token": "a", "refresh_token": "r", "expires": {expires}}}}}'.encode()
    mock = MockTransport(lambda request: Response(200, {"Content-Type": "application/json"}, body))
    directus = Directus("https://cms.example.com", transport=mock)
    directus.auth.login("a@example.com", "pass-word")
    assert directus.auth.token == "a"


@pytest.mark.parametrize("mode", ["json", "session"])
@pytest.mark.parametrize("token", ["a\r\nX: 1", "a; other=1", "a\x00", "\u2028"])
def test_a_token_of_a_server_that_no_header_can_hold_is_our_error(token: str, mode: str) -> None:
    if mode == "json":
        answer = json_response({"access_token": token, "refresh_token": "r", "expires": 900_000})
    else:
        cookie = SimpleCookie({"directus_session_token": token})
        line = cookie.output(header="").strip()
        answer = Response(200, {"Content-Type": "application/json", "Set-Cookie": line}, b'{"data": {"expires": 900000}}')
    directus = Directus("https://cms.example.com", transport=MockTransport(lambda request: answer), auth=LoginAuth(mode=mode))
    with pytest.raises(DirectusError, match="token"):
        directus.auth.login("a@example.com", "pass-word")
