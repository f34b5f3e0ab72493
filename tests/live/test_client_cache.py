"""A cache in the client, with a real server."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest
from dogpile.cache import make_region

from directus_sdk import Directus, Event, LoginAuth, RequestsTransport
from directus_sdk.contrib.cache import CachedTransport
from directus_sdk.testing import DirectusServer
from tests.live.shop import Shop, shop_of

pytestmark = pytest.mark.live


@pytest.fixture
def cache() -> CachedTransport:
    return CachedTransport(RequestsTransport(), make_region().configure("dogpile.cache.memory"), ttl=600)


@pytest.fixture
def other(directus_server: DirectusServer) -> Iterator[Directus]:
    """Another client, which forgets nothing."""
    with directus_server.directus() as directus:
        yield directus


@pytest.fixture
def shop(other: Directus) -> Iterator[Shop]:
    with shop_of(other) as shop:
        yield shop


def kinds(directus: Directus) -> list[str]:
    events: list[str] = []

    def listen(event: Event) -> None:
        events.append(event.kind)

    directus.on_event(listen)
    return events


def test_items_and_files(directus_server: DirectusServer, cache: CachedTransport, shop: Shop, other: Directus) -> None:
    items = shop.items()
    items.create_many([{"name": "a", "n": 1}, {"name": "b", "n": 2}])
    file = other.files.upload(b"old", filename="a.txt")
    assert file
    with directus_server.directus(transport=cache) as directus:
        mine = directus.items(items.collection)

        def read() -> list[object]:
            return [
                mine.read_one(1)["n"],
                [row["n"] for row in mine.read_many([2, 1])],
                mine.count({"n": {"_gt": 0}}),
                int(mine.aggregate({"sum": "n"})[0]["sum"]["n"]),  # PostgreSQL sends a string
                mine.first(sort="-n", fields=["n"]),
                directus.files.read_one(file["id"])["title"],
                directus.assets.read(file["id"]),
            ]

        before = read()
        assert before == [1, [2, 1], 2, 3, {"n": 2}, "A", b"old"]
        items.update_one(1, {"n": 9})
        other.files.replace(file["id"], b"new")
        events = kinds(directus)
        assert read() == before
        assert set(events) == {"cached"}
        cache.forget(items.collection)
        assert read() == [9, [2, 9], 2, 11, {"n": 9}, "A", b"old"]
        cache.forget("directus_files")
        assert read()[-1] == b"new"
        items.update_one(1, {"n": 10})
        directus.files.update_one(file["id"], {"title": "B"})  # everything of this server
        assert read()[0] == 10


@pytest.mark.directus(">=10")  # version 9 has no such permission for files
@pytest.mark.parametrize("mode", ["json", "session"])
def test_a_session(directus_server: DirectusServer, cache: CachedTransport, other: Directus, mode: str) -> None:
    if mode == "session" and directus_server.version.startswith(("9.", "10.1.")):
        pytest.skip("older servers have no mode session")
    email = f"{uuid.uuid4().hex}@example.com"
    role = other.users.me.read(fields=["role"])["role"]
    user = other.users.create_one({"email": email, "password": "a-password", "role": role})
    assert user
    with Directus(directus_server.url, auth=LoginAuth(mode, required=True), transport=cache) as visitor:
        visitor.auth.login(email, "a-password")
        visitor.files.count()
        events = kinds(visitor)
        visitor.files.count()
        assert set(events) == ({"cached"} if mode == "json" else {"request", "response"})
        token = visitor.auth.token
        assert token
        # The server looks up the session of such a token, and so its responses are not cached, however it is sent.
        for client in (visitor.with_token(token), visitor.with_options(headers={"Cookie": f"directus_session_token={token}"})):
            client.files.count()
            client.on_event(lambda event: events.append(event.kind))
            events.clear()
            client.files.count()
            assert ("cached" in events) == (mode == "json")
    other.users.delete_one(user["id"])
