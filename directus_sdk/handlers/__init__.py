"""The handlers: one class for each endpoint group. Each module is imported when one of its names is first used.

A new endpoint group is one class and one line of `EndpointGroups`, whose annotation needs an import for type checkers.
The client, ``from directus_sdk import ...`` and completion follow from that line.
"""

from __future__ import annotations

from importlib import import_module as _import_module
from typing import TYPE_CHECKING

from directus_sdk.handlers.endpoint_group import EndpointGroup as EndpointGroup

if TYPE_CHECKING:
    from directus_sdk import types as _types
    from directus_sdk.handlers.access_control import PermissionsHandler as PermissionsHandler
    from directus_sdk.handlers.access_control import PoliciesHandler as PoliciesHandler
    from directus_sdk.handlers.access_control import RolesHandler as RolesHandler
    from directus_sdk.handlers.activity import ActivityCommentsHandler as ActivityCommentsHandler
    from directus_sdk.handlers.activity import ActivityHandler as ActivityHandler
    from directus_sdk.handlers.assets import AssetsHandler as AssetsHandler
    from directus_sdk.handlers.base import Handler as Handler
    from directus_sdk.handlers.collections import CollectionsHandler as CollectionsHandler
    from directus_sdk.handlers.comments import CommentsHandler as CommentsHandler
    from directus_sdk.handlers.content_version import ContentVersion as ContentVersion
    from directus_sdk.handlers.deployments import DeploymentsHandler as DeploymentsHandler
    from directus_sdk.handlers.extensions import ExtensionsHandler as ExtensionsHandler
    from directus_sdk.handlers.extensions import RegistryHandler as RegistryHandler
    from directus_sdk.handlers.fields import FieldsHandler as FieldsHandler
    from directus_sdk.handlers.files import FilesHandler as FilesHandler
    from directus_sdk.handlers.flows import FlowsHandler as FlowsHandler
    from directus_sdk.handlers.graphql import GraphQLHandler as GraphQLHandler
    from directus_sdk.handlers.items import ItemsHandler as ItemsHandler
    from directus_sdk.handlers.read_only import ReadHandler as ReadHandler
    from directus_sdk.handlers.realtime import Change as Change
    from directus_sdk.handlers.realtime import Changes as Changes
    from directus_sdk.handlers.realtime import RealtimeEvent as RealtimeEvent
    from directus_sdk.handlers.realtime import RealtimeHandler as RealtimeHandler
    from directus_sdk.handlers.realtime import RealtimeOptions as RealtimeOptions
    from directus_sdk.handlers.realtime import ReconnectPolicy as ReconnectPolicy
    from directus_sdk.handlers.realtime import SocketItems as SocketItems
    from directus_sdk.handlers.realtime import Subscription as Subscription
    from directus_sdk.handlers.relations import RelationsHandler as RelationsHandler
    from directus_sdk.handlers.schema import SchemaHandler as SchemaHandler
    from directus_sdk.handlers.schema import SchemaPlan as SchemaPlan
    from directus_sdk.handlers.server import ServerHandler as ServerHandler
    from directus_sdk.handlers.settings import SettingsHandler as SettingsHandler
    from directus_sdk.handlers.shares import SharesHandler as SharesHandler
    from directus_sdk.handlers.singleton import SingletonHandler as SingletonHandler
    from directus_sdk.handlers.system_items import AccessHandler as AccessHandler
    from directus_sdk.handlers.system_items import DashboardsHandler as DashboardsHandler
    from directus_sdk.handlers.system_items import FoldersHandler as FoldersHandler
    from directus_sdk.handlers.system_items import NotificationsHandler as NotificationsHandler
    from directus_sdk.handlers.system_items import OperationsHandler as OperationsHandler
    from directus_sdk.handlers.system_items import PanelsHandler as PanelsHandler
    from directus_sdk.handlers.system_items import PresetsHandler as PresetsHandler
    from directus_sdk.handlers.system_items import RevisionsHandler as RevisionsHandler
    from directus_sdk.handlers.system_items import TranslationsHandler as TranslationsHandler
    from directus_sdk.handlers.system_items import WebhooksHandler as WebhooksHandler
    from directus_sdk.handlers.users import InvitesHandler as InvitesHandler
    from directus_sdk.handlers.users import MeHandler as MeHandler
    from directus_sdk.handlers.users import TFAHandler as TFAHandler
    from directus_sdk.handlers.users import TwoFactorSecret as TwoFactorSecret
    from directus_sdk.handlers.users import UsersHandler as UsersHandler
    from directus_sdk.handlers.utils import CacheHandler as CacheHandler
    from directus_sdk.handlers.utils import HashHandler as HashHandler
    from directus_sdk.handlers.utils import RandomHandler as RandomHandler
    from directus_sdk.handlers.utils import UtilsHandler as UtilsHandler
    from directus_sdk.handlers.versions import VersionsHandler as VersionsHandler


class EndpointGroups:
    """Every endpoint group of a client."""

    access: EndpointGroup[AccessHandler[_types.Access]] = EndpointGroup("system_items.AccessHandler")
    activity: EndpointGroup[ActivityHandler[_types.Activity]] = EndpointGroup("activity.ActivityHandler")
    assets: EndpointGroup[AssetsHandler] = EndpointGroup("assets.AssetsHandler")
    collections: EndpointGroup[CollectionsHandler[_types.Collection]] = EndpointGroup("collections.CollectionsHandler")
    comments: EndpointGroup[CommentsHandler[_types.Comment]] = EndpointGroup("comments.CommentsHandler")
    dashboards: EndpointGroup[DashboardsHandler[_types.Dashboard]] = EndpointGroup("system_items.DashboardsHandler")
    deployments: EndpointGroup[DeploymentsHandler] = EndpointGroup("deployments.DeploymentsHandler")
    extensions: EndpointGroup[ExtensionsHandler] = EndpointGroup("extensions.ExtensionsHandler")
    fields: EndpointGroup[FieldsHandler[_types.Field]] = EndpointGroup("fields.FieldsHandler")
    files: EndpointGroup[FilesHandler[_types.File]] = EndpointGroup("files.FilesHandler")
    flows: EndpointGroup[FlowsHandler[_types.Flow]] = EndpointGroup("flows.FlowsHandler")
    folders: EndpointGroup[FoldersHandler[_types.Folder]] = EndpointGroup("system_items.FoldersHandler")
    graphql: EndpointGroup[GraphQLHandler] = EndpointGroup("graphql.GraphQLHandler")
    notifications: EndpointGroup[NotificationsHandler[_types.Notification]] = EndpointGroup("system_items.NotificationsHandler")
    operations: EndpointGroup[OperationsHandler[_types.Operation]] = EndpointGroup("system_items.OperationsHandler")
    panels: EndpointGroup[PanelsHandler[_types.Panel]] = EndpointGroup("system_items.PanelsHandler")
    permissions: EndpointGroup[PermissionsHandler[_types.Permission]] = EndpointGroup("access_control.PermissionsHandler")
    policies: EndpointGroup[PoliciesHandler[_types.Policy]] = EndpointGroup("access_control.PoliciesHandler")
    presets: EndpointGroup[PresetsHandler[_types.Preset]] = EndpointGroup("system_items.PresetsHandler")
    realtime: EndpointGroup[RealtimeHandler] = EndpointGroup("realtime.RealtimeHandler")
    relations: EndpointGroup[RelationsHandler[_types.Relation]] = EndpointGroup("relations.RelationsHandler")
    revisions: EndpointGroup[RevisionsHandler[_types.Revision]] = EndpointGroup("system_items.RevisionsHandler")
    roles: EndpointGroup[RolesHandler[_types.Role]] = EndpointGroup("access_control.RolesHandler")
    schema: EndpointGroup[SchemaHandler] = EndpointGroup("schema.SchemaHandler")
    server: EndpointGroup[ServerHandler] = EndpointGroup("server.ServerHandler")
    settings: EndpointGroup[SettingsHandler[_types.Settings]] = EndpointGroup("settings.SettingsHandler")
    shares: EndpointGroup[SharesHandler[_types.Share]] = EndpointGroup("shares.SharesHandler")
    translations: EndpointGroup[TranslationsHandler[_types.Translation]] = EndpointGroup("system_items.TranslationsHandler")
    users: EndpointGroup[UsersHandler[_types.User]] = EndpointGroup("users.UsersHandler")
    utils: EndpointGroup[UtilsHandler] = EndpointGroup("utils.UtilsHandler")
    versions: EndpointGroup[VersionsHandler[_types.Version]] = EndpointGroup("versions.VersionsHandler")
    webhooks: EndpointGroup[WebhooksHandler[_types.Webhook]] = EndpointGroup("system_items.WebhooksHandler")


#: The other names to import, by module: nested handlers, base classes, and types of arguments and results.
_MORE = {
    "activity": ("ActivityCommentsHandler",),
    "base": ("Handler",),
    "content_version": ("ContentVersion",),
    "extensions": ("RegistryHandler",),
    "items": ("ItemsHandler",),
    "read_only": ("ReadHandler",),
    "realtime": ("Change", "Changes", "RealtimeEvent", "RealtimeOptions", "ReconnectPolicy", "SocketItems", "Subscription"),
    "schema": ("SchemaPlan",),
    "singleton": ("SingletonHandler",),
    "users": ("InvitesHandler", "MeHandler", "TFAHandler", "TwoFactorSecret"),
    "utils": ("CacheHandler", "HashHandler", "RandomHandler"),
}

if not TYPE_CHECKING:
    _MODULES = dict(group.path[::-1] for group in vars(EndpointGroups).values() if isinstance(group, EndpointGroup))
    _MODULES |= {name: module for module, names in _MORE.items() for name in names}
    __all__ = list(_MODULES)

    def __getattr__(name: str) -> object:
        if name in _MODULES:
            return getattr(_import_module(f"{__name__}.{_MODULES[name]}"), name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
