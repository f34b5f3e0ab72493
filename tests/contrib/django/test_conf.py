"""The setting DIRECTUS."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import override_settings

from directus_sdk import Directus
from directus_sdk.contrib.django.conf import KEYS, options, problems

SECRET = "a-very-secret-value-0123456789"


def ids(raw: object) -> list[str]:
    return [problem.id for problem in problems(raw)]


@pytest.mark.parametrize("raw", [None, [], "https://cms.example.com", 5])
def test_it_is_a_mapping(raw: object) -> None:
    assert ids(raw) == ["E001"]


@pytest.mark.parametrize(("name", "meant"), [("TOKN", "TOKEN"), ("url", "URL"), ("CACHE_TTLS", "CACHE_TTL")])
def test_an_unknown_key_is_named_with_the_one_that_was_meant(name: str, meant: str) -> None:
    (problem,) = problems({"URL": "https://cms.example.com", name: "x"})
    assert (problem.id, name in problem.message, problem.hint) == ("E002", True, f"Did you mean {meant!r}?")


def test_without_a_similar_key_all_are_listed() -> None:
    (problem,) = problems({"URL": "https://cms.example.com", "XYZ": 1})
    assert problem.hint is not None
    assert all(name in problem.hint for name in KEYS)


def test_the_url_is_needed() -> None:
    assert ids({}) == ids({"URL": None}) == ["E003"]


WRONG: list[tuple[str, Any]] = [
    ("URL", 5), ("URL", " "), ("TOKEN", ""), ("TOKEN", 5), ("PASSWORD", ""), ("CACHE", 5), ("CACHE_TTL", "60"),
    ("CACHE_TTL", -1), ("CACHE_TTL", True), ("MODE", "cookie"), ("VISITORS", {"OPTIONS": {}}),
    ("VISITORS", {"BACKEND": "x", "Y": 1}),
    ("FORBIDDEN", 500), ("FORBIDDEN", "404"), ("USER_FIELDS", ["email"]), ("USER_FIELDS", {"email": ""}),
    ("USER_FIELDS", {"is_superuser": "admin"}), ("USER_FIELDS", {"is_staff": "admin"}), ("USER_FIELDS", {"password": "x"}),
    ("GROUPS", {"Editor": "editors"}), ("GROUPS", ["Editor"]), ("STAFF_ROLES", "Administrator"), ("SSO_PROVIDERS", "google"),
    ("WEBHOOK_SECRET", "short"), ("WEBHOOK_SECRET", 5), ("OPTIONS", []), ("TIMEOUT", "5"), ("CLIENT", 5),
]  # fmt: skip


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_a_wrong_value_is_named_and_not_displayed(name: str, value: Any) -> None:
    (problem,) = problems({"URL": "https://cms.example.com", name: value})
    assert problem.id == "E004"
    assert repr(name) in problem.message
    with (
        override_settings(DIRECTUS={"URL": "https://cms.example.com", name: value}),
        pytest.raises(ImproperlyConfigured) as info,
    ):
        options()
    assert name in str(info.value)


def test_no_message_has_a_secret() -> None:
    raw = {"URL": f"https://user:{SECRET}@example.com", "TOKEN": [SECRET], "PASSWORD": {SECRET}, "WEBHOOK_SECRET": (SECRET,)}
    found = [*problems(raw)]
    assert len(found) == 3
    assert SECRET not in str(found)
    with override_settings(DIRECTUS={"URL": "https://cms.example.com", "TOKEN": SECRET}):
        assert SECRET not in repr(options())


def test_every_key_has_a_default_that_is_valid() -> None:
    chosen = {name: key.default for name, key in KEYS.items() if name != "URL"}
    with override_settings(DIRECTUS={"URL": "https://cms.example.com", **chosen}):
        assert options() == options()


class Special(Directus):
    """A client of a project of its own."""


def test_the_client_is_made_of_the_class_and_the_options_of_the_setting() -> None:
    path = f"{Special.__module__}.Special"
    raw = {
        "URL": "https://cms.example.com",
        "TOKEN": "t",
        "TIMEOUT": 7,
        "CLIENT": path,
        "OPTIONS": {"headers": {"X-Site": "a"}},
    }
    with override_settings(DIRECTUS=raw):
        client = options().make_client()
    assert type(client).__name__ == "Special"
    assert client.auth.token == "t"
    assert client.pipeline.timeout == 7
    assert dict(client.pipeline.headers)["X-Site"] == "a"
