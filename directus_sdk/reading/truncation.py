"""Lists inside of items that a server has cut: seen, said, and read whole where that is wanted.

A server cuts the lists of related items at a limit of its own (``QUERY_LIMIT_DEFAULT``, 100) unless `deep` says otherwise, and
says nothing. A list that is as long as that limit is taken for cut: which fields are relations nobody tells.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable
from typing import Any

import attrs

from directus_sdk.calls.pipeline import Pipeline
from directus_sdk.calls.server_limits import DEFAULT_LIMIT, SHORT, Limits
from directus_sdk.errors import DirectusError, TruncatedResultWarning
from directus_sdk.http.responses import Answer
from directus_sdk.json_types import JSONMapping
from directus_sdk.wire import nested_lists
from directus_sdk.wire.nested_lists import Path

Query = JSONMapping


def _caller() -> int:
    """Return the stack level of the first frame that is not ours, as seen from the function that calls this."""
    level, frame = 1, sys._getframe(1)
    while frame.f_back is not None and frame.f_globals.get("__name__", "").startswith("directus_sdk."):
        frame, level = frame.f_back, level + 1
    return level


def learn(pipeline: Pipeline) -> Limits:
    """Return the limits of a server; it is asked for those of lists once in the life of a client.

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
    """Warn where the user's code calls us."""
    warnings.warn(message, TruncatedResultWarning, stacklevel=_caller())


def is_cut(pipeline: Pipeline, query: Query, count: int, read: Callable[[Query], list[Any]]) -> bool:
    """Ask whether there is one item more, where a list without a limit is as long as the server's limit may be.

    Args:
        pipeline: Sends the calls.
        query: The query of the list.
        count: The items of the list.
        read: Reads a page.
    """
    limits, limit = pipeline.limits, query.get("limit")
    if limits.may_cut(limit, count) is None:
        learn(pipeline)
    if not limits.may_cut(limit, count):
        return False
    if not getattr(pipeline.transport, "asks", True):
        return True
    next_one = {**query, "limit": 1, "offset": query.get("offset", 0) + count}
    next_one.pop("meta", None)
    try:
        cut = bool(read(next_one))
    except DirectusError:  # the list itself has come, and the doubt remains
        return True
    if not cut:
        limits.whole[limit] = max(count, limits.whole.get(limit, 0))
    return cut


class Watch:
    """Looks at what one call of a user returns, page after page.

    Args:
        pipeline: Sends the calls.
        name: What is read, for the warning.
        late: Whether `read` leaves the warning to `say`, since a thread may do the reading that is not the user's.
    """

    def __init__(self, pipeline: Pipeline, name: str, *, late: bool = False) -> None:
        self._late = late
        self._pipeline = pipeline
        self._name = name
        self._more: dict[Path, None] = {}
        self._found: dict[Path, Any] = {}
        self._warned = False

    def read(self, query: Query, send: Callable[[Query], Answer]) -> Answer:
        """Make a call; with ``nested_limit`` in the query again, if wildcards have brought lists that are cut.

        Args:
            query: The query.
            send: Makes the call with a query.
        """
        answer = send(self._with_more(query))
        while cut := self._cut(answer, self._with_more(query)):
            fresh = [path for path, limit in cut.items() if limit is None]
            if "nested_limit" not in query or not fresh:
                self._found.update(cut)
                if not self._late:
                    self.say()
                break
            self._more.update(dict.fromkeys(fresh))
            answer = send(self._with_more(query))
        return answer

    def look(self, answer: Answer, query: Query) -> None:
        """Warn if a list in an answer is cut."""
        self.note(answer, query)
        self.say()

    def note(self, answer: Answer, query: Query) -> None:
        """Look at an answer, and leave the warning to `say`: where a change has been made and is not put down yet."""
        self._found.update(self._cut(answer, query))

    def look_at(self, items: list[Any], query: Query) -> None:
        """Warn if a list in items of another source is cut."""
        self._found.update(self._cut_in(items, query))
        self.say()

    def _with_more(self, query: Query) -> Query:
        if not self._more:
            return query
        return {**query, "deep": nested_lists.with_limits(query.get("deep", {}), self._more, query["nested_limit"])}

    def _cut(self, answer: Answer, query: Query) -> dict[Path, Any]:
        data = answer.data
        many = isinstance(data, list)
        if not data or answer.response.content.count(b"[") <= many:
            return {}  # there is no list in it
        return self._cut_in(data if many else [data], query)

    def _cut_in(self, items: list[Any], query: Query) -> dict[Path, Any]:
        """Return the limit that was asked for at each path where a list is as long as the server's limit."""
        long = {path: size for path, size in nested_lists.lengths(items).items() if size >= SHORT}
        if not long:
            return {}
        deep = nested_lists.expanded(query).get("deep", {})
        limits = learn(self._pipeline)
        default = DEFAULT_LIMIT if limits.default is None else limits.default
        asked = {path: nested_lists.limit_of(deep, path) for path in long}
        return {
            path: asked[path]
            for path, size in long.items()
            if (asked[path] in (None, -1) and size == limits.page) or (asked[path] is None and size == default)
        }

    def say(self) -> None:
        """Warn of what was seen, once."""
        if self._warned or not self._found:
            return
        self._warned = True
        paths = ", ".join(sorted({".".join(name.partition(":")[0] for name in path) for path in self._found}))
        most = self._pipeline.limits.page
        if any(limit is not None for limit in self._found.values()):
            how = f"it gives no more than {most} (QUERY_LIMIT_MAX): read the related collection itself with read_all()"
        else:
            how = "nested_limit=-1 reads such lists whole, and deep={...: {'_limit': n}} says how many you want"
        warn(
            f"{self._name}: the server has cut the list of related items in {paths} at its limit, or it has just as many; "
            f"{how}. Do not write a cut list back: the server would detach the others"
        )
