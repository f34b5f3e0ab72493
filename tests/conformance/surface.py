"""How each call of the official JavaScript SDKs is written with directus_sdk.

``LEGACY`` is keyed by ``handler.method`` of the object-oriented SDK 10.3.5,
``CURRENT`` by the command name of the composable SDK 26.0.0. Every entry takes
the client and the JavaScript arguments and makes the Python call: read it as
the specification of the public names.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

Call = Callable[[Any, list[Any]], Any]


def snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])([A-Z])", lambda m: "_" + m.group(1).lower(), name)


def decode(value: Any) -> Any:
    """Turn a vector's placeholders into Python values."""
    if isinstance(value, dict):
        if "$date" in value:
            return datetime.fromisoformat(value["$date"].replace("Z", "+00:00"))
        if "$undefined" in value:
            return None
        if "$formdata" in value:
            return Form(value["$formdata"])
        return {k: decode(v) for k, v in value.items() if not (isinstance(v, dict) and "$undefined" in v)}
    if isinstance(value, list):
        return [decode(v) for v in value]
    return value


class Form:
    """A multipart form: its plain fields and its one file part."""

    def __init__(self, parts: list[Any]) -> None:
        self.fields: dict[str, str] = {}
        for name, value in parts:
            if isinstance(value, dict):
                self.filename = value["filename"]
                self.content_type = value.get("contentType") or value.get("type")
                self.file = io.BytesIO(value["content"].encode())
            else:
                self.fields[name] = value

    @property
    def upload(self) -> dict[str, Any]:
        return {"filename": self.filename, "content_type": self.content_type}


def at(args: list[Any], index: int, default: Any = None) -> Any:
    return args[index] if len(args) > index else default


def query(args: list[Any], index: int) -> dict[str, Any]:
    return at(args, index) or {}


# --------------------------------------------------------------------- CRUD
def crud_legacy(handler: Callable[[Any, list[Any]], Any]) -> dict[str, Callable[..., Any]]:
    return {
        "readByQuery": lambda d, c, a: handler(d, c).read_by_query(query(a, 0)),
        "readOne": lambda d, c, a: handler(d, c).read_one(a[0], query(a, 1)),
        "createOne": lambda d, c, a: handler(d, c).create_one(a[0], query(a, 1)),
        "createMany": lambda d, c, a: handler(d, c).create_many(a[0], query(a, 1)),
        "updateOne": lambda d, c, a: handler(d, c).update_one(a[0], a[1], query(a, 2)),
        "updateMany": lambda d, c, a: handler(d, c).update_many(a[0], a[1], query(a, 2)),
        "updateBatch": lambda d, c, a: handler(d, c).update_batch(a[0], query(a, 1)),
        "updateByQuery": lambda d, c, a: handler(d, c).update_by_query(a[0], a[1], query(a, 2)),
        "deleteOne": lambda d, c, a: handler(d, c).delete_one(a[0]),
        "deleteMany": lambda d, c, a: handler(d, c).delete_many(a[0]),
    }


LEGACY: dict[str, Callable[..., Any]] = {}
for _method, _call in crud_legacy(lambda d, c: d.items(c[0])).items():
    LEGACY["items." + _method] = _call
for _group in ("files", "folders", "permissions", "presets", "roles", "users"):
    for _method, _call in crud_legacy(lambda d, c, g=_group: getattr(d, g)).items():
        LEGACY[f"{_group}.{_method}"] = _call
for _group in ("activity", "revisions"):
    LEGACY[f"{_group}.readByQuery"] = lambda d, c, a, g=_group: getattr(d, g).read_by_query(query(a, 0))
    LEGACY[f"{_group}.readOne"] = lambda d, c, a, g=_group: getattr(d, g).read_one(a[0], query(a, 1))


def create_file(d: Any, c: list[Any], a: list[Any]) -> Any:
    if isinstance(a[0], Form):
        return d.files.upload(a[0].file, a[0].fields, query=query(a, 1), **a[0].upload)
    return d.files.create_one(a[0], query(a, 1))


LEGACY.update(
    {
        "files.createOne": create_file,
        "files.import": lambda d, c, a: d.files.import_url(a[0]["url"], a[0].get("data")),
        "singleton.read": lambda d, c, a: d.singleton(c[0]).read(query(a, 0)),
        "singleton.update": lambda d, c, a: d.singleton(c[0]).update(a[0], query(a, 1)),
        "settings.read": lambda d, c, a: d.settings.read(query(a, 0)),
        "settings.update": lambda d, c, a: d.settings.update(a[0], query(a, 1)),
        "activity.comments.create": lambda d, c, a: d.activity.comments.create(**a[0]),
        "activity.comments.update": lambda d, c, a: d.activity.comments.update(a[0], a[1]),
        "activity.comments.delete": lambda d, c, a: d.activity.comments.delete(a[0]),
        "assets.readOne": lambda d, c, a: d.assets.read(a[0]),
        "collections.readOne": lambda d, c, a: d.collections.read_one(a[0]),
        "collections.readAll": lambda d, c, a: d.collections.read_all(),
        "collections.createOne": lambda d, c, a: d.collections.create_one(a[0]),
        "collections.createMany": lambda d, c, a: d.collections.create_many(a[0]),
        "collections.updateOne": lambda d, c, a: d.collections.update_one(a[0], a[1], query(a, 2)),
        "collections.deleteOne": lambda d, c, a: d.collections.delete_one(a[0]),
        "fields.readOne": lambda d, c, a: d.fields.read_one(a[0], a[1]),
        "fields.readMany": lambda d, c, a: d.fields.read_many(a[0]),
        "fields.readAll": lambda d, c, a: d.fields.read_all(),
        "fields.createOne": lambda d, c, a: d.fields.create_one(a[0], a[1]),
        "fields.updateOne": lambda d, c, a: d.fields.update_one(a[0], a[1], a[2]),
        "fields.deleteOne": lambda d, c, a: d.fields.delete_one(a[0], a[1]),
        "relations.readOne": lambda d, c, a: d.relations.read_one(a[0], a[1]),
        "relations.readMany": lambda d, c, a: d.relations.read_many(a[0]),
        "relations.readAll": lambda d, c, a: d.relations.read_all(),
        "relations.createOne": lambda d, c, a: d.relations.create_one(a[0]),
        "relations.updateOne": lambda d, c, a: d.relations.update_one(a[0], a[1], a[2]),
        "relations.deleteOne": lambda d, c, a: d.relations.delete_one(a[0], a[1]),
        "users.me.read": lambda d, c, a: d.users.me.read(query(a, 0)),
        "users.me.update": lambda d, c, a: d.users.me.update(a[0], query(a, 1)),
        "users.me.tfa.generate": lambda d, c, a: d.users.me.tfa.generate(a[0]),
        "users.me.tfa.enable": lambda d, c, a: d.users.me.tfa.enable(a[0], a[1]),
        "users.me.tfa.disable": lambda d, c, a: d.users.me.tfa.disable(a[0]),
        "users.invites.send": lambda d, c, a: d.users.invites.send(a[0], a[1], invite_url=at(a, 2)),
        "users.invites.accept": lambda d, c, a: d.users.invites.accept(a[0], a[1]),
        "server.ping": lambda d, c, a: d.server.ping(),
        "server.info": lambda d, c, a: d.server.info(),
        "server.oas": lambda d, c, a: d.server.oas(),
        "utils.random.string": lambda d, c, a: d.utils.random.string(*a),
        "utils.hash.generate": lambda d, c, a: d.utils.hash.generate(a[0]),
        "utils.hash.verify": lambda d, c, a: d.utils.hash.verify(a[0], a[1]),
        "utils.sort": lambda d, c, a: d.utils.sort(a[0], a[1], a[2]),
        "utils.revert": lambda d, c, a: d.utils.revert(a[0]),
        "graphql.items": lambda d, c, a: d.graphql.items(*a),
        "graphql.system": lambda d, c, a: d.graphql.system(*a),
        "auth.login": lambda d, c, a: d.auth.login(**a[0]),
        "auth.password.request": lambda d, c, a: d.auth.password.request(*a),
        "auth.password.reset": lambda d, c, a: d.auth.password.reset(*a),
    }
)
for _verb in ("get", "head", "options"):
    LEGACY["transport." + _verb] = lambda d, c, a, v=_verb.upper(): d.request(
        v, a[0], params=query(a, 1).get("params"), headers=query(a, 1).get("headers")
    )
for _verb in ("post", "put", "patch", "delete"):
    LEGACY["transport." + _verb] = lambda d, c, a, v=_verb.upper(): d.request(
        v, a[0], json=at(a, 1), params=query(a, 2).get("params"), headers=query(a, 2).get("headers")
    )


# ------------------------------------------------------------------ current
CURRENT: dict[str, Call] = {}


def many(singular: str, plural: str, handler: Callable[[Any], Any], **only: bool) -> None:
    """Register the commands of a group that has the item methods."""
    CURRENT.update(
        {
            f"read{plural}": lambda d, a: handler(d).read_by_query(query(a, 0)),
            f"read{singular}": lambda d, a: handler(d).read_one(a[0], query(a, 1)),
            f"create{singular}": lambda d, a: handler(d).create_one(a[0], query(a, 1)),
            f"create{plural}": lambda d, a: handler(d).create_many(a[0], query(a, 1)),
            f"update{singular}": lambda d, a: handler(d).update_one(a[0], a[1], query(a, 2)),
            f"update{plural}": lambda d, a: (handler(d).update_by_query if isinstance(a[0], dict) else handler(d).update_many)(
                a[0], a[1], query(a, 2)
            ),
            f"update{plural}Batch": lambda d, a: handler(d).update_batch(a[0], query(a, 1)),
            f"delete{singular}": lambda d, a: handler(d).delete_one(a[0]),
            f"delete{plural}": lambda d, a: (handler(d).delete_by_query if isinstance(a[0], dict) else handler(d).delete_many)(
                a[0]
            ),
        }
    )


for _s, _p, _attr in (
    ("Comment", "Comments", "comments"),
    ("Dashboard", "Dashboards", "dashboards"),
    ("Flow", "Flows", "flows"),
    ("Folder", "Folders", "folders"),
    ("Notification", "Notifications", "notifications"),
    ("Operation", "Operations", "operations"),
    ("Panel", "Panels", "panels"),
    ("Permission", "Permissions", "permissions"),
    ("Policy", "Policies", "policies"),
    ("Preset", "Presets", "presets"),
    ("Role", "Roles", "roles"),
    ("Share", "Shares", "shares"),
    ("Translation", "Translations", "translations"),
    ("User", "Users", "users"),
    ("ContentVersion", "ContentVersions", "versions"),
    ("File", "Files", "files"),
):
    many(_s, _p, lambda d, n=_attr: getattr(d, n))

CURRENT.update(
    {
        "readItems": lambda d, a: d.items(a[0]).read_by_query(query(a, 1)),
        "readItem": lambda d, a: d.items(a[0]).read_one(a[1], query(a, 2)),
        "readSingleton": lambda d, a: d.singleton(a[0]).read(query(a, 1)),
        "createItem": lambda d, a: d.items(a[0]).create_one(a[1], query(a, 2)),
        "createItems": lambda d, a: d.items(a[0]).create_many(a[1], query(a, 2)),
        "updateItem": lambda d, a: d.items(a[0]).update_one(a[1], a[2], query(a, 3)),
        "updateItems": lambda d, a: (d.items(a[0]).update_by_query if isinstance(a[1], dict) else d.items(a[0]).update_many)(
            a[1], a[2], query(a, 3)
        ),
        "updateItemsBatch": lambda d, a: d.items(a[0]).update_batch(a[1], query(a, 2)),
        "updateSingleton": lambda d, a: d.singleton(a[0]).update(a[1], query(a, 2)),
        "deleteItem": lambda d, a: d.items(a[0]).delete_one(a[1]),
        "deleteItems": lambda d, a: (d.items(a[0]).delete_by_query if isinstance(a[1], dict) else d.items(a[0]).delete_many)(
            a[1]
        ),
        "aggregate": lambda d, a: d.items(a[0]).aggregate(
            a[1]["aggregate"], group_by=a[1].get("groupBy"), query=a[1].get("query")
        ),
        "readActivities": lambda d, a: d.activity.read_by_query(query(a, 0)),
        "readActivity": lambda d, a: d.activity.read_one(a[0], query(a, 1)),
        "readRevisions": lambda d, a: d.revisions.read_by_query(query(a, 0)),
        "readRevision": lambda d, a: d.revisions.read_one(a[0], query(a, 1)),
        # schema of the database
        "readCollections": lambda d, a: d.collections.read_all(),
        "readCollection": lambda d, a: d.collections.read_one(a[0]),
        "createCollection": lambda d, a: d.collections.create_one(a[0], query(a, 1)),
        "updateCollection": lambda d, a: d.collections.update_one(a[0], a[1], query(a, 2)),
        "updateCollectionsBatch": lambda d, a: d.collections.update_batch(a[0], query(a, 1)),
        "deleteCollection": lambda d, a: d.collections.delete_one(a[0]),
        "readFields": lambda d, a: d.fields.read_all(),
        "readFieldsByCollection": lambda d, a: d.fields.read_many(a[0]),
        "readField": lambda d, a: d.fields.read_one(a[0], a[1]),
        "createField": lambda d, a: d.fields.create_one(a[0], a[1], query(a, 2)),
        "updateField": lambda d, a: d.fields.update_one(a[0], a[1], a[2], query(a, 3)),
        "updateFields": lambda d, a: d.fields.update_many(a[0], a[1], query(a, 2)),
        "deleteField": lambda d, a: d.fields.delete_one(a[0], a[1]),
        "readRelations": lambda d, a: d.relations.read_all(),
        "readRelationByCollection": lambda d, a: d.relations.read_many(a[0]),
        "readRelation": lambda d, a: d.relations.read_one(a[0], a[1]),
        "createRelation": lambda d, a: d.relations.create_one(a[0]),
        "updateRelation": lambda d, a: d.relations.update_one(a[0], a[1], a[2], query(a, 3)),
        "deleteRelation": lambda d, a: d.relations.delete_one(a[0], a[1]),
        "schemaSnapshot": lambda d, a: d.schema.snapshot(
            include_collections=query(a, 0).get("includeCollections"), exclude_collections=query(a, 0).get("excludeCollections")
        ),
        "schemaDiff": lambda d, a: d.schema.diff(a[0], **query(a, 1)),
        "schemaApply": lambda d, a: d.schema.apply(a[0], force=at(a, 1, False)),
        # files and assets
        "uploadFiles": lambda d, a: d.files.upload(a[0].file, a[0].fields, query=query(a, 1), **a[0].upload),
        "importFile": lambda d, a: d.files.import_url(a[0], at(a, 1, {}), query(a, 2)),
        "updateFile": lambda d, a: (
            d.files.replace(a[0], a[1].file, a[1].fields, query=query(a, 2), **a[1].upload)
            if isinstance(a[1], Form)
            else d.files.update_one(a[0], a[1], query(a, 2))
        ),
        "readAssetRaw": lambda d, a: d.assets.read(a[0], **{snake(k): v for k, v in query(a, 1).items()}),
        "downloadFilesZip": lambda d, a: d.assets.zip_files(a[0]),
        "downloadFolderZip": lambda d, a: d.assets.zip_folder(a[0]),
        # access
        "readItemPermissions": lambda d, a: d.permissions.for_item(a[0], at(a, 1)),
        "readUserPermissions": lambda d, a: d.permissions.me(),
        "readPolicyGlobals": lambda d, a: d.policies.globals(),
        "readRolesMe": lambda d, a: d.roles.me(query(a, 0)),
        "readSettings": lambda d, a: d.settings.read(query(a, 0)),
        "updateSettings": lambda d, a: d.settings.update(a[0], query(a, 1)),
        # users
        "readMe": lambda d, a: d.users.me.read(query(a, 0)),
        "updateMe": lambda d, a: d.users.me.update(a[0], query(a, 1)),
        "inviteUser": lambda d, a: d.users.invites.send(a[0], a[1], invite_url=at(a, 2)),
        "acceptUserInvite": lambda d, a: d.users.invites.accept(a[0], a[1]),
        "registerUser": lambda d, a: d.users.register(a[0], a[1], **query(a, 2)),
        "registerUserVerify": lambda d, a: d.users.verify_email(a[0]),
        "generateTwoFactorSecret": lambda d, a: d.users.me.tfa.generate(a[0]),
        "enableTwoFactor": lambda d, a: d.users.me.tfa.enable(a[0], a[1]),
        "disableTwoFactor": lambda d, a: d.users.me.tfa.disable(a[0]),
        # auth
        "login": lambda d, a: d.auth.login(**a[0], **query(a, 1)),
        "passwordRequest": lambda d, a: d.auth.password.request(*a),
        "passwordReset": lambda d, a: d.auth.password.reset(*a),
        "readProviders": lambda d, a: d.auth.providers(session_only=at(a, 0, False)),
        # shares, versions, flows
        "authenticateShare": lambda d, a: d.shares.authenticate(a[0], at(a, 1), mode=at(a, 2, "cookie")),
        "inviteShare": lambda d, a: d.shares.invite(a[0], a[1]),
        "readShareInfo": lambda d, a: d.shares.info(a[0]),
        "saveToContentVersion": lambda d, a: d.versions.save(a[0], a[1]),
        "compareContentVersion": lambda d, a: d.versions.compare(a[0]),
        "promoteContentVersion": lambda d, a: d.versions.promote(a[0], main_hash=at(a, 1), fields=at(a, 2)),
        "triggerFlow": lambda d, a: d.flows.trigger(a[1], at(a, 2), method=a[0]),
        # server and utilities
        "serverPing": lambda d, a: d.server.ping(),
        "serverInfo": lambda d, a: d.server.info(),
        "serverHealth": lambda d, a: d.server.health(),
        "readOpenApiSpec": lambda d, a: d.server.oas(),
        "readGraphqlSdl": lambda d, a: d.server.graphql_sdl(at(a, 0, "items")),
        "clearCache": lambda d, a: d.utils.cache.clear(),
        "randomString": lambda d, a: d.utils.random.string(*a),
        "utilsExport": lambda d, a: d.utils.export(a[0], a[1], query=a[2], file=a[3]),
        "utilsImport": lambda d, a: d.utils.import_file(a[0], a[1].file, a[1].fields, **a[1].upload),
        "utilsImportBatch": lambda d, a: d.utils.import_batch(
            a[0].file, a[0].fields, **{snake(k): v for k, v in query(a, 1).items()}, **a[0].upload
        ),
        "utilitySort": lambda d, a: d.utils.sort(a[0], a[1], a[2]),
        # extensions
        "readExtensions": lambda d, a: d.extensions.read_all(),
        "updateExtension": lambda d, a: d.extensions.update_one(a[0], a[1]),
        "deleteExtension": lambda d, a: d.extensions.delete_one(a[0]),
        "readRegistryExtensions": lambda d, a: d.extensions.registry.search(query(a, 0)),
        "readRegistryAccount": lambda d, a: d.extensions.registry.account(a[0]),
        "readRegistryExtension": lambda d, a: d.extensions.registry.read_one(a[0]),
        "installRegistryExtension": lambda d, a: d.extensions.registry.install(a[0], a[1]),
        "reinstallRegistryExtension": lambda d, a: d.extensions.registry.reinstall(a[0]),
        "uninstallRegistryExtension": lambda d, a: d.extensions.registry.uninstall(a[0]),
        # deployments
        "readDeployments": lambda d, a: d.deployments.read_many(query(a, 0)),
        "readDeployment": lambda d, a: d.deployments.read_one(a[0], query(a, 1)),
        "createDeployment": lambda d, a: d.deployments.create_one(a[0], query(a, 1)),
        "updateDeployment": lambda d, a: d.deployments.update_one(a[0], a[1], query(a, 2)),
        "deleteDeployment": lambda d, a: d.deployments.delete_one(a[0]),
        "readDeploymentDashboard": lambda d, a: d.deployments.dashboard(a[0], query(a, 1)),
        "readDeploymentProjects": lambda d, a: d.deployments.projects(a[0]),
        "readDeploymentProject": lambda d, a: d.deployments.project(a[0], a[1], query(a, 2)),
        "updateDeploymentProjects": lambda d, a: d.deployments.update_projects(a[0], a[1]),
        "readDeploymentRuns": lambda d, a: d.deployments.runs(a[0], a[1], query(a, 2)),
        "readDeploymentRun": lambda d, a: d.deployments.run(a[0], a[1], query(a, 2)),
        "readDeploymentRunStats": lambda d, a: d.deployments.run_stats(a[0], a[1], **query(a, 2)),
        "triggerDeployment": lambda d, a: d.deployments.trigger(a[0], a[1], at(a, 2)),
        "cancelDeployment": lambda d, a: d.deployments.cancel(a[0], a[1]),
        # helpers
        "customEndpoint": lambda d, a: d.request(
            a[0].get("method", "GET"),
            a[0]["path"],
            params=a[0].get("params"),
            data=a[0].get("body"),
            headers=a[0].get("headers"),
        ),
        "withToken": lambda d, a: d.with_options(token=a[0]).items(a[1]["$cmd"][1][0]).read_by_query(),
    }
)

#: The commands that answer with a list.
MANY = {
    name
    for name in CURRENT
    if re.fullmatch(
        r"(create|update)[A-Za-z]+sBatch|(create|read|update)[A-Za-z]+(s|ies)"
        r"|readFieldsByCollection|readRelationByCollection|aggregate|customEndpoint|withToken",
        name,
    )
} - {
    "readSettings",
    "updateSettings",
    "readItemPermissions",
    "readUserPermissions",
    "readPolicyGlobals",
    "readDeploymentRunStats",
    "updateDeploymentProjects",
}
