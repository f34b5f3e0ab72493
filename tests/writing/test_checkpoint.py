"""A checkpoint is used by one run at a time, and for the call and the input that it is of."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import subprocess
import sys
import textwrap
import threading
from pathlib import Path
from typing import Any

import pytest

from directus_sdk import BulkError, ConfigurationError, ConnectionFailed, Directus
from directus_sdk.testing.mock import error_response
from directus_sdk.writing.checkpoint import BulkCheckpoint
from tests.table import Table


def rows(count: int, start: int = 0) -> list[dict[str, Any]]:
    return [{"n": number} for number in range(start, start + count)]


def numbers(table: Table) -> list[Any]:
    return [row["n"] for row in table.rows.values()]


def stopped(path: Path, table: Table, many: list[dict[str, Any]], at: int, **options: Any) -> None:
    """A run that ends at a bad item."""
    bad = [*many[:at], {**many[at], "bad": [400, "FAILED_VALIDATION"]}, *many[at + 1 :]]
    with pytest.raises(BulkError, match=f"item {at} was refused"):
        table.items().create_many(bad, checkpoint=path, batch_size=2, **options)


# ------------------------------------------------------------------- one run at a time
def test_a_second_run_is_refused_while_the_first_is_at_work(tmp_path: Path) -> None:
    path = tmp_path / "import.json"
    table, begun, over = Table(), threading.Event(), threading.Event()

    def source() -> Any:
        begun.set()
        assert over.wait(10)
        yield from rows(4)

    first = threading.Thread(target=lambda: table.items().create_many(source(), checkpoint=path))
    first.start()
    assert begun.wait(10)
    for other in (path, Path(os.path.relpath(path))):
        with pytest.raises(ConfigurationError, match="in use: another call"):
            table.items().create_many(rows(4), checkpoint=other)
    with pytest.raises(ConfigurationError, match="in use"):
        BulkCheckpoint(path).resolve(written=True)
    over.set()
    first.join(10)
    assert numbers(table) == [0, 1, 2, 3]
    assert [file.name for file in tmp_path.iterdir()] == ["import.json"]
    assert table.items().create_many(rows(4), checkpoint=path).count == 0


RUN = """
    import sys
    from directus_sdk.local.run_lock import FileLock
    with FileLock(sys.argv[1]).acquired("busy"):
        print("held", flush=True)
        sys.stdin.read()
"""


def test_a_dead_holder_frees_the_lock(tmp_path: Path) -> None:
    path = tmp_path / "import.json"
    command = [sys.executable, "-c", textwrap.dedent(RUN), str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        table = Table()
        with pytest.raises(ConfigurationError, match="in use"):
            table.items().create_many(rows(2), checkpoint=path)
        assert table.calls == []
        holder.kill()
    assert table.items().create_many(rows(2), checkpoint=path).count == 2


WINDOWS = """
import sys, types
from pathlib import Path
sys.modules["fcntl"] = None
held = set()
def locking(handle, mode, size):
    assert size == 1
    if mode == 2:
        if "it" in held:
            raise OSError
        held.add("it")
    else:
        assert mode == 0
        held.discard("it")
sys.modules["msvcrt"] = types.SimpleNamespace(LK_NBLCK=2, LK_UNLCK=0, locking=locking)
unlink = Path.unlink
def busy(path, **options):
    if held:
        raise PermissionError
    unlink(path, **options)
Path.unlink = busy
from directus_sdk.writing.checkpoint import BulkCheckpoint
from directus_sdk.errors import ConfigurationError
path = Path(sys.argv[1])
with BulkCheckpoint(path).work("https://cms.example.com", "things", "create_many"):
    try:
        with BulkCheckpoint(path).work("https://cms.example.com", "things", "create_many"):
            print("both")
    except ConfigurationError:
        print("one")
print(held, list(path.parent.iterdir()))
"""


def test_where_there_is_no_fcntl(tmp_path: Path) -> None:
    """On Windows there is msvcrt instead, and no file goes while it is open: a stand-in shows that both are minded."""
    command = [sys.executable, "-c", WINDOWS, str(tmp_path / "import.json")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout == "one\nset() []\n", done.stderr


@pytest.mark.parametrize("step", ["take", "leave"])
def test_an_interrupt_at_any_step_leaves_no_lock(tmp_path: Path, step: str) -> None:
    path, table = tmp_path / "import.json", Table()
    left = 0

    def trace(frame: Any, event: str, arg: Any) -> Any:
        nonlocal left
        if frame.f_code.co_name != step or not frame.f_code.co_filename.endswith("file_lock.py"):
            return None
        if frame.f_back.f_code.co_name == "__del__":
            return None
        if event == "line":
            left -= 1
            if left == 0:
                raise KeyboardInterrupt
        return trace

    for number in range(1, 14):
        left, before = number, sys.gettrace()
        sys.settrace(trace)
        with contextlib.suppress(KeyboardInterrupt):
            try:
                table.items().create_many(rows(2), checkpoint=path)
            finally:
                sys.settrace(before)
        table.items().create_many(rows(2), checkpoint=path)
    assert numbers(table) == [0, 1]


@pytest.mark.parametrize("end", [KeyboardInterrupt, SystemExit, OSError])
def test_a_run_that_is_interrupted_leaves_no_lock(tmp_path: Path, end: type[BaseException]) -> None:
    path, table = tmp_path / "import.json", Table()

    def source() -> Any:
        yield from rows(5)
        raise end

    with pytest.raises((end, BulkError)):
        table.items().create_many(source(), checkpoint=path, batch_size=2)
    table.items().create_many(rows(6), checkpoint=path, batch_size=2)
    assert numbers(table) == [0, 1, 2, 3, 4, 5]
    assert [file.name for file in tmp_path.iterdir()] == ["import.json"]


def test_links_are_not_followed(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("precious")
    path = tmp_path / "import.json"
    (tmp_path / f".import.json.{os.getpid()}").symlink_to(victim)
    path.symlink_to(tmp_path / "not there yet")
    assert Table().items().create_many(rows(2), checkpoint=path).count == 2
    assert not (tmp_path / "not there yet").exists()
    (tmp_path / "import.json.lock").symlink_to(victim)
    with pytest.raises(ConfigurationError, match="symbolic link"):
        Table().items().create_many(rows(2), checkpoint=path)
    (tmp_path / "import.json.lock").unlink()
    os.link(victim, tmp_path / "import.json.lock")
    assert Table().items().create_many(rows(2), checkpoint=path).count == 0
    assert victim.read_text() == "precious"


def test_a_link_to_a_checkpoint_is_the_same_checkpoint(tmp_path: Path) -> None:
    path, alias, table = tmp_path / "import.json", tmp_path / "alias.json", Table()
    stopped(path, table, rows(6), 3)
    alias.symlink_to(path)

    def source() -> Any:
        yield from rows(5)
        with pytest.raises(ConfigurationError, match="is in use"):
            table.items().create_many(rows(6), checkpoint=path, batch_size=1)
        yield from rows(1, 5)

    assert table.items().create_many(source(), checkpoint=alias, batch_size=1).count == 3
    assert table.items().create_many(rows(6), checkpoint=path).count == 0
    assert numbers(table) == [0, 1, 2, 3, 4, 5]
    assert alias.is_symlink()


def test_a_checkpoint_stays_where_it_was_when_the_working_folder_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path)

    def source() -> Any:
        yield from rows(4)
        os.chdir("elsewhere")
        yield from rows(2, 4)

    assert Table().items().create_many(source(), checkpoint="import.json", batch_size=1).count == 6
    assert BulkCheckpoint(tmp_path / "import.json").finished
    assert list((tmp_path / "elsewhere").iterdir()) == []


@pytest.mark.parametrize("workers", [1, 3])
@pytest.mark.parametrize("at", range(1, 10))
def test_a_full_disk_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: int, workers: int) -> None:
    table, syncs, sync = Table(), [0], os.fsync

    def full(handle: int) -> None:
        syncs[0] += 1
        if syncs[0] == at:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        sync(handle)

    def run() -> Any:
        return table.items().create_many(many, checkpoint=tmp_path / "import.json", batch_size=2, workers=workers)

    many = [{"id": number, "n": number} for number in range(8)]
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises((BulkError, ConfigurationError), match="cannot be written: No space left on device") as caught:
        run()
    result = getattr(caught.value, "result", None)
    assert (0 if result is None else result.count) == len(table.rows)
    before = len(table.rows)
    assert run().count == 8 - before
    assert sorted(numbers(table)) == list(range(8))


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    table = Table()
    with pytest.raises(ConfigurationError, match="cannot be created, so nothing was started: No such file"):
        table.items().create_many(rows(2), checkpoint=tmp_path / "nowhere" / "import.json")
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(ConfigurationError, match="NotADirectoryError"):
        table.items().create_many(rows(2), checkpoint=tmp_path / "file" / "import.json")
    assert table.calls == []


# ------------------------------------------------------------------- its call
def test_a_checkpoint_knows_its_server(tmp_path: Path) -> None:
    path, table = tmp_path / "import.json", Table()
    many = rows(3)

    def at(url: str) -> Any:
        return Directus(url, token="t", transport=table.transport).items("things")

    assert at("https://staging.example.com").create_many(many, checkpoint=path).count == 3
    with pytest.raises(ConfigurationError, match=r"of https://staging.example.com, not of https://example.com"):
        at("https://example.com").create_many(many, checkpoint=path)
    assert at("https://STAGING.example.com:443/").create_many(many, checkpoint=path).count == 0
    assert len(table.rows) == 3


# ------------------------------------------------------------------- its input
@pytest.mark.parametrize("workers", [1, 3])
def test_what_was_refused_may_be_corrected(tmp_path: Path, workers: int) -> None:
    path, table = tmp_path / "import.json", Table(kind="uuid")
    options = {"workers": workers, "generate_keys": True}
    stopped(path, table, rows(20), 7, **options)
    table.items().create_many([*rows(7), {"n": "mended"}, *rows(12, 8), *rows(2, 20)], checkpoint=path, batch_size=2, **options)
    assert sorted(map(str, numbers(table))) == sorted([*map(str, range(7)), "mended", *map(str, range(8, 22))])


def test_with_several_workers_what_was_refused_may_be_corrected_without_keys(tmp_path: Path) -> None:
    path, table = tmp_path / "import.json", Table()
    lock, late = threading.Lock(), threading.Event()
    inner = table.transport._handler

    def answer(request: Any) -> Any:
        sent = json.loads(request.body)
        if any("bad" in row for row in sent):
            assert late.wait(10)  # what comes behind it is there first
        with lock:
            found = inner(request)
        if sent[0]["n"] == 12:
            late.set()
        return found

    table.transport._handler = answer
    stopped(path, table, rows(40), 7, workers=3)
    written = len(table.rows)
    assert written > 9
    table.transport._handler = inner
    for wrong in ([{"n": "new"}, *rows(40)], [*rows(7), *rows(32, 8)], [*rows(7), {"n": "new"}, *rows(33, 7)]):
        with pytest.raises(ConfigurationError, match=r"different.* now"):
            table.items().create_many(wrong, checkpoint=path)
    assert len(table.rows) == written
    table.before = lambda request: error_response("INVALID_CREDENTIALS", 401) if len(table.rows) > written else None
    good = [*rows(7), {"n": "mended"}, *rows(34, 8)]
    with pytest.raises(BulkError):  # and once more, in the middle of what is left
        table.items().create_many(good, checkpoint=path, batch_size=1)
    table.before = lambda request: None
    table.items().create_many(good, checkpoint=path, batch_size=2)
    assert sorted(map(str, numbers(table))) == sorted(str(row["n"]) for row in good)
    assert table.items().create_many(good, checkpoint=path).count == 0


OTHERS = {
    "inserted": lambda many: [{"n": "new"}, *many],
    "removed": lambda many: many[1:],
    "exchanged": lambda many: [many[1], many[0], *many[2:]],
    "changed": lambda many: [{"n": -1}, *many[1:]],
    "with a field more": lambda many: [{"n": 0, "x": None}, *many[1:]],
    "too few": lambda many: many[:5],
    "none": lambda many: [],
}


@pytest.mark.parametrize("change", OTHERS)
def test_another_input_is_refused(tmp_path: Path, change: str) -> None:
    path, table = tmp_path / "import.json", Table()
    many = rows(10)
    stopped(path, table, many, 7)
    with pytest.raises(ConfigurationError, match=r"has settled the first 7 items, and .* now") as caught:
        table.items().create_many(OTHERS[change](many), checkpoint=path, batch_size=2)
    assert "remove the file" in str(caught.value)
    assert len(table.rows) == 7
    assert table.items().create_many(iter(many), checkpoint=path).count == 3
    assert numbers(table) == list(range(10))


@pytest.mark.parametrize("change", [*OTHERS, "longer"])
def test_a_finished_checkpoint_takes_no_other_input(tmp_path: Path, change: str) -> None:
    path, table, many = tmp_path / "import.json", Table(), rows(10)
    table.items().create_many(many, checkpoint=path)
    with pytest.raises(ConfigurationError, match=r"done, with 10 items, and .* now, so nothing was written. Give other"):
        table.items().create_many({**OTHERS, "longer": lambda many: [*many, {"n": 10}]}[change](many), checkpoint=path)
    assert len(table.rows) == 10


def test_the_order_of_fields_does_not_matter(tmp_path: Path) -> None:
    path, table = tmp_path / "import.json", Table()
    table.items().create_many([{"a": 1, "n": {"x": 1, "y": 2}}], checkpoint=path)
    assert table.items().create_many([{"n": {"y": 2, "x": 1}, "a": 1}], checkpoint=path).count == 0


def test_what_was_on_its_way_must_be_the_same(tmp_path: Path) -> None:
    path, table = tmp_path / "import.json", Table(kind="uuid")
    table.after = lambda request: ConnectionFailed("gone") if len(table.calls) == 2 else None
    with pytest.raises(BulkError):
        table.items().create_many(rows(6), checkpoint=path, batch_size=2, generate_keys=True)
    with pytest.raises(ConfigurationError, match="items 2 to 3 were being sent"):
        table.items().create_many([*rows(2), {"n": "new"}, *rows(4, 2)], checkpoint=path, batch_size=2, generate_keys=True)
    table.items().create_many(rows(6), checkpoint=path, batch_size=2, generate_keys=True)
    assert sorted(numbers(table)) == list(range(6))


def test_a_file_of_an_earlier_version_is_taken_as_it_is(tmp_path: Path) -> None:
    path, table = tmp_path / "import.json", Table()
    table.items().create_many(rows(4), checkpoint=path)
    state = json.loads(path.read_text())
    old = {name: state[name] for name in ("collection", "call", "seed", "done", "sent", "failed")}
    path.write_text(json.dumps({**old, "finished": False}))
    assert table.items().create_many([{"n": -1}, *rows(5, 1)], checkpoint=path).count == 2
    with pytest.raises(ConfigurationError, match="are different"):
        table.items().create_many(rows(6), checkpoint=path)


WRONG = [
    '{"seed": "SEED", "done": 1, "sent": 1, "failed": []}',
    '{"seed": "SEED", "done": -5, "sent": 1}',
    '{"seed": "SEED", "done": 3, "sent": 1}',
    '{"seed": "SEED", "done": "1", "sent": 1}',
    '{"seed": "SEED", "done": true, "sent": 1}',
    '{"seed": "SEED", "done": 1, "sent": 1, "finished": 1}',
    '{"seed": "SEED", "done": 1, "sent": 1, "collection": 7}',
    '{"seed": "SEED", "done": 1, "sent": 1, "digest": "x"}',
    '{"seed": "SEED", "done": 1, "sent": 1, "failed": {"x": "y"}}',
    '{"seed": 7, "done": 1, "sent": 1}',
    '{"seed": "SEED"}',
    "[]",
    "null",
    "",
    "\x00",
    "[" * 100_000,
]  # fmt: skip


@pytest.mark.parametrize("text", WRONG)
def test_a_malformed_file(tmp_path: Path, text: str) -> None:
    path, table = tmp_path / "import.json", Table()
    text = text.replace("SEED", "6f3c7a52-8f3f-4b6a-9f57-2a7b1d1f5b11")
    path.write_text(text)
    with pytest.raises(ConfigurationError, match="is not the checkpoint of a bulk call"):
        table.items().create_many(rows(2), checkpoint=path)
    assert table.calls == []
    assert path.read_text() == text


def test_a_folder_is_no_checkpoint(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="is not the checkpoint"):
        Table().items().create_many(rows(2), checkpoint=tmp_path)


# ------------------------------------------------------------------- killed, again and again
@pytest.mark.parametrize("call", ["create_many", "upsert_many"])
def test_runs_that_are_killed_again_and_again_with_other_sizes_continue(tmp_path: Path, call: str) -> None:
    path, table = tmp_path / "import.json", Table()
    options: dict[str, Any] = {"match_on": "n", "checkpoint": path}
    for writes, size in ((2, 60), (1, 30), (3, 20), (1, 7), (2, 40)):
        left = [writes]

        def kill(request: Any, left: list[int] = left) -> None:
            left[0] -= request.method in ("POST", "PATCH")
            if left[0] <= 0:
                raise KeyboardInterrupt

        table.after = kill
        with pytest.raises(KeyboardInterrupt):
            getattr(table.items(), call)(rows(400), batch_size=size, **options)
    table.after = lambda request: None
    getattr(table.items(), call)(rows(400), batch_size=50, **options)
    assert sorted(numbers(table)) == list(range(400))
    assert BulkCheckpoint(path).finished


def test_a_corrected_item_that_may_be_on_the_server_must_stay_as_it_is(tmp_path: Path) -> None:
    path, table = tmp_path / "import.json", Table()

    def gone(request: Any) -> Any:
        body = json.loads(request.body) if request.method == "POST" else None
        return ConnectionFailed("gone") if isinstance(body, list) and body[0]["n"] >= 8 else None

    table.after = gone
    bad = [*rows(3), {"n": 3, "bad": [400, "FAILED_VALIDATION"]}, *rows(16, 4)]
    options: dict[str, Any] = {"match_on": "n", "checkpoint": path, "batch_size": 2}
    with pytest.raises(BulkError, match="item 3 was refused"):
        table.items().create_many(bad, workers=3, **options)
    if BulkCheckpoint(path).doubtful:  # other calls were on their way

        def kill(request: Any) -> None:
            if request.method == "POST":
                raise KeyboardInterrupt

        table.after = kill
        with pytest.raises(KeyboardInterrupt):
            table.items().create_many([*rows(3), {"n": 3, "x": 1}, *rows(16, 4)], **options)
        table.after = lambda request: None
        with pytest.raises(ConfigurationError, match="must be the same"):
            table.items().create_many([*rows(3), {"n": 3, "x": 2}, *rows(16, 4)], **options)
        table.items().create_many([*rows(3), {"n": 3, "x": 1}, *rows(16, 4)], **options)
        assert sorted(numbers(table)) == list(range(19 + 1))
