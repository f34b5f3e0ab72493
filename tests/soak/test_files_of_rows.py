"""A CSV file of 20,000 rows, and a process that is killed ten times at random moments: each row is written once."""

from __future__ import annotations

import random
import subprocess
import sys
import textwrap
from collections import Counter
from pathlib import Path

import pytest

from directus_sdk.testing import DirectusServer

pytestmark = [pytest.mark.live, pytest.mark.soak]

ROWS = 20_000
KILLS = 10
SCRIPT = textwrap.dedent(
    """
    import sys
    from directus_sdk import Directus

    url, token, path = sys.argv[1:]
    Directus(url, token=token).items("stock").create_many(
        path, checkpoint=path + ".json", match_on="sku", batch_size=500, returning=None,
        progress=lambda done, total: print(done, flush=True),
    )
    """
)


def test_each_row_is_written_once(tmp_path: Path) -> None:
    fields = [
        {"field": "id", "type": "integer", "schema": {"is_primary_key": True, "has_auto_increment": True}, "meta": {}},
        {"field": "sku", "type": "string", "schema": {}, "meta": {}},  # not unique: a row that is written twice stays
        {"field": "n", "type": "integer", "schema": {}, "meta": {}},
    ]
    path = tmp_path / "stock.csv"
    path.write_text("sku,n\n" + "".join(f"s{number},{number}\n" for number in range(ROWS)))
    moments = random.Random(21)
    with DirectusServer() as server, server.directus() as directus:
        directus.collections.create_one({"collection": "stock", "schema": {}, "meta": {}, "fields": fields})
        arguments = [sys.executable, "-c", SCRIPT, server.url, server.admin_token, str(path)]
        kills = 0
        for _ in range(KILLS + 1):
            with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as process:
                assert process.stdout is not None
                process.stdout.readline()
                try:
                    process.wait(None if kills == KILLS else moments.uniform(0, 2))
                except subprocess.TimeoutExpired:
                    process.kill()
                    kills += 1
        assert kills == KILLS
        assert process.returncode == 0
        found = Counter(row["sku"] for row in directus.items("stock").iterate(fields=["sku"]))
        assert found == Counter(f"s{number}" for number in range(ROWS))
