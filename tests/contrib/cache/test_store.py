"""The region: in Redis, shared by processes, and while Redis is down."""

from __future__ import annotations

import json
import multiprocessing
from collections.abc import Iterator

import pytest
import redis
from dogpile.cache import make_region
from dogpile.cache.region import CacheRegion

from directus_sdk import Directus
from directus_sdk.contrib.cache import CachedTransport
from directus_sdk.testing import MockTransport
from directus_sdk.testing.server.loopback import free_port
from tests.redis_server import redis_server

URL = "https://cms.example.com"


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with redis_server() as url:
        yield url


@pytest.fixture
def address(server: str) -> str:
    with redis.Redis.from_url(server) as store:
        store.flushall()
    return server


def region_at(url: str) -> CacheRegion:
    arguments = {"url": url, "redis_expiration_time": 3600, "distributed_lock": True, "thread_local_lock": False}
    return make_region().configure("dogpile.cache.redis", arguments=arguments)


def client(url: str, first: int = 0, token: str = "a-static-token") -> tuple[Directus, list[int]]:
    """Return a client of a server that counts its requests from a number on."""
    sent: list[int] = []

    def respond(request: object) -> dict[str, int]:
        sent.append(first + len(sent))
        return {"id": sent[-1]}

    transport = CachedTransport(MockTransport(respond), region_at(url), ttl=60, stale=60)
    return Directus(URL, token=token, transport=transport), sent


def other_process(url: str, action: str) -> None:
    directus, _ = client(url, 100)
    if action == "read":
        assert directus.items("articles").read_one(1) == {"id": 0}
    elif action == "forget":
        directus.transport.forget("articles")  # type: ignore[attr-defined]
    else:
        directus.items("articles").update_one(1, {"title": "x"})


def run(url: str, action: str) -> None:
    process = multiprocessing.get_context("spawn").Process(target=other_process, args=(url, action))
    process.start()
    process.join(60)
    assert process.exitcode == 0


def test_processes_share_responses_and_what_is_forgotten(address: str) -> None:
    directus, _ = client(address)
    assert directus.items("articles").read_one(1) == {"id": 0}
    run(address, "read")
    run(address, "forget")
    assert directus.items("articles").read_one(1) == {"id": 1}
    run(address, "write")
    assert directus.items("articles").read_one(1) == {"id": 2}
    assert directus.items("articles").read_one(1) == {"id": 2}


def test_redis_holds_no_secret(address: str) -> None:
    directus, _ = client(address, token="a-secret-token")
    directus.items("articles").read_one(1)
    with redis.Redis.from_url(address) as store:
        keys = list(store.scan_iter())
        assert keys
        assert all(b"a-secret-token" not in key + (store.get(key) or b"") for key in keys)


def test_redis_that_is_down_is_no_cache_and_one_warning(caplog: pytest.LogCaptureFixture) -> None:
    directus, sent = client(f"redis://127.0.0.1:{free_port()}/0")
    for _ in range(3):
        directus.items("articles").read_one(1)
    directus.items("articles").update_one(1, {"title": "x"})
    assert len(sent) == 4
    assert caplog.text.count("the cache does not work (ConnectionError)") == 1
    assert len([record for record in caplog.records if record.levelname == "WARNING"]) == 1


def test_a_lock_that_a_killed_process_has_left_is_not_waited_for_without_an_end(address: str) -> None:
    directus, _ = client(address, token="another-token")
    directus.items("articles").read_one(1)
    region = directus.transport._store.region  # type: ignore[attr-defined]
    with redis.Redis.from_url(address) as store:
        for key in store.scan_iter():
            region.backend.get_mutex(key.decode()).acquire()
    directus.transport.forget()  # type: ignore[attr-defined]
    assert directus.with_options(timeout=0.05).items("articles").read_one(1) == {"id": 1}


def test_a_value_of_another_program_is_no_entry(address: str) -> None:
    directus, _ = client(address, token="a-third-token")
    directus.items("articles").read_one(1)
    with redis.Redis.from_url(address) as store:
        for key in store.scan_iter():
            if store.type(key) == b"string":
                store.set(key, json.dumps({"id": 7}))
    assert directus.items("articles").read_one(1) == {"id": 1}
