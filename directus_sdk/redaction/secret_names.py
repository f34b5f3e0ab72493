"""The names of fields, parameters, headers and variables whose values are secret and therefore masked."""

from __future__ import annotations

import re
from functools import lru_cache

#: Names whose values are masked, in lower case and with underscores; see `is_secret` for endings.
SECRET_KEYS = frozenset(
    {
        "access_token", "api_key", "apikey", "auth_data", "authorization", "basic_auth", "bearer", "client_secret", "cookie",
        "credentials", "hash", "jwt", "license_key", "mfa_code", "otp", "otp_code", "otpauth_url", "pass", "passkey",
        "passphrase", "passwd", "password", "pin_code", "psw", "pw", "pwd", "refresh_token", "secret", "sig", "string",
        "tfa_secret", "token", "totp", "x_amz_signature", "x_auth", "x_goog_signature",
    }
)  # fmt: skip
#: Endings of secret names, without the separators of their words.
_ENDINGS = (
    "token", "password", "secret", "apikey", "secretkey", "accesskey", "privatekey", "encryptionkey", "signingkey", "authkey",
    "passphrase", "passwd", "passcode", "pwd", "jwt", "authorization", "cookie", "credential", "onetimecode", "recoverycode",
    "backupcode", "sessionid", "jwtassertion", "psk", "connectionstring", "creds",
)  # fmt: skip
_WORD_ENDINGS = ("_key", "_pass", "_otp")
#: Names with such an ending that are not secret.
_PLAIN = r"(primary|foreign|public|sort|idempotency|sec_websocket)_key|(.*_)?(max|min|total)_token"
#: Suffixes that keep a name secret: ``password2``, ``token_v2``, ``password_confirmation``, ``passwordHash``.
_FOLLOWS = r"(_?(v?\d+|value|confirm|confirmation|repeat|again|hash|pem|plain|text|verify|old|new|current))+$"
_CAPITAL = r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])"


@lru_cache(maxsize=4096)
def _secret(name: str) -> bool:
    if not name.isascii():
        import unicodedata  # its tables are slow to load

        name = unicodedata.normalize("NFKC", name)
    # Each part of such names as data[password] and passwords.0, and the whole of api.key.
    return any(map(_secret_word, {name, *re.split(r"[\[\].:/]+", name)}))


def _secret_word(name: str) -> bool:
    # Names such as apiKey, APIKey, Api-Key, "api key" and api_keys are one.
    low = re.sub(r"\W+|_+", "_", re.sub(_CAPITAL, "_", name)).strip("_").lower()
    stem = re.sub(_FOLLOWS, "", low)
    for form in {low, low.removesuffix("s"), stem, stem.removesuffix("s")}:
        if form in SECRET_KEYS:
            return True
        if (form.endswith(_WORD_ENDINGS) or form.replace("_", "").endswith(_ENDINGS)) and not re.fullmatch(_PLAIN, form):
            return True
    return False


def is_secret(name: object) -> bool:
    """Tell whether the value with this name is secret, so that it is masked.

    Example:
        >>> [is_secret(name) for name in ("password", "new_password", "ai_openai_api_key", "apiKeys", "title", "primary_key")]
        [True, True, True, True, False, False]
    """
    return isinstance(name, str) and _secret(name)


def secret_header(name: str) -> bool:
    """Tell whether the value of a header is secret, so that it is masked.

    Example:
        >>> [secret_header(name) for name in ("Cookie", "X-Vault-Token", "X-Access-Key", "X-Request-Id")]
        [True, True, True, False]
    """
    return is_secret(name)
