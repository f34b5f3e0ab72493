"""The configuration of an app: what is wrong with it is said before anything is sent."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from directus_sdk import ConfigurationError, Directus
from directus_sdk.contrib.flask.config import Config
from directus_sdk.contrib.web.stores import FolderVisitorStore, MemoryVisitorStore, RedisVisitorStore
from directus_sdk.testing import MockTransport

URL = {"DIRECTUS_URL": "https://cms.example.com"}


def test_the_defaults() -> None:
    config = Config.of({**URL, "SECRET_KEY": "x", "DEBUG": True})
    assert (config.mode, config.forbidden, config.home, config.csrf) == ("json", 404, "/", True)
    assert config.make_cache() is None
    client = config.make_client(None)
    assert client.url == "https://cms.example.com"
    assert client.auth.token is None


def test_a_variable_of_the_environment_that_is_not_set() -> None:
    assert Config.of({**URL, "DIRECTUS_TOKEN": None, "DIRECTUS_CACHE": None}).token is None


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("URL", ""),
        ("URL", None),
        ("URL", 5),
        ("TOKEN", ""),
        ("TOKEN", 5),
        ("MODE", "cookie"),
        ("FORBIDDEN", 500),
        ("PROVIDERS", "google"),
        ("PROVIDERS", ["google", "a/b"]),
        ("PROVIDERS", 5),
        ("URL_PREFIX", "account"),
        ("HOME", "https://evil.com"),
        ("CSRF", "no"),
        ("SESSIONS", ""),
        ("SESSIONS", 5),
        ("TRANSPORT", "requests"),
        ("CLIENT", "shop.Cms"),
        ("WEBHOOK_SECRET", "s3cret"),
        ("PUBLIC_URL", ""),
    ],
)
def test_a_value_that_is_not_valid(key: str, value: Any) -> None:
    with pytest.raises(ConfigurationError, match=f"DIRECTUS_{key}" if key != "WEBHOOK_SECRET" else "webhook") as caught:
        Config.of({**URL, f"DIRECTUS_{key}": value})
    assert "s3cret" not in str(caught.value)


def test_an_unknown_key() -> None:
    with pytest.raises(ConfigurationError, match="DIRECTUS_TOKN; did you mean DIRECTUS_TOKEN"):
        Config.of({**URL, "DIRECTUS_TOKN": "s3cret"})
    with pytest.raises(ConfigurationError, match="there are DIRECTUS_URL, "):
        Config.of({**URL, "DIRECTUS_QQQQ": 1})


def test_nothing_shows_a_secret() -> None:
    config = Config.of({**URL, "DIRECTUS_TOKEN": "s3cret-token", "DIRECTUS_WEBHOOK_SECRET": "s3cret-of-the-webhook"})
    assert "s3cret" not in repr(config)


def test_the_store(tmp_path: Path) -> None:
    def store(value: object) -> object:
        return Config.of({**URL, "DIRECTUS_SESSIONS": value}).make_store(str(tmp_path))

    memory = MemoryVisitorStore()
    assert store(memory) is memory
    assert isinstance(store("redis://127.0.0.1:1/0"), RedisVisitorStore)
    for value, folder in (
        (None, tmp_path / "directus_sessions"),
        (tmp_path / "a", tmp_path / "a"),
        (f"{tmp_path}/b", tmp_path / "b"),
    ):
        made = store(value)
        assert isinstance(made, FolderVisitorStore)
        assert made.folder == tmp_path / folder
    with pytest.raises(ConfigurationError, match="redis://"):
        store("https://example.com")


def test_a_client_of_the_users_own() -> None:
    class Cms(Directus):
        pass

    mock = MockTransport()
    config = Config.of({**URL, "DIRECTUS_CLIENT": Cms, "DIRECTUS_TOKEN": "t", "DIRECTUS_TIMEOUT": 5})
    client = config.make_client(mock)
    client.items("notes").read_many()
    assert isinstance(client, Cms)
    assert mock.last.timeout == 5
    with pytest.raises(ConfigurationError, match="DIRECTUS_CLIENT"):
        Config.of({**URL, "DIRECTUS_CLIENT": lambda url, **options: url}).make_client(mock)
    with pytest.raises(ConfigurationError):
        Config.of({**URL, "DIRECTUS_TIMEOUT": "soon"}).make_client(mock)
