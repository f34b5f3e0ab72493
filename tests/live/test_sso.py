"""Single sign-on with a real OpenID provider: the whole way of a browser, to the session of a client."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from directus_sdk import ConfigurationError, Directus, DirectusError, InvalidCredentials, LoginAuth, StaticTokenAuth
from directus_sdk.testing import DirectusServer
from tests.live.conftest import DATABASE, VERSION
from tests.openid import PERSON, PROVIDER, cookies_of, openid_provider, openid_settings, walk

SITE = "http://127.0.0.1:9/signed-in"
OTHER = "other"

pytestmark = pytest.mark.live
#: Directus 12 has single sign-on with a licence only.
sign_on = pytest.mark.directus("<12")


@pytest.fixture(scope="module")
def server() -> Iterator[DirectusServer]:
    """A server with one provider under two names: with the mode session and with the mode cookie."""
    with openid_provider() as issuer:
        session, cookie = openid_settings(issuer, site=SITE), openid_settings(issuer, site=SITE, mode="cookie", provider=OTHER)
        # Whatever the cache of the server holds, the check asks the database.
        settings = {"AUTH_PROVIDERS": f"{PROVIDER},{OTHER}", "CACHE_ENABLED": "true", "CACHE_STORE": "memory"}
        with DirectusServer(VERSION, DATABASE, env={**session, **cookie, **settings}) as server:
            yield server


def user_of(directus: Directus) -> str:
    return str(directus.users.me.read(fields=["id"])["id"])


def external_id(server: DirectusServer, key: str) -> object:
    return server.directus().users.read_one(key, fields=["external_identifier"])["external_identifier"]


@pytest.mark.directus(">=10.10,<12")
def test_a_browser_signs_in_and_its_session_cookie_is_adopted(server: DirectusServer) -> None:
    directus = Directus(server.url, auth=LoginAuth(required=True))
    end = walk(directus.auth.login_url(PROVIDER, redirect=f"{SITE}?next=/a"), until=SITE)
    assert end.headers["Location"] == f"{SITE}?next=/a"
    cookies = cookies_of(end)
    assert cookies.keys() == {"directus_session_token"}

    session = directus.auth.adopt(session_token=cookies["directus_session_token"])
    assert session.mode == "session"
    key = user_of(directus)
    assert external_id(server, key) == PERSON
    assert session.seconds_left == pytest.approx(86400, abs=120)

    # The recipe for a site that shares its domain with Directus.
    for send_as in ("header", "query", "cookie"):
        assert user_of(Directus(server.url).with_token(cookies["directus_session_token"], send_as=send_as)) == key

    directus.auth.refresh()
    assert user_of(directus) == key
    token = directus.auth.token
    assert token is not None
    assert token != cookies["directus_session_token"]
    directus.auth.logout()
    other = Directus(server.url)
    other.auth.login(server.admin_email, server.admin_password)
    admin = user_of(other)
    with pytest.raises(InvalidCredentials):
        other.auth.adopt(session_token=token)  # a cookie may outlive its session
    assert user_of(other) == admin


@sign_on
def test_a_browser_signs_in_and_its_refresh_token_is_traded(server: DirectusServer) -> None:
    directus = Directus(server.url, auth=LoginAuth(required=True))
    # One email address belongs to one user, who has one provider.
    person = "somebody.else@example.com"
    cookies = cookies_of(walk(directus.auth.login_url(OTHER, redirect=SITE), person, until=SITE))
    assert cookies.keys() == {"directus_refresh_token"}

    session = directus.auth.refresh(token=cookies["directus_refresh_token"])
    assert session.mode == "json"
    key = user_of(directus)
    assert external_id(server, key) == person
    with pytest.raises(InvalidCredentials):
        directus.auth.refresh(token=cookies["directus_refresh_token"])
    assert user_of(directus) == key
    directus.auth.refresh()
    assert user_of(directus) == key
    directus.auth.logout()
    with pytest.raises(ConfigurationError, match="no session"):
        directus.auth.refresh()


@sign_on
def test_who_declines_at_the_provider_comes_back_with_a_reason(server: DirectusServer) -> None:
    end = walk(Directus(server.url).auth.login_url(OTHER, redirect=f"{SITE}?next=/a"), until=SITE, action="deny")
    assert end.headers["Location"] == f"{SITE}?reason=INVALID_CREDENTIALS"
    assert cookies_of(end) == {}


@pytest.mark.directus(">=10,<12")
def test_a_redirect_must_be_allowed_by_the_server(server: DirectusServer) -> None:
    end = walk(Directus(server.url).auth.login_url(OTHER, redirect="https://evil.example/"), until="https://evil.example")
    assert end.status_code == 400


@pytest.mark.parametrize("mode", ["json", pytest.param("session", marks=pytest.mark.directus(">=10.10"))])
def test_the_session_of_another_login_is_taken(server: DirectusServer, mode: str) -> None:
    directus, admin = Directus(server.url), user_of(server.directus())
    login = Directus(server.url).auth.login(server.admin_email, server.admin_password, mode=mode)
    if mode == "json":
        assert login.refresh_token is not None
        session = directus.auth.refresh(token=login.refresh_token.reveal())
    else:
        session = directus.auth.adopt(session_token=login.cookies["directus_session_token"].reveal())
    assert session.user == server.admin_email
    assert user_of(directus) == admin
    directus.auth.refresh()
    assert user_of(directus) == admin
    directus.auth.logout()
    assert not directus.auth.signed_in


def test_each_place_of_a_static_token(server: DirectusServer) -> None:
    admin = user_of(server.directus())
    places = ["header", "query"] if VERSION.startswith("9.") else ["header", "query", "cookie"]
    for send_as in places:
        auth = StaticTokenAuth(server.admin_token, send_as=send_as)
        directus = Directus(server.url, auth=auth)
        assert user_of(directus) == admin
        auth.static(server.admin_token, verify=True)
        with pytest.raises(DirectusError) as caught:
            auth.static("no-such-token", verify=True)
        assert "no-such-token" not in f"{caught.value} {caught.value!r}"
        file = directus.files.upload(b"content", filename="a.txt")
        assert directus.assets.read(file["id"]) == b"content"
        directus.files.delete_one(file["id"])
