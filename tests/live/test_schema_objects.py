"""The schema of a project with everything, as objects, on real servers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from directus_sdk import Directus, Forbidden
from directus_sdk.schema import Schema
from directus_sdk.testing import DirectusServer
from tests import rich_project
from tests.live.conftest import DATABASE, VERSION, Workshop

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


def test_the_schema_of_a_project_with_everything(rich: Directus) -> None:
    schema = rich.schema.read()
    types = {**schema.collections["rich_types"].types, **schema.collections["rich_shapes"].types}
    changed = {"decimal": "float"} if schema.vendor == "sqlite" else {"binary": "unknown"}
    for kind in rich_project.TYPES:
        if not kind.startswith("geometry") or DATABASE == "sqlite3":
            assert types[rich_project.type_name(kind)] == changed.get(kind, kind)
    relations = schema.collections["rich_articles"].relations
    assert {name: relation.kind for name, relation in relations.items() if relation.kind != "m2o"} == {
        "children": "o2m", "tags": "m2m", "gallery": "m2m", "blocks": "m2a", "translations": "translations",
    }  # fmt: skip
    assert relations["parent"].related == "rich_articles"
    assert schema.collections["rich_settings"].singleton
    assert schema.collections["rich_folder"].folder
    assert schema.collections["directus_users"].primary_key == "id"
    assert schema.collections["directus_users"].fields["nickname"].system is False
    assert schema.collections["directus_users"].fields["email"].system is True
    assert schema.collections["class"].fields["größe"].type == "float"


def test_descriptions(rich: Directus) -> None:
    schema = rich.schema.read()
    assert rich.items("rich_articles").describe() == schema.describe("rich_articles")
    assert rich.singleton("rich_settings").describe() == schema.describe("rich_settings")
    assert rich.users.describe() == schema.describe("directus_users")
    assert rich.collections.describe() == schema.custom().describe()
    assert rich.collections.describe(system=True) == schema.describe()
    with pytest.raises(Forbidden, match=r"GET /fields/nothing was refused"):
        rich.items("nothing").describe()


def test_who_may_read_the_schema(workshop: Workshop, notes: str) -> None:
    public = Directus(workshop.server.url)
    with public, pytest.raises(Forbidden, match="access to the app, or the permission to read directus_collections"):
        public.schema.read()
    with workshop.client_of(workshop.new_role(app_access=False)) as nobody:
        with pytest.raises(Forbidden, match=r"read directus_collections, .*; GET /collections was refused"):
            nobody.schema.read()
        with pytest.raises(Forbidden, match=r"read directus_collections, .*; GET /fields/"):
            nobody.items(notes).describe()
    with workshop.client_of(workshop.new_role(app_access=True)) as member:
        schema = member.schema.read()
    assert notes not in schema.collections  # its items may not be read
    assert "directus_users" in schema.collections


def test_the_types_of_a_frame(rich: Directus) -> None:
    values = {"integer": 1, "bigInteger": 2**40, "boolean": True, "date": "2024-01-02", "timestamp": "2024-01-02T03:04:05Z"}
    items = rich.items("rich_types")
    items.create_one({rich_project.type_name(kind): value for kind, value in values.items()} | {"a_string": "2024-01-02"})
    columns = {kind: rich_project.type_name(kind) for kind in (*values, "string", "decimal")}
    types = rich.schema.read().collections["rich_types"].types
    frame = items.read_frame(fields=[*columns.values()], types=types)
    assert frame["a_big_integer"].tolist() == [2**40]
    assert frame["a_string"].tolist() == ["2024-01-02"]
    assert str(frame["a_timestamp"].dt.tz) == "UTC"
    assert frame["a_date"].dt.year.tolist() == [2024]
    empty = items.read_frame(fields=[*columns.values()], types=types, filter={"id": {"_eq": 0}})
    assert [str(empty[columns[kind]].dtype) for kind in ("integer", "boolean")] == ["Int64", "boolean"]
