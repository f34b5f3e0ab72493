"""The pages of the kit."""

from __future__ import annotations

import json
from typing import Any

import pytest

from directus_sdk import ConnectionFailed, Response
from directus_sdk.testing.mock import error_response, json_response
from tests.contrib.flask.conftest import MakeApp, Site

SECRET = "the-secret-of-this-webhook"


# ---------------------------------------------------------------------- login
def test_signing_in(site: Site) -> None:
    browser = site.browser()
    page = browser.get("/login?next=/mine")
    assert page.headers["Cache-Control"] == "no-store"
    response = browser.send(page, email=" ada@example.com ", password="pass")
    assert (response.status_code, response.location) == (303, "/mine")
    assert site.mock.json() == {"email": "ada@example.com", "password": "pass", "mode": "json"}
    assert browser.get("/").text == "signed in: True"


@pytest.mark.parametrize("target", ["https://evil.com", "//evil.com", "/\\evil.com", "javascript:alert(1)", ""])
def test_no_open_redirect(site: Site, target: str) -> None:
    browser = site.browser()
    assert browser.submit(f"/login?next={target}", email="a@example.com", password="x").location == "/"
    assert browser.submit("/login", email="a@example.com", password="x", next=target).location == "/"


@pytest.mark.parametrize("code", ["INVALID_CREDENTIALS", "USER_SUSPENDED", "INVALID_IP"])
def test_every_refusal_says_the_same(make_site: MakeApp, code: str) -> None:
    made = make_site({"/auth/login": error_response(code, 401, "s3cret")})
    response = made.browser().submit("/login", email='"><script>', password="wrong-pass")
    assert response.status_code == 401
    assert "is not right" in response.text
    assert "s3cret" not in response.text
    assert "wrong-pass" not in response.text
    assert "<script>" not in response.text


@pytest.mark.parametrize("fields", [{}, {"email": "a@example.com"}, {"password": "x"}, {"email": " ", "password": "x"}])
def test_an_empty_form(site: Site, fields: dict[str, str]) -> None:
    assert site.browser().submit("/login", **fields).status_code == 400
    assert site.mock.requests == []


@pytest.mark.parametrize(("reply", "status"), [(ConnectionFailed("x"), 503), (error_response("REQUESTS_EXCEEDED", 429), 429)])
def test_a_fault_is_not_a_wrong_password(make_site: MakeApp, reply: Any, status: int) -> None:
    response = make_site({"/auth/login": reply}).browser().submit("/login", email="a@example.com", password="x")
    assert response.status_code == status
    assert "Retry-After" in response.headers


def test_the_page_of_a_firewall_is_not_a_wrong_password(make_site: MakeApp) -> None:
    page = Response(401, {"Content-Type": "text/html"}, b"<h1>Blocked</h1>")
    made = make_site({"/auth/login": lambda request: page})
    assert made.browser().submit("/login", email="a@example.com", password="x").status_code == 502


def needs_code(request: Any) -> Any:
    body = json.loads(request.body)
    if body.get("otp") != "123456":
        return error_response("INVALID_OTP", 401)
    assert body["password"] == "pässword"
    return {"access_token": "access1", "refresh_token": "refresh1", "expires": 900_000}


def test_the_second_step(make_site: MakeApp) -> None:
    browser = make_site({"/auth/login": needs_code}).browser()
    step = browser.submit("/login?next=/mine", email="ada@example.com", password="pässword")
    assert "Enter the code" in step.text
    assert 'name="password"' not in step.text
    wrong = browser.send(step, otp="000000")
    assert wrong.status_code == 401
    assert "This code is not right" in wrong.text
    for page in (step, wrong):
        assert "pässword" not in page.text
        assert "pässword".encode().hex() not in page.text + str(page.headers)
    response = browser.send(wrong, otp="123456")
    assert (response.status_code, response.location) == (303, "/mine")
    assert "_directus_step" not in response.headers["Set-Cookie"]


def test_the_second_step_needs_the_first(make_site: MakeApp, monkeypatch: pytest.MonkeyPatch) -> None:
    made = make_site({"/auth/login": needs_code})
    browser, other = made.browser(), made.browser()
    step = browser.submit("/login", email="ada@example.com", password="pässword")
    other.get("/login")
    count = len(made.mock.requests)
    assert other.submit("/login", half="00" * 9, otp="123456").status_code == 400
    monkeypatch.setattr("directus_sdk.contrib.web.second_step.time.time", lambda: 10**10)
    assert browser.send(step, otp="123456").status_code == 400
    assert len(made.mock.requests) == count


# ---------------------------------------------------------------------- logout
def test_signing_out_ends_both(site: Site) -> None:
    browser = site.browser()
    browser.sign_in()
    assert browser.get("/logout").status_code == 200
    assert browser.get("/").text == "signed in: True"
    response = browser.submit("/logout")
    assert (response.status_code, response.location) == (303, "/")
    assert site.paths()[-1] == "/auth/logout"
    assert site.mock.json()["refresh_token"] == "refresh1"
    assert browser.get("/").text == "signed in: False"


@pytest.mark.parametrize("reply", [ConnectionFailed("x"), error_response("INTERNAL_SERVER_ERROR", 500)])
def test_signing_out_while_the_server_is_down(make_site: MakeApp, reply: Any) -> None:
    browser = make_site({"/auth/logout": reply}).browser()
    browser.sign_in()
    assert browser.submit("/logout").status_code == 303
    assert browser.get("/").text == "signed in: False"


# ---------------------------------------------------------------------- passwords
def test_a_password_is_reset(make_site: MakeApp) -> None:
    made = make_site({"/auth/password/request": None, "/auth/password/reset": None})
    browser = made.browser()
    response = browser.submit("/password-reset", email="ada@example.com")
    assert "is on its way" in response.text
    assert made.mock.json() == {"email": "ada@example.com", "reset_url": "http://localhost/password-reset/confirm"}
    page = browser.get("/password-reset/confirm?token=abc")
    assert page.headers["Referrer-Policy"] == "no-referrer"
    response = browser.send(page, password="new")
    assert "was changed" in response.text
    assert made.mock.json() == {"token": "abc", "password": "new"}
    assert made.tokens() == [None, None]


@pytest.mark.parametrize(
    ("reply", "message"),
    [
        (error_response("INVALID_TOKEN", 403, "s3cret"), "not valid any more"),
        (error_response("INVALID_PAYLOAD", 400, "s3cret"), "not valid any more"),
        (error_response("FAILED_VALIDATION", 400, "Too short.", field="password"), "Too short."),
    ],
)
def test_a_password_that_is_not_reset(make_site: MakeApp, reply: Any, message: str) -> None:
    browser = make_site({"/auth/password/reset": reply}).browser()
    response = browser.submit("/password-reset/confirm?token=abc", password="new")
    assert response.status_code == 400
    assert message in response.text
    assert "s3cret" not in response.text


# ---------------------------------------------------------------------- single sign-on
@pytest.fixture
def sso(make_site: MakeApp) -> Site:
    return make_site(DIRECTUS_PROVIDERS=["google"], DIRECTUS_PUBLIC_URL="https://public.example.com")


def test_a_single_sign_on_begins_at_directus(sso: Site) -> None:
    browser = sso.browser()
    assert 'href="/sso/google?next=/mine"' in browser.get("/login?next=/mine").text
    response = browser.get("/sso/google?next=/mine")
    assert response.status_code == 303
    assert response.location == "https://public.example.com/auth/login/google?redirect=http%3A%2F%2Flocalhost%2Fsso-callback"
    assert browser.get("/sso/github").status_code == 404
    assert sso.mock.requests == []


def test_a_callback_that_was_not_begun_here(sso: Site) -> None:
    """Another site sends the browser here, with a session of its own in the cookie."""
    browser = sso.browser()
    browser.client.set_cookie("directus_refresh_token", "of-the-attacker")
    response = browser.get("/sso-callback")
    assert response.status_code == 400
    assert sso.mock.requests == []


@pytest.mark.parametrize(
    ("query", "status", "message"),
    [
        ("?reason=INVALID_CREDENTIALS", 401, "no account here"),
        ("?reason=<script>alert(1)</script>", 401, "The sign-in failed."),
        ("", 502, "did not arrive"),
    ],
)
def test_a_callback_without_a_session(sso: Site, query: str, status: int, message: str) -> None:
    browser = sso.browser()
    browser.get("/sso/google")
    response = browser.get(f"/sso-callback{query}")
    assert response.status_code == status
    assert message in response.text
    assert "alert(1)" not in response.text
    assert browser.get("/sso-callback").status_code == 400  # it was begun once


def test_a_token_that_the_server_refuses(sso: Site) -> None:
    sso.replies["/auth/refresh"] = error_response("INVALID_CREDENTIALS", 401)
    browser = sso.browser()
    browser.get("/sso/google")
    browser.client.set_cookie("directus_refresh_token", "spent")
    assert browser.get("/sso-callback").status_code == 401
    assert browser.get("/").text == "signed in: False"


def test_a_session_that_ends_while_it_is_taken(sso: Site) -> None:
    sso.replies["/auth/refresh"] = error_response("INVALID_CREDENTIALS", 401)
    sso.replies["/users/me"] = {"id": "u"}
    browser = sso.browser()
    browser.get("/sso/google")
    browser.client.set_cookie("directus_session_token", "a-token-that-cannot-be-refreshed")
    assert browser.get("/sso-callback").status_code == 401


# ---------------------------------------------------------------------- for machines
@pytest.mark.parametrize(
    ("headers", "body", "status", "result"),
    [
        ({"X-Directus-Secret": SECRET}, b'{"collection": "notes"}', 200, {"forgotten": ["notes"]}),
        ({"X-Directus-Secret": SECRET}, b'{"collection": "*"}', 200, {"forgotten": ["*"]}),
        ({"X-Directus-Secret": SECRET}, b"{}", 400, None),
        ({"X-Directus-Secret": SECRET}, b'{"collection": "' + b"a" * 200_000 + b'"}', 400, None),
        ({"X-Directus-Secret": "wrong"}, b'{"collection": "notes"}', 401, None),
        ({}, b'{"collection": "notes"}', 401, None),
    ],
)
def test_the_webhook(make_site: MakeApp, headers: dict[str, str], body: bytes, status: int, result: Any) -> None:
    browser = make_site(DIRECTUS_WEBHOOK_SECRET=SECRET).browser()
    response = browser.post("/directus/webhook", data=body, headers={**headers, "Sec-Fetch-Site": "cross-site"})
    assert response.status_code == status
    if result is not None:
        assert response.get_json() == result
    assert SECRET not in response.text


def test_without_a_secret_there_is_no_webhook(site: Site) -> None:
    assert site.browser().post("/directus/webhook", data=b'{"collection": "*"}').status_code == 404


def test_the_health_check(make_site: MakeApp) -> None:
    response = make_site({"/server/ping": "pong"}).browser().get("/health")
    assert (response.status_code, response.get_json()) == (200, {"directus": "ok"})
    assert response.headers["Cache-Control"] == "no-store"
    down = make_site({"/server/ping": json_response({"errors": [{"message": "s3cret"}]}, 503)}).browser().get("/health")
    assert (down.status_code, down.get_json()) == (503, {"directus": "no response"})


def test_a_prefix(make_site: MakeApp) -> None:
    browser = make_site(DIRECTUS_URL_PREFIX="/account", DIRECTUS_HOME="/note").browser()
    assert browser.get("/mine").location == "/account/login?next=/mine"
    assert browser.submit("/account/login", email="a@example.com", password="x").location == "/note"
