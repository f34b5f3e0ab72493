"""The storages of the package, and the suite that a user's own storage runs."""

from __future__ import annotations

import json
import os
import pickle
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from directus_sdk import ConfigurationError, Credentials, Directus, FileStorage, MemoryStorage, Storage, StorageError
from directus_sdk.testing import storage_suite
from directus_sdk.testing.mock import MockTransport
from directus_sdk.testing.storage_suite import StorageSuite

RECORD = Credentials("access", "refresh", expires_at=2_000_000_000.0, lifetime=900.0)


class TestMemoryStorage(StorageSuite):
    @pytest.fixture(autouse=True)
    def _place(self) -> None:
        self.places: dict[str, MemoryStorage] = {}

    def make_storage(self, prefix: str = "") -> Storage:
        return self.places.setdefault(prefix, MemoryStorage(prefix))


class TestFileStorage(StorageSuite):
    processes = 3
    dead_after = 10.0

    @pytest.fixture(autouse=True)
    def _place(self, tmp_path: Path) -> None:
        self.path = tmp_path / "session.json"

    def make_storage(self, prefix: str = "") -> FileStorage:
        return FileStorage(self.path, prefix)


class DictStorage(Storage):
    """As a user writes one who forgets to call __init__ of the base."""

    def __init__(self, texts: dict[str, str], prefix: str = "") -> None:
        self.texts, self.prefix = texts, prefix

    def get(self, key: str) -> str | None:
        return self.texts.get(key)

    def set(self, key: str, value: str) -> None:
        self.texts[key] = value

    def delete(self, key: str) -> None:
        self.texts.pop(key, None)

    def __getstate__(self) -> dict[str, Any]:
        return {**super().__getstate__(), "texts": {}}


# ------------------------------------------------------------------ the suite itself
def test_a_users_storage_passes() -> None:
    texts: dict[str, str] = {}
    assert storage_suite.run(lambda prefix="": DictStorage(texts, prefix)) == len(storage_suite.CHECKS)
    assert texts == {}


class Forgetful(DictStorage):
    def set(self, key: str, value: str) -> None:
        self.texts.setdefault(key, value)


class Deaf(DictStorage):
    def delete(self, key: str) -> None:
        pass


class Raising(DictStorage):
    def get(self, key: str) -> str | None:
        return self.texts[key]


class Ascii(DictStorage):
    def set(self, key: str, value: str) -> None:
        self.texts[key] = value.encode("ascii", "replace").decode()


class WithoutPrefix(DictStorage):
    _key = "always the same"


class Legible(DictStorage):
    def __getstate__(self) -> dict[str, Any]:
        return Storage.__getstate__(self)


class WithoutLock(DictStorage):
    @contextmanager
    def lock(self, timeout: float = 1.0) -> Iterator[None]:
        yield


class StuckLock(DictStorage):
    held = threading.Lock()

    @contextmanager
    def lock(self, timeout: float = 1.0) -> Iterator[None]:
        if not self.held.acquire(timeout=min(timeout, 0.1)):
            raise StorageError("busy")
        yield  # and an error inside leaves it held
        self.held.release()


class WebSession(DictStorage):
    """As web frameworks load a session: all of it, at the beginning of a request."""

    rereads = False

    def __init__(self, texts: dict[str, str], prefix: str = "") -> None:
        super().__init__(texts, prefix)
        self.loaded = dict(texts)

    def get(self, key: str) -> str | None:
        return self.loaded.get(key)

    def set(self, key: str, value: str) -> None:
        self.loaded[key] = value
        super().set(key, value)

    def delete(self, key: str) -> None:
        self.loaded.pop(key, None)
        super().delete(key)

    def __getstate__(self) -> dict[str, Any]:
        return {**super().__getstate__(), "loaded": {}}


class SavedLate(WebSession):
    """And as they save it: at the end of the request, all of it over what is there."""

    def set(self, key: str, value: str) -> None:
        self.loaded[key] = value
        self.texts.setdefault(key, value)


class Reread(WebSession):
    """As it has to be: read again under a lock that all have in common, and saved at once."""

    common = threading.RLock()

    @contextmanager
    def lock(self, timeout: float = 1.0) -> Iterator[None]:
        if not self.common.acquire(timeout=timeout):
            raise StorageError("busy")
        try:
            self.loaded = dict(self.texts)
            yield
        finally:
            self.common.release()


def test_a_web_session_that_is_read_again_under_its_lock_passes() -> None:
    texts: dict[str, str] = {}

    def make(prefix: str = "") -> Storage:
        return Reread(texts, prefix)

    for check in (storage_suite.check_stale_copy, *storage_suite.SHARED_CHECKS):
        check(make)


def test_places_of_their_own_are_no_stale_copies() -> None:
    assert storage_suite.run(MemoryStorage) == len(storage_suite.CHECKS)


@pytest.mark.parametrize(
    ("kind", "what"),
    [
        (WebSession, "not a copy from before"),
        (SavedLate, "set\\(\\) must write at once|set\\(\\) must replace"),
        (Forgetful, "set\\(\\) must replace"),
        (Deaf, "delete\\(\\) must remove"),
        (Raising, "a"),
        (Ascii, "as it was"),
        (WithoutPrefix, "another prefix"),
        (Legible, "a pickle must not contain"),
        (WithoutLock, "while another thread holds it"),
        (StuckLock, "free after an error"),
    ],
)
def test_a_storage_with_a_fault_does_not_pass(kind: type[DictStorage], what: str) -> None:
    texts: dict[str, str] = {}
    with pytest.raises((AssertionError, KeyError), match=what):
        storage_suite.run(lambda prefix="": kind(texts, prefix))


class PerObject(FileStorage):
    """Written as a file is, but with a lock for the threads that use this object."""

    lock = Storage.lock

    def get(self, key: str) -> str | None:
        found = super().get(key)
        time.sleep(0.001)  # lets the others in
        return found

    def _write(self, texts: dict[str, str]) -> None:
        unfinished = self.path.with_suffix(f".{os.getpid()}-{threading.get_ident()}")
        unfinished.write_text(json.dumps(texts))
        unfinished.replace(self.path)


def test_a_lock_of_one_object_does_not_pass_where_several_share(tmp_path: Path) -> None:
    def make(prefix: str = "") -> Storage:
        return PerObject(tmp_path / "session.json", prefix)

    assert storage_suite.run(make) == len(storage_suite.CHECKS)
    with pytest.raises(AssertionError, match="one object at a time"):
        storage_suite.check_same_lock(make)
    with pytest.raises(AssertionError, match="one process at a time"):
        storage_suite.check_processes(make, 3)


# ------------------------------------------------------------------ records
@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", "5", '"a"', "{}", '{"access_token": 5}', '{"access_token": "a", "expires_at": "soon"}',
     '{"access_token": "a\\r\\nX: y"}', '{"access_token": "\\ud800"}',
     '{"cookies": {"directus_session_token": "a\\r\\nX: y"}, "mode": "session"}', '{"cookies": {"a\\nX": "b"}}',
     f'{{"access_token": "a", "expires_at": {"9" * 400}}}',
     f'{{"access_token": "a", "expires_at": 1, "lifetime": {"9" * 400}}}',
     '{"access_token": "a", "cookies": ["a"]}', '{"access_token": "a", "cookies": {"a": 1}}', '{"access_token": ""}'],
)  # fmt: skip
def test_what_is_no_record_counts_as_none(text: str) -> None:
    storage = MemoryStorage()
    storage.set("directus_credentials", text)
    assert storage.load() is None


def test_a_record_shows_no_secret() -> None:
    record = Credentials("s3cret-1", "s3cret-2", cookies={"a": "s3cret-3"})
    assert "s3cret" not in repr(record) + str(record)
    assert json.loads(record.to_json())["access_token"] == "s3cret-1"
    storage = MemoryStorage()
    storage.save(record)
    assert "s3cret" not in repr(storage) + str(vars(storage))


def test_a_token_of_the_wrong_type() -> None:
    with pytest.raises(TypeError, match="string"):
        Credentials(access_token=5)


# ------------------------------------------------------------------ files
@pytest.fixture
def storage(tmp_path: Path) -> FileStorage:
    return FileStorage(tmp_path / "session.json")


def test_only_the_owner_may_read(storage: FileStorage) -> None:
    before = os.umask(0)
    try:
        storage.save(RECORD)
    finally:
        os.umask(before)
    for path in (storage.path, Path(f"{storage.path}.lock")):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_file_that_others_could_read_is_closed_by_the_next_write(storage: FileStorage) -> None:
    storage.path.write_text("{}")
    storage.path.chmod(0o644)
    storage.save(RECORD)
    assert stat.S_IMODE(storage.path.stat().st_mode) == 0o600


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="this system knows no modes of files")
@pytest.mark.parametrize("mode", [0o620, 0o602, 0o666, 0o777])
def test_a_file_that_others_could_write_is_not_used(storage: FileStorage, mode: int) -> None:
    storage.save(RECORD)
    storage.path.chmod(mode)
    with pytest.raises(StorageError, match="chmod 600"):
        storage.load()
    with pytest.raises(StorageError, match="chmod 600"):
        storage.save(RECORD)
    storage.path.chmod(0o600)
    assert storage.load() == RECORD


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give files away")
def test_a_file_of_another_user_is_not_used(storage: FileStorage) -> None:
    """In a shared folder such as /tmp anybody can put a session of their own where one is looked for."""
    FileStorage(storage.path).save(RECORD)
    os.chown(storage.path, 12345, 12345)
    before = storage.path.read_text()
    directus = Directus("https://cms.example.com", storage=storage, transport=MockTransport())
    for call in (directus.items("a").count, storage.load, lambda: storage.set("a", "1"), lambda: storage.delete("a")):
        with pytest.raises(StorageError, match="another user"):
            call()
    assert storage.path.read_text() == before


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_is_not_waited_for(storage: FileStorage) -> None:
    os.mkfifo(storage.path, 0o600)
    with pytest.raises(StorageError, match="not a regular file"):
        storage.load()


def test_nothing_but_the_file_and_its_lock_is_left(storage: FileStorage) -> None:
    for _ in range(3):
        storage.save(RECORD)
    storage.clear()
    assert sorted(path.name for path in storage.path.parent.iterdir()) == ["session.json", "session.json.lock"]


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"[1]", b'{"directus_credentials": 5}'])
def test_a_corrupt_file_holds_nothing_and_is_replaced(storage: FileStorage, content: bytes) -> None:
    storage.path.write_bytes(content)
    assert storage.load() is None
    storage.clear()
    storage.save(RECORD)
    assert storage.load() == RECORD


def test_other_keys_stay(storage: FileStorage) -> None:
    other = FileStorage(storage.path, prefix="other:")
    storage.save(RECORD)
    other.set("mine", "1")
    other.clear()
    storage.clear()
    assert json.loads(storage.path.read_text()) == {"mine": "1"}


def test_the_folder_must_exist(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="does not exist"):
        FileStorage(tmp_path / "missing" / "session.json")


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    folder = tmp_path / "gone"
    folder.mkdir()
    storage = FileStorage(folder / "session.json")
    folder.rmdir()
    assert storage.load() is None
    with pytest.raises(StorageError, match=r"session\.json cannot be locked"):
        storage.save(RECORD)
    folder.mkdir()
    storage.path.mkdir()
    with pytest.raises(StorageError, match="cannot be read"):
        storage.load()
    with pytest.raises(StorageError):
        storage.save(RECORD)
    assert [path.name for path in folder.iterdir() if path.name.endswith(".new")] == []


@pytest.mark.skipif(not hasattr(os, "seteuid"), reason="no such rights there")
def test_a_read_only_folder_can_be_read() -> None:
    administrator = os.geteuid() == 0
    with tempfile.TemporaryDirectory() as name:
        storage = FileStorage(Path(name) / "session.json")
        storage.save(RECORD)
        Path(f"{storage.path}.lock").unlink()
        storage.path.chmod(0o644)
        storage.path.parent.chmod(0o555)
        if administrator:  # who may write everywhere
            os.seteuid(65534)
        try:
            assert storage.load() == RECORD
            with pytest.raises(StorageError, match=r"session\.json cannot be locked"):
                storage.save(RECORD)
        finally:
            if administrator:
                os.seteuid(0)
            storage.path.parent.chmod(0o755)


def test_a_symbolic_link_is_kept(tmp_path: Path) -> None:
    target, link = tmp_path / "target.json", tmp_path / "link.json"
    target.write_text("{}")
    try:
        link.symlink_to(target)
    except OSError:
        pytest.skip("no symbolic links here")
    FileStorage(link).save(RECORD)
    assert link.is_symlink()
    assert FileStorage(target).load() == RECORD


def test_a_path_that_begins_with_a_tilde(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert FileStorage("~/session.json").path == (tmp_path / "session.json").resolve()


def test_a_pickle_holds_the_path_only(storage: FileStorage) -> None:
    storage.save(RECORD)
    data = pickle.dumps(storage)
    assert b"refresh" not in data
    assert pickle.loads(data).load() == RECORD
    memory = MemoryStorage()
    memory.save(RECORD)
    assert b"refresh" not in pickle.dumps(memory)
    assert pickle.loads(pickle.dumps(memory)).load() is None


KILLED_WHILE_WRITING = """
import os, signal, sys
from directus_sdk import Credentials, FileStorage
storage = FileStorage(sys.argv[1])
storage.save(Credentials("old"))
os.fsync = lambda handle: os.kill(os.getpid(), signal.SIGKILL)
storage.save(Credentials("new"))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL there")
def test_a_crash_while_writing_leaves_the_old_record_and_no_lock(storage: FileStorage) -> None:
    result = subprocess.run([sys.executable, "-c", KILLED_WHILE_WRITING, str(storage.path)], check=False)
    assert result.returncode == -signal.SIGKILL
    assert storage.load() == Credentials("old")
    storage.save(RECORD)  # nobody holds the lock
    assert storage.load() == RECORD
    assert sorted(path.name for path in storage.path.parent.iterdir()) == ["session.json", "session.json.lock"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork there")
def test_a_child_that_is_forked_inside_the_lock_does_not_free_it(storage: FileStorage) -> None:
    with storage.lock():
        child = os.fork()
        if child:
            os.waitpid(child, 0)
            with pytest.raises(StorageError), FileStorage(storage.path).lock(timeout=0.05):
                pass
    if not child:
        os._exit(0)  # after it has left the block too
    with FileStorage(storage.path).lock(timeout=5):
        pass


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork there")
def test_a_lock_does_not_outlive_its_holder_in_a_forked_child(storage: FileStorage) -> None:
    """The child has a copy of the lock file; when it uses the storage itself it must not wait for the dead parent."""
    code = """
import os, signal, sys, threading
from directus_sdk import FileStorage
storage = FileStorage(sys.argv[1])
inside = threading.Event()
def hold():
    with storage.lock():
        inside.set()
        threading.Event().wait()
threading.Thread(target=hold, daemon=True).start()
inside.wait()
parent = os.getpid()
if os.fork():
    signal.pause()
os.kill(parent, signal.SIGKILL)
while os.getppid() == parent:
    pass
with storage.lock(timeout=20):
    print("free")
"""
    result = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code, str(storage.path)], capture_output=True, text=True, check=False
    )
    assert result.stdout == "free\n", result.stderr


def test_fcntl_is_not_needed_to_import(tmp_path: Path) -> None:
    """On Windows there is msvcrt instead: a stand-in shows that its functions are called as they are documented."""
    code = """
import sys, types
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
from directus_sdk import Credentials, FileStorage, StorageError
storage = FileStorage(sys.argv[1])
storage.save(Credentials("a"))
with storage.lock():
    try:
        with FileStorage(sys.argv[1]).lock(timeout=0.01):
            print("both")
    except StorageError:
        print("one")
print(held, storage.load() == Credentials("a"))
"""
    result = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "session.json")], capture_output=True, text=True, check=False
    )
    assert result.stdout == "one\nset() True\n", result.stderr


def test_a_file_that_others_have_open_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On Windows it cannot be replaced or read for a moment."""
    storage = FileStorage(tmp_path / "session.json")
    failing: list[str] = []

    def busy(name: str) -> None:
        real = getattr(Path, name)

        def action(self: Path, *args: Any, **kwargs: Any) -> Any:
            if name in failing:
                failing.remove(name)
                raise PermissionError(13, "The process cannot access the file")
            return real(self, *args, **kwargs)

        monkeypatch.setattr(Path, name, action)

    for name in ("replace", "unlink", "read_text"):
        busy(name)
        failing += [name, name]
        storage.save(RECORD)
        assert storage.load() == RECORD
        assert failing == []


def test_a_file_that_stays_closed_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def closed(self: Path, *args: Any) -> None:
        raise PermissionError(13, "The process cannot access the file")

    monkeypatch.setattr("directus_sdk.local.atomic_file._RETRY", 0.02)
    monkeypatch.setattr(Path, "replace", closed)
    with pytest.raises(StorageError, match="cannot be written"):
        FileStorage(tmp_path / "session.json").save(RECORD)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["session.json.lock"]


@pytest.mark.parametrize("content", ["[" * 200_000, '{"directus": "' + "[" * 200_000 + '"}', '{"a":' * 200_000])
def test_a_file_that_is_nested_too_deep_counts_as_empty(tmp_path: Path, content: str) -> None:
    path = tmp_path / "session.json"
    path.write_text(content)
    path.chmod(0o600)
    assert FileStorage(path).load() is None


def test_a_call_inside_the_lock_does_not_free_it(tmp_path: Path) -> None:
    one, two = (FileStorage(tmp_path / "session.json") for _ in range(2))
    with one.lock():
        one.set("a", "1")
        assert one.get("a") == "1"
        with pytest.raises(StorageError), two.lock(timeout=0.05):
            pass
    two.set("a", "2")
    assert one.get("a") == "2"
