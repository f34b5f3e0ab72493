"""The data that the loopback server of Directus 8 starts with."""

from __future__ import annotations

from typing import Any

from tests.v8.tables import Row, Table

EMAIL, PASSWORD, TOKEN = "admin@example.com", "password", "admintoken"
EDITOR_EMAIL, EDITOR_PASSWORD, EDITOR_TOKEN = "e@example.com", "secret12", "edtoken"
SUPER_ADMIN_TOKEN = "supersecret"
PROJECT = "demo"
PIXEL = (
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89"
    b"\0\0\0\rIDATx\xdac\xfc\xcf\xc0P\x0f\0\x04\x85\x01\x80\x84\xa9\x8c!\0\0\0\0IEND\xaeB`\x82"
)

_USER = {
    "id": None, "status": "draft", "role": None, "first_name": None, "last_name": None, "email": None, "token": None,
    "external_id": None, "theme": "auto", "2fa_secret": None, "password_reset_token": None, "timezone": "UTC", "locale": None,
    "locale_options": None, "avatar": None, "company": None, "title": None, "email_notifications": True,
    "last_access_on": None, "last_page": None,
}  # fmt: skip
_FILE = {
    "id": None, "storage": "local", "private_hash": None, "filename_disk": None, "filename_download": None, "title": None,
    "type": None, "uploaded_by": 1, "uploaded_on": "2026-11-21 00:01:48", "charset": "binary", "filesize": None, "width": None,
    "height": None, "duration": 0, "embed": None, "folder": None, "description": "", "location": "", "tags": [],
    "checksum": None, "metadata": None, "data": None,
}  # fmt: skip
_PERMISSION = {
    "id": None, "collection": None, "role": None, "status": None, "create": "none", "read": "none", "update": "none",
    "delete": "none", "comment": "none", "explain": "none", "read_field_blacklist": [], "write_field_blacklist": [],
    "status_blacklist": [],
}  # fmt: skip
_FIELD = {
    "id": None, "collection": None, "field": None, "datatype": "VARCHAR", "unique": False, "primary_key": False,
    "auto_increment": False, "default_value": None, "note": "", "signed": True, "type": "string", "sort": 0, "interface": None,
    "hidden_detail": False, "hidden_browse": False, "required": False, "options": None, "locked": 0, "translation": None,
    "readonly": False, "width": "full", "validation": None, "group": None, "length": None,
}  # fmt: skip


def none(*names: str) -> Row:
    return dict.fromkeys(names)


def movies() -> dict[str, Table]:
    directors = Table("directors", none("id", "name"), unique="name")
    movies = Table(
        "movies",
        {"id": None, "status": "draft", "title": None, "rating": 0, "released": None, "director": None, "poster": None},
        hidden_status="deleted",
        many_to_one={"director": directors},
    )
    directors.one_to_many["movies"] = (movies, "director")
    for name in ("Kubrick", "Nolan"):
        directors.insert({"name": name})
    for title, rating, director, status in (
        ("Dr. Strangelove", 8.5, 1, "published"),
        ("2001", 9.1, 1, "published"),
        ("Inception", 8.8, 2, "published"),
        ("Gone", None, 2, "deleted"),
    ):
        movies.insert({"title": title, "rating": rating, "director": director, "status": status})
    about = Table("about", none("id", "text"))
    about.insert({"text": "Films"})
    return {"movies": movies, "directors": directors, "about": about}


def system() -> dict[str, Table]:
    names = "id action action_by action_on ip user_agent collection item edited_on comment comment_deleted_on"
    revision = "id activity collection item data delta parent_collection parent_item parent_changed"
    preset = "id title user role collection search_query filters view_type view_query view_options translation"
    role = "id name description ip_whitelist external_id module_listing collection_listing enforce_2fa"
    relation = "id collection_many field_many collection_one field_one junction_field"
    tables = [
        Table("directus_users", dict(_USER), unique="email", required=("email",)),
        Table("directus_files", dict(_FILE)),
        Table("directus_folders", none("id", "name", "parent_folder"), required=("name",)),
        Table("directus_roles", none(*role.split()), unique="name", required=("name",)),
        Table("directus_permissions", dict(_PERMISSION), required=("collection", "role")),
        Table("directus_settings", none("id", "key", "value"), unique="key", required=("key",)),
        Table("directus_collection_presets", none(*preset.split()), required=("collection",)),
        Table("directus_relations", none(*relation.split()), required=("collection_many", "field_many")),
        Table("directus_webhooks", none("id", "status", "http_action", "url", "collection", "directus_action")),
        Table("directus_activity", none(*names.split())),
        Table("directus_revisions", none(*revision.split())),
        Table("directus_fields", dict(_FIELD)),
        Table("directus_collections", none("collection", "note", "hidden", "single", "managed", "icon", "translation")),
    ]
    return {table.name: table for table in tables}


def fill(tables: dict[str, Table]) -> None:
    admin = {"status": "active", "role": 1, "first_name": "Admin", "last_name": "User", "email": EMAIL, "token": TOKEN}
    editor = {"status": "active", "role": 3, "first_name": "E", "last_name": "D", "email": EDITOR_EMAIL, "token": EDITOR_TOKEN}
    rows: dict[str, list[dict[str, Any]]] = {
        "directus_users": [admin, editor],
        "directus_roles": [{"name": "Administrator"}, {"name": "Public"}, {"name": "Editors"}],
        "directus_folders": [{"name": "A"}, {"name": "B", "parent_folder": 1}],
        "directus_permissions": [
            {"collection": "movies", "role": 3, "read": "full", "create": "full", "update": "full"},
            {"collection": "directors", "role": 3, "read": "full"},
            {"collection": "directus_files", "role": 3, "read": "full"},
        ],
        "directus_settings": [
            {"key": "project_name", "value": "Demo"},
            {"key": "project_color", "value": "#263238"},
            {"key": "telemetry", "value": True},
            {"key": "default_limit", "value": 200},
        ],
        "directus_collection_presets": [{"collection": "movies", "title": "Best"}, {"collection": "movies", "title": "All"}],
        "directus_relations": [
            {"collection_many": "movies", "field_many": "director", "collection_one": "directors", "field_one": "movies"}
        ],
        "directus_webhooks": [
            {"status": "active", "http_action": "post", "url": "http://127.0.0.1:1/x", "collection": "movies"},
            {"status": "inactive", "http_action": "get", "url": "http://127.0.0.1:1/y", "collection": "movies"},
        ],
    }
    for name, entries in rows.items():
        for entry in entries:
            tables[name].insert(entry)
    for name, table in list(tables.items()):
        if not name.startswith("directus_"):
            add_collection(tables, name, list(table.fields), table.key)


def add_collection(tables: dict[str, Table], name: str, fields: list[str], key: str) -> None:
    tables["directus_collections"].insert({"collection": name, "managed": True, "hidden": False, "single": False})
    for field in fields:
        more = {"primary_key": True, "type": "integer", "auto_increment": True} if field == key else {}
        tables["directus_fields"].insert({"collection": name, "field": field, **more})
