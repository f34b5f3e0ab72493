from __future__ import annotations

import pytest

from directus_sdk import Directus
from directus_sdk.testing.mock import MockTransport


def client(answer: object) -> tuple[Directus, MockTransport]:
    mock = MockTransport(lambda request: answer)
    return Directus("https://cms.example.com", transport=mock), mock


def test_the_roles_of_the_one_who_asks() -> None:
    directus, mock = client([{"name": "Editors"}])
    assert directus.roles.me({"fields": ["name"]}) == [{"name": "Editors"}]
    assert (mock.path(), mock.query()) == ("/roles/me", {"fields": "name"})


def test_what_policies_come_to() -> None:
    directus, mock = client({"admin_access": False})
    assert directus.policies.globals() == {"admin_access": False}
    assert mock.path() == "/policies/me/globals"


def test_what_one_may_do() -> None:
    directus, mock = client({"articles": {}})
    assert directus.permissions.me() == {"articles": {}}
    assert mock.path() == "/permissions/me"


@pytest.mark.parametrize(
    ("key", "path"), [(None, "/permissions/me/a%20b"), (0, "/permissions/me/a%20b/0"), ("x/y", "/permissions/me/a%20b/x%2Fy")]
)
def test_what_one_may_do_with_an_item(key: object, path: str) -> None:
    directus, mock = client({})
    directus.permissions.for_item("a b", key)  # type: ignore[arg-type]
    assert mock.path() == path


def test_an_item_needs_a_name_of_its_collection() -> None:
    directus, mock = client({})
    with pytest.raises(ValueError, match="collection must not be empty"):
        directus.permissions.for_item("")
    assert mock.requests == []
