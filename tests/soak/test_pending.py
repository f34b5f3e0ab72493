"""A process that is killed at random moments of `changes(...).pending()`: no change is lost, only the last list comes again."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from directus_sdk.testing import DirectusServer

pytestmark = [pytest.mark.live, pytest.mark.soak]

KILLS, ROWS = 10, 1_000
SCRIPT = textwrap.dedent(
    """
    import json, os, sys
    from directus_sdk import Directus

    url, token, source, folder = sys.argv[1:]
    feed = Directus(url, token=token).items("orders").changes(folder + "/feed.json", source=source, fields=["id", "n"])
    with feed as changes, open(folder + "/lists.ndjson", "a") as file:
        print("ready", flush=True)
        for some in changes.pending(batch=20):
            file.write(json.dumps([[change.event, change.key] for change in some]) + "\\n")
            file.flush()
    """
)


@pytest.fixture(scope="module")
def server() -> Iterator[DirectusServer]:
    with DirectusServer() as server:
        yield server


@pytest.mark.parametrize("source", ["activity", "dates", "key"])
def test_no_change_is_lost(server: DirectusServer, tmp_path: Path, source: str) -> None:
    fields: list[dict[str, Any]] = [
        {"field": "id", "type": "integer", "schema": {"is_primary_key": True, "has_auto_increment": True}, "meta": {}},
        {"field": "n", "type": "integer", "schema": {}, "meta": {}},
        {"field": "date_created", "type": "timestamp", "schema": {}, "meta": {"special": ["date-created"]}},
        {"field": "date_updated", "type": "timestamp", "schema": {}, "meta": {"special": ["date-updated"]}},
    ]
    moments = random.Random(f"pending {source}")
    with server.directus() as directus:
        directus.collections.create_one({"collection": "orders", "schema": {}, "meta": {}, "fields": fields})
        items = directus.items("orders")
        arguments = [sys.executable, "-c", SCRIPT, server.url, server.admin_token, source, str(tmp_path)]
        subprocess.run(arguments, check=True, stdout=subprocess.DEVNULL)  # from now on
        expected: dict[tuple[str, int], int] = {}
        kills = 0
        while kills < KILLS:
            keys = items.create_many([{"n": number} for number in range(ROWS // KILLS)], returning="keys")
            expected |= {("create", key): 1 for key in keys}
            if source != "key":
                items.update_many(keys[:20], {"n": 5})
                expected |= {("update", key): 1 for key in keys[:20]}
            with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as process:
                assert process.stdout is not None
                process.stdout.readline()
                try:
                    process.wait(moments.uniform(0, 0.2))
                except subprocess.TimeoutExpired:
                    process.kill()
                    kills += 1
        subprocess.run(arguments, check=True, stdout=subprocess.DEVNULL)
        lists = [
            [tuple(change) for change in json.loads(line)] for line in (tmp_path / "lists.ndjson").read_text().splitlines()
        ]
        last: list[Any] = []
        seen: set[Any] = set()
        for some in lists:
            again = [change for change in some if change in seen]
            assert set(again) <= set(last), "only the last list comes again"
            seen.update(some)
            last = some
        assert seen == set(expected)
        directus.collections.delete_one("orders")
