"""What a real server says of itself."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from directus_sdk import Directus, DirectusError, Forbidden
from directus_sdk.testing import DirectusServer
from tests.live.conftest import VERSION, Workshop

pytestmark = pytest.mark.live


def test_what_everybody_may_know(workshop: Workshop) -> None:
    with Directus(workshop.server.url) as nobody:
        assert nobody.server.ping() == "pong"
        assert "project" in nobody.server.info()
        with pytest.raises(DirectusError, match="version"):
            nobody.server.version()


@pytest.mark.directus("<12")
def test_everybody_may_ask_for_the_health(workshop: Workshop) -> None:
    with Directus(workshop.server.url) as nobody:
        assert nobody.server.health()["status"] in ("ok", "warn", "error")


def test_what_an_administrator_may_know(workshop: Workshop, admin: Directus, notes: str) -> None:
    assert admin.server.version() == workshop.server.version
    assert "checks" in admin.server.health()
    assert f"/items/{notes}" in admin.server.oas()["paths"]
    assert f"type {notes} " in admin.server.graphql_sdl()
    assert "type directus_users " in admin.server.graphql_sdl("system")


@pytest.mark.directus(">=11.1")
def test_metrics(admin: Directus) -> None:
    assert "# HELP" in admin.server.metrics()


def test_the_version_is_asked_once(admin: Directus) -> None:
    copy = admin.with_options(timeout=5)
    admin.server.version()
    seen: list[str] = []
    admin.on_event(lambda event: seen.append(event.kind))
    copy.server.version()
    assert seen == []


@pytest.mark.directus(">=11.10")
def test_a_server_is_set_up_once(workshop: Workshop) -> None:
    with Directus(workshop.server.url) as nobody, pytest.raises(Forbidden):
        nobody.server.setup("me@example.com", "correct horse battery")


@pytest.mark.directus(">=11.10", database="sqlite3")
def test_setup() -> None:
    with DirectusServer(VERSION) as server, Directus(server.url) as nobody:
        with closing(sqlite3.connect(server.folder / "data.db")) as database:  # as it is before the first user
            database.execute("DELETE FROM directus_users")
            database.commit()
        nobody.server.setup(
            "me@example.com", "correct horse battery", first_name="Ada", project_usage="personal", org_name="Example"
        )
        nobody.auth.login("me@example.com", "correct horse battery")
        assert nobody.users.me.read(fields=["first_name"]) == {"first_name": "Ada"}
        assert nobody.policies.globals()["admin_access"] is True
