"""The current visitor: whose client ``g.directus`` is."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from flask import Flask, g, request

from directus_sdk import ConfigurationError, Directus, Request
from directus_sdk.contrib.flask import UploadRefused, login_required, upload
from directus_sdk.contrib.flask.current import site as current_site
from tests.contrib.flask.conftest import MakeApp, Site


def test_nothing_is_sent_or_read_before_it_is_used(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    @site.app.get("/quiet")
    def quiet() -> str:
        assert isinstance(g.directus, Directus)
        return "quiet"

    browser = site.browser()
    browser.sign_in()
    site.mock.requests.clear()
    monkeypatch.setattr("directus_sdk.auth.storage.MemoryStorage.get", lambda self, key: pytest.fail("it was read"))
    assert browser.get("/quiet").text == "quiet"
    assert site.mock.requests == []


def test_a_page_without_it_does_not_vary_with_the_cookie(site: Site) -> None:
    @site.app.get("/static-page")
    def static_page() -> str:
        return str(site.directus.cms.items("notes").read_one(1))

    assert "Vary" not in site.browser().get("/static-page").headers


def test_each_visitor_acts_as_himself(site: Site) -> None:
    ada, bob, other = site.browser(), site.browser(), site.browser()
    ada.sign_in("ada@example.com")
    bob.sign_in("bob@example.com")
    site.mock.requests.clear()
    for browser in (ada, bob, other, ada):
        assert browser.get("/note").status_code == 200
    assert site.tokens() == ["Bearer access1", "Bearer access2", None, "Bearer access1"]


def test_requests_inside_one_app_context_do_not_share_a_client(site: Site) -> None:
    with site.app.app_context():
        ada, bob = site.browser(), site.browser()
        ada.sign_in("ada@example.com")
        bob.sign_in("bob@example.com")
        site.mock.requests.clear()
        for browser in (ada, bob, site.browser()):
            browser.get("/note")
    assert site.tokens() == ["Bearer access1", "Bearer access2", None]


def test_many_threads(site: Site) -> None:
    visitors = []
    for number in range(6):
        browser = site.browser()
        browser.sign_in(f"{number}@example.com")
        visitors.append((browser, f"Bearer access{number + 1}"))
    wrong: list[object] = []

    def work(browser: Any, expected: str) -> None:
        wrong.extend(text for _ in range(30) if (text := browser.get("/who").text) != expected)

    threads = [threading.Thread(target=work, args=pair) for pair in visitors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_one_client_for_a_request(site: Site) -> None:
    @site.app.get("/same")
    def same() -> str:
        return str(g.directus is g.directus is site.directus.client)

    assert site.browser().get("/same").text == "True"


def test_signing_in_changes_it_at_once(site: Site) -> None:
    @site.app.get("/enter")
    def enter() -> str:
        before = g.directus
        site.directus.sign_in("ada@example.com", "pass", otp="123456")
        after = g.directus
        site.directus.sign_out()
        return str([before is after, after.auth.signed_in, g.directus.auth.signed_in])

    assert site.browser().get("/enter").text == "[False, False, False]"
    assert site.mock.json(0)["otp"] == "123456"


def test_a_test_may_replace_it(site: Site) -> None:
    with site.app.test_request_context():
        g.directus = "mine"
        assert g.directus == "mine"
    with site.app.app_context():
        g.directus.items("notes").read_one(1)
    assert site.tokens() == [None]


def test_login_required(site: Site) -> None:
    browser = site.browser()
    response = browser.get("/mine?a=1")
    assert (response.status_code, response.location) == (303, "/login?next=/mine%3Fa%3D1")
    assert site.mock.requests == []
    browser.sign_in()
    assert browser.get("/mine").status_code == 200


def test_login_required_keeps_an_asynchronous_view() -> None:
    pytest.importorskip("asgiref")
    made = Site({}, {})

    @made.app.get("/later")
    @login_required
    async def later() -> str:
        return "later"

    browser = made.browser()
    browser.sign_in()
    assert browser.get("/later").text == "later"


def test_an_upload_has_the_permissions_of_the_visitor(site: Site) -> None:
    from io import BytesIO

    @site.app.post("/photos")
    def photos() -> str:
        return str(upload(request.files.get("photo"), {"title": "Cat"}, max_size=10, accept=["image/*"])["id"])

    bodies: list[bytes] = []

    def keep(sent: Request) -> object:
        body = sent.body
        bodies.append(body if isinstance(body, bytes) else b"".join(body()) if body else b"")
        return {"id": 1}

    site.replies["/files"] = keep
    browser = site.browser()
    browser.sign_in()
    response = browser.post("/photos", data={"photo": (BytesIO(b"GIF89a"), "my cat.gif")})
    assert response.text == "1"
    assert site.tokens()[-1] == "Bearer access1"
    (sent,) = bodies
    assert b'filename="my cat.gif"' in sent
    assert b"image/gif" in sent
    count = len(site.mock.requests)
    response = browser.post("/photos", data={"photo": (BytesIO(b"x" * 11), "cat.gif")})
    assert (response.status_code, "larger than 10 bytes" in response.text) == (413, True)
    assert browser.post("/photos", data={"photo": (BytesIO(b"x"), "cat.html")}).status_code == 415
    assert browser.post("/photos").status_code == 400
    assert len(site.mock.requests) == count
    assert issubclass(UploadRefused, Exception)


def test_an_app_without_the_extension() -> None:
    with Flask(__name__).app_context(), pytest.raises(ConfigurationError, match="init_app"):
        current_site()


def test_a_session_in_redis_or_a_folder(make_site: MakeApp, tmp_path: Any) -> None:
    made = make_site(DIRECTUS_SESSIONS=str(tmp_path / "s"))
    browser = made.browser()
    browser.sign_in()
    assert len(list((tmp_path / "s").glob("*.json"))) == 1
    assert browser.get("/mine").status_code == 200
    browser.submit("/logout")
    assert list((tmp_path / "s").iterdir()) == []
