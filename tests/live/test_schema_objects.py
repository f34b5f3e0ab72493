"""The schema of a project with everything, as objects, on real servers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from directus_sdk import Directus
from directus_sdk.schema import Schema
from directus_sdk.testing import DirectusServer
from tests import rich_project
from tests.live.conftest import DATABASE, VERSION

pytestmark = pytest.mark.live


@pytest.fixture(scope="module")
def rich() -> Iterator[Directus]:
    """A server with the project."""
    with DirectusServer(VERSION, DATABASE) as server, server.directus() as directus:
        rich_project.build(directus, geometry=DATABASE == "sqlite3")
        yield directus


def test_what_is_read_and_a_snapshot_agree(rich: Directus, tmp_path: Path) -> None:
    read = rich.schema.read()
    assert read.collections["directus_users"].complete
    assert Schema.from_snapshot(rich.schema.snapshot()) == read.custom()
    for kind in ("json", "yaml"):
        path = tmp_path / f"snapshot.{kind}"
        path.write_text(rich.schema.snapshot(export=kind), encoding="utf-8")  # type: ignore[call-overload]
        assert Schema.from_snapshot(path) == read.custom()
    assert read.vendor == Schema.from_snapshot(rich.schema.snapshot()).vendor


@pytest.mark.skipif(not VERSION.startswith("11") or DATABASE != "sqlite3", reason="the recorded snapshot is from Directus 11")
def test_the_recorded_snapshot_is_that_of_the_server(rich: Directus) -> None:
    assert Schema.from_snapshot(rich_project.SNAPSHOT) == rich.schema.read().custom(), "write it again with recorded()"
