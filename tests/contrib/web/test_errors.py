"""The table of errors."""

from __future__ import annotations

import pytest

from directus_sdk import Directus, errors
from directus_sdk.contrib.web.errors import STATUSES, error_page, field_errors
from directus_sdk.errors import APIError, DirectusError
from directus_sdk.redaction.trace import Trace
from directus_sdk.testing import MockTransport
from directus_sdk.wire.messages import Response

PAGES = {
    errors.SessionExpired: 401,
    errors.NotSignedIn: 401,
    errors.UserSuspended: 502,
    errors.Forbidden: 404,
    errors.CollectionInactive: 404,
    errors.NotFound: 404,
    errors.RouteNotFound: 404,
    errors.InvalidPathParameter: 404,
    errors.NotSupported: 502,
    errors.RateLimited: 429,
    errors.EmailLimitExceeded: 429,
    errors.ServiceUnavailable: 503,
    errors.ConnectionFailed: 503,
    errors.Timeout: 503,
    errors.StorageError: 503,
    errors.InvalidCredentials: 502,
    errors.InvalidToken: 502,
    errors.TokenExpired: 502,
    errors.FailedValidation: 400,
    errors.RecordNotUnique: 400,
    errors.InvalidQuery: 400,
    errors.PayloadTooLarge: 413,
    errors.ServerError: 502,
    errors.DecodeError: 502,
}


@pytest.mark.parametrize(("kind", "status"), PAGES.items())
def test_the_status_of_an_error(kind: type[DirectusError], status: int) -> None:
    page = error_page(kind("articles: s3cret"))
    assert page is not None
    assert page.status == status
    assert page.login == (status == 401)
    assert ("Retry-After" in page.headers) == (status in (429, 503))
    assert "s3cret" not in repr(page)


def test_forbidden_by_setting() -> None:
    statuses = []
    for error in (errors.Forbidden("x"), errors.NotFound("x"), errors.InvalidToken("x")):
        page = error_page(error, forbidden=403)
        assert page is not None
        statuses.append(page.status)
    assert statuses == [403, 404, 502]


@pytest.mark.parametrize(
    "error", [errors.ConfigurationError("x"), errors.SchemaError("x"), errors.ModelError("x"), KeyError("x")]
)
def test_a_mistake_in_the_code_is_no_page(error: Exception) -> None:
    assert error_page(error) is None


def test_every_error_of_the_server_has_a_status() -> None:
    waiting, kinds = [APIError], []
    while waiting:
        kinds.append(waiting.pop())
        waiting += kinds[-1].__subclasses__()
    assert len(kinds) > 40
    for kind in kinds:
        assert error_page(kind("x")) is not None
    assert STATUSES[-1][0] is APIError


@pytest.mark.parametrize(("header", "seconds"), [("7", "7"), ("0", "1"), ("1.2", "2"), (None, "5"), ("soon", "5")])
def test_retry_after(header: str | None, seconds: str) -> None:
    headers = {} if header is None else {"Retry-After": header}
    for kind, status in ((errors.RateLimited, 429), (errors.ServiceUnavailable, 503)):
        page = error_page(kind("x", status=status, response=Response(status, headers, b"")))
        assert page is not None
        assert page.headers == {"Retry-After": seconds}


def entry(message: str, **extensions: object) -> dict[str, object]:
    return {"message": message, "extensions": extensions}


def test_the_messages_of_a_form() -> None:
    error = errors.FailedValidation(
        "x",
        errors=[
            entry('Validation failed for field "title". Value is required.', code="FAILED_VALIDATION", field="title", path=[]),
            entry('Validation failed for field "author". Value is required.', field="author", path=["name"]),
            entry('Validation failed for field "slug". Value has to be unique.', field="slug"),
        ],
    )
    assert field_errors(error) == {
        "title": ["Value is required."],
        "author.name": ["Value is required."],
        "slug": ["Value has to be unique."],
    }
    assert field_errors(error, ["title", "author"]) == {
        "title": ["Value is required."],
        "author": ["Value is required."],
        "": ["Value has to be unique."],
    }
    assert field_errors(error, ["author.name"])["author.name"] == ["Value is required."]
    assert field_errors(errors.Forbidden("x")) == field_errors(KeyError("x")) == {}


@pytest.mark.parametrize(
    ("url", "headers", "status"),
    [
        ("https://cms.example.com/users/me?fields=email", {}, 401),
        ("https://cms.example.com/users/me", {"authorization": "***"}, 502),
        ("https://cms.example.com/users/me", {"Cookie": "***"}, 502),
        ("https://cms.example.com/users/me?access_token=***", {}, 502),
        ("https://cms.example.com/auth/login", {}, 502),
    ],
)
def test_a_call_without_credentials_is_for_those_who_sign_in(url: str, headers: dict[str, str], status: int) -> None:
    page = error_page(
        errors.InvalidCredentials("x", status=401, code="INVALID_CREDENTIALS", request=Trace("GET", url, headers))
    )
    assert page is not None
    assert (page.status, page.login) == (status, status == 401)


@pytest.mark.parametrize("status", [401, 403, 404])
def test_the_page_of_a_firewall_is_not_about_the_item(status: int) -> None:
    mock = MockTransport(lambda request: Response(status, {"Content-Type": "text/html"}, b"<h1>Blocked</h1>"))
    with pytest.raises(APIError) as caught:
        Directus("https://cms.example.com", token="t", transport=mock).items("articles").read_one(1)
    page = error_page(caught.value, forbidden=403)
    assert page is not None
    assert (page.status, page.login) == (502, False)
