"""`connect()`: where the URL and the credentials come from, and that no secret is seen."""

from __future__ import annotations

import builtins
import getpass
import inspect
import json
from collections.abc import Callable
from typing import Any

import pytest

from directus_sdk import Directus
from directus_sdk.client_options import ClientOptions
from directus_sdk.contrib.notebook import connect
from directus_sdk.errors import ConfigurationError, InvalidOTP
from directus_sdk.testing.mock import MockTransport
from directus_sdk.wire.messages import Request, Response

URL = "https://cms.example.com"
PASSWORD = "correct horse"
TOKENS = {"access_token": "access-1", "refresh_token": "refresh-1", "expires": 900_000}


def refusal(code: str) -> Response:
    body = json.dumps({"errors": [{"message": code, "extensions": {"code": code}}]}).encode()
    return Response(401, {"Content-Type": "application/json"}, body)


def server(request: Request) -> Any:
    """A server whose user has two-factor authentication with the code 123456."""
    if request.url.endswith("/auth/login"):
        sent = json.loads(bytes(request.body or b""))  # type: ignore[arg-type]
        assert (sent["email"], sent["password"]) == ("ada@example.com", PASSWORD)
        return TOKENS if sent.get("otp") == "123456" else refusal("INVALID_OTP")
    return []


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("URL", "TOKEN", "EMAIL", "PASSWORD"):
        monkeypatch.delenv(f"DIRECTUS_{name}", raising=False)


@pytest.fixture
def user(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Makes a user who types this; returns the prompts."""

    def typing(*typed: str) -> list[str]:
        prompts: list[str] = []
        rest = iter(typed)

        def prompt_of(kind: str) -> Callable[[str], str]:
            def ask(prompt: str = "") -> str:
                prompts.append(f"{kind} {prompt}")
                return next(rest)

            return ask

        monkeypatch.setattr(builtins, "input", prompt_of("shown"))
        monkeypatch.setattr(getpass, "getpass", prompt_of("hidden"))
        return prompts

    return typing


def token_of(directus: Directus) -> str | None:
    transport: Any = directus.transport
    directus.request("GET", "/anything")
    return next((value for name, value in transport.last.headers.items() if name.lower() == "authorization"), None)


def test_what_is_missing_is_asked_for(user: Callable[..., list[str]]) -> None:
    prompts = user(URL, "ada@example.com", PASSWORD, "123456")
    directus = connect(transport=MockTransport(server))
    assert prompts == [
        "shown URL of the Directus server: ",
        "shown Email (leave it empty to use a token): ",
        "hidden Password of ada@example.com: ",
        "hidden One-time password: ",
    ]
    assert (directus.url, token_of(directus)) == (URL, "Bearer access-1")
    assert not {PASSWORD, "access-1", "refresh-1"} & set(repr(directus).split("'"))
    assert PASSWORD not in repr(vars(directus))


def test_a_token_can_be_typed(user: Callable[..., list[str]]) -> None:
    prompts = user("", "a-token")
    directus = connect(URL, transport=MockTransport(server))
    assert prompts[-1] == "hidden Token: "
    assert token_of(directus) == "Bearer a-token"
    assert "a-token" not in repr(directus)


@pytest.mark.parametrize("url", [None, URL, f"{URL}/"])
def test_the_environment_is_used(url: str | None, user: Callable[..., list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIRECTUS_URL", URL)
    monkeypatch.setenv("DIRECTUS_TOKEN", "from-env")
    prompts = user()
    assert token_of(connect(url, transport=MockTransport(server))) == "Bearer from-env"
    assert prompts == []


def test_credentials_of_the_environment_are_not_sent_to_another_server(
    user: Callable[..., list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DIRECTUS_URL", "https://live.example.com")
    monkeypatch.setenv("DIRECTUS_TOKEN", "from-env")
    user("", "typed")
    assert token_of(connect(URL, transport=MockTransport(server))) == "Bearer typed"


def test_an_email_alone_asks_for_the_password(user: Callable[..., list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIRECTUS_EMAIL", "ada@example.com")
    prompts = user(PASSWORD, "123456")
    assert token_of(connect(url=URL, transport=MockTransport(server))) == "Bearer access-1"
    assert prompts[0] == "hidden Password of ada@example.com: "


def test_a_password_of_the_environment_is_not_kept_and_the_code_is_asked_for(
    user: Callable[..., list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DIRECTUS_EMAIL", "ada@example.com")
    monkeypatch.setenv("DIRECTUS_PASSWORD", PASSWORD)
    prompts = user("123456")
    assert token_of(connect(url=URL, transport=MockTransport(server))) == "Bearer access-1"
    assert prompts == ["hidden One-time password: "]


def test_a_password_of_the_options_signs_in_at_once_and_is_not_kept(user: Callable[..., list[str]]) -> None:
    prompts = user("123456")
    directus = connect(URL, email="ada@example.com", password=PASSWORD, transport=MockTransport(server))
    assert prompts == ["hidden One-time password: "]
    assert token_of(directus) == "Bearer access-1"


def test_credentials_of_two_kinds_are_refused(user: Callable[..., list[str]]) -> None:
    user()
    with pytest.raises(ConfigurationError):
        connect(URL, email="ada@example.com", token="a-token", transport=MockTransport(server))


def test_a_wrong_code_is_an_error_without_the_password(user: Callable[..., list[str]]) -> None:
    user("ada@example.com", PASSWORD, "000000")
    with pytest.raises(InvalidOTP) as caught:
        connect(URL, transport=MockTransport(server))
    frame = caught.value.__traceback__
    while frame is not None:
        if str(frame.tb_frame.f_globals.get("__name__")).startswith("directus_sdk"):
            assert PASSWORD not in repr(frame.tb_frame.f_locals)
        frame = frame.tb_next


@pytest.mark.parametrize("error", [EOFError, NotImplementedError])
def test_where_nothing_can_be_asked_for_the_error_names_the_variables(
    error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    def ask(prompt: str = "") -> str:
        raise error

    monkeypatch.setattr(builtins, "input", ask)
    with pytest.raises(ConfigurationError, match="DIRECTUS_TOKEN"):
        connect(URL)


def test_nothing_typed_is_an_error(user: Callable[..., list[str]]) -> None:
    user("ada@example.com", "")
    with pytest.raises(ConfigurationError, match="Password"):
        connect(URL, transport=MockTransport(server))


def test_a_misspelt_option_is_reported_before_anything_is_asked_for(user: Callable[..., list[str]]) -> None:
    prompts = user()
    with pytest.raises(TypeError, match="'tokn'; did you mean token"):
        connect(tokn="secret")  # type: ignore[call-arg]
    assert prompts == []


def test_every_option_of_the_client_is_one_of_connect() -> None:
    assert set(inspect.signature(Directus).parameters) == set(ClientOptions.__annotations__)
