"""The bulk operations that choose the items themselves: by a query, or by comparison with a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from os import PathLike
from typing import TYPE_CHECKING, Any, Literal, TypeVar, overload

from directus_sdk.errors.transport import refuse_at_exit
from directus_sdk.handlers.bulk_items import BulkItemsHandler, check_match_on, file_options
from directus_sdk.json_types import JSONMapping
from directus_sdk.local.progress import Progress
from directus_sdk.models.payloads import payload
from directus_sdk.reading.primary_key import changed_key_message, missing_key_error
from directus_sdk.results import BulkResult
from directus_sdk.wire.operators import Filter
from directus_sdk.wire.parameters import boolean, file_path, integer
from directus_sdk.wire.query import (
    NormalizedQuery,
    SelectedQuery,
    SelectionQuery,
    returned,
    selection,
    split_selection,
)
from directus_sdk.wire.unknown_names import of_selecting
from directus_sdk.wire.urls import Key

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from directus_sdk.tables.options import ColumnType, Dialect
    from directus_sdk.writing.bulk_options import Returning, SelectedKeywords
    from directus_sdk.writing.chunk_sender import OnError
    from directus_sdk.writing.plan import Plan
    from directus_sdk.writing.restore import Restored

T = TypeVar("T")


class SelectedItemsHandler(BulkItemsHandler[T]):
    """Changes and deletes the items that a query selects, and makes a collection equal to a table."""

    # ------------------------------------------------------------------ by query
    @overload
    def update_by_query(
        self,
        query: JSONMapping | None = None,
        data: object = None,
        result: JSONMapping | None = None,
        *,
        returning: Literal["items"] = "items",
        all_items: bool = False,
        max_affected: int | None = None,
        dry_run: Literal[False] = False,
        **options: Unpack[SelectedKeywords],
    ) -> BulkResult[T]: ...
    @overload
    def update_by_query(
        self,
        query: JSONMapping | None = None,
        data: object = None,
        result: JSONMapping | None = None,
        *,
        returning: Literal["keys"],
        all_items: bool = False,
        max_affected: int | None = None,
        dry_run: Literal[False] = False,
        **options: Unpack[SelectedKeywords],
    ) -> BulkResult[Key]: ...
    @overload
    def update_by_query(
        self,
        query: JSONMapping | None = None,
        data: object = None,
        result: JSONMapping | None = None,
        *,
        returning: None,
        all_items: bool = False,
        max_affected: int | None = None,
        dry_run: Literal[False] = False,
        **options: Unpack[SelectedKeywords],
    ) -> BulkResult[Any]: ...
    @overload
    def update_by_query(
        self,
        query: JSONMapping | None = None,
        data: object = None,
        result: JSONMapping | None = None,
        *,
        dry_run: bool,
        returning: Returning = "items",
        all_items: bool = False,
        max_affected: int | None = None,
        **options: Unpack[SelectedKeywords],
    ) -> BulkResult[Any]: ...
    def update_by_query(
        self,
        query: JSONMapping | None = None,
        data: object = None,
        result: JSONMapping | None = None,
        *,
        all_items: bool = False,
        max_affected: int | None = None,
        dry_run: bool = False,
        batch_size: int | None = None,
        returning: Returning = "items",
        on_error: OnError = "raise",
        workers: int = 1,
        progress: Progress = False,
        keep_before: str | PathLike[str] | None = None,
        **params: Unpack[SelectedQuery],
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
            batch_size: The maximum number of items in one request; `BulkOptions` describes all options.
            returning: ``"items"``, ``"keys"``, or ``None`` for the count only.
            on_error: ``"raise"`` stops at the first invalid item; ``"collect"`` adds it to ``.errors`` and continues.
            workers: The maximum number of concurrent requests.
            progress: ``True`` for a progress bar, ``"auto"``, a logger or a function.
            keep_before: A new file that keeps the old values, for `restore`.
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
        boolean("dry_run", dry_run)
        writing = returned(result, rest, of_selecting)
        call = self._bulk_call(writing, batch_size, returning, on_error, workers, None, progress, None, keep_before)
        call.check_change(changes)  # before anything is read
        keys = self._selected(selecting, all_items, max_affected)
        if dry_run:
            return BulkResult.of_dry_run(keys)
        return call.change(keys, changes) if keys else BulkResult()

    def delete_by_query(
        self,
        query: JSONMapping | None = None,
        *,
        all_items: bool = False,
        max_affected: int | None = None,
        dry_run: bool = False,
        batch_size: int | None = None,
        returning: Literal["keys"] | None = "keys",
        on_error: OnError = "raise",
        workers: int = 1,
        progress: Progress = False,
        keep_before: str | PathLike[str] | None = None,
        **params: Unpack[SelectionQuery],
    ) -> BulkResult[Key]:
        """Delete every item that matches; the keys are read first, page by page.

        Args:
            query: Which items: `filter`, `search`, `sort` and `limit`. If one of its keys is not the name of a query
                parameter, it is a filter.
            all_items: Allow a query without a filter.
            max_affected: Refuse to delete more items than this.
            dry_run: Delete nothing and return the keys.
            batch_size: The maximum number of items in one request; `BulkOptions` describes all options.
            returning: ``"keys"``, or ``None`` for the count only.
            on_error: ``"raise"`` stops at the first invalid item; ``"collect"`` adds it to ``.errors`` and continues.
            workers: The maximum number of concurrent requests.
            progress: ``True`` for a progress bar, ``"auto"``, a logger or a function.
            keep_before: A new file that keeps the old values, for `restore`.
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
        call = self._bulk_call(NormalizedQuery(), batch_size, returning, on_error, workers, None, progress, None, keep_before)
        keys = self._selected({**selecting, **rest}, all_items, max_affected)
        if dry_run:
            return BulkResult.of_dry_run(keys)
        return call.delete(keys) if keys else BulkResult()

    # ------------------------------------------------------------------ sync
    def sync(
        self,
        rows: object,
        match_on: str | Sequence[str] | None = None,
        query: JSONMapping | None = None,
        *,
        delete_missing: bool = False,
        filter: Filter | None = None,
        workers: int = 1,
        progress: Progress = False,
        columns: Mapping[str, ColumnType] | None = None,
        encoding: str | None = None,
        delimiter: str | None = None,
        dialect: Dialect | None = None,
    ) -> Plan:
        """Compare rows with the collection and return a plan that makes the collection like the rows.

        Nothing is written before `Plan.apply`. Only fields that the rows have are compared, and only those that differ are
        sent. ``GET /fields/{collection}`` reports the types of the fields, and a type decides what a value means: ``"1"``
        is a number in a field of numbers, wherever the rows come from. If you may not read it, ``GET /server/specs/oas``
        is read instead; without both, only booleans and numbers are recognized, by the values of the items.

        Args:
            rows: Mappings, instances of the model, or a table, as in `create_many`: a path, an open file, a `csv.DictReader`, a
                frame. An empty cell is ``None``. Related items are given by their keys.
            match_on: The field that assigns rows to items, which should be unique; the primary key by default. Several
                fields, such as ``["country", "sku"]``, are unique together. Dates, times and numbers match in any notation:
                ``"1.5"`` and ``"1.50"`` are one value in a field of decimals, and two in a field of strings.
            query: As `filter`: a query that has only a `filter`, or the filter itself.
            delete_missing: Delete items without a row.
            filter: The part of the collection that the rows describe; items outside it are not deleted. Items outside it
                that have a row nevertheless are in the plan's ``outside``.
            workers: How many parts of the collection are read at the same time; it pays where the server has several
                processes.
            progress: ``True`` for a progress bar, ``"auto"``, a logger or a function.
            columns: For a file or a table: types by column, such as ``{"price": Decimal}``; `FileOptions` describes all four.
            encoding: For a file: its encoding.
            delimiter: For a CSV file: what separates the cells.
            dialect: For a CSV file: a dialect of the module `csv`.

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
        names = _fields_to_match(match_on, self.primary_key)
        boolean("delete_missing", delete_missing)
        integer("workers", workers)
        part = selection(query, {"filter": filter})
        if part.keys() > {"filter"}:
            raise TypeError(f"sync compares all items that a filter matches; it takes no {', '.join(part.keys() - {'filter'})}")
        refuse_at_exit()
        from directus_sdk.writing.sync import Part, compare

        file = file_options(columns, encoding, delimiter, dialect)
        chosen = Part(names, delete_missing, part["filter"], workers, progress)
        try:
            return compare(self._collection, self._codec, rows, chosen, file)
        except KeyError as error:
            if error.args != (self.primary_key,):
                raise
            raise missing_key_error(self._collection) from None

    # ------------------------------------------------------------------ undo
    def restore(
        self,
        path: str | PathLike[str],
        *,
        force: bool = False,
        batch_size: int | None = None,
        workers: int = 1,
        progress: Progress = False,
    ) -> Restored:
        """Undo a bulk call that has kept the old values with `keep_before`.

        ``SEARCH``, ``PATCH``, ``POST`` and ``DELETE /items/{collection}``. Old values are put back, items that were deleted are
        created again with their keys, and items that were created are deleted. Items that the call never reached, or that are
        restored already, stay as they are, so that a second run continues where the first one ended.

        Args:
            path: The file.
            force: Restore items that were changed since, too.
            batch_size: The maximum number of items in one request.
            workers: The maximum number of concurrent requests.
            progress: ``True`` for a progress bar, ``"auto"``, a logger or a function.

        Returns:
            What was done; ``.not_restored`` names what could not be put back: masked values, fields that the server sets
            itself, and what was deleted together with an item.

        Raises:
            ConfigurationError: The file is empty, about another server or collection, or was not written by `keep_before`.
            OSError: The file cannot be read.
            ValueError: An item was changed since; nothing was sent.

        Example:
            >>> articles = directus.items("articles")
            >>> articles.update_many([1, 2], {"views": 0}, keep_before="undo.ndjson").count
            2
            >>> print(articles.restore("undo.ndjson"))
            2 updated, 0 created again, 0 deleted, 0 unchanged
        """
        boolean("force", force)
        file_path("path", path, "a file such as 'undo.ndjson'")
        refuse_at_exit()
        from directus_sdk.writing.bulk_options import CallOptions
        from directus_sdk.writing.restore import Restore

        options = CallOptions(batch_size, None, "raise", workers, None, progress)
        return Restore(self._collection, self._codec, options).run(path, force=force)

    # ------------------------------------------------------------------ inside
    def _selected(self, selection: JSONMapping, all_items: bool, max_affected: int | None) -> list[Key]:
        from directus_sdk.writing.selection import selected_keys

        return selected_keys(self._collection, selection, all_items=all_items, max_affected=max_affected)


def _fields_to_match(match_on: str | Sequence[str] | None, primary_key: str) -> list[str]:
    if match_on is None or isinstance(match_on, str):
        check_match_on(match_on)
        return [match_on or primary_key]
    if not isinstance(match_on, (list, tuple)):
        raise TypeError(f"match_on must be a field or a list of fields, not {type(match_on).__name__}")
    names = list(match_on)
    if not names or None in names or len(set(map(str, names))) < len(names):
        raise ValueError(f"match_on must be a field or a list of different fields, not {match_on!r}")
    for name in names:
        check_match_on(name)
    return names
