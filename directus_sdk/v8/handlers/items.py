"""Reading and writing the entries of an endpoint group of version 8, and the items of a collection."""

from __future__ import annotations

from collections.abc import Iterable
from os import PathLike
from typing import TYPE_CHECKING, Any, Literal, TypeVar, overload

from directus_sdk.json_types import JSONMapping, JSONObject, MaybeNone
from directus_sdk.local.progress import Progress
from directus_sdk.models.payloads import load_written, payload
from directus_sdk.reading import paging
from directus_sdk.reading.primary_key import check_key
from directus_sdk.results import BulkResult, Page
from directus_sdk.v8.handlers.read_only import ReadHandler8
from directus_sdk.v8.query import DeleteQuery, ListQuery, OneQuery, Query8, WriteQuery, normalize
from directus_sdk.v8.rows import key_segment
from directus_sdk.wire.parameters import integer
from directus_sdk.wire.urls import Key
from directus_sdk.writing.bulk_options import CallOptions, ResumableOptions, Returning

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from directus_sdk.v8.bulk import BulkCall8
    from directus_sdk.writing.chunk_sender import OnError

T = TypeVar("T")


class BulkKeywords8(ResumableOptions, WriteQuery, total=False):
    """The keywords of a bulk call: its options, what to return and what to record."""


class WriteHandler8(ReadHandler8[T]):
    """Reads and writes the entries of an endpoint group.

    Where the server has no batch for a method, the SDK sends one request for each entry. A batch is not a transaction: what
    stands before the entry that fails is written. The error then holds what was written in ``.result``, and what failed in
    ``.errors``.
    """

    # ------------------------------------------------------------------ create
    def create_one(self, item: object, query: JSONMapping | None = None, **params: Unpack[WriteQuery]) -> T | MaybeNone:
        """Create an entry.

        ``POST /{project}/{group}``.

        Args:
            item: A mapping, or an instance of the model. Attributes of a model that equal their default are not sent.
            query: What to return and to record, as a mapping, instead of keywords.
            **params: `fields`, `activity_skip`, `comment`.

        Raises:
            FailedValidation: A required value is missing.
            ModelError: The entry was created but does not fit the model; ``.keys`` holds its key.
            RecordNotUnique: The value of a unique field exists already.
            UnprocessableContent: There is no such field, or a value is too long.

        Example:
            >>> d.items("movies").create_one({"title": "Tenet"}, fields=["title", "status"])
            {'title': 'Tenet', 'status': 'draft'}
        """
        data = payload(self._codec.dump_create(item))
        return self._write_one("POST", self._rows.path, data, normalize(query, params, WriteQuery), data.get(self.primary_key))

    @overload
    def create_many(
        self,
        items: Iterable[object],
        query: JSONMapping | None = None,
        *,
        returning: Literal["items"] = "items",
        **options: Unpack[BulkKeywords8],
    ) -> BulkResult[T]: ...
    @overload
    def create_many(
        self,
        items: Iterable[object],
        query: JSONMapping | None = None,
        *,
        returning: Literal["keys"],
        **options: Unpack[BulkKeywords8],
    ) -> BulkResult[Key]: ...
    @overload
    def create_many(
        self, items: Iterable[object], query: JSONMapping | None = None, *, returning: None, **options: Unpack[BulkKeywords8]
    ) -> BulkResult[Any]: ...
    def create_many(
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
        **params: Unpack[WriteQuery],
    ) -> BulkResult[Any]:
        """Create entries.

        ``POST /{project}/{group}`` with a list, for items, users, permissions, relations, settings and webhooks; for the other
        groups once for each entry. The server leaves out of its response items whose status counts as deleted; ``.count``
        includes them.

        Args:
            items: Mappings or instances of the model, in any iterable such as a generator, or a pandas DataFrame.
            query: What to return and to record, as a mapping, instead of keywords.
            batch_size: The maximum number of entries in one request, at most and by default 100; `BulkOptions` describes all
                options.
            returning: ``"items"``, ``"keys"``, or ``None`` for the count only.
            on_error: ``"raise"`` stops at the first entry that is refused; ``"collect"`` adds it to ``.errors`` and continues.
            workers: The maximum number of concurrent requests.
            checkpoint: A file that lets a second run continue where the first one ended.
            progress: ``True`` for a progress bar, ``"auto"``, a logger or a function.
            **params: `fields`, `activity_skip`, `comment`.

        Returns:
            The entries in the order of the input; ``.count`` and ``.errors``.

        Raises:
            BulkError: An entry was refused. ``.result`` holds what was written before, ``.errors`` names it. What was written
                is found by its key, or by its values among the newest entries.
            Forbidden: Nothing may be created.

        Example:
            >>> movies = d.items("movies").create_many([{"title": "A"}, {"title": "B"}], returning="keys")
            >>> movies.count
            2
        """
        options = CallOptions(batch_size, returning, on_error, workers, checkpoint, progress)
        return self._bulk_call(normalize(query, params, WriteQuery), options).create_all(items)

    # ------------------------------------------------------------------ update
    def update_one(
        self, key: Key, data: object, query: JSONMapping | None = None, **params: Unpack[WriteQuery]
    ) -> T | MaybeNone:
        """Change fields of one entry.

        ``PATCH /{project}/{group}/{key}``.

        Args:
            key: The primary key.
            data: The fields to change: a mapping, or a model whose unset attributes hold ``UNSET``.
            query: What to return and to record, as a mapping, instead of keywords.
            **params: `fields`, `activity_skip`, `comment`.

        Raises:
            ModelError: The entry was changed but does not fit the model.
            NotFound: There is no such entry.
            ValueError: The key holds a comma, or `data` holds another primary key.

        Example:
            >>> d.items("movies").update_one(1, {"title": "New"}, comment="a better title", fields=["title"])
            {'title': 'New'}
        """
        changes = payload(self._codec.dump_update(data), "data")
        check_key(self.collection, self.primary_key, key, changes)
        return self._write_one(
            "PATCH", f"{self._rows.path}/{key_segment(key)}", changes, normalize(query, params, WriteQuery), key
        )

    @overload
    def update_many(
        self,
        keys: Iterable[Key],
        data: object,
        query: JSONMapping | None = None,
        *,
        returning: Literal["items"] = "items",
        **options: Unpack[BulkKeywords8],
    ) -> BulkResult[T]: ...
    @overload
    def update_many(
        self,
        keys: Iterable[Key],
        data: object,
        query: JSONMapping | None = None,
        *,
        returning: Literal["keys"],
        **options: Unpack[BulkKeywords8],
    ) -> BulkResult[Key]: ...
    @overload
    def update_many(
        self,
        keys: Iterable[Key],
        data: object,
        query: JSONMapping | None = None,
        *,
        returning: None,
        **options: Unpack[BulkKeywords8],
    ) -> BulkResult[Any]: ...
    def update_many(
        self,
        keys: Iterable[Key],
        data: object,
        query: JSONMapping | None = None,
        *,
        batch_size: int | None = None,
        returning: Returning = "items",
        on_error: OnError = "raise",
        workers: int = 1,
        checkpoint: str | PathLike[str] | None = None,
        progress: Progress = False,
        **params: Unpack[WriteQuery],
    ) -> BulkResult[Any]:
        """Make the same change to the entries of a list of keys.

        ``PATCH /{project}/{group}/{key},{key}`` for items, files, users, permissions, relations and webhooks, ``PATCH
        /{project}/settings`` with a list for settings; for the other groups once for each key.

        Args:
            keys: The primary keys, in any iterable.
            data: The fields to change.
            query: What to return and to record, as a mapping, instead of keywords.
            batch_size: The maximum number of entries in one request; see `create_many`.
            returning: ``"items"``, ``"keys"``, or ``None`` for the count only.
            on_error: ``"raise"`` stops at the first entry that is refused; ``"collect"`` adds it to ``.errors`` and continues.
            workers: The maximum number of concurrent requests.
            checkpoint: A file that lets a second run continue where the first one ended.
            progress: ``True`` for a progress bar, ``"auto"``, a logger or a function.
            **params: `fields`, `activity_skip`, `comment`.

        Returns:
            The changed entries in the order of the keys.

        Raises:
            BulkError: An entry was refused, such as a key that does not exist. ``.result`` holds what was changed before,
                ``.errors`` names it.

        Example:
            >>> [movie["id"] for movie in d.items("movies").update_many([2, 1], {"rating": 9}, fields=["id"])]
            [2, 1]
        """
        options = CallOptions(batch_size, returning, on_error, workers, checkpoint, progress)
        changes = payload(self._codec.dump_update(data), "data")
        return self._bulk_call(normalize(query, params, WriteQuery), options).change_all(keys, changes)

    @overload
    def update_batch(
        self,
        items: Iterable[object],
        query: JSONMapping | None = None,
        *,
        returning: Literal["items"] = "items",
        **options: Unpack[BulkKeywords8],
    ) -> BulkResult[T]: ...
    @overload
    def update_batch(
        self,
        items: Iterable[object],
        query: JSONMapping | None = None,
        *,
        returning: Literal["keys"],
        **options: Unpack[BulkKeywords8],
    ) -> BulkResult[Key]: ...
    @overload
    def update_batch(
        self, items: Iterable[object], query: JSONMapping | None = None, *, returning: None, **options: Unpack[BulkKeywords8]
    ) -> BulkResult[Any]: ...
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
        **params: Unpack[WriteQuery],
    ) -> BulkResult[Any]:
        """Change entries, each with its own values.

        ``PATCH /{project}/{group}`` with a list, for items, files, permissions and settings; for the other groups ``PATCH
        /{project}/{group}/{key}`` once for each entry.

        Args:
            items: Mappings that hold the primary key and the fields to change, in any iterable, or a pandas DataFrame.
            query: What to return and to record, as a mapping, instead of keywords.
            batch_size: The maximum number of entries in one request; see `create_many`.
            returning: ``"items"``, ``"keys"``, or ``None`` for the count only.
            on_error: ``"raise"`` stops at the first entry that is refused; ``"collect"`` adds it to ``.errors`` and continues.
            workers: The maximum number of concurrent requests.
            checkpoint: A file that lets a second run continue where the first one ended.
            progress: ``True`` for a progress bar, ``"auto"``, a logger or a function.
            **params: `fields`, `activity_skip`, `comment`.

        Returns:
            The changed entries in the order of the input.

        Raises:
            BulkError: An entry was refused. ``.result`` holds what was changed before, ``.errors`` names it.

        Example:
            >>> d.items("movies").update_batch([{"id": 1, "rating": 3}, {"id": 2, "rating": 4}]).count
            2
        """
        options = CallOptions(batch_size, returning, on_error, workers, checkpoint, progress)
        return self._bulk_call(normalize(query, params, WriteQuery), options).change_each(items)

    # ------------------------------------------------------------------ delete
    def delete_one(self, key: Key, *, activity_skip: bool | None = None, comment: str | None = None) -> None:
        """Delete one entry.

        ``DELETE /{project}/{group}/{key}``.

        Args:
            key: The primary key.
            activity_skip: ``True`` records nothing in the activity log.
            comment: A comment for the activity log, which a permission may require.

        Raises:
            NotFound: There is no such entry.
            ValueError: The key holds a comma.

        Example:
            >>> d.items("movies").delete_one(3)
        """
        query = normalize({"activity_skip": activity_skip, "comment": comment}, None, DeleteQuery)
        self._pipeline.call("DELETE", f"{self._rows.path}/{key_segment(key)}", params=query.pairs())

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
        activity_skip: bool | None = None,
        comment: str | None = None,
    ) -> BulkResult[Key]:
        """Delete the entries of a list of keys.

        ``DELETE /{project}/{group}/{key},{key}`` for items, files, users, relations, settings and webhooks; for the other
        groups once for each key.

        Args:
            keys: The primary keys, in any iterable. A key that is given twice is sent once and counted twice.
            batch_size: The maximum number of entries in one request; see `create_many`.
            returning: ``"keys"``, or ``None`` for the count only.
            on_error: ``"raise"`` stops at the first key that is refused; ``"collect"`` adds it to ``.errors`` and continues.
            workers: The maximum number of concurrent requests.
            checkpoint: A file that lets a second run continue where the first one ended.
            progress: ``True`` for a progress bar, ``"auto"``, a logger or a function.
            activity_skip: ``True`` records nothing in the activity log.
            comment: A comment for the activity log, which a permission may require.

        Returns:
            The keys.

        Raises:
            BulkError: A key was refused, such as one that does not exist. ``.result`` holds the keys that were deleted before,
                ``.errors`` names it. To find out, the keys are read again, and the activity log; where that cannot be read, the
                last one of several keys in a row that do not exist counts as refused.

        Example:
            >>> d.items("movies").delete_many([1, 2])
            BulkResult([1, 2], count=2)
        """
        options = CallOptions(batch_size, returning, on_error, workers, checkpoint, progress)
        query = normalize({"activity_skip": activity_skip, "comment": comment}, None, DeleteQuery)
        return self._bulk_call(query, options).delete_all(keys)

    # ------------------------------------------------------------------ inside
    def _bulk_call(self, query: Query8, options: CallOptions) -> BulkCall8:
        from directus_sdk.v8.bulk import BulkCall8

        return BulkCall8(self._rows, self._codec, query, options)

    def _write_one(self, method: str, path: str, data: JSONMapping, query: Query8, key: object) -> T | MaybeNone:
        added = False
        if self._codec.converts:  # the error for an entry that does not fit the model names its key
            query, added = paging.with_key(query, self.primary_key)
        item = self._pipeline.call(method, path, json=data, params=query.pairs()).data
        return self._loaded(item, key, added=added)

    def _loaded(self, item: object, key: object = None, *, added: bool = False) -> T | MaybeNone:
        """Return the entry that a write returned; a change of a file returns a list of it."""
        if isinstance(item, list):
            item = item[0] if item else None
        if added and isinstance(item, dict):
            key = item.get(self.primary_key, key)
            item = paging.without_key([item], self.primary_key)[0]
        return load_written(self._codec, item, self.primary_key, key)


class RevisedHandler8(WriteHandler8[T]):
    """Reads and writes entries of which the server keeps revisions that can be read below each entry."""

    def revisions(self, key: Key, query: JSONMapping | None = None, **params: Unpack[ListQuery]) -> Page[JSONObject]:
        """Read the revisions of one entry.

        ``GET /{project}/{group}/{key}/revisions``.

        Args:
            key: The primary key of the entry.
            query: What to read, as a mapping, instead of keywords.
            **params: What to read. `filter` is a ``TypeError``, because the server replaces it.

        Example:
            >>> movie = d.items("movies").create_one({"title": "Tenet"})
            >>> [revision["delta"] for revision in d.items("movies").revisions(movie["id"])]
            [{'title': 'Tenet'}]
        """
        normalized = normalize(query, params)
        if "filter" in normalized:
            raise TypeError("filter cannot be given here, because the server replaces it: use revisions.read_many(filter=…)")
        path = f"{self._rows.path}/{key_segment(key)}/revisions"
        response = self._pipeline.call("GET", path, params=normalized.pairs())
        rows = [response.data] if isinstance(response.data, dict) else response.data or []
        return Page(rows, response.meta)

    def revision(self, key: Key, offset: int, query: JSONMapping | None = None, **params: Unpack[OneQuery]) -> JSONObject:
        """Read one revision of an entry.

        ``GET /{project}/{group}/{key}/revisions/{offset}``.

        Args:
            key: The primary key of the entry.
            offset: Which revision; 0 is the oldest.
            query: What to read, as a mapping, instead of keywords.
            **params: What to read, such as `fields`.

        Raises:
            NotFound: There are fewer revisions.
        """
        path = f"{self._rows.path}/{key_segment(key)}/revisions/{integer('offset', offset, 0)}"
        data: JSONObject = self._pipeline.call("GET", path, params=normalize(query, params, OneQuery).pairs()).data
        return data


class ItemsHandler8(RevisedHandler8[T]):
    """Reads and writes the items of a collection: ``directus.items("movies")``."""

    def revert(self, key: Key, revision: Key, query: JSONMapping | None = None, **params: Unpack[OneQuery]) -> T:
        """Put an item back to what it was in a revision.

        ``PATCH /{project}/items/{collection}/{key}/revert/{revision}``.

        Args:
            key: The primary key of the item.
            revision: The id of the revision.
            query: What to return, as a mapping, instead of keywords.
            **params: What to return, such as `fields`.

        Raises:
            NotFound: There is no such revision.

        Example:
            >>> movies = d.items("movies")
            >>> movie = movies.create_one({"title": "Tenet"})
            >>> changed = movies.update_one(movie["id"], {"title": "Other"})
            >>> movies.revert(movie["id"], movies.revision(movie["id"], 0)["id"], fields=["title"])
            {'title': 'Tenet'}
        """
        path = f"{self._rows.path}/{key_segment(key)}/revert/{key_segment(revision)}"
        query = normalize(query, params, OneQuery)
        return self._codec.load(self._pipeline.call("PATCH", path, params=query.pairs()).data)
