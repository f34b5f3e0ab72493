"""The part of an exported file that is written so far: beside the file, with what the next run needs to go on."""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Callable
from io import FileIO
from pathlib import Path
from typing import Any

import attrs

from directus_sdk.errors import ConfigurationError
from directus_sdk.json_types import JSONMapping
from directus_sdk.local.atomic_file import replace_file, retry_while_open
from directus_sdk.local.clock import monotonic
from directus_sdk.wire.encoding import loads, to_text
from directus_sdk.wire.urls import Key

logger = logging.getLogger("directus_sdk")

#: How often what is written is brought to the disk, in seconds.
_INTERVAL = 2.0


@attrs.define
class Progress:
    """How far an export is.

    Attributes:
        size: The length of the part in bytes.
        count: The number of its items.
        last: The primary key of the last one.
        columns: The columns of the table; for formats that have none, empty.
    """

    size: int = 0
    count: int = 0
    last: Key | None = None
    columns: list[str] = attrs.field(factory=list)


class PartialTable:
    """A file that grows page by page, and replaces another one when it is complete.

    ``<path>.part`` holds the pages, and ``<path>.part.json`` the export that they belong to and its progress. After a crash
    between two writes, bytes that the second file does not know are cut off. The second file is the first to be written and
    the last to be removed: a part without it is a file of the user's own, and stays; the part gets another name.

    Args:
        path: The file to replace.
        export: The server, the collection and the query; only a digest of the query's values is stored.
    """

    def __init__(self, path: Path, export: JSONMapping) -> None:
        self._path = path
        #: The file with the pages.
        self.data = path.with_name(f"{path.name}.part")
        self._state = path.with_name(f"{path.name}.part.json")
        self._names = {name: export[name] for name in ("server", "collection", "fields")}
        self._digest = hashlib.sha256(to_text(export).encode()).hexdigest()
        self._file: FileIO | None = None
        self._saved = float("-inf")
        self.progress = Progress()

    def open(self) -> None:
        """Read what a run before has left.

        Raises:
            ConfigurationError: It belongs to another export.
        """
        number = 0
        while os.path.lexists(self.data) and not self._state.exists():
            number += 1
            logger.warning("%s is not a part of an export, so it is left as it is", self.data)
            self.data = self._path.with_name(f"{self._path.name}.{number}.part")
            self._state = self.data.with_name(f"{self.data.name}.json")
        try:
            state: Any = loads(self._state.read_bytes())
            digest, values = state["digest"], Progress(*(state[name] for name in ("size", "count", "last", "columns")))
        except FileNotFoundError:
            return
        except (ValueError, LookupError, TypeError):
            raise ConfigurationError(
                f"{self._state} is damaged: delete it and {self.data.name}, and the export begins again"
            ) from None
        if digest != self._digest:
            raise ConfigurationError(
                f"{self.data} is a part of another export (of {state.get('collection')!r} with the fields "
                f"{state.get('fields')!r} and its own filter): repeat that one to complete it, or delete {self._state.name} "
                f"and {self.data.name} to begin this one"
            )
        if values.size and self.data.exists() and self.data.stat().st_size >= values.size:
            self.progress = values

    def begin_again(self) -> None:
        """Forget what is written."""
        self.progress = Progress()
        self._note()

    def append(self, data: bytes, count: int, last: Key | None) -> None:
        """Add a page; every few seconds, what is written is brought to the disk and noted.

        Args:
            data: Its bytes.
            count: The number of its items.
            last: The primary key of the last one.
        """
        done = self.progress
        if self._file is None:
            self._note()
            handle = os.open(self.data, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o666)
            self._file = FileIO(handle, "r+")
        self._file.truncate(done.size)
        self._file.seek(done.size)
        left = memoryview(data)
        while left:
            left = left[self._file.write(left) or 0 :]
        self.progress = attrs.evolve(done, size=done.size + len(data), count=done.count + count, last=last)
        if monotonic() - self._saved >= _INTERVAL:
            self.save()

    def save(self) -> None:
        """Bring what is written to the disk, and note it."""
        if self._file is None:
            return
        os.fsync(self._file.fileno())
        self._note()
        self._saved = monotonic()

    def _note(self) -> None:
        replace_file(self._state, to_text({**self._names, "digest": self._digest, **attrs.asdict(self.progress)}), lasting=True)

    def close(self) -> None:
        """Close the file; the next run goes on from here."""
        try:
            self.save()
        finally:
            if self._file is not None:
                self._file.close()
                self._file = None

    def complete(self, convert: Callable[[Path, Path], None] | None = None) -> None:
        """Replace the file.

        Args:
            convert: Writes the final file from the pages, where these are not the file itself.
        """
        self.close()
        os.truncate(self.data, self.progress.size)
        whole = self.data
        if convert is not None:
            whole = self._path.with_name(f"{self._path.name}.part.tmp")
            convert(self.data, whole)
            with whole.open("rb+") as file:
                os.fsync(file.fileno())
        retry_while_open(lambda: whole.replace(self._path))
        if convert is not None:
            self.data.unlink(missing_ok=True)
        self._state.unlink(missing_ok=True)
