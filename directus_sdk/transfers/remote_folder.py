"""A folder on the server for `sync_folder`: its files by their path, whatever is below it."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any
from uuid import UUID

import attrs

from directus_sdk.calls import uncached
from directus_sdk.calls.pipeline import Pipeline
from directus_sdk.errors import ConfigurationError, Forbidden, NotFound
from directus_sdk.json_types import JSONMapping, JSONObject
from directus_sdk.reading.collection import Collection
from directus_sdk.transfers.downloads import UNCOMPRESSED, fetch
from directus_sdk.transfers.folder_paths import folder_id
from directus_sdk.wire.query import NormalizedQuery
from directus_sdk.wire.urls import segment

#: How many folders are named in one query.
_FOLDERS = 200
_FIELDS = ["id", "filename_download", "filesize", "modified_on", "folder"]


@attrs.frozen
class RemoteFile:
    """A file on the server: its id, its size in bytes, and when and by whom its record was last changed."""

    key: str
    size: int
    modified_on: str | None
    modified_by: str | None

    @classmethod
    def of(cls, record: JSONMapping) -> RemoteFile:
        """Return the file of a record."""
        return cls(str(record["id"]), int(record["filesize"] or 0), record["modified_on"], record.get("modified_by"))


class RemoteFolder:
    """A folder on the server, which may be missing where files are sent to it.

    Args:
        pipeline: Sends the calls.
        folder: Its id or path; ``None`` for the top.
        direction: ``"up"`` or ``"down"``.

    Attributes:
        is_missing: Whether it is not on the server.
        fields: The fields of a file that are read.
        files: The files in it, by their paths.
        twice: The paths of several files.
        folders: The ids of the folders in it, by their paths; ``""`` is the folder itself.
        appeared: The paths of new files that someone has created since.

    Raises:
        NotFound: It is missing, and the direction is ``"down"``.
        ValueError: A name leads out of the folder.
        ConfigurationError: Two folders have one path.
    """

    def __init__(self, pipeline: Pipeline, folder: str | UUID | None, direction: str) -> None:
        self._pipeline, self._folder = pipeline, folder
        self._goes_down = direction == "down"
        self._top, self.is_missing = self._base(folder)
        self.folders: dict[str, str | None] = {"": self._top}
        self.twice: set[str] = set()
        self.fields = self._readable_fields()
        self.files = {} if self.is_missing else self._read()
        self.appeared: set[str] = set()

    @property
    def id(self) -> str | None:
        """Its id; ``""`` for the top, ``None`` while it is missing."""
        return None if self.is_missing else self._top or ""

    def _base(self, folder: str | UUID | None) -> tuple[str | None, bool]:
        try:
            return (None if folder is None else folder_id(self._pipeline, folder)), False
        except NotFound:
            if self._goes_down:
                raise
            return None, True

    def _readable_fields(self) -> list[str]:
        """Return the fields to read of a file, with `modified_by` where the user may read it.

        Times have whole seconds on many databases, and an upload leaves the field empty, so that it shows a later change too.
        """
        try:
            uncached.get(self._pipeline, "/files", NormalizedQuery(fields=["modified_by"], limit=1))
        except Forbidden:
            return _FIELDS
        return [*_FIELDS, "modified_by"]

    def _read(self) -> dict[str, RemoteFile]:
        names = {folder_key: path for path, folder_key in self._tree()}
        remote: dict[str, RemoteFile] = {}
        keys = list(names)
        for start in range(0, len(keys), _FOLDERS):
            part = keys[start : start + _FOLDERS]
            rules: list[JSONObject] = [{"folder": {"_in": [key for key in part if key is not None]}}]
            if None in part:
                rules = [{"folder": {"_null": True}}, *(rules if len(part) > 1 else [])]
            query = NormalizedQuery(fields=self.fields, filter={"_or": rules})
            for record in _rows(Collection(self._pipeline, "/files", "directus_files").iterate(query)):
                name, base = record["filename_download"] or "", names[record["folder"]]
                path = f"{base}/{name}" if base else str(name)
                if self._goes_down:
                    _check_name(name, f"the file {record['id']}")
                if path in remote:
                    self.twice.add(path)
                remote[path] = RemoteFile.of(record)
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
                if self._goes_down:
                    _check_name(name, f"the folder {record['id']}")
                below = f"{path}/{name}" if path else name
                if twice[name] > 1:
                    raise ConfigurationError(f"there are {twice[name]} folders {below!r} on the server: rename one")
                self.folders[below] = str(record["id"])
                folders.append((below, str(record["id"])))

    def make_folders(self, paths: Iterable[str]) -> None:
        """Create the folders on the server that files of these paths need, and note which of the files are there by now."""
        paths = list(paths)
        if not self.is_missing and paths:
            self.appeared = self._read().keys() & set(paths)
        if self.is_missing and self._folder is not None:
            self._top = self.folders[""] = folder_id(self._pipeline, self._folder, create=True)
            self.is_missing = False
        for path in sorted({parent for name in paths for parent in parents(name)}):
            if path not in self.folders:
                above, _, name = path.rpartition("/")
                record = {"name": name, "parent": self.folders[above]}
                query = NormalizedQuery(fields=["id"])
                created = self._pipeline.call("POST", "/folders", json=record, query=query).data
                self.folders[path] = str(created["id"])

    def checksum(self, file: RemoteFile) -> str:
        """Return the checksum of the content of a file, which is read."""
        digest = hashlib.sha256()
        with fetch(self._pipeline, self.asset(file)) as response:
            for block in response.iter_bytes():
                digest.update(block)
        return digest.hexdigest()

    def asset(self, file: RemoteFile) -> Any:
        """Return the request for the content of a file."""
        return self._pipeline.request("GET", f"/assets/{segment(file.key)}", headers=UNCOMPRESSED, stream=True)

    def check(self, path: str) -> None:
        """Raise an `OSError` where a file is not as it was when it was compared."""
        file = self.files[path]
        query = NormalizedQuery(fields=self.fields)
        if RemoteFile.of(uncached.get(self._pipeline, f"/files/{segment(file.key)}", query).data) != file:
            raise OSError(f"{path!r} was changed on the server after it was compared: call sync_folder() again")


def parents(path: str) -> list[str]:
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
    if not is_name(text):
        raise ValueError(f"{what} on the server has the name {text!r}, which would lead out of the folder: rename it there")


def is_name(text: str) -> bool:
    """Return whether a string is the name of a file or a folder on every system, and no path."""
    path = PureWindowsPath(text)
    return len(path.parts) == 1 and not path.drive and text not in (".", "..") and "\0" not in text and "/" not in text
