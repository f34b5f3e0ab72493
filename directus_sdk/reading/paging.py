"""Pagination: every page of a query, whatever limit the server has.

Where the order is that of the primary key and the server can compare keys (integers and dates), this is keyset (cursor)
pagination: the last key of a page is the cursor of the next page. There are no duplicates and no gaps under concurrent
inserts and deletes, and the last page is as fast as the first. Otherwise pages are counted by offset, and the primary key
is the last criterion of the order.
"""

from __future__ import annotations

import contextvars
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

import attrs

from directus_sdk.calls.server_limits import SHORT, Limits
from directus_sdk.errors import DecodeError, InvalidQuery, SchemaError
from directus_sdk.local import interrupts
from directus_sdk.local.clock import monotonic
from directus_sdk.reading.page_size import PageSize
from directus_sdk.wire.encoding import MAX_SAFE_INTEGER
from directus_sdk.wire.query import NormalizedQuery
from directus_sdk.wire.urls import Key

Q = TypeVar("Q", bound=NormalizedQuery)

Rows = list[Any]
#: Reads one page.
ReadPage = Callable[[NormalizedQuery], Rows]

#: Integers that a server sends as strings (``bigInteger``), and dates with or without a time.
_COMPARABLE = re.compile(r"-?\d{1,19}|\d{4}-\d\d-\d\d([T ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?)?")


def with_key(query: Q, primary_key: str) -> tuple[Q, bool]:
    """Return a query that returns the primary key, and whether it had to be added to the fields."""
    fields = query.get("fields")
    if fields is None or query.is_grouped:
        return query, False
    names = [fields] if isinstance(fields, str) else fields
    # "*.title" includes every field of the item itself, and the titles of the items that these lead to.
    if any(name in (primary_key, "*") or name.startswith("*.") for name in names):
        return query, False
    return query.replace(fields=[*names, primary_key]), True


def without_key(rows: Rows, primary_key: str) -> Rows:
    """Remove a primary key that `with_key` added."""
    return [{name: value for name, value in row.items() if name != primary_key} for row in rows]


def pages(
    read: ReadPage,
    query: NormalizedQuery,
    *,
    primary_key: str,
    page_size: PageSize,
    limits: Limits,
    is_added: Callable[[object], bool] | None = None,
    order: Order | None = None,
    after: tuple[Key | None, int] = (None, 0),
) -> Iterator[Rows]:
    """Yield the pages of a query until the server has no more items.

    Args:
        read: Reads one page.
        query: The query; its ``limit`` is the total.
        primary_key: The cursor, or the last criterion of the order.
        page_size: How many items to ask for at once.
        limits: The known limits of the server; its largest page is learnt here.
        is_added: Whether a row is one that the server adds to every page. Such rows are returned once, and do not count.
        order: The order of the pages, where it is not that of `Order.of`.
        after: The last key and the number of the items that are not read again.
    """
    query, added = with_key(query, primary_key)
    order = order or Order.of(query, primary_key)
    if is_added is not None:
        extra = _AddedRows(read, is_added)
        for rows in _pages(extra.read, query, order, page_size, limits, after):
            yield [*extra.take(), *(without_key(rows, primary_key) if added else rows)]
        if left := extra.take():
            yield left
        return
    for rows in _pages(read, query, order, page_size, limits, after):
        yield without_key(rows, primary_key) if added else rows


class _AddedRows:
    """Separates the rows that a server adds to every page, so that pages are counted and compared without them."""

    def __init__(self, read: ReadPage, is_added: Callable[[object], bool]) -> None:
        self._read = read
        self._is_added = is_added
        self._rows: Rows | None = None

    def read(self, query: NormalizedQuery) -> Rows:
        rows = self._read(query)
        if self._rows is None:
            self._rows = [row for row in rows if self._is_added(row)]
        return [row for row in rows if not self._is_added(row)]

    def take(self) -> Rows:
        """Return the added rows of the first page, once."""
        rows, self._rows = self._rows or [], []
        return rows


def _pages(
    read: ReadPage, query: NormalizedQuery, order: Order, page_size: PageSize, limits: Limits, after: tuple[Key | None, int]
) -> Iterator[Rows]:
    total = query.get("limit", -1)
    cursor, offset = after  # the key after which the next page begins, or None: then pages are counted by offset
    left = None if total == -1 else total - offset
    short_page: int | None = None  # the size of the previous page, if that was shorter than asked for
    previous: Rows = []
    while left is None or left > 0:
        wanted = page_size.next()
        size = limits.within_page(wanted if left is None else min(wanted, left))
        started = monotonic()
        try:
            rows = read(order.page(query, cursor, offset).replace(limit=size))
        except (InvalidQuery, SchemaError) as error:
            if isinstance(error, InvalidQuery) and limits.learn_page(error, size):
                continue
            if cursor is None:
                raise
            # The server does not compare keys of this type.
            order, cursor = attrs.evolve(order, operator=None), None
            continue
        if not rows:  # a short page is not the end: the server may truncate pages silently
            return
        if cursor is not None and rows[0].get(order.key) == cursor:
            # The response has the key with less precision than the database, such as in milliseconds.
            order, cursor = attrs.evolve(order, operator=None), None
            continue
        if rows == previous:
            raise DecodeError(
                f"the server returned the same {len(rows)} items for two pages in a row, so reading would never end: "
                "does a proxy between the server and this client drop the query?"
            )
        page_size.measured(len(rows), monotonic() - started)
        previous = rows
        # Two short pages of one size, and more items after the first: that is a limit of the server. Few items at a time come
        # from others who add items while the end is read.
        if short_page == len(rows) < size and len(rows) > SHORT:
            limits.page = min(len(rows), limits.page or len(rows))
        short_page = len(rows) if len(rows) < size else None
        offset += len(rows)
        if left is not None:
            rows = rows[:left]  # a server returns all permissions, whatever the limit is
            left -= len(rows)
        cursor = order.cursor(rows)
        yield rows


@attrs.frozen
class Order:
    """The order of the pages.

    Attributes:
        sort: The criteria.
        key: The primary key.
        operator: How the keys of the next page compare with the last key of this page, if they are in its order.
    """

    sort: list[str]
    key: str
    operator: str | None

    @classmethod
    def of(cls, query: NormalizedQuery, primary_key: str) -> Order:
        """Return the order of a query: its sort, and the primary key as the last criterion."""
        sort = list(query.get("sort", []))
        if query.is_grouped:
            # Groups have no primary key. The fields and functions that they are made by identify them, and come last.
            names = {name.lstrip("-") for name in sort}
            return cls([*sort, *(name for name in query.get("groupBy", []) if name not in names)], primary_key, None)
        if not {primary_key, f"-{primary_key}"} & set(sort):
            return cls([*sort, primary_key], primary_key, None if sort else "_gt")
        operators = {primary_key: "_gt", f"-{primary_key}": "_lt"}
        return cls(sort, primary_key, operators.get(sort[0]))

    def page(self, query: NormalizedQuery, cursor: Key | None, offset: int) -> NormalizedQuery:
        """Return the query of the page that begins after a key, or else after a number of items."""
        query = query.replace(sort=self.sort or None)
        if cursor is not None:
            return query.where({self.key: {self.operator: cursor}})
        return query.replace(offset=offset) if offset else query

    def cursor(self, rows: Rows) -> Key | None:
        """Return the key of the last row, if the server may be able to compare it."""
        if self.operator is None:
            return None
        key = rows[-1].get(self.key) if isinstance(rows[-1], Mapping) else None
        if isinstance(key, int) and not isinstance(key, bool) and abs(key) <= MAX_SAFE_INTEGER:
            return key
        return key if isinstance(key, str) and _COMPARABLE.fullmatch(key) else None


# ------------------------------------------------------------------ prefetch
def ahead(pages: Iterator[Rows]) -> Iterator[Rows]:
    """Yield pages while a thread reads the next one.

    One page is held in advance. Each page has a thread of its own that ends with it, so that an iterator that is not
    finished leaves no thread behind.
    """
    prefetch = _Prefetch(pages)
    try:
        while (rows := prefetch.result()) is not None:
            prefetch = _Prefetch(pages)
            yield rows
    finally:
        prefetch.join()


class _Prefetch:
    """One page that a thread reads."""

    def __init__(self, pages: Iterator[Rows]) -> None:
        self._pages = pages
        self._rows: Rows | None = None
        self._error: BaseException | None = None
        # The transport and listeners may read variables of the caller's context.
        run = contextvars.copy_context().run
        self._thread = threading.Thread(target=run, args=(self._run,), name="directus-prefetch", daemon=True)
        interrupts.start(self._thread)

    def _run(self) -> None:
        try:
            self._rows = next(self._pages, None)
        except BaseException as error:  # noqa: BLE001 - it is raised where the page is waited for
            self._error = error

    def result(self) -> Rows | None:
        self._thread.join()
        if self._error is not None:
            raise self._error
        return self._rows

    def join(self) -> None:
        if self._thread is not threading.current_thread():  # garbage collection may run in any thread
            self._thread.join()
