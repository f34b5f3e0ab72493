"""Files: their records, and uploads of their content."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Literal, TypeVar
from uuid import UUID

from directus_sdk.calls import uncached
from directus_sdk.errors import BulkError, BulkModelError, ConfigurationError, ModelError
from directus_sdk.handlers.base import without_none
from directus_sdk.handlers.items import ItemsHandler
from directus_sdk.json_types import JSONMapping, JSONObject, MaybeNone
from directus_sdk.local.content_types import UNKNOWN, guess_type
from directus_sdk.local.parallel import Progresses, Stopped, label, reading_locks, side_by_side
from directus_sdk.local.progress import OnProgress, Progress, reporting
from directus_sdk.models.payloads import payload
from directus_sdk.reading.primary_key import check_key
from directus_sdk.results import BulkResult, ItemError
from directus_sdk.transfers.file_upload import FileUpload, name_and_type
from directus_sdk.transfers.folder_paths import folder_id
from directus_sdk.transfers.options import Resumable
from directus_sdk.transfers.sources import Source, Uploadable, open_source
from directus_sdk.transfers.tus import ResumeFile
from directus_sdk.wire.parameters import boolean, integer
from directus_sdk.wire.query import NormalizedQuery, WriteQuery, returned
from directus_sdk.wire.urls import Key, segment

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from directus_sdk.transfers.folder_plan import FolderPlan

T = TypeVar("T")


class FilesHandler(ItemsHandler[T]):
    """Reads and writes the records of files, and uploads their content: ``directus.files``.

    The content of a file is read with ``directus.assets``.
    """

    collection = "directus_files"

    def upload(
        self,
        file: Uploadable,
        data: object = None,
        query: JSONMapping | None = None,
        *,
        filename: str | None = None,
        content_type: str | None = None,
        folder: str | UUID | None = None,
        create_folders: bool = False,
        on_progress: OnProgress | None = None,
        progress: Progress = False,
        resumable: Resumable = "auto",
        resume_file: str | os.PathLike[str] | None = None,
        **params: Unpack[WriteQuery],
    ) -> T | MaybeNone:
        """Upload a file.

        ``POST /files``, or ``/files/tus`` in chunks. The file is read in blocks of 256 kB, whatever its size. Non-seekable
        sources (pipes, generators) are first spooled to a temporary file.

        Args:
            file: A path (a string is one too), bytes, a binary file object (read from its position), the upload of a web
                framework (Django, Flask, FastAPI), an object with ``open("rb")`` such as `zipfile.Path`, or an iterable of
                bytes.
            data: Fields of the record, such as ``{"title": "Logo", "tags": ["brand"]}``.
            query: What to return, as a mapping, instead of keywords.
            filename: The name on the server; by default that of the path or of the file object. A reader that unpacks, such
                as a member of a tar archive, has no name of its own. `UploadOptions` describes all options.
            content_type: The type, such as ``"image/png"``; by default that of the framework's upload, else guessed.
            folder: The id of a folder or its path, such as ``"press/2026"``.
            create_folders: Create missing folders of the path.
            on_progress: Called with the bytes sent and the size; a retry starts at 0 again.
            progress: ``True`` for a progress bar, ``"auto"``, a logger or a function.
            resumable: ``"auto"`` sends files of more than 32 MiB in chunks if the server has resumable uploads
                (``TUS_ENABLED``), and goes on after a fault; ``True`` requires it, ``False`` sends the file at once.
            resume_file: The path of a file that stores the state of the upload, so that the same call in a new process goes
                on with it.
            **params: What to return, such as ``fields=["id"]``.

        Returns:
            The record, or ``None`` where you may create but not read it.

        Raises:
            OSError: The file cannot be read, or it was changed while it was sent.
            TypeError: It is opened as text, or is an asynchronous file.
            ValueError: It is a URL, an empty list, or a file object at its end (call ``seek(0)``), or its name is not valid
                UTF-8: pass `filename`.
            Forbidden: You may not upload; this is noticed while sending, not afterwards.
            InvalidForeignKey: No folder has that id.
            NotFound: No folder has that path.
            PayloadTooLarge: The server does not accept files of that size.
            NotSupported: ``resumable=True``, and the server has no resumable uploads.

        Example:
            >>> directus.files.upload(b"Hello", {"title": "Greeting"}, filename="hello.txt")["type"]
            'text/plain'
        """
        _check_options(filename, content_type, resumable, resume_file)
        query = returned(query, params)
        with open_source(file) as source, reporting(on_progress, progress, filename or source.name) as report:
            upload = self._upload(source, self._fields(data), filename, content_type)
            self._put_into(folder, upload.fields, create_folders)
            return self._one(*upload.send(query, report, resumable, resume_file))

    def upload_many(
        self,
        paths: Iterable[Uploadable],
        data: object = None,
        query: JSONMapping | None = None,
        *,
        content_type: str | None = None,
        folder: str | UUID | None = None,
        create_folders: bool = False,
        on_progress: OnProgress | None = None,
        progress: Progress = False,
        resumable: Resumable = "auto",
        workers: int = 4,
        on_error: Literal["raise", "collect"] = "raise",
        **params: Unpack[WriteQuery],
    ) -> BulkResult[T | MaybeNone]:
        """Upload files in parallel.

        ``POST /files`` for each.

        Args:
            paths: The files: paths, or anything else that `upload` takes.
            data: Fields of every record.
            query: What to return of each, as a mapping, instead of keywords.
            content_type: The type of every file; `UploadOptions` describes all options.
            folder: The id of a folder or its path.
            create_folders: Create missing folders of the path.
            on_progress: Called with the bytes sent and the size, of all files together.
            progress: ``True`` for a progress bar, ``"auto"``, a logger or a function.
            resumable: Whether large files are sent in chunks; see `upload`.
            workers: The number of parallel uploads.
            on_error: ``"raise"`` raises after all files were attempted, ``"collect"`` only collects the errors.
            **params: What to return of each, such as ``fields=["id"]``.

        Returns:
            The records in the order of the paths, with ``None`` for failed ones; ``errors`` holds each error with its
            index and its path.

        Raises:
            BulkError: Some files failed; ``result`` holds the uploaded ones.
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
        _check_options(None, content_type, resumable)
        workers = integer("workers", workers)
        from directus_sdk.writing.bulk_errors import listed  # not needed for one file

        self._pipeline.auth.ensure_signed_in()  # once, and not for each file
        files = listed(paths)
        locks = reading_locks(files)
        query = returned(query, params)
        fields = self._fields(data)
        self._put_into(folder, fields, create_folders)
        with reporting(on_progress, progress, f"{len(files)} files") as report:
            progresses = Progresses(report, files)

            def send(index: int, path: Uploadable) -> T | MaybeNone:
                with locks[index]:
                    on_sent = progresses.of(index)
                    return self.upload(path, fields, query, content_type=content_type, on_progress=on_sent, resumable=resumable)

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
        result: BulkResult[T | MaybeNone] = BulkResult(done, count=len(files) - len(errors), errors=errors)
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
        data: object = None,
        query: JSONMapping | None = None,
        *,
        filename: str | None = None,
        content_type: str | None = None,
        folder: str | UUID | None = None,
        create_folders: bool = False,
        on_progress: OnProgress | None = None,
        progress: Progress = False,
        resumable: Resumable = "auto",
        resume_file: str | os.PathLike[str] | None = None,
        **params: Unpack[WriteQuery],
    ) -> T | MaybeNone:
        """Replace the content of a file; its id and all references to it stay.

        ``PATCH /files/{key}``, or ``/files/tus`` in chunks.

        Args:
            key: The file's id.
            file: The new content, as `upload` takes it.
            data: Fields of the record to change: a mapping, or a model whose unset attributes hold ``UNSET``.
            query: What to return, as a mapping, instead of keywords.
            filename: A new name; by default the file keeps the one it has, which costs a small request.
                `UploadOptions` describes all options.
            content_type: The type; by default guessed from the name of `file` or its first bytes, else the present one.
            folder: The id of a folder or its path, into which the file is moved.
            create_folders: Create missing folders of the path.
            on_progress: Called with the bytes sent and the size.
            progress: ``True`` for a progress bar, ``"auto"``, a logger or a function.
            resumable: Whether large files are sent in chunks; see `upload`.
            resume_file: A file that stores the state of the upload; see `upload`.
            **params: What to return, such as ``fields=["id"]``.

        Returns:
            The record, or ``None`` where you may update but not read it.

        Raises:
            Forbidden: There is no such file, or you may not change it.

        Example:
            >>> file = directus.files.upload(b"old", filename="notes.txt")
            >>> directus.files.replace(file["id"], b"newer", fields=["filename_download", "filesize"])
            {'filename_download': 'notes.txt', 'filesize': 5}
        """
        _check_options(filename, content_type, resumable, resume_file)
        path, query = f"{self._collection.path}/{segment(key)}", returned(query, params)
        changes = {} if data is None else dict(payload(self._codec.dump_update(data), "data"))
        check_key(self.collection, self.primary_key, key, changes)
        with open_source(file) as source, reporting(on_progress, progress, filename or source.name) as report:
            self._put_into(folder, changes, create_folders)
            if filename is None and "filename_download" not in changes:
                record = uncached.get(self._pipeline, path, NormalizedQuery(fields=["filename_download", "type"])).data
                guessed = source.content_type or guess_type(source.name, source.head())
                filename = record["filename_download"] or source.name
                content_type = content_type or (guessed if guessed != UNKNOWN else record["type"])
            upload = self._upload(source, changes, filename, content_type)
            return self._one(*upload.send(query, report, resumable, resume_file, replaces=key))

    def import_url(
        self,
        url: str,
        data: object = None,
        query: JSONMapping | None = None,
        *,
        filename: str | None = None,
        content_type: str | None = None,
        folder: str | UUID | None = None,
        create_folders: bool = False,
        **params: Unpack[WriteQuery],
    ) -> T | MaybeNone:
        """Have the server fetch a file from a URL.

        ``POST /files/import``. By default the server refuses URLs of its own network.

        Args:
            url: The URL.
            data: Fields of the record, such as ``{"title": "Logo"}``.
            query: What to return, as a mapping, instead of keywords.
            filename: The name of the file; by default that in the URL. `UploadOptions` describes all options.
            content_type: The type; by default that of the response to the server.
            folder: The id of a folder or its path.
            create_folders: Create missing folders of the path.
            **params: What to return, such as ``fields=["id"]``.

        Returns:
            The record, or ``None`` where you may create but not read it.

        Raises:
            ServiceUnavailable: The server cannot, or may not, fetch that URL.

        Example:
            >>> try:
            ...     directus.files.import_url("http://127.0.0.1:9/logo.png", {"title": "Logo"})
            ... except ServiceUnavailable as error:
            ...     print(error.service)
            external-file
        """
        if not isinstance(url, str):
            raise TypeError(f"url must be a string, not {type(url).__name__}")
        if not url.strip():
            raise ValueError("url must be a URL such as 'https://example.com/logo.png'")
        _check_options(filename, content_type)
        query, fields = returned(query, params), self._fields(data)
        fields |= without_none(filename_download=filename and str(filename), type=content_type)
        self._put_into(folder, fields, create_folders)
        response = self._pipeline.call(
            "POST", f"{self._collection.path}/import", json={"url": url, "data": fields}, query=query
        )
        return self._one(response.data)

    # ------------------------------------------------------------------ folders
    def sync_folder(
        self,
        path: str | os.PathLike[str],
        folder: str | UUID | None,
        direction: Literal["up", "down"] = "up",
        *,
        delete: bool = False,
        checksum: bool = False,
    ) -> FolderPlan:
        """Compare a folder on the disk with one on the server, whose ``apply()`` makes them equal; nothing is changed yet.

        ``SEARCH /folders`` and ``SEARCH /files``. A manifest beside the folder (``<path>.sync.json``) holds what both sides
        had when they were last synchronized, so that no change of the other side is overwritten: it is a conflict.

        Args:
            path: The folder on the disk.
            folder: The id or the path of the folder on the server; ``None`` for the top. Folders in it are included.
            direction: ``"up"`` changes the server, ``"down"`` the disk.
            delete: Whether files that were removed from the one side are deleted on the other.
            checksum: Whether the content of every file is compared, and not its size and the times of changes.

        Raises:
            NotFound: The folder is not on the server, and the direction is ``"down"``.
            ValueError: A name on the server leads out of the folder.
            ConfigurationError: The manifest is not valid, or two folders on the server have one path.

        Example:
            >>> import pathlib
            >>> pathlib.Path("photos").mkdir()
            >>> _ = pathlib.Path("photos/a.txt").write_text("A")
            >>> plan = directus.files.sync_folder("photos", "site/photos", "up")
            >>> print(plan)
            +1 ~0 -0 =0
            >>> list(plan.apply())
            ['a.txt']
        """
        from directus_sdk.transfers import folder_sync

        boolean("delete", delete)  # "no" would count as true
        boolean("checksum", checksum)
        files: FilesHandler[JSONObject] = FilesHandler(self._directus)
        return folder_sync.plan(self._pipeline, files, path, folder, direction, delete=delete, checksum=checksum)

    # ------------------------------------------------------------------ inside
    def _fields(self, data: object) -> JSONObject:
        return {} if data is None else dict(payload(self._codec.dump_create(data), "data"))

    def _put_into(self, folder: str | UUID | None, fields: JSONObject, create_folders: bool) -> None:
        if folder is not None:
            if "folder" in fields:
                raise ConfigurationError("pass folder=... or a folder in data, not both")
            fields["folder"] = folder_id(self._pipeline, folder, create=create_folders)

    def _upload(self, source: Source, fields: JSONObject, filename: str | None, content_type: str | None) -> FileUpload:
        name, kind = name_and_type(source, fields, filename, content_type)
        return FileUpload(self._pipeline, self._collection.path, source, fields, name, kind)


def _check_options(
    filename: object,
    content_type: object,
    resumable: object = "auto",
    resume_file: str | os.PathLike[str] | None = None,
) -> None:
    if resumable not in ("auto", True, False):
        raise ValueError(f"resumable must be 'auto', True or False, not {resumable!r}")
    for name, value in (("filename", filename), ("content_type", content_type)):
        if not (value is None or isinstance(value, (str, PurePath))):
            raise TypeError(f"{name} must be a string, not {type(value).__name__}")
    if resume_file is not None:
        ResumeFile(resume_file, "").load()  # it is refused before a folder is looked up or created
