"""The stores of visitors' sessions: what every storage must do, expiry, and what is left behind."""

from __future__ import annotations

import os
import pickle
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
import redis

from directus_sdk import ConfigurationError, Credentials
from directus_sdk.contrib.web.stores import FolderVisitorStore, MemoryVisitorStore, RedisVisitorStore
from directus_sdk.contrib.web.visitors import VisitorStore, record_name
from directus_sdk.testing.storage_suite import StorageSuite
from tests.redis_server import redis_server

RECORD = Credentials("access-visible", "refresh-visible", expires_at=time.time() + 900, lifetime=900.0)


def name(text: str = "") -> str:
    made = record_name(f"{text:_<43.43}".replace(":", "-"))
    assert made is not None
    return made


@pytest.fixture(scope="module")
def redis_url() -> Iterator[str]:
    with redis_server() as url:
        yield url


class TestFolder(StorageSuite):
    processes = 2
    dead_after = 5.0

    @pytest.fixture(autouse=True)
    def _store(self, tmp_path: Path) -> None:
        self.folder = tmp_path

    def make_storage(self, prefix: str = ""):
        return FolderVisitorStore(self.folder).storage(name(prefix))


class TestRedis(StorageSuite):
    processes = 2

    @pytest.fixture(autouse=True)
    def _store(self, redis_url: str) -> None:
        self.url = redis_url

    def make_storage(self, prefix: str = ""):
        return RedisVisitorStore(self.url).storage(name(prefix))


class TestMemory(StorageSuite):
    @pytest.fixture(autouse=True)
    def _store(self) -> None:
        self.store = MemoryVisitorStore()

    def make_storage(self, prefix: str = ""):
        return self.store.storage(name(prefix))

    def test_sharing(self) -> None:
        """Web requests of one visitor share the record and its lock."""
        one, two = self.store.storage(name()), self.store.storage(name())
        assert one is two


def test_only_the_owner_can_read_a_record(tmp_path: Path) -> None:
    store = FolderVisitorStore(tmp_path / "new" / "sessions")
    store.storage(name()).save(RECORD)
    assert stat.S_IMODE(store.folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in store.folder.iterdir()} == {0o600}


def test_a_deleted_record_leaves_no_file(tmp_path: Path) -> None:
    storage = FolderVisitorStore(tmp_path).storage(name())
    storage.save(RECORD)
    assert len(list(tmp_path.iterdir())) == 2
    storage.clear()
    assert list(tmp_path.iterdir()) == []


def age(folder: Path, record: str, seconds: float) -> None:
    for path in folder.glob(f"{record}*"):
        os.utime(path, (time.time() - seconds,) * 2)


def test_a_file_expires_when_it_was_not_refreshed(tmp_path: Path) -> None:
    store = FolderVisitorStore(tmp_path, max_age=100)
    old, alive = store.storage(name("old")), store.storage(name("alive"))
    for storage, record in ((old, name("old")), (alive, name("alive"))):
        storage.save(RECORD)
        age(tmp_path, record, 200)
    assert old.load() is None
    alive.save(RECORD)  # a refresh; its lock file stays as old as it was
    (tmp_path / f"{name('crash')}.json.lock").touch()
    age(tmp_path, name("crash"), 200)
    assert store.clear_expired() == 2
    assert alive.load() == RECORD
    assert {path.name for path in tmp_path.iterdir()} == {f"{name('alive')}.json", f"{name('alive')}.json.lock"}


def test_a_record_that_is_in_use_is_not_deleted(tmp_path: Path) -> None:
    store = FolderVisitorStore(tmp_path, max_age=100)
    storage = store.storage(name())
    storage.save(RECORD)
    age(tmp_path, name(), 200)
    with storage.lock():
        assert store.clear_expired() == 0
    assert store.clear_expired() == 1


def test_a_key_of_redis_expires(redis_url: str) -> None:
    storage = RedisVisitorStore(redis_url, prefix="ttl:", max_age=50).storage(name())
    storage.save(RECORD)
    with closing(redis.Redis.from_url(redis_url)) as client:
        (key,) = client.keys("ttl:*")
        assert 40_000 < client.pttl(key) <= 50_000
    storage.clear()


def test_memory_keeps_sessions_only(monkeypatch: pytest.MonkeyPatch) -> None:
    store = MemoryVisitorStore(max_age=100)
    for number in range(50):
        with store.storage(name(str(number))).lock():
            pass
    storage = store.storage(name("kept"))
    storage.save(RECORD)
    assert list(store._used) == [name("kept")]
    monkeypatch.setattr("directus_sdk.contrib.web.stores.monotonic", lambda: time.monotonic() + 200)
    assert storage.load() is None
    assert store.clear_expired() == 1


@pytest.mark.parametrize(
    "make",
    [
        lambda age: FolderVisitorStore("/nowhere", max_age=age),
        lambda age: MemoryVisitorStore(max_age=age),
        lambda age: RedisVisitorStore("redis://127.0.0.1:1/0", max_age=age),
    ],
)
@pytest.mark.parametrize("wrong", [0, -1, True, None, "7 days", float("nan")])
def test_max_age_must_be_positive_seconds(make: Callable[[object], VisitorStore], wrong: object) -> None:
    with pytest.raises(ConfigurationError, match="max_age"):
        make(wrong)


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for wrong in ("", tmp_path / "file" / "sessions"):
        with pytest.raises(ConfigurationError, match="folder"):
            FolderVisitorStore(wrong)


def test_nothing_shows_a_secret(tmp_path: Path, redis_url: str) -> None:
    with pytest.raises(ConfigurationError, match="redis://"):
        RedisVisitorStore("http://:s3cret@127.0.0.1")
    stores = FolderVisitorStore(tmp_path), RedisVisitorStore("redis://:s3cret@127.0.0.1:1/0"), MemoryVisitorStore()
    stores[0].storage(name()).save(RECORD)
    stores[2].storage(name()).save(RECORD)
    assert "s3cret" not in repr(stores)
    for store in (stores[0], stores[2]):
        storage = store.storage(name())
        assert b"visible" not in pickle.dumps(storage)
        assert "visible" not in repr(storage)
