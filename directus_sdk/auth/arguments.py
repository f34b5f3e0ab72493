"""The arguments of a sign-in: what becomes of them on the wire, and whom they name."""

from __future__ import annotations

from collections.abc import Mapping

from directus_sdk.auth import credentials as records
from directus_sdk.json_types import JSONMapping, JSONObject
from directus_sdk.wire import urls

_ARGUMENTS = frozenset({"email", "password", "otp", "mode", "provider", "identifier"})


def login_call(given: JSONMapping, provider: str | None, mode: str) -> tuple[str, JSONObject]:
    """Return the path and the body of a login."""
    if not (given.get("email") or given.get("identifier")):
        raise ValueError("login needs an email, or an identifier for a provider such as ldap")
    password = given.get("password")
    if not isinstance(password, str) or not password:
        raise ValueError("login needs a password")
    body = {name: value for name, value in given.items() if value is not None and name != "provider"}
    body["mode"] = records.check_mode(body.get("mode") or mode)
    path = "/auth/login" if provider is None else f"/auth/login/{urls.segment(provider, 'provider')}"
    return path, body


def are_arguments(given: object) -> bool:
    """Tell whether something is the arguments of a login."""
    return isinstance(given, Mapping) and given.keys() <= _ARGUMENTS


def user_of(path: str, body: JSONMapping) -> str:
    """Return the user whom a login names, in one spelling.

    Example:
        >>> user_of("/auth/login", {"email": "Ada@Example.com"}), user_of("/auth/login/ldap", {"identifier": "ada"})
        ('ada@example.com', 'ldap:ada')
    """
    provider = path.removeprefix("/auth/login").strip("/")
    # Servers compare addresses without regard to case; what an LDAP server makes of names is its own.
    name = str(body["email"]).strip().lower() if body.get("email") else str(body.get("identifier"))
    return f"{provider}:{name}" if provider else name
