"""Finds the secrets in a GraphQL document: arguments, input fields and variables with secret names, and comments."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from contextlib import suppress

from directus_sdk.redaction.secret_names import is_secret

#: The tokens of a document; a string that does not end goes to the end of the document.
_TOKEN = re.compile(
    r'''"""(?s:(?:\\"""|.)*?)(?:"""|\Z)|"(?:[^"\\\n]|\\.)*(?:"|\Z|(?=\n))|\#[^\n]*|\$\w+|\.\.\.|[\w.+-]+|[^\s,]'''
)
_PLAIN = ("null", "true", "false")
_CLOSING = {"(": ")", "[": "]", "{": "}"}


class Document:
    """Finds the values of arguments, input fields and defaults of variables that have secret names.

    Args:
        text: The document.
        is_pair: Returns whether the strings of an input object make its ``value`` a secret, as in a list of headers.

    Attributes:
        secrets: The secrets.
        variables: The names of the variables whose values are secrets.
    """

    def __init__(self, text: str, is_pair: Callable[[dict[str, str]], bool]) -> None:
        self.text = text
        self.secrets: list[str] = []
        self.variables: set[str] = set()
        self._is_pair = is_pair
        tokens = list(_TOKEN.finditer(text))
        self._tokens = [match for match in tokens if not match.group().startswith("#")]
        self._places: list[tuple[int, int]] = []
        self._read()
        if self.variables:  # their defaults come earlier in the document
            self._places = []
            self._read()
        comments = (match for match in tokens if match.group().startswith("#"))
        inside = [match.span() for match in comments if any(map(is_secret, re.findall(r"\w+", match.group())))]
        self._places += [span for span in inside if not any(start <= span[0] < stop for start, stop in self._places)]

    def masked(self, mask: str) -> str:
        """Return the document with a mask in place of each secret."""
        parts, end = [], 0
        for start, stop in sorted(self._places):
            parts += [self.text[end:start], f"# {mask}" if self.text[start] == "#" else f'"{mask}"']
            end = stop
        return "".join([*parts, self.text[end:]])

    def _read(self) -> None:
        place = parentheses = 0
        while place < len(self._tokens):
            token = self._at(place)
            parentheses += {"(": 1, ")": -1}.get(token, 0)
            if token.startswith("$") and self._at(place + 1) == ":":
                place = self._default(place)
            elif parentheses > 0 and self._at(place + 1) == ":":
                place = self._value(place + 2, secret=is_secret(token))
            else:
                place += 1

    def _default(self, place: int) -> int:
        name = self._at(place)[1:]
        place += 2
        while self._at(place) in ("[", "]", "!") or re.match(r"\w", self._at(place)):
            place += 1
        return self._value(place + 1, secret=is_secret(name) or name in self.variables) if self._at(place) == "=" else place

    def _value(self, place: int, *, secret: bool) -> int:
        """Read a value and return where the next token is."""
        opening = self._at(place)
        if opening not in ("[", "{"):
            if secret and opening.startswith("$"):
                self.variables.add(opening[1:])
            elif secret and opening not in ("", ")", "}", "]", *_PLAIN):
                self._hide(place, place)
            return place + 1
        end = self._end(place)
        if secret:
            self._hide(place, end)
            return end + 1
        pair = opening == "{" and self._is_pair(self._strings(place, end))
        inner = place + 1
        while inner < end:
            named = self._at(inner + 1) == ":"
            if not named:
                inner = self._value(inner, secret=False)
            else:
                name = self._at(inner)
                inner = self._value(inner + 2, secret=is_secret(name) or (pair and name in ("value", "values")))
        return end + 1

    def _hide(self, first: int, last: int) -> None:
        if first != last or not self._at(first).startswith("$"):
            self._places.append((self._tokens[first].start(), self._tokens[min(last, len(self._tokens) - 1)].end()))
        for place in range(first, min(last + 1, len(self._tokens))):
            token = self._at(place)
            if token.startswith("$"):
                self.variables.add(token[1:])
            elif self._at(place + 1) != ":" and token not in _PLAIN and re.match(r'["\w-]', token):
                self.secrets.append(_plain(token))

    def _strings(self, place: int, end: int) -> dict[str, str]:
        return {self._at(at - 1): _plain(self._at(at + 1)) for at in range(place + 2, end) if self._at(at) == ":"}

    def _end(self, place: int) -> int:
        closings = []
        for at in range(place, len(self._tokens)):
            token = self._at(at)
            if token in _CLOSING:
                closings.append(_CLOSING[token])
            elif token == closings[-1]:
                closings.pop()
                if not closings:
                    return at
        return len(self._tokens)

    def _at(self, place: int) -> str:
        return self._tokens[place].group() if place < len(self._tokens) else ""


def _plain(token: str) -> str:
    if token.startswith('"""'):
        return token.strip('"').replace('\\"""', '"""').strip()
    with suppress(ValueError):
        return str(json.loads(token)) if token.startswith('"') else token
    return token.strip('"')
