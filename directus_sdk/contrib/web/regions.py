"""Regions of dogpile.cache from the settings of a site, which do not grow without end. Needs the extra cache."""

from __future__ import annotations

from typing import Final

from dogpile.cache import CacheRegion, make_region

from directus_sdk.contrib.redis import connect

#: Redis deletes what was not written for so long, in seconds, so that old entries do not pile up.
_DAY: Final = 24 * 3600
#: How many values a region in memory holds at most.
MAX_VALUES: Final = 2000


def memory_region() -> CacheRegion:
    """Return a region in the memory of this process, which drops its oldest values: visitors decide how many there are."""
    return make_region().configure("dogpile.cache.memory", arguments={"cache_dict": _Bounded()})


class _Bounded(dict[str, object]):
    def __setitem__(self, key: str, value: object) -> None:
        super().__setitem__(key, value)
        if len(self) > MAX_VALUES:
            for oldest in list(self)[: MAX_VALUES // 10]:  # in one step, whatever other threads do
                self.pop(oldest, None)


def redis_region(url: str, seconds: float) -> CacheRegion:
    """Return a region in Redis; nothing is sent yet.

    Args:
        url: The URL of the Redis server, such as ``"redis://127.0.0.1:6379/0"``.
        seconds: For how many seconds an entry is of use.

    Raises:
        ImportError: The extra ``redis`` is not installed.
        ConfigurationError: The URL is not valid. The message does not contain it, because it may hold a password.
    """
    connect(url)
    arguments = {"url": url, "redis_expiration_time": int(seconds) + _DAY}
    return make_region().configure("dogpile.cache.redis", arguments=arguments)
