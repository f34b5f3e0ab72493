"""The plan of a `sync_folder`: what both sides differ in, and how it is carried out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Literal

import attrs

from directus_sdk.displayed import Displayed
from directus_sdk.errors import BulkError, ConfigurationError
from directus_sdk.local.parallel import Progresses, Stopped, side_by_side
from directus_sdk.local.progress import OnProgress, Progress, reporting
from directus_sdk.results import BulkResult, ItemError
from directus_sdk.transfers.folder_transfer import FolderTransfer

if TYPE_CHECKING:
    from directus_sdk.display.card import Card


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
    _files: FolderTransfer = attrs.field(repr=False, eq=False)
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
        conflicts = f"{len(self.conflicts):,} conflict{'s' * (len(self.conflicts) != 1)}"
        return Card(f"{self.direction}: {counts}, {self.same:,} equal, {conflicts}", grids=grids)

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
        files, changes = self._files, [*self.create, *self.update, *self.delete]
        if self._applied:
            raise ConfigurationError("this plan was applied: call sync_folder() again, which shows what is left")
        up = self.direction == "up"
        sources = [files.local[change.path].path if up and change.path in files.local else b"" for change in changes]
        with files.manifest.exclusively(), reporting(on_progress, progress, f"{len(changes)} files") as report:
            progresses = Progresses(report, sources)
            transfer = files.send if up else files.fetch
            deleted = {change.path for change in self.delete}
            jobs: list[Callable[[], None]] = [
                partial(files.remove, change.path)
                if change.path in deleted
                else partial(transfer, change.path, progresses.of(index))
                for index, change in enumerate(changes)
            ]
            self._applied = True
            try:
                if up:
                    files.make_folders(change.path for change in self.create)
                outcomes: Sequence[object] = side_by_side(jobs, workers)
            except Stopped as stopped:
                raise (stopped.__cause__ or stopped) from None
            finally:
                files.manifest.write()
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
