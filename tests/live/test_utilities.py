"""The tools of a real server: import and export, sorting, undoing, random texts, the cache."""

from __future__ import annotations

import csv
import io
import json
import time
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest

from directus_sdk import Directus, Forbidden, InvalidPayload, NotFound, UnsupportedMediaType

pytestmark = pytest.mark.live


def exported(directus: Directus, collection: str, format: str, **params: object) -> bytes:
    """Export into a file, and read it as soon as the server has written it."""
    title = uuid.uuid4().hex
    directus.utils.export(collection, format, {"sort": ["id"], "fields": ["id", "title"], **params}, {"title": title})
    end = time.monotonic() + 10
    while time.monotonic() < end:
        found = directus.files.first(filter={"title": {"_eq": title}, "filesize": {"_gt": 0}})
        if found:
            content = directus.assets.read(found["id"])
            directus.files.delete_one(found["id"])
            return content
    raise AssertionError("no exported file came within 10 s")


READERS: dict[str, Callable[[str], list[dict[str, object]]]] = {
    "csv": lambda text: [{"id": int(row["id"]), "title": row["title"]} for row in csv.DictReader(io.StringIO(text))],
    "json": json.loads,
}


@pytest.mark.parametrize("format", ["csv", "json"])
def test_export_and_import_back(admin: Directus, notes: str, tmp_path: Path, format: str) -> None:
    content = exported(admin, notes, format)
    rows = READERS[format](content.decode())
    assert [row["title"] for row in rows] == ["Note 1", "Note 2", "Note 3"]
    path = tmp_path / f"notes.{format}"
    path.write_bytes(content.replace(b"Note 2", b"Changed outside").replace(b"Note 1", "Nöte 1".encode()))
    admin.utils.import_file(notes, path)
    assert [note["title"] for note in admin.items(notes).read_all(sort="id")] == ["Nöte 1", "Changed outside", "Note 3"]


def test_export_yaml_and_import_it_as_json(admin: Directus, notes: str) -> None:
    lines = exported(admin, notes, "yaml").decode().replace("- ", "  ").splitlines()
    rows = [
        {"id": int(lines[at].partition(":")[2]), "title": lines[at + 1].partition(": ")[2] + "!"}
        for at in range(0, len(lines), 2)
    ]
    admin.utils.import_file(notes, json.dumps(rows).encode(), filename="notes.json")
    assert [note["title"] for note in admin.items(notes).read_all(sort="id")] == ["Note 1!", "Note 2!", "Note 3!"]


def test_export_of_some(admin: Directus, notes: str) -> None:
    rows = json.loads(exported(admin, notes, "json", filter={"id": {"_gt": 2}}))
    assert [row["id"] for row in rows] == [3]
    with pytest.raises(ValueError, match="format"):
        admin.utils.export(notes, "docx", sort="id")


@pytest.mark.directus(">=11.12")
def test_import_in_the_background(admin: Directus, notes: str) -> None:
    admin.utils.import_file(notes, b"title\nLater\n", content_type="text/csv", background=True)
    end = time.monotonic() + 10
    while not admin.items(notes).count({"title": {"_eq": "Later"}}):
        assert time.monotonic() < end


def test_import_of_something_else(admin: Directus, notes: str) -> None:
    with pytest.raises(UnsupportedMediaType):
        admin.utils.import_file(notes, b"\x00\x01", filename="notes.bin")


@pytest.mark.directus(">=12.1")
def test_import_of_several_collections(admin: Directus, notes: str) -> None:
    batch = [{"collection": notes, "items": [{"title": "Batch"}]}]
    told = admin.utils.import_batch(batch, dry_run=True)
    assert told["applied"] is False
    assert admin.items(notes).count() == 3
    assert admin.utils.import_batch(batch)["applied"] is True
    done = admin.utils.import_batch(json.dumps(batch).encode(), filename="batch.json", mode="add")
    assert len(done["collections"][notes]["new"]) == 1
    assert admin.items(notes).count() == 5


def test_sort(admin: Directus, notes: str) -> None:
    admin.utils.sort(notes, 3, 1)
    assert [note["id"] for note in admin.items(notes).read_many(sort="sort")] == [3, 1, 2]


def test_revert(admin: Directus, notes: str) -> None:
    items = admin.items(notes)
    items.update_one(1, {"title": "First"})
    items.update_one(1, {"title": "Second"})
    mine = {"collection": {"_eq": notes}, "item": {"_eq": "1"}}
    first = admin.revisions.read_many(filter=mine, sort="-id", fields=["id"], limit=2)[1]
    admin.utils.revert(first["id"])
    assert items.read_one(1)["title"] == "First"


def test_random_text(admin: Directus) -> None:
    assert len(admin.utils.random.string()) == 32
    assert len(admin.utils.random.string(10)) == 10


@pytest.mark.directus("<12.1")
def test_hashes(admin: Directus) -> None:
    made = admin.utils.hash.generate("secret")
    assert admin.utils.hash.verify("secret", made) is True
    assert admin.utils.hash.verify("other", made) is False


@pytest.mark.directus(">=12.1")
def test_no_hashes(admin: Directus) -> None:
    with pytest.raises(NotFound):
        admin.utils.hash.generate("secret")


def test_the_cache_is_emptied(admin: Directus) -> None:
    admin.utils.cache.clear()
    admin.utils.cache.clear(system=True)
    with Directus(admin.url) as nobody, pytest.raises(Forbidden):
        nobody.utils.cache.clear()


@pytest.mark.directus(">=11.17")
def test_a_collection_gets_translations(admin: Directus, notes: str) -> None:
    admin.utils.generate_translations(notes, ["title"], seed_languages=True)
    made = [found["collection"] for found in admin.collections.read_all() if found["collection"].startswith(notes)]
    assert f"{notes}_translations" in made
    assert admin.items("languages").count() > 0
    for name in (f"{notes}_translations", "languages"):
        admin.collections.delete_one(name)


@pytest.mark.directus(">=11.17")
def test_where_a_sign_in_may_lead(admin: Directus) -> None:
    assert admin.utils.resolve_redirect("/admin/content") == "/admin/content"
    with pytest.raises(InvalidPayload):
        admin.utils.resolve_redirect("https://example.com/elsewhere", provider="other")
