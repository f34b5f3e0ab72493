"""10,000 updated and 1,000 deleted items: `restore` puts each value back, and refuses if one was changed since."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from directus_sdk import Directus
from directus_sdk.testing import DirectusServer

pytestmark = [pytest.mark.live, pytest.mark.soak]

ROWS, UPDATED, DELETED = 20_000, 10_000, 1_000
SPECIALS = {"boolean": "cast-boolean", "json": "cast-json", "csv": "cast-csv", "hash": "hash"}
TYPES = ["string", "text", "integer", "bigInteger", "decimal", "float", "boolean", "date", "dateTime", "timestamp", "time"]
TYPES += ["uuid", "csv", "json", "hash"]
#: What the server masks, and what it sets itself.
EXEMPT = ("f_hash", "created_on", "updated_on")
#: It runs in a process of its own, so that its peak memory is its own.
RESTORE = textwrap.dedent(
    """
    import sys, time
    from pathlib import Path
    from directus_sdk import Directus

    def peak():
        lines = Path("/proc/self/status").read_text().splitlines()
        return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024

    items = Directus(sys.argv[1], token=sys.argv[2]).items("things")
    items.read_many(limit=1)
    before, started = peak(), time.perf_counter()
    restored = items.restore(sys.argv[3])
    print(restored.updated, restored.created, restored.deleted, restored.unchanged, "; ".join(restored.not_restored))
    print(f"{time.perf_counter() - started:.1f} s, {peak():.0f} MB, {peak() - before:.0f} MB added", file=sys.stderr)
    """
)


def field(name: str, kind: str, *special: str) -> dict[str, Any]:
    specials = [*special, SPECIALS[kind]] if kind in SPECIALS else list(special)
    return {"field": name, "type": kind, "meta": {"special": specials}, "schema": {}}


def values(number: int) -> dict[str, Any]:
    """The values of an item; each fifth has nulls, and each seventh empty strings."""
    if number % 5 == 0:
        return {f"f_{kind}": None for kind in TYPES if kind != "hash"}
    return {
        "f_string": "" if number % 7 == 0 else f'"ä", 😀\n{number}',
        "f_text": "null" if number % 3 else "x" * 300,
        "f_integer": number - 10_000,
        "f_bigInteger": str(2**53 + number),
        "f_decimal": f"{number % 90_000}.{number % 100:02}000",
        "f_float": number / 7,
        "f_boolean": number % 2 == 0,
        "f_date": f"20{number % 90 + 10}-02-0{number % 9 + 1}",
        "f_dateTime": f"2024-02-29T10:11:{number % 60:02}",
        "f_timestamp": f"2024-02-29T10:11:{number % 60:02}.{number % 1000:03}Z",
        "f_time": f"{number % 24:02}:00:59",
        "f_uuid": f"{number:08x}-0123-4123-8123-0123456789ab",
        "f_csv": ["a", f"ü{number}"],
        "f_json": f'"{number}"' if number % 6 == 0 else {"n": number, "list": [1, 2.5, None, {"b": ["ü", False]}], "": ""},
        "owner": number % 50 + 1,
    }


@pytest.fixture(scope="module")
def server() -> Iterator[DirectusServer]:
    with DirectusServer() as server:
        yield server


@pytest.fixture
def directus(server: DirectusServer) -> Iterator[Directus]:
    key = {"field": "id", "type": "integer", "meta": {}, "schema": {"is_primary_key": True, "has_auto_increment": True}}
    fields = [key, *(field(f"f_{kind}", kind) for kind in TYPES), field("owner", "integer"), field("parent", "integer")]
    fields += [field("created_on", "timestamp", "date-created"), field("updated_on", "timestamp", "date-updated")]
    with server.directus() as directus:
        meta = {"accountability": None}
        for name, own in (("owners", [key, field("name", "string")]), ("things", fields)):
            directus.collections.create_one({"collection": name, "schema": {}, "meta": meta, "fields": own})
        for name, related in (("owner", "owners"), ("parent", "things")):
            directus.relations.create_one({"collection": "things", "field": name, "related_collection": related})
        directus.items("owners").create_many([{"id": number, "name": f"Owner {number}"} for number in range(1, 51)])
        rows = ({"id": number, **values(number), "parent": None} for number in range(1, ROWS + 1))
        directus.items("things").create_many(rows, returning=None)
        with sqlite3.connect(server.folder / "data.db", timeout=60) as database:  # the server would need minutes to hash
            database.execute("UPDATE things SET f_hash = '$argon2id$v=19$m=65536,t=3,p=4$c2FsdA$aGFzaA' WHERE id % 10 = 1")
            database.execute("UPDATE things SET parent = id + 1 WHERE id % 4 = 1")
        database.close()
        yield directus
        directus.fields.delete_one("things", "parent")  # Directus 11.17 cannot delete a collection related with itself
        for name in ("things", "owners"):
            directus.collections.delete_one(name)


def digest(items: Any) -> str:
    """A hash over all fields but those that are exempt, in which 1, 1.0, true and "1" differ."""
    result = hashlib.sha256()
    for item in items.iterate(sort="id", page_size=5_000):
        result.update(json.dumps([value for name, value in sorted(item.items()) if name not in EXEMPT]).encode())
    return result.hexdigest()


@pytest.mark.parametrize("way", ["calls", "plan"])
def test_each_value_is_as_it_was(directus: Directus, server: DirectusServer, tmp_path: Path, way: str) -> None:
    items, paths = directus.items("things"), [tmp_path / "1.ndjson", tmp_path / "2.ndjson"]
    before = digest(items)
    changes = [{**values(number + 11), "id": number, "parent": number - 1} for number in range(ROWS - UPDATED + 1, ROWS + 1)]
    deleted = list(range(5, ROWS - UPDATED, (ROWS - UPDATED) // DELETED))[:DELETED]
    if way == "calls":
        assert items.update_batch(changes, returning=None, keep_before=paths[0]).count == UPDATED
        assert items.delete_many(deleted, keep_before=paths[1]).count == DELETED
    else:
        kept = [{"id": number} for number in range(1, ROWS - UPDATED + 1) if number not in set(deleted)]
        plan = items.sync([*kept, *changes], delete_missing=True)
        assert (len(plan.update), len(plan.delete)) == (UPDATED, DELETED)
        paths.pop()
        plan.apply(keep_before=paths[0])
    after = digest(items)
    assert after != before
    assert items.count() == ROWS - DELETED

    items.update_one(ROWS - 2, {"f_string": "since"})
    with pytest.raises(ValueError, match=rf"f_string of item {ROWS - 2} was changed\. Nothing was sent"):
        items.restore(paths[0])
    items.update_one(ROWS - 2, {"f_string": changes[-3]["f_string"]})
    assert digest(items) == after

    counts = [0, 0, 0, 0]
    for path in reversed(paths):
        done = subprocess.run(
            [sys.executable, "-c", RESTORE, server.url, server.admin_token, str(path)],
            check=True, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        *numbers, notes = done.stdout.split(" ", 4)
        counts = [one + int(more) for one, more in zip(counts, numbers, strict=True)]
        assert ("f_hash: the server masks its values" in notes) == (path == paths[-1])
    assert counts == [UPDATED, DELETED, 0, 0]
    assert digest(items) == before
