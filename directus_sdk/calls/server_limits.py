"""What a client has learned about its server from the responses."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from directus_sdk.errors import InvalidQuery

#: The largest body that a server accepts by default, in bytes, less some room for the headers.
DEFAULT_PAYLOAD = 950_000

#: How many items a server returns by default where the query has no limit.
DEFAULT_LIMIT = 100

#: A shorter list never counts as truncated: no server has so small a limit.
SHORT = 5

#: The maximum number of keys in one call: a server fails at 33,000.
MAX_KEYS = 10_000

_CAP = r'(?is)"limit".*?(?:less than or equal to|<=|at most|max\w*)\D*(\d+)'


class Limits:
    """Limits of one server, shared by a client and its copies.

    Attributes:
        page: The maximum number of items in one response (``QUERY_LIMIT_MAX``), or ``None`` while unknown.
        default: The number of items where a query has no limit (``QUERY_LIMIT_DEFAULT``), or ``None`` while unknown.
        asked: Whether these two were requested.
        whole: For servers that do not report them: the longest list that was not truncated, for each limit of a query.
        payload: The maximum size of one body in bytes.
        batch: The maximum number of items in one change (``MAX_BATCH_MUTATION``), or ``None`` while unknown.
        version: The version of the server, or ``None`` while unknown.
        comments_in_log: Whether comments are entries of the log, as on servers up to version 10.
        chunk: The bytes of a chunk of a resumable upload (``TUS_CHUNK_SIZE``), 0 where the server has none, or ``None``
            while unknown.
        exports: The export to the file library that was started last, for each collection.
        relations: The relations of fields that were asked for, with the schema that shows them.
    """

    def __init__(self) -> None:
        self.page: int | None = None
        self.default: int | None = None
        self.asked = False
        self.whole: dict[int | None, int] = {}
        self.payload = DEFAULT_PAYLOAD
        self.batch: int | None = None
        self.version: str | None = None
        self.comments_in_log = False
        self.chunk: int | None = None
        self.exports: dict[str, Any] = {}
        self.relations: dict[tuple[str, str], Any] = {}

    def within_page(self, size: int) -> int:
        """Return how many items to request at once where `size` are wanted."""
        return size if self.page is None else min(size, self.page)

    def learn_page(self, error: InvalidQuery, size: int) -> bool:
        """Read the largest page out of the server's refusal of `size` items; return whether to ask again for fewer."""
        match = re.search(_CAP, error._server_message())
        if match is None:
            return False
        self.page = max(1, int(match.group(1)))
        return self.page < size

    def learn_info(self, info: object) -> None:
        """Read the limits of lists from ``/server/info``, where users find them from version 10.

        Any other document, from something that is not Directus, counts as a server with the default limit.
        """
        self.asked = True
        limits = info.get("queryLimit") if isinstance(info, Mapping) else None
        if isinstance(limits, Mapping) and isinstance(limits.get("default"), int):
            self.default = limits["default"]
            if isinstance(limits.get("max"), int) and limits["max"] > 0:
                self.page = limits["max"]
        elif not isinstance(info, Mapping) or "project" not in info:
            self.default = DEFAULT_LIMIT

    def may_cut(self, limit: int | None, count: int) -> bool | None:
        """Tell whether a list without a limit, or with -1, may be truncated, or ``None`` while the limits are unknown."""
        if count < SHORT:
            return False
        if self.default is not None:
            return count == self.page or (limit is None and count == self.default)
        return count >= self.whole.get(limit, 0) if self.asked else None
