"""The tokens of Directus 8: what a JSON Web Token says of itself, and tokens that the server would not accept."""

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


def check_claims(token: str, project: str | None) -> str:
    """Return a token that a server of Directus 8 may accept for a project.

    Args:
        token: The token.
        project: The project of the client, or ``None`` where it is not known yet.

    Raises:
        ConfigurationError: It is a session token of another generation, of another project, or for another purpose.
    """
    fields = claims(token)
    if not fields:
        return token
    if "project" not in fields:
        raise ConfigurationError(
            "this token is from a server of Directus 9 or later, and Directus 8 would ignore it: use directus_sdk.Directus "
            "for that server"
        )
    if project is not None and fields["project"] != project:
        raise ConfigurationError(
            f"this token is from the project {fields['project']!r}, and the client is for {project!r}, which would ignore it: "
            f"make the client with project={fields['project']!r}, or sign in to {project!r}"
        )
    if fields.get("type", "auth") != "auth":
        raise ConfigurationError(
            f"this token is for another purpose ({fields['type']}): pass it to the method that takes such tokens"
        )
    return token
