"""How a client gets its credentials: the constructor, the environment, login() and static()."""

from __future__ import annotations

import json
import logging
import pickle
import sys
from pathlib import Path
from typing import Any

import pytest

from directus_sdk import (
    Auth,
    ConfigurationError,
    Directus,
    DirectusError,
    InvalidCredentials,
    InvalidToken,
    LoginAuth,
    MemoryStorage,
    StaticTokenAuth,
    TokenExpired,
)
from directus_sdk.testing import MockTransport
from directus_sdk.testing.mock import error_response
from directus_sdk.wire.messages import Request

URL = "https://cms.example.com"
EMAIL, PASSWORD = "ada@example.com", "s3cret"
VARIABLES = ("URL", "TOKEN", "EMAIL", "PASSWORD")


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(f"DIRECTUS_{name}", raising=False)
    monkeypatch.chdir(tmp_path)


def server(request: Request) -> object:
    """A server that knows one user."""
    if "/auth/login" in request.url:
        if json.loads(request.body)["password"] != PASSWORD:  # type: ignore[arg-type]
            return error_response("INVALID_CREDENTIALS", 401, "Invalid user credentials.")
        return {"access_token": "access", "refresh_token": "refresh", "expires": 900_000}
    return [{"id": 1}]


def body_of(mock: MockTransport) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(mock.last.body)  # type: ignore[arg-type]
    return body


def shown(mock: MockTransport) -> str:
    return json.dumps([dict(mock.last.headers), mock.query()])


def sent(mock: MockTransport) -> list[tuple[str, str | None]]:
    return [(request.url.removeprefix(URL), request.headers.get("Authorization")) for request in mock.requests]


# ------------------------------------------------------------------ the constructor
def test_a_client_with_email_and_password_signs_in_before_its_first_call() -> None:
    mock = MockTransport(server)
    directus = Directus(URL, email=EMAIL, password=PASSWORD, transport=mock)
    assert mock.requests == []
    assert directus.items("articles").read_many(limit=1) == [{"id": 1}]
    assert directus.items("articles").read_many(limit=1) == [{"id": 1}]
    assert [path for path, _ in sent(mock)] == ["/auth/login", "/items/articles", "/items/articles"]
    assert sent(mock)[1][1] == "Bearer access"
    assert mock.requests[0].body is not None


def test_login_without_arguments_uses_the_password_of_the_client() -> None:
    mock = MockTransport(server)
    directus = Directus(URL, email=EMAIL, password=PASSWORD, transport=mock)
    assert directus.auth.login(otp="123456").mode == "json"
    assert body_of(mock) == {"email": EMAIL, "password": PASSWORD, "otp": "123456", "mode": "json"}
    with pytest.raises(ValueError, match="needs an email"):
        Directus(URL, transport=mock).auth.login()


def test_a_wrong_password_of_the_client_is_the_error_of_the_first_call() -> None:
    directus = Directus(URL, email=EMAIL, password="wr0ng", transport=MockTransport(server))
    with pytest.raises(InvalidCredentials) as caught:
        directus.items("articles").read_many(limit=1)
    assert "wr0ng" not in str(caught.value) + repr(directus) + repr(vars(directus.auth))


def test_the_password_of_a_client_is_not_in_its_pickle() -> None:
    directus = Directus(URL, email=EMAIL, password=PASSWORD)
    pickled = pickle.dumps(directus)
    assert PASSWORD.encode() not in pickled
    with pytest.raises(ConfigurationError, match="unpickled"):
        pickle.loads(pickled).items("articles").read_many(limit=1)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"email": EMAIL}, "password is missing"),
        ({"password": PASSWORD}, "email is missing"),
        ({"email": "", "password": PASSWORD}, "email must not be empty"),
        ({"email": EMAIL, "password": ""}, "password must not be empty"),
        ({"email": EMAIL, "password": 5}, "password must be a string, not int"),
        ({"email": EMAIL, "password": PASSWORD, "token": "t"}, "pass token or email and password, not both"),
        ({"email": EMAIL, "password": PASSWORD, "auth": LoginAuth()}, r"LoginAuth\(credentials="),
        ({"token": "t", "headers": {"Authorization": "Bearer x"}}, "pass token or a header"),
        ({"params": {"access_token": "x"}, "email": EMAIL, "password": PASSWORD}, "or a header or a parameter"),
        ({"timeout": 0}, "timeout must be positive"),
        ({"timeout": "5"}, "timeout must be positive"),
    ],
)
def test_options_that_cannot_be_right_are_refused(options: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigurationError, match=words) as caught:
        Directus(URL, **options)
    assert PASSWORD not in str(caught.value)


def test_timeout_headers_and_params_of_the_constructor_are_those_of_every_request() -> None:
    mock = MockTransport(server)
    directus = Directus(URL, token="t", timeout=(3, 5), headers={"X-Tenant": "a"}, params={"lang": "de"}, transport=mock)
    for client in (directus, directus.with_options(headers={"X-More": "b"})):
        client.items("articles").read_many(limit=1)
        assert (mock.last.timeout, mock.last.headers["X-Tenant"]) == ((3, 5), "a")
        assert mock.query() == {"lang": "de", "limit": "1"}
        assert mock.last.headers["Authorization"] == "Bearer t"
    assert Directus(URL, timeout=None, transport=mock).items("a").read_many(limit=1)
    assert mock.last.timeout is None


def test_a_pickle_keeps_the_options_of_the_constructor_and_no_secret() -> None:
    headers, params = {"X-Tenant": "a", "X-Api-Key": PASSWORD}, {"lang": "de", "api_token": PASSWORD}
    pickled = pickle.dumps(Directus(URL, timeout=7, headers=headers, params=params))
    assert PASSWORD.encode() not in pickled
    pipeline = pickle.loads(pickled).pipeline
    assert (dict(pipeline.headers), pipeline.params, pipeline.timeout) == ({"X-Tenant": "a"}, (("lang", "de"),), 7)


def test_credentials_in_the_headers_of_the_constructor_are_the_clients() -> None:
    mock = MockTransport(server)
    for options in ({"headers": {"Authorization": "Bearer own"}}, {"params": {"access_token": "own"}}):
        directus = Directus(URL, transport=mock, **options)  # type: ignore[arg-type]
        assert directus.auth.token == "own"
        directus.items("a").read_many(limit=1)
        assert "own" in shown(mock)
        directus.with_token("other").items("a").read_many(limit=1)
        assert "own" not in shown(mock)


@pytest.mark.parametrize("token", ["Bearer xyz", "bearer xyz", "BEARER x"])
def test_a_token_with_bearer_says_to_leave_it_out(token: str) -> None:
    for use in (lambda: Directus(URL, token=token), lambda: Directus(URL).auth.static(token)):
        with pytest.raises(ConfigurationError, match="must not begin with 'Bearer ': leave that out") as caught:
            use()
        assert "xyz" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "base"),
    [
        ("https://cms.example.com/admin", "https://cms.example.com"),
        ("https://cms.example.com/admin/", "https://cms.example.com"),
        ("https://cms.example.com/sub/admin", "https://cms.example.com/sub"),
        ("https://cms.example.com/admin/content/articles/1", "https://cms.example.com"),
        ("http://localhost:8055/admin/login", "http://localhost:8055"),
    ],
)
def test_the_url_of_the_app_says_what_to_write(url: str, base: str) -> None:
    with pytest.raises(ConfigurationError, match=f"write '{base}', not"):
        Directus(url)


@pytest.mark.parametrize("url", ["https://admin.example.com", "https://example.com/administration", "https://e.com/admin/cms"])
def test_a_url_that_only_looks_like_the_app_is_used(url: str) -> None:
    assert Directus(url).url == url


# ------------------------------------------------------------------ the environment
def from_env(caplog: pytest.LogCaptureFixture, **options: Any) -> tuple[Directus, list[str]]:
    caplog.clear()
    with caplog.at_level(logging.DEBUG, logger="directus_sdk"):
        directus = Directus.from_env(**options)
    assert all((record.name, record.levelno) == ("directus_sdk", logging.WARNING) for record in caplog.records)
    return directus, caplog.messages


def test_from_env_reads_email_and_password(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setenv("DIRECTUS_URL", URL)
    monkeypatch.setenv("DIRECTUS_EMAIL", EMAIL)
    with pytest.raises(ConfigurationError, match="set DIRECTUS_PASSWORD too"):
        Directus.from_env()
    monkeypatch.setenv("DIRECTUS_PASSWORD", PASSWORD)
    mock = MockTransport(server)
    directus, warned = from_env(caplog, transport=mock)
    directus.items("a").read_many(limit=1)
    assert sent(mock)[-1][1] == "Bearer access"
    assert warned == []
    monkeypatch.setenv("DIRECTUS_TOKEN", "from-env")
    assert from_env(caplog)[0].auth.token == "from-env"
    monkeypatch.delenv("DIRECTUS_TOKEN")
    monkeypatch.delenv("DIRECTUS_EMAIL")
    with pytest.raises(ConfigurationError, match="set DIRECTUS_EMAIL too"):
        Directus.from_env()


def test_from_env_without_credentials_warns_once(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setenv("DIRECTUS_URL", URL)
    directus, warned = from_env(caplog)
    assert directus.auth.token is None
    (message,) = warned
    assert "unauthenticated" in message
    assert "DIRECTUS_TOKEN" in message
    assert "anonymous=True" in message
    assert from_env(caplog, anonymous=True)[1] == []


@pytest.mark.parametrize(
    "options",
    [
        {"token": "own"},
        {"auth": StaticTokenAuth("own")},
        {"headers": {"Authorization": "Bearer own"}},
        {"email": EMAIL, "password": PASSWORD},
    ],
)
def test_credentials_of_the_call_win_against_the_environment(
    options: dict[str, Any], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("DIRECTUS_URL", URL)
    monkeypatch.setenv("DIRECTUS_TOKEN", "from-env")
    directus, warned = from_env(caplog, **options)
    assert directus.auth.token == (None if "email" in options else "own")
    assert warned == []


def test_from_env_for_an_unauthenticated_client(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setenv("DIRECTUS_URL", URL)
    assert from_env(caplog, storage=MemoryStorage())[1] == []  # the storage may hold a session
    monkeypatch.setenv("DIRECTUS_TOKEN", "from-env")
    assert from_env(caplog, anonymous=True)[0].auth.token is None
    assert from_env(caplog, storage=MemoryStorage())[0].auth.token == "from-env"
    with pytest.raises(ConfigurationError, match="not both"):
        Directus.from_env(anonymous=True, token="own")
    with pytest.raises(ConfigurationError, match="anonymous must be True or False"):
        Directus.from_env(anonymous="yes")  # type: ignore[arg-type]


def test_from_env_reads_a_file(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"set DIRECTUS_URL .* or in the \.env file"):
        Directus.from_env(dotenv=True)
    (tmp_path / ".env").write_text(f'DIRECTUS_URL={URL}\nexport DIRECTUS_TOKEN="in the file"\nEMPTY\n'.replace(" the ", "-"))
    (tmp_path / "below").mkdir()
    monkeypatch.chdir(tmp_path / "below")
    with pytest.raises(ConfigurationError, match="DIRECTUS_URL"):
        Directus.from_env()
    directus, warned = from_env(caplog, dotenv=True)
    assert (directus.url, directus.auth.token, warned) == (URL, "in-file", [])
    for path in (tmp_path / ".env", str(tmp_path / ".env"), "../.env"):
        assert from_env(caplog, dotenv=path)[0].auth.token == "in-file"
    monkeypatch.setenv("DIRECTUS_TOKEN", "of-the-environment")
    assert from_env(caplog, dotenv=True)[0].auth.token == "of-the-environment"
    monkeypatch.setenv("DIRECTUS_TOKEN", "")  # an empty one counts as not set
    monkeypatch.setenv("DIRECTUS_URL", "")
    assert from_env(caplog, dotenv=True)[0].auth.token == "in-file"
    with pytest.raises(ConfigurationError, match=r"there is no file 'other\.env'"):
        Directus.from_env(dotenv="other.env")
    (tmp_path / "latin").write_bytes(b"DIRECTUS_TOKEN=caf\xe9")
    with pytest.raises(ConfigurationError, match="is not UTF-8: its byte 18 is not valid") as caught:
        Directus.from_env(dotenv=tmp_path / "latin")
    assert caught.value.__suppress_context__
    with pytest.raises(ConfigurationError, match="dotenv must be True or False or a path"):
        Directus.from_env(dotenv=1)  # type: ignore[arg-type]


def test_a_file_of_the_environment_needs_an_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "dotenv", None)
    with pytest.raises(ImportError, match=r"pip install 'directus-python-sdk\[dotenv\]'"):
        Directus.from_env(dotenv=True)


# ------------------------------------------------------------------ login() and static()
def test_login_takes_a_mapping() -> None:
    mock = MockTransport(server)
    directus = Directus(URL, transport=mock)
    assert directus.auth.login({"email": EMAIL, "password": PASSWORD}).mode == "json"
    assert directus.auth.login({"email": EMAIL, "password": PASSWORD, "otp": "1"}, mode="json")
    assert directus.auth.login({"email": EMAIL}, password=PASSWORD)
    assert body_of(mock) == {"email": EMAIL, "password": PASSWORD, "mode": "json"}
    with pytest.raises(DirectusError):
        directus.auth.login({"identifier": "ada", "password": "x", "provider": "ldap"})
    assert mock.last.url == f"{URL}/auth/login/ldap"
    assert body_of(mock) == {"identifier": "ada", "password": "x", "mode": "json"}


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda auth: auth.login({"email": EMAIL, "password": PASSWORD}, otp="1", password="x"), "password is passed twice"),
        (lambda auth: auth.login({"email": EMAIL, "passwort": PASSWORD}), "login has no 'passwort'"),
        (lambda auth: auth.login([EMAIL, PASSWORD]), "email must be a string, or a mapping"),
    ],
)
def test_a_login_that_cannot_be_right_is_refused(call: Any, words: str) -> None:
    mock = MockTransport(server)
    with pytest.raises(TypeError, match=words) as caught:
        call(Directus(URL, transport=mock).auth)
    assert PASSWORD not in str(caught.value)
    assert mock.requests == []


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"token": "before"},
        {"email": EMAIL, "password": PASSWORD},
        {"auth": StaticTokenAuth("before")},
        {"headers": {"Authorization": "Bearer before"}},
        {"headers": {"Cookie": "directus_session_token=before"}},
        {"params": {"access_token": "before"}},
    ],
)
def test_static_works_whatever_the_client_was_made_with(options: dict[str, Any]) -> None:
    def refuse(request: Request) -> object:
        return error_response("INVALID_TOKEN", 403, "No.") if request.headers["Authorization"] == "Bearer bad" else []

    mock = MockTransport(refuse)
    directus = Directus(URL, transport=mock, **options)
    directus.auth.static("after", verify=True)
    assert mock.last.url.startswith(f"{URL}/users/me")
    for client in (directus, directus.with_options(timeout=5)):
        client.items("a").read_many(limit=1)
        assert sent(mock)[-1] == ("/items/a", "Bearer after")
        assert "before" not in shown(mock)
        assert (client.auth.token, client.auth.fresh_token()[0], client.auth.signed_in) == ("after", "after", True)
    for wrong in ("", "Bearer x", "a b"):
        with pytest.raises(ConfigurationError):
            directus.auth.static(wrong)
    with pytest.raises(InvalidToken):
        directus.auth.static("bad", verify=True)
    assert directus.auth.token == "after"
    assert "after" not in repr(directus) + repr(vars(directus.auth))
    assert b"after" not in pickle.dumps(directus.auth)


def test_static_of_an_auth_of_the_users_own_says_what_else_to_do() -> None:
    class Own(Auth):
        token = None

        def authorize(self, request: Request) -> Request:
            return request

    with pytest.raises(ConfigurationError, match=r"auth=LoginAuth\(\)"):
        Directus(URL, auth=Own()).auth.static("t")


# ------------------------------------------------------------------ errors
@pytest.mark.parametrize("code", ["TOKEN_EXPIRED", "INVALID_CREDENTIALS"])  # the second: servers of version 9
def test_an_expired_token_of_a_static_client_is_said_to_be_of_a_session(code: str) -> None:
    mock = MockTransport(lambda request: error_response(code, 401, "Token expired."))
    with pytest.raises(TokenExpired, match="it is a session token, which is valid for some minutes only") as caught:
        Directus(URL, token="of-a-session", transport=mock).items("a").read_many(limit=1)
    assert "auth.login" in str(caught.value)
    assert "static token" in str(caught.value)
