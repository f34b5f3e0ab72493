"""Reading more than one page: never stops early, whatever limit the server has.

Where the order is that of the primary key and the server can compare keys (numbers and dates), the last key of a page is
the cursor of the next: every page costs the same, and items that come or go meanwhile move no other item to another page.
Elsewhere pages are counted by offset, with the primary key as the last word of the order.
"""

from __future__ import annotations

import contextvars
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import attrs

from directus_sdk.calls.server_limits import Limits
from directus_sdk.errors import DecodeError, InvalidQuery
from directus_sdk.json_types import JSONMapping, JSONObject
from directus_sdk.wire.encoding import MAX_SAFE_INTEGER

DEFAULT_PAGE_SIZE = 1_000

Rows = list[Any]
#: Reads one page of a normalized query.
ReadPage = Callable[[JSONMapping], Rows]

#: Whole numbers that a server sends as text (``bigInteger``), and dates with or without a time.
_COMPARABLE = re.compile(r"-?\d{1,19}|\d{4}-\d\d-\d\d([T ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?)?")


# -------------------------------------------------------------------- fields
def with_key(query: JSONMapping, primary_key: str) -> tuple[JSONMapping, bool]:
    """Return a query that returns the primary key, and whether it had to be added to the fields."""
    fields = query.get("fields")
    if fields is None or "groupBy" in query or "aggregate" in query:
        return query, False
    names = [fields] if isinstance(fields, str) else fields
    # "*.title" is every field of the item itself too, with the titles of what the relations among them lead to.
    if any(name in (primary_key, "*") or name.startswith("*.") for name in names):
        return query, False
    return {**query, "fields": [*names, primary_key]}, True


def without_key(rows: Rows, primary_key: str) -> Rows:
    """Take out a primary key that `with_key` has added."""
    return [{name: value for name, value in row.items() if name != primary_key} for row in rows]


def with_rule(query: JSONMapping, rule: JSONMapping) -> JSONObject:
    """Return a query whose filter has one rule more."""
    existing = query.get("filter")
    return {**query, "filter": rule if existing is None else {"_and": [existing, rule]}}


# --------------------------------------------------------------------- pages
def pages(
    read: ReadPage,
    query: JSONMapping,
    *,
    primary_key: str,
    page_size: int,
    limits: Limits,
    is_added: Callable[[Any], bool] | None = None,
) -> Iterator[Rows]:
    """Yield the pages of a query until the server has no more items.

    Args:
        read: Reads one page.
        query: The normalized query; its ``limit`` is the total.
        primary_key: The cursor, or the last word of the order.
        page_size: How many items to ask for at once.
        limits: What is known of the server; its largest page is learnt here.
        is_added: Tells whether a row is one that the server adds to every page; it comes once, and beside the total.
    """
    wire, added = with_key(query, primary_key)
    if is_added is not None:
        extra = _Extra(read, is_added)
        for rows in _pages(extra.read, wire, primary_key, page_size, limits):
            yield [*extra.taken(), *(without_key(rows, primary_key) if added else rows)]
        if left := extra.taken():
            yield left
        return
    for rows in _pages(read, wire, primary_key, page_size, limits):
        yield without_key(rows, primary_key) if added else rows


class _Extra:
    """Sets aside the rows that a server adds to every page, so that pages are counted and compared without them."""

    def __init__(self, read: ReadPage, is_added: Callable[[Any], bool]) -> None:
        self._read = read
        self._is_added = is_added
        self._rows: Rows | None = None

    def read(self, query: JSONMapping) -> Rows:
        rows = self._read(query)
        if self._rows is None:
            self._rows = [row for row in rows if self._is_added(row)]
        return [row for row in rows if not self._is_added(row)]

    def taken(self) -> Rows:
        """Return those of the first page, once."""
        rows, self._rows = self._rows or [], []
        return rows


def _pages(read: ReadPage, query: JSONMapping, primary_key: str, page_size: int, limits: Limits) -> Iterator[Rows]:
    total = query.get("limit", -1)
    left = None if total == -1 else total
    order = _Order.of(query, primary_key)
    position: Any = None  # the key after which the next page begins; None counts by offset
    done = 0
    short: list[int] = []
    before: Rows = []
    while left is None or left > 0:
        size = limits.within_page(page_size if left is None else min(page_size, left))
        try:
            rows = read({**order.page(query, position, done), "limit": size})
        except InvalidQuery as error:
            if limits.learn_page(error, size):
                continue
            if position is None:
                raise
            # The server does not compare keys of this type.
            order, position = attrs.evolve(order, operator=None), None
            continue
        if not rows:  # a short page is not the end: the server may cut pages without a word
            return
        if position is not None and rows[0].get(primary_key) == position:
            # The answer holds less of the key than the database, such as milliseconds only.
            order, position = attrs.evolve(order, operator=None), None
            continue
        if rows == before:
            raise DecodeError(
                f"the server returned the same {len(rows)} items for two pages in a row, so reading on would never end: "
                "does something between it and this client drop the query?"
            )
        before = rows
        # Two short pages of one size, and more behind the first: that is a limit of the server.
        if short and short[-1] == len(rows) < size:
            limits.page = min(len(rows), limits.page or len(rows))
        short = [len(rows)] if len(rows) < size else []
        done += len(rows)
        if left is not None:
            rows = rows[:left]  # permissions come whatever the limit is
            left -= len(rows)
        position = order.cursor(rows, primary_key)
        yield rows


@attrs.frozen
class _Order:
    """The order of the pages.

    Attributes:
        sort: What to sort by.
        key: The primary key.
        operator: How the keys of the next page compare with the last one of this page, where they may be compared.
    """

    sort: list[str]
    key: str
    operator: str | None

    @classmethod
    def of(cls, query: JSONMapping, primary_key: str) -> _Order:
        sort = list(query.get("sort", []))
        if "aggregate" in query or "groupBy" in query:
            # Groups have no primary key. The fields and functions that they are made by tell them apart, and come last.
            sorted_by = {name.lstrip("-") for name in sort}
            return cls([*sort, *(name for name in query.get("groupBy", []) if name not in sorted_by)], primary_key, None)
        if not {primary_key, f"-{primary_key}"} & set(sort):
            return cls([*sort, primary_key], primary_key, None if sort else "_gt")
        operators = {primary_key: "_gt", f"-{primary_key}": "_lt"}
        return cls(sort, primary_key, operators.get(sort[0]))

    def page(self, query: JSONMapping, position: Any, done: int) -> JSONObject:
        """Return the query of the page that begins after a key, or else after a number of items."""
        page = {**query, "sort": self.sort} if self.sort else dict(query)
        if position is not None:
            return with_rule(page, {self.key: {self.operator: position}})
        if done:
            page["offset"] = done
        return page

    def cursor(self, rows: Rows, primary_key: str) -> Any:
        """Return the key of the last row, where the server may be able to compare it."""
        if self.operator is None:
            return None
        key = rows[-1].get(primary_key) if isinstance(rows[-1], Mapping) else None
        if isinstance(key, int) and not isinstance(key, bool) and abs(key) <= MAX_SAFE_INTEGER:
            return key
        return key if isinstance(key, str) and _COMPARABLE.fullmatch(key) else None


# ------------------------------------------------------------------ one ahead
def ahead(found: Iterator[Rows]) -> Iterator[Rows]:
    """Yield pages while a thread fetches the next one.

    One page is held in advance. Each page has a thread of its own that ends with it, so that an iterator that nobody
    goes on with leaves none.
    """
    fetch = _Fetch(found)
    try:
        while (rows := fetch.result()) is not None:
            fetch = _Fetch(found)
            yield rows
    finally:
        fetch.join()


class _Fetch:
    """One page, on its way."""

    def __init__(self, found: Iterator[Rows]) -> None:
        self._found = found
        self._rows: Rows | None = None
        self._error: BaseException | None = None
        # What the caller's context holds, the transport and listeners may look for.
        run = contextvars.copy_context().run
        self._thread = threading.Thread(target=run, args=(self._run,), name="directus-prefetch", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._rows = next(self._found, None)
        except BaseException as error:  # noqa: BLE001 - it is raised where the page is waited for
            self._error = error

    def result(self) -> Rows | None:
        self._thread.join()
        if self._error is not None:
            raise self._error
        return self._rows

    def join(self) -> None:
        if self._thread is not threading.current_thread():  # the garbage may be collected in any thread
            self._thread.join()
