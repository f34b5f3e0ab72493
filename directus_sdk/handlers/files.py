"""Files: their records, and what is in them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar
from uuid import UUID

import attrs

from directus_sdk.errors import ConfigurationError
from directus_sdk.folder_paths import folder_id
from directus_sdk.handlers.base import payload
from directus_sdk.handlers.items import ItemsHandler
from directus_sdk.multipart import Form, form_fields
from directus_sdk.progress import OnProgress, reporting, sent
from directus_sdk.query import normalize
from directus_sdk.sources import UNKNOWN, Source, SourceError, Uploadable, guess_type, open_source
from directus_sdk.urls import Key, segment

T = TypeVar("T")


@attrs.frozen
class _Upload:
    """What is sent, whichever way."""

    source: Source
    fields: Mapping[str, Any]
    filename: str
    content_type: str


class FilesHandler(ItemsHandler[T]):
    """Reads and writes the records of files, and uploads their content: ``directus.files``.

    What is in a file is read with ``directus.assets``.
    """

    collection = "directus_files"

    def upload(
        self,
        file: Uploadable,
        data: Any = None,
        *,
        filename: str | None = None,
        content_type: str | None = None,
        folder: str | UUID | None = None,
        query: Mapping[str, Any] | None = None,
        on_progress: OnProgress | None = None,
        progress: bool = False,
        create_folders: bool = False,
    ) -> T | None:
        """Upload a file.

        ``POST /files``. The file is read in blocks of 256 kB, whatever its size. What cannot be read twice, such as a pipe
        or a generator, is copied to a temporary file first.

        Args:
            file: A path (a text is one too), bytes, a binary file object from where it stands, or an iterable of bytes.
            data: Fields of the record, such as ``{"title": "Logo", "tags": ["brand"]}``.
            filename: The name on the server; by default that of the path or of the file object.
            content_type: The type, such as ``"image/png"``; by default told by the name, then by the first bytes.
            folder: The id of a folder or its path, such as ``"press/2026"``.
            query: What to return, such as ``{"fields": ["id"]}``.
            on_progress: Called with the bytes sent and the bytes in all; a retry begins at 0 again.
            progress: Show a bar (extra ``progress``).
            create_folders: Make the folders of the path that are missing.

        Returns:
            The record, or ``None`` where you may create but not read it.

        Raises:
            OSError: The file cannot be read; nothing is stored.
            Forbidden: You may not upload; this is noticed while sending, not after.
            InvalidForeignKey: There is no folder with that id.
            NotFound: There is no folder with that path.
            PayloadTooLarge: The server takes no file of that size.

        Example:
            >>> directus.files.upload(b"Hello", {"title": "Greeting"}, filename="hello.txt")["type"]
            'text/plain'
        """
        wire = normalize(query)
        with open_source(file) as source, reporting(on_progress, progress, filename or source.name) as report:
            upload = self._upload(source, data, filename, content_type)
            fields = dict(upload.fields)
            if folder is not None:
                if "folder" in fields:
                    raise ConfigurationError("pass folder=... or a folder in data, not both")
                fields["folder"] = folder_id(self._pipeline, folder, create=create_folders)
            return self._send_form("POST", self._path, attrs.evolve(upload, fields=fields), wire, report)

    def replace(
        self,
        key: Key,
        file: Uploadable,
        data: Any = None,
        *,
        filename: str | None = None,
        content_type: str | None = None,
        query: Mapping[str, Any] | None = None,
        on_progress: OnProgress | None = None,
        progress: bool = False,
    ) -> T | None:
        """Put another content into a file; its id and everything that points to it stay.

        ``PATCH /files/{key}``.

        Args:
            key: The file's id.
            file: The new content, as `upload` takes it.
            data: Fields of the record to change.
            filename: A new name; by default the file keeps the one it has, which costs a small request.
            content_type: The type; by default told by the name of `file` or its first bytes, else the one that it has.
            query: What to return.
            on_progress: Called with the bytes sent and the bytes in all.
            progress: Show a bar (extra ``progress``).

        Returns:
            The record, or ``None`` where you may change but not read it.

        Raises:
            Forbidden: There is no such file, or you may not change it.

        Example:
            >>> file = directus.files.upload(b"old", filename="notes.txt")
            >>> directus.files.replace(file["id"], b"newer", query={"fields": ["filename_download", "filesize"]})
            {'filename_download': 'notes.txt', 'filesize': '5'}
        """
        address, wire = f"{self._path}/{segment(key)}", normalize(query)
        with open_source(file) as source, reporting(on_progress, progress, filename or source.name) as report:
            if filename is None and "filename_download" not in (data or ()):
                kept = self._pipeline.call("GET", address, query={"fields": ["filename_download", "type"]}).data
                guessed = guess_type(source.name, source.head())
                filename = kept["filename_download"] or source.name
                content_type = content_type or (guessed if guessed != UNKNOWN else kept["type"])
            upload = self._upload(source, data, filename, content_type)
            return self._send_form("PATCH", address, upload, wire, report)

    def import_url(
        self,
        url: str,
        data: Any = None,
        query: Mapping[str, Any] | None = None,
        *,
        folder: str | UUID | None = None,
        create_folders: bool = False,
    ) -> T | None:
        """Have the server fetch a file from an address.

        ``POST /files/import``. The server refuses addresses of its own network unless it is set up otherwise.

        Args:
            url: The address.
            data: Fields of the record, such as ``{"title": "Logo"}``.
            query: What to return.
            folder: The id of a folder or its path.
            create_folders: Make the folders of the path that are missing.

        Returns:
            The record, or ``None`` where you may create but not read it.

        Raises:
            ServiceUnavailable: The server cannot, or may not, fetch that address.

        Example:
            >>> try:
            ...     directus.files.import_url("http://127.0.0.1:9/logo.png", {"title": "Logo"})
            ... except ServiceUnavailable as error:
            ...     print(error.service)
            external-file
        """
        if not str(url).strip():
            raise ValueError("url must be an address such as 'https://example.com/logo.png'")
        fields = dict(payload(self._codec.dump_create(data), "data")) if data is not None else {}
        if folder is not None:
            if "folder" in fields:
                raise ConfigurationError("pass folder=... or a folder in data, not both")
            fields["folder"] = folder_id(self._pipeline, folder, create=create_folders)
        answer = self._pipeline.call("POST", f"{self._path}/import", json={"url": url, "data": fields}, query=normalize(query))
        return self._one(answer.data)

    # ------------------------------------------------------------------ inside
    def _upload(self, source: Source, data: Any, filename: str | None, content_type: str | None) -> _Upload:
        fields = dict(payload(self._codec.dump_create(data), "data")) if data is not None else {}
        name = filename or fields.pop("filename_download", None) or source.name or "file"
        kind = content_type or fields.pop("type", None) or guess_type(name, source.head())
        return _Upload(source, fields, str(name), str(kind))

    def _send_form(
        self, method: str, address: str, upload: _Upload, wire: Mapping[str, Any], report: OnProgress | None
    ) -> T | None:
        form = Form(
            form_fields(upload.fields, upload.filename),
            upload.source,
            upload.filename,
            upload.content_type,
            sent(report, upload.source.size),
        )
        try:
            answer = self._pipeline.call(
                method, address, query=wire, body=form, headers=form.headers, retryable=method == "PATCH"
            )
        except SourceError as error:
            raise (error.__cause__ or error) from None
        return self._one(answer.data)
