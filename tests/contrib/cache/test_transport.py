"""The cache of reads: what it responds to, for whom, and what it forgets."""

from __future__ import annotations

import copy
import logging
import os
import pickle
import threading
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable
from typing import Any

import pytest
from dogpile.cache import make_region
from dogpile.cache.region import CacheRegion

from directus_sdk import (
    ConfigurationError,
    Directus,
    DirectusError,
    Event,
    LoginAuth,
    Request,
    RequestsTransport,
    Response,
    TransportError,
)
from directus_sdk.contrib.cache import CachedTransport, turns
from directus_sdk.errors import ConnectionFailed, NotFound, ServerError
from directus_sdk.testing import MockTransport
from directus_sdk.testing.mock import error_response, json_response

URL = "https://cms.example.com"
FILE = "8cbb43fe-4cdf-4991-8352-c461779cec02"


def memory() -> CacheRegion:
    return make_region().configure("dogpile.cache.memory")


class Server:
    """Responds with how many requests it has received; `status` and `down` make it fail."""

    def __init__(self) -> None:
        self.count = 0
        self.failure: Response | TransportError | None = None
        self.headers: dict[str, str] = {}
        self.transport = MockTransport(self.respond)
        self.transport.asks = False

    def respond(self, request: Request) -> object:
        self.count += 1
        if self.failure is not None:
            return self.failure
        if "/assets/" in request.url:
            return Response(200, {"Content-Type": "image/png", **self.headers}, b"image %d" % self.count)
        single = request.method == "GET" and request.url.count("/") > 4
        item: dict[str, Any] = {"id": 1, "title": f"title {self.count}", "count": self.count}
        document = {"data": item if single or "/singleton" in request.url else [item], "meta": {}}
        return json_response(document, headers={"Cache-Control": "no-cache", **self.headers})


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def cache(server: Server) -> CachedTransport:
    return CachedTransport(server.transport, memory(), ttl=60, stale=300)


@pytest.fixture
def directus(cache: CachedTransport) -> Directus:
    return Directus(URL, token="a-static-token", transport=cache)


READS: dict[str, Callable[[Directus], object]] = {
    "read_one": lambda directus: directus.items("articles").read_one(1),
    "read_many": lambda directus: directus.items("articles").read_many(limit=3),
    "keys": lambda directus: directus.items("articles").read_many([1]),
    "long": lambda directus: directus.items("articles").read_many(filter={"title": {"_in": ["x" * 99] * 99}}),
    "first": lambda directus: directus.items("articles").first(),
    "count": lambda directus: directus.items("articles").count(),
    "aggregate": lambda directus: directus.items("articles").aggregate({"count": "*"}),
    "singleton": lambda directus: directus.singleton("singleton").read(),
    "settings": lambda directus: directus.settings.read(),
    "file": lambda directus: directus.files.read_one(FILE),
    "files": lambda directus: directus.files.read_many(limit=1),
    "users": lambda directus: directus.users.read_many(limit=1),
    "asset": lambda directus: directus.assets.read(FILE, width=8),
}
UNCACHED: dict[str, Callable[[Directus], object]] = {
    "exists": lambda directus: directus.items("articles").exists(1),
    "read_all": lambda directus: directus.items("articles").read_all(limit=1),
    "iterate": lambda directus: list(directus.items("articles").iterate(limit=1)),
    "read_frame": lambda directus: directus.items("articles").read_frame(limit=1),
    "me": lambda directus: directus.users.me.read(),
    "me as a key": lambda directus: directus.users.read_one("me"),
    "permissions": lambda directus: directus.permissions.me(),
    "request": lambda directus: directus.request("GET", "/items/articles"),
    "stream": lambda directus: directus.assets.stream(FILE).response,
    "graphql": lambda directus: directus.graphql.items("{ articles { id } }"),
    "collections": lambda directus: directus.collections.read_many(),
    "fields": lambda directus: directus.fields.read_many("articles"),
}


@pytest.mark.parametrize("name", READS)
def test_a_second_read_costs_no_request(directus: Directus, server: Server, name: str) -> None:
    first = READS[name](directus)
    sent = server.count
    assert READS[name](directus) == first
    assert server.count == sent


@pytest.mark.parametrize("name", UNCACHED)
def test_what_must_be_the_present_one_is_requested(directus: Directus, server: Server, name: str) -> None:
    UNCACHED[name](directus)
    sent = server.count
    UNCACHED[name](directus)
    assert server.count > sent


def test_a_response_cannot_be_changed_by_its_reader(directus: Directus) -> None:
    articles = directus.items("articles")
    articles.read_one(1)["title"] = "changed"
    articles.read_many(limit=1)[0]["title"] = "changed"
    assert "changed" not in (articles.read_one(1)["title"], articles.read_many(limit=1)[0]["title"])


def test_it_expires(directus: Directus, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    now = time.time()
    directus.items("articles").read_one(1)
    for seconds, requests in ((59, 1), (61, 2)):
        monkeypatch.setattr(time, "time", lambda seconds=seconds: now + seconds)
        directus.items("articles").read_one(1)
        assert server.count == requests


def test_a_write_forgets_what_the_server_may_have_changed(directus: Directus, server: Server) -> None:
    for write in (
        lambda: directus.items("authors").create_one({"name": "x"}),
        lambda: directus.items("authors").update_one(1, {"name": "x"}),
        lambda: directus.items("authors").delete_one(1),
        lambda: directus.request("PATCH", "/custom", json={}),
        lambda: directus.graphql.items("mutation { delete_articles_item(id: 1) { id } }"),
    ):
        before = directus.items("articles").read_one(1)
        assert directus.items("articles").read_one(1) == before
        write()
        assert directus.items("articles").read_one(1) != before


def test_signing_in_and_what_is_refused_forget_nothing(directus: Directus, server: Server) -> None:
    before = directus.items("articles").read_one(1)
    visitor = directus.with_options(auth=LoginAuth())
    server.failure = error_response("INVALID_CREDENTIALS", 401)
    with pytest.raises(DirectusError):
        visitor.auth.login("a@example.com", "password")
    server.failure = error_response("INVALID_PAYLOAD", 400)
    with pytest.raises(DirectusError):
        directus.items("articles").create_one({})
    server.failure = None
    directus.graphql.items("{ articles { id } }")
    assert directus.items("articles").read_one(1) == before


def test_a_write_without_a_response_forgets(directus: Directus, server: Server) -> None:
    for failure in (ConnectionFailed("broken"), error_response("INTERNAL_SERVER_ERROR", 500)):
        before = directus.items("articles").read_one(1)
        server.failure = failure
        with pytest.raises(DirectusError):
            directus.items("articles").update_one(1, {"title": "x"})
        server.failure = None
        assert directus.items("articles").read_one(1) != before


def test_forget_names_collections(directus: Directus, cache: CachedTransport, server: Server) -> None:
    reads: list[tuple[str, Callable[[], object]]] = [
        ("articles", lambda: directus.items("articles").read_many(limit=3, fields=["id", "title"])),
        ("authors", lambda: directus.items("authors").read_many(filter={"name": {"_eq": "x"}}, sort=["-id"], limit=3)),
        ("related", lambda: directus.items("articles").read_many(limit=3, fields=["id", "author.name"])),
        ("filtered", lambda: directus.items("articles").read_many(limit=3, filter={"author": {"name": {"_eq": "x"}}})),
        ("pages", lambda: directus.items("pages").read_one(1)),
        ("asset", lambda: directus.assets.read(FILE)),
    ]
    for names, forgotten in (
        (["authors"], {"authors", "related", "filtered"}),
        (["articles"], {"articles", "related", "filtered"}),
        (["pages", "directus_files"], {"pages", "related", "filtered", "asset"}),
        (["directus_permissions"], {name for name, _ in reads}),
        ([], {name for name, _ in reads}),
    ):
        before = {name: read() for name, read in reads}
        assert {name: read() for name, read in reads} == before
        cache.forget(*names)
        assert {name for name, read in reads if read() != before[name]} == forgotten


@pytest.mark.parametrize("field", ["tags", "author"])
def test_a_list_in_a_response_may_be_one_of_related_items(cache: CachedTransport, server: Server, field: str) -> None:
    value = {"tags": [1, 2], "author": 1}[field]
    mock = MockTransport(lambda request: [{"id": 1, field: value}])
    cache = CachedTransport(mock, memory())
    articles = Directus(URL, transport=cache).items("articles")
    articles.read_many(limit=1)
    cache.forget("other")
    articles.read_many(limit=1)
    assert len(mock.requests) == (2 if field == "tags" else 1)


@pytest.mark.parametrize("name", [["articles"], None, 1])
def test_forget_takes_names(cache: CachedTransport, name: Any) -> None:
    with pytest.raises(TypeError, match="collection must be a string"):
        cache.forget(name)
    with pytest.raises(ValueError, match="empty"):
        cache.forget("")


def test_a_response_that_was_requested_before_a_write_is_not_kept(server: Server) -> None:
    reading, written = threading.Event(), threading.Event()

    class Slow(MockTransport):
        def send(self, request: Request) -> Response:
            response = super().send(request)
            if request.method == "GET" and not written.is_set():
                reading.set()
                assert written.wait(30)
            return response

    directus = Directus(URL, transport=CachedTransport(Slow(server.respond), memory()))
    old: list[object] = []
    thread = threading.Thread(target=lambda: old.append(directus.items("articles").read_one(1)))
    thread.start()
    assert reading.wait(30)
    directus.items("articles").update_one(1, {"title": "new"})
    written.set()
    thread.join()
    assert directus.items("articles").read_one(1)["count"] == 3
    assert old == [{"id": 1, "title": "title 1", "count": 1}]


def test_errors_are_not_kept(directus: Directus, server: Server) -> None:
    for failure, error in (
        (error_response("FORBIDDEN", 403), DirectusError),
        (error_response("NOT_FOUND", 404), NotFound),
        (error_response("INTERNAL_SERVER_ERROR", 500), ServerError),
        (ConnectionFailed("no connection"), ConnectionFailed),
    ):
        directus.transport.forget()  # type: ignore[attr-defined]
        server.failure = failure
        with pytest.raises(error):
            directus.items("articles").read_one(1)
        server.failure = None
        assert directus.items("articles").read_one(1)["count"] == server.count


@pytest.mark.parametrize("name", ["read_one", "read_many", "files"])
def test_the_page_of_a_proxy_is_not_kept(directus: Directus, server: Server, name: str) -> None:
    page = Response(200, {"Content-Type": "text/html"}, b"<h1>Maintenance</h1>")
    server.failure = page
    with pytest.raises(DirectusError):
        READS[name](directus)
    server.failure = None
    assert READS[name](directus)


def test_a_stale_response_while_the_server_is_down(
    directus: Directus, server: Server, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    events: list[Event] = []
    directus.on_event(events.append)
    now, real = time.time(), time.time
    before = directus.items("articles").read_one(1)
    monkeypatch.setattr(time, "time", lambda: real() + 61)
    for failure in (ConnectionFailed("no connection"), error_response("SERVICE_UNAVAILABLE", 503)):
        server.failure = failure
        caplog.clear()
        events.clear()
        assert directus.items("articles").read_one(1) == before
        assert [event.kind for event in events] == ["request", "stale"]
        assert events[-1].elapsed is not None
        assert events[-1].elapsed > 60
        assert "the server is down" in caplog.text
    server.failure = None
    assert directus.items("articles").read_one(1) != before  # at once
    server.failure = ConnectionFailed("no connection")
    monkeypatch.setattr(time, "time", lambda: now + 61 + 361)
    with pytest.raises(ConnectionFailed):
        directus.items("articles").read_one(1)


def test_without_stale_a_server_that_is_down_is_an_error(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    directus = Directus(URL, transport=CachedTransport(server.transport, memory()))
    directus.items("articles").read_one(1)
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 61)
    server.failure = ConnectionFailed("no connection")
    with pytest.raises(ConnectionFailed):
        directus.items("articles").read_one(1)


def test_a_hit_has_no_request(directus: Directus, server: Server) -> None:
    events: list[str] = []
    directus.on_event(lambda event: events.append(event.kind))
    directus.items("articles").read_one(1)
    directus.items("articles").read_one(1)
    assert events == ["request", "response", "cached"]


def test_the_cache_control_of_assets(directus: Directus, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    unauthenticated = directus.with_options(auth=LoginAuth())
    real = time.time
    for number, (header, seconds, client, is_kept) in enumerate(
        (
            ("public, max-age=10", 9, directus, True),
            ("public, max-age=10", 11, directus, False),
            ("public, max-age=86400", 61, directus, False),
            ("max-age=0", 0, directus, False),
            ("no-store", 0, directus, False),
            ("no-cache", 0, directus, False),
            ("private, max-age=30", 0, directus, True),
            ("private, max-age=30", 0, unauthenticated, False),
        )
    ):
        server.headers = {"Cache-Control": header}
        monkeypatch.setattr(time, "time", real)
        before = client.assets.read(FILE, width=number + 1)
        monkeypatch.setattr(time, "time", lambda seconds=seconds: real() + seconds)
        assert (client.assets.read(FILE, width=number + 1) == before) is is_kept, header


def test_a_large_body_is_not_kept(server: Server) -> None:
    directus = Directus(URL, transport=CachedTransport(server.transport, memory(), max_size=5))
    assert directus.assets.read(FILE) != directus.assets.read(FILE)


def test_a_call_can_demand_a_response_of_the_server(directus: Directus) -> None:
    before = directus.items("articles").read_one(1)
    fresh = directus.with_options(headers={"Cache-Control": "no-store"})
    assert fresh.items("articles").read_one(1) != before
    assert directus.items("articles").read_one(1) == before


@pytest.fixture
def waiting(monkeypatch: pytest.MonkeyPatch) -> threading.Semaphore:
    """Released by each thread that begins to wait for the response to another one's request."""
    arrived, wait = threading.Semaphore(0), turns.Leader.wait

    def counted(self: turns.Leader, timeout: float | None = None) -> bool:
        arrived.release()
        return wait(self, timeout)

    monkeypatch.setattr(turns.Leader, "wait", counted)
    return arrived


def test_threads_that_read_the_same_send_one_request(server: Server, waiting: threading.Semaphore) -> None:
    first, go_on = threading.Event(), threading.Event()

    class Slow(MockTransport):
        def send(self, request: Request) -> Response:
            first.set()
            assert go_on.wait(30)
            return super().send(request)

    cache = CachedTransport(Slow(server.respond), memory())
    directus = Directus(URL, transport=cache)
    rows: list[object] = []
    threads = [threading.Thread(target=lambda: rows.append(directus.items("articles").read_one(1))) for _ in range(12)]
    for thread in threads:
        thread.start()
    assert all(waiting.acquire(timeout=30) for _ in range(11))
    assert first.is_set()
    go_on.set()
    for thread in threads:
        thread.join()
    assert len(rows) == 12
    assert server.count == 1
    assert not cache._leaders


def test_threads_whose_response_cannot_be_shared_do_not_queue_up(waiting: threading.Semaphore) -> None:
    """All but the first are on their way at the same time."""
    arrived = threading.Barrier(7, timeout=30)
    first, go_on = threading.Event(), threading.Event()
    lock = threading.Lock()

    class Refusing(MockTransport):
        def send(self, request: Request) -> Response:
            with lock:
                is_first = not first.is_set()
                first.set()
            if is_first:
                assert go_on.wait(30)
            else:
                arrived.wait()
            return error_response("FORBIDDEN", 403)

    cache = CachedTransport(Refusing(), memory())
    directus = Directus(URL, transport=cache)

    def read() -> None:
        with pytest.raises(DirectusError):
            directus.items("articles").read_many(limit=1)

    threads = [threading.Thread(target=read) for _ in range(8)]
    threads[0].start()
    assert first.wait(30)
    for thread in threads[1:]:
        thread.start()
    assert all(waiting.acquire(timeout=30) for _ in range(7))
    go_on.set()
    for thread in threads:
        thread.join()
    assert not arrived.broken


def test_a_callback_may_read_what_is_being_read(directus: Directus, server: Server) -> None:
    def listen(event: Event) -> None:
        if event.kind == "request" and server.count < 1:
            directus.items("articles").read_one(1)

    directus.on_event(listen)
    server.count = 0
    nested: list[int] = []

    def once(event: Event) -> None:
        if event.kind == "request" and not nested:
            nested.append(1)
            directus.items("pages").read_one(1)

    directus.on_event(once)
    assert directus.items("pages").read_one(1)["count"] == server.count


def jwt(**content: object) -> str:
    import json

    return f"e30.{urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip('=')}.x"


def test_a_token_that_has_expired_gets_nothing_from_the_cache(cache: CachedTransport, server: Server) -> None:
    base = Directus(URL, transport=cache)
    for token, requests in ((jwt(exp=time.time() + 60), 1), (jwt(exp=time.time() - 1), 2), (jwt(session="x"), 2)):
        for client in (
            base.with_token(token),
            base.with_options(headers={"Cookie": f"directus_session_token={token}"}),
            base.with_options(params={"access_token": token}),
        ):
            server.count = 0
            client.items("articles").read_one(1)
            client.items("articles").read_one(1)
            assert server.count == requests


def session_server(request: Request) -> object:
    if "/auth/" in request.url:
        number = str(len(TOKENS))
        TOKENS.append(number)
        return {"access_token": f"access-{number}", "refresh_token": f"refresh-{number}", "expires": 900_000}
    return [{"token": dict(request.headers).get("Authorization")}]


TOKENS: list[str] = []


def test_a_session_keeps_its_responses_when_its_token_is_refreshed() -> None:
    mock = MockTransport(session_server)
    directus = Directus(URL, transport=CachedTransport(mock, memory()))
    directus.auth.login("a@example.com", "password")
    before = directus.items("articles").read_many(limit=1)
    directus.auth.refresh()
    assert directus.items("articles").read_many(limit=1) == before
    directus.auth.login("a@example.com", "password")
    assert directus.items("articles").read_many(limit=1) != before


def test_a_session_that_is_over_gets_nothing_from_the_cache() -> None:
    mock = MockTransport(session_server)
    directus = Directus(URL, transport=CachedTransport(mock, memory()))
    directus.auth.login("a@example.com", "password")
    assert directus.items("articles").read_many(limit=1) == directus.items("articles").read_many(limit=1)
    directus.auth.logout()
    assert directus.items("articles").read_many(limit=1) == [{"token": None}]


def test_a_session_is_the_same_in_another_process_with_its_storage() -> None:
    from directus_sdk import MemoryStorage

    mock, region, storage = MockTransport(session_server), memory(), MemoryStorage()
    first = Directus(URL, storage=storage, transport=CachedTransport(mock, region))
    first.auth.login("a@example.com", "password")
    before = first.items("articles").read_many(limit=1)
    second = Directus(URL, storage=storage, transport=CachedTransport(mock, region))
    assert second.items("articles").read_many(limit=1) == before
    assert len(mock.requests) == 2


def test_copies_of_a_client_share_the_cache(directus: Directus, server: Server) -> None:
    before = directus.items("articles").read_one(1)
    assert directus.with_options(timeout=3).items("articles").read_one(1) == before
    assert directus.with_token("a-static-token").items("articles").read_one(1) == before
    assert directus.with_token("another-token").items("articles").read_one(1) != before
    assert directus.with_options(headers={"Accept-Language": "de"}).items("articles").read_one(1) != before
    assert directus.with_options(headers={"X-Request-Id": "7"}).items("articles").read_one(1) == before


def test_what_the_transport_adds_is_a_part_of_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []

    def send(self: RequestsTransport, request: Request) -> Response:
        seen.append(request.url)
        return json_response({"data": {"id": len(seen)}})

    monkeypatch.setattr(RequestsTransport, "send", send)
    region = memory()
    clients = [
        Directus(URL, transport=CachedTransport(transport, region))
        for transport in (
            RequestsTransport(headers={"X-Tenant": "a"}),
            RequestsTransport(headers={"X-Tenant": "b"}),
            RequestsTransport(params={"tenant": "c"}),
        )
    ]
    for _ in range(2):
        assert [client.items("articles").read_one(1)["id"] for client in clients] == [1, 2, 3]


class Broken(Exception):
    """What a backend raises that cannot be reached."""


def broken(*args: object) -> None:
    raise Broken("secret-host")


def test_a_region_that_does_not_work_is_no_cache(
    directus: Directus,
    cache: CachedTransport,
    server: Server,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = directus.items("articles").read_one(1)
    with monkeypatch.context() as patch:
        backend = type(cache._store.region.backend)  # type: ignore[union-attr]
        for name in ("get_multi", "set", "set_multi"):
            patch.setattr(backend, name, broken)
        for number in (2, 3, 4):
            assert directus.items("articles").read_one(1)["count"] == number
        directus.items("articles").update_one(1, {"title": "x"})
        assert caplog.text.count("the cache does not work (Broken)") == 1
        assert "secret-host" not in caplog.text
    # The write is not forgotten.
    assert directus.items("articles").read_one(1)["count"] > 4
    assert before["count"] == 1


def test_what_is_stored_that_is_no_entry_is_not_used(directus: Directus, cache: CachedTransport, server: Server) -> None:
    region = memory()
    contents = region.backend._cache
    directus = Directus(URL, transport=CachedTransport(server.transport, region))
    directus.items("articles").read_one(1)
    for value in (1, ("a",) * 7, None, ()):
        for name, stored in list(contents.items()):
            contents[name] = stored._replace(payload=value)
        sent = server.count
        directus.items("articles").read_one(1)
        assert server.count == sent + 1


def test_a_generation_that_is_lost_is_replaced(server: Server) -> None:
    region = memory()
    cache = CachedTransport(server.transport, region)
    directus = Directus(URL, transport=cache)
    directus.items("articles").read_one(1)
    contents = region.backend._cache
    for name, stored in list(contents.items()):
        if isinstance(stored.payload, str):
            cache.forget()
            del contents[name]
            sent = server.count
            directus.items("articles").read_one(1)
            assert server.count == sent + 1


def test_nothing_that_is_stored_holds_a_secret(server: Server) -> None:
    region = memory()
    cache = CachedTransport(server.transport, region, ttl=60, stale=300)
    server.headers = {"Set-Cookie": "session=abcdefgh"}
    Directus(URL, token="a-static-token", transport=cache).items("articles").read_one(1)
    Directus(URL, transport=cache).with_options(params={"access_token": "another-token"}).assets.read(FILE)
    text = repr(region.backend._cache)
    for secret in ("a-static-token", "another-token", "abcdefgh"):
        assert secret not in text
        assert secret not in repr(vars(cache))


def test_copies_and_pickles(directus: Directus, cache: CachedTransport, caplog: pytest.LogCaptureFixture) -> None:
    assert copy.copy(cache) is copy.deepcopy(cache) is cache
    cached = CachedTransport(RequestsTransport(timeout=5), memory(), ttl=5)
    assert repr(cached).startswith("CachedTransport(RequestsTransport(timeout=5")
    assert (cached.timeout, cached.pool_size, cached.waits) == (5, 10, True)
    assert not hasattr(cached, "nothing")
    loaded = pickle.loads(pickle.dumps(cached))
    assert (loaded.ttl, loaded.transport.timeout) == (5, 5)
    assert "it caches and forgets nothing" in caplog.text
    loaded.forget()
    loaded.transport = MockTransport([{"id": 1}, {"id": 2}])
    other = Directus(URL, transport=loaded)
    assert [other.items("articles").read_one(1)["id"] for _ in range(2)] == [1, 2]


def test_a_child_does_not_wait_for_a_thread_of_its_parent(server: Server) -> None:
    from tests.forking import in_child

    reading, go_on = threading.Event(), threading.Event()

    class Slow(MockTransport):
        def send(self, request: Request) -> Response:
            if os.getpid() == parent:
                reading.set()
                assert go_on.wait(30)
            return super().send(request)

    parent = os.getpid()
    directus = Directus(URL, transport=CachedTransport(Slow(server.respond), memory()))
    thread = threading.Thread(target=directus.items("articles").read_one, args=(1,))
    thread.start()
    assert reading.wait(30)
    try:
        assert in_child(lambda: directus.items("articles").read_one(1)["count"]) == "1"
    finally:
        go_on.set()
        thread.join()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"transport": RequestsTransport}, "transport must be a Transport"),
        ({"region": "redis://"}, "region must be a region of dogpile.cache"),
        ({"ttl": 0}, "ttl must be positive seconds"),
        ({"ttl": "60"}, "ttl must be positive seconds"),
        ({"stale": -1}, "stale must be seconds"),
        ({"stale": True}, "stale must be seconds"),
        ({"ttl": float("nan")}, "ttl must be positive seconds"),
    ],
)
def test_bad_arguments(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        CachedTransport(**{"transport": MockTransport(), "region": memory(), **arguments})


def test_a_region_that_is_not_configured_is_named() -> None:
    directus = Directus(URL, transport=CachedTransport(MockTransport(), make_region()))
    with pytest.raises(ConfigurationError, match="not configured"):
        directus.items("articles").read_one(1)


def test_two_servers_on_one_region(server: Server) -> None:
    region = memory()
    cache = CachedTransport(server.transport, region)
    one, two = Directus("https://one.example.com", transport=cache), Directus("https://two.example.com", transport=cache)
    first, second = one.items("articles").read_one(1), two.items("articles").read_one(1)
    assert first != second
    one.items("articles").update_one(1, {"title": "x"})
    assert two.items("articles").read_one(1) == second
    assert one.items("articles").read_one(1) != first
    cache.forget("articles")
    assert two.items("articles").read_one(1) != second


def test_a_flow_may_change_anything(directus: Directus, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    before = directus.items("articles").read_one(1)
    directus.flows.trigger("6f7e1fb5-9e7a-4b25-b0a3-e6f1fbb1c0d1")
    assert directus.items("articles").read_one(1) != before


def test_threads_that_read_at_once_from_an_empty_region_send_one_request(server: Server) -> None:
    for _ in range(20):
        server.count = 0
        directus = Directus(URL, transport=CachedTransport(server.transport, memory()))
        start = threading.Barrier(8, timeout=30)

        def read(directus: Directus = directus, start: threading.Barrier = start) -> None:
            start.wait()
            directus.items("articles").read_one(1)

        threads = [threading.Thread(target=read) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert server.count == 1
