"""Where a feed keeps how far it has come."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol, Union
from weakref import WeakValueDictionary

from directus_sdk.errors import ConfigurationError
from directus_sdk.json_types import JSONObject
from directus_sdk.local.atomic_file import place_of, replace_file
from directus_sdk.local.run_lock import FileLock

Position = JSONObject


class Checkpoint(Protocol):
    """Keeps one text; write your own to keep it in a database.

    A feed holds its checkpoint until it is closed. Within a process two feeds never share an object; give ``acquire()``,
    which returns whether it was free, and ``release()`` too where several processes share what it keeps.
    """

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
        self._place = place_of(path)
        self._lock = FileLock(self._place)

    def load(self) -> str | None:
        """Return what the file holds, or ``None`` if there is no file."""
        try:
            return self._place.read_text(encoding="utf-8")
        except FileNotFoundError:
            return None

    def save(self, text: str) -> None:
        """Replace the file."""
        replace_file(self._place, text)

    def acquire(self) -> bool:
        """Lock it, with a file beside it whose name ends in ``.lock``; ``False`` where another feed has it."""
        return self._lock.take()

    def release(self) -> None:
        """Free the lock."""
        self._lock.leave()

    def __str__(self) -> str:
        return str(self._path)


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
    """The position of one feed in a checkpoint, which it holds until it is released.

    Args:
        given: A path, an object with ``load`` and ``save``, or ``None`` to remember it in memory only.

    Raises:
        ConfigurationError: Another feed is at work with the checkpoint.
    """

    def __init__(self, given: GivenCheckpoint) -> None:
        self._held = False
        self._kept: Any
        if given is None:
            self._kept = MemoryCheckpoint()
        elif isinstance(given, (str, os.PathLike)):
            self._kept = FileCheckpoint(given)
        else:
            self._kept = given
        self._feed: dict[str, str] = {}
        self._saved: str | None = None
        self._hold()

    def load(self, feed: Mapping[str, str]) -> Position | None:
        """Return the position, or ``None`` where there is none yet.

        Args:
            feed: What the position is of; another feed's checkpoint is refused.

        Raises:
            ConfigurationError: The checkpoint belongs to another feed, or is none.
        """
        self._feed = dict(feed)
        text = self._kept.load()
        if text is None:
            return None
        try:
            document = json.loads(text)
            kept, position = dict(document["feed"]), dict(document["position"])
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            raise ConfigurationError("the checkpoint is not one of this SDK; take another file, or remove it") from error
        # Checkpoints of earlier versions name no server.
        if {"server": self._feed["server"], **kept} != self._feed:
            raise ConfigurationError(
                f"the checkpoint belongs to another feed: {kept}, and this one is {self._feed}. Give each feed a checkpoint of "
                'its own; if it is the same server with a new URL, change "server" in it'
            )
        self._saved = text
        return position

    def source(self) -> str | None:
        """Return the source of the position that is kept, or ``None``."""
        text = self._kept.load()
        try:
            return None if text is None else str(json.loads(text)["feed"]["source"])
        except (ValueError, TypeError, KeyError, RecursionError):
            return None

    def save(self, position: Position) -> None:
        """Keep a position, if it is another one than before."""
        text = json.dumps({"feed": self._feed, "position": position}, separators=(",", ":"))
        if text == self._saved:
            return
        held = self._held
        self._hold()  # where the feed was closed meanwhile
        try:
            self._kept.save(text)
            self._saved = text
        finally:
            if not held:
                self.release()

    def _hold(self) -> None:
        if self._held:
            return
        free = _in_use.setdefault(id(self._kept), self) is self
        acquire = getattr(self._kept, "acquire", None)
        if free and acquire is not None:
            try:
                free = acquire()
            except BaseException:
                self._forget()
                raise
        if not free:
            self._forget()
            raise ConfigurationError(
                f"the checkpoint {self._kept} is in use: another feed, of this or another process, is at work with it. Close "
                "that one first, or give each feed a checkpoint of its own"
            )
        self._held = True

    def release(self) -> None:
        """Let another feed have the checkpoint."""
        if self._held:
            self._held = False
            release = getattr(self._kept, "release", None)
            try:
                if release is not None:
                    release()
            finally:
                self._forget()

    def _forget(self) -> None:
        if _in_use.get(id(self._kept)) is self:
            del _in_use[id(self._kept)]

    def __del__(self) -> None:
        self.release()


#: Who works with a checkpoint of this process, by its `id`; who is forgotten is gone from here too.
_in_use: WeakValueDictionary[int, Bookmark] = WeakValueDictionary()
