"""The recorded requests and responses of a real Directus 8.8.1."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import attrs

from tests.v8.messages import Answer

FILE = Path(__file__).with_name("recorded.jsonl")


@attrs.frozen
class Pair:
    """One request, and what the server answered."""

    number: int
    method: str
    target: str
    body: Any
    #: Whether it had a token in its headers.
    auth: bool
    status: int
    content_type: str | None
    response: Any

    @property
    def path(self) -> str:
        return unquote(urlsplit(self.target).path)

    @property
    def pairs(self) -> list[tuple[str, str]]:
        return parse_qsl(urlsplit(self.target).query, keep_blank_values=True)

    @property
    def answer(self) -> Answer:
        """The recorded response; what was not JSON has as many bytes as it had."""
        kind = self.content_type or "application/json"
        if isinstance(self.response, str) and self.response.startswith("<"):
            size = int(self.response[1:].split()[0])
            content = b"pong" if self.target == "/server/ping" else b"x" * size
            return Answer(self.status, content=content, content_type=kind)
        return Answer(self.status, self.response, content_type=kind)

    def __str__(self) -> str:
        return f"{self.number} {self.method} {self.target[:60]}"


def pairs(file: Path = FILE) -> list[Pair]:
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    return [
        Pair(number, row["method"], row["path"], row["body"], row["auth"], row["status"], row["content_type"], row["response"])
        for number, row in enumerate(rows)
    ]
