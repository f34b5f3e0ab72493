"""Where secrets are taken out of what people read: one rule for logs, reprs, errors and events."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit, urlunsplit

import attrs

MASK = "***"
#: Names of headers, query parameters and JSON keys whose values are never shown.
SECRET_HEADERS = frozenset({"authorization", "cookie", "set-cookie", "proxy-authorization", "x-api-key"})
SECRET_KEYS = frozenset(
    {"access_token", "refresh_token", "token", "password", "otp", "secret", "tfa_secret", "hash", "string", "client_secret"}
)
_EXCERPT = 1_000


class Secret:
    """A text that shows itself as ``***`` everywhere, and is left out of pickles.

    Example:
        >>> Secret("s3cret")
        Secret('***')
        >>> Secret("s3cret").reveal()
        's3cret'
    """

    __slots__ = ("_reveal",)

    def __init__(self, value: str) -> None:
        # A closure, not an attribute: a debugger that lists attributes shows a function, not the text.
        self._reveal: Callable[[], str] = lambda: value

    def reveal(self) -> str:
        """Return the text itself."""
        return self._reveal()

    def __repr__(self) -> str:
        return f"Secret({MASK!r})"

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self.reveal() == other.reveal()

    def __hash__(self) -> int:
        return hash(self.reveal())

    def __copy__(self) -> Secret:
        return self

    def __deepcopy__(self, memo: object) -> Secret:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        raise TypeError("a Secret is never pickled")


class SecretBytes(bytes):
    """A body that holds a password or a token, and does not show it."""

    def __repr__(self) -> str:
        return f"SecretBytes({MASK!r})"

    __str__ = __repr__


def url(address: str) -> str:
    """Return `address` without the values of secret query parameters.

    Example:
        >>> url("https://cms.example.com/assets/1?access_token=abc&width=3")
        'https://cms.example.com/assets/1?access_token=***&width=3'
    """
    if "?" not in address and "@" not in address:
        return address
    parts = urlsplit(address)
    host = parts.netloc.rpartition("@")[2]
    pairs = [
        f"{quote(name, safe='[]')}={MASK if name.lower() in SECRET_KEYS else quote(value, safe='')}"
        for name, value in parse_qsl(parts.query, keep_blank_values=True)
    ]
    return urlunsplit((parts.scheme, host, parts.path, "&".join(pairs), ""))


def headers(given: Mapping[str, str]) -> dict[str, str]:
    """Return the headers with ``***`` for the values that are secret."""
    return {name: MASK if name.lower() in SECRET_HEADERS else value for name, value in given.items()}


def value(given: Any) -> Any:
    """Return a decoded JSON value with ``***`` for what stands under a secret key, at any depth."""
    if isinstance(given, Mapping):
        return {
            key: MASK if isinstance(key, str) and key.lower() in SECRET_KEYS and item is not None else value(item)
            for key, item in given.items()
        }
    if isinstance(given, (list, tuple)):
        return [value(item) for item in given]
    return given


def body(content: object) -> str | None:
    """Return a short, readable form of a request's body without its secrets."""
    if content is None:
        return None
    if not isinstance(content, bytes):
        return "<stream>"
    if len(content) > 100_000:
        return f"<{len(content)} bytes>"
    try:
        text = json.dumps(value(json.loads(content)), ensure_ascii=False)
    except ValueError:
        return f"<{len(content)} bytes>"
    return text if len(text) <= _EXCERPT else text[:_EXCERPT] + "…"


_BEARER = re.compile(r"(Bearer\s+)[^\s'\"]+|((?:access|refresh)_token=)[^&\s'\"]+", re.IGNORECASE)


def text(given: str) -> str:
    """Return a text from elsewhere, such as another library's error, without tokens in it."""
    return _BEARER.sub(lambda match: (match.group(1) or match.group(2)) + MASK, given)


@attrs.frozen
class Trace:
    """What was sent, without its secrets: what an error or an event keeps of a request.

    Attributes:
        method: The HTTP method.
        url: The whole address with its query.
        headers: The headers.
        body: The body as text, cut to 1,000 characters, or ``None``.
    """

    method: str
    url: str
    headers: dict[str, str] = attrs.field(factory=dict)
    body: str | None = None

    def to_curl(self) -> str:
        """Return the call as a curl command for a POSIX shell, with its secrets replaced by ``***``."""
        import shlex

        words = ["curl", "-X", self.method, self.url]
        for name, held in self.headers.items():
            words += ["-H", f"{name}: {held}"]
        if self.body is not None:
            words += ["--data", self.body]
        return " ".join(shlex.quote(word) for word in words)
