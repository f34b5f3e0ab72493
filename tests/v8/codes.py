"""Which class each code of Directus 8 is raised as."""

from __future__ import annotations

from directus_sdk import errors

#: Codes by class; a code of two meanings is followed by its status.
TABLE = """
RouteNotFound         1 5
NotFound              8 106 107 200 202/404 203 205 206 207
BadRequest            2 19/400 22/400
InvalidPayload        13 15 213
FailedValidation      4 114 401 402 403 1000
UnprocessableContent  12 17 216 404
InvalidQuery          202/422 209 214
RecordNotUnique       204 307 308
Unauthorized          3 108 113
InvalidCredentials    100
InvalidToken          101 104 109
TokenExpired          102 105 110
InvalidOTP            111 112
InvalidProvider       115
UserSuspended         103
InvalidIP             18/401 19/401
Forbidden             10 201 210 211 212 215 300 301 302 303 304 305 306 309
MethodNotAllowed      6
Conflict              18/409
PayloadTooLarge       601 602
RateLimited           7
ServiceUnavailable    14 21 22/503 23 24/503
ServerError           0 9 11 16 20 24/500 208 400 500 501 502 503 600 603 604 605 606 607 608
"""
#: Without a code the status decides.
BY_STATUS = {
    400: "BadRequest", 401: "Unauthorized", 403: "Forbidden", 404: "NotFound", 405: "MethodNotAllowed", 409: "Conflict",
    422: "UnprocessableContent", 429: "RateLimited", 500: "ServerError", 503: "ServiceUnavailable",
}  # fmt: skip
CODES = {entry: line.split()[0] for line in TABLE.strip().splitlines() for entry in line.split()[1:]}


def name_of(code: int | None, status: int) -> str:
    """The name of the class."""
    if code is None:
        return BY_STATUS[status]
    return CODES.get(f"{code}/{status}") or CODES[str(code)]


def class_of(code: int | None, status: int) -> type[Exception]:
    found: type[Exception] = getattr(errors, name_of(code, status))
    return found
