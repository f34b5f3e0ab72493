"""Who may do what: roles, policies and permissions."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from directus_sdk.errors import NotSupported
from directus_sdk.handlers.items import ItemsHandler
from directus_sdk.json_types import JSONMapping, JSONObject
from directus_sdk.results import Page
from directus_sdk.wire.query import Query, normalize
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

    def me(self, query: JSONMapping | None = None, /, **params: Unpack[Query]) -> Page[T]:
        """Read the roles of the user who is asking: the role, and those above it.

        ``GET /roles/me``, from version 11.

        Args:
            query: What to read, as a mapping, instead of keywords.
            **params: What to read, such as `fields`.

        Example:
            >>> directus.roles.me(fields=["name"])
            [{'name': 'Administrator'}]
        """
        answer = self._pipeline.call("GET", "/roles/me", query=normalize(query, params))
        if not isinstance(answer.data, list):  # whatever else it is, it is not ours to change
            single: Page[T] = answer.data
            return single
        return Page(self._codec.load_many(answer.data), answer.meta)


class PoliciesHandler(ItemsHandler[T]):
    """Policies: sets of permissions that roles and users have: ``directus.policies``. Servers have it from version 11.

    Example:
        >>> directus.policies.create_one({"name": "Editing", "app_access": True}, fields=["name", "app_access"])
        {'name': 'Editing', 'app_access': True}
    """

    collection = "directus_policies"

    def globals(self) -> JSONObject:
        """Read what all policies of the user who is asking come to.

        ``GET /policies/me/globals``.

        Returns:
            ``app_access``, ``admin_access`` and ``enforce_tfa``.

        Example:
            >>> directus.policies.globals()["admin_access"]
            True
        """
        data: JSONObject = self._get("policies", "me", "globals")
        return data


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
        """Read what the user who is asking may do.

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
        if data is None:  # how older servers answer, whatever the user may do
            error = NotSupported("the server does not tell what a user may do: servers do it from version 11", status=204)
            error.since = "11"
            raise error
        return data

    def for_item(self, collection: str, key: Key | None = None) -> JSONObject:
        """Read what the user who is asking may do with an item, or with a singleton.

        ``GET /permissions/me/{collection}/{key}``, from version 10.9.

        Args:
            collection: The collection.
            key: The key of the item; none for a singleton, or for an item to be.

        Returns:
            For ``update``, ``delete`` and ``share``: ``access``, and more where it is partial.

        Example:
            >>> directus.permissions.for_item("articles", 1)["delete"]
            {'access': True}
        """
        path = f"/permissions/me/{segment(collection, 'collection')}"
        if key is not None:
            path += f"/{segment(key)}"
        data: JSONObject = self._pipeline.call("GET", path).data
        return data
