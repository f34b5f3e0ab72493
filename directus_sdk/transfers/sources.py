"""The content of an upload: a path, bytes, a file object or an iterable, as a `Source` that can be read more than once.

Uploads are retried and resumed, so their content is read again from any offset. Content that can be read only once, such as
a pipe or a generator, is first copied to a temporary file.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import itertools
import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Protocol, Union

import attrs

from directus_sdk.http.bodies import SizedBody, source_blocks
from directus_sdk.local.file_objects import (
    FileObject,
    Openable,
    Reader,
    as_bytes,
    file_object,
    position,
    read_blocks,
    refuse_blocks,
    refuse_spent,
    refuse_text,
    reported_position,
    size_from,
)
from directus_sdk.local.spool import spool
from directus_sdk.wire.messages import BLOCK

if TYPE_CHECKING:
    from typing_extensions import Self


class _FormFile(Protocol):
    """An upload of a web framework, such as that of FastAPI."""

    @property
    def file(self) -> BinaryIO:
        """The reader of its content."""
        ...


#: What can be uploaded: a path, the content itself, a binary file object, the upload of a web framework, what has
#: ``open("rb")``, or an iterable of bytes.
Uploadable = Union[
    str, "os.PathLike[str]", bytes, bytearray, memoryview, BinaryIO, _FormFile, Openable, Iterable[bytes]
]  # fmt: skip

#: How many bytes at each end are compared to identify a content without reading all of it.
END = 64 * 1024


@attrs.define(eq=False, repr=False)
class Source:
    """Content that can be read any number of times.

    Args:
        file: What it is read from; its position may be anywhere.
        size: Its size in bytes.
        start: The position at which it begins in `file`.
        name: Its file name, or ``None``.
        content_type: Its type, where it came with one.
        version: A string that changes with the content, such as the time of the last change; ``""`` where there is none.
        check: Raises an ``OSError`` if the content was changed since its size was taken.
        close: Closes what was opened or spooled.
        undo: Moves a file object of the caller back to its position; called if the upload fails.
    """

    file: Reader
    size: int
    start: int = attrs.field(default=0, kw_only=True)
    name: str | None = attrs.field(default=None, kw_only=True)
    content_type: str | None = attrs.field(default=None, kw_only=True)
    _version: str = attrs.field(default="", kw_only=True)
    _check: Callable[[], None] | None = attrs.field(default=None, kw_only=True)
    _close: Callable[[], None] | None = attrs.field(default=None, kw_only=True)
    _undo: Callable[[], object] | None = attrs.field(default=None, kw_only=True)

    def blocks(
        self, offset: int = 0, length: int | None = None, on_read: Callable[[int], object] | None = None
    ) -> Iterator[bytes]:
        """Read a part of the content in blocks of 256 kB.

        Args:
            offset: Where the part begins.
            length: Its length; to the end by default.
            on_read: Called with the offset that was reached.

        Raises:
            EOFError: The content has become shorter since its size was taken.
            OSError: It was changed since; this is noticed before the last bytes are returned. Or `read` of a file object
                returned more than it was asked for.
        """
        stop = self.size if length is None else offset + length
        if offset < stop:
            self.file.seek(self.start + offset)
        while offset < stop:
            wanted = min(BLOCK, stop - offset)
            block = as_bytes(self.file.read(wanted))
            if not block:
                raise EOFError(f"the file became shorter while it was sent: {stop - offset} bytes of it are missing")
            if len(block) > wanted:
                raise OSError(f"read({wanted}) of the file object returned {len(block)} bytes: the position is unknown then")
            offset += len(block)
            if offset >= stop and self._check is not None:
                self._check()
            if on_read is not None:
                on_read(offset)
            yield block

    def body(self, offset: int = 0, length: int | None = None, on_read: Callable[[int], object] | None = None) -> SizedBody:
        """Return a part of the content as the body of a request; the arguments are those of `blocks`."""
        size = self.size - offset if length is None else length
        return SizedBody(size, lambda: source_blocks(self.blocks(offset, size, on_read)))

    def head(self, size: int = 16) -> bytes:
        """Return its first bytes."""
        return self._part(0, min(size, self.size))

    def fingerprint(self) -> str:
        """Return a string that differs for other content: its size, its version, and a hash of its two ends.

        Where there is no version, all of it is read: a change in the middle has to show.
        """
        read = hashlib.sha256()
        for block in self.ends() if self._version else self.blocks():
            read.update(block)
        return f"{self.size}-{self._version}-{read.hexdigest()}"

    def ends(self) -> tuple[bytes, bytes]:
        """Return its first and its last 64 kB, or as much as there is."""
        length = min(self.size, END)
        return self._part(0, length), self._part(self.size - length, length)

    def _part(self, offset: int, length: int) -> bytes:
        return b"".join(self.blocks(offset, length))

    def close(self) -> None:
        """Close what was opened or spooled."""
        if self._close is not None:
            self._close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, *exc_info: object) -> None:
        if kind is not None and self._undo is not None:
            # Else a second attempt would send only the rest of it.
            with contextlib.suppress(OSError, ValueError):
                self._undo()
        self.close()


#: A URL; one letter before the colon is a drive.
_NO_BLOCK = "an upload is made of bytes, not of {}; open files with mode 'rb', and pass several files to upload_many"
_URL = re.compile(r"\s*([A-Za-z][A-Za-z0-9+.-]+):(?:[a-z]+:)?(?://|/(?=[^/]))")


def open_source(file: object) -> Source:
    """Return the source of something that can be uploaded.

    Non-seekable content (pipes, generators) is first spooled to a temporary file.

    Args:
        file: A path (a string is one too), bytes, a binary file object, from its position, the upload of a web framework,
            an object with ``open("rb")``, or an iterable of bytes.

    Raises:
        OSError: It cannot be opened or read, or there is no room for the copy.
        TypeError: It is none of these, or returns strings instead of bytes, or is asynchronous.
        ValueError: It is a URL, an empty list, or a file object that is at its end or not opened for reading.
    """
    if isinstance(file, (str, os.PathLike)):
        if not os.fspath(file):
            raise ValueError("the path is empty")
        try:
            return _from_path(Path(file))
        except (OSError, ValueError):
            _refuse_url(os.fspath(file))
            raise
    if isinstance(file, (bytes, bytearray, memoryview)):
        content = bytes(file)
        return Source(io.BytesIO(content), len(content))
    opened = file_object(file)
    if opened is not None:
        return _from_file(opened)
    if isinstance(file, (list, tuple)) and not file:
        raise ValueError(
            f"an empty {type(file).__name__} is not a file: upload_many takes lists of files, and b'' is an empty one"
        )
    if isinstance(file, Iterable):
        refuse_blocks(file)
        return _spooled(file)
    raise TypeError(
        "file must be a path, bytes, a binary file object, something with open('rb') or an iterable of bytes, not "
        f"{type(file).__name__}"
    )


def _refuse_url(path: str | bytes) -> None:
    """Raise a better error where a path that does not exist is a URL; it may contain a token, so only its scheme is shown."""
    text = os.fsdecode(path)
    if re.match("data:[^,]*,", text, re.IGNORECASE):
        raise ValueError(
            "that is a data: URL, not a path: pass the bytes that it holds, such as "
            "base64.b64decode(url.partition(',')[2]), with filename=..."
        ) from None
    url = _URL.match(text)
    if url:
        raise ValueError(
            f"that is a URL ({url.group(1).lower()}:), not a path: files.import_url() has the server fetch it; or download "
            "it and pass its content"
        ) from None


def _from_path(path: Path) -> Source:
    # Unbuffered: blocks are large, and a buffer would copy them. It stays open until the end of the upload, so that another
    # file that gets this name meanwhile is not read as the rest of this one.
    file = path.open("rb", buffering=0)
    try:
        status = os.fstat(file.fileno())
        # A pipe has no size and is read once; files that the system generates when they are read, as in /proc, have the size 0.
        if not stat.S_ISREG(status.st_mode) or (status.st_size == 0 and file.read(1)):
            if stat.S_ISREG(status.st_mode):
                file.seek(0)
            with file:
                return _spooled(read_blocks(file), FileObject(file, path.name, None))
    except BaseException:
        file.close()
        raise
    check = partial(_check, file, status, path)
    return Source(file, status.st_size, name=path.name, version=_version(status), check=check, close=file.close)


def _version(status: os.stat_result) -> str:
    return f"{status.st_ino}-{status.st_mtime_ns}"


def _check(file: io.FileIO, status: os.stat_result, path: Path) -> None:
    now = os.fstat(file.fileno())
    if (now.st_size, now.st_mtime_ns) != (status.st_size, status.st_mtime_ns):
        raise OSError(f"{str(path)!r} was changed while it was sent")


def _from_file(opened: FileObject) -> Source:
    file = opened.reader
    with contextlib.ExitStack() as cleanup:
        if opened.close is not None:
            cleanup.callback(opened.close)
        start, at = position(file), reported_position(file)
        refuse_text(file, start)
        size = 0 if start is None else size_from(file, start)
        if start is not None:
            file.seek(start)
        # Without a known size, as in /proc, there may still be content.
        if start is None or (size == 0 and (first := file.read(1))):
            source = _spooled(read_blocks(file) if start is None else itertools.chain([first], read_blocks(file)), opened)
            if source.size == 0:
                cleanup.callback(source.close)
                refuse_spent(file, at)
                return Source(io.BytesIO(), 0, name=opened.name, content_type=opened.content_type)
            return source
        if size == 0:
            refuse_spent(file, at)
            if not opened.chosen:
                raise ValueError("no file was chosen in the form: the upload has neither a name nor a content")
        file.seek(start)
        cleanup.pop_all()
    return Source(
        file,
        size,
        start=start,
        name=opened.name,
        content_type=opened.content_type,
        version=_version_of(file),
        close=opened.close,
        undo=partial(file.seek, start),
    )


def _version_of(file: Reader) -> str:
    """Return the version of a file on the disk; ``fileno()`` of other objects may say nothing about their content."""
    inner = getattr(file, "file", file)  # tempfile's
    raw = getattr(inner, "raw", inner)
    if not isinstance(raw, io.FileIO):
        return ""
    status = os.fstat(raw.fileno())
    return _version(status) if stat.S_ISREG(status.st_mode) else ""


def _spooled(blocks: Iterable[object], opened: FileObject | None = None) -> Source:
    copy = spool(as_bytes(block, _NO_BLOCK) for block in blocks)
    name, kind = (None, None) if opened is None else (opened.name, opened.content_type)
    return Source(copy, copy.tell(), name=name, content_type=kind, close=copy.close)
