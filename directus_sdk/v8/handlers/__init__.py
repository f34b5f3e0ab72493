"""The handlers of Directus 8: one class for each endpoint group. Each module is imported at the first use of its group.

A new endpoint group is one class and one line of `EndpointGroups8`, whose annotation needs an import for type checkers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from directus_sdk.handlers.endpoint_group import EndpointGroup

if TYPE_CHECKING:
    from directus_sdk.json_types import JSONObject
    from directus_sdk.v8.handlers import system_items
    from directus_sdk.v8.handlers.activity import ActivityHandler8
    from directus_sdk.v8.handlers.server import ServerHandler8
    from directus_sdk.v8.handlers.utils import UtilsHandler8

H = TypeVar("H")


class EndpointGroup8(EndpointGroup[H]):
    """An endpoint group of a `directus_sdk.v8.Directus8`."""

    package = "directus_sdk.v8.handlers"


class EndpointGroups8:
    """Every endpoint group of a client."""

    activity: EndpointGroup8[ActivityHandler8[JSONObject]] = EndpointGroup8("activity.ActivityHandler8")
    collection_presets: EndpointGroup8[system_items.CollectionPresetsHandler8[JSONObject]] = EndpointGroup8(
        "system_items.CollectionPresetsHandler8"
    )
    collections: EndpointGroup8[system_items.CollectionsHandler8[JSONObject]] = EndpointGroup8(
        "system_items.CollectionsHandler8"
    )
    folders: EndpointGroup8[system_items.FoldersHandler8[JSONObject]] = EndpointGroup8("system_items.FoldersHandler8")
    permissions: EndpointGroup8[system_items.PermissionsHandler8[JSONObject]] = EndpointGroup8(
        "system_items.PermissionsHandler8"
    )
    relations: EndpointGroup8[system_items.RelationsHandler8[JSONObject]] = EndpointGroup8("system_items.RelationsHandler8")
    revisions: EndpointGroup8[system_items.RevisionsHandler8[JSONObject]] = EndpointGroup8("system_items.RevisionsHandler8")
    roles: EndpointGroup8[system_items.RolesHandler8[JSONObject]] = EndpointGroup8("system_items.RolesHandler8")
    server: EndpointGroup8[ServerHandler8] = EndpointGroup8("server.ServerHandler8")
    settings: EndpointGroup8[system_items.SettingsHandler8[JSONObject]] = EndpointGroup8("system_items.SettingsHandler8")
    utils: EndpointGroup8[UtilsHandler8] = EndpointGroup8("utils.UtilsHandler8")
    webhooks: EndpointGroup8[system_items.WebhooksHandler8[JSONObject]] = EndpointGroup8("system_items.WebhooksHandler8")
