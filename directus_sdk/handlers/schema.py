"""The data model as a whole: taken from one server, compared with another, and applied there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import attrs

from directus_sdk import fresh
from directus_sdk.encoding import to_text
from directus_sdk.errors import ConfigurationError
from directus_sdk.handlers.base import Handler
from directus_sdk.pipeline import Requester
from directus_sdk.tracebacks import without_locals

_LONG = 120
_WHAT = {"collections": "collection", "fields": "field", "systemFields": "system field", "relations": "relation"}
_SIGNS = {"N": "+", "D": "-", "E": "~", "A": "~"}


class SchemaHandler(Handler):
    """The data model as a whole: ``directus.schema``. Servers have it from version 9.23; for administrators."""

    def snapshot(
        self, *, include_collections: Iterable[str] | None = None, exclude_collections: Iterable[str] | None = None
    ) -> dict[str, Any]:
        """Read the data model.

        ``GET /schema/snapshot``.

        Args:
            include_collections: Only these collections (from version 12).
            exclude_collections: All but these collections (from version 12).

        Returns:
            ``version``, ``directus``, ``vendor``, ``collections``, ``fields`` and ``relations``.

        Example:
            >>> sorted(entry["collection"] for entry in directus.schema.snapshot()["collections"])
            ['articles', 'authors', 'globals']
        """
        chosen = {"includeCollections": include_collections, "excludeCollections": exclude_collections}
        params = [
            (name, value if isinstance(value, str) else ",".join(value)) for name, value in chosen.items() if value is not None
        ]
        data: dict[str, Any] = self._pipeline.call("GET", "/schema/snapshot", params=params).data
        return data

    def diff(self, snapshot: Mapping[str, Any], *, force: bool | None = None, mode: str | None = None) -> dict[str, Any] | None:
        """Compare this server with a data model.

        ``POST /schema/diff``.

        Args:
            snapshot: What `snapshot` returned, usually of another server.
            force: Compare although the version or the database of that server differs.
            mode: What becomes of collections that the snapshot does not have (from version 12).

        Returns:
            What to `apply`, or ``None`` where nothing differs.

        Raises:
            InvalidPayload: The versions or databases differ.

        Example:
            >>> directus.schema.diff(directus.schema.snapshot()) is None
            True
        """
        params = [] if force is None else [("force", "true" if force else "false")]
        if mode is not None:
            params.append(("mode", mode))
        data: dict[str, Any] | None = self._pipeline.call("POST", "/schema/diff", params=params, json=dict(snapshot)).data
        return data

    def apply(self, diff: Mapping[str, Any], *, force: bool = False) -> None:
        """Change the data model.

        ``POST /schema/apply``.

        Args:
            diff: What `diff` of this server returned.
            force: Apply it although the data model has changed since.

        Raises:
            InvalidPayload: The data model has changed since the comparison.
        """
        self._pipeline.call("POST", "/schema/apply", params=[("force", "true")] if force else [], json=dict(diff))

    @staticmethod
    def migrate(
        source: Requester | Mapping[str, Any], target: Requester, *, dry_run: bool = True, force: bool = False
    ) -> SchemaPlan:
        """Bring the data model of one server to another; without ``dry_run=False`` only tell what would change.

        ``GET /schema/snapshot`` on the source (past its cache), ``POST /schema/diff`` and ``POST /schema/apply`` on the
        target. Collections and fields that the source does not have are deleted on the target, with their items: read
        `SchemaPlan.text` first.

        Args:
            source: The client of the server to take the model from, or a snapshot.
            target: The client of the server to change.
            dry_run: Change nothing.
            force: Go on although the versions or the databases of the servers differ.

        Returns:
            What differs; ``str(plan)`` is a text to review.

        Raises:
            InvalidPayload: The versions or databases differ.

        Example:
            >>> wanted = directus.schema.snapshot()
            >>> changed = directus.collections.update_one("articles", {"meta": {"note": "News"}})
            >>> print(directus.schema.migrate(wanted, directus))
            ~ collection articles
                meta.note: "News" -> null
        """
        if target is source:
            raise ConfigurationError("source and target are the same client")
        snapshot = source if isinstance(source, Mapping) else fresh.get(source.pipeline, "/schema/snapshot").data
        there = SchemaHandler(target)
        diff = there.diff(snapshot, force=True if force else None)
        if diff is None or dry_run:
            return SchemaPlan(diff)
        there.apply(diff, force=force)
        return SchemaPlan(diff, applied=True)


@without_locals
@attrs.frozen
class SchemaPlan:
    """How the data model of a server differs from a wanted one.

    Attributes:
        diff: What `SchemaHandler.apply` takes, or ``None`` where nothing differs.
        applied: Whether the server was changed.
    """

    diff: Mapping[str, Any] | None = attrs.field(repr=False)
    applied: bool = False

    def __bool__(self) -> bool:
        return self.diff is not None

    def __str__(self) -> str:
        return self.text

    @property
    def text(self) -> str:
        """The differences, one thing after another: ``+`` comes, ``-`` goes, ``~`` changes."""
        return "\n".join(self.lines()) or "no difference"

    def lines(self) -> list[str]:
        """Return the lines of the text.

        Example:
            >>> entry = {"collection": "articles", "field": "title", "diff": [{"kind": "N", "rhs": {"type": "string"}}]}
            >>> SchemaPlan({"hash": "", "diff": {"fields": [entry]}}).lines()
            ['+ field articles.title (string)']
        """
        found: list[str] = []
        parts = {} if self.diff is None else self.diff.get("diff") or {}
        for group, what in _WHAT.items():
            for entry in parts.get(group) or []:
                found += _entry(what, entry)
        return found


def _entry(what: str, entry: Mapping[str, Any]) -> list[str]:
    name = ".".join(str(entry[part]) for part in ("collection", "field") if entry.get(part))
    if entry.get("related_collection"):
        name += f" -> {entry['related_collection']}"
    changes = entry.get("diff") or []
    whole = next((change for change in changes if not change.get("path") and change.get("kind") in ("N", "D")), None)
    if whole is not None:
        held = whole.get("rhs") or whole.get("lhs") or {}
        kind = f" ({held['type']})" if isinstance(held, Mapping) and held.get("type") else ""
        return [f"{_SIGNS[whole['kind']]} {what} {name}{kind}"]
    return [f"~ {what} {name}", *(f"    {_change(change)}" for change in changes)]


def _change(change: Mapping[str, Any]) -> str:
    path = ".".join(map(str, change.get("path") or ()))
    kind = change.get("kind")
    if kind == "A":  # one place of a list
        return _change({**change["item"], "path": [*(change.get("path") or ()), change.get("index")]})
    if kind == "N":
        return f"{path}: {_value(change.get('rhs'))} (new)"
    if kind == "D":
        return f"{path}: {_value(change.get('lhs'))} (gone)"
    return f"{path}: {_value(change.get('lhs'))} -> {_value(change.get('rhs'))}"


def _value(value: Any) -> str:
    text = to_text(value)
    return text if len(text) <= _LONG else text[:_LONG] + "…"
