"""Which names of fields, parameters, headers and variables stand for a secret."""

from __future__ import annotations

import re
from functools import lru_cache

#: Names whose values are never shown, in lower case and with underscores; see `is_secret` for those that end like one.
SECRET_KEYS = frozenset(
    {
        "access_token", "api_key", "apikey", "auth_data", "authorization", "bearer", "client_secret", "cookie", "credentials",
        "hash", "jwt", "license_key", "otp", "otpauth_url", "passkey", "passphrase", "passwd", "password", "pwd",
        "refresh_token", "secret", "string", "tfa_secret", "token",
    }
)  # fmt: skip
_ENDINGS = (
    "token", "password", "secret", "_key", "apikey", "passphrase", "passwd", "passcode", "pwd", "jwt", "authorization",
    "cookie",
)  # fmt: skip
#: Names that end like a secret and are none.
_PLAIN = frozenset({"primary_key", "foreign_key", "public_key", "sort_key", "idempotency_key", "sec_websocket_key"})
_CAPITAL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


@lru_cache(maxsize=4096)
def _secret(name: str) -> bool:
    # Names such as apiKey, Api-Key, "api key" and api_keys are one.
    low = re.sub(r"[\s-]+", "_", _CAPITAL.sub("_", name.strip())).lower()
    for form in (low, low.removesuffix("s")):
        if form in SECRET_KEYS:
            return True
        if form.endswith(_ENDINGS) and form not in _PLAIN:
            return True
    return False


def is_secret(name: object) -> bool:
    """Tell whether what stands under a name is never shown.

    Example:
        >>> [is_secret(name) for name in ("password", "new_password", "ai_openai_api_key", "apiKeys", "title", "primary_key")]
        [True, True, True, True, False, False]
    """
    return isinstance(name, str) and _secret(name)


def secret_header(name: str) -> bool:
    """Tell whether the value of a header is never shown.

    Example:
        >>> [secret_header(name) for name in ("Cookie", "X-Vault-Token", "X-Access-Key", "X-Request-Id")]
        [True, True, True, False]
    """
    return is_secret(name)
