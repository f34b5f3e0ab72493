"""Tokens of forms; tests/contrib/flask/test_hooks.py has where requests are from."""

from __future__ import annotations

import pytest

from directus_sdk.contrib.web.csrf import is_valid, new_token


def test_a_token_is_random() -> None:
    one, two = new_token(), new_token()
    assert one != two
    assert is_valid(one, one)
    assert not is_valid(one, two)


@pytest.mark.parametrize(
    ("sent", "expected"), [("", ""), (None, None), ("a", None), (None, "a"), ("a", ""), (5, 5), ("\ud800", "a")]
)
def test_without_a_token_nothing_is_valid(sent: object, expected: object) -> None:
    assert not is_valid(sent, expected)
