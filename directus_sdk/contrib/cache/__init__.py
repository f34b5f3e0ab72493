"""A cache of reads, kept by dogpile.cache: in memory, in Redis or in Django's cache. Needs the extra ``cache``.

Example:
    >>> from directus_sdk import Directus, RequestsTransport
    >>> from directus_sdk.contrib.cache import CachedTransport
    >>> from dogpile.cache import make_region
    >>> region = make_region().configure("dogpile.cache.memory")
    >>> cache = CachedTransport(RequestsTransport(), region, ttl=60, stale=300)
    >>> directus = Directus("https://cms.example.com", transport=cache)
    >>> cache.forget("articles")
"""

from __future__ import annotations

try:
    from directus_sdk.contrib.cache.transport import CachedTransport
except ModuleNotFoundError as error:
    raise ImportError(f"{error}: pip install 'directus-python-sdk[cache]'", name=error.name) from error

__all__ = ["CachedTransport"]
