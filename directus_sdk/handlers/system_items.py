"""System collections without methods of their own."""

from __future__ import annotations

from typing import TypeVar

from directus_sdk.handlers.items import ItemsHandler
from directus_sdk.handlers.read_only import ReadHandler

T = TypeVar("T")


class AccessHandler(ItemsHandler[T]):
    """Assignments of policies to users and roles: ``directus.access``. Servers have it from version 11.

    Example:
        >>> directus.access.count() >= 1
        True
    """

    collection = "directus_access"


class DashboardsHandler(ItemsHandler[T]):
    """Dashboards of the insights module: ``directus.dashboards``.

    Example:
        >>> directus.dashboards.create_one({"name": "Sales"}, fields=["name"])
        {'name': 'Sales'}
    """

    collection = "directus_dashboards"


class FoldersHandler(ItemsHandler[T]):
    """Virtual folders of files: ``directus.folders``.

    Example:
        >>> directus.folders.create_one({"name": "Images"}, fields=["name"])
        {'name': 'Images'}
    """

    collection = "directus_folders"


class NotificationsHandler(ItemsHandler[T]):
    """Messages in a user's inbox: ``directus.notifications``.

    Example:
        >>> me = directus.users.me.read(fields=["id"])["id"]
        >>> directus.notifications.create_one({"recipient": me, "subject": "Done"}, fields=["subject"])
        {'subject': 'Done'}
    """

    collection = "directus_notifications"


class OperationsHandler(ItemsHandler[T]):
    """The steps of flows: ``directus.operations``.

    Example:
        >>> directus.operations.count({"type": {"_eq": "mail"}})
        0
    """

    collection = "directus_operations"


class PanelsHandler(ItemsHandler[T]):
    """The panels of dashboards: ``directus.panels``.

    Example:
        >>> board = directus.dashboards.create_one({"name": "Sales"})["id"]
        >>> panel = {"dashboard": board, "type": "label", "width": 8, "height": 4, "position_x": 1, "position_y": 1}
        >>> directus.panels.create_one(panel, fields=["type"])
        {'type': 'label'}
    """

    collection = "directus_panels"


class PresetsHandler(ItemsHandler[T]):
    """Presets: bookmarks, and the layout of collections for users: ``directus.presets``.

    Example:
        >>> directus.presets.create_one({"collection": "articles", "bookmark": "Drafts"}, fields=["bookmark"])
        {'bookmark': 'Drafts'}
    """

    collection = "directus_presets"


class RevisionsHandler(ReadHandler[T]):
    """Revisions, the earlier states of items: ``directus.revisions``. Only the server writes them.

    ``directus.utils.revert`` restores one.

    Example:
        >>> article = directus.items("articles").update_one(1, {"title": "New"})
        >>> directus.revisions.first(filter={"collection": {"_eq": "articles"}, "item": {"_eq": "1"}}, sort="-id")["delta"]
        {'title': 'New'}
    """

    collection = "directus_revisions"


class TranslationsHandler(ItemsHandler[T]):
    """Translated strings of the app: ``directus.translations``. Servers have it from version 10.

    Example:
        >>> translation = {"language": "de-DE", "key": "hello", "value": "Hallo"}
        >>> directus.translations.create_one(translation, fields=["value"])
        {'value': 'Hallo'}
    """

    collection = "directus_translations"


class WebhooksHandler(ItemsHandler[T]):
    """Webhooks, requests that a server sends when items change: ``directus.webhooks``.

    Servers have them up to version 10; flows replace them.
    """

    collection = "directus_webhooks"
