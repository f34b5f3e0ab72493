"""Base URLs: which are valid, and how they are normalized."""

from __future__ import annotations

from typing import Any

import pytest

from directus_sdk import ConfigurationError
from directus_sdk.http.base_url import base_url


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("https://cms.example.com", "https://cms.example.com"),
        ("HTTPS://cms.example.com/", "https://cms.example.com"),
        ("http://127.0.0.1:8055/cms//", "http://127.0.0.1:8055/cms"),
        ("http://[::1]:8055", "http://[::1]:8055"),
        ("https://bücher.example/ä", "https://xn--bcher-kva.example/%C3%A4"),
        ("https://a/b%20c", "https://a/b%20c"),
        ("  https://a  ", "https://a"),
    ],
)
def test_base_addresses(given: str, expected: str) -> None:
    assert base_url(given) == expected


@pytest.mark.parametrize(
    "given",
    [
        "",
        "a",
        "ftp://a",
        "http://",
        "http://a:99999",
        "http://a b",
        "https://a/../b",
        "https://[::1",
        "https://a\x00b",
        b"https://a",
    ],
)
def test_what_is_no_base_address(given: Any) -> None:
    with pytest.raises(ConfigurationError, match="url must"):
        base_url(given)


@pytest.mark.parametrize(
    "url", ["https://u:s3cret?x@host", "https://u:s3cret#x@host:port", "https://u:s3c/ret@h:x", "?t=s3@cret"]
)
def test_an_address_that_cannot_be_one_shows_no_password(url: str) -> None:
    with pytest.raises(ConfigurationError, match="url must begin with http") as caught:
        base_url(url)
    assert not [part for part in ("s3", "cret") if part in str(caught.value)]
