"""The settings of the project on a real server."""

from __future__ import annotations

import pytest

from directus_sdk import Directus, Forbidden

pytestmark = pytest.mark.live


def test_read_and_update(admin: Directus) -> None:
    before = admin.settings.read(fields=["project_descriptor"])
    assert admin.settings.update({"project_descriptor": "Trial"}, fields=["project_descriptor"]) == {
        "project_descriptor": "Trial"
    }
    assert admin.singleton("directus_settings").read()["project_descriptor"] == "Trial"
    admin.settings.update(before)


@pytest.mark.directus(">=11.10")
def test_owner(admin: Directus) -> None:
    admin.settings.owner("owner@example.com", org_name="Example", project_usage="personal", product_updates=False)
    assert admin.settings.read(fields=["project_owner"]) == {"project_owner": "owner@example.com"}


def test_the_public_may_not_change_settings(admin: Directus) -> None:
    with Directus(admin.url) as nobody, pytest.raises(Forbidden):
        nobody.settings.update({"project_name": "Mine"})
