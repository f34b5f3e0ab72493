"""Responses of Directus 8, which the client for Directus 9 and later meets where its URL is that of an older server."""

from __future__ import annotations

from directus_sdk.wire.encoding import loads
from directus_sdk.wire.messages import Response

HINT = "this is a server of Directus 8: use directus_sdk.v8.Directus8"
#: The members of an error of Directus 8; others have similar errors with more.
_MEMBERS = frozenset({"code", "message", "class", "file", "line", "query"})


def message_of(response: Response) -> str | None:
    """Return the message of an error of Directus 8, or ``None`` where the response is something else."""
    try:
        document = loads(response.content)
    except (ValueError, RecursionError):
        return None
    error = document.get("error") if isinstance(document, dict) else None
    if not isinstance(error, dict) or "code" not in error or not error.keys() <= _MEMBERS:
        return None
    code, message = error["code"], error.get("message")
    # Gateways repeat the status as the code.
    is_code = code is None or (isinstance(code, int) and not isinstance(code, bool) and code != response.status)
    return message if is_code and isinstance(message, str) and message else None
