"""Collections to write and read many items in."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import attrs

from directus_sdk import Directus

_KEYS: dict[str, dict[str, Any]] = {
    "integer": {"field": "id", "type": "integer", "meta": {}, "schema": {"is_primary_key": True, "has_auto_increment": True}},
    "uuid": {"field": "id", "type": "uuid", "meta": {"special": ["uuid"]}, "schema": {"is_primary_key": True}},
    "string": {"field": "id", "type": "string", "meta": {}, "schema": {"is_primary_key": True}},
    "date": {"field": "id", "type": "date", "meta": {}, "schema": {"is_primary_key": True}},
}


@attrs.frozen
class Shop:
    """A collection for each type of key, made when it is first asked for."""

    directus: Directus
    prefix: str
    made: set[str] = attrs.field(factory=set)

    def name(self, kind: str) -> str:
        name = f"{self.prefix}_{kind}"
        if kind not in self.made:
            fields = [
                _KEYS["integer" if kind in ("single", "logged") else kind],
                {"field": "sku", "type": "string", "meta": {}, "schema": {"is_unique": True}},
                {"field": "name", "type": "text", "meta": {}, "schema": {}},
                {"field": "n", "type": "integer", "meta": {}, "schema": {}},
                {"field": "day", "type": "date", "meta": {}, "schema": {}},
                {"field": "at", "type": "timestamp", "meta": {}, "schema": {}},
                {"field": "tags", "type": "json", "meta": {"special": ["cast-json"]}, "schema": {}},
            ]
            # No activity log: it would take most of the time.
            meta = {"accountability": "all" if kind == "logged" else None, "singleton": kind == "single"}
            self.directus.request(
                "POST", "/collections", json={"collection": name, "meta": meta, "schema": {}, "fields": fields}
            )
            self.made.add(kind)
        return name

    def items(self, kind: str = "integer") -> Any:
        return self.directus.items(self.name(kind))


@contextmanager
def shop_of(directus: Directus) -> Iterator[Shop]:
    """A shop that is closed in the end."""
    shop = Shop(directus, f"shop_{uuid.uuid4().hex[:8]}")
    try:
        yield shop
    finally:
        for kind in shop.made:
            directus.request("DELETE", f"/collections/{shop.prefix}_{kind}")
