"""A password in two halves."""

from __future__ import annotations

import json

import pytest

from directus_sdk.contrib.web.second_step import joined, split


def test_two_halves_are_a_password() -> None:
    kept, half = split("ada@example.com", "pässword")
    assert joined(json.loads(json.dumps(kept)), half) == ("ada@example.com", "pässword")
    assert split("ada@example.com", "pässword")[1] != half
    for one in (json.dumps(kept), half):
        assert "pässword" not in one
        assert "pässword".encode().hex() not in one


@pytest.mark.parametrize("half", ["", "00", "zz" * 9, "00" * 9])
def test_another_half(half: str) -> None:
    kept, _ = split("ada@example.com", "pässword")
    assert joined(kept, half) != ("ada@example.com", "pässword")


@pytest.mark.parametrize("kept", [None, [], {}, "x", ["a", "00"], ["a", "00", "soon"], ["a", "00", 5.0], [1, "00", 10**10]])
def test_what_is_no_first_step(kept: object) -> None:
    assert joined(kept, "00") is None
