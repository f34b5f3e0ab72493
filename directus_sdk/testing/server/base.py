"""What the fixtures hand to a test, whether the server was started for it or was there already."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from directus_sdk import Directus


class AnyServer(ABC):
    """A Directus server that tests may change as they like."""

    @property
    @abstractmethod
    def url(self) -> str:
        """The server's URL, such as ``http://127.0.0.1:8055``."""

    @property
    @abstractmethod
    def version(self) -> str:
        """The server's version, such as ``11.17.4``."""

    @property
    @abstractmethod
    def admin_token(self) -> str:
        """The static token of an administrator."""

    @property
    @abstractmethod
    def admin_email(self) -> str:
        """The email address of an administrator."""

    @property
    @abstractmethod
    def admin_password(self) -> str:
        """The password of that administrator."""

    def directus(self, **options: Any) -> Directus:
        """Makes a client of this server.

        Args:
            **options: Arguments of `Directus`. Without `token` or `auth` the client is an administrator;
                `token=None` makes one that has not signed in.
        """
        from directus_sdk import Directus

        if "token" not in options and "auth" not in options:
            options["token"] = self.admin_token
        return Directus(self.url, **options)
