"""The data model of a server: snapshots, comparison and migration."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal, overload

import attrs

from directus_sdk.calls import uncached
from directus_sdk.calls.pipeline import Requester
from directus_sdk.displayed import Displayed
from directus_sdk.errors import ConfigurationError
from directus_sdk.handlers.base import Handler
from directus_sdk.json_types import JSONMapping, JSONObject
from directus_sdk.redaction import redact
from directus_sdk.redaction.tracebacks import without_locals
from directus_sdk.transfers.sources import Uploadable
from directus_sdk.wire.encoding import to_text
from directus_sdk.wire.parameters import boolean
from directus_sdk.wire.query import free_params

if TYPE_CHECKING:
    from directus_sdk.display.card import Card
    from directus_sdk.schema import Schema

_LONG = 120
_FORMATS = ("yaml", "json", "csv", "csv_utf8", "xml")
_MODES = ("mirror", "merge")
_WHAT = {"collections": "collection", "fields": "field", "systemFields": "system field", "relations": "relation"}
_SIGNS = {"N": "+", "D": "-", "E": "~", "A": "~"}


class SchemaHandler(Handler):
    """Snapshots of the data model, comparison and migration: ``directus.schema``.

    Servers have it from version 9.23; for administrators.
    """

    def read(self) -> Schema:
        """Read the schema as objects: collections, fields and relations.

        ``GET /collections``, ``GET /fields`` and ``GET /relations``, past the server's cache. It contains what the current
        user may read; all of it for an administrator.

        Returns:
            The schema; ``schema.collections["articles"].fields["author"].relation`` and the like are plain attributes.

        Raises:
            Forbidden: The current user may not read the schema: that needs access to the app, or permissions to read
                ``directus_collections``, ``directus_fields`` and ``directus_relations``.

        Example:
            >>> schema = directus.schema.read()
            >>> [field.name for field in schema.collections["authors"].fields.values()]
            ['id', 'name']
            >>> schema.collections["articles"].fields["author"].relation.related
            'authors'
        """
        from directus_sdk.schema import requests

        return requests.read(self._pipeline)

    def refresh(self) -> Schema:
        """Read the schema again that a client with ``strict=True`` checks against.

        ``GET /collections``, ``GET /fields`` and ``GET /relations``.

        Returns:
            The schema.

        Raises:
            ConfigurationError: The client is not strict, or may not read the schema.

        Example:
            >>> strict = Directus(url, token=token, strict=True)
            >>> strict.schema.refresh().collections["articles"].primary_key
            'id'
        """
        checks = self._pipeline.checks
        if checks is None:
            raise ConfigurationError(
                "this client checks nothing against a schema: use schema.read(), or Directus(url, strict=True)"
            )
        refreshed: Schema = checks.refresh(self._pipeline)
        return refreshed

    @overload
    def snapshot(
        self,
        *,
        include_collections: Iterable[str] | None = None,
        exclude_collections: Iterable[str] | None = None,
        export: None = None,
    ) -> JSONObject: ...
    @overload
    def snapshot(
        self,
        *,
        include_collections: Iterable[str] | None = None,
        exclude_collections: Iterable[str] | None = None,
        export: Literal["yaml", "json", "csv", "csv_utf8", "xml"],
    ) -> str: ...
    def snapshot(
        self,
        *,
        include_collections: Iterable[str] | None = None,
        exclude_collections: Iterable[str] | None = None,
        export: str | None = None,
    ) -> JSONObject | str:
        """Read the data model.

        ``GET /schema/snapshot``.

        Args:
            include_collections: Only these collections (from version 12).
            exclude_collections: All but these collections (from version 12).
            export: The format of a file, such as ``"yaml"`` or ``"json"``, which `diff` accepts.

        Returns:
            ``version``, ``directus``, ``vendor``, ``collections``, ``fields`` and ``relations``; with `export` the content of
            the file, a string.

        Raises:
            ValueError: The format is unknown; nothing was sent.

        Example:
            >>> sorted(entry["collection"] for entry in directus.schema.snapshot()["collections"])
            ['articles', 'authors', 'globals']
            >>> directus.schema.snapshot(export="yaml").splitlines()[0]
            'version: 1'
        """
        if export is not None and export not in _FORMATS:
            raise ValueError(f"export must be one of {', '.join(_FORMATS)}, not {export!r}")
        options = {"includeCollections": include_collections, "excludeCollections": exclude_collections, "export": export}
        params = free_params(options)
        if export is not None:
            request = self._pipeline.request("GET", "/schema/snapshot", params)
            return self._pipeline.send(request).content.decode()
        return self._object("GET", "/schema/snapshot", params=params)

    def diff(
        self,
        snapshot: JSONMapping | Uploadable,
        *,
        force: bool | None = None,
        mode: Literal["mirror", "merge"] | None = None,
    ) -> JSONObject | None:
        """Compare this server with a data model.

        ``POST /schema/diff``.

        Args:
            snapshot: The result of `snapshot`, usually of another server; or a file with it as YAML or JSON: a path, bytes, a
                binary file object, or a string with line breaks, which is the content.
            force: Compare although the version or the database of that server differs.
            mode: What to do with collections that the snapshot does not have (from version 12; others ignore it):
                ``"mirror"`` deletes them, ``"merge"`` keeps them.

        Returns:
            The differences for `apply`, or ``None`` if there are none.

        Raises:
            InvalidPayload: The versions or databases differ, or the file is not a valid snapshot.
            ValueError: The mode is unknown; nothing was sent.

        Example:
            >>> directus.schema.diff(directus.schema.snapshot()) is None
            True
            >>> directus.schema.diff(directus.schema.snapshot(export="yaml")) is None
            True
        """
        if mode is not None and mode not in _MODES:
            raise ValueError(f"mode must be 'mirror' or 'merge', not {mode!r}")
        params = [] if force is None else [("force", "true" if force else "false")]
        if mode is not None:
            params.append(("mode", mode))
        data: JSONObject | None = self._model("/schema/diff", params, snapshot, "snapshot")
        return data

    def apply(self, diff: JSONMapping | Uploadable, *, force: bool = False) -> None:
        """Change the data model.

        ``POST /schema/apply``.

        Args:
            diff: The result of `diff` of this server; or a file with it as YAML or JSON, as for `diff` (from version 10).
            force: Apply it although the data model has changed since.

        Raises:
            InvalidPayload: The data model has changed since the comparison.

        Example:
            >>> wanted = directus.schema.snapshot()
            >>> changed = directus.collections.update_one("articles", {"meta": {"note": "News"}})
            >>> directus.schema.apply(directus.schema.diff(wanted))
            >>> directus.collections.read_one("articles")["meta"]["note"] is None
            True
        """
        self._model("/schema/apply", [("force", "true")] if force else [], diff, "diff")

    def _model(self, path: str, params: list[tuple[str, str]], model: object, name: str) -> Any:
        """Send a data model, or differences, as JSON or as a file."""
        if isinstance(model, Mapping):
            return self._pipeline.call("POST", path, params=params, json=dict(model)).data
        if model is None or isinstance(model, SchemaPlan):
            raise TypeError(f"{name} must be a mapping or a file, not {type(model).__name__}")
        if isinstance(model, str) and "\n" in model:
            model = model.encode()
        return self._send_file(path, params, model, default_name=name)

    @staticmethod
    def migrate(source: Requester | JSONMapping, target: Requester, *, dry_run: bool = True, force: bool = False) -> SchemaPlan:
        """Copy the data model of one server to another; without ``dry_run=False`` only report what would change.

        ``GET /schema/snapshot`` on the source (not from its cache), ``POST /schema/diff`` and ``POST /schema/apply`` on the
        target. Collections and fields that the source does not have are deleted on the target, with their items: read
        `SchemaPlan.text` first.

        Args:
            source: The client of the server with the model, or a snapshot.
            target: The client of the server to change.
            dry_run: Change nothing.
            force: Continue although the versions or the databases of the servers differ.

        Returns:
            The differences; ``str(plan)`` lists them for review.

        Raises:
            InvalidPayload: The versions or databases differ.

        Example:
            >>> wanted = directus.schema.snapshot()
            >>> changed = directus.collections.update_one("articles", {"meta": {"note": "News"}})
            >>> print(directus.schema.migrate(wanted, directus))
            ~ collection articles
                meta.note: "News" -> null
        """
        boolean("dry_run", dry_run)
        for name, side in (("source", source), ("target", target)):
            if not (hasattr(side, "pipeline") or (name == "source" and isinstance(side, Mapping))):
                raise TypeError(f"{name} must be a client{' or a snapshot' * (name == 'source')}, not {type(side).__name__}")
        if target is source:
            raise ConfigurationError("source and target are the same client")
        snapshot = source if isinstance(source, Mapping) else uncached.get(source.pipeline, "/schema/snapshot").data
        target_schema = SchemaHandler(target)
        diff = target_schema.diff(snapshot, force=True if force else None)
        if diff is None or dry_run:
            return SchemaPlan(diff)
        target_schema.apply(diff, force=force)
        return SchemaPlan(diff, applied=True)


@without_locals
@attrs.frozen
class SchemaPlan(Displayed):
    """The differences between the data model of a server and another one.

    Attributes:
        diff: The argument of `SchemaHandler.apply`, or ``None`` if nothing differs.
        applied: Whether the server was changed.
    """

    diff: JSONMapping | None = attrs.field(repr=False)
    applied: bool = False

    def __bool__(self) -> bool:
        return self.diff is not None

    def __str__(self) -> str:
        return self.text

    @property
    def text(self) -> str:
        """The differences, one on each line: ``+`` is added, ``-`` is removed, ``~`` changes."""
        return "\n".join(self.lines()) or "no difference"

    def lines(self) -> list[str]:
        """Return the lines of `text`.

        Example:
            >>> entry = {"collection": "articles", "field": "title", "diff": [{"kind": "N", "rhs": {"type": "string"}}]}
            >>> SchemaPlan({"hash": "", "diff": {"fields": [entry]}}).lines()
            ['+ field articles.title (string)']
        """
        lines: list[str] = []
        parts = {} if self.diff is None else self.diff.get("diff") or {}
        for group, what in _WHAT.items():
            for entry in parts.get(group) or []:
                lines += _entry(what, entry)
        return lines

    def _card(self) -> Card:
        from directus_sdk.handlers.schema_card import card

        return card(self.diff or {}, _WHAT, applied=self.applied)


def _entry(what: str, entry: JSONMapping) -> list[str]:
    name = ".".join(str(entry[part]) for part in ("collection", "field") if entry.get(part))
    if entry.get("related_collection"):
        name += f" -> {entry['related_collection']}"
    changes = entry.get("diff") or []
    whole = next((change for change in changes if not change.get("path") and change.get("kind") in ("N", "D")), None)
    if whole is not None:
        content = whole.get("rhs") or whole.get("lhs") or {}
        of_type = f" ({content['type']})" if isinstance(content, Mapping) and content.get("type") else ""
        return [f"{_SIGNS[whole['kind']]} {what} {name}{of_type}"]
    return [f"~ {what} {name}", *(f"    {_change(change)}" for change in changes)]


def _change(change: JSONMapping) -> str:
    path = ".".join(map(str, change.get("path") or ()))
    kind = change.get("kind")
    if kind == "A":  # one position of a list
        return _change({**change["item"], "path": [*(change.get("path") or ()), change.get("index")]})
    if kind == "N":
        return f"{path}: {_value(path, change.get('rhs'))} (new)"
    if kind == "D":
        return f"{path}: {_value(path, change.get('lhs'))} (removed)"
    return f"{path}: {_value(path, change.get('lhs'))} -> {_value(path, change.get('rhs'))}"


def _value(path: str, value: object) -> str:
    text = to_text(redact.value({path: value})[path])
    return text if len(text) <= _LONG else text[:_LONG] + "…"
