"""Redirects: which are followed."""

from __future__ import annotations

import pytest

from directus_sdk.http.redirects import redirect_target


@pytest.mark.parametrize(
    ("address", "location", "target"),
    [
        ("http://a/x", "/y", "http://a/y"),
        ("http://a/x", "https://a/y", "https://a/y"),
        ("http://a:80/x", "https://a:443/y", "https://a:443/y"),
        ("http://a:8055/x", "https://a/y", None),
        ("https://a/x", "http://a/y", None),
        ("https://a/x", "https://a:444/y", None),
        ("http://a/x", "http://b/y", None),
        ("http://a/x", "http://a@b/y", None),
        ("http://a/x", "http://u:p@a/y", None),
        ("http://a/x", r"http://b\@a/y", None),
        ("http://a/x", "http://[broken", None),
        ("http://a/x", "http://a:port/", None),
        ("http://a/x", "ftp://a/y", None),
        ("http://a/x", "", None),
        ("http://a/x", None, None),
    ],
)
def test_where_a_redirect_may_lead(address: str, location: str | None, target: str | None) -> None:
    found, refusal = redirect_target(address, location)
    assert (None if refusal else found) == target
