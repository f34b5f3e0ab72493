"""Lists that a server has truncated: detected, reported, and read completely on request.

A server silently truncates the lists of related items at a limit of its own (``QUERY_LIMIT_DEFAULT``, 100) unless `deep` sets
another limit. Responses do not show which fields are relations, so each list that is as long as that limit counts as truncated.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Sequence

import attrs

from directus_sdk.calls.pipeline import Pipeline
from directus_sdk.calls.server_limits import DEFAULT_LIMIT, SHORT, Limits
from directus_sdk.errors import DirectusError, TruncatedResultWarning
from directus_sdk.http.responses import APIResponse
from directus_sdk.reading.paging import ReadPage
from directus_sdk.wire import nested_lists
from directus_sdk.wire.nested_lists import Path
from directus_sdk.wire.query import NormalizedQuery


def _caller() -> int:
    """Return the stack level of the first frame outside this package, as seen from the function that calls this."""
    level, frame = 1, sys._getframe(1)
    while frame.f_back is not None and frame.f_globals.get("__name__", "").startswith("directus_sdk."):
        frame, level = frame.f_back, level + 1
    return level


def learn(pipeline: Pipeline) -> Limits:
    """Return the limits of a server; the limits of lists are read once for each client.

    ``GET /server/info``.
    """
    limits = pipeline.limits
    if not getattr(pipeline.transport, "asks", True):
        limits.default = DEFAULT_LIMIT
    if limits.default is None and not limits.asked:
        once = attrs.evolve(pipeline, retry=attrs.evolve(pipeline.retry, attempts=1))
        try:
            limits.learn_info(once.call("GET", "/server/info").data)
        except DirectusError:
            limits.learn_info(None)
    return limits


def warn(message: str) -> None:
    """Warn where the user's code calls this package."""
    warnings.warn(message, TruncatedResultWarning, stacklevel=_caller())


def is_truncated(pipeline: Pipeline, query: NormalizedQuery, count: int, read: ReadPage) -> bool:
    """Ask for one more item, where a list without a limit is as long as the server's limit may be.

    Args:
        pipeline: Sends the calls.
        query: The query of the list.
        count: The number of items in the list.
        read: Reads a page.
    """
    limits, limit = pipeline.limits, query.get("limit")
    if limits.may_cut(limit, count) is None:
        learn(pipeline)
    if not limits.may_cut(limit, count):
        return False
    if not getattr(pipeline.transport, "asks", True):
        return True
    try:
        truncated = bool(read(query.replace(limit=1, offset=query.get("offset", 0) + count, meta=None)))
    except DirectusError:  # the list itself was read, and may be truncated
        return True
    if not truncated:
        limits.whole[limit] = max(count, limits.whole.get(limit, 0))
    return truncated


class TruncationCheck:
    """Checks the lists in what one call of a user returns, page after page.

    Args:
        pipeline: Sends the calls.
        name: What is read, for the warning.
        late: Whether `read` leaves the warning to `warn`, because another thread than the user's may read.
    """

    def __init__(self, pipeline: Pipeline, name: str, *, late: bool = False) -> None:
        self._late = late
        self._pipeline = pipeline
        self._name = name
        self._paths: dict[Path, None] = {}
        self._lists: dict[Path, int | None] = {}
        self._warned = False
        self._asked = False

    def read(self, query: NormalizedQuery, send: Callable[[NormalizedQuery], APIResponse]) -> APIResponse:
        """Send a query; with ``nested_limit`` in it again, if wildcards returned truncated lists.

        Args:
            query: The query.
            send: Sends a query.
        """
        response = send(self._with_limits(query))
        while truncated := self._truncated(response, self._with_limits(query)):
            unlimited = [path for path, limit in truncated.items() if limit is None]
            if "nested_limit" not in query or not unlimited:
                self._lists.update(truncated)
                if not self._late:
                    self.warn()
                break
            self._paths.update(dict.fromkeys(unlimited))
            response = send(self._with_limits(query))
        return response

    def check(self, response: APIResponse, query: NormalizedQuery) -> None:
        """Warn if a list in a response is truncated."""
        self.record(response, query)
        self.warn()

    def record(self, response: APIResponse, query: NormalizedQuery) -> None:
        """Check a response, and leave the warning to `warn`: a change was made that is not recorded yet."""
        # Wildcards cannot be read again here: a change is made once.
        self._asked = self._asked or "nested_limit" in query
        self._lists.update(self._truncated(response, query))

    def check_items(self, items: Sequence[object], query: NormalizedQuery) -> None:
        """Warn if a list in items of another source is truncated."""
        self._lists.update(self._truncated_in(items, query))
        self.warn()

    def _with_limits(self, query: NormalizedQuery) -> NormalizedQuery:
        if not self._paths:
            return query
        return query.replace(deep=nested_lists.with_limits(query.get("deep", {}), self._paths, query["nested_limit"]))

    def _truncated(self, response: APIResponse, query: NormalizedQuery) -> dict[Path, int | None]:
        data = response.data
        many = isinstance(data, list)
        if not data or response.response.content.count(b"[") <= many:
            return {}  # there is no list in it
        return self._truncated_in(data if many else [data], query)

    def _truncated_in(self, items: Sequence[object], query: NormalizedQuery) -> dict[Path, int | None]:
        """Return each path where a list is as long as the server's limit, with the limit that the query has there."""
        long = {path: size for path, size in nested_lists.lengths(items).items() if size >= SHORT}
        if not long:
            return {}
        deep = nested_lists.expanded(query).get("deep", {})
        limits = learn(self._pipeline)
        default = DEFAULT_LIMIT if limits.default is None else limits.default
        requested = {path: nested_lists.limit_of(deep, path) for path in long}
        return {
            path: requested[path]
            for path, size in long.items()
            if (requested[path] in (None, -1) and size == limits.page) or (requested[path] is None and size == default)
        }

    def warn(self) -> None:
        """Warn of truncated lists, once."""
        if self._warned or not self._lists:
            return
        self._warned = True
        paths = ", ".join(sorted({".".join(name.partition(":")[0] for name in path) for path in self._lists}))
        page_limit = self._pipeline.limits.page
        if any(limit is not None for limit in self._lists.values()):
            advice = f"it returns at most {page_limit} (QUERY_LIMIT_MAX): read the related collection itself with read_all()"
        elif self._asked:
            advice = "in a call that writes, nested_limit is for the relations that are named: fields=['*', 'comments.*']"
        else:
            advice = "nested_limit=-1 reads such lists completely, and deep={...: {'_limit': n}} sets another limit"
        warn(
            f"{self._name}: the server has truncated the list of related items in {paths} at its limit, or it has just as "
            f"many; {advice}. Do not write a truncated list back: the server would detach the others"
        )
