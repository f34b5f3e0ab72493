"""Errors of a request that got no response."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, TypeVar

from directus_sdk.errors.base import DirectusError

if TYPE_CHECKING:
    from directus_sdk.redaction.trace import Trace

__all__ = ["ConnectionFailed", "ResponseTooLarge", "TLSError", "Timeout", "TransportError"]


class TransportError(DirectusError):
    """There is no response.

    Attributes:
        sent: Whether the server may have received the request; ``False`` means that it did nothing.
        request: The call as a `directus_sdk.redaction.trace.Trace`, without secrets.
        attempts: The number of attempts.
    """

    def __init__(self, message: str, *, sent: bool = True, request: Trace | None = None) -> None:
        super().__init__(message)
        self.sent = sent
        self.request = request
        self.attempts = 1


class ConnectionFailed(TransportError, ConnectionError):
    """No connection could be made, or it broke before the response was complete."""


def refuse_at_exit() -> None:
    """Refuse a call in a ``__del__`` while the interpreter shuts down, when nothing can be imported any more.

    Raises:
        ConnectionFailed: It is too late.
    """
    if getattr(sys, "meta_path", None) is None:
        raise ConnectionFailed(
            "the interpreter is shutting down, so nothing can be sent any more: make the call earlier, at the end of a with "
            "block or in a function of atexit, and not in __del__",
            sent=False,
        )


class Timeout(TransportError, TimeoutError):
    """The server did not accept the connection, or did not respond, in time."""


class TLSError(TransportError):
    """The server's certificate is not trusted, or no secure connection could be agreed on."""


class ResponseTooLarge(TransportError):
    """The response is larger than the limit: see ``max_response_size`` of `directus_sdk.RequestsTransport`.

    The server processed the request if the status says so; it is not retried.

    Attributes:
        limit: The maximum size in bytes.
        status: The HTTP status of the response.
    """

    limit: int = 0
    status: int = 0


Failure = TypeVar("Failure", bound=TransportError)


def with_cause(failure: Failure, error: BaseException) -> Failure:
    """Return a failure with an error of the system, or of the protocol, as its cause: without causes of its own.

    Errors of other libraries are not attached: they hold requests and responses with their tokens.
    """
    from http.client import HTTPException, IncompleteRead  # only needed for errors

    # The last one has the part of the response that arrived, which may be that to a sign-in.
    if isinstance(error, (OSError, HTTPException)) and not isinstance(error, IncompleteRead):
        error.__cause__ = error.__context__ = error.__traceback__ = None
        failure.__cause__ = error
    return failure
