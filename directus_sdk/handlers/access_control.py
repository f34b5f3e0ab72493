"""Access control: roles, policies and permissions."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from directus_sdk.errors import NotSupported
from directus_sdk.handlers.items import ItemsHandler
from directus_sdk.json_types import JSONMapping, JSONObject
from directus_sdk.results import Page
from directus_sdk.wire.query import PageQuery, normalize
from directus_sdk.wire.urls import Key, segment

if TYPE_CHECKING:
    from typing_extensions import Unpack

T = TypeVar("T")


class RolesHandler(ItemsHandler[T]):
    """Roles, which users have: ``directus.roles``.

    Example:
        >>> directus.roles.create_one({"name": "Editors"}, fields=["name"])
        {'name': 'Editors'}
    """

    collection = "directus_roles"

    def me(self, query: JSONMapping | None = None, **params: Unpack[PageQuery]) -> Page[T]:
        """Read the roles of the current user: the role and its parents.

        ``GET /roles/me``, from version 11.

        Args:
            query: What to read, as a mapping, instead of keywords.
            **params: What to read, such as `fields`.

        Example:
            >>> directus.roles.me(fields=["name"])
            [{'name': 'Administrator'}]
        """
        response = self._pipeline.call("GET", "/roles/me", query=normalize(query, params))
        if not isinstance(response.data, list):  # such as the data of a mock; returned as it is
            data: Page[T] = response.data
            return data
        return Page(self._codec.load_many(response.data), response.meta)


class PoliciesHandler(ItemsHandler[T]):
    """Policies: sets of permissions that roles and users have: ``directus.policies``. Servers have it from version 11.

    Example:
        >>> directus.policies.create_one({"name": "Editing", "app_access": True}, fields=["name", "app_access"])
        {'name': 'Editing', 'app_access': True}
    """

    collection = "directus_policies"

    def globals(self) -> JSONObject:
        """Read the combined flags of all policies of the current user.

        ``GET /policies/me/globals``.

        Returns:
            ``app_access``, ``admin_access`` and ``enforce_tfa``.

        Example:
            >>> directus.policies.globals()["admin_access"]
            True
        """
        return self._object("GET", "/policies/me/globals")


class PermissionsHandler(ItemsHandler[T]):
    """Permissions: one action on one collection: ``directus.permissions``.

    Example:
        >>> policy = directus.policies.create_one({"name": "Reading"})["id"]
        >>> rule = {"policy": policy, "collection": "articles", "action": "read", "fields": ["*"]}
        >>> directus.permissions.create_one(rule, fields=["action"])
        {'action': 'read'}
    """

    collection = "directus_permissions"

    def me(self) -> JSONObject:
        """Read the permissions of the current user.

        ``GET /permissions/me``, from version 11.

        Returns:
            For each collection and action: ``access`` (``"none"``, ``"partial"``, ``"full"``), ``fields``, ``presets``.

        Raises:
            NotSupported: The server is older.

        Example:
            >>> directus.permissions.me()["articles"]["read"]["access"]
            'full'
        """
        data: JSONObject | None = self._get("permissions", "me")
        if data is None:  # the response of older servers, whatever the permissions
            error = NotSupported("the server does not report permissions: servers do so from version 11", status=204)
            error.since = "11"
            raise error
        return data

    def for_item(self, collection: str, key: Key | None = None) -> JSONObject:
        """Read the permissions of the current user for an item, or for a singleton.

        ``GET /permissions/me/{collection}/{key}``, from version 10.9.

        Args:
            collection: The collection.
            key: The key of the item; omit it for a singleton, or for a new item.

        Returns:
            For ``update``, ``delete`` and ``share``: ``access``, and details if it is partial.

        Example:
            >>> directus.permissions.for_item("articles", 1)["delete"]
            {'access': True}
        """
        path = f"/permissions/me/{segment(collection, 'collection')}"
        if key is not None:
            path += f"/{segment(key)}"
        return self._object("GET", path)
