"""A server that is there already, which the fixtures use instead of starting one."""

from __future__ import annotations

import os
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from .base import AnyServer
from .loopback import call

if TYPE_CHECKING:
    from collections.abc import Mapping

_LOCAL = {"127.0.0.1", "localhost", "::1"}


class ExistingServer(AnyServer):
    """A running server, given by its URL and the token of an administrator.

    Args:
        url: Its base URL.
        token: The static token of an administrator.
        email: The email address of that administrator, for tests that sign in.
        password: The password of that administrator.
    """

    def __init__(self, url: str, token: str, *, email: str | None = None, password: str | None = None) -> None:
        self._url = url.rstrip("/")
        self._token = token
        self._email = email
        self._password = password

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = os.environ) -> ExistingServer | None:
        """The server that the environment names, or None when it names none.

        Reads DIRECTUS_TEST_URL and DIRECTUS_TEST_TOKEN, and for tests that sign in DIRECTUS_TEST_EMAIL and
        DIRECTUS_TEST_PASSWORD. Tests write and delete, so a server that is not on this machine is taken only
        with DIRECTUS_TEST_ALLOW_REMOTE=1.

        Raises:
            ValueError: The token is missing, or the server is on another machine and that is not allowed.
        """
        url, token = environ.get("DIRECTUS_TEST_URL"), environ.get("DIRECTUS_TEST_TOKEN")
        if not url:
            if token:
                raise ValueError("DIRECTUS_TEST_TOKEN is set without DIRECTUS_TEST_URL")
            return None
        if not token:
            raise ValueError("DIRECTUS_TEST_URL is set without DIRECTUS_TEST_TOKEN, the token of an administrator")
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("DIRECTUS_TEST_URL must begin with http:// or https:// and name a host")
        if parts.hostname not in _LOCAL and environ.get("DIRECTUS_TEST_ALLOW_REMOTE") != "1":
            raise ValueError(
                f"DIRECTUS_TEST_URL names the host {parts.hostname}, and these tests change and delete what is "
                "there: set DIRECTUS_TEST_ALLOW_REMOTE=1 if that is meant"
            )
        email, password = environ.get("DIRECTUS_TEST_EMAIL") or None, environ.get("DIRECTUS_TEST_PASSWORD") or None
        return cls(url, token, email=email, password=password)

    @property
    def url(self) -> str:
        """The server's parts."""
        return self._url

    @cached_property
    def version(self) -> str:
        """The server's version; asks it the first time (`GET /server/info`)."""
        info: dict[str, Any] = call("GET", f"{self._url}/server/info", token=self._token)["data"]
        version = info.get("version") or info.get("directus", {}).get("version")
        if version is None:
            raise ValueError(f"{self._url} reports its version to administrators only, and the token is of another user")
        return str(version)

    @property
    def admin_token(self) -> str:
        """The static token of the administrator."""
        return self._token

    @property
    def admin_email(self) -> str:
        """The email address of the administrator."""
        if self._email is None:
            raise ValueError("this test signs in: set DIRECTUS_TEST_EMAIL and DIRECTUS_TEST_PASSWORD")
        return self._email

    @property
    def admin_password(self) -> str:
        """The password of the administrator."""
        if self._password is None:
            raise ValueError("this test signs in: set DIRECTUS_TEST_EMAIL and DIRECTUS_TEST_PASSWORD")
        return self._password

    def __repr__(self) -> str:
        return f"<ExistingServer {self._url}>"
