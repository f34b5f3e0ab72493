"""Partial files of downloads (`<name>.part`), and the notes (`<name>.part.json`) that let another run go on with them.

A partial file is used again only if it is provably ours: a regular file of this user with one name, whose inode is in a
note that names its own inode, too. Everything else with these names is left alone, and no link is followed.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import stat
from pathlib import Path
from typing import IO, Any
from uuid import uuid4

from directus_sdk.json_types import JSONMapping
from directus_sdk.local.file_lock import system_lock
from directus_sdk.local.spool import write_all

#: The maximum length of a file name, in bytes.
_LONGEST = 255

#: The maximum size of a note, in bytes.
_LONGEST_NOTE = 64 * 1024

#: The author of notes.
_BY = "directus_sdk"

# Characters that a file name cannot have on some system, and those that are invisible or change how a name looks: controls
# (C1 too), marks of the direction of writing, line separators, lone surrogates. Joiners stay: words and emoji need them.
_NOT_IN_NAMES = re.compile(
    r'[<>:"/\\|?*\x00-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164\ud800-\udfff\ufeff\uffa0'
    r"\ufff0-\uffff\U000e0000-\U000e0fff]"
)
_DEVICES = re.compile(r"(CON|PRN|AUX|NUL|CLOCK\$|CONIN\$|CONOUT\$|(COM|LPT)[0-9¹²³])\Z", re.IGNORECASE)


def local_name(name: str) -> str:
    r"""Return a file name that is valid and visible on every system; ``""`` if nothing is left of it.

    Example:
        >>> local_name("a?b.txt"), local_name("readme.txt:hidden"), local_name("NUL.txt"), local_name("what. ")
        ('a_b.txt', 'readme.txt_hidden', '_NUL.txt', 'what')
        >>> local_name(".bashrc"), local_name("invoice\u202efdp.exe")
        ('_bashrc', 'invoice_fdp.exe')
    """
    name = _NOT_IN_NAMES.sub("_", name).strip().rstrip(". ")
    name = re.sub(r"^\.+", "_", name)
    if _DEVICES.match(name.partition(".")[0].rstrip()):
        name = "_" + name
    stem, dot, suffix = name.rpartition(".")
    if not stem or len(_bytes(suffix)) > _LONGEST // 4:
        return _cut(name, _LONGEST).rstrip(". ")
    return _cut(stem, _LONGEST - len(_bytes(dot + suffix))) + dot + suffix


class PartialFile:
    """The file that a download is written to until it is complete; then it is renamed.

    One that is kept for another run is ``<name>.part``, and the note ``<name>.part.json`` identifies its content. The note is
    locked while the file is written: another download at the same time, one that keeps nothing, and one that finds other
    files with these names uses a partial file with a unique name instead.

    Args:
        target: The path that it gets in the end.
        kept: Whether another run can go on with it.

    Attributes:
        path: Its path.
        file: It, open for writing.
    """

    def __init__(self, target: Path, *, kept: bool) -> None:
        stem = target.name
        if len(_bytes(stem)) > _LONGEST - 24:  # no room for the suffix
            stem = f"{_cut(stem, _LONGEST - 48)}~{hashlib.sha256(os.fsencode(stem)).hexdigest()[:16]}"
        self._target = target
        self._note = _Note.take(target.with_name(f"{stem}.part.json")) if kept else None
        self.path = target.with_name(f"{stem}.part")
        try:
            if self._note is not None:
                _drop_second_name(self.path, target, self._note)
            file = None if self._note is None else _part(self.path, self._note)
            if file is None:
                if self._note is not None:
                    self._note.remove()
                    self._note = None
                self.path = target.with_name(f"{stem}.{uuid4().hex[:12]}.part")
                file = _new(self.path)
        except BaseException:
            if self._note is not None:
                self._note.leave()
            raise
        self.file = file
        self._made = os.fstat(file.fileno())

    @property
    def size(self) -> int:
        """Its size in bytes."""
        return os.fstat(self.file.fileno()).st_size

    def noted(self) -> Any:
        """Return the identity of its content from the note, or ``None``."""
        if self._note is None:
            return None
        note = self._note.read()
        return note.get("of") if note.get("part") == self._made.st_ino else None

    def begin(self, start: int, note: JSONMapping | None) -> None:
        """Truncate it at an offset, and write on from there.

        Args:
            start: The offset.
            note: The identity of its content, or ``None`` if no other run can go on with it.
        """
        # A crash in between must not leave a note with another content than that of the file.
        if start == 0 and self._note is not None:
            self._note.write(self._made.st_ino, None)
        if self.size > start:  # truncating an empty file makes ext4 write all of it to the disk when it is closed
            self.file.truncate(start)
        self.file.seek(start)
        if start == 0 and note is not None and self._note is not None:
            self._note.write(self._made.st_ino, note)

    def write(self, block: bytes) -> None:
        """Write a block; errors name the partial file."""
        write_all(self.file, block, self.path)

    def finish(self, *, replace: bool = True) -> None:
        """Rename it to the target.

        Args:
            replace: Whether an existing target is replaced.

        Raises:
            FileExistsError: The target exists, and is not to be replaced.
            OSError: Another file has the path of the partial file now.
        """
        if not os.path.samestat(self.path.lstat(), self._made):
            raise OSError(f"{str(self.path)!r} was replaced by another file while it was written")
        self.file.close()
        if replace:
            self.path.replace(self._target)
        else:
            _rename(self.path, self._target)
        if self._note is not None:
            self._note.remove()

    def leave(self, *, keep: bool) -> None:
        """Close it, and remove it.

        Args:
            keep: Keep it for another run, if it is one that is kept.
        """
        self.file.close()
        if keep and self._note is not None:
            self._note.leave()
            return
        _unlink(self.path, self._made)
        if self._note is not None:
            self._note.remove()


class _Note:
    """The note of a partial file: it identifies the content for a later run, and is locked while the file is written.

    It is one JSON object that is overwritten in one step, so that a crash leaves the old one or the new one. It has its own
    inode and that of the partial file: a file with the same content, such as one that was downloaded, is not used as a note.

    Attributes:
        new: Whether this run has created it.
    """

    def __init__(self, path: Path, file: IO[bytes], *, new: bool) -> None:
        self.new = new
        self._path = path
        self._file = file
        self._made = os.fstat(file.fileno())

    @classmethod
    def take(cls, path: Path) -> _Note | None:
        """Create or open a note and lock it; ``None`` where it is not ours, is locked, or files cannot be locked."""
        new = True
        try:
            file = _new(path)
        except FileExistsError:
            mine = _mine(path)
            if mine is None:
                return None
            file, new = mine, False
        note = cls(path, file, new=new)
        try:
            if new:
                note.write(None, None)
            if system_lock()[0](file.fileno()):
                # Another run may have removed it after it was opened here.
                if os.path.samestat(note._made, path.lstat()) and note.read():
                    return note
                note.leave()
        except OSError:  # some file systems have no locks
            file.close()
            if new:
                _unlink(path, note._made)
        except BaseException:
            file.close()
            raise
        file.close()
        return None

    def read(self) -> JSONMapping:
        """Return its content; an empty mapping where it is not ours."""
        self._file.seek(0)
        try:
            note = json.loads(self._file.read(_LONGEST_NOTE))
        except (ValueError, RecursionError):
            return {}
        ours = isinstance(note, dict) and note.get("by") == _BY and note.get("note") == self._made.st_ino
        return note if ours else {}

    def write(self, part: int | None, of: JSONMapping | None) -> None:
        """Write the identity of the content; `part` is the inode of the partial file."""
        text = json.dumps({"by": _BY, "note": self._made.st_ino, "part": part, "of": of}).encode()
        self._file.seek(0)
        write_all(self._file, text.ljust(os.fstat(self._file.fileno()).st_size), self._path)

    def remove(self) -> None:
        """Remove it and release its lock."""
        # Before the lock is released, or another run's note could be removed; Windows does not remove an open file.
        try:
            _unlink(self._path, self._made)
        except PermissionError:
            self.leave()
            with contextlib.suppress(PermissionError):
                _unlink(self._path, self._made)
        else:
            self.leave()

    def leave(self) -> None:
        """Release its lock, and keep it for another run."""
        if not self._file.closed:
            with self._file:
                system_lock()[1](self._file.fileno())


def _part(path: Path, note: _Note) -> IO[bytes] | None:
    """Create a partial file, or open the one that a note names; ``None`` where another file has the path."""
    try:
        return _new(path)
    except FileExistsError:
        file = _mine(path)
    if file is None:
        return None
    status = os.fstat(file.fileno())
    # An empty one is of a run that was killed before it could write the note.
    if status.st_ino == note.read().get("part") or not (note.new or status.st_size):
        return file
    file.close()
    return None


def _new(path: Path) -> IO[bytes]:
    """Create a file, which must not exist, for reading and writing."""
    return _opened(path, os.O_CREAT | os.O_EXCL)


def _mine(path: Path) -> IO[bytes] | None:
    """Open an existing file if it is a regular file of this user with one name."""
    try:
        before = path.lstat()
        if not _is_mine(before):
            return None
        file = _opened(path, getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    except OSError:
        return None
    now = os.fstat(file.fileno())
    if os.path.samestat(before, now) and _is_mine(now):
        return file
    file.close()
    return None


def _is_mine(status: os.stat_result) -> bool:
    mine = not hasattr(os, "geteuid") or status.st_uid == os.geteuid()
    return stat.S_ISREG(status.st_mode) and status.st_nlink == 1 and mine


def _opened(path: Path, flags: int) -> IO[bytes]:
    return os.fdopen(os.open(path, os.O_RDWR | getattr(os, "O_BINARY", 0) | flags, 0o666), "r+b", buffering=0)


def _unlink(path: Path, made: os.stat_result) -> None:
    """Remove a file, unless another file has its path now."""
    with contextlib.suppress(FileNotFoundError):
        if os.path.samestat(path.lstat(), made):
            path.unlink()


def _rename(path: Path, target: Path) -> None:
    """Rename a file without replacing another one."""
    if os.name == "nt":
        path.rename(target)  # raises if it exists
        return
    try:
        try:
            os.link(path, target, follow_symlinks=False)
        except FileExistsError:
            raise
        except (OSError, NotImplementedError):  # some file systems have no links: reserve the name first
            _new(target).close()
            path.replace(target)
        else:
            path.unlink()
    except FileExistsError:
        raise FileExistsError(
            f"{str(target)!r} was created by another program meanwhile: pass overwrite=True to replace it"
        ) from None


def _drop_second_name(path: Path, target: Path, note: _Note) -> None:
    """Remove the first name of a partial file that was renamed in a run that was killed in that moment."""
    with contextlib.suppress(OSError):
        part = path.lstat()
        if part.st_ino == note.read().get("part") and os.path.samestat(part, target.lstat()):
            path.unlink()


def _bytes(name: str) -> bytes:
    return name.encode("utf-8", "surrogatepass")


def _cut(name: str, size: int) -> str:
    return name if len(_bytes(name)) <= size else _bytes(name)[:size].decode("utf-8", "ignore")
