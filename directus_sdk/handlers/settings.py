"""The settings of the project."""

from __future__ import annotations

from typing import TypeVar

from directus_sdk.handlers.base import without_none
from directus_sdk.handlers.singleton import SingletonHandler

T = TypeVar("T")


class SettingsHandler(SingletonHandler[T]):
    """The settings of the project: ``directus.settings``.

    Example:
        >>> directus.settings.read(fields=["project_name"])
        {'project_name': 'Directus'}
    """

    collection = "directus_settings"

    def owner(
        self,
        project_owner: str,
        *,
        project_usage: str | None = None,
        org_name: str | None = None,
        product_updates: bool | None = None,
    ) -> None:
        """Set the owner of the project; the server sends it to the makers of Directus.

        ``POST /settings/owner``, from version 11.10.

        Args:
            project_owner: The owner's email address.
            project_usage: What the project is for: ``"personal"``, ``"commercial"`` or ``"community"``.
            org_name: The name of the organization.
            product_updates: Whether the owner wants emails about Directus.

        Raises:
            NotSupported: The server is older than 11.10.

        Example:
            >>> from directus_sdk.testing import MockTransport
            >>> mock = MockTransport([None])
            >>> cms = Directus("https://cms.example.com", transport=mock)
            >>> cms.settings.owner("ada@example.com", project_usage="personal")
            >>> mock.last.method, mock.path()
            ('POST', '/settings/owner')
        """
        body = without_none(
            project_owner=project_owner, project_usage=project_usage, org_name=org_name, product_updates=product_updates
        )
        self._pipeline.call("POST", "/settings/owner", json=body)
