"""A session of Directus 8: refreshed while it lives, and never replaced by the Public role in silence."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from directus_sdk import FileStorage, RetryPolicy
from directus_sdk.errors import (
    DirectusError,
    Forbidden,
    InvalidOTP,
    InvalidToken,
    SessionExpired,
    Unauthorized,
    UserSuspended,
)
from directus_sdk.v8 import Directus8, LoginAuth8
from tests.v8.server import Server8


class Clock:
    """The time of the client and of the server; it stands still unless it is moved."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(server8: Server8, monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    server8.sessions.clock = clock
    monkeypatch.setattr(time, "time", clock)
    return clock


@pytest.fixture
def session(server8: Server8, clock: Clock) -> Iterator[Directus8]:
    """A client that has signed in."""
    with Directus8(server8.url, server8.project) as d:
        d.auth.login(server8.email, server8.password)
        server8.forget()
        yield d


def who(server: Server8) -> dict[str, str]:
    return {"email": server.email, "password": server.password}


def paths(server: Server8) -> list[str]:
    return [call.path.removeprefix("/demo") for call in server.calls]


def test_a_suspended_user(server8: Server8) -> None:
    server8.tables["directus_users"].get(2)["status"] = "suspended"
    with Directus8(server8.url, server8.project) as d, pytest.raises(UserSuspended):
        d.auth.login(server8.editor_email, server8.editor_password)


def test_many_threads_refresh_once(session: Directus8, server8: Server8, clock: Clock) -> None:
    """Eight threads for 20 seconds, with tokens that live for two."""
    server8.sessions.ttl = 2
    session.auth.login(server8.email, server8.password)
    server8.public.add("movies")
    server8.forget()
    together = threading.Barrier(8, action=lambda: setattr(clock, "now", clock.now + 0.5))

    def work() -> list[Any]:
        results = []
        for _ in range(40):
            results.append(session.items("movies").read_many(limit=1, fields="id"))
            together.wait(timeout=30)
        return results

    with ThreadPoolExecutor(8) as pool:
        for future in [pool.submit(work) for _ in range(8)]:
            assert future.result() == [[{"id": 1}]] * 40
    assert 10 <= paths(server8).count("/auth/refresh") <= 41
    assert "/auth/authenticate" not in paths(server8)
    reads = [call for call in server8.calls if call.path.endswith("/movies")]
    assert len(reads) == 320
    assert all(call.credentials[0] == "bearer" for call in reads)


#: Calls, each of which a dead token is answered to in another way.
CALLS: dict[str, Callable[[Directus8], Any]] = {
    "200 with public": lambda d: d.items("movies").read_many(fields="id", limit=1),
    "401 code 3": lambda d: d.users.me.read(fields="id"),
    "403 code 301": lambda d: d.items("movies").create_one({"title": "x"}, fields="title"),
    "403 code 302": lambda d: d.items("movies").update_one(1, {"title": "x"}, fields="title"),
    "403 code 303": lambda d: d.items("movies").delete_one(1),
    "403 code 10": lambda d: d.users.invite("n@example.com"),
    "401 code 108": lambda d: d.mail.send("a@example.com", "Hello"),
    "SCIM": lambda d: d.scim.users.read_many(),
    "GraphQL": lambda d: d.graphql.query("{ movies { data { id } } }"),
    "204 as 200": lambda d: d.request("GET", "/custom/nothing"),
}


@pytest.mark.parametrize("name", CALLS)
def test_a_dead_token_is_replaced_by_credentials(server8: Server8, name: str) -> None:
    server8.public.add("movies")
    auth = LoginAuth8(credentials=lambda: who(server8))
    with Directus8(server8.url, server8.project, auth=auth) as d:
        expected = d.users.me.read(fields="id")
        server8.sessions.kill()
        server8.forget()
        result = CALLS[name](d)
        assert paths(server8).count("/auth/authenticate") == 1
        assert server8.last.credentials == ("bearer", d.auth.token)
        assert d.users.me.read(fields="id") == expected
        if name.startswith("200"):
            assert result == [{"id": 1}]


@pytest.mark.parametrize("name", CALLS)
def test_a_dead_token_without_credentials_has_expired(session: Directus8, server8: Server8, name: str) -> None:
    server8.public.add("movies")
    server8.sessions.kill()
    with pytest.raises(SessionExpired):
        CALLS[name](session)
    assert [row["title"] for row in server8.tables["movies"].rows.values()] == ["Dr. Strangelove", "2001", "Inception", "Gone"]


@pytest.mark.parametrize("method", ["read", "write"])
def test_what_is_denied_to_a_living_token_stays_denied(server8: Server8, method: str) -> None:
    with Directus8(server8.url, server8.project) as d:
        d.auth.login(server8.editor_email, server8.editor_password)
        server8.forget()
        with pytest.raises((Unauthorized, Forbidden)) as caught:
            if method == "read":
                d.graphql.query("{ movies { data { id } } }")
            else:
                d.items("movies").delete_one(1)
        assert not isinstance(caught.value, SessionExpired)
        assert "/auth/refresh" not in paths(server8)
        assert paths(server8)[1:] in ([], ["/users/me"])


@pytest.mark.parametrize("name", CALLS)
def test_a_static_token_that_is_not_accepted(server8: Server8, name: str) -> None:
    server8.public.add("movies")
    once = RetryPolicy(attempts=1)
    with Directus8(server8.url, server8.project, token="unknown", retry=once) as d, pytest.raises(DirectusError) as caught:
        CALLS[name](d)
    assert len(server8.calls) == 1
    expected: type[Exception] = InvalidToken if name.startswith("20") else Forbidden if name.startswith("403") else Unauthorized
    assert type(caught.value) is expected
    assert "unknown" not in str(caught.value).replace("unknown operator", "")


def test_without_a_token_the_public_reads(server8: Server8) -> None:
    server8.public.add("movies")
    with Directus8(server8.url, server8.project) as d:
        assert d.items("movies").read_many(fields="id", limit=1) == [{"id": 1}]
        with pytest.raises(Unauthorized):
            d.users.me.read()
    assert all(call.credentials[0] == "none" for call in server8.calls)


def test_the_cookie_mode(server8: Server8) -> None:
    with Directus8(server8.url, server8.project, auth=LoginAuth8(mode="cookie")) as d:
        d.auth.login(server8.email, server8.password)
        assert server8.last.json["mode"] == "cookie"
        assert d.users.me.read(fields="id") == {"id": 1}
        assert server8.last.credentials[0] == "cookie"
        assert "authorization" not in server8.last.headers
        d.extensions.interfaces()
        assert server8.last.credentials[0] == "cookie"
        assert server8.last.headers["x-directus-project"] == server8.project
        server8.sessions.kill()
        with pytest.raises(SessionExpired):
            d.users.me.read()


def test_extensions_are_read_in_the_way_of_the_token(session: Directus8, d: Directus8, server8: Server8) -> None:
    assert session.extensions.types()[0] == {"name": "alias"}
    assert server8.last.credentials == ("bearer", session.auth.token)
    assert d.extensions.types()[0] == {"name": "alias"}
    assert server8.last.credentials == ("basic", server8.token)
    assert server8.last.headers["x-directus-project"] == server8.project
    assert server8.token not in server8.last.target


def test_two_factor_authentication(server8: Server8) -> None:
    with Directus8(server8.url, server8.project) as d:
        d.auth.login(server8.editor_email, server8.editor_password)
        secret = d.utils.two_factor_secret()
        assert d.users.me.tfa.enable(secret, server8.otp)["2fa_secret"] == secret
        with pytest.raises(InvalidOTP) as caught:
            d.auth.login(server8.editor_email, server8.editor_password)
        assert caught.value.code == 111
        with pytest.raises(InvalidOTP):
            d.auth.login(server8.editor_email, server8.editor_password, otp="000000")
        d.auth.login(server8.editor_email, server8.editor_password, otp=server8.otp)
        assert d.users.me.tfa.disable()["2fa_secret"] is None
        d.auth.login(server8.editor_email, server8.editor_password)


def test_two_factor_authentication_that_the_role_requires(server8: Server8) -> None:
    server8.enforce_2fa.add(3)
    server8.public.add("movies")
    with Directus8(server8.url, server8.project) as d:
        d.auth.login(server8.editor_email, server8.editor_password)
        for call in (lambda: d.items("movies").read_many(), lambda: d.users.me.read()):
            with pytest.raises(Unauthorized) as caught:
                call()
            assert caught.value.code == 113
        assert d.users.me.tfa.enable("26657KEDGPYRFUED", server8.otp)["id"] == 2
        d.auth.login(server8.editor_email, server8.editor_password, otp=server8.otp)
        assert d.users.me.read(fields="id") == {"id": 2}


def test_single_sign_on(server8: Server8) -> None:
    with Directus8(server8.url, server8.project) as d:
        assert d.auth.sso.list() == [{"name": "github", "icon": None}]
        url = d.auth.sso.url("github", redirect_url="https://app.example.com/a?b=c")
        assert url.startswith(f"{server8.url}/demo/auth/sso/github?")
        assert "mode=jwt" in url
        assert "redirect_url=https%3A%2F%2Fapp.example.com%2Fa%3Fb%3Dc" in url
        assert set(d.auth.sso.authorize("github")) == {"authorization_url", "state"}
        d.auth.sso.exchange("request-token")
        assert d.users.me.read(fields="id") == {"id": 1}
        d.auth.logout()
        d.auth.sso.login("github", code="abc")
        assert d.users.me.read(fields="id") == {"id": 1}


def test_clients_that_share_a_storage_refresh_once(server8: Server8, clock: Clock, tmp_path: Path) -> None:
    first, second = (Directus8(server8.url, server8.project, storage=FileStorage(tmp_path / "session.json")) for _ in range(2))
    with first, second:
        first.auth.login(server8.email, server8.password)
        assert second.users.me.read(fields="id") == {"id": 1}
        clock.now += 1190
        server8.forget()
        for d in (first, second, first):
            assert d.users.me.read(fields="id") == {"id": 1}
        assert paths(server8).count("/auth/refresh") == 1
