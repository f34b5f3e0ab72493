"""Reading and writing the items of a collection."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from os import PathLike
from typing import TYPE_CHECKING, Any, Literal, TypeVar, overload

from directus_sdk.calls import uncached
from directus_sdk.calls.server_limits import MAX_KEYS
from directus_sdk.errors import APIError, Forbidden, NotFound, RecordNotUnique, RouteNotFound
from directus_sdk.errors.transport import refuse_at_exit
from directus_sdk.handlers.read_only import ReadHandler
from directus_sdk.json_types import JSONMapping
from directus_sdk.local.progress import Progress
from directus_sdk.models.payloads import load_written, payload
from directus_sdk.reading import paging
from directus_sdk.reading.primary_key import another_key, check_key, explain_value, name_key, no_key
from directus_sdk.reading.truncation import Watch
from directus_sdk.results import BulkResult
from directus_sdk.wire.filters import check_filter
from directus_sdk.wire.query import Filter, Query, normalize, returned
from directus_sdk.wire.urls import Key, segment

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from directus_sdk.changes.checkpoint import GivenCheckpoint
    from directus_sdk.changes.feed import Changes
    from directus_sdk.handlers.content_version import ContentVersion
    from directus_sdk.realtime import Subscription
    from directus_sdk.writing.bulk import OnError
    from directus_sdk.writing.bulk_call import BulkCall
    from directus_sdk.writing.bulk_options import Returning
    from directus_sdk.writing.sync import Plan

T = TypeVar("T")


class ItemsHandler(ReadHandler[T]):
    """Reads and writes items: ``directus.items("articles")``."""

    # ------------------------------------------------------------------ create
    def create_one(self, item: Any, query: JSONMapping | None = None, /, **params: Unpack[Query]) -> T | None:
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
            ModelError: The item was created, and does not fit the model; ``.keys`` holds its key.
            RecordNotUnique: The value of a unique field exists already.
            TypeError: The item is no mapping and no model.

        Example:
            >>> directus.items("articles").create_one({"title": "Hello"}, fields=["title"])
            {'title': 'Hello'}
        """
        data = payload(self._codec.dump_create(item))
        return self._write_one("POST", self._collection.path, data, returned(query, params), data.get(self.primary_key))

    @overload
    def create_many(
        self,
        items: Iterable[Any],
        query: JSONMapping | None = None,
        *,
        batch_size: int | None = None,
        generate_keys: bool = False,
        returning: Literal["items"] | None = "items",
        on_error: OnError = "raise",
        workers: int = 1,
        checkpoint: str | PathLike[str] | None = None,
        match_on: str | None = None,
        progress: Progress = False,
        **params: Unpack[Query],
    ) -> BulkResult[T]: ...
    @overload
    def create_many(
        self,
        items: Iterable[Any],
        query: JSONMapping | None = None,
        *,
        batch_size: int | None = None,
        generate_keys: bool = False,
        returning: Literal["keys"],
        on_error: OnError = "raise",
        workers: int = 1,
        checkpoint: str | PathLike[str] | None = None,
        match_on: str | None = None,
        progress: Progress = False,
        **params: Unpack[Query],
    ) -> BulkResult[Key]: ...
    def create_many(
        self,
        items: Iterable[Any],
        query: JSONMapping | None = None,
        *,
        batch_size: int | None = None,
        generate_keys: bool = False,
        returning: Returning = "items",
        on_error: OnError = "raise",
        workers: int = 1,
        checkpoint: str | PathLike[str] | None = None,
        match_on: str | None = None,
        progress: Progress = False,
        **params: Unpack[Query],
    ) -> BulkResult[Any]:
        """Create items, in as few calls as the server takes.

        ``POST /items/{collection}``. Each call is one transaction. What fits one call is written whole or not at all; of
        more, everything before the item that the error names is written, and nothing after it.

        Args:
            items: Mappings or instances of the model, in any iterable such as a generator, or a pandas DataFrame.
            query: What to return, as a mapping, instead of keywords.
            batch_size: The most items in one call.
            generate_keys: Give each item without a primary key a UUID, for collections whose key is one.
            returning: ``"items"``, ``"keys"``, or ``None`` for nothing but the count, so that memory stays flat.
            on_error: ``"raise"`` stops at the first bad item, ``"collect"`` puts it into ``.errors`` and goes on.
            workers: How many calls may be on their way at once.
            checkpoint: A file that lets a second run with the same items go on where the first one ended, even if it was
                killed. The result holds what that run wrote.
            match_on: With `checkpoint`: a unique field that tells whether an item has arrived, where the server makes
                the keys.
            progress: ``True`` shows a progress bar (extra ``progress``); ``"auto"`` does so only on a terminal and in a
                notebook, and else logs a line every 10 seconds; a logger gets such lines;
                a function is called with the items done and all of them.
            **params: What to return, such as `fields` and `deep`.

        Returns:
            The items in the order of the input; ``.count`` and ``.errors``.

        Raises:
            BulkError: A later call failed. ``.result`` holds what was done, ``.errors`` names the bad item.
            BulkModelError: Items were written that do not fit the model; with ``on_error="collect"`` they are in the
                ``.unfit`` of the result.
            APIError: The first call failed, and nothing was written.
            ConfigurationError: The checkpoint is in use, or is that of another call or of other items.
            OrderUnknown: The server made the keys, and which row is which item cannot be told: pass
                ``generate_keys=True``. The rows are written, and in ``.result``.

        Example:
            >>> len(directus.items("articles").create_many([{"title": "A"}, {"title": "B"}]))
            2
            >>> rows = ({"title": f"Article {number}"} for number in range(500))
            >>> directus.items("articles").create_many(rows, returning=None).count
            500
        """
        call = self._bulk_call(returned(query, params), batch_size, returning, on_error, workers, checkpoint, progress)
        return call.create(items, generate_keys=generate_keys, match_on=match_on)

    # ------------------------------------------------------------------ update
    def update_one(
        self,
        key: Key,
        data: Any,
        query: JSONMapping | None = None,
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

        Raises:
            ModelError: The item was changed, and does not fit the model.
            ValueError: `data` holds another primary key: a server never changes it.

        Example:
            >>> directus.items("articles").update_one(1, {"title": "New"}, fields=["id", "title"])
            {'id': 1, 'title': 'New'}
        """
        changes = payload(self._codec.dump_update(data), "data")
        address, wire = f"{self._collection.path}/{segment(key)}", returned(query, params)
        check_key(self.collection, self.primary_key, key, changes)
        self._check_exists(key, must_exist)
        return self._write_one("PATCH", address, changes, wire, key)

    def update_many(
        self,
        keys: Iterable[Key],
        data: Any,
        query: JSONMapping | None = None,
        /,
        *,
        batch_size: int | None = None,
        returning: Returning = "items",
        on_error: OnError = "raise",
        workers: int = 1,
        progress: Progress = False,
        **params: Unpack[Query],
    ) -> BulkResult[T]:
        """Make the same change to the items of a list of keys.

        ``PATCH /items/{collection}`` with up to 10,000 keys at once.

        Args:
            keys: The primary keys, in any iterable. One that comes twice is sent and counted twice.
            data: The fields to change.
            query: What to return, as a mapping, instead of keywords.
            batch_size: The most keys in one call.
            returning: ``"items"``, ``"keys"``, or ``None`` for nothing but the count.
            on_error: ``"raise"`` stops at the first bad item, ``"collect"`` puts it into ``.errors`` and goes on.
            workers: How many calls may be on their way at once.
            progress: As of `create_many`.
            **params: What to return, such as `fields`.

        Returns:
            The changed items in the order of the keys.

        Raises:
            BulkError: A later call failed; ``.result`` holds what was done.
            ValueError: `data` holds another primary key: a server never changes it.

        Example:
            >>> [item["id"] for item in directus.items("articles").update_many([2, 1], {"views": 0}, fields=["id"])]
            [2, 1]
        """
        changes = payload(self._codec.dump_update(data), "data")
        wire = returned(query, params)
        return self._bulk_call(wire, batch_size, returning, on_error, workers, None, progress).change(keys, changes)

    def update_batch(
        self,
        items: Iterable[Any],
        query: JSONMapping | None = None,
        /,
        *,
        batch_size: int | None = None,
        returning: Returning = "items",
        on_error: OnError = "raise",
        workers: int = 1,
        checkpoint: str | PathLike[str] | None = None,
        progress: Progress = False,
        **params: Unpack[Query],
    ) -> BulkResult[T]:
        """Change items, each in its own way.

        ``PATCH /items/{collection}``.

        Args:
            items: Mappings that hold the primary key and the fields to change, in any iterable, or a pandas DataFrame.
            query: What to return, as a mapping, instead of keywords.
            batch_size: The most items in one call.
            returning: ``"items"``, ``"keys"``, or ``None`` for nothing but the count.
            on_error: ``"raise"`` stops at the first bad item, ``"collect"`` puts it into ``.errors`` and goes on.
            workers: How many calls may be on their way at once.
            checkpoint: A file that lets a second run go on where the first one ended.
            progress: As of `create_many`.
            **params: What to return, such as `fields`.

        Returns:
            The changed items in the order of the input; without those that are not there.

        Raises:
            BulkError: A later call failed. ``.result`` holds what was done, ``.errors`` names the bad item.

        Example:
            >>> len(directus.items("articles").update_batch([{"id": 1, "views": 3}, {"id": 2, "views": 4}]))
            2
        """
        wire = returned(query, params)
        return self._bulk_call(wire, batch_size, returning, on_error, workers, checkpoint, progress).update(items)

    def update_by_query(
        self,
        selection: JSONMapping,
        data: Any,
        query: JSONMapping | None = None,
        *,
        all_items: bool = False,
        max_affected: int | None = None,
        dry_run: bool = False,
        returning: Returning = "items",
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
            returning: ``"items"``, ``"keys"``, or ``None`` for nothing but the count.
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
        changes = payload(self._codec.dump_update(data), "data")
        if changes.get(self.primary_key) is not None:
            raise ValueError(another_key(self.collection, self.primary_key, None, changes))
        wire = returned(query, params)
        keys = self._selected(selection, all_items, max_affected)
        if dry_run or not keys:
            return BulkResult(keys)
        return self.update_many(keys, data, wire, returning=returning)

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
        address = f"{self._collection.path}/{segment(key)}"
        self._check_exists(key, must_exist)
        try:
            self._pipeline.call("DELETE", address)
        except Forbidden as error:
            explain_value(self._collection, error, [key])
            raise

    def delete_many(
        self,
        keys: Iterable[Key],
        *,
        batch_size: int | None = None,
        returning: Literal["keys"] | None = "keys",
        on_error: OnError = "raise",
        workers: int = 1,
        progress: Progress = False,
    ) -> BulkResult[Key]:
        """Delete the items of a list of keys.

        ``DELETE /items/{collection}`` with up to 10,000 keys at once. An administrator gets no error for keys that are
        not there.

        Args:
            keys: The primary keys, in any iterable. One that comes twice is sent and counted twice.
            batch_size: The most keys in one call.
            returning: ``"keys"``, or ``None`` for nothing but the count.
            on_error: ``"raise"`` stops at the first bad key, ``"collect"`` puts it into ``.errors`` and goes on.
            workers: How many calls may be on their way at once.
            progress: As of `create_many`.

        Returns:
            The keys.

        Raises:
            BulkError: A later call failed; ``.result`` holds what was done.

        Example:
            >>> directus.items("articles").delete_many([1, 2]).count
            2
        """
        return self._bulk_call({}, batch_size, returning, on_error, workers, None, progress).delete(keys)

    def delete_by_query(
        self,
        selection: JSONMapping,
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
        self, item: Any, /, match_on: str | None = None, query: JSONMapping | None = None, **params: Unpack[Query]
    ) -> T | None:
        """Change the item that has the same value in a field, or create it if there is none.

        Args:
            item: A mapping, or an instance of the model, which is sent whole: its defaults too, but no ``UNSET`` and no
                key that is ``None``; of a pydantic model what was set.
            match_on: The field, which should be unique; the primary key by default.
            query: What to return, as a mapping, instead of keywords.
            **params: What to return, such as `fields`.

        Raises:
            ModelError: The item was written, and does not fit the model.
            ValueError: The item has no value in that field, more than one item has it, or the one that has it has another
                primary key than `item`.

        Example:
            >>> directus.items("articles").upsert_one({"id": 1, "title": "Again"}, fields=["id", "title"])
            {'id': 1, 'title': 'Again'}
        """
        data = payload(self._codec.dump_upsert(item, self.primary_key))
        wire = returned(query, params)
        if data.get(match_on or self.primary_key) is None:
            if match_on is None:
                return self._create_without_key(data, wire)
            raise ValueError(f"the item has no {match_on!r}, so there is nothing to match on")
        key = self._key_of(data, match_on)
        if key is None:
            try:
                return self.create_one(data, wire)
            except RecordNotUnique:
                key = self._key_of(data, match_on)  # somebody else was faster
                if key is None:
                    raise
        check_key(self.collection, self.primary_key, key, data)
        changes = {name: held for name, held in data.items() if name != self.primary_key}
        return self.update_one(key, changes, wire)

    def upsert_many(
        self,
        items: Iterable[Any],
        match_on: str | None = None,
        query: JSONMapping | None = None,
        *,
        batch_size: int | None = None,
        returning: Returning = "items",
        on_error: OnError = "raise",
        checkpoint: str | PathLike[str] | None = None,
        progress: Progress = False,
        **params: Unpack[Query],
    ) -> BulkResult[T | None]:
        """Change or create each item, as `upsert_one` does, with three calls for thousands of items.

        ``GET``, ``POST`` and ``PATCH /items/{collection}``.

        Args:
            items: Mappings or instances of the model, in any iterable, or a pandas DataFrame; of a model, the same is sent
                as by `upsert_one`.
            match_on: The field, which should be unique; the primary key by default. Only if the server returns an item for
                a value in another notation, ``GET /fields/{collection}`` is read once, because the type decides then.
            query: What to return, as a mapping, instead of keywords.
            batch_size: The most items in one call.
            returning: ``"items"``, ``"keys"``, or ``None`` for nothing but the count.
            on_error: ``"raise"`` stops at the first bad item, ``"collect"`` puts it into ``.errors`` and goes on.
            checkpoint: A file that lets a second run go on where the first one ended.
            progress: As of `create_many`.
            **params: What to return, such as `fields`.

        Returns:
            The items in the order of the input.

        Raises:
            BulkError: A later call failed. ``.result`` holds what was done, ``.errors`` names the bad item.
            ValueError: An item has no value in that field, more than one item on the server has it, or the one that has it
                has another primary key.

        Example:
            >>> rows = [{"id": 1, "title": "One"}, {"title": "Another"}]
            >>> directus.items("articles").upsert_many(rows).count
            2
            >>> directus.items("articles").upsert_many([{"title": "Another", "views": 3}], match_on="title")[0]["views"]
            3
        """
        wire = returned(query, params)
        return self._bulk_call(wire, batch_size, returning, on_error, 1, checkpoint, progress).upsert(items, match_on)

    # ------------------------------------------------------------------ sync
    def sync(
        self,
        rows: Any,
        match_on: str | None = None,
        *,
        delete_missing: bool = False,
        filter: Filter | None = None,
    ) -> Plan:
        """Compare rows with the collection and return a plan that makes the collection like the rows.

        Nothing is written before `Plan.apply`. Only fields that the rows have are compared, and only those that differ are
        sent. ``GET /fields/{collection}`` reports the types of the fields, and a type decides what a value means: ``"1"`` is
        a number in a field of numbers, wherever the rows come from. Where you may not read it, ``GET /server/specs/oas``
        does; else only booleans and numbers are recognized, by the values of the items.

        Args:
            rows: Mappings, instances of the model, a pandas DataFrame, a `csv.DictReader`, or the path of a CSV file in
                UTF-8, whose first line names the columns. An empty cell is no value. Related items stand as keys.
            match_on: The field that tells which item a row is, which should be unique; the primary key by default. Dates,
                times and numbers match in any notation: ``"1.5"`` and ``"1.50"`` are one value in a field of decimals, and
                two in a field of strings.
            delete_missing: Delete items that no row is about.
            filter: The part of the collection that the rows are about; items outside it are not deleted. Those that rows
                are about all the same are in the plan's ``outside``.

        Returns:
            The plan; it prints as ``+3 ~12 -0 =985``.

        Raises:
            OSError: The file cannot be opened.
            ValueError: A row has no value in `match_on`, two rows or two items have the same, the CSV file is broken (the
                error names file and line), a column is no field, a value cannot be one of its field (such as a list in
                Python's spelling for JSON), a row holds related items or another
                key than its item, `delete_missing` would delete everything, or the server has an item with one of the
                values and which one cannot be told. Nothing was written.

        Example:
            >>> rows = [{"title": "Islands", "views": 7}, {"title": "Brand new"}]
            >>> plan = directus.items("articles").sync(rows, match_on="title")
            >>> print(plan)
            +1 ~1 -0 =0
            >>> plan.apply().count
            2
        """
        refuse_at_exit()
        from directus_sdk.writing.sync import compare

        try:
            return compare(self._collection, self._codec, rows, match_on or self.primary_key, delete_missing, filter)
        except KeyError as error:
            if error.args != (self.primary_key,):
                raise
            raise no_key(self._collection) from None

    # ------------------------------------------------------------------ realtime
    def subscribe(
        self,
        event: Literal["create", "update", "delete"] | None = None,
        query: JSONMapping | None = None,
        **params: Unpack[Query],
    ) -> Subscription[T]:
        """Be told over a WebSocket when items change; see the page on realtime.

        Opens ``/websocket``, one for all subscriptions of the client. ``GET /items/{collection}`` checks the query first.

        Args:
            event: The one kind of event that is wanted; by default all are, and the items as they are now come first.
            query: What to be told of each item, as a mapping, instead of keywords; a filter does not hold for deletions.
            **params: The same as keywords: `fields`, `filter` and so on.

        Returns:
            What yields the events; the server knows of the subscription already.

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
        from directus_sdk.realtime import hub_of

        wire = normalize(query, params)
        return hub_of(self._directus).subscribe(
            self.collection, self._collection.path, self._codec, primary_key=self.primary_key, event=event, query=wire
        )

    def changes(
        self,
        checkpoint: GivenCheckpoint = None,
        query: JSONMapping | None = None,
        *,
        kinds: Iterable[str] | None = None,
        source: Literal["activity", "dates", "key"] | None = None,
        start: Literal["now", "first"] = "now",
        poll_interval: float = 10.0,
        **params: Unpack[Query],
    ) -> Changes[T]:
        """Follow every change, across restarts of this program and of the server; see the page on realtime.

        ``SEARCH /activity`` and ``SEARCH /items/{collection}``; a WebSocket only says when to look.

        Args:
            checkpoint: The file in which it is kept how far the feed has come, or an object with `load` and `save`; in
                memory by default.
            query: What to read of each item, as a mapping, instead of keywords; `fields`, `filter`, `deep`, `alias`.
            kinds: The kinds of changes that are wanted: ``"create"``, ``"update"``, ``"delete"``. By default all that can
                be seen.
            source: Where changes are read; by default the first that can be used and sees what is wanted.
            start: Where to begin without a checkpoint: with what comes from now on, or with the first change that there is.
            poll_interval: How often to look without being told, in seconds.
            **params: The same as `query`, as keywords.

        Returns:
            What yields the changes.

        Raises:
            ConfigurationError: Nothing shows the changes that are wanted, or the checkpoint is another feed's.

        Example:
            >>> with directus.items("articles").changes("articles.ckpt", fields=["title"]) as changes:
            ...     _ = directus.items("articles").create_one({"title": "News"})
            ...     change = changes.next(timeout=10)
            ...     changes.done()
            >>> change.event, change.data
            ('create', {'title': 'News'})
        """
        from directus_sdk.changes.feed import Changes
        from directus_sdk.realtime import hub_of

        return Changes(
            hub_of(self._directus),
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
        """Return a content version of one item; nothing is sent.

        Args:
            key: The key of the item.
            name: The key of the version, such as ``"draft"``.

        Returns:
            What saves changes in the version (and makes it, if there is none), compares and promotes it.

        Example:
            >>> directus.items("articles").version(1, "draft")
            ContentVersion('articles', 1, 'draft')
        """
        from directus_sdk.handlers.content_version import ContentVersion

        return ContentVersion(self._directus, self._codec, key, name, self.primary_key)

    # ------------------------------------------------------------------ inside
    def _one(self, data: Any, key: Any = None) -> T | None:
        return load_written(self._codec, data, self.primary_key, key)

    def _write_one(self, method: str, address: str, data: Any, wire: JSONMapping, key: Any) -> T | None:
        added = False
        if self._codec.converts:  # an item that does not fit the model is named by its key
            wire, added = paging.with_key(wire, self.primary_key)
        try:
            answer = self._pipeline.call(method, address, json=data, query=wire)
        except RouteNotFound as error:
            self._collection.refuse_singleton(error)
            raise
        except Forbidden as error:
            if key is not None:
                explain_value(self._collection, error, [key])
            raise
        item = answer.data if self._collection.own([answer.data]) else None
        Watch(self._pipeline, self.collection).look(answer, wire)
        if method == "POST" and key in (0, "0"):
            item = self._at_zero(item, wire)
        if added and isinstance(item, Mapping):
            key = item.get(self.primary_key, key)
            item = paging.without_key([item], self.primary_key)[0]
        return self._one(item, key)

    def _at_zero(self, item: Any, wire: JSONMapping) -> Any:
        """Return the item with the key 0: a server returns another one where the database took that key."""
        if item is None:
            return None
        try:
            return uncached.get(self._pipeline, f"{self._collection.path}/0", wire).data
        except APIError:
            return item

    def _create_without_key(self, data: Any, wire: JSONMapping) -> T | None:
        try:
            return self.create_one(data, wire)
        except RecordNotUnique as error:
            name_key(self._collection, error)
            raise

    def _bulk_call(self, query: JSONMapping, *options: Any) -> BulkCall:
        refuse_at_exit()
        from directus_sdk.writing.bulk_call import BulkCall  # not needed where nothing is written
        from directus_sdk.writing.bulk_options import BulkOptions

        return BulkCall(self._collection, self._codec, query, BulkOptions(*options))

    def _check_exists(self, key: Key, must_exist: bool) -> None:
        if must_exist and not self.exists(key):
            raise NotFound(f"{self.collection} has no item {key!r}, or you may not read it; nothing was changed")

    def _key_of(self, data: JSONMapping, match_on: str | None) -> Any:
        """Return the key of the item that is on the server for some data, or ``None``."""
        from directus_sdk.writing.existing_items import existing_key

        return existing_key(self._collection, data, match_on)

    def _selected(self, selection: JSONMapping, all_items: bool, max_affected: int | None) -> list[Key]:
        """Return the keys that a selection matches, after the checks that keep it from matching too much."""
        wire = normalize(selection)
        for name in wire.keys() - {"filter", "search", "sort", "limit"}:
            raise TypeError(f"a selection takes filter, search, sort and limit, not {name}")
        check_filter(wire.get("filter", {}), known_only=True)
        if not ("filter" in wire or "search" in wire or all_items):
            raise ValueError("the selection has no filter and would match every item; if you mean that, say all_items=True")
        if wire.get("limit") == 0:
            return []
        wire["fields"] = [self.primary_key]
        if max_affected is not None and wire.get("limit", -1) == -1:
            wire["limit"] = max_affected + 1
        try:
            pages = self._collection.iterate(wire, page_size=MAX_KEYS)
            keys: list[Key] = [row[self.primary_key] for rows in pages for row in rows]
        except KeyError:
            raise no_key(self._collection) from None
        if max_affected is not None and len(keys) > max_affected:
            raise ValueError(f"the selection matches more than max_affected={max_affected} items; nothing was changed")
        return keys
