"""Every error that the SDK raises, in one tree.

::

    DirectusError
    ├─ ConfigurationError (ValueError)       the client was set up or called in a way that cannot work
    ├─ ModelError (ValueError)               an item does not fit its model class
    ├─ SessionExpired                        the session is over: sign in again
    │   └─ NotSignedIn                       there is no session, and the client must have one
    ├─ StorageError                          the session cannot be read, stored or locked
    ├─ SubscriptionEnded                     next() of a subscription or a change feed that has ended
    ├─ BulkError                             some items of a bulk call failed: .errors, .result
    │   ├─ OrderUnknown (ConfigurationError) which row is which item cannot be told
    │   └─ BulkModelError (ModelError)       they are written, and what came back does not fit the model: .keys
    ├─ TransportError                        no answer came: .sent tells whether the server may have acted
    │   ├─ ConnectionFailed (ConnectionError)
    │   ├─ Timeout (TimeoutError)
    │   ├─ TLSError
    │   └─ ResponseTooLarge                  .limit .status
    └─ APIError                              the server answered: .status .code .errors .extensions .response
        ├─ BadRequest                        400
        │   ├─ FailedValidation (ValueError) .field .type
        │   ├─ RecordNotUnique               .collection .field .value
        │   ├─ InvalidForeignKey, NotNullViolation, ContainsNullValues, ValueOutOfRange, ValueTooLong
        │   ├─ InvalidPayload                .reason
        │   │   ├─ PayloadTooLarge           also 413
        │   │   └─ BatchLimitExceeded        .limit
        │   ├─ InvalidQuery, InvalidPathParameter, InvalidInvite, InvalidMetadata, IllegalAssetTransformation
        │   └─ GraphQLError                  .data; also in an answer with status 200
        ├─ Unauthorized                      401
        │   └─ InvalidCredentials, TokenExpired, InvalidOTP, InvalidIP, UserSuspended
        ├─ Forbidden                         403
        │   └─ InvalidToken, InvalidProvider, LimitExceeded, CollectionInactive, ResourceRestricted
        ├─ NotFound                          404
        │   └─ RouteNotFound
        │       └─ NotSupported              this server's version does not have it: .since
        ├─ MethodNotAllowed (405), OutOfTime (408), Conflict (409), URITooLong (414, 431),
        │  UnsupportedMediaType (415), RangeNotSatisfiable (416)
        ├─ UnprocessableContent              422
        │   └─ VersionHashMismatch, ImportCyclicalRelation
        ├─ RateLimited                       429: .retry_after
        │   └─ EmailLimitExceeded
        ├─ ServerError                       500 and above
        │   ├─ ServiceUnavailable            503: .service .reason .retry_after
        │   └─ OutOfDate, UnexpectedResponse, InvalidProviderConfig
        ├─ LicenseError                      LICENSE_* and ADDON_*
        ├─ RedirectRefused                   the server answered with a redirect that is not followed
        └─ DecodeError                       the answer is not what it says it is, such as HTML instead of JSON

``TruncatedResultWarning`` is the one warning: a list was cut and there are more items.

Which class an answer becomes is decided by ``errors[0].extensions.code`` and then by the status, in
`directus_sdk.http.responses`.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from directus_sdk.json_types import JSONMapping
from directus_sdk.redaction.call_names import shorten

if TYPE_CHECKING:
    from collections.abc import Sequence

    from directus_sdk.redaction.redact import Trace
    from directus_sdk.wire.messages import Response


def _rebuild(cls: type[DirectusError], args: tuple[Any, ...], state: dict[str, Any]) -> DirectusError:
    error = cls.__new__(cls)
    error.args = args
    error.__dict__.update(state)
    return error


class DirectusError(Exception):
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

    def __reduce__(self) -> tuple[Any, ...]:
        # The default would call the class with the message alone and lose what keyword arguments set.
        return _rebuild, (type(self), self.args, self.__dict__)


class ConfigurationError(DirectusError, ValueError):
    """The client was set up or called in a way that cannot work; nothing was sent."""


class ModelError(DirectusError, ValueError):
    """An item does not fit its model class.

    Attributes:
        collection: The collection that the item is from.
        field: The field, as a path such as ``author.name``.
        keys: The keys of the items that were written before that was noticed; empty where something was only read.
        result: The `directus_sdk.BulkResult` of what was written, or ``None`` where something was only read.
    """

    result: Any = None

    def __init__(self, message: str, *, collection: str | None = None, field: str | None = None) -> None:
        super().__init__(message)
        self.collection = collection
        self.field = field
        self.keys: list[Any] = []


class SessionExpired(DirectusError):
    """The session is over, and only ``directus.auth.login(...)`` starts a new one."""


class NotSignedIn(SessionExpired):
    """There is no session, and ``LoginAuth(required=True)`` sends nothing without one.

    It is a `SessionExpired`, so that one handler does for both: call ``directus.auth.login(...)``.
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
    """Items were written, and which of the returned rows is which item cannot be told.

    The server made the keys and returned the rows in the order of those keys. ``generate_keys=True`` avoids it.

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


class TransportError(DirectusError):
    """No answer came.

    Attributes:
        sent: Whether the server may have received the request: ``False`` means that it did nothing.
        request: The call as a `directus_sdk.redaction.redact.Trace`, without secrets.
        attempts: How many times it was tried.
    """

    def __init__(self, message: str, *, sent: bool = True, request: Trace | None = None) -> None:
        super().__init__(message)
        self.sent = sent
        self.request = request
        self.attempts = 1


class ConnectionFailed(TransportError, ConnectionError):
    """No connection could be made, or it broke before the answer was complete."""


def refuse_at_exit() -> None:
    """Refuse a call in a ``__del__`` while the interpreter ends, when nothing can be imported any more.

    Raises:
        ConnectionFailed: It is too late.
    """
    if getattr(sys, "meta_path", None) is None:
        raise ConnectionFailed(
            "the interpreter is ending, so nothing can be sent any more: make the call earlier, at the end of a with block "
            "or in a function of atexit, and not in __del__",
            sent=False,
        )


class Timeout(TransportError, TimeoutError):
    """The server did not take the connection, or did not answer, in time."""


class TLSError(TransportError):
    """The server's certificate is not trusted, or no secure connection could be agreed on."""


class ResponseTooLarge(TransportError):
    """The server answered, with more than is read: see ``max_response_size`` of `directus_sdk.RequestsTransport`.

    What was asked for was done where the status says so; it is not tried again.

    Attributes:
        limit: The most bytes that are read.
        status: The HTTP status of the response.
    """

    limit: int = 0
    status: int = 0


Failure = TypeVar("Failure", bound=TransportError)


def because(failure: Failure, error: BaseException) -> Failure:
    """Return a failure with the error of the system, or of the protocol, as its cause, and nothing that hangs on that.

    Errors of other libraries are no causes: they hold requests and answers with their tokens.
    """
    from http.client import HTTPException  # only needed for errors

    if isinstance(error, (OSError, HTTPException)):
        error.__cause__ = error.__context__ = error.__traceback__ = None
        failure.__cause__ = error
    return failure


class APIError(DirectusError):
    """The server answered that it did not do what was asked.

    Attributes:
        status: The HTTP status, such as 403.
        code: Directus's code of the first error, such as ``"FORBIDDEN"``, or ``""``.
        errors: Every error of the answer, as the server sent it.
        extensions: The ``extensions`` of the first error.
        response: The `directus_sdk.Response`.
        request: The call as a `directus_sdk.redaction.redact.Trace`, without secrets.
        attempts: How many times it was tried.
    """

    hint: ClassVar[str] = ""

    def __init__(
        self,
        message: str,
        *,
        status: int = 0,
        code: str = "",
        errors: Sequence[JSONMapping] = (),
        response: Response | None = None,
        request: Trace | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.errors = list(errors)
        self.response = response
        self.request = request
        self.attempts = 1

    @property
    def extensions(self) -> JSONMapping:
        """What the server says about the first error beside its message."""
        extensions = self.errors[0].get("extensions") if self.errors else None
        return extensions if isinstance(extensions, dict) else {}

    def _said(self) -> str:
        """Return what the server itself said: a message names the call too, and so whatever stands in its query."""
        return "; ".join(str(entry.get("message")) for entry in self.errors if isinstance(entry, dict))

    @property
    def reason(self) -> str | None:
        """The server's reason in words, where it gives one."""
        return self._text("reason")

    @property
    def field_errors(self) -> dict[str, list[str]]:
        """What the server says about each field, for a form: ``{"title": ["Value is required."]}``.

        A value within a field has a name with dots. Empty where the error is about no field.
        """
        found: dict[str, list[str]] = {}
        for entry in self.errors:
            extensions = entry.get("extensions")
            field = extensions.get("field") if isinstance(extensions, dict) else None
            if not isinstance(field, str) or not field:
                continue
            path = extensions.get("path") if isinstance(extensions, dict) else None
            name = ".".join([field, *map(str, path if isinstance(path, list) else ())])
            # The field's name is the key already.
            words = str(entry.get("message") or "").removeprefix(f'Validation failed for field "{field}". ')
            messages = found.setdefault(name, [])
            if words not in messages:
                messages.append(words)
        return found

    def _text(self, name: str) -> str | None:
        value = self.extensions.get(name)
        return None if value is None else str(value)

    def to_curl(self) -> str:
        """Return a shell command that makes the same call, with its secrets replaced by ``***``.

        Returns:
            One line for a POSIX shell. Put your own token in before you run it.
        """
        return self.request.to_curl() if self.request is not None else ""


class _FieldError(APIError):
    """An error about one value: the server names collection, field and value where it can."""

    @property
    def collection(self) -> str | None:
        """The collection that the value was for."""
        return self._text("collection")

    @property
    def field(self) -> str | None:
        """The field that the value was for."""
        return self._text("field")

    @property
    def value(self) -> Any:
        """The value, where the server repeats it."""
        return self.extensions.get("value")


class BadRequest(APIError):
    """400: the server does not accept what was sent."""


class FailedValidation(BadRequest, _FieldError, ValueError):
    """A value breaks a validation rule of its field; `errors` holds one entry for each broken rule."""

    @property
    def type(self) -> str | None:
        """The rule that was broken, such as ``"required"``."""
        return self._text("type")


class RecordNotUnique(BadRequest, _FieldError):
    """The value of a unique field exists already."""


class InvalidForeignKey(BadRequest, _FieldError):
    """A relation points to an item that does not exist."""


class NotNullViolation(BadRequest, _FieldError):
    """A field that must have a value was given none."""


class ContainsNullValues(BadRequest, _FieldError):
    """A field cannot be made required while items have no value in it."""


class ValueOutOfRange(BadRequest, _FieldError):
    """A number is too large or too small for its field."""


class ValueTooLong(BadRequest, _FieldError):
    """A text is too long for its field."""


class InvalidPayload(BadRequest):
    """The body of the call is not what the server expects."""


class PayloadTooLarge(InvalidPayload):
    """The body is larger than the server takes (``MAX_PAYLOAD_SIZE``, 1 MB by default, or a proxy's limit)."""

    hint = "send less at once, or raise MAX_PAYLOAD_SIZE on the server"


class BatchLimitExceeded(InvalidPayload):
    """More items were sent in one call than the server takes (``MAX_BATCH_MUTATION``)."""

    limit: int | None = None


class InvalidQuery(BadRequest):
    """A filter, a sort or another query parameter is not valid for this collection."""


class InvalidPathParameter(BadRequest):
    """A key in the address has the wrong form."""


class InvalidInvite(BadRequest):
    """The invitation is not valid, or not any more."""


class InvalidMetadata(BadRequest):
    """The metadata of a resumable upload are not valid."""


class IllegalAssetTransformation(BadRequest):
    """The server does not allow this transformation of an image."""


class GraphQLError(BadRequest):
    """A GraphQL document was refused, or some of its fields failed.

    Attributes:
        errors: Every error with its message, path and code.
        data: What did succeed, or ``None``.
    """

    data: Any = None


class Unauthorized(APIError):
    """401: the server does not know who is asking."""


class InvalidCredentials(Unauthorized):
    """Wrong email, password or token, or a refresh token that is not valid any more."""


class TokenExpired(Unauthorized):
    """The access token's time is over."""


class InvalidOTP(Unauthorized):
    """The one-time password is missing or wrong."""

    hint = "pass otp='123456' to login()"


class InvalidIP(Unauthorized):
    """This address may not use the account."""


class UserSuspended(Unauthorized):
    """The account is suspended."""


class Forbidden(APIError):
    """403: not allowed, or it does not exist."""

    hint = "Directus answers so for things that do not exist too: check the spelling, then the permissions"


class InvalidToken(Forbidden):
    """The access token is not one of this server."""

    hint = "sign in again, or check the token"


class InvalidProvider(Forbidden):
    """This way of signing in is not open for the account."""

    hint = ""


class LimitExceeded(Forbidden):
    """A limit of the server is reached, such as the number of users or of imports at once."""

    hint = ""


class CollectionInactive(Forbidden):
    """The collection is switched off."""

    hint = ""


class ResourceRestricted(Forbidden):
    """The server's licence does not include this."""

    hint = ""


class NotFound(APIError):
    """404: there is no such thing."""


class RouteNotFound(NotFound):
    """The server has no such endpoint."""


class NotSupported(RouteNotFound):
    """The version of this server does not have what was called.

    Attributes:
        since: The first version that has it, such as ``"11"``, or ``None``.
        until: The last version that has it, or ``None``.
    """

    since: str | None = None
    until: str | None = None


class MethodNotAllowed(APIError):
    """405: the endpoint does not take this method."""


class OutOfTime(APIError):
    """408: the server gave up on a job that took too long."""


class Conflict(APIError):
    """409: the thing is in a state that does not allow this."""


class URITooLong(APIError):
    """414 or 431: the address, or the headers, are longer than the server takes."""

    hint = "ask for fewer fields or split the filter"


class UnsupportedMediaType(APIError):
    """415: the server does not take this type of content."""


class RangeNotSatisfiable(APIError):
    """416: the file does not have the part that was asked for."""


class UnprocessableContent(APIError):
    """422: the server understood, and cannot do it."""


class VersionHashMismatch(UnprocessableContent):
    """The main item has changed since the content version was compared with it."""

    hint = "compare the version again, then promote it"


class ImportCyclicalRelation(UnprocessableContent):
    """The items to import point to each other in a circle."""


class _RetryAfter(APIError):
    @property
    def retry_after(self) -> float | None:
        """How long the server asks to wait, in seconds, or ``None`` where it does not say."""
        return None if self.response is None else self.response.retry_after


class RateLimited(_RetryAfter):
    """429: too many calls; `retry_after` says how many seconds to wait."""


class EmailLimitExceeded(RateLimited):
    """Too many mails were asked for."""


class ServerError(APIError):
    """500 and above: something is wrong on the server, or on the way to it."""


class ServiceUnavailable(_RetryAfter, ServerError):
    """503: the server, or a service that it needs, cannot answer now."""

    @property
    def service(self) -> str | None:
        """The service that cannot answer: ``"api"`` is the server itself."""
        return self._text("service")


class OutOfDate(ServerError):
    """The server's database does not fit its version."""


class UnexpectedResponse(ServerError):
    """A service that the server asked gave an unexpected answer."""


class InvalidProviderConfig(ServerError):
    """A sign-in provider is not set up rightly on the server."""


class LicenseError(APIError):
    """The server's licence, or an addon to it, is the obstacle."""


class RedirectRefused(APIError):
    """The server answered with a redirect that is not followed, since the call or the token would go astray."""


class DecodeError(APIError):
    """The answer is not what it says it is, such as a proxy's HTML page instead of JSON."""


class TruncatedResultWarning(UserWarning):
    """A list was cut at the server's limit: there are more items than were returned."""
