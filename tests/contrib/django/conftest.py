from __future__ import annotations

from collections.abc import Iterator

import pytest

from directus_sdk.testing import MockTransport
from tests.contrib.django.fake import FakeDirectus
from tests.contrib.django.project import configure

configure()

from django.contrib.auth.models import Group, User  # noqa: E402
from django.test import Client  # noqa: E402

from directus_sdk.contrib.django.test import override_directus  # noqa: E402


@pytest.fixture(autouse=True)
def clean() -> Iterator[None]:
    """No users, and nothing made from earlier settings."""
    yield
    User.objects.all().delete()
    Group.objects.all().delete()


@pytest.fixture
def fake() -> FakeDirectus:
    return FakeDirectus()


@pytest.fixture
def mock(fake: FakeDirectus) -> Iterator[MockTransport]:
    mock = MockTransport(fake)
    with override_directus(mock):
        yield mock


@pytest.fixture
def browser(mock: MockTransport) -> Client:
    return Client()
