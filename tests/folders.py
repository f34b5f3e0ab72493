"""Folders before and after a test: what is in them, and files that are not ours."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from tests.fileserver import CONTENT, HELD


# ---------------------------------------------------------------------- what is not ours
def foreign(path: Path, kind: str) -> None:
    """Put something at a path that no download has made."""
    victim = path.parent / "victims" / path.name
    if kind == "file":
        path.write_bytes(b"finished")
    elif kind == "empty file":
        path.touch()
    elif kind == "note of others":
        note = {"asked": "x", "etag": HELD["ETag"], "modified": HELD["Last_Modified"], "total": len(CONTENT)}
        known = path.stat().st_ino if path.exists() else 0
        path.write_text(json.dumps({"by": "directus_sdk", "note": known, "part": known, "of": note}))
    elif kind == "folder":
        path.mkdir()
        (path / "inner").write_bytes(b"inner")
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        victim.write_bytes(b"victim")
        if kind == "symbolic link":
            path.symlink_to(victim)
        elif kind == "dangling link":
            path.symlink_to(victim.with_name("nowhere"))
        else:
            os.link(victim, path)


def everything(folder: Path) -> dict[str, Any]:
    """What is in a folder and below it, with links as they are."""
    return {
        str(path.relative_to(folder)): path.readlink()
        if path.is_symlink()
        else path.read_bytes()
        if path.is_file()
        else path.lstat().st_mode
        for path in folder.rglob("*")
    }
