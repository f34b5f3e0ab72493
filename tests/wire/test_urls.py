"""Addresses; generated ones are in `test_fuzz`."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from directus_sdk.wire.urls import free_path, path, segment, with_query


@pytest.mark.parametrize(
    ("key", "quoted"),
    [
        ("a/b", "a%2Fb"), ("a b", "a%20b"), ("%2e%2e", "%252e%252e"), ("?#&", "%3F%23%26"), ("ä", "%C3%A4"), ("...", "..."),
        (" ..", "%20.."), ("a\\..\\b", "a%5C..%5Cb"), ("\x00", "%00"), (5, "5"), (-5, "-5"), (5.0, "5"), (5.5, "5.5"),
        (1e22, "10000000000000000000000"), (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
    ],
)  # fmt: skip
def test_keys(key: Any, quoted: str) -> None:
    assert segment(key) == quoted
    assert path("items", "a b", key) == f"/items/a%20b/{quoted}"


@pytest.mark.parametrize("key", ["", " ", "\t\n", ".", "..", "\ud800", float("nan"), float("inf")])
def test_keys_that_would_reach_another_address(key: Any) -> None:
    with pytest.raises(ValueError, match=r"^thing"):
        segment(key, "thing")


@pytest.mark.parametrize("key", [None, True, b"a", ["a"], {"id": 1}])
def test_what_is_no_key(key: Any) -> None:
    with pytest.raises(TypeError, match=r"^key must be a string, a number or a UUID"):
        segment(key)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("/my/endpoint", "/my/endpoint"), ("my/endpoint", "/my/endpoint"), ("/a b/ä", "/a%20b/%C3%A4"), ("/a%2Fb", "/a%2Fb"),
        ("/a?b=c d&e=ä", "/a?b=c%20d&e=%C3%A4"), ("/a#b", "/a%23b"), ("/a\nb", "/a%0Ab"), ("/a:b@c", "/a:b@c"), ("/a/", "/a/"),
    ],
)  # fmt: skip
def test_free_paths(given: str, expected: str) -> None:
    assert free_path(given) == expected


@pytest.mark.parametrize(
    "given", ["", "/", "?a=1", "//evil.example", "https://evil.example/x", "/a/../b", "/%2E%2e/b", "/.%2e", "."]
)
def test_free_paths_that_lead_away(given: str) -> None:
    with pytest.raises(ValueError, match=r"^path must"):
        free_path(given)


def test_queries() -> None:
    assert with_query("https://a/b", []) == "https://a/b"
    assert with_query("https://a/b?c=1", [("d", "ä &=")]) == "https://a/b?c=1&d=%C3%A4+%26%3D"
    with pytest.raises(ValueError, match="surrogate"):
        with_query("https://a", [("a", "\ud800")])
