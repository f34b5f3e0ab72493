"""``request.directus``, and pages for errors."""

from __future__ import annotations

import asyncio
import logging

import pytest
from django.http import HttpResponse
from django.test import AsyncClient, Client, RequestFactory, override_settings
from django.urls import path

from directus_sdk import ConnectionFailed, Directus, LoginAuth, RetryPolicy
from directus_sdk.contrib.django import cms
from directus_sdk.contrib.django.middleware import DirectusMiddleware
from directus_sdk.contrib.django.test import override_directus
from directus_sdk.testing import MockTransport
from directus_sdk.testing.mock import error_response
from tests.contrib.django.fake import FakeDirectus
from tests.contrib.django.project import sign_in

NO_RETRY = RetryPolicy(attempts=1)


def test_nothing_is_sent_or_read_before_it_is_used(browser: Client, mock: MockTransport) -> None:
    response = browser.get("/")
    assert response.content == b"home"
    assert mock.requests == []
    assert "Vary" not in response.headers  # the session was not looked at


def test_a_visitor_has_his_client_and_others_the_unauthenticated_one(browser: Client, mock: MockTransport) -> None:
    mock._handler.replies["/items/articles/1"] = {"id": 1, "title": "Hello"}  # type: ignore[attr-defined]
    assert browser.get("/articles/1/").json() == {"id": 1, "title": "Hello"}
    assert "Authorization" not in mock.last.headers
    sign_in(browser)
    assert browser.get("/whoami/").json() == {"email": "ada@example.com"}
    assert mock.last.headers["Authorization"].startswith("Bearer access1")


def test_an_asynchronous_view_has_it_too(browser: Client) -> None:
    sign_in(browser)
    assert browser.get("/async/").json() == {"email": "ada@example.com"}

    async def visit() -> dict[str, str]:
        asgi = AsyncClient()
        asgi.cookies = browser.cookies
        assert (await asgi.get("/whoami/")).json() == {"email": "ada@example.com"}
        assert b"home" in (await asgi.get("/")).content
        return (await asgi.get("/async/")).json()

    assert asyncio.run(visit()) == {"email": "ada@example.com"}


def test_an_error_in_an_asynchronous_view_has_its_page(browser: Client, fake: FakeDirectus) -> None:
    sign_in(browser)
    fake.replies["/users/me"] = error_response("REQUESTS_EXCEEDED", 429, headers={"Retry-After": "7"})

    async def visit() -> tuple[int, str]:
        asgi = AsyncClient()
        asgi.cookies = browser.cookies
        response = await asgi.get("/async/")
        return response.status_code, response.headers["Retry-After"]

    with override_directus(MockTransport(fake), OPTIONS={"retry": NO_RETRY}):
        assert asyncio.run(visit()) == (429, "7")


ERRORS = [
    (error_response("FORBIDDEN", 403), {}, 404, {}),
    (error_response("FORBIDDEN", 403), {"FORBIDDEN": 403}, 403, {}),
    (error_response("ROUTE_NOT_FOUND", 404), {}, 404, {}),
    (error_response("REQUESTS_EXCEEDED", 429, headers={"Retry-After": "7"}), {}, 429, {"Retry-After": "7"}),
    (error_response("SERVICE_UNAVAILABLE", 503), {}, 503, {"Retry-After": "5"}),
    (ConnectionFailed("down"), {}, 503, {"Retry-After": "5"}),
]


@pytest.mark.parametrize(("reply", "options", "status", "headers"), ERRORS)
def test_errors_have_their_status(
    reply: object, options: dict[str, object], status: int, headers: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "directus_sdk.contrib.django")
    with override_directus(MockTransport(lambda request: reply), OPTIONS={"retry": NO_RETRY}, **options):
        response = Client().get("/articles/1/", headers={"X-Request-ID": "the-request"})
    assert response.status_code == status
    assert {name: response.headers.get(name) for name in headers} == headers
    assert response.headers["X-Request-ID"] == "the-request"
    (record,) = [record for record in caplog.records if record.name == "directus_sdk.contrib.django"]
    assert "[request the-request]" in record.getMessage()
    assert (record.request_id, record.status_code) == ("the-request", status)  # type: ignore[attr-defined]
    assert "items/articles" not in response.content.decode()  # what the server said is in the log only


def test_a_request_id_that_is_not_plain_is_replaced(browser: Client) -> None:
    first, second = (browser.get("/", headers={"X-Request-ID": "a\nb" if n else ""}).headers["X-Request-ID"] for n in range(2))
    assert first != second
    assert first.isalnum()
    assert second.isalnum()


def test_programs_get_json(browser: Client, fake: FakeDirectus) -> None:
    fake.replies["/items/articles/1"] = error_response("SERVICE_UNAVAILABLE", 503)
    with override_directus(MockTransport(fake), OPTIONS={"retry": NO_RETRY}):
        response = browser.get("/articles/1/", headers={"Accept": "application/json"})
    assert response.status_code == 503
    assert set(response.json()) == {"error", "request_id"}


def end_at_directus(fake: FakeDirectus) -> None:
    fake.alive.clear()
    fake.replies["/users/me"] = error_response("TOKEN_EXPIRED", 401)


def test_a_dead_session_leads_to_the_login_page_and_out_of_django(browser: Client, fake: FakeDirectus) -> None:
    sign_in(browser)
    assert browser.get("/private/").status_code == 200
    end_at_directus(fake)
    response = browser.get("/whoami/?a=1")
    assert (response.status_code, response.headers["Location"]) == (302, "/accounts/login/?next=/whoami/%3Fa%3D1")
    assert browser.get("/private/").status_code == 302  # signed out of Django too
    del fake.replies["/users/me"]
    sign_in(browser)
    assert browser.get("/whoami/").status_code == 200


def test_after_a_form_the_visitor_returns_to_the_page_with_the_form(browser: Client, fake: FakeDirectus) -> None:
    sign_in(browser)
    end_at_directus(fake)
    response = browser.post("/whoami/", headers={"Referer": "http://testserver/form/?page=2"})
    assert response.headers["Location"] == "/accounts/login/?next=/form/%3Fpage%3D2"


def test_a_program_with_a_dead_session_gets_401(browser: Client, fake: FakeDirectus) -> None:
    sign_in(browser)
    end_at_directus(fake)
    assert browser.get("/whoami/", headers={"Accept": "application/json"}).status_code == 401


def with_site_client(request: object) -> object:
    cms.users.me.read()
    raise AssertionError("the session of the site is over")


urlpatterns = [path("", with_site_client)]


@override_settings(ROOT_URLCONF=__name__)
def test_the_dead_session_of_the_site_itself_signs_no_visitor_out(fake: FakeDirectus) -> None:
    with override_directus(MockTransport(fake), OPTIONS={"auth": LoginAuth(required=True)}, CLIENT="directus_sdk.Directus"):
        browser = Client()
        with override_settings(ROOT_URLCONF="tests.contrib.django.site"):
            sign_in(browser)
        assert browser.get("/").status_code == 503
        with override_settings(ROOT_URLCONF="tests.contrib.django.site"):
            assert browser.get("/private/").status_code == 200


def test_a_request_without_a_session_has_the_unauthenticated_client() -> None:
    request = RequestFactory().get("/")
    DirectusMiddleware(lambda request: HttpResponse())(request)
    assert isinstance(request.directus, Directus)  # type: ignore[attr-defined]
    assert request.directus.auth.token is None  # type: ignore[attr-defined]
