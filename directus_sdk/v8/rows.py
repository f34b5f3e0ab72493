"""The entries of an endpoint group of version 8: one, one page, every page, and those with some keys."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import attrs

from directus_sdk.errors import DecodeError, InvalidQuery, NotFound
from directus_sdk.json_types import JSONMapping, JSONObject
from directus_sdk.reading import lookups, paging
from directus_sdk.reading.collection import Collection
from directus_sdk.reading.page_size import PageSize
from directus_sdk.reading.paging import Order, ReadPage, Rows
from directus_sdk.reading.primary_key import missing_key_error
from directus_sdk.v8.groups import Group
from directus_sdk.v8.query import Query8
from directus_sdk.wire.keys import key_text
from directus_sdk.wire.query import NormalizedQuery
from directus_sdk.wire.urls import Key, segment

#: No server has a smaller default limit unless an administrator chose it.
_FEW = 20
#: The bytes of keys in a path. Servers take at least 8 kB of a URL.
ROOM = 4_000


def key_segment(key: object) -> str:
    """Quote a key for a path.

    Raises:
        TypeError: It is not a string or a number.
        ValueError: It is empty, or holds a comma: the server reads it as several keys.

    Example:
        >>> key_segment("a/b")
        'a%2Fb'
    """
    text = segment(key)
    if "%2C" in text:
        raise ValueError(f"the key {key!r} holds a comma, and the server would read it as several keys")
    return text


@attrs.frozen
class Rows8(Collection):
    """The entries of an endpoint group, or the items of a collection.

    Attributes:
        group: What the group can do.
    """

    group: Group = attrs.field(factory=Group)

    def item(self, key: Key, query: NormalizedQuery) -> Any:
        """Read one entry."""
        return self.pipeline.call("GET", f"{self.path}/{key_segment(key)}", params=query.pairs()).data

    def page(self, query: NormalizedQuery) -> tuple[Rows, JSONMapping | None]:
        """Read one page and its ``meta``; with ``single`` it is the first entry alone."""
        if self.group.key == "collection" and "limit" in query and "offset" not in query:
            query = query.replace(offset=0)  # alone, a limit has no effect there
        try:
            response = self.pipeline.call("GET", self.path, params=query.pairs())
        except InvalidQuery as error:
            raise self._explained(error) from None
        return self._list(response.data), response.meta

    def first(self, query: Query8) -> Rows:
        """Read the first entry, in a list, or none."""
        return self.page(query.replace(limit=1))[0][:1]

    def count(self, query: Query8) -> int:
        """Count the entries that match."""
        if self.group.key == "collection":  # the server's count is 0 there
            return len(self.page(query)[0])
        meta = self.page(query.replace(meta=["filter_count"], limit=1))[1]
        number = (meta or {}).get("filter_count")
        if number is None:
            raise DecodeError(f"the response for {self.name} holds no count")
        return int(number)

    def iterate(
        self,
        query: NormalizedQuery,
        *,
        page_size: int | PageSize | None = None,
        read: ReadPage | None = None,
        after: tuple[Key | None, int] = (None, 0),
    ) -> Iterator[Rows]:
        """Yield every page."""
        return paging.pages(
            read or (lambda query: self.page(query)[0]),
            query,
            primary_key=self.primary_key,
            page_size=page_size if isinstance(page_size, PageSize) else PageSize(page_size),
            limits=self.limits,
            order=_order(query, self),
            after=after,
        )

    def by_keys(self, keys: Sequence[Key], query: NormalizedQuery, meta: JSONObject | None = None) -> Rows:
        """Read the entries with some keys, in any order; `meta` takes that of the first response.

        The server leaves out keys that do not exist, and truncates long lists in silence: keys that are missing are
        requested again until nothing new is returned.
        """
        rows: dict[str, Any] = {}
        left = list(keys)
        while left:
            present = self._with_keys(left, query, meta)
            if present and not any(self.primary_key in row for row in present):
                raise missing_key_error(self)
            new = {key_text(row.get(self.primary_key)): row for row in present}
            if new.keys() <= rows.keys():
                break
            rows.update(new)
            left = [key for key in left if key_text(key) not in rows]
        return list(rows.values())

    def alive(self, keys: Sequence[Key]) -> set[str]:
        """Return the keys that exist, whatever the status of the entry is."""
        query = Query8(status=["*"]) if self.group.has_status else Query8()
        return {key_text(row.get(self.primary_key)) for row in self.by_keys(keys, query)}

    def deletions(self, keys: Sequence[Key]) -> dict[str, int]:
        """Return the last entries of the activity log about deletions of some keys: their ids, by the keys."""
        rule = {"collection": self.name, "action": "delete", "item": {"in": [key_text(key) for key in keys]}}
        query = Query8(filter=rule, sort=["-id"], limit=len(keys), fields=["id", "item"])
        path = f"/{self.path.split('/')[1]}/activity"  # of the same project
        rows = self.pipeline.call("GET", path, params=query.pairs()).data or []
        return {key_text(row["item"]): int(row["id"]) for row in reversed(rows)}

    def paths(self, keys: Sequence[Key]) -> Iterator[tuple[str, Sequence[Key]]]:
        """Yield paths for some keys, and the keys of each, so that no URL is too long."""
        start = 0
        while start < len(keys):
            part = lookups.fitting(keys[start:], ROOM, in_url=True)
            yield f"{self.path}/{','.join(map(key_segment, part))}", part
            start += len(part)

    def _with_keys(self, keys: Sequence[Key], query: NormalizedQuery, meta: JSONObject | None) -> Rows:
        rows: Rows = []
        for path, part in self.paths(keys):
            lifted = query.replace(limit=-1) if len(part) > _FEW else query
            if self.group.read_many == "filter":
                entries, page_meta = self.page(lifted.where({self.primary_key: {"in": list(part)}}))
                rows += entries
                _keep(meta, page_meta)
                continue
            try:
                response = self.pipeline.call("GET", path, params=(lifted if self.group.lifts else query).pairs())
            except InvalidQuery as error:
                raise self._explained(error) from None
            except NotFound as error:  # of one key, or of none that exists
                if error.code == 200:  # there is no such collection
                    raise
            else:
                rows += self._list(response.data)
                _keep(meta, response.meta)
        return rows

    def _explained(self, error: InvalidQuery) -> InvalidQuery:
        if self.concerns_key(error):
            error.args = (f"{error.message} I{self.key_hint[1:]}",)
        return error

    def _list(self, data: object) -> Rows:
        if isinstance(data, Mapping):
            return [data]
        if data is None or isinstance(data, list):  # an empty response has no data
            return data or []
        raise DecodeError(f"the response for {self.name} is not a list but {type(data).__name__}")


def _keep(meta: JSONObject | None, new: JSONMapping | None) -> None:
    if meta is not None and not meta:
        meta.update(new or {})


def _order(query: NormalizedQuery, rows: Rows8) -> Order:
    """Return the order of the pages of a query."""
    if not rows.group.selects:
        return Order([], rows.primary_key, None)
    plain = Order.of(query, rows.primary_key)
    sort = list(dict.fromkeys([*plain.sort, *query.get("groups", [])]))
    keyset = isinstance(query, Query8) and query.can_require(rows.primary_key) and rows.group.key != "collection"
    return Order(sort, rows.primary_key, plain.operator.lstrip("_") if plain.operator and keyset else None)
