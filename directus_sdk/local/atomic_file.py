"""Files that are replaced whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def place_of(path: str | os.PathLike[str]) -> Path:
    """Return where a file is, also after a change of the working folder; a link that leads to a file is followed."""
    place = Path(path).absolute()
    return Path(os.path.realpath(place)) if place.is_symlink() and place.exists() else place


def replace_file(path: Path, text: str, *, lasting: bool = False) -> None:
    """Put a text into a file, whole or not at all; a link under its name is replaced, and what it leads to stays.

    Args:
        path: The file.
        text: What it is to hold.
        lasting: Wait until it is on the disk.
    """
    handle, name = tempfile.mkstemp(prefix=f".{path.name[:100]}.", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            if lasting:
                file.flush()
                os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
