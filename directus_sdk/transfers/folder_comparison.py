"""How both sides of a `sync_folder` are compared: what to do with each file, and what is a conflict."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from directus_sdk.local.parallel import side_by_side
from directus_sdk.transfers.folder_manifest import Entry, LocalFile, Manifest
from directus_sdk.transfers.remote_folder import RemoteFile, RemoteFolder, is_name, parents

_READERS = 4


class FolderComparison:
    """Compares the files of both sides with each other and with the manifest, in which equal files are noted.

    Args:
        local: The files on the disk, by their paths.
        links: The paths of what is neither a file nor a folder there.
        remote: The folder on the server.
        manifest: What both sides held when they were last synchronized.
        direction: ``"up"`` or ``"down"``.
    """

    def __init__(
        self, local: dict[str, LocalFile], links: list[str], remote: RemoteFolder, manifest: Manifest, direction: str
    ) -> None:
        self._local, self._links, self._remote, self._manifest = local, links, remote, manifest
        self._goes_up = direction == "up"
        self._blocked = local.keys() | remote.files.keys() | set(links)

    def outcomes(self, *, delete: bool, checksum: bool) -> Iterator[tuple[str, str, str]]:
        """Yield the path of each file, what to do with it, and why it is a conflict.

        Some files are read at the same time, where contents decide.

        Raises:
            OSError: A file cannot be read, or was changed meanwhile.
        """
        for path in sorted(self._links):
            yield path, "conflicts", "it is a link or not a regular file"
        paths = sorted((self._local.keys() | self._remote.files.keys()) - set(self._links))
        outcomes = side_by_side([partial(self._judge, path, delete, checksum) for path in paths], _READERS)
        for path, outcome in zip(paths, outcomes, strict=True):
            if isinstance(outcome, Exception):
                raise outcome
            yield path, *outcome

    def _judge(self, path: str, delete: bool, checksum: bool) -> tuple[str, str]:
        """Return what to do with a file, and why it is a conflict."""
        local, remote, entry = self._local.get(path), self._remote.files.get(path), self._manifest.entries.get(path)
        if path in self._remote.twice:
            return "conflicts", "two files on the server have this name: rename one"
        if parent := next((parent for parent in parents(path) if parent in self._blocked), None):
            return "conflicts", f"{parent!r} is a folder on one side, and a file or a link on the other"
        if local is not None and not all(map(is_name, path.split("/"))):
            return "conflicts", "its name would lead out of the folder on Windows: rename it"
        if local is not None and remote is not None:
            return self._judge_both(local, remote, entry, path, checksum)
        up = self._goes_up
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
        self, local: LocalFile, remote: RemoteFile, entry: Entry | None, path: str, checksum: bool
    ) -> tuple[str, str]:
        if entry is None:
            if local.size == remote.size and (not checksum or self._equal(local, remote, path)):
                if not checksum:
                    self._manifest.entries[path] = entry_of(local, remote, None)
                return "same", ""
            return "conflicts", "both sides have it with different contents, and it was never synchronized"
        here = self._local_changed(local, entry, checksum)
        there = self._remote_changed(path, entry, checksum)
        if not here and not there:
            self._manifest.entries[path] = entry_of(local, remote, entry.sha256)
            return "same", ""
        if here and there:
            if local.size == remote.size and self._equal(local, remote, path):
                return "same", ""
            return "conflicts", "it was changed on both sides since it was synchronized"
        if here == (self._goes_up):
            return "update", ""
        side = "on the disk" if here else "on the server"
        return "conflicts", f"it was changed {side} since it was synchronized, and only the other side is to be changed"

    def _equal(self, local: LocalFile, remote: RemoteFile, path: str) -> bool:
        checksum = local.sha256()
        if checksum != self._remote.checksum(remote):
            return False
        self._manifest.entries[path] = entry_of(local, remote, checksum)
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
        remote = self._remote.files[path]
        if (remote.key, remote.size) != (entry.key, entry.size):
            return True
        # Only what the user may read now is compared.
        same_user = "modified_by" not in self._remote.fields or remote.modified_by == entry.modified_by
        same_change = remote.modified_on == entry.modified_on and same_user
        if same_change and not checksum:
            return False
        # A new title is a change too, and only the content is compared.
        if entry.sha256 is None:
            return not same_change
        return self._remote.checksum(remote) != entry.sha256


def entry_of(local: LocalFile, remote: RemoteFile, checksum: str | None) -> Entry:
    """Return the entry of a file that both sides have now."""
    return Entry(remote.key, remote.size, remote.modified_on, local.size, local.mtime_ns, checksum, remote.modified_by)
