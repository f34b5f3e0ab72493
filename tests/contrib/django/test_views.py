"""The pages for passwords, single sign-on, the webhook and the health check."""

from __future__ import annotations

import time
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from directus_sdk import ConnectionFailed, Response, RetryPolicy
from directus_sdk.contrib.django.process import process
from directus_sdk.contrib.django.sessions import VISITOR
from directus_sdk.contrib.django.test import override_directus
from directus_sdk.testing import MockTransport
from directus_sdk.testing.mock import error_response
from tests.contrib.django.fake import FakeDirectus
from tests.contrib.django.project import sign_in

SECRET = "the-secret-of-the-webhook"
RULE = {"message": "Too short.", "extensions": {"code": "FAILED_VALIDATION", "field": "password"}}


def test_the_page_of_a_firewall_is_not_a_wrong_password(browser: Client, fake: FakeDirectus) -> None:
    fake.replies["/auth/login"] = lambda request: Response(401, {"Content-Type": "text/html"}, b"<h1>Blocked</h1>")
    assert browser.post("/accounts/login/", {"username": "ada@example.com", "password": "x"}).status_code == 502


# ---------------------------------------------------------------------------- passwords
def test_the_mail_leads_to_our_page_and_the_page_says_the_same_to_everyone(browser: Client, mock: MockTransport) -> None:
    pages = [browser.post("/accounts/password/reset/", {"email": email}) for email in ("ada@example.com", "x@example.com")]
    assert mock.path() == "/auth/password/request"
    assert mock.json() == {"email": "x@example.com", "reset_url": "http://testserver/accounts/password/reset/confirm/"}
    assert pages[0].content == pages[1].content
    assert "Authorization" not in mock.last.headers


def test_the_token_of_the_mail_sets_a_password(browser: Client, mock: MockTransport) -> None:
    page = browser.get("/accounts/password/reset/confirm/?token=abc")
    assert 'name="token" value="abc"' in page.content.decode()
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert "no-store" in page.headers["Cache-Control"]
    done = browser.post("/accounts/password/reset/confirm/", {"token": "abc", "password": " new "})
    assert "was changed" in done.content.decode()
    assert mock.json() == {"token": "abc", "password": " new "}


@pytest.mark.parametrize(
    ("reply", "message"),
    [
        (error_response("INVALID_TOKEN", 403), "not valid any more"),
        (error_response("INVALID_PAYLOAD", 400), "not valid any more"),
    ],
)
def test_a_link_that_is_over(browser: Client, fake: FakeDirectus, reply: Any, message: str) -> None:
    fake.replies["/auth/password/reset"] = reply
    page = browser.post("/accounts/password/reset/confirm/", {"token": "abc", "password": "new"}).content.decode()
    assert message in page
    assert 'name="token" value="abc"' in page


def test_a_password_that_breaks_the_rules_is_an_error_of_the_field(browser: Client, fake: FakeDirectus) -> None:
    from directus_sdk.testing.mock import json_response

    fake.replies["/auth/password/reset"] = json_response({"errors": [RULE]}, 400)
    page = browser.post("/accounts/password/reset/confirm/", {"token": "abc", "password": "new"})
    assert page.context["form"].errors == {"password": ["Too short."]}


def change(browser: Client, current: str = "right", password: str = "new") -> Any:
    return browser.post("/accounts/password/", {"current": current, "password": password})


def test_a_changed_password_keeps_the_visitor_signed_in(browser: Client, fake: FakeDirectus) -> None:
    def me(request: Any) -> Any:
        if request.method == "PATCH":
            fake.alive.clear()  # as Directus does
            return None
        return {"id": "u-ada", "email": "ada@example.com"}

    sign_in(browser)
    before = browser.session[VISITOR]
    fake.replies["/users/me"] = me
    assert "was changed" in change(browser, password="right").content.decode()
    assert browser.session[VISITOR] != before
    assert len(fake.alive) == 1
    assert browser.get("/private/").status_code == 200


def test_the_current_password_is_asked_for(browser: Client, fake: FakeDirectus, mock: MockTransport) -> None:
    sign_in(browser)
    page = change(browser, current="wrong")
    assert page.context["form"].errors == {"current": ["This is not your password."]}
    assert not any(request.method == "PATCH" for request in mock.requests)
    assert browser.get("/private/").status_code == 200


def test_a_user_who_may_not_change_it_reads_so(browser: Client, fake: FakeDirectus) -> None:
    def me(request: Any) -> Any:
        return error_response("FORBIDDEN", 403) if request.method == "PATCH" else fake.users["ada@example.com"]

    sign_in(browser)
    fake.replies["/users/me"] = me
    assert "cannot be changed" in change(browser).content.decode()


def test_passwords_are_changed_by_visitors_only(browser: Client) -> None:
    assert browser.get("/accounts/password/").headers["Location"] == "/accounts/login/?next=/accounts/password/"


# ---------------------------------------------------------------------------- single sign-on
def begin(browser: Client, query: str = "") -> Any:
    return browser.get(f"/accounts/sso/google/{query}")


def test_it_begins_at_directus_and_returns_to_the_callback(browser: Client, mock: MockTransport) -> None:
    with override_directus(mock, URL="http://directus:8055", PUBLIC_URL="https://cms.example.com", SSO_PROVIDERS=["google"]):
        target = begin(browser).headers["Location"]
        page = browser.get("/accounts/login/?next=/private/").content.decode()
        assert browser.get("/accounts/sso/other/").status_code == 404
    assert browser.get("/accounts/sso/not%20a%20name/").status_code == 404
    assert target == "https://cms.example.com/auth/login/google?redirect=http%3A%2F%2Ftestserver%2Faccounts%2Fcallback%2F"
    assert 'href="/accounts/sso/google/?next=/private/"' in page
    assert mock.requests == []


def test_the_session_of_the_cookie_becomes_that_of_the_visitor(browser: Client, fake: FakeDirectus) -> None:
    fake.alive["from-the-provider"] = "ada@example.com"
    begin(browser, "?next=/private/")
    browser.cookies["directus_refresh_token"] = "from-the-provider"
    response = browser.get("/accounts/callback/")
    assert (response.status_code, response.headers["Location"]) == (302, "/private/")
    assert response.cookies["directus_refresh_token"].value == ""
    assert browser.get("/private/").content == b"ada@example.com"
    assert browser.get("/whoami/").json() == {"email": "ada@example.com"}
    assert "from-the-provider" not in fake.alive


def test_a_sign_in_that_was_not_begun_in_this_browser_is_refused(browser: Client, fake: FakeDirectus) -> None:
    fake.alive["of-somebody-else"] = "ada@example.com"
    browser.cookies["directus_refresh_token"] = "of-somebody-else"
    page = browser.get("/accounts/callback/")
    assert page.status_code == 400
    assert "not begun here" in page.content.decode()
    assert "of-somebody-else" in fake.alive
    begin(browser)
    session = browser.session
    session["_directus_sso"] = [time.time() - 1, ""]
    session.save()
    assert browser.get("/accounts/callback/").status_code == 400


def test_each_begin_is_for_one_callback(browser: Client, fake: FakeDirectus) -> None:
    begin(browser)
    assert "did not arrive" in browser.get("/accounts/callback/").content.decode()
    assert "not begun here" in browser.get("/accounts/callback/").content.decode()


def test_a_reason_is_not_repeated(browser: Client) -> None:
    begin(browser)
    page = browser.get("/accounts/callback/?reason=<b>evil</b>").content.decode()
    assert "evil" not in page
    assert "sign-in failed" in page


def test_a_token_that_is_over(browser: Client) -> None:
    begin(browser)
    browser.cookies["directus_refresh_token"] = "spent"
    assert "not valid any more" in browser.get("/accounts/callback/").content.decode()


def test_a_session_that_ends_while_it_is_taken(browser: Client, fake: FakeDirectus) -> None:
    fake.replies["/auth/refresh"] = error_response("INVALID_CREDENTIALS", 401)
    fake.replies["/users/me"] = {"id": "u"}
    begin(browser)
    browser.cookies["directus_session_token"] = "a-token-that-cannot-be-refreshed"
    assert "not valid any more" in browser.get("/accounts/callback/").content.decode()


def test_a_user_who_may_not_sign_in_here_has_no_session_left(browser: Client, fake: FakeDirectus) -> None:
    sign_in(browser)
    browser.post("/accounts/logout/")
    User.objects.update(is_active=False)
    fake.alive["from-the-provider"] = "ada@example.com"
    begin(browser)
    browser.cookies["directus_refresh_token"] = "from-the-provider"
    assert "cannot sign in here" in browser.get("/accounts/callback/").content.decode()
    assert fake.alive == {}


@pytest.mark.parametrize("target", ["https://evil.example.com/", "//evil.example.com", "/\\evil.example.com"])
def test_after_it_the_visitor_stays_on_the_site(browser: Client, fake: FakeDirectus, target: str) -> None:
    fake.alive["from-the-provider"] = "ada@example.com"
    browser.get("/accounts/sso/google/", {"next": target})
    browser.cookies["directus_refresh_token"] = "from-the-provider"
    assert browser.get("/accounts/callback/").headers["Location"] == "/"


# ---------------------------------------------------------------------------- for machines
def call(body: str = '{"collection": "articles"}', **headers: str) -> Any:
    browser = Client(enforce_csrf_checks=True)
    return browser.post("/accounts/webhook/", body, content_type="application/json", headers=headers)


class Forgetful(MockTransport):
    def __init__(self) -> None:
        super().__init__()
        self.forgotten: list[tuple[str, ...]] = []

    def forget(self, *collections: str) -> None:
        self.forgotten.append(collections)


def test_the_webhook_has_the_cache_forget_collections() -> None:
    transport = Forgetful()
    with override_directus(transport, WEBHOOK_SECRET=SECRET):
        assert call(**{"X-Directus-Secret": SECRET}).json() == {"forgotten": ["articles"]}
        assert call('{"collection": "*"}', **{"X-Directus-Secret": SECRET}).json() == {"forgotten": ["*"]}
    assert transport.forgotten == [("articles",), ()]


def test_the_webhook_obeys_those_who_have_the_secret_only() -> None:
    transport = Forgetful()
    with override_directus(transport, WEBHOOK_SECRET=SECRET):
        assert [call().status_code, call(**{"X-Directus-Secret": "wrong"}).status_code] == [401, 401]
        assert call("nothing", **{"X-Directus-Secret": SECRET}).status_code == 400
        assert Client().get("/accounts/webhook/").status_code == 405
    with override_directus(transport):
        assert call(**{"X-Directus-Secret": SECRET}).status_code == 404
    assert transport.forgotten == []


def test_without_a_cache_the_webhook_does_nothing(mock: MockTransport) -> None:
    with override_directus(mock, WEBHOOK_SECRET=SECRET):
        assert call(**{"X-Directus-Secret": SECRET}).status_code == 200


def test_health(browser: Client, fake: FakeDirectus) -> None:
    fake.replies["/server/ping"] = "pong"
    response = browser.get("/accounts/health/")
    assert (response.status_code, response.json()) == (200, {"directus": "ok"})
    assert "no-store" in response.headers["Cache-Control"]
    with override_directus(MockTransport([ConnectionFailed("down")]), OPTIONS={"retry": RetryPolicy(attempts=1)}):
        assert browser.get("/accounts/health/").status_code == 503
    assert process.transport is not None


def test_the_pages_are_public_where_the_site_needs_a_sign_in(browser: Client) -> None:
    from django.test import override_settings

    from tests.contrib.django.project import SETTINGS

    middleware = [*SETTINGS["MIDDLEWARE"], "django.contrib.auth.middleware.LoginRequiredMiddleware"]
    with override_settings(MIDDLEWARE=middleware):
        browser = Client()
        paths = ("login/", "password/reset/", "password/reset/confirm/", "health/", "webhook/", "sso/google/", "callback/")
        statuses = {path: browser.get(f"/accounts/{path}").headers.get("Location", "") for path in paths}
        assert not any("/accounts/login/" in target for target in statuses.values())
        assert browser.get("/").status_code == 302


def test_forms_need_their_csrf_token(mock: MockTransport) -> None:
    browser = Client(enforce_csrf_checks=True)
    for path in ("login/", "logout/", "password/reset/", "password/reset/confirm/"):
        assert browser.post(f"/accounts/{path}", {}).status_code == 403, path
