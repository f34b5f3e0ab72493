"""Requests and responses: what is sent to a server, and what it returns."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from math import isnan
from types import EllipsisType, MappingProxyType
from typing import TYPE_CHECKING, Protocol, Union

import attrs

from directus_sdk.displayed import Displayed
from directus_sdk.redaction import redact
from directus_sdk.redaction.tracebacks import guarded

if TYPE_CHECKING:
    from directus_sdk.redaction.trace import Trace

#: Seconds for everything, or seconds to connect and seconds to wait for data; ``None`` waits for ever.
Timeout = Union[float, "tuple[float | None, float | None]", None]

#: A timeout that may be left out: ``...`` means that of the client or of the transport.
TimeoutOption = Union[Timeout, EllipsisType]

#: Query parameters, encoded.
Params = Iterable["tuple[str, str]"]

#: The size of the blocks in which bodies are read and sent, in bytes.
BLOCK = 256 * 1024


class Headers(Displayed, Mapping[str, str]):
    """HTTP headers: names in any case, secret values masked in ``repr``.

    Example:
        >>> headers = Headers({"Content-Type": "text/plain", "Authorization": "Bearer abc"})
        >>> headers["content-type"]
        'text/plain'
        >>> headers
        Headers({'Content-Type': 'text/plain', 'Authorization': '***'})
    """

    __slots__ = ("_values",)

    def __init__(self, headers: Mapping[str, str] | Iterable[tuple[str, str]] = ()) -> None:
        values: dict[str, tuple[str, list[str]]] = {}
        for name, value in headers.items() if isinstance(headers, Mapping) else headers:
            key = name.lower()
            if key in values:
                values[key][1].append(value)
            else:
                values[key] = (name, [value])
        self._values = values

    def __getitem__(self, name: str) -> str:
        return ", ".join(self._values[name.lower()][1])

    def get_all(self, name: str) -> list[str]:
        """Return every value of a header that may occur more than once, such as ``Set-Cookie``.

        Args:
            name: The name, in upper or lower case.

        Example:
            >>> Headers([("Set-Cookie", "a=1"), ("set-cookie", "b=2")]).get_all("Set-Cookie")
            ['a=1', 'b=2']
        """
        _, values = self._values.get(name.lower(), (name, ()))
        return list(values)

    def __iter__(self) -> Iterator[str]:
        return (name for name, _ in self._values.values())

    def __len__(self) -> int:
        return len(self._values)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.lower() in self._values

    def __repr__(self) -> str:
        return f"Headers({redact.headers(self)!r})"


class Body(Protocol):
    """A body that is sent in blocks: an iterable of bytes that may know its length."""

    def __iter__(self) -> Iterator[bytes]:
        """Yield the blocks."""


#: The body of a request: bytes, or a function that opens it.
AnyBody = Union[bytes, Callable[[], Body], None]


def merged(headers: Mapping[str, str], more: Mapping[str, str] | None) -> redact.SafeDict:
    """Return headers with others on top of them, whatever the case of their names."""
    both = redact.SafeDict(headers)
    if both and more:
        new = {name.lower() for name in more}
        for name in [name for name in both if name.lower() in new]:
            del both[name]
    both.update(more or {})
    return both


def safe_headers(headers: Mapping[str, str] | redact.Kept[Mapping[str, str]]) -> redact.Kept[Mapping[str, str]]:
    """Keep headers where a tool that walks through the attributes of an object does not find them."""
    if isinstance(headers, redact.Kept):
        return headers
    # Not a dict: json.dumps would write its secrets.
    if type(headers) is redact.SafeDict:
        return redact.Kept(MappingProxyType(headers))
    if not isinstance(headers, (MappingProxyType, Headers)):
        headers = MappingProxyType(redact.SafeDict(headers))
    return redact.Kept(headers)


def safe_params(params: Params | redact.Kept[redact.SafePairs]) -> redact.Kept[redact.SafePairs]:
    """Keep query parameters likewise."""
    if isinstance(params, redact.Kept):
        return params
    return redact.Kept(params if isinstance(params, redact.SafePairs) else redact.SafePairs(params))


def _safe_body(body: AnyBody | redact.Kept[AnyBody]) -> redact.Kept[AnyBody]:
    if isinstance(body, redact.Kept):
        return body
    # A larger one would cost memory.
    return redact.Kept(redact.JsonBytes(body) if type(body) is bytes and len(body) < 2**24 else body)


@attrs.frozen(repr=False, eq=False)
class Request(Displayed):
    """One request.

    Attributes:
        method: The HTTP method, in capitals.
        url: The absolute URL without the query of `params`.
        params: The query, as pairs.
        headers: The headers, in any case.
        body: ``None``, bytes, or a callable that opens the body again for each attempt and returns an iterable of
            bytes. If the iterable has a ``length`` in bytes, it is sent as ``Content-Length``, otherwise the body is
            sent chunked.
        timeout: Seconds in all, or a pair: seconds to connect, seconds to wait for data. ``...`` means the transport's.
        stream: Whether the body of the response is streamed, and not read in advance.
        follow_redirects: Whether GET and HEAD follow redirects on the same host.
        retryable: Whether the call is idempotent and may be retried after a network error, whatever its method.
        replayable: Whether `body` can be opened more than once.
        deadline: When the response has to be complete, in seconds of `directus_sdk.local.clock.monotonic` (which no test
            freezes), or ``None``. The body of a streamed response may come later.
        cacheable: The collection that is read, where a cache may keep the response; ``None`` where the response decides
            something, or must be the present one.
        session: Which session signed the request, as an id that stays the same when its token is refreshed; ``None`` for all
            other credentials.
    """

    method: str
    url: str = attrs.field(repr=redact.url)
    # Debuggers show no secrets of a request, and tools that walk through attrs classes find none.
    _params: redact.Kept[redact.SafePairs] = attrs.field(default=(), converter=safe_params, repr=False)
    _headers: redact.Kept[Mapping[str, str]] = attrs.field(factory=redact.SafeDict, converter=safe_headers, repr=False)
    _body: redact.Kept[AnyBody] = attrs.field(default=None, converter=_safe_body, repr=False)
    timeout: TimeoutOption = ...
    stream: bool = False
    follow_redirects: bool = True
    retryable: bool = False
    replayable: bool = True
    deadline: float | None = None
    cacheable: str | None = None
    session: str | None = None

    @property
    def params(self) -> tuple[tuple[str, str], ...]:
        """The query, as pairs."""
        return self._params.reveal()

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers, in any case."""
        return self._headers.reveal()

    @property
    def body(self) -> AnyBody:
        """The body, or the function that opens it."""
        return self._body.reveal()

    def __reduce__(self) -> tuple[object, ...]:
        # A pickle holds no secrets: they are left out, and so is a body that may hold some.
        params = [pair for pair in self.params if not redact.is_secret(pair[0])]
        headers = redact.public_headers(self.headers)
        plain = type(self.body) is redact.JsonBytes and not redact.secrets({}, (), self.body)
        return Request, (
            self.method, redact.url(self.url), params, headers, bytes(self.body) if plain else None, self.timeout,  # type: ignore[arg-type]
            self.stream, self.follow_redirects, self.retryable, self.replayable, None, self.cacheable,
        )  # fmt: skip

    def __copy__(self) -> Request:
        return self

    def __deepcopy__(self, memo: object) -> Request:
        return self

    def with_headers(self, headers: Mapping[str, str], *, session: str | None = None) -> Request:
        """Return a copy with more headers; those in `headers` win.

        Args:
            headers: The headers.
            session: The id of the session that one of them belongs to.

        Example:
            >>> Request("GET", "https://cms.example.com").with_headers({"X-Trace": "1"}).has_header("x-trace")
            True
        """
        # attrs.evolve takes three times as long, and every call does this.
        return Request(
            self.method, self.url, self._params, merged(self.headers, headers), self._body, self.timeout, self.stream,
            self.follow_redirects, self.retryable, self.replayable, self.deadline, self.cacheable, session or self.session,
        )  # fmt: skip

    def has_header(self, name: str) -> bool:
        """Tell whether a header is set, whatever the case of its name."""
        if not self.headers:
            return False
        name = name.lower()
        return any(header.lower() == name for header in self.headers)

    def trace(self) -> Trace:
        """Return the request without its secrets, for messages and logs."""
        from directus_sdk.redaction.trace import Trace  # calls that succeed need none
        from directus_sdk.wire.urls import with_query

        return Trace(
            method=self.method,
            url=redact.url(with_query(self.url, self.params)),
            headers=redact.headers(self.headers),
            body=redact.body(self.body),
        )

    def __repr__(self) -> str:
        return f"<Request {self.method} {redact.url(self.url)}>"


class Response(Displayed):
    """One response.

    A test or a transport of your own makes one from a status, headers and bytes.

    Args:
        status: The HTTP status.
        headers: The headers.
        content: The body as bytes, or an iterator of blocks that is read at most once.
        url: The URL of the response, after redirects.
        close: Called once when the rest of the body is not needed.

    Example:
        >>> response = Response(200, {"Content-Type": "application/json"}, b'{"data": []}')
        >>> response.status, response.content
        (200, b'{"data": []}')
    """

    #: Secrets that the transport itself sent, and that a server may repeat.
    own_secrets: tuple[redact.Secret, ...] = ()
    #: The request as it was signed, or ``None`` where a transport was used by itself.
    request: Request | None = None
    #: How many seconds ago the server sent it, where a cache responded.
    age: float | None = None
    #: Why a cache responded with what is older than it may be: what became of the request.
    stale_because: str | None = None

    def __init__(
        self,
        status: int,
        headers: Mapping[str, str] | None = None,
        content: bytes | Callable[[int], Iterator[bytes]] = b"",
        url: str = "",
        *,
        close: Callable[[], None] | None = None,
    ) -> None:
        self.status = status
        self.headers = headers if isinstance(headers, Headers) else Headers(headers or {})
        self.url = url
        self._content = content
        self._close = close

    @property
    def content(self) -> bytes:
        """The whole body; a streamed one is read to its end."""
        if not isinstance(self._content, bytes):
            self._content = b"".join(self.iter_bytes())
        return self._content

    @property
    def text(self) -> str:
        """The body as a string, decoded as UTF-8; bytes that are not valid become U+FFFD."""
        return self.content.decode("utf-8", "replace")

    @property
    def retry_after(self) -> float | None:
        """How long the server asks to wait, in seconds and never negative: ``Retry-After``, a number or a date.

        Without it, the end of a rate limit: ``X-RateLimit-Reset``, a Unix time. ``None`` if there is no such header, or if
        it is not valid.
        """
        text = self.headers.get("Retry-After")
        if text is None:
            return self._until_reset()
        try:
            seconds = float(text)
        except ValueError:
            try:
                seconds = _date(text) - _now(self.headers.get("Date"))
            except (ValueError, TypeError, IndexError, OverflowError):
                return None
        return None if isnan(seconds) else max(0.0, seconds)

    def _until_reset(self) -> float | None:
        reset = self.headers.get("X-RateLimit-Reset", "")
        # Some servers write seconds there, and some milliseconds.
        if not reset.isdecimal() or len(reset) != 10:
            return None
        return max(0.0, float(reset) - _now(self.headers.get("Date")))

    def hide(self) -> None:
        """Mask the body in ``repr`` and leave it out of pickles: it is the response to a sign-in, or repeats a secret."""
        if isinstance(self._content, bytes):
            self._content = redact.SecretBytes(self._content)

    @property
    def streamed(self) -> bool:
        """Whether the body has not been read yet."""
        return not isinstance(self._content, bytes)

    @guarded
    def iter_bytes(self, size: int = BLOCK) -> Iterator[bytes]:
        """Yield the body in blocks.

        Args:
            size: The maximum size of a block in bytes; a block may be smaller.

        Raises:
            TransportError: The connection broke before the body was complete.
        """
        if isinstance(self._content, bytes):
            for start in range(0, len(self._content), size):
                yield self._content[start : start + size]
            return
        blocks, self._content = self._content, b""
        try:
            yield from blocks(size)
        finally:
            self.close()

    def close(self) -> None:
        """Release the connection; more than one call does no harm."""
        close, self._close = self._close, None
        if close is not None:
            close()

    def __enter__(self) -> Response:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def __getstate__(self) -> dict[str, object]:
        hidden = not isinstance(self._content, bytes) or isinstance(self._content, redact.SecretBytes)
        content = b"" if hidden else self._content
        state = {**self.__dict__, "_content": content, "_close": None, "url": redact.url(self.url)}
        for name in ("own_secrets", "request"):
            state.pop(name, None)
        return {**state, "headers": Headers(redact.headers(self.headers))}

    def __repr__(self) -> str:
        return f"<Response {self.status} {redact.url(self.url)}>"


def _date(text: str) -> float:
    """Return an HTTP date in Unix seconds."""
    # Seldom needed, and slow to import.
    from datetime import timezone
    from email.utils import parsedate_to_datetime

    date = parsedate_to_datetime(text.strip())
    return (date if date.tzinfo is not None else date.replace(tzinfo=timezone.utc)).timestamp()


def _now(date: str | None) -> float:
    """Return the time by the clock of the server that sent this date, or by the local clock if it sent none."""
    try:
        return time.time() if date is None else _date(date)
    except (ValueError, TypeError, IndexError, OverflowError):
        return time.time()


def check_headers(headers: Mapping[str, str]) -> None:
    """Refuse headers that would break out of their line, or that HTTP cannot carry; the error shows no value."""
    pairs: Iterable[tuple[object, object]] = headers.items()
    for name, value in pairs:
        if not isinstance(value, str) or not isinstance(name, str):
            raise TypeError(f"the header {name} must be a string, not {type(value).__name__}")
        if not redact.TOKEN.fullmatch(name):
            raise ValueError(f"{name!r} cannot be the name of a header: letters, digits and !#$%&'*+.^_`|~- can")
        # Every character that could do harm is not printable.
        if not value.isprintable() or value != value.strip():
            raise ValueError(f"the header {name!r} must not contain line breaks or begin or end with white space")
        if not value.isascii() and max(value) > "\xff":
            raise ValueError(f"the header {name!r} contains a character that HTTP cannot send; encode it, or use the body")
