"""Downloads: streams of blocks, and files that are complete or do not exist.

A download is written to a `PartialFile` and renamed when it is complete. After a fault it goes on from there with a range
request, if `Identity` (URL, ETag, last change, size) shows that the file on the server is still the same.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext, suppress
from email.message import Message
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import unquote

import attrs

from directus_sdk.calls.pipeline import Pipeline
from directus_sdk.errors import DecodeError, RangeNotSatisfiable, TransportError
from directus_sdk.local.progress import OnProgress
from directus_sdk.transfers.partial_file import PartialFile, local_name
from directus_sdk.wire.messages import BLOCK, Request, Response

if TYPE_CHECKING:
    from typing_extensions import Self

_ENCODED_NAME = re.compile(r"(?:^|[;\s])filename\*\s*=\s*utf-8'[^']*'([^;\s]+)", re.IGNORECASE)
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"?')
_CONTENT_RANGE = re.compile(r"bytes ([0-9]{1,18})-([0-9]{1,18})/([0-9]{1,18})$")

_UNEXPECTED_PART = "unexpected 206 Partial Content without a Range request"

#: The headers of a call that reads a file. With compression, sizes and ranges would not be those of the file. ``Accept`` is
#: that of the client or its transport, since it decides the format of an image with ``format="auto"``.
UNCOMPRESSED = {"Accept-Encoding": "identity"}


def fetch(pipeline: Pipeline, request: Request, *, authorize: bool = True) -> Response:
    """Send a call that reads a file, and return the response with the file or the range.

    Args:
        pipeline: Sends the call.
        request: The request.
        authorize: Whether it is signed.

    Raises:
        DecodeError: A response with this status does not contain the file.
        TransportError: An unexpected 206 Partial Content, without a Range request.
    """
    response = pipeline.send(request, authorize=authorize)
    ranged = request.has_header("Range") or any(name.lower() == "range" for name in pipeline.headers)
    if response.status in (200, 203) or (response.status == 206 and ranged):
        return response
    response.close()
    trace = request.trace()
    if response.status == 206:
        raise TransportError(f"{trace.where}: {_UNEXPECTED_PART}", request=trace)
    raise DecodeError(
        f"{trace.where}: the response with status {response.status} does not contain the file",
        status=response.status,
        response=response,
        request=trace,
    )


def check_overwrite(overwrite: object) -> None:
    """Check the option of a download."""
    if not (overwrite is None or isinstance(overwrite, bool)):
        raise TypeError(f"overwrite must be True, False or None, not {overwrite!r}")


def target_path(to: str | os.PathLike[str]) -> Path:
    """Return the path of a file, or of an existing folder."""
    text = os.fspath(to)
    if not text:
        raise ValueError("the path is empty; '.' is the current folder")
    path = Path(to)
    if text.endswith(("/", os.sep)) and not path.is_dir():
        raise FileNotFoundError(f"there is no folder {text!r} to download to")
    return path


def destination(to: str | os.PathLike[str], overwrite: bool | None, name: Callable[[], str]) -> tuple[Path, bool]:
    """Return the path of a download, and whether a file that is there is replaced: by default, if the caller chose its name.

    Args:
        to: The path of the file, or of an existing folder.
        overwrite: What the caller says about an existing file.
        name: Returns the name of the file in such a folder.
    """
    target = target_path(to)
    check_overwrite(overwrite)
    if target.is_dir():
        return target / name(), bool(overwrite)
    return target, overwrite is not False


class AssetStream:
    """The content of a file as a stream: a context manager that yields blocks.

    Args:
        open_response: Sends the request.
        reporting: Returns a context manager with the function to call with the bytes read and the size, or with ``None``.

    Attributes:
        response: The response, once the stream is open.
    """

    def __init__(
        self,
        open_response: Callable[[], Response],
        reporting: Callable[[], AbstractContextManager[OnProgress | None]] = nullcontext,
    ) -> None:
        self._open = open_response
        self._reporting = reporting
        self._response: Response | None = None

    @property
    def response(self) -> Response:
        """The response: its status and its headers."""
        if self._response is None:
            self._response = self._open()
        return self._response

    @property
    def size(self) -> int | None:
        """The size in bytes, or ``None`` where the server does not report it."""
        return length(self.response)

    @property
    def content_type(self) -> str:
        """The content type, such as ``"image/png"``."""
        return self.response.headers.get("Content-Type", "").partition(";")[0].strip()

    @property
    def filename(self) -> str | None:
        """The name under which the server offers the file, made safe for a disk as `AssetsHandler.download` does it."""
        return local_name(filename(self.response) or "") or None

    def iter_bytes(self, size: int = BLOCK) -> Iterator[bytes]:
        """Yield the content in blocks of at most `size` bytes.

        Raises:
            TransportError: The connection broke before the content was complete.
        """
        done, total = 0, self.size
        with self._reporting() as report:
            for block in self.response.iter_bytes(size):
                done += len(block)
                if report is not None:
                    report(done, total)
                yield block

    def __iter__(self) -> Iterator[bytes]:
        return self.iter_bytes()

    def close(self) -> None:
        """Give the connection back."""
        if self._response is not None:
            self._response.close()

    def __enter__(self) -> Self:
        _ = self.response
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()


def length(response: Response) -> int | None:
    """Return the size of a response's body in bytes, or ``None`` where it is unknown."""
    if response.headers.get("Content-Encoding", "identity") != "identity":
        return None
    text = response.headers.get("Content-Length", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def filename(response: Response) -> str | None:
    """Return the file name in a response, without folders, so that it cannot escape the folder of a download."""
    header = next(iter(response.headers.get_all("Content-Disposition")), "")
    parameters = _QUOTED.sub('""', header)  # quoted values are not parameters
    encoded = _ENCODED_NAME.search(parameters)
    if encoded:  # beside a plain one, in which characters that are not ASCII are question marks
        name = unquote(encoded.group(1), errors="replace")
    else:
        message = Message()
        message["Content-Disposition"] = header
        name = ""
        with suppress(ValueError, LookupError):  # a server may name any codec
            name = message.get_filename() or ""
        if "*" not in parameters:
            with suppress(UnicodeError):  # the bytes of a header are read as Latin-1, and many servers send UTF-8
                name = name.encode("latin-1").decode("utf-8")
    name = PurePosixPath(name.replace("\\", "/").replace("\0", "")).name
    return name if name not in ("", ".", "..") else None


@attrs.frozen
class Span:
    """The range of a file that a response with status 206 contains."""

    first: int
    last: int
    total: int

    @classmethod
    def of(cls, response: Response) -> Span | None:
        """Read it from a response; ``None`` where there is none, or an invalid one."""
        match = _CONTENT_RANGE.match(response.headers.get("Content-Range", ""))
        # The offsets of a compressed response are not those of the file.
        if response.status != 206 or match is None or response.headers.get("Content-Encoding", "identity") != "identity":
            return None
        span = cls(*map(int, match.groups()))
        return span if span.first <= span.last < span.total else None


@attrs.frozen
class Identity:
    """Identifies the content of a file, so that ranges of two versions are not mixed.

    Attributes:
        url: The URL of the request.
        etag: The server's tag, which is the time of the last change.
        modified: The time of the last change.
        total: The size in bytes.
    """

    url: str
    etag: str
    modified: str
    total: int

    @classmethod
    def of(cls, response: Response, url: str) -> Identity | None:
        """Read it from a response; ``None`` where the server does not report enough."""
        if response.status == 206:
            span = Span.of(response)
            total = span.total if span else None
        else:
            total = length(response)
        etag, modified = response.headers.get("ETag", ""), response.headers.get("Last-Modified", "")
        return None if total is None or not (etag or modified) else cls(url, etag, modified, total)


@attrs.define(eq=False, repr=False)
class Download:
    """Downloads a file: to a partial file beside the target first, which is renamed when it is complete.

    Args:
        pipeline: Sends the calls.
        request: The request for the whole file.
        target: The path of the file.
        resume: Whether to go on with a partial file, of this run or of an earlier one.
        replace: Whether an existing file is replaced.
        on_progress: Called with the bytes done and the size.
        authorize: Whether the calls are signed.
    """

    _pipeline: Pipeline
    _request: Request
    _target: Path
    _resume: bool = attrs.field(kw_only=True)
    _replace: bool = attrs.field(default=True, kw_only=True)
    _on_progress: OnProgress | None = attrs.field(default=None, kw_only=True)
    _authorize: bool = attrs.field(default=True, kw_only=True)

    @property
    def _url(self) -> str:
        return self._request.trace().url

    def run(self) -> Path:
        """Fetch what is missing and return the path of the file.

        Raises:
            FileExistsError: A file of that name exists, and is not to be replaced.
            OSError: The disk is full, or the folder is not writable, or the target exists and is not a file.
            TransportError: The connection broke repeatedly.
        """
        self._check_target()
        part = PartialFile(self._target, kept=self._resume)
        identity: Identity | None = None
        try:
            identity = self._remembered(part)
            failures, farthest = 0, 0
            while True:
                start = max(0, min(part.size, identity.total - 1)) if identity is not None and self._resume else 0
                response = self._fetch(start)
                if response is None:
                    identity = None
                    continue
                with response:
                    now, span = Identity.of(response, self._url), Span.of(response)
                    if response.status == 206 and (now is None or now != identity or span is None or span.first != start):
                        if not start:
                            raise TransportError(f"{self._url}: {_UNEXPECTED_PART}")
                        identity = None  # another content: from the beginning
                        continue
                    start = start if response.status == 206 else 0
                    identity = now
                    part.begin(start, None if identity is None else attrs.asdict(identity))
                    total = identity.total if identity is not None else length(response)
                    end = total if span is None else span.last + 1
                    done, error = self._write(part, response, start, total, end)
                if error is None and (total is None or done == total):
                    break
                error = error or TransportError(f"{self._url}: {done} bytes were received instead of {total}")
                if end is not None and done > end:
                    identity = None  # the response contains more than it declares
                # An attempt that comes farther than all before it starts the count of failures again.
                failures, farthest = (1, done) if done > farthest else (failures + 1, farthest)
                delay = self._pipeline.retry.delay(failures, self._request, error)
                if delay is None:
                    raise error
                self._pipeline.pause(delay)
            part.finish(replace=self._replace)
        except BaseException:
            part.leave(keep=identity is not None)
            raise
        return self._target

    def _check_target(self) -> None:
        """Refuse a target that cannot be written, before anything is sent."""
        if not self._target.parent.is_dir():
            raise FileNotFoundError(f"there is no folder {str(self._target.parent)!r} to download to")
        try:
            self._target.lstat()  # a name that is too long is an error too
        except FileNotFoundError:
            return
        if self._target.is_dir():
            raise IsADirectoryError(f"{str(self._target)!r} is a folder: give the path of a file")
        if not self._replace:
            raise FileExistsError(
                f"{str(self._target)!r} exists already: pass overwrite=True to replace it, or another path of a file"
            )
        if self._target.exists() and not self._target.is_file():
            raise FileExistsError(f"{str(self._target)!r} is not a file that could be replaced")

    def _remembered(self, part: PartialFile) -> Identity | None:
        try:
            identity = Identity(**(part.noted() or {}))
        except TypeError:
            return None
        return identity if identity.url == self._url and isinstance(identity.total, int) else None

    def _fetch(self, start: int) -> Response | None:
        request = self._request.with_headers({"Range": f"bytes={start}-"}) if start else self._request
        try:
            return fetch(self._pipeline, request, authorize=self._authorize)
        except RangeNotSatisfiable:
            if not start:
                raise
            return None

    def _write(
        self, part: PartialFile, response: Response, start: int, total: int | None, end: int | None
    ) -> tuple[int, TransportError | None]:
        """Write a response to the partial file, up to its declared end; return the offset reached and the error, if any."""
        done = start
        blocks = response.iter_bytes(BLOCK)
        while True:
            try:
                block = next(blocks, None)
            except TransportError as error:
                return done, error
            if block is None:
                return done, None
            done += len(block)
            if end is not None and done > end:
                return done, None
            part.write(block)
            if self._on_progress is not None:
                self._on_progress(done, total)
