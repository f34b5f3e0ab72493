"""Requests as errors and events keep them: with their secrets masked."""

from __future__ import annotations

import shlex

import attrs

from directus_sdk.displayed import Displayed
from directus_sdk.redaction.call_names import where
from directus_sdk.redaction.redact import TOKEN

_EXCERPT = 1_000

#: Headers that curl sets by itself, or that are irrelevant.
_NOISE = frozenset({"accept", "accept-encoding", "user-agent", "content-length", "connection", "host"})


def _short(content: str | None) -> str:
    return repr(content if content is None or len(content) <= _EXCERPT else content[:_EXCERPT] + "…")


@attrs.frozen
class Trace(Displayed):
    """A request with its secrets masked, as errors and events keep it.

    Attributes:
        method: The HTTP method.
        url: The URL with its query.
        headers: The headers.
        body: The body as a string, or the kind of body in angle brackets, or ``None``.
    """

    method: str
    url: str
    headers: dict[str, str] = attrs.field(factory=dict)
    body: str | None = attrs.field(default=None, repr=_short)

    @property
    def where(self) -> str:
        """The name of the call in messages: its method, its URL, and a short form of its query."""
        return where(self.method, self.url)

    def to_curl(self) -> str:
        """Return the call as a curl command for a POSIX shell, with its secrets masked.

        Example:
            >>> Trace("PATCH", "https://cms.example.com/items/a/1", {"Authorization": "***"}, "[1, 2]").to_curl()
            "curl -X PATCH https://cms.example.com/items/a/1 -H 'Authorization: ***' --data-raw '[1, 2]'"
        """
        words = ["curl", *(["--head"] if self.method == "HEAD" else ["-X", self.method]), self.url]
        if any(char in self.url for char in "[]{}"):
            words.insert(1, "--globoff")
        for name, value in self.headers.items():
            # curl reads "@name" from a file.
            if name.lower() not in _NOISE and TOKEN.fullmatch(name):
                words += ["-H", f"{name}: {value}"]
        if self.body is not None:
            # A body that is not text has to be put into a file of this name.
            words += ["--data-binary", "@body"] if self.body.startswith("<") else ["--data-raw", self.body]
        return " ".join(shlex.quote(word) for word in words)
