"""What a JSON Web Token says of itself."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode

from directus_sdk.errors import ConfigurationError
from directus_sdk.json_types import JSONMapping


def claims(token: str) -> JSONMapping:
    """Return the claims of a JSON Web Token; ``{}`` for any other token. The signature is not verified.

    Example:
        >>> claims("e30.eyJleHAiOjE3OTUyMjA0OTIsInByb2plY3QiOiJkZW1vIn0.x")
        {'exp': 1795220492, 'project': 'demo'}
        >>> claims("a static token")
        {}
    """
    parts = token.split(".")
    if len(parts) != 3:
        return {}
    try:
        document = json.loads(urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}


def check_generation(token: str) -> str:
    """Return a token that a server of Directus 9 or later may accept.

    Raises:
        ConfigurationError: It is the token of a session with Directus 8, whose projects have tokens of their own.
    """
    if token.startswith("ey") and {"project", "key", "type"} <= claims(token).keys():
        raise ConfigurationError("this token is from a server of Directus 8: use directus_sdk.v8.Directus8 for that server")
    return token
