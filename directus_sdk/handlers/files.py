"""Files: their records, and what is in them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, TypeVar
from uuid import UUID

import attrs

from directus_sdk.calls import uncached
from directus_sdk.errors import APIError, BulkError, BulkModelError, ConfigurationError, Forbidden, ModelError, NotSupported
from directus_sdk.handlers.items import ItemsHandler
from directus_sdk.json_types import JSONMapping
from directus_sdk.local.content_types import UNKNOWN, guess_type
from directus_sdk.local.parallel import Progresses, Stopped, label, reading_locks, side_by_side
from directus_sdk.local.progress import OnProgress, Progress, reporting, sent
from directus_sdk.models.payloads import payload
from directus_sdk.reading.lookups import like
from directus_sdk.reading.primary_key import check_key
from directus_sdk.results import BulkResult, ItemError
from directus_sdk.transfers import tus
from directus_sdk.transfers.downloads import AS_IT_IS
from directus_sdk.transfers.folder_paths import folder_id
from directus_sdk.transfers.multipart import Form, field_text, form_fields
from directus_sdk.transfers.remote_file import Ranges
from directus_sdk.transfers.sources import Source, Uploadable, open_source
from directus_sdk.wire.parameters import integer
from directus_sdk.wire.query import Query, normalize, returned
from directus_sdk.wire.urls import Key, segment

if TYPE_CHECKING:
    from typing_extensions import Unpack

T = TypeVar("T")


@attrs.frozen
class _Upload:
    """What is sent, whichever way."""

    source: Source
    fields: JSONMapping
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
        query: JSONMapping | None = None,
        on_progress: OnProgress | None = None,
        progress: Progress = False,
        resumable: Literal["auto"] | bool = "auto",
        resume_file: str | os.PathLike[str] | None = None,
        create_folders: bool = False,
        **params: Unpack[Query],
    ) -> T | None:
        """Upload a file.

        ``POST /files``, or ``/files/tus`` in chunks. The file is read in blocks of 256 kB, whatever its size. What cannot
        be read twice, such as a pipe or a generator, is copied to a temporary file first.

        Args:
            file: A path (a text is one too), bytes, a binary file object from where it stands, the upload of a web framework
                (Django, Flask, FastAPI), something with ``open("rb")`` such as `zipfile.Path`, or an iterable of bytes.
            data: Fields of the record, such as ``{"title": "Logo", "tags": ["brand"]}``.
            filename: The name on the server; by default that of the path or of the file object. A reader that unpacks, such
                as a member of a tar archive, has no name of its own.
            content_type: The type, such as ``"image/png"``; by default that of the framework's upload, then told by the
                name, then by the first bytes.
            folder: The id of a folder or its path, such as ``"press/2026"``.
            query: What to return, as a mapping, instead of keywords.
            on_progress: Called with the bytes sent and the bytes in all; a retry begins at 0 again.
            progress: ``True`` shows a progress bar (extra ``progress``); ``"auto"`` does so only on a terminal and in a
                notebook, and else logs a line every 10 seconds; a logger gets such lines;
                a function is called as `on_progress` is.
            resumable: ``"auto"`` sends files of more than 32 MiB in chunks if the server has resumable uploads
                (``TUS_ENABLED``), and goes on after a fault; ``True`` insists on it, ``False`` sends the file at once.
            resume_file: A path at which the upload is remembered, so that the same call in a new process goes on with it.
            create_folders: Make the folders of the path that are missing.
            **params: What to return, such as ``fields=["id"]``.

        Returns:
            The record, or ``None`` where you may create but not read it.

        Raises:
            OSError: The file cannot be read, or it was changed while it was sent.
            TypeError: It is opened as text, or is an asynchronous file.
            ValueError: It is a URL, or a file object that stands at its end (call ``seek(0)``), or its name is no valid
                UTF-8: pass another.
            Forbidden: You may not upload; this is noticed while sending, not after.
            InvalidForeignKey: There is no folder with that id.
            NotFound: There is no folder with that path.
            PayloadTooLarge: The server takes no file of that size.
            NotSupported: ``resumable=True``, and the server has no resumable uploads.

        Example:
            >>> directus.files.upload(b"Hello", {"title": "Greeting"}, filename="hello.txt")["type"]
            'text/plain'
        """
        wire = returned(query, params)
        with open_source(file) as source, reporting(on_progress, progress, filename or source.name) as report:
            upload = self._upload(source, data, filename, content_type)
            fields = dict(upload.fields)
            if folder is not None:
                if "folder" in fields:
                    raise ConfigurationError("pass folder=... or a folder in data, not both")
                fields["folder"] = folder_id(self._pipeline, folder, create=create_folders)
            upload = attrs.evolve(upload, fields=fields)
            # To the protocol's endpoint an id is that of a file to replace.
            chunk = 0 if "id" in fields else self._chunk(source.size, resumable, resume_file)
            if chunk:
                try:
                    return self._send_chunks(upload, chunk, resume_file, wire, report)
                except tus.UploadExpired:
                    if resumable != "auto":
                        raise
            return self._send_form("POST", self._collection.path, upload, wire, report)

    def upload_many(
        self,
        paths: Iterable[Uploadable],
        data: Any = None,
        *,
        folder: str | UUID | None = None,
        workers: int = 4,
        query: JSONMapping | None = None,
        on_progress: OnProgress | None = None,
        progress: Progress = False,
        on_error: Literal["raise", "collect"] = "raise",
        create_folders: bool = False,
        **params: Unpack[Query],
    ) -> BulkResult[T | None]:
        """Upload files side by side.

        ``POST /files`` for each.

        Args:
            paths: The files: paths, or whatever else `upload` takes.
            data: Fields of every record.
            folder: The id of a folder or its path.
            workers: How many are uploaded at a time.
            query: What to return of each, as a mapping, instead of keywords.
            on_progress: Called with the bytes sent and the bytes in all, of all files together.
            progress: As of `upload`.
            on_error: ``"raise"`` raises after all files were tried, ``"collect"`` only keeps the errors.
            create_folders: Make the folders of the path that are missing.
            **params: What to return of each, such as ``fields=["id"]``.

        Returns:
            The records in the order of the paths, with ``None`` for what failed; ``errors`` holds each error with its
            place and its path.

        Raises:
            BulkError: Some files failed; ``result`` holds what was done.
            BulkModelError: All were uploaded, and some records do not fit the model; ``keys`` holds theirs.

        Example:
            >>> from pathlib import Path
            >>> for name in ("a.txt", "b.txt"):
            ...     _ = Path(name).write_text(name)
            >>> files = directus.files.upload_many(["a.txt", "b.txt"], folder="notes", create_folders=True)
            >>> [file["filename_download"] for file in files]
            ['a.txt', 'b.txt']
        """
        one = isinstance(paths, (str, bytes, bytearray, memoryview, Mapping)) or hasattr(paths, "read")
        if one or not isinstance(paths, Iterable):
            raise TypeError(f"paths must be a list of paths, not {type(paths).__name__}; for one file use upload()")
        if on_error not in ("raise", "collect"):
            raise ValueError(f"on_error must be 'raise' or 'collect', not {on_error!r}")
        workers = integer("workers", workers)
        self._pipeline.auth.ensure_signed_in()  # once, and not for each file
        files = list(paths)
        locks = reading_locks(files)
        wire = returned(query, params)
        fields = dict(payload(self._codec.dump_create(data), "data")) if data is not None else {}
        if folder is not None:
            if "folder" in fields:
                raise ConfigurationError("pass folder=... or a folder in data, not both")
            fields["folder"] = folder_id(self._pipeline, folder, create=create_folders)
        with reporting(on_progress, progress, f"{len(files)} files") as report:
            told = Progresses(report, files)

            def send(index: int, path: Uploadable) -> T | None:
                with locks[index]:
                    return self.upload(path, fields, query=wire, on_progress=told.of(index))

            try:
                outcomes = side_by_side([partial(send, *entry) for entry in enumerate(files)], workers)
            except Stopped as stopped:
                raise (stopped.__cause__ or stopped) from None
        unfit = [outcome for outcome in outcomes if isinstance(outcome, ModelError) and outcome.result is not None]
        errors = [
            ItemError(index, files[index], outcome)
            for index, outcome in enumerate(outcomes)
            if isinstance(outcome, Exception) and outcome not in unfit
        ]
        done: list[Any] = [None if isinstance(outcome, Exception) else outcome for outcome in outcomes]
        result: BulkResult[T | None] = BulkResult(done, count=len(files) - len(errors), errors=errors)
        result.unfit += unfit
        if unfit and not errors and on_error == "raise":
            error = BulkModelError(f"all {len(files)} files were uploaded, but: {unfit[0]}", result=result)
            error.collection, error.field = unfit[0].collection, unfit[0].field
            error.keys = [key for entry in unfit for key in entry.keys]
            raise error from unfit[0]
        if errors and on_error == "raise":
            first = errors[0]
            raise BulkError(
                f"{len(errors)} of {len(files)} files were not uploaded; the first: {label(first.item)}: {first.error}",
                errors=errors,
                result=result,
            ) from first.error
        return result

    def replace(
        self,
        key: Key,
        file: Uploadable,
        data: Any = None,
        *,
        filename: str | None = None,
        content_type: str | None = None,
        query: JSONMapping | None = None,
        on_progress: OnProgress | None = None,
        progress: Progress = False,
        resumable: Literal["auto"] | bool = "auto",
        resume_file: str | os.PathLike[str] | None = None,
        **params: Unpack[Query],
    ) -> T | None:
        """Put another content into a file; its id and everything that points to it stay.

        ``PATCH /files/{key}``, or ``/files/tus`` in chunks.

        Args:
            key: The file's id.
            file: The new content, as `upload` takes it.
            data: Fields of the record to change: a mapping, or a model whose unset attributes hold ``UNSET``.
            filename: A new name; by default the file keeps the one it has, which costs a small request.
            content_type: The type; by default told by the name of `file` or its first bytes, else the one that it has.
            query: What to return, as a mapping, instead of keywords.
            on_progress: Called with the bytes sent and the bytes in all.
            progress: As of `upload`.
            resumable: Whether large files are sent in chunks; see `upload`.
            resume_file: A path at which the upload is remembered; see `upload`.
            **params: What to return, such as ``fields=["id"]``.

        Returns:
            The record, or ``None`` where you may change but not read it.

        Raises:
            Forbidden: There is no such file, or you may not change it.

        Example:
            >>> file = directus.files.upload(b"old", filename="notes.txt")
            >>> directus.files.replace(file["id"], b"newer", fields=["filename_download", "filesize"])
            {'filename_download': 'notes.txt', 'filesize': 5}
        """
        address, wire = f"{self._collection.path}/{segment(key)}", returned(query, params)
        changes = {} if data is None else payload(self._codec.dump_update(data), "data")
        check_key(self.collection, self.primary_key, key, changes)
        with open_source(file) as source, reporting(on_progress, progress, filename or source.name) as report:
            if filename is None and "filename_download" not in changes:
                kept = uncached.get(self._pipeline, address, {"fields": ["filename_download", "type"]}).data
                guessed = source.content_type or guess_type(source.name, source.head())
                filename = kept["filename_download"] or source.name
                content_type = content_type or (guessed if guessed != UNKNOWN else kept["type"])
            upload = self._upload(source, changes, filename, content_type)
            chunk = self._chunk(source.size, resumable, resume_file)
            if chunk:
                replacing = attrs.evolve(upload, fields={**upload.fields, "id": str(key)})
                try:
                    return self._send_chunks(replacing, chunk, resume_file, wire, report)
                except tus.UploadExpired:
                    if resumable != "auto":
                        raise
            return self._send_form("PATCH", address, upload, wire, report)

    def import_url(
        self,
        url: str,
        data: Any = None,
        query: JSONMapping | None = None,
        *,
        folder: str | UUID | None = None,
        create_folders: bool = False,
        **params: Unpack[Query],
    ) -> T | None:
        """Have the server fetch a file from an address.

        ``POST /files/import``. The server refuses addresses of its own network unless it is set up otherwise.

        Args:
            url: The address.
            data: Fields of the record, such as ``{"title": "Logo"}``.
            query: What to return, as a mapping, instead of keywords.
            folder: The id of a folder or its path.
            create_folders: Make the folders of the path that are missing.
            **params: What to return, such as ``fields=["id"]``.

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
        wire = returned(query, params)
        fields = dict(payload(self._codec.dump_create(data), "data")) if data is not None else {}
        if folder is not None:
            if "folder" in fields:
                raise ConfigurationError("pass folder=... or a folder in data, not both")
            fields["folder"] = folder_id(self._pipeline, folder, create=create_folders)
        answer = self._pipeline.call("POST", f"{self._collection.path}/import", json={"url": url, "data": fields}, query=wire)
        return self._one(answer.data)

    # ------------------------------------------------------------------ inside
    def _upload(self, source: Source, data: Any, filename: str | None, content_type: str | None) -> _Upload:
        fields = dict(payload(self._codec.dump_create(data), "data")) if data is not None else {}
        name = filename or fields.pop("filename_download", None) or source.name or "file"
        kind = content_type or fields.pop("type", None) or source.content_type or guess_type(name, source.head())
        return _Upload(source, fields, field_text(str(name)), str(kind))

    def _send_form(self, method: str, address: str, upload: _Upload, wire: JSONMapping, report: OnProgress | None) -> T | None:
        form = Form(
            form_fields(upload.fields, upload.filename),
            upload.source,
            upload.filename,
            upload.content_type,
            sent(report, upload.source.size),
        )
        answer = self._pipeline.call(
            method, address, query=wire, body=form, headers=form.headers, retryable=method == "PATCH"
        )
        return self._one(answer.data)

    def _chunk(self, size: int, resumable: Literal["auto"] | bool, resume_file: object) -> int:
        """Return the bytes of a chunk, or 0 for an upload at once."""
        if resumable not in ("auto", True, False):
            raise ValueError(f"resumable must be 'auto', True or False, not {resumable!r}")
        if resumable is False:
            if resume_file is not None:
                raise ConfigurationError("resume_file=... needs a resumable upload, and resumable=False forbids it")
            return 0
        if size == 0:
            return 0  # the protocol has no empty uploads, and there is nothing to resume
        if resumable == "auto" and resume_file is None and size <= tus.RESUMABLE_FROM:
            return 0
        chunk = tus.chunk_size(self._pipeline)
        if not chunk and resumable is True:
            raise NotSupported("this server has no resumable uploads: set TUS_ENABLED=true on it, or pass resumable='auto'")
        return chunk

    def _send_chunks(
        self, upload: _Upload, chunk: int, resume_file: Any, wire: JSONMapping, report: OnProgress | None
    ) -> T | None:
        sending = tus.TusUpload(
            self._pipeline,
            upload.source,
            tus.metadata(upload.fields, upload.filename, upload.content_type),
            chunk,
            resume_file=resume_file,
            on_read=sent(report, upload.source.size),
            finished=partial(self._finished, upload),
        )
        key = sending.run() or str(upload.fields.get("id") or "")
        if not key:
            return None
        try:
            return self._one(uncached.get(self._pipeline, f"{self._collection.path}/{segment(key)}", wire).data, key)
        except Forbidden:
            return None

    def _finished(self, upload: _Upload, created: str) -> str | None:
        """Look for the file of an upload whose last answer was lost."""
        if "id" in upload.fields or not created:
            return None  # replacing a file again does no harm
        same = {
            "filename_download": like(upload.filename),
            "filesize": {"_eq": upload.source.size},
            "uploaded_by": {"_eq": "$CURRENT_USER"},
            "created_on": {"_gte": created},
        }
        try:
            wire = normalize({"filter": same, "fields": ["id"], "sort": ["-created_on"], "limit": 5})
            rows = uncached.get(self._pipeline, self._collection.path, wire).data
        except Forbidden:
            return None
        # Another file of this name and size may have come meanwhile.
        return next((key for key in (str(row["id"]) for row in rows) if self._has_ends(key, upload.source)), None)

    def _has_ends(self, key: str, source: Source) -> bool:
        request = self._pipeline.request("GET", f"/assets/{segment(key)}", headers=AS_IT_IS, stream=True)
        try:
            return Ranges(self._pipeline, request, key).has_ends_of(source)
        except APIError:
            return False  # such as by who may not read it
