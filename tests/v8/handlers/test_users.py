"""Users of version 8: the current user, invitations, two-factor authentication."""

from __future__ import annotations

from typing import Any

import attrs
import pytest

from directus_sdk import Forbidden, InvalidOTP, InvalidToken, NotFound
from directus_sdk.v8 import Directus8
from tests.v8.server import Server8


def test_the_current_user(d: Directus8, server8: Server8) -> None:
    assert d.users.me.read(fields=["id"]) == {"id": 1}
    assert d.users.me.update(data={"title": "boss"}, fields=["title"], comment="x") == {"title": "boss"}
    assert d.users.me.track_page(last_page="/movies")["last_page"] == "/movies"
    assert server8.sent() == [
        ("GET", "/demo/users/me?fields=id"),
        ("PATCH", "/demo/users/me?fields=title&comment=x"),
        ("PATCH", "/demo/users/me/tracking/page"),
    ]


def test_a_model_of_users(server8: Server8) -> None:
    @attrs.define
    class User:
        id: int

    with Directus8(server8.url, server8.project, token=server8.token, models={"directus_users": User}) as directus:
        me: Any = directus.users.me.read(fields=["id"])
    assert me == User(1)


def test_the_page_of_another_user(d: Directus8, server8: Server8) -> None:
    assert d.users.track_page(key=2, last_page="/files")["last_page"] == "/files"
    assert server8.sent() == [("PATCH", "/demo/users/2/tracking/page")]
    assert server8.last.json == {"last_page": "/files"}


def test_invitations(d: Directus8, server8: Server8) -> None:
    assert [user["email"] for user in d.users.invite("z@example.com")] == ["z@example.com"]
    assert server8.last.json == {"email": "z@example.com"}
    users = d.users.invite(email=["z@example.com", "y@example.com"])
    assert [user["status"] for user in users] == ["invited", "invited"]
    assert d.users.accept_invite(token=f"invite-{users[0]['id']}")["email"] == "z@example.com"
    with pytest.raises(InvalidToken):
        d.users.accept_invite("abc")
    with Directus8(server8.url, server8.project, token=server8.editor_token) as editor, pytest.raises(Forbidden):
        editor.users.invite("x@example.com")


def test_the_token_of_an_invitation_is_in_no_error(d: Directus8) -> None:
    with pytest.raises(InvalidToken) as caught:
        d.users.accept_invite("s3cret.token")
    assert "s3cret" not in f"{caught.value} {caught.value.request} {caught.value.response!r}"
    assert "/users/invite/***" in str(caught.value)


def test_two_factor_authentication(d: Directus8, server8: Server8) -> None:
    assert d.users.tfa.enable_for(key=2, secret="S", otp=server8.otp)["2fa_secret"] == "S"
    assert server8.last.json == {"2fa_secret": "S", "otp": server8.otp}
    assert d.users.tfa.disable_for(key=2)["2fa_secret"] is None
    assert server8.last.json == {"2fa_secret": None}
    assert d.users.me.tfa.enable(secret="S", otp=server8.otp)["2fa_secret"] == "S"
    assert d.users.me.tfa.disable()["2fa_secret"] is None
    assert server8.sent() == [
        ("POST", "/demo/users/2/activate_2fa"), ("PATCH", "/demo/users/2"),
        ("POST", "/demo/users/me/activate_2fa"), ("PATCH", "/demo/users/me"),
    ]  # fmt: skip
    with pytest.raises(InvalidOTP):
        d.users.me.tfa.enable("S", "000000")


@pytest.mark.parametrize(
    ("call", "kind"),
    [
        (lambda d: d.users.track_page(1, ""), ValueError),
        (lambda d: d.users.track_page("a,b", "/x"), ValueError),
        (lambda d: d.users.invite([]), ValueError),
        (lambda d: d.users.invite(5), TypeError),
        (lambda d: d.users.accept_invite(""), ValueError),
        (lambda d: d.users.tfa.enable_for(1, "", "1"), ValueError),
        (lambda d: d.users.me.tfa.enable("S", 123456), TypeError),
        (lambda d: d.users.me.update("x"), TypeError),
        (lambda d: d.users.me.read(limit=5), TypeError),
    ],
)
def test_wrong_arguments(d: Directus8, server8: Server8, call: Any, kind: type[Exception]) -> None:
    with pytest.raises(kind):
        call(d)
    assert server8.calls == []


def test_a_user_that_does_not_exist(d: Directus8) -> None:
    with pytest.raises(NotFound):
        d.users.read_one(999)
