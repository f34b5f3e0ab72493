"""What is kept of a response, for how long, and what it may depend on."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping
from typing import Any

import attrs

from directus_sdk.contrib.cache.keys import directives
from directus_sdk.redaction.redact import SecretBytes
from directus_sdk.wire.credential_names import PARAM
from directus_sdk.wire.messages import Headers, Request, Response

#: Of the headers of a response, only these are kept: the others are about the connection, or may hold secrets.
_KEPT = (
    "Content-Type",
    "Content-Disposition",
    "Content-Language",
    "Cache-Control",
    "Date",
    "ETag",
    "Last-Modified",
    "X-Powered-By",
)
#: Parameters of a query that do not reach related items, whatever their value is.
_PLAIN = frozenset(("limit", "offset", "page", "meta", PARAM))
#: The beginning of a response that is a list.
_LIST = re.compile(rb'\s*\{\s*"data"\s*:\s*\[')
_ASSET = re.compile(r"/assets/[^/?]+")
#: A clock that is set back by more than this makes an entry as old as it can be, in seconds.
_SKEW = 60.0


@attrs.frozen
class Generations:
    """The generations of what a response depends on. Each is a random string, which every `forget` replaces.

    Attributes:
        own: Those of everything, of the writes to the server, and of the collection.
        any: The one that is replaced with that of any collection.
    """

    own: tuple[str, ...]
    any: str


@attrs.frozen
class Entry:
    """A response in the cache.

    Attributes:
        received: When it was received, in Unix seconds.
        fresh: For how many seconds it may be used.
        generations: The generations when the request was sent.
        reaches: Whether it may contain or depend on items of other collections.
        headers: Some of its headers.
        content: Its body.
    """

    received: float
    fresh: float
    generations: Generations
    reaches: bool
    headers: Mapping[str, str]
    content: bytes = attrs.field(repr=False)

    def dump(self) -> tuple[object, ...]:
        """Return it as a tuple of plain values, which every serializer of a region that uses pickle can write."""
        own = self.generations.own
        return self.received, self.fresh, own, self.generations.any, self.reaches, tuple(self.headers.items()), self.content

    @classmethod
    def load(cls, stored: Any) -> Entry | None:
        """Return an entry from such a tuple, or ``None`` for anything else."""
        try:
            received, fresh, own, latest, reaches, headers, content = stored
            generations = Generations(tuple(own), latest)
            return cls(float(received), float(fresh), generations, bool(reaches), dict(headers), bytes(content))
        except (TypeError, ValueError):
            return None

    @property
    def age(self) -> float:
        """How many seconds ago it was received."""
        age = time.time() - self.received
        return age if age > -_SKEW else float("inf")

    def is_of(self, generations: Generations) -> bool:
        """Whether nothing that it depends on was forgotten since its request was sent."""
        mine = self.generations
        return mine.own == generations.own and (not self.reaches or mine.any == generations.any)

    def response(self, request: Request, failure: str | None = None) -> Response:
        """Return it as a new response.

        Args:
            request: The request that it responds to.
            failure: Why the server did not respond, where it is older than it may be.
        """
        response = Response(200, Headers(self.headers), self.content, request.url)
        response.age, response.stale_because = self.age, failure
        return response


def entry_of(request: Request, response: Response, generations: Generations, ttl: float, *, shared: bool) -> Entry | None:
    """Return the entry for a response, or ``None`` where it may not be kept.

    Args:
        request: The request.
        response: Its response, whose body was read.
        generations: The generations from before the request was sent.
        ttl: For how many seconds a response may be used at most.
        shared: Whether other users have the same key: the request has no credentials.
    """
    is_json = "json" in response.headers.get("Content-Type", "")
    control = directives(response.headers.get("Cache-Control", ""))
    # A server writes no-cache into each response of its API.
    if "no-store" in control or (shared and "private" in control) or ("no-cache" in control and not is_json):
        return None
    # What is not an asset is JSON; anything else is the page of a proxy, whatever its status.
    if not (is_json or _ASSET.search(request.url)):
        return None
    content = response.content
    if isinstance(content, SecretBytes):
        return None
    fresh = ttl
    if control.get("max-age", "").isdecimal():
        fresh = min(fresh, float(control["max-age"]))
    headers = {name: response.headers[name] for name in _KEPT if name in response.headers}
    reaches = is_json and _reaches(request, content)
    return Entry(time.time(), fresh, generations, reaches, headers, content) if fresh > 0 else None


def _reaches(request: Request, content: bytes) -> bool:
    """Whether a response may depend on items of other collections, as far as can be known without the schema.

    A field without a point may be a relation too: then its value is a list of keys.
    """
    if request.method != "GET" or content.count(b"[") > (_LIST.match(content) is not None):
        return True
    return any(_follows(name, value) for name, value in request.params)


def _follows(name: str, value: str) -> bool:
    if name == "filter":
        try:
            return _is_relational(json.loads(value))
        except ValueError:
            return True
    if name in ("fields", "sort", "groupBy", "aggregate"):
        return "." in value or "(" in value
    return name not in _PLAIN


def _is_relational(rule: object) -> bool:
    if not isinstance(rule, dict):
        return True
    return any(
        any(map(_is_relational, value)) if name in ("_and", "_or") and isinstance(value, list) else _is_relation(name, value)
        for name, value in rule.items()
    )


def _is_relation(field: str, rule: object) -> bool:
    """Whether a rule for a field is about related items: anything but operators, or a function such as ``count(tags)``."""
    if "(" in field or not isinstance(rule, dict):
        return True
    return not all(operator.startswith("_") and operator not in ("_some", "_none") for operator in rule)
