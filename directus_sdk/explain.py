"""What is behind a server's refusal, in words: ``directus.explain(error)``."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from difflib import get_close_matches
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import attrs

from directus_sdk import errors as tree
from directus_sdk.calls.pipeline import Pipeline
from directus_sdk.handlers.base import NOT_ITEMS
from directus_sdk.json_types import JSONMapping
from directus_sdk.wire import urls

#: Paths that begin with the name of a system collection.
_SYSTEM = frozenset((
    "access", "activity", "collections", "comments", "dashboards", "fields", "files", "flows", "folders", "notifications",
    "operations", "panels", "permissions", "policies", "presets", "relations", "revisions", "roles", "settings", "shares",
    "translations", "users", "versions", "webhooks",
))  # fmt: skip
_ACTIONS = {"GET": "read", "SEARCH": "read", "POST": "create", "PATCH": "update", "DELETE": "delete"}
_QUOTED = re.compile(r'"([^"]+)"')
_FIELDS = re.compile(r'fields? ((?:"[^"]+"(?:[, and]+(?="))?)+)(?: in collection "([^"]+)")?')
_COLLECTION = re.compile(r'collection "([^"]+)"')


@attrs.frozen
class _Call:
    """What a refused call was about."""

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


def explain(pipeline: Pipeline, error: BaseException) -> str:
    """Say in words what is wrong; see `directus_sdk.Directus.explain`."""
    if isinstance(error, tree.TransportError):
        return _no_answer(pipeline, error)
    if not isinstance(error, tree.APIError):
        return str(error) or type(error).__name__
    said = [_general(error)]
    if isinstance(error, (tree.Forbidden, tree.InvalidQuery, tree.Unauthorized)) and error.request is not None:
        call = _Call.of(pipeline.base_url, error.request.method, error.request.url)
        said += _Look(pipeline).into(error, call)
    return "\n".join(filter(None, said))


def _no_answer(pipeline: Pipeline, error: tree.TransportError) -> str:
    done = (
        "The request had left, so the server may have done what it asks: look before you send it again."
        if error.sent
        else "Nothing was sent, so the server did nothing: it is safe to try again."
    )
    said = [f"There was no answer: {error.message}.", done]
    if isinstance(error, tree.TLSError):
        said.append(
            "If the certificate is one of your own, pass transport=RequestsTransport(verify='/path/to/ca.pem') "
            "or set REQUESTS_CA_BUNDLE."
        )
    elif _Look(pipeline).at("/server/ping") is None:
        said.append(f"{pipeline.base_url} does not answer now either: check the address, the network and the server.")
    else:
        said.append(f"{pipeline.base_url} answers now.")
    return "\n".join(said)


def _general(error: tree.APIError) -> str:
    """What the error itself says, put so that one knows what to do."""
    if isinstance(error, tree.RecordNotUnique):
        return (
            f"The field {error.field!r} of {error.collection!r} must be unique, and another item has the value "
            f"{error.value!r}: update that item, or use upsert_one(item, match_on=...)."
        )
    if isinstance(error, tree.FailedValidation):
        found = [f"{(entry.get('extensions') or {}).get('field')}: {entry.get('message')}" for entry in error.errors]
        return "The values do not fit the rules of their fields. " + "; ".join(found)
    if isinstance(error, tree.InvalidForeignKey):
        return f"The field {error.field!r} of {error.collection!r} points to an item that does not exist: {error.value!r}."
    if isinstance(error, (tree.RateLimited, tree.ServiceUnavailable)):
        wait = f" It asks to wait {error.retry_after:.0f} s." if error.retry_after is not None else ""
        return f"The server cannot take the call now: {error.message}.{wait} RetryPolicy(attempts=...) tries more often."
    if isinstance(error, tree.RouteNotFound):
        return f"This server has no such endpoint: {error.message}. Check the path, and the version of the server."
    return f"The server refused: {error.message}."


class _Look:
    """Looks at what the same user may see; what he may not see counts as not known."""

    def __init__(self, pipeline: Pipeline) -> None:
        # One try: what cannot be seen at once is left out.
        self._pipeline = attrs.evolve(pipeline, retry=attrs.evolve(pipeline.retry, attempts=1))

    def at(self, *path: str, **params: str) -> Any:
        """Return the data of one GET of a path, or of the segments of one, or ``None``."""
        try:
            whole = path[0] if len(path) == 1 else urls.path(*path)
            return self._pipeline.call("GET", whole, params=list(params.items()), json_only=False).data
        except (tree.DirectusError, ValueError, TypeError):
            return None

    def into(self, error: tree.APIError, call: _Call) -> list[str]:
        signed = error.request is not None and any(
            name.lower() in ("authorization", "cookie") for name in error.request.headers
        )
        me = self.at("/users/me", fields="id,email,role.name") if signed else None
        if signed and me is None and isinstance(error, tree.Unauthorized):
            return ["The token is not valid on this server (any more): sign in again, or check the token."]
        if isinstance(error, tree.TokenExpired):
            return ["The token's time is over: sign in again, or let LoginAuth refresh it."]
        rights = self.at("/policies/me/globals")
        admin = isinstance(rights, Mapping) and bool(rights.get("admin_access"))
        said = [_who(me, signed=signed, admin=admin)]
        if isinstance(error, tree.Unauthorized) and not signed:
            return [*said, "This needs a user: pass token=... or call auth.login(...)."]
        permissions = self.at("/permissions/me")
        permissions = permissions if isinstance(permissions, Mapping) else None
        if not isinstance(error, tree.Forbidden) and "field" not in error.message:
            return said
        fields, collection = _named(error, call)
        found = self._about_collection(collection, call, permissions, admin=admin, fields=fields)
        return [*said, *found]

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
        known = self._collections() if admin else set(permissions or ())
        if admin and collection not in known:
            return [f"There is no collection {collection!r}.{_guess(collection, known)}"]
        if permissions is not None and not admin and collection not in permissions:
            return [
                f"This user has no permission for {collection!r}, or there is no such collection.{_guess(collection, known)}",
                *_may(permissions),
            ]
        if permissions is None and not admin:
            return self._as_public(collection, call)
        granted = {} if admin else (permissions or {}).get(collection, {})
        access = "full" if admin else str((granted.get(call.action) or {}).get("access") or "none")
        if access == "none" and call.action in _ACTIONS.values():
            allowed = [action for action, given in granted.items() if given.get("access") not in (None, "none")]
            return [f"This user may not {call.action} items of {collection!r}, only: {', '.join(allowed) or 'nothing'}."]
        found = self._about_fields(collection, fields, granted.get(call.action) or {}, admin=admin)
        return found or [self._about_item(collection, call, access, admin=admin)]

    def _about_fields(self, collection: str, fields: Iterable[str], granted: JSONMapping, *, admin: bool) -> list[str]:
        readable = granted.get("fields") or []
        listed = self.at("fields", collection)
        existing = {str(entry.get("field")) for entry in listed} if isinstance(listed, list) else set()
        known = existing or set(readable) - {"*"}
        said = []
        for name in fields:
            if known and name not in known:
                certain = "has no field" if admin else "has no field that this user may use called"
                said.append(f"{collection!r} {certain} {name!r}.{_guess(name, known)}")
            elif readable and "*" not in readable and name not in readable:
                said.append(f"This user may not use the field {name!r} of {collection!r}, only: {', '.join(readable)}.")
        return said

    def _about_item(self, collection: str, call: _Call, access: str, *, admin: bool) -> str:
        if call.key is not None:
            if admin:
                return f"{collection!r} exists, so there is most likely no item with the key {call.key!r}."
            rule = ", or a rule of the permission (on items, or on values) leaves it out" if access == "partial" else ""
            return f"This user may {call.action} {collection!r}; the item {call.key!r} does not exist{rule}."
        if access == "partial":
            return f"This user may {call.action} {collection!r}, but a rule of the permission leaves these items or values out."
        return f"Nothing that can be looked at forbids to {call.action} {collection!r}."

    def _as_public(self, collection: str, call: _Call) -> list[str]:
        system = collection.startswith("directus_") and collection not in NOT_ITEMS
        path = ("/" + collection.removeprefix("directus_"),) if system else ("items", collection)
        if (system or call.path.startswith("/items/")) and self.at(*path, limit="0") is not None:
            if call.action == "read":
                return [f"{collection!r} can be read: it is about a field, or about one item, which may not exist."]
            return [f"{collection!r} can be read, but to {call.action} there takes a permission: sign in."]
        hint = "check the spelling, sign in, or give the public policy a permission"
        return [f"{collection!r} does not exist, or whoever asks may not {call.action} it: {hint}."]

    def _collections(self) -> set[str]:
        listed = self.at("/collections")
        return {str(entry.get("collection")) for entry in listed} if isinstance(listed, list) else set()


def _who(me: Any, *, signed: bool, admin: bool) -> str:
    if not signed:
        return "The call went out as the public: without a token."
    if not isinstance(me, Mapping):
        return "Nothing can be seen of the user of the token."
    role = me.get("role")
    name = me.get("email") or me.get("id") or "of the token"
    of_role = f", role {role['name']}" if isinstance(role, Mapping) and role.get("name") else ""
    return f"The user is {name}{of_role}, {'an administrator' if admin else 'who is no administrator'}."


def _named(error: tree.APIError, call: _Call) -> tuple[list[str], str | None]:
    """The fields and the collection that the server complains about, or that the query asks for."""
    words = " ".join(str(entry.get("message")) for entry in error.errors)
    match = _FIELDS.search(words)
    if match is not None:
        return _QUOTED.findall(match.group(1)), match.group(2) or call.collection
    named = _COLLECTION.search(words)
    if named is not None:
        return [], named.group(1)
    query = parse_qs(urlsplit(error.request.url).query) if error.request is not None else {}
    asked = {name.partition(".")[0].partition(":")[0] for held in query.get("fields", []) for name in held.split(",")}
    return sorted(name for name in asked if name.isidentifier()), call.collection


def _may(permissions: JSONMapping) -> list[str]:
    names = [name for name in permissions if not name.startswith("directus_")]
    return [f"It has permissions for: {', '.join(sorted(names)[:20])}."] if names else []


def _guess(name: str, known: Iterable[str]) -> str:
    close = get_close_matches(name, sorted(known), n=1, cutoff=0.6)
    return f" Did you mean {close[0]!r}?" if close else ""
