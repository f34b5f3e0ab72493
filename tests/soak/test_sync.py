"""A `sync` of a million rows of a CSV file: its memory use stays below 128 MB."""

from __future__ import annotations

import csv
import json
import sqlite3
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from directus_sdk.testing import DirectusServer

pytestmark = [pytest.mark.live, pytest.mark.soak]

ROWS = 1_000_000
MEGABYTES = 128
FIELDS = [
    {"field": "id", "type": "integer", "meta": {}, "schema": {"is_primary_key": True, "has_auto_increment": True}},
    {"field": "sku", "type": "string", "meta": {}, "schema": {}},
    {"field": "title", "type": "string", "meta": {}, "schema": {}},
    {"field": "price", "type": "float", "meta": {}, "schema": {}},
]
SCRIPT = textwrap.dedent(
    """
    import json, sys
    from pathlib import Path
    from directus_sdk import Directus

    url, token, path = sys.argv[1:]
    plan = Directus(url, token=token).items("stock").sync(path, match_on="sku", delete_missing=True)
    status = Path("/proc/self/status").read_text()  # ru_maxrss has the peak of the parent process as well
    print(json.dumps([str(plan), int(status.split("VmHWM:")[1].split()[0])]))
    """
)


def row(number: int) -> tuple[int, str, str, float]:
    return number, f"sku-{number}", f"Article {number}", number / 4


@pytest.mark.skipif(sys.platform != "linux", reason="the peak is read from /proc")
def test_a_million_rows_in_flat_memory(tmp_path: Path) -> None:
    path = tmp_path / "stock.csv"
    with DirectusServer() as server:
        body = {"collection": "stock", "meta": {"accountability": None}, "schema": {}, "fields": FIELDS}
        with server.directus() as directus:
            directus.request("POST", "/collections", json=body)
        database = sqlite3.connect(server.folder / "data.db", timeout=60)
        with database:
            database.executemany("INSERT INTO stock (id, sku, title, price) VALUES (?, ?, ?, ?)", map(row, range(1, ROWS + 1)))
        database.close()
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(["id", "sku", "title", "price"])
            for index in range(ROWS):
                # A prime step visits each number once, in another order than that of the keys.
                number, sku, title, price = row(index * 7919 % ROWS + 1)
                writer.writerow([number, sku, title, price + 1 if number % 2_000 == 0 else price])
        command = [sys.executable, "-c", SCRIPT, server.url, server.admin_token, str(path)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    plan, kilobytes = json.loads(done.stdout)
    assert plan == "+0 ~500 -0 =999500"
    assert kilobytes / 1024 < MEGABYTES
