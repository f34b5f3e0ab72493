"""What one process makes from the settings: the client, and the sessions of its visitors."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from django.utils.functional import SimpleLazyObject, empty

from directus_sdk.client import Directus
from directus_sdk.contrib.django.conf import Options, options
from directus_sdk.http.transport import Transport
from directus_sdk.local import fork

if TYPE_CHECKING:
    from directus_sdk.contrib.web.visitors import Visitors


class Process:
    """The client and the visitors' sessions of this process, made at their first use and after a change of the settings.

    Both can be used by all threads, and after a fork.

    Attributes:
        transport: A transport of a test, in place of the one of the settings.
    """

    def __init__(self) -> None:
        self.transport: Transport | None = None
        self._options: Options | None = None
        self._client: Directus | None = None
        self._public: Directus | None = None
        self._visitors: Visitors | None = None
        self._after_fork()
        fork.register(self)

    def _after_fork(self) -> None:
        self._lock = threading.RLock()  # a thread of the parent may have held it

    @property
    def options(self) -> Options:
        """The setting ``DIRECTUS``."""
        current = self._options
        if current is None:
            self._options = current = options()
        return current

    def client(self) -> Directus:
        """Return the client of this process."""
        if self._client is None:
            with self._lock:
                if self._client is None:
                    self._client = self._new_client()
        return self._client

    def public_client(self) -> Directus:
        """Return an unauthenticated client whose URL is the one that browsers use; for URLs in pages."""
        if self._public is None:
            self._public = Directus(self.options.public_url or self.options.url)
        return self._public

    def forget(self, *collections: str) -> None:
        """Have the cache forget collections, for all users; without names, everything."""
        forget: Callable[..., None] | None = getattr(self.client().transport, "forget", None)
        if forget is not None:
            forget(*collections)

    def visitors(self) -> Visitors:
        """Return the sessions of the visitors."""
        if self._visitors is None:
            from directus_sdk.contrib.django.stores import visitor_store
            from directus_sdk.contrib.web.visitors import Visitors

            with self._lock:
                if self._visitors is None:
                    self._visitors = Visitors(self.client, visitor_store(self.options), mode=self.options.mode)
        return self._visitors

    def reset(self) -> None:
        """Forget everything: the settings have changed."""
        with self._lock:
            client, self._client, self._public, self._visitors, self._options = self._client, None, None, None, None
            vars(cms)["_wrapped"] = empty
        if client is not None:
            client.close()

    def _new_client(self) -> Directus:
        chosen = self.options
        if self.transport is not None:
            return chosen.make_client(transport=self.transport)
        if chosen.cache is None:
            return chosen.make_client()
        from directus_sdk.contrib.django.cache_backend import cached_transport

        return chosen.make_client(transport=cached_transport(chosen))


process = Process()
#: The client of this process.
cms = cast("Directus", SimpleLazyObject(process.client))
