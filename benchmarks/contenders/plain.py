"""Plain requests, written by hand in the best way: one session, a key cursor, large chunks."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Iterable, Iterator
from typing import Any

import requests

CHUNK = 2_000


class Client:
    def __init__(self, url: str, token: str) -> None:
        self.url = url + "/items/"
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Bearer {token}"
        # For whole collections from a server nearby: compressing takes longer than sending.
        self.bulk = requests.Session()
        self.bulk.headers.update({"Authorization": f"Bearer {token}", "Accept-Encoding": "identity"})


def make_client(url: str, token: str) -> Client:
    return Client(url, token)


def read_one(client: Client, collection: str, key: int) -> Any:
    answer = client.session.get(f"{client.url}{collection}/{key}")
    answer.raise_for_status()
    return answer.json()["data"]


def read_many(client: Client, collection: str, limit: int) -> Any:
    answer = client.session.get(client.url + collection, params={"limit": limit})
    answer.raise_for_status()
    return answer.json()["data"]


def create_one(client: Client, collection: str, data: dict[str, Any]) -> Any:
    answer = client.session.post(client.url + collection, json=data)
    answer.raise_for_status()
    return answer.json()["data"]


def pages(client: Client, collection: str, size: int = 1_000) -> Iterator[list[Any]]:
    params = {"limit": str(size), "sort": "id"}
    while True:
        answer = client.bulk.get(client.url + collection, params=params)
        answer.raise_for_status()
        rows = json.loads(answer.content)["data"]
        if not rows:
            return
        yield rows
        params["filter"] = json.dumps({"id": {"_gt": rows[-1]["id"]}})


def read_all(client: Client, collection: str) -> int:
    return sum(1 for rows in pages(client, collection) for _ in rows)


def read_busy(client: Client, collection: str, rows: int, pause: float) -> int:
    count = 0
    for found in itertools.islice(pages(client, collection), rows // 1_000):
        for _ in found:
            count += 1
        time.sleep(pause)
    return count


def create_many(client: Client, collection: str, rows: Iterable[dict[str, Any]]) -> int:
    source, made = iter(rows), []
    while chunk := list(itertools.islice(source, CHUNK)):
        answer = client.bulk.post(client.url + collection, json=chunk)
        answer.raise_for_status()
        made += json.loads(answer.content)["data"]
    return len(made)


def close(client: Client) -> None:
    client.session.close()
    client.bulk.close()
