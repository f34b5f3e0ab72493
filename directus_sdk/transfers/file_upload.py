"""The upload of one file: in chunks where that is asked for and the server has it, otherwise at once as a form."""

from __future__ import annotations

import os
from typing import Any

import attrs

from directus_sdk.calls import uncached
from directus_sdk.calls.pipeline import Pipeline
from directus_sdk.errors import APIError, ConfigurationError, Forbidden, NotSupported
from directus_sdk.json_types import JSONObject
from directus_sdk.local.content_types import guess_type
from directus_sdk.local.progress import OnProgress, sent
from directus_sdk.reading.lookups import like
from directus_sdk.transfers import tus
from directus_sdk.transfers.downloads import UNCOMPRESSED
from directus_sdk.transfers.multipart import Form, field_text, form_fields
from directus_sdk.transfers.options import Resumable
from directus_sdk.transfers.remote_file import Ranges
from directus_sdk.transfers.sources import Source
from directus_sdk.wire.query import NormalizedQuery
from directus_sdk.wire.urls import Key, segment


def name_and_type(source: Source, fields: JSONObject, filename: str | None, content_type: str | None) -> tuple[str, str]:
    """Return the name and the content type that a file gets on the server.

    Args:
        source: The content.
        fields: The fields of the record; those for the name and the type are removed from it.
        filename: The name, where the caller chose one.
        content_type: The type, where the caller chose one.
    """
    name = filename or fields.pop("filename_download", None) or source.name or "file"
    kind = content_type or fields.pop("type", None) or source.content_type or guess_type(str(name), source.head())
    return field_text(str(name)), str(kind)


@attrs.frozen
class FileUpload:
    """A file on its way to the server.

    Attributes:
        pipeline: Sends it.
        path: The path of all files, below the base URL.
        source: The content.
        fields: The fields of the record.
        filename: The name.
        content_type: The type.
    """

    pipeline: Pipeline
    path: str
    source: Source
    fields: JSONObject
    filename: str
    content_type: str

    def send(
        self,
        query: NormalizedQuery,
        report: OnProgress | None,
        resumable: Resumable,
        resume_file: str | os.PathLike[str] | None,
        *,
        replaces: Key | None = None,
    ) -> tuple[Any, str | None]:
        """Send the file.

        Args:
            query: What to return of the record.
            report: Called with the bytes sent and the size.
            resumable: Whether it is sent in chunks; see `UploadOptions`.
            resume_file: The path of a file that stores the state of the upload.
            replaces: The key of the file whose content it replaces; by default it becomes a new file.

        Returns:
            The record, ``None`` where it may not be read, and its key, where that is known without the record.

        Raises:
            ConfigurationError: A resume file was passed, and ``resumable=False``.
            NotSupported: ``resumable=True``, and the server has no resumable uploads.
        """
        # The protocol takes an id for that of a file to replace.
        new_with_id = replaces is None and "id" in self.fields
        chunk = 0 if new_with_id else self._chunk(resumable, resume_file)
        if chunk:
            fields = self.fields if replaces is None else {**self.fields, "id": str(replaces)}
            try:
                return attrs.evolve(self, fields=fields)._send_chunks(chunk, resume_file, query, report)
            except tus.UploadExpired:
                if resumable != "auto":
                    raise
        return self._send_form(replaces, query, report), None

    def _chunk(self, resumable: Resumable, resume_file: object) -> int:
        """Return the bytes of a chunk, or 0 for an upload at once."""
        if resumable is False:
            if resume_file is not None:
                raise ConfigurationError("resume_file=... needs a resumable upload, and resumable=False forbids it")
            return 0
        if self.source.size == 0:
            return 0  # the protocol has no empty uploads
        if resumable == "auto" and resume_file is None and self.source.size <= tus.RESUMABLE_FROM:
            return 0
        chunk = tus.chunk_size(self.pipeline)
        if not chunk and resumable is True:
            raise NotSupported("this server has no resumable uploads: set TUS_ENABLED=true on it, or pass resumable='auto'")
        return chunk

    def _send_form(self, replaces: Key | None, query: NormalizedQuery, report: OnProgress | None) -> Any:
        form = Form(
            form_fields(self.fields, self.filename),
            self.source,
            self.filename,
            self.content_type,
            sent(report, self.source.size),
        )
        method, path = ("POST", self.path) if replaces is None else ("PATCH", self._path_of(replaces))
        return self.pipeline.call(method, path, query=query, body=form, headers=form.headers, retryable=method == "PATCH").data

    def _send_chunks(
        self, chunk: int, resume_file: str | os.PathLike[str] | None, query: NormalizedQuery, report: OnProgress | None
    ) -> tuple[Any, str | None]:
        sending = tus.TusUpload(
            self.pipeline,
            self.source,
            tus.metadata(self.fields, self.filename, self.content_type),
            chunk,
            resume_file=resume_file,
            on_read=sent(report, self.source.size),
            finished=self._finished,
        )
        key = sending.run() or str(self.fields.get("id") or "")
        if not key:
            return None, None
        try:
            return uncached.get(self.pipeline, self._path_of(key), query).data, key
        except Forbidden:
            return None, key

    def _finished(self, created: str) -> str | None:
        """Look for the file of an upload whose last response was lost."""
        if "id" in self.fields or not created:
            return None  # replacing a file again does no harm
        same = {
            "filename_download": like(self.filename),
            "filesize": {"_eq": self.source.size},
            "uploaded_by": {"_eq": "$CURRENT_USER"},
            "created_on": {"_gte": created},
        }
        try:
            query = NormalizedQuery(filter=same, fields=["id"], sort=["-created_on"], limit=5)
            rows = uncached.get(self.pipeline, self.path, query).data
        except Forbidden:
            return None
        # Another file of this name and size may have been uploaded meanwhile.
        return next(filter(self._has_ends, (str(row["id"]) for row in rows)), None)

    def _has_ends(self, key: str) -> bool:
        request = self.pipeline.request("GET", f"/assets/{segment(key)}", headers=UNCOMPRESSED, stream=True)
        try:
            return Ranges(self.pipeline, request, key).has_ends_of(self.source)
        except APIError:
            return False  # such as without permission to read it

    def _path_of(self, key: Key) -> str:
        return f"{self.path}/{segment(key)}"
