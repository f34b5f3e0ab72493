"""200,000 rows exported, and 20,000 of them imported, in every format: equal value by value, type by type."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from directus_sdk import Directus
from directus_sdk.testing import DirectusServer

pytestmark = [pytest.mark.live, pytest.mark.soak]

ROWS, FEW = 200_000, 20_000
SPECIALS = {"boolean": "cast-boolean", "json": "cast-json", "csv": "cast-csv"}
KINDS = ["string", "text", "integer", "bigInteger", "decimal", "float", "boolean", "date", "dateTime", "timestamp", "time"]
KINDS += ["uuid", "csv", "json"]
STRINGS = ["", " ", None, "null", "007", '"', '"a", b', "ä\r\nü😀", "\n", "=1+1", "[1]", '{"a":1}', "\u2028", "\\n", "NaN"]
DOCUMENTS: list[Any] = [
    {"a": [1, "ü", None]}, [], {}, None, "text", 5, -0.5, ["1"], {"": ""}, {"n": 9007199254740991, "f": 1e-7},
    {"a.b": {"c": None}},
]  # fmt: skip


def values(number: int) -> dict[str, Any]:
    """The values of an item, as the server takes them; the lengths of the lists of values have no common factor."""
    document = DOCUMENTS[number % len(DOCUMENTS)]
    text = STRINGS[number % len(STRINGS)]
    return {
        "string": text,
        "text": None if number % 4 == 0 else f"{text}{number}",
        "integer": [0, -1, 2**31 - 1, None, number][number % 5],
        "bigInteger": [str(2**53 + number), str(-(2**60) - number), None][number % 3],
        "decimal": None if number % 6 == 0 else f"{number % 90_000 - 45_000}.{number % 100_000:05}",
        "float": [number / 7, -1e-7, None, 3][number % 4],
        "boolean": [True, False, None][number % 3],
        "date": None if number % 7 == 0 else f"{1000 + number % 9000}-02-{number % 28 + 1:02}",
        "dateTime": None if number % 5 == 0 else f"2024-02-29T10:{number % 60:02}:12",
        "timestamp": None if number % 8 == 0 else f"2024-02-29T10:11:{number % 60:02}.{number % 1000:03}Z",
        "time": None if number % 9 == 0 else f"{number % 24:02}:{number % 60:02}:59",
        "uuid": None if number % 10 == 0 else f"{number:08x}-0123-4123-8123-0123456789ab",
        "csv": [["a", f"ü{number}"], ["a b"], None, []][number % 4],
        "json": None if document is None else json.dumps(document),
    }


@pytest.fixture(scope="module")
def directus() -> Iterator[Directus]:
    fields = [
        {"field": "id", "type": "integer", "meta": {}, "schema": {"is_primary_key": True, "has_auto_increment": True}},
        *({"field": f"f_{kind}", "type": kind, "meta": {"special": [SPECIALS[kind]] if kind in SPECIALS else []}, "schema": {}}
          for kind in KINDS),
    ]  # fmt: skip
    with DirectusServer() as server, server.directus() as directus:
        for name in ("many", "few", "copy"):
            body = {"collection": name, "schema": {}, "meta": {"accountability": None}, "fields": fields}
            directus.collections.create_one(body)
        rows = ({f"f_{kind}": value for kind, value in values(number).items()} for number in range(FEW))
        directus.items("few").create_many(rows, returning=None)
        # The others are copies of those, in the database: sending them would take minutes.
        names = ", ".join(f"f_{kind}" for kind in KINDS)
        with sqlite3.connect(server.folder / "data.db", timeout=60) as database:
            for _ in range(ROWS // FEW):
                database.execute(f"INSERT INTO many ({names}) SELECT {names} FROM few ORDER BY id")
        database.close()
        yield directus


def digest(items: Any) -> str:
    """A hash in which 1, 1.0, true and "1" differ."""
    result = hashlib.sha256()
    for item in items.iterate(sort="id", page_size=5_000):
        result.update(json.dumps(item, sort_keys=True).encode())
    return result.hexdigest()


@pytest.mark.parametrize("name", ["a.ndjson", "a.csv", "a.csv.gz", "a.parquet"])
def test_what_is_exported_is_what_the_server_has(directus: Directus, tmp_path: Path, name: str) -> None:
    many, few, copy = (directus.items(name) for name in ("many", "few", "copy"))
    figures = []

    def timed(call: Any, *arguments: Any, **options: Any) -> Any:
        started = time.perf_counter()
        result = call(*arguments, **options)
        figures.append(round(time.perf_counter() - started, 1))
        return result

    file = timed(many.export, tmp_path / name)
    assert (file.count, file.left_out) == (ROWS, ())
    plan = timed(many.sync, file.path, delete_missing=True)
    assert str(plan) == f"+0 ~0 -0 ={ROWS}"

    few.export(tmp_path / f"few-{name}")
    before = digest(few)
    try:
        assert timed(copy.create_many, tmp_path / f"few-{name}", returning=None).count == FEW
        assert digest(copy) == before
        assert str(timed(copy.sync, tmp_path / f"few-{name}", delete_missing=True)) == f"+0 ~0 -0 ={FEW}"
        copy.update_by_query({"id": {"_lte": FEW // 2}}, {f"f_{kind}": None for kind in KINDS}, returning=None)
        assert digest(copy) != before
        assert timed(copy.upsert_many, tmp_path / f"few-{name}", returning=None).count == FEW
        assert digest(copy) == before
    finally:
        copy.delete_by_query(all_items=True)
    print(f"{name}: export, sync of {ROWS:,} rows; create, sync, upsert of {FEW:,}: {figures} s", file=sys.stderr)
