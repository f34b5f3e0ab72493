"""What a folder held when it was last synchronized: a manifest beside it, and the files that it holds now."""

from __future__ import annotations

import hashlib
import json
import os
import stat
import threading
from contextlib import AbstractContextManager
from pathlib import Path

import attrs

from directus_sdk.errors import ConfigurationError
from directus_sdk.local.atomic_file import replace_file
from directus_sdk.local.clock import monotonic
from directus_sdk.local.run_lock import FileLock
from directus_sdk.wire.messages import BLOCK

_FORMAT = "directus_sdk folder 1"
#: Seconds between two writes of the manifest while files are transferred; a file that a crash leaves out is compared again.
_INTERVAL = 1.0


@attrs.frozen
class LocalFile:
    """A file on the disk: its path, its size in bytes, and its time of modification in nanoseconds."""

    path: Path
    size: int
    mtime_ns: int

    @classmethod
    def at(cls, path: Path) -> LocalFile | None:
        """Return the file at a path, or ``None``. A link is no file.

        Raises:
            OSError: The path cannot be read.
        """
        try:
            status = path.lstat()
        except FileNotFoundError:
            return None
        return cls(path, status.st_size, status.st_mtime_ns) if stat.S_ISREG(status.st_mode) else None

    def sha256(self) -> str:
        """Return the checksum of the content.

        Raises:
            OSError: The file was changed since it was looked at, or cannot be read.
        """
        digest = hashlib.sha256()
        with self.path.open("rb") as file:
            while block := file.read(BLOCK):
                digest.update(block)
        self.check()
        return digest.hexdigest()

    def check(self) -> None:
        """Raise an `OSError` where the file is not as it was when it was looked at."""
        if LocalFile.at(self.path) != self:
            raise OSError(f"{str(self.path)!r} was changed after it was compared: call sync_folder() again")


def scan(root: Path) -> tuple[dict[str, LocalFile], list[str]]:
    """Return the files below a folder by their path in it, and what is neither a file nor a folder, such as a link.

    Partial files of downloads are left out.
    """
    files: dict[str, LocalFile] = {}
    others: list[str] = []

    def failed(error: OSError) -> None:
        raise error

    for folder, folders, names in os.walk(root, onerror=failed):
        base = Path(folder)
        links = [name for name in folders if (base / name).is_symlink()]
        present = set(names)
        for name in sorted([*names, *links]):
            stem = name.removesuffix(".json").removesuffix(".part")
            if f"{stem}.part.json" in present and name in (f"{stem}.part", f"{stem}.part.json"):
                continue
            place = (base / name).relative_to(root).as_posix()
            file = LocalFile.at(base / name)
            if file is None:
                others.append(place)
            else:
                files[place] = file
    return files, others


@attrs.frozen
class Entry:
    """What both sides held when a file was last synchronized.

    Attributes:
        key: The id of the file on the server.
        size: Its size in bytes.
        modified_on: When its record was last changed, as the server writes it.
        local_size: The size of the local file in bytes.
        mtime_ns: Its time of modification in nanoseconds.
        sha256: The checksum of the content; ``None`` where it was not read.
        modified_by: The user who last changed the record; ``None`` after the upload, and where it may not be read.
    """

    key: str
    size: int
    modified_on: str | None
    local_size: int
    mtime_ns: int
    sha256: str | None = None
    modified_by: str | None = None


class Manifest:
    """The entries of one folder and one folder of a server.

    The file is ``<folder>.sync.json``, beside the folder. It holds the entries for each server and folder there; `belong_to`
    says which of them `entries` are.

    Args:
        root: The folder.
        server: The base URL of the server.

    Raises:
        ConfigurationError: The file was not written by this SDK.
    """

    def __init__(self, root: Path, server: str) -> None:
        self.path = root.with_name(f"{root.name}.sync.json")
        self._server = server
        self._lock = threading.Lock()
        self._written_at = monotonic()
        self._run_lock = FileLock(self.path)
        self._places = self._load()
        self.entries: dict[str, Entry] = {}

    def _load(self) -> dict[str, dict[str, Entry]]:
        try:
            text = self.path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return {}
        try:
            document = json.loads(text)
            if document["format"] != _FORMAT:
                raise ValueError(document["format"])
            places = document["places"].items()
            return {place: {name: Entry(**entry) for name, entry in entries.items()} for place, entries in places}
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise ConfigurationError(
                f"{self.path} is not a manifest of sync_folder(): move it away, and files of one size count as equal"
            ) from error

    def belong_to(self, folder: str) -> None:
        """Use the entries of a folder on the server, as its id says; ``""`` for the top."""
        self.entries = self._places.setdefault(f"{self._server} {folder}".strip(), {})

    def note(self, name: str, entry: Entry | None) -> None:
        """Store the entry of a file, or remove it."""
        with self._lock:
            if entry is None:
                self.entries.pop(name, None)
            else:
                self.entries[name] = entry
            if monotonic() - self._written_at >= _INTERVAL:
                self.write()

    def write(self) -> None:
        """Replace the file."""
        places = {
            place: {name: attrs.asdict(entry) for name, entry in sorted(entries.items())}
            for place, entries in self._places.items()
        }
        document = {"format": _FORMAT, "places": places}
        replace_file(self.path, json.dumps(document, indent=1, ensure_ascii=False))
        self._written_at = monotonic()

    def exclusively(self) -> AbstractContextManager[None]:
        """Hold the manifest in a ``with`` block; another run at the same time is a `ConfigurationError`."""
        return self._run_lock.acquired(f"another run synchronizes this folder: {self.path} is in use")
