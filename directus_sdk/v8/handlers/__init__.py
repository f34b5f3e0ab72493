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
    from directus_sdk.v8.handlers.assets import AssetsHandler8
    from directus_sdk.v8.handlers.extensions import ExtensionsHandler8
    from directus_sdk.v8.handlers.fields import FieldsHandler8
    from directus_sdk.v8.handlers.files import FilesHandler8
    from directus_sdk.v8.handlers.graphql import GraphQLHandler8
    from directus_sdk.v8.handlers.mail import MailHandler8
    from directus_sdk.v8.handlers.projects import ProjectsHandler8
    from directus_sdk.v8.handlers.scim import ScimHandler8
    from directus_sdk.v8.handlers.server import ServerHandler8
    from directus_sdk.v8.handlers.users import UsersHandler8
    from directus_sdk.v8.handlers.utils import UtilsHandler8

H = TypeVar("H")


class EndpointGroup8(EndpointGroup[H]):
    """An endpoint group of a `directus_sdk.v8.Directus8`."""

    package = "directus_sdk.v8.handlers"


class EndpointGroups8:
    """Every endpoint group of a client."""

    activity: EndpointGroup8[ActivityHandler8[JSONObject]] = EndpointGroup8("activity.ActivityHandler8")
    assets: EndpointGroup8[AssetsHandler8] = EndpointGroup8("assets.AssetsHandler8")
    collection_presets: EndpointGroup8[system_items.CollectionPresetsHandler8[JSONObject]] = EndpointGroup8(
        "system_items.CollectionPresetsHandler8"
    )
    collections: EndpointGroup8[system_items.CollectionsHandler8[JSONObject]] = EndpointGroup8(
        "system_items.CollectionsHandler8"
    )
    extensions: EndpointGroup8[ExtensionsHandler8] = EndpointGroup8("extensions.ExtensionsHandler8")
    fields: EndpointGroup8[FieldsHandler8] = EndpointGroup8("fields.FieldsHandler8")
    files: EndpointGroup8[FilesHandler8[JSONObject]] = EndpointGroup8("files.FilesHandler8")
    folders: EndpointGroup8[system_items.FoldersHandler8[JSONObject]] = EndpointGroup8("system_items.FoldersHandler8")
    graphql: EndpointGroup8[GraphQLHandler8] = EndpointGroup8("graphql.GraphQLHandler8")
    mail: EndpointGroup8[MailHandler8] = EndpointGroup8("mail.MailHandler8")
    permissions: EndpointGroup8[system_items.PermissionsHandler8[JSONObject]] = EndpointGroup8(
        "system_items.PermissionsHandler8"
    )
    projects: EndpointGroup8[ProjectsHandler8] = EndpointGroup8("projects.ProjectsHandler8")
    relations: EndpointGroup8[system_items.RelationsHandler8[JSONObject]] = EndpointGroup8("system_items.RelationsHandler8")
    revisions: EndpointGroup8[system_items.RevisionsHandler8[JSONObject]] = EndpointGroup8("system_items.RevisionsHandler8")
    roles: EndpointGroup8[system_items.RolesHandler8[JSONObject]] = EndpointGroup8("system_items.RolesHandler8")
    scim: EndpointGroup8[ScimHandler8] = EndpointGroup8("scim.ScimHandler8")
    server: EndpointGroup8[ServerHandler8] = EndpointGroup8("server.ServerHandler8")
    settings: EndpointGroup8[system_items.SettingsHandler8[JSONObject]] = EndpointGroup8("system_items.SettingsHandler8")
    users: EndpointGroup8[UsersHandler8[JSONObject]] = EndpointGroup8("users.UsersHandler8")
    utils: EndpointGroup8[UtilsHandler8] = EndpointGroup8("utils.UtilsHandler8")
    webhooks: EndpointGroup8[system_items.WebhooksHandler8[JSONObject]] = EndpointGroup8("system_items.WebhooksHandler8")
