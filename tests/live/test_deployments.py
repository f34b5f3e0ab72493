"""Deployments on a real server, as far as they go without an account of a provider."""

from __future__ import annotations

import pytest

from directus_sdk import APIError, Directus, Forbidden
from tests.live.conftest import Workshop

pytestmark = [pytest.mark.live, pytest.mark.directus(">=11.15")]


def test_there_are_none(admin: Directus) -> None:
    assert admin.deployments.read_many(fields=["provider"]) == []


@pytest.mark.parametrize("provider", ["vercel", "nobody"])
def test_a_provider_that_is_not_set_up(admin: Directus, provider: str) -> None:
    with pytest.raises(APIError):
        admin.deployments.read_one(provider)
    with pytest.raises(APIError):
        admin.deployments.projects(provider)


def test_deployments_are_for_administrators(workshop: Workshop) -> None:
    with Directus(workshop.server.url) as nobody, pytest.raises(Forbidden):
        nobody.deployments.read_many()
