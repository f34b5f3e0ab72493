"""The keys of ``app.config`` that begin with ``DIRECTUS_``, and what may be wrong with them."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from types import EllipsisType
from typing import TYPE_CHECKING

import attrs

from directus_sdk.client import Directus
from directus_sdk.contrib.web.stores import FolderVisitorStore, RedisVisitorStore
from directus_sdk.contrib.web.visitors import VisitorStore
from directus_sdk.contrib.web.webhook import check_secret
from directus_sdk.errors import ConfigurationError
from directus_sdk.http.requests_transport import RequestsTransport
from directus_sdk.http.transport import Transport
from directus_sdk.wire.messages import Timeout

if TYPE_CHECKING:
    from directus_sdk.contrib.cache import CachedTransport

_PREFIX = "DIRECTUS_"
_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]*")


def _key(name: str) -> str:
    return f"{_PREFIX}{name.upper()}"


def _is_anything(value: object) -> bool:
    return True  # what takes it checks it


def _is_string(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_path(value: object) -> bool:
    return isinstance(value, str) and value.startswith("/")


def _are_names(value: object) -> bool:
    return isinstance(value, (list, tuple)) and all(isinstance(name, str) and _NAME.fullmatch(name) for name in value)


#: What a valid value is. The messages do not contain the value, which may be a secret.
_CHECKS: Mapping[str, tuple[Callable[[object], bool], str]] = {
    "url": (_is_string, "the URL of the server, such as 'https://cms.example.com'"),
    "public_url": (_is_string, "the URL of the server that browsers use"),
    "token": (_is_string, "a token; leave it out for an unauthenticated client"),
    "client": (callable, "a class such as Directus, or a function"),
    "transport": (lambda value: isinstance(value, Transport), "a Transport, such as MockTransport(...)"),
    "sessions": (
        lambda value: isinstance(value, (VisitorStore, os.PathLike)) or _is_string(value),
        "a VisitorStore, the path of a folder, or the URL of a Redis server",
    ),
    "mode": (lambda value: value in ("json", "session"), "'json' or 'session'"),
    "forbidden": (lambda value: value in (403, 404), "404 or 403"),
    "providers": (_are_names, "a list of names, such as ['google']"),
    "url_prefix": (_is_path, "a path such as '/account'"),
    "home": (_is_path, "a path of the site, such as '/'"),
    "csrf": (lambda value: isinstance(value, bool), "True or False"),
}


@attrs.frozen(repr=False)
class Config:
    """The configuration of one app. The attribute ``url`` is the key ``DIRECTUS_URL``, and so on.

    Attributes:
        url: The base URL of the server.
        public_url: The URL of the server that browsers use, where it is another one.
        token: The static token of the site's own client.
        timeout: The timeout of each request, in seconds.
        client: The class of the clients, such as a typed one, or a function that takes its arguments.
        transport: Sends the requests, such as a `MockTransport` in tests.
        cache: Where reads are cached: a region of dogpile.cache, or ``"memory"`` (of each process), or the URL of a
            Redis server.
        cache_ttl: For how many seconds a read is cached.
        cache_stale: For how many seconds more it is used while the server is down.
        sessions: Where the sessions of visitors are kept: a `VisitorStore`, the path of a folder, or the URL of a Redis server.
            By default, the folder ``directus_sessions`` in the instance folder of the app.
        mode: The mode of their sessions: ``"json"`` or ``"session"``.
        forbidden: The status of what a visitor may not see: 404 or 403.
        providers: The names of the single sign-on providers.
        webhook_secret: The secret of the webhook, which does not exist without one.
        url_prefix: What the URLs of the login page and of the others begin with.
        home: Where a visitor is sent after signing in or out.
        csrf: Whether POST requests are checked.
    """

    url: str
    public_url: str | None = None
    token: str | None = None
    timeout: Timeout | EllipsisType = ...
    client: Callable[..., Directus] = Directus
    transport: Transport | None = None
    cache: object = None
    cache_ttl: float = 60.0
    cache_stale: float = 300.0
    sessions: VisitorStore | str | os.PathLike[str] | None = None
    mode: str = "json"
    forbidden: int = 404
    providers: Sequence[str] = ()
    webhook_secret: str | None = None
    url_prefix: str | None = None
    home: str = "/"
    csrf: bool = True

    @classmethod
    def of(cls, values: Mapping[str, object]) -> Config:
        """Read the configuration of an app.

        Raises:
            ConfigurationError: A key is missing, unknown or not valid. The message contains no values of secrets.
        """
        names = [field.name for field in attrs.fields(cls)]
        own = {key.removeprefix(_PREFIX).lower(): value for key, value in values.items() if key.startswith(_PREFIX)}
        for name in own:
            if name not in names:
                similar = get_close_matches(name, names, 1)
                hint = f"did you mean {_key(similar[0])}?" if similar else f"there are {', '.join(map(_key, names))}"
                raise ConfigurationError(f"there is no configuration key {_key(name)}; {hint}")
        # A variable of the environment that is not set is None.
        own = {name: value for name, value in own.items() if value is not None}
        if not own.get("url"):
            raise ConfigurationError("set DIRECTUS_URL to the URL of the server, such as 'https://cms.example.com'")
        for name, value in own.items():
            is_valid, what = _CHECKS.get(name, (_is_anything, ""))
            if not is_valid(value):
                raise ConfigurationError(f"{_key(name)} must be {what}")
        if "webhook_secret" in own:
            check_secret(own["webhook_secret"])
        return cls(**own)  # type: ignore[arg-type]

    def make_cache(self) -> CachedTransport | None:
        """Return the cache of the site's client and its visitors' clients.

        Raises:
            ConfigurationError: The region is not valid.
            ImportError: dogpile.cache is not installed.
        """
        if self.cache is None:
            return None
        from dogpile.cache import CacheRegion

        from directus_sdk.contrib.cache import CachedTransport
        from directus_sdk.contrib.web.regions import memory_region, redis_region

        region: object = self.cache
        if region == "memory":
            region = memory_region()
        elif isinstance(region, str) and region.startswith(("redis://", "rediss://", "unix://")):
            region = redis_region(region, self.cache_ttl + self.cache_stale)
        if not isinstance(region, CacheRegion):
            raise ConfigurationError("DIRECTUS_CACHE must be a region of dogpile.cache, 'memory', or the URL of a Redis server")
        transport = self.transport or RequestsTransport()
        return CachedTransport(transport, region, ttl=self.cache_ttl, stale=self.cache_stale)

    def make_client(self, transport: Transport | None) -> Directus:
        """Return the site's own client; nothing is sent.

        Raises:
            ConfigurationError: An option is not valid.
        """
        options = {"token": self.token, "timeout": self.timeout, "transport": transport}
        client = self.client(self.url, **{name: value for name, value in options.items() if value is not None})
        if not isinstance(client, Directus):
            raise ConfigurationError(f"DIRECTUS_CLIENT must return a Directus, not {type(client).__name__}")
        return client

    def make_store(self, instance_path: str) -> VisitorStore:
        """Return where the sessions of visitors are kept.

        Raises:
            ConfigurationError: The folder cannot be created, or the URL is not valid.
        """
        place = self.sessions
        if isinstance(place, VisitorStore):
            return place
        if isinstance(place, str) and "://" in place:
            return RedisVisitorStore(place)
        return FolderVisitorStore(Path(instance_path) / "directus_sessions" if place is None else place)
