"""What a JSON Web Token says of itself."""

from __future__ import annotations

import pytest

from directus_sdk import ConfigurationError, Directus, LoginAuth
from directus_sdk.auth.claims import claims
from directus_sdk.testing.mock import MockTransport

OF_VERSION_8 = "eyJ9.eyJpZCI6MSwidHlwZSI6ImF1dGgiLCJrZXkiOiJrIiwicHJvamVjdCI6ImRlbW8ifQ.x"


@pytest.mark.parametrize(
    "token", ["", "static", "a.b.c", "a.b", "e30.e30.e30.e30", "e30.W10.x", "e30.äö.x", "e30." + "W" * 99_999 + ".x"]
)
def test_a_token_that_says_nothing(token: str) -> None:
    assert claims(token) == {}


def test_a_static_token_of_version_8_is_refused_before_anything_is_sent() -> None:
    mock = MockTransport()
    directus = Directus("https://cms.example.com", auth=LoginAuth(), transport=mock)
    for use in (lambda: directus.with_token(OF_VERSION_8), lambda: directus.auth.static(OF_VERSION_8)):
        with pytest.raises(ConfigurationError, match=r"directus_sdk\.v8\.Directus8"):
            use()
    assert not mock.requests
