from __future__ import annotations

from directus_sdk import Directus
from directus_sdk.testing.mock import MockTransport


def test_settings_have_no_key() -> None:
    mock = MockTransport([{"project_name": "P"}, {"project_name": "Q"}, None])
    settings = Directus("https://cms.example.com", transport=mock).settings
    assert settings.read(fields=["project_name"]) == {"project_name": "P"}
    assert settings.update({"project_name": "Q"}) == {"project_name": "Q"}
    assert (mock.last.method, mock.path(), mock.json()) == ("PATCH", "/settings", {"project_name": "Q"})
    settings.owner("me@example.com", org_name="Example", product_updates=False)
    assert mock.path() == "/settings/owner"
    assert mock.json() == {"project_owner": "me@example.com", "org_name": "Example", "product_updates": False}
