"""``manage.py check``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core import checks
from django.db import connections
from django.test import override_settings

from directus_sdk.contrib.django.checks import check_deployment, check_middleware, check_settings
from tests.contrib.django.project import SETTINGS

URL = "https://cms.example.com"
SECRET = "a-very-secret-value-0123456789"


def found(**options: Any) -> dict[str, checks.CheckMessage]:
    with override_settings(DIRECTUS={"URL": URL, **options}):
        return {str(message.id): message for message in check_settings(None)}


def test_a_right_setting_has_no_messages() -> None:
    assert checks.run_checks() == []
    assert found(TOKEN="t", TIMEOUT=(3, 10), CACHE="default") == {}


def test_the_faults_of_the_setting_are_errors() -> None:
    messages = found(TOKN=SECRET)
    assert list(messages) == ["directus.E002"]
    assert messages["directus.E002"].level == checks.ERROR
    assert messages["directus.E002"].hint == "Did you mean 'TOKEN'?"


WRONG_CLIENTS = [
    {"URL": f"https://user:{SECRET}@example.com"}, {"URL": "ftp://example.com"}, {"TOKEN": f"{SECRET} {SECRET}"},
    {"TOKEN": SECRET, "EMAIL": "a@example.com", "PASSWORD": SECRET}, {"EMAIL": "a@example.com"}, {"CLIENT": "nowhere.Client"},
    {"OPTIONS": {"tokn": SECRET}}, {"TIMEOUT": -1}, {"PUBLIC_URL": "cms.example.com"},
]  # fmt: skip


@pytest.mark.parametrize("options", WRONG_CLIENTS)
def test_a_client_that_cannot_be_made_is_an_error_without_secrets(options: dict[str, Any]) -> None:
    messages = found(**options)
    assert list(messages) == ["directus.E005"]
    assert SECRET not in str(messages)


@pytest.mark.parametrize(
    "options",
    [
        {"CACHE": "other"}, {"CACHE": f"https://{SECRET}"}, {"CACHE": f"redis://:{SECRET}/1@example.com:6379"},
        {"CACHE": "default", "CACHE_TTL": 0},
    ],
)  # fmt: skip
def test_a_cache_that_cannot_be_made(options: dict[str, Any]) -> None:
    messages = found(**options)
    assert list(messages) == ["directus.E006"]
    assert SECRET not in str(messages)


@pytest.mark.parametrize("name", ["frst_name", "user_permissions", "logentry"])
def test_a_field_that_users_do_not_have(name: str) -> None:
    assert list(found(USER_FIELDS={"email": "email", name: "first_name"})) == ["directus.E011"]


@pytest.mark.parametrize(
    "store",
    [
        "nowhere.Store",
        "directus_sdk.Directus",
        {"BACKEND": "directus_sdk.contrib.django.stores.CacheVisitorStore", "OPTIONS": {"cache": "other"}},
        {"BACKEND": "directus_sdk.contrib.django.stores.DatabaseVisitorStore", "OPTIONS": {"using": "other"}},
        {"BACKEND": "directus_sdk.contrib.django.stores.DatabaseVisitorStore", "OPTIONS": {"usin": "default"}},
    ],
)
def test_a_store_that_cannot_be_used(store: Any) -> None:
    assert list(found(VISITORS=store)) == ["directus.E007"]


@pytest.mark.parametrize(
    ("cache", "id"),
    [
        ("locmem.LocMemCache", "directus.W002"),
        ("filebased.FileBasedCache", "directus.W002"),
        ("dummy.DummyCache", "directus.W002"),
        ("db.DatabaseCache", "directus.E010"),
        ("redis.RedisCache", None),
    ],
)
def test_a_cache_whose_lock_does_not_hold_across_processes(
    cache: str, id: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # a cache of files makes its folder
    caches = {"default": {"BACKEND": f"django.core.cache.backends.{cache}", "LOCATION": "redis://127.0.0.1:1/0"}}
    with override_settings(CACHES=caches):
        messages = found(VISITORS="directus_sdk.contrib.django.stores.CacheVisitorStore")
    assert list(messages) == ([] if id is None else [id])


def test_sqlite_cannot_store_a_token_while_a_request_has_a_transaction() -> None:
    store = "directus_sdk.contrib.django.stores.DatabaseVisitorStore"
    assert list(found(VISITORS=store)) == ["directus.W001"]
    settings = connections["default"].settings_dict
    settings["ATOMIC_REQUESTS"] = True
    try:
        assert list(found(VISITORS=store)) == ["directus.E009"]
        assert found() == {}
    finally:
        settings["ATOMIC_REQUESTS"] = False


def test_the_middleware_stands_below_those_that_it_needs() -> None:
    *others, ours = SETTINGS["MIDDLEWARE"]
    assert check_middleware(None) == []
    with override_settings(MIDDLEWARE=[ours, *others]):
        (message,) = check_middleware(None)
    assert message.id == "directus.E008"
    assert "SessionMiddleware and AuthenticationMiddleware" in str(message.hint)
    with override_settings(MIDDLEWARE=others):
        assert check_middleware(None) == []


@pytest.mark.parametrize(
    ("url", "count"),
    [("http://cms.example.com", 1), ("http://8.8.8.8", 1), ("https://cms.example.com", 0), ("http://127.0.0.1:8055", 0),
     ("http://localhost:8055", 0), ("http://directus:8055", 0), ("http://10.0.0.5", 0)],
)  # fmt: skip
def test_http_on_the_internet_is_a_warning_for_deployments(url: str, count: int) -> None:
    with override_settings(DIRECTUS={"URL": url}):
        assert [message.id for message in check_deployment(None)] == ["directus.W003"] * count
