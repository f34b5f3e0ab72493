"""A file that tells how far a bulk call came, so that a new run goes on where a crash ended the last one."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4, uuid5

from directus_sdk.errors import ConfigurationError


class BulkCheckpoint:
    """How far a bulk call came: which items are settled, and which were on their way.

    The file is replaced before and after every call. Keys that are made with it come from a seed in the file and the
    place of the item, so that a second run makes the same keys and can see what has arrived.

    Args:
        path: The file. It is made when it is first needed, and stays when the work is done, so that a further run
            writes nothing.

    Example:
        >>> from pathlib import Path
        >>> rows = [{"title": f"Article {number}"} for number in range(3)]
        >>> directus.items("articles").create_many(rows, checkpoint="import.json", batch_size=2).count
        3
        >>> checkpoint = BulkCheckpoint("import.json")
        >>> checkpoint.done, checkpoint.finished
        (3, True)
        >>> directus.items("articles").create_many(rows, checkpoint="import.json").count
        0
        >>> Path("import.json").unlink()
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        state: dict[str, Any] = {}
        if self.path.exists():
            try:
                state = json.loads(self.path.read_text(encoding="utf-8"))
                self.seed = UUID(state["seed"])
                self._done, self._sent = int(state["done"]), int(state["sent"])
            except (ValueError, KeyError, TypeError) as error:
                raise ConfigurationError(f"{self.path} is not the checkpoint of a bulk call: {error!r}") from error
        else:
            self.seed = uuid4()
            self._done = self._sent = 0
        self.collection: str | None = state.get("collection")
        self.call: str | None = state.get("call")
        self.finished: bool = state.get("finished", False)
        self.failed: dict[int, str] = {int(index): text for index, text in state.get("failed", {}).items()}

    @property
    def done(self) -> int:
        """How many items, from the first, are settled: written, or refused and named."""
        return self._done

    @property
    def doubtful(self) -> range:
        """The items that were on their way when the last run ended: nobody knows whether they arrived."""
        return range(self._done, self._sent)

    def key(self, index: int) -> str:
        """Return the key of the item at a place of the input."""
        return str(uuid5(self.seed, str(index)))

    def resolve(self, *, written: bool) -> None:
        """Say what became of the doubtful items, after a look at the server.

        Args:
            written: Whether they are there.
        """
        if written:
            self._done = self._sent
        else:
            self._sent = self._done
        self._save()

    # ------------------------------------------------------------------ for the call
    def open(self, collection: str, call: str) -> None:
        """Begin, or go on.

        Args:
            collection: The collection that is written to.
            call: The method that writes, such as ``"create_many"``.

        Raises:
            ConfigurationError: The file belongs to another collection, or to another method.
        """
        if self.collection not in (None, collection) or self.call not in (None, call):
            raise ConfigurationError(
                f"{self.path} is the checkpoint of {self.call or 'a bulk call'} on {self.collection}, not of {call} on "
                f"{collection}: give each call a file of its own"
            )
        self.collection, self.call = collection, call

    def sending(self, stop: int) -> None:
        """Note that the items before `stop` may be on their way from now on."""
        if stop > self._sent:
            self._sent = stop
            self._save()

    def settled(self, stop: int, failed: dict[int, str]) -> None:
        """Note that the items before `stop` are settled."""
        self._done = max(self._done, stop)
        self._sent = max(self._sent, self._done)
        self.failed.update(failed)
        self._save()

    def untouched(self) -> None:
        """Note that nothing is on its way any more: what was not settled has not been written."""
        self._sent = self._done
        self._save()

    def finish(self) -> None:
        """Note that every item is settled."""
        self.finished = True
        self._save()

    def _save(self) -> None:
        state = {
            "collection": self.collection,
            "call": self.call,
            "seed": str(self.seed),
            "done": self._done,
            "sent": self._sent,
            "finished": self.finished,
            "failed": self.failed,
        }
        unfinished = self.path.with_name(f".{self.path.name}.{os.getpid()}")
        with unfinished.open("w", encoding="utf-8") as file:
            json.dump(state, file)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(self.path)
