"""What is done with one file of a `sync_folder`: it is sent, fetched or removed, if it is as it was when it was compared."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from directus_sdk.calls.pipeline import Pipeline
from directus_sdk.errors import ConfigurationError
from directus_sdk.local.progress import OnProgress
from directus_sdk.transfers.downloads import Download
from directus_sdk.transfers.folder_comparison import entry_of
from directus_sdk.transfers.folder_manifest import LocalFile, Manifest
from directus_sdk.transfers.remote_folder import RemoteFile, RemoteFolder, parents
from directus_sdk.wire.urls import segment


class FolderTransfer:
    """Changes one side, file by file, and notes it in the manifest.

    Args:
        pipeline: Sends the calls.
        files: The handler that uploads, whose records are plain dicts.
        root: The folder on the disk.
        local: The files in it, by their paths.
        remote: The folder on the server.
        manifest: What both sides held when they were last synchronized.
        direction: ``"up"`` or ``"down"``.
    """

    def __init__(
        self,
        pipeline: Pipeline,
        files: Any,
        root: Path,
        local: dict[str, LocalFile],
        remote: RemoteFolder,
        manifest: Manifest,
        direction: str,
    ) -> None:
        self._pipeline, self._files, self._root = pipeline, files, root
        self.local, self._remote, self.manifest = local, remote, manifest
        self._direction = direction

    def make_folders(self, paths: Iterable[str]) -> None:
        """Create the folders on the server that files of these paths need."""
        was_missing = self._remote.is_missing
        self._remote.make_folders(paths)
        if was_missing and self._remote.id:
            self.manifest.belong_to(self._remote.id)

    def send(self, path: str, on_progress: OnProgress | None) -> None:
        """Upload a file, or replace its content on the server."""
        local, remote = self.local[path], self._remote.files.get(path)
        checksum = local.sha256()
        above, _, name = path.rpartition("/")
        if remote is None:
            if path in self._remote.appeared:
                raise OSError(f"{path!r} was created on the server after it was compared: call sync_folder() again")
            record = self._files.upload(
                local.path,
                filename=name,
                folder=self._remote.folders[above],
                on_progress=on_progress,
                fields=self._remote.fields,
            )
        else:
            self._remote.check(path)
            record = self._files.replace(
                remote.key, local.path, filename=name, on_progress=on_progress, fields=self._remote.fields
            )
        if record is None:
            raise ConfigurationError(f"{path!r} was uploaded, but you may not read its record: it cannot be synchronized")
        if record["filename_download"] != name:  # up to version 10 some characters are replaced
            record = self._files.update_one(record["id"], {"filename_download": name}, fields=self._remote.fields)
        local.check()
        self.manifest.note(path, entry_of(local, RemoteFile.of(record), checksum))

    def fetch(self, path: str, on_progress: OnProgress | None) -> None:
        """Download a file."""
        local, remote, target = self.local.get(path), self._remote.files[path], self._root / path
        self._check_parents(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        if local is not None:
            local.check()
        replace = local is not None
        Download(
            self._pipeline, self._remote.asset(remote), target, resume=True, replace=replace, on_progress=on_progress
        ).run()
        now = LocalFile.at(target)
        if now is None:
            raise OSError(f"{str(target)!r} was removed after it was downloaded")
        self.manifest.note(path, entry_of(now, remote, now.sha256()))

    def remove(self, path: str) -> None:
        """Delete a file of the side that is changed."""
        if self._direction == "up":
            self._remote.check(path)
            self._pipeline.call("DELETE", f"/files/{segment(self._remote.files[path].key)}")
        else:
            self._check_parents(path)
            self.local[path].check()
            self.local[path].path.unlink()
        self.manifest.note(path, None)

    def _check_parents(self, path: str) -> None:
        for parent in parents(path):
            if (self._root / parent).is_symlink():
                raise OSError(f"{str(self._root / parent)!r} is a link, which would lead out of the folder")
