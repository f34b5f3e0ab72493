"""Checkpoints: where a feed stores its position."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol, Union
from weakref import WeakValueDictionary

from directus_sdk.errors import ConfigurationError
from directus_sdk.json_types import JSONObject
from directus_sdk.local import fork
from directus_sdk.local.atomic_file import place_of, replace_file
from directus_sdk.local.run_lock import FileLock
from directus_sdk.wire.parameters import file_path

Position = JSONObject


class Checkpoint(Protocol):
    """Stores one string; write your own class to store it in a database.

    A feed holds its checkpoint until it is closed, and two feeds of a process never share an object. Where several processes
    share the stored string, add ``acquire()``, which returns whether the checkpoint was free, and ``release()``.
    """

    def load(self) -> str | None:
        """Return the stored string, or ``None`` if there is none yet."""

    def save(self, text: str) -> None:
        """Replace the stored string, completely or not at all."""


class FileCheckpoint:
    """Stores the position in a file, which is replaced atomically.

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
        """Return the content of the file, or ``None`` if there is no file.

        Raises:
            ConfigurationError: The file is not encoded in UTF-8.
        """
        try:
            return self._place.read_text(encoding="utf-8")
        except FileNotFoundError:
            return None
        except UnicodeDecodeError as error:
            text = f"{self._path} is not a checkpoint, but a file of another kind; take another file, or remove it"
            raise ConfigurationError(text) from error

    def save(self, text: str) -> None:
        """Replace the file."""
        replace_file(self._place, text)

    def acquire(self) -> bool:
        """Lock the file, with another one whose name ends in ``.lock``; ``False`` if another feed holds the lock."""
        return self._lock.take()

    def release(self) -> None:
        """Release the lock."""
        self._lock.leave()

    def __str__(self) -> str:
        return str(self._path)


class MemoryCheckpoint:
    """Stores the position in memory."""

    def __init__(self) -> None:
        self._text: str | None = None

    def load(self) -> str | None:
        """Return the stored string."""
        return self._text

    def save(self, text: str) -> None:
        """Replace the stored string."""
        self._text = text


GivenCheckpoint = Union[str, "os.PathLike[str]", Checkpoint, None]


def check_checkpoint(checkpoint: object) -> None:
    """Refuse what is neither a path nor an object that stores a position.

    Raises:
        TypeError: It is neither, and not ``None``.
        ValueError: It is an empty string.
    """
    if checkpoint is None:
        return
    if isinstance(checkpoint, (str, os.PathLike)):
        file_path("checkpoint", checkpoint, "a file such as 'articles.ckpt'")
        return
    if not all(callable(getattr(checkpoint, name, None)) for name in ("load", "save")):
        kind = type(checkpoint).__name__
        raise TypeError(f"checkpoint must be a path, or an object with load() and save(text), not {kind}")


class StoredPosition:
    """The position of one feed in a checkpoint, which no other feed can use until `release`.

    Args:
        checkpoint: A path, an object with ``load`` and ``save``, or ``None`` to store the position in memory.

    Raises:
        ConfigurationError: Another feed uses the checkpoint.
    """

    def __init__(self, checkpoint: GivenCheckpoint) -> None:
        self._held = self._released = False
        self._checkpoint: Checkpoint
        if checkpoint is None:
            self._checkpoint = MemoryCheckpoint()
        elif isinstance(checkpoint, (str, os.PathLike)):
            self._checkpoint = FileCheckpoint(checkpoint)
        else:
            self._checkpoint = checkpoint
        self._feed: dict[str, str] = {}
        self._saved: str | None = None
        self.hold()
        fork.register(self)

    def _after_fork(self) -> None:
        # The parent holds the checkpoint. A child can hold it after the parent has ended.
        self._held = False
        self._forget()

    def load(self, feed: Mapping[str, str]) -> Position | None:
        """Return the position, or ``None`` where there is none yet.

        Args:
            feed: Server, collection and source of the feed; the checkpoint of another feed is refused.

        Raises:
            ConfigurationError: The checkpoint belongs to another feed, or is not valid.
        """
        self._feed = dict(feed)
        text = self._checkpoint.load()
        if text is None:
            return None
        try:
            document = json.loads(text)
            owner, position = dict(document["feed"]), dict(document["position"])
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            raise ConfigurationError("the checkpoint is not one of this SDK; take another file, or remove it") from error
        # Checkpoints of earlier versions name no server.
        if {"server": self._feed["server"], **owner} != self._feed:
            raise ConfigurationError(
                f"the checkpoint belongs to another feed: {owner}, and this one is {self._feed}. Give each feed a checkpoint "
                'of its own; if it is the same server with a new URL, change "server" in it'
            )
        self._saved = text
        return position

    def source(self) -> str | None:
        """Return the source of the stored position, or ``None``."""
        text = self._checkpoint.load()
        try:
            return None if text is None else str(json.loads(text)["feed"]["source"])
        except (ValueError, TypeError, KeyError, RecursionError):
            return None

    def save(self, position: Position) -> None:
        """Store a position, if it has changed."""
        text = json.dumps({"feed": self._feed, "position": position}, separators=(",", ":"))
        if text == self._saved:
            return
        self.hold()  # if the feed was closed meanwhile
        try:
            self._checkpoint.save(text)
            self._saved = text
        finally:
            if self._released:
                self.release()

    def hold(self) -> None:
        """Hold the checkpoint, if it is not held: in the child of a fork, for example.

        Raises:
            ConfigurationError: Another feed uses the checkpoint.
        """
        if self._held:
            return
        free = _in_use.setdefault(id(self._checkpoint), self) is self
        acquire = getattr(self._checkpoint, "acquire", None)
        if free and acquire is not None:
            try:
                free = acquire()
            except BaseException:
                self._forget()
                raise
        if not free:
            self._forget()
            raise ConfigurationError(
                f"the checkpoint {self._checkpoint} is in use: another feed, of this or another process, works with it. Close "
                "that one first, or give each feed a checkpoint of its own"
            )
        self._held = True

    def release(self) -> None:
        """Make the checkpoint available to other feeds."""
        self._released = True
        if self._held:
            self._held = False
            release = getattr(self._checkpoint, "release", None)
            try:
                if release is not None:
                    release()
            finally:
                self._forget()

    def _forget(self) -> None:
        if _in_use.get(id(self._checkpoint)) is self:
            del _in_use[id(self._checkpoint)]

    def __del__(self) -> None:
        self.release()


#: The users of the checkpoints of this process, by the `id` of the checkpoint.
_in_use: WeakValueDictionary[int, StoredPosition] = WeakValueDictionary()
