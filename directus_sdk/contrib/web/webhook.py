"""The webhook that a Directus flow calls after a change, so that a cache forgets what has changed."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Final

from directus_sdk.errors import ConfigurationError, DirectusError
from directus_sdk.json_types import JSONMapping

#: The header with the shared secret.
SECRET_HEADER: Final = "X-Directus-Secret"  # noqa: S105 - a name
#: The header with ``sha256=`` and the HMAC of the body, in hexadecimal digits.
SIGNATURE_HEADER: Final = "X-Directus-Signature"
#: In place of a collection: all of them.
ALL: Final = "*"
#: The maximum size of a body in bytes: it names collections, and contains no items.
MAX_BODY: Final = 100_000
_MIN_SECRET = 16


class WebhookRefused(DirectusError):
    """A call of the webhook that is not obeyed.

    Attributes:
        status: The status of the response: 401, or 400 where the call is right and its body is not.
    """

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


def check_secret(secret: object) -> str:
    """Return the secret of a webhook.

    Raises:
        ConfigurationError: It is not a string of at least 16 characters. The message does not contain it.
    """
    if not isinstance(secret, str) or len(secret) < _MIN_SECRET or not secret.isascii():
        raise ConfigurationError(
            f"the secret of the webhook must be a string of at least {_MIN_SECRET} ASCII characters, such as that of "
            "secrets.token_urlsafe()"
        )
    return secret


def changed_collections(secret: str, headers: Mapping[str, str], body: bytes) -> list[str]:
    """Verify a call of the webhook and return the collections to forget.

    A flow sends the secret in the header ``X-Directus-Secret``; what can compute an HMAC sends ``sha256=<digits>`` of the body
    in ``X-Directus-Signature``. Both are compared in constant time.

    Args:
        secret: The secret.
        headers: The headers of the call, under names of any case.
        body: Its body: the trigger of a flow (``{{$trigger}}``), or ``{"collection": "articles"}``, or
            ``{"collections": ["articles", "authors"]}``; ``"*"`` stands for all.

    Returns:
        The names; ``[]`` means every collection.

    Raises:
        WebhookRefused: The secret is wrong or missing, or the body names no collection.

    Example:
        >>> headers = {"X-Directus-Secret": "the-secret-of-the-site"}
        >>> changed_collections("the-secret-of-the-site", headers, b'{"collection": "articles"}')
        ['articles']
    """
    lowered = {name.lower(): value for name, value in headers.items()}
    if not _is_signed(check_secret(secret), lowered, body):
        raise WebhookRefused(f"the webhook needs its secret in the header {SECRET_HEADER}, or a {SIGNATURE_HEADER}", 401)
    names = _names(body)
    return [] if ALL in names else names


def _is_signed(secret: str, headers: Mapping[str, str], body: bytes) -> bool:
    expected = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    # One comparison of each, whatever the other one says. As bytes, since a header may contain any character.
    by_signature = hmac.compare_digest(headers.get(SIGNATURE_HEADER.lower(), "").lower().encode(), expected.encode())
    by_secret = hmac.compare_digest(headers.get(SECRET_HEADER.lower(), "").encode(), secret.encode())
    return by_signature or by_secret


def _names(body: bytes) -> list[str]:
    try:
        content: object = json.loads(body if len(body) <= MAX_BODY else b"")
    except (ValueError, RecursionError):
        raise WebhookRefused(f"the body of the webhook must be JSON of at most {MAX_BODY} bytes", 400) from None
    fields: JSONMapping = content if isinstance(content, dict) else {}
    value = fields.get("collections", fields.get("collection"))
    names: list[object] = value if isinstance(value, list) else [value]
    if not names or not all(isinstance(name, str) and name.strip() for name in names):
        raise WebhookRefused('the body of the webhook names no collection: {"collection": "articles"}', 400)
    return [str(name) for name in names]
