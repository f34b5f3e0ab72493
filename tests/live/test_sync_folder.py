"""`files.sync_folder` between folders of a real server and of this machine."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from directus_sdk import BulkError, ConfigurationError, Directus, NotFound
from directus_sdk.testing import DirectusServer

pytestmark = pytest.mark.live


@pytest.fixture
def directus(directus_server: DirectusServer) -> Iterator[Directus]:
    with directus_server.directus() as client:
        yield client


@pytest.fixture
def place() -> str:
    return f"site-{uuid4().hex[:8]}"


def write(root: Path, **files: str) -> None:
    for name, text in files.items():
        path = root / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def held(root: Path) -> dict[str, str]:
    return {path.relative_to(root).as_posix(): path.read_text() for path in root.rglob("*") if path.is_file()}


def paths(changes: Any) -> list[str]:
    return [change.path for change in changes]


def test_up_and_down_again(directus: Directus, tmp_path: Path, place: str) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    write(here, a="A", sub__b="B", sub__deep__c="C", empty="")
    plan = directus.files.sync_folder(here, f"{place}/photos")
    assert paths(plan.create) == ["a", "empty", "sub/b", "sub/deep/c"]
    assert str(plan) == "+4 ~0 -0 =0"
    seen: list[tuple[int, int | None]] = []
    result = plan.apply(on_progress=lambda done, total: seen.append((done, total)))
    assert result.ok
    assert sorted(result) == ["a", "empty", "sub/b", "sub/deep/c"]
    assert max(seen) == (3, 3)
    assert str(directus.files.sync_folder(here, f"{place}/photos")) == "+0 ~0 -0 =4"

    down = directus.files.sync_folder(there, f"{place}/photos", "down")
    assert str(down) == "+4 ~0 -0 =0"
    assert not there.exists()
    down.apply(workers=1)
    assert held(there) == held(here)
    again = directus.files.sync_folder(there, f"{place}/photos", direction="down", checksum=True)
    assert str(again) == "+0 ~0 -0 =4"
    assert not again.conflicts
    with pytest.raises(ConfigurationError, match="this plan was applied"):
        down.apply()


def test_odd_names(directus: Directus, tmp_path: Path, place: str) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    names = ["null", "true", "$NOW", "Ünï 漢🌙.txt", "a'b\"c", ".hidden", "100%", "a b+c&d=e#f?", "x.part", "[1]", "new\nline"]
    write(here, **dict.fromkeys(names, "x"))
    directus.files.sync_folder(here, place).apply()
    assert str(directus.files.sync_folder(here, place)) == f"+0 ~0 -0 ={len(names)}"
    directus.files.sync_folder(there, place, "down").apply()
    assert sorted(held(there)) == sorted(names)


@pytest.mark.skipif(os.name == "nt", reason="Windows does not have such names")
def test_a_name_that_leads_out_on_windows_is_not_uploaded(directus: Directus, tmp_path: Path, place: str) -> None:
    write(tmp_path / "here", **{"a\\b": "x", "C:x": "y", "c": "z"})
    plan = directus.files.sync_folder(tmp_path / "here", place)
    assert (paths(plan.create), paths(plan.conflicts)) == (["c"], ["C:x", "a\\b"])
    plan.apply()
    assert str(directus.files.sync_folder(tmp_path / "there", place, "down")) == "+1 ~0 -0 =0"


def test_what_changed_on_one_side_is_brought_to_the_other(directus: Directus, tmp_path: Path, place: str) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    write(here, a="A", b="B", c="C", d="D")
    directus.files.sync_folder(here, place).apply()
    directus.files.sync_folder(there, place, "down").apply()
    keys = {record["filename_download"]: record["id"] for record in directus.files.read_all(filter={"folder": {"name": place}})}
    write(here, a="A2", e="E")
    (here / "b").unlink()
    (here / "c").touch()  # a new time and the same content
    directus.files.update_one(keys["d"], {"title": "the record only"})
    plan = directus.files.sync_folder(here, place, delete=True)
    assert (paths(plan.create), paths(plan.update), paths(plan.delete)) == (["e"], ["a"], ["b"])
    assert plan.same == 2
    assert not plan.conflicts
    assert plan.update[0].key == plan.update[0].key == keys["a"]
    assert sorted(plan.apply()) == ["a", "b", "e"]

    plan = directus.files.sync_folder(there, place, "down")
    assert (paths(plan.create), paths(plan.update), plan.extra) == (["e"], ["a"], ["b"])
    plan.apply()
    assert held(there) == {"a": "A2", "b": "B", "c": "C", "d": "D", "e": "E"}
    plan = directus.files.sync_folder(there, place, "down", delete=True)
    assert paths(plan.delete) == ["b"]
    plan.apply()
    assert held(there) == held(here)


def test_conflicts_are_left_alone(directus: Directus, tmp_path: Path, place: str) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    write(here, both="1", here="1", there="1", gone="1", equal="1")
    directus.files.sync_folder(here, place).apply()
    directus.files.sync_folder(there, place, "down").apply()
    write(there, both="there", there="there", equal="22")
    (there / "gone").unlink()
    directus.files.sync_folder(there, place, delete=True).apply()
    write(here, both="here!", here="here!", gone="here!", equal="22", new="1")
    write(there, new="22")
    directus.files.sync_folder(there, place).apply()
    before = held(here)

    plan = directus.files.sync_folder(here, place, "down", delete=True)
    assert paths(plan.update) == ["there"]
    assert plan.same == 1
    reasons = {change.path: change.reason for change in plan.conflicts}
    assert reasons == {
        "both": "it was changed on both sides since it was synchronized",
        "gone": "it was changed on one side and deleted on the other",
        "here": "it was changed on the disk since it was synchronized, and only the other side is to be changed",
        "new": "both sides have it with different contents, and it was never synchronized",
    }
    assert "4 conflicts" in str(plan)
    plan.apply()
    assert held(here) == {**before, "there": "there"}
    up = directus.files.sync_folder(here, place)
    assert {"both", "new"} == set(paths(up.conflicts))
    assert paths(up.create) == ["gone"]
    assert paths(up.update) == ["here"]


def test_extra_files_that_were_never_synchronized_are_not_deleted(directus: Directus, tmp_path: Path, place: str) -> None:
    here, empty = tmp_path / "here", tmp_path / "empty"
    empty.mkdir()
    write(here, a="A")
    directus.files.sync_folder(here, place).apply()
    plan = directus.files.sync_folder(empty, place, "up", delete=True)
    assert not plan.delete
    assert "was never synchronized, so it is not deleted" in plan.conflicts[0].reason


def test_without_a_manifest_files_of_one_size_count_as_equal_unless_their_content_is_read(
    directus: Directus, tmp_path: Path, place: str
) -> None:
    here = tmp_path / "here"
    write(here, a="A", b="B")
    directus.files.sync_folder(here, place).apply()
    (tmp_path / "here.sync.json").unlink()
    write(here, a="X")
    assert str(directus.files.sync_folder(here, place)) == "+0 ~0 -0 =2"
    plan = directus.files.sync_folder(here, place, checksum=True)
    assert plan.same == 1
    assert paths(plan.conflicts) == ["a"]


def test_names_of_the_server_that_lead_out_of_the_folder(directus: Directus, tmp_path: Path, place: str) -> None:
    here = tmp_path / "here"
    write(here, a="A")
    directus.files.sync_folder(here, place).apply()
    key = directus.files.upload(b"evil", filename="x", folder=place)["id"]
    for name in ("../evil", "/tmp/evil", "..", ".", "", "a\\..\\..\\evil", "sub/evil", "C:evil"):
        directus.files.update_one(key, {"filename_download": name})
        with pytest.raises(ValueError, match="lead out of the folder"):
            directus.files.sync_folder(tmp_path / "down", place, "down")
        plan = directus.files.sync_folder(here, place, "up", delete=True)  # nothing is written here
        assert not plan.delete
        assert plan.same == 1
    directus.files.delete_one(key)
    folder = directus.folders.create_one(
        {
            "name": "..",
            "parent": directus.files.read_many(limit=1, fields=["folder"], filter={"folder": {"name": place}})[0]["folder"],
        }
    )
    with pytest.raises(ValueError, match=f"the folder {folder['id']}"):
        directus.files.sync_folder(tmp_path / "down", place, "down")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["here", "here.sync.json"]


def test_links_do_not_lead_out_of_the_folder(directus: Directus, tmp_path: Path, place: str) -> None:
    here, outside = tmp_path / "here", tmp_path / "outside"
    write(here, a="A", sub__b="B")
    write(outside, secret="S", b="mine")
    directus.files.sync_folder(here, place).apply()
    (here / "link").symlink_to(outside / "secret")
    (here / "sub" / "b").unlink()
    (here / "sub").rmdir()
    (here / "sub").symlink_to(outside)
    up = directus.files.sync_folder(here, place, delete=True)
    assert {"link", "sub"} <= set(paths(up.conflicts))
    assert not up.create
    assert not up.delete
    down = directus.files.sync_folder(here, place, "down", delete=True)
    assert not down.create
    assert not down.update
    down.apply()
    assert held(outside) == {"secret": "S", "b": "mine"}


def test_a_file_that_changes_after_it_was_compared_is_left_alone(directus: Directus, tmp_path: Path, place: str) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    write(here, a="A", b="B", c="C")
    directus.files.sync_folder(here, place).apply()
    directus.files.sync_folder(there, place, "down").apply()
    write(here, a="A2", b="B2", new="N")
    plan = directus.files.sync_folder(here, place)
    write(here, b="B33")
    key = next(change.key for change in plan.update if change.path == "a")
    assert key is not None
    directus.files.replace(key, b"of another user")
    directus.files.upload(b"theirs", filename="new", folder=place)
    with pytest.raises(BulkError, match="3 of 3 files were not synchronized") as caught:
        plan.apply()
    assert "call sync_folder() again" in str(caught.value)
    assert directus.assets.read(key) == b"of another user"

    plan = directus.files.sync_folder(there, place, "down")
    assert paths(plan.update) == ["a"]
    write(there, a="edited meanwhile", new="mine")
    result = plan.apply(on_error="collect")
    assert [error.item for error in result.errors] == ["new", "a"]
    assert held(there) == {"a": "edited meanwhile", "b": "B", "c": "C", "new": "mine"}


def test_a_run_that_was_interrupted_goes_on(directus: Directus, tmp_path: Path, place: str) -> None:
    here = tmp_path / "here"
    write(here, **{f"f{number}": f"content {number}" for number in range(9)})

    class Stop(BaseException):
        pass

    def stop(done: int, total: int | None) -> None:
        if done > 30:
            raise Stop

    with pytest.raises(Stop):
        directus.files.sync_folder(here, place).apply(workers=1, on_progress=stop)
    plan = directus.files.sync_folder(here, place)
    assert 0 < len(plan.create) < 9
    assert not plan.conflicts
    plan.apply()
    (tmp_path / "here.sync.json").unlink()  # as if it had been killed before it was written
    assert str(directus.files.sync_folder(here, place)) == "+0 ~0 -0 =9"
    assert directus.files.count(filter={"folder": {"name": place}}) == 9


def test_two_files_and_two_folders_of_one_name(directus: Directus, tmp_path: Path, place: str) -> None:
    here = tmp_path / "here"
    write(here, a="A", b="B")
    directus.files.sync_folder(here, place).apply()
    directus.files.upload(b"other", filename="a", folder=place)
    plan = directus.files.sync_folder(here, place)
    assert [(change.path, change.reason) for change in plan.conflicts] == [
        ("a", "two files on the server have this name: rename one")
    ]
    top = directus.folders.first(filter={"name": place})
    assert top is not None
    for _ in range(2):
        directus.folders.create_one({"name": "twice", "parent": top["id"]})
    with pytest.raises(ConfigurationError, match="2 folders 'twice'"):
        directus.files.sync_folder(here, place)


def test_more_files_and_folders_than_a_page(directus: Directus, tmp_path: Path, place: str) -> None:
    here = tmp_path / "here"
    write(here, **{f"d{number}__f": str(number) for number in range(120)})
    directus.files.sync_folder(here, place).apply(workers=8)
    assert str(directus.files.sync_folder(here, place, checksum=True)) == "+0 ~0 -0 =120"


def test_arguments_and_the_manifest(directus: Directus, tmp_path: Path, place: str) -> None:
    here = tmp_path / "here"
    write(here, a="A")
    with pytest.raises(NotFound):
        directus.files.sync_folder(here, place, "down")
    for direction in ("up", "down"):
        with pytest.raises(NotFound, match=r"there is no folder with the id 'ffffffff-.*Nothing was changed"):
            directus.files.sync_folder(here, "FFFFFFFF-0123-4123-8123-0123456789AB", direction, delete=True)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="'up' or 'down'"):
        directus.files.sync_folder(here, place, "both")  # type: ignore[arg-type]
    with pytest.raises(NotADirectoryError):
        directus.files.sync_folder(here / "a", place)
    with pytest.raises(NotADirectoryError):
        directus.files.sync_folder(tmp_path / "missing", place)
    with pytest.raises(ValueError, match="on_error"):
        directus.files.sync_folder(here, place).apply(on_error="stop")  # type: ignore[arg-type]
    directus.files.sync_folder(here, place).apply()
    manifest = tmp_path / "here.sync.json"
    (entry,) = next(iter(json.loads(manifest.read_text())["places"].values())).values()
    assert {"key", "size", "modified_on", "modified_by", "sha256", "local_size", "mtime_ns"} == entry.keys()
    assert entry["mtime_ns"] == (here / "a").stat().st_mtime_ns
    directus.files.sync_folder(here, f"{place}-copy").apply()  # one folder, two places
    assert str(directus.files.sync_folder(here, place)) == "+0 ~0 -0 =1"
    manifest.write_text("[]")
    with pytest.raises(ConfigurationError, match="is not a manifest"):
        directus.files.sync_folder(here, place)


def test_a_file_that_was_replaced_within_the_second_of_its_upload(directus: Directus, tmp_path: Path, place: str) -> None:
    here, manifest = tmp_path / "here", tmp_path / "here.sync.json"
    write(here, a="one")
    directus.files.sync_folder(here, place).apply()
    (entries,) = (document := json.loads(manifest.read_text()))["places"].values()
    replaced: Any = directus.files.replace(entries["a"]["key"], b"two", fields=["filesize", "modified_on"])
    assert replaced["filesize"] == 3
    entries["a"]["modified_on"] = replaced["modified_on"]  # as if both had been within one second
    manifest.write_text(json.dumps(document))
    write(here, a="uno")
    plan = directus.files.sync_folder(here, place)
    assert paths(plan.conflicts) == ["a"]
    assert paths(plan.update) == []
