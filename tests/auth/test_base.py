"""Tokens that cannot be one, and the end of a session whose token came from elsewhere."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from typing import Any

import attrs
import pytest

from directus_sdk import (
    APIError,
    Auth,
    ConfigurationError,
    Directus,
    LoginAuth,
    MemoryStorage,
    Request,
    RetryPolicy,
    StaticTokenAuth,
    Storage,
    TransportError,
)
from tests.accounts import Accounts
from tests.scripted_server import Reset, Wire, answer


@pytest.mark.parametrize(
    ("char", "words"),
    [
        ("ö", "what is not ASCII: its character 7 is U+00F6 (LATIN SMALL LETTER O WITH DIAERESIS)"),
        ("ю", "what is not ASCII: its character 7 is U+044E (CYRILLIC SMALL LETTER YU)"),
        ("\U0001f511", "what is not ASCII: its character 7 is U+1F511 (KEY)"),
        ("\n", "white space: its character 7 is a line break (U+000A); strip"),
        ("\r", "white space: its character 7 is a line break (U+000D); strip"),
        (" ", "white space: its character 7 is U+0020; strip"),
        ("\xa0", "white space: its character 7 is U+00A0"),
        ("\x00", "control characters: its character 7 is U+0000"),
        ("\x7f", "control characters: its character 7 is U+007F"),
        ("\ufeff", "control characters: its character 7 is U+FEFF, which is invisible"),
        ("\u200b", "control characters: its character 7 is U+200B, which is invisible"),
        ("\ud83d", "surrogate pairs: its character 7 is U+D83D"),
        ("\ue000", "what is not ASCII: its character 7 is U+E000 (without a name)"),
    ],
)
def test_what_a_header_cannot_hold_is_named_and_the_token_is_not(char: str, words: str) -> None:
    token = f"s3cr3t{char}t0k3n"
    directus = Directus("https://cms.example.com")
    makers: list[Any] = [
        lambda: Directus("https://cms.example.com", token=token),
        lambda: StaticTokenAuth(token),
        lambda: directus.with_token(token),
        lambda: directus.with_options(token=token),
        lambda: directus.with_options(params={"access_token": token}),
        lambda: directus.auth.static(token),
        lambda: directus.auth.logout(token),
    ]
    for make in makers:
        with pytest.raises(
            ConfigurationError, match="token must not contain " + ".*" * words.startswith("surr") + re.escape(words)
        ) as caught:
            make()
        assert "s3cr3t" not in str(caught.value)
        assert "t0k3n" not in str(caught.value)


# ------------------------------------------------------------------ logout
@pytest.fixture
def server() -> Iterator[Accounts]:
    with Accounts("one") as accounts:
        yield accounts


def client(url: str, **options: Any) -> Directus:
    return Directus(url, retry=RetryPolicy(attempts=1), **options)


@pytest.mark.parametrize("options", [{}, {"token": "static"}, {"auth": LoginAuth}])
def test_a_token_from_elsewhere_ends_its_own_session_and_no_other(options: dict[str, Any], server: Accounts) -> None:
    made = {name: value() if name == "auth" else value for name, value in options.items()}
    directus = client(server.url, **made)
    if "auth" in options:
        directus.auth.login("ada@example.com", "pw")
    server.live["one/browser/refresh-9"] = "browser"
    before = directus.auth.token
    directus.auth.logout("one/browser/refresh-9")
    assert "one/browser/refresh-9" not in server.live
    assert directus.auth.token == before
    assert "authorization" not in server.seen[-1].headers
    if "auth" in options:
        directus.auth.refresh()
        directus.auth.logout()
        assert server.live == {}


def test_the_clients_own_token_ends_its_own_session(server: Accounts) -> None:
    directus = client(server.url, storage=MemoryStorage())
    session = directus.auth.login("ada@example.com", "pw")
    assert session.refresh_token is not None
    directus.auth.logout(refresh_token=session.refresh_token.reveal())
    assert not directus.auth.signed_in
    assert directus.storage.load() is None
    assert server.live == {}


@pytest.mark.parametrize("token", [None, "", "a b", 5])
def test_no_token_never_means_the_clients_own_session(token: Any, server: Accounts) -> None:
    directus = client(server.url)
    directus.auth.login("ada@example.com", "pw")
    with pytest.raises(ConfigurationError, match="token must"):
        directus.auth.logout(token)
    assert directus.auth.signed_in
    assert server.paths() == ["/auth/login"]


@pytest.mark.parametrize(("mode", "cookie"), [("cookie", "directus_refresh_token"), ("session", "directus_session_token")])
def test_tokens_of_cookies(mode: str, cookie: str) -> None:
    with Wire(answer(b"", "204 No Content", length=False)) as wire:
        client(wire.url).auth.logout("abc", mode=mode)
        assert wire.seen[0].headers["cookie"] == f"{cookie}=abc"
        with pytest.raises(ConfigurationError, match="mode must be"):
            client(wire.url).auth.logout("abc", mode="jwt")


def test_a_logout_of_what_is_over_is_done_and_one_without_an_answer_is_not() -> None:
    over = answer(b'{"errors": [{"message": "x", "extensions": {"code": "INVALID_CREDENTIALS"}}]}', "401 No")
    firewall = answer(b"<html>", "401 No", kind="text/html")
    with Wire([over, firewall, Reset()]) as wire:
        directus = client(wire.url)
        directus.auth.logout("abc-xyz")
        with pytest.raises(APIError):
            directus.auth.logout("abc-xyz")
        with pytest.raises(TransportError) as caught:
            directus.auth.logout("abc-xyz")
        assert "abc-xyz" not in str(caught.value)


@attrs.frozen
class FrozenAuth(Auth):
    """As a user may write one."""

    token: str = "t0ken"  # type: ignore[assignment]

    def authorize(self, request: Request) -> Request:
        return request.with_headers({"Authorization": f"Bearer {self.token}"})


@dataclasses.dataclass(frozen=True)
class FrozenStorage(Storage):
    values: dict[str, str]

    def get(self, key: str) -> str | None:
        return self.values.get(key)

    def set(self, key: str, value: str) -> None:
        self.values[key] = value

    def delete(self, key: str) -> None:
        self.values.pop(key, None)


def test_classes_of_users_may_be_frozen(server: Accounts) -> None:
    assert Directus(server.url, auth=FrozenAuth()).request("GET", "/who")["token"] == "t0ken"
    directus = Directus(server.url, storage=FrozenStorage({}))
    directus.auth.login("ada@example.com", "pa55")
    directus.auth.refresh()
    assert directus.request("GET", "/who")["user"] == "ada@example.com"
