"""How a handler reads pages and looks items up, below the methods that users call."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import attrs

from directus_sdk.calls import uncached
from directus_sdk.errors import APIError, DecodeError, Forbidden, InvalidQuery, NotSupported, RouteNotFound
from directus_sdk.handlers.base import Handler
from directus_sdk.handlers.primary_key import no_key
from directus_sdk.http.responses import Answer
from directus_sdk.json_types import JSONMapping
from directus_sdk.reading import paging, truncation
from directus_sdk.reading.lookups import Lookup
from directus_sdk.reading.truncation import Watch
from directus_sdk.results import Page
from directus_sdk.wire.keys import Keys, key_text


class PageHandler(Handler):
    """Reads pages of one collection, for `directus_sdk.handlers.read_only.ReadHandler`."""

    collection: str
    primary_key: str
    _path: str

    def _rows(self, wire: JSONMapping) -> list[Any]:
        return self._own(self._page(wire)[0])

    @property
    def _is_added(self) -> Callable[[Any], bool] | None:
        """What tells the rows that a server adds to each list, where it does."""
        return _comes_with_the_app if self._path == "/permissions" else None

    def _own(self, rows: list[Any]) -> list[Any]:
        """Return the rows that are in the collection."""
        is_added = self._is_added
        return rows if is_added is None else [row for row in rows if not is_added(row)]

    def _watch(self, *, late: bool = False) -> Watch:
        """Look at the lists in the items of one call."""
        return Watch(self._pipeline, self.collection, late=late)

    def _watched_rows(self) -> paging.ReadPage:
        watch = self._watch()
        return lambda wire: self._page(wire, watch=watch)[0]

    def _fresh_rows(self, wire: JSONMapping) -> list[Any]:
        """Read rows that something is decided by: no cache answers."""
        return self._own(self._page(wire, deciding=True)[0])

    @property
    def _lookup(self) -> Lookup:
        """Finds the items that a call is about."""
        return Lookup(self._pipeline, self._path, self.primary_key, self._own_list)

    def _of_keys(self, keys: Keys, wire: JSONMapping, watch: Watch | None = None) -> list[Any]:
        """Read the items of a list of keys, in any order, as they are now."""
        try:
            return attrs.evolve(self._lookup, watch=watch).by_keys(keys.unique(), wire)
        except (Forbidden, InvalidQuery) as error:
            self._explain_key(error, {"filter": keys})
            raise

    def _there(self, values: Sequence[Any], match_on: str | None) -> list[Any]:
        """Return key and value of the items that are on the server already.

        Raises:
            ConfigurationError: The primary key has another name.
            ValueError: Two items have the same value.
        """
        field = match_on or self.primary_key
        wire = {"fields": list(dict.fromkeys([self.primary_key, field]))}
        try:
            lookup = self._lookup
            rows = lookup.by_keys(Keys(values).unique(), wire) if match_on is None else lookup.by_values(field, values, wire)
        except Forbidden as error:  # about the call, and not about one of its items
            if f'"{self.primary_key}"' in error._said():
                raise no_key(self) from error
            raise
        if any(self.primary_key not in row for row in rows):
            raise no_key(self)
        if match_on is None:
            return rows
        seen: set[str] = set()
        for row in rows:
            text = key_text(row[field])
            if text in seen:
                raise ValueError(
                    f"more than one item of {self.collection} has {field} = {row[field]!r}: match_on needs a unique field"
                )
            seen.add(text)
        return rows

    def _page(
        self, wire: JSONMapping, *, deciding: bool = False, watch: Watch | None = None
    ) -> tuple[list[Any], JSONMapping | None]:
        try:
            if deciding:
                answer = uncached.read(self._pipeline, self._path, wire)
            else:
                answer = self._get_page(wire) if watch is None else watch.read(wire, self._get_page)
        except (Forbidden, InvalidQuery) as error:
            self._explain_key(error, wire)
            raise
        rows = self._list(answer.data)
        return self._own(rows) if is_grouped(wire) else rows, answer.meta

    def _get_page(self, wire: JSONMapping) -> Answer:
        return self._pipeline.call("GET", self._path, query=wire, searchable=True)

    def _list(self, data: Any) -> list[Any]:
        if isinstance(data, list):
            return data
        if isinstance(data, Mapping):
            raise self._singleton()
        raise DecodeError(f"the server's answer for {self.collection} holds no list of items but {type(data).__name__}")

    def _own_list(self, data: Any) -> list[Any]:
        return self._own(self._list(data))

    def _refuse_singleton(self, error: RouteNotFound) -> None:
        """Say what a 404 means at an address that every server has for items."""
        if not isinstance(error, NotSupported):
            raise self._singleton() from error

    def _singleton(self) -> TypeError:
        return TypeError(f"{self.collection} is a singleton: use directus.singleton({self.collection!r})")

    def _explain_key(self, error: APIError, wire: JSONMapping) -> None:
        """Add what to do where the server does not know the field that we took for the primary key."""
        if f'"{self.primary_key}"' in error._said() and ("filter" in wire or "sort" in wire):
            hint = f"name it: directus.items({self.collection!r}, primary_key=...)"
            error.args = (f"{error.message} If the primary key of {self.collection} is not {self.primary_key!r}, {hint}",)

    def _warn_if_cut(self, wire: JSONMapping, page: Page[Any], count: int) -> None:
        if wire.get("limit", -1) != -1 or "page" in wire:
            return
        more = None if is_grouped(wire) else page.meta.filter_count
        if self._is_cut(wire, count) if more is None else count and more > count + wire.get("offset", 0):
            truncation.warn(
                f"{self.collection}: the server returned {count} items and has more (no limit was given); "
                "read_all() reads every one, limit=... says how many you want"
            )

    def _is_cut(self, wire: JSONMapping, count: int) -> bool:
        return truncation.is_cut(self._pipeline, wire, count, self._rows)


def _comes_with_the_app(row: Any) -> bool:
    """Tell whether a permission is one that access to the app brings along.

    Servers add these to every list of permissions, whatever the limit, the offset and the functions are. They have no key.
    """
    return isinstance(row, Mapping) and row.get("system") is True and "id" not in row


def is_grouped(wire: JSONMapping) -> bool:
    """Tell whether a query returns groups instead of items."""
    return "aggregate" in wire or "groupBy" in wire
