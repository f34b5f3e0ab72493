"""Schemas for the tests of the generator, and the import of what it writes."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from directus_sdk.schema import Schema

HERE = Path(__file__).parent


def rich() -> Schema:
    """The schema of tests/rich_project.py on SQLite, without the fields of most system collections."""
    return Schema.from_dict(json.loads((HERE / "rich_schema.json").read_text(encoding="utf-8")))


def schema_of(**collections: dict[str, Any]) -> Schema:
    """A schema of collections with fields: a type, or an entry; the key ``id`` is added."""
    entries, fields = [], []
    for name, of_collection in collections.items():
        entries.append({"collection": name, "meta": of_collection.pop("_meta", {}), "schema": {"name": name}})
        of_collection.setdefault("id", {"type": "integer", "schema": {"is_primary_key": True, "has_auto_increment": True}})
        for field, entry in of_collection.items():
            if entry is not None:
                plain = {"type": entry} if isinstance(entry, str) else entry
                fields.append({"collection": name, "field": field, "meta": {}, "schema": {"is_nullable": True}, **plain})
    return Schema.from_responses(entries, fields, [])


def imported(source: str, name: str = "generated_module") -> ModuleType:
    """The module of a source."""
    module = sys.modules[name] = ModuleType(name)
    exec(compile(source, f"{name}.py", "exec"), vars(module))
    return module
