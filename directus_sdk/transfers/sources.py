"""What is uploaded: a path, bytes, a file object or an iterator, made into something that can be read again."""

from __future__ import annotations

import contextlib
import hashlib
import io
import itertools
import os
import re
import stat
import tempfile
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, BinaryIO, Literal, Protocol, Union

from directus_sdk.errors import DirectusError
from directus_sdk.http.bodies import SourceError
from directus_sdk.local.content_types import UNKNOWN, guess_type
from directus_sdk.local.file_objects import (
    FileObject,
    file_object,
    position,
    refuse_awaitable,
    refuse_blocks,
    refuse_spent,
    refuse_text,
    size_from,
    told,
)

if TYPE_CHECKING:
    from typing_extensions import Self

__all__ = ["BLOCK", "END", "UNKNOWN", "Source", "Uploadable", "Window", "WindowBody", "guess_type", "open_source"]


class _FormFile(Protocol):
    """An upload of a web framework, such as that of FastAPI."""

    @property
    def file(self) -> BinaryIO:
        """Where its content is read."""
        ...


class _Openable(Protocol):
    """What is opened like a path, such as `zipfile.Path` and a resource of a package."""

    def open(self, mode: Literal["rb"], /) -> IO[bytes]:
        """Open it for reading."""
        ...


#: What can be uploaded: a path, the content itself, a binary file object, the upload of a web framework, what has
#: ``open("rb")``, or an iterable of bytes.
Uploadable = Union[
    str, "os.PathLike[str]", bytes, bytearray, memoryview, BinaryIO, _FormFile, _Openable, Iterable[bytes]
]  # fmt: skip

#: The size of the blocks in which content is copied, in bytes.
BLOCK = 256 * 1024

#: How much is looked at to tell one content from another without reading all of it, at each end and in bytes.
END = 64 * 1024


class Source:
    """Content that can be read any number of times.

    Args:
        file: Where it is read; its position may be anywhere.
        size: How many bytes it has.
        start: Where it begins in that file object.
        name: Its file name, or ``None``.
        content_type: Its type, where it came with one.
        version: What changes when the content does, such as the time of the last change; ``""`` where nobody knows.
        check: Raises an ``OSError`` if the content was changed since its size was taken.
        close: Lets go of what was opened or spooled.
        undo: Puts a file object of the caller back to where it stood; called if the upload fails.
    """

    def __init__(
        self,
        file: BinaryIO,
        size: int,
        *,
        start: int = 0,
        name: str | None = None,
        content_type: str | None = None,
        version: str = "",
        check: Callable[[], None] | None = None,
        close: Callable[[], None] | None = None,
        undo: Callable[[], object] | None = None,
    ) -> None:
        self.file = file
        self.size = size
        self.start = start
        self.name = name
        self.content_type = content_type
        self.check = check
        self._version = version
        self._close = close
        self._undo = undo

    def window(self, offset: int = 0, length: int | None = None, on_read: Callable[[int], None] | None = None) -> Window:
        """Return a reader of a part of it.

        Args:
            offset: Where the part begins.
            length: How long it is; to the end by default.
            on_read: Told how many bytes of the whole were read.
        """
        return Window(self, offset, self.size - offset if length is None else length, on_read)

    def head(self, size: int = 16) -> bytes:
        """Return its first bytes."""
        with self.window(0, min(size, self.size)) as window:
            return window.read(size)

    def fingerprint(self) -> str:
        """Return what tells this content from another: its size, its version, and a hash of its two ends.

        Where there is no version, all of it is read: a change in the middle has to show.
        """
        if self._version:
            read = hashlib.sha256(b"".join(self.ends()))
        else:
            read = hashlib.sha256()
            with self.window() as window:
                while block := window.read(BLOCK):
                    read.update(block)
        return f"{self.size}-{self._version}-{read.hexdigest()}"

    def ends(self) -> tuple[bytes, bytes]:
        """Return its first and its last 64 kB, or as much as there is."""
        length = min(self.size, END)
        return self._part(0, length), self._part(self.size - length, length)

    def _part(self, offset: int, length: int) -> bytes:
        with self.window(offset, length) as window:
            return b"".join(iter(partial(window.read, length), b""))

    def close(self) -> None:
        """Let go of what was opened or spooled."""
        if self._close is not None:
            self._close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, *exc_info: object) -> None:
        if kind is not None and self._undo is not None:
            # Or a second try would send what is left of it.
            with contextlib.suppress(OSError, ValueError):
                self._undo()
        self.close()


class Window:
    """A part of a source that is read once, from front to back."""

    def __init__(self, source: Source, offset: int, length: int, on_read: Callable[[int], None] | None = None) -> None:
        self._source = source
        self._at = offset
        self._end = offset + length
        self._on_read = on_read
        self._file: BinaryIO | None = None

    @property
    def len(self) -> int:
        """How many bytes are left; the name is the one that `MultipartEncoder` asks for."""
        return self._end - self._at

    def read(self, size: int = -1) -> bytes:
        """Return up to `size` bytes, and ``b""`` only at the end.

        Raises:
            EOFError: The content has become shorter since its size was taken.
            OSError: It was changed since; this is noticed before the last bytes are given out. Or `read` of a file object
                returned more than it was asked for.
        """
        wanted = self.len if size < 0 else min(size, self.len)
        if wanted == 0:
            return b""
        if self._file is None:
            self._file = self._source.file
            self._file.seek(self._source.start + self._at)
        block = _bytes(self._file.read(wanted))
        if not block:
            raise EOFError(f"the file became shorter while it was sent: {self.len} bytes of it are missing")
        if len(block) > wanted:
            raise OSError(f"read({wanted}) of the file object returned {len(block)} bytes: what comes then is not known")
        self._at += len(block)
        if self._at >= self._end and self._source.check is not None:
            self._source.check()
        if self._on_read is not None:
            self._on_read(self._at)
        return block

    def close(self) -> None:
        """Read no more; the source stays open for another window."""
        self._file = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()


class WindowBody:
    """A part of a source as the body of a request, in blocks of 256 kB."""

    def __init__(self, window: Window) -> None:
        self._window = window
        self.length = window.len

    def __iter__(self) -> Iterator[bytes]:
        try:
            while block := self._window.read(BLOCK):
                yield block
        except (OSError, EOFError, ValueError, DirectusError) as error:
            raise SourceError(str(error)) from error
        finally:
            self._window.close()


#: A URL; one letter before the colon is a drive.
_URL = re.compile(r"\s*([A-Za-z][A-Za-z0-9+.-]+):(?:[a-z]+:)?(?://|/(?=[^/]))")


def open_source(file: Any) -> Source:
    """Make a source of whatever can be uploaded.

    What can be read only once is copied to a temporary file first.

    Args:
        file: A path (a text is one too), bytes, a binary file object, from where it stands, the upload of a web framework,
            what has ``open("rb")``, or an iterable of bytes.

    Raises:
        OSError: It cannot be opened or read, or there is no room for the copy.
        TypeError: It is none of these, or gives text instead of bytes, or is asynchronous.
        ValueError: It is a URL, or a file object that stands at its end or is not opened for reading.
    """
    if isinstance(file, (str, os.PathLike)):
        if not os.fspath(file):
            raise ValueError("the path is empty")
        try:
            return _from_path(Path(file))
        except (OSError, ValueError) as error:
            _refuse_url(os.fspath(file), error)
            raise
    if isinstance(file, (bytes, bytearray, memoryview)):
        content = bytes(file)
        return Source(io.BytesIO(content), len(content))
    opened = file_object(file)
    if opened is not None:
        return _from_file(opened)
    if isinstance(file, Iterable):
        refuse_blocks(file)
        return _spooled(file)
    raise TypeError(
        "file must be a path, bytes, a binary file object, something with open('rb') or an iterable of bytes, not "
        f"{type(file).__name__}"
    )


def _refuse_url(path: Any, error: Exception) -> None:
    """Say so where what is no file is a URL; it may hold a token, so no more of it is shown than its scheme."""
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
    # Unbuffered: blocks are large, and a buffer would copy them. It stays open until the upload is over, so that a file
    # that gets this name in the meantime is not taken for the rest of this one.
    file = path.open("rb", buffering=0)
    try:
        known = os.fstat(file.fileno())
        # A pipe has no size and is read once; what the system makes up as it is read, as in /proc, has the size 0.
        if not stat.S_ISREG(known.st_mode) or (known.st_size == 0 and file.read(1)):
            if stat.S_ISREG(known.st_mode):
                file.seek(0)
            with file:
                return _spooled(_blocks(file), FileObject(file, path.name, None))
    except BaseException:
        file.close()
        raise
    check = partial(_check, file, known, path)
    return Source(file, known.st_size, name=path.name, version=_version(known), check=check, close=file.close)


def _version(known: os.stat_result) -> str:
    return f"{known.st_ino}-{known.st_mtime_ns}"


def _check(file: BinaryIO, known: os.stat_result, path: Path) -> None:
    now = os.fstat(file.fileno())
    if (now.st_size, now.st_mtime_ns) != (known.st_size, known.st_mtime_ns):
        raise OSError(f"{str(path)!r} was changed while it was sent")


def _from_file(opened: FileObject) -> Source:
    file = opened.reader
    with contextlib.ExitStack() as cleanup:
        if opened.close is not None:
            cleanup.callback(opened.close)
        start, at = position(file), told(file)
        refuse_text(file, start)
        size = 0 if start is None else size_from(file, start)
        if start is not None:
            file.seek(start)
        # Where no size is known, as in /proc, what comes may still be something.
        if start is None or (size == 0 and (first := file.read(1))):
            source = _spooled(_blocks(file) if start is None else itertools.chain([first], _blocks(file)), opened)
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


def _version_of(file: Any) -> str:
    """Return the version of a file on the disk; other objects may have a ``fileno()`` that says nothing of their content."""
    inner = getattr(file, "file", file)  # tempfile's
    raw = getattr(inner, "raw", inner)
    if not isinstance(raw, io.FileIO):
        return ""
    known = os.fstat(raw.fileno())
    return _version(known) if stat.S_ISREG(known.st_mode) else ""


def _blocks(file: Any) -> Iterator[Any]:
    return iter(lambda: file.read(BLOCK), b"")


def _bytes(block: Any) -> bytes:
    if isinstance(block, bytes):
        return block
    if isinstance(block, (bytearray, memoryview)):
        return bytes(block)
    if block is None:
        raise BlockingIOError("the file object has nothing to read yet: pass one that waits, os.set_blocking(fd, True)")
    refuse_awaitable(block)
    raise TypeError(f"an upload is made of bytes, not of {type(block).__name__}; open files with mode 'rb'")


def _spooled(blocks: Iterable[Any], opened: FileObject | None = None) -> Source:
    spool = tempfile.TemporaryFile(prefix="directus_sdk-")  # noqa: SIM115 - the source closes it
    try:
        for block in blocks:
            spool.write(_bytes(block))
        size = spool.tell()
    except BaseException:
        spool.close()
        raise
    name, kind = (None, None) if opened is None else (opened.name, opened.content_type)
    return Source(spool, size, name=name, content_type=kind, close=spool.close)
