"""Names that people bring from other clients, and what to write instead.

From the JavaScript SDKs (``readByQuery``, ``createItem``, ``getToken``), other Python clients (``get_items``), Django
(``filter``, ``order_by``), pandas, and SQL.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Mapping

_ITEMS = "directus.items('articles')"
_FILTER = "read_many(filter={'status': {'_eq': 'published'}})"
_SEND = {"get": "params=...", "head": "params=...", "options": "params=...", "delete": "json=...", "search": "json=..."}
_METHODS = ("get", "post", "patch", "put", "delete", "head", "options", "search")
_REQUESTS = {name: f"directus.request('{name.upper()}', path, {_SEND.get(name, 'json=...')})" for name in _METHODS}
_TO_FRAME = "read_frame(...), or read_many(...).to_pandas()"

#: What to write instead of a name, in snake case, by the class that lacks it.
TABLE: Mapping[str, Mapping[str, str]] = {
    "Directus": {
        **dict.fromkeys(("call", "execute_request", "http", "send"), "directus.request(method, path)"),
        **dict.fromkeys(("current_user", "whoami"), "directus.users.me.read()"),
        **dict.fromkeys(
            ("database", "db", "knex", "raw", "sql"), f"{_ITEMS}.read_many(filter=...), or directus.request(method, path)"
        ),
        "config": "directus.with_options(...), or directus.server.info()",
        "health": "directus.server.health()",
        "info": "directus.server.info()",
        "tables": "directus.collections.read_all()",
        "version": "directus.server.version()",
        **_REQUESTS,
        "accept_user_invite": "directus.users.invites.accept(token, password)",
        "aggregate": f"{_ITEMS}.aggregate({{'count': '*'}})",
        "api": "directus.request('GET', path)",
        "authenticate": "directus.auth.login(email, password)",
        "authenticate_share": "directus.shares.authenticate(share, password)",
        "cancel_deployment": "directus.deployments.cancel(provider, run_id)",
        "clear_cache": "directus.utils.cache.clear()",
        **{
            name: f"Directus(url, {name}=...), or directus.with_options({name}=...)"
            for name in ("headers", "params", "timeout")
        },
        **{name: f"Directus(url, transport=RequestsTransport({name}=...))" for name in ("cert", "proxies", "verify")},
        "access_token": "directus.auth.token",
        "base_url": "directus.url",
        "client": "directus, which is the client",
        "collection": f"{_ITEMS}, or directus.collections for the schema",
        "compare_content_version": "directus.versions.compare(key)",
        "connect": "directus.realtime.connect()",
        "count": f"{_ITEMS}.count()",
        "create_field": "directus.fields.create_one(collection, data)",
        "create_file": "directus.files.upload(file)",
        "create_files": "directus.files.upload_many(files)",
        "create_relation": "directus.relations.create_one(data)",
        "custom_endpoint": "directus.request(method, path, params=..., json=...)",
        "delete_field": "directus.fields.delete_one(collection, field)",
        "delete_relation": "directus.relations.delete_one(collection, field)",
        "delete_extension": "directus.extensions.delete_one(key)",
        "disable_two_factor": "directus.users.me.tfa.disable(otp)",
        "disconnect": "directus.realtime.disconnect()",
        "download_file": "directus.assets.download(key, to=path)",
        "download_files_zip": "directus.assets.zip_files(keys)",
        "download_folder_zip": "directus.assets.zip_folder(key)",
        "enable_two_factor": "directus.users.me.tfa.enable(secret, otp)",
        "execute": "directus.request(method, path), or directus.graphql.items(query)",
        "export": "directus.utils.export(collection, format)",
        "file": "directus.files",
        "from_environment": "Directus.from_env()",
        "generate_two_factor_secret": "directus.users.me.tfa.generate(password)",
        "import_file": "directus.files.import_url(url)",
        "install_registry_extension": "directus.extensions.registry.install(extension_id, version)",
        "invite_share": "directus.shares.invite(share, emails)",
        "invite_user": "directus.users.invites.send(email, role)",
        "item": f"{_ITEMS}.read_one(1)",
        "log_in": "directus.auth.login(email, password)",
        "log_out": "directus.auth.logout()",
        "login": "directus.auth.login(email, password)",
        "logout": "directus.auth.logout()",
        "me": "directus.users.me.read()",
        "on": "directus.realtime.on(event, function), or directus.on_event(function) for requests",
        "on_web_socket": "directus.realtime.on(event, function)",
        "password_request": "directus.auth.password.request(email)",
        "password_reset": "directus.auth.password.reset(token, password)",
        "ping": "directus.server.ping()",
        "promote_content_version": "directus.versions.promote(key)",
        "query": f"directus.graphql.items(query), or {_ITEMS}.read_many(...)",
        "random_string": "directus.utils.random.string(length)",
        "read_asset": "directus.assets.read(key)",
        "read_asset_array_buffer": "directus.assets.read(key)",
        "read_asset_blob": "directus.assets.read(key)",
        "read_asset_raw": "directus.assets.read(key)",
        "read_collections": "directus.collections.read_all()",
        "read_current_user": "directus.users.me.read()",
        "read_deployment_dashboard": "directus.deployments.dashboard(provider)",
        "read_deployment_project": "directus.deployments.project(provider, project_id)",
        "read_deployment_projects": "directus.deployments.projects(provider)",
        "read_deployment_run": "directus.deployments.run(provider, run_id)",
        "read_deployment_run_stats": "directus.deployments.run_stats(provider, project_id)",
        "read_deployment_runs": "directus.deployments.runs(provider, project_id)",
        "read_extensions": "directus.extensions.read_all()",
        "read_field": "directus.fields.read_one(collection, field)",
        "read_fields": "directus.fields.read_all()",
        "read_fields_by_collection": "directus.fields.read_many(collection)",
        "read_graphql_sdl": "directus.server.graphql_sdl()",
        "read_info": "directus.server.info()",
        "read_item_permissions": "directus.permissions.for_item(collection, key)",
        "read_me": "directus.users.me.read()",
        "read_open_api_spec": "directus.server.oas()",
        "read_policy_globals": "directus.policies.globals()",
        "read_providers": "directus.auth.providers()",
        "read_registry_account": "directus.extensions.registry.account(key)",
        "read_registry_extension": "directus.extensions.registry.read_one(key)",
        "read_registry_extensions": "directus.extensions.registry.search()",
        "read_relation": "directus.relations.read_one(collection, field)",
        "read_relation_by_collection": "directus.relations.read_many(collection)",
        "read_relations": "directus.relations.read_all()",
        "read_roles_me": "directus.roles.me()",
        "read_settings": "directus.settings.read()",
        "read_share_info": "directus.shares.info(key)",
        "read_singleton": "directus.singleton('globals').read()",
        "read_token": "directus.auth.token, or directus.auth.fresh_token()",
        "read_user_permissions": "directus.permissions.me()",
        "refresh": "directus.auth.refresh()",
        "refresh_token": "directus.auth.refresh()",
        "register_user": "directus.users.register(email, password)",
        "register_user_verify": "directus.users.verify_email(token)",
        "reinstall_registry_extension": "directus.extensions.registry.reinstall(extension_id)",
        "rest": "nothing: every client has all methods",
        "save_to_content_version": "directus.versions.save(key, data)",
        "schema_apply": "directus.schema.apply(diff)",
        "schema_diff": "directus.schema.diff(snapshot)",
        "schema_snapshot": "directus.schema.snapshot()",
        "send_message": "directus.realtime.send_message(message)",
        "server_health": "directus.server.health()",
        "server_info": "directus.server.info()",
        "server_ping": "directus.server.ping()",
        "session": "directus.transport for the connections, or directus.auth for the login",
        "set_token": "directus.auth.static(token), or directus.with_token(token) for a copy",
        "static_token": "directus.auth.static(token), or Directus(url, token=...)",
        "stop_refreshing": "nothing: there are no timers",
        "subscribe": f"{_ITEMS}.subscribe()",
        "table": _ITEMS,
        "token": "directus.auth.token",
        "trigger_deployment": "directus.deployments.trigger(provider, project_id)",
        "trigger_flow": "directus.flows.trigger(flow, data)",
        "uninstall_registry_extension": "directus.extensions.registry.uninstall(key)",
        "update_deployment_projects": "directus.deployments.update_projects(provider, data)",
        "update_extension": "directus.extensions.update_one(key, data)",
        "update_field": "directus.fields.update_one(collection, field, data)",
        "update_fields": "directus.fields.update_many(collection, fields)",
        "update_me": "directus.users.me.update(data)",
        "update_relation": "directus.relations.update_one(collection, field, data)",
        "update_settings": "directus.settings.update(data)",
        "update_singleton": "directus.singleton('globals').update(data)",
        "upload": "directus.files.upload(file)",
        "upload_file": "directus.files.upload(file)",
        "upload_files": "directus.files.upload(file), or directus.files.upload_many(files)",
        "user": "directus.users",
        "utility_sort": "directus.utils.sort(collection, item, to)",
        "utils_export": "directus.utils.export(collection, format)",
        "utils_import": "directus.utils.import_file(collection, file)",
        "utils_import_batch": "directus.utils.import_batch(file)",
        "with": "nothing: every client has all methods",
        "with_headers": "directus.with_options(headers=...)",
        "with_search": "nothing: long queries are sent as SEARCH automatically",
        "with_timeout": "directus.with_options(timeout=...)",
    },
    "Transport": {**_REQUESTS, "request": "directus.request(method, path)"},
    "Auth": {
        "access_token": "directus.auth.token",
        "authenticate": "directus.auth.login(email, password)",
        "authenticated": "directus.auth.signed_in",
        "get_token": "directus.auth.token, or directus.auth.fresh_token()",
        "is_authenticated": "directus.auth.signed_in",
        "is_logged_in": "directus.auth.signed_in",
        "log_in": "directus.auth.login(email, password)",
        "log_out": "directus.auth.logout()",
        "logged_in": "directus.auth.signed_in",
        "me": "directus.users.me.read()",
        "register": "directus.users.register(email, password)",
        "set_token": "directus.auth.static(token)",
        "sign_in": "directus.auth.login(email, password)",
        "sign_out": "directus.auth.logout()",
        "static_token": "directus.auth.static(token)",
        "user": "directus.users.me.read()",
    },
    "SingletonHandler": {
        **dict.fromkeys(("all", "first", "get", "read_all", "read_by_query", "read_many", "read_one"), "read()"),
        **dict.fromkeys(("create_one", "save", "update_by_query", "update_many", "update_one", "upsert_one"), "update(data)"),
        "create": "update(data)",
        "set": "update(data)",
    },
    "UsersHandler": {
        "current": "me.read()",
        "invite": "invites.send(email, role)",
        "login": "directus.auth.login(email, password)",
        "logout": "directus.auth.logout()",
        "read_me": "me.read()",
    },
    "GraphQLHandler": dict.fromkeys(
        ("execute", "mutate", "mutation", "query", "request", "run", "send"), "items(query), or system(query)"
    ),
    "FlowsHandler": dict.fromkeys(("execute", "run", "start"), "trigger(flow, data)"),
    "DataModelHandler": {
        **dict.fromkeys(("upsert", "upsert_many", "upsert_one"), "exists(...), then create_one(...) or update_one(...)"),
        "aggregate": "count(), or read_all()",
        "all": "read_all()",
        "filter": "read_all(filter=...)",
        "get": "read_one(...)",
        "get_or_create": "exists(...), then create_one(...)",
        "list": "read_all()",
    },
    "ExtensionsHandler": {
        **dict.fromkeys(("create_one", "get_or_create", "install"), "registry.install(extension_id, version)"),
        **dict.fromkeys(("aggregate", "count", "read_many"), "read_all()"),
    },
    "FilesHandler": {
        **dict.fromkeys(("add", "create", "create_file", "insert", "save", "upload_file", "upload_one"), "upload(file)"),
        **dict.fromkeys(("download", "get_content", "open", "read_content"), "directus.assets.download(key, to=path)"),
        **dict.fromkeys(("create_files", "upload_files"), "upload_many(files)"),
        "get_url": "directus.assets.url(key)",
        "import": "import_url(url)",
        "import_one": "import_url(url)",
        "url": "directus.assets.url(key)",
    },
    "AssetsHandler": {"read_one": "read(key)", "get_url": "url(key)", "get": "read(key)", "save": "download(key, to=path)"},
    "RealtimeHandler": {
        **dict.fromkeys(("listen", "watch"), "directus.items('articles').subscribe()"),
        "subscribe": "directus.items('articles').subscribe()",
    },
    "RevisionsHandler": dict.fromkeys(("restore", "revert"), "directus.utils.revert(revision)"),
    "SchemaHandler": {
        **dict.fromkeys(("dump", "export", "save"), "snapshot()"),
        **dict.fromkeys(("import", "load", "restore"), "apply(diff(snapshot))"),
    },
    "ServerHandler": {"status": "health()"},
    "UtilsHandler": {
        **dict.fromkeys(("cache_clear", "clear_cache"), "cache.clear()"),
        "random_string": "random.string(length)",
    },
    "NotificationsHandler": {"send": "create_one(data)"},
    "Plan": dict.fromkeys(("commit", "execute", "run", "send", "start", "write"), "apply()"),
    "BulkItemsHandler": {
        **dict.fromkeys(("append", "extend", "insert_all"), "create_one(data), or create_many(rows)"),
        **dict.fromkeys(("archive", "publish"), "update_one(key, {'status': 'published'})"),
        **dict.fromkeys(("import_csv", "import_file", "load", "load_csv", "read_csv"), "create_many('articles.csv')"),
        **dict.fromkeys(("reorder", "sort_items"), "directus.utils.sort(collection, item, to)"),
        **dict.fromkeys(("replace", "replace_one", "set"), "update_one(key, data)"),
        "bulk_insert": "create_many(rows)",
        "clear": "delete_by_query({}, all_items=True)",
        **dict.fromkeys(("delete_where", "remove_where"), "delete_by_query(filter=...)"),
        "update_where": "update_by_query(filter=..., data=...)",
        "upload": "directus.files.upload(file)",
        **dict.fromkeys(("listen", "on", "watch"), "subscribe()"),
        "add": "create_one(data)",
        "bulk_create": "create_many(rows)",
        "bulk_delete": "delete_many(keys)",
        "bulk_update": "update_batch(rows), or update_many(keys, data)",
        "bulk_upsert": "upsert_many(rows, match_on='slug')",
        "create_or_update": "upsert_one(data, match_on='slug')",
        "delete_all": "delete_by_query({}, all_items=True)",
        **dict.fromkeys(("create", "insert"), "create_one(data), or create_many(rows)"),
        "merge": "upsert_one(data, match_on='slug')",
        "patch": "update_one(key, data)",
        "post": "create_one(data)",
        "put": "update_one(key, data)",
        "save": "create_one(data), or update_one(key, data)",
        "truncate": "delete_by_query({}, all_items=True)",
        "update_all": "update_by_query({}, data, all_items=True)",
        "update_or_create": "upsert_one(data, match_on='slug')",
        "upsert": "upsert_one(data, match_on='slug'), or upsert_many(rows, match_on='slug')",
    },
    "ReadHandler": {
        **dict.fromkeys(("columns", "schema"), "describe()"),
        **dict.fromkeys(("count_all", "total"), "count()"),
        **dict.fromkeys(("data", "items", "next", "rows"), "read_many() for a page, or read_all()"),
        **dict.fromkeys(("execute", "raw", "sql"), "read_many(filter=..., sort=..., limit=...)"),
        **dict.fromkeys(("history", "revisions"), "directus.revisions.read_many(filter=...)"),
        "to_csv": "export('articles.csv', fields=...), or read_frame(...)",
        **dict.fromkeys(("to_dict", "to_dicts", "to_json", "to_list"), "read_all(), a list of dicts"),
        "comments": "directus.comments.read_many(filter=...)",
        "id": "primary_key",
        "join": "read_many(fields=['*', 'author.*'])",
        "keys": "read_all(fields=['id'])",
        "name": "collection",
        "objects": "read_many(...), and the other methods of the handler itself",
        "permissions": "directus.permissions.for_item(collection, key)",
        **dict.fromkeys(("read_singleton", "singleton"), "directus.singleton('globals').read()"),
        "stream_all": "iterate()",
        "all": "read_all()",
        "annotate": "aggregate({'count': '*'}, group_by='status')",
        "as_df": _TO_FRAME,
        "avg": "aggregate({'avg': 'price'})",
        "df": _TO_FRAME,
        "distinct": "aggregate({'count': '*'}, group_by='status')",
        "exclude": "read_many(filter={'status': {'_neq': 'published'}})",
        "fields": "read_many(fields=['id', 'title'])",
        "filter": _FILTER,
        "filter_by": _FILTER,
        "fetch": "read_one(key), or read_many(filter=...)",
        "find": "read_one(key), or read_many(filter=...)",
        "find_one": "read_one(key), or first(filter=...)",
        "get": "read_one(key), or first(filter=...), or read_many() for a page",
        "group_by": "aggregate({'count': '*'}, group_by='status')",
        "head": "read_many(limit=5)",
        "iter": "iterate()",
        "last": "first(sort='-id')",
        "length": "count()",
        "limit": "read_many(limit=10)",
        "list": "read_many() for a page, or read_all()",
        "max": "aggregate({'max': 'price'})",
        "min": "aggregate({'min': 'price'})",
        "offset": "read_many(offset=100)",
        "one": "read_one(key), or first(filter=...)",
        "only": "read_many(fields=['id', 'title'])",
        "order": "read_many(sort=['-date'])",
        "order_by": "read_many(sort=['-date'])",
        "page": "read_many(limit=100, page=2)",
        **dict.fromkeys(("batches", "chunks", "pages", "paginate"), "iterate(), or read_all()"),
        "prefetch_related": "read_many(fields=['*', 'author.*'])",
        "query": "read_many(filter=..., sort=..., limit=...)",
        "read": "read_many() for a page, read_one(key), or read_all()",
        "search": "read_many(search='words')",
        "select": "read_many(fields=['id', 'title'])",
        "select_related": "read_many(fields=['*', 'author.*'])",
        "size": "count()",
        "sort": "read_many(sort=['-date'])",
        "stream": "iterate()",
        "sum": "aggregate({'sum': 'price'})",
        "tail": "read_many(sort=['-id'], limit=5)",
        "to_dataframe": _TO_FRAME,
        "to_df": _TO_FRAME,
        "to_pandas": _TO_FRAME,
        "values": "read_many(fields=['id', 'title'])",
        "values_list": "read_many(fields=['id', 'title'])",
        "where": _FILTER,
    },
}
_OTHER: tuple[str, ...] = (
    "access",
    "dashboards",
    "deployments",
    "flows",
    "notifications",
    "operations",
    "panels",
    "policies",
    "realtime",
)
_OTHER += ("schema", "shares", "translations", "versions", "aggregate", "distinct", "group_by", "annotate", "avg", "sum", "min")
_OTHER += ("max", "upsert", "upsert_one", "upsert_many", "update_by_query", "delete_by_query", "sync", "subscribe", "changes")
#: The same for the client of Directus 8, where operators have no underscore and some endpoint groups do not exist.
TABLE_8: Mapping[str, Mapping[str, str]] = {
    "Directus8": {
        **dict.fromkeys(_OTHER, "nothing: this is not in version 8"),
        **{name: TABLE["Directus"][name] for name in ("login", "logout", "me", "refresh", "token", "ping", "read_me")},
        "authenticate": "directus.auth.login(email, password)",
        "gql": "directus.graphql.query(query)",
        "interfaces": "directus.extensions.interfaces()",
        "presets": "directus.collection_presets",
    },
    "Auth8": {"authenticate": "login(email, password)", "providers": "sso.list()"},
    "ReadHandler8": {
        **{
            name: text.replace("{'_", "{'")
            for name, text in TABLE["ReadHandler"].items()
            if name != "revisions" and "frame" not in text
        },
        **dict.fromkeys(_OTHER, "nothing: this is not in version 8"),
        **dict.fromkeys(("columns", "schema"), "directus.fields.read_many(collection)"),
        "search": "read_many(q='words')",
        "read_frame": "read_all(...).to_pandas()",
    },
    "FilesHandler8": {
        **dict.fromkeys(("create_file", "upload_file", "upload_one", "upload_files"), "upload(file)"),
        **dict.fromkeys(("download", "open", "read_content"), "directus.assets.download(private_hash, to=path)"),
        "url": "directus.assets.url(private_hash)",
    },
    "GraphQLHandler8": dict.fromkeys(("execute", "items", "request", "system"), "query(query)"),
    "SettingsHandler8": {"read": "as_dict()", "update": "update_one(key, {'value': ...})"},
}
#: The verb of this SDK for the verbs of others.
VERBS = {
    **dict.fromkeys(("fetch", "find", "get", "list", "load", "read", "retrieve", "select"), "read"),
    **dict.fromkeys(("add", "create", "insert", "make", "new"), "create"),
    **dict.fromkeys(("change", "edit", "modify", "patch", "update"), "update"),
    **dict.fromkeys(("delete", "destroy", "drop", "remove"), "delete"),
    "upsert": "upsert",
}
_WRITES = ("create", "update", "upsert", "delete")
_ARGUMENTS = {
    "read_one": "key", "read_many": "filter=..., limit=...", "create_one": "data", "create_many": "rows",
    "update_one": "key, data", "update_many": "keys, data", "update_batch": "rows", "delete_one": "key",
    "delete_many": "keys", "upsert_one": "data", "upsert_many": "rows", "delete_by_query": "filter=...",
    "update_by_query": "filter=..., data=...", "read_by_query": "query",
}  # fmt: skip
#: How other clients end the names of methods for one item, and for many.
_ENDINGS = {
    **dict.fromkeys(("", "by_id", "by_pk", "item", "object", "record", "row", "single"), "one"),
    **dict.fromkeys(("bulk", "items", "list", "objects", "records", "rows"), "many"),
    "items_batch": "batch",
}


def hint(kind: type, name: str) -> str:
    """Return what to write instead of an attribute that a class lacks, or ``""``.

    Example:
        >>> hint(Directus, "createItems")
        "write directus.items('articles').create_many(rows)"
        >>> hint(ItemsHandler, "order_by")
        "write read_many(sort=['-date'])"
    """
    snake = snake_case(name)
    verb, _, noun = snake.partition("_")
    verb = VERBS.get(verb, "")
    parents = [parent.__name__ for parent in kind.__mro__]
    for parent in parents:
        table = TABLE.get(parent) or TABLE_8.get(parent, {})
        instead = table.get(snake) or (table.get(f"{verb}_{noun}") if verb else None)
        if instead is not None:
            return f"write {instead}"
    names = _public(kind)
    if snake in names and snake != name:
        return f"write {snake}({_ARGUMENTS[snake]})" if snake in _ARGUMENTS else f"write {snake}"
    if "Directus" in parents or "Directus8" in parents:
        return _for_client(name, verb, noun, names)
    return _for_handler(kind, name, verb, noun) if {"Handler", "Handler8", "Authorizer"} & set(parents) else ""


def snake_case(name: str) -> str:
    """Return a name such as ``createItems`` as ``create_items``."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


def _public(kind: type) -> set[str]:
    return {name for name in dir(kind) if not name.startswith("_")}


def _for_client(name: str, verb: str, noun: str, names: set[str]) -> str:
    ending = _ENDINGS.get(noun, "") if noun else ""
    if verb and ending:
        return f"write {_ITEMS}.{_call(verb, ending)}"
    stem = noun.removesuffix("_batch").removeprefix("content_")
    for group, is_plural in _plurals(stem) if verb else ():
        if group in names:
            count = "batch" if noun.endswith("_batch") else "many" if is_plural else "one"
            return f"write directus.{group}.{_call(verb, count)}"
    close = closest_of(name, names)
    if close:
        return f"did you mean directus.{close}?"
    if verb:
        return f"methods belong to handlers, such as {_ITEMS}.{_call(verb, 'many')}"
    return f"for the items of a collection write directus.items({name!r})"


def _for_handler(kind: type, name: str, verb: str, noun: str) -> str:
    names = _public(kind)
    ending = _ENDINGS.get(noun, noun)
    if verb and f"{verb}_{ending}" in names:
        return f"write {_call(verb, ending, kind)}"
    if verb and verb in names:
        return f"write {verb}(...)"
    if verb and noun in names:
        return f"write {noun}"
    close = closest_of(name, {each for each in names if not verb or VERBS.get(each.partition("_")[0], verb) == verb})
    if verb in _WRITES and "read_many" in names and not any(each.startswith(("create", "update")) for each in names):
        return "only the server writes these items; read them with read_many(filter=...)"
    if close:
        return f"did you mean {close}?"
    count = "many" if noun.endswith("s") or noun == "by_query" else "one"
    return f"write {_call(verb, count, kind)}" if verb and f"{verb}_{count}" in names else ""


def closest_of(name: str, names: set[str]) -> str | None:
    """Return the name that a misspelt one must have meant."""
    from difflib import get_close_matches

    close = get_close_matches(name, names, n=1, cutoff=0.75)
    return close[0] if close else None


def _call(verb: str, ending: str, kind: type | None = None) -> str:
    method = f"{verb}_{ending}"
    arguments = _ARGUMENTS.get(method, "")
    if kind is not None and any(parent.__name__ == "DataModelHandler" for parent in kind.__mro__):
        parameters = [*inspect.signature(getattr(kind, method)).parameters.values()][1:]
        required = [each.name for each in parameters if each.default is each.empty and each.kind is each.POSITIONAL_OR_KEYWORD]
        arguments = ", ".join(required) or arguments
    return f"{method}({arguments})"


def _plurals(noun: str) -> Iterable[tuple[str, bool]]:
    """Return the endpoint groups that a noun may mean, and whether it is a plural."""
    yield f"{noun}s", False
    yield (noun.removesuffix("y") + "ies" if noun.endswith("y") else noun), noun.endswith("s")
    yield noun, noun.endswith("s")
    yield noun.removesuffix("ies") + "y", True
