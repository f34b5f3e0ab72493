"""File objects that users pass: what is read from them, their name and type, their position, and what is refused.

Users pass open files, uploads of web frameworks, members of archives, and readers of many libraries. Errors that would
otherwise appear late, or send an empty file, are raised here: a file opened as text, one at its end, an asynchronous one.
"""

from __future__ import annotations

import contextlib
import inspect
import io
import os
import re
import stat
from collections.abc import Awaitable, Callable, Coroutine, Generator, Iterable, Iterator, Mapping, Set
from functools import partial
from pathlib import PurePath
from typing import IO, Literal, Protocol, TypeGuard

import attrs

from directus_sdk.local.interrupts import is_interrupt
from directus_sdk.wire.messages import BLOCK

_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]*/[a-z0-9][a-z0-9!#$&^_.+-]*\Z")
_CANNOT = (OSError, AttributeError, TypeError, NotImplementedError)


class Reader(Protocol):
    """A file object that is read; what `read` returns is checked, and other methods may be missing."""

    def read(self, size: int, /) -> object:
        """Read up to so many bytes."""

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """Move to a position."""

    def tell(self) -> int:
        """Return the position."""


class Openable(Protocol):
    """An object that is opened like a path, such as `zipfile.Path` and a resource of a package."""

    def open(self, mode: Literal["rb"], /) -> IO[bytes]:
        """Open it for reading."""
        ...


@attrs.frozen
class FileObject:
    """The reader of a file object, and what is known of its content.

    Attributes:
        reader: What the content is read from.
        name: The name of the content, or ``None``.
        content_type: Its type, or ``None``.
        close: Closes what was opened for it.
        chosen: ``False`` for the upload of a form in which no file was chosen: it is empty and has no name.
    """

    reader: Reader
    name: str | None
    content_type: str | None
    close: Callable[[], None] | None = None
    chosen: bool = True


def file_object(file: object) -> FileObject | None:
    """Find the reader of an object, and the name and the type of its content; ``None`` where there is no reader.

    Objects that have one: those with ``read()``, uploads of web frameworks, whose reader is ``file`` or ``stream``, and
    those with ``open("rb")``, such as `zipfile.Path`.

    Raises:
        TypeError: It is asynchronous, and has no file that can be read synchronously; or it is an archive.
        ValueError: It is not opened for reading.
    """
    refuse_awaitable(file)
    if hasattr(file, "namelist") or hasattr(file, "getnames"):
        raise TypeError(f"{type(file).__name__} is an archive that is open: pass its path, or one of its members")
    reader = moving_reader(file)
    close: Callable[[], None] | None = None
    if reader is None:
        if hasattr(file, "__aiter__") or callable(getattr(file, "read", None)):
            raise TypeError(
                f"{type(file).__name__} is an asynchronous file: pass what was read, `await file.read()`, with filename=..., "
                "or a file that is opened with open(..., 'rb')"
            )
        if not _opens(file):
            return None
        try:
            opened = file.open("rb")
        except TypeError as error:
            raise TypeError(f"{type(file).__name__} has no open('rb'): open it and pass what that returns") from error
        reader, close = opened, opened.close
    refuse_unreadable(reader)
    chosen = not _is_of_form(file) or bool(getattr(file, "filename", None))
    return FileObject(reader, _name(file, reader), _content_type(file), close, chosen)


def moving_reader(file: object) -> Reader | None:
    """Return the reader whose position moves when a file is read; ``None`` for a path, bytes and the like."""
    if _reads(file):
        return file
    return next((inner for inner in _attributes(file, "file", "stream") if _reads(inner)), None)


def readers(file: object) -> set[int]:
    """Return the identities of everything that a file object may read from, its own included."""
    seen: dict[int, object] = {}
    rest = [file]
    while rest:
        reader = rest.pop()
        if id(reader) not in seen:
            seen[id(reader)] = reader
            rest += _beneath(reader)
    return set(seen)


def read_blocks(reader: Reader) -> Iterator[object]:
    """Read to the end in blocks of 256 kB."""
    return iter(partial(reader.read, BLOCK), b"")


def as_bytes(block: object, refusal: str = "an upload is made of bytes, not of {}; open files with mode 'rb'") -> bytes:
    """Return a block as bytes.

    Args:
        block: What a reader or an iterable has returned.
        refusal: The message of the error; ``{}`` stands for the type.

    Raises:
        TypeError: It is not bytes.
        BlockingIOError: A reader that does not wait has nothing yet.
    """
    if isinstance(block, bytes):
        return block
    if isinstance(block, (bytearray, memoryview)):
        return bytes(block)
    if block is None:
        raise BlockingIOError("the file object has nothing to read yet: pass one that waits, os.set_blocking(fd, True)")
    refuse_awaitable(block)
    raise TypeError(refusal.format(type(block).__name__))


def refuse_unreadable(reader: Reader) -> None:
    """Refuse a file object that is closed, or not opened for reading.

    Raises:
        ValueError: It is.
    """
    if getattr(reader, "closed", False) is True:
        try:
            reader.read(0)
        except ValueError:
            raise ValueError("the file object is closed: pass one that is open") from None
    readable = getattr(reader, "readable", None)
    if readable is not None and not readable():
        raise ValueError(
            "the file is not opened for reading: open it with mode 'rb', or with 'w+b' and call seek(0) on it after writing"
        )


def refuse_text(reader: Reader, at: int | None) -> None:
    """Refuse a file object that returns strings.

    Args:
        reader: The file object.
        at: Its position, or ``None`` if it cannot seek.

    Raises:
        TypeError: It is opened as text.
    """
    # The files of tempfile are not io.TextIOBase, even where they are one inside.
    if isinstance(reader, io.TextIOBase) or (at is not None and isinstance(reader.read(0), str)):
        raise TypeError("the file is opened as text: open it with mode 'rb', or 'w+b' for a temporary one")


def refuse_blocks(blocks: Iterable[object]) -> None:
    """Refuse an iterable whose blocks have no order, or that has ended.

    Raises:
        TypeError: It is a set or a mapping.
        ValueError: It is a generator that has ended.
    """
    if isinstance(blocks, (Set, Mapping)):
        raise TypeError(f"an upload is made of bytes in an order, not of a {type(blocks).__name__}")
    if isinstance(blocks, Generator) and getattr(blocks, "gi_frame", blocks) is None:
        raise ValueError("the generator was read to its end already, so nothing of it would be sent: make another one")


def refuse_awaitable(value: object) -> None:
    """Refuse what has to be awaited, without the warning that it was never awaited.

    Raises:
        TypeError: It is a coroutine or another awaitable.
    """
    if isinstance(value, Awaitable):
        if isinstance(value, Coroutine):
            value.close()
        raise TypeError(f"this is a {type(value).__name__}: await it first and pass the bytes, with filename=...")


def position(file: Reader) -> int | None:
    """Return the position of a file object, or ``None`` if it cannot seek or does not report it."""
    try:
        # Some that can seek have no seekable(), such as mmap and Python 3.10's temporary files.
        if hasattr(file, "seekable") and not file.seekable():
            return None
        # gzip says that it can, whatever it reads from, and reads to the end before it fails.
        beneath: object = getattr(file, "fileobj", None)
        if hasattr(beneath, "seekable") and not beneath.seekable():
            return None
        at = file.tell()
        file.seek(at)
    except _CANNOT:
        return None
    return at


def size_from(file: Reader, start: int) -> int:
    """Return the bytes from an offset to the end, 0 where the end is unknown; the position is undefined then."""
    try:
        return max(0, end(file) - start)
    except (*_CANNOT, ValueError):  # the end may be unknown
        return 0


def end(file: Reader) -> int:
    """Move to the end of a file object and return the position."""
    at: int | None = file.seek(0, os.SEEK_END)  # some return nothing
    return int(file.tell() if at is None else at)


def reported_position(file: Reader) -> int:
    """Return the position that a file object reports, whether or not it can seek; 0 where it reports none."""
    try:
        at: object = file.tell()
    except (*_CANNOT, ValueError):
        return 0
    return at if isinstance(at, int) else 0


def refuse_spent(file: Reader, at: int) -> None:
    """Refuse a file object that returns nothing because it is at its end.

    Args:
        file: The file object.
        at: The position that it reported.

    Raises:
        ValueError: It has content before that.
    """
    try:
        file.seek(0)
        spent = bool(file.read(1))
        with contextlib.suppress(*_CANNOT):
            file.seek(0, os.SEEK_END)
    except Exception as error:
        if is_interrupt(error):
            raise
        spent = at > 0  # it cannot go back
    if spent:
        raise ValueError(
            "the file object is at its end, as it is after it was written or read, so nothing of it would be sent: "
            "call seek(0) on it first"
        )


def refuse_if_spent(file: Reader) -> None:
    """Refuse a file object that can seek and is at its end, unless it is empty; its position stays.

    Raises:
        ValueError: It is at its end.
    """
    at = position(file)
    if at is not None:
        size = size_from(file, at)
        file.seek(at)
        if not size and not file.read(1):
            refuse_spent(file, at)
        file.seek(at)


def _reads(file: object) -> TypeGuard[Reader]:
    read = getattr(file, "read", None)
    return callable(read) and not inspect.iscoroutinefunction(read)


def _opens(file: object) -> TypeGuard[Openable]:
    opener = getattr(file, "open", None)
    return callable(opener) and getattr(opener, "__self__", None) is file


def _attributes(file: object, *names: str) -> Iterator[object]:
    for name in names:
        with contextlib.suppress(AttributeError, ValueError, io.UnsupportedOperation):
            yield getattr(file, name)


# ---------------------------------------------------------------------- names and types
def _name(file: object, reader: object) -> str | None:
    if _is_of_form(file):  # its "name" is that of the field
        return _base(getattr(file, "filename", None), form=True)
    return _base(_own_name(file)) or _base(_own_name(reader))


def _is_of_form(file: object) -> bool:
    # GzipFile's "filename" is an old alias.
    return not isinstance(file, io.IOBase) and isinstance(getattr(file, "filename", 0), (str, type(None)))


def _base(name: object, *, form: bool = False) -> str | None:
    if not isinstance(name, (str, bytes, os.PathLike)):
        return None
    # Some browsers send the whole path, by the rules of their own system.
    text = PurePath(os.fsdecode(name).replace("\\", "/") if form else os.fsdecode(name)).name
    # tempfile and sys.stdin have names such as "<stdin>", and os.fdopen has a number.
    return None if not text or (text.startswith("<") and text.endswith(">")) else text


def _own_name(file: object) -> object:
    """Return the name of a file object unless it is that of a file beneath it with another content.

    Readers that unpack or decrypt often pass on the name of what they read from.
    """
    name = getattr(file, "name", None)
    for inner in _beneath(file):
        if name is not None and getattr(inner, "name", None) == name:
            if isinstance(file, (io.BufferedReader, io.BufferedRandom)):
                return _own_name(inner)
            return name if _reads(file) and _is_content_of(file, inner) else None
    return name


def _beneath(file: object) -> Iterator[object]:
    """Yield what a file object may read from."""
    values: list[object] = [*_attributes(file, "raw", "buffer", "file", "stream"), *getattr(file, "__dict__", {}).values()]
    return (inner for inner in values if inner is not file and hasattr(inner, "read"))


def _is_content_of(file: Reader, inner: object) -> bool:
    """Tell whether a file object returns a file on the disk unchanged: then it is as long."""
    while not isinstance(inner, io.FileIO):
        if inner is None:
            return False
        inner = next(_beneath(inner), None)
    at = position(file)
    if at is None:
        return False
    status = os.fstat(inner.fileno())
    try:
        return stat.S_ISREG(status.st_mode) and end(file) == status.st_size
    finally:
        file.seek(at)


def _content_type(file: object) -> str | None:
    """Return the type that the sender of a file gave it; ``None`` where it says nothing."""
    for value in _attributes(file, "mimetype", "content_type", "type"):
        if isinstance(value, str):
            kind = value.partition(";")[0].strip().lower()
            if _TYPE.match(kind) and kind != "application/octet-stream":
                return kind
    return None
