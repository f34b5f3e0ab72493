"""What the region of dogpile.cache holds: entries, and the generations that say which of them are valid.

Nothing is deleted: to forget is to replace a generation by another random string, in one step and for all processes that
share the region. A response that was requested before and arrives afterwards is stored with the old generation, so it is
never used. A generation that the region has lost is replaced as well.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import uuid4

from dogpile.cache.api import NO_VALUE
from dogpile.cache.exception import RegionNotConfigured

from directus_sdk.contrib.cache.entries import Entry, Generations
from directus_sdk.contrib.cache.keys import name_of
from directus_sdk.errors import ConfigurationError
from directus_sdk.local.clock import monotonic
from directus_sdk.local.interrupts import is_interrupt
from directus_sdk.local.thread_lock import ThreadLock, holds_locks

if TYPE_CHECKING:
    from dogpile.cache.region import CacheRegion

logger = logging.getLogger("directus_sdk")

T = TypeVar("T")

EVERYTHING = name_of("everything")
ANY_COLLECTION = name_of("any collection")
_NEVER = float("inf")
#: For how many seconds a thread waits for another one that begins generations.
_PATIENCE = 10.0


def server_name(origin: str) -> str:
    """Return the name of the generation that each write to a server replaces."""
    return name_of("server", origin)


def collection_name(collection: str) -> str:
    """Return the name of the generation of a collection."""
    return name_of("collection", collection)


def _are_known(values: list[Any]) -> bool:
    """Whether there are all generations, which the entry follows."""
    return all(isinstance(value, str) for value in values[:-1])


class Pauses:
    """What failed, and is not attempted again for as long as the failure took: so at most half of the time is spent waiting."""

    def __init__(self) -> None:
        self._until: dict[str, tuple[float, str]] = {}

    def begin(self, name: str, elapsed: float, failure: str) -> None:
        """Note a failure that took `elapsed` seconds."""
        self._until[name] = monotonic() + elapsed, failure

    def failure(self, name: str) -> str | None:
        """Return the failure, while it is not to be attempted again."""
        until, failure = self._until.get(name, (0.0, ""))
        return failure if monotonic() < until else None


class Store:
    """Entries and generations in a region. A region that does not work, such as Redis that is down, is an empty one.

    Args:
        region: The region.
    """

    def __init__(self, region: CacheRegion) -> None:
        self.region: Any = region
        self._pauses = Pauses()
        self._beginning = ThreadLock()
        self._works = True
        #: The generations that could not be replaced, because the region did not work.
        self._unsent: set[str] = set()

    def load(self, key: str, origin: str, collection: str) -> tuple[Generations | None, Entry | None]:
        """Return the present generations, ``None`` where the region does not work, and the entry of a key if it is valid."""
        if self._unsent:
            self.forget(())
            if self._unsent:
                return None, None
        names = [EVERYTHING, server_name(origin), collection_name(collection), ANY_COLLECTION]
        values = self._attempt(lambda: self._values(names, key))
        if values is None or not _are_known(values):
            return None, None
        *own, latest, stored = values
        generations = Generations(tuple(own), latest)
        entry = None if stored is NO_VALUE else Entry.load(stored)
        return generations, entry if entry is not None and entry.is_of(generations) else None

    @holds_locks
    def _values(self, names: list[str], key: str) -> list[Any]:
        """Return the generations, and what is stored under a key; a generation that is missing begins."""
        values = self._read([*names, key])
        if not _are_known(values):
            # One thread begins them: otherwise a response of one would be of none of the generations of the others.
            with self._beginning.context(_PATIENCE, lambda seconds: TimeoutError("the cache does not respond")):
                values = self._read([*names, key])
                missing = [name for name, value in zip(names, values, strict=False) if not isinstance(value, str)]
                if missing:
                    self.region.set_multi({name: uuid4().hex for name in missing})
                    values = self._read([*names, key])
        return values

    def _read(self, names: list[str]) -> list[Any]:
        values: list[Any] = self.region.get_multi(names, expiration_time=_NEVER)
        return values

    def save(self, key: str, entry: Entry) -> None:
        """Store an entry."""
        self._attempt(lambda: self.region.set(key, entry.dump()))

    def forget(self, names: Iterable[str]) -> None:
        """Replace generations, and those that could not be replaced before."""
        unsent = set(self._unsent)
        names = unsent | set(names)
        if self._replace(names):
            self._unsent -= unsent
        else:
            self._unsent |= names

    def _replace(self, names: Iterable[str]) -> bool:
        def replace() -> bool:
            self.region.set_multi({name: uuid4().hex for name in names})
            return True

        return self._attempt(replace) is not None

    def mutex(self, key: str) -> Any:
        """Return the lock of the backend that holds across processes, if it is configured to have one."""
        return self.region.backend.get_mutex(key)

    def _attempt(self, action: Callable[[], T]) -> T | None:
        if self._pauses.failure("region"):
            return None
        started = monotonic()
        try:
            result = action()
        except RegionNotConfigured:
            raise ConfigurationError(
                "the region of CachedTransport is not configured: call region.configure(...) first"
            ) from None
        except Exception as error:
            if is_interrupt(error):
                raise
            name = type(error).__name__
            self._pauses.begin("region", monotonic() - started, name)
            if self._works:
                logger.warning("the cache does not work (%s): every read is sent to the server until it does", name)
            self._works = False
            return None
        if not self._works:
            logger.info("the cache works again")
            self._works = True
        return result
