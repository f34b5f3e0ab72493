"""Resumable uploads: a file is sent in chunks, and after a fault the upload goes on from the offset that the server reports.

The protocol is TUS 1.0.0 with creation and expiration. A POST creates the upload, each chunk is a PATCH at an offset, and
after a fault a HEAD asks for the offset. Every chunk is a call of its own, so that a token that expires during a long
upload is refreshed between two of them. A resume file lets another process go on with an upload.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import os
import stat
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import timedelta, timezone
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

import attrs

from directus_sdk.calls.pipeline import Pipeline
from directus_sdk.errors import (
    APIError,
    ConfigurationError,
    DecodeError,
    Forbidden,
    InvalidForeignKey,
    NotFound,
    OutOfTime,
    TLSError,
    TransportError,
)
from directus_sdk.http.bodies import failed_to_read
from directus_sdk.http.statuses import RETRIED
from directus_sdk.json_types import JSONMapping
from directus_sdk.local.atomic_file import replace_file
from directus_sdk.local.run_lock import FileLock
from directus_sdk.transfers.multipart import field_text, part_header
from directus_sdk.transfers.sources import Source
from directus_sdk.wire import urls
from directus_sdk.wire.messages import Response
from directus_sdk.wire.parameters import file_path

#: What "auto" sends in chunks: files of more than 32 MiB. Below, sending all of it again takes little time.
RESUMABLE_FROM = 32 * 1024 * 1024

#: The maximum size of a resume file, in bytes.
_LARGEST_FILE = 64 * 1024

_DEFAULT_CHUNK = 8 * 1024 * 1024
_VERSION = {"Tus-Resumable": "1.0.0"}
_PATH = "/files/tus"
#: After these the server is asked how far it got: another attempt still holds the upload, or, unless `RetryPolicy` has other
#: statuses, the chunk was cut.
_LOCKED = frozenset({409, 423})
_CUT = RETRIED | {408, 500}


class UploadExpired(OutOfTime):
    """An upload expired on the server before it was complete, more than once."""


def chunk_size(pipeline: Pipeline) -> int:
    """Return the bytes of a chunk, or 0 where the server has no resumable uploads.

    ``GET /server/info``, once for a client and its copies.
    """
    limits = pipeline.limits
    if limits.chunk is None:
        try:
            info = pipeline.call("GET", "/server/info").data
        except (Forbidden, NotFound):
            return 0
        # Version 9 returns "directus" to an administrator, and later versions return "queryLimit" to every user.
        if not isinstance(info, Mapping) or not info.keys() & {"uploads", "queryLimit", "directus"}:
            return 0  # what the Public role may read says nothing about uploads: ask again after the login
        uploads = info.get("uploads")
        uploads = uploads if isinstance(uploads, Mapping) else {}
        # Version 10 has no "tus", and "uploads" only where there are resumable ones.
        there = uploads.get("tus", bool(uploads))
        size = uploads.get("chunkSize")
        if not isinstance(size, int) or isinstance(size, bool) or size < 1:
            size = _DEFAULT_CHUNK
        limits.chunk = size if there else 0
    return limits.chunk


def metadata(fields: JSONMapping, filename: str, content_type: str) -> str:
    """Encode the fields of a file as the header ``Upload-Metadata``.

    Example:
        >>> metadata({"title": "Hi"}, "a.txt", "text/plain")
        'filename_download YS50eHQ=,type dGV4dC9wbGFpbg==,title SGk='
    """
    values = {"filename_download": filename, "type": part_header(content_type, "content_type"), **fields}
    return ",".join(
        f"{urls.segment(name, 'field')} {base64.b64encode(field_text(value).encode()).decode()}"
        for name, value in values.items()
        if value is not None
    )


@attrs.frozen
class Upload:
    """One upload on the server.

    Attributes:
        key: The last segment of its URL; the rest is known, and the server may not know its own URL.
        created: The time of its creation, by the server's clock.
        reached: The offset up to which content was sent, whether or not it arrived.
    """

    key: str
    created: str = ""
    reached: int = 0

    @property
    def path(self) -> str:
        """Its path below the base URL."""
        return f"{_PATH}/{urls.segment(self.key)}"


class ResumeFile:
    """The file that stores the state of an upload, so that another process can go on with it.

    Args:
        path: The file; it is removed when the upload is complete.
        identity: A digest of what has to be the same to go on: the server, the content and the fields.

    Raises:
        FileNotFoundError: Its folder does not exist.
        TypeError: It is not a path.
        ValueError: The path is empty.
    """

    def __init__(self, path: str | os.PathLike[str], identity: str) -> None:
        self._path = Path(file_path("resume_file", path, "a file such as 'film.upload.json'"))
        self._identity = identity
        if not self._path.parent.is_dir():
            raise FileNotFoundError(f"there is no folder {str(self._path.parent)!r} for the resume file")

    def locked(self) -> AbstractContextManager[None]:
        """Lock it, so that no other run goes on with the same upload meanwhile.

        Raises:
            ConfigurationError: Another run has it.
        """
        return FileLock(self._path).acquired(
            f"{str(self._path)!r} is in use by another run, which uploads: wait for it, or give another path"
        )

    def load(self) -> Upload | None:
        """Return the upload that was begun, or ``None`` if the file has none of this content.

        Raises:
            ConfigurationError: The file is not a resume file, and would be lost if it were written to.
        """
        try:
            text = b"no file"
            if stat.S_ISREG(self._path.stat().st_mode):  # opening a pipe would wait for a writer
                with self._path.open("rb") as file:
                    text = file.read(_LARGEST_FILE)
        except FileNotFoundError:
            return None
        try:
            state = json.loads(text or b"null")
            if not state:  # it has no content that could be lost
                return None
            upload = Upload(str(state["upload"]), str(state["created"]), int(state.get("reached", 0)))
            return upload if state["identity"] == self._identity else None
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
            raise ConfigurationError(
                f"{str(self._path)!r} is not the resume file of an upload, and would be replaced by one: give another path"
            ) from None

    def save(self, upload: Upload) -> None:
        """Write an upload to the file."""
        state = {"identity": self._identity, "upload": upload.key, "created": upload.created, "reached": upload.reached}
        replace_file(self._path, json.dumps(state))

    def clear(self) -> None:
        """Remove the file."""
        self._path.unlink(missing_ok=True)


@attrs.define(eq=False, repr=False)
class TusUpload:
    """Sends one file in chunks.

    Args:
        pipeline: Sends the calls.
        source: The content.
        header: The fields, as `metadata` returns them.
        chunk: The bytes of a chunk.
        resume_file: The file that stores the state of the upload for another process.
        on_read: Called with the number of bytes that were read of the file.
        finished: Looks for the file of an upload whose last response was lost; called with the time of its creation.
    """

    _pipeline: Pipeline
    _source: Source
    _header: str
    _chunk: int
    _resume_file: str | os.PathLike[str] | None = attrs.field(default=None, kw_only=True)
    _on_read: Callable[[int], object] | None = attrs.field(default=None, kw_only=True)
    _finished: Callable[[str], str | None] = attrs.field(default=lambda created: None, kw_only=True)
    _resume: ResumeFile | None = attrs.field(init=False)

    @_resume.default
    def _resume_file_of_this_upload(self) -> ResumeFile | None:
        if self._resume_file is None:
            return None
        identity = f"{self._pipeline.base_url}\n{self._source.fingerprint()}\n{self._header}"
        return ResumeFile(self._resume_file, hashlib.sha256(identity.encode()).hexdigest())

    def run(self) -> str:
        """Send what is missing and return the id of the file, or ``""`` where the server does not report it.

        Raises:
            UploadExpired: The upload takes longer than the server keeps it.
            APIError: The server refused.
            TransportError: It does not respond, also after retries.
            ConfigurationError: Another run uses the resume file.
        """
        if self._resume is None:
            return self._run(None)
        # Two runs that begin at the same moment would make two files.
        with self._resume.locked():
            return self._run(self._resume.load())

    def _run(self, upload: Upload | None) -> str:
        begun_here = 0
        while True:
            if upload is None:
                upload = self._create()
                begun_here += 1
                offset: int | None = 0
            else:
                offset = self._offset(upload)
            file = self._send(upload, offset) if offset is not None else self._file_of(upload)
            if file is not None:
                if self._resume is not None:
                    self._resume.clear()
                return file
            if begun_here > 1:
                if self._resume is not None:
                    self._resume.clear()  # the upload has expired, and another way of sending must not find it later
                raise UploadExpired(
                    "the upload expired twice before it was complete: TUS_UPLOAD_EXPIRATION, 10 minutes "
                    "unless it is set, is shorter than this upload takes; raise it, or pass resumable=False"
                )
            upload = None

    def _create(self) -> Upload:
        headers = {**_VERSION, "Upload-Length": str(self._source.size), "Upload-Metadata": self._header}
        try:
            response = self._pipeline.call("POST", _PATH, headers=headers, json_only=False).response
        except APIError as error:
            if "foreign key" in error.message.lower():
                # Over multipart this error has a code; here only a message, with status 500 or 400.
                raise InvalidForeignKey(
                    error.message, status=error.status, response=error.response, request=error.request
                ) from None
            raise
        try:
            path = urlsplit(response.headers.get("Location", "")).path.rstrip("/")
            key = "" if path.endswith(_PATH) else unquote(path.rpartition("/")[2])
            urls.segment(key)
        except ValueError:
            raise _unusable("POST", _PATH, response, "its Location names no upload") from None
        return Upload(key, _iso(response.headers.get("Date")))

    def _file_of(self, upload: Upload) -> str | None:
        """Return the id of the file of an upload that the server does not know any more, or ``None``.

        An upload of which not all was sent cannot be complete: it has expired.
        """
        return self._finished(upload.created) if upload.reached >= self._source.size else None

    def _offset(self, upload: Upload) -> int | None:
        """Ask the server for the offset of an upload; ``None`` if the server does not know it any more."""
        try:
            response = self._pipeline.call("HEAD", upload.path, headers=_VERSION).response
        except APIError as error:
            if error.status in (403, 404, 410):
                return None
            raise
        return _offset_of("HEAD", upload.path, response, range(self._source.size + 1))

    def _send(self, upload: Upload, offset: int) -> str | None:
        """Send chunk after chunk from an offset; return the file's id, or ``None`` if the upload has expired."""
        failures, farthest = 0, offset
        while True:
            # Stored before it is sent: after a crash it is not known whether it arrived.
            upload = attrs.evolve(upload, reached=min(offset + self._chunk, self._source.size))
            if self._resume is not None:
                self._resume.save(upload)
            try:
                response = self._patch(upload, offset)
            except (APIError, TransportError) as error:
                failures += 1
                self._pause(error, failures)
                asked = self._offset(upload)
                if asked is None:
                    return self._file_of(upload)
                offset = asked
            else:
                whole = upload.reached >= self._source.size
                if whole and response.headers.get("Directus-File-Id"):
                    return response.headers["Directus-File-Id"]
                # To a server that does not advance, the same would be sent for ever.
                offset = _offset_of("PATCH", upload.path, response, range(offset + 1, upload.reached + 1))
                if offset >= self._source.size:  # version 10 does not report the id of the file
                    return self._finished(upload.created) or ""
            if offset > farthest:
                failures, farthest = 0, offset

    def _patch(self, upload: Upload, offset: int) -> Response:
        length = upload.reached - offset
        headers = {**_VERSION, "Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream"}
        return self._pipeline.call(
            "PATCH",
            upload.path,
            headers=headers,
            body=lambda: self._source.body(offset, length, self._on_read),
            json_only=False,
        ).response

    def _pause(self, error: APIError | TransportError, failures: int) -> None:
        """Wait before the next attempt, or raise the error if there is none."""
        if failed_to_read(error):
            raise error
        if isinstance(error, APIError) and error.status in (404, 410) and failures == 1:
            return  # the server is asked whether it is complete or has expired
        statuses = self._pipeline.retry.statuses
        again = _LOCKED | (_CUT if statuses == RETRIED else statuses)
        if isinstance(error, TLSError) or (isinstance(error, APIError) and error.status not in again):
            raise error
        # A chunk at a known offset can be sent again, so the rules for what is harmless hold.
        request = self._pipeline.request("PATCH", _PATH, retryable=True)
        outcome = error if isinstance(error, TransportError) else TransportError(error.message)
        delay = self._pipeline.retry.delay(failures, request, outcome)
        if delay is None:
            raise error
        self._pipeline.pause(delay)


def _offset_of(method: str, path: str, response: Response, possible: range) -> int:
    """Return the offset that a response reports, if it is a possible one."""
    text = response.headers.get("Upload-Offset", "").strip()
    offset = int(text) if text.isascii() and text.isdigit() and len(text) < 20 else -1
    if offset not in possible:
        bounds = f"{possible.start:,} to {possible.stop - 1:,}"
        raise _unusable(method, path, response, f"its Upload-Offset is {text[:40]!r} where {bounds} is possible")
    return offset


def _unusable(method: str, path: str, response: Response, why: str) -> DecodeError:
    return DecodeError(
        f"{method} {path}: the response has status {response.status}, but {why}: this is not a server for resumable uploads; "
        "pass resumable=False",
        status=response.status,
        response=response,
    )


def _iso(date: str | None) -> str:
    """Bring the server's ``Date`` to the form of its timestamps."""
    with contextlib.suppress(ValueError, TypeError):
        # The record was created before the response was sent, sometimes in the second before.
        made = parsedate_to_datetime(date or "") - timedelta(seconds=2)
        return made.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    return ""
