"""What happens at Directus when a visitor signs in and out of Django."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.test import Client, override_settings

from directus_sdk.contrib.django.process import process
from directus_sdk.contrib.django.sessions import VISITOR
from directus_sdk.testing import MockTransport
from directus_sdk.testing.mock import error_response
from tests.contrib.django.fake import FakeDirectus
from tests.contrib.django.project import sign_in

ENGINES = ["db", "signed_cookies", "cache", "cached_db", "file"]


@pytest.mark.parametrize("engine", ENGINES)
def test_no_token_reaches_the_browser_or_the_session(fake: FakeDirectus, mock: MockTransport, engine: str) -> None:
    with override_settings(SESSION_ENGINE=f"django.contrib.sessions.backends.{engine}"):
        browser = Client()
        pages = [browser.post("/accounts/login/", {"username": "ada@example.com", "password": "right"})]
        pages += [browser.get(path) for path in ("/whoami/", "/private/", "/accounts/login/")]
        kept = {name: str(value) for name, value in browser.session.items()}
        cookies = browser.cookies.output() + str([*Session.objects.values()])
        assert set(kept) == {VISITOR, "_auth_user_id", "_auth_user_backend", "_auth_user_hash"}
        for token in ("access1", "refresh1"):
            assert token not in str(kept) + cookies + "".join(str(page.headers) + page.content.decode() for page in pages)
        assert pages[1].json() == {"email": "ada@example.com"}
        browser.post("/accounts/logout/")
        assert fake.alive == {}


def test_a_sign_in_has_a_new_id_and_ends_the_session_before(browser: Client, fake: FakeDirectus) -> None:
    sign_in(browser)
    first = browser.session[VISITOR]
    sign_in(browser)
    assert browser.session[VISITOR] != first
    assert list(fake.alive) == ["refresh2"]
    assert not process.visitors().signed_in(first)


def test_another_user_in_the_same_browser_ends_the_session_before(browser: Client, fake: FakeDirectus) -> None:
    fake.users["bob@example.com"] = {"id": "u-bob", "email": "bob@example.com"}
    sign_in(browser)
    sign_in(browser, "bob@example.com")
    assert list(fake.alive) == ["refresh2"]
    assert browser.get("/whoami/").json() == {"email": "bob@example.com"}


def test_a_local_user_in_the_same_browser_has_not_the_session_of_the_visitor(browser: Client, fake: FakeDirectus) -> None:
    sign_in(browser)
    User.objects.create_user("local", password="its own")
    browser.post("/accounts/login/", {"username": "local", "password": "its own"})
    assert browser.get("/private/").content == b"local"
    assert VISITOR not in browser.session
    assert fake.alive == {}


@pytest.mark.parametrize("error", [error_response("INTERNAL", 500), error_response("INVALID_CREDENTIALS", 401)])
def test_log_out_ends_here_whatever_directus_says(browser: Client, fake: FakeDirectus, error: object) -> None:
    sign_in(browser)
    visitor = browser.session[VISITOR]
    fake.replies["/auth/logout"] = error
    assert browser.post("/accounts/logout/").status_code == 200
    assert not process.visitors().signed_in(visitor)
    assert browser.get("/private/").status_code == 302


def test_any_log_out_of_django_ends_the_session_at_directus(browser: Client, fake: FakeDirectus) -> None:
    sign_in(browser)
    browser.logout()  # not our view
    assert fake.alive == {}


def test_the_log_out_page_is_for_posts(browser: Client) -> None:
    sign_in(browser)
    assert browser.get("/accounts/logout/").status_code == 405
    assert browser.get("/private/").status_code == 200


def test_a_forged_id_is_no_session(browser: Client, mock: MockTransport) -> None:
    sign_in(browser)
    session = browser.session
    session[VISITOR] = "../../etc/passwd"
    session.save()
    before = len(mock.requests)
    assert browser.get("/whoami/").status_code == 302
    assert len(mock.requests) == before
