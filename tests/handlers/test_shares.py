from __future__ import annotations

import pytest

from directus_sdk import Directus
from directus_sdk.testing.mock import MockTransport, json_response

URL = "https://cms.example.com"
SESSION = {"access_token": "access-1", "refresh_token": "ref-1", "expires": 900_000}


def test_a_share_is_opened_unsigned_and_gives_a_session() -> None:
    mock = MockTransport([SESSION])
    directus = Directus(URL, token="admin-token", transport=mock)
    session = directus.shares.authenticate("s", "sesame")
    assert session.access_token
    assert session.access_token.reveal() == "access-1"
    assert mock.json() == {"share": "s", "password": "sesame", "mode": "json"}
    assert not mock.last.has_header("Authorization")
    assert "sesame" not in repr(mock.last.body)
    assert "access-1" not in repr(session)
    assert directus.auth.token == "admin-token"


def test_a_share_without_a_password() -> None:
    mock = MockTransport([SESSION])
    Directus(URL, transport=mock).shares.authenticate("s")
    assert mock.json() == {"share": "s", "mode": "json"}


def test_a_session_in_a_cookie() -> None:
    answer = json_response({"data": {"expires": 1000}}, headers={"Set-Cookie": "directus_session_token=a.b.c; HttpOnly"})
    mock = MockTransport([answer])
    session = Directus(URL, transport=mock).shares.authenticate("s", mode="session")
    assert session.mode == "session"
    assert session.cookies["directus_session_token"].reveal() == "a.b.c"


def test_a_share_has_a_key() -> None:
    mock = MockTransport([])
    with pytest.raises(ValueError, match="share must not be empty"):
        Directus(URL, transport=mock).shares.authenticate("")


def test_what_a_visitor_may_know() -> None:
    mock = MockTransport([{"collection": "articles"}])
    assert Directus(URL, transport=mock).shares.info("s/1") == {"collection": "articles"}
    assert mock.path() == "/shares/info/s%2F1"


@pytest.mark.parametrize("emails", ["a@example.com", ["a@example.com"], ("a@example.com",)])
def test_one_or_several_are_invited(emails: str | list[str]) -> None:
    mock = MockTransport([None])
    Directus(URL, transport=mock).shares.invite("s", emails)
    assert mock.json() == {"share": "s", "emails": ["a@example.com"]}


def test_an_answer_without_tokens() -> None:
    session = Directus(URL, transport=MockTransport([{"id": 1}])).shares.authenticate("s")
    assert (session.access_token, session.cookies) == (None, {})
