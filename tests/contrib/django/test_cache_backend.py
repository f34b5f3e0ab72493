"""Reads that are cached in one of CACHES, or in Redis."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import caches
from django.test import Client, override_settings
from dogpile.cache.api import NO_VALUE

from directus_sdk import Request
from directus_sdk.contrib.cache import CachedTransport
from directus_sdk.contrib.django import cms
from directus_sdk.contrib.django.cache_backend import DjangoCacheBackend
from directus_sdk.contrib.django.checks import check_deployment
from directus_sdk.testing import MockTransport
from tests.contrib.django.fake import FakeDirectus
from tests.contrib.django.project import sign_in
from tests.redis_server import redis_server

SECRET = "the-secret-of-the-webhook"


@pytest.fixture(autouse=True)
def empty() -> Iterator[None]:
    caches["default"].clear()
    yield
    caches["default"].clear()


@pytest.fixture(scope="module")
def redis() -> Iterator[str]:
    with redis_server() as url:
        yield url


def site(transport: MockTransport, cache: str = "default", **more: Any) -> Any:
    raw = {"URL": "https://cms.example.com", "CACHE": cache, "OPTIONS": {"transport": transport}, **more}
    return override_settings(DIRECTUS=raw)


@pytest.mark.filterwarnings("ignore::DeprecationWarning:dogpile")  # it calls SETEX
@pytest.mark.parametrize("kind", ["django", "redis"])
def test_a_read_is_sent_once_until_the_webhook_is_called(kind: str, redis: str) -> None:
    mock = MockTransport(lambda request: [{"id": 1}])
    with site(mock, redis if kind == "redis" else "default", WEBHOOK_SECRET=SECRET):
        assert isinstance(cms.transport, CachedTransport)
        assert (cms.transport.ttl, cms.transport.stale) == (60, 300)
        for _ in range(3):
            assert cms.items("articles").read_many(limit=1) == [{"id": 1}]
        assert len(mock.requests) == 1
        headers = {"X-Directus-Secret": SECRET}
        body = '{"collection": "articles"}'
        done = Client().post("/accounts/webhook/", body, content_type="application/json", headers=headers)
        assert done.json() == {"forgotten": ["articles"]}
        cms.items("articles").read_many(limit=1)
        assert len(mock.requests) == 2


def test_visitors_have_responses_of_their_own(fake: FakeDirectus) -> None:
    fake.users["bob@example.com"] = {"id": "u-bob", "email": "bob@example.com"}

    def reply(request: Request) -> Any:
        owner = request.headers.get("Authorization", "nobody").partition(":")[2]
        return [{"title": owner}] if "/items/" in request.url else fake(request)

    with site(MockTransport(reply)):
        from django.test import RequestFactory

        titles = {}
        for email in ("ada@example.com", "bob@example.com"):
            browser = Client()
            sign_in(browser, email)
            request = RequestFactory().get("/")
            request.session = browser.session
            from directus_sdk.contrib.django.sessions import client_of

            titles[email] = [client_of(request).items("notes").read_many(limit=1)[0]["title"] for _ in range(2)]
    assert titles == {email: [email, email] for email in ("ada@example.com", "bob@example.com")}


def test_it_is_a_backend_of_dogpile() -> None:
    backend = DjangoCacheBackend({"alias": "default", "timeout": 60})
    assert backend.get("a") is NO_VALUE
    backend.set("a", ("value", 1))
    backend.set_multi({"b": 2, "c": 3})
    assert backend.get("a") == ("value", 1)
    assert backend.get_multi(["c", "x", "b"]) == [3, NO_VALUE, 2]
    backend.delete("a")
    backend.delete_multi(["b", "x"])
    assert backend.get_multi(["a", "b", "c"]) == [NO_VALUE, NO_VALUE, 3]


def test_its_lock_excludes_others() -> None:
    backend = DjangoCacheBackend({"alias": "default", "timeout": 60})
    mine, other = backend.get_mutex("a"), backend.get_mutex("a")
    assert mine.acquire()
    assert other.locked()
    assert not other.acquire(wait=False)
    threading.Timer(0.05, mine.release).start()
    assert other.acquire()
    other.release()
    assert not mine.locked()


def test_a_webhook_that_reaches_one_process_is_a_warning_for_deployments() -> None:
    with site(MockTransport(), WEBHOOK_SECRET=SECRET):
        assert [message.id for message in check_deployment(None)] == ["directus.W004"]
    with site(MockTransport()):
        assert check_deployment(None) == []
