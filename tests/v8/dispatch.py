"""Spells any request of version 8 as the call of a method: by rules over method, path, query and body.

`spell(pair)` returns a `Spelled`, or raises `Unspelled` with the reason why a request has no method: it is left to `request()`.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import attrs

from tests.v8.messages import php_query, values
from tests.v8.recorded import Pair

ONE = "fields meta lang status"
LIST = "fields limit offset page sort single status filter lang q groups meta"
WRITE = "fields meta activity_skip comment"
DELETE = "activity_skip comment"

OPERATORS = {
    "eq", "neq", "lt", "lte", "gt", "gte", "in", "nin", "between", "nbetween", "null", "nnull", "empty", "nempty", "contains",
    "ncontains", "rlike", "nrlike", "has", "like", "nlike",
}  # fmt: skip
TRUE_ONLY = {"null", "nnull", "empty", "nempty"}
LISTS = {"in", "nin", "between", "nbetween"}

#: How each group takes many keys at once: as one request ("yes") or otherwise.
BULK = {
    #                     read_many(keys) create_many update_many update_batch delete_many
    "items":              "yes yes yes yes yes",
    "files":              "yes loop yes yes yes",
    "folders":            "filter loop loop loop loop",
    "users":              "yes yes yes loop yes",
    "roles":              "yes loop loop loop loop",
    "permissions":        "yes yes yes yes loop",
    "relations":          "yes yes yes loop yes",
    "collection_presets": "yes loop loop loop loop",
    "settings":           "yes yes batch yes yes",
    "webhooks":           "yes yes yes loop yes",
    "collections":        "yes loop loop loop loop",
    "activity":           "yes - - - -",
    "revisions":          "yes - - - -",
}  # fmt: skip
METHODS = ("read_many", "create_many", "update_many", "update_batch", "delete_many")
WITH_REVISIONS = ("items", "files", "users", "webhooks")


#: Methods without query keywords.
PLAIN = (
    "activity.comments.", "auth.login", "auth.refresh", "auth.logout", "auth.password.", "auth.check", "auth.sessions",
    "auth.sso.list", "auth.sso.exchange", "auth.sso.login", "graphql.", "mail.", "permissions.me", "projects.create_one",
    "projects.info", "projects.read_all", "projects.update_database", "settings.fields", "users.accept_invite", "users.invite",
    "users.me.tfa.", "users.me.track_page", "users.tfa.", "users.track_page", "utils.",
)  # fmt: skip


class Unspelled(Exception):
    """No method sends exactly this request, for this reason."""


@attrs.frozen
class Spelled:
    """A call: the name of its method, what makes it, and what the data of the response become."""

    name: str
    call: Callable[[Any], Any]
    #: Takes the whole response; returns what the call must return.
    result: Callable[[Any], Any]
    #: What kind of value comes back: "item", "page", "bulk", "none", "value", "credentials".
    kind: str
    #: Whether the client must have a session that began with a sign-in.
    session: bool = False
    #: The names of the arguments, for the record.
    keywords: frozenset[str] = frozenset()


def _number(text: str) -> Any:
    return int(text) if text.lstrip("-").isdigit() else text


def _filter(given: Any) -> dict[str, Any]:
    if not isinstance(given, dict):
        raise Unspelled("a filter is no JSON string")
    result: dict[str, Any] = {}
    for field, operators in given.items():
        if not isinstance(operators, dict):
            result[field] = operators
        elif all(key.isdigit() for key in operators):
            entries = [_operators(entry) for entry in operators.values()]
            names = [name for entry in entries for name in entry]
            result[field] = (
                entries if len(set(names)) < len(names) else {name: entry[name] for entry in entries for name in entry}
            )
        else:
            result[field] = _operators(operators)
    return result


def _operators(given: dict[str, Any]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for name, value in given.items():
        if name == "logical":
            result[name] = value
        elif name not in OPERATORS:
            raise Unspelled(f"the operator {name} is refused")
        elif name in TRUE_ONLY:
            result[name] = True
        else:
            result[name] = values(value) if name in LISTS else value
    if len(set(result) - {"logical"}) > 1:
        raise Unspelled("the server sees the first operator of a field only, so several are sent with an index")
    return result


def keywords(pair: Pair, allowed: str) -> dict[str, Any]:
    """The query as keywords of a method."""
    query = php_query(pair.pairs)
    result: dict[str, Any] = {}
    for name, value in query.items():
        if name not in allowed.split():
            raise Unspelled(f"{name} is no keyword here")
        if name == "filter":
            result[name] = _filter(value)
        elif name in ("single", "activity_skip"):
            result[name] = value in ("1", "true")
        elif name in ("limit", "offset", "page"):
            result[name] = _number(value)
        else:
            result[name] = list(value.values()) if isinstance(value, dict) else value
    if "page" in result and ("limit" not in result or "offset" in result):
        raise Unspelled("page is ignored without limit and beside offset, so it is refused")
    return result


def _data(response: Any) -> Any:
    return response.get("data")


def _flat(response: Any) -> Any:
    """The data of a change; the lists that files have within are left out."""
    data = _data(response)
    return [part for row in data for part in (row if isinstance(row, list) else [row])]


def _one(response: Any) -> Any:
    data = _data(response)
    return data[0] if isinstance(data, list) else data


def _listed(response: Any) -> Any:
    data = _data(response)
    return data if isinstance(data, list) else [] if data is None else [data]


def _none(response: Any) -> Any:
    return None


def spell(pair: Pair) -> Spelled:
    """Return the call that sends a request.

    Raises:
        Unspelled: there is none.
    """
    call = _spell(pair)
    if call.name.startswith(PLAIN):
        keywords(pair, "")
    return call


def _spell(pair: Pair) -> Spelled:
    if pair.method in ("HEAD", "OPTIONS"):
        raise Unspelled(f"{pair.method} has no method")
    first, *rest = pair.path.lstrip("/").split("/")
    if first in ("server", "interfaces", "layouts", "modules", "types"):
        return _unprefixed(pair, first, rest)
    if not rest:
        raise Unspelled("no project or no slash after it")
    group, parts = rest[0], rest[1:]
    if group == "items" or group in BULK:
        return _rows(pair, group, parts)
    spellers: dict[str, Callable[[Pair, list[str]], Spelled]] = {
        "auth": _auth, "fields": _fields, "assets": _assets, "mail": _mail, "utils": _utils, "gql": _graphql, "scim": _scim,
        "update": _update, "": _info,
    }  # fmt: skip
    if group not in spellers:
        raise Unspelled("no endpoint of a group")
    return spellers[group](pair, parts)


def _plain(pair: Pair, allowed: str = "") -> dict[str, Any]:
    return keywords(pair, allowed)


def body_arguments(pair: Pair, required: str, optional: str = "") -> dict[str, Any]:
    """The body as arguments of a method; what is required must be there."""
    body = pair.body if isinstance(pair.body, dict) else {}
    if missing := [name for name in required.split() if name not in body]:
        raise Unspelled(f"the body lacks {', '.join(missing)}, an argument that must be given")
    if other := [name for name in body if name not in f"{required} {optional}".split()]:
        raise Unspelled(f"{', '.join(other)} is no argument")
    return body


def _unprefixed(pair: Pair, first: str, rest: list[str]) -> Spelled:
    match (pair.method, first, *rest):
        case ("GET", "server", "ping"):
            return Spelled("server.ping", lambda d: d.server.ping(), lambda response: "pong", "value")
        case ("GET", "server", "info"):
            query = dict(pair.pairs)
            return Spelled("server.info", lambda d: d.server.info(**query), _data, "value")
        case ("GET", "server", "projects"):
            return Spelled("projects.read_all", lambda d: d.projects.read_all(), _data, "value")
        case ("POST", "server", "projects"):
            return Spelled("projects.create_one", lambda d: d.projects.create_one(pair.body), _none, "none")
        case ("DELETE", "server", "projects", name):
            token = dict(pair.pairs).get("super_admin_token")
            if token is None:
                raise Unspelled("super_admin_token is an argument that must be given")
            return Spelled("projects.delete_one", lambda d: d.projects.delete_one(name, super_admin_token=token), _none, "none")
        case ("GET", name) if name != "server":
            if pair.pairs:
                raise Unspelled("the token is sent in a header, not in the URL")
            return Spelled(
                f"extensions.{name}", lambda d: getattr(d.extensions, name)(), _data, "value", session=pair.status == 200
            )
    raise Unspelled("no such endpoint")


def handler(name: str, collection: str | None = None) -> Callable[[Any], Any]:
    return (lambda d: d.items(collection)) if name == "items" else (lambda d: getattr(d, name))


def _rows(pair: Pair, group: str, parts: list[str]) -> Spelled:
    if (own := _own(pair, group, parts)) is not None:
        return own
    collection = parts.pop(0) if group == "items" else None
    if collection is not None and collection.startswith("directus_"):
        raise Unspelled("the handler of the group is named instead")
    of = handler(group, collection)
    takes = dict(zip(METHODS, BULK[group].split(), strict=True))
    match (pair.method, *parts):
        case ("GET",):
            query = keywords(pair, LIST)
            if "single" in query:
                return Spelled(f"{group}.read_many", lambda d: of(d).read_many(**query), lambda r: [_data(r)], "page")
            return Spelled(f"{group}.read_many", lambda d: of(d).read_many(query), _data, "page")
        case ("GET", key):
            return _read_keys(pair, group, of, takes, key)
        case ("GET", key, "revisions") if group in WITH_REVISIONS:
            query = keywords(pair, LIST)
            return Spelled(f"{group}.revisions", lambda d: of(d).revisions(_number(key), **query), _data, "page")
        case ("GET", key, "revisions", offset) if group in WITH_REVISIONS:
            query = keywords(pair, ONE)
            return Spelled(f"{group}.revision", lambda d: of(d).revision(_number(key), _number(offset), **query), _data, "item")
        case ("PATCH", key, "revert", revision) if group == "items":
            query = keywords(pair, ONE)
            return Spelled("items.revert", lambda d: of(d).revert(_number(key), _number(revision), **query), _data, "item")
        case ("POST",):
            return _create(pair, group, of, takes)
        case ("PATCH", *key):
            return _update_rows(pair, group, of, takes, key)
        case ("DELETE", key):
            query = keywords(pair, DELETE)
            keys = key.split(",")
            if len(keys) == 1:
                return Spelled(f"{group}.delete_one", lambda d: of(d).delete_one(_number(key), **query), _none, "none")
            _needs(takes, "delete_many")
            numbers = [*map(_number, keys)]
            return Spelled(f"{group}.delete_many", lambda d: of(d).delete_many(numbers, **query), lambda r: numbers, "bulk")
    raise Unspelled("no such endpoint")


def _needs(takes: dict[str, str], method: str) -> None:
    if takes[method] != "yes":
        raise Unspelled(f"{method} of this group sends another request: {takes[method]}")


def _read_keys(pair: Pair, group: str, of: Callable[[Any], Any], takes: dict[str, str], key: str) -> Spelled:
    keys = key.split(",")
    if len(keys) == 1:
        query = keywords(pair, ONE)
        return Spelled(f"{group}.read_one", lambda d: of(d).read_one(_number(key), **query), _data, "item")
    _needs(takes, "read_many")
    query = keywords(pair, ONE)
    identity = "collection" if group == "collections" else "id"

    def ordered(response: Any) -> Any:
        rows = _data(response)
        if not all(identity in row for row in rows):
            return rows
        return sorted(rows, key=lambda row: keys.index(str(row[identity])))

    return Spelled(f"{group}.read_many", lambda d: of(d).read_many([*map(_number, keys)], **query), ordered, "page")


def _create(pair: Pair, group: str, of: Callable[[Any], Any], takes: dict[str, str]) -> Spelled:
    query = keywords(pair, WRITE)
    if isinstance(pair.body, list):
        _needs(takes, "create_many")
        if not pair.body:
            raise Unspelled("no items are no request; an empty item is create_one({})")
        return Spelled(f"{group}.create_many", lambda d: of(d).create_many(pair.body, **query), _data, "bulk")
    body = pair.body or {}
    if group in ("activity", "revisions"):
        raise Unspelled("this group has no create_one")
    if group == "files" and isinstance(pair.body, str):  # a form
        return Spelled("files.upload", lambda d: d.files.upload(b"x", filename="a.png", **query), _data, "item")
    if group == "files" and str(body.get("data")).startswith(("http://", "https://")):
        more = {name: value for name, value in body.items() if name != "data"}
        folder = {"folder": more.pop("folder")} if "folder" in more else {}
        url = body["data"]
        return Spelled("files.import_url", lambda d: d.files.import_url(url, more or None, **folder, **query), _data, "item")
    return Spelled(f"{group}.create_one", lambda d: of(d).create_one(body, **query), _data, "item")


def _update_rows(pair: Pair, group: str, of: Callable[[Any], Any], takes: dict[str, str], key: list[str]) -> Spelled:
    query = keywords(pair, WRITE)
    if not key:
        _needs(takes, "update_batch")
        if not isinstance(pair.body, list):
            raise Unspelled("update_batch takes a list")
        primary = "collection" if group == "collections" else "id"
        if any(primary not in row for row in pair.body):
            raise Unspelled("each item of update_batch has its key")
        return Spelled(f"{group}.update_batch", lambda d: of(d).update_batch(pair.body, **query), _flat, "bulk")
    if len(key) > 1 or takes["update_batch"] == "-":
        raise Unspelled("no such endpoint")
    keys, body = key[0].split(","), pair.body or {}
    if len(keys) == 1:
        content = body.get("data") if group == "files" else None
        if content is not None and not content.startswith(("data:", "http:", "https:")):
            more = {name: value for name, value in body.items() if name != "data"}
            raw = base64.b64decode(content)
            return Spelled(
                "files.replace", lambda d: d.files.replace(_number(key[0]), raw, more or None, **query), _one, "item"
            )
        if group == "users" and body == {"2fa_secret": None}:
            if keys == ["me"]:
                return Spelled("users.me.tfa.disable", lambda d: d.users.me.tfa.disable(), _data, "item")
            return Spelled("users.tfa.disable_for", lambda d: d.users.tfa.disable_for(_number(keys[0])), _data, "item")
        return Spelled(f"{group}.update_one", lambda d: of(d).update_one(_number(key[0]), body, **query), _one, "item")
    _needs(takes, "update_many")
    return Spelled(f"{group}.update_many", lambda d: of(d).update_many([*map(_number, keys)], body, **query), _flat, "bulk")


def _own(pair: Pair, group: str, parts: list[str]) -> Spelled | None:
    """What one group has beside the rows."""
    match (pair.method, group, *parts):
        case ("POST", "activity", "comment"):
            body = body_arguments(pair, "collection item comment")
            return Spelled("activity.comments.create", lambda d: d.activity.comments.create(**body), _data, "item")
        case ("PATCH", "activity", "comment", key):
            body = body_arguments(pair, "comment")
            return Spelled(
                "activity.comments.update", lambda d: d.activity.comments.update(_number(key), **body), _data, "item"
            )
        case ("DELETE", "activity", "comment", key):
            return Spelled("activity.comments.delete", lambda d: d.activity.comments.delete(_number(key)), _none, "none")
        case ("GET", "permissions", "me", *collection):
            return Spelled("permissions.me", lambda d: d.permissions.me(*collection), _listed, "page")
        case ("GET", "settings", "fields"):
            return Spelled("settings.fields", lambda d: d.settings.fields(), _data, "page")
        case (_, "users", *_):
            return _users(pair, parts)
    return None


def _users(pair: Pair, parts: list[str]) -> Spelled | None:
    match (pair.method, *parts):
        case ("GET", "me"):
            query = keywords(pair, ONE)
            return Spelled("users.me.read", lambda d: d.users.me.read(**query), _data, "item")
        case ("PATCH", "me") if pair.body != {"2fa_secret": None}:
            query = keywords(pair, WRITE)
            return Spelled("users.me.update", lambda d: d.users.me.update(pair.body, **query), _data, "item")
        case ("PATCH", "me", "tracking", "page"):
            body = body_arguments(pair, "last_page")
            return Spelled("users.me.track_page", lambda d: d.users.me.track_page(**body), _data, "item")
        case ("PATCH", key, "tracking", "page"):
            body = body_arguments(pair, "last_page")
            return Spelled("users.track_page", lambda d: d.users.track_page(_number(key), **body), _data, "item")
        case ("POST", "invite"):
            body = body_arguments(pair, "email")
            return Spelled("users.invite", lambda d: d.users.invite(**body), _data, "page")
        case ("POST", "invite", token):
            return Spelled("users.accept_invite", lambda d: d.users.accept_invite(token), _data, "item")
        case ("GET", "invite", token):
            raise Unspelled("the same as POST")
        case ("POST", key, "activate_2fa"):
            body = body_arguments(pair, "2fa_secret otp")
            secret, otp = body["2fa_secret"], body["otp"]
            if key == "me":
                return Spelled("users.me.tfa.enable", lambda d: d.users.me.tfa.enable(secret, otp), _data, "item")
            return Spelled("users.tfa.enable_for", lambda d: d.users.tfa.enable_for(_number(key), secret, otp), _data, "item")
    return None


def _fields(pair: Pair, parts: list[str]) -> Spelled:
    match (pair.method, *parts):
        case ("GET",):
            keywords(pair, "")
            return Spelled("fields.read_all", lambda d: d.fields.read_all(), _data, "page")
        case ("GET", collection):
            keywords(pair, "")
            return Spelled("fields.read_many", lambda d: d.fields.read_many(collection), _data, "page")
        case ("GET", collection, names) if "," in names:
            keywords(pair, "")
            return Spelled("fields.read_many", lambda d: d.fields.read_many(collection, names.split(",")), _data, "page")
        case ("GET", collection, name):
            query = keywords(pair, "fields meta")
            return Spelled("fields.read_one", lambda d: d.fields.read_one(collection, name, **query), _data, "item")
        case ("POST", collection) if isinstance(pair.body, dict):
            keywords(pair, "")
            return Spelled("fields.create_one", lambda d: d.fields.create_one(collection, pair.body), _data, "item")
        case ("PATCH", collection) if isinstance(pair.body, list):
            keywords(pair, "")
            return Spelled("fields.update_batch", lambda d: d.fields.update_batch(collection, pair.body), _data, "bulk")
        case ("PATCH", collection, names) if "," in names:
            keywords(pair, "")
            return Spelled(
                "fields.update_many", lambda d: d.fields.update_many(collection, names.split(","), pair.body), _data, "bulk"
            )
        case ("PATCH", collection, name):
            keywords(pair, "")
            return Spelled("fields.update_one", lambda d: d.fields.update_one(collection, name, pair.body), _data, "item")
        case ("DELETE", collection, name) if "," not in name:
            return Spelled("fields.delete_one", lambda d: d.fields.delete_one(collection, name), _none, "none")
    raise Unspelled("no such endpoint")


def _assets(pair: Pair, parts: list[str]) -> Spelled:
    query = keywords(pair, "key w h f q format")
    return Spelled("assets.read", lambda d: d.assets.read(parts[0], **query), lambda response: None, "value")


def _mail(pair: Pair, parts: list[str]) -> Spelled:
    body = body_arguments(pair, "to body", "subject type data use_default_email")
    return Spelled("mail.send", lambda d: d.mail.send(**body), _none, "none")


def _utils(pair: Pair, parts: list[str]) -> Spelled:
    match (pair.method, *parts):
        case ("POST", "hash"):
            body = body_arguments(pair, "string", "hasher options")
            return Spelled("utils.hash", lambda d: d.utils.hash(**body), lambda r: _data(r)["hash"], "value")
        case ("POST", "hash", "match"):
            body = body_arguments(pair, "string hash", "hasher options")
            return Spelled("utils.hash_match", lambda d: d.utils.hash_match(**body), lambda r: _data(r)["valid"], "value")
        case ("POST", "random", "string"):
            if pair.body is None:
                raise Unspelled("a body is sent always, since the server refuses none")
            body = body_arguments(pair, "", "length")
            return Spelled(
                "utils.random_string", lambda d: d.utils.random_string(**body), lambda r: _data(r)["random"], "value"
            )
        case ("GET", "2fa_secret"):
            return Spelled(
                "utils.two_factor_secret", lambda d: d.utils.two_factor_secret(), lambda r: _data(r)["2fa_secret"], "value"
            )
    raise Unspelled("no such endpoint")


def _graphql(pair: Pair, parts: list[str]) -> Spelled:
    if pair.method != "POST":
        raise Unspelled("GraphQL is sent by POST only")
    body = body_arguments(pair, "query", "variables")
    return Spelled("graphql.query", lambda d: d.graphql.query(**body), _data, "value")


def _scim(pair: Pair, parts: list[str]) -> Spelled:
    if parts[:1] != ["v2"] or parts[1:2] not in (["Users"], ["Groups"]):
        raise Unspelled("no such endpoint")
    name = parts[1].lower()

    def of(d: Any) -> Any:
        return getattr(d.scim, name)

    whole = lambda response: response  # noqa: E731
    match (pair.method, *parts[2:]):
        case ("GET",):
            query = {{"startIndex": "start_index"}.get(key, key): _number(value) for key, value in pair.pairs}
            return Spelled(f"scim.{name}.read_many", lambda d: of(d).read_many(**query), lambda r: r["Resources"], "page")
        case ("GET", key):
            return Spelled(f"scim.{name}.read_one", lambda d: of(d).read_one(key), whole, "item")
        case ("POST",):
            return Spelled(f"scim.{name}.create_one", lambda d: of(d).create_one(pair.body), whole, "item")
        case ("PATCH", key):
            return Spelled(f"scim.{name}.update_one", lambda d: of(d).update_one(key, pair.body), whole, "item")
        case ("PUT", key):
            return Spelled(f"scim.{name}.replace_one", lambda d: of(d).replace_one(key, pair.body), whole, "item")
        case ("DELETE", key) if name == "groups":
            return Spelled("scim.groups.delete_one", lambda d: of(d).delete_one(key), _none, "none")
    raise Unspelled("no such endpoint")


def _update(pair: Pair, parts: list[str]) -> Spelled:
    return Spelled("projects.update_database", lambda d: d.projects.update_database(), _none, "none")


def _info(pair: Pair, parts: list[str]) -> Spelled:
    return Spelled("projects.info", lambda d: d.projects.info(), _data, "item")


def _auth(pair: Pair, parts: list[str]) -> Spelled:
    match (pair.method, *parts):
        case ("POST", "authenticate"):
            body = body_arguments(pair, "email password", "otp mode")
            return Spelled("auth.login", lambda d: d.auth.login(**body), _data, "credentials")
        case ("POST", "refresh"):
            body = body_arguments(pair, "token")
            return Spelled("auth.refresh", lambda d: d.auth.refresh(**body), _data, "credentials")
        case ("POST", "logout", *rest):
            names = dict(zip(("user", "session"), map(_number, rest), strict=False))
            return Spelled("auth.logout", lambda d: d.auth.logout(**names), _none, "none", session=True)
        case ("POST", "password", "request"):
            body = body_arguments(pair, "email", "reset_url")
            return Spelled("auth.password.request", lambda d: d.auth.password.request(**body), _none, "none")
        case ("POST", "password", "reset"):
            body = body_arguments(pair, "token password")
            return Spelled("auth.password.reset", lambda d: d.auth.password.reset(**body), _none, "none")
        case ("GET", "check"):
            return Spelled("auth.check", lambda d: d.auth.check(), lambda r: _data(r)["authenticated"], "value")
        case ("GET", "sessions"):
            return Spelled("auth.sessions", lambda d: d.auth.sessions(), _listed, "page")
        case ("GET", "sso"):
            return Spelled("auth.sso.list", lambda d: d.auth.sso.list(), _data, "value")
        case ("POST", "sso", "access_token"):
            body = body_arguments(pair, "request_token")
            return Spelled("auth.sso.exchange", lambda d: d.auth.sso.exchange(**body), _data, "credentials")
        case ("GET", "sso", provider):
            query = keywords(pair, "mode redirect_url")
            return Spelled("auth.sso.authorize", lambda d: d.auth.sso.authorize(provider, **query), _data, "item")
        case ("POST", "sso", provider):
            body = body_arguments(pair, "", "code oauth_token oauth_verifier")
            return Spelled("auth.sso.login", lambda d: d.auth.sso.login(provider, **body), _data, "credentials")
    raise Unspelled("no such endpoint")
