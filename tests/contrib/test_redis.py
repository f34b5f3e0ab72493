"""RedisStorage on a real redis-server."""

from __future__ import annotations

import inspect
import logging
import os
import pickle
import socket
import struct
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import ExitStack, closing
from typing import Any

import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from directus_sdk import ConfigurationError, Credentials, StorageError
from directus_sdk.contrib.redis import RedisStorage
from directus_sdk.testing.storage_suite import StorageSuite
from tests.local.test_thread_lock import scoped
from tests.redis_server import redis_server

RECORD = Credentials("access", "refresh", expires_at=time.time() + 900, lifetime=900.0)


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with redis_server() as url:
        yield url


class TestSuite(StorageSuite):
    processes = 3
    dead_after = 10.0

    @pytest.fixture(autouse=True)
    def _address(self, address: str) -> None:
        self.address = address

    def make_storage(self, prefix: str = "") -> RedisStorage:
        return RedisStorage(self.address, prefix, lock_ttl=2.0)


@pytest.mark.parametrize("decode", [True, False])
def test_a_client_of_the_users_own(address: str, decode: bool) -> None:
    with closing(redis.Redis.from_url(address, decode_responses=decode)) as client:
        storage = RedisStorage(client, prefix=f"own-{decode}:")
        storage.save(RECORD)
        assert storage.load() == RECORD
        with storage.lock():
            assert client.exists(f"own-{decode}:directus_credentials:lock")
        assert not client.exists(f"own-{decode}:directus_credentials:lock")


def is_free(address: str) -> bool:
    try:
        with RedisStorage(address, "owner:").lock(timeout=0.01):
            return True
    except StorageError:
        return False


def test_only_the_owner_frees_the_lock(address: str, caplog: pytest.LogCaptureFixture) -> None:
    mine, theirs = RedisStorage(address, "owner:", lock_ttl=0.05), RedisStorage(address, "owner:")
    with ExitStack() as late, caplog.at_level(logging.WARNING, "directus_sdk"):
        with mine.lock():
            late.enter_context(theirs.lock(timeout=20))  # when mine has ended by itself
        assert "the lock was lost" in caplog.text
        assert not is_free(address)
    assert is_free(address)


def test_frames_of_redis_show_no_session() -> None:
    """The command with the session is a variable of a frame of the error that redis itself has wrapped."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        # Older versions of redis have one protocol only.
        options: Any = {"protocol": 2} if "protocol" in inspect.signature(redis.Redis).parameters else {}
        storage = RedisStorage(redis.Redis(port=server.getsockname()[1], retry=Retry(NoBackoff(), 0), **options))

        def drop() -> None:
            with server.accept()[0] as connection:
                while (names := connection.recv(1000).count(b"SETINFO")) > 0:
                    connection.sendall(b"+OK\r\n" * names)
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

        thread = threading.Thread(target=drop)
        thread.start()
        with pytest.raises(StorageError) as caught:
            storage.set("a", "s3cret" * 2_000_000)
        thread.join()
    link: BaseException | None = caught.value
    frames = []
    while link is not None:
        frames += [frame for frame, _ in traceback.walk_tb(link.__traceback__) if frame.f_code.co_filename != __file__]
        link = link.__cause__ or link.__context__
    assert len(frames) > 3
    assert not any("s3cret" in repr(frame.f_locals) for frame in frames)


def test_bytes_that_are_not_a_text_are_no_session(address: str) -> None:
    storage = RedisStorage(address, "bytes:")
    with closing(redis.Redis.from_url(address)) as client:
        client.set("bytes:directus_credentials", b"\xff\xfe")
    assert storage.load() is None
    storage.save(RECORD)
    assert storage.load() == RECORD


def test_without_redis_the_error_is_ours_and_says_no_address() -> None:
    storage = RedisStorage("redis://:s3cret@127.0.0.1:1/0")
    lock = storage.lock()
    for call in (lambda: storage.get("a"), lambda: storage.set("a", "1"), lambda: storage.delete("a"), lock.__enter__):
        with pytest.raises(StorageError) as caught:
            call()
        assert "s3cret" not in str(caught.value)
    assert "s3cret" not in repr(storage) + str(vars(storage))


def test_a_pickle_reconnects_unless_there_is_a_password(address: str) -> None:
    storage = RedisStorage(address, "pickle:")
    storage.set("a", "1")
    assert pickle.loads(pickle.dumps(storage)).get("a") == "1"
    storage.delete("a")
    for hidden in (RedisStorage("redis://:s3cret@127.0.0.1:1/0"), RedisStorage(redis.Redis.from_url(address))):
        data = pickle.dumps(hidden)
        assert b"s3cret" not in data
        with pytest.raises(ConfigurationError, match="unpickled"):
            pickle.loads(data).get("a")


@pytest.mark.parametrize("wrong", ["", "http://127.0.0.1", 5, None])
def test_what_is_no_address(wrong: object) -> None:
    with pytest.raises(ConfigurationError, match="redis"):
        RedisStorage(wrong)


def test_lock_ttl_must_be_positive(address: str) -> None:
    with pytest.raises(ConfigurationError, match="lock_ttl"):
        RedisStorage(address, lock_ttl=0)


def test_without_the_extra() -> None:
    code = (
        "import sys; sys.modules['redis'] = None\n"
        "import directus_sdk.contrib.redis as module\n"
        "try:\n    module.RedisStorage('redis://127.0.0.1:6379/0')\n"
        "except ImportError as error:\n    print(error)"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=dict(os.environ), check=True)
    assert "directus-python-sdk[redis]" in result.stdout


def test_a_lock_that_an_interrupt_left_behind_is_free_for_this_process_at_once(address: str) -> None:
    storage = RedisStorage(address, "left:", lock_ttl=60)

    def leave(storage: RedisStorage) -> object:
        held = storage.lock(10)
        held.__enter__()
        return held

    held = scoped(leave)(storage)  # as the frames of an exception keep it
    assert held
    with storage.lock(timeout=2), pytest.raises(StorageError), RedisStorage(address, "left:").lock(timeout=0.01):
        pass
