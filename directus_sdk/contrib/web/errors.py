"""Which response of a site an error of the SDK becomes, and what of it belongs into a form."""

from __future__ import annotations

import logging
import math
import re
from collections.abc import Collection
from typing import Final

import attrs

from directus_sdk import errors
from directus_sdk.contrib.web.uploads import UploadRefused
from directus_sdk.errors import APIError, DirectusError
from directus_sdk.wire.credential_names import PARAM

#: What `Retry-After` says where the server does not name a time, in seconds.
RETRY_AFTER: Final = 5

#: What cannot be found for this visitor is 404, or 403 by setting.
_HIDDEN: Final = 404
#: Error class -> status of the response; the first class that fits counts.
STATUSES: Final[tuple[tuple[type[DirectusError], int], ...]] = (
    (errors.SessionExpired, 401),
    (errors.RateLimited, 429),
    (errors.InvalidToken, 502),  # the site's own credentials: a visitor's session raises SessionExpired
    (errors.Unauthorized, 502),
    (errors.Forbidden, _HIDDEN),
    (errors.InvalidPathParameter, 404),
    (errors.NotSupported, 502),
    (errors.NotFound, 404),
    (errors.PayloadTooLarge, 413),
    (errors.UnsupportedMediaType, 415),
    (errors.RangeNotSatisfiable, 416),
    (errors.Conflict, 409),
    (errors.BadRequest, 400),
    (errors.UnprocessableContent, 400),
    (errors.ServiceUnavailable, 503),
    (errors.OutOfTime, 503),
    (errors.TransportError, 503),
    (errors.StorageError, 503),
    (errors.APIError, 502),
)
_BREAKS: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_TITLES: Final = {
    400: "This was not accepted",
    401: "Please sign in",
    403: "You may not see this page",
    404: "This page does not exist",
    409: "This was changed meanwhile",
    413: "This file is too large",
    415: "This type of file is not accepted",
    416: "This part of the file does not exist",
    429: "Too many requests, please try later",
    502: "Something went wrong, please try later",
    503: "This is unavailable at the moment, please try later",
}


@attrs.frozen
class ErrorPage:
    """The response to a visitor whose page raised an error.

    Attributes:
        status: The HTTP status.
        title: A sentence for the visitor. It never repeats what the server said, which may name collections and fields.
        login: Whether to redirect the visitor to the login page instead, and back after the sign-in.
        headers: Headers of the response: ``Retry-After`` for 429 and 503.
    """

    status: int
    title: str
    login: bool
    headers: dict[str, str]


def error_page(error: BaseException, *, forbidden: int = 404) -> ErrorPage | None:
    """Return the response that an error becomes.

    Args:
        error: The error.
        forbidden: The status for `Forbidden`: 404, or 403, which shows that there is something. Directus itself makes no
            difference between what does not exist and what may not be read.

    Returns:
        ``None`` for an error that is a mistake in the site's code, such as `ConfigurationError`: the framework shows it as it
        shows any other.

    Example:
        >>> error_page(SessionExpired("over")).login
        True
        >>> error_page(RateLimited("slower", status=429)).headers
        {'Retry-After': '5'}
    """
    status = next((status for kind, status in STATUSES if isinstance(error, kind)), None)
    if isinstance(error, UploadRefused):
        return ErrorPage(error.status, error.message, login=False, headers={})
    if status is None:
        return None
    if is_of_proxy(error):
        status = 502
    elif isinstance(error, errors.Forbidden) and status == _HIDDEN:
        status = forbidden
    elif isinstance(error, errors.Unauthorized) and _is_unauthenticated(error):
        status = 401
    headers = {"Retry-After": str(_retry_after(error))} if status in (429, 503) else {}
    return ErrorPage(status, _TITLES[status], status == 401, headers)


def field_errors(error: BaseException, fields: Collection[str] | None = None) -> dict[str, list[str]]:
    """Return the messages of an error for a form.

    Args:
        error: An error of a write, such as `FailedValidation` or `RecordNotUnique`; or of an upload.
        fields: The fields of the form. Messages for others stand under ``""``, which is the form as a whole.

    Returns:
        The messages by field; empty where the error is about no value that was sent.

    Example:
        >>> taken = {"message": "Value has to be unique.", "extensions": {"code": "RECORD_NOT_UNIQUE", "field": "slug"}}
        >>> field_errors(RecordNotUnique("taken", errors=[taken]), ["title", "slug"])
        {'slug': ['Value has to be unique.']}
        >>> field_errors(RecordNotUnique("taken", errors=[taken]), ["title"])
        {'': ['Value has to be unique.']}
    """
    if isinstance(error, UploadRefused):
        return {"": [error.message]}
    messages: dict[str, list[str]] = {}
    for path, sentences in (error.field_errors if isinstance(error, APIError) else {}).items():
        name = path if fields is None or path in fields else path.partition(".")[0]
        messages.setdefault(name if fields is None or name in fields else "", []).extend(sentences)
    return messages


def is_of_proxy(error: BaseException | None) -> bool:
    """Whether a firewall or a proxy in front of Directus refused a call, which says nothing about the visitor or the item."""
    if not isinstance(error, APIError) or error.request is None:
        return False
    return error.status in (401, 403, 404) and not error.code


def _is_unauthenticated(error: APIError) -> bool:
    """Whether the call carried no credentials, and was not a sign-in either: then a visitor who signs in may succeed."""
    call = error.request
    if call is None or "/auth/" in call.url or f"{PARAM}=" in call.url:
        return False
    return {name.lower() for name in call.headers}.isdisjoint({"authorization", "cookie"})


def log_error(logger: logging.Logger, page: ErrorPage, error: BaseException, method: str, path: str, request_id: str) -> None:
    """Log an error of a visitor's page in one line, although the path and the error may contain line breaks."""
    level = logging.ERROR if page.status >= 500 else logging.INFO if page.login else logging.WARNING
    extra = {"request_id": request_id, "status_code": page.status}
    logger.log(level, "%s %s: %s [request %s]", method, one_line(path), one_line(error), request_id, extra=extra)


def one_line(value: object) -> str:
    r"""Return a string for a log, where a line break would begin a line that looks like one of the site.

    Example:
        >>> one_line("/a\nERROR all is lost")
        '/a ERROR all is lost'
    """
    return _BREAKS.sub(" ", str(value))


def _retry_after(error: BaseException) -> int:
    seconds = getattr(error, "retry_after", None)
    return RETRY_AFTER if seconds is None else max(1, math.ceil(seconds))
