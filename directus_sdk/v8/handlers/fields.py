"""The fields of collections of version 8."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from os import PathLike
from typing import TYPE_CHECKING, Any, Literal, overload

from directus_sdk.json_types import JSONMapping, JSONObject
from directus_sdk.local.progress import Progress
from directus_sdk.models.codec import Codec
from directus_sdk.models.payloads import payload
from directus_sdk.reading.primary_key import check_key
from directus_sdk.results import BulkResult, Page
from directus_sdk.v8.groups import Group
from directus_sdk.v8.handlers.base import Handler8
from directus_sdk.v8.projects import project_path
from directus_sdk.v8.query import Names, OneQuery, Query8, normalize
from directus_sdk.v8.rows import Rows8, key_segment
from directus_sdk.wire.keys import Keys
from directus_sdk.wire.query import Fields
from directus_sdk.wire.urls import Key, segment
from directus_sdk.writing.bulk_options import CallOptions, ResumableOptions, Returning

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from directus_sdk.v8.bulk import BulkCall8
    from directus_sdk.writing.chunk_sender import OnError

#: What the server has for the fields of one collection.
_GROUP = Group(update_many="keys", update_batch=True, selects=False, key="field")


class FieldsHandler8(Handler8):
    """The fields of collections: ``directus.fields``. They have no keys: each is named by its collection and its name.

    Whatever the reason is, the server responds to a change that it refuses with the code 404, `UnprocessableContent`.
    """

    # ------------------------------------------------------------------ read
    def read_all(self) -> Page[JSONObject]:
        """Read the fields of all collections.

        ``GET /{project}/fields``.

        Example:
            >>> {field["collection"] for field in d.fields.read_all()} >= {"movies", "directors"}
            True
        """
        return Page(self._data("GET", "/fields") or [])

    def read_many(self, collection: str, names: Sequence[str] | None = None) -> Page[JSONObject]:
        """Read the fields of a collection.

        ``GET /{project}/fields/{collection}`` or ``GET /{project}/fields/{collection}/{name},{name}``.

        Args:
            collection: The name of the collection.
            names: Only these fields, in this order.

        Raises:
            NotFound: There is no such collection or field.

        Example:
            >>> [field["field"] for field in d.fields.read_many("movies", ["title", "id"])]
            ['title', 'id']
        """
        rows = self._rows(collection)
        if names is None:
            return Page(rows.page(Query8())[0])
        keys, fields = Keys(names), list[JSONObject]()
        for path, _ in rows.paths(keys.unique()):
            data = self._pipeline.call("GET", path).data
            fields += [data] if isinstance(data, dict) else data or []
        return Page(keys.arrange(fields, "field")[0])

    def read_one(self, collection: str, field: str, *, fields: Fields | None = None, meta: Names | None = None) -> JSONObject:
        """Read one field.

        ``GET /{project}/fields/{collection}/{field}``.

        Args:
            collection: The name of the collection.
            field: The name of the field.
            fields: What to return of it; all by default.
            meta: It is sent, and the response has no ``.meta``.

        Raises:
            NotFound: There is no such collection or field.

        Example:
            >>> d.fields.read_one("movies", "title")["type"]
            'string'
        """
        query = normalize({"fields": fields, "meta": meta}, None, OneQuery)
        data: JSONObject = self._rows(collection).item(field, query)
        return data

    # ------------------------------------------------------------------ create
    def create_one(self, collection: str, data: JSONMapping) -> JSONObject:
        """Create a field.

        ``POST /{project}/fields/{collection}``.

        Args:
            collection: The name of the collection.
            data: ``field``, ``type`` and ``datatype``, with ``length`` where the datatype needs it, and optionally
                ``interface``, ``options``, ``note`` and so on.

        Raises:
            FailedValidation: A value is missing.
            UnprocessableContent: The field exists already, or cannot be created.

        Example:
            >>> field = {"field": "genre", "type": "string", "datatype": "varchar", "length": 20, "interface": "text-input"}
            >>> d.fields.create_one("movies", field)["field"]
            'genre'
        """
        created: JSONObject = self._data("POST", self._path(collection), json=payload(data, "data"))
        return created

    @overload
    def create_many(
        self,
        collection: str,
        items: Iterable[JSONMapping],
        *,
        returning: Literal["items"] = "items",
        **options: Unpack[ResumableOptions],
    ) -> BulkResult[JSONObject]: ...
    @overload
    def create_many(
        self, collection: str, items: Iterable[JSONMapping], *, returning: Literal["keys"], **options: Unpack[ResumableOptions]
    ) -> BulkResult[str]: ...
    @overload
    def create_many(
        self, collection: str, items: Iterable[JSONMapping], *, returning: None, **options: Unpack[ResumableOptions]
    ) -> BulkResult[Any]: ...
    def create_many(
        self,
        collection: str,
        items: Iterable[JSONMapping],
        *,
        batch_size: int | None = None,
        returning: Returning = "items",
        on_error: OnError = "raise",
        workers: int = 1,
        checkpoint: str | PathLike[str] | None = None,
        progress: Progress = False,
    ) -> BulkResult[Any]:
        """Create fields, one after the other: the server has no request for several.

        ``POST /{project}/fields/{collection}`` for each.

        Args:
            collection: The name of the collection.
            items: The fields, as for `create_one`.
            batch_size: The maximum number of fields in one request; `BulkOptions` describes all options.
            returning: ``"items"``, ``"keys"`` for the names, or ``None`` for the count only.
            on_error: ``"raise"`` stops at the first field that is refused; ``"collect"`` adds it to ``.errors`` and continues.
            workers: The maximum number of concurrent requests.
            checkpoint: A file that lets a second run continue where the first one ended.
            progress: ``True`` for a progress bar, ``"auto"``, a logger or a function.

        Raises:
            BulkError: A field was refused; ``.result`` holds what was created before.
        """
        options = CallOptions(batch_size, returning, on_error, workers, checkpoint, progress)
        return self._bulk_call(collection, options).create_all(items)

    # ------------------------------------------------------------------ update
    def update_one(self, collection: str, field: str, data: JSONMapping) -> JSONObject:
        """Change a field.

        ``PATCH /{project}/fields/{collection}/{field}``.

        Args:
            collection: The name of the collection.
            field: The name of the field.
            data: What to change.

        Raises:
            UnprocessableContent: There is no such field, or it cannot be changed.

        Example:
            >>> d.fields.update_one("movies", "title", {"note": "In English"})["note"]
            'In English'
        """
        changes = payload(data, "data")
        check_key("directus_fields", "field", field, changes)
        changed: JSONObject = self._data("PATCH", f"{self._path(collection)}/{key_segment(field)}", json=changes)
        return changed

    @overload
    def update_many(
        self,
        collection: str,
        names: Iterable[str],
        data: JSONMapping,
        *,
        returning: Literal["items"] = "items",
        **options: Unpack[ResumableOptions],
    ) -> BulkResult[JSONObject]: ...
    @overload
    def update_many(
        self,
        collection: str,
        names: Iterable[str],
        data: JSONMapping,
        *,
        returning: Literal["keys"],
        **options: Unpack[ResumableOptions],
    ) -> BulkResult[str]: ...
    @overload
    def update_many(
        self, collection: str, names: Iterable[str], data: JSONMapping, *, returning: None, **options: Unpack[ResumableOptions]
    ) -> BulkResult[Any]: ...
    def update_many(
        self,
        collection: str,
        names: Iterable[str],
        data: JSONMapping,
        *,
        batch_size: int | None = None,
        returning: Returning = "items",
        on_error: OnError = "raise",
        workers: int = 1,
        checkpoint: str | PathLike[str] | None = None,
        progress: Progress = False,
    ) -> BulkResult[Any]:
        """Make the same change to fields of a collection.

        ``PATCH /{project}/fields/{collection}/{name},{name}``.

        Args:
            collection: The name of the collection.
            names: The names of the fields.
            data: What to change.
            batch_size: The maximum number of fields in one request; `BulkOptions` describes all options.
            returning: ``"items"``, ``"keys"`` for the names, or ``None`` for the count only.
            on_error: ``"raise"`` stops at the first field that is refused; ``"collect"`` adds it to ``.errors`` and continues.
            workers: The maximum number of concurrent requests.
            checkpoint: A file that lets a second run continue where the first one ended.
            progress: ``True`` for a progress bar, ``"auto"``, a logger or a function.

        Raises:
            BulkError: A field was refused; ``.result`` holds what was changed before.

        Example:
            >>> [field["note"] for field in d.fields.update_many("movies", ["title", "rating"], {"note": "Shown"})]
            ['Shown', 'Shown']
        """
        options = CallOptions(batch_size, returning, on_error, workers, checkpoint, progress)
        return self._bulk_call(collection, options).change_all(names, payload(data, "data"))

    @overload
    def update_batch(
        self,
        collection: str,
        items: Iterable[JSONMapping],
        *,
        returning: Literal["items"] = "items",
        **options: Unpack[ResumableOptions],
    ) -> BulkResult[JSONObject]: ...
    @overload
    def update_batch(
        self, collection: str, items: Iterable[JSONMapping], *, returning: Literal["keys"], **options: Unpack[ResumableOptions]
    ) -> BulkResult[str]: ...
    @overload
    def update_batch(
        self, collection: str, items: Iterable[JSONMapping], *, returning: None, **options: Unpack[ResumableOptions]
    ) -> BulkResult[Any]: ...
    def update_batch(
        self,
        collection: str,
        items: Iterable[JSONMapping],
        *,
        batch_size: int | None = None,
        returning: Returning = "items",
        on_error: OnError = "raise",
        workers: int = 1,
        checkpoint: str | PathLike[str] | None = None,
        progress: Progress = False,
    ) -> BulkResult[Any]:
        """Change fields of a collection, each with its own values.

        ``PATCH /{project}/fields/{collection}``.

        Args:
            collection: The name of the collection.
            items: Mappings with ``field`` and what to change.
            batch_size: The maximum number of fields in one request; `BulkOptions` describes all options.
            returning: ``"items"``, ``"keys"`` for the names, or ``None`` for the count only.
            on_error: ``"raise"`` stops at the first field that is refused; ``"collect"`` adds it to ``.errors`` and continues.
            workers: The maximum number of concurrent requests.
            checkpoint: A file that lets a second run continue where the first one ended.
            progress: ``True`` for a progress bar, ``"auto"``, a logger or a function.

        Raises:
            BulkError: A field was refused; ``.result`` holds what was changed before.

        Example:
            >>> d.fields.update_batch("movies", [{"field": "title", "sort": 1}, {"field": "rating", "sort": 2}]).count
            2
        """
        options = CallOptions(batch_size, returning, on_error, workers, checkpoint, progress)
        return self._bulk_call(collection, options).change_each(items)

    # ------------------------------------------------------------------ delete
    def delete_one(self, collection: str, field: str) -> None:
        """Delete a field, with its values.

        ``DELETE /{project}/fields/{collection}/{field}``.

        Args:
            collection: The name of the collection.
            field: The name of the field.

        Raises:
            NotFound: There is no such field.

        Example:
            >>> d.fields.delete_one("movies", "poster")
        """
        self._call("DELETE", f"{self._path(collection)}/{key_segment(field)}")

    def delete_many(
        self,
        collection: str,
        names: Iterable[str],
        *,
        batch_size: int | None = None,
        returning: Literal["keys"] | None = "keys",
        on_error: OnError = "raise",
        workers: int = 1,
        checkpoint: str | PathLike[str] | None = None,
        progress: Progress = False,
    ) -> BulkResult[Key]:
        """Delete fields of a collection, one after the other: the server has no request for several.

        ``DELETE /{project}/fields/{collection}/{field}`` for each.

        Args:
            collection: The name of the collection.
            names: The names of the fields.
            batch_size: As for the other methods; here each request has one field.
            returning: ``"keys"`` for the names, or ``None`` for the count only.
            on_error: ``"raise"`` stops at the first field that is refused; ``"collect"`` adds it to ``.errors`` and continues.
            workers: The maximum number of concurrent requests.
            checkpoint: A file that lets a second run continue where the first one ended.
            progress: ``True`` for a progress bar, ``"auto"``, a logger or a function.

        Returns:
            The names.

        Raises:
            BulkError: A field was refused; ``.result`` holds what was deleted before.

        Example:
            >>> d.fields.delete_many("movies", ["poster", "released"])
            BulkResult(['poster', 'released'], count=2)
        """
        options = CallOptions(batch_size, returning, on_error, workers, checkpoint, progress)
        return self._bulk_call(collection, options).delete_all(names)

    # ------------------------------------------------------------------ inside
    def _path(self, collection: str) -> str:
        return f"/fields/{segment(collection, 'collection')}"

    def _rows(self, collection: str) -> Rows8:
        path = project_path(self._directus.project) + self._path(collection)
        return Rows8(self._pipeline, path, f"directus_fields of {collection}", "field", group=_GROUP)

    def _bulk_call(self, collection: str, options: CallOptions) -> BulkCall8:
        from directus_sdk.v8.bulk import BulkCall8

        rows = self._rows(collection)
        return BulkCall8(rows, Codec(rows.name), Query8(), options)
