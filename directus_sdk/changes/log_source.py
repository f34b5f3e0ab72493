"""What every source of a change feed has: a log on the server, and the position up to which entries were taken."""

from __future__ import annotations

from abc import ABC, abstractmethod
from datetime import datetime
from typing import ClassVar

import attrs

from directus_sdk.changes.checkpoint import Position
from directus_sdk.errors import Forbidden, InvalidQuery, NotFound, SchemaError, ServerError
from directus_sdk.json_types import JSONMapping
from directus_sdk.reading.collection import Collection
from directus_sdk.wire.urls import Key

PAGE = 1_000
#: The maximum duration of a transaction, in seconds: a change may appear in a log that much later than newer ones.
PATIENCE = 30.0
KINDS = ("create", "update", "delete")


@attrs.frozen
class LogEntry:
    """One entry of a log.

    Attributes:
        kind: ``"create"``, ``"update"``, ``"delete"``, or ``""`` if it is not a change of the collection.
        key: The primary key, as the log has it.
        time: When it happened, as the server writes it, or ``None``.
        number: The number of the entry, in a log with numbers.
        field: The field that holds `time`, in a log of dates.
    """

    kind: str
    key: Key
    time: str | None
    number: int = 0
    field: str = ""


class SourceUnavailable(Exception):
    """A source cannot be used here; the message says why."""


class Source(ABC):
    """Reads a log and remembers the position up to which entries were taken.

    Args:
        collection: The collection.
        patience: The maximum duration of a transaction, in seconds.
    """

    name: ClassVar[str]
    sees: ClassVar[frozenset[str]]

    def __init__(self, collection: Collection, patience: float = PATIENCE) -> None:
        self.collection = collection
        self.patience = patience

    def check(self) -> None:
        """Check whether it can be used.

        Raises:
            SourceUnavailable: It cannot be used.
        """
        try:
            self._check()
        except TypeError as error:  # it cannot be read as a list
            raise SourceUnavailable(f"{self.collection.name} is a singleton") from error
        except (Forbidden, InvalidQuery, NotFound) as error:
            raise SourceUnavailable(error.message) from error
        except SchemaError as error:  # a strict client, which refuses what a server would
            raise SourceUnavailable(str(error)) from error
        except ServerError as error:
            if error.status != 500:
                raise
            raise SourceUnavailable(error.message) from error  # versions 9 and 10 refuse to sort by a field that does not exist

    @abstractmethod
    def _check(self) -> None:
        """Raise `SourceUnavailable`, or the server's refusal."""

    @abstractmethod
    def begin(self, *, first: bool) -> None:
        """Start with future changes, or with the first change in the log."""

    @abstractmethod
    def restore(self, position: Position) -> None:
        """Start at the result of an earlier `position()`."""

    @abstractmethod
    def position(self) -> Position:
        """Return the position up to which entries were taken."""

    @abstractmethod
    def newest(self) -> JSONMapping:
        """Return where the log ends now: the greatest value of each field that orders it."""

    @abstractmethod
    def fetch(self, newest: JSONMapping | None = None, at_most: int = PAGE) -> list[LogEntry]:
        """Read entries that were not taken yet; an empty list means that there are none.

        Args:
            newest: An earlier result of `newest()`: later entries are not read.
            at_most: About how many entries are read.
        """

    @abstractmethod
    def take(self, entry: LogEntry) -> None:
        """Note that an entry was taken."""

    @property
    def waits(self) -> bool:
        """Whether missing entries may still appear."""
        return False


def moment(time: object) -> datetime | None:
    """Return a time of a log, or ``None`` where it is not a valid time."""
    try:
        return datetime.fromisoformat(str(time).replace("Z", "+00:00"))
    except ValueError:
        return None
