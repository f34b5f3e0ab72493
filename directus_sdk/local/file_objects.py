"""File objects as users have them: the reader in what a framework hands over, its name, its type, and where it stands."""

from __future__ import annotations

import contextlib
import inspect
import io
import os
import re
import stat
from collections.abc import Awaitable, Callable, Coroutine, Generator, Iterable, Iterator, Mapping, Set
from pathlib import PurePath
from typing import Any

import attrs

from directus_sdk.local.interrupts import is_interrupt

_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]*/[a-z0-9][a-z0-9!#$&^_.+-]*\Z")
_CANNOT = (OSError, AttributeError, TypeError, NotImplementedError)


@attrs.frozen
class FileObject:
    """What a file object turned out to be.

    Attributes:
        reader: What its content is read from.
        name: The name of the content, or ``None``.
        content_type: Its type, or ``None``.
        close: Closes what was opened for it.
        chosen: Whether there is a file at all: a form in which none was chosen is sent with one that is empty and has no
            name.
    """

    reader: Any
    name: str | None
    content_type: str | None
    close: Callable[[], None] | None = None
    chosen: bool = True


def file_object(file: Any) -> FileObject | None:
    """Find the reader of whatever can be read, and the name and the type of its content; ``None`` where there is none.

    These are an object with ``read()``, the upload of a web framework, which has its reader in ``file`` or ``stream``, and
    what has ``open("rb")``, such as `zipfile.Path`.

    Raises:
        TypeError: It is asynchronous, and holds no file that can be read here; or it is an archive.
        ValueError: It is not opened for reading.
    """
    refuse_awaitable(file)
    if hasattr(file, "namelist") or hasattr(file, "getnames"):
        raise TypeError(f"{type(file).__name__} is an archive that is open: pass its path, or one of its members")
    close = None
    if _reads(file):
        reader = file
    elif (held := next((held for held in _attributes(file, "file", "stream") if _reads(held)), None)) is not None:
        reader = held
    elif hasattr(file, "__aiter__") or callable(getattr(file, "read", None)):
        raise TypeError(
            f"{type(file).__name__} is an asynchronous file: pass what was read, `await file.read()`, with filename=..., or "
            "a file that is opened with open(..., 'rb')"
        )
    elif _opens(file):
        try:
            reader = file.open("rb")
        except TypeError as error:
            raise TypeError(f"{type(file).__name__} has no open('rb'): open it and pass what that returns") from error
        close = reader.close
    else:
        return None
    refuse_unreadable(reader)
    return FileObject(reader, _name(file, reader), _content_type(file), close, not _is_of_form(file) or bool(file.filename))


def moving(file: Any) -> Any:
    """Return what is moved when a file is read, so that it cannot be read twice; ``None`` for a path, bytes and the like."""
    if _reads(file) or isinstance(file, Iterator):
        return file
    return next((held for held in _attributes(file, "file", "stream") if _reads(held)), None)


def readers(file: Any) -> set[int]:
    """Return the identities of everything that a file object may read from, its own included."""
    found: dict[int, Any] = {}
    rest = [file]
    while rest:
        reader = rest.pop()
        if id(reader) not in found:
            found[id(reader)] = reader
            rest += _beneath(reader)
    return set(found)


def refuse_unreadable(reader: Any) -> None:
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


def refuse_text(reader: Any, at: int | None) -> None:
    """Refuse a file object that gives text.

    Args:
        reader: The file object.
        at: Where it stands, or ``None`` if it cannot seek.

    Raises:
        TypeError: It is opened as text.
    """
    # What tempfile makes is no io.TextIOBase, even where it is one inside.
    if isinstance(reader, io.TextIOBase) or (at is not None and isinstance(reader.read(0), str)):
        raise TypeError("the file is opened as text: open it with mode 'rb', or 'w+b' for a temporary one")


def refuse_blocks(blocks: Iterable[Any]) -> None:
    """Refuse what has no blocks to give in an order.

    Raises:
        TypeError: It is a set or a mapping.
        ValueError: It is a generator that has ended.
    """
    if isinstance(blocks, (Set, Mapping)):
        raise TypeError(f"an upload is made of bytes in an order, not of a {type(blocks).__name__}")
    if isinstance(blocks, Generator) and getattr(blocks, "gi_frame", blocks) is None:
        raise ValueError("the generator was read to its end already, so nothing of it would be sent: make another one")


def refuse_awaitable(value: Any) -> None:
    """Refuse what has to be awaited, without the warning that it never was.

    Raises:
        TypeError: It is a coroutine or another awaitable.
    """
    if isinstance(value, Awaitable):
        if isinstance(value, Coroutine):
            value.close()
        raise TypeError(f"this is a {type(value).__name__}: await it first and pass the bytes, with filename=...")


def position(file: Any) -> int | None:
    """Return where a file object stands, or ``None`` if it cannot seek or does not say."""
    try:
        # Some that can seek have no seekable(), such as mmap and Python 3.10's temporary files.
        if hasattr(file, "seekable") and not file.seekable():
            return None
        # gzip says that it can, whatever it reads from, and reads to the end before it fails.
        beneath: Any = getattr(file, "fileobj", None)
        if hasattr(beneath, "seekable") and not beneath.seekable():
            return None
        at: int = file.tell()
        file.seek(at)
    except _CANNOT:
        return None
    return at


def size_from(file: Any, start: int) -> int:
    """Return the bytes from an offset to the end, as far as anybody can tell; it stands anywhere then."""
    try:
        return max(0, end(file) - start)
    except (*_CANNOT, ValueError):  # the end may be unknown
        return 0


def end(file: Any) -> int:
    """Move to the end of a file object and return the position."""
    at = file.seek(0, os.SEEK_END)
    return int(file.tell() if at is None else at)


def told(file: Any) -> int:
    """Return how far a file object says that it was read, whether or not it can seek."""
    try:
        at = file.tell()
    except (*_CANNOT, ValueError):
        return 0
    return at if isinstance(at, int) else 0


def refuse_spent(file: Any, at: int) -> None:
    """Refuse a file object from which nothing comes because it stands at its end.

    Args:
        file: The file object.
        at: Where it said that it stood.

    Raises:
        ValueError: It has a content before that.
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
            "the file object stands at its end, as it does after it was written or read, so nothing of it would be sent: "
            "call seek(0) on it first"
        )


def refuse_if_spent(file: Any) -> None:
    """Refuse a file object that can seek and stands at its end, unless it is empty; it stays where it stands.

    Raises:
        ValueError: It stands at its end.
    """
    at = position(file)
    if at is not None:
        size = size_from(file, at)
        file.seek(at)
        if not size and not file.read(1):
            refuse_spent(file, at)
        file.seek(at)


def _reads(file: Any) -> bool:
    read = getattr(file, "read", None)
    return callable(read) and not inspect.iscoroutinefunction(read)


def _opens(file: Any) -> bool:
    opener = getattr(file, "open", None)
    return callable(opener) and getattr(opener, "__self__", None) is file


def _attributes(file: Any, *names: str) -> Iterator[Any]:
    for name in names:
        with contextlib.suppress(AttributeError, ValueError, io.UnsupportedOperation):
            yield getattr(file, name)


# ---------------------------------------------------------------------- names and types
def _name(file: Any, reader: Any) -> str | None:
    if _is_of_form(file):  # its "name" is that of the field
        return _base(file.filename, form=True)
    return _base(_own_name(file)) or _base(_own_name(reader))


def _is_of_form(file: Any) -> bool:
    # GzipFile's "filename" is an old alias.
    return not isinstance(file, io.IOBase) and isinstance(getattr(file, "filename", 0), (str, type(None)))


def _base(name: Any, *, form: bool = False) -> str | None:
    if not isinstance(name, (str, bytes, os.PathLike)):
        return None
    # Some browsers send the whole path, by the rules of their own system.
    text = PurePath(os.fsdecode(name).replace("\\", "/") if form else os.fsdecode(name)).name
    # tempfile and sys.stdin have names such as "<stdin>", and os.fdopen has a number.
    return None if not text or (text.startswith("<") and text.endswith(">")) else text


def _own_name(file: Any) -> Any:
    """Return the name of a file object unless it is that of a file beneath it with another content.

    What unpacks or decrypts often passes on the name of what it reads from.
    """
    name = getattr(file, "name", None)
    for inner in _beneath(file):
        if name is not None and getattr(inner, "name", None) == name:
            if isinstance(file, (io.BufferedReader, io.BufferedRandom)):
                return _own_name(inner)
            return name if _is_content_of(file, inner) else None
    return name


def _beneath(file: Any) -> Iterator[Any]:
    """Yield what a file object may read from."""
    held = [*_attributes(file, "raw", "buffer", "file", "stream"), *getattr(file, "__dict__", {}).values()]
    return (inner for inner in held if inner is not file and hasattr(inner, "read"))


def _is_content_of(file: Any, inner: Any) -> bool:
    """Tell whether a file object passes a file on the disk through as it is: then it is as long."""
    while not isinstance(inner, io.FileIO):
        inner = next(_beneath(inner), None)
        if inner is None:
            return False
    at = position(file)
    if at is None:
        return False
    known = os.fstat(inner.fileno())
    try:
        return stat.S_ISREG(known.st_mode) and end(file) == known.st_size
    finally:
        file.seek(at)


def _content_type(file: Any) -> str | None:
    """Return the type that whoever sent a file gave it; what says nothing is left to the name and the content."""
    for given in _attributes(file, "mimetype", "content_type", "type"):
        if isinstance(given, str):
            kind = given.partition(";")[0].strip().lower()
            if _TYPE.match(kind) and kind != "application/octet-stream":
                return kind
    return None
