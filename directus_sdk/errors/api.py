"""Errors that the server reports in its response."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from directus_sdk.errors.base import DirectusError
from directus_sdk.json_types import JSONMapping, MaybeNone

if TYPE_CHECKING:
    from directus_sdk.redaction.trace import Trace
    from directus_sdk.wire.messages import Response

__all__ = [
    "APIError", "BadRequest", "BatchLimitExceeded", "CollectionInactive", "Conflict", "ContainsNullValues", "DecodeError",
    "EmailLimitExceeded", "FailedValidation", "Forbidden", "GraphQLError", "IllegalAssetTransformation",
    "ImportCyclicalRelation", "InvalidCredentials", "InvalidForeignKey", "InvalidIP", "InvalidInvite", "InvalidMetadata",
    "InvalidOTP", "InvalidPathParameter", "InvalidPayload", "InvalidProvider", "InvalidProviderConfig", "InvalidQuery",
    "InvalidToken", "LicenseError", "LimitExceeded", "MethodNotAllowed", "NotFound", "NotNullViolation", "NotSupported",
    "OutOfDate", "OutOfTime", "PayloadTooLarge", "RangeNotSatisfiable", "RateLimited", "RecordNotUnique", "RedirectRefused",
    "ResourceRestricted", "RouteNotFound", "ServerError", "ServiceUnavailable", "TokenExpired", "URITooLong",
    "Unauthorized", "UnexpectedResponse", "UnprocessableContent", "UnsupportedMediaType", "UserSuspended",
    "ValueOutOfRange", "ValueTooLong", "VersionHashMismatch",
]  # fmt: skip

#: Which field of which collection a message is about.
_NAMES = re.compile(r' (?:for field|in collection) "[^"]*"')


class APIError(DirectusError):
    """The server responded that it did not do what was asked.

    Attributes:
        status: The HTTP status, such as 403.
        code: Directus's code of the first error, such as ``"FORBIDDEN"``, or ``""``. With Directus 8 it is an integer, or
            ``None``.
        errors: Every error of the response, as the server sent it.
        extensions: The ``extensions`` of the first error.
        response: The `directus_sdk.Response`.
        request: The call as a `directus_sdk.redaction.trace.Trace`, without secrets.
        attempts: The number of attempts.
    """

    hint: ClassVar[str] = ""

    def __init__(
        self,
        message: str,
        *,
        status: int = 0,
        code: str | MaybeNone = "",
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
        """The details of the first error: its ``extensions``."""
        extensions = self.errors[0].get("extensions") if self.errors else None
        return extensions if isinstance(extensions, dict) else {}

    def _server_message(self) -> str:
        """Return the server's own words; `message` also names the call, and so whatever is in its query."""
        return "; ".join(str(entry.get("message")) for entry in self.errors if isinstance(entry, dict))

    @property
    def reason(self) -> str | None:
        """The server's reason as a sentence, if it gives one."""
        return self._extension("reason")

    @property
    def field_errors(self) -> dict[str, list[str]]:
        """The messages for each field, for a form: ``{"title": ["Value is required."]}``.

        A value within a field has a name with dots. Empty where the error is about no field.
        """
        messages: dict[str, list[str]] = {}
        for entry in self.errors:
            extensions = entry.get("extensions")
            field = extensions.get("field") if isinstance(extensions, dict) else None
            if not isinstance(field, str) or not field:
                continue
            path = extensions.get("path") if isinstance(extensions, dict) else None
            name = ".".join([field, *map(str, path if isinstance(path, list) else ())])
            # The field's name is the key already, and a form says nothing of collections.
            message = _NAMES.sub("", str(entry.get("message") or "").removeprefix(f'Validation failed for field "{field}". '))
            if message not in messages.setdefault(name, []):
                messages[name].append(message)
        return messages

    def _extension(self, name: str) -> str | None:
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
        return self._extension("collection")

    @property
    def field(self) -> str | None:
        """The field that the value was for."""
        return self._extension("field")

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
        return self._extension("type")


class RecordNotUnique(BadRequest, _FieldError):
    """The value of a unique field exists already."""


class InvalidForeignKey(BadRequest, _FieldError):
    """A relation points to an item that does not exist."""


class NotNullViolation(BadRequest, _FieldError):
    """A required field has no value."""


class ContainsNullValues(BadRequest, _FieldError):
    """A field cannot become required while items have no value in it."""


class ValueOutOfRange(BadRequest, _FieldError):
    """A number is too large or too small for its field."""


class ValueTooLong(BadRequest, _FieldError):
    """A string is too long for its field."""


class InvalidPayload(BadRequest):
    """The body of the call is not what the server expects."""


class PayloadTooLarge(InvalidPayload):
    """The body is larger than the server accepts (``MAX_PAYLOAD_SIZE``, 1 MB by default, or a proxy's limit)."""

    hint = "send fewer items per request, or raise MAX_PAYLOAD_SIZE on the server"


class BatchLimitExceeded(InvalidPayload):
    """More items were sent in one call than the server accepts (``MAX_BATCH_MUTATION``)."""

    limit: int | None = None


class InvalidQuery(BadRequest):
    """A filter, a sort or another query parameter is not valid for this collection."""


class InvalidPathParameter(BadRequest):
    """A key in the URL has the wrong form."""


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
        data: The data of the fields that succeeded, or ``None``.
    """

    data: Any = None


class Unauthorized(APIError):
    """401: the request is not authenticated."""


class InvalidCredentials(Unauthorized):
    """Wrong email, password or token, or a refresh token that is not valid any more."""

    hint = "check the email and the password, or the token"


class TokenExpired(Unauthorized):
    """The access token has expired: it is that of a session, because static tokens do not expire."""

    hint = (
        "it is a session token, which is valid for some minutes only: use auth.login(...), which gets a new one in time, "
        "or a static token"
    )


class InvalidOTP(Unauthorized):
    """The one-time password is missing or wrong."""

    hint = "pass otp='123456' to login()"


class InvalidIP(Unauthorized):
    """This IP address may not use the account."""


class UserSuspended(Unauthorized):
    """The account is suspended."""


class Forbidden(APIError):
    """403: not allowed, or it does not exist."""

    hint = (
        "Directus also responds like this for things that do not exist: check the spelling and the permissions, "
        "or print(directus.explain(error))"
    )


class InvalidToken(Forbidden):
    """The access token is not from this server."""

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
    """404: it does not exist."""


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
    """405: the endpoint does not support this method."""


class OutOfTime(APIError):
    """408: the server stopped a request that took too long."""


class Conflict(APIError):
    """409: the current state of the resource does not allow this."""


class URITooLong(APIError):
    """414 or 431: the URL, or the headers, are longer than the server accepts."""

    hint = "ask for fewer fields or split the filter"


class UnsupportedMediaType(APIError):
    """415: the server does not support this content type."""


class RangeNotSatisfiable(APIError):
    """416: the file does not have the requested range."""


class UnprocessableContent(APIError):
    """422: the request is valid, but cannot be processed."""


class VersionHashMismatch(UnprocessableContent):
    """The main item has changed since the content version was compared with it."""

    hint = "compare the version again, then promote it"


class ImportCyclicalRelation(UnprocessableContent):
    """The items to import reference each other in a cycle."""


class _RetryAfter(APIError):
    @property
    def retry_after(self) -> float | None:
        """The requested wait in seconds, or ``None`` if the server names none."""
        return None if self.response is None else self.response.retry_after


class RateLimited(_RetryAfter):
    """429: rate limit exceeded; `retry_after` is the number of seconds to wait."""


class EmailLimitExceeded(RateLimited):
    """Too many emails were requested."""


class ServerError(APIError):
    """500 and above: something is wrong on the server, or on the way to it."""


class ServiceUnavailable(_RetryAfter, ServerError):
    """503: the server, or a service that it needs, is unavailable."""

    @property
    def service(self) -> str | None:
        """The unavailable service; ``"api"`` is the server itself."""
        return self._extension("service")


class OutOfDate(ServerError):
    """The server's database schema does not match its version."""


class UnexpectedResponse(ServerError):
    """A service that the server uses sent an unexpected response."""


class InvalidProviderConfig(ServerError):
    """A sign-in provider is not configured correctly on the server."""


class LicenseError(APIError):
    """The server's licence, or an add-on, does not allow this."""


class RedirectRefused(APIError):
    """The response is a redirect that is not followed, because the request or the token would reach another server."""


class DecodeError(APIError):
    """The response is not what its headers say, such as a proxy's HTML page instead of JSON."""
