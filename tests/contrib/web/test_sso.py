"""The end of a single sign-on; tests/live has a real provider."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode

import pytest

from directus_sdk.contrib.web.sso import message, tokens


@pytest.mark.parametrize(
    ("cookies", "expected"),
    [
        ({}, None),
        ({"session": "x"}, None),
        ({"directus_session_token": ""}, None),
        ({"directus_session_token": "s", "directus_refresh_token": "r"}, {"session_token": "s"}),
        ({"directus_refresh_token": "r"}, {"refresh_token": "r"}),
    ],
)
def test_the_cookies_of_directus(cookies: dict[str, str], expected: object) -> None:
    assert tokens(cookies) == expected


@pytest.mark.parametrize(("issued", "expected"), [(1_000, "refresh_token"), (1_950, "session_token"), (2_005, "session_token")])
def test_a_session_from_before_the_sign_in_is_of_another_one(issued: int, expected: str) -> None:
    payload = urlsafe_b64encode(json.dumps({"iat": issued, "session": "s"}).encode()).decode().rstrip("=")
    cookies = {"directus_session_token": f"e30.{payload}.x", "directus_refresh_token": "r"}
    assert list(tokens(cookies, begun_at=2_000) or {}) == [expected]
    del cookies["directus_refresh_token"]
    assert list(tokens(cookies, begun_at=2_000) or {}) == ["session_token"]


def test_a_reason_that_anybody_may_have_written() -> None:
    assert message("INVALID_CREDENTIALS") != message("<script>") == message("")
