"""One handler for each group of endpoints; each module is imported when one of its names is first used."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from directus_sdk.handlers.access_control import PermissionsHandler as PermissionsHandler
    from directus_sdk.handlers.access_control import PoliciesHandler as PoliciesHandler
    from directus_sdk.handlers.access_control import RolesHandler as RolesHandler
    from directus_sdk.handlers.activity import ActivityCommentsHandler as ActivityCommentsHandler
    from directus_sdk.handlers.activity import ActivityHandler as ActivityHandler
    from directus_sdk.handlers.assets import AssetsHandler as AssetsHandler
    from directus_sdk.handlers.collections import CollectionsHandler as CollectionsHandler
    from directus_sdk.handlers.collections import FieldsHandler as FieldsHandler
    from directus_sdk.handlers.collections import RelationsHandler as RelationsHandler
    from directus_sdk.handlers.comments import CommentsHandler as CommentsHandler
    from directus_sdk.handlers.content_version import ContentVersion as ContentVersion
    from directus_sdk.handlers.deployments import DeploymentsHandler as DeploymentsHandler
    from directus_sdk.handlers.extensions import ExtensionsHandler as ExtensionsHandler
    from directus_sdk.handlers.extensions import RegistryHandler as RegistryHandler
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

#: The module of each name.
_HOMES = {
    "AccessHandler": "system_items",
    "ActivityCommentsHandler": "activity",
    "ActivityHandler": "activity",
    "AssetsHandler": "assets",
    "CacheHandler": "utils",
    "Change": "realtime",
    "Changes": "realtime",
    "CollectionsHandler": "collections",
    "CommentsHandler": "comments",
    "ContentVersion": "content_version",
    "DashboardsHandler": "system_items",
    "DeploymentsHandler": "deployments",
    "ExtensionsHandler": "extensions",
    "FieldsHandler": "collections",
    "FilesHandler": "files",
    "FlowsHandler": "flows",
    "FoldersHandler": "system_items",
    "GraphQLHandler": "graphql",
    "HashHandler": "utils",
    "InvitesHandler": "users",
    "ItemsHandler": "items",
    "MeHandler": "users",
    "NotificationsHandler": "system_items",
    "OperationsHandler": "system_items",
    "PanelsHandler": "system_items",
    "PermissionsHandler": "access_control",
    "PoliciesHandler": "access_control",
    "PresetsHandler": "system_items",
    "RandomHandler": "utils",
    "ReadHandler": "read_only",
    "RealtimeEvent": "realtime",
    "RealtimeHandler": "realtime",
    "RealtimeOptions": "realtime",
    "ReconnectPolicy": "realtime",
    "RegistryHandler": "extensions",
    "RelationsHandler": "collections",
    "RevisionsHandler": "system_items",
    "RolesHandler": "access_control",
    "SchemaHandler": "schema",
    "SchemaPlan": "schema",
    "ServerHandler": "server",
    "SettingsHandler": "settings",
    "SharesHandler": "shares",
    "SingletonHandler": "singleton",
    "SocketItems": "realtime",
    "Subscription": "realtime",
    "TFAHandler": "users",
    "TranslationsHandler": "system_items",
    "TwoFactorSecret": "users",
    "UsersHandler": "users",
    "UtilsHandler": "utils",
    "VersionsHandler": "versions",
    "WebhooksHandler": "system_items",
}

__all__ = [
    "AccessHandler",
    "ActivityCommentsHandler",
    "ActivityHandler",
    "AssetsHandler",
    "CacheHandler",
    "Change",
    "Changes",
    "CollectionsHandler",
    "CommentsHandler",
    "ContentVersion",
    "DashboardsHandler",
    "DeploymentsHandler",
    "ExtensionsHandler",
    "FieldsHandler",
    "FilesHandler",
    "FlowsHandler",
    "FoldersHandler",
    "GraphQLHandler",
    "HashHandler",
    "InvitesHandler",
    "ItemsHandler",
    "MeHandler",
    "NotificationsHandler",
    "OperationsHandler",
    "PanelsHandler",
    "PermissionsHandler",
    "PoliciesHandler",
    "PresetsHandler",
    "RandomHandler",
    "ReadHandler",
    "RealtimeEvent",
    "RealtimeHandler",
    "RealtimeOptions",
    "ReconnectPolicy",
    "RegistryHandler",
    "RelationsHandler",
    "RevisionsHandler",
    "RolesHandler",
    "SchemaHandler",
    "SchemaPlan",
    "ServerHandler",
    "SettingsHandler",
    "SharesHandler",
    "SingletonHandler",
    "SocketItems",
    "Subscription",
    "TFAHandler",
    "TranslationsHandler",
    "TwoFactorSecret",
    "UsersHandler",
    "UtilsHandler",
    "VersionsHandler",
    "WebhooksHandler",
]

if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        if name in _HOMES:
            return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
