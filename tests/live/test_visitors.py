"""Sessions of visitors on a real server that are ended there."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from directus_sdk import ConfigurationError, Directus, InvalidCredentials, SessionExpired
from directus_sdk.contrib.web.stores import MemoryVisitorStore
from directus_sdk.contrib.web.visitors import Visitors
from directus_sdk.testing import DirectusServer

pytestmark = [pytest.mark.live]


@pytest.fixture
def site(directus_server: DirectusServer) -> Iterator[Directus]:
    with Directus(directus_server.url) as site:
        yield site


def end_elsewhere(visitors: Visitors, visitor_id: str, server: DirectusServer) -> None:
    """End a session by its token, as a second browser would."""
    record = visitors.client(visitor_id).storage.load()
    assert record is not None
    token = record.refresh_token or record.cookies["directus_session_token"]
    with Directus(server.url) as other:
        other.auth.logout(token.reveal(), mode=visitors.mode)


@pytest.mark.directus(">=11")
def test_the_mode_session_is_over_at_once(site: Directus, directus_server: DirectusServer) -> None:
    visitors = Visitors(site, MemoryVisitorStore(), "session")
    visitor_id = visitors.sign_in(directus_server.admin_email, directus_server.admin_password)
    assert visitors.client(visitor_id).users.me.read(fields=["email"])["email"] == directus_server.admin_email
    end_elsewhere(visitors, visitor_id, directus_server)
    for _ in range(2):
        with pytest.raises(SessionExpired):
            visitors.client(visitor_id).users.me.read(fields=["email"])
    assert not visitors.signed_in(visitor_id)


def test_the_mode_json_is_over_when_its_access_token_ends(
    site: Directus, directus_server: DirectusServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitors = Visitors(site, MemoryVisitorStore())
    visitor_id = visitors.sign_in(directus_server.admin_email, directus_server.admin_password)
    end_elsewhere(visitors, visitor_id, directus_server)
    later = time.time() + 3600
    monkeypatch.setattr("directus_sdk.auth.credentials.time.time", lambda: later)
    for _ in range(2):
        with pytest.raises(SessionExpired):
            visitors.client(visitor_id).users.me.read(fields=["email"])
    assert not visitors.signed_in(visitor_id)


@pytest.mark.parametrize("mode", [pytest.param("session", marks=pytest.mark.directus(">=11")), "json"])
def test_signing_out_ends_it_on_the_server(site: Directus, directus_server: DirectusServer, mode: str) -> None:
    visitors = Visitors(site, MemoryVisitorStore(), mode)
    visitor_id = visitors.sign_in(directus_server.admin_email, directus_server.admin_password)
    before = visitors.client(visitor_id).storage.load()
    assert before is not None
    visitors.sign_out(visitor_id)
    stolen = visitors.new_id()
    visitors.client(stolen).storage.save(before)
    with pytest.raises(SessionExpired):
        visitors.client(stolen).auth.refresh()


def test_a_wrong_password_is_no_session(site: Directus, directus_server: DirectusServer) -> None:
    visitors = Visitors(site, MemoryVisitorStore())
    with pytest.raises(InvalidCredentials):
        visitors.sign_in(directus_server.admin_email, "wrong")


@pytest.mark.parametrize("mode", [pytest.param("session", marks=pytest.mark.directus(">=11")), "json"])
def test_a_single_sign_on_leaves_the_browser_nothing(site: Directus, directus_server: DirectusServer, mode: str) -> None:
    with Directus(directus_server.url) as browser:
        record = browser.auth.login(directus_server.admin_email, directus_server.admin_password, mode=mode)
    visitors = Visitors(site, MemoryVisitorStore(), mode)
    before = visitors.sign_in(directus_server.admin_email, directus_server.admin_password)
    if mode == "json":
        assert record.refresh_token is not None
        token = record.refresh_token.reveal()
        visitor_id = visitors.sign_in_with(refresh_token=token, replaces=before)
    else:
        token = record.cookies["directus_session_token"].reveal()
        visitor_id = visitors.sign_in_with(session_token=token, replaces=before)
    assert visitors.client(visitor_id).users.me.read(fields=["email"])["email"] == directus_server.admin_email
    stored = visitors.client(visitor_id).storage.load()
    assert stored is not None
    assert token not in stored.to_json()
    assert not visitors.signed_in(before)


def test_a_single_sign_on_that_is_not_valid(site: Directus, directus_server: DirectusServer) -> None:
    visitors = Visitors(site, MemoryVisitorStore())
    with pytest.raises(InvalidCredentials):
        visitors.sign_in_with(refresh_token="a" * 64)
    for wrong in ({}, {"refresh_token": "a", "session_token": "b"}):
        with pytest.raises(ConfigurationError, match="one of them"):
            visitors.sign_in_with(**wrong)
    assert not visitors.store._kept  # type: ignore[attr-defined]
