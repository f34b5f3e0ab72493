"""Who a request is from: tokens with an end, sessions, cookies and static tokens, as Directus 8 judges them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Callable
from typing import Any

import attrs

from tests.v8.messages import Refused


def _encode(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def claims_of(token: str) -> dict[str, Any]:
    """The claims of a token, unchecked."""
    part = token.split(".")[1]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return claims


@attrs.define
class Sessions:
    """Signs tokens, and knows which ones live."""

    #: Seconds that a token lives.
    ttl: float = 1200
    clock: Callable[[], float] = time.time
    #: Static tokens, and whose they are.
    static: dict[str, int] = attrs.field(factory=dict)
    rows: list[dict[str, Any]] = attrs.field(factory=list)
    key: str = "4a1e-1"
    _numbers: int = 0

    def issue(self, user: int, project: str, **more: Any) -> str:
        """Sign a token; `exp` has no fraction, as PHP's `time()`."""
        self._numbers += 1
        end = int(self.clock() + self.ttl)
        claims = {"id": user, "exp": end, "ttl": 20, "type": "auth", "key": self.key, "project": project, **more}
        claims["number"] = self._numbers  # no two tokens are the same, even in one second
        head = _encode(b'{"typ":"JWT","alg":"HS256"}')
        body = _encode(json.dumps(claims).encode())
        return f"{head}.{body}.{self._sign(f'{head}.{body}')}"

    def _sign(self, text: str) -> str:
        return _encode(hmac.digest(self.key.encode(), text.encode(), hashlib.sha256))

    def read(self, token: str, project: str | None, kind: str = "auth") -> dict[str, Any]:
        """Return the claims of a token that lives.

        Raises:
            Refused: as `refresh` answers.
        """
        if token.count(".") != 2:
            raise Refused(500, None, "Internal Server Error")
        text, _, signature = token.rpartition(".")
        if not hmac.compare_digest(signature, self._sign(text)):
            raise Refused(401, 101, "Invalid Authentication Token")
        claims = claims_of(token)
        if (project is not None and claims["project"] != project) or claims["type"] != kind:
            raise Refused(401, 101, "Invalid Authentication Token")
        if claims["exp"] <= self.clock():
            raise Refused(401, 102, "Expired token")
        return claims

    def open(self, user: int, kind: str, token: str) -> dict[str, Any]:
        row = {"id": len(self.rows) + 1, "user": user, "token_type": kind, "token": token, "ip_address": "127.0.0.1"}
        row |= {"user_agent": "test", "created_on": "2026-11-21 00:01:32", "token_expired_at": "2026-11-28 00:01:32"}
        self.rows.append(row)
        return row

    def cookie(self, user: int) -> str:
        return str(self.open(user, "cookie", secrets.token_hex(8))["token"])

    def user(self, kind: str, token: str, project: str) -> int | None:
        """Return whose credentials these are; None for dead, foreign and missing ones: the Public role."""
        if kind == "cookie":
            return next((row["user"] for row in self.rows if row["token_type"] == "cookie" and row["token"] == token), None)
        if token.count(".") == 2:
            try:
                return int(self.read(token, project)["id"])
            except Refused:
                return None
        return self.static.get(token)

    def kill(self) -> None:
        """From now on no token, cookie or static token is accepted."""
        self.key += "+"
        self.rows.clear()
        self.static.clear()
