"""Temporary copies on the disk of what can be read only once, and writing to files without a buffer."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import IO


def spool(blocks: Iterable[bytes]) -> IO[bytes]:
    """Copy blocks to a temporary file without a name, and return it; it is positioned at its end.

    Raises:
        OSError: The disk is full.
    """
    file = tempfile.TemporaryFile(prefix="directus_sdk-", buffering=0)  # noqa: SIM115 - the caller closes it
    try:
        for block in blocks:
            write_all(file, block, Path(tempfile.gettempdir()))
    except BaseException:
        file.close()
        raise
    return file


def write_all(file: IO[bytes], block: bytes, path: Path) -> None:
    """Write a block to a file without a buffer, which may accept only a part of it at a time.

    Args:
        file: The file.
        block: What to write.
        path: The path that an error names.
    """
    rest = memoryview(block)
    try:
        while rest:
            rest = rest[file.write(rest) :]
    except OSError as error:
        error.filename = str(path)
        raise
