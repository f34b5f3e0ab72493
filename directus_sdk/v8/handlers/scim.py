"""Users and groups of version 8 by SCIM, the protocol of identity providers."""

from __future__ import annotations

from functools import cached_property

from directus_sdk.handlers.base import without_none
from directus_sdk.json_types import JSONMapping, JSONObject
from directus_sdk.models.payloads import payload
from directus_sdk.results import Page
from directus_sdk.v8.handlers.base import Handler8, Requester8
from directus_sdk.v8.params import free_params
from directus_sdk.wire.urls import Key, segment


class ScimHandler8(Handler8):
    """SCIM 2.0: ``directus.scim``. What is sent and returned are objects of that protocol, without an envelope."""

    @cached_property
    def users(self) -> ScimResources8:
        """Users."""
        return ScimResources8(self._directus, "/scim/v2/Users")

    @cached_property
    def groups(self) -> ScimGroups8:
        """Roles, as groups."""
        return ScimGroups8(self._directus, "/scim/v2/Groups")


class ScimResources8(Handler8):
    """Users or groups: ``directus.scim.users``.

    Args:
        directus: The client.
        path: The path of the resources below the project.
    """

    def __init__(self, directus: Requester8, path: str) -> None:
        super().__init__(directus)
        self._path = path

    def read_many(
        self, *, start_index: int | None = None, count: int | None = None, filter: str | None = None
    ) -> Page[JSONObject]:
        """Read resources.

        ``GET /{project}/scim/v2/Users`` or ``Groups``. The server cuts the list at its default limit, 200 at first.

        Args:
            start_index: The number of the first resource, from 1 on.
            count: How many resources.
            filter: ``"userName eq a@example.com"``, of ``userName``, ``externalId``, ``id`` or ``emails.value`` for users and
                ``displayName`` for groups. Version 8.8.1 responds to every valid filter with an error.

        Returns:
            The resources; the rest of the response is ``.meta``, such as ``.meta["totalResults"]``.

        Example:
            >>> page = d.scim.users.read_many(count=1)
            >>> len(page), page.meta["totalResults"]
            (1, 2)
        """
        query = free_params(without_none(startIndex=start_index, count=count, filter=filter))
        data: JSONObject = self._data("GET", self._path, query=query)
        return Page(data.get("Resources") or [], {name: value for name, value in data.items() if name != "Resources"})

    def read_one(self, external_id: Key) -> JSONObject:
        """Read one resource.

        ``GET /{project}/scim/v2/Users/{external_id}`` or ``Groups``.

        Args:
            external_id: The external id, which the resource has as its ``id``.

        Raises:
            NotFound: There is no such resource.
        """
        data: JSONObject = self._data("GET", self._path_of(external_id))
        return data

    def create_one(self, data: JSONMapping) -> JSONObject:
        """Create a resource.

        ``POST /{project}/scim/v2/Users`` or ``Groups``.

        Args:
            data: The resource: ``userName``, ``externalId``, ``name``, ``emails`` and so on for a user; ``displayName`` and
                ``id``, which becomes the external id, for a group.

        Example:
            >>> d.scim.users.create_one({"userName": "scim@example.com", "externalId": "ext1"})["id"]
            'ext1'
        """
        created: JSONObject = self._data("POST", self._path, json=payload(data, "data"))
        return created

    def update_one(self, external_id: Key, data: JSONMapping) -> JSONObject:
        """Change a resource.

        ``PATCH /{project}/scim/v2/Users/{external_id}`` or ``Groups``.

        Args:
            external_id: The external id.
            data: The members to change.
        """
        changed: JSONObject = self._data("PATCH", self._path_of(external_id), json=payload(data, "data"))
        return changed

    def replace_one(self, external_id: Key, data: JSONMapping) -> JSONObject:
        """Replace a resource.

        ``PUT /{project}/scim/v2/Users/{external_id}`` or ``Groups``.

        Args:
            external_id: The external id.
            data: The whole resource.
        """
        replaced: JSONObject = self._data("PUT", self._path_of(external_id), json=payload(data, "data"))
        return replaced

    def _path_of(self, external_id: Key) -> str:
        return f"{self._path}/{segment(external_id, 'external_id')}"


class ScimGroups8(ScimResources8):
    """Roles, as groups: ``directus.scim.groups``."""

    def delete_one(self, external_id: Key) -> None:
        """Delete a group; users cannot be deleted by SCIM.

        ``DELETE /{project}/scim/v2/Groups/{external_id}``.

        Args:
            external_id: The external id.

        Example:
            >>> group = d.scim.groups.create_one({"displayName": "Authors", "id": "authors"})
            >>> d.scim.groups.delete_one(group["id"])
        """
        self._call("DELETE", self._path_of(external_id))
