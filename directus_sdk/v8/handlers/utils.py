"""Hashes, random strings and secrets for two-factor authentication, made by the server."""

from __future__ import annotations

from directus_sdk.handlers.base import without_none
from directus_sdk.json_types import JSONMapping
from directus_sdk.v8.handlers.base import Handler8


class UtilsHandler8(Handler8):
    """Small helpers of the server: ``directus.utils``."""

    def hash(self, string: str, *, hasher: str | None = None, options: JSONMapping | None = None) -> str:
        """Return the hash of a string.

        ``POST /{project}/utils/hash``.

        Args:
            string: The string.
            hasher: ``"core"`` (the default), ``"bcrypt"``, ``"md5"``, ``"sha1"``, ``"sha224"``, ``"sha256"``, ``"sha384"``
                or ``"sha512"``.
            options: Options of the hasher.

        Raises:
            FailedValidation: The server does not have the hasher.
        """
        body = {"string": string, **without_none(hasher=hasher, options=options)}
        data: str = self._data("POST", "/utils/hash", json=body, retryable=True, secret=True)["hash"]
        return data

    def hash_match(self, string: str, hash: str, *, hasher: str | None = None, options: JSONMapping | None = None) -> bool:
        """Tell whether a hash is that of a string.

        ``POST /{project}/utils/hash/match``.

        Args:
            string: The string.
            hash: The hash.
            hasher: The hasher, as for `hash`.
            options: Options of the hasher.
        """
        body = {"string": string, "hash": hash, **without_none(hasher=hasher, options=options)}
        data: bool = self._data("POST", "/utils/hash/match", json=body, retryable=True, secret=True)["valid"]
        return data

    def random_string(self, length: int | None = None) -> str:
        """Return a random string.

        ``POST /{project}/utils/random/string``.

        Args:
            length: How many characters; 32 by default.
        """
        data: str = self._data("POST", "/utils/random/string", json=without_none(length=length), retryable=True)["random"]
        return data

    def two_factor_secret(self) -> str:
        """Return a new secret for two-factor authentication; it is not stored.

        ``GET /{project}/utils/2fa_secret``.
        """
        data: str = self._data("GET", "/utils/2fa_secret")["2fa_secret"]
        return data
