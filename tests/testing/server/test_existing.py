from __future__ import annotations

import pytest

from directus_sdk.testing.server.existing import ExistingServer

TOKEN = "a-token-that-nobody-may-see"


def test_no_server_is_named() -> None:
    assert ExistingServer.from_env({}) is None


@pytest.mark.parametrize("host", ["127.0.0.1:8055", "localhost", "[::1]:8055", "LOCALHOST:80"])
def test_a_server_on_this_machine(host: str) -> None:
    server = ExistingServer.from_env({"DIRECTUS_TEST_URL": f"http://{host}/", "DIRECTUS_TEST_TOKEN": TOKEN})
    assert server is not None
    assert server.url == f"http://{host}"
    assert server.admin_token == TOKEN
    assert TOKEN not in repr(server)


@pytest.mark.parametrize(
    "url",
    [
        "https://cms.example.com",
        "http://127.0.0.1.example.com",
        "http://localhost@cms.example.com",
        "http://10.0.0.5:8055",
        "http://0.0.0.0:8055",
    ],
)
@pytest.mark.parametrize("allowed", [None, "0", ""])
def test_a_server_elsewhere_must_be_allowed(url: str, allowed: str | None) -> None:
    environ = {"DIRECTUS_TEST_URL": url, "DIRECTUS_TEST_TOKEN": TOKEN}
    if allowed is not None:
        environ["DIRECTUS_TEST_ALLOW_REMOTE"] = allowed
    with pytest.raises(ValueError, match="DIRECTUS_TEST_ALLOW_REMOTE=1") as caught:
        ExistingServer.from_env(environ)
    assert TOKEN not in str(caught.value)
    server = ExistingServer.from_env({**environ, "DIRECTUS_TEST_ALLOW_REMOTE": "1"})
    assert server is not None
    assert server.url == url


def test_url_and_token_come_together() -> None:
    with pytest.raises(ValueError, match="without DIRECTUS_TEST_TOKEN"):
        ExistingServer.from_env({"DIRECTUS_TEST_URL": "http://localhost"})
    with pytest.raises(ValueError, match="without DIRECTUS_TEST_URL"):
        ExistingServer.from_env({"DIRECTUS_TEST_TOKEN": TOKEN})


@pytest.mark.parametrize("url", ["localhost:8055", "ftp://localhost", "http://"])
def test_a_url_that_is_none(url: str) -> None:
    with pytest.raises(ValueError, match="http:// or https://"):
        ExistingServer.from_env({"DIRECTUS_TEST_URL": url, "DIRECTUS_TEST_TOKEN": TOKEN})


def test_tests_that_sign_in_need_the_password() -> None:
    environ = {"DIRECTUS_TEST_URL": "http://localhost", "DIRECTUS_TEST_TOKEN": TOKEN}
    server = ExistingServer.from_env(environ)
    assert server is not None
    with pytest.raises(ValueError, match="DIRECTUS_TEST_EMAIL"):
        _ = server.admin_email
    with pytest.raises(ValueError, match="DIRECTUS_TEST_PASSWORD"):
        _ = server.admin_password
    server = ExistingServer.from_env({**environ, "DIRECTUS_TEST_EMAIL": "", "DIRECTUS_TEST_PASSWORD": ""})
    assert server is not None
    with pytest.raises(ValueError, match="DIRECTUS_TEST_EMAIL"):
        _ = server.admin_email
    server = ExistingServer.from_env({**environ, "DIRECTUS_TEST_EMAIL": "a@b.c", "DIRECTUS_TEST_PASSWORD": "pw"})
    assert server is not None
    assert (server.admin_email, server.admin_password) == ("a@b.c", "pw")
