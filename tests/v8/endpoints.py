"""What is no group of rows: sign-in, users, mail, utilities, SCIM, GraphQL, collections and fields, projects, extensions."""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from typing import TYPE_CHECKING, Any

from tests.v8.messages import Answer, Call, Refused, no_route, not_found
from tests.v8.project import SUPER_ADMIN_TOKEN, add_collection
from tests.v8.tables import Row, Table, shown

if TYPE_CHECKING:
    from tests.v8.server import Server8

PUBLIC = {"public": True}
_SCHEMAS = "urn:ietf:params:scim:schemas:core:2.0:"


def blank(data: Any, *names: str) -> None:
    """Refuse a body in which one of these has no value."""
    if missing := [name for name in names if not (data or {}).get(name)]:
        raise Refused(422, 4, " ".join(f"{name}: This value should not be blank." for name in missing))


def auth(server: Server8, call: Call, project: str, path: str, user: int | None) -> Answer:
    data = call.json or {}
    if path == "authenticate":
        return sign_in(server, call, project)
    if path == "refresh":
        blank(data, "token")
        claims = server.sessions.read(data["token"], project)
        enforced = server.enforced(server.tables["directus_users"].get(claims["id"]))
        return Answer(200, {"data": {"token": server.sessions.issue(claims["id"], project, needs2FA=enforced)}, **PUBLIC})
    if path.partition("/")[0] == "logout":
        return sign_out(server, call, path.split("/")[1:])
    if path == "check":
        row = any(row["token"] == call.credentials[1] for row in server.sessions.rows)
        return Answer(200, {"data": {"authenticated": row}, **PUBLIC})
    if path == "sessions":
        rows = server.sessions.rows
        known = any(row["token"] == call.credentials[1] for row in rows)
        return Answer(200, {"data": [dict(row) for row in rows], **PUBLIC} if known else PUBLIC)
    if path == "password/request":
        blank(data, "email")
        if not any(row["email"] == data["email"] for row in server.tables["directus_users"].rows.values()):
            raise Refused(404, 107, "No user with that email")
        return Answer(200, PUBLIC)
    if path == "password/reset":
        blank(data, "token", "password")
        if data["token"] != "reset-token":
            raise Refused(401, 104, f"Invalid Reset Password token: {data['token']}")
        return Answer(200, PUBLIC)
    if path.partition("/")[0] == "sso":
        return sso(server, call, project, path.split("/")[1:])
    raise no_route()


def sign_in(server: Server8, call: Call, project: str) -> Answer:
    if not call.content:
        raise Refused(400, 13, "Invalid or Empty Payload")
    data = call.json
    if "@" not in str(data.get("email")) or not data.get("password"):
        raise Refused(422, 114, "email: This value is not a valid email address.")
    users = server.tables["directus_users"].rows.values()
    user = next((row for row in users if row["email"] == data["email"]), None)
    if user is None or server.passwords.get(user["id"]) != data["password"]:
        raise Refused(404, 100, "Invalid user credentials")
    if user["status"] != "active":
        raise Refused(404 if user["status"] == "suspended" else 401, 103, "User suspended")
    if user["2fa_secret"] and not data.get("otp"):
        raise Refused(404, 111, "User missing 2FA OTP")
    if user["2fa_secret"] and data["otp"] != server.otp:
        raise Refused(404, 112, "Invalid user OTP")
    body: Row = {"data": {"user": {name: user[name] for name in ("id", "status", "role", "email", "first_name")}}}
    headers = {}
    if (data.get("mode") or call.query.get("mode")) == "cookie":
        cookie = server.sessions.cookie(user["id"])
        # PHP spells the time zone in another way than the standard.
        attributes = "path=/; expires=Sat, 28-Nov-2026 00:01:32 UTC; HttpOnly; SameSite=Lax"
        headers["Set-Cookie"] = f"directus-{project}-session={cookie}; {attributes}"
    else:
        body["data"] = {"token": server.sessions.issue(user["id"], project), **body["data"]}
        server.sessions.open(user["id"], "jwt", body["data"]["token"])
    if server.enforced(user):
        body["error"] = {"code": 113, "message": "2FA enforced but not activated for user"}
    return Answer(200, {**body, **PUBLIC}, headers=headers)


def sign_out(server: Server8, call: Call, parts: list[str]) -> Answer:
    def ends(row: Row) -> bool:
        if not parts:
            return bool(row["token"] == call.credentials[1])
        return str(row["user"]) == parts[0] and (len(parts) == 1 or str(row["id"]) == parts[1])

    server.sessions.rows[:] = [row for row in server.sessions.rows if not ends(row)]
    return Answer(200, PUBLIC)


def sso(server: Server8, call: Call, project: str, parts: list[str]) -> Answer:
    if not parts:
        return Answer(200, {"data": [{"name": name, "icon": None} for name in server.providers], **PUBLIC})
    if parts == ["access_token"]:
        blank(call.json, "request_token")
        if call.json["request_token"] != "request-token":
            raise Refused(401, 109, "Invalid request token")
    elif parts[0] not in server.providers:
        raise Refused(500, None, f'auth provider "{parts[0]}" does not exist.')
    elif call.method == "GET":
        url = f"https://{parts[0]}.example.com/authorize"
        return Answer(200, {"data": {"authorization_url": url, "state": "abc"}, **PUBLIC})
    token = server.sessions.issue(1, project)
    server.sessions.open(1, "jwt", token)
    return Answer(200, {"data": {"token": token}, **PUBLIC})


def users(server: Server8, call: Call, parts: list[str], user: int | None, claims_project: str) -> Answer | None:
    """What only users have; None for the endpoints that all groups have."""
    table, query = server.tables["directus_users"], call.query
    if parts[:1] == ["invite"]:
        return invite(server, call, parts[1:], user)
    if parts[:1] == ["me"]:
        if parts[1:2] == ["revisions"]:
            return Answer(200, {"data": []})
        if user is None:
            raise Refused(401, 3, "Unauthorized request")
        parts[0] = str(user)
    if parts[1:] == ["tracking", "page"]:
        blank(call.json, "last_page")
        change = {"last_page": call.json["last_page"], "last_access_on": "2026-11-21 00:01:31"}
        return Answer(200, {"data": shown(table, table.update(parts[0], change), query)})
    if parts[1:] == ["activate_2fa"]:
        blank(call.json, "2fa_secret", "otp")
        if call.json["otp"] != server.otp:
            raise Refused(404, 112, "Invalid user OTP")
        return Answer(200, {"data": shown(table, table.update(parts[0], {"2fa_secret": call.json["2fa_secret"]}), query)})
    return None


def invite(server: Server8, call: Call, parts: list[str], user: int | None) -> Answer:
    table = server.tables["directus_users"]
    if parts:
        if parts[0] not in server.invitations:
            raise Refused(401, 101, "Invalid Authentication Token")
        invited = next((row for row in table.rows.values() if row["email"] == server.invitations[parts[0]]), None)
        if invited is None or invited["status"] != "invited":
            raise Refused(404, 106, "User not found")
        body = dict(invited)
        invited["status"] = "active"
        return Answer(200, {"data": body})
    if not server.admin(user):
        raise Refused(403, 10, "Inviting user was denied")
    blank(call.json, "email")
    emails = call.json["email"] if isinstance(call.json["email"], list) else [call.json["email"]]
    rows = []
    for email in emails:
        row = next((row for row in table.rows.values() if row["email"] == email), None)
        if row is None:
            row = table.insert({"email": email, "status": "invited"})
            server.invitations[f"invite-{row['id']}"] = email
        rows.append(dict(row))
    return Answer(200, {"data": rows})


def mail(server: Server8, call: Call, user: int | None) -> Answer:
    if user is None:
        raise Refused(401, 108, "User not authenticated")
    blank(call.json, "to", "body")
    server.mails.append(call.json)
    return Answer(204)


def utils(server: Server8, call: Call, path: str) -> Answer:
    if (call.method, path) == ("GET", "2fa_secret"):
        return Answer(200, {"data": {"2fa_secret": "26657KEDGPYRFUED"}})
    if not call.content:
        raise Refused(400, 13, "Invalid or Empty Payload")
    data = call.json
    if path == "random/string":
        return Answer(200, {"data": {"random": secrets.token_hex(64)[: int(data.get("length", 32))]}})
    blank(data, "string", *(["hash"] if path == "hash/match" else []))
    hasher = data.get("hasher") or "core"
    if hasher not in ("core", "bcrypt", "md5", "sha1", "sha224", "sha256", "sha384", "sha512"):
        raise Refused(422, 1000, f'Hasher "{hasher}" not found')
    hashed = hashlib.new(hasher if hasher.startswith(("md", "sha")) else "sha256", data["string"].encode()).hexdigest()
    if path == "hash/match":
        return Answer(200, {"data": {"valid": hashed == data["hash"]}})
    return Answer(200, {"data": {"hash": hashed}})


def graphql(server: Server8, call: Call, user: int | None) -> Answer:
    if call.method != "POST":
        raise Refused(405, 6, "Method Not Allowed")
    if not server.admin(user):
        raise Refused(401, 3, "Permission denied: Admin Only")
    data = call.json or {}
    found = re.fullmatch(
        r"[^{]*\{\s*(\w+)(?:\(([^)]*)\))?\s*\{\s*data\s*\{([\w\s]*)\}.*\}\s*\}\s*", data.get("query", ""), re.DOTALL
    )
    if found is None or found[1] not in server.tables:
        message = "Syntax Error" if found is None else f'Cannot query field "{found[1]}" on type "Query".'
        return Answer(200, {"errors": [{"message": message, "extensions": {"category": "graphql"}}]})
    limit = re.search(r"limit:\s*\$?(\w+)", found[2] or "")
    count = None if limit is None else int(data.get("variables", {}).get(limit[1], limit[1]))
    rows = list(server.tables[found[1]].rows.values())[:count]
    asked = [{name: str(row[name]) if name == "id" else row[name] for name in found[3].split()} for row in rows]
    return Answer(200, {"data": {found[1]: {"data": asked}}})


def scim(server: Server8, call: Call, parts: list[str], user: int | None) -> Answer:
    """Answers and errors have no envelope."""
    kind = parts[0]
    table = server.tables["directus_users" if kind == "Users" else "directus_roles"]
    try:
        if user is None:
            raise Refused(401, 3, "Unauthorized request")
        return _scim(server, call, kind, table, parts[1:])
    except Refused as error:
        if error.status == 405:
            raise
        body = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"], "status": error.status, "detail": str(error)}
        return Answer(error.status, body)


def _scim(server: Server8, call: Call, kind: str, table: Table, parts: list[str]) -> Answer:
    scim_type = "application/scim+json;charset=utf-8"
    data = call.json or {}
    if not parts and call.method == "GET":
        rows = list(table.rows.values())
        if text := call.query.get("filter"):
            if not re.fullmatch(r"\S+ eq .+", text):
                raise Refused(422, 4, "Filter must be: <attribute> eq <value>")
            raise Refused(500, None, "Internal Server Error")
        start = int(call.query.get("startIndex") or 1)
        size = int(call.query.get("count") or server.store.default_limit)
        part = [_resource(kind, row, server.url) for row in rows[start - 1 : start - 1 + size]]
        body = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"], "totalResults": len(rows), "Resources": part}
        return Answer(200, {**body, "startIndex": start, "itemsPerPage": size}, content_type=scim_type)
    if not parts and call.method == "POST":
        return Answer(201, _resource(kind, table.insert(_columns(kind, data)), server.url), content_type=scim_type)
    row = next((row for row in table.rows.values() if row["external_id"] == parts[0]), None)
    if row is None:
        raise Refused(404, 203, "Item not found")
    if call.method in ("PATCH", "PUT"):
        row.update(_columns(kind, data))
    elif call.method == "DELETE":
        if kind == "Users":
            raise Refused(405, 6, "Method Not Allowed")
        table.delete(row["id"])
        return Answer(204)
    return Answer(200, _resource(kind, row, server.url), content_type=scim_type)


def _columns(kind: str, data: Row) -> Row:
    if kind == "Groups":
        pairs = {"name": data.get("displayName"), "external_id": data.get("id")}
    else:
        name = data.get("name", {})
        pairs = {"email": data.get("userName"), "external_id": data.get("externalId")}
        pairs |= {"first_name": name.get("givenName"), "last_name": name.get("familyName")}
        if "active" in data:
            pairs["status"] = "active" if data["active"] else "draft"
    return {name: value for name, value in pairs.items() if value is not None}


def _resource(kind: str, row: Row, url: str) -> Row:
    result: Row = {"schemas": [_SCHEMAS + kind[:-1]], "id": row["external_id"], "externalId": row["id"]}
    result["meta"] = {
        "resourceType": kind[:-1],
        "location": f"{url}/demo/scim/v2/{kind}/{row['external_id']}",
        "version": 'W/"1"',
    }
    if kind == "Groups":
        return {**result, "displayName": row["name"], "members": []}
    result["name"] = {"familyName": row["last_name"], "givenName": row["first_name"]}
    emails = [{"value": row["email"], "type": "work", "primary": True}]
    more = {"userName": row["email"], "emails": emails, "locale": None, "timezone": "UTC", "active": row["status"] == "active"}
    return {**result, **more}


def collections(server: Server8, call: Call, name: str | None) -> Answer:
    store, tables, query = server.store, server.tables, call.query
    table = tables["directus_collections"]
    if call.method == "GET" and name is None:
        # `limit` counts only beside `offset`.
        page = query if "limit" in query and "offset" in query else {**query, "limit": "-1"}
        answer = store.read(table, page)
        if isinstance(answer.body.get("meta"), dict):
            answer.body["meta"]["filter_count"] = 0
        for row in answer.body["data"] if isinstance(answer.body["data"], list) else [answer.body["data"]]:
            row["fields"] = {field["field"]: field for field in server.fields_of(row["collection"])}
        return answer
    if call.method == "GET":
        from tests.v8.groups import Group

        return store.read_keys(Group(), table, str(name), query)
    if call.method == "POST":
        blank(call.json, "collection", "fields")
        if not any(field.get("primary_key") for field in call.json["fields"]):
            raise Refused(422, 12, "Collection does not have a primary key field.")
        if call.json["collection"] in tables:
            raise Refused(422, 307, f'Collection "{call.json["collection"]}" already exists')
        fields = [field["field"] for field in call.json["fields"]]
        key = next(field["field"] for field in call.json["fields"] if field.get("primary_key"))
        tables[call.json["collection"]] = Table(call.json["collection"], {key: None} | dict.fromkeys(fields))
        add_collection(tables, call.json["collection"], fields, key)
        row = table.get(call.json["collection"])
        row.update({field: value for field, value in call.json.items() if field in table.fields})
        return Answer(200, {"data": dict(row)})
    if call.method == "PATCH":
        change = {field: value for field, value in call.json.items() if field != "fields"}
        return Answer(200, {"data": dict(table.update(name, change))})
    if name not in tables:
        raise Refused(404, 200, f"Unable to find collection: {name}")
    table.delete(name)
    del tables[str(name)]
    return Answer(204)


def fields(server: Server8, call: Call, parts: list[str]) -> Answer:
    table = server.tables["directus_fields"]
    if not parts:
        return Answer(200, {"data": [dict(row) for row in table.rows.values()]})
    collection, names = parts[0], parts[1].split(",") if parts[1:] else []
    if collection not in server.tables:
        raise Refused(
            422 if call.method in ("POST", "PATCH") else 404, 404 if call.method != "GET" else 200, "Unable to find it"
        )
    own = {row["field"]: row for row in server.fields_of(collection)}
    if call.method == "GET":
        rows = [own[name] for name in names if name in own] if names else list(own.values())
        if names and not rows:
            raise Refused(404, 202, f'Unable to find field "{names[0]}"')
        return Answer(200, {"data": rows[0] if len(names) == 1 else rows})
    if call.method == "POST":
        if call.json["field"] in own:
            raise Refused(422, 404, f'Field "{call.json["field"]}" already exists')
        server.tables[collection].fields[call.json["field"]] = call.json.get("default_value")
        for row in server.tables[collection].rows.values():
            row.setdefault(call.json["field"], None)
        return Answer(200, {"data": dict(table.insert({**call.json, "collection": collection}))})
    if call.method == "PATCH":
        changes = [(row["field"], row) for row in call.json] if not names else [(name, call.json) for name in names]
        changed = []
        for name, change in changes:
            if name not in own:
                raise Refused(422, 404, f'Unable to find field "{name}"')
            changed.append(dict(table.update(own[name]["id"], change)))
        return Answer(200, {"data": changed[0] if len(names) == 1 else changed})
    if len(names) > 1 or names[0] not in own:
        raise Refused(404, 202, f'Unable to find field "{",".join(names)}"')
    table.delete(own[names[0]]["id"])
    for row in server.tables[collection].rows.values():
        row.pop(names[0], None)
    server.tables[collection].fields.pop(names[0], None)
    return Answer(204)


def files(server: Server8, call: Call, parts: list[str]) -> Answer | None:
    """Uploads, and changes of the content."""
    table, data = server.tables["directus_files"], call.json
    if call.method == "POST" and not parts:
        if call.headers.get("content-type", "").startswith("multipart/form-data"):
            row, content = multipart(call)
        else:
            if isinstance(data, list):
                raise Refused(400, 15, "Batch upload is not allowed")
            blank(data, "data")
            row = {name: value for name, value in data.items() if name != "data"}
            if data["data"].startswith(("http://", "https://")):
                content = b"fetched"
                row["filename_disk"] = row["filename_download"] = data["data"].rpartition("/")[2]
            else:
                content = base64.b64decode(data["data"].rpartition("base64,")[2])
                blank(data, "filename_disk", "filename_download")
        row.setdefault("title", str(row["filename_download"]).rpartition(".")[0].title())
        return server.saved(table.insert(row), content)
    if call.method == "PATCH" and isinstance(data, dict) and "data" in data:
        row = table.update(parts[0], {name: value for name, value in data.items() if name != "data"})
        server.saved(row, base64.b64decode(data["data"].rpartition("base64,")[2]))
        return Answer(200, {"data": [dict(row)]})
    return None


def multipart(call: Call) -> tuple[Row, bytes]:
    from email import message_from_bytes

    message = message_from_bytes(b"Content-Type: " + call.headers["content-type"].encode() + b"\r\n\r\n" + call.content)
    row: Row = {}
    content = None
    for part in message.get_payload():
        body = part.get_payload(decode=True)
        if part.get_filename() is None:
            row[part.get_param("name", header="content-disposition")] = body.decode()
        elif content is not None:
            raise Refused(400, 15, "Batch upload is not allowed")
        else:
            content = body
            row = {"filename_disk": part.get_filename(), "filename_download": part.get_filename()} | row
            row["type"] = part.get_content_type()
    if content is None:
        raise Refused(500, 604, "No file was uploaded")
    return row, content


def asset(server: Server8, call: Call, name: str) -> Answer:
    found = next((row for row in server.tables["directus_files"].rows.values() if row["private_hash"] == name), None)
    if found is None:
        raise not_found(name) if not name else Refused(404, 203, "Item not found")
    query = call.query
    if query.get("key", "thumbnail") not in ("thumbnail", "directus-small-crop", "directus-medium-contain"):
        raise Refused(422, 12, "Key doesn't exist.")
    if {"w", "h", "f", "q"} & set(query) and (query.get("w"), query.get("h")) != ("200", "200"):
        raise Refused(422, 12, "The params don't match the asset whitelist.")
    content = server.contents[found["id"]]
    headers = {"Content-Disposition": f'filename="{found["filename_download"]}"'}
    return Answer(200, content=content, content_type=found["type"] or "image/png", headers=headers)


def comments(server: Server8, call: Call, key: str | None) -> Answer:
    table = server.tables["directus_activity"]
    if call.method == "POST":
        blank(call.json, "collection", "item", "comment")
        row = table.insert({**call.json, "item": str(call.json["item"]), "action": "comment", "action_by": 1})
    elif call.method == "PATCH":
        blank(call.json, "comment")
        row = table.update(key, {"comment": call.json["comment"], "edited_on": "2026-11-21 00:01:48"})
    else:
        table.update(key, {"comment_deleted_on": "2026-11-21 00:01:48"})
        return Answer(204)
    return Answer(200, {"data": dict(row)})


def projects(server: Server8, call: Call, name: str | None) -> Answer:
    if call.method == "GET":
        return Answer(200, {"data": sorted(server.projects), **PUBLIC})
    data = call.query if call.method == "DELETE" else call.json
    blank(data, "super_admin_token")
    if data["super_admin_token"] != SUPER_ADMIN_TOKEN:
        raise Refused(401, 3, "Permission denied: Superadmin Only")
    if call.method == "DELETE":
        if name not in server.projects:
            raise Refused(404, 1, f"Unknown Project: {name}")
        del server.projects[name]
        return Answer(200, PUBLIC)
    blank(data, "project", "db_name", "db_user", "user_email", "user_password")
    if data["project"] in server.projects:
        raise Refused(409, 18, f'A project named "{data["project"]}" already exists.')
    server.projects[data["project"]] = data.get("project_name", "Directus")
    return Answer(200, PUBLIC)
