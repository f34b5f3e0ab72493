"""This SDK."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any

from directus_sdk import Directus


def make_client(url: str, token: str) -> Directus:
    return Directus(url, token=token)


def read_one(client: Directus, collection: str, key: int) -> Any:
    return client.items(collection).read_one(key)


def read_many(client: Directus, collection: str, limit: int) -> Any:
    return client.items(collection).read_many(limit=limit)


def create_one(client: Directus, collection: str, data: dict[str, Any]) -> Any:
    return client.items(collection).create_one(data)


def read_all(client: Directus, collection: str) -> int:
    return sum(1 for _ in client.items(collection).iterate(page_size=1_000))


def read_busy(client: Directus, collection: str, rows: int, pause: float) -> int:
    """Read while the caller spends `pause` seconds on every page."""
    count = 0
    for count, _ in enumerate(client.items(collection).iterate(page_size=1_000, limit=rows, prefetch=True), 1):
        if count % 1_000 == 0:
            time.sleep(pause)
    return count


def create_many(client: Directus, collection: str, rows: Iterable[dict[str, Any]]) -> int:
    return client.items(collection).create_many(rows).count


def close(client: Directus) -> None:
    client.close()
