"""The items of a collection: one item, one page, every page, and the items with some keys or values."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar

import attrs

from directus_sdk.calls import uncached
from directus_sdk.calls.pipeline import Pipeline
from directus_sdk.calls.server_limits import MAX_KEYS, Limits
from directus_sdk.errors import (
    APIError,
    DecodeError,
    Forbidden,
    InvalidQuery,
    NotSupported,
    PayloadTooLarge,
    RouteNotFound,
    SchemaError,
    ServerError,
)
from directus_sdk.http.responses import APIResponse
from directus_sdk.json_types import JSONMapping, JSONObject
from directus_sdk.reading import lookups, paging
from directus_sdk.reading.page_size import PageSize
from directus_sdk.reading.paging import ReadPage, Rows
from directus_sdk.reading.truncation import TruncationCheck
from directus_sdk.wire.encoding import loads, to_text
from directus_sdk.wire.filters import is_word
from directus_sdk.wire.keys import Keys, key_text
from directus_sdk.wire.messages import Response
from directus_sdk.wire.query import NormalizedQuery
from directus_sdk.wire.urls import LONG_URL, Key, segment

T = TypeVar("T")

Send = Callable[[NormalizedQuery], APIResponse]


@attrs.frozen
class Collection:
    """The items of a collection.

    `page` and `item` read with GET, so that a cache of the server or of a proxy may respond. The other methods bypass every
    cache (see `directus_sdk.calls.uncached`), because their results decide what is written.

    Attributes:
        pipeline: Sends the calls.
        path: The path of the items, such as ``"/items/articles"``.
        name: The name of the collection.
        primary_key: The name of the primary key.
        check: Checks the items for truncated lists, where a user sees them.
        strict: Whether a response that is not a list of items is an error; otherwise the one of a singleton is its item.
        received: Called with the number of bytes of each page that `page` reads.
        cacheable: The name of the collection, where a cache of the transport may respond; otherwise ``None``.
    """

    pipeline: Pipeline
    path: str
    name: str
    primary_key: str = "id"
    check: TruncationCheck | None = None
    strict: bool = True
    received: Callable[[int], object] | None = None
    cacheable: str | None = None

    @property
    def limits(self) -> Limits:
        """The limits of the server, as far as they are known."""
        return self.pipeline.limits

    @property
    def has_added_rows(self) -> bool:
        """Whether the server adds rows without keys to each list, whatever the query is."""
        return self.path == "/permissions"

    @property
    def key_hint(self) -> str:
        """What to do if the primary key has another name."""
        return (
            f"if the primary key of {self.name} is not {self.primary_key!r}, name it: "
            f"directus.items({self.name!r}, primary_key=...)"
        )

    def checked(self, check: TruncationCheck | None = None, received: Callable[[int], object] | None = None) -> Collection:
        """Return the same collection, whose items are checked for truncated lists, and whose pages are measured."""
        check = check or TruncationCheck(self.pipeline, self.name)
        # Each read does this, and attrs.evolve takes several times as long.
        return Collection(self.pipeline, self.path, self.name, self.primary_key, check, self.strict, received)

    def cached(self, check: TruncationCheck | None = None) -> Collection:
        """Return the same collection for a read by the user, to which a cache of the transport may respond."""
        return Collection(self.pipeline, self.path, self.name, self.primary_key, check, self.strict, None, self.name)

    def cached_and_checked(self) -> Collection:
        """Return both."""
        return self.cached(TruncationCheck(self.pipeline, self.name))

    # ------------------------------------------------------- through caches
    def item(self, key: Key, query: NormalizedQuery) -> Any:
        """Read one item; by a SEARCH for its key where the query is too long for a URL."""
        url = f"{self.path}/{segment(key)}"
        cacheable = None if key == "me" else self.cacheable  # the current user, its role or its permissions

        def send(query: NormalizedQuery) -> APIResponse:
            if query and self.path not in lookups.KEYS_IGNORED and self.pipeline.is_long(url, query.encode()):
                response = self.pipeline.search(
                    self.path, query.replace(limit=1), cacheable=cacheable, keys=Keys([key]).unique()
                )
                if response.data and isinstance(response.data, list):
                    return attrs.evolve(response, data=response.data[0])
                query = NormalizedQuery()  # the server's own words for an item that does not exist
            return self.pipeline.call("GET", url, query=query, cacheable=cacheable)

        if query.matches_nothing:
            query.encode()  # says so: an empty list is no item
        return self._checked(query, send).data

    def page(self, query: NormalizedQuery) -> tuple[Rows, JSONMapping | None]:
        """Read one page and its ``meta``."""

        def send(query: NormalizedQuery) -> APIResponse:
            try:
                return self.pipeline.call("GET", self.path, query=query, searchable=True, cacheable=self.cacheable)
            except APIError as error:
                if error.request is not None and error.request.method == "SEARCH":
                    uncached.explain_refusal(error)
                raise

        response = self._read(query, send)
        if self.received is not None:
            self.received(len(response.response.content))
        rows = self._list(response.data)
        return self.own(rows) if query.is_grouped else rows, response.meta

    # ------------------------------------------------------- past every cache
    def rows(self, query: NormalizedQuery, *, at_most: int | None = None) -> Rows:
        """Read one page.

        Args:
            query: The query.
            at_most: Its limit; fewer rows are requested if the server refuses that many.
        """
        while True:
            limit = None if at_most is None else self.limits.within_page(at_most)
            try:
                return self._rows(query if limit is None else query.replace(limit=limit))
            except InvalidQuery as error:
                if limit is None or not self.limits.learn_page(error, limit):
                    raise

    def iterate(
        self,
        query: NormalizedQuery,
        *,
        page_size: int | PageSize | None = None,
        read: ReadPage | None = None,
        after: tuple[Key | None, int] = (None, 0),
    ) -> Iterator[Rows]:
        """Yield every page.

        Args:
            query: The query; its ``limit`` is the total.
            page_size: How many items to ask for at once; a `PageSize` that `received` is called of adapts.
            read: Reads one page; `rows` by default.
            after: The last key and the number of the items that are not read again.
        """
        return paging.pages(
            read or self._rows,
            query,
            primary_key=self.primary_key,
            page_size=page_size if isinstance(page_size, PageSize) else PageSize(page_size),
            limits=self.limits,
            is_added=_comes_with_the_app if self.has_added_rows else None,
            after=after,
        )

    def by_keys(self, keys: Sequence[Key], query: NormalizedQuery) -> Rows:
        """Read the items of a list of keys, in any order, without those that do not exist.

        Args:
            keys: The keys, each once.
            query: What to read of the items; a filter in it holds too.
        """
        if self.path in lookups.KEYS_IGNORED:
            return self.by_values(self.primary_key, lookups.system_keys(self.path, keys), query)
        try:
            return self._in_parts(keys, lambda part: self._search(part, query), query)
        except APIError as error:
            if not uncached.refused(error):
                raise
            return self._without_search(keys, query)

    def by_values(self, field: str, values: Sequence[object], query: NormalizedQuery, *, in_url: bool = False) -> Rows:
        """Read the items that have one of some values in a field.

        Where the field should be unique and two items have one value, both are in the result: one item more than values
        is asked for.

        Args:
            field: The field.
            values: The values.
            query: What to read of the items, with their primary key and the field; a filter in it holds too.
            in_url: Whether SEARCH is known to be refused, so that each call has to fit into a URL.

        Raises:
            ValueError: The field does not hold strings, and a value is a string that the server reads as something else.
        """
        sent = [value if type(value) in (str, int) else loads(to_text(value)) for value in values]
        plain = [value for value in sent if not is_word(value)]
        words = {value for value in sent if is_word(value)}

        def read(query: NormalizedQuery) -> Rows:
            return self._rows(query, uncached.get if in_url else uncached.read)

        def search(part: Sequence[object]) -> Rows:
            # Fields such as booleans do not know _in, and a server refuses to compare with an empty string.
            rule = {"_in": list(part)} if len(part) > 1 or part[0] == "" else {"_eq": part[0]}
            return read(query.where({field: rule}).replace(limit=self.limits.within_page(len(part) + 1)))

        rows: Rows = []
        if plain:
            try:
                rows += self._in_parts(plain, search, query, in_url=in_url, extra=1)
            except APIError as error:
                if in_url or not uncached.refused(error):
                    raise
                return self.by_values(field, values, query, in_url=True)
        if words:
            rows += self._by_words(field, words, query, read)
        return rows

    # ------------------------------------------------------- responses
    def own(self, rows: Rows) -> Rows:
        """Return the rows that belong to the collection, without those that the server adds to each list."""
        return [row for row in rows if not _comes_with_the_app(row)] if self.has_added_rows else rows

    def refuse_singleton(self, error: RouteNotFound) -> None:
        """Raise what a 404 means for a path that every server has for items."""
        if not isinstance(error, NotSupported):
            raise self.singleton_error() from error

    def singleton_error(self) -> TypeError:
        """Return the error for a collection that holds one item."""
        return TypeError(f"{self.name} is a singleton: use directus.singleton({self.name!r})")

    def concerns_key(self, error: APIError | SchemaError) -> bool:
        """Return whether the server, or the schema, has no field of the primary key's name, or none that may be read."""
        if isinstance(error, SchemaError):
            return error.unknown is not None and error.unknown[1] == self.primary_key
        return f'"{self.primary_key}"' in error._server_message()

    def _list(self, data: object) -> Rows:
        if isinstance(data, list):
            return data
        if not self.strict:
            return [data] if isinstance(data, Mapping) else []
        if isinstance(data, Mapping):
            raise self.singleton_error()
        raise DecodeError(f"the response for {self.name} is not a list of items but {type(data).__name__}")

    # ------------------------------------------------------- inside
    def _rows(
        self, query: NormalizedQuery, read: Callable[[Pipeline, str, NormalizedQuery], APIResponse] = uncached.read
    ) -> Rows:
        if self.cacheable is not None and read is uncached.read:
            read = partial(read, cacheable=self.cacheable)
        return self.own(self._list(self._read(query, lambda query: read(self.pipeline, self.path, query)).data))

    def _read(self, query: NormalizedQuery, send: Send, *, by_key: bool = False) -> APIResponse:
        try:
            return self._checked(query, send)
        except (Forbidden, InvalidQuery) as error:
            if self.concerns_key(error) and (by_key or "filter" in query or "sort" in query):
                error.args = (f"{error.message} I{self.key_hint[1:]}",)
            raise

    def _checked(self, query: NormalizedQuery, send: Send) -> APIResponse:
        if query.matches_nothing and "export" not in query:
            return self._nothing(query, send)
        return send(query) if self.check is None else self.check.read(query, send)

    def _nothing(self, query: NormalizedQuery, send: Send) -> APIResponse:
        """Return the response to a filter that no item matches, without a call unless all items have to be counted."""
        groups: JSONObject = {} if "groupBy" in query else query.get("aggregate", {})
        values = {
            name: _of_none(name)
            if fields == "*"
            else dict.fromkeys([fields] if isinstance(fields, str) else fields, _of_none(name))
            for name, fields in groups.items()
        }
        counts: JSONMapping | None = None
        if "meta" in query:
            is_total = "*" in query["meta"] or "total_count" in query["meta"]
            counts = send(query.only("meta").replace(limit=0)).meta if is_total else {}
            counts = {**(counts or {}), "filter_count": 0}
        return APIResponse([values] if values else [], counts, Response(200))

    def _search(self, keys: Sequence[Key], query: NormalizedQuery) -> Rows:
        def search(part: Sequence[Key]) -> Rows:
            # Each call says how many items it wants, because the server would truncate a list without a limit.
            def send(query: NormalizedQuery) -> APIResponse:
                query = query.replace(limit=len(part))
                return self.pipeline.search(self.path, query, cacheable=self.cacheable, keys=list(part))

            return self.own(self._list(self._read(query, send, by_key=True).data))

        try:
            return search(keys)
        except Forbidden as error:
            if uncached.refused(error) or self.concerns_key(error):
                raise
        # A server refuses all keys if one is not of the key's type, which is a UUID or a number then. Or nothing may be
        # read, which the next call reports.
        self.rows(query.replace(limit=0))
        for alike in lookups.of_one_type(keys):
            try:
                return search(alike)
            except Forbidden:
                continue
        return []

    def _without_search(self, keys: Sequence[Key], query: NormalizedQuery) -> Rows:
        """Read items by their keys where SEARCH is refused."""
        try:
            return self.by_values(self.primary_key, keys, query, in_url=True)
        except (InvalidQuery, ServerError, ValueError) as error:
            # ValueError: a string that the server reads as something else is compared with a key that is not a string.
            if not isinstance(error, ValueError) and not lookups.is_type_mismatch(error):
                raise
        for alike in lookups.of_one_type(keys):
            try:
                return self.by_values(self.primary_key, alike, query, in_url=True)
            except SchemaError:
                continue
            except (InvalidQuery, ServerError) as error:
                if not lookups.is_type_mismatch(error):
                    raise
        return []

    def _by_words(self, field: str, words: set[str], query: NormalizedQuery, read: ReadPage) -> Rows:
        """Read the items with strings that the server reads as something else: by their beginnings."""
        query = query.where({"_or": [{field: lookups.like(word)} for word in sorted(words)]})
        try:
            pages = self.iterate(query, read=read)
            return [row for rows in pages for row in rows if key_text(row.get(field)) in words]
        except (InvalidQuery, SchemaError) as error:
            if "_starts_with" not in (str(error) if isinstance(error, SchemaError) else error._server_message()):
                raise
            raise ValueError(
                f"{field} = {min(words)!r} cannot be looked for: a server reads this string as something else, and {field} "
                "is not a field of strings"
            ) from error

    def _in_parts(
        self,
        values: Sequence[T],
        send: Callable[[Sequence[T]], Rows],
        query: NormalizedQuery,
        *,
        in_url: bool = False,
        extra: int = 0,
    ) -> Rows:
        """Send keys or values in parts that the server accepts; `extra` items more than values are asked for."""
        limits, rows = self.limits, []
        start, most, size = 0, MAX_KEYS, len(to_text(query))
        while start < len(values):
            # Half of a URL is left for the server's name, the path and the names of the parameters.
            room = max(LONG_URL // 2 - size, 600) if in_url else limits.payload - size - 100
            count = max(limits.within_page(most + extra) - extra, 1)
            part = lookups.fitting(values[start : start + count], room, in_url=in_url)
            try:
                rows += send(part)
            except InvalidQuery as error:
                if not limits.learn_page(error, len(part) + extra):
                    raise
            except PayloadTooLarge:
                if len(part) == 1:
                    raise
                most = len(part) // 2
                limits.payload = min(limits.payload, max(1_000, len(to_text(part).encode()) // 2))
            else:
                start += len(part)
        return rows


def _of_none(function: str) -> int | None:
    """Return the result of a function of no items."""
    return 0 if function.startswith("count") else None


def _comes_with_the_app(row: object) -> bool:
    """Return whether a permission is one that access to the app includes.

    Servers add these to every list of permissions, whatever the limit, the offset and the functions are. They have no key.
    """
    return isinstance(row, Mapping) and row.get("system") is True and "id" not in row
