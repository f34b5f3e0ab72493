"""What a client has learnt about its server from the server's answers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import attrs

from directus_sdk.errors import InvalidQuery

#: The largest body that a server takes unless it is set up otherwise, in bytes, less some room for the address.
DEFAULT_PAYLOAD = 950_000

#: How many items a server returns when no limit is asked for, unless it is set up otherwise.
DEFAULT_LIMIT = 100

#: A list that is shorter is never taken for one that was cut: no server has so small a limit.
SHORT = 5

#: The most keys in one call: a server fails at 33,000.
MAX_KEYS = 10_000

_CAP = re.compile(r'"limit".*?(?:less than or equal to|<=|at most|max\w*)\D*(\d+)', re.IGNORECASE | re.DOTALL)


@attrs.define
class Limits:
    """Limits of one server, shared by a client and its copies.

    Attributes:
        page: The most items that one answer holds (``QUERY_LIMIT_MAX``), or ``None`` while unknown.
        default: The items that a list holds where no limit is asked for (``QUERY_LIMIT_DEFAULT``), or ``None`` while unknown.
        asked: Whether the server was asked for these two.
        whole: For servers that do not tell: the longest list that was not cut, for each limit that was asked for.
        payload: The most bytes that one body may have.
        batch: The most items that one change may have (``MAX_BATCH_MUTATION``), or ``None`` while unknown.
        version: The server's version, or ``None`` while nobody has asked for it.
        comments_in_log: Whether comments are entries of the log, as on servers up to version 10.
        chunk: The bytes of a chunk of a resumable upload (``TUS_CHUNK_SIZE``), 0 where the server has none, or ``None``
            while unknown.
    """

    page: int | None = None
    default: int | None = None
    asked: bool = False
    whole: dict[int | None, int] = attrs.field(factory=dict)
    payload: int = DEFAULT_PAYLOAD
    batch: int | None = None
    version: str | None = None
    comments_in_log: bool = False
    chunk: int | None = None

    def within_page(self, size: int) -> int:
        """Return how many items to ask for at once where `size` are wanted."""
        return size if self.page is None else min(size, self.page)

    def learn_page(self, error: InvalidQuery, size: int) -> bool:
        """Read the largest page out of the server's refusal of `size` items; return whether to ask again for fewer."""
        match = _CAP.search(error._server_message())
        if match is None:
            return False
        self.page = max(1, int(match.group(1)))
        return self.page < size

    def learn_info(self, info: Any) -> None:
        """Read the limits of lists out of ``/server/info``, which tells them to users, from version 10.

        What is no such document, since something else answers in the server's place, counts as a server with the usual
        limit.
        """
        self.asked = True
        told = info.get("queryLimit") if isinstance(info, Mapping) else None
        if isinstance(told, Mapping) and isinstance(told.get("default"), int):
            self.default = told["default"]
            if isinstance(told.get("max"), int) and told["max"] > 0:
                self.page = told["max"]
        elif not isinstance(info, Mapping) or "project" not in info:
            self.default = DEFAULT_LIMIT

    def may_cut(self, limit: int | None, count: int) -> bool | None:
        """Tell whether a list with no limit, or with -1, may have been cut, or ``None`` while the server is to be asked."""
        if count < SHORT:
            return False
        if self.default is not None:
            return count == self.page or (limit is None and count == self.default)
        return count >= self.whole.get(limit, 0) if self.asked else None
