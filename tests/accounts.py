"""A loopback server that keeps accounts: it signs in anyone, and a refresh token of its own can be spent once."""

from __future__ import annotations

import json
from typing import Any

from tests.scripted_server import Seen, Wire, answer


class Accounts(Wire):
    """Answers every other call with the token that came, and remembers what it was sent."""

    def __init__(self, name: str, lifetime: float = 900.0) -> None:
        self.name = name
        self.lifetime = lifetime
        self.issued = 0
        self.live: dict[str, str] = {}
        super().__init__(self.reply)

    def reply(self, seen: Seen) -> bytes:
        body: dict[str, Any] = json.loads(seen.body) if seen.body.startswith(b"{") else {}
        if seen.path.startswith("/auth/login"):
            return self._issue(str(body.get("email") or body.get("identifier")))
        if seen.path == "/auth/refresh":
            user = self.live.pop(body.get("refresh_token", ""), None)
            return answer(_REFUSED, "401 No") if user is None else self._issue(user)
        if seen.path == "/server/ping":
            return answer(b"pong", kind="text/plain")
        if seen.path == "/auth/logout":
            self.live.pop(body.get("refresh_token", ""), None)
            return answer(b"", "204 No Content", length=False)
        token = seen.headers.get("authorization", "").removeprefix("Bearer ")
        return answer(
            json.dumps({"data": {"id": "1", "token": token, "user": token.split("/")[1] if "/" in token else None}}).encode()
        )

    def _issue(self, user: str) -> bytes:
        self.issued += 1
        refresh = f"{self.name}/{user}/refresh-{self.issued}"
        self.live[refresh] = user
        data = {
            "access_token": f"{self.name}/{user}/access-{self.issued}",
            "refresh_token": refresh,
            "expires": self.lifetime * 1000,
        }
        return answer(json.dumps({"data": data}).encode())

    def got(self, text: str) -> bool:
        """Whether anything that was sent holds a text."""
        return any(text in f"{seen.target} {seen.headers} {seen.body.decode()}" for seen in self.seen)

    def paths(self) -> list[str]:
        return [seen.path for seen in self.seen]


_REFUSED = b'{"errors": [{"message": "Invalid user credentials.", "extensions": {"code": "INVALID_CREDENTIALS"}}]}'
