"""Tools for testing code that uses the SDK, and for testing the SDK itself.

* `MockTransport` responds to requests from a function, for unit tests without a network.
* `DirectusServer` runs a real Directus from npm on this machine, on SQLite or PostgreSQL.
* `AnyServer` is what the fixture `directus_server` is, for annotations; `StartError` is raised when one does not run.
* `SMTPSink` receives the mails that such a server sends.
* `storage_suite` is a set of tests that every `Storage` must pass.
* `directus_sdk.testing.plugin` holds the pytest fixtures `directus_server` and `directus`.

The names are looked up when they are first used, so importing this package loads none of what they need.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from . import storage_suite as storage_suite
    from .mock import MockTransport as MockTransport
    from .server.base import AnyServer as AnyServer
    from .server.process import StartError as StartError
    from .server.server import DirectusServer as DirectusServer
    from .smtp import SMTPSink as SMTPSink

__all__ = ["AnyServer", "DirectusServer", "MockTransport", "SMTPSink", "StartError", "storage_suite"]

_HOMES = {
    "AnyServer": "server.base",
    "DirectusServer": "server.server",
    "MockTransport": "mock",
    "SMTPSink": "smtp",
    "StartError": "server.process",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(importlib.import_module(f".{_HOMES[name]}", __name__), name)
    if name == "storage_suite":
        return importlib.import_module(f".{name}", __name__)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
