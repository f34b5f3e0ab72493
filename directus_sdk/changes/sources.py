"""The sources of a change feed: logs on the server that a feed reads."""

from __future__ import annotations

from collections.abc import Mapping

from directus_sdk.calls import uncached
from directus_sdk.changes.dates_source import DatesSource
from directus_sdk.changes.log_source import Source
from directus_sdk.changes.numbered_sources import ActivitySource, KeySource
from directus_sdk.errors import APIError
from directus_sdk.reading.collection import Collection
from directus_sdk.wire.query import NormalizedQuery
from directus_sdk.wire.urls import segment

SOURCES: tuple[type[Source], ...] = (ActivitySource, DatesSource, KeySource)


def has_numeric_keys(collection: Collection) -> bool:
    """Return whether primary keys are numbers in responses, by an item or by the type of the field."""
    rows = collection.rows(NormalizedQuery(fields=[collection.primary_key], limit=1))
    key = rows[0].get(collection.primary_key) if rows else None
    if key is not None:
        return isinstance(key, int)
    try:
        path = f"/fields/{segment(collection.name)}/{segment(collection.primary_key)}"
        field = uncached.get(collection.pipeline, path).data
    except APIError:
        return False
    return isinstance(field, Mapping) and field.get("type") == "integer"
