"""What is displayed of the differences of two data models."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from directus_sdk.display import Card, Grid
from directus_sdk.json_types import JSONMapping, JSONObject
from directus_sdk.redaction import redact

_WORDS = {"N": "added", "D": "removed"}


def card(diff: JSONMapping, groups: Mapping[str, str], *, applied: bool) -> Card:
    """Return what is displayed of a `directus_sdk.handlers.schema.SchemaPlan`.

    Args:
        diff: The differences, as the server returns them.
        groups: The lists in them, each with what its entries are.
        applied: Whether the server was changed.
    """
    parts: JSONMapping = diff.get("diff") or {}
    rows = [row for group, what in groups.items() for entry in parts.get(group) or [] for row in _rows(what, entry)]
    if not rows:
        return Card("no difference")
    counts = Counter(str(row["change"]) for row in rows)
    title = ", ".join(f"{count:,} {word}" for word, count in counts.items())
    return Card(f"{title}; {'applied' if applied else 'not applied'}", grids=[Grid(rows, len(rows), "differences")])


def _rows(what: str, entry: JSONMapping) -> list[JSONObject]:
    name = ".".join(str(entry[part]) for part in ("collection", "field") if entry.get(part))
    rows = []
    for change in entry.get("diff") or []:
        path = [*(change.get("path") or ())]
        item: JSONMapping = change
        if change.get("kind") == "A":  # one position of a list
            item, path = change["item"], [*path, change.get("index")]
        row = {"what": what, "name": name, "change": _WORDS.get(str(item.get("kind")), "changed")}
        if path:
            name = ".".join(map(str, path))
            before, after = (_value(name, item.get(side)) for side in ("lhs", "rhs"))
            rows.append({**row, "property": name, "before": before, "after": after})
        else:  # the whole of it
            before, after = item.get("lhs") or {}, item.get("rhs") or {}
            rows.append({**row, "property": "", "before": before.get("type", ""), "after": after.get("type", "")})
    return rows


def _value(name: str, value: object) -> object:
    return "null" if value is None else redact.value({name: value})[name]
