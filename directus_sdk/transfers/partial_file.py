"""Parts: what a download has brought so far, beside the place where the whole goes."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import stat
from pathlib import Path
from typing import IO, Any, BinaryIO
from uuid import uuid4

from directus_sdk.json_types import JSONMapping
from directus_sdk.local.file_lock import system_lock
from directus_sdk.local.spool import write_all

#: The bytes that a name may have where files are kept.
_LONGEST = 255

#: The bytes that a note has at most.
_LONGEST_NOTE = 64 * 1024

#: Who writes notes.
_BY = "directus_sdk"

# What no name may hold on some system, and what shows nothing or something else: controls (C1 too), marks that turn the
# direction of writing, separators of lines, halves of surrogate pairs. Joiners stay, since words and emoji need them.
_NOT_IN_NAMES = re.compile(
    r'[<>:"/\\|?*\x00-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164\ud800-\udfff\ufeff\uffa0'
    r"\ufff0-\uffff\U000e0000-\U000e0fff]"
)
_DEVICES = re.compile(r"(CON|PRN|AUX|NUL|CLOCK\$|CONIN\$|CONOUT\$|(COM|LPT)[0-9¹²³])\Z", re.IGNORECASE)


def local_name(name: str) -> str:
    r"""Return a name under which a file can be kept on every system, and is seen; ``""`` if nothing is left of it.

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


class Part:
    """The file that a download is written to until it is whole; then it gets its name.

    One that is kept is ``<name>.part``, and ``<name>.part.json`` beside it, the note, says of what it is a part. The note
    is locked as long as somebody writes to the part: whoever comes meanwhile, and whoever keeps nothing, gets a part with a
    name of its own. So does whoever finds something else under these names: what is not ours is not touched, and no link is
    followed.

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
        self.file: BinaryIO | Any = file
        self._made = os.fstat(file.fileno())

    @property
    def size(self) -> int:
        """How many bytes it has."""
        return os.fstat(self.file.fileno()).st_size

    def told(self) -> Any:
        """Return what the note says of it, or ``None``."""
        if self._note is None:
            return None
        said = self._note.read()
        return said.get("of") if said.get("part") == self._made.st_ino else None

    def begin(self, start: int, note: JSONMapping | None) -> None:
        """Cut it off at an offset, to be written on from there.

        Args:
            start: The offset.
            note: What another run has to know of it, or ``None`` if no other can go on.
        """
        # Whoever is killed in between must leave no note that speaks of another content than the part's.
        if start == 0 and self._note is not None:
            self._note.write(self._made.st_ino, None)
        if self.size > start:  # to empty a file that is empty has ext4 write all of it to the disk when it is closed
            self.file.truncate(start)
        self.file.seek(start)
        if start == 0 and note is not None and self._note is not None:
            self._note.write(self._made.st_ino, note)

    def write(self, block: bytes) -> None:
        """Write a block; errors name the part."""
        write_all(self.file, block, self.path)

    def finish(self, *, replace: bool = True) -> None:
        """Give it its name.

        Args:
            replace: Whether what has that name is replaced.

        Raises:
            FileExistsError: Something has that name, and is not to be replaced.
            OSError: Something else has taken the place of the part.
        """
        if not os.path.samestat(self.path.lstat(), self._made):
            raise OSError(f"something else has taken the place of {str(self.path)!r} while it was written")
        self.file.close()
        if replace:
            self.path.replace(self._target)
        else:
            _rename(self.path, self._target)
        if self._note is not None:
            self._note.remove()

    def leave(self, *, keep: bool) -> None:
        """Give up.

        Args:
            keep: Leave it to another run, if it is one that is kept.
        """
        self.file.close()
        if keep and self._note is not None:
            self._note.leave()
            return
        _unlink(self.path, self._made)
        if self._note is not None:
            self._note.remove()


class _Note:
    """What is known of a part, for a later run; it is locked as long as somebody writes to the part.

    It is one JSON object that is written over at once, so that a kill leaves the old one or the new one. It names the inodes
    of itself and of the part: a file with the same words, such as one that was downloaded, is not taken for one.

    Attributes:
        new: Whether no run before has made it.
    """

    def __init__(self, path: Path, file: IO[bytes], *, new: bool) -> None:
        self.new = new
        self._path = path
        self._file = file
        self._made = os.fstat(file.fileno())

    @classmethod
    def take(cls, path: Path) -> _Note | None:
        """Make or open a note and lock it; ``None`` where it is not ours, another has it, or files cannot be locked."""
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
                # Its holder may have removed it after it was opened here.
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
        """Return what it says; nothing where it is not ours."""
        self._file.seek(0)
        try:
            said = json.loads(self._file.read(_LONGEST_NOTE))
        except (ValueError, RecursionError):
            return {}
        ours = isinstance(said, dict) and said.get("by") == _BY and said.get("note") == self._made.st_ino
        return said if ours else {}

    def write(self, part: int | None, of: JSONMapping | None) -> None:
        """Say of what it is a part; `part` is its inode."""
        text = json.dumps({"by": _BY, "note": self._made.st_ino, "part": part, "of": of}).encode()
        self._file.seek(0)
        write_all(self._file, text.ljust(os.fstat(self._file.fileno()).st_size), self._path)

    def remove(self) -> None:
        """Remove it, and let others have its name."""
        # Before the lock is free, lest another run's note goes; Windows removes no file that is open.
        try:
            _unlink(self._path, self._made)
        except PermissionError:
            self.leave()
            with contextlib.suppress(PermissionError):
                _unlink(self._path, self._made)
        else:
            self.leave()

    def leave(self) -> None:
        """Leave it to another run."""
        if not self._file.closed:
            with self._file:
                system_lock()[1](self._file.fileno())


def _part(path: Path, note: _Note) -> IO[bytes] | None:
    """Make a part, or open the one that a note speaks of; ``None`` where something else has its name."""
    try:
        return _new(path)
    except FileExistsError:
        file = _mine(path)
    if file is None:
        return None
    known = os.fstat(file.fileno())
    # One that is empty was made by a run that was killed before it could note it.
    if known.st_ino == note.read().get("part") or not (note.new or known.st_size):
        return file
    file.close()
    return None


def _new(path: Path) -> IO[bytes]:
    """Make a file, which must not be there, for reading and writing."""
    return _opened(path, os.O_CREAT | os.O_EXCL)


def _mine(path: Path) -> IO[bytes] | None:
    """Open a file that is there, if it is one of this user, with this name alone, and no link or pipe."""
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


def _is_mine(known: os.stat_result) -> bool:
    mine = not hasattr(os, "geteuid") or known.st_uid == os.geteuid()
    return stat.S_ISREG(known.st_mode) and known.st_nlink == 1 and mine


def _opened(path: Path, flags: int) -> IO[bytes] | Any:
    return os.fdopen(os.open(path, os.O_RDWR | getattr(os, "O_BINARY", 0) | flags, 0o666), "r+b", buffering=0)


def _unlink(path: Path, made: os.stat_result) -> None:
    """Remove a file, unless something else has taken its name."""
    with contextlib.suppress(FileNotFoundError):
        if os.path.samestat(path.lstat(), made):
            path.unlink()


def _rename(path: Path, target: Path) -> None:
    """Give a file a name that nothing has."""
    if os.name == "nt":
        path.rename(target)  # refuses what is there
        return
    try:
        try:
            os.link(path, target, follow_symlinks=False)
        except FileExistsError:
            raise
        except (OSError, NotImplementedError):  # some file systems have no links: take the name first
            _new(target).close()
            path.replace(target)
        else:
            path.unlink()
    except FileExistsError:
        raise FileExistsError(
            f"{str(target)!r} was made by something else meanwhile: pass overwrite=True to replace it"
        ) from None


def _drop_second_name(path: Path, target: Path, note: _Note) -> None:
    """Remove the name of a part that got its own name in a run that was killed then."""
    with contextlib.suppress(OSError):
        part = path.lstat()
        if part.st_ino == note.read().get("part") and os.path.samestat(part, target.lstat()):
            path.unlink()


def _bytes(name: str) -> bytes:
    return name.encode("utf-8", "surrogatepass")


def _cut(name: str, size: int) -> str:
    return name if len(_bytes(name)) <= size else _bytes(name)[:size].decode("utf-8", "ignore")
