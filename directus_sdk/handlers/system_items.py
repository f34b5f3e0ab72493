"""Groups of items that need no methods of their own."""

from __future__ import annotations

from typing import TypeVar

from directus_sdk.handlers.items import ItemsHandler
from directus_sdk.handlers.read_only import ReadHandler

T = TypeVar("T")


class AccessHandler(ItemsHandler[T]):
    """Which policies a user or a role has: ``directus.access``. Servers have it from version 11.

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
        >>> directus.folders.create_one({"name": "Pictures"}, fields=["name"])
        {'name': 'Pictures'}
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
    """Bookmarks, and how users see collections: ``directus.presets``.

    Example:
        >>> directus.presets.create_one({"collection": "articles", "bookmark": "Drafts"}, fields=["bookmark"])
        {'bookmark': 'Drafts'}
    """

    collection = "directus_presets"


class RevisionsHandler(ReadHandler[T]):
    """Earlier states of items, which the server keeps: ``directus.revisions``. See ``directus.utils.revert``.

    Example:
        >>> article = directus.items("articles").update_one(1, {"title": "New"})
        >>> directus.revisions.first(filter={"collection": {"_eq": "articles"}, "item": {"_eq": "1"}}, sort="-id")["delta"]
        {'title': 'New'}
    """

    collection = "directus_revisions"


class TranslationsHandler(ItemsHandler[T]):
    """Texts of the app in several languages: ``directus.translations``. Servers have it from version 10.

    Example:
        >>> text = {"language": "de-DE", "key": "hello", "value": "Hallo"}
        >>> directus.translations.create_one(text, fields=["value"])
        {'value': 'Hallo'}
    """

    collection = "directus_translations"


class WebhooksHandler(ItemsHandler[T]):
    """Calls that a server makes when items change: ``directus.webhooks``.

    Servers have it up to version 10; from then on a flow does it.
    """

    collection = "directus_webhooks"
