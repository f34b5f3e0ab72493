"""Where secrets are taken out of what people read: one rule for logs, reprs, errors and events."""

from __future__ import annotations

import contextlib
import json
import re
import shlex
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Generic, TypeVar
from urllib.parse import parse_qsl, quote, quote_plus, urlsplit, urlunsplit

import attrs

from directus_sdk.json_types import JSONObject
from directus_sdk.redaction.call_names import where
from directus_sdk.redaction.secret_names import SECRET_KEYS, is_secret, secret_header

if TYPE_CHECKING:
    from directus_sdk.redaction.graphql import Document

__all__ = ["SECRET_KEYS", "is_secret", "secret_header"]

T = TypeVar("T")

MASK = "***"
_EXCERPT = 1_000
#: Longer bodies are named by their size.
_LONG = 100_000


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


class Kept(Generic[T]):
    """Holds what tools that walk through objects are not to find, such as the headers of a request; never pickled."""

    __slots__ = ("_reveal",)

    def __init__(self, value: T) -> None:
        self._reveal: Callable[[], T] = lambda: value  # as in Secret

    def reveal(self) -> T:
        """Return the value itself."""
        return self._reveal()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Kept) and bool(self.reveal() == other.reveal())

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return repr(self.reveal())

    def __reduce__(self) -> tuple[Any, ...]:
        raise TypeError("what is Kept is never pickled")


class _HiddenBytes(bytes):
    def __getitem__(self, part: Any) -> Any:
        # Tools that shorten what they show take a slice first.
        found = super().__getitem__(part)
        return type(self)(found) if isinstance(found, bytes) else found

    def __str__(self) -> str:
        return repr(self)


class SecretBytes(_HiddenBytes):
    """A body that holds a password or a token, and does not show it; neither does a part of it."""

    def __repr__(self) -> str:
        return f"SecretBytes({MASK!r})"


class JsonBytes(_HiddenBytes):
    """A JSON body that shows itself without what stands under secret names; a part of it shows its size."""

    def __repr__(self) -> str:
        return f"JsonBytes({body(bytes(self))!r})"


class SafeDict(dict[str, str]):
    """Headers, or addresses, that do not show their secrets; a plain dict otherwise."""

    __slots__ = ()

    def __repr__(self) -> str:
        return repr({name: url(held) for name, held in headers(self).items()})

    __str__ = __repr__


class SafeDocument(JSONObject):
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
    # A filter may compare a secret field, and its value is JSON.
    return MASK if _secret_parameter(name) else _masked_string(held, [])


def _secret_parameter(name: str) -> bool:
    return any(map(is_secret, _BRACKETS.split(name)))


def headers(given: Mapping[str, str]) -> dict[str, str]:
    """Return the headers with ``***`` for the values that are secret."""
    shown = {}
    for name, held in given.items():
        shown[name] = MASK if secret_header(name) else url(held) if name.lower() == "location" else held
    return shown


def value(given: Any) -> Any:
    """Return a decoded JSON value with ``***`` for what is secret, at any depth.

    That is what stands under a secret name, in mappings, in pairs such as ``{"header": "Authorization", "value": ...}``, in
    JSON within a string, and in the arguments and variables of a GraphQL document.
    """
    return _masked(given, [])


def _masked(given: Any, found: list[str], *, secret: bool = False) -> Any:
    """Mask a value; the strings that were masked go into `found`."""
    if isinstance(given, Mapping):
        document = _document(given)
        graphql: set[str] = set() if document is None else document.variables
        shown: dict[Any, Any] = {}
        for key, item in given.items():
            hidden = secret or is_secret(key) or (key in _PAIR_VALUES and _is_pair(given))
            if key == "query" and document is not None and not hidden:
                found += document.found
                shown[key] = text(document.masked(MASK), found)
            elif key == "variables" and graphql and isinstance(item, Mapping):
                shown[key] = {n: _masked(held, found, secret=n in graphql or is_secret(n)) for n, held in item.items()}
            else:
                shown[key] = _masked(item, found, secret=hidden)
        return MASK if secret else shown
    if isinstance(given, (list, tuple)):
        shown_items = [_masked(item, found, secret=secret) for item in given]
        return MASK if secret else shown_items
    if secret and given is not None and not isinstance(given, bool):  # a truth value tells nothing
        if isinstance(given, (str, int)):
            found.append(str(given))
        return MASK
    return _masked_string(given, found) if isinstance(given, str) else given


#: How lists of headers are written, such as in the options of a flow's operation.
_PAIR_NAMES = ("header", "name", "key")
_PAIR_VALUES = frozenset({"value", "values"})


def _document(given: Mapping[Any, Any]) -> Document | None:
    """Return the GraphQL document of the body of a call."""
    query = given.get("query")
    if not isinstance(query, str) or not ("(" in query or "#" in query):
        return None
    from directus_sdk.redaction.graphql import Document

    return Document(query, _is_pair)


def _is_pair(given: Mapping[Any, Any]) -> bool:
    return any(is_secret(given.get(name)) for name in _PAIR_NAMES)


def _masked_string(given: str, found: list[str]) -> str:
    if given.startswith(("{", "[")) and len(given) <= _LONG:
        with contextlib.suppress(ValueError, RecursionError):
            document = json.loads(given)
            masked = _masked(document, found)
            return given if masked == document else json.dumps(masked, ensure_ascii=False, separators=(",", ":"))
    return text(given, found)


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
    found: list[str] = []
    for name, held in headers.items():
        if name.lower() == "cookie":
            # Shorter values say which language it is, and the like.
            found += [value for part in held.split(";") if len(value := part.partition("=")[2].strip(' "')) >= 8]
        elif secret_header(name):
            found.append(held)
    for name, held in params:
        _masked_string(held, found) if not _secret_parameter(name) else found.append(held)
    if isinstance(content, bytes) and len(content) <= _LONG:
        with contextlib.suppress(ValueError, RecursionError):
            _masked(json.loads(content), found)
    # Shorter ones would take letters out of plain words.
    return sorted({bare for text in found if len(bare := _SCHEME.sub("", text)) >= 4}, key=len, reverse=True)


_SCHEME = re.compile(r"\s*(bearer|basic|token)\s+(?=\S)", re.IGNORECASE)


def repeated(found: Iterable[str]) -> list[str]:
    """Return secrets in all forms in which a server may repeat them: plain, and escaped for JSON, HTML and URLs."""
    return sorted({form for text in found for form in _forms(text)}, key=len, reverse=True)


def _forms(text: str) -> set[str]:
    if text.isalnum() and text.isascii():
        return {text}
    import html  # only needed for errors

    plain = text.encode("utf-8", "replace").decode("utf-8")  # half of a surrogate pair stands in no URL
    ascii_json, json_text = json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1]
    capitals = re.sub(r"\\u[0-9a-f]{4}", lambda match: "\\u" + match.group()[2:].upper(), ascii_json)
    page = html.escape(text)
    forms = {text, ascii_json, json_text, capitals, page, html.escape(text, quote=False), quote(plain), quote(plain, safe="")}
    forms |= {form.replace("/", "\\/") for form in (ascii_json, json_text, capitals)}
    forms |= {page.replace("&#x27;", "&#39;"), page.replace("&#x27;", "&#39;").replace("&quot;", "&#34;")}
    return forms | {page.replace("&#x27;", "'"), quote_plus(plain)}


def without(given: Any, found: Iterable[str]) -> Any:
    """Return a decoded JSON value, or a text, with ``***`` for each of the texts in `found`, in names too."""
    found = list(found)
    if isinstance(given, str):
        for text in found:
            given = given.replace(text, MASK)
        return given
    if isinstance(given, Mapping):
        return {without(key, found): without(item, found) for key, item in given.items()}
    if isinstance(given, list):
        return [without(item, found) for item in given]
    return given


_BRACKETS = re.compile(r"[\[\].:]+")


@lru_cache(maxsize=1)
def _tokens() -> re.Pattern[str]:
    # Compiled when it is needed: that takes longer than the import of most modules.
    return re.compile(
        r"""(?P<scheme>\b(?:Bearer|Basic)\s+)(?P<a>[^\s'",]+)
        | (?P<parameter>(?:^|[?&\s])(?P<b_name>[\w.\[\]-]+)=)(?P<b>[^&\s'"]+)
        | (?P<member>(?P<q>\\*["'])(?P<c_name>[\w. -]+)(?P=q)\s*:\s*)(?P<c>(?P=q)(?:(?!(?P=q)).)*(?:(?P=q))?|[\w.+-]+)
        | (?P<user>://)(?P<d>[^/\s@'"]+)(?=@)""",
        re.IGNORECASE | re.VERBOSE | re.DOTALL,
    )


def text(given: str, found: list[str] | None = None) -> str:
    """Return a text from elsewhere, such as another library's error or a page, without tokens in it.

    Args:
        given: The text.
        found: A list that gets what was taken out.

    Example:
        >>> text("GET /files?access_token=abc&limit=1")
        'GET /files?access_token=***&limit=1'
    """
    if not any(sign in given for sign in _SIGNS):
        return given

    def replace(match: re.Match[str]) -> str:
        parts = match.groupdict()
        name = parts["b_name"] or parts["c_name"]
        if name is not None and not _secret_parameter(name):
            return match.group()
        held = next(parts[kind] for kind in "abcd" if parts[kind] is not None)
        if found is not None:
            found.append(held.strip("\\\"'"))
        quote = parts["q"] if parts["q"] and held.startswith(parts["q"]) else ""
        return match.group()[: -len(held)] + quote + MASK + quote

    return _tokens().sub(replace, given)


#: Without one of these there is nothing to find.
_SIGNS = ("=", ":", "earer ", "EARER ", "asic ", "ASIC ")


def _short(content: str | None) -> str:
    return repr(content if content is None or len(content) <= _EXCERPT else content[:_EXCERPT] + "…")


#: What the name of a header is made of.
TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")

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

    @property
    def where(self) -> str:
        """The call in brief, for messages: its method, its address, and what its query is about."""
        return where(self.method, self.url)

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
            # curl reads "@name" from a file.
            if name.lower() not in _NOISE and TOKEN.fullmatch(name):
                words += ["-H", f"{name}: {held}"]
        if self.body is not None:
            # What is no text is to be put into a file of this name.
            words += ["--data-binary", "@body"] if self.body.startswith("<") else ["--data-raw", self.body]
        return " ".join(shlex.quote(word) for word in words)
