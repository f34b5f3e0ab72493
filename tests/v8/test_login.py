"""Sessions of Directus 8: sign-in, refreshes ahead of time, tokens that are not accepted, and every method of `auth`."""

from __future__ import annotations

import json
import logging
import pickle
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from directus_sdk import (
    ConfigurationError,
    ConnectionFailed,
    Credentials,
    FileStorage,
    Forbidden,
    InvalidCredentials,
    InvalidOTP,
    InvalidToken,
    MemoryStorage,
    NotFound,
    Request,
    RequestsTransport,
    Response,
    RetryPolicy,
    SessionExpired,
    TokenExpired,
    Unauthorized,
)
from directus_sdk.v8 import Directus8, LoginAuth8, StaticTokenAuth8
from tests.forking import in_child, needs_fork
from tests.v8.server import Server8
from tests.v8.sessions import claims_of


class Clock:
    """The time of day of this process, and of the server in it."""

    def __init__(self) -> None:
        self.offset = 0.0

    def __call__(self) -> float:
        return _time() + self.offset


_time = time.time


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch, server8: Server8) -> Clock:
    clock = Clock()
    monkeypatch.setattr(time, "time", clock)
    server8.sessions.clock = clock
    return clock


def credentials(server: Server8) -> Callable[[], dict[str, str]]:
    return lambda: {"email": server.email, "password": server.password}


def client(server: Server8, **options: Any) -> Directus8:
    with_credentials = options.pop("credentials", False)
    storage = options.pop("storage", None)
    auth = LoginAuth8(credentials=credentials(server) if with_credentials else None, **options)
    return Directus8(server.url, server.project, auth=auth, storage=storage)


def signed_in(server: Server8, **options: Any) -> Directus8:
    directus = client(server, **options)
    directus.auth.login(server.email, server.password)
    server.forget()
    return directus


def read(directus: Directus8) -> Any:
    return directus.request("GET", "/items/movies", params={"fields": "id"})


REFRESH, LOGIN, READ = (
    ("POST", "/demo/auth/refresh"),
    ("POST", "/demo/auth/authenticate"),
    ("GET", "/demo/items/movies?fields=id"),
)
PROBE = ("GET", "/demo/users/me?fields=id")


# ---------------------------------------------------------------------- sign-in
def test_a_login_returns_the_session(server8: Server8) -> None:
    directus = client(server8)
    assert not directus.auth.signed_in
    session = directus.auth.login(server8.email, server8.password)
    assert isinstance(session, Credentials)
    assert server8.last.json == {"email": server8.email, "password": server8.password}
    assert session.access_token is not None
    token = session.access_token.reveal()
    assert (session.expires_at, session.mode, session.user) == (claims_of(token)["exp"], "jwt", server8.email)
    assert (directus.auth.token, directus.auth.signed_in) == (token, True)
    read(directus)
    assert server8.last.headers["authorization"] == f"Bearer {token}"


def test_a_refused_login_keeps_the_session(server8: Server8) -> None:
    directus = signed_in(server8)
    with pytest.raises(InvalidCredentials) as caught:
        directus.auth.login(server8.email, "wrong")
    assert (caught.value.status, caught.value.code) == (404, 100)
    assert len(read(directus)) == 3


def test_a_user_with_two_factor_authentication_needs_a_password_for_each_login(server8: Server8) -> None:
    server8.tables["directus_users"].get(1)["2fa_secret"] = "IPIDEBVRKD6UO4I5"
    directus = client(server8)
    for otp, code in ((None, 111), ("000000", 112)):
        with pytest.raises(InvalidOTP) as caught:
            directus.auth.login(server8.email, server8.password, otp=otp)
        assert caught.value.code == code
    directus.auth.login(server8.email, server8.password, otp=server8.otp)
    assert server8.last.json == {"email": server8.email, "password": server8.password, "otp": server8.otp}


def test_arguments_of_a_login() -> None:
    directus = Directus8("http://127.0.0.1:1")
    with pytest.raises(ValueError, match="password must not be empty"):
        directus.auth.login("a@example.com", "")
    with pytest.raises(ConfigurationError, match="mode must be 'jwt' or 'cookie', not 'json'"):
        directus.auth.login("a@example.com", "x", mode="json")
    with pytest.raises(ConfigurationError, match="mode must be 'jwt' or 'cookie', not 'session'"):
        LoginAuth8(mode="session")
    other = Directus8("http://127.0.0.1:1", auth=LoginAuth8(credentials=lambda: {"email": "a", "provider": "ldap"}))
    with pytest.raises(TypeError, match="login has no 'provider' on Directus 8"):
        read(other)


def test_a_cookie_is_a_session_that_needs_no_refresh(server8: Server8, clock: Clock) -> None:
    directus = signed_in(server8, mode="cookie")
    clock.offset = 3600
    assert len(read(directus)) == 3
    assert server8.last.headers["cookie"].startswith("directus-demo-session=")
    assert "authorization" not in server8.last.headers
    session = directus.auth.login(server8.email, server8.password, mode="jwt")
    assert (session.mode, server8.last.json["mode"]) == ("jwt", "jwt")
    assert directus.auth.login(server8.email, server8.password).mode == "cookie"
    directus.auth.logout()
    assert not [row for row in server8.sessions.rows if row["token_type"] == "cookie"][1:]


def test_a_dead_cookie_never_returns_the_data_of_the_public_role(server8: Server8) -> None:
    server8.public.add("movies")
    directus = signed_in(server8, mode="cookie")
    server8.sessions.rows.clear()
    with pytest.raises(SessionExpired):
        read(directus)
    again = signed_in(server8, mode="cookie", credentials=True)
    server8.sessions.rows.clear()
    assert len(read(again)) == 3
    assert server8.sent() == [READ, LOGIN, READ]


# ---------------------------------------------------------------------- refreshes
def test_a_token_is_refreshed_ahead_of_its_expiry(server8: Server8, clock: Clock) -> None:
    directus = signed_in(server8)
    old = directus.auth.token
    clock.offset = server8.sessions.ttl - 60
    read(directus)
    assert server8.sent() == [READ]
    clock.offset = server8.sessions.ttl - 20
    read(directus)
    assert server8.sent() == [READ, REFRESH, READ]
    assert server8.calls[1].json == {"token": old}
    assert server8.calls[1].headers.get("authorization") is None
    assert directus.auth.token != old
    read(directus)
    assert len(server8.sent()) == 4


def test_a_dead_token_is_not_refreshed(server8: Server8, clock: Clock) -> None:
    server8.public.add("movies")
    directus = signed_in(server8)
    clock.offset = server8.sessions.ttl + 1
    for _ in range(2):  # and later calls do not become those of the Public role
        with pytest.raises(SessionExpired, match=r"LoginAuth8\(credentials=\.\.\.\)"):
            read(directus)
    assert server8.sent() == []
    with pytest.raises(SessionExpired):
        directus.auth.refresh()
    directus.auth.login(server8.email, server8.password)
    assert len(read(directus)) == 3


def test_a_dead_token_is_replaced_with_a_login(server8: Server8, clock: Clock) -> None:
    directus = signed_in(server8, credentials=True)
    clock.offset = server8.sessions.ttl + 1
    assert len(read(directus)) == 3
    assert server8.sent() == [LOGIN, READ]


def test_a_refresh_that_fails_ahead_of_time_is_retried_by_the_next_call(server8: Server8, clock: Clock) -> None:
    from tests.v8.messages import Answer

    directus = signed_in(server8)
    clock.offset = server8.sessions.ttl - 20
    server8.script = lambda call: Answer(500, {"error": {"code": 0, "message": "x"}}) if "refresh" in call.path else None
    assert len(read(directus)) == 3
    server8.script = lambda call: None
    assert len(read(directus)) == 3
    assert server8.sent() == [REFRESH, READ, REFRESH, READ]


@pytest.mark.parametrize("offset", [-3600, 3600])
def test_the_clocks_of_client_and_server_may_differ(server8: Server8, clock: Clock, offset: int) -> None:
    server8.sessions.clock = lambda: clock() + offset
    directus = signed_in(server8)
    read(directus)
    assert server8.sent() == [READ]
    clock.offset = server8.sessions.ttl - 20
    read(directus)
    assert server8.sent() == [READ, REFRESH, READ]


def test_without_automatic_refreshes_a_dead_token_is_an_error(server8: Server8, clock: Clock) -> None:
    server8.public.add("movies")
    directus = signed_in(server8, auto_refresh=False)
    clock.offset = server8.sessions.ttl + 1
    with pytest.raises(SessionExpired):
        read(directus)
    assert server8.sent() == [READ]


# ---------------------------------------------------------------------- tokens that are not accepted
@pytest.mark.parametrize("public", [True, False])
def test_a_token_that_the_server_dropped(server8: Server8, public: bool) -> None:
    if public:
        server8.public.add("movies")
    directus = signed_in(server8)
    server8.sessions.kill()
    with pytest.raises(SessionExpired):
        read(directus)
    assert server8.sent() == ([READ, REFRESH] if public else [READ, PROBE, REFRESH])
    again = signed_in(server8, credentials=True)
    server8.sessions.kill()
    assert len(read(again)) == 3
    assert server8.sent()[-2:] == [LOGIN, READ]


def test_a_call_that_is_not_allowed_is_no_reason_for_another_token(server8: Server8) -> None:
    directus = client(server8)
    directus.auth.login(server8.editor_email, server8.editor_password)
    server8.forget()
    with pytest.raises(Forbidden) as caught:
        directus.request("DELETE", "/items/movies/1")
    assert caught.value.code == 303
    assert server8.sent() == [("DELETE", "/demo/items/movies/1"), PROBE]


@pytest.mark.parametrize("fault", ["status", "network"])
def test_where_the_server_cannot_be_asked_the_refusal_is_raised(server8: Server8, fault: str) -> None:
    class Broken(RequestsTransport):
        def send(self, request: Request) -> Response:
            if not request.url.endswith("/users/me?fields=id"):
                return super().send(request)
            if fault == "network":
                raise ConnectionFailed("broken")
            return Response(403, {}, b"")

    directus = Directus8(server8.url, server8.project, transport=Broken(), retry=RetryPolicy(attempts=1))
    directus.auth.login(server8.editor_email, server8.editor_password)
    with pytest.raises(Forbidden) as caught:
        directus.request("DELETE", "/items/movies/1")
    assert caught.value.code == 303
    assert directus.auth.signed_in


def test_a_static_token_that_is_not_accepted(server8: Server8) -> None:
    server8.public.add("movies")
    directus = Directus8(server8.url, server8.project, token="unknown")
    with pytest.raises(InvalidToken, match="did not accept the token") as caught:
        read(directus)
    assert (caught.value.status, caught.value.code) == (200, None)
    with pytest.raises(Unauthorized) as refused:
        directus.request("GET", "/users")
    assert refused.value.code == 3
    assert [method for method, _ in server8.sent()] == ["GET", "GET"]
    dynamic = client(server8)
    dynamic.auth.static("unknown")
    with pytest.raises(InvalidToken):
        read(dynamic)


def test_what_the_public_role_created_is_not_created_twice(server8: Server8) -> None:
    from tests.v8.messages import Answer

    directus = signed_in(server8, credentials=True)
    server8.script = lambda call: Answer(200, {"data": {"id": 1}, "public": True}) if "items" in call.path else None
    with pytest.raises(InvalidToken, match="did the call as the Public role"):
        directus.request("POST", "/items/movies", json={})
    assert [method for method, target in server8.sent() if "items" in target] == ["POST"]
    server8.script = lambda call: None
    assert len(read(directus)) == 3


def test_a_session_that_is_public_after_all_of_that(server8: Server8) -> None:
    from tests.v8.messages import Answer

    directus = signed_in(server8, credentials=True)
    server8.script = lambda call: Answer(200, {"data": [], "public": True}) if "items" in call.path else None
    with pytest.raises(SessionExpired):
        read(directus)
    assert server8.sent() == [READ, REFRESH, READ]


def test_refused_credentials_are_not_sent_again(server8: Server8) -> None:
    auth = LoginAuth8(credentials=lambda: {"email": server8.email, "password": "wrong"})
    directus = Directus8(server8.url, server8.project, auth=auth)
    for _ in range(3):
        with pytest.raises(InvalidCredentials):
            read(directus)
    assert server8.sent() == [LOGIN]


def test_a_session_without_the_two_factor_authentication_that_is_enforced(server8: Server8, clock: Clock) -> None:
    server8.public.add("movies")
    server8.enforce_2fa.add(1)
    directus = client(server8)
    assert directus.auth.login(server8.email, server8.password).access_token is not None
    assert directus.auth.signed_in
    for offset in (0, server8.sessions.ttl - 20):  # with the token of the login, and with one that was refreshed
        clock.offset = offset
        for path in ("/items/movies", "/users", "/utils/2fa_secret"):
            with pytest.raises(Unauthorized, match=r"users\.me\.tfa\.enable") as caught:
                directus.request("GET", path)
            assert caught.value.code == 113
    directus.users.me.tfa.enable("IPIDEBVRKD6UO4I5", server8.otp)
    assert len(read(directus)) == 3


def test_a_restricted_session_is_recognized_by_another_client(server8: Server8, clock: Clock) -> None:
    server8.public.add("movies")
    server8.enforce_2fa.add(1)
    directus = signed_in(server8)
    directus.auth.refresh()
    other = client(server8, storage=directus.storage)
    with pytest.raises(Unauthorized) as caught:
        read(other)
    assert caught.value.code == 113


def test_a_restricted_session_stays_restricted_whatever_its_next_token_says(server8: Server8, clock: Clock) -> None:
    from tests.v8.messages import Answer

    server8.public.add("movies")
    server8.enforce_2fa.add(1)
    directus = signed_in(server8)
    token = server8.sessions.issue(1, "demo")
    server8.script = lambda call: Answer(200, {"data": {"token": token}}) if "refresh" in call.path else None
    directus.auth.refresh()
    with pytest.raises(Unauthorized) as caught:
        read(directus)
    assert caught.value.code == 113
    assert directus.auth.token == token


# ---------------------------------------------------------------------- the methods of auth
def test_refresh(server8: Server8) -> None:
    directus = signed_in(server8)
    old = directus.auth.token
    assert directus.auth.refresh().access_token != old
    assert (server8.last.json, server8.last.path) == ({"token": old}, "/demo/auth/refresh")
    elsewhere = server8.sessions.issue(2, "demo")
    session = directus.auth.refresh(elsewhere)
    assert server8.last.json == {"token": elsewhere}
    assert directus.auth.token == (session.access_token.reveal() if session.access_token else None)
    assert directus.request("GET", "/users/me")["id"] == 2


def test_refresh_of_what_cannot_be_refreshed(server8: Server8) -> None:
    directus = client(server8)
    with pytest.raises(ConfigurationError, match="no session to refresh"):
        directus.auth.refresh()
    for auth in (directus.auth, signed_in(server8, mode="cookie").auth):
        with pytest.raises(ConfigurationError):
            auth.refresh()
    with pytest.raises(InvalidToken):
        directus.auth.refresh(server8.sessions.issue(1, "other"))
    assert LOGIN not in server8.sent()
    server8.sessions.ttl = -1
    with pytest.raises(TokenExpired):
        directus.auth.refresh(server8.sessions.issue(1, "demo"))


def test_logout(server8: Server8) -> None:
    directus = client(server8)
    directus.auth.logout()
    assert server8.sent() == []
    directus = signed_in(server8, credentials=True)
    token = directus.auth.token
    directus.auth.logout()
    assert server8.sent() == [("POST", "/demo/auth/logout")]
    assert server8.last.headers["authorization"] == f"Bearer {token}"
    assert not directus.auth.signed_in
    with pytest.raises(Unauthorized):
        read(directus)  # credentials() is not called any more
    assert server8.sent()[1:] == [READ]


def test_logout_of_others(server8: Server8) -> None:
    directus = signed_in(server8)
    directus.auth.logout(user=2, session=7)
    assert server8.last.path == "/demo/auth/logout/2/7"
    directus.auth.logout(user=2)
    assert server8.last.path == "/demo/auth/logout/2"
    assert directus.auth.signed_in
    with pytest.raises(ConfigurationError, match="session= needs user="):
        directus.auth.logout(session=7)


def test_check_and_sessions(server8: Server8, d: Directus8) -> None:
    directus = signed_in(server8)
    assert directus.auth.check() is True
    assert [row["token"] for row in directus.auth.sessions()] == [directus.auth.token]
    assert directus.auth.sessions().meta == {}
    assert d.auth.check() is False
    assert d.auth.sessions() == []
    assert server8.last.headers["authorization"] == f"Bearer {server8.token}"


def test_passwords(server8: Server8, d: Directus8) -> None:
    assert d.auth.password.request(server8.email, "https://x.example/reset") is None
    assert server8.last.json == {"email": server8.email, "reset_url": "https://x.example/reset"}
    with pytest.raises(NotFound):
        d.auth.password.request("nope@example.com")
    assert d.auth.password.reset("reset-token", "new") is None
    with pytest.raises(InvalidToken) as caught:
        d.auth.password.reset("abc-secret", "new")
    assert caught.value.code == 104
    assert "abc-secret" not in f"{caught.value} {caught.value!r} {caught.value.errors}"


@pytest.mark.parametrize("kind", ["session", "static"])
def test_static(server8: Server8, kind: str) -> None:
    directus = client(server8) if kind == "session" else Directus8(server8.url, server8.project, token="unknown")
    with pytest.raises(Unauthorized):
        directus.auth.static("nope", verify=True)
    assert server8.sent() == [PROBE]
    directus.auth.static(server8.token, verify=True)
    assert directus.request("GET", "/users/me")["id"] == 1
    with pytest.raises(ConfigurationError, match="from the project 'other'"):
        directus.auth.static(server8.sessions.issue(1, "other"))


def test_a_static_token_has_no_session(d: Directus8) -> None:
    for call in (lambda: d.auth.login("a", "b"), d.auth.refresh, d.auth.logout):
        with pytest.raises(ConfigurationError, match=r"make the client with auth=LoginAuth8\(\)"):
            call()


def test_single_sign_on(server8: Server8) -> None:
    directus = client(server8)
    assert directus.auth.sso.list() == [{"name": "github", "icon": None}]
    url = directus.auth.sso.url("github", redirect_url="https://x.example/a b")
    assert url == f"{server8.url}/demo/auth/sso/github?mode=jwt&redirect_url=https%3A%2F%2Fx.example%2Fa+b"
    assert "authorization_url" in directus.auth.sso.authorize("github", mode="cookie")
    assert server8.last.target == "/demo/auth/sso/github?mode=cookie"


def test_single_sign_on_becomes_the_session(server8: Server8) -> None:
    from tests.v8.messages import Answer

    token = server8.sessions.issue(1, "demo")
    server8.script = lambda call: Answer(200, {"data": {"token": token}, "public": True}) if call.method == "POST" else None
    directus = client(server8)
    assert directus.auth.sso.exchange("request-token").access_token is not None
    assert (server8.last.path, server8.last.json) == ("/demo/auth/sso/access_token", {"request_token": "request-token"})
    assert directus.auth.token == token
    directus.auth.sso.login("github", code="abc")
    assert (server8.last.path, server8.last.json) == ("/demo/auth/sso/github", {"code": "abc"})
    directus.auth.sso.login("twitter", oauth_token="a", oauth_verifier="b")
    assert server8.last.json == {"oauth_token": "a", "oauth_verifier": "b"}
    static = Directus8(server8.url, server8.project, token="my-token")
    assert static.auth.sso.exchange("request-token").access_token is not None
    assert static.auth.token == "my-token"


# ---------------------------------------------------------------------- threads and processes
def burst(directus: Directus8, seconds: float, threads: int = 8) -> tuple[int, list[BaseException]]:
    """Read with some threads for a while; return how often, and what failed."""
    end, counts, failures = time.monotonic() + seconds, [0] * threads, list[BaseException]()

    def run(number: int) -> None:
        while time.monotonic() < end and not failures:
            try:
                assert len(read(directus)) == 3
                counts[number] += 1
            except BaseException as error:
                failures.append(error)

    workers = [threading.Thread(target=run, args=(number,)) for number in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return sum(counts), failures


def check_burst(server8: Server8, seconds: float, ttl: int) -> None:
    server8.public.add("movies")
    server8.sessions.ttl = ttl
    directus = signed_in(server8)
    count, failures = burst(directus, seconds)
    assert not failures
    assert count > 8
    accepted = [call for call in server8.calls if call.path == "/demo/items/movies"]
    assert len(accepted) == count  # none was sent twice, so none was unauthenticated
    assert LOGIN not in server8.sent()
    assert 1 <= server8.sent().count(REFRESH) <= 4 * seconds + 2


@pytest.mark.soak
def test_threads_share_each_refresh_for_20_seconds(server8: Server8) -> None:
    check_burst(server8, 20, ttl=2)


def test_threads_share_one_refresh(server8: Server8, clock: Clock) -> None:
    directus = signed_in(server8)
    clock.offset = server8.sessions.ttl - 5
    barrier = threading.Barrier(8)

    def run() -> None:
        barrier.wait()
        read(directus)

    workers = [threading.Thread(target=run) for _ in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert server8.sent().count(REFRESH) == 1
    assert server8.sent().count(READ) == 8


def test_a_stored_session_is_that_of_one_project(server8: Server8) -> None:
    storage = MemoryStorage()
    signed_in(server8, storage=storage)
    server8.projects["second"] = "Second"
    other = Directus8(server8.url, "second", storage=storage)
    assert not other.auth.signed_in
    assert Directus8(server8.url, "demo", storage=storage).auth.signed_in


SCRIPT = """
import sys
from directus_sdk import FileStorage
from directus_sdk.v8 import Directus8
directus = Directus8(sys.argv[1], "demo", storage=FileStorage(sys.argv[2]))
for _ in range(int(sys.argv[3])):
    assert len(directus.request("GET", "/items/movies")) == 3
print(directus.auth.token)
"""


def test_processes_share_each_refresh(server8: Server8, tmp_path: Path) -> None:
    server8.sessions.ttl = 40
    directus = signed_in(server8, storage=FileStorage(tmp_path / "session.json"), refresh_margin=20)
    record = json.loads(json.loads((tmp_path / "session.json").read_text())["directus_credentials"])
    assert record["server"] == f"{server8.url}/demo"
    # The session is about to expire, by the clocks of all.
    record |= {"expires_at": time.time() + 5, "lifetime": 40}
    (tmp_path / "session.json").write_text(json.dumps({"directus_credentials": json.dumps(record)}))
    arguments = [sys.executable, "-c", SCRIPT, server8.url, str(tmp_path / "session.json"), "5"]
    processes = [subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    tokens = {process.communicate(timeout=60)[0].strip() for process in processes}
    assert [process.returncode for process in processes] == [0, 0]
    assert server8.sent().count(REFRESH) == 1
    assert len(tokens) == 1
    stored = Directus8(server8.url, server8.project, storage=directus.storage)
    assert {stored.auth.token} == tokens


@needs_fork
def test_a_forked_child_refreshes_for_itself(server8: Server8, clock: Clock) -> None:
    directus = signed_in(server8)
    clock.offset = server8.sessions.ttl - 5
    assert in_child(lambda: len(read(directus))) == "3"
    assert len(read(directus)) == 3
    assert server8.sent().count(REFRESH) == 2


# ---------------------------------------------------------------------- secrets
def test_nothing_shows_a_secret(server8: Server8, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    server8.passwords[1] = server8.password = "hunter2-secret"
    directus = signed_in(server8, credentials=True)
    events: list[str] = []
    directus.on_event(lambda event: events.append(repr(event)))
    token = directus.auth.token
    assert token is not None
    read(directus)
    shown = [repr(directus), repr(directus.auth), repr(directus.auth.refresh()), pickle.dumps(directus).decode("latin-1")]
    secrets = {token, directus.auth.token, server8.password, "wrong-password"}
    with pytest.raises(InvalidCredentials) as refused:
        directus.auth.login(server8.email, "wrong-password")
    server8.sessions.kill()
    server8.passwords[1] = "another"
    with pytest.raises(InvalidCredentials) as over:
        read(directus)
    for error in (refused.value, over.value):
        shown += [str(error), repr(error), error.to_curl(), repr(error.errors), pickle.dumps(error).decode("latin-1")]
    shown += [*events, caplog.text]
    for secret in secrets:
        assert not [text for text in shown if str(secret) in text]


def test_a_pickle_has_no_session(server8: Server8) -> None:
    copy = pickle.loads(pickle.dumps(signed_in(server8)))
    with pytest.raises(ConfigurationError, match="a pickle holds no session"):
        read(copy)
    static = pickle.loads(pickle.dumps(StaticTokenAuth8("my-token")))
    assert static.token is None


# ---------------------------------------------------------------------- endpoints without a project
def test_extensions_with_each_kind_of_token(server8: Server8, d: Directus8) -> None:
    static = client(server8)
    static.auth.static(server8.token)
    for directus in (d, static, signed_in(server8), signed_in(server8, mode="cookie")):
        assert len(directus.extensions.types()) == 4
        assert server8.last.headers["x-directus-project"] == "demo"
        kind, _ = server8.last.credentials
        assert kind == ("basic" if directus in (d, static) else kind)
    with pytest.raises(Unauthorized):
        client(server8).extensions.types()
