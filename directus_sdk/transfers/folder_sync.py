"""Makes a folder on the server equal to one on the disk, or the other way round: ``directus.files.sync_folder``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from uuid import UUID

from directus_sdk.calls.pipeline import Pipeline
from directus_sdk.transfers.folder_comparison import FolderComparison
from directus_sdk.transfers.folder_manifest import Manifest, scan
from directus_sdk.transfers.folder_plan import FileChange, FolderPlan
from directus_sdk.transfers.folder_transfer import FolderTransfer
from directus_sdk.transfers.remote_folder import RemoteFolder
from directus_sdk.wire.parameters import file_path


def plan(
    pipeline: Pipeline,
    files: Any,
    path: str | os.PathLike[str],
    folder: str | UUID | None,
    direction: str,
    *,
    delete: bool,
    checksum: bool,
) -> FolderPlan:
    """Compare both sides.

    Args:
        pipeline: Sends the calls.
        files: The handler that uploads, whose records are plain dicts.
        path: The folder on the disk.
        folder: The id or path of the folder on the server; ``None`` for the top.
        direction: ``"up"`` or ``"down"``.
        delete: Whether files that were removed from the one side are deleted on the other.
        checksum: Whether the content of every file is compared.
    """
    if direction not in ("up", "down"):
        raise ValueError(f"direction must be 'up' or 'down', not {direction!r}")
    root = Path(os.path.realpath(file_path("path", path, "a folder such as 'photos'")))
    if not root.is_dir() and (direction == "up" or root.exists() or not root.parent.is_dir()):
        raise NotADirectoryError(f"{str(root)!r} is not a folder")
    # What is wrong on the disk is named before anything is sent.
    manifest = Manifest(root, pipeline.base_url)
    local, links = scan(root) if root.exists() else ({}, [])
    remote = RemoteFolder(pipeline, folder, direction)
    if remote.id is not None:
        manifest.belong_to(remote.id)
    transfer = FolderTransfer(pipeline, files, root, local, remote, manifest, direction)
    plan = FolderPlan("up" if direction == "up" else "down", [], [], [], [], [], 0, transfer)
    comparison = FolderComparison(local, links, remote, manifest, direction)
    for name, kind, reason in comparison.outcomes(delete=delete, checksum=checksum):
        if kind == "same":
            plan.same += 1
        elif kind == "extra":
            plan.extra.append(name)
        else:
            file = remote.files.get(name) if name not in links else None
            getattr(plan, kind).append(FileChange(name, None if file is None else file.key, reason))
    return plan
