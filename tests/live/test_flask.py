"""A Flask site on a real server: sessions that are ended there, a single sign-on, and no token in what a browser gets."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from flask import Flask, g
from flask.testing import FlaskClient

from directus_sdk import Directus
from directus_sdk.contrib.flask import DirectusExtension, login_required
from directus_sdk.contrib.web.stores import MemoryVisitorStore
from directus_sdk.testing import DirectusServer
from tests.contrib.flask.conftest import Browser

pytestmark = [pytest.mark.live, pytest.mark.directus(">=11")]


class Site:
    def __init__(self, server: DirectusServer) -> None:
        self.server = server
        self.store = MemoryVisitorStore()
        self.app = Flask(__name__)
        self.app.config.update(SECRET_KEY="only for tests", DIRECTUS_URL=server.url, DIRECTUS_TOKEN=server.admin_token)
        self.app.config.update(DIRECTUS_SESSIONS=self.store, DIRECTUS_MODE="session", DIRECTUS_PROVIDERS=["google"])
        self.directus = DirectusExtension(self.app)

        @self.app.get("/me")
        @login_required
        def me() -> str:
            return str(g.directus.users.me.read(fields=["email"])["email"])

    def tokens(self) -> list[str]:
        """The tokens of all sessions."""
        values = [record._values["directus_credentials"].reveal() for record in self.store._kept.values()]
        return [json.loads(value)["cookies"]["directus_session_token"] for value in values]


@pytest.fixture
def site(directus_server: DirectusServer) -> Iterator[Site]:
    made = Site(directus_server)
    yield made
    made.directus.cms.close()


def browser(site: Site) -> Browser:
    return Browser(site.app.test_client())


def test_a_session_that_is_ended_in_directus_is_over_at_once(site: Site) -> None:
    visitor, server = browser(site), site.server
    responses = [visitor.sign_in(server.admin_email, server.admin_password), visitor.get("/me")]
    assert responses[1].text == server.admin_email
    (token,) = site.tokens()
    with Directus(server.url) as elsewhere:
        elsewhere.auth.logout(token, mode="session")
    responses += [visitor.get("/me"), visitor.get("/me")]
    assert [response.location for response in responses[2:]] == ["/login?next=/me"] * 2
    assert site.tokens() == []
    for response in responses:
        assert token not in response.text + str(response.headers)
        assert server.admin_token not in response.text + str(response.headers)


def test_a_single_sign_on_gives_the_site_another_token_than_the_browser(site: Site) -> None:
    visitor, server = browser(site), site.server
    with Directus(server.url) as sso:
        record = sso.auth.login(server.admin_email, server.admin_password, mode="session")
    assert isinstance(visitor.client, FlaskClient)
    assert visitor.get("/sso/google?next=/me").location.startswith(f"{server.url}/auth/login/google?redirect=")
    cookie = record.cookies["directus_session_token"].reveal()
    visitor.client.set_cookie("directus_session_token", cookie)
    assert visitor.get("/sso-callback").location == "/me"
    assert visitor.get("/me").text == server.admin_email
    assert len(site.tokens()) == 1
    assert cookie not in site.tokens()
