"""Responses of Directus 8 are recognized, and those of others are not taken for them."""

from __future__ import annotations

from typing import Any

import pytest

from directus_sdk.http.older_servers import message_of
from directus_sdk.testing.mock import json_response


@pytest.mark.parametrize("code", [3, 0, 404, None])
def test_an_error_of_directus_8(code: int | None) -> None:
    debug = {"class": "X", "file": "/srv/x.php", "line": 1}
    assert message_of(json_response({"error": {"code": code, "message": "Some words", **debug}}, 401)) == "Some words"


@pytest.mark.parametrize(
    "document",
    [
        {"error": {"code": 401, "message": "Unauthorized"}},  # a gateway, which repeats the status
        {"error": {"code": 3, "message": "Unauthorized", "status": "UNAUTHENTICATED"}},
        {"error": {"code": "3", "message": "Unauthorized"}},
        {"error": {"code": True, "message": "Unauthorized"}},
        {"error": {"code": 3}},
        {"error": {"message": "Unauthorized"}},
        {"error": "unauthorized"},
        {"errors": []},
        [],
        None,
    ],
)
def test_an_error_of_something_else(document: Any) -> None:
    assert message_of(json_response(document, 401)) is None
