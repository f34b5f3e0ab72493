"""What a status or an error code means: the error class, and what the client does next."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from directus_sdk import errors as tree
from directus_sdk.json_types import JSONMapping

REDIRECTS = frozenset({301, 302, 303, 307, 308})
#: The token may have expired: the auth is asked for another one.
UNAUTHORIZED = frozenset({401, 403})
#: How a proxy or an endpoint refuses a method that it does not know.
METHOD_REFUSED = frozenset({400, 403, 404, 405, 411, 501})
RATE_LIMITED = 429
#: What `RetryPolicy` retries unless it has other statuses: the rate limiter, and a gateway or server that is overloaded.
RETRIED = frozenset({RATE_LIMITED, 502, 503, 504})
#: The codes of a rate limiter. Others with its status are quotas, which no wait of some seconds changes.
RATE_LIMIT_CODES = frozenset({"", "REQUESTS_EXCEEDED"})
OVERLOADED = "SERVICE_UNAVAILABLE"

#: The error class for each code of Directus; LICENSE_* and ADDON_* are `LicenseError`.
CODES: Mapping[str, type[tree.APIError]] = {
    "COLLECTION_INACTIVE": tree.CollectionInactive,
    "CONTAINS_NULL_VALUES": tree.ContainsNullValues,
    "CONTENT_TOO_LARGE": tree.PayloadTooLarge,
    "EMAIL_LIMIT_EXCEEDED": tree.EmailLimitExceeded,
    "FAILED_VALIDATION": tree.FailedValidation,
    "FORBIDDEN": tree.Forbidden,
    "GRAPHQL_EXECUTION": tree.GraphQLError,
    "GRAPHQL_EXECUTION_EXCEPTION": tree.GraphQLError,
    "GRAPHQL_VALIDATION": tree.GraphQLError,
    "GRAPHQL_VALIDATION_EXCEPTION": tree.GraphQLError,
    "ILLEGAL_ASSET_TRANSFORMATION": tree.IllegalAssetTransformation,
    "IMPORT_CYCLICAL_RELATION": tree.ImportCyclicalRelation,
    "INTERNAL_SERVER_ERROR": tree.ServerError,
    "INVALID_CREDENTIALS": tree.InvalidCredentials,
    "INVALID_FOREIGN_KEY": tree.InvalidForeignKey,
    "INVALID_INVITE": tree.InvalidInvite,
    "INVALID_IP": tree.InvalidIP,
    "INVALID_METADATA": tree.InvalidMetadata,
    "INVALID_OTP": tree.InvalidOTP,
    "INVALID_PATH_PARAMETER": tree.InvalidPathParameter,
    "INVALID_PAYLOAD": tree.InvalidPayload,
    "INVALID_PROVIDER": tree.InvalidProvider,
    "INVALID_PROVIDER_CONFIG": tree.InvalidProviderConfig,
    "INVALID_QUERY": tree.InvalidQuery,
    "INVALID_TOKEN": tree.InvalidToken,
    "LIMIT_EXCEEDED": tree.LimitExceeded,
    "METHOD_NOT_ALLOWED": tree.MethodNotAllowed,
    "NOT_NULL_VIOLATION": tree.NotNullViolation,
    "OUT_OF_DATE": tree.OutOfDate,
    "OUT_OF_TIME": tree.OutOfTime,
    "RANGE_NOT_SATISFIABLE": tree.RangeNotSatisfiable,
    "RECORD_NOT_UNIQUE": tree.RecordNotUnique,
    "REQUESTS_EXCEEDED": tree.RateLimited,
    "RESOURCE_RESTRICTED": tree.ResourceRestricted,
    "ROUTE_NOT_FOUND": tree.RouteNotFound,
    "SERVICE_UNAVAILABLE": tree.ServiceUnavailable,
    "TOKEN_EXPIRED": tree.TokenExpired,
    "UNEXPECTED_RESPONSE": tree.UnexpectedResponse,
    "UNPROCESSABLE_CONTENT": tree.UnprocessableContent,
    "UNSUPPORTED_MEDIA_TYPE": tree.UnsupportedMediaType,
    "USER_SUSPENDED": tree.UserSuspended,
    "VALUE_OUT_OF_RANGE": tree.ValueOutOfRange,
    "VALUE_TOO_LONG": tree.ValueTooLong,
    "VERSION_HASH_MISMATCH": tree.VersionHashMismatch,
}

#: The error class for each status, where the code decides nothing.
STATUSES: Mapping[int, type[tree.APIError]] = {
    400: tree.BadRequest,
    401: tree.Unauthorized,
    403: tree.Forbidden,
    404: tree.NotFound,
    405: tree.MethodNotAllowed,
    408: tree.OutOfTime,
    409: tree.Conflict,
    413: tree.PayloadTooLarge,
    414: tree.URITooLong,
    415: tree.UnsupportedMediaType,
    416: tree.RangeNotSatisfiable,
    422: tree.UnprocessableContent,
    429: tree.RateLimited,
    431: tree.URITooLong,
    503: tree.ServiceUnavailable,
}

BATCH_LIMIT = r"(?i)batch mutation limit of (\d+)"


def is_success(status: int) -> bool:
    """Tell whether a request was done."""
    return 200 <= status < 300


def is_redirect(status: int) -> bool:
    """Tell whether the result is elsewhere, or the same as before."""
    return 300 <= status < 400


def error_class(status: int, code: str, errors: Sequence[JSONMapping]) -> type[tree.APIError]:
    """Return the error class of a response.

    Args:
        status: The HTTP status.
        code: The code of the first error, or ``""``.
        errors: The errors of the response.
    """
    message = ""
    if errors:
        extensions = errors[0].get("extensions")
        message = f"{errors[0].get('message')} {extensions.get('reason') if isinstance(extensions, dict) else ''}"
    if code == "INVALID_PAYLOAD" or (not code and status == 400):
        if "entity too large" in message:
            return tree.PayloadTooLarge
        if re.search(BATCH_LIMIT, message):
            return tree.BatchLimitExceeded
    if code == "INVALID_CREDENTIALS" and "expired" in message.lower():
        return tree.TokenExpired  # version 9
    if code.startswith(("LICENSE_", "ADDON_")):
        return tree.LicenseError
    return CODES.get(code) or error_class_of_status(status)


def error_class_of_status(status: int) -> type[tree.APIError]:
    """Return the error class where only the status is known."""
    if status >= 500:
        return STATUSES.get(status, tree.ServerError)
    return STATUSES.get(status, tree.BadRequest if status >= 400 else tree.APIError)
