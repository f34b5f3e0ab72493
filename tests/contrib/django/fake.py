"""A Directus for a site: users who sign in, and what the tests add."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

from directus_sdk import Request
from directus_sdk.testing.mock import error_response


class FakeDirectus:
    """The handler of a `MockTransport`.

    Attributes:
        users: What `/users/me` returns, by email address; the password of all is ``"right"``.
        otp: The one-time password that users need, if any.
        replies: What is returned for a path instead.
        alive: The refresh tokens that are valid.
    """

    def __init__(self) -> None:
        self.users: dict[str, dict[str, Any]] = {"ada@example.com": {"id": "u-ada", "email": "ada@example.com"}}
        self.otp: str | None = None
        self.replies: dict[str, Any] = {}
        self.alive: dict[str, str] = {}
        self.expires = 900_000
        self.paths: list[str] = []
        self._count = 0

    def __call__(self, request: Request) -> Any:
        path = urlsplit(request.url).path
        self.paths.append(path)
        if path in self.replies:
            reply = self.replies[path]
            return reply(request) if callable(reply) else reply
        body: Any = json.loads(request.body) if isinstance(request.body, bytes) and request.body[:1] == b"{" else {}
        if path == "/auth/login":
            if body.get("password") != "right" or body["email"] not in self.users:
                return error_response("INVALID_CREDENTIALS", 401)
            if self.otp is not None and body.get("otp") != self.otp:
                return error_response("INVALID_OTP", 401)
            return self._session(body["email"])
        if path == "/auth/refresh":
            email = self.alive.pop(body.get("refresh_token"), None)
            return error_response("INVALID_CREDENTIALS", 401) if email is None else self._session(email)
        if path == "/auth/logout":
            self.alive.pop(body.get("refresh_token"), None)
            return None
        if path == "/users/me":
            token = request.headers.get("Authorization", "").removeprefix("Bearer ")
            email = token.partition(":")[2]
            return self.users.get(email) or error_response("INVALID_CREDENTIALS", 401)
        return []

    def _session(self, email: str) -> dict[str, Any]:
        self._count += 1
        self.alive[f"refresh{self._count}"] = email
        access = f"access{self._count}:{email}"
        return {"access_token": access, "refresh_token": f"refresh{self._count}", "expires": self.expires}
