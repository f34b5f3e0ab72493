"""The error codes of Directus 8, and how a refusal becomes an error."""

from __future__ import annotations

import re
from collections.abc import Mapping

from directus_sdk import errors as tree
from directus_sdk.calls.retry import SAFE_METHODS
from directus_sdk.http import error_pages, responses
from directus_sdk.http.statuses import REDIRECTS, error_class_of_status
from directus_sdk.json_types import JSONMapping, JSONObject
from directus_sdk.redaction import redact
from directus_sdk.redaction.call_names import MAX_MESSAGE, shorten
from directus_sdk.wire.encoding import loads
from directus_sdk.wire.messages import Request, Response

_Class = type[tree.APIError]


def _by_code(classes: Mapping[_Class, tuple[int, ...]]) -> dict[int, _Class]:
    return {code: kind for kind, codes in classes.items() for code in codes}


#: The error class of each code that has one meaning.
CODES = _by_code(
    {
        tree.RouteNotFound: (1, 5),
        tree.NotFound: (8, 106, 107, 200, 203, 205, 206, 207),
        tree.BadRequest: (2,),
        tree.InvalidPayload: (13, 15, 213),
        tree.FailedValidation: (4, 114, 401, 402, 403, 1000),
        tree.UnprocessableContent: (12, 17, 216, 404),
        tree.InvalidQuery: (209, 214),
        tree.RecordNotUnique: (204, 307, 308),
        tree.Unauthorized: (3, 108, 113),
        tree.InvalidCredentials: (100,),
        tree.InvalidToken: (101, 104, 109),
        tree.TokenExpired: (102, 105, 110),
        tree.InvalidOTP: (111, 112),
        tree.InvalidProvider: (115,),
        tree.UserSuspended: (103,),
        tree.Forbidden: (10, 201, 210, 211, 212, 215, *range(300, 307), 309),
        tree.MethodNotAllowed: (6,),
        tree.PayloadTooLarge: (601, 602),
        tree.RateLimited: (7,),
        tree.ServiceUnavailable: (14, 21, 23),
        tree.ServerError: (0, 9, 11, 16, 20, 208, 400, *range(500, 504), 600, *range(603, 609)),
    }
)
#: The error class of each code that has two meanings, by its status.
AMBIGUOUS: Mapping[tuple[int, int], _Class] = {
    (18, 401): tree.InvalidIP,
    (18, 409): tree.Conflict,
    (19, 400): tree.BadRequest,
    (19, 401): tree.InvalidIP,
    (22, 400): tree.BadRequest,
    (22, 503): tree.ServiceUnavailable,
    (24, 500): tree.ServerError,
    (24, 503): tree.ServiceUnavailable,
    (202, 404): tree.NotFound,
    (202, 422): tree.InvalidQuery,
}
#: What a server in debug mode adds to an error: its files, and the SQL.
_DEBUG = frozenset({"class", "file", "line", "query"})
#: The path of a project, where code 1 is about the project.
_PROJECT = re.compile(r"/server/projects/[^/]+")
#: What to do, by code.
_HINTS = {
    100: "check the email address and the password",
    102: "sign in again: a token can be refreshed only while it is valid",
    111: "pass otp='123456' to login()",
    112: "one-time passwords are valid for some seconds; check the clock of the device",
    113: "enable two-factor authentication with users.me.tfa.enable(...), which works with this session",
    214: "operators have no underscore on Directus 8: write eq, not _eq",
}


def error_class(code: int | None, status: int) -> _Class:
    """Return the error class of a code, or of a status where there is no code that is listed.

    Example:
        >>> error_class(202, 422).__name__, error_class(None, 404).__name__
        ('InvalidQuery', 'NotFound')
    """
    if code is None:
        return error_class_of_status(status)
    return AMBIGUOUS.get((code, status)) or CODES.get(code) or error_class_of_status(status)


def error_from(response: Response, request: Request, path: str) -> tree.APIError:
    """Return the error that a refusal becomes.

    Args:
        response: The response.
        request: The request as it was sent.
        path: Its path below the base URL.
    """
    if response.status in REDIRECTS or responses.server_errors(response):
        error = responses.error_from(response, request, path)
        if error.errors:  # a list of errors, which Directus 8 never sends
            error.args = (f"{error.message} (this is a server of Directus 9 or later: use directus_sdk.Directus)",)
        return error
    sent = responses.repeatable(request, response)
    document = _document(response)
    entry: JSONObject = redact.without({name: value for name, value in document.items() if name not in _DEBUG}, sent)
    code = _code(entry)
    kind = error_class(code, response.status)
    if kind is tree.RouteNotFound and request.method == "DELETE" and _PROJECT.fullmatch(path.partition("?")[0]):
        kind = tree.NotFound
    trace = request.trace()
    message = str(entry.get("message") or entry.get("detail") or "")[:500].rstrip(".")
    hint = _hint(code, path.partition("?")[0])
    if not message:
        excerpt = responses.excerpt(response, sent)
        page = error_pages.title(response, excerpt)
        message = page or excerpt or "the response is empty"
        hint = error_pages.hint(response, hint) if page else hint
    hint = f" ({hint})" if hint else ""
    place = f" [{response.status}{'' if code is None else f' {code}'}, {trace.where}]"
    return kind(
        shorten(message, max(80, MAX_MESSAGE - len(hint) - len(place))) + hint + place,
        status=response.status,
        code=code,
        errors=[entry] if entry else (),
        response=response,
        request=trace,
    )


def _hint(code: int | None, path: str) -> str:
    # An invitation and a forgotten password have tokens that expire, too.
    return "" if code == 102 and not path.endswith("/auth/refresh") else _HINTS.get(code or -1, "")


def refusal_of(response: Response) -> tuple[int, int | None]:
    """Return the status and the code of a refusal."""
    return response.status, _code(_document(response))


def _code(entry: JSONMapping) -> int | None:
    code = entry.get("code")
    return code if isinstance(code, int) and not isinstance(code, bool) else None


def restricted(response: Response, request: Request) -> tree.Unauthorized:
    """Return the error for a call of a session whose user must enable two-factor authentication first."""
    responses.repeatable(request, response)
    trace = request.trace()
    return tree.Unauthorized(
        f"2FA enforced but not activated for user ({_HINTS[113]}) [{response.status} 113, {trace.where}]",
        status=response.status,
        code=113,
        response=response,
        request=trace,
    )


def token_refused(response: Response, request: Request) -> tree.InvalidToken:
    """Return the error for a call with a token that the server handled as the Public role, in silence."""
    responses.repeatable(request, response)
    trace = request.trace()
    what = (
        "responded with what the Public role may read" if request.method in SAFE_METHODS else "did the call as the Public role"
    )
    return tree.InvalidToken(
        f"the server did not accept the token, and {what} [{response.status}, {trace.where}]",
        status=response.status,
        code=None,
        response=response,
        request=trace,
    )


def _document(response: Response) -> JSONMapping:
    """Return the ``error`` of a response, or the whole of an error of SCIM; ``{}`` where it is neither."""
    try:
        document = loads(response.content) if responses.is_json(response) else None
    except (ValueError, RecursionError):
        return {}
    if not isinstance(document, dict):
        return {}
    error = document.get("error")
    if isinstance(error, dict):
        return error
    return document if "detail" in document else {}
