"""What is displayed of a plan: how many items it changes, and the first of them with their values before and after."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from directus_sdk.display import Card, Grid
from directus_sdk.json_types import JSONMapping
from directus_sdk.redaction import redact
from directus_sdk.writing.plan_check import Differences

#: How many items of each kind are displayed.
_LISTED = 60


def card(plan: Differences) -> Card:
    """Return what is displayed of a plan."""
    collection, hidden = plan._basis.collection, plan._basis.hidden
    create, update, delete, outside = len(plan.create), len(plan.update), len(plan.delete), len(plan.outside)
    counts = f"{create:,} to create, {update:,} to update, {delete:,} to delete, {plan.same:,} equal"
    lines = [f"not compared: {', '.join(plan.not_compared)}"] if plan.not_compared else []
    changes = list(islice(_updates(plan, collection.primary_key, hidden), _LISTED + 1))
    # An item has a row for each field that changes; where not all of them are displayed, the items are counted.
    fields = len(changes) if len(changes) <= _LISTED else max(update, len(changes))
    deleted = ({collection.primary_key: key, **old} for key, old in map(_pair, plan.delete.entries()))
    grids = [
        Grid(changes, fields, "changes", masked=hidden, title="update"),
        Grid(plan.create, create, masked=hidden, title="create"),
        Grid(deleted, delete, masked=hidden, title="delete"),
        Grid(plan.outside, outside, masked=hidden, title="outside the filter"),
    ]
    return Card(f"{collection.name}: {counts}", lines=lines, grids=[grid for grid in grids if grid.count])


def _updates(plan: Differences, key: str, hidden: frozenset[str]) -> Iterator[dict[str, object]]:
    for change, old in map(_pair, plan.update.entries()):
        for name in [name for name in change if name != key]:
            is_masked = name in hidden or redact.is_secret(name)
            values = ("***", "***") if is_masked else (_value(old.get(name)), _value(change[name]))
            yield {key: change.get(key), "field": name, "before": values[0], "after": values[1]}


def _pair(entry: Any) -> tuple[Any, JSONMapping]:
    """Return an entry with its old values; a plan that was pickled does not have them."""
    return entry[:2] if isinstance(entry, tuple) else (entry, {})


def _value(value: object) -> object:
    return "null" if value is None else value
