"""The root of the errors, and those that are not about one request."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from directus_sdk.displayed import Displayed
from directus_sdk.json_types import JSONObject
from directus_sdk.redaction.call_names import shorten

if TYPE_CHECKING:
    from directus_sdk.display.card import Card

__all__ = [
    "BulkError", "BulkModelError", "ConfigurationError", "DirectusError", "ModelError", "NotSignedIn", "OrderUnknown",
    "SchemaError", "SessionExpired", "StorageError", "SubscriptionEnded", "TruncatedResultWarning",
]  # fmt: skip


def _rebuild(cls: type[DirectusError], args: tuple[object, ...], state: JSONObject) -> DirectusError:
    error = cls.__new__(cls)
    error.args = args
    error.__dict__.update(state)
    return error


class DirectusError(Displayed, Exception):
    """The root of all errors that the SDK raises on purpose."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message)

    @property
    def message(self) -> str:
        """What happened, to which item, and what to do, in at most 500 characters."""
        return shorten(str(self.args[0])) if self.args else ""

    def __str__(self) -> str:
        return self.message

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.message!r})"

    def _card(self) -> Card:
        from directus_sdk.display.errors import card

        return card(self)

    def _render_traceback_(self) -> list[str]:
        """Return the traceback for IPython, which calls it, without the frames of this package."""
        from directus_sdk.display import errors, tracebacks

        return tracebacks.render(self, errors.hint(self))

    def __reduce__(self) -> tuple[object, ...]:
        # The default would call the class with the message alone and lose the keyword arguments.
        return _rebuild, (type(self), self.args, self.__dict__)


class ConfigurationError(DirectusError, ValueError):
    """The client was set up or called in a way that cannot work; nothing was sent."""


class ModelError(DirectusError, ValueError):
    """An item does not fit its model class.

    Attributes:
        collection: The collection that the item is from.
        field: The field, as a path such as ``author.name``.
        keys: The keys of the items that were already written; empty after a read.
        result: The `directus_sdk.BulkResult` of what was written, or ``None`` after a read.
    """

    result: Any = None

    def __init__(self, message: str, *, collection: str | None = None, field: str | None = None) -> None:
        super().__init__(message)
        self.collection = collection
        self.field = field
        self.keys: list[Any] = []


class SchemaError(DirectusError, ValueError):
    """A snapshot file, or what a server returned, does not describe a schema; or a call does not go with the schema.

    Attributes:
        source: The path of the file, or what else was read.
        place: The place in it, such as ``"fields[3].schema.data_type"``, or ``"line 12"``; empty if all of it is meant. Of a
            call of a strict client: the place in the query or the item, such as ``"filter.author.nmae"``.
        unknown: Of a call with a name that is not in the schema: its collection and field, the latter ``""`` where the
            collection is unknown.
    """

    def __init__(self, message: str, *, source: str = "", place: str = "", unknown: tuple[str, str] | None = None) -> None:
        super().__init__(message)
        self.source = source
        self.place = place
        self.unknown = unknown


class SessionExpired(DirectusError):
    """The session has ended, and only ``directus.auth.login(...)`` starts a new one."""


class NotSignedIn(SessionExpired):
    """There is no session, and ``LoginAuth(required=True)`` sends nothing without one.

    It is a `SessionExpired`, so that one ``except`` clause catches both: call ``directus.auth.login(...)``.
    """


class StorageError(DirectusError):
    """The storage of a session cannot be read, written or locked; the session itself may be fine."""


class SubscriptionEnded(DirectusError):
    """``next()`` was called on a subscription or a change feed that has ended and has no more events.

    ``for`` loops end quietly instead.
    """


class BulkError(DirectusError):
    """Some items of a bulk call failed.

    Attributes:
        errors: One `directus_sdk.ItemError` for each item that failed.
        result: The `directus_sdk.BulkResult` of what was done.
    """

    def __init__(self, message: str, *, errors: Sequence[Any] = (), result: Any = None) -> None:
        super().__init__(message)
        self.errors = list(errors)
        self.result = result


class OrderUnknown(BulkError, ConfigurationError):
    """Items were written, and which of the returned rows is which item is not known.

    The server generated the keys and returned the rows in the order of those keys. ``generate_keys=True`` avoids it.

    Attributes:
        result: The rows, in the server's order.
    """


class BulkModelError(BulkError, ModelError):
    """Items were written, and what the server returned of them does not fit the model.

    Attributes:
        result: What was done; ``.unfit`` holds the `ModelError` of each item.
        keys: The keys of the written items.
    """

    def __init__(self, message: str, *, errors: Sequence[Any] = (), result: Any = None) -> None:
        super().__init__(message, errors=errors, result=result)
        self.collection = self.field = None
        self.keys = []


class TruncatedResultWarning(UserWarning):
    """A list was cut at the server's limit: there are more items than were returned."""
