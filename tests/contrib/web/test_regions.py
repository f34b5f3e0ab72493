"""Regions from the settings of a site."""

from __future__ import annotations

import threading

import pytest

from directus_sdk import ConfigurationError, Directus
from directus_sdk.contrib.cache import CachedTransport
from directus_sdk.contrib.web.regions import MAX_VALUES, memory_region, redis_region
from directus_sdk.testing import MockTransport


def test_a_region_in_memory_does_not_grow_without_end() -> None:
    region = memory_region()

    def fill(name: str) -> None:
        for number in range(MAX_VALUES):
            region.set(f"{name}{number}", number)

    threads = [threading.Thread(target=fill, args=(name,)) for name in "abc"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    region.set("last", 1)
    assert MAX_VALUES // 2 < len(region.backend._cache) <= MAX_VALUES
    assert region.get("last") == 1


def test_a_cache_works_in_it_also_when_it_is_full() -> None:
    mock = MockTransport(lambda request: {"id": 1})
    region = memory_region()
    notes = Directus("https://cms.example.com", transport=CachedTransport(mock, region)).items("notes")
    for key in range(MAX_VALUES):
        notes.read_one(key)
    sent = len(mock.requests)
    for _ in range(3):
        assert notes.read_one("new") == {"id": 1}
    assert len(mock.requests) == sent + 1


def test_what_is_in_redis_expires() -> None:
    assert redis_region("redis://127.0.0.1:1/0", 360).backend.redis_expiration_time > 360


@pytest.mark.parametrize(
    "url", ["redis://:pass/word@example.com:6379/0", "https://:pass@example.com", "redis://:pass@host:port"]
)
def test_a_url_that_is_not_valid_is_not_shown(url: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        redis_region(url, 60)
    assert "pass" not in str(caught.value)
