"""The data source of examples/directus_spark.py on a real Spark and a real Directus: `make test-spark`."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from directus_sdk import Directus
from directus_sdk.testing import DirectusServer

pytestmark = [pytest.mark.live, pytest.mark.soak]

pyspark = pytest.importorskip("pyspark", reason="make test-spark installs PySpark")

ROWS = 20_000
EXAMPLES = Path(__file__).parents[2] / "examples"


def field(name: str, kind: str) -> dict[str, Any]:
    return {"field": name, "type": kind, "schema": {"is_primary_key": name == "id"}, "meta": {}}


@pytest.fixture(scope="module")
def directus() -> Iterator[Directus]:
    with DirectusServer() as server, server.directus() as directus:
        os.environ.update(DIRECTUS_URL=server.url, DIRECTUS_TOKEN=server.admin_token)
        columns = [field("id", "integer"), field("name", "string"), field("day", "date"), field("data", "json")]
        for name in ("source", "target"):
            directus.collections.create_one({"collection": name, "schema": {}, "meta": {}, "fields": columns})
        rows = ({"id": n, "name": f"Name {n}", "day": "2026-01-02", "data": {"n": n}} for n in range(1, ROWS + 1))
        directus.items("source").create_many(rows, returning=None, batch_size=5_000)
        yield directus


@pytest.fixture(scope="module")
def spark(directus: Directus) -> Iterator[Any]:
    sys.path.insert(0, str(EXAMPLES))
    os.environ["PYSPARK_PYTHON"] = sys.executable
    os.environ["PYTHONPATH"] = os.pathsep.join([str(EXAMPLES), os.environ.get("PYTHONPATH", "")])  # for the workers
    from directus_spark import DirectusSource
    from pyspark.sql import SparkSession

    # A task that fails is run again, up to four times, as on a cluster.
    session = SparkSession.builder.master("local[2,4]").config("spark.ui.enabled", "false").getOrCreate()
    session.dataSource.register(DirectusSource)
    yield session
    gateway = session.sparkContext._gateway
    session.stop()
    gateway.shutdown()
    gateway.proc.stdin.close()
    gateway.proc.wait(30)
    sys.path.remove(str(EXAMPLES))


def read(spark: Any, **options: object) -> Any:
    reader = spark.read.format("directus").option("collection", "source")
    for name, value in options.items():
        reader = reader.option(name, value)
    return reader.load()


def test_each_row_is_read_once_with_its_types(spark: Any) -> None:
    frame = read(spark, partitions=5)
    assert dict(frame.dtypes) == {"id": "int", "name": "string", "day": "date", "data": "string"}
    rows = frame.collect()
    assert sorted(row.id for row in rows) == list(range(1, ROWS + 1))
    first = min(rows, key=lambda row: row.id)
    assert (first.name, first.day, first.data) == ("Name 1", date(2026, 1, 2), '{"n": 1}')


def test_each_row_is_written_once_although_a_worker_is_killed(spark: Any, directus: Directus, tmp_path: Path) -> None:
    once = str(tmp_path / "killed")

    def killed_once(batches: Any) -> Any:
        for number, batch in enumerate(batches):
            yield batch
            if number == 1 and not Path(once).exists():
                Path(once).touch()
                os.kill(os.getpid(), signal.SIGKILL)

    spark.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", "1000")
    frame = read(spark, partitions=4).select("id", "name", "day")
    frame.mapInPandas(killed_once, frame.schema).write.format("directus").option("collection", "target").mode("append").save()
    assert Path(once).exists()
    written = directus.items("target").read_all(fields=["id", "name"], page_size=5_000)
    assert sorted((row["id"], row["name"]) for row in written) == [(n, f"Name {n}") for n in range(1, ROWS + 1)]


def test_the_token_is_in_no_plan(spark: Any, capfd: pytest.CaptureFixture[str]) -> None:
    frame = read(spark)
    frame.explain(mode="extended")
    plan = capfd.readouterr().out + str(frame._jdf.queryExecution())
    assert "irectus" in plan
    assert os.environ["DIRECTUS_TOKEN"] not in plan
