"""The types of the fields of a collection: where they come from.

``GET /fields/{collection}`` reports them. A user without access to the app may not read that, and gets them from the OpenAPI
specification of the server. Where a server reports neither, the JSON type of an item's values shows what is certain: a
boolean is from a boolean field, and a number from a field of numbers. A string can be from a field of any type.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from directus_sdk.calls import uncached
from directus_sdk.calls.pipeline import Pipeline
from directus_sdk.errors import APIError, DecodeError, Forbidden, NotFound
from directus_sdk.json_types import JSONMapping
from directus_sdk.reading.field_values import Field
from directus_sdk.wire.urls import segment
from directus_sdk.wire.value_forms import holds_mapping
from directus_sdk.wire.value_types import type_of

#: Types and formats in an OpenAPI specification of the server.
_SPECIFIED = {
    "": "json",
    "boolean": "boolean",
    "integer": "integer",
    "integer int64": "bigInteger",
    "number": "decimal",
    "number float": "float",
    "string": "string",
    "string date": "date",
    "string date-time": "dateTime",
    "string time": "time",
    "string timestamp": "timestamp",
    "string uuid": "uuid",
}
_JSON_TYPES = {bool: "boolean", int: "decimal", float: "decimal", list: "csv", str: "string"}


def fields_of(pipeline: Pipeline, collection: str) -> dict[str, Field]:
    """Return the fields of a collection by their names; empty where the server does not report them."""
    try:
        fields = uncached.get(pipeline, f"/fields/{segment(collection)}").data
        return {str(field["field"]): reported(field) for field in fields or ()}
    except (Forbidden, NotFound):  # the user has no access to the app
        pass
    try:
        schemas = pipeline.call("GET", "/server/specs/oas").data["components"]["schemas"].values()
        described = (schema["properties"] for schema in schemas if schema.get("x-collection") == collection)
        properties: JSONMapping = next(described, {})
        return {name: specified(name, schema) for name, schema in properties.items()}
    except (APIError, DecodeError, LookupError, TypeError, AttributeError):  # the server is older, or has it disabled
        return {}


def targets_of(pipeline: Pipeline) -> Mapping[tuple[str, str], list[str]]:
    """Return the collections of the items of lists, and of fields that hold items of several, by collection and field.

    It is empty where the user may not read the relations.
    """
    targets: dict[tuple[str, str], list[str]] = {}
    try:
        relations = uncached.get(pipeline, "/relations").data or ()
    except APIError:
        return targets
    for entry in relations:
        meta, collection = entry.get("meta") or {}, str(entry["collection"])
        targets[entry.get("related_collection") or "", meta.get("one_field") or ""] = [collection]
        targets[collection, str(entry["field"])] = meta.get("one_allowed_collections") or []
    return targets


def permitted_fields(pipeline: Pipeline, collection: str) -> Mapping[str, frozenset[str]]:
    """Return the names of the fields that the user may read, create and update, by action; ``*`` stands for all.

    It is empty where the server does not report them, as before version 11.
    """
    try:
        permissions: JSONMapping = uncached.get(pipeline, "/permissions/me").data[collection]
        return {action: frozenset(permission.get("fields") or ()) for action, permission in permissions.items()}
    except (APIError, DecodeError, LookupError, TypeError, AttributeError):
        return {}


def key_name(fields: Mapping[str, Field]) -> str:
    """Return the name of the primary key among the fields of a collection."""
    return next((name for name, field in fields.items() if field.is_key), "id")


def reported(field: JSONMapping) -> Field:
    """Return a field as ``GET /fields/{collection}`` reports it."""
    schema, meta = field.get("schema") or {}, field.get("meta") or {}
    type_, stored = type_of(field), schema.get("data_type")
    single = type_ == "float" and (stored == "real" or schema.get("numeric_precision") == 24)
    scale = schema.get("numeric_scale") if type_ == "decimal" else None
    special = frozenset(meta.get("special") or ())
    is_key = bool(schema.get("is_primary_key"))
    nullable, related = schema.get("is_nullable") is not False, schema.get("foreign_key_table")
    keeps_nul = "foreign_key_schema" not in schema  # PostgreSQL has it
    name = str(field.get("field"))
    return Field(
        name, type_, special, single, scale, related, is_key=is_key, nullable=nullable, keeps_nul=keeps_nul
    )  # fmt: skip


def specified(name: str, schema: JSONMapping) -> Field:
    """Return a field as the OpenAPI specification of the server describes it."""
    schema = next(iter(schema.get("oneOf") or ()), schema)
    if schema.get("type") == "array":
        type_ = "csv" if (schema.get("items") or {}).get("type") == "string" else "alias"
    else:
        type_ = _SPECIFIED.get(" ".join(str(schema[part]) for part in ("type", "format") if part in schema), "unknown")
    return Field(name, type_, brief=True, nullable=schema.get("nullable") is not False)


def inferred(name: str, values: Iterable[object]) -> Field:
    """Return a field as the values of some items show it, where the server does not report its type."""
    types = {"json" if holds_mapping(value) else _JSON_TYPES[type(value)] for value in values if value is not None}
    return Field(name, types.pop() if len(types) == 1 else "json" if "json" in types else "unknown", brief=True)
