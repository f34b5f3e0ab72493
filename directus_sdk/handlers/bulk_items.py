"""The bulk operations on the items of a collection."""

from __future__ import annotations

from collections.abc import Iterable
from os import PathLike
from typing import TYPE_CHECKING, Any, Literal, TypeVar, overload

from directus_sdk.errors.transport import refuse_at_exit
from directus_sdk.handlers.read_only import ReadHandler
from directus_sdk.json_types import JSONMapping
from directus_sdk.local.progress import Progress
from directus_sdk.models.payloads import payload
from directus_sdk.reading.primary_key import changed_key_message, missing_key_error
from directus_sdk.results import BulkResult
from directus_sdk.wire.operators import Filter
from directus_sdk.wire.parameters import boolean, non_empty
from directus_sdk.wire.query import NormalizedQuery, Query, returned, split_selection
from directus_sdk.wire.urls import Key

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from directus_sdk.writing.bulk import OnError
    from directus_sdk.writing.bulk_call import BulkCall
    from directus_sdk.writing.bulk_options import Returning
    from directus_sdk.writing.sync import Plan

T = TypeVar("T")


class BulkItemsHandler(ReadHandler[T]):
    """Writes many items at once; `directus_sdk.handlers.items.ItemsHandler` writes single ones too."""

    # ------------------------------------------------------------------ create
    @overload
    def create_many(
        self,
        items: Iterable[object],
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
        items: Iterable[object],
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
        items: Iterable[object],
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
        """Create items, in as few calls as the server accepts.

        ``POST /items/{collection}``. Each call is one transaction, so that the items of one call are written together or
        not at all. Of several calls, all items before the one that the error names are written, and none after it.

        Args:
            items: Mappings or instances of the model, in any iterable such as a generator, or a pandas DataFrame.
            query: What to return, as a mapping, instead of keywords.
            batch_size: The maximum number of items in one call.
            generate_keys: Give each item without a primary key a UUID, for collections with UUIDs as keys.
            returning: ``"items"``, ``"keys"``, or ``None`` for the count only, so that memory use does not grow.
            on_error: ``"raise"`` stops at the first invalid item; ``"collect"`` adds it to ``.errors`` and continues.
            workers: The maximum number of concurrent calls.
            checkpoint: A file that lets a second run with the same items continue where the first one ended, even if that
                one was killed. The result holds what the second run wrote.
            match_on: With `checkpoint`: a unique field that shows whether an item was written, where the server generates
                the keys.
            progress: ``True`` shows a progress bar (extra ``progress``). ``"auto"`` shows it only in a terminal or a
                notebook, and otherwise logs a line every 10 seconds. A logger logs such lines. A function is called with
                the number of items done and the total.
            **params: What to return, such as `fields` and `deep`.

        Returns:
            The items in the order of the input; ``.count`` and ``.errors``.

        Raises:
            BulkError: A later call failed. ``.result`` holds what was written, ``.errors`` names the invalid item.
            BulkModelError: Items were written that do not fit the model; with ``on_error="collect"`` they are in the
                ``.unfit`` of the result.
            APIError: The first call failed, and nothing was written.
            ConfigurationError: The checkpoint is in use, or belongs to another call or to other items.
            OrderUnknown: The server generated the keys, and the rows cannot be assigned to the items: pass
                ``generate_keys=True``. The rows are written, and ``.result`` holds them.

        Example:
            >>> len(directus.items("articles").create_many([{"title": "A"}, {"title": "B"}]))
            2
            >>> rows = ({"title": f"Article {number}"} for number in range(500))
            >>> directus.items("articles").create_many(rows, returning=None).count
            500
        """
        check_match_on(match_on)
        call = self._bulk_call(returned(query, params), batch_size, returning, on_error, workers, checkpoint, progress)
        return call.create(items, generate_keys=generate_keys, match_on=match_on)

    # ------------------------------------------------------------------ update
    def update_many(
        self,
        keys: Iterable[Key],
        data: object = ...,
        query: JSONMapping | None = None,
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
            keys: The primary keys, in any iterable. A key that is given twice is sent and counted twice.
            data: The fields to change.
            query: What to return, as a mapping, instead of keywords.
            batch_size: The maximum number of keys in one call.
            returning: ``"items"``, ``"keys"``, or ``None`` for the count only.
            on_error: ``"raise"`` stops at the first invalid item; ``"collect"`` adds it to ``.errors`` and continues.
            workers: The maximum number of concurrent calls.
            progress: See `create_many`.
            **params: What to return, such as `fields`.

        Returns:
            The changed items in the order of the keys.

        Raises:
            BulkError: A later call failed; ``.result`` holds what was written.
            ValueError: `data` holds another primary key, which a server never changes.

        Example:
            >>> [item["id"] for item in directus.items("articles").update_many([2, 1], {"views": 0}, fields=["id"])]
            [2, 1]
        """
        query = returned(query, params)
        call = self._bulk_call(query, batch_size, returning, on_error, workers, None, progress)
        if data is ...:
            raise call.missing_data(keys)
        return call.change(keys, payload(self._codec.dump_update(data), "data"))

    def update_batch(
        self,
        items: Iterable[object],
        query: JSONMapping | None = None,
        *,
        batch_size: int | None = None,
        returning: Returning = "items",
        on_error: OnError = "raise",
        workers: int = 1,
        checkpoint: str | PathLike[str] | None = None,
        progress: Progress = False,
        **params: Unpack[Query],
    ) -> BulkResult[T]:
        """Change items, each with its own values.

        ``PATCH /items/{collection}``.

        Args:
            items: Mappings that hold the primary key and the fields to change, in any iterable, or a pandas DataFrame.
            query: What to return, as a mapping, instead of keywords.
            batch_size: The maximum number of items in one call.
            returning: ``"items"``, ``"keys"``, or ``None`` for the count only.
            on_error: ``"raise"`` stops at the first invalid item; ``"collect"`` adds it to ``.errors`` and continues.
            workers: The maximum number of concurrent calls.
            checkpoint: A file that lets a second run continue where the first one ended.
            progress: See `create_many`.
            **params: What to return, such as `fields`.

        Returns:
            The changed items in the order of the input, without those that do not exist.

        Raises:
            BulkError: A later call failed. ``.result`` holds what was written, ``.errors`` names the invalid item.

        Example:
            >>> len(directus.items("articles").update_batch([{"id": 1, "views": 3}, {"id": 2, "views": 4}]))
            2
        """
        query = returned(query, params)
        return self._bulk_call(query, batch_size, returning, on_error, workers, checkpoint, progress).update(items)

    def update_by_query(
        self,
        query: JSONMapping | None = None,
        data: object = None,
        result: JSONMapping | None = None,
        *,
        all_items: bool = False,
        max_affected: int | None = None,
        dry_run: bool = False,
        returning: Returning = "items",
        **params: Unpack[Query],
    ) -> BulkResult[Any]:
        """Make the same change to every item that matches.

        The keys are read first, page by page, and then those items are changed: the server itself would stop silently at
        100 items, or at its own limit.

        Args:
            query: Which items: `filter`, `search`, `sort` and `limit`; anything else in it, such as `fields`, is what to
                return. If one of its keys is not the name of a query parameter, it is a filter.
            data: The fields to change.
            result: What to return, as a mapping, instead of keywords.
            all_items: Allow a query without a filter.
            max_affected: Refuse to change more items than this.
            dry_run: Change nothing and return the keys.
            returning: ``"items"``, ``"keys"``, or ``None`` for the count only.
            **params: The same as `query`, as keywords.

        Returns:
            The changed items; with ``dry_run=True`` the keys.

        Raises:
            ValueError: The query has no filter, or matches more than `max_affected` items; nothing was changed.

        Example:
            >>> articles = directus.items("articles")
            >>> articles.update_by_query(filter={"status": {"_eq": "draft"}}, data={"views": 0}, dry_run=True).count
            5
        """
        if data is None:
            raise TypeError("data is missing: the fields to change, such as data={'status': 'published'}")
        changes = payload(self._codec.dump_update(data), "data")
        if changes.get(self.primary_key) is not None:
            raise ValueError(changed_key_message(self.collection, self.primary_key, None, changes))
        selecting, rest = split_selection(query, params)
        shape = returned(result, rest)
        boolean("dry_run", dry_run)
        keys = self._selected(selecting, all_items, max_affected)
        if dry_run or not keys:
            return BulkResult(keys)
        return self.update_many(keys, data, shape, returning=returning)

    # ------------------------------------------------------------------ delete
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

        ``DELETE /items/{collection}`` with up to 10,000 keys at once. An administrator gets no error for keys that
        do not exist.

        Args:
            keys: The primary keys, in any iterable. A key that is given twice is sent and counted twice.
            batch_size: The maximum number of keys in one call.
            returning: ``"keys"``, or ``None`` for the count only.
            on_error: ``"raise"`` stops at the first invalid key; ``"collect"`` adds it to ``.errors`` and continues.
            workers: The maximum number of concurrent calls.
            progress: See `create_many`.

        Returns:
            The keys.

        Raises:
            BulkError: A later call failed; ``.result`` holds what was written.

        Example:
            >>> directus.items("articles").delete_many([1, 2]).count
            2
        """
        return self._bulk_call(NormalizedQuery(), batch_size, returning, on_error, workers, None, progress).delete(keys)

    def delete_by_query(
        self,
        query: JSONMapping | None = None,
        *,
        all_items: bool = False,
        max_affected: int | None = None,
        dry_run: bool = False,
        **params: Unpack[Query],
    ) -> BulkResult[Key]:
        """Delete every item that matches; the keys are read first, page by page.

        Args:
            query: Which items: `filter`, `search`, `sort` and `limit`. If one of its keys is not the name of a query
                parameter, it is a filter.
            all_items: Allow a query without a filter.
            max_affected: Refuse to delete more items than this.
            dry_run: Delete nothing and return the keys.
            **params: The same as `query`, as keywords.

        Returns:
            The keys of the deleted items.

        Raises:
            ValueError: The query has no filter, or matches more than `max_affected` items; nothing was deleted.

        Example:
            >>> directus.items("articles").delete_by_query(filter={"status": {"_eq": "draft"}}).count
            5
        """
        boolean("dry_run", dry_run)
        selecting, rest = split_selection(query, params)
        keys = self._selected({**selecting, **rest}, all_items, max_affected)
        return BulkResult(keys) if dry_run or not keys else self.delete_many(keys)

    # ------------------------------------------------------------------ upsert
    def upsert_many(
        self,
        items: Iterable[object],
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

        ``SEARCH``, ``POST`` and ``PATCH /items/{collection}``.

        Args:
            items: Mappings or instances of the model, in any iterable, or a pandas DataFrame. Models are sent as by
                `upsert_one`.
            match_on: The field, which should be unique; the primary key by default. Only if the server returns an item for
                a value in another notation, ``GET /fields/{collection}`` is read once, because the type decides then.
            query: What to return, as a mapping, instead of keywords.
            batch_size: The maximum number of items in one call.
            returning: ``"items"``, ``"keys"``, or ``None`` for the count only.
            on_error: ``"raise"`` stops at the first invalid item; ``"collect"`` adds it to ``.errors`` and continues.
            checkpoint: A file that lets a second run continue where the first one ended.
            progress: See `create_many`.
            **params: What to return, such as `fields`.

        Returns:
            The items in the order of the input.

        Raises:
            BulkError: A later call failed. ``.result`` holds what was written, ``.errors`` names the invalid item.
            ValueError: An item has no value in that field, several items on the server have it, or the item that has it has
                another primary key.

        Example:
            >>> rows = [{"id": 1, "title": "One"}, {"title": "Another"}]
            >>> directus.items("articles").upsert_many(rows).count
            2
            >>> directus.items("articles").upsert_many([{"title": "Another", "views": 3}], match_on="title")[0]["views"]
            3
        """
        check_match_on(match_on)
        query = returned(query, params)
        return self._bulk_call(query, batch_size, returning, on_error, 1, checkpoint, progress).upsert(items, match_on)

    # ------------------------------------------------------------------ sync
    def sync(
        self,
        rows: object,
        match_on: str | None = None,
        *,
        delete_missing: bool = False,
        filter: Filter | None = None,
    ) -> Plan:
        """Compare rows with the collection and return a plan that makes the collection like the rows.

        Nothing is written before `Plan.apply`. Only fields that the rows have are compared, and only those that differ are
        sent. ``GET /fields/{collection}`` reports the types of the fields, and a type decides what a value means: ``"1"``
        is a number in a field of numbers, wherever the rows come from. If you may not read it, ``GET /server/specs/oas``
        is read instead; without both, only booleans and numbers are recognized, by the values of the items.

        Args:
            rows: Mappings, instances of the model, a pandas DataFrame, a `csv.DictReader`, or the path of a CSV file in
                UTF-8, whose first line names the columns. An empty cell is ``None``. Related items are given by their keys.
            match_on: The field that assigns rows to items, which should be unique; the primary key by default. Dates, times
                and numbers match in any notation: ``"1.5"`` and ``"1.50"`` are one value in a field of decimals, and two in
                a field of strings.
            delete_missing: Delete items without a row.
            filter: The part of the collection that the rows describe; items outside it are not deleted. Items outside it
                that have a row nevertheless are in the plan's ``outside``.

        Returns:
            The plan; it prints as ``+3 ~12 -0 =985``.

        Raises:
            OSError: The file cannot be opened.
            ValueError: A row has no value in `match_on`, two rows or two items have the same value, the CSV file is not
                valid (the error names file and line), a column is not a field, a value is not valid for its field (such as
                a list in Python's notation for JSON), a row holds related items or another key than its item,
                `delete_missing` would delete everything, or an item cannot be assigned to one row. Nothing was written.

        Example:
            >>> rows = [{"title": "Islands", "views": 7}, {"title": "Brand new"}]
            >>> plan = directus.items("articles").sync(rows, match_on="title")
            >>> print(plan)
            +1 ~1 -0 =0
            >>> plan.apply().count
            2
        """
        check_match_on(match_on)
        boolean("delete_missing", delete_missing)
        refuse_at_exit()
        from directus_sdk.writing.sync import compare

        try:
            return compare(self._collection, self._codec, rows, match_on or self.primary_key, delete_missing, filter)
        except KeyError as error:
            if error.args != (self.primary_key,):
                raise
            raise missing_key_error(self._collection) from None

    # ------------------------------------------------------------------ inside
    def _bulk_call(
        self,
        query: NormalizedQuery,
        batch_size: int | None,
        returning: Returning,
        on_error: OnError,
        workers: int,
        checkpoint: str | PathLike[str] | None,
        progress: Progress,
    ) -> BulkCall:
        refuse_at_exit()
        from directus_sdk.writing.bulk_call import BulkCall  # not needed where nothing is written
        from directus_sdk.writing.bulk_options import BulkOptions

        options = BulkOptions(batch_size, returning, on_error, workers, checkpoint, progress)
        return BulkCall(self._collection, self._codec, query, options)

    def _selected(self, selection: JSONMapping, all_items: bool, max_affected: int | None) -> list[Key]:
        from directus_sdk.writing.selection import selected_keys

        return selected_keys(self._collection, selection, all_items=all_items, max_affected=max_affected)


def check_match_on(match_on: object) -> None:
    """Refuse a `match_on` that is not the name of one field; ``None`` means the primary key."""
    if match_on is not None:
        non_empty("match_on", match_on)
