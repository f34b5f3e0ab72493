"""The bytes and the text of a file: a path or a file object, compressed with gzip or not, and what its format is.

The first bytes decide whether a file is compressed, and what it is where its name does not say so.
"""

from __future__ import annotations

import errno
import gzip
import io
import os
import stat
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import attrs

from directus_sdk.local.file_objects import moving_reader, position, refuse_spent, refuse_unreadable
from directus_sdk.wire.messages import BLOCK

_FORMATS = {
    ".csv": "csv", ".tsv": "csv", ".ndjson": "ndjson", ".jsonl": "ndjson", ".json": "json", ".parquet": "parquet",
    ".arrow": "arrow", ".arrows": "arrow", ".feather": "arrow", ".ipc": "arrow",
}  # fmt: skip
_ARCHIVE = "an archive: unpack it, and pass the file in it"
_SHEET = "a spreadsheet: save it as CSV, or pass what pandas.read_excel(path) returns"
_COMPRESSED = "compressed in a way other than gzip: open it, such as with bz2.open(path, 'rb'), and pass that"
_REFUSED = {
    ".zip": _ARCHIVE, ".tar": _ARCHIVE, ".xlsx": _SHEET, ".xls": _SHEET, ".ods": _SHEET, ".bz2": _COMPRESSED,
    ".xz": _COMPRESSED, ".zst": _COMPRESSED,
}  # fmt: skip
_MAGIC = {
    b"PK\x03\x04": f"{_ARCHIVE}; or {_SHEET}", b"\xd0\xcf\x11\xe0": _SHEET, b"BZh": _COMPRESSED, b"\xfd7zXZ": _COMPRESSED,
    b"\x28\xb5\x2f\xfd": _COMPRESSED,
}  # fmt: skip
_GZIP = b"\x1f\x8b"
#: What each message of an Arrow stream begins with.
_ARROW_STREAM = b"\xff\xff\xff\xff"


class _Raw(io.RawIOBase):
    """A file object of the user, which is not closed.

    Args:
        reader: The file object.
        start: The position where it begins; ``None`` where it cannot seek.
    """

    def __init__(self, reader: Any, start: int | None = None) -> None:
        self._reader = reader
        self._start = start

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return self._start is not None

    def seek(self, offset: int, whence: int = 0, /) -> int:
        self._reader.seek(offset + (self._start or 0) if whence == 0 else offset, whence)
        return self.tell()

    def tell(self) -> int:
        return int(self._reader.tell()) - (self._start or 0)

    def readinto(self, buffer: Any) -> int:
        block = self._reader.read(len(buffer))
        if not isinstance(block, (bytes, bytearray, memoryview)):
            raise TypeError(f"the file object has returned {type(block).__name__}, and not bytes")
        buffer[: len(block)] = block
        return len(block)


@attrs.frozen
class Stream:
    """A file to read.

    Attributes:
        name: What errors call it.
        format: ``"csv"``, ``"ndjson"``, ``"json"``, ``"parquet"`` or ``"arrow"``.
        suffix: The end of its name.
        again: Whether it can be read again.
        is_text: Whether the file object returns strings.
    """

    name: str
    format: str
    suffix: str
    again: bool
    is_text: bool
    _open: Callable[[], IO[Any]]
    _is_gzip: bool

    @contextmanager
    def binary(self) -> Iterator[IO[bytes]]:
        """Open it from its beginning; what is read is decompressed."""
        file = self._open()
        try:
            yield gzip.GzipFile(fileobj=file) if self._is_gzip else file  # type: ignore[misc]
        finally:
            file.close()

    @contextmanager
    def text(self, encoding: str | None, newline: str) -> Iterator[IO[str]]:
        """Open it as text from its beginning, without a byte order mark.

        Args:
            encoding: The encoding; UTF-8 by default.
            newline: As in `open`.
        """
        if self.is_text:
            yield self._open()
            return
        with self.binary() as file:
            wrapped = io.TextIOWrapper(file, encoding=encoding or "utf-8", newline=newline)
            try:
                yield wrapped
            finally:
                if not wrapped.closed:
                    wrapped.detach()


def stream_of(source: object, default: str = "csv") -> Stream | None:
    """Return the stream of a path or a file object; ``None`` for anything else.

    Args:
        source: A path or a file object.
        default: The format where neither the name nor the first bytes show it.

    Raises:
        OSError: The file cannot be opened.
        ValueError: It is an archive, a spreadsheet or the like; or a file object that is closed.
    """
    if isinstance(source, (str, os.PathLike)):
        return _of_path(os.fspath(source), default)
    reader = moving_reader(source)
    return None if reader is None else _of_reader(source, reader, default)


def _of_path(path: Any, default: str) -> Stream:
    if not isinstance(path, str):
        raise TypeError("the path of a file must be a string or a Path, not bytes")
    if "\n" in path:
        raise ValueError("this is the content of a file: pass its path, or io.StringIO(text)")
    if not path:
        raise ValueError("the path of a file is empty")
    mode = Path(path).stat().st_mode
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, "this is a folder: pass the path of a file in it", path)
    if stat.S_ISREG(mode):
        with Path(path).open("rb") as file:
            head = file.read(8)
        return _stream(path, head, default, lambda: Path(path).open("rb", BLOCK), again=True)
    once = io.BufferedReader(io.FileIO(path), BLOCK)  # such as a pipe, which is closed when it was read
    return _stream(path, once.peek(8), default, lambda: once, again=False)


def _of_reader(source: object, reader: Any, default: str) -> Stream:
    refuse_unreadable(reader)
    name = getattr(source, "name", None) or getattr(source, "filename", None)
    name = name if isinstance(name, str) else "the file"
    at = position(reader)
    is_text = isinstance(reader, io.TextIOBase) or (at is not None and isinstance(reader.read(0), str))

    def rewound() -> Any:
        if at is not None:
            reader.seek(at)
        return reader if is_text else io.BufferedReader(_Raw(reader, at), BLOCK)

    if at is None:
        once = rewound()
        with read_errors(name):
            head = b"" if is_text else once.peek(8)
        return _stream(name, head, default, lambda: once, again=False, is_text=is_text, is_object=True)
    with read_errors(name):  # what decompresses reads ahead
        head = rewound().read(8)
        if at and not head:
            refuse_spent(reader, at)
    if is_text:
        head = head.encode(errors="replace")
        reader.seek(at)
    return _stream(name, head, default, rewound, again=True, is_text=is_text, is_object=True)


def _stream(
    name: str, head: bytes, default: str, opener: Callable[[], IO[Any]], *, again: bool, is_text: bool = False,
    is_object: bool = False,
) -> Stream:  # fmt: skip
    # What the read() of an object returns may be decompressed already.
    suffixes = [suffix.lower() for suffix in Path(name).suffixes]
    is_gzip = head.startswith(_GZIP) and not is_text
    last = suffixes[-1] if suffixes else ""
    refused = next((text for magic, text in _MAGIC.items() if head.startswith(magic)), None)
    if refused or (last in _REFUSED and not is_object):
        raise ValueError(f"{name} is {refused or _REFUSED[last]}")
    if last == ".gz" and not is_gzip and head and not is_object:
        raise ValueError(f"{name} is not compressed with gzip, whatever its name says: rename it")
    if last == ".gz" or (is_object and last in _REFUSED):
        suffixes.pop()
        last = suffixes[-1] if suffixes else ""
    form = _FORMATS.get(last) or _sniffed(head, opener, is_gzip=is_gzip and again) or default
    if is_gzip and form in ("parquet", "arrow"):
        raise ValueError(f"{name} is a {form} file in a gzip stream: decompress it")
    return Stream(name, form, last, again, is_text, opener, is_gzip)


def _sniffed(head: bytes, opener: Callable[[], IO[Any]], *, is_gzip: bool) -> str | None:
    if is_gzip:
        with opener() as file:
            try:
                head = gzip.GzipFile(fileobj=file).read(8)
            except (OSError, EOFError, zlib.error):  # it is reported when it is read
                return None
    if head.startswith((b"ARROW1", _ARROW_STREAM)):
        return "arrow"
    if head.startswith(b"PAR1"):
        return "parquet"
    begin = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    return {b"[": "json", b"{": "ndjson"}.get(begin)


@contextmanager
def read_errors(name: str, line: Callable[[], int | None] = lambda: None) -> Iterator[None]:
    """Let errors of reading name the file, and the line that they come after.

    Args:
        name: What the file is called.
        line: Returns the number of the last line that was read.

    Raises:
        ValueError: The file is cut off, damaged, or has another encoding.
    """
    try:
        yield
    except EOFError as error:
        raise ValueError(f"{name} ends in the middle of its gzip stream{_after(line())}: it is cut off") from error
    except (zlib.error, gzip.BadGzipFile) as error:
        raise ValueError(f"{name} is a damaged gzip stream{_after(line())}: {error}") from error
    except UnicodeError as error:
        encoding = getattr(error, "encoding", "this encoding").upper()
        reason = getattr(error, "reason", error)
        raise ValueError(
            f"{name} is not encoded in {encoding} ({reason}{_after(line())}): save it as UTF-8, or pass encoding=... with the "
            "encoding that it has, such as 'cp1252' or 'utf-16'"
        ) from error


def _after(line: int | None) -> str:
    return f" after line {line}" if line else ""
