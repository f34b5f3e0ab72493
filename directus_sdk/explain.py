"""Explanations of errors for people: ``directus.explain(error)``."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from difflib import get_close_matches
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import attrs

from directus_sdk import errors as tree
from directus_sdk.calls.pipeline import Pipeline
from directus_sdk.display import Card
from directus_sdk.displayed import Displayed
from directus_sdk.handlers import EndpointGroups
from directus_sdk.handlers.base import NOT_ITEMS
from directus_sdk.json_types import JSONMapping
from directus_sdk.wire import urls

#: System collections, by the first segment of their paths: every endpoint group but those without a collection.
_SYSTEM = EndpointGroups.__annotations__.keys() - {"assets", "graphql", "realtime", "schema", "server", "utils"}
_ACTIONS = {"GET": "read", "SEARCH": "read", "POST": "create", "PATCH": "update", "DELETE": "delete"}
_ASK = "An administrator can add a permission in the settings of the Directus app."
_QUOTED = re.compile(r'"([^"]+)"')
_FIELDS = re.compile(r'fields? ((?:"[^"]+"(?:[, and]+(?="))?)+)(?: in collection "([^"]+)")?')
_COLLECTION = re.compile(r'collection "([^"]+)"')


class Explanation(str, Displayed):
    """An explanation: a string, which notebooks display sentence by sentence."""

    __slots__ = ()

    def _card(self) -> Card:
        return Card(lines=self.splitlines())


@attrs.frozen
class _Call:
    """The target of a refused call."""

    method: str
    path: str
    collection: str | None
    key: str | None
    action: str

    @classmethod
    def of(cls, base_url: str, method: str, url: str) -> _Call:
        path = urlsplit(url).path.removeprefix(urlsplit(base_url).path)
        parts = [unquote(part) for part in path.strip("/").split("/")]
        collection: str | None = None
        rest = parts[1:]
        if parts[0] == "items" and rest:
            collection, rest = rest[0], rest[1:]
        elif parts[0] in _SYSTEM:
            collection = f"directus_{parts[0]}"
        key = rest[0] if rest and collection is not None else None
        return cls(method, path, collection, key, _ACTIONS.get(method, "use"))


def explain(pipeline: Pipeline, error: BaseException) -> Explanation:
    """Explain an error; see `directus_sdk.Directus.explain`."""
    return Explanation(_explain(pipeline, error))


def _explain(pipeline: Pipeline, error: BaseException) -> str:
    if not isinstance(error, BaseException):
        raise TypeError(f"explain takes the error that was caught, not {type(error).__name__}: except DirectusError as error")
    if isinstance(error, tree.TransportError):
        return _no_response(pipeline, error)
    if not isinstance(error, tree.APIError):
        return str(error) or type(error).__name__
    lines = [_general(error)]
    if isinstance(error, (tree.Forbidden, tree.InvalidQuery, tree.Unauthorized)) and error.request is not None:
        call = _Call.of(pipeline.base_url, error.request.method, error.request.url)
        lines += _Inspector(pipeline).explain(error, call)
    return "\n".join(filter(None, lines))


def _no_response(pipeline: Pipeline, error: tree.TransportError) -> str:
    outcome = (
        "The request was sent, so the server may have processed it: check before you send it again."
        if error.sent
        else "Nothing was sent, so the server did nothing: it is safe to retry."
    )
    lines = [f"There was no response: {error.message}.", outcome]
    if isinstance(error, tree.TLSError):
        if "RequestsTransport" in error.message:
            lines.append(
                "If the certificate is your own, pass transport=RequestsTransport(verify='/path/to/ca.pem') "
                "or set REQUESTS_CA_BUNDLE."
            )
    elif _Inspector(pipeline).get("/server/ping") is None:
        lines.append(f"{pipeline.base_url} does not respond now either: check the URL, the network and the server.")
    else:
        lines.append(f"{pipeline.base_url} responds now.")
    return "\n".join(lines)


def _general(error: tree.APIError) -> str:
    """Explain what follows from the error itself, and what to do."""
    if isinstance(error, tree.RecordNotUnique):
        return (
            f"The field {error.field!r} of {error.collection!r} must be unique, and another item has the value "
            f"{error.value!r}: update that item, or use upsert_one(item, match_on=...)."
        )
    if isinstance(error, tree.FailedValidation):
        rules = [f"{(entry.get('extensions') or {}).get('field')}: {entry.get('message')}" for entry in error.errors]
        return "The values violate the rules of their fields. " + "; ".join(rules)
    if isinstance(error, tree.InvalidForeignKey):
        return f"The field {error.field!r} of {error.collection!r} points to an item that does not exist: {error.value!r}."
    if isinstance(error, (tree.RateLimited, tree.ServiceUnavailable)):
        wait = f" It asks to wait {error.retry_after:.0f} s." if error.retry_after is not None else ""
        return f"The server cannot process the call now: {error.message}.{wait} RetryPolicy(attempts=...) retries more often."
    if isinstance(error, tree.RouteNotFound):
        return f"This server has no such endpoint: {error.message}. Check the path, and the version of the server."
    return f"The server refused: {error.message.replace(f' ({tree.Forbidden.hint})', '')}."


class _Inspector:
    """Reads what the current user may see; everything else counts as unknown."""

    def __init__(self, pipeline: Pipeline) -> None:
        # One attempt: what cannot be read at once is left out.
        self._pipeline = attrs.evolve(pipeline, retry=attrs.evolve(pipeline.retry, attempts=1))

    def get(self, *path: str, **params: str) -> Any:
        """GET a path, or the segments of one, and return the data or ``None``."""
        try:
            full_path = path[0] if len(path) == 1 else urls.path(*path)
            return self._pipeline.call("GET", full_path, params=list(params.items()), json_only=False).data
        except (tree.DirectusError, ValueError, TypeError):
            return None

    def explain(self, error: tree.APIError, call: _Call) -> list[str]:
        """Return sentences about a refusal."""
        if call.path.startswith("/auth/login"):
            wrong = isinstance(error, tree.InvalidCredentials)
            return ["The email or the password is wrong, or the user is not active."] if wrong else []
        authenticated = error.request is not None and any(
            name.lower() in ("authorization", "cookie") for name in error.request.headers
        )
        user = self.get("/users/me", fields="id,email,role.name") if authenticated else None
        if authenticated and user is None and isinstance(error, tree.Unauthorized):
            return ["The token is not valid on this server, or not any more: sign in again, or check the token."]
        if isinstance(error, tree.TokenExpired):
            return ["The token has expired: sign in again, or let LoginAuth refresh it."]
        flags = self.get("/policies/me/globals")
        admin = isinstance(flags, Mapping) and bool(flags.get("admin_access"))
        lines = [_who(user, authenticated=authenticated, admin=admin)]
        if isinstance(error, tree.Unauthorized) and not authenticated:
            return [*lines, "This needs a user: pass token=... or call auth.login(...)."]
        permissions = self.get("/permissions/me")
        permissions = permissions if isinstance(permissions, Mapping) else None
        if not isinstance(error, tree.Forbidden) and "field" not in error.message:
            return lines
        fields, collection = _mentioned(error, call)
        return [*lines, *self._about_collection(collection, call, permissions, admin=admin, fields=fields)]

    def _about_collection(
        self,
        collection: str | None,
        call: _Call,
        permissions: JSONMapping | None,
        *,
        admin: bool,
        fields: Collection[str],
    ) -> list[str]:
        if collection is None:
            return [] if admin else ["The endpoint may be for administrators only, or not exist."]
        collections = self._collections() if admin else set(permissions or ())
        guess = _guess(collection, collections)
        if admin and collection not in collections:
            return [f"There is no collection {collection!r}.{guess}"]
        if permissions is not None and not admin and collection not in permissions:
            return [
                f"This user has no permission for {collection!r}, or there is no such collection.{guess}",
                *_permitted(permissions),
                _ASK,
            ]
        if permissions is None and not admin:
            return self._without_permissions(collection, call)
        granted = {} if admin else (permissions or {}).get(collection, {})
        access = "full" if admin else str((granted.get(call.action) or {}).get("access") or "none")
        if access == "none" and call.action in _ACTIONS.values():
            allowed = [action for action, entry in granted.items() if entry.get("access") not in (None, "none")]
            return [f"This user may not {call.action} items of {collection!r}, only: {', '.join(allowed) or 'nothing'}.", _ASK]
        lines = self._about_fields(collection, fields, granted.get(call.action) or {}, admin=admin)
        return lines or [self._about_item(collection, call, access, admin=admin)]

    def _about_fields(self, collection: str, fields: Iterable[str], granted: JSONMapping, *, admin: bool) -> list[str]:
        readable = granted.get("fields") or []
        entries = self.get("fields", collection)
        existing = {str(entry.get("field")) for entry in entries} if isinstance(entries, list) else set()
        names = existing or set(readable) - {"*"}
        lines = []
        for name in fields:
            if names and name not in names:
                missing = "has no field" if admin else "has no field that this user may use called"
                lines.append(f"{collection!r} {missing} {name!r}.{_guess(name, names)}")
            elif readable and "*" not in readable and name not in readable:
                lines.append(f"This user may not use the field {name!r} of {collection!r}, only: {', '.join(readable)}.")
        return lines

    def _about_item(self, collection: str, call: _Call, access: str, *, admin: bool) -> str:
        if call.key is not None:
            if admin:
                return f"{collection!r} exists, so there is probably no item with the key {call.key!r}."
            rule = ", or a rule of the permission (on items, or on values) excludes it" if access == "partial" else ""
            return f"This user may {call.action} {collection!r}; the item {call.key!r} does not exist{rule}."
        if (call.method, call.path) == ("POST", "/collections"):
            return "A new collection needs 'schema': {} for a table, or 'meta': {} for a folder; without both, none is created."
        if access == "partial":
            return f"This user may {call.action} {collection!r}, but a rule of the permission excludes these items or values."
        return f"Nothing that this user may read forbids to {call.action} {collection!r}."

    def _without_permissions(self, collection: str, call: _Call) -> list[str]:
        system = collection.startswith("directus_") and collection not in NOT_ITEMS
        path = ("/" + collection.removeprefix("directus_"),) if system else ("items", collection)
        if (system or call.path.startswith("/items/")) and self.get(*path, limit="0") is not None:
            if call.action == "read":
                return [f"{collection!r} can be read: the cause is a field, or one item, which may not exist."]
            return [f"{collection!r} can be read, but to {call.action} its items needs a permission: sign in."]
        hint = "check the spelling, sign in, or give the Public policy a permission"
        return [f"{collection!r} does not exist, or this client may not {call.action} it: {hint}."]

    def _collections(self) -> set[str]:
        entries = self.get("/collections")
        return {str(entry.get("collection")) for entry in entries} if isinstance(entries, list) else set()


def _who(user: object, *, authenticated: bool, admin: bool) -> str:
    if not authenticated:
        return "The call was unauthenticated (Public role): it had no token."
    if not isinstance(user, Mapping):
        return "The user of the token cannot be read."
    role = user.get("role")
    name = user.get("email") or user.get("id") or "of the token"
    of_role = f", role {role['name']}" if isinstance(role, Mapping) and role.get("name") else ""
    return f"The user is {name}{of_role}, {'an administrator' if admin else 'not an administrator'}."


def _mentioned(error: tree.APIError, call: _Call) -> tuple[list[str], str | None]:
    """Return the fields and the collection that the server's message or the query mentions."""
    message = " ".join(str(entry.get("message")) for entry in error.errors)
    match = _FIELDS.search(message)
    if match is not None:
        return _QUOTED.findall(match.group(1)), match.group(2) or call.collection
    match = _COLLECTION.search(message)
    if match is not None:
        return [], match.group(1)
    query = parse_qs(urlsplit(error.request.url).query) if error.request is not None else {}
    names = {name.partition(".")[0].partition(":")[0] for value in query.get("fields", []) for name in value.split(",")}
    return sorted(name for name in names if name.isidentifier()), call.collection


def _permitted(permissions: JSONMapping) -> list[str]:
    names = [name for name in permissions if not name.startswith("directus_")]
    return [f"It has permissions for: {', '.join(sorted(names)[:20])}."] if names else []


def _guess(name: str, names: Iterable[str]) -> str:
    close = get_close_matches(name, sorted(names), n=1, cutoff=0.6)
    return f" Did you mean {close[0]!r}?" if close else ""
