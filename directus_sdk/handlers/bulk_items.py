"""The bulk operations on the items of a collection."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from os import PathLike
from typing import TYPE_CHECKING, Any, Literal, TypeVar, overload

import attrs

from directus_sdk.errors.transport import refuse_at_exit
from directus_sdk.handlers.read_only import ReadHandler
from directus_sdk.json_types import JSONMapping
from directus_sdk.local.progress import Progress
from directus_sdk.models.payloads import payload
from directus_sdk.results import BulkResult
from directus_sdk.wire.parameters import non_empty
from directus_sdk.wire.query import NormalizedQuery, WriteQuery, returned
from directus_sdk.wire.urls import Key

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from directus_sdk.tables.options import ColumnType, Dialect, Options
    from directus_sdk.writing.bulk_call import BulkCall
    from directus_sdk.writing.bulk_options import KeptKeywords, Returning, RowsKeywords
    from directus_sdk.writing.chunk_sender import OnError

T = TypeVar("T")


class BulkItemsHandler(ReadHandler[T]):
    """Writes many items at once; `directus_sdk.handlers.items.ItemsHandler` writes single ones too."""

    # ------------------------------------------------------------------ create
    @overload
    def create_many(
        self,
        items: object,
        query: JSONMapping | None = None,
        *,
        returning: Literal["items"] = "items",
        generate_keys: bool = False,
        match_on: str | None = None,
        **options: Unpack[RowsKeywords],
    ) -> BulkResult[T]: ...
    @overload
    def create_many(
        self,
        items: object,
        query: JSONMapping | None = None,
        *,
        returning: Literal["keys"],
        generate_keys: bool = False,
        match_on: str | None = None,
        **options: Unpack[RowsKeywords],
    ) -> BulkResult[Key]: ...
    @overload
    def create_many(
        self,
        items: object,
        query: JSONMapping | None = None,
        *,
        returning: None,
        generate_keys: bool = False,
        match_on: str | None = None,
        **options: Unpack[RowsKeywords],
    ) -> BulkResult[Any]: ...
    def create_many(
        self,
        items: object,
        query: JSONMapping | None = None,
        *,
        batch_size: int | None = None,
        returning: Returning = "items",
        on_error: OnError = "raise",
        workers: int = 1,
        checkpoint: str | PathLike[str] | None = None,
        progress: Progress = False,
        columns: Mapping[str, ColumnType] | None = None,
        encoding: str | None = None,
        delimiter: str | None = None,
        dialect: Dialect | None = None,
        keep_before: str | PathLike[str] | None = None,
        generate_keys: bool = False,
        match_on: str | None = None,
        **params: Unpack[WriteQuery],
    ) -> BulkResult[Any]:
        """Create items, in as few calls as the server accepts.

        ``POST /items/{collection}``. Each call is one transaction, so that the items of one call are written together or
        not at all. Of several calls, all items before the one that the error names are written, and none after it.

        Args:
            items: Mappings or instances of the model, in any iterable such as a generator; or a table: the path of a CSV,
                NDJSON, JSON, Parquet or Arrow file, which may be compressed with gzip, such a file that is open, a
                `csv.DictReader`, or a frame or table of pandas, polars or Arrow. A file is streamed. The types of the fields
                decide what its values mean, and an empty cell is ``None``.
            query: What to return, as a mapping, instead of keywords.
            batch_size: The maximum number of items in one request; `BulkOptions` describes all options.
            returning: ``"items"``, ``"keys"``, or ``None`` for the count only.
            on_error: ``"raise"`` stops at the first invalid item; ``"collect"`` adds it to ``.errors`` and continues.
            workers: The maximum number of concurrent requests.
            checkpoint: A file that lets a second run continue where the first one ended.
            progress: ``True`` for a progress bar, ``"auto"``, a logger or a function.
            columns: For a file or a table: types by column, such as ``{"price": Decimal}``; `FileOptions` describes all four.
            encoding: For a file: its encoding.
            delimiter: For a CSV file: what separates the cells.
            dialect: For a CSV file: a dialect of the module `csv`.
            keep_before: A new file that keeps the old values, for `restore`.
            generate_keys: Give each item without a primary key a UUID, for collections with UUIDs as keys.
            match_on: With `checkpoint`: a unique field that shows whether an item was written, where the server generates
                the keys.
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
        file = file_options(columns, encoding, delimiter, dialect)
        query = returned(query, params)
        call = self._bulk_call(query, batch_size, returning, on_error, workers, checkpoint, progress, file, keep_before)
        return call.create(items, generate_keys=generate_keys, match_on=match_on)

    # ------------------------------------------------------------------ update
    @overload
    def update_many(
        self,
        keys: Iterable[Key],
        data: object,
        query: JSONMapping | None = None,
        *,
        returning: Literal["items"] = "items",
        **options: Unpack[KeptKeywords],
    ) -> BulkResult[T]: ...
    @overload
    def update_many(
        self,
        keys: Iterable[Key],
        data: object,
        query: JSONMapping | None = None,
        *,
        returning: Literal["keys"],
        **options: Unpack[KeptKeywords],
    ) -> BulkResult[Key]: ...
    @overload
    def update_many(
        self,
        keys: Iterable[Key],
        data: object,
        query: JSONMapping | None = None,
        *,
        returning: None,
        **options: Unpack[KeptKeywords],
    ) -> BulkResult[Any]: ...
    def update_many(
        self,
        keys: Iterable[Key],
        data: object = None,
        query: JSONMapping | None = None,
        *,
        batch_size: int | None = None,
        returning: Returning = "items",
        on_error: OnError = "raise",
        workers: int = 1,
        checkpoint: str | PathLike[str] | None = None,
        progress: Progress = False,
        keep_before: str | PathLike[str] | None = None,
        **params: Unpack[WriteQuery],
    ) -> BulkResult[Any]:
        """Make the same change to the items of a list of keys.

        ``PATCH /items/{collection}`` with up to 10,000 keys at once.

        Args:
            keys: The primary keys, in any iterable. A key that is given twice is sent and counted twice.
            data: The fields to change.
            query: What to return, as a mapping, instead of keywords.
            batch_size: The maximum number of items in one request; `BulkOptions` describes all options.
            returning: ``"items"``, ``"keys"``, or ``None`` for the count only.
            on_error: ``"raise"`` stops at the first invalid item; ``"collect"`` adds it to ``.errors`` and continues.
            workers: The maximum number of concurrent requests.
            checkpoint: A file that lets a second run continue where the first one ended.
            progress: ``True`` for a progress bar, ``"auto"``, a logger or a function.
            keep_before: A new file that keeps the old values, for `restore`.
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
        call = self._bulk_call(query, batch_size, returning, on_error, workers, checkpoint, progress, None, keep_before)
        if data is None:
            raise call.missing_data(keys)
        return call.change(keys, payload(self._codec.dump_update(data), "data"))

    @overload
    def update_batch(
        self,
        items: object,
        query: JSONMapping | None = None,
        *,
        returning: Literal["items"] = "items",
        **options: Unpack[RowsKeywords],
    ) -> BulkResult[T]: ...
    @overload
    def update_batch(
        self,
        items: object,
        query: JSONMapping | None = None,
        *,
        returning: Literal["keys"],
        **options: Unpack[RowsKeywords],
    ) -> BulkResult[Key]: ...
    @overload
    def update_batch(
        self, items: object, query: JSONMapping | None = None, *, returning: None, **options: Unpack[RowsKeywords]
    ) -> BulkResult[Any]: ...
    def update_batch(
        self,
        items: object,
        query: JSONMapping | None = None,
        *,
        batch_size: int | None = None,
        returning: Returning = "items",
        on_error: OnError = "raise",
        workers: int = 1,
        checkpoint: str | PathLike[str] | None = None,
        progress: Progress = False,
        columns: Mapping[str, ColumnType] | None = None,
        encoding: str | None = None,
        delimiter: str | None = None,
        dialect: Dialect | None = None,
        keep_before: str | PathLike[str] | None = None,
        **params: Unpack[WriteQuery],
    ) -> BulkResult[Any]:
        """Change items, each with its own values.

        ``PATCH /items/{collection}``.

        Args:
            items: Mappings that hold the primary key and the fields to change, in any iterable; or a table, as in
                `create_many`.
            query: What to return, as a mapping, instead of keywords.
            batch_size: The maximum number of items in one request; `BulkOptions` describes all options.
            returning: ``"items"``, ``"keys"``, or ``None`` for the count only.
            on_error: ``"raise"`` stops at the first invalid item; ``"collect"`` adds it to ``.errors`` and continues.
            workers: The maximum number of concurrent requests.
            checkpoint: A file that lets a second run continue where the first one ended.
            progress: ``True`` for a progress bar, ``"auto"``, a logger or a function.
            columns: For a file or a table: types by column, such as ``{"price": Decimal}``; `FileOptions` describes all four.
            encoding: For a file: its encoding.
            delimiter: For a CSV file: what separates the cells.
            dialect: For a CSV file: a dialect of the module `csv`.
            keep_before: A new file that keeps the old values, for `restore`.
            **params: What to return, such as `fields`.

        Returns:
            The changed items in the order of the input, without those that do not exist.

        Raises:
            BulkError: A later call failed. ``.result`` holds what was written, ``.errors`` names the invalid item.

        Example:
            >>> len(directus.items("articles").update_batch([{"id": 1, "views": 3}, {"id": 2, "views": 4}]))
            2
        """
        from directus_sdk.writing.bulk_input import check_rows  # only bulk calls need it

        check_rows(items)
        query = returned(query, params)
        file = file_options(columns, encoding, delimiter, dialect)
        call = self._bulk_call(query, batch_size, returning, on_error, workers, checkpoint, progress, file, keep_before)
        return call.update(items)

    # ------------------------------------------------------------------ delete
    def delete_many(
        self,
        keys: Iterable[Key],
        *,
        batch_size: int | None = None,
        returning: Literal["keys"] | None = "keys",
        on_error: OnError = "raise",
        workers: int = 1,
        checkpoint: str | PathLike[str] | None = None,
        progress: Progress = False,
        keep_before: str | PathLike[str] | None = None,
    ) -> BulkResult[Key]:
        """Delete the items of a list of keys.

        ``DELETE /items/{collection}`` with up to 10,000 keys at once. An administrator gets no error for keys that
        do not exist.

        Args:
            keys: The primary keys, in any iterable. A key that is given twice is sent and counted twice.
            batch_size: The maximum number of items in one request; `BulkOptions` describes all options.
            returning: ``"keys"``, or ``None`` for the count only.
            on_error: ``"raise"`` stops at the first invalid item; ``"collect"`` adds it to ``.errors`` and continues.
            workers: The maximum number of concurrent requests.
            checkpoint: A file that lets a second run continue where the first one ended.
            progress: ``True`` for a progress bar, ``"auto"``, a logger or a function.
            keep_before: A new file that keeps the old values, for `restore`.

        Returns:
            The keys.

        Raises:
            BulkError: A later call failed; ``.result`` holds what was written.

        Example:
            >>> directus.items("articles").delete_many([1, 2]).count
            2
        """
        return self._bulk_call(
            NormalizedQuery(), batch_size, returning, on_error, workers, checkpoint, progress, None, keep_before
        ).delete(keys)

    # ------------------------------------------------------------------ upsert
    @overload
    def upsert_many(
        self,
        items: object,
        match_on: str | None = None,
        query: JSONMapping | None = None,
        *,
        returning: Literal["items"] = "items",
        **options: Unpack[RowsKeywords],
    ) -> BulkResult[T]: ...
    @overload
    def upsert_many(
        self,
        items: object,
        match_on: str | None = None,
        query: JSONMapping | None = None,
        *,
        returning: Literal["keys"],
        **options: Unpack[RowsKeywords],
    ) -> BulkResult[Key]: ...
    @overload
    def upsert_many(
        self,
        items: object,
        match_on: str | None = None,
        query: JSONMapping | None = None,
        *,
        returning: None,
        **options: Unpack[RowsKeywords],
    ) -> BulkResult[Any]: ...
    def upsert_many(
        self,
        items: object,
        match_on: str | None = None,
        query: JSONMapping | None = None,
        *,
        batch_size: int | None = None,
        returning: Returning = "items",
        on_error: OnError = "raise",
        workers: int = 1,
        checkpoint: str | PathLike[str] | None = None,
        progress: Progress = False,
        columns: Mapping[str, ColumnType] | None = None,
        encoding: str | None = None,
        delimiter: str | None = None,
        dialect: Dialect | None = None,
        keep_before: str | PathLike[str] | None = None,
        **params: Unpack[WriteQuery],
    ) -> BulkResult[Any]:
        """Change or create each item, as `upsert_one` does, with three calls for thousands of items.

        ``SEARCH``, ``POST`` and ``PATCH /items/{collection}``.

        Args:
            items: Mappings or instances of the model, in any iterable, or a table, as in `create_many`. Models are sent as by
                `upsert_one`.
            match_on: The field, which should be unique; the primary key by default. Only if the server returns an item for
                a value in another notation, ``GET /fields/{collection}`` is read once, because the type decides then.
            query: What to return, as a mapping, instead of keywords.
            batch_size: The maximum number of items in one request; `BulkOptions` describes all options.
            returning: ``"items"``, ``"keys"``, or ``None`` for the count only.
            on_error: ``"raise"`` stops at the first invalid item; ``"collect"`` adds it to ``.errors`` and continues.
            workers: The maximum number of concurrent requests.
            checkpoint: A file that lets a second run continue where the first one ended.
            progress: ``True`` for a progress bar, ``"auto"``, a logger or a function.
            columns: For a file or a table: types by column, such as ``{"price": Decimal}``; `FileOptions` describes all four.
            encoding: For a file: its encoding.
            delimiter: For a CSV file: what separates the cells.
            dialect: For a CSV file: a dialect of the module `csv`.
            keep_before: A new file that keeps the old values, for `restore`.
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
        file = file_options(columns, encoding, delimiter, dialect)
        return self._bulk_call(query, batch_size, returning, on_error, workers, checkpoint, progress, file, keep_before).upsert(
            items, match_on
        )

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
        file: Options | None = None,
        keep_before: str | PathLike[str] | None = None,
    ) -> BulkCall:
        refuse_at_exit()
        from directus_sdk.writing.bulk_call import BulkCall  # not needed where nothing is written
        from directus_sdk.writing.bulk_options import CallOptions

        options = CallOptions(batch_size, returning, on_error, workers, checkpoint, progress, keep_before=keep_before)
        if file is not None:
            options = attrs.evolve(options, file=file)
        return BulkCall(self._collection, self._codec, query, options)


def file_options(
    columns: Mapping[str, ColumnType] | None, encoding: str | None, delimiter: str | None, dialect: Dialect | None
) -> Options | None:
    """Return the checked options of a file, or ``None`` where there are none."""
    if columns is None and encoding is None and delimiter is None and dialect is None:
        return None
    from directus_sdk.tables.options import Options  # most calls have no file

    return Options(columns, encoding, delimiter, dialect)


def check_match_on(match_on: object) -> None:
    """Refuse a `match_on` that is not the name of one field; ``None`` means the primary key."""
    if isinstance(match_on, (list, tuple)):
        kind = type(match_on).__name__
        raise TypeError(f"match_on must be a string, not {kind}: sync(rows, match_on=[...]).apply() matches on several fields")
    if match_on is not None:
        non_empty("match_on", match_on)
