"""The requests that read a schema, past the server's cache."""

from __future__ import annotations

from collections.abc import Callable

from directus_sdk.calls import uncached
from directus_sdk.calls.pipeline import Pipeline
from directus_sdk.errors import Forbidden
from directus_sdk.json_types import JSONMapping
from directus_sdk.schema.project import Schema
from directus_sdk.schema.table import Table
from directus_sdk.wire.urls import segment

#: Called with each schema that is read whole; the extension for notebooks completes names with it.
listeners: list[Callable[[Pipeline, Schema], object]] = []


def read(pipeline: Pipeline) -> Schema:
    """Read the schema.

    Raises:
        Forbidden: The current user may not read it; the error names the permission.
        SchemaError: A response is not what Directus sends.
    """
    schema = Schema.from_responses(*(_entries(pipeline, f"/{name}") for name in ("collections", "fields", "relations")))
    for listener in listeners:
        listener(pipeline, schema)
    return schema


def describe(pipeline: Pipeline, collection: str) -> Table:
    """Read the fields of a collection and their relations.

    Raises:
        Forbidden: There is no such collection, or the current user may not read its schema.
    """
    fields = _entries(pipeline, f"/fields/{segment(collection, 'collection')}")
    relations = _entries(pipeline, "/relations")
    return Schema.from_responses([{"collection": collection}], fields, relations).describe(collection)


def _entries(pipeline: Pipeline, path: str) -> list[JSONMapping]:
    try:
        rows: list[JSONMapping] = uncached.get(pipeline, path).data or []
    except Forbidden as error:
        names = "directus_collections, directus_fields and directus_relations"
        needs = f"reading the schema needs access to the app, or the permission to read {names}"
        error.args = (f"{needs}; GET {path} was refused: {error.message}",)
        raise
    return rows
