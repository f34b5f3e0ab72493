"""The health check."""

from __future__ import annotations

import pytest

from directus_sdk import ConnectionFailed, Directus, LoginAuth
from directus_sdk.contrib.web.health import health
from directus_sdk.testing import MockTransport
from directus_sdk.testing.mock import error_response


def test_one_attempt_with_a_short_timeout() -> None:
    mock = MockTransport(lambda request: "pong")
    assert health(Directus("https://cms.example.com", token="t", transport=mock)) == (200, {"directus": "ok"})
    assert mock.path() == "/server/ping"
    assert mock.last.timeout == pytest.approx((2.0, 2.0), abs=1.9)


@pytest.mark.parametrize("reply", [ConnectionFailed("cms.internal:8055 refused"), error_response("SERVICE_UNAVAILABLE", 503)])
def test_no_response_says_nothing_about_the_server(reply: object) -> None:
    mock = MockTransport(lambda request: reply)
    status, body = health(Directus("https://cms.example.com", transport=mock), timeout=1)
    assert (status, body) == (503, {"directus": "no response"})
    assert len(mock.requests) == 1


def test_the_check_does_not_sign_in_first() -> None:
    mock = MockTransport(lambda request: "pong")
    auth = LoginAuth(credentials=lambda: {"email": "site@example.com", "password": "pass"})
    assert health(Directus("https://cms.example.com", auth=auth, transport=mock))[0] == 200
    assert [request.url for request in mock.requests] == ["https://cms.example.com/server/ping"]
