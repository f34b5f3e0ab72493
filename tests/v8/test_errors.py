"""The errors of Directus 8: the table of codes, what a message shows, and a server of another generation."""

from __future__ import annotations

import time
from typing import Any

import pytest

import directus_sdk
from directus_sdk import Directus, InvalidQuery, NotFound, RateLimited, RetryPolicy, RouteNotFound, ServerError
from directus_sdk.testing.mock import MockTransport, json_response
from directus_sdk.v8 import Directus8
from directus_sdk.v8.errors import error_class
from tests.v8.codes import BY_STATUS, CODES
from tests.v8.server import Server8


@pytest.mark.parametrize(("code", "name"), CODES.items(), ids=lambda part: part)
def test_the_class_of_a_code(code: str, name: str) -> None:
    number, _, status = code.partition("/")
    # Where a code has one meaning, its status does not matter.
    for each in [int(status)] if status else [404, 422, 500]:
        assert error_class(int(number), each) is getattr(directus_sdk, name)


@pytest.mark.parametrize(("status", "name"), BY_STATUS.items())
def test_without_a_code_the_status_decides(status: int, name: str) -> None:
    assert error_class(None, status) is getattr(directus_sdk, name)
    assert error_class(99999, status) is getattr(directus_sdk, name)


def client(document: Any, status: int, headers: dict[str, str] | None = None) -> Directus8:
    mock = MockTransport(lambda request: json_response(document, status, headers))
    return Directus8("https://cms.example.com", "demo", token="x", transport=mock, retry=RetryPolicy(attempts=1))


def error_of(document: Any, status: int, method: str = "GET", path: str = "/items/x") -> directus_sdk.APIError:
    project = None if path.startswith("/server") else ...
    with pytest.raises(directus_sdk.APIError) as caught:
        client(document, status).request(method, path, project=project)
    return caught.value


def test_a_code_is_an_integer() -> None:
    error = error_of({"error": {"code": 202, "message": 'Invalid field "nope" in "movies"'}}, 422)
    assert isinstance(error, InvalidQuery)
    assert (error.code, error.status) == (202, 422)
    assert str(error) == 'Invalid field "nope" in "movies" [422 202, GET https://cms.example.com/demo/items/x]'


def test_only_a_refresh_says_that_a_token_must_be_valid_for_it() -> None:
    expired = {"error": {"code": 102, "message": "Expired token"}}
    assert "sign in again" in str(error_of(expired, 401, "POST", "/auth/refresh"))
    assert "sign in" not in str(error_of(expired, 401, "POST", "/users/invite/abc"))


@pytest.mark.parametrize(
    "document", [{"error": {"code": None, "message": "Internal Server Error"}}, {"error": {"message": "x"}}]
)
def test_a_response_without_a_code(document: Any) -> None:
    error = error_of(document, 500)
    assert isinstance(error, ServerError)
    assert error.code is None


def test_what_a_server_in_debug_mode_adds_is_in_the_response_alone(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    debug = {"class": "Some\\Exception", "file": "/srv/directus/Some.php", "line": 4711, "query": "SELECT secret"}
    error = error_of({"error": {"code": 9, "message": "Failed generating the SQL query.", **debug}}, 500)
    assert error.errors == [{"code": 9, "message": "Failed generating the SQL query."}]
    for text in (str(error), repr(error), repr(error.errors), repr(error.response), caplog.text):
        assert not [value for value in debug.values() if str(value) in text]
    assert error.response is not None
    assert b"SELECT secret" in error.response.content


def test_an_error_of_scim_goes_by_its_status() -> None:
    schemas = ["urn:ietf:params:scim:api:messages:2.0:Error"]
    error = error_of({"schemas": schemas, "status": 404, "detail": "Item not found"}, 404, path="/scim/v2/Users/nope")
    assert isinstance(error, NotFound)
    assert error.code is None
    assert str(error).startswith("Item not found [404, GET ")


def test_an_unknown_project_is_not_an_unknown_route() -> None:
    document = {"error": {"code": 1, "message": "Unknown Project: nope"}}
    error = error_of(document, 404, "DELETE", "/server/projects/nope?super_admin_token=x")
    assert isinstance(error, NotFound)
    assert not isinstance(error, RouteNotFound)
    assert isinstance(error_of(document, 404), RouteNotFound)


def test_the_end_of_a_rate_limit_is_a_time(server8: Server8) -> None:
    server8.remaining = 0
    directus = Directus8(server8.url, "demo", token=server8.token, retry=RetryPolicy(attempts=1))
    with pytest.raises(RateLimited) as caught:
        directus.request("GET", "/items/movies")
    assert caught.value.code is None
    assert caught.value.retry_after is not None
    assert 0 <= caught.value.retry_after <= 1


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"X-RateLimit-Reset": "{now+20}"}, 20),
        ({"X-RateLimit-Reset": "{now-20}"}, 0),
        ({"X-RateLimit-Reset": "{now+20}", "Retry-After": "3"}, 3),
        ({"X-RateLimit-Reset": "soon"}, None),
        ({"X-RateLimit-Reset": "20"}, None),
    ],
)
def test_how_long_to_wait(headers: dict[str, str], seconds: int | None, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1_795_000_000
    monkeypatch.setattr(time, "time", lambda: float(now))
    times = {"{now+20}": str(now + 20), "{now-20}": str(now - 20)}
    with pytest.raises(RateLimited) as caught:
        client({}, 429, {name: times.get(value, value) for name, value in headers.items()}).request("GET", "/x")
    assert caught.value.retry_after == seconds


def test_a_client_of_version_8_before_a_newer_server() -> None:
    errors = [{"message": "Route /demo/items/x doesn't exist.", "extensions": {"code": "ROUTE_NOT_FOUND"}}]
    error = error_of({"errors": errors}, 404)
    assert isinstance(error, RouteNotFound)
    assert "use directus_sdk.Directus" in str(error)


@pytest.mark.parametrize(
    ("status", "document"),
    [
        (401, {"error": {"code": 3, "message": "Unauthorized request"}}),
        (404, {"error": {"code": 1, "message": "Not Found"}}),
        (500, {"error": {"code": None, "message": "Internal Server Error"}}),
    ],
)
def test_today_s_client_before_a_server_of_version_8(status: int, document: Any) -> None:
    mock = MockTransport(lambda request: json_response(document, status))
    directus = Directus("https://cms.example.com", token="x", transport=mock, retry=RetryPolicy(attempts=1))
    with pytest.raises(directus_sdk.APIError, match=r"Directus 8.*directus_sdk\.v8\.Directus8") as caught:
        directus.items("movies").read_many(limit=1)
    assert caught.value.status == status


def test_today_s_client_before_the_loopback_server(server8: Server8) -> None:
    with pytest.raises(directus_sdk.APIError, match=r"Unauthorized request.*directus_sdk\.v8\.Directus8"):
        Directus(server8.url, token="x").items("movies").read_many(limit=1)


def test_a_secret_in_the_path_is_not_repeated() -> None:
    document = {"error": {"code": 3, "message": "Permission denied: hunter2"}}
    error = error_of(document, 401, "GET", "/server/info?super_admin_token=hunter2")
    assert "hunter2" not in f"{error} {error!r} {error.errors} {error.to_curl()}"
