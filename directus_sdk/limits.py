"""What a client has learnt about its server from the server's answers."""

from __future__ import annotations

import re

import attrs

from directus_sdk.errors import InvalidQuery

#: The largest body that a server takes unless it is set up otherwise, in bytes, less some room for the address.
DEFAULT_PAYLOAD = 950_000

#: The most keys in one call: a server fails at 33,000.
MAX_KEYS = 10_000

_CAP = re.compile(r'"limit".*?(?:less than or equal to|<=|at most|max\w*)\D*(\d+)', re.IGNORECASE | re.DOTALL)


@attrs.define
class Limits:
    """Limits of one server, shared by a client and its copies.

    Attributes:
        page: The most items that one answer holds (``QUERY_LIMIT_MAX``), or ``None`` while unknown.
        payload: The most bytes that one body may have.
        batch: The most items that one change may have (``MAX_BATCH_MUTATION``), or ``None`` while unknown.
        version: The server's version, or ``None`` while nobody has asked for it.
        comments_in_log: Whether comments are entries of the log, as on servers up to version 10.
        chunk: The bytes of a chunk of a resumable upload (``TUS_CHUNK_SIZE``), 0 where the server has none, or ``None``
            while unknown.
    """

    page: int | None = None
    payload: int = DEFAULT_PAYLOAD
    batch: int | None = None
    version: str | None = None
    comments_in_log: bool = False
    chunk: int | None = None

    def learn_page(self, error: InvalidQuery) -> bool:
        """Read the most items of a page out of the server's refusal; tell whether it said so."""
        match = _CAP.search(error.message)
        if match is None:
            return False
        self.page = max(1, int(match.group(1)))
        return True
