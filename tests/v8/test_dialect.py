"""How responses of Directus 8 are read."""

from __future__ import annotations

from typing import Any

import pytest

from directus_sdk import DecodeError, Response
from directus_sdk.testing.mock import MockTransport, json_response
from directus_sdk.v8 import Directus8
from directus_sdk.v8.dialect import Envelope


def envelope(response: Response, method: str = "GET", json_only: bool = True) -> Envelope:
    directus = Directus8("https://cms.example.com", "demo", transport=MockTransport(lambda request: response))
    result = directus.pipeline.call(method, "/demo/x", json_only=json_only)
    assert isinstance(result, Envelope)
    return result


@pytest.mark.parametrize(
    ("document", "data", "meta", "public"),
    [
        ({"data": {"id": 1}}, {"id": 1}, {}, False),
        ({"data": []}, [], {}, False),
        ({"data": None}, None, {}, False),
        ({"data": [1], "meta": {"total_count": 1}}, [1], {"total_count": 1}, False),
        ({"data": [1], "meta": []}, [1], {}, False),  # an unknown name of meta
        ({"data": [1], "public": True}, [1], {}, True),
        ({"public": True}, None, {}, True),
        ({"data": {"public": True, "meta": 1}}, {"public": True, "meta": 1}, {}, False),
        ({"data": {}}, {}, {}, False),
        ({"data": [1], "messages": ["x"]}, [1], {}, False),
        # Not an envelope: SCIM, GraphQL, and custom endpoints.
        ({"schemas": [], "id": "a", "meta": {}}, {"schemas": [], "id": "a", "meta": {}}, {}, False),
        ({"errors": [{"message": "x"}]}, {"errors": [{"message": "x"}]}, {}, False),
        ({}, {}, {}, False),
        ({"error": "x"}, {"error": "x"}, {}, False),
        ([1, 2], [1, 2], {}, False),
    ],
)
def test_the_envelope(document: Any, data: Any, meta: Any, public: bool) -> None:
    result = envelope(json_response(document))
    assert (result.data, result.meta, result.public, result.error) == (data, meta, public, None)


def test_a_sign_in_that_is_restricted_has_data_and_an_error() -> None:
    error = {"code": 113, "message": "2FA enforced but not activated for user"}
    result = envelope(json_response({"data": {"token": "x"}, "error": error, "public": True}))
    assert (result.data, result.error, result.public) == ({"token": "x"}, error, True)


def test_nothing_to_return() -> None:
    assert envelope(Response(204)).data is None
    assert envelope(json_response({"data": 1}), "HEAD").data is None


def test_text_is_read_where_it_is_expected() -> None:
    pong = Response(200, {"Content-Type": "text/html; charset=UTF-8"}, b"pong")
    assert envelope(pong, json_only=False).data == "pong"
    with pytest.raises(DecodeError):
        envelope(pong)


def test_media_types_of_scim_are_json() -> None:
    assert envelope(Response(200, {"Content-Type": "application/scim+json;charset=utf-8"}, b'{"id": "a"}')).data == {"id": "a"}
