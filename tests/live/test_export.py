"""Exports of a real server: every value in every format, masked fields, and a run that is killed."""

from __future__ import annotations

import csv
import gzip
import json
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from directus_sdk import Directus, DirectusError
from tests.live.shop import Shop, shop_of

pytestmark = pytest.mark.live


@pytest.fixture
def shop(directus: Directus) -> Iterator[Shop]:
    with shop_of(directus) as shop:
        yield shop


def filled(shop: Shop, kind: str, count: int) -> list[dict[str, Any]]:
    names = ["Ada", None, "", 'say "hi",\r\nü😀', "null"]
    tags = [["a", 1], None, {"b": {"c": None}}, [], {"n": 1.5}]
    rows = [
        {
            "sku": f"s{number:03}",
            "name": names[number % 5],
            "n": [number, None][number % 7 == 0],
            "day": ["2024-02-29", None][number % 3 == 0],
            "at": ["2024-02-29T23:59:59.120Z", None][number % 4 == 0],
            "tags": tags[number % 5],
        }
        for number in range(count)
    ]
    shop.items(kind).create_many(rows, returning=None)
    return list(shop.items(kind).read_all(sort="id"))


@pytest.mark.parametrize(("kind", "workers"), [("integer", 3), ("uuid", 1), ("uuid", 3)])
def test_files_hold_what_the_server_has(shop: Shop, tmp_path: Path, kind: str, workers: int) -> None:
    found = filled(shop, kind, 40)
    items = shop.items(kind)
    for name in ("a.ndjson", "a.ndjson.gz", "a.csv", "a.parquet"):
        assert items.export(tmp_path / name, page_size=9, workers=workers).count == 40
    lines = (tmp_path / "a.ndjson").read_text().splitlines()
    assert [json.loads(line) for line in lines] == found
    assert gzip.decompress((tmp_path / "a.ndjson.gz").read_bytes()).decode().splitlines() == lines
    with (tmp_path / "a.csv").open(newline="", encoding="utf-8") as file:
        cells = list(csv.DictReader(file))
    assert [row["name"] for row in cells] == [row["name"] or "" for row in found]
    assert [json.loads(row["tags"] or "null") for row in cells] == [row["tags"] for row in found]
    table = pytest.importorskip("pyarrow.parquet").read_table(tmp_path / "a.parquet")
    assert table["n"].to_pylist() == [row["n"] for row in found]
    assert [day and day.isoformat() for day in table["day"].to_pylist()] == [row["day"] for row in found]
    assert [None if tags is None else json.loads(tags) for tags in table["tags"].to_pylist()] == [row["tags"] for row in found]
    assert table.schema.field("at").type.tz == "UTC"


def test_passwords_are_never_written(directus: Directus, tmp_path: Path) -> None:
    file = directus.users.export(tmp_path / "users.ndjson")
    assert {"password", "token"} <= set(file.left_out)
    assert "*****" not in file.path.read_text()
    with pytest.raises(ValueError, match="masks the values of password"):
        directus.users.export(tmp_path / "users.csv", fields=["id", "password"])
    nested = directus.items("directus_files").export(tmp_path / "files.csv", fields=["id", "uploaded_by.*"])
    assert "*****" not in nested.path.read_text()


def test_a_run_that_is_killed_is_continued(shop: Shop, directus: Directus, tmp_path: Path) -> None:
    found = filled(shop, "integer", 60)
    program = f"""
        import os, signal, sys
        from directus_sdk import Directus, DirectusError
        from directus_sdk.tables import partial_table

        partial_table._INTERVAL = 0
        directus = Directus({directus.url!r}, token=sys.argv[1])
        def stop(done, total):
            if done >= 30:
                os.kill(os.getpid(), signal.SIGKILL)
        directus.items({shop.name("integer")!r}).export({str(tmp_path / "a.ndjson")!r}, page_size=10, progress=stop)
    """
    ended = subprocess.run([sys.executable, "-c", textwrap.dedent(program), directus.auth.token], check=False)
    assert ended.returncode == -signal.SIGKILL
    assert not (tmp_path / "a.ndjson").exists()
    done: list[int] = []
    file = shop.items().export(tmp_path / "a.ndjson", page_size=10, progress=lambda count, total: done.append(count))
    assert done[0] == 30
    assert [json.loads(line) for line in file.path.read_text().splitlines()] == found
    assert [path.name for path in tmp_path.iterdir()] == ["a.ndjson"]


@pytest.mark.directus(">=11")  # earlier ones say nothing of an export that failed
def test_the_server_exports_to_its_file_library(directus: Directus, shop: Shop) -> None:
    filled(shop, "integer", 5)
    name = shop.name("integer")
    first = directus.utils.export(name, "json", fields=["id"])
    second = directus.utils.export(name, "csv", fields=["id", "sku"], file={"title": "Mine"})
    assert second.wait()["title"] == "Mine"
    assert second.wait()["filesize"] == len(directus.assets.read(second.wait()["id"]))
    assert json.loads(directus.assets.read(first.wait()["id"])) == [{"id": number} for number in range(1, 6)]
    failing = directus.utils.export(name, "csv", {"fields": ["nowhere"]})
    with pytest.raises(DirectusError, match="could not export"):
        failing.wait(timeout=60)
    for export in (first, second):
        directus.files.delete_one(export.wait()["id"])
