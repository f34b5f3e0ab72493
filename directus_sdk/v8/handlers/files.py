"""Files of version 8: their records, and uploads of their content."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING, TypeVar

from directus_sdk.errors import ConfigurationError
from directus_sdk.json_types import JSONMapping, JSONObject, MaybeNone
from directus_sdk.local.progress import OnProgress, Progress, reporting, sent
from directus_sdk.models.payloads import payload
from directus_sdk.reading.primary_key import check_key
from directus_sdk.transfers.file_upload import name_and_type
from directus_sdk.transfers.multipart import Form, field_text, form_fields
from directus_sdk.transfers.sources import Uploadable, open_source
from directus_sdk.v8.handlers.items import RevisedHandler8
from directus_sdk.v8.query import WriteQuery, normalize
from directus_sdk.v8.rows import key_segment
from directus_sdk.wire.parameters import non_empty
from directus_sdk.wire.urls import Key

if TYPE_CHECKING:
    from typing_extensions import Unpack

T = TypeVar("T")


class FilesHandler8(RevisedHandler8[T]):
    """Reads and writes the records of files, and uploads their content: ``directus.files``.

    `create_one` sends a record with its content as JSON: ``data`` in base64 or as a data URI, ``filename_disk`` and
    ``filename_download``. The content of a file is read with ``directus.assets``.
    """

    group = "files"

    def create_one(
        self, item: object = None, query: JSONMapping | None = None, *, data: object = None, **params: Unpack[WriteQuery]
    ) -> T | MaybeNone:
        """Create a file from its content as JSON.

        ``POST /{project}/files``.

        Args:
            item: The record, with ``data`` (base64, a data URI or a URL), ``filename_disk`` and ``filename_download``.
            query: What to return and to record, as a mapping, instead of keywords.
            data: Another name of `item`, as for the other methods of files.
            **params: `fields`, `activity_skip`, `comment`.

        Raises:
            FailedValidation: A name is missing.

        Example:
            >>> record = {"data": "SGVsbG8=", "filename_disk": "hello.txt", "filename_download": "hello.txt"}
            >>> d.files.create_one(record)["filename_download"]
            'hello.txt'
        """
        if (data is None) is (item is None):
            raise TypeError("create_one needs the record of the file: create_one({'data': 'SGVsbG8=', …})")
        return super().create_one(item if data is None else data, query, **params)

    def upload(
        self,
        file: Uploadable,
        data: object = None,
        *,
        filename: str | None = None,
        content_type: str | None = None,
        folder: Key | None = None,
        query: JSONMapping | None = None,
        on_progress: OnProgress | None = None,
        progress: Progress = False,
        **params: Unpack[WriteQuery],
    ) -> T | MaybeNone:
        """Upload a file.

        ``POST /{project}/files``. The file is read in blocks of 256 kB, whatever its size. Non-seekable sources (pipes,
        generators) are first spooled to a temporary file.

        Args:
            file: A path (a string is one too), bytes, a binary file object (read from its position), the upload of a web
                framework (Django, Flask, FastAPI), or an iterable of bytes.
            data: Fields of the record, such as ``{"title": "Logo", "tags": ["brand"]}``.
            filename: The name for downloads; by default that of the path or of the file object.
            content_type: The type, such as ``"image/png"``; by default guessed from the name, else from the first bytes.
            folder: The key of a folder.
            query: What to return and to record, as a mapping, instead of keywords.
            on_progress: Called with the bytes sent and the size; a retry starts at 0 again.
            progress: ``True`` shows a progress bar (extra ``progress``); ``"auto"`` does so only on a terminal and in a
                notebook; a logger gets lines; a function is called like `on_progress`.
            **params: `fields`, `activity_skip`, `comment`.

        Returns:
            The record.

        Raises:
            PayloadTooLarge: The file is larger than the server allows.

        Example:
            >>> file = d.files.upload(b"Hello", {"title": "Greeting"}, filename="hello.txt")
            >>> file["title"], file["filename_download"]
            ('Greeting', 'hello.txt')
        """
        pairs = normalize(query, params, WriteQuery).pairs()
        fields = self._fields(data, folder)
        with open_source(file) as source, reporting(on_progress, progress, filename or source.name) as report:
            name, kind = name_and_type(source, fields, filename, content_type)
            strings = [*form_fields({}, name), *((field, _string(value)) for field, value in fields.items())]
            form = Form(strings, source, name, kind, sent(report, source.size))
            response = self._pipeline.call("POST", self._rows.path, params=pairs, body=form, headers=form.headers)
        return self._loaded(response.data)

    def import_url(
        self,
        url: str,
        data: object = None,
        query: JSONMapping | None = None,
        *,
        folder: Key | None = None,
        **params: Unpack[WriteQuery],
    ) -> T | MaybeNone:
        """Have the server fetch a file from a URL: an image, a PDF, or a video of YouTube or Vimeo, which is embedded.

        ``POST /{project}/files``.

        Args:
            url: The URL.
            data: Fields of the record, such as ``{"title": "Logo"}``. The names of the file are those of the URL.
            query: What to return and to record, as a mapping, instead of keywords.
            folder: The key of a folder.
            **params: `fields`, `activity_skip`, `comment`.

        Returns:
            The record.

        Raises:
            ValueError: The URL does not begin with ``http://`` or ``https://``: the server would take it for the content.

        Example:
            >>> d.files.import_url("https://example.com/logo.png", {"title": "Logo"})["title"]
            'Logo'
        """
        if not non_empty("url", url).lower().startswith(("http://", "https://")):
            raise ValueError(f"url must be a URL such as 'https://example.com/logo.png', not {url[:80]!r}")
        pairs = normalize(query, params, WriteQuery).pairs()
        body = {"data": url, **self._fields(data, folder)}
        return self._loaded(self._pipeline.call("POST", self._rows.path, json=body, params=pairs).data)

    def replace(
        self,
        key: Key,
        file: Uploadable,
        data: object = None,
        *,
        filename: str | None = None,
        query: JSONMapping | None = None,
        **params: Unpack[WriteQuery],
    ) -> T | MaybeNone:
        """Replace the content of a file; its key and all references to it stay.

        ``PATCH /{project}/files/{key}``. The content is sent in base64, since PHP reads forms only in a POST: it is held in
        memory, and the request is a third larger than the file.

        Args:
            key: The key of the file.
            file: The new content, as `upload` takes it.
            data: Fields of the record to change.
            filename: A new name for downloads; by default the file keeps the one it has.
            query: What to return and to record, as a mapping, instead of keywords.
            **params: `fields`, `activity_skip`, `comment`.

        Returns:
            The record.

        Raises:
            NotFound: There is no such file.

        Example:
            >>> file = d.files.upload(b"old", filename="notes.txt")
            >>> d.files.replace(file["id"], b"newer")["filesize"]
            5
        """
        path = f"{self._rows.path}/{key_segment(key)}"
        pairs = normalize(query, params, WriteQuery).pairs()
        changes = {} if data is None else dict(payload(self._codec.dump_update(data), "data"))
        check_key(self.collection, self.primary_key, key, changes)
        if filename is not None:
            changes["filename_download"] = non_empty("filename", filename)
        with open_source(file) as source:
            content = b64encode(b"".join(source.blocks())).decode()
        body = {"data": content, **changes}
        return self._loaded(self._pipeline.call("PATCH", path, json=body, params=pairs, retryable=True).data, key)

    # ------------------------------------------------------------------ inside
    def _fields(self, data: object, folder: Key | None) -> JSONObject:
        fields = {} if data is None else dict(payload(self._codec.dump_create(data), "data"))
        if folder is not None:
            if "folder" in fields:
                raise ConfigurationError("pass folder=... or a folder in data, not both")
            fields["folder"] = folder
        return fields


def _string(value: object) -> str:
    """Return a value as PHP reads it in a form."""
    if value is None or isinstance(value, bool):
        return "1" if value else ""
    if isinstance(value, (list, tuple)):
        return ",".join(map(field_text, value))
    return field_text(value)
