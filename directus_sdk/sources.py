"""What is uploaded: a path, bytes, a file object or an iterator, made into something that can be read again."""

from __future__ import annotations

import hashlib
import io
import mimetypes
import os
import stat
import tempfile
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any, BinaryIO, Union

from directus_sdk.bodies import SourceError
from directus_sdk.errors import DirectusError

if TYPE_CHECKING:
    from typing_extensions import Self

#: What can be uploaded: a path, the content itself, a binary file object, or an iterable of bytes.
Uploadable = Union[str, "os.PathLike[str]", bytes, bytearray, memoryview, BinaryIO, Iterable[bytes]]

#: The size of the blocks in which content is copied, in bytes.
BLOCK = 256 * 1024

#: How much is looked at to tell one content from another without reading all of it, at each end and in bytes.
END = 64 * 1024

#: The type of what nobody knows.
UNKNOWN = "application/octet-stream"

# What Python's own table does not have in every version; the system's tables are not asked, so that a type does not depend
# on the machine.
_TYPES = {
    ".avif": "image/avif",
    ".csv": "text/csv",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".flac": "audio/flac",
    ".geojson": "application/geo+json",
    ".heic": "image/heic",
    ".json": "application/json",
    ".m4a": "audio/mp4",
    ".m4v": "video/x-m4v",
    ".md": "text/markdown",
    ".mkv": "video/x-matroska",
    ".mp3": "audio/mpeg",
    ".ogg": "audio/ogg",
    ".parquet": "application/vnd.apache.parquet",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ".svg": "image/svg+xml",
    ".wav": "audio/wav",
    ".webm": "video/webm",
    ".webp": "image/webp",
    ".woff": "font/woff",
    ".woff2": "font/woff2",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".yaml": "application/yaml",
    ".yml": "application/yaml",
    ".zip": "application/zip",
}
_PACKED = {"gzip": "application/gzip", "bzip2": "application/x-bzip2", "xz": "application/x-xz", "br": "application/x-brotli"}
_MAGIC = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"%PDF-", "application/pdf"),
    (b"PK\x03\x04", "application/zip"),
    (b"\x1f\x8b", "application/gzip"),
)


class Source:
    """Content that can be read any number of times.

    Args:
        file: Where it is read; its position may be anywhere.
        size: How many bytes it has.
        start: Where it begins in that file object.
        name: Its file name, or ``None``.
        version: What changes when the content does, such as the time of the last change; ``""`` where nobody knows.
        check: Raises an ``OSError`` if the content was changed since its size was taken.
        close: Lets go of what was opened or spooled.
    """

    def __init__(
        self,
        file: BinaryIO,
        size: int,
        *,
        start: int = 0,
        name: str | None = None,
        version: str = "",
        check: Callable[[], None] | None = None,
        close: Callable[[], None] | None = None,
    ) -> None:
        self.file = file
        self.size = size
        self.start = start
        self.name = name
        self.check = check
        self._version = version
        self._close = close

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

    def __exit__(self, *exc_info: object) -> None:
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
            OSError: It was changed since; this is noticed before the last bytes are given out.
        """
        wanted = self.len if size < 0 else min(size, self.len)
        if wanted == 0:
            return b""
        if self._file is None:
            self._file = self._source.file
            self._file.seek(self._source.start + self._at)
        block = self._file.read(wanted)
        if not block:
            raise EOFError(f"the file became shorter while it was sent: {self.len} bytes of it are missing")
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


def open_source(file: Any) -> Source:
    """Make a source of whatever can be uploaded.

    What can be read only once is copied to a temporary file first.

    Args:
        file: A path (a text is one too), bytes, a binary file object, from where it stands, or an iterable of bytes.

    Raises:
        OSError: It cannot be opened or read, or there is no room for the copy.
        TypeError: It is none of these, or gives text instead of bytes.
    """
    if isinstance(file, (str, os.PathLike)):
        return _from_path(Path(file))
    if isinstance(file, (bytes, bytearray, memoryview)):
        content = bytes(file)
        return Source(io.BytesIO(content), len(content))
    if hasattr(file, "read"):
        return _from_file(file)
    if isinstance(file, Iterable):
        return _spooled(file, None)
    raise TypeError(f"file must be a path, bytes, a binary file object or an iterable of bytes, not {type(file).__name__}")


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
                return _spooled(iter(lambda: file.read(BLOCK), b""), path.name)
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


def _from_file(file: Any) -> Source:
    name = _name_of(file)
    try:
        start = file.tell() if file.seekable() else None
    except (OSError, AttributeError):  # an io.IOBase that cannot seek, or an object that has no more than read()
        start = None
    # What tempfile makes is no io.TextIOBase, even where it is one inside.
    if isinstance(file, io.TextIOBase) or (start is not None and isinstance(file.read(0), str)):
        raise TypeError("the file is opened as text: open it with mode 'rb', or 'w+b' for a temporary one")
    if start is None:
        return _spooled(iter(lambda: file.read(BLOCK), b""), name)
    try:
        end = file.seek(0, os.SEEK_END)
        size = (file.tell() if end is None else end) - start
    except OSError:
        size = 0
    file.seek(start)
    if size == 0 and file.read(1):  # the system makes it up as it is read, as in /proc, where the end may be unknown
        file.seek(start)
        return _spooled(iter(lambda: file.read(BLOCK), b""), name)
    return Source(file, size, start=start, name=name, version=_version_of(file))


def _version_of(file: Any) -> str:
    """Return the version of a file on the disk; other objects may have a ``fileno()`` that says nothing of their content."""
    inner = getattr(file, "file", file)  # tempfile's
    raw = getattr(inner, "raw", inner)
    if not isinstance(raw, io.FileIO):
        return ""
    known = os.fstat(raw.fileno())
    return _version(known) if stat.S_ISREG(known.st_mode) else ""


def _name_of(file: Any) -> str | None:
    name = getattr(file, "name", None)
    if not isinstance(name, (str, os.PathLike)):
        return None
    # tempfile and sys.stdin have names such as "<stdin>", and os.fdopen has a number.
    text = PurePath(name).name
    return None if not text or (text.startswith("<") and text.endswith(">")) else text


def _spooled(blocks: Iterable[Any], name: str | None) -> Source:
    spool = tempfile.TemporaryFile(prefix="directus_sdk-")  # noqa: SIM115 - the source closes it
    try:
        for block in blocks:
            if not isinstance(block, (bytes, bytearray, memoryview)):
                raise TypeError(f"an upload is made of bytes, not of {type(block).__name__}; open files with mode 'rb'")
            spool.write(block)
        size = spool.tell()
    except BaseException:
        spool.close()
        raise
    return Source(spool, size, name=name, close=spool.close)


def guess_type(name: str | None, head: bytes = b"") -> str:
    """Return the content type of a file.

    Args:
        name: Its name; the extension decides.
        head: Its first 16 bytes, which decide where the extension says nothing.

    Example:
        >>> guess_type("photo.JPG"), guess_type("data.tar.gz"), guess_type("README")
        ('image/jpeg', 'application/gzip', 'application/octet-stream')
    """
    if name:
        suffix = PurePath(name).suffix.lower()
        if suffix in _TYPES:
            return _TYPES[suffix]
        # A name is no URL: "a?b#c.png" and "data:x" would mislead guess_type().
        kind, packed = mimetypes.MimeTypes().guess_type("file" + "".join(PurePath(name).suffixes[-2:]).lower(), strict=False)
        if packed:
            return _PACKED.get(packed, UNKNOWN)
        if kind:
            return kind
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head[4:8] == b"ftyp":
        return "video/mp4"
    return next((kind for start, kind in _MAGIC if head.startswith(start)), UNKNOWN)
