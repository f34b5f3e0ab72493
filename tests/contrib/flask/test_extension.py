"""The extension: factories, several apps, and what never reaches a browser."""

from __future__ import annotations

import base64
import pickle
import zlib

import pytest
from flask import Flask

from directus_sdk import ConfigurationError
from directus_sdk.contrib.flask import DirectusExtension
from directus_sdk.contrib.web.stores import MemoryVisitorStore
from directus_sdk.testing import MockTransport
from tests.contrib.flask.conftest import MakeApp, Site


def app_of(**config: object) -> Flask:
    app = Flask(__name__)
    app.config.update(SECRET_KEY="x", **config)
    return app


def test_a_factory() -> None:
    directus = DirectusExtension(transport=MockTransport(lambda request: [request.url]))
    with pytest.raises(ConfigurationError, match="0 apps"):
        _ = directus.cms
    app = app_of(DIRECTUS_URL="https://one.example.com")
    directus.init_app(app)
    assert directus.cms.items("a").read_many() == ["https://one.example.com/items/a"]  # the only app


def test_several_apps_in_one_process() -> None:
    directus = DirectusExtension(transport=MockTransport(lambda request: [request.url, request.headers.get("Authorization")]))
    apps = [app_of(DIRECTUS_URL=f"https://{name}.example.com") for name in ("one", "two")]
    for number, app in enumerate(apps):
        directus.init_app(app, token=f"t{number}")
    for number, (app, name) in enumerate(zip(apps, ("one", "two"), strict=True)):
        with app.app_context():
            assert directus.cms.items("a").read_many() == [f"https://{name}.example.com/items/a", f"Bearer t{number}"]
            assert directus.cms is directus.cms
    with pytest.raises(ConfigurationError, match="2 apps"):
        _ = directus.cms


def test_an_app_has_one() -> None:
    app = app_of(DIRECTUS_URL="https://one.example.com")
    DirectusExtension(app)
    with pytest.raises(ConfigurationError, match="already"):
        DirectusExtension(app)


def test_nothing_is_set_up_where_the_configuration_is_wrong() -> None:
    app = app_of()
    with pytest.raises(ConfigurationError, match="DIRECTUS_URL"):
        DirectusExtension(app)
    assert "directus" not in app.extensions
    assert "directus" not in app.blueprints


@pytest.mark.parametrize(("before", "after"), [(None, "Lax"), ("Strict", "Strict")])
def test_the_cookie_is_for_this_site(before: str | None, after: str) -> None:
    app = app_of(DIRECTUS_URL="https://one.example.com", SESSION_COOKIE_SAMESITE=before)
    DirectusExtension(app)
    assert app.config["SESSION_COOKIE_SAMESITE"] == after


def test_the_cookie_holds_the_id_only(site: Site) -> None:
    browser = site.browser()
    cookie = browser.sign_in().headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    value = cookie.partition("=")[2].partition(";")[0]
    payload = value.lstrip(".").partition(".")[0]
    content = base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
    text = (zlib.decompress(content) if value.startswith(".") else content).decode()
    assert text.count('"') == 4
    assert "_directus_visitor" in text
    for secret in ("access1", "refresh1", "correct horse", "ada@"):
        assert secret not in text


def test_a_cookie_from_before_the_sign_out_is_of_no_use(site: Site) -> None:
    browser = site.browser()
    cookie = browser.sign_in().headers["Set-Cookie"].partition(";")[0]
    assert browser.submit("/logout").location == "/"
    thief = site.app.test_client(use_cookies=False)
    assert thief.get("/note", headers={"Cookie": cookie}).status_code == 303
    assert "access1" not in str(site.tokens()[2:])


def test_an_id_that_another_person_has_set_is_not_kept(site: Site) -> None:
    """Session fixation."""
    attacker, victim = site.browser(), site.browser()
    attacker.sign_in("attacker@example.com")
    cookie = attacker.client.get_cookie("session")
    assert cookie is not None
    victim.client.set_cookie("session", cookie.value)
    victim.sign_in("victim@example.com")
    site.mock.requests.clear()
    assert attacker.get("/note").status_code == 303  # its session was ended, and it has not that of the victim
    assert site.tokens() == []
    victim.get("/note")
    assert site.tokens() == ["Bearer access2"]


def test_a_process_that_was_forked_has_its_own_connections(make_site: MakeApp) -> None:
    made = make_site()
    with made.app.app_context():
        assert made.directus.cms.transport is made.directus.client.transport
        assert made.directus.cache is None
        assert made.directus.visitors.mode == "json"


def test_no_pickle_of_a_client_holds_the_token(site: Site) -> None:
    with site.app.app_context():
        assert b"the-site" not in pickle.dumps(site.directus.cms.auth)
    assert "the-site" not in repr(vars(site.app.extensions["directus"]))


def test_the_store_is_shared_by_what_shares_it() -> None:
    store, mock = (
        MemoryVisitorStore(),
        MockTransport(lambda request: {"access_token": "a", "refresh_token": "r", "expires": 900_000}),
    )
    sites = [Site({}, {"DIRECTUS_SESSIONS": store, "DIRECTUS_TRANSPORT": mock}) for _ in range(2)]
    browser = sites[0].browser()
    browser.sign_in()
    cookie = browser.client.get_cookie("session")
    assert cookie is not None
    other = sites[1].browser()
    other.client.set_cookie("session", cookie.value)
    assert other.get("/mine").status_code == 200


def test_a_cached_read_costs_no_request_until_the_webhook_is_called(make_site: MakeApp) -> None:
    secret = "the-secret-of-this-webhook"
    made = make_site(DIRECTUS_CACHE="memory", DIRECTUS_WEBHOOK_SECRET=secret)

    @made.app.get("/cached")
    def cached() -> str:
        return str(made.directus.cms.items("notes").read_one(1))

    browser = made.browser()
    for _ in range(3):
        assert browser.get("/cached").status_code == 200
    assert len(made.mock.requests) == 1
    response = browser.post("/directus/webhook", json={"collection": "notes"}, headers={"X-Directus-Secret": secret})
    assert response.get_json() == {"forgotten": ["notes"]}
    browser.get("/cached")
    assert len(made.mock.requests) == 2
    with made.app.app_context():
        assert made.directus.cache is made.directus.cms.transport


@pytest.mark.parametrize("wrong", ["disk", 5, {"region": 1}])
def test_a_cache_that_is_not_valid(make_site: MakeApp, wrong: object) -> None:
    with pytest.raises(ConfigurationError, match="DIRECTUS_CACHE"):
        make_site(DIRECTUS_CACHE=wrong)


def test_a_cache_whose_url_is_not_valid_shows_no_password(make_site: MakeApp) -> None:
    with pytest.raises(ConfigurationError) as caught:
        make_site(DIRECTUS_CACHE="redis://:pass/word@example.com:6379/0")
    assert "pass" not in str(caught.value)
