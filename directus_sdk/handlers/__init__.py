"""One handler for each group of endpoints."""

from __future__ import annotations

from directus_sdk.handlers.access_control import PermissionsHandler, PoliciesHandler, RolesHandler
from directus_sdk.handlers.activity import ActivityCommentsHandler, ActivityHandler
from directus_sdk.handlers.assets import AssetsHandler
from directus_sdk.handlers.collections import CollectionsHandler, FieldsHandler, RelationsHandler
from directus_sdk.handlers.deployments import DeploymentsHandler
from directus_sdk.handlers.extensions import ExtensionsHandler, RegistryHandler
from directus_sdk.handlers.files import FilesHandler
from directus_sdk.handlers.flows import FlowsHandler
from directus_sdk.handlers.graphql import GraphQLHandler
from directus_sdk.handlers.groups import (
    AccessHandler,
    CommentsHandler,
    DashboardsHandler,
    FoldersHandler,
    NotificationsHandler,
    OperationsHandler,
    PanelsHandler,
    PresetsHandler,
    TranslationsHandler,
    WebhooksHandler,
)
from directus_sdk.handlers.items import ItemsHandler
from directus_sdk.handlers.reading import ReadHandler
from directus_sdk.handlers.revisions import RevisionsHandler
from directus_sdk.handlers.schema import SchemaHandler, SchemaPlan
from directus_sdk.handlers.server import ServerHandler
from directus_sdk.handlers.settings import SettingsHandler
from directus_sdk.handlers.shares import SharesHandler
from directus_sdk.handlers.singleton import SingletonHandler
from directus_sdk.handlers.users import InvitesHandler, MeHandler, TFAHandler, TwoFactorSecret, UsersHandler
from directus_sdk.handlers.utils import CacheHandler, HashHandler, RandomHandler, UtilsHandler
from directus_sdk.handlers.version import ContentVersion
from directus_sdk.handlers.versions import VersionsHandler

__all__ = [
    "AccessHandler",
    "ActivityCommentsHandler",
    "ActivityHandler",
    "AssetsHandler",
    "CacheHandler",
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
    "TFAHandler",
    "TranslationsHandler",
    "TwoFactorSecret",
    "UsersHandler",
    "UtilsHandler",
    "VersionsHandler",
    "WebhooksHandler",
]
