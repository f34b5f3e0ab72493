"""Where the sessions of visitors are kept."""

from __future__ import annotations

import shutil
import threading
import time
import unittest
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import caches
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import connections, transaction
from django.test import Client, TestCase, override_settings

from directus_sdk import StorageError
from directus_sdk.auth.credentials import Credentials
from directus_sdk.contrib.django.conf import Options, options
from directus_sdk.contrib.django.database_storage import DatabaseStorage, in_transaction
from directus_sdk.contrib.django.models import VisitorSession
from directus_sdk.contrib.django.process import process
from directus_sdk.contrib.django.stores import CacheStorage, CacheVisitorStore, DatabaseVisitorStore, visitor_store
from directus_sdk.contrib.django.test import override_directus
from directus_sdk.contrib.web.stores import FolderVisitorStore, MemoryVisitorStore, RedisVisitorStore
from directus_sdk.testing import MockTransport
from directus_sdk.testing.storage_suite import StorageSuite
from tests.contrib.django.fake import FakeDirectus
from tests.contrib.django.project import sign_in
from tests.redis_server import redis_server

DATABASE = "directus_sdk.contrib.django.stores.DatabaseVisitorStore"
CACHE = "directus_sdk.contrib.django.stores.CacheVisitorStore"


@pytest.fixture(autouse=True)
def no_rows() -> Iterator[None]:
    yield
    VisitorSession.objects.all().delete()


class TestDatabaseStorage(StorageSuite):
    processes = 2

    def make_storage(self, prefix: str = "") -> DatabaseStorage:
        return DatabaseStorage("default", prefix, max_age=100)


@pytest.fixture(scope="class")
def redis_cache() -> Iterator[None]:
    backend = "django.core.cache.backends.redis.RedisCache"
    with redis_server() as url, override_settings(CACHES={"default": {"BACKEND": backend, "LOCATION": url}}):
        yield


@pytest.mark.usefixtures("redis_cache")
class TestCacheStorage(StorageSuite):
    processes = 2

    def make_storage(self, prefix: str = "") -> CacheStorage:
        return CacheStorage("default", prefix, max_age=100)


# ---------------------------------------------------------------------------- which one
def chosen(**more: Any) -> Options:
    with override_settings(DIRECTUS={"URL": "https://cms.example.com", **more}):
        return options()


def test_the_setting_names_a_store() -> None:
    assert repr(visitor_store(chosen(VISITORS=DATABASE))) == "DatabaseVisitorStore('default', max_age=604800)"
    store = visitor_store(chosen(VISITORS={"BACKEND": CACHE, "OPTIONS": {"cache": "default", "max_age": 60}}))
    assert isinstance(store, CacheVisitorStore)
    assert store.max_age == 60
    assert isinstance(visitor_store(chosen(VISITORS="redis://127.0.0.1:1/0")), RedisVisitorStore)
    with pytest.raises(ImproperlyConfigured, match="must name a VisitorStore, not"):
        visitor_store(chosen(VISITORS="pathlib.Path"))


def test_without_the_setting_it_is_the_database_and_with_sqlite_a_folder_beside_it(monkeypatch: pytest.MonkeyPatch) -> None:
    store = visitor_store(chosen())
    assert isinstance(store, FolderVisitorStore)
    assert str(store.folder) == f"{settings.DATABASES['default']['NAME']}-visitors"
    monkeypatch.setitem(connections["default"].settings_dict, "NAME", "file:memorydb_default?mode=memory&cache=shared")
    assert isinstance(visitor_store(chosen()), MemoryVisitorStore)
    monkeypatch.setattr(connections["default"], "vendor", "postgresql")
    assert isinstance(visitor_store(chosen()), DatabaseVisitorStore)


@pytest.mark.parametrize("store", [DATABASE, CACHE])
def test_a_sign_in_is_a_record_and_a_sign_out_leaves_none(fake: FakeDirectus, store: str) -> None:
    caches["default"].clear()
    with override_directus(MockTransport(fake), VISITORS=store):
        browser = Client()
        sign_in(browser)
        assert browser.get("/whoami/").json() == {"email": "ada@example.com"}
        if store == DATABASE:
            row = VisitorSession.objects.get()
            assert (row.owner, row.locked_until) == ("", 0)
            assert "refresh1" in str(row.value)
            assert str(row) == "a visitor's session"
        browser.post("/accounts/logout/")
    assert not VisitorSession.objects.exists()
    assert caches["default"]._cache == {} or not any("directus" in key for key in caches["default"]._cache)


def test_a_failed_sign_in_leaves_no_row(fake: FakeDirectus) -> None:
    with override_directus(MockTransport(fake), VISITORS=DATABASE):
        Client().post("/accounts/login/", {"username": "ada@example.com", "password": "wrong"})
    assert not VisitorSession.objects.exists()


def test_a_row_that_is_over_is_no_session_although_it_is_not_deleted_yet(fake: FakeDirectus) -> None:
    with override_directus(MockTransport(fake), VISITORS=DATABASE):
        visitors = process.visitors()
        visitor = visitors.sign_in("ada@example.com", "right")
        assert visitors.signed_in(visitor)
        VisitorSession.objects.update(expires_at=time.time() - 1)
        assert not visitors.signed_in(visitor)


def test_rows_that_are_over_are_deleted_by_a_command(fake: FakeDirectus, capsys: pytest.CaptureFixture[str]) -> None:
    with override_directus(MockTransport(fake), VISITORS=DATABASE):
        sign_in(Client())
        sign_in(Client())
        row = VisitorSession.objects.all()[0]
        VisitorSession.objects.filter(pk=row.pk).update(expires_at=time.time() - 1)
        call_command("directus_clearsessions")
    assert capsys.readouterr().out == "Deleted 1\n"
    assert VisitorSession.objects.count() == 1


def test_one_refresh_for_many_threads(fake: FakeDirectus) -> None:
    with override_directus(MockTransport(fake), VISITORS=DATABASE):
        visitors = process.visitors()
        visitor = visitors.sign_in("ada@example.com", "right")
        record = visitors.client(visitor).storage.load()
        assert record is not None
        expired = Credentials(record.access_token, record.refresh_token, expires_at=time.time() + 1, lifetime=900.0)
        visitors.client(visitor).storage.save(expired)
        start, results = threading.Barrier(8), []

        def read() -> None:
            try:
                start.wait()
                results.append(visitors.client(visitor).users.me.read()["email"])
            finally:
                connections.close_all()

        threads = [threading.Thread(target=read) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert results == ["ada@example.com"] * 8
    assert fake.paths.count("/auth/refresh") == 1


# ---------------------------------------------------------------------------- transactions
@pytest.fixture
def storage() -> DatabaseStorage:
    return DatabaseStorage("default", "visitor:", max_age=100)


def test_what_a_transaction_is(storage: DatabaseStorage) -> None:
    assert not in_transaction("default")
    with transaction.atomic():
        assert in_transaction("default")

    class InTest(TestCase):
        def runTest(self) -> None:
            assert not in_transaction("default")  # that of the test case does not count
            storage.set("a", "1")
            with storage.lock():
                assert storage.get("a") == "1"
            with transaction.atomic():
                assert in_transaction("default")

    result = unittest.TestResult()
    unittest.TestSuite([InTest()]).run(result)
    assert result.wasSuccessful(), [*result.errors, *result.failures]
    assert storage.get("a") is None  # rolled back with the test


def test_what_is_written_is_there_whatever_the_transaction_does(
    storage: DatabaseStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Rollback(Exception):
        pass

    with pytest.raises(Rollback), transaction.atomic():
        # Nothing was read or written yet, so that SQLite lets the other connection write.
        with storage.lock():
            storage.set("a", "new")
            assert storage.get("a") == "new"
        raise Rollback
    assert storage.get("a") == "new"
    assert not in_transaction("default")


def test_in_a_transaction_of_sqlite_that_has_written_the_error_says_what_to_do(storage: DatabaseStorage) -> None:
    with transaction.atomic():
        VisitorSession.objects.create(id="of-a-view", value="x", expires_at=0)
        started = time.monotonic()
        with pytest.raises(StorageError, match="SQLite has one writer") as info, storage.lock():
            pass
        assert time.monotonic() - started < 30
    assert "of-a-view" not in str(info.value)
    with storage.lock():
        storage.set("a", "1")


def test_the_default_store_works_in_every_transaction_of_sqlite(fake: FakeDirectus) -> None:
    class Rollback(Exception):
        pass

    with override_directus(MockTransport(fake)):
        visitors = process.visitors()
        visitor = visitors.sign_in("ada@example.com", "right")
        with pytest.raises(Rollback), transaction.atomic():
            VisitorSession.objects.create(id="of-a-view", value="x", expires_at=0)
            visitors.client(visitor).auth.refresh()
            raise Rollback
        assert visitors.client(visitor).users.me.read()["email"] == "ada@example.com"
        assert visitors.client(visitor).auth.refresh()


def test_a_database_without_the_table_is_a_storage_error(tmp_path: Path) -> None:
    connections.databases["empty"] = {**connections.databases["default"], "NAME": str(tmp_path / "empty.sqlite3")}
    try:
        with pytest.raises(StorageError, match="OperationalError"):
            DatabaseStorage("empty", max_age=1).get("a")
    finally:
        connections["empty"].close()
        del connections["empty"], connections.databases["empty"]
    shutil.rmtree(tmp_path)
