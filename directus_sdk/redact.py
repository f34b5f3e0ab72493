"""Where secrets are taken out of what people read: one rule for logs, reprs, errors and events."""

from __future__ import annotations

import contextlib
import json
import re
import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit, urlunsplit

import attrs

MASK = "***"
#: Names of headers, query parameters and JSON keys whose values are never shown; see `secret_header` and `is_secret`.
SECRET_HEADERS = frozenset({"authorization", "cookie", "set-cookie", "proxy-authorization", "x-api-key"})
SECRET_KEYS = frozenset(
    {
        "access_token", "refresh_token", "token", "password", "otp", "secret", "tfa_secret", "hash", "string", "client_secret",
        "otpauth_url", "authorization", "cookie", "api_key", "apikey", "license_key",
    }
)  # fmt: skip
_ENDINGS = ("token", "password", "secret")
_KEYS = ("api-key", "apikey")
_EXCERPT = 1_000
#: Longer bodies are named by their size.
_LONG = 100_000


def is_secret(name: object) -> bool:
    """Tell whether what stands under a name is never shown.

    Example:
        >>> [is_secret(name) for name in ("password", "new_password", "title")]
        [True, True, False]
    """
    return isinstance(name, str) and ((low := name.lower()) in SECRET_KEYS or low.endswith(_ENDINGS))


def secret_header(name: str) -> bool:
    """Tell whether the value of a header is never shown.

    Example:
        >>> [secret_header(name) for name in ("Cookie", "X-Vault-Token", "X-Acme-Api-Key", "X-Request-Id")]
        [True, True, True, False]
    """
    low = name.lower()
    return low in SECRET_HEADERS or low.endswith(_KEYS) or is_secret(low.replace("-", "_"))


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


class JsonBytes(bytes):
    """A JSON body that shows itself without what stands under secret names."""

    def __repr__(self) -> str:
        return f"JsonBytes({body(bytes(self))!r})"

    __str__ = __repr__


class SafeDict(dict[str, str]):
    """Headers, or addresses, that do not show their secrets; a plain dict otherwise."""

    __slots__ = ()

    def __repr__(self) -> str:
        return repr({name: url(held) for name, held in headers(self).items()})

    __str__ = __repr__


class SafeDocument(dict[str, Any]):
    """A document on its way to the server that does not show its secrets; a plain dict otherwise."""

    __slots__ = ()

    def __repr__(self) -> str:
        return repr(value(self))

    __str__ = __repr__


class SafePairs(tuple[tuple[str, str], ...]):
    """Query parameters that do not show their secrets; a plain tuple otherwise."""

    __slots__ = ()

    def __repr__(self) -> str:
        return repr(tuple((name, _parameter(name, held)) for name, held in self))

    __str__ = __repr__


def url(address: str) -> str:
    """Return `address` without the values of secret query parameters.

    Example:
        >>> url("https://cms.example.com/assets/1?access_token=abc&width=3")
        'https://cms.example.com/assets/1?access_token=***&width=3'
    """
    if "?" not in address and "@" not in address:
        return address
    try:
        parts = urlsplit(address)
    except ValueError:
        return address.partition("?")[0].rpartition("@")[2]
    host = parts.netloc.rpartition("@")[2]
    pairs = [
        f"{quote(name, safe='[]')}={shown if shown == MASK else quote(shown, safe='')}"
        for name, value in parse_qsl(parts.query, keep_blank_values=True)
        for shown in (_parameter(name, value),)
    ]
    return urlunsplit((parts.scheme, host, parts.path, "&".join(pairs), ""))


def _parameter(name: str, held: str) -> str:
    if any(map(is_secret, _BRACKETS.split(name))):
        return MASK
    if held.startswith(("{", "[")):
        # A filter may compare a secret field, and its value is JSON.
        try:
            document = json.loads(held)
        except (ValueError, RecursionError):
            return held
        masked = value(document)
        return held if masked == document else json.dumps(masked, ensure_ascii=False, separators=(",", ":"))
    return held


def headers(given: Mapping[str, str]) -> dict[str, str]:
    """Return the headers with ``***`` for the values that are secret."""
    shown = {}
    for name, held in given.items():
        shown[name] = MASK if secret_header(name) else url(held) if name.lower() == "location" else held
    return shown


def value(given: Any) -> Any:
    """Return a decoded JSON value with ``***`` for what stands under a secret key, at any depth."""
    if isinstance(given, Mapping):
        return {key: MASK if item is not None and is_secret(key) else value(item) for key, item in given.items()}
    if isinstance(given, (list, tuple)):
        return [value(item) for item in given]
    return given


def body(content: object) -> str | None:
    """Return a readable form of a request's body without its secrets."""
    if content is None:
        return None
    if not isinstance(content, bytes):
        return "<stream>"
    if len(content) <= _LONG:
        try:
            return json.dumps(value(json.loads(content)), ensure_ascii=False)
        except (ValueError, RecursionError):
            pass
    return f"<{len(content)} bytes>"


def secrets(headers: Mapping[str, str], params: Iterable[tuple[str, str]], content: object) -> list[str]:
    """Return the secret texts of a request, so that they can be taken out of what a server says about it."""
    found = [held.removeprefix("Bearer ") for name, held in headers.items() if secret_header(name)]
    documents: list[str | bytes] = []
    for name, held in params:
        if any(map(is_secret, _BRACKETS.split(name))):
            found.append(held)
        elif held.startswith(("{", "[")):
            documents.append(held)
    if isinstance(content, bytes) and len(content) <= _LONG:
        documents.append(content)
    for document in documents:
        with contextlib.suppress(ValueError, RecursionError):
            found += _secrets_in(json.loads(document), secret=False)
    # Shorter ones would take letters out of plain words.
    return sorted({text for text in found if len(text) >= 4}, key=len, reverse=True)


def _secrets_in(given: Any, *, secret: bool) -> Iterator[str]:
    if isinstance(given, Mapping):
        for name, item in given.items():
            yield from _secrets_in(item, secret=secret or is_secret(name))
    elif isinstance(given, list):
        for item in given:
            yield from _secrets_in(item, secret=secret)
    elif secret and isinstance(given, (str, int)) and not isinstance(given, bool):
        yield str(given)


def without(given: Any, found: Iterable[str]) -> Any:
    """Return a decoded JSON value, or a text, with ``***`` for each of the texts in `found`."""
    if isinstance(given, str):
        for text in found:
            given = given.replace(text, MASK)
        return given
    if isinstance(given, Mapping):
        return {key: without(item, found) for key, item in given.items()}
    if isinstance(given, list):
        return [without(item, found) for item in given]
    return given


_BRACKETS = re.compile(r"[\[\].:]+")


@lru_cache(maxsize=1)
def _tokens() -> re.Pattern[str]:
    # Compiled when it is needed: that takes longer than the import of most modules.
    names = "|".join(sorted(SECRET_KEYS, key=len, reverse=True))
    return re.compile(
        rf"""(Bearer\s+)[^\s'"]+ | ([?&](?:{names})=)[^&\s'"]+ | ("(?:{names})"\s*:\s*)"[^"]*"? | (://)[^/\s@'"]+(?=@)""",
        re.IGNORECASE | re.VERBOSE,
    )


def text(given: str) -> str:
    """Return a text from elsewhere, such as another library's error or a page, without tokens in it.

    Example:
        >>> text("GET /files?access_token=abc&limit=1")
        'GET /files?access_token=***&limit=1'
    """
    return _tokens().sub(lambda match: next(filter(None, match.groups()), "") + MASK, given)


def _short(content: str | None) -> str:
    return repr(content if content is None or len(content) <= _EXCERPT else content[:_EXCERPT] + "…")


#: Headers that curl sets by itself, or that say nothing about the call.
_NOISE = frozenset({"accept", "accept-encoding", "user-agent", "content-length", "connection", "host"})


@attrs.frozen
class Trace:
    """What was sent, without its secrets: what an error or an event keeps of a request.

    Attributes:
        method: The HTTP method.
        url: The whole address with its query.
        headers: The headers.
        body: The body as text, or what kind of body it was in angle brackets, or ``None``.
    """

    method: str
    url: str
    headers: dict[str, str] = attrs.field(factory=dict)
    body: str | None = attrs.field(default=None, repr=_short)

    def to_curl(self) -> str:
        """Return the call as a curl command for a POSIX shell, with its secrets replaced by ``***``.

        Example:
            >>> Trace("PATCH", "https://cms.example.com/items/a/1", {"Authorization": "***"}, "[1, 2]").to_curl()
            "curl -X PATCH https://cms.example.com/items/a/1 -H 'Authorization: ***' --data-raw '[1, 2]'"
        """
        words = ["curl", *(["--head"] if self.method == "HEAD" else ["-X", self.method]), self.url]
        if any(char in self.url for char in "[]{}"):
            words.insert(1, "--globoff")
        for name, held in self.headers.items():
            if name.lower() not in _NOISE:
                words += ["-H", f"{name}: {held}"]
        if self.body is not None:
            # What is no text is to be put into a file of this name.
            words += ["--data-binary", "@body"] if self.body.startswith("<") else ["--data-raw", self.body]
        return " ".join(shlex.quote(word) for word in words)
