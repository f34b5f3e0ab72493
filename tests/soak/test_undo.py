"""A process that is killed at random moments of calls with `keep_before`: `restore` puts everything back exactly."""

from __future__ import annotations

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

ROWS, KILLS = 2_000, 10
#: Each call is about the items 501 to 1,500, or the rows of the same number.
SCRIPT = textwrap.dedent(
    """
    import sys
    from directus_sdk import Directus

    url, token, name, path = sys.argv[1:]
    items = Directus(url, token=token).items("stock")
    keys = list(range(501, 1501))
    rows = [{"sku": f"s{number}", "n": number % 3 - 5, "data": {"n": number}} for number in range(1001, 3001)]
    alike = [{"sku": "alike", "n": 1}] * 1000
    more = {"keep_before": path, "batch_size": 100, "progress": lambda done, total: print(done, flush=True)}
    plan = items.sync([*rows, *({"sku": f"s{n}", "n": -n} for n in range(1, 300))], match_on="sku", delete_missing=True)
    print("ready", flush=True)
    calls = {
        "create_many": lambda: items.create_many(rows[1000:], **more),
        "create_many alike": lambda: items.create_many(alike, workers=2, **more),
        "update_many": lambda: items.update_many(keys, {"n": -1, "data": None}, **more),
        "update_batch": lambda: items.update_batch([{"id": key, "n": -key} for key in keys], workers=2, **more),
        "update_by_query": lambda: items.update_by_query({"id": {"_in": keys}}, {"n": None}, **more),
        "delete_many": lambda: items.delete_many(keys, **more),
        "delete_by_query": lambda: items.delete_by_query({"id": {"_in": keys}}, **more),
        "upsert_many": lambda: items.upsert_many(rows, match_on="sku", **more),
        "apply": lambda: plan.apply(**more),
    }
    calls[name]()
    """
)


@pytest.fixture(scope="module")
def server() -> Iterator[DirectusServer]:
    with DirectusServer() as server:
        yield server


@pytest.fixture(scope="module")
def items(server: DirectusServer) -> Iterator[Any]:
    fields = [
        {"field": "id", "type": "integer", "schema": {"is_primary_key": True, "has_auto_increment": True}, "meta": {}},
        {"field": "sku", "type": "string", "schema": {}, "meta": {}},
        {"field": "n", "type": "integer", "schema": {}, "meta": {}},
        {"field": "data", "type": "json", "schema": {}, "meta": {"special": ["cast-json"]}},
        {"field": "parent", "type": "integer", "schema": {}, "meta": {}},
    ]
    with server.directus() as directus:
        meta = {"accountability": None}
        directus.collections.create_one({"collection": "stock", "schema": {}, "meta": meta, "fields": fields})
        relation = {"collection": "stock", "field": "parent", "related_collection": "stock", "meta": {}}
        directus.relations.create_one({**relation, "schema": {"on_delete": "SET NULL"}})
        items = directus.items("stock")
        rows = [{"id": n, "sku": f"s{n}", "n": n, "data": [n, "ü"]} for n in range(1, ROWS + 1)]
        items.create_many(rows, returning=None)
        items.update_batch([{"id": n, "parent": n - 150} for n in range(160, ROWS + 1)], returning=None)
        yield items


def contents(items: Any) -> list[dict[str, Any]]:
    return items.read_all(sort="id")


@pytest.mark.parametrize(
    "name",
    [
        "create_many", "create_many alike", "update_many", "update_batch", "update_by_query", "delete_many", "delete_by_query",
        "upsert_many", "apply",
    ],
)  # fmt: skip
def test_what_a_killed_call_did_is_undone(server: DirectusServer, items: Any, tmp_path: Path, name: str) -> None:
    before, moments, kills = contents(items), random.Random(f"undo {name}"), 0
    longest = 1.0
    for number in range(KILLS * 2):
        path = tmp_path / f"{number}.ndjson"
        arguments = [sys.executable, "-c", SCRIPT, server.url, server.admin_token, name, str(path)]
        with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            process.stdout.readline()
            try:
                process.wait(moments.uniform(0, longest))
                longest *= 0.8
            except subprocess.TimeoutExpired:
                process.kill()
                kills += 1
        if path.exists():
            restored = items.restore(path)
            print(name, number, restored, flush=True)
            again = items.restore(path)
            assert (again.updated, again.created, again.deleted) == (0, 0, 0)
        assert contents(items) == before
        if kills == KILLS:
            return
    pytest.fail("the call was never killed so often")
