"""Extensions of a real server."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from directus_sdk import Directus, Forbidden
from directus_sdk.testing import DirectusServer
from tests.live.conftest import DATABASE, VERSION, Workshop

pytestmark = [pytest.mark.live, pytest.mark.directus(">=10.10")]


@pytest.fixture(scope="module")
def extended() -> Iterator[DirectusServer]:
    """A server with a hook that does nothing."""
    with DirectusServer(VERSION, DATABASE) as server:
        hook(server).mkdir(parents=True)
        about = {"type": "hook", "path": "index.js", "source": "src.js", "host": ">=10.0.0"}
        package = {"name": "directus-extension-idle", "version": "1.0.0", "type": "module", "directus:extension": about}
        (hook(server) / "package.json").write_text(json.dumps(package))
        (hook(server) / "index.js").write_text("export default () => {};")
        server.restart()
        yield server


def hook(server: DirectusServer) -> Path:
    return server.folder / "extensions" / "directus-extension-idle"


def test_an_extension_is_switched_off_and_removed(extended: DirectusServer) -> None:
    with extended.directus() as directus:
        (found,) = directus.extensions.read_all()
        assert found["schema"]["type"] == "hook"
        assert found["meta"]["enabled"] is True
        changed = directus.extensions.update_one(found["id"], {"meta": {"enabled": False}})
        assert changed
        assert changed["meta"]["enabled"] is False
        shutil.rmtree(hook(extended))
        directus.extensions.delete_one(found["id"])
        assert directus.extensions.read_all() == []


def test_extensions_are_for_administrators(workshop: Workshop) -> None:
    with Directus(workshop.server.url) as nobody, pytest.raises(Forbidden):
        nobody.extensions.read_all()
