"""The arguments of a login: the request that they become, and the user that they name."""

from __future__ import annotations

from directus_sdk.auth.credentials import check_mode
from directus_sdk.json_types import JSONMapping, JSONObject
from directus_sdk.wire import urls

#: The arguments of `LoginAuth.login`.
NAMES = frozenset({"email", "password", "otp", "mode", "provider", "identifier"})


def login_call(fields: JSONMapping, provider: str | None, mode: str) -> tuple[str, JSONObject]:
    """Return the path and the body of a login."""
    if not (fields.get("email") or fields.get("identifier")):
        raise ValueError("login needs an email, or an identifier for a provider such as ldap")
    password = fields.get("password")
    if password is not None and not isinstance(password, str):
        raise TypeError(f"password must be a string, not {type(password).__name__}")
    if not password:
        raise ValueError("login needs a password")
    body = {name: value for name, value in fields.items() if value is not None and name != "provider"}
    body["mode"] = check_mode(body.get("mode") or mode)
    path = "/auth/login" if provider is None else f"/auth/login/{urls.segment(provider, 'provider')}"
    return path, body


def user_of(path: str, body: JSONMapping) -> str:
    """Return the user that a login names, in a normalized spelling.

    Example:
        >>> user_of("/auth/login", {"email": "Ada@Example.com"}), user_of("/auth/login/ldap", {"identifier": "ada"})
        ('ada@example.com', 'ldap:ada')
    """
    provider = path.removeprefix("/auth/login").strip("/")
    # Servers compare email addresses case-insensitively; how an LDAP server compares names is not known.
    name = str(body["email"]).strip().lower() if body.get("email") else str(body.get("identifier"))
    return f"{provider}:{name}" if provider else name
