"""What an answer means: data, or the one error that it becomes."""

from __future__ import annotations

import json
import pickle
import traceback
from typing import Any

import pytest

import directus_sdk
from directus_sdk import APIError, DecodeError, Directus, DirectusError, Forbidden, RetryPolicy, errors
from directus_sdk.http.responses import decode, error_from
from directus_sdk.http.statuses import CODES, STATUSES
from directus_sdk.testing import MockTransport
from directus_sdk.testing.mock import error_response, json_response
from directus_sdk.wire.messages import Request, Response

REQUEST = Request("GET", "https://cms.example.com/items/a")

#: Every code of servers 11 and 12, with its status and the class that it becomes.
TABLE = [
    ("CONTAINS_NULL_VALUES", 400, "ContainsNullValues"), ("CONTENT_TOO_LARGE", 413, "PayloadTooLarge"),
    ("EMAIL_LIMIT_EXCEEDED", 429, "EmailLimitExceeded"), ("FAILED_VALIDATION", 400, "FailedValidation"),
    ("FORBIDDEN", 403, "Forbidden"), ("GRAPHQL_VALIDATION", 400, "GraphQLError"), ("GRAPHQL_EXECUTION", 400, "GraphQLError"),
    ("ILLEGAL_ASSET_TRANSFORMATION", 400, "IllegalAssetTransformation"), ("INTERNAL_SERVER_ERROR", 500, "ServerError"),
    ("INVALID_CREDENTIALS", 401, "InvalidCredentials"), ("INVALID_FOREIGN_KEY", 400, "InvalidForeignKey"),
    ("INVALID_INVITE", 400, "InvalidInvite"), ("INVALID_IP", 401, "InvalidIP"), ("INVALID_OTP", 401, "InvalidOTP"),
    ("INVALID_METADATA", 400, "InvalidMetadata"), ("INVALID_PAYLOAD", 400, "InvalidPayload"),
    ("INVALID_PATH_PARAMETER", 400, "InvalidPathParameter"), ("INVALID_QUERY", 400, "InvalidQuery"),
    ("INVALID_PROVIDER", 403, "InvalidProvider"), ("INVALID_PROVIDER_CONFIG", 503, "InvalidProviderConfig"),
    ("INVALID_TOKEN", 403, "InvalidToken"), ("LIMIT_EXCEEDED", 403, "LimitExceeded"),
    ("METHOD_NOT_ALLOWED", 405, "MethodNotAllowed"), ("NOT_NULL_VIOLATION", 400, "NotNullViolation"),
    ("RECORD_NOT_UNIQUE", 400, "RecordNotUnique"), ("VALUE_OUT_OF_RANGE", 400, "ValueOutOfRange"),
    ("VALUE_TOO_LONG", 400, "ValueTooLong"), ("OUT_OF_DATE", 503, "OutOfDate"), ("OUT_OF_TIME", 408, "OutOfTime"),
    ("UNEXPECTED_RESPONSE", 503, "UnexpectedResponse"), ("RANGE_NOT_SATISFIABLE", 416, "RangeNotSatisfiable"),
    ("REQUESTS_EXCEEDED", 429, "RateLimited"), ("ROUTE_NOT_FOUND", 404, "RouteNotFound"),
    ("SERVICE_UNAVAILABLE", 503, "ServiceUnavailable"), ("TOKEN_EXPIRED", 401, "TokenExpired"),
    ("UNPROCESSABLE_CONTENT", 422, "UnprocessableContent"), ("UNSUPPORTED_MEDIA_TYPE", 415, "UnsupportedMediaType"),
    ("USER_SUSPENDED", 401, "UserSuspended"), ("VERSION_HASH_MISMATCH", 422, "VersionHashMismatch"),
    ("IMPORT_CYCLICAL_RELATION", 422, "ImportCyclicalRelation"), ("COLLECTION_INACTIVE", 403, "CollectionInactive"),
    ("RESOURCE_RESTRICTED", 403, "ResourceRestricted"), ("LICENSE_INVALID", 400, "LicenseError"),
    ("LICENSE_MANAGED_BY_ENV", 409, "LicenseError"), ("LICENSE_SERVICE_UNAVAILABLE", 503, "LicenseError"),
    ("ADDON_NOT_FOUND", 404, "LicenseError"), ("OF_AN_EXTENSION", 418, "BadRequest"), ("OF_AN_EXTENSION", 403, "Forbidden"),
    ("OF_AN_EXTENSION", 507, "ServerError"), ("", 404, "NotFound"), ("", 409, "Conflict"), ("", 401, "Unauthorized"),
    ("", 414, "URITooLong"), ("", 431, "URITooLong"), ("", 413, "PayloadTooLarge"), ("", 500, "ServerError"),
]  # fmt: skip


def raised(response: Response, request: Request = REQUEST) -> APIError:
    return error_from(response, request)


@pytest.mark.parametrize(("code", "status", "name"), TABLE)
def test_the_class_of_each_code(code: str, status: int, name: str) -> None:
    error = raised(error_response(code, status, "Something is wrong."))
    assert type(error).__name__ == name
    assert (error.code, error.status) == (code, status)
    assert "Something is wrong" in str(error)
    assert f"[{status}" in str(error)
    assert isinstance(error, DirectusError)
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), str(again), again.status, again.errors) == (type(error), str(error), error.status, error.errors)
    assert (again.code, again.request, again.attempts) == (error.code, error.request, error.attempts)


def test_every_class_can_be_reached() -> None:
    by_answers = {*CODES.values(), *STATUSES.values(), errors.LicenseError}
    others = {
        "APIError", "BatchLimitExceeded", "RedirectRefused", "DecodeError", "NotSupported", "PayloadTooLarge", "BadRequest",
    }  # fmt: skip
    tree = {
        kind for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, APIError) and not kind.__name__.startswith("_")
    }  # fmt: skip
    assert {kind.__name__ for kind in tree - by_answers} <= others


@pytest.mark.parametrize(
    ("response", "name"),
    [
        (error_response("INVALID_PAYLOAD", 400, "x", reason="request entity too large"), "PayloadTooLarge"),
        (error_response("INVALID_PAYLOAD", 400, "x", reason="Exceeded max batch mutation limit of 50."), "BatchLimitExceeded"),
        (error_response("INVALID_CREDENTIALS", 401, "Token expired."), "TokenExpired"),
        (Response(302, {"Location": "/y"}, b""), "RedirectRefused"),
        (Response(304, {}, b""), "APIError"),
        (Response(400, {"Content-Type": "application/json"}, b'{"errors": [{"extensions": null}]}'), "BadRequest"),
        (Response(400, {"Content-Type": "application/json"}, b'{"errors": [5, "x"]}'), "BadRequest"),
        (Response(400, {"Content-Type": "application/json"}, b"[]"), "BadRequest"),
    ],
)
def test_what_the_code_alone_does_not_tell(response: Response, name: str) -> None:
    assert type(raised(response)).__name__ == name


def test_a_batch_limit_is_a_number() -> None:
    error = raised(error_response("INVALID_PAYLOAD", 400, "x", reason="Exceeded max batch mutation limit of 50."))
    assert isinstance(error, errors.BatchLimitExceeded)
    assert error.limit == 50


def test_the_parts_of_an_error() -> None:
    error = raised(error_response("RECORD_NOT_UNIQUE", 400, "x", collection="a", field="b", value=5))
    assert isinstance(error, errors.RecordNotUnique)
    assert (error.collection, error.field, error.value) == ("a", "b", 5)
    invalid = raised(error_response("FAILED_VALIDATION", 400, "x", field="b", type="required"))
    assert isinstance(invalid, errors.FailedValidation)
    assert isinstance(invalid, ValueError)
    assert (invalid.field, invalid.type, invalid.value) == ("b", "required", None)
    down = raised(error_response("SERVICE_UNAVAILABLE", 503, service="api", reason="why", headers={"Retry-After": "7"}))
    assert isinstance(down, errors.ServiceUnavailable)
    assert (down.service, down.reason, down.retry_after) == ("api", "why", 7.0)


def test_several_errors_are_all_kept() -> None:
    entries = [{"message": f"Number {n}.", "extensions": {"code": "FAILED_VALIDATION", "field": f"f{n}"}} for n in range(7)]
    error = raised(json_response({"errors": entries}, 400))
    assert error.errors == entries
    assert "Number 0; Number 1; Number 2; Number 3; Number 4; and 2 more errors" in str(error)


def test_forbidden_says_that_it_may_not_exist() -> None:
    assert "do not exist" in str(raised(error_response("FORBIDDEN", 403)))
    assert "do not exist" not in str(raised(error_response("INVALID_TOKEN", 403)))


def test_a_long_text_is_cut() -> None:
    assert len(str(raised(error_response("INTERNAL_SERVER_ERROR", 500, "select " * 100_000)))) < 1_500
    assert len(str(raised(Response(502, {}, b"<p>" * 100_000)))) < 1_000


def test_a_server_that_repeats_a_secret_is_not_repeated() -> None:
    request = Request("POST", "https://a/users", (), {"Authorization": "Bearer token-1234"}, b'{"token": "user-token-1"}')
    said = error_response("RECORD_NOT_UNIQUE", 400, 'Value "user-token-1" (by token-1234)', field="token", value="user-token-1")
    error = raised(said, request)
    assert error.errors[0]["extensions"]["value"] == "***"
    assert "user-token-1" not in str(error) + repr(error) + str(error.errors)
    assert "token-1234" not in str(error)


@pytest.mark.parametrize("secret", ['pass"word\\1', "pässwörd-1", "half-\ud800-pair", "tab\tsecret"])
@pytest.mark.parametrize("ascii_only", [True, False])
def test_a_secret_that_is_repeated_in_escapes_is_not_kept(secret: str, ascii_only: bool) -> None:
    mock = MockTransport(lambda request: Response(400, {"Content-Type": "application/json"}, said))
    document = {"errors": [{"message": f"Value {secret} is bad"}]}
    said = json.dumps(document, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
    with Directus("https://cms.example.com", transport=mock) as directus, pytest.raises(errors.BadRequest) as caught:
        directus.users.create_one({"password": secret})
    form = json.dumps(secret)[1:-1].encode()
    assert "Value *** is bad" in str(caught.value)
    assert caught.value.response is not None
    assert secret not in repr(vars(caught.value.response))
    kept = pickle.loads(pickle.dumps(caught.value)).response.content
    assert kept == b""
    assert form not in pickle.dumps(caught.value)


@pytest.mark.parametrize("location", ["http://[", "https://[::1/x"])
def test_a_redirect_to_nowhere(location: str) -> None:
    mock = MockTransport(lambda request: Response(302, {"Location": location}))
    with Directus("https://cms.example.com", transport=mock) as directus, pytest.raises(errors.RedirectRefused):
        directus.request("POST", "/x")


# ---------------------------------------------------------------------- data


@pytest.mark.parametrize(
    ("document", "data"),
    [
        ({"data": [1]}, [1]),
        ({"data": None}, None),
        ({"data": [], "meta": {"filter_count": 3}}, []),
        ({"data": 1, "more": 2}, {"data": 1, "more": 2}),
        ({"status": "ok"}, {"status": "ok"}),
        ([1, 2], [1, 2]),
        (None, None),
    ],
)
def test_data_is_unwrapped_only_if_there_is_nothing_else(document: Any, data: Any) -> None:
    assert decode(json_response(document), REQUEST, json_only=True).data == data


def test_meta_is_kept() -> None:
    assert decode(json_response({"data": [], "meta": {"filter_count": 3}}), REQUEST, json_only=True).meta == {"filter_count": 3}


@pytest.mark.parametrize(
    "kind", ["application/json", "application/json; charset=utf-8", "Application/JSON", "application/health+json"]
)
def test_what_counts_as_json(kind: str) -> None:
    assert decode(Response(200, {"content-type": kind}, b'{"data": 5}'), REQUEST, json_only=True).data == 5


def test_nothing_is_none() -> None:
    assert decode(Response(204), REQUEST, json_only=True).data is None
    assert decode(Response(200), REQUEST, json_only=True).data is None
    assert decode(json_response({"data": 1}), Request("HEAD", "https://a"), json_only=True).data is None


def test_html_is_an_error_where_json_has_to_come_and_text_elsewhere() -> None:
    page = Response(200, {"Content-Type": "text/html"}, b"<html>\n  <h1>Welcome</h1></html>")
    with pytest.raises(DecodeError, match=r"text/html and not JSON.*<html> <h1>Welcome</h1></html>") as caught:
        decode(page, REQUEST, json_only=True)
    assert caught.value.status == 200
    assert decode(page, REQUEST, json_only=False).data == page.text


def test_an_answer_that_cannot_be_read_does_not_show_tokens() -> None:
    login = json.dumps({"data": {"access_token": "s3cret-one", "refresh_token": "s3cret-two"}}).encode()
    for response in (
        Response(200, {"Content-Type": "text/html"}, login),
        Response(200, {"Content-Type": "application/json"}, login[:-1]),
    ):
        mock = MockTransport(lambda request: response)  # noqa: B023
        with pytest.raises(DecodeError) as caught:
            Directus("https://a", transport=mock, retry=RetryPolicy(1)).auth.login("a@b.c", "pass-word")
        shown = "".join(traceback.format_exception(caught.value)) + repr(vars(caught.value)) + repr(vars(caught.value.response))
        assert "s3cret" not in shown
        assert b"s3cret" not in pickle.dumps(caught.value)


def test_an_answer_does_not_show_tokens() -> None:
    answer = decode(json_response({"data": {"access_token": "s3cret-one", "expires": 5}}), REQUEST, json_only=True)
    assert "s3cret-one" not in repr(answer)
    assert "expires" in repr(answer)


def test_every_public_error_can_be_imported() -> None:
    for name, kind in vars(errors).items():
        if isinstance(kind, type) and issubclass(kind, (DirectusError, Warning)) and not name.startswith("_"):
            assert getattr(directus_sdk, name) is kind, name


@pytest.mark.parametrize("depth", [60, 100, 500, 700, 900, 5000])
def test_errors_that_are_nested_deep_are_our_error(depth: int) -> None:
    nested = '{"a":' * depth + "1" + "}" * depth
    document = f'{{"errors": [{{"message": "no", "extensions": {{"code": "FORBIDDEN", "deep": {nested}}}}}]}}'
    mock = MockTransport(lambda request: Response(403, {"Content-Type": "application/json"}, document.encode()))
    with pytest.raises(Forbidden) as caught:
        Directus("https://cms.example.com", transport=mock, token="t").items("a").read_one(1)
    pickle.loads(pickle.dumps(caught.value))


@pytest.mark.parametrize("status", [100, 102, 103, 199])
def test_an_informational_response_of_a_transport_is_no_success(status: int) -> None:
    mock = MockTransport(lambda request: Response(status))
    with pytest.raises(APIError):
        Directus("https://cms.example.com", transport=mock).items("a").create_one({"b": 1})
