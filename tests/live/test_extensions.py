"""Extensions of a real server."""

from __future__ import annotations

import shutil
import time

import pytest

from directus_sdk import Directus, Forbidden
from tests.live.conftest import Workshop

pytestmark = [pytest.mark.live, pytest.mark.directus(">=10.10")]


def test_an_extension_is_switched_off_and_removed(workshop: Workshop, admin: Directus) -> None:
    (found,) = admin.extensions.read_all(filter={"meta": {"enabled": {"_eq": True}}}, limit=5)
    assert [entry["id"] for entry in admin.extensions.iterate(fields=["id"])] == [found["id"]]
    assert found["schema"]["type"] == "hook"
    assert found["meta"]["enabled"] is True
    changed = admin.extensions.update_one(found["id"], {"meta": {"enabled": False}})
    assert changed
    assert changed["meta"]["enabled"] is False
    shutil.rmtree(workshop.extension)
    admin.extensions.delete_one(found["id"])
    end = time.monotonic() + 10
    while left := admin.extensions.read_all():  # the server reads them anew after the change, and may put it down once more
        assert time.monotonic() < end
        admin.extensions.delete_one(left[0]["id"])


def test_extensions_are_for_administrators(workshop: Workshop) -> None:
    with Directus(workshop.server.url) as nobody, pytest.raises(Forbidden):
        nobody.extensions.read_all()
