"""Exports that are killed at random moments: in the end each item is in the file once."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from directus_sdk import Directus

pytestmark = pytest.mark.soak

ROWS = 20_000
PROGRAM = """
import sys
from directus_sdk import Directus
from directus_sdk.tables import partial_table

partial_table._INTERVAL = 0.05
Directus(sys.argv[1], token=sys.argv[2]).items("killed").export(sys.argv[3], page_size=200)
"""


@pytest.mark.parametrize("name", ["a.ndjson", "a.csv.gz", "a.parquet"])
def test_each_item_is_in_the_file_once(directus: Directus, tmp_path: Path, name: str) -> None:
    fields: list[dict[str, Any]] = [
        {"field": "id", "type": "integer", "meta": {}, "schema": {"is_primary_key": True, "has_auto_increment": True}},
        {"field": "n", "type": "integer", "meta": {}, "schema": {}},
    ]
    body = {"collection": "killed", "meta": {"accountability": None}, "schema": {}, "fields": fields}
    directus.request("POST", "/collections", json=body)
    try:
        directus.items("killed").create_many(({"n": number} for number in range(ROWS)), returning=None)
        command = [sys.executable, "-c", PROGRAM, directus.url, directus.auth.token, str(tmp_path / name)]
        kills = 0
        while kills < 10:
            process = subprocess.Popen(command)
            time.sleep(random.uniform(0.3, 1.2))
            process.send_signal(signal.SIGKILL)
            if process.wait() == 0:
                break  # it was faster
            kills += 1
        assert subprocess.run(command, check=False).returncode == 0
        assert kills
        file = directus.items("killed").export(tmp_path / f"whole-{name}", page_size=200)
        assert file.count == ROWS
        assert (tmp_path / name).read_bytes() == file.path.read_bytes()
        if name == "a.ndjson":
            assert [json.loads(line)["n"] for line in file.path.read_text().splitlines()] == list(range(ROWS))
    finally:
        directus.request("DELETE", "/collections/killed")
