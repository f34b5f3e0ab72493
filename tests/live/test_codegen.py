"""Typed clients of a real server: the command, and a typed script on every version."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from directus_sdk import UNSET, Directus
from directus_sdk.codegen import generate
from directus_sdk.codegen.__main__ import main
from directus_sdk.testing import DirectusServer
from tests import rich_project
from tests.codegen.project import imported
from tests.live.conftest import DATABASE, VERSION
from tests.typing import cms as checked_in

pytestmark = pytest.mark.live
COMMAND = [sys.executable, "-m", "directus_sdk.codegen"]


@pytest.fixture(scope="module")
def server() -> Iterator[DirectusServer]:
    """A server with the project that has everything."""
    with DirectusServer(VERSION, DATABASE) as server:
        with server.directus() as directus:
            rich_project.build(directus, geometry=DATABASE == "sqlite3")
        yield server


@pytest.fixture
def directus(server: DirectusServer) -> Iterator[Directus]:
    with server.directus() as directus:
        yield directus


@pytest.mark.parametrize("style", ["attrs", "dataclass", "typeddict", "pydantic"])
def test_every_style_reads_every_collection(directus: Directus, server: DirectusServer, style: Any) -> None:
    module = imported(generate(directus.schema.read(), style), f"live_{style}")
    cms = module.Cms(server.url, token=server.admin_token)
    for collection in module.Cms.default_models:
        if collection == "rich_shapes" and DATABASE == "sqlite3":
            continue  # it needs an extension of SQLite
        if collection == "rich_settings":
            cms.singleton(collection).read(fields=["id"])
        else:
            cms.items(collection).read_many(limit=2)
    cms.users.me.read()
    cms.close()


def script(cms: checked_in.Cms) -> checked_in.RichArticles:
    """What a typed script does; it is checked with the module of tests/typing."""
    author = cms.items("rich_authors").create_one({"name": "Ada"})
    articles = cms.items("rich_articles")
    created = articles.create_one(
        {
            "title": "Hello",
            "status": "draft",
            "author": author.id,
            "rating": 3,
            "labels": ["a"],
            "children": [{"title": "Child"}],
        }
    )
    articles.update_one(created.id, {"status": "published", "price": 1.5})
    articles.create_many([{"title": "Second", "featured": True}], returning=None)
    found = articles.read_many(
        filter={"author": {"name": {"_eq": "Ada"}}, "status": {"_in": ["published"]}, "year(created)": {"_gte": 2020}},
        fields=["*", "author.*", "children.title"],
        sort=["-created", "author.name"],
    )
    assert articles.count(filter={"children": {"_some": {"title": {"_eq": "Child"}}}}) == 1
    assert cms.items("class").create_one({"from": "here", "größe": 1.5, "2nd": "x"}).from_ == "here"
    cms.singleton("rich_settings").update({"site_name": "Ours", "home": created.id})
    assert cms.singleton("rich_settings").read(fields=["site_name"]).site_name == "Ours"
    assert cms.users.me.update({"nickname": "Al"}).nickname == "Al"
    return found[0]


def test_a_typed_script_runs_on_every_version(server: DirectusServer) -> None:
    with checked_in.Cms(server.url, token=server.admin_token) as cms:
        article = script(cms)
        assert (article.title, article.status, article.rating, article.labels) == ("Hello", "published", 3, ["a"])
        assert isinstance(article.author, checked_in.RichAuthors)
        assert article.author.name == "Ada"
        assert isinstance(article.children[0], checked_in.RichArticles)
        assert (article.children[0].title, article.children[0].id) == ("Child", UNSET)
        for name in ("rich_settings", "rich_articles", "rich_authors", "class"):
            if name != "rich_settings":
                plain: Directus = cms
                plain.items(name).delete_by_query(all_items=True)


@pytest.mark.skipif((VERSION, DATABASE) != ("11.17.4", "sqlite3"), reason=f"for 11.17.4 on SQLite, this is {VERSION}")
def test_the_checked_in_module_is_up_to_date(server: DirectusServer, monkeypatch: pytest.MonkeyPatch) -> None:
    path = Path(checked_in.__file__)
    monkeypatch.setenv("DIRECTUS_TOKEN", server.admin_token)
    assert main(["--url", server.url, "-o", str(path), "--check"]) == 0


def test_the_command_finds_drift_and_a_role_without_access(
    server: DirectusServer,
    directus: Directus,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("DIRECTUS_URL", server.url)
    monkeypatch.delenv("DIRECTUS_TOKEN", raising=False)
    monkeypatch.setattr("sys.stdin", io.StringIO(server.admin_token))
    path = tmp_path / "cms.py"
    assert main(["--token-stdin", "-o", str(path)]) == 0
    token = tmp_path / "token"
    token.write_text(f"{server.admin_token}\n")
    options = ["--token-file", str(token), "-o", str(path), "--check"]
    assert main(options) == 0
    directus.fields.create_one("rich_tags", {"field": "color", "type": "string", "meta": {}, "schema": {}})
    try:
        done = subprocess.run([*COMMAND, *options], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (4, "")
        assert done.stdout.splitlines()[1:] == ["+ RichTags.color: str | None"]
    finally:
        directus.fields.delete_one("rich_tags", "color")
    assert main(["-o", str(path)]) == 1
    assert "directus_" in capsys.readouterr().err
