"""What a strict client checks before each call, and the schema that it checks against."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import inf
from urllib.parse import unquote

import attrs

from directus_sdk.calls.pipeline import Pipeline
from directus_sdk.errors import APIError, ConfigurationError, DirectusError, Forbidden, SchemaError, TransportError
from directus_sdk.json_types import JSONMapping
from directus_sdk.local.clock import monotonic
from directus_sdk.local.thread_lock import Hold, ThreadLock
from directus_sdk.schema import Collection, Schema
from directus_sdk.schema import requests as schema_requests
from directus_sdk.strict.names import Names
from directus_sdk.strict.queries import QueryChecks
from directus_sdk.strict.writes import WriteChecks
from directus_sdk.wire.query import NormalizedQuery

#: For so many seconds a name that is not in the schema is refused without reading the schema again.
_FRESH = 60.0
#: Endpoint groups whose POST and PATCH take items.
_GROUPS = frozenset(
    {
        "access", "comments", "dashboards", "files", "flows", "folders", "notifications", "operations", "panels",
        "permissions", "policies", "presets", "roles", "settings", "shares", "translations", "users", "webhooks",
    }
)  # fmt: skip
#: Groups that change the schema.
_SCHEMA = frozenset({"collections", "fields", "relations", "schema"})
#: Groups that are only read as items.
_READ_ONLY = frozenset({"activity", "revisions", "versions"})
_ACTIONS = {"POST": "create", "PATCH": "update"}


class StrictChecks:
    """The checks of one client and its copies with the same credentials; safe to share between threads.

    Args:
        schema: The schema, or ``None`` to read it before the first call that needs it.
    """

    def __init__(self, schema: Schema | None = None) -> None:
        self._lock = ThreadLock()
        self._initial = schema
        self._has_initial = schema is not None
        # What the user may write, of a user who is no administrator; read when it is needed.
        self._permissions: JSONMapping | None = None
        self._names = None if schema is None else Names(schema)
        self._read_at = -inf if schema is None else monotonic()

    def before(self, pipeline: Pipeline, method: str, path: str, query: NormalizedQuery | None, json: object) -> None:
        """Check a call; called before anything of it is sent.

        Raises:
            ConfigurationError: The schema may not be read.
            SchemaError: A name, an operator or a value does not go with the schema, or a required field is missing.
        """
        target = _target(path)
        if target is None:
            if method not in ("GET", "SEARCH") and path.lstrip("/").partition("/")[0] in _SCHEMA:
                self._read_at = -inf  # a name that is unknown now is looked for again
            return
        names = self._current(pipeline)
        try:
            _check(names, target, method, query, json)
        except SchemaError as error:
            if error.unknown is None:
                raise
            newer = self._newer(pipeline)
            if newer is not None:
                _check(newer, target, method, query, json)
            elif not (method in _ACTIONS and self._may_write(pipeline, *error.unknown, _ACTIONS[method])):
                raise

    def refused(self) -> None:
        """Read the schema again before the next call, since a server has refused what the schema allows."""
        with self._alone():
            if monotonic() - self._read_at > _FRESH:
                self._names = None

    def for_other_credentials(self) -> StrictChecks:
        """Return checks that read their own schema, since other users may see other parts of it."""
        return StrictChecks(self._initial)

    def refresh(self, pipeline: Pipeline) -> Schema:
        """Read the schema now."""
        with self._alone():
            return self._read(pipeline).schema

    def _alone(self) -> Hold:
        return self._lock.context(inf, lambda seconds: TimeoutError("another thread reads the schema"))

    def _current(self, pipeline: Pipeline) -> Names:
        names = self._names
        if names is not None:
            return names
        with self._alone():
            return self._names or self._read(pipeline)

    def _newer(self, pipeline: Pipeline) -> Names | None:
        """Return the names of a newer schema; ``None`` if it was read less than a minute ago, or may not be read."""
        with self._alone():
            if monotonic() - self._read_at < _FRESH:
                return None
            try:
                return self._read(pipeline)
            except DirectusError:
                self._read_at = monotonic()
                return None

    def _may_write(self, pipeline: Pipeline, collection: str, field: str, action: str) -> bool:
        """Return whether a field that may not be read may be written: the schema does not contain it then.

        Without a field it is about the collection.
        """
        if self._has_initial:
            return False
        with self._alone():
            if self._permissions is None:
                self._permissions = _permissions(attrs.evolve(pipeline, checks=None))
            of_collection = self._permissions.get(collection)
        if not isinstance(of_collection, Mapping):
            return False
        writable = _fields(of_collection, action)
        every = "*" in writable and "*" not in _fields(of_collection, "read")
        return field in writable or every if field else bool(writable)

    def _read(self, pipeline: Pipeline) -> Names:
        plain = attrs.evolve(pipeline, checks=None)
        try:
            schema = schema_requests.read(plain)
        except Forbidden as error:
            raise ConfigurationError(
                "strict=True needs the schema, which these credentials may not read. Pass it: "
                f"Directus(url, strict=True, schema=Schema.from_snapshot('snapshot.yaml')). {error.args[0]}"
            ) from error
        names = self._names = Names(schema)
        self._read_at, self._permissions, self._has_initial = monotonic(), None, False
        return names

    def __reduce__(self) -> tuple[object, ...]:
        return StrictChecks, (self._initial,)


def _target(path: str) -> tuple[str, bool] | None:
    """Return the collection that a path is about, and whether a body holds its items; ``None`` for other endpoints.

    Example:
        >>> _target("/items/articles/1"), _target("/users"), _target("/users/me/tfa/enable"), _target("/utils/random/string")
        (('articles', True), ('directus_users', True), None, None)
    """
    first, *rest = [unquote(part) for part in path.strip("/").split("/")]
    if first == "items" and 1 <= len(rest) <= 2:
        return rest[0], True
    if first in _GROUPS and (not rest or (len(rest) == 1 and rest[0] not in ("invite", "register", "import", "tus", "auth"))):
        return f"directus_{first}", True
    if first in _READ_ONLY and len(rest) <= 1:
        return f"directus_{first}", False
    return None


def _check(names: Names, target: tuple[str, bool], method: str, query: JSONMapping | None, json: object) -> None:
    collection: Collection | None = names.collection(target[0])
    if method == "SEARCH" and isinstance(json, Mapping):
        query = json.get("query")
    if query:
        QueryChecks(names).check(collection, query)
    if method in _ACTIONS and target[1] and json is not None:
        WriteChecks(names).body(collection, json, creates=method == "POST")


def _fields(permissions: JSONMapping, action: str) -> Sequence[object]:
    allowed = permissions.get(action)
    fields = allowed.get("fields") if isinstance(allowed, Mapping) else None
    return fields if isinstance(fields, list) else ()


def _permissions(pipeline: Pipeline) -> JSONMapping:
    try:
        flags = pipeline.call("GET", "/policies/me/globals").data
        if isinstance(flags, Mapping) and flags.get("admin_access"):
            return {}
        permissions = pipeline.call("GET", "/permissions/me").data
    except (APIError, TransportError):
        return {}
    return permissions if isinstance(permissions, Mapping) else {}
