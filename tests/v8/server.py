"""A loopback server that answers as Directus 8.8.1 does, in what matters to a client: tokens, batches, lists, errors.

Used as `with Server8() as server:`; its switches are attributes, such as `server.sessions.ttl` and `server.public`.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.v8 import endpoints, project
from tests.v8.groups import GROUPS, READ_ONLY, Store
from tests.v8.messages import Answer, Call, Refused, no_route
from tests.v8.sessions import Sessions, claims_of
from tests.v8.tables import Row

#: What answers `"public": true` to everybody.
OPEN = ("auth", "assets")
_DENIED = {"POST": 301, "PATCH": 302, "DELETE": 303}


class Server8:
    """A Directus 8 with the project `demo`, an administrator and an editor."""

    email, password, token = project.EMAIL, project.PASSWORD, project.TOKEN
    editor_email, editor_password, editor_token = project.EDITOR_EMAIL, project.EDITOR_PASSWORD, project.EDITOR_TOKEN
    super_admin_token, project = project.SUPER_ADMIN_TOKEN, project.PROJECT
    url: str

    def __init__(self, prefix: str = "") -> None:
        #: A sub-path below which everything stands.
        self.prefix = prefix
        #: Every request that arrived.
        self.calls: list[Call] = []
        #: Collections that the Public role may read.
        self.public: set[str] = set()
        #: Errors say class, file and line, and the SQL.
        self.debug = False
        self.maintenance = False
        #: How many requests are answered before 429; None for no limit.
        self.remaining: int | None = None
        #: Roles that must have two-factor authentication.
        self.enforce_2fa: set[int] = set()
        self.otp = "058036"
        self.providers: list[str] = ["github"]
        #: Called with each request first; what it returns is the response, None lets the server answer.
        self.script: Callable[[Call], Answer | None] = lambda call: None
        self.projects = {self.project: "Demo"}
        self.mails: list[Row] = []
        self.invitations: dict[str, str] = {}
        self.contents: dict[int, bytes] = {}
        self.passwords = {1: self.password, 2: self.editor_password}
        self.sessions = Sessions(static={self.token: 1, self.editor_token: 2})
        self._lock = threading.RLock()
        self.restore()

    def restore(self) -> None:
        """Put the data back as it was at first; sessions stay."""
        with self._lock:
            self.tables = {**project.movies(), **project.system()}
            project.fill(self.tables)
            self.store = Store(self.tables)
            self.contents.clear()
            for name in ("a.png", "b.png"):
                files = self.tables["directus_files"]
                row = files.insert({"filename_disk": name, "filename_download": name, "title": name[0].upper()})
                self.saved(row, project.PIXEL)

    def __enter__(self) -> Server8:
        self._listener = Listener()
        return self._listener.serve(self)

    def __exit__(self, *exc_info: object) -> None:
        self._listener.close()

    # ------------------------------------------------------------------ what tests ask

    @property
    def last(self) -> Call:
        return self.calls[-1]

    def sent(self) -> list[tuple[str, str]]:
        """Method and target of every request since the last `forget()`."""
        return [(call.method, call.target) for call in self.calls]

    def forget(self) -> None:
        self.calls.clear()

    def admin(self, user: int | None) -> bool:
        return user is not None and self.tables["directus_users"].get(user)["role"] == 1

    def enforced(self, user: Row) -> bool:
        return user["role"] in self.enforce_2fa and not user["2fa_secret"]

    def fields_of(self, collection: str) -> list[Row]:
        return [dict(row) for row in self.tables["directus_fields"].rows.values() if row["collection"] == collection]

    def saved(self, row: Row, content: bytes) -> Answer:
        self.contents[row["id"]] = content
        row["private_hash"] = row["private_hash"] or f"hash{row['id']}"
        row |= {"filesize": len(content), "checksum": hashlib.md5(content).hexdigest()}
        path = f"/uploads/{self.project}/originals/{row['filename_disk']}"
        asset = f"/{self.project}/assets/{row['private_hash']}"
        row["data"] = {"full_url": path, "url": path, "asset_url": asset, "thumbnails": [], "embed": None}
        return Answer(200, {"data": dict(row)})

    # ------------------------------------------------------------------ answers

    def answer(self, call: Call) -> Answer:
        with self._lock:
            self.calls.append(call)
        if (scripted := self.script(call)) is not None:
            return scripted
        with self._lock:
            try:
                return self._limited() or self._route(call)
            except Refused as error:
                return self._error(error)

    def _limited(self) -> Answer | None:
        if self.remaining is None:
            return None
        headers = {"X-RateLimit-Limit": "10", "X-RateLimit-Reset": str(int(time.time()) + 1)}
        if self.remaining <= 0:
            return Answer(429, content=b"", headers={**headers, "X-RateLimit-Remaining": "0"})
        self.remaining -= 1
        return None

    def _error(self, error: Refused) -> Answer:
        body: Row = {"code": error.code, "message": str(error)}
        if error.query is not None:
            body["query"] = error.query
        if self.debug:
            body |= {"class": "Directus\\Exception\\Exception", "file": "/srv/directus/src/core/Some.php", "line": 42}
        return Answer(error.status, {"error": body})

    def _route(self, call: Call) -> Answer:
        if not call.path.startswith(self.prefix + "/"):
            raise no_route()
        if call.method == "OPTIONS":
            return Answer(200, content=b"", content_type="text/html; charset=UTF-8")
        first, _, rest = call.path[len(self.prefix) + 1 :].partition("/")
        if not first:
            return Answer(302, endpoints.PUBLIC, headers={"Location": "./admin/"})
        if first == "server":
            return self._server(call, rest)
        if first in ("interfaces", "layouts", "modules", "types") and not rest:
            return self._extensions(call, first)
        if first not in self.projects:
            raise Refused(401, 3, "Unauthorized request")
        if self.maintenance:
            raise Refused(503, 21, "This API instance is currently down for maintenance.")
        if not rest and not call.path.endswith("/"):
            raise no_route()
        user = self._user(call, first, rest)
        answer = self._dispatch(call, first, rest, user)
        return self._as_public(answer) if user is None and answer.content is None else answer

    def _user(self, call: Call, name: str, rest: str) -> int | None:
        user = self.sessions.user(*call.credentials, project=name)
        if user is None or str(user) not in self.tables["directus_users"].rows:
            return None
        row = self.tables["directus_users"].get(user)
        activates = rest in ("users/me/activate_2fa", f"users/{user}/activate_2fa")
        return None if self.enforced(row) and not activates else user

    @staticmethod
    def _as_public(answer: Answer) -> Answer:
        if answer.status == 204:
            return Answer(200, endpoints.PUBLIC)
        if answer.status == 200 and isinstance(answer.body, dict) and "errors" not in answer.body:
            return Answer(200, {**answer.body, **endpoints.PUBLIC}, headers=answer.headers)
        return answer

    def _server(self, call: Call, rest: str) -> Answer:
        if rest == "ping":
            return Answer(200, content=b"pong", content_type="text/html; charset=UTF-8")
        if rest == "info":
            if call.query.get("super_admin_token") != self.super_admin_token:
                raise Refused(401, 3, "Permission denied: Superadmin Only")
            return Answer(200, {"data": {"directus": "8.8.1", "server": {}, "php": {}, "permissions": {}}, **endpoints.PUBLIC})
        if rest.partition("/")[0] == "projects":
            return endpoints.projects(self, call, rest.partition("/")[2] or None)
        raise no_route()

    def _extensions(self, call: Call, name: str) -> Answer:
        kind, token = call.credentials
        if kind == "bearer":
            if token.count(".") != 2:  # a static token as Bearer is not understood here
                raise Refused(401, 3, "Unauthorized request")
            where = claims_of(token)["project"]
        else:
            where = call.headers.get("x-directus-project") or call.query.get("project")
        if where not in self.projects:
            raise Refused(401, 3, "Unauthorized request")
        if self.sessions.user(kind, token, where) is None:
            raise Refused(401, 108, "User not authenticated")
        names = ("alias", "array", "boolean", "string") if name == "types" else ()
        return Answer(200, {"data": [{"name": one} for one in names]})

    def _dispatch(self, call: Call, name: str, rest: str, user: int | None) -> Answer:
        group, *parts = rest.split("/")
        special: dict[str, Callable[[], Answer]] = {
            "": lambda: self._info(user),
            "auth": lambda: endpoints.auth(self, call, name, "/".join(parts), user),
            "assets": lambda: endpoints.asset(self, call, parts[0]),
            "mail": lambda: endpoints.mail(self, call, user),
            "utils": lambda: endpoints.utils(self, call, "/".join(parts)),
            "gql": lambda: endpoints.graphql(self, call, user),
            "scim": lambda: endpoints.scim(self, call, parts[1:], user),
            "custom": lambda: self._custom(call, rest),
            "update": lambda: self._update(user),
        }
        if group in special:
            return special[group]()
        if rest.startswith("permissions/me"):
            return self._my_permissions(parts[1:], user)
        if rest.startswith("users/invite/"):
            return endpoints.invite(self, call, parts[1:], user)
        if group == "users" and parts and (own := endpoints.users(self, call, parts, user, name)) is not None:
            return own
        if group not in (*GROUPS, "collections", "fields"):
            raise no_route()
        self._allow(call, group, parts, user)
        return self._group(call, group, parts)

    def _group(self, call: Call, group: str, parts: list[str]) -> Answer:
        if group == "collections":
            return endpoints.collections(self, call, parts[0] if parts else None)
        if group == "fields":
            return endpoints.fields(self, call, parts)
        if group == "activity" and parts[:1] == ["comment"]:
            return endpoints.comments(self, call, parts[1] if parts[1:] else None)
        if group == "settings" and parts == ["fields"]:
            return Answer(200, {"data": [{"collection": "directus_settings", "field": "project_name"}]})
        if group == "files" and (own := endpoints.files(self, call, parts)) is not None:
            return own
        if group == "settings" and not parts and call.method == "GET" and "fields" in call.query:
            raise Refused(422, 202, 'Invalid field "fields"')
        return self._rows(call, group, parts)

    def _rows(self, call: Call, name: str, parts: list[str]) -> Answer:
        group = GROUPS[name]
        if name == "items":
            collection, *parts = parts
            if collection.startswith("directus_"):
                raise Refused(401, 201, "Direct Access to System collections are not allowed")
        else:
            collection = f"directus_{name}"
        table, query, store = self.store.table(collection), call.query, self.store
        key = parts[0] if parts else None
        if parts[1:2] == ["revisions"] and group.revisions and call.method == "GET":
            return store.revisions(table, parts[0], query, parts[2] if parts[2:] else None)
        if parts[1:2] == ["revert"] and name == "items" and call.method == "PATCH":
            return store.revert(table, parts[0], parts[2], query)
        if len(parts) > 1:
            raise no_route()
        method = "GET" if call.method == "HEAD" else call.method
        if method == "GET":
            return store.read(table, query) if key is None else store.read_keys(group, table, key, query)
        known = method == "PATCH" or (method == "POST" and key is None) or (method == "DELETE" and key is not None)
        if name in READ_ONLY or not known:
            raise Refused(405, 6, "Method Not Allowed")
        if method == "POST":
            return store.create(group, table, call.json, query)
        if method == "PATCH":
            return store.update(group, table, key, call.json, query)
        return store.delete(group, table, str(key), query)

    def _allow(self, call: Call, group: str, parts: list[str], user: int | None) -> None:
        if self.admin(user):
            return
        reads = call.method in ("GET", "HEAD")
        if user is None:
            if reads and group == "items" and parts[0] in self.public:
                return
            raise Refused(401, 3, "Unauthorized request") if reads else Refused(403, _DENIED.get(call.method, 10), "Denied")
        if group in ("collections", "fields") and not reads:
            raise Refused(401, 3, "Permission denied")
        if call.method == "DELETE":
            raise Refused(403, 303, f'Deleting item from "{parts[0]}" collection was denied')

    def _my_permissions(self, parts: list[str], user: int | None) -> Answer:
        if user is None:
            return Answer(200, {"data": []})
        if self.admin(user):
            nothing = dict.fromkeys(self.tables["directus_permissions"].fields) | {"role": 1}
            return Answer(200, {"data": [] if parts else [nothing]})
        role = self.tables["directus_users"].get(user)["role"]
        rows: list[Any] = [row for row in self.tables["directus_permissions"].rows.values() if row["role"] == role]
        if not parts:
            return Answer(200, {"data": rows})
        rows = [row for row in rows if row["collection"] == parts[0]]
        return Answer(200, {"data": rows[0] if len(rows) == 1 else rows})

    def _info(self, user: int | None) -> Answer:
        api: Row = {"requires2FA": False, "project_name": self.projects[self.project]}
        if user is None:
            return Answer(200, {"data": {"api": api}})
        return Answer(200, {"data": {"api": {"version": "8.8.1", **api}, "server": {"max_upload_size": 52428800}}})

    @staticmethod
    def _custom(call: Call, rest: str) -> Answer:
        """An endpoint of an extension: it says what it got, or nothing."""
        if rest == "custom/nothing":
            return Answer(204)
        return Answer(200, {"data": {"path": rest, "query": call.query, "json": call.json}})

    def _update(self, user: int | None) -> Answer:
        if not self.admin(user):
            raise Refused(401, 3, "Permission denied: Admin Only")
        return Answer(204)


class Listener:
    """A port on the loopback address, which one server after another may use."""

    def __init__(self) -> None:
        self._http = _Http(("127.0.0.1", 0), _Handler)
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self._thread.start()

    def serve(self, server: Server8) -> Server8:
        """From now on, requests are answered by this server."""
        self._http.owner = server
        server.url = f"http://127.0.0.1:{self._http.server_port}{server.prefix}"
        return server

    def close(self) -> None:
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    owner: Server8

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that leaves is no fault here."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Http

    def _do(self) -> None:
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            content = b""
            while size := int(self.rfile.readline(), 16):
                content += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
        else:
            content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        try:
            answer = self.server.owner.answer(Call(self.command, self.path, headers, content))
        except Exception as error:  # a fault of this server, not of the client
            answer = Answer(500, {"error": {"code": 0, "message": f"the loopback server failed: {error!r}"}})
        self.send_response(answer.status)
        payload = b"" if answer.status == 204 else answer.payload
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.status != 204:
            self.send_header("Content-Type", answer.content_type)
            self.send_header("Content-Length", str(len(payload)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(payload)

    do_GET = do_HEAD = do_POST = do_PATCH = do_PUT = do_DELETE = do_OPTIONS = do_SEARCH = _do

    def date_time_string(self, timestamp: float | None = None) -> str:
        return super().date_time_string(self.server.owner.sessions.clock())  # type: ignore[arg-type]

    def log_message(self, *args: Any) -> None:
        pass
