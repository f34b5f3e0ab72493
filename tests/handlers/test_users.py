from __future__ import annotations

import attrs
import pytest

from directus_sdk import Directus, InvalidToken, UsersHandler
from directus_sdk.testing.mock import MockTransport, error_response
from directus_sdk.wire.messages import Response

URL = "https://cms.example.com"


def client(*answers: object) -> tuple[Directus, MockTransport]:
    mock = MockTransport(list(answers))
    return Directus(URL, transport=mock), mock


def test_me_is_a_user_of_the_model() -> None:
    @attrs.define
    class Person:
        email: str

    mock = MockTransport([{"email": "a@example.com"}, {"email": "b@example.com"}])
    users = UsersHandler(Directus(URL, transport=mock), Person)
    assert users.me.read(fields=["email"]) == Person("a@example.com")
    assert users.me.update({"email": "b@example.com"}) == Person("b@example.com")


def test_me_can_be_called_as_of_roles_and_permissions() -> None:
    mock = MockTransport([{"id": 1}, {"id": 1}])
    directus = Directus("https://cms.example.com", transport=mock)
    assert directus.users.me() == directus.users.me({"fields": ["id"]}) == {"id": 1}
    assert (mock.path(), mock.query()) == ("/users/me", {"fields": "id"})
    with pytest.raises(TypeError, match="did you mean fields"):
        directus.users.me(feilds=["id"])


def test_me_may_be_written_and_not_read() -> None:
    directus, mock = client(Response(204))
    assert directus.users.me.update({"title": "Dr"}, fields=["title"]) is None
    assert (mock.last.method, mock.path(), mock.query()) == ("PATCH", "/users/me", {"fields": "title"})


def test_me_is_changed_by_a_mapping() -> None:
    directus, mock = client()
    with pytest.raises(TypeError):
        directus.users.me.update(["title"])
    assert mock.requests == []


def test_the_second_factor_is_one_object() -> None:
    directus, _ = client()
    assert directus.users.tfa is directus.users.me.tfa is directus.users.tfa


def test_secrets_are_not_shown() -> None:
    directus, mock = client({"secret": "s", "otpauth_url": "o"}, None, None, None, None)
    directus.users.tfa.generate("hunter22")
    directus.users.tfa.enable("JBSWY3DP", "123456")
    directus.users.tfa.disable("123456")
    directus.users.invites.accept("tok-en", "hunter22")
    directus.users.register("a@example.com", "hunter22")
    shown = " ".join(repr(request) + repr(request.body) for request in mock.requests)
    assert not {"hunter22", "JBSWY3DP", "123456", "tok-en"} & set(shown.replace('"', " ").split())
    assert [mock.json(index)["password"] for index in (0, 3, 4)] == ["hunter22"] * 3


def test_another_user_loses_the_second_factor() -> None:
    directus, mock = client(None)
    directus.users.tfa.disable_for("u/1")
    assert mock.path() == "/users/u%2F1/tfa/disable"


def test_invitations_go_to_one_or_several() -> None:
    directus, mock = client(None, None)
    directus.users.invites.send("a@example.com", "role-1")
    assert mock.json() == {"email": "a@example.com", "role": "role-1"}
    directus.users.invites.send(("a@example.com", "b@example.com"), "role-1", invite_url="https://example.com/in")
    assert mock.json() == {
        "email": ["a@example.com", "b@example.com"],
        "role": "role-1",
        "invite_url": "https://example.com/in",
    }


def test_registration_sends_what_is_given() -> None:
    directus, mock = client(None)
    directus.users.register("a@example.com", "x", last_name="L", verification_url="https://example.com/v")
    assert mock.json() == {
        "email": "a@example.com",
        "password": "x",
        "last_name": "L",
        "verification_url": "https://example.com/v",
    }


def test_the_redirect_after_a_verification_is_not_followed() -> None:
    directus, mock = client(Response(302, {"Location": "/admin/users/1", "Content-Type": "text/html"}, b"Found"))
    assert directus.users.verify_email("t&k") == "/admin/users/1"
    assert mock.query() == {"token": "t&k"}
    assert not mock.last.follow_redirects
    assert len(mock.requests) == 1


def test_a_verification_without_a_redirect() -> None:
    directus, _ = client(Response(204))
    assert directus.users.verify_email("t") is None


def test_a_wrong_token_for_a_verification() -> None:
    directus, _ = client(error_response("INVALID_TOKEN", 403))
    with pytest.raises(InvalidToken) as caught:
        directus.users.verify_email("s3cret")
    assert "s3cret" not in str(caught.value)


def test_the_last_page() -> None:
    directus, mock = client(Response(204))
    directus.users.me.track_page("/content")
    assert (mock.last.method, mock.path(), mock.json()) == ("PATCH", "/users/me/track/page", {"last_page": "/content"})
