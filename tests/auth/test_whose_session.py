"""A stored session belongs to one server and one user: others neither send it nor clear it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest

from directus_sdk import (
    ConfigurationError,
    Credentials,
    Directus,
    FileStorage,
    LoginAuth,
    MemoryStorage,
    RetryPolicy,
    SessionExpired,
    Storage,
)
from directus_sdk.contrib.redis import RedisStorage
from tests.accounts import Accounts
from tests.redis_server import redis_server

ADA, BOB = "ada@example.com", "bob@example.com"


class DictStorage(Storage):
    """A storage of a user, with the three methods that it must have."""

    def __init__(self, texts: dict[str, str]) -> None:
        super().__init__()
        self.texts = texts

    def get(self, key: str) -> str | None:
        return self.texts.get(key)

    def set(self, key: str, value: str) -> None:
        self.texts[key] = value

    def delete(self, key: str) -> None:
        self.texts.pop(key, None)


Make = Callable[[], Storage]


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with redis_server() as url:
        yield url


@pytest.fixture(params=["memory", "file", "redis", "own"])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Make:
    """Makes storages that lead to one place."""
    if request.param == "redis":
        address, prefix = request.getfixturevalue("address"), f"{tmp_path}:"
        return lambda: RedisStorage(address, prefix=prefix)
    if request.param == "file":
        return lambda: FileStorage(tmp_path / "session.json")
    shared: Storage = MemoryStorage() if request.param == "memory" else DictStorage({})
    return lambda: shared


@pytest.fixture
def one() -> Iterator[Accounts]:
    with Accounts("one") as server:
        yield server


@pytest.fixture
def two() -> Iterator[Accounts]:
    with Accounts("two") as server:
        yield server


def client(server: Accounts, storage: Storage, **options: Any) -> Directus:
    return Directus(server.url, storage=storage, retry=RetryPolicy(attempts=1), **options)


def asks_as(directus: Directus) -> str | None:
    user = directus.request("GET", "/who")["user"]
    return None if user is None else str(user)


def test_another_server_neither_gets_nor_clears_a_session(one: Accounts, two: Accounts, make: Make) -> None:
    client(one, make()).auth.login(ADA, "pw")
    stranger = client(two, make())
    assert stranger.auth.token is None
    assert asks_as(stranger) is None
    with pytest.raises(ConfigurationError, match="no session"):
        stranger.auth.refresh()
    stranger.auth.logout()
    assert not two.got("one/")
    stranger.auth.login(BOB, "pw")
    stranger.auth.refresh()
    assert asks_as(stranger) == BOB
    assert asks_as(client(one, make())) == ADA
    assert asks_as(client(two, make())) == BOB
    stranger.auth.logout()
    again = client(one, make())
    again.auth.refresh()
    assert asks_as(again) == ADA
    assert (two.got("one/"), one.got("two/")) == (False, False)


def test_credentials_of_another_server_neither(one: Accounts, two: Accounts, make: Make) -> None:
    client(one, make()).auth.login(ADA, "pw")
    stranger = client(two, make(), auth=LoginAuth(credentials=lambda: {"email": ADA, "password": "pw"}))
    assert asks_as(stranger) == ADA
    assert not two.got("one/")
    assert client(one, make()).auth.token == "one/ada@example.com/access-1"


def test_a_refusal_of_another_server_costs_no_session(one: Accounts, two: Accounts, make: Make) -> None:
    two.lifetime = 1.0
    client(one, make()).auth.login(ADA, "pw")
    stranger = client(two, make())
    stranger.auth.login(BOB, "pw")
    two.live.clear()
    with pytest.raises(SessionExpired):
        stranger.auth.refresh()
    assert asks_as(client(one, make())) == ADA


def test_urls_of_one_server_share_a_session(one: Accounts, tmp_path: Path) -> None:
    storage = FileStorage(tmp_path / "session.json")
    client(one, storage).auth.login(ADA, "pw")
    for url in (f"{one.url}/", one.url.upper().replace("HTTP", "http"), f" {one.url}//"):
        assert asks_as(Directus(url, storage=FileStorage(tmp_path / "session.json"))) == ADA
    for url in (f"{one.url}/cms", one.url.replace("127.0.0.1", "localhost"), one.url.replace("http:", "https:")):
        assert Directus(url, storage=storage).auth.token is None


def test_a_record_names_its_server_and_its_user(one: Accounts, make: Make) -> None:
    session = client(one, make()).auth.login("Ada@Example.com", "pw")
    assert (session.server, session.user) == (one.url, ADA)
    assert make().load() == session
    assert make().load(one.url) == session
    assert make().load("https://elsewhere.example") is None
    refreshed = client(one, make()).auth.refresh()
    assert (refreshed.server, refreshed.user) == (one.url, ADA)


def test_a_record_that_names_no_server_is_claimed_by_the_first_refresh(one: Accounts, two: Accounts, make: Make) -> None:
    one.live["one/sso/refresh-0"] = "sso"
    make().save(Credentials(refresh_token="one/sso/refresh-0"))
    assert asks_as(client(one, make())) == "sso"
    assert asks_as(client(two, make())) is None
    assert not two.got("one/")


def test_sessions_of_other_servers_outlive_save_and_clear(make: Make) -> None:
    storage = make()
    a, b = (Credentials(access_token=name, server=f"https://{name}.example") for name in ("a", "b"))
    for record in (a, b, attrs.evolve(a, user="u")):
        storage.save(record)
    assert storage.load() == storage.load("https://a.example") == attrs.evolve(a, user="u")
    assert storage.load("https://b.example") == b
    storage.clear("https://a.example")
    assert storage.load() == b
    storage.clear()
    assert storage.get(f"{storage.prefix}directus_credentials") is None


@pytest.mark.parametrize("broken", ['"x"', "5", '[{"access_token": 5}]', '{"a": {}}', "[5]", "[" * 5000 + "]" * 5000])
def test_others_that_cannot_be_read_lock_nobody_out(broken: str, one: Accounts) -> None:
    storage = DictStorage({"directus_credentials": f'{{"access_token": "x", "others": {broken}}}'})
    directus = client(one, storage)
    directus.auth.login(ADA, "pw")
    assert asks_as(client(one, storage)) == ADA


# ------------------------------------------------------------------ users
def of(user: str, calls: list[str] | None = None, **more: Any) -> LoginAuth:
    def credentials() -> dict[str, Any]:
        if calls is not None:
            calls.append(user)
        return {"email": user, "password": f"pw-{user}", **more}

    return LoginAuth(credentials=credentials)


def test_credentials_never_act_as_another_user(one: Accounts, make: Make) -> None:
    client(one, make()).auth.login(BOB, "pw")
    directus = client(one, make(), auth=of(ADA))
    assert asks_as(directus) == ADA
    assert asks_as(client(one, make(), auth=of(BOB))) == BOB
    assert asks_as(directus) == ADA


@pytest.mark.parametrize("spelt", [ADA, "ADA@Example.com", " ada@example.com"])
def test_credentials_of_the_same_user_take_what_is_stored(spelt: str, one: Accounts, make: Make) -> None:
    client(one, make()).auth.login(ADA, "pw")
    calls: list[str] = []
    directus = client(one, make(), auth=of(spelt, calls))
    assert [asks_as(directus) for _ in range(3)] == [ADA] * 3
    assert one.paths().count("/auth/login") == 1
    assert len(calls) == 1


def test_the_same_name_at_another_provider_is_another_user(one: Accounts) -> None:
    storage = MemoryStorage()
    client(one, storage).auth.login(ADA, "pw")
    assert asks_as(client(one, storage, auth=of(ADA, provider="ldap"))) == ADA
    assert one.paths().count("/auth/login/ldap") == 1


def test_a_refresh_takes_no_session_of_another_user(one: Accounts, make: Make) -> None:
    """Ada's session lives in the memory of her client when Bob signs in at the same place."""
    ada = client(one, make())
    ada.auth.login(ADA, "pw")
    bob = client(one, make())
    bob.auth.login(BOB, "pw")
    for _ in range(2):
        ada.auth.refresh()
        assert asks_as(ada) == ADA
        bob.auth.refresh()
        assert asks_as(bob) == BOB
    ada.auth.logout()
    assert client(one, make()).auth.token == bob.auth.token
    assert asks_as(bob) == BOB


def test_the_end_of_a_session_leaves_that_of_another_user_alone(one: Accounts, make: Make) -> None:
    ada = client(one, make())
    ada.auth.login(ADA, "pw")
    one.live.clear()
    bob = client(one, make())
    bob.auth.login(BOB, "pw")
    with pytest.raises(SessionExpired):
        ada.auth.refresh()
    assert asks_as(ada) is None
    assert asks_as(client(one, make())) == BOB


def test_refresh_asks_credentials_whose_session_is_meant(one: Accounts) -> None:
    storage = MemoryStorage()
    client(one, storage).auth.login(BOB, "pw")
    directus = client(one, storage, auth=of(ADA))
    assert directus.auth.token is None
    assert directus.auth.refresh().user == ADA


def test_after_a_logout_another_session_may_be_taken(one: Accounts, make: Make) -> None:
    directus = client(one, make())
    directus.auth.login(ADA, "pw")
    directus.auth.logout()
    client(one, make()).auth.login(BOB, "pw")
    assert asks_as(directus) == BOB


def test_a_login_as_another_user_is_the_session_then(one: Accounts) -> None:
    storage = MemoryStorage()
    directus = client(one, storage, auth=of(ADA))
    assert asks_as(directus) == ADA
    directus.auth.login(BOB, "pw")
    directus.auth.refresh()
    assert asks_as(directus) == BOB
    assert json.loads(storage.get("directus_credentials") or "")["user"] == BOB


def test_a_session_of_nobody_known_is_taken(one: Accounts) -> None:
    storage = MemoryStorage()
    storage.save(Credentials(access_token="one/static/token", expires_at=time.time() + 900, server=one.url))
    calls: list[str] = []
    assert asks_as(client(one, storage, auth=of(ADA, calls))) == "static"
    assert calls == []
