"""Pages for errors, checks of where a request is from, and the helpers of templates."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from flask import Flask, render_template_string

from directus_sdk import ConnectionFailed, LoginAuth
from directus_sdk.testing.mock import error_response
from tests.contrib.flask.conftest import MakeApp, Site

NOTE = "/items/notes/1"


@pytest.mark.parametrize(
    ("reply", "status", "retry"),
    [
        (error_response("FORBIDDEN", 403, "s3cret collection"), 404, None),
        (error_response("ROUTE_NOT_FOUND", 404, "s3cret"), 404, None),
        (error_response("REQUESTS_EXCEEDED", 429, "s3cret", {"Retry-After": "7"}), 429, "7"),
        (error_response("SERVICE_UNAVAILABLE", 503, "s3cret"), 503, "5"),
        (ConnectionFailed("s3cret.internal:8055"), 503, "5"),
        (error_response("INTERNAL_SERVER_ERROR", 500, "s3cret SQL"), 502, None),
        (error_response("FAILED_VALIDATION", 400, "s3cret", field="title"), 400, None),
    ],
)
def test_the_page_of_an_error(
    make_site: MakeApp, caplog: pytest.LogCaptureFixture, reply: Any, status: int, retry: str | None
) -> None:
    response = make_site({NOTE: reply}).browser().get("/note", headers={"X-Request-ID": "req-42"})
    assert response.status_code == status
    assert response.headers.get("Retry-After") == retry
    assert response.headers["X-Request-ID"] == "req-42"
    assert "s3cret" not in response.text
    (record,) = [record for record in caplog.records if record.name == "directus_sdk.contrib.flask"]
    assert "GET /note" in record.getMessage()
    assert "[request req-42]" in record.getMessage()
    assert record.levelno == (logging.ERROR if status >= 500 else logging.WARNING)


def test_a_path_cannot_begin_a_line_of_the_log(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    @site.app.get("/named/<name>")
    def named(name: str) -> str:
        return str(site.directus.client.items("notes").read_one(1))

    site.replies[NOTE] = error_response("FORBIDDEN", 403, "not\nfor you")
    browser = site.browser()
    browser.get("/named/x%0AERROR all is lost%C2%85")
    browser.sign_in()
    browser.post("/x%0AERROR all is lost", headers={"Sec-Fetch-Site": "cross-site"})
    messages = [record.getMessage() for record in caplog.records if record.name == "directus_sdk.contrib.flask"]
    assert [message.partition(":")[0] for message in messages] == [
        "GET /named/x ERROR all is lost ",
        "POST /x ERROR all is lost was refused",
    ]
    assert all(len(message.splitlines()) == 1 for message in messages)


def test_forbidden_by_setting(make_site: MakeApp) -> None:
    assert make_site({NOTE: error_response("FORBIDDEN", 403)}, DIRECTUS_FORBIDDEN=403).browser().get("/note").status_code == 403


def test_json_where_it_is_wanted(make_site: MakeApp) -> None:
    made = make_site({NOTE: error_response("REQUESTS_EXCEEDED", 429)})
    response = made.browser().get("/note", headers={"Accept": "application/json", "X-Request-ID": "bad\tid"})
    assert response.status_code == 429
    assert response.headers["Retry-After"] == "5"
    body = response.get_json()
    assert body["error"].startswith("Too many")
    assert body["request_id"] == response.headers["X-Request-ID"] != "bad\tid"
    response = made.browser().get("/mine", headers={"Accept": "application/json"})
    assert (response.status_code, response.get_json()["error"]) == (401, "Please sign in")


@pytest.mark.parametrize(("code", "status"), [("FORBIDDEN", 404), ("INTERNAL_SERVER_ERROR", 502), ("REQUESTS_EXCEEDED", 429)])
def test_the_sites_own_page_for_a_status(make_site: MakeApp, code: str, status: int) -> None:
    made = make_site({NOTE: error_response(code, {404: 403, 502: 500}.get(status, status))})
    made.app.register_error_handler(status, lambda error: (f"own page: {error.description}", status))
    response = made.browser().get("/note")
    assert response.status_code == status
    assert response.text.startswith("own page: ")
    assert ("Retry-After" in response.headers) == (status == 429)


def test_the_sites_own_template(make_site: MakeApp, tmp_path: Any) -> None:
    made = make_site({NOTE: error_response("FORBIDDEN", 403)})
    (tmp_path / "directus").mkdir()
    (tmp_path / "directus" / "base.html").write_text("OUR SITE {% block content %}{% endblock %}")
    from jinja2 import FileSystemLoader

    made.app.jinja_loader = FileSystemLoader(tmp_path)
    assert "OUR SITE" in made.browser().get("/note").text
    assert "OUR SITE" in made.browser().get("/login").text


def test_a_mistake_in_the_code_is_shown_as_any_other(site: Site) -> None:
    @site.app.get("/mistake")
    def mistake() -> str:
        return str(site.directus.cms.items("notes").read_many(filter={"a": {"eq": 1}}))

    with pytest.raises(Exception, match="eq"):
        site.browser().get("/mistake")
    site.app.config.update(TESTING=False)
    assert site.browser().get("/mistake").status_code == 500


# ---------------------------------------------------------------------- a session that is over
def test_a_dead_session_leads_to_the_login_page_and_back(site: Site) -> None:
    browser = site.browser()
    browser.sign_in()
    site.replies |= {NOTE: error_response("TOKEN_EXPIRED", 401), "/auth/refresh": error_response("INVALID_CREDENTIALS", 401)}
    response = browser.get("/note?a=1&b=2")
    assert (response.status_code, response.location) == (303, "/login?next=/note%3Fa%3D1%26b%3D2")
    assert "session=;" in response.headers["Set-Cookie"]  # with everything that belonged to the visitor
    assert browser.get("/").text == "signed in: False"
    assert site.tokens() == [None, "Bearer access1", None]  # the sign-in, the read, and the refresh
    del site.replies[NOTE]
    page = browser.get(response.location)
    assert browser.send(page, email="ada@example.com", password="x").location == "/note?a=1&b=2"
    assert browser.get("/note").status_code == 200


@pytest.mark.parametrize(
    ("referer", "login"),
    [
        ("http://localhost/edit?id=1", "/login?next=/edit%3Fid%3D1"),
        ("https://evil.com/edit", "/login"),
        (None, "/login"),
    ],
)
def test_a_form_leads_back_to_its_page(site: Site, referer: str | None, login: str) -> None:
    browser = site.browser()
    browser.sign_in()
    site.replies |= {NOTE: error_response("TOKEN_EXPIRED", 401), "/auth/refresh": error_response("INVALID_CREDENTIALS", 401)}
    assert browser.post("/note", headers={"Referer": referer} if referer else {}).location == login


def test_the_session_of_the_site_itself_is_not_the_visitors(site: Site) -> None:
    """A redirect to the login page would not end."""
    site.replies["/auth/refresh"] = error_response("INVALID_CREDENTIALS", 401)
    dead = site.directus.cms.with_options(auth=LoginAuth(required=True))

    @site.app.get("/dead")
    def read() -> str:
        dead.auth.login("a@example.com", "x")
        site.replies[NOTE] = error_response("TOKEN_EXPIRED", 401)
        return str(dead.items("notes").read_one(1))

    browser = site.browser()
    browser.sign_in()
    assert browser.get("/dead").status_code == 503
    del site.replies[NOTE]
    assert browser.get("/").text == "signed in: True"


def test_what_needs_a_sign_in_leads_to_the_login_page(site: Site) -> None:
    @site.app.get("/wrong-token")
    def wrong_token() -> str:
        return str(site.directus.cms.items("notes").read_one(1))

    site.replies[NOTE] = error_response("INVALID_CREDENTIALS", 401)
    browser = site.browser()
    assert browser.get("/note").location == "/login?next=/note"
    assert browser.get("/wrong-token").status_code == 502


# ---------------------------------------------------------------------- CSRF
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Sec-Fetch-Site": "none"}, 200),
        ({"Origin": "http://localhost"}, 200),
        ({"Sec-Fetch-Site": "cross-site"}, 400),
        ({"Sec-Fetch-Site": "same-site"}, 400),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"}, 400),
        ({"Origin": "https://evil.com"}, 400),
        ({"Origin": "http://localhost.evil.com"}, 400),
        ({"Origin": "null"}, 400),
        ({"Origin": "http://["}, 400),
    ],
)
def test_another_site_cannot_send_a_form_of_the_site(site: Site, headers: dict[str, str], status: int) -> None:
    browser = site.browser()
    browser.sign_in()
    count = len(site.mock.requests)
    assert browser.post("/note", headers=headers).status_code == status
    assert len(site.mock.requests) == count + (status == 200)
    assert browser.get("/note", headers=headers).status_code == 200


@pytest.mark.parametrize("path", ["/login", "/logout", "/password-reset", "/password-reset/confirm"])
def test_the_forms_of_the_kit_need_their_token(make_site: MakeApp, path: str) -> None:
    made = make_site()
    browser = made.browser()
    browser.get("/login")
    fields = {"email": "a@example.com", "password": "x", "token": "t"}
    assert browser.post(path, data=fields).status_code == 400
    assert browser.post(path, data={**fields, "_csrf": "wrong"}).status_code == 400
    assert made.browser().submit(path, _csrf="", **fields).status_code == 400
    assert made.mock.requests == []
    assert browser.submit(path, **fields).status_code in (200, 303)
    assert make_site(DIRECTUS_CSRF=False).browser().post(path, data=fields).status_code in (200, 303)


def test_the_token_changes_when_someone_signs_in(site: Site) -> None:
    browser = site.browser()
    page = browser.get("/login")
    browser.send(page, email="ada@example.com", password="x")
    assert browser.send(page, email="ada@example.com", password="x").status_code == 400


def test_with_flask_wtf_its_token_is_in_the_form_too(site: Site) -> None:
    site.app.extensions["csrf"] = object()  # as CSRFProtect does
    site.app.jinja_env.globals["csrf_token"] = lambda: 'a"b'
    text = site.browser().get("/login").text
    assert '<input type="hidden" name="csrf_token" value="a&#34;b">' in text


# ---------------------------------------------------------------------- templates
def rendered(app: Flask, template: str, **context: object) -> str:
    with app.test_request_context():
        return render_template_string(template, **context)


def test_the_helpers_of_templates(make_site: MakeApp) -> None:
    app = make_site(DIRECTUS_URL="http://cms.internal:8055", DIRECTUS_PUBLIC_URL="https://cms.example.com").app
    photo = {"id": "p", "title": "<Tom>"}
    assert rendered(app, "{{ directus_asset(photo, width=5) }}", photo=photo) == "https://cms.example.com/assets/p?width=5"
    image = rendered(app, '{{ directus_image(photo, sizes="50vw", widths=[5]) }}', photo=photo)
    assert image.startswith('<img src="https://cms.example.com/assets/p?width=5" srcset="')
    assert 'alt="&lt;Tom&gt;"' in image
    text = '<p onclick="x()">a<img src="/assets/p"></p>'
    assert rendered(app, "{{ text | directus_rich_text }}", text=text) == '<p>a<img src="https://cms.example.com/assets/p"></p>'
    assert rendered(app, "{{ none | directus_rich_text }}{{ directus_image(none) }}", none=None) == ""
    assert rendered(app, "{{ directus_signed_in() }}") == "False"
