"""What the file of `keep_before` says: the states of the items before and after a call, and what is linked with them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from functools import cached_property
from os import PathLike

from directus_sdk.errors import ConfigurationError
from directus_sdk.json_types import JSONMapping
from directus_sdk.reading.collection import Collection
from directus_sdk.writing.item_states import ItemStates
from directus_sdk.writing.spooled import Spooled
from directus_sdk.writing.undo import FORMAT

_LIST = "the links of a list are not kept"
#: Reasons why items that are created again have no values in a field.
MASKED, UNREAD = "the server masks its values", "the user of the call was not permitted to read it"
_BEGIN = f'{{"format":{FORMAT}'.encode()


class UndoFile:
    """What a file says about a collection.

    Args:
        collection: The collection.

    Attributes:
        states: What the call did with each item.
        linked: The records of items of this and other collections that were linked with deleted ones, by collection and field.
        notes: What could not be put back, in words, and how many times.
        last: The kind of the last record; empty where there is none.
    """

    def __init__(self, collection: Collection) -> None:
        self._collection = collection
        self._key = collection.primary_key
        self._header: JSONMapping = {}
        self.states = ItemStates()
        self.linked: dict[tuple[str, str], Spooled[JSONMapping]] = {}
        self.notes: Counter[str] = Counter()
        self.last = ""

    def read(self, path: str | PathLike[str], file: Iterable[bytes]) -> None:
        """Read the file; its end may be missing.

        Raises:
            ConfigurationError: The file is not one of `keep_before`, or is about something else.
        """
        lines = iter(file)
        first = next(lines, b"")
        if not first:
            raise ConfigurationError(
                f"{path} is empty: it is not a file that keep_before has written, or its call was killed before anything was "
                "sent. There is nothing to restore"
            )
        if _BEGIN.startswith(first) or (first.startswith(_BEGIN) and not first.endswith(b"\n")):
            return  # the process was killed before anything was sent
        try:
            self._header = json.loads(first)
            is_ours = self._header.get("format") == FORMAT
        except (ValueError, AttributeError):
            is_ours = False
        if not is_ours:
            raise ConfigurationError(f"{path} is not a file that keep_before has written")
        own = {"server": self._collection.pipeline.base_url, "collection": self._collection.name, "primary_key": self._key}
        for name, value in own.items():
            if self._header.get(name) != value:
                raise ConfigurationError(f"{path} is about the {name} {self._header.get(name)!r}, and not about {value!r}")
        for line in lines:
            try:
                record = json.loads(line)
            except ValueError:
                if line.endswith(b"\n"):
                    raise ConfigurationError(f"{path} is broken: {_text(line)} is not valid JSON. Nothing was sent") from None
                return  # the process was killed before this was sent
            try:
                if "format" in record:
                    text = "holds the files of several calls: restore each by itself, the last one first. Nothing was sent"
                    raise ConfigurationError(f"{path} {text}")
                self._note(record)
            except (LookupError, TypeError, AttributeError) as error:
                text = f"{path} is broken: {_text(line)} is not a record of keep_before. Nothing was sent"
                raise ConfigurationError(text) from error

    def _note(self, record: JSONMapping) -> None:
        kind = self.last = record["do"]
        if kind == "end":
            return
        if kind == "created":
            self.states.add_returned(record["chunk"], record["keys"])
        elif kind in ("masked", "unread"):
            self.lost.update(dict.fromkeys(record["fields"], MASKED if kind == "masked" else UNREAD))
        elif kind in ("reference", "cascade"):
            self.linked.setdefault((record["collection"], record["field"]), Spooled()).add(record)
        elif kind == "create" and record["key"] is None:
            self.states.add_created(record)
        elif kind == "create":
            self.states.add(record["key"], None, record["after"])
        elif kind == "update":
            for name in record["more"]:
                self.notes[f"{name}: {self.lost.get(name, _LIST)}"] += 1
            self.states.add(record["key"], record["before"], record["after"])
        else:
            self.states.add(record["key"], record["before"], None)

    @cached_property
    def lost(self) -> dict[str, str]:
        """Why the values of fields are not in the file."""
        lost: dict[str, str] = {}
        for part, reason in (("masked", MASKED), ("set_by_server", "the server sets it itself"), ("lists", _LIST)):
            for name in self._header[part]:
                lost.setdefault(name, reason)
        return lost


def _text(line: bytes) -> str:
    return repr(line[:80].decode(errors="replace"))
