"""What the loopback server of Directus 8 reads and sends."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import attrs

#: How a request proved who it is from.
KINDS = ("bearer", "basic", "cookie", "parameter", "none")


@attrs.frozen
class Call:
    """A request as it arrived."""

    method: str
    target: str
    headers: dict[str, str]
    content: bytes

    @property
    def path(self) -> str:
        """The path, its escapes decoded."""
        return unquote(urlsplit(self.target).path)

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Names and values of the query, decoded, in order."""
        return parse_qsl(urlsplit(self.target).query, keep_blank_values=True)

    @property
    def query(self) -> dict[str, Any]:
        """The query as PHP reads it: brackets are mappings and lists."""
        return php_query(self.pairs)

    @property
    def json(self) -> Any:
        """The body; None where there is none or it is not JSON."""
        if not self.headers.get("content-type", "").startswith("application/json"):
            return None
        return json.loads(self.content) if self.content else None

    @property
    def credentials(self) -> tuple[str, str]:
        """The kind of the credentials, and their token."""
        for name, value in self.pairs:
            if name == "access_token":
                return "parameter", value
        scheme, _, token = self.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "basic":
            return "basic", base64.b64decode(token).decode().partition(":")[0]
        if scheme.lower() == "bearer":
            return "bearer", token
        for cookie in self.headers.get("cookie", "").split(";"):
            name, _, value = cookie.strip().partition("=")
            if name.startswith("directus-") and name.endswith("-session"):
                return "cookie", unquote(value)
        return "none", ""


@attrs.frozen
class Answer:
    """A response: a body for `application/json`, or bytes of another kind."""

    status: int
    body: Any = None
    content: bytes | None = None
    content_type: str = "application/json"
    headers: dict[str, str] = attrs.field(factory=dict)

    @property
    def payload(self) -> bytes:
        if self.content is not None:
            return self.content
        return b"" if self.body is None else json.dumps(self.body).replace("/", "\\/").encode()


class Refused(Exception):
    """An error of the server: status, code and message; `query` is the SQL of code 9."""

    def __init__(self, status: int, code: int | None, message: str = "Refused", query: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.query = query


def not_found(key: object) -> Refused:
    return Refused(404, 203, f'Item with id "{key}" not found')


def no_route() -> Refused:
    return Refused(404, 1, "Not Found")


def php_query(pairs: list[tuple[str, str]]) -> dict[str, Any]:
    """Read pairs as PHP does: `a[b][]=1` is a mapping with a list, the last of two equal names wins."""
    result: dict[str, Any] = {}
    for name, value in pairs:
        first, _, rest = name.partition("[")
        parts = [first, *(rest[:-1].split("][") if rest else [])]
        target = result
        for part in parts[:-1]:
            inner = target.setdefault(part, {})
            if not isinstance(inner, dict):
                inner = target[part] = {}
            target = inner
        last = parts[-1] or str(sum(key.isdigit() for key in target))
        target[last] = value
    return result


def values(value: Any) -> list[str]:
    """A comma-separated string or a list of PHP as a list."""
    if isinstance(value, dict):
        return [str(part) for part in value.values()]
    return [part for part in str(value or "").split(",") if part]
