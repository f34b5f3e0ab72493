"""The arguments of a login: the request that they become, and the user that they name."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from directus_sdk.auth.credentials import check_mode
from directus_sdk.errors import ConfigurationError
from directus_sdk.json_types import JSONMapping, JSONObject
from directus_sdk.redaction.redact import Secret
from directus_sdk.wire import urls

#: The arguments of `LoginAuth.login`.
NAMES = frozenset({"email", "password", "otp", "mode", "provider", "identifier"})


class PasswordCredentials:
    """The email and the password that a client was made with: the ``credentials`` of its `LoginAuth`.

    Raises:
        ConfigurationError: One of them is missing, or not a string.
    """

    def __init__(self, email: str | None, password: str | None) -> None:
        for name, value in {"email": email, "password": password}.items():
            if value is None:
                raise ConfigurationError(f"pass email and password; {name} is missing")
            if not isinstance(value, str):
                raise ConfigurationError(f"{name} must be a string, not {type(value).__name__}")
            if not value:
                raise ConfigurationError(f"{name} must not be empty")
        self._email, self._password = email, Secret(str(password))

    def __call__(self) -> JSONMapping:
        """Return them as the arguments of a login."""
        return {"email": self._email, "password": self._password.reveal()}


def returned(credentials: Callable[[], object]) -> JSONMapping:
    """Return what ``credentials()`` returns.

    Raises:
        ConfigurationError: It is not a mapping of the arguments of a login.
    """
    fields = credentials()
    if not (isinstance(fields, Mapping) and fields.keys() <= NAMES):
        raise ConfigurationError("credentials() must return a mapping such as {'email': ..., 'password': ...}")
    return fields


def together(first: object, *, own: Callable[[], object] | None, **named: object) -> JSONObject:
    """Return the arguments of a login: keywords, a mapping in the place of the email, and the client's own.

    Args:
        first: The email, or a mapping of arguments.
        own: Returns the email and the password that the client was made with, or ``None``.
        **named: The other arguments; ``None`` is not passed.

    Raises:
        TypeError: An argument is passed twice, or unknown, or the email is neither a string nor a mapping.
    """
    named = {name: value for name, value in named.items() if value is not None}
    if isinstance(first, Mapping):
        unknown = sorted(map(str, first.keys() - NAMES))
        if unknown:
            raise TypeError(f"login has no {unknown[0]!r}; its arguments are {', '.join(sorted(NAMES))}")
        twice = sorted(first.keys() & named.keys())
        if twice:
            raise TypeError(f"{twice[0]} is passed twice: in the mapping and as a keyword")
        return {**first, **named}
    if first is not None and not isinstance(first, str):
        raise TypeError(
            f"email must be a string, or a mapping such as {{'email': ..., 'password': ...}}: {type(first).__name__}"
        )
    if first is None and own is not None and not named.keys() & {"identifier", "password", "provider"}:
        return {**returned(own), **named}
    return {"email": first, **named}


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
