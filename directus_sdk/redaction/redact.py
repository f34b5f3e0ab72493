"""Masks secrets in logs, reprs, errors and events: what is masked is decided here and in `secret_names`.

Masked are the values of secret headers, query parameters and JSON fields, at any depth and in GraphQL documents, and tokens
within strings of other libraries. `Secret`, `SecretBytes` and `Kept` hold values that are never shown or pickled.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any, Generic, NoReturn, TypeVar
from urllib.parse import parse_qsl, quote, quote_plus, urlsplit, urlunsplit

from directus_sdk.json_types import JSONObject
from directus_sdk.redaction.secret_names import SECRET_KEYS, is_secret, secret_header

if TYPE_CHECKING:
    from directus_sdk.redaction.graphql import Document

__all__ = ["SECRET_KEYS", "is_secret", "secret_header"]

T = TypeVar("T")

MASK = "***"
#: The token of an invitation in a path, as servers of version 8 take it.
_IN_PATH = r"(?<=/users/invite/)(?!accept(?![^/?]))[^/?]+"
#: Of longer bodies only the size is shown, and of longer lists only the first items.
_LONG, _LISTED = 100_000, 1_000


class Kept(Generic[T]):
    """Hides a value, such as the headers of a request, from tools that walk through objects; never pickled."""

    __slots__ = ("_reveal",)

    def __init__(self, value: T) -> None:
        # A closure, not an attribute: a debugger that lists attributes shows a function, not the value.
        self._reveal: Callable[[], T] = lambda: value

    def reveal(self) -> T:
        """Return the value itself."""
        return self._reveal()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, type(self)) and bool(self.reveal() == other.reveal())

    def __hash__(self) -> int:
        return hash(self.reveal())

    def __repr__(self) -> str:
        return repr(self.reveal())

    def __reduce__(self) -> NoReturn:
        raise TypeError(f"a {type(self).__name__} is never pickled")


class Secret(Kept[str]):
    """A string that is shown as ``***`` everywhere, and is never pickled.

    Example:
        >>> Secret("s3cret")
        Secret('***')
        >>> Secret("s3cret").reveal()
        's3cret'
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return f"Secret({MASK!r})"

    def __copy__(self) -> Secret:
        return self

    def __deepcopy__(self, memo: object) -> Secret:
        return self


class _HiddenBytes(bytes):
    def __getitem__(self, key: Any) -> Any:
        # Tools that shorten values take a slice first.
        item = super().__getitem__(key)
        return type(self)(item) if isinstance(item, bytes) else item

    def __str__(self) -> str:
        return repr(self)


class SecretBytes(_HiddenBytes):
    """A body with a password or a token, which is masked in `repr`, also in slices."""

    def __repr__(self) -> str:
        return f"SecretBytes({MASK!r})"


class JsonBytes(_HiddenBytes):
    """A JSON body whose `repr` has its secret values masked; a slice shows its size."""

    def __repr__(self) -> str:
        return f"JsonBytes({body(bytes(self))!r})"


class SafeDict(dict[str, str]):
    """Headers or URLs, with secrets masked in `repr`; a plain dict otherwise."""

    __slots__ = ()

    def __repr__(self) -> str:
        return repr({name: url(value) for name, value in headers(self).items()})

    __str__ = __repr__


class SafeDocument(JSONObject):
    """A JSON object to send, with secrets masked in `repr`; a plain dict otherwise."""

    __slots__ = ()

    def __repr__(self) -> str:
        return repr(value(self))

    __str__ = __repr__


class SafePairs(tuple[tuple[str, str], ...]):
    """Query parameters, with secrets masked in `repr`; a plain tuple otherwise."""

    __slots__ = ()

    def __repr__(self) -> str:
        return repr(tuple((name, _parameter(name, value)) for name, value in self))

    __str__ = __repr__


def url(full: str) -> str:
    """Return a URL with the values of secret query parameters masked, and without user and password.

    Example:
        >>> url("https://cms.example.com/assets/1?access_token=abc&width=3")
        'https://cms.example.com/assets/1?access_token=***&width=3'
    """
    full = re.sub(_IN_PATH, MASK, full) if "/invite/" in full else full
    if "?" not in full and "@" not in full:
        return full
    try:
        parts = urlsplit(full)
    except ValueError:
        return full.partition("?")[0].rpartition("@")[2]
    host = parts.netloc.rpartition("@")[2]
    pairs = [
        f"{quote(name, safe='[]')}={masked if masked == MASK else quote(masked, safe='')}"
        for name, value in parse_qsl(parts.query, keep_blank_values=True)
        for masked in (_parameter(name, value),)
    ]
    return urlunsplit((parts.scheme, host, parts.path, "&".join(pairs), ""))


def _parameter(name: str, value: str) -> str:
    # A filter, which is JSON, may compare a secret field.
    return MASK if _secret_parameter(name) else _masked_string(value, [])


def _secret_parameter(name: str) -> bool:
    return any(map(is_secret, re.split(_BRACKETS, name)))


def headers(plain: Mapping[str, str]) -> dict[str, str]:
    """Return headers with the values of secret ones masked, and tokens in the others, such as the URL of a ``Referer``."""
    masked = {}
    for name, value in plain.items():
        masked[name] = MASK if secret_header(name) else url(value) if name.lower() == "location" else text(value)
    return masked


def public_headers(plain: Mapping[str, str]) -> dict[str, str]:
    """Return the headers of which nothing is masked."""
    masked = headers(plain)
    return {name: value for name, value in plain.items() if masked[name] == value}


def value(plain: object) -> Any:
    """Return a decoded JSON value with secret values masked, at any depth.

    These are values with a secret name, in mappings, in pairs such as ``{"header": "Authorization", "value": ...}``, in
    JSON within a string, and in the arguments and variables of a GraphQL document.
    """
    return _masked(plain, [])


def masked_repr(plain: object) -> str:
    """Return the `repr` of a decoded JSON value with its secrets masked."""
    return repr(value(plain))


def masked_items(items: Collection[object], hidden: frozenset[str] = frozenset(), *, listed: int = _LISTED) -> str:
    """Return the `repr` of the first items of a list with their secrets masked, and how many more there are.

    Objects that are not JSON values, such as those of models, have a `repr` of their own.

    Args:
        items: The items.
        hidden: Names whose values are masked too.
        listed: How many items the `repr` has at most.

    Example:
        >>> masked_items([{"name": "Ada", "token": "abc"}])
        "[{'name': 'Ada', 'token': '***'}]"
    """
    try:
        parts = [_spelled(item, hidden) for item in islice(items, listed)]
    except RecursionError:
        return "[... nested too deeply]"
    rest = len(items) - len(parts)
    return f"[{', '.join([*parts, *([f'... {rest:,} more'] if rest > 0 else [])])}]"


def _spelled(item: object, hidden: frozenset[str]) -> str:
    if not isinstance(item, Mapping):
        return masked_repr(item) if isinstance(item, (str, list)) else repr(item)
    return repr({**value(item), **dict.fromkeys(hidden.intersection(item), MASK)})


def _masked(plain: object, secrets: list[str], *, secret: bool = False) -> object:
    """Mask a value; the strings that were masked are appended to `secrets`."""
    if isinstance(plain, Mapping):
        document = _document(plain)
        variables: set[str] = set() if document is None else document.variables
        masked: dict[object, object] = {}
        for key, item in plain.items():
            hidden = secret or is_secret(key) or (key in _PAIR_VALUES and _is_pair(plain))
            if key == "query" and document is not None and not hidden:
                secrets += document.secrets
                masked[key] = text(document.masked(MASK), secrets)
            elif key == "variables" and variables and isinstance(item, Mapping):
                masked[key] = {n: _masked(each, secrets, secret=n in variables or is_secret(n)) for n, each in item.items()}
            else:
                masked[key] = _masked(item, secrets, secret=hidden)
        return MASK if secret else masked
    if isinstance(plain, (list, tuple)):
        masked_items = [_masked(item, secrets, secret=secret) for item in plain]
        return MASK if secret else masked_items
    if secret and plain is not None and not isinstance(plain, bool):  # a boolean reveals nothing
        if isinstance(plain, (str, int)):
            secrets.append(str(plain))
        return MASK
    return _masked_string(plain, secrets) if isinstance(plain, str) else plain


#: The keys of lists of headers, such as in the options of a flow's operation.
_PAIR_NAMES = ("header", "name", "key", "field")
_PAIR_VALUES = frozenset({"value", "values"})


def _document(body: Mapping[object, object]) -> Document | None:
    """Return the GraphQL document of the body of a call."""
    query = body.get("query")
    if not isinstance(query, str) or not ("(" in query or "#" in query):
        return None
    from directus_sdk.redaction.graphql import Document

    return Document(query, _is_pair)


def _is_pair(pair: Mapping[Any, object]) -> bool:
    return any(is_secret(pair.get(name)) for name in _PAIR_NAMES)


def _masked_string(plain: str, secrets: list[str]) -> str:
    if plain.startswith(("{", "[")) and len(plain) <= _LONG:
        with contextlib.suppress(ValueError, RecursionError):
            document = json.loads(plain)
            masked = _masked(document, secrets)
            return plain if masked == document else json.dumps(masked, ensure_ascii=False, separators=(",", ":"))
    return text(plain, secrets)


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
    """Return the secrets of a request, so that they can be masked in the response, which may repeat them."""
    values: list[str] = []
    for name, header in headers.items():
        if name.lower() == "cookie":
            # Shorter values are a language, and the like.
            values += [value for part in header.split(";") if len(value := part.partition("=")[2].strip(' "')) >= 8]
        elif secret_header(name):
            values.append(header)
    for name, parameter in params:
        _masked_string(parameter, values) if not _secret_parameter(name) else values.append(parameter)
    if isinstance(content, bytes) and len(content) <= _LONG:
        with contextlib.suppress(ValueError, RecursionError):
            _masked(json.loads(content), values)
    # Shorter ones would mask letters of ordinary words.
    return sorted({bare for text in values if len(bare := re.sub(_SCHEME, "", text)) >= 4}, key=len, reverse=True)


_SCHEME = r"(?i)\s*(bearer|basic|token)\s+(?=\S)"


def repeated(secrets: Iterable[str]) -> list[str]:
    """Return secrets in all forms in which a server may repeat them: plain, and escaped for JSON, HTML and URLs."""
    return sorted({form for text in secrets for form in _forms(text)}, key=len, reverse=True)


def _forms(text: str) -> set[str]:
    if text.isalnum() and text.isascii():
        return {text}
    import html  # only needed for errors

    plain = text.encode("utf-8", "replace").decode("utf-8")  # a URL cannot contain a lone surrogate
    ascii_json, json_text = json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1]
    capitals = re.sub(r"\\u[0-9a-f]{4}", lambda match: "\\u" + match.group()[2:].upper(), ascii_json)
    page = html.escape(text)
    forms = {text, ascii_json, json_text, capitals, page, html.escape(text, quote=False), quote(plain), quote(plain, safe="")}
    forms |= {form.replace("/", "\\/") for form in (ascii_json, json_text, capitals)}
    forms |= {page.replace("&#x27;", "&#39;"), page.replace("&#x27;", "&#39;").replace("&quot;", "&#34;")}
    return forms | {page.replace("&#x27;", "'"), quote_plus(plain)}


def without(plain: object, secrets: Iterable[str]) -> Any:
    """Return a decoded JSON value, or a string, with each of the secrets masked, in keys too."""
    secrets = list(secrets)
    if isinstance(plain, str):
        for secret in secrets:
            plain = plain.replace(secret, MASK)
        return plain
    if isinstance(plain, Mapping):
        return {without(key, secrets): without(item, secrets) for key, item in plain.items()}
    return [without(item, secrets) for item in plain] if isinstance(plain, list) else plain


_BRACKETS = r"[\[\].:]+"


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


def text(plain: str, secrets: list[str] | None = None) -> str:
    """Return a string of unknown origin, such as another library's error or a page, with the tokens in it masked.

    Args:
        plain: The string.
        secrets: A list to which the tokens are appended.

    Example:
        >>> text("GET /files?access_token=abc&limit=1")
        'GET /files?access_token=***&limit=1'
    """
    if not any(sign in plain for sign in _SIGNS):
        return plain

    def replace(match: re.Match[str]) -> str:
        parts = match.groupdict()
        name = parts["b_name"] or parts["c_name"]
        if name is not None and not _secret_parameter(name):
            return match.group()
        token: str = next(parts[kind] for kind in "abcd" if parts[kind] is not None)
        if secrets is not None:
            secrets.append(token.strip("\\\"'"))
        quote = parts["q"] if parts["q"] and token.startswith(parts["q"]) else ""
        return match.group()[: -len(token)] + quote + MASK + quote

    return _tokens().sub(replace, plain)


#: A string without one of these contains no token.
_SIGNS = ("=", ":", "earer ", "EARER ", "asic ", "ASIC ")


#: The name of a header.
TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
