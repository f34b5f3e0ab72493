"""Where a feed keeps how far it has come."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol, Union

from directus_sdk.errors import ConfigurationError

Position = dict[str, Any]


class Checkpoint(Protocol):
    """Keeps one text; write your own to keep it in a database."""

    def load(self) -> str | None:
        """Return the text, or ``None`` if there is none yet."""

    def save(self, text: str) -> None:
        """Keep the text instead of the one before, whole or not at all."""


class FileCheckpoint:
    """Keeps it in a file, which is replaced as a whole.

    Args:
        path: The file; its folder must exist.

    Example:
        >>> FileCheckpoint("orders.ckpt").load() is None
        True
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._path = Path(path)

    def load(self) -> str | None:
        """Return what the file holds, or ``None`` if there is no file."""
        try:
            return self._path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return None

    def save(self, text: str) -> None:
        """Replace the file."""
        folder = self._path.parent
        handle, name = tempfile.mkstemp(prefix=f".{self._path.name}.", dir=folder)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
            Path(name).replace(self._path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise


class MemoryCheckpoint:
    """Keeps it until the feed is gone."""

    def __init__(self) -> None:
        self._text: str | None = None

    def load(self) -> str | None:
        """Return the text."""
        return self._text

    def save(self, text: str) -> None:
        """Keep the text."""
        self._text = text


GivenCheckpoint = Union[str, "os.PathLike[str]", Checkpoint, None]


class Bookmark:
    """The position of one feed in a checkpoint.

    Args:
        given: A path, an object with ``load`` and ``save``, or ``None`` to remember it in memory only.
        feed: What the position is of; another feed's checkpoint is refused.

    Raises:
        ConfigurationError: The checkpoint belongs to another feed, or is none.
    """

    def __init__(self, given: GivenCheckpoint, feed: Mapping[str, str]) -> None:
        self._kept: Checkpoint
        if given is None:
            self._kept = MemoryCheckpoint()
        elif isinstance(given, (str, os.PathLike)):
            self._kept = FileCheckpoint(given)
        else:
            self._kept = given
        self._feed = dict(feed)
        self._saved: str | None = None

    def load(self) -> Position | None:
        """Return the position, or ``None`` where there is none yet."""
        text = self._kept.load()
        if text is None:
            return None
        try:
            document = json.loads(text)
            feed, position = document["feed"], document["position"]
        except (ValueError, TypeError, KeyError) as error:
            raise ConfigurationError("the checkpoint is not one of this SDK; take another file, or remove it") from error
        if feed != self._feed:
            raise ConfigurationError(f"the checkpoint belongs to another feed: {feed}, and this one is {self._feed}")
        self._saved = text
        return dict(position)

    def source(self) -> str | None:
        """Return the source of the position that is kept, or ``None``."""
        text = self._kept.load()
        try:
            return None if text is None else str(json.loads(text)["feed"]["source"])
        except (ValueError, TypeError, KeyError):
            return None

    def save(self, position: Position) -> None:
        """Keep a position, if it is another one than before."""
        text = json.dumps({"feed": self._feed, "position": position}, separators=(",", ":"))
        if text != self._saved:
            self._kept.save(text)
            self._saved = text
