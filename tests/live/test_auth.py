"""Sign-in, the three modes and their ends, on a real server with tokens of two seconds."""

from __future__ import annotations

import base64
import json
import time
import uuid
from collections.abc import Iterator

import pytest

from directus_sdk import (
    Credentials,
    Directus,
    FileStorage,
    Forbidden,
    InvalidCredentials,
    InvalidOTP,
    LoginAuth,
    MemoryStorage,
    SessionExpired,
    UserSuspended,
)
from directus_sdk.testing import DirectusServer
from tests.authenticator import App
from tests.live.conftest import DATABASE, PAGE, VERSION, Workshop

pytestmark = [pytest.mark.live, pytest.mark.directus(">=11")]  # the mode session is new in 11

modes = pytest.mark.parametrize("mode", ["json", "cookie", "session"])


@pytest.fixture(scope="module")
def hasty() -> Iterator[DirectusServer]:
    env = {
        "ACCESS_TOKEN_TTL": "2s",
        "SESSION_COOKIE_TTL": "2s",
        "LOGIN_STALL_TIME": "10",
        "AUTH_PROVIDERS": "other",
        "AUTH_OTHER_DRIVER": "local",
    }
    with DirectusServer(VERSION, DATABASE, env=env) as server:
        yield server


def sign_in(server: DirectusServer, mode: str = "json", **options: object) -> Directus:
    directus = Directus(server.url, auth=LoginAuth(mode=mode), **options)
    directus.auth.login(server.admin_email, server.admin_password)
    return directus


def me(directus: Directus) -> object:
    return directus.users.me.read(fields=["email"])["email"]


def wait_for_the_end(directus: Directus) -> None:
    """Wait until the access token is over by the server's own word."""
    claims = directus.auth.token.split(".")[1]
    ends = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))["exp"]
    time.sleep(max(0.0, ends + 0.05 - time.time()))


@modes
def test_a_session_that_is_used_lives_on(hasty: DirectusServer, mode: str) -> None:
    with sign_in(hasty, mode) as directus:
        first = directus.auth.token
        deadline = time.monotonic() + 2.2
        while time.monotonic() < deadline:
            assert me(directus) == hasty.admin_email
        assert directus.auth.token != first
        assert directus.auth.fresh_token()[1] <= 2
        directus.auth.logout()
        with pytest.raises((InvalidCredentials, Forbidden)):
            me(directus)


@pytest.mark.parametrize("mode", ["json", "cookie"])
def test_a_session_that_was_left_alone_goes_on(hasty: DirectusServer, mode: str) -> None:
    with sign_in(hasty, mode) as directus:
        wait_for_the_end(directus)
        assert me(directus) == hasty.admin_email


def test_without_auto_refresh_a_call_may_still_be_told(hasty: DirectusServer) -> None:
    """The clock of this machine is late: the server is the first to say that the token is over."""
    with sign_in(hasty) as directus:
        record = directus.storage.load()
        assert record is not None
        late = MemoryStorage()
        late.save(Credentials(record.access_token, record.refresh_token, expires_at=time.time() + 900, lifetime=900.0))
        wait_for_the_end(directus)
        with Directus(hasty.url, storage=late) as behind:
            assert me(behind) == hasty.admin_email


def test_a_dead_session_cookie_stands_in_no_ones_way(hasty: DirectusServer) -> None:
    """The server refuses every call that carries one, be it a login."""
    with sign_in(hasty, "session") as directus:
        wait_for_the_end(directus)
        with pytest.raises(SessionExpired):
            me(directus)
        assert directus.server.ping() == "pong"
        directus.auth.login(hasty.admin_email, hasty.admin_password)
        assert me(directus) == hasty.admin_email
        wait_for_the_end(directus)
        directus.auth.login(hasty.admin_email, hasty.admin_password)
        assert me(directus) == hasty.admin_email


def end_elsewhere(directus: Directus) -> None:
    """End the session on the server; the client does not know."""
    record = directus.storage.load()
    assert record is not None
    copied = MemoryStorage()
    copied.save(record)
    with Directus(directus.url, storage=copied) as other:
        other.auth.logout()


@modes
def test_the_token_of_another_session_ends_that_one(hasty: DirectusServer, mode: str) -> None:
    with sign_in(hasty, mode) as elsewhere, sign_in(hasty, "json") as directus:
        record = elsewhere.storage.load()
        assert record is not None
        token = record.refresh_token or next(iter(record.cookies.values()))
        directus.auth.logout(token.reveal(), mode=mode)
        with pytest.raises(SessionExpired):
            elsewhere.auth.refresh()
        directus.auth.logout(token.reveal(), mode=mode)  # over already
        directus.auth.refresh()
        assert me(directus) == hasty.admin_email


@modes
def test_a_session_that_was_ended_on_the_server(hasty: DirectusServer, mode: str) -> None:
    with sign_in(hasty, mode) as directus:
        end_elsewhere(directus)
        if mode != "session":  # there the access token is a row of the server, and dies with it
            wait_for_the_end(directus)
        with pytest.raises(SessionExpired):
            me(directus)
        directus.auth.login(hasty.admin_email, hasty.admin_password)
        assert me(directus) == hasty.admin_email


@modes
def test_a_session_in_a_file(hasty: DirectusServer, mode: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("session") / "session.json"
    with sign_in(hasty, mode, storage=FileStorage(path)) as first:
        with Directus(hasty.url, storage=FileStorage(path)) as second:
            assert me(second) == hasty.admin_email
            second.auth.refresh()
            while second.auth.token == first.auth.token:  # within one second the server gives the same one again
                second.auth.refresh()
            first.auth.refresh()  # takes what the second has got
            assert first.auth.token == second.auth.token
        assert me(first) == hasty.admin_email


def test_a_wrong_password_changes_nothing(hasty: DirectusServer) -> None:
    with sign_in(hasty) as directus:
        with pytest.raises(InvalidCredentials):
            directus.auth.login(hasty.admin_email, "wrong")
        with pytest.raises(InvalidCredentials):
            directus.auth.static("wrong", verify=True)
        assert me(directus) == hasty.admin_email
        directus.auth.static(hasty.admin_token, verify=True)
        wait = directus.auth.fresh_token()
        assert wait == (hasty.admin_token, None)
        assert me(directus) == hasty.admin_email


@pytest.mark.directus("<12")  # later ones want a licence for a second provider
def test_another_provider(hasty: DirectusServer) -> None:
    with hasty.directus() as admin, Directus(hasty.url) as directus:
        assert {"name": "other", "driver": "local"} in directus.auth.providers()
        email, password = f"{uuid.uuid4().hex}@example.com", "correct horse battery"
        user = admin.users.create_one({"email": email, "password": password, "provider": "other"})
        assert user
        with pytest.raises(InvalidCredentials):
            directus.auth.login(email, password)
        session = directus.auth.login(email, password, provider="other", mode="session")
        assert session.mode == "session"
        assert directus.users.me.read(fields=["id"])["id"] == user["id"]
        admin.users.update_one(user["id"], {"status": "suspended"})
        with pytest.raises((UserSuspended, InvalidCredentials)):
            directus.auth.login(email, password, provider="other")


def test_credentials_with_a_second_factor(workshop: Workshop) -> None:
    asked = 0
    _, email, password = workshop.new_user(workshop.new_role(app_access=True, admin_access=True))
    with Directus(workshop.server.url) as user:
        user.auth.login(email, password)
        app = App(user.users.tfa.generate(password)["secret"])
        user.users.tfa.enable(app.secret, app.now())
        with pytest.raises(InvalidOTP):
            user.auth.login(email, password)
        user.auth.login(email, password, otp=app.now())

    def ask() -> dict[str, str]:
        nonlocal asked
        asked += 1
        return {"email": email, "password": password, "otp": app.now(), "mode": "session"}

    with Directus(workshop.server.url, auth=LoginAuth(credentials=ask)) as directus:
        assert me(directus) == email
        end_elsewhere(directus)
        assert me(directus) == email
        assert asked == 2


def test_a_forgotten_password(workshop: Workshop) -> None:
    _, email, _ = workshop.new_user(workshop.new_role(app_access=True))
    with Directus(workshop.server.url) as directus:
        directus.auth.password.request(email, PAGE)
        directus.auth.password.reset(workshop.token_in_mail_to(email), "a new password")
        directus.auth.login(email, "a new password")
        assert me(directus) == email
        directus.auth.password.request("nobody@example.com")  # is answered alike
