"""Parts: what a download has brought so far, beside the place where the whole goes."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any, BinaryIO
from uuid import uuid4

from directus_sdk.locks import system_lock

#: The bytes that a name may have where files are kept.
_LONGEST = 255

_NOT_IN_NAMES = re.compile(r'[<>:"/\\|?*\x00-\x1f]')
_DEVICES = re.compile(r"(CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|(COM|LPT)[0-9¹²³])\Z", re.IGNORECASE)


def local_name(name: str) -> str:
    """Return a name under which a file can be kept on every system, or ``""`` if nothing is left of it.

    Example:
        >>> local_name("a?b.txt"), local_name("readme.txt:hidden"), local_name("NUL.txt"), local_name("what. ")
        ('a_b.txt', 'readme.txt_hidden', '_NUL.txt', 'what')
    """
    name = _NOT_IN_NAMES.sub("_", name).rstrip(". ")
    if _DEVICES.match(name.partition(".")[0].rstrip()):
        name = "_" + name
    stem, dot, suffix = name.rpartition(".")
    if not stem or len(_bytes(suffix)) > _LONGEST // 4:
        return _cut(name, _LONGEST)
    return _cut(stem, _LONGEST - len(_bytes(dot + suffix))) + dot + suffix


class Part:
    """The file that a download is written to until it is whole; then it gets its name.

    One that is kept is ``<name>.part``, and ``<name>.part.json`` beside it, the note, says of what it is a part. The note
    is locked as long as somebody writes to the part: whoever comes meanwhile, and whoever keeps nothing, gets a part with a
    name of its own.

    Args:
        target: The name that it gets in the end.
        kept: Whether another run can go on with it.

    Attributes:
        path: Where it is.
        file: The part, open for writing.
    """

    def __init__(self, target: Path, *, kept: bool) -> None:
        stem = target.name
        if len(_bytes(stem)) > _LONGEST - 24:  # no room for what comes after it
            stem = f"{_cut(stem, _LONGEST - 48)}~{hashlib.sha256(os.fsencode(stem)).hexdigest()[:16]}"
        self._target = target
        self._note_path = target.with_name(f"{stem}.part.json")
        self._note = _locked(self._note_path) if kept else None
        self.path = target.with_name(f"{stem}.part" if self._note is not None else f"{stem}.{uuid4().hex[:12]}.part")
        try:
            self.file: BinaryIO | Any = _made(self.path, os.O_EXCL if self._note is None else 0)
        except BaseException:
            self._let_go()
            raise

    @property
    def size(self) -> int:
        """How many bytes it has."""
        return os.fstat(self.file.fileno()).st_size

    def told(self) -> Any:
        """Return what the note says, or ``None``."""
        if self._note is None:
            return None
        self._note.seek(0)
        try:
            return json.loads(self._note.read())
        except ValueError:
            return None

    def begin(self, start: int, note: Mapping[str, Any] | None) -> None:
        """Cut it off at an offset, to be written on from there.

        Args:
            start: The offset.
            note: What another run has to know of it, or ``None`` if no other can go on.
        """
        # Whoever is killed in between must leave no note that speaks of another content than the part's.
        if start == 0:
            self._write_note(b"")
        if self.size > start:  # to empty a file that is empty has ext4 write all of it to the disk when it is closed
            self.file.truncate(start)
        self.file.seek(start)
        if start == 0 and note is not None:
            self._write_note(json.dumps(note).encode())

    def write(self, block: bytes) -> None:
        """Write a block; errors name the part."""
        write_all(self.file, block, self.path)

    def finish(self) -> None:
        """Give it its name."""
        self.file.close()
        self.path.replace(self._target)
        self._forget_note()

    def leave(self, *, keep: bool) -> None:
        """Give up.

        Args:
            keep: Leave it to another run, if it is one that is kept.
        """
        self.file.close()
        if keep and self._note is not None:
            self._let_go()
        else:
            self.path.unlink(missing_ok=True)
            self._forget_note()

    def _write_note(self, text: bytes) -> None:
        if self._note is not None:
            self._note.truncate(0)
            write_all(self._note, text, self._note_path)

    def _forget_note(self) -> None:
        if self._note is None:
            return
        self._write_note(b"")
        # Before the lock is free, lest another run's note goes; Windows removes no file that is open.
        with contextlib.suppress(PermissionError):
            self._note_path.unlink(missing_ok=True)
            self._let_go()
            return
        self._let_go()
        with contextlib.suppress(PermissionError):
            self._note_path.unlink(missing_ok=True)

    def _let_go(self) -> None:
        note, self._note = self._note, None
        if note is not None:
            with note:
                system_lock()[1](note.fileno())


def _locked(path: Path) -> IO[bytes] | Any:
    """Open a note and lock it; ``None`` where another has the lock, or where files cannot be locked."""
    take = system_lock()[0]
    while True:
        note = _made(path, os.O_APPEND)
        try:
            if not take(note.fileno()):
                note.close()
                return None
            with contextlib.suppress(FileNotFoundError):
                if os.path.samestat(os.fstat(note.fileno()), path.stat()):
                    return note
        except OSError:  # some file systems have no locks
            empty = os.fstat(note.fileno()).st_size == 0
            note.close()
            if empty:
                path.unlink(missing_ok=True)
            return None
        except BaseException:
            note.close()
            raise
        note.close()  # its holder removed it after it was opened here


def write_all(file: BinaryIO | Any, block: bytes, path: Path) -> None:
    """Write a block to a file without a buffer, which may take less than it is given.

    Args:
        file: The file.
        block: What to write.
        path: Its path, which an error is to name.
    """
    rest = memoryview(block)
    try:
        while rest:
            rest = rest[file.write(rest) :]
    except OSError as error:
        error.filename = str(path)
        raise


def _made(path: Path, flags: int) -> IO[bytes] | Any:
    """Open a file for reading and writing, as it is; make it if it is not there."""
    binary = getattr(os, "O_BINARY", 0)
    return os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | binary | flags, 0o666), "r+b", buffering=0)


def _bytes(name: str) -> bytes:
    return name.encode("utf-8", "surrogatepass")


def _cut(name: str, size: int) -> str:
    return name if len(_bytes(name)) <= size else _bytes(name)[:size].decode("utf-8", "ignore")
