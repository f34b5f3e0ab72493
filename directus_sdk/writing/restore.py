"""Undo a bulk call: put back what the file of `directus_sdk.writing.undo` keeps.

`directus_sdk.writing.undo_file` reads it, `directus_sdk.writing.restore_judge` compares the items with it, and
`directus_sdk.writing.restore_writer` writes.
"""

from __future__ import annotations

import os
import time
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs

from directus_sdk.calls import retry
from directus_sdk.displayed import Displayed
from directus_sdk.errors import DirectusError
from directus_sdk.models.codec import Codec
from directus_sdk.reading.collection import Collection
from directus_sdk.writing.bulk_options import CallOptions
from directus_sdk.writing.linked_items import Links
from directus_sdk.writing.restore_judge import Judge
from directus_sdk.writing.restore_writer import RestoreWriter
from directus_sdk.writing.undo_file import MASKED, UNREAD, UndoFile

if TYPE_CHECKING:
    from directus_sdk.display.card import Card

#: For how many seconds a server may be busy with a request whose sender was killed.
_BUSY = 5.0


@attrs.frozen
class Restored(Displayed):
    """What `restore` did.

    Attributes:
        updated: How many items have their old values again.
        created: How many deleted items exist again.
        deleted: How many items that the call had created were deleted.
        unchanged: How many items were as before the call, because it had never reached them, or they were restored before.
        not_restored: What could not be put back, in words.
    """

    updated: int = 0
    created: int = 0
    deleted: int = 0
    unchanged: int = 0
    not_restored: list[str] = attrs.field(factory=list)

    def __str__(self) -> str:
        done = f"{self.updated} updated, {self.created} created again, {self.deleted} deleted, {self.unchanged} unchanged"
        return f"{done}; not restored: {'; '.join(self.not_restored)}" if self.not_restored else done

    def _card(self) -> Card:
        from directus_sdk.display import Card

        counts = attrs.evolve(self, not_restored=[])
        return Card(str(counts), lines=[f"not restored: {text}" for text in self.not_restored])


class Restore:
    """One restore.

    Args:
        collection: The collection.
        codec: Of the handler.
        options: The options of its calls.
    """

    def __init__(self, collection: Collection, codec: Codec[Any], options: CallOptions) -> None:
        self._collection = collection
        self._links = Links(collection)
        self._file = UndoFile(collection)
        self._judge = Judge(collection, self._links, self._file)
        self._writer = RestoreWriter(collection, codec, options, self._links, self._file)

    def run(self, path: str | PathLike[str], *, force: bool) -> Restored:
        """Read the file, compare the items with it, and put them back."""
        name, steps, notes = self._collection.name, self._judge.steps, self._file.notes
        with self._file.states:
            self._read(path)
            changed = self._judge.judge(force=force)
        if changed and not force:
            raise ValueError(
                f"{name} was changed since {path} was written: {changed}. Nothing was sent. restore(..., force=True) "
                "overwrites these changes"
            )
        try:
            self._writer.write(steps)
            self._writer.put_links_back()
        except DirectusError as error:
            if written := self._writer.written:
                error.args = (f"{error.message} {written} changes were made before it: call restore() again to continue",)
            raise
        for field, reason in self._file.lost.items() if steps.create else ():
            gap = ", so the items that were deleted have none" if reason in (MASKED, UNREAD) else ""
            notes[f"{field}: {reason}{gap}"] = len(steps.create)
        described = [text if count == 1 else f"{text} ({count} times)" for text, count in notes.items()]
        return Restored(len(steps.update), len(steps.create), len(steps.delete), self._judge.unchanged, described)

    def _read(self, path: str | PathLike[str]) -> None:
        """Read the file; it is looked at before anything is sent."""
        with Path(path).open("rb") as lines:
            self._file.read(path, lines)
            if self._file.last != "end":  # the process was killed, and the server may be busy with its last request
                age = max(0.0, time.time() - os.fstat(lines.fileno()).st_mtime)
                retry.wait(max(0.0, _BUSY - age) if self._file.last else 0.0)
        for (name, field), records in self._file.linked.items():
            if name == self._collection.name:
                for record in records:
                    self._file.states.relink(record["item"], field, record["key"])
