"""The URL at which a browser begins a single sign-on."""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

from directus_sdk.errors import ConfigurationError

#: The name of a provider is part of the names of the server's settings, such as AUTH_GOOGLE_DRIVER.
_PROVIDER = r"[A-Za-z0-9_-][A-Za-z0-9_.-]*"
_UNSAFE = re.compile(r"[\x00-\x20\x7f\\\ud800-\udfff]")


def login_url(server: str, provider: str, redirect: str | None) -> str:
    """Return the URL at which a browser begins to sign in.

    Raises:
        ConfigurationError: The provider has no valid name, or the redirect is not an absolute http or https URL.

    Example:
        >>> login_url("https://cms.example.com", "google", "https://www.example.com/signed-in")
        'https://cms.example.com/auth/login/google?redirect=https%3A%2F%2Fwww.example.com%2Fsigned-in'
    """
    if not isinstance(provider, str):
        raise ConfigurationError(f"provider must be a string such as 'google', not {type(provider).__name__}")
    if not re.fullmatch(_PROVIDER, provider):
        raise ConfigurationError(f"provider must be the name of a provider of the server, such as 'google', not {provider!r}")
    url = f"{server}/auth/login/{provider}"
    return url if redirect is None else f"{url}?redirect={quote(_absolute(redirect), safe='')}"


def _absolute(redirect: object) -> str:
    if not isinstance(redirect, str):
        raise ConfigurationError(f"redirect must be a URL, not {type(redirect).__name__}")
    wrong = ConfigurationError(
        "redirect must be an absolute URL such as 'https://www.example.com/signed-in', with http or https, a host, "
        "no user, no white space and no backslash"
    )
    try:
        parts = urlsplit(redirect)
        has_port = parts.port != 0
    except ValueError:
        raise wrong from None
    scheme, _, rest = redirect.partition("://")
    is_http = scheme.lower() in ("http", "https") and rest[:1] not in ("", "/")
    if not (is_http and parts.hostname and has_port) or "@" in parts.netloc or _UNSAFE.search(redirect):
        raise wrong
    return redirect
