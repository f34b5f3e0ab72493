"""The end of a single sign-on; tests/live has a real provider."""

from __future__ import annotations

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


def test_a_reason_that_anybody_may_have_written() -> None:
    assert message("INVALID_CREDENTIALS") != message("<script>") == message("")
