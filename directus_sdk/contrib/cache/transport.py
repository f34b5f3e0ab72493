"""`CachedTransport`: responds to reads from a cache, and forgets what a write may have changed."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from dogpile import Lock, NeedRegenerationException
from dogpile.cache.region import CacheRegion

from directus_sdk.contrib.cache.entries import Entry, Generations, entry_of
from directus_sdk.contrib.cache.keys import is_unauthenticated, key_of, origin_of
from directus_sdk.contrib.cache.store import ANY_COLLECTION, EVERYTHING, Pauses, Store, collection_name, server_name
from directus_sdk.contrib.cache.turns import Leader, Turn
from directus_sdk.errors import ConfigurationError, ResponseTooLarge, TLSError, TransportError
from directus_sdk.http.transport import Transport
from directus_sdk.json_types import JSONObject
from directus_sdk.local import fork
from directus_sdk.local.clock import monotonic
from directus_sdk.redaction.tracebacks import without_locals
from directus_sdk.wire.messages import Request, Response
from directus_sdk.wire.parameters import integer, non_empty

logger = logging.getLogger("directus_sdk")

#: A larger body is not kept, in bytes.
MAX_SIZE = 4 * 1024 * 1024

_READS = ("GET", "HEAD", "SEARCH", "OPTIONS")
#: Calls with POST that change no content. Their paths are those of no collection: an item is created with one name less.
_HARMLESS = re.compile(
    r"/auth/(login(/[^/]+)?|refresh|logout|password/request)$|/shares/auth$|/utils/(hash/\w+|random/string|resolve-redirect)$"
    r"|/assets/(files|folder/[^/]+)$|/schema/diff$"
)
_GRAPHQL = re.compile(r"(?<!/items)/graphql(/system)?$")
#: With these statuses a server has changed nothing.
_REFUSED = frozenset((400, 401, 403, 404, 405, 413, 415, 422, 429))
#: System collections that permissions and the data model do not depend on.
_CONTENT = ("directus_files", "directus_folders", "directus_comments", "directus_notifications", "directus_translations")
#: For how many seconds a thread waits for another one whose request has no time limit.
_LONGEST_WAIT = 60.0


@without_locals
class CachedTransport(Transport):
    """Responds from a cache to what a client reads for display, and sends everything else through another transport.

    Cached are `read_one`, `read_many`, `first`, `count`, `aggregate`, singletons, and `assets.read`. Everything else is sent:
    reads that decide a write, `read_all`, `iterate`, `sync`, `changes`, the current user and its permissions, the schema,
    GraphQL and `request()`. Errors are never cached.

    A response belongs to one server, one session or token, and everything that the request contains. The response to a signed
    in visitor is used only while his access token is valid; in the mode session the server decides each time. Each write
    through this transport forgets every response of that server.

    Args:
        transport: Sends what is not in the cache.
        region: Where responses are kept: a region of dogpile.cache, in memory, in Redis, or in Django's cache.
        ttl: For how many seconds a response is used.
        stale: For how many seconds more it is used while the server is down: no response, or a status of 500 or more.
        max_size: The largest body that is kept, in bytes.

    Raises:
        ConfigurationError: An argument is not valid.

    Example:
        >>> from directus_sdk import Directus, RequestsTransport
        >>> from directus_sdk.contrib.cache import CachedTransport
        >>> from dogpile.cache import make_region
        >>> region = make_region().configure("dogpile.cache.memory")
        >>> cache = CachedTransport(RequestsTransport(), region, ttl=60, stale=300)
        >>> directus = Directus(url, token=token, transport=cache)
        >>> directus.items("articles").count() == directus.items("articles").count()  # one request
        True
    """

    caches = True

    def __init__(
        self, transport: Transport, region: CacheRegion, ttl: float = 60.0, stale: float = 0.0, *, max_size: int = MAX_SIZE
    ) -> None:
        if not isinstance(transport, Transport):
            raise ConfigurationError(
                f"transport must be a Transport such as RequestsTransport(), not {type(transport).__name__}"
            )
        if not isinstance(region, CacheRegion):
            raise ConfigurationError(
                f"region must be a region of dogpile.cache, as make_region() returns, not {type(region).__name__}"
            )
        self.transport = transport
        self.ttl = _seconds("ttl", ttl)
        self.stale = _seconds("stale", stale, zero=True)
        self.max_size = integer("max_size", max_size)
        self.waits, self.asks = transport.waits, transport.asks
        self._store: Store | None = Store(region)
        self._begin()

    def _begin(self) -> None:
        self._down = Pauses()
        self._after_fork()
        fork.register(self)

    def _after_fork(self) -> None:
        self._leaders: dict[str, Leader] = {}

    @property
    def authorizes(self) -> bool:
        """Whether the other transport adds an ``Authorization`` header of its own; then nothing is cached."""
        return self.transport.authorizes

    def forget(self, *collections: str) -> None:
        """Forget the responses that may contain items of some collections, for all users and processes that share the region.

        That includes the responses for other collections that may contain or depend on related items. Names of system
        collections that decide what users may see, such as ``"directus_permissions"``, forget everything.

        Args:
            *collections: The names of the collections, such as ``"articles"`` or ``"directus_files"`` (which are assets, too).
                Without one, everything in the region is forgotten.

        Raises:
            TypeError: A name is not a string.
            ValueError: A name is empty.

        Example:
            >>> from directus_sdk import RequestsTransport
            >>> from directus_sdk.contrib.cache import CachedTransport
            >>> from dogpile.cache import make_region
            >>> region = make_region().configure("dogpile.cache.memory")
            >>> cache = CachedTransport(RequestsTransport(), region)
            >>> cache.forget("articles", "authors")
        """
        names = [non_empty("collection", name) for name in collections]
        if not names or any(name.startswith("directus_") and name not in _CONTENT for name in names):
            self._forget(EVERYTHING)
        else:
            self._forget(ANY_COLLECTION, *map(collection_name, names))

    def _forget(self, *names: str) -> None:
        if self._store is not None:
            self._store.forget(names)

    def changed(self, url: str) -> None:
        """Forget the responses of the server of a URL: a WebSocket has changed something there."""
        self._forget(server_name(origin_of(url)))

    # ------------------------------------------------------------------ requests
    def send(self, request: Request) -> Response:
        """Send a request; one that is marked as cacheable may be responded to from the cache.

        Raises:
            TransportError: There was no response.
        """
        if request.cacheable is not None:
            return self.read(request, lambda: None)
        return self.transport.send(request) if _only_reads(request) else self._write(request)

    def _write(self, request: Request) -> Response:
        may_have_changed = True
        try:
            response = self.transport.send(request)
            may_have_changed = response.status not in _REFUSED
            return response
        except TransportError as error:
            may_have_changed = error.sent
            raise
        finally:  # also after an interrupt
            if may_have_changed:
                self.changed(request.url)

    def read(self, request: Request, sending: Callable[[], None]) -> Response:
        """Respond to a request that is marked as cacheable.

        Args:
            request: The request.
            sending: Called before it is sent.
        """
        fork.check()
        key = (
            None if self._store is None or request.stream or self.authorizes else key_of(request, self.transport.adds(request))
        )
        if self._store is None or key is None:
            sending()
            return self.transport.send(request)
        reading = _Reading(self, self._store, request, key, sending)
        turn = Turn(self._leaders, key, self._longest_wait(request), partial(self._store.mutex, key))
        lock: Any = Lock
        with lock(turn, reading.fetch, reading.find, None) as result:
            response: Response = result
            return response

    def _longest_wait(self, request: Request) -> float:
        timeout = getattr(self.transport, "timeout", None) if request.timeout is ... else request.timeout
        parts = timeout if isinstance(timeout, tuple) else (timeout,)
        seconds = sum(part for part in parts if part is not None) or _LONGEST_WAIT
        return seconds if request.deadline is None else min(seconds, max(0.0, request.deadline - monotonic()))

    def close(self) -> None:
        """Close the connections of the other transport. The region stays as it is."""
        self.transport.close()

    # ------------------------------------------------------------------ copies
    def __getattr__(self, name: str) -> Any:
        # Such as the timeout and the proxies, which the client and its WebSockets look for.
        transport = vars(self).get("transport")
        if transport is not None and not name.startswith("_") and hasattr(transport, name):
            return getattr(transport, name)
        return super().__getattr__(name)  # type: ignore[misc]  # says what is meant

    def __getstate__(self) -> JSONObject:
        return {**{name: value for name, value in vars(self).items() if name not in ("_leaders", "_down")}, "_store": None}

    def __setstate__(self, state: JSONObject) -> None:
        self.__dict__.update(state)
        self._begin()
        logger.warning("a CachedTransport was unpickled, and a pickle holds no region: it caches and forgets nothing")

    def __copy__(self) -> CachedTransport:
        return self

    def __deepcopy__(self, memo: object) -> CachedTransport:
        return self

    def __repr__(self) -> str:
        return f"CachedTransport({self.transport!r}, ttl={self.ttl!r}, stale={self.stale!r})"


class _Reading:
    """One read: what `dogpile.Lock` calls to look for the response, and to create it."""

    def __init__(self, cache: CachedTransport, store: Store, request: Request, key: str, sending: Callable[[], None]) -> None:
        self._cache = cache
        self._store = store
        self._request = request
        self._key = key
        self._sending = sending
        self._origin = origin_of(request.url)
        self._generations: Generations | None = None
        self._old: Entry | None = None

    def find(self) -> tuple[Response, float]:
        """Return the response in the cache, and a time at which it was valid.

        Raises:
            NeedRegenerationException: There is none.
        """
        cache, request = self._cache, self._request
        self._generations, entry = self._store.load(self._key, self._origin, str(request.cacheable))
        if entry is not None and entry.age < min(cache.ttl, entry.fresh):
            return entry.response(request), time.time()
        is_usable = entry is not None and entry.age < min(cache.ttl, entry.fresh) + cache.stale
        self._old = entry if is_usable else None
        failure = cache._down.failure(self._origin)
        if failure is not None and self._old is not None:
            return self._old.response(request, failure), time.time()
        raise NeedRegenerationException

    def fetch(self) -> tuple[Response, float]:
        """Send the request and return its response; where the server is down, the one in the cache."""
        started = monotonic()
        self._sending()
        try:
            response = self._cache.transport.send(self._request)
        except TransportError as error:
            if self._old is None or isinstance(error, (ResponseTooLarge, TLSError)):
                raise
            return self._stale(self._old, str(error), monotonic() - started)
        if response.status >= 500 and self._old is not None:
            response.close()
            return self._stale(self._old, f"status {response.status}", monotonic() - started)
        if response.status == 200:
            self._keep(response)
        return response, time.time()

    def _stale(self, old: Entry, failure: str, elapsed: float) -> tuple[Response, float]:
        where = self._request.trace().where
        logger.warning("%s: the server is down (%s), a response from %.0f s ago is used", where, failure, old.age)
        self._cache._down.begin(self._origin, elapsed, failure)
        return old.response(self._request, failure), time.time()

    def _keep(self, response: Response) -> None:
        cache, request = self._cache, self._request
        if self._generations is None or len(response.content) > cache.max_size:
            return
        shared = is_unauthenticated(request, cache.transport.adds(request))
        entry = entry_of(request, response, self._generations, cache.ttl, shared=shared)
        if entry is not None:
            self._store.save(self._key, entry)


def _only_reads(request: Request) -> bool:
    """Whether a request changes no content."""
    path = request.url.partition("?")[0]
    if request.method in _READS:
        return "/flows/trigger/" not in path  # a flow may do anything
    if request.method != "POST":
        return False
    return bool(_HARMLESS.search(path) or (request.retryable and _GRAPHQL.search(path)))


def _seconds(name: str, value: object, *, zero: bool = False) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not (value > 0 or (zero and value == 0)):
        raise ConfigurationError(f"{name} must be {'' if zero else 'positive '}seconds, not {value!r}")
    return value
