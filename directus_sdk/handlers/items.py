"""Reading and writing the items of a collection."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import uuid4

from directus_sdk import bulk
from directus_sdk.errors import ConfigurationError, NotFound, RecordNotUnique
from directus_sdk.handlers.base import payload
from directus_sdk.handlers.reading import ReadHandler
from directus_sdk.keys import Keys
from directus_sdk.limits import MAX_KEYS
from directus_sdk.query import Query, normalize
from directus_sdk.results import BulkResult
from directus_sdk.urls import Key, segment

if TYPE_CHECKING:
    from typing_extensions import Unpack

T = TypeVar("T")

_JSON = {"Content-Type": "application/json"}


class ItemsHandler(ReadHandler[T]):
    """Reads and writes items: ``directus.items("articles")``."""

    # ------------------------------------------------------------------ create
    def create_one(self, item: Any, query: Mapping[str, Any] | None = None, /, **params: Unpack[Query]) -> T | None:
        """Create an item.

        ``POST /items/{collection}``. The server ignores fields that the collection does not have.

        Args:
            item: A mapping, or an instance of the model; of a model, what equals its default is left out.
            query: What to return, as a mapping, instead of keywords.
            **params: What to return, such as `fields`.

        Returns:
            The item, or ``None`` where you may create but not read it.

        Raises:
            FailedValidation: A value breaks a rule.
            RecordNotUnique: The value of a unique field exists already.
            TypeError: The item is no mapping and no model.

        Example:
            >>> directus.items("articles").create_one({"title": "Hello"}, fields=["title"])
            {'title': 'Hello'}
        """
        data = payload(self._codec.dump_create(item))
        answer = self._pipeline.call("POST", self._path, json=data, query=normalize(query, params))
        return self._one(answer.data)

    def create_many(
        self,
        items: Iterable[Any],
        query: Mapping[str, Any] | None = None,
        *,
        batch_size: int | None = None,
        generate_keys: bool = False,
        **params: Unpack[Query],
    ) -> BulkResult[T]:
        """Create items, in as few calls as the server takes.

        ``POST /items/{collection}``. Each call is one transaction.

        Args:
            items: Mappings or instances of the model, in any iterable.
            query: What to return, as a mapping, instead of keywords.
            batch_size: The most items in one call.
            generate_keys: Give each item without a primary key a UUID, for collections whose key is one.
            **params: What to return, such as `fields`.

        Returns:
            The items in the order of the input.

        Example:
            >>> len(directus.items("articles").create_many([{"title": "A"}, {"title": "B"}]))
            2
        """
        if isinstance(items, (str, bytes, Mapping)):
            raise TypeError(f"items must be a list of mappings, not {type(items).__name__}; for one item use create_one")
        wire = normalize(query, params)
        result: BulkResult[T] = BulkResult()
        prepared = (self._prepared(item, index, generate_keys) for index, item in enumerate(items))
        for data in bulk.write_all(prepared, self._writer("POST", wire), self._pipeline.limits, batch_size):
            self._collect(result, data)
        return result

    def _prepared(self, item: Any, index: int, generate_keys: bool) -> Mapping[str, Any]:
        try:
            data = payload(self._codec.dump_create(item))
        except TypeError as error:
            raise TypeError(f"item {index}: {error}") from error
        if generate_keys and data.get(self.primary_key) is None:
            return {self.primary_key: str(uuid4()), **data}
        return data

    # ------------------------------------------------------------------ update
    def update_one(
        self,
        key: Key,
        data: Any,
        query: Mapping[str, Any] | None = None,
        /,
        *,
        must_exist: bool = False,
        **params: Unpack[Query],
    ) -> T | None:
        """Change fields of one item.

        ``PATCH /items/{collection}/{key}``.

        Args:
            key: The primary key.
            data: The fields to change: a mapping, or a model whose unset attributes hold ``UNSET``.
            query: What to return, as a mapping, instead of keywords.
            must_exist: Look first and raise `NotFound` if there is no such item: an administrator gets no error otherwise.
            **params: What to return, such as `fields`.

        Returns:
            The item, or ``None`` where you may change but not read it.

        Example:
            >>> directus.items("articles").update_one(1, {"title": "New"}, fields=["id", "title"])
            {'id': 1, 'title': 'New'}
        """
        changes = payload(self._codec.dump_update(data), "data")
        self._check_exists(key, must_exist)
        answer = self._pipeline.call("PATCH", f"{self._path}/{segment(key)}", json=changes, query=normalize(query, params))
        return self._one(answer.data)

    def update_many(
        self, keys: Sequence[Key], data: Any, query: Mapping[str, Any] | None = None, /, **params: Unpack[Query]
    ) -> BulkResult[T]:
        """Make the same change to the items of a list of keys.

        ``PATCH /items/{collection}`` with up to 10,000 keys at once.

        Args:
            keys: The primary keys.
            data: The fields to change.
            query: What to return, as a mapping, instead of keywords.
            **params: What to return, such as `fields`.

        Returns:
            The changed items.

        Example:
            >>> [item["id"] for item in directus.items("articles").update_many([1, 2], {"views": 0}, fields=["id"])]
            [1, 2]
        """
        changes = payload(self._codec.dump_update(data), "data")
        checked, wire = Keys(keys), normalize(query, params)
        result: BulkResult[T] = BulkResult()
        for start in range(0, max(len(checked), 1), MAX_KEYS):
            body = {"keys": checked[start : start + MAX_KEYS], "data": changes}
            self._collect(result, self._pipeline.call("PATCH", self._path, json=body, query=wire).data)
        return result

    def update_batch(
        self,
        items: Iterable[Any],
        query: Mapping[str, Any] | None = None,
        /,
        *,
        batch_size: int | None = None,
        **params: Unpack[Query],
    ) -> BulkResult[T]:
        """Change items, each in its own way.

        ``PATCH /items/{collection}``.

        Args:
            items: Mappings that hold the primary key and the fields to change, in any iterable.
            query: What to return, as a mapping, instead of keywords.
            batch_size: The most items in one call.
            **params: What to return, such as `fields`.

        Returns:
            The changed items.

        Example:
            >>> len(directus.items("articles").update_batch([{"id": 1, "views": 3}, {"id": 2, "views": 4}]))
            2
        """
        if isinstance(items, (str, bytes, Mapping)):
            raise TypeError(f"items must be a list of mappings, not {type(items).__name__}; for one item use update_one")
        wire = normalize(query, params)
        result: BulkResult[T] = BulkResult()
        changes = (self._keyed(item, index) for index, item in enumerate(items))
        for data in bulk.write_all(changes, self._writer("PATCH", wire), self._pipeline.limits, batch_size):
            self._collect(result, data)
        return result

    def _keyed(self, item: Any, index: int) -> Mapping[str, Any]:
        data = payload(self._codec.dump_update(item), f"item {index}")
        if data.get(self.primary_key) is None:
            raise ValueError(f"item {index} has no {self.primary_key!r}: the server must know which item to change")
        return data

    def update_by_query(
        self,
        selection: Mapping[str, Any],
        data: Any,
        query: Mapping[str, Any] | None = None,
        *,
        all_items: bool = False,
        max_affected: int | None = None,
        dry_run: bool = False,
        **params: Unpack[Query],
    ) -> BulkResult[Any]:
        """Make the same change to every item that matches.

        The keys are read first, page by page, and then those items are changed: the server itself would stop at 100, or
        at its own limit, without a word.

        Args:
            selection: Which items: `filter`, `search`, `sort` and `limit`.
            data: The fields to change.
            query: What to return, as a mapping, instead of keywords.
            all_items: Allow a selection without a filter.
            max_affected: Refuse to change more items than this.
            dry_run: Change nothing and return the keys.
            **params: What to return, such as `fields`.

        Returns:
            The changed items; with ``dry_run=True`` the keys.

        Raises:
            ValueError: The selection has no filter, or matches more than `max_affected` items; nothing was changed.

        Example:
            >>> articles = directus.items("articles")
            >>> articles.update_by_query({"filter": {"status": {"_eq": "draft"}}}, {"views": 0}, dry_run=True).count
            5
        """
        payload(self._codec.dump_update(data), "data")
        wire = normalize(query, params)
        keys = self._selected(selection, all_items, max_affected)
        if dry_run or not keys:
            return BulkResult(keys)
        return self.update_many(keys, data, wire)

    # ------------------------------------------------------------------ delete
    def delete_one(self, key: Key, *, must_exist: bool = False) -> None:
        """Delete one item.

        ``DELETE /items/{collection}/{key}``.

        Args:
            key: The primary key.
            must_exist: Look first and raise `NotFound` if there is no such item: an administrator gets no error otherwise.

        Example:
            >>> directus.items("articles").delete_one(25)
        """
        address = f"{self._path}/{segment(key)}"
        self._check_exists(key, must_exist)
        self._pipeline.call("DELETE", address)

    def delete_many(self, keys: Sequence[Key]) -> BulkResult[Key]:
        """Delete the items of a list of keys.

        ``DELETE /items/{collection}`` with up to 10,000 keys at once. An administrator gets no error for keys that are
        not there.

        Returns:
            The keys.

        Example:
            >>> directus.items("articles").delete_many([1, 2]).count
            2
        """
        checked = Keys(keys)
        for start in range(0, max(len(checked), 1), MAX_KEYS):
            self._pipeline.call("DELETE", self._path, json=checked[start : start + MAX_KEYS])
        return BulkResult(checked)

    def delete_by_query(
        self,
        selection: Mapping[str, Any],
        *,
        all_items: bool = False,
        max_affected: int | None = None,
        dry_run: bool = False,
    ) -> BulkResult[Key]:
        """Delete every item that matches; the keys are read first, page by page.

        Args:
            selection: Which items: `filter`, `search`, `sort` and `limit`.
            all_items: Allow a selection without a filter.
            max_affected: Refuse to delete more items than this.
            dry_run: Delete nothing and return the keys.

        Returns:
            The keys of the deleted items.

        Raises:
            ValueError: The selection has no filter, or matches more than `max_affected` items; nothing was deleted.

        Example:
            >>> directus.items("articles").delete_by_query({"filter": {"status": {"_eq": "draft"}}}).count
            5
        """
        keys = self._selected(selection, all_items, max_affected)
        return BulkResult(keys) if dry_run or not keys else self.delete_many(keys)

    # ------------------------------------------------------------------ upsert
    def upsert_one(
        self, item: Any, /, match_on: str | None = None, query: Mapping[str, Any] | None = None, **params: Unpack[Query]
    ) -> T | None:
        """Change the item that has the same value in a field, or create it if there is none.

        Args:
            item: A mapping, or an instance of the model.
            match_on: The field, which should be unique; the primary key by default.
            query: What to return, as a mapping, instead of keywords.
            **params: What to return, such as `fields`.

        Raises:
            ValueError: The item has no value in that field, or more than one item has it.

        Example:
            >>> directus.items("articles").upsert_one({"id": 1, "title": "Again"}, fields=["id", "title"])
            {'id': 1, 'title': 'Again'}
        """
        data = payload(self._codec.dump_create(item))
        wire = normalize(query, params)
        field = match_on or self.primary_key
        value = data.get(field)
        if value is None:
            if match_on is None:
                return self.create_one(data, wire)
            raise ValueError(f"the item has no {field!r}, so there is nothing to match on")
        key = self._key_of(field, value)
        if key is None:
            try:
                return self.create_one(data, wire)
            except RecordNotUnique:
                key = self._key_of(field, value)  # somebody else was faster
                if key is None:
                    raise
        changes = {name: held for name, held in data.items() if name != self.primary_key}
        return self.update_one(key, changes, wire)

    def upsert_many(
        self,
        items: Iterable[Any],
        /,
        match_on: str | None = None,
        query: Mapping[str, Any] | None = None,
        **params: Unpack[Query],
    ) -> BulkResult[T | None]:
        """Change or create each item, as `upsert_one` does.

        Returns:
            The items in the order of the input.

        Example:
            >>> rows = [{"id": 1, "title": "One"}, {"title": "Another"}]
            >>> directus.items("articles").upsert_many(rows).count
            2
        """
        return BulkResult(self.upsert_one(item, match_on, query, **params) for item in items)

    # ------------------------------------------------------------------ inside
    def _one(self, data: Any) -> T | None:
        return None if data is None else self._codec.load(data)

    def _collect(self, result: BulkResult[T], data: Any) -> None:
        rows = [] if data is None else data if isinstance(data, list) else [data]
        result.extend(self._codec.load_many(rows))

    def _writer(self, method: str, wire: Mapping[str, Any]) -> bulk.Write:
        return lambda body: self._pipeline.call(method, self._path, body=body, headers=_JSON, query=wire).data

    def _check_exists(self, key: Key, must_exist: bool) -> None:
        if must_exist and not self.exists(key):
            raise NotFound(f"{self.collection} has no item {key!r}, or you may not read it; nothing was changed")

    def _key_of(self, field: str, value: Any) -> Any:
        rows = self._rows(normalize({"filter": {field: {"_eq": value}}, "fields": [self.primary_key], "limit": 2}))
        if len(rows) > 1:
            raise ValueError(f"more than one item of {self.collection} has {field} = {value!r}: match_on needs a unique field")
        return rows[0][self.primary_key] if rows else None

    def _selected(self, selection: Mapping[str, Any], all_items: bool, max_affected: int | None) -> list[Key]:
        """Return the keys that a selection matches, after the checks that keep it from matching too much."""
        wire = normalize(selection)
        for name in wire.keys() - {"filter", "search", "sort", "limit"}:
            raise TypeError(f"a selection takes filter, search, sort and limit, not {name}")
        if not ("filter" in wire or "search" in wire or all_items):
            raise ValueError("the selection has no filter and would match every item; if you mean that, say all_items=True")
        if wire.get("limit") == 0:
            return []
        wire["fields"] = [self.primary_key]
        if max_affected is not None and wire.get("limit", -1) == -1:
            wire["limit"] = max_affected + 1
        try:
            keys: list[Key] = [row[self.primary_key] for row in self._raw(wire)]
        except KeyError:
            raise ConfigurationError(
                f"{self.collection} has no field {self.primary_key!r} that you may read: name its primary key with primary_key=..."
            ) from None
        if max_affected is not None and len(keys) > max_affected:
            raise ValueError(f"the selection matches more than max_affected={max_affected} items; nothing was changed")
        return keys

    def _raw(self, wire: Mapping[str, Any]) -> Iterable[Any]:
        from directus_sdk import paging

        for rows in paging.pages(
            self._rows, wire, primary_key=self.primary_key, page_size=MAX_KEYS, limits=self._pipeline.limits
        ):
            yield from rows
