"""What is uploaded: a path, bytes, a file object or an iterator, made into something that can be read again."""

from __future__ import annotations

import hashlib
import io
import mimetypes
import os
import stat
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any, BinaryIO, Union

if TYPE_CHECKING:
    from typing_extensions import Self

#: What can be uploaded: a path, the content itself, a binary file object, or an iterable of bytes.
Uploadable = Union[str, "os.PathLike[str]", bytes, bytearray, memoryview, BinaryIO, Iterable[bytes]]

#: The size of the blocks in which content is copied, in bytes.
BLOCK = 256 * 1024

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


class SourceError(Exception):
    """Reading what is uploaded failed; the cause is what the caller is told.

    It is no ``OSError``, so that nothing on the way takes it for an error of the network.
    """


class Source:
    """Content that can be opened any number of times.

    Args:
        opener: Opens it; the position in the file object that it returns may be anywhere.
        size: How many bytes it has.
        start: Where it begins in that file object.
        name: Its file name, or ``None``.
        owned: Whether a file object is closed after each use.
        version: What changes when the content does, such as the time of the last change.
    """

    def __init__(
        self,
        opener: Callable[[], BinaryIO],
        size: int,
        *,
        start: int = 0,
        name: str | None = None,
        owned: bool = False,
        version: str = "",
        close: Callable[[], None] | None = None,
    ) -> None:
        self.opener = opener
        self.size = size
        self.start = start
        self.name = name
        self.owned = owned
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
        """Return what tells this content from another: its size, its version, and a hash of its two ends."""
        ends = hashlib.sha256()
        part = min(self.size, 64 * 1024)
        for offset in (0, self.size - part):
            with self.window(offset, part) as window:
                ends.update(window.read(part))
        return f"{self.size}-{self._version}-{ends.hexdigest()}"

    def close(self) -> None:
        """Let go of what was opened or spooled."""
        if self._close is not None:
            self._close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()


class Window:
    """A part of a source that is read once, from front to back; it opens the source at the first read."""

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
        """
        wanted = self.len if size < 0 else min(size, self.len)
        if wanted == 0:
            return b""
        if self._file is None:
            self._file = self._source.opener()
            self._file.seek(self._source.start + self._at)
        block = self._file.read(wanted)
        if not block:
            raise EOFError(f"the file became shorter while it was sent: {self.len} bytes of it are missing")
        self._at += len(block)
        if self._on_read is not None:
            self._on_read(self._at)
        return block

    def close(self) -> None:
        """Close what was opened."""
        file, self._file = self._file, None
        if file is not None and self._source.owned:
            file.close()

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
        except (OSError, EOFError, ValueError) as error:
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
        return Source(lambda: io.BytesIO(content), len(content))
    if hasattr(file, "read"):
        return _from_file(file)
    if isinstance(file, Iterable):
        return _spooled(file, None)
    raise TypeError(f"file must be a path, bytes, a binary file object or an iterable of bytes, not {type(file).__name__}")


def _from_path(path: Path) -> Source:
    with path.open("rb", buffering=0) as opened:
        known = os.fstat(opened.fileno())
        if not stat.S_ISREG(known.st_mode):  # a pipe has no size and is read once
            return _spooled(iter(lambda: opened.read(BLOCK), b""), path.name)
    # Unbuffered: blocks are large, and a buffer would copy them.
    return Source(
        lambda: path.open("rb", buffering=0), known.st_size, name=path.name, owned=True, version=str(known.st_mtime_ns)
    )


def _from_file(file: Any) -> Source:
    name = _name_of(file)
    try:
        start = file.tell() if file.seekable() else None
    except (OSError, AttributeError):  # an io.IOBase that cannot seek, or an object that has no more than read()
        start = None
    if isinstance(file, io.TextIOBase):
        raise TypeError("the file is opened as text: open it with mode 'rb'")
    if start is None:
        return _spooled(iter(lambda: file.read(BLOCK), b""), name)
    end = file.seek(0, os.SEEK_END)
    file.seek(start)
    return Source(lambda: file, (file.tell() if end is None else end) - start, start=start, name=name)


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
    return Source(lambda: spool, size, name=name, close=spool.close)


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
