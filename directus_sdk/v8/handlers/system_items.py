"""Endpoint groups of version 8 with few methods of their own."""

from __future__ import annotations

from typing import TypeVar

from directus_sdk.json_types import JSONObject
from directus_sdk.results import Page
from directus_sdk.v8.handlers.items import RevisedHandler8, WriteHandler8
from directus_sdk.v8.handlers.read_only import ReadHandler8
from directus_sdk.wire.urls import segment

T = TypeVar("T")


class CollectionPresetsHandler8(WriteHandler8[T]):
    """How users see the items of a collection: ``directus.collection_presets``.

    Example:
        >>> d.collection_presets.count({"collection": "movies"})
        2
    """

    group = "collection_presets"


class CollectionsHandler8(WriteHandler8[T]):
    """Collections, by their names: ``directus.collections``.

    A collection is created together with its fields, of which one is the primary key; deleting it drops the table.

    Example:
        >>> d.collections.read_one("movies")["collection"]
        'movies'
    """

    group = "collections"


class FoldersHandler8(WriteHandler8[T]):
    """Virtual folders of files: ``directus.folders``.

    Example:
        >>> d.folders.create_one({"name": "Images"}, fields=["name"])
        {'name': 'Images'}
    """

    group = "folders"


class PermissionsHandler8(WriteHandler8[T]):
    """Permissions of roles, a row for each collection, role and status: ``directus.permissions``.

    Example:
        >>> d.permissions.first(filter={"collection": "movies"}, fields=["read"])
        {'read': 'full'}
    """

    group = "permissions"

    def me(self, collection: str | None = None) -> Page[JSONObject]:
        """Read the permissions of the current user.

        ``GET /{project}/permissions/me`` or ``GET /{project}/permissions/me/{collection}``.

        Args:
            collection: Only those for this collection.

        Returns:
            One row for each collection and status; of an administrator, one without values, or none for a collection.

        Example:
            >>> d.permissions.me()[0]["role"]
            1
        """
        path = "/permissions/me" if collection is None else f"/permissions/me/{segment(collection, 'collection')}"
        data = self._data("GET", path)
        return Page([data] if isinstance(data, dict) else data or [])


class RelationsHandler8(WriteHandler8[T]):
    """Relations between collections, by their ids: ``directus.relations``.

    Example:
        >>> d.relations.first(filter={"collection_many": "movies"}, fields=["field_many", "collection_one"])
        {'field_many': 'director', 'collection_one': 'directors'}
    """

    group = "relations"


class RevisionsHandler8(ReadHandler8[T]):
    """What every change made of the items: ``directus.revisions``.

    Example:
        >>> movie = d.items("movies").create_one({"title": "Tenet"})
        >>> d.revisions.first(sort="-id", fields=["collection", "delta"])
        {'collection': 'movies', 'delta': {'title': 'Tenet'}}
    """

    group = "revisions"


class RolesHandler8(WriteHandler8[T]):
    """Roles of users; 1 is the administrator, 2 the Public role: ``directus.roles``.

    Example:
        >>> d.roles.create_one({"name": "Authors"}, fields=["name"])
        {'name': 'Authors'}
    """

    group = "roles"


class SettingsHandler8(WriteHandler8[T]):
    """The settings of a project, a row with a key and a value for each: ``directus.settings``.

    Their primary key is the ``id``. The server neither sorts nor filters these rows.
    """

    group = "settings"

    def as_dict(self) -> JSONObject:
        """Read every setting.

        ``GET /{project}/settings?limit=-1``.

        Returns:
            The values by their keys.

        Example:
            >>> d.settings.as_dict()["project_name"]
            'Demo'
        """
        rows = self._data("GET", "/settings", query=[("limit", "-1")])
        return {row["key"]: row["value"] for row in rows or []}

    def fields(self) -> Page[JSONObject]:
        """Read the definitions of the settings.

        ``GET /{project}/settings/fields``.

        Example:
            >>> d.settings.fields()[0]["field"]
            'project_name'
        """
        return Page(self._data("GET", "/settings/fields") or [])


class WebhooksHandler8(RevisedHandler8[T]):
    """Requests that the server sends when items change: ``directus.webhooks``.

    Example:
        >>> hook = {"status": "active", "http_action": "post", "url": "https://example.com", "collection": "movies"}
        >>> d.webhooks.create_one({**hook, "directus_action": "item.create:after"}, fields=["status"])
        {'status': 'active'}
    """

    group = "webhooks"
