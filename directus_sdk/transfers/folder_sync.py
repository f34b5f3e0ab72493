"""Makes a folder on the server equal to one on the disk, or the other way round: ``directus.files.sync_folder``."""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID

import attrs

from directus_sdk.calls import uncached
from directus_sdk.calls.pipeline import Pipeline
from directus_sdk.displayed import Displayed
from directus_sdk.errors import BulkError, ConfigurationError, Forbidden, NotFound
from directus_sdk.json_types import JSONMapping, JSONObject
from directus_sdk.local.parallel import Progresses, Stopped, side_by_side
from directus_sdk.local.progress import OnProgress, Progress, reporting
from directus_sdk.reading.collection import Collection
from directus_sdk.results import BulkResult, ItemError
from directus_sdk.transfers.downloads import UNCOMPRESSED, Download, fetch
from directus_sdk.transfers.folder_manifest import Entry, LocalFile, Manifest, scan
from directus_sdk.transfers.folder_paths import folder_id
from directus_sdk.wire.parameters import file_path
from directus_sdk.wire.query import NormalizedQuery
from directus_sdk.wire.urls import segment

if TYPE_CHECKING:
    from directus_sdk.display.card import Card

#: How many folders are named in one query.
_FOLDERS = 200
_READERS = 4
_FIELDS = ["id", "filename_download", "filesize", "modified_on", "folder"]


@attrs.frozen
class FileChange(Displayed):
    """One file of a plan.

    Attributes:
        path: Its path in the folder, with slashes.
        key: The id of the file on the server, or ``None`` where it is not there.
        reason: Why it is left alone, where it is a conflict.
    """

    path: str
    key: str | None = None
    reason: str = ""


@attrs.frozen
class _RemoteFile:
    key: str
    size: int
    modified_on: str | None
    modified_by: str | None

    @classmethod
    def of(cls, record: JSONMapping) -> _RemoteFile:
        return cls(str(record["id"]), int(record["filesize"] or 0), record["modified_on"], record.get("modified_by"))


@attrs.define
class FolderPlan(Displayed):
    """What `sync_folder` would do: printed as ``+3 ~12 -0 =985``. Nothing was changed yet.

    Attributes:
        direction: ``"up"`` or ``"down"``.
        create: Files that the other side does not have.
        update: Files whose content is replaced.
        delete: Files that are deleted, with ``delete=True``.
        conflicts: Files that are left alone on both sides, each with its reason.
        extra: The paths of files that only the side to be changed has, and that are left there.
        same: How many files are equal.
    """

    direction: Literal["up", "down"]
    create: list[FileChange]
    update: list[FileChange]
    delete: list[FileChange]
    conflicts: list[FileChange]
    extra: list[str]
    same: int
    _sync: FolderSync = attrs.field(repr=False, eq=False)
    _applied: bool = attrs.field(default=False, init=False, repr=False, eq=False)

    def __str__(self) -> str:
        counts = f"+{len(self.create)} ~{len(self.update)} -{len(self.delete)} ={self.same}"
        if not self.conflicts:
            return counts
        first = self.conflicts[0]
        return f"{counts}, {len(self.conflicts)} conflicts; the first: {first.path}: {first.reason}"

    def _card(self) -> Card:
        from directus_sdk.display import Card, Grid

        lists = {"create": self.create, "update": self.update, "delete": self.delete, "conflicts": self.conflicts}
        grids = [Grid(files, len(files), "files", title=name) for name, files in lists.items() if files]
        counts = ", ".join(f"{len(files):,} to {name}" for name, files in list(lists.items())[:3])
        return Card(f"{self.direction}: {counts}, {self.same:,} equal, {len(self.conflicts):,} conflicts", grids=grids)

    def apply(
        self,
        *,
        workers: int = 4,
        on_error: Literal["raise", "collect"] = "raise",
        on_progress: OnProgress | None = None,
        progress: Progress = False,
    ) -> BulkResult[str]:
        """Carry the plan out; conflicts are left alone.

        A file that was changed on either side after it was compared is an error of that file, and is left as it is. After a
        fault, call `sync_folder` again: what was done is not done twice.

        Args:
            workers: The number of parallel transfers.
            on_error: ``"raise"`` raises after all files were attempted, ``"collect"`` only collects the errors.
            on_progress: Called with the bytes done and the size, of all files together.
            progress: ``True`` for a progress bar, ``"auto"``, a logger or a function.

        Returns:
            The paths of the files that were created, replaced and deleted; ``errors`` holds the others.

        Raises:
            BulkError: Some files failed; ``result`` holds the others.
            ConfigurationError: Another run synchronizes this folder at the moment.
        """
        if on_error not in ("raise", "collect"):
            raise ValueError(f"on_error must be 'raise' or 'collect', not {on_error!r}")
        sync, changes = self._sync, [*self.create, *self.update, *self.delete]
        if self._applied:
            raise ConfigurationError("this plan was applied: call sync_folder() again, which shows what is left")
        up = self.direction == "up"
        sources = [sync.local[change.path].path if up and change.path in sync.local else b"" for change in changes]
        with sync.manifest.exclusively(), reporting(on_progress, progress, f"{len(changes)} files") as report:
            progresses = Progresses(report, sources)
            transfer = sync.send if up else sync.fetch
            deleted = {change.path for change in self.delete}
            jobs: list[Callable[[], None]] = [
                partial(sync.remove, change.path)
                if change.path in deleted
                else partial(transfer, change.path, progresses.of(index))
                for index, change in enumerate(changes)
            ]
            self._applied = True
            try:
                if up:
                    sync.make_folders(change.path for change in self.create)
                outcomes: Sequence[object] = side_by_side(jobs, workers)
            except Stopped as stopped:
                raise (stopped.__cause__ or stopped) from None
            finally:
                sync.manifest.write()
        errors = [
            ItemError(index, changes[index].path, outcome)
            for index, outcome in enumerate(outcomes)
            if isinstance(outcome, Exception)
        ]
        failed = {error.index for error in errors}
        done = [change.path for index, change in enumerate(changes) if index not in failed]
        result: BulkResult[str] = BulkResult(done, count=len(done), errors=errors)
        if errors and on_error == "raise":
            first = errors[0]
            message = f"{len(errors)} of {len(changes)} files were not synchronized; the first: {first.item}: {first.error}"
            raise BulkError(message, errors=errors, result=result) from first.error
        return result


class FolderSync:
    """Both sides of a synchronization: the files, the manifest, and what to do with one file.

    Args:
        pipeline: Sends the calls.
        files: The handler that uploads, whose records are plain dicts.
        path: The folder on the disk.
        folder: The id or path of the folder on the server; ``None`` for the top.
        direction: ``"up"`` or ``"down"``.
    """

    def __init__(
        self, pipeline: Pipeline, files: Any, path: str | os.PathLike[str], folder: str | UUID | None, direction: str
    ) -> None:
        if direction not in ("up", "down"):
            raise ValueError(f"direction must be 'up' or 'down', not {direction!r}")
        root = Path(os.path.realpath(file_path("path", path, "a folder such as 'photos'")))
        if not root.is_dir() and (direction == "up" or root.exists() or not root.parent.is_dir()):
            raise NotADirectoryError(f"{str(root)!r} is not a folder")
        self._pipeline, self._files, self._root = pipeline, files, root
        self._direction = direction
        # What is wrong on the disk is named before anything is sent.
        self.manifest = Manifest(root, pipeline.base_url)
        self.local, self._links = scan(root) if root.exists() else ({}, [])
        self._top, self._missing = self._base(folder)
        self._folder = folder
        if not self._missing:
            self.manifest.belong_to(self._top or "")
        #: The ids of the folders on the server by their path below the top one, and the paths that are there twice.
        self._folders: dict[str, str | None] = {"": self._top}
        self._twice: set[str] = set()
        self._fields = self._readable_fields()
        self.remote = {} if self._missing else self._read()
        self._blocked = self.local.keys() | self.remote.keys() | set(self._links)
        self._appeared: set[str] = set()

    def _base(self, folder: str | UUID | None) -> tuple[str | None, bool]:
        try:
            return (None if folder is None else folder_id(self._pipeline, folder)), False
        except NotFound:
            if self._direction == "down":
                raise
            return None, True

    # ------------------------------------------------------------------ the server's side
    def _readable_fields(self) -> list[str]:
        """Return the fields to read of a file, with `modified_by` where the user may read it.

        Times have whole seconds on many databases, and an upload leaves the field empty, so that it shows a later change too.
        """
        try:
            uncached.get(self._pipeline, "/files", NormalizedQuery(fields=["modified_by"], limit=1))
        except Forbidden:
            return _FIELDS
        return [*_FIELDS, "modified_by"]

    def _read(self) -> dict[str, _RemoteFile]:
        names = {folder_key: path for path, folder_key in self._tree()}
        remote: dict[str, _RemoteFile] = {}
        keys = list(names)
        for start in range(0, len(keys), _FOLDERS):
            part = keys[start : start + _FOLDERS]
            rules: list[JSONObject] = [{"folder": {"_in": [key for key in part if key is not None]}}]
            if None in part:
                rules = [{"folder": {"_null": True}}, *(rules if len(part) > 1 else [])]
            query = NormalizedQuery(fields=self._fields, filter={"_or": rules})
            for record in _rows(Collection(self._pipeline, "/files", "directus_files").iterate(query)):
                name, base = record["filename_download"] or "", names[record["folder"]]
                path = f"{base}/{name}" if base else str(name)
                if self._direction == "down":
                    _check_name(name, f"the file {record['id']}")
                if path in remote:
                    self._twice.add(path)
                remote[path] = _RemoteFile.of(record)
        return remote

    def _tree(self) -> Iterator[tuple[str, str | None]]:
        """Yield the path and the id of each folder on the server, from the top on."""
        query = NormalizedQuery(fields=["id", "name", "parent"])
        children: dict[str | None, list[JSONMapping]] = {}
        is_there = self._top is None
        for record in _rows(Collection(self._pipeline, "/folders", "directus_folders").iterate(query)):
            children.setdefault(record["parent"], []).append(record)
            is_there = is_there or record["id"] == self._top
        if not is_there:  # with delete=True, all files of the other side would be deleted
            raise NotFound(f"there is no folder with the id {self._top!r}, or you may not read it. Nothing was changed")
        folders: list[tuple[str, str | None]] = [("", self._top)]
        for path, key in folders:
            yield path, key
            twice = Counter(record["name"] for record in children.get(key, ()))
            for record in children.pop(key, ()):
                name = str(record["name"])
                if self._direction == "down":
                    _check_name(name, f"the folder {record['id']}")
                below = f"{path}/{name}" if path else name
                if twice[name] > 1:
                    raise ConfigurationError(f"there are {twice[name]} folders {below!r} on the server: rename one")
                self._folders[below] = str(record["id"])
                folders.append((below, str(record["id"])))

    def make_folders(self, paths: Iterable[str]) -> None:
        """Create the folders on the server that files of these paths need, and note which of the files are there by now."""
        paths = list(paths)
        if not self._missing and paths:
            self._appeared = self._read().keys() & set(paths)
        if self._missing and self._folder is not None:
            self._top = self._folders[""] = folder_id(self._pipeline, self._folder, create=True)
            self._missing = False
            self.manifest.belong_to(self._top)
        for path in sorted({parent for name in paths for parent in _parents(name)}):
            if path not in self._folders:
                above, _, name = path.rpartition("/")
                record = {"name": name, "parent": self._folders[above]}
                query = NormalizedQuery(fields=["id"])
                created = self._pipeline.call("POST", "/folders", json=record, query=query).data
                self._folders[path] = str(created["id"])

    def _checksum(self, remote: _RemoteFile) -> str:
        digest = hashlib.sha256()
        with fetch(self._pipeline, self._asset(remote)) as response:
            for block in response.iter_bytes():
                digest.update(block)
        return digest.hexdigest()

    def _asset(self, remote: _RemoteFile) -> Any:
        return self._pipeline.request("GET", f"/assets/{segment(remote.key)}", headers=UNCOMPRESSED, stream=True)

    def _check_remote(self, path: str) -> None:
        remote = self.remote[path]
        query = NormalizedQuery(fields=self._fields)
        if _RemoteFile.of(uncached.get(self._pipeline, f"/files/{segment(remote.key)}", query).data) != remote:
            raise OSError(f"{path!r} was changed on the server after it was compared: call sync_folder() again")

    # ------------------------------------------------------------------ compare
    def plan(self, *, delete: bool, checksum: bool) -> FolderPlan:
        """Compare both sides; some files are read at the same time, where contents decide."""
        up = self._direction == "up"
        plan = FolderPlan("up" if up else "down", [], [], [], [], [], 0, self)
        for path in sorted(self._links):
            plan.conflicts.append(FileChange(path, None, "it is a link or not a regular file"))
        paths = sorted((self.local.keys() | self.remote.keys()) - set(self._links))
        outcomes = side_by_side([partial(self._judge, path, delete, checksum) for path in paths], _READERS)
        for path, outcome in zip(paths, outcomes, strict=True):
            if isinstance(outcome, Exception):
                raise outcome
            kind, reason = outcome
            if kind == "same":
                plan.same += 1
            elif kind == "extra":
                plan.extra.append(path)
            else:
                remote = self.remote.get(path)
                getattr(plan, kind).append(FileChange(path, None if remote is None else remote.key, reason))
        return plan

    def _judge(self, path: str, delete: bool, checksum: bool) -> tuple[str, str]:
        """Return what to do with a file, and why it is a conflict."""
        local, remote, entry = self.local.get(path), self.remote.get(path), self.manifest.entries.get(path)
        if path in self._twice:
            return "conflicts", "two files on the server have this name: rename one"
        if parent := next((parent for parent in _parents(path) if parent in self._blocked), None):
            return "conflicts", f"{parent!r} is a folder on one side, and a file or a link on the other"
        if local is not None and not all(map(_is_name, path.split("/"))):
            return "conflicts", "its name would lead out of the folder on Windows: rename it"
        if local is not None and remote is not None:
            return self._judge_both(local, remote, entry, path, checksum)
        up = self._direction == "up"
        if (local is not None) == up:
            return "create", ""
        if not delete:
            return "extra", ""
        if entry is None:
            side = "the server" if up else "the disk"
            return "conflicts", f"only {side} has it, and it was never synchronized, so it is not deleted"
        changed = (
            self._local_changed(local, entry, checksum) if local is not None else self._remote_changed(path, entry, checksum)
        )
        return ("conflicts", "it was changed on one side and deleted on the other") if changed else ("delete", "")

    def _judge_both(
        self, local: LocalFile, remote: _RemoteFile, entry: Entry | None, path: str, checksum: bool
    ) -> tuple[str, str]:
        if entry is None:
            if local.size == remote.size and (not checksum or self._equal(local, remote, path)):
                if not checksum:
                    self.manifest.entries[path] = _entry(local, remote, None)
                return "same", ""
            return "conflicts", "both sides have it with different contents, and it was never synchronized"
        here = self._local_changed(local, entry, checksum)
        there = self._remote_changed(path, entry, checksum)
        if not here and not there:
            self.manifest.entries[path] = _entry(local, remote, entry.sha256)
            return "same", ""
        if here and there:
            if local.size == remote.size and self._equal(local, remote, path):
                return "same", ""
            return "conflicts", "it was changed on both sides since it was synchronized"
        if here == (self._direction == "up"):
            return "update", ""
        side = "on the disk" if here else "on the server"
        return "conflicts", f"it was changed {side} since it was synchronized, and only the other side is to be changed"

    def _equal(self, local: LocalFile, remote: _RemoteFile, path: str) -> bool:
        checksum = local.sha256()
        if checksum != self._checksum(remote):
            return False
        self.manifest.entries[path] = _entry(local, remote, checksum)
        return True

    @staticmethod
    def _local_changed(local: LocalFile, entry: Entry, checksum: bool) -> bool:
        if local.size != entry.local_size:
            return True
        if local.mtime_ns == entry.mtime_ns and not checksum:
            return False
        if entry.sha256 is None:
            return local.mtime_ns != entry.mtime_ns
        return local.sha256() != entry.sha256

    def _remote_changed(self, path: str, entry: Entry, checksum: bool) -> bool:
        remote = self.remote[path]
        if (remote.key, remote.size) != (entry.key, entry.size):
            return True
        # Only what the user may read now is compared.
        same_user = "modified_by" not in self._fields or remote.modified_by == entry.modified_by
        same_change = remote.modified_on == entry.modified_on and same_user
        if same_change and not checksum:
            return False
        # A new title is a change too, and only the content is compared.
        if entry.sha256 is None:
            return not same_change
        return self._checksum(remote) != entry.sha256

    # ------------------------------------------------------------------ act
    def send(self, path: str, on_progress: OnProgress | None) -> None:
        """Upload a file, or replace its content on the server."""
        local, remote = self.local[path], self.remote.get(path)
        checksum = local.sha256()
        above, _, name = path.rpartition("/")
        if remote is None:
            if path in self._appeared:
                raise OSError(f"{path!r} was created on the server after it was compared: call sync_folder() again")
            record = self._files.upload(
                local.path, filename=name, folder=self._folders[above], on_progress=on_progress, fields=self._fields
            )
        else:
            self._check_remote(path)
            record = self._files.replace(remote.key, local.path, filename=name, on_progress=on_progress, fields=self._fields)
        if record is None:
            raise ConfigurationError(f"{path!r} was uploaded, but you may not read its record: it cannot be synchronized")
        if record["filename_download"] != name:  # up to version 10 some characters are replaced
            record = self._files.update_one(record["id"], {"filename_download": name}, fields=self._fields)
        local.check()
        self.manifest.note(path, _entry(local, _RemoteFile.of(record), checksum))

    def fetch(self, path: str, on_progress: OnProgress | None) -> None:
        """Download a file."""
        local, remote, target = self.local.get(path), self.remote[path], self._root / path
        self._check_parents(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        if local is not None:
            local.check()
        replace = local is not None
        Download(self._pipeline, self._asset(remote), target, resume=True, replace=replace, on_progress=on_progress).run()
        now = LocalFile.at(target)
        if now is None:
            raise OSError(f"{str(target)!r} was removed after it was downloaded")
        self.manifest.note(path, _entry(now, remote, now.sha256()))

    def remove(self, path: str) -> None:
        """Delete a file of the side that is changed."""
        if self._direction == "up":
            self._check_remote(path)
            self._pipeline.call("DELETE", f"/files/{segment(self.remote[path].key)}")
        else:
            self._check_parents(path)
            self.local[path].check()
            self.local[path].path.unlink()
        self.manifest.note(path, None)

    def _check_parents(self, path: str) -> None:
        for parent in _parents(path):
            if (self._root / parent).is_symlink():
                raise OSError(f"{str(self._root / parent)!r} is a link, which would lead out of the folder")


def _entry(local: LocalFile, remote: _RemoteFile, checksum: str | None) -> Entry:
    return Entry(remote.key, remote.size, remote.modified_on, local.size, local.mtime_ns, checksum, remote.modified_by)


def _parents(path: str) -> list[str]:
    """Return the folders of a path, the outermost first."""
    return [str(parent) for parent in reversed(PurePosixPath(path).parents) if str(parent) != "."]


def _rows(pages: Iterable[Iterable[JSONMapping]]) -> Iterator[JSONMapping]:
    return (row for page in pages for row in page)


def _check_name(name: object, what: str) -> None:
    """Refuse a name that is not that of a file or a folder: it could lead out of the folder.

    Raises:
        ValueError: It is one.
    """
    text = str(name or "")
    if not _is_name(text):
        raise ValueError(f"{what} on the server has the name {text!r}, which would lead out of the folder: rename it there")


def _is_name(text: str) -> bool:
    path = PureWindowsPath(text)
    return len(path.parts) == 1 and not path.drive and text not in (".", "..") and "\0" not in text and "/" not in text
