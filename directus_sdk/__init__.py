"""A synchronous, object-oriented client for Directus.

Example:
    >>> from directus_sdk import Directus
    >>> directus = Directus("https://cms.example.com", token="my-token")
"""

from __future__ import annotations

import sys as _sys
from importlib import import_module as _import_module
from types import ModuleType as _ModuleType
from typing import TYPE_CHECKING

from directus_sdk import handlers as _handlers
from directus_sdk.auth import Auth as Auth
from directus_sdk.auth import StaticTokenAuth as StaticTokenAuth
from directus_sdk.auth.credentials import Credentials as Credentials
from directus_sdk.auth.storage import FileStorage as FileStorage
from directus_sdk.auth.storage import MemoryStorage as MemoryStorage
from directus_sdk.auth.storage import Storage as Storage
from directus_sdk.calls.retry import RetryPolicy as RetryPolicy
from directus_sdk.client import Directus as Directus
from directus_sdk.errors import *  # noqa: F403
from directus_sdk.handlers import EndpointGroup as EndpointGroup
from directus_sdk.handlers import EndpointGroups as EndpointGroups
from directus_sdk.http.requests_transport import RequestsTransport as RequestsTransport
from directus_sdk.http.transport import Transport as Transport
from directus_sdk.models import UNSET as UNSET
from directus_sdk.models import Unset as Unset
from directus_sdk.preload import preload as preload
from directus_sdk.version import __version__ as __version__
from directus_sdk.wire.messages import Headers as Headers
from directus_sdk.wire.messages import Request as Request
from directus_sdk.wire.messages import Response as Response
from directus_sdk.wire.operators import Filter as Filter
from directus_sdk.wire.operators import Operators as Operators
from directus_sdk.wire.query import Query as Query
from directus_sdk.wire.query import WriteQuery as WriteQuery
from directus_sdk.wire.urls import Key as Key

if TYPE_CHECKING:
    from directus_sdk.auth.login import LoginAuth as LoginAuth
    from directus_sdk.calls.events import Event as Event
    from directus_sdk.expressions import CurrentRole as CurrentRole
    from directus_sdk.expressions import CurrentUser as CurrentUser
    from directus_sdk.expressions import Expression as Expression
    from directus_sdk.expressions import F as F
    from directus_sdk.expressions import Now as Now
    from directus_sdk.expressions import all_of as all_of
    from directus_sdk.expressions import any_of as any_of
    from directus_sdk.handlers import *  # noqa: F403
    from directus_sdk.handlers.related_items import Related as Related
    from directus_sdk.http.session_transport import SessionTransport as SessionTransport
    from directus_sdk.reading.partitions import Partition as Partition
    from directus_sdk.results import BulkResult as BulkResult
    from directus_sdk.results import ItemError as ItemError
    from directus_sdk.results import Meta as Meta
    from directus_sdk.results import Page as Page
    from directus_sdk.schema import Schema as Schema
    from directus_sdk.tables.options import FileOptions as FileOptions
    from directus_sdk.transfers.options import DownloadOptions as DownloadOptions
    from directus_sdk.transfers.options import TransferOptions as TransferOptions
    from directus_sdk.transfers.options import UploadOptions as UploadOptions
    from directus_sdk.writing.applied import Applied as Applied
    from directus_sdk.writing.bulk_options import BulkOptions as BulkOptions
    from directus_sdk.writing.checkpoint import BulkCheckpoint as BulkCheckpoint
    from directus_sdk.writing.plan import Plan as Plan
    from directus_sdk.writing.restore import Restored as Restored
else:
    #: Modules that few scripts use by name; they are imported when one of their names is first used.
    _MODULES = {
        **dict.fromkeys(("CurrentRole", "CurrentUser", "Expression", "F", "Now", "all_of", "any_of"), "expressions"),
        "Applied": "writing.applied",
        "BulkCheckpoint": "writing.checkpoint",
        "BulkOptions": "writing.bulk_options",
        "BulkResult": "results",
        "DownloadOptions": "transfers.options",
        "Event": "calls.events",
        "FileOptions": "tables.options",
        "ItemError": "results",
        "LoginAuth": "auth.login",
        "Meta": "results",
        "Page": "results",
        "Partition": "reading.partitions",
        "Plan": "writing.plan",
        "Restored": "writing.restore",
        "Related": "handlers.related_items",
        "Schema": "schema",
        "SessionTransport": "http.session_transport",
        "TransferOptions": "transfers.options",
        "UploadOptions": "transfers.options",
    }
    _own = [name for name, value in globals().items() if not (name.startswith("_") or isinstance(value, _ModuleType))]
    _names = sorted({"__version__", *_own, *_MODULES, *_handlers.__all__} - {"TYPE_CHECKING", "annotations"})
    __all__ = list(_names)

    def __getattr__(name: str) -> object:
        if name in _handlers.__all__:
            return getattr(_handlers, name)
        if name in _MODULES:
            return getattr(_import_module(f"{__name__}.{_MODULES[name]}"), name)
        raise _missing(name)

    def _missing(name: str) -> Exception:
        """Return the error for a name that does not exist; in ``from directus_sdk import ...`` it says what to import."""
        message = f"module {__name__!r} has no attribute {name!r}"
        caller = _sys._getframe(2)
        # An import asks first whether it is an attribute, then whether it is a module.
        if name.startswith("_") or caller.f_globals.get("__name__", "").startswith("importlib"):
            return AttributeError(message)
        from opcode import opmap

        from directus_sdk.errors.foreign_imports import imported

        advice = imported(name, __all__, Directus)
        if not advice:
            return AttributeError(message)
        # An import replaces the message of an AttributeError by its own; all others need one, such as `hasattr`.
        if caller.f_code.co_code[caller.f_lasti] == opmap["IMPORT_FROM"]:
            return ImportError(f"cannot import name {name!r} from {__name__!r}: {advice}", name=__name__)
        return AttributeError(f"{message}: {advice}")

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})
