"""Two worker processes of dask, one of which is killed in the middle: each row is read once and written once."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

import pytest

from directus_sdk import Directus, Partition
from directus_sdk.testing import DirectusServer

pytestmark = [pytest.mark.live, pytest.mark.soak]

READ = 200_000
WRITTEN = 20_000


def load(part: Partition, killed: str) -> Any:
    with Directus.from_env() as directus:
        frame = part.read_frame(directus, page_size=5_000, types={"id": "integer", "n": "integer"})
    die_once(killed)
    return frame


def save(frame: Any, killed: str) -> Any:
    half = len(frame) // 2
    with Directus.from_env() as directus:
        directus.items("target").upsert_many(frame[:half], returning=None)
        die_once(killed)
        directus.items("target").upsert_many(frame[half:], returning=None)
    return frame


def die_once(killed: str) -> None:
    try:
        Path(killed).touch(exist_ok=False)
    except FileExistsError:
        return
    os.kill(os.getpid(), signal.SIGKILL)


def test_each_row_is_read_and_written_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import dask.dataframe as dd
    from dask.distributed import Client, LocalCluster

    key = {"field": "id", "type": "integer", "schema": {"is_primary_key": True}, "meta": {}}
    number = {"field": "n", "type": "integer", "schema": {}, "meta": {}}
    with DirectusServer() as server, server.directus() as directus:
        monkeypatch.setenv("DIRECTUS_URL", server.url)
        monkeypatch.setenv("DIRECTUS_TOKEN", server.admin_token)
        for name in ("source", "target"):
            directus.collections.create_one({"collection": name, "schema": {}, "meta": {}, "fields": [key, number]})
        source = directus.items("source")
        source.create_many(({"id": n, "n": n % 97} for n in range(1, READ + 1)), returning=None, batch_size=10_000)
        parts = source.partitions(16, fields=["id", "n"])
        few = source.partitions(4, fields=["id", "n"], filter={"id": {"_lte": WRITTEN}})
        with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0") as cluster, Client(cluster):
            frame = dd.from_map(load, parts, killed=str(tmp_path / "reading")).compute()
            assert sorted(frame["id"]) == list(range(1, READ + 1))
            assert int(frame["n"].sum()) == sum(n % 97 for n in range(1, READ + 1))
            rows = dd.from_map(load, few, killed=str(tmp_path / "reading"))
            rows.map_partitions(save, killed=str(tmp_path / "writing"), meta=rows._meta).compute()
        assert {path.name for path in tmp_path.iterdir()} >= {"reading", "writing"}
        written = directus.items("target").read_all(fields=["id", "n"], page_size=5_000)
        assert sorted((row["id"], row["n"]) for row in written) == [(n, n % 97) for n in range(1, WRITTEN + 1)]
