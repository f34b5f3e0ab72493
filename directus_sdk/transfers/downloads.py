"""Downloads: blocks on their way, and files on a disk that are whole or not there."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from email.message import Message
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import unquote

import attrs

from directus_sdk.calls.pipeline import Pipeline
from directus_sdk.errors import DecodeError, RangeNotSatisfiable, TransportError
from directus_sdk.local.progress import OnProgress
from directus_sdk.transfers.partial_file import Part, local_name
from directus_sdk.wire.messages import BLOCK, Request, Response

if TYPE_CHECKING:
    from typing_extensions import Self

_ENCODED_NAME = re.compile(r"(?:^|[;\s])filename\*\s*=\s*utf-8'[^']*'([^;\s]+)", re.IGNORECASE)
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"?')
_CONTENT_RANGE = re.compile(r"bytes ([0-9]{1,18})-([0-9]{1,18})/([0-9]{1,18})$")


#: The headers of a call that reads a file. A server may compress, and then no size and no range is that of the file. The
#: ``Accept`` stays that of the client or its transport: it decides the format of an image with ``format="auto"``.
AS_IT_IS = {"Accept-Encoding": "identity"}


def fetch(pipeline: Pipeline, request: Request) -> Response:
    """Send a call that reads a file, and return a response that brings what was asked for.

    Raises:
        DecodeError: A response with this status brings no file.
        TransportError: Only a part came, and nobody has asked for one.
    """
    response = pipeline.send(request)
    asked = request.has_header("Range") or any(name.lower() == "range" for name in pipeline.headers)
    if response.status in (200, 203) or (response.status == 206 and asked):
        return response
    response.close()
    trace = request.trace()
    if response.status == 206:
        raise TransportError(f"{trace.where}: a part came that nobody asked for", request=trace)
    raise DecodeError(
        f"{trace.where} was answered with status {response.status}, which brings no file",
        status=response.status,
        response=response,
        request=trace,
    )


class AssetStream:
    """The content of a file on its way: a context manager that yields blocks.

    Attributes:
        response: The answer, once the stream is open.
    """

    def __init__(self, open_response: Callable[[], Response]) -> None:
        self._open = open_response
        self._response: Response | None = None

    @property
    def response(self) -> Response:
        """The answer: its status and its headers."""
        if self._response is None:
            self._response = self._open()
        return self._response

    @property
    def size(self) -> int | None:
        """The bytes in all, or ``None`` where the server does not say."""
        return length(self.response)

    @property
    def content_type(self) -> str:
        """The type, such as ``"image/png"``."""
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
        return self.response.iter_bytes(size)

    def __iter__(self) -> Iterator[bytes]:
        return self.iter_bytes()

    def close(self) -> None:
        """Let the connection go."""
        if self._response is not None:
            self._response.close()

    def __enter__(self) -> Self:
        _ = self.response
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()


def length(response: Response) -> int | None:
    """Return the bytes of an answer's body, or ``None`` where nobody knows."""
    if response.headers.get("Content-Encoding", "identity") != "identity":
        return None
    text = response.headers.get("Content-Length", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def filename(response: Response) -> str | None:
    """Return the last part of the name that an answer gives, so that it cannot lead out of a folder."""
    header = next(iter(response.headers.get_all("Content-Disposition")), "")
    parameters = _QUOTED.sub('""', header)  # what stands in quotes is none
    encoded = _ENCODED_NAME.search(parameters)
    if encoded:  # it stands beside a plain one, in which what is not ASCII is a question mark
        given = unquote(encoded.group(1), errors="replace")
    else:
        message = Message()
        message["Content-Disposition"] = header
        given = ""
        with suppress(ValueError, LookupError):  # a server may name any codec
            given = message.get_filename() or ""
        if "*" not in parameters:
            with suppress(UnicodeError):  # the bytes of a header are read as Latin-1, and many servers send UTF-8
                given = given.encode("latin-1").decode("utf-8")
    name = PurePosixPath(given.replace("\\", "/").replace("\0", "")).name
    return name if name not in ("", ".", "..") else None


@attrs.frozen
class Span:
    """The part of a file that a response with status 206 brings."""

    first: int
    last: int
    total: int

    @classmethod
    def of(cls, response: Response) -> Span | None:
        """Read it from a response; ``None`` where there is none, or one that makes no sense."""
        match = _CONTENT_RANGE.match(response.headers.get("Content-Range", ""))
        # What is compressed on its way has other offsets.
        if response.status != 206 or match is None or response.headers.get("Content-Encoding", "identity") != "identity":
            return None
        span = cls(*map(int, match.groups()))
        return span if span.first <= span.last < span.total else None


@attrs.frozen
class Identity:
    """What tells one content of a file from the next.

    Attributes:
        asked: What was asked for, with the server's address.
        etag: The server's tag, which is the time of the last change.
        modified: The time of the last change.
        total: The bytes in all.
    """

    asked: str
    etag: str
    modified: str
    total: int

    @classmethod
    def of(cls, response: Response, asked: str) -> Identity | None:
        """Read it from an answer; ``None`` where the server does not say enough."""
        if response.status == 206:
            span = Span.of(response)
            total = span.total if span else None
        else:
            total = length(response)
        etag, modified = response.headers.get("ETag", ""), response.headers.get("Last-Modified", "")
        return None if total is None or not (etag or modified) else cls(asked, etag, modified, total)


class Download:
    """Brings one answer to a file: into a part beside it first, and under its name when it is whole.

    Args:
        pipeline: Sends the calls.
        request: What to ask for.
        target: The file.
        resume: Whether a part that is there, of this run or of an earlier one, is gone on with.
        replace: Whether what has the name of the file is replaced.
        on_progress: Told of bytes done and bytes in all.
    """

    def __init__(
        self,
        pipeline: Pipeline,
        request: Request,
        target: Path,
        *,
        resume: bool,
        replace: bool = True,
        on_progress: OnProgress | None = None,
    ) -> None:
        self._pipeline = pipeline
        self._request = request
        self._asked = request.trace().url
        self._target = target
        self._resume = resume
        self._replace = replace
        self._on_progress = on_progress

    def run(self) -> Path:
        """Fetch what is missing and return the path of the file.

        Raises:
            FileExistsError: Something has the name, and is not to be replaced.
            OSError: The disk is full, or the folder cannot be written to, or what has the name is no file.
            TransportError: The connection broke again and again.
        """
        self._check_target()
        part = Part(self._target, kept=self._resume)
        known: Identity | None = None
        try:
            known = self._remembered(part)
            failures, farthest = 0, 0
            while True:
                start = max(0, min(part.size, known.total - 1)) if known is not None and self._resume else 0
                response = self._fetch(start)
                if response is None:
                    known = None
                    continue
                with response:
                    now, span = Identity.of(response, self._asked), Span.of(response)
                    if response.status == 206 and (now is None or now != known or span is None or span.first != start):
                        if not start:
                            raise TransportError(f"{self._asked}: a part came that nobody asked for")
                        known = None  # another content: from the beginning
                        continue
                    start = start if response.status == 206 else 0
                    known = now
                    part.begin(start, None if known is None else attrs.asdict(known))
                    total = known.total if known is not None else length(response)
                    end = total if span is None else span.last + 1
                    done, error = self._write(part, response, start, total, end)
                if error is None and (total is None or done == total):
                    break
                error = error or TransportError(f"{self._asked}: {done} bytes came instead of {total}")
                if end is not None and done > end:
                    known = None  # what has come is not what the response says that it is
                # As long as every try comes farther than all before it, nobody gives up.
                failures, farthest = (1, done) if done > farthest else (failures + 1, farthest)
                delay = self._pipeline.retry.delay(failures, self._request, error)
                if delay is None:
                    raise error
                self._pipeline.retry.sleep(delay)
            part.finish(replace=self._replace)
        except BaseException:
            part.leave(keep=known is not None)
            raise
        return self._target

    def _check_target(self) -> None:
        """Refuse what would fail in the end, before anything is sent."""
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
                f"{str(self._target)!r} is there already: pass overwrite=True to replace it, or another path of a file"
            )
        if self._target.exists() and not self._target.is_file():
            raise FileExistsError(f"{str(self._target)!r} is no file that could be replaced")

    def _remembered(self, part: Part) -> Identity | None:
        try:
            known = Identity(**(part.told() or {}))
        except TypeError:
            return None
        return known if known.asked == self._asked and isinstance(known.total, int) else None

    def _fetch(self, start: int) -> Response | None:
        request = self._request.with_headers({"Range": f"bytes={start}-"}) if start else self._request
        try:
            return fetch(self._pipeline, request)
        except RangeNotSatisfiable:
            if not start:
                raise
            return None

    def _write(
        self, part: Part, response: Response, start: int, total: int | None, end: int | None
    ) -> tuple[int, TransportError | None]:
        """Write an answer to the part, up to where it says that it ends; return how far it came, and what broke it off."""
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
