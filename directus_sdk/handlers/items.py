"""Reading and writing the items of a collection."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from directus_sdk.calls import uncached
from directus_sdk.errors import APIError, Forbidden, NotFound, RecordNotUnique, RouteNotFound
from directus_sdk.handlers.bulk_items import check_match_on
from directus_sdk.handlers.selected_items import SelectedItemsHandler
from directus_sdk.http.responses import APIResponse
from directus_sdk.json_types import JSONMapping, JSONObject, MaybeNone
from directus_sdk.models.payloads import load_written, payload
from directus_sdk.reading import paging
from directus_sdk.reading.primary_key import check_key, explain_conflict, explain_value
from directus_sdk.reading.truncation import TruncationCheck
from directus_sdk.results import Page
from directus_sdk.wire.query import ItemQuery, NormalizedQuery, Query, WriteQuery, normalize, returned
from directus_sdk.wire.urls import Key, segment

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from directus_sdk.changes.checkpoint import GivenCheckpoint
    from directus_sdk.changes.feed import Changes
    from directus_sdk.handlers.content_version import ContentVersion
    from directus_sdk.handlers.related_items import Related, Target
    from directus_sdk.reading.query_explanation import QueryExplanation
    from directus_sdk.realtime import Subscription

T = TypeVar("T")


class ItemsHandler(SelectedItemsHandler[T]):
    """Reads and writes the items of a collection: ``directus.items("articles")``.

    Read with `read_many`, `read_all`, `iterate`, `read_one`, `first`, `count`, `aggregate` and `read_frame`. Write with
    `create_one`, `create_many`, `update_one`, `update_many`, `update_by_query`, `upsert_many` and `delete_one`. `sync` compares
    a table with the collection before it is written, and `describe` lists the fields.

    Example:
        >>> directus.items("articles").read_many(filter={"status": {"_eq": "draft"}}, fields=["title"], limit=1)
        [{'title': 'Machines that learn'}]
    """

    # ------------------------------------------------------------------ explain
    def explain_query(self, query: JSONMapping | None = None, **params: Unpack[Query]) -> QueryExplanation:
        """Explain what a query means and what it sends; nothing is sent.

        Args:
            query: The query, as a mapping, instead of keywords; an expression is a filter.
            **params: The query: `filter`, `fields`, `sort` and so on.

        Returns:
            What `print` shows in three lines: the query in English, the filter as JSON, and the request as a curl command.

        Example:
            >>> print(directus.items("articles").explain_query(filter=F.views > 10, sort="-date").sentence)
            Items of articles where views is greater than 10, sorted by date, the greatest first.
        """
        from directus_sdk.reading.query_explanation import explain  # few scripts need it

        return explain(self._pipeline, self.collection, self._collection.path, normalize(query, params))

    # ------------------------------------------------------------------ create
    def create_one(self, item: object, query: JSONMapping | None = None, **params: Unpack[WriteQuery]) -> T | MaybeNone:
        """Create an item.

        ``POST /items/{collection}``. The server ignores fields that the collection does not have.

        Args:
            item: A mapping, or an instance of the model. Attributes of a model that equal their default are not sent.
            query: What to return, as a mapping, instead of keywords.
            **params: What to return, such as `fields`.

        Returns:
            The item, or ``None`` if you may create it but not read it.

        Raises:
            FailedValidation: A value breaks a rule.
            ModelError: The item was created but does not fit the model; ``.keys`` holds its key.
            RecordNotUnique: The value of a unique field exists already.
            TypeError: The item is neither a mapping nor a model.

        Example:
            >>> directus.items("articles").create_one({"title": "Hello"}, fields=["title"])
            {'title': 'Hello'}
        """
        data = payload(self._codec.dump_create(item))
        return self._write_one("POST", self._collection.path, data, returned(query, params), data.get(self.primary_key))

    # ------------------------------------------------------------------ update
    def update_one(
        self,
        key: Key,
        data: object,
        query: JSONMapping | None = None,
        *,
        must_exist: bool = False,
        **params: Unpack[WriteQuery],
    ) -> T | MaybeNone:
        """Change fields of one item.

        ``PATCH /items/{collection}/{key}``.

        Args:
            key: The primary key.
            data: The fields to change: a mapping, or a model whose unset attributes hold ``UNSET``.
            query: What to return, as a mapping, instead of keywords.
            must_exist: Raise `NotFound` if there is no such item. Without it, an administrator gets no error.
            **params: What to return, such as `fields`.

        Returns:
            The item, or ``None`` if you may change it but not read it.

        Raises:
            ModelError: The item was changed but does not fit the model.
            ValueError: `data` holds another primary key, which a server never changes.

        Example:
            >>> directus.items("articles").update_one(1, {"title": "New"}, fields=["id", "title"])
            {'id': 1, 'title': 'New'}
        """
        changes = payload(self._codec.dump_update(data), "data")
        path, query = f"{self._collection.path}/{segment(key)}", returned(query, params)
        check_key(self.collection, self.primary_key, key, changes)
        self._check_exists(key, must_exist)
        return self._write_one("PATCH", path, changes, query, key)

    # ------------------------------------------------------------------ delete
    def delete_one(self, key: Key, *, must_exist: bool = False) -> None:
        """Delete one item.

        ``DELETE /items/{collection}/{key}``.

        Args:
            key: The primary key.
            must_exist: Raise `NotFound` if there is no such item. Without it, an administrator gets no error.

        Example:
            >>> directus.items("articles").delete_one(25)
        """
        path = f"{self._collection.path}/{segment(key)}"
        self._check_exists(key, must_exist)
        try:
            self._pipeline.call("DELETE", path)
        except Forbidden as error:
            explain_value(self._collection, error, [key])
            raise

    # ------------------------------------------------------------------ upsert
    def upsert_one(
        self, item: object, match_on: str | None = None, query: JSONMapping | None = None, **params: Unpack[WriteQuery]
    ) -> T | MaybeNone:
        """Change the item that has the same value in a field, or create it if there is none.

        Args:
            item: A mapping, or an instance of the model. A model is sent with its defaults, but without ``UNSET`` and
                without a primary key that is ``None``; a pydantic model with the fields that were set.
            match_on: The field, which should be unique; the primary key by default.
            query: What to return, as a mapping, instead of keywords.
            **params: What to return, such as `fields`.

        Returns:
            The item as it is now, or ``None`` if you may not read it.

        Raises:
            ModelError: The item was written but does not fit the model.
            ValueError: `item` has no value in that field, several items have it, or the item that has it has another
                primary key.

        Example:
            >>> directus.items("articles").upsert_one({"id": 1, "title": "Again"}, fields=["id", "title"])
            {'id': 1, 'title': 'Again'}
        """
        check_match_on(match_on)
        data = payload(self._codec.dump_upsert(item, self.primary_key))
        query = returned(query, params)
        if data.get(match_on or self.primary_key) is None:
            if match_on is None:
                return self._create_without_key(data, query)
            raise ValueError(f"the item has no {match_on!r}, so there is nothing to match on")
        key = self._key_of(data, match_on)
        if key is None:
            try:
                return self.create_one(data, query)
            except RecordNotUnique:
                key = self._key_of(data, match_on)  # it was created in the meantime
                if key is None:
                    raise
        check_key(self.collection, self.primary_key, key, data)
        changes = {name: value for name, value in data.items() if name != self.primary_key}
        return self.update_one(key, changes, query)

    def get_or_create(
        self,
        match: JSONMapping,
        defaults: JSONMapping | None = None,
        query: JSONMapping | None = None,
        **params: Unpack[WriteQuery],
    ) -> tuple[T | MaybeNone, bool]:
        """Read the item that has some values, or create it if there is none.

        ``SEARCH /items/{collection}``, which bypasses the server's cache, and ``POST`` if there is no such item.

        Args:
            match: Values that make the item unique, by field; ``None`` stands for no value.
            defaults: The other fields of a new item.
            query: What to return, as a mapping, instead of keywords.
            **params: What to return, such as `fields`.

        Returns:
            The item, and whether it was created. Two processes at once create it once only if the fields are unique in the
            database: the second one then reads what the first has created.

        Raises:
            ConfigurationError: The primary key has another name.
            RecordNotUnique: Another field of the new item has to be unique.
            ValueError: More than one item has these values; their keys are in the message.

        Example:
            >>> tag, created = directus.items("articles").get_or_create({"title": "New tag"}, {"views": 1}, fields=["title"])
            >>> tag, created
            ({'title': 'New tag'}, True)
        """
        from directus_sdk.writing.get_or_create import check_match, find_key

        check_match(match, {} if defaults is None else defaults)
        wanted = returned(query, params)

        def existing() -> Page[T]:
            key = find_key(self._collection, match)
            return Page() if key is None else self.read_many([key], wanted)

        items = existing()
        if not items:
            try:
                return self.create_one({**(defaults or {}), **match}, wanted), True
            except RecordNotUnique:
                items = existing()  # it was created in the meantime
                if not items:
                    raise
        return items[0], False

    # ------------------------------------------------------------------ relations
    def relate(self, key: Key, field: str, *, add: Sequence[Target] = (), remove: Sequence[Target] = ()) -> Related:
        """Link an item with other items, or remove links; what is linked already, or is not, stays as it is.

        The kind of relation is read from the schema (``GET /collections``, ``/fields`` and ``/relations``), and after that
        only compared at each call (``GET /relations/{collection}/{field}``), since the schema may change.
        In a many-to-many and a many-to-any relation, items of the junction collection are created and deleted; in a
        one-to-many relation, the field of the other items that leads back is set to the key, or to null.

        Args:
            key: The primary key of the item.
            field: Its field that holds the list, such as ``"tags"``.
            add: The keys of items to link; in a many-to-any relation pairs such as ``("headings", 3)``.
            remove: The keys, or pairs, of items whose links are removed. The items themselves stay.

        Returns:
            What has changed: ``.added`` and ``.removed``.

        Raises:
            ConfigurationError: You may not see the whole relation in the schema; nothing was changed.
            NotFound: An item to link does not exist (in a one-to-many relation); nothing was changed.
            InvalidForeignKey: An item to link does not exist (in other relations); nothing was added.
            TypeError: The field holds one item, or the keys have another form.
            ValueError: The field is no relation, or a key is given twice.

        Example:
            >>> role = directus.roles.create_one({"name": "Editors"}, fields=["id"])
            >>> user = directus.users.create_one({"first_name": "Ada"}, fields=["id"])
            >>> directus.roles.relate(role["id"], "users", add=[user["id"]]).added == [user["id"]]
            True
        """
        from directus_sdk.handlers.related_items import relate

        return relate(self._pipeline, self._items_of, (self.collection, field), key, add, remove)

    def _items_of(self, collection: str, primary_key: str) -> ItemsHandler[JSONObject]:
        return ItemsHandler(self._directus, None, collection=collection, primary_key=primary_key)

    # ------------------------------------------------------------------ realtime
    def subscribe(
        self,
        event: Literal["create", "update", "delete"] | None = None,
        query: JSONMapping | None = None,
        **params: Unpack[Query],
    ) -> Subscription[T]:
        """Receive events over a WebSocket when items change; see the page on realtime.

        Opens ``/websocket``, one for all subscriptions of the client. ``GET /items/{collection}`` checks the query first.

        Args:
            event: The kind of events to receive. By default all kinds; the first event then holds the current items.
            query: What to receive of each item, as a mapping, instead of keywords; a filter does not apply to deletions.
            **params: The same as keywords: `fields`, `filter` and so on.

        Returns:
            The subscription, which yields the events; the server has confirmed it.

        Raises:
            Forbidden: There is no such collection or field, or you may not read it.
            InvalidQuery: The query is not valid.
            NotSupported: The server has no WebSockets.

        Example:
            >>> with directus.items("articles").subscribe("create", fields=["id", "title"]) as events:
            ...     _ = directus.items("articles").create_one({"title": "News"})
            ...     events.next(timeout=10).data
            [{'id': 26, 'title': 'News'}]
        """
        from directus_sdk.realtime import manager_of

        normalized = normalize(query, params)
        return manager_of(self._directus).subscribe(self._collection, self._codec, event=event, query=normalized)

    def changes(
        self,
        checkpoint: GivenCheckpoint = None,
        query: JSONMapping | None = None,
        *,
        kinds: Iterable[str] | None = None,
        source: Literal["activity", "dates", "key"] | None = None,
        start: Literal["now", "first"] = "now",
        poll_interval: float = 10.0,
        **params: Unpack[ItemQuery],
    ) -> Changes[T]:
        """Read every change, across restarts of this program and of the server; see the page on realtime.

        ``SEARCH /activity`` and ``SEARCH /items/{collection}``; a WebSocket only signals when to read.

        Args:
            checkpoint: The file that stores the position of the feed, or an object with `load` and `save`; in memory by
                default.
            query: What to read of each item, as a mapping, instead of keywords; `fields`, `filter`, `search`, `deep`,
                `alias`.
            kinds: The kinds of changes to return: ``"create"``, ``"update"``, ``"delete"``; by default all that the source
                shows.
            source: Where changes are read; by default the first source that can be used and shows these kinds.
            start: Where to begin without a checkpoint: with changes from now on, or with the first recorded change.
            poll_interval: How often to read without a signal, in seconds.
            **params: The same as `query`, as keywords.

        Returns:
            The feed, which yields the changes.

        Raises:
            ConfigurationError: No source shows these kinds of changes, or the checkpoint belongs to another feed.

        Example:
            >>> with directus.items("articles").changes("articles.ckpt", fields=["title"]) as changes:
            ...     _ = directus.items("articles").create_one({"title": "News"})
            ...     change = changes.next(timeout=10)
            ...     changes.done()
            >>> change.event, change.data
            ('create', {'title': 'News'})
        """
        from directus_sdk.changes.feed import Changes
        from directus_sdk.realtime import manager_of

        return Changes(
            manager_of(self._directus),
            self._collection,
            self._codec,
            checkpoint=checkpoint,
            query=normalize(query, params),
            kinds=kinds,
            source=source,
            start=start,
            poll_interval=poll_interval,
        )

    # ------------------------------------------------------------------ versions
    def version(self, key: Key, name: str) -> ContentVersion[T]:
        """Return a content version of one item; no request is sent.

        Args:
            key: The key of the item.
            name: The key of the version, such as ``"draft"``.

        Returns:
            An object that saves changes in the version, which it creates if necessary, and compares and promotes it.

        Example:
            >>> directus.items("articles").version(1, "draft")
            ContentVersion('articles', 1, 'draft')
        """
        from directus_sdk.handlers.content_version import ContentVersion

        return ContentVersion(self._directus, self._codec, key, name, self.primary_key)

    # ------------------------------------------------------------------ inside
    def _one(self, data: object, key: object = None) -> T | MaybeNone:
        return load_written(self._codec, data, self.primary_key, key)

    def _write_one(self, method: str, path: str, data: JSONMapping, query: NormalizedQuery, key: object) -> T | MaybeNone:
        added = False
        if self._codec.converts:  # the error for an item that does not fit the model names its key
            query, added = paging.with_key(query, self.primary_key)
        try:
            response = self._pipeline.call(method, path, json=data, query=query)
        except RouteNotFound as error:
            self._collection.refuse_singleton(error)
            raise
        except Forbidden as error:
            if key is not None:
                explain_value(self._collection, error, [key])
            raise
        if method == "POST" and key in (0, "0"):
            response = self._at_zero(response, query)
        item = response.data if self._collection.own([response.data]) else None
        TruncationCheck(self._pipeline, self.collection).check(response, query)
        if added and isinstance(item, Mapping):
            key = item.get(self.primary_key, key)
            item = paging.without_key([item], self.primary_key)[0]
        return self._one(item, key)

    def _at_zero(self, response: APIResponse, query: NormalizedQuery) -> APIResponse:
        """Read the item with the key 0: a server returns another item where the database accepted that key."""
        if response.data is None:
            return response
        try:
            return uncached.get(self._pipeline, f"{self._collection.path}/0", query)
        except APIError:
            return response

    def _create_without_key(self, data: JSONMapping, query: NormalizedQuery) -> T | MaybeNone:
        try:
            return self.create_one(data, query)
        except RecordNotUnique as error:
            explain_conflict(self._collection, error)
            raise

    def _check_exists(self, key: Key, must_exist: bool) -> None:
        if must_exist and not self.exists(key):
            raise NotFound(f"{self.collection} has no item {key!r}, or you may not read it; nothing was changed")

    def _key_of(self, data: JSONMapping, match_on: str | None) -> Any:
        """Return the key of the existing item that some data is about, or ``None``."""
        from directus_sdk.writing.existing_items import existing_key

        return existing_key(self._collection, data, match_on)
