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

if TYPE_CHECKING:
    from dogpile.cache.region import CacheRegion

logger = logging.getLogger("directus_sdk")

T = TypeVar("T")

EVERYTHING = name_of("everything")
ANY_COLLECTION = name_of("any collection")
_NEVER = float("inf")


def server_name(origin: str) -> str:
    """Return the name of the generation that each write to a server replaces."""
    return name_of("server", origin)


def collection_name(collection: str) -> str:
    """Return the name of the generation of a collection."""
    return name_of("collection", collection)


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
        values = self._attempt(lambda: self.region.get_multi([*names, key], expiration_time=_NEVER))
        if values is None:
            return None, None
        tokens = dict(zip(names, values[:-1], strict=True))
        missing = {name: uuid4().hex for name, token in tokens.items() if not isinstance(token, str)}
        if missing:
            self._attempt(lambda: self.region.set_multi(missing))
            tokens.update(missing)
        *own, every = tokens.values()
        generations = Generations(tuple(own), every)
        entry = None if values[-1] is NO_VALUE else Entry.load(values[-1])
        return generations, entry if entry is not None and entry.is_of(generations) else None

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
