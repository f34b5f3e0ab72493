"""Users on a real server: the one who asks, two-factor sign-in, invitations, registration."""

from __future__ import annotations

import uuid

import pytest

from directus_sdk import Directus, Forbidden, InvalidCredentials, InvalidOTP, InvalidPayload, InvalidToken, UsersHandler
from tests.authenticator import App
from tests.live.conftest import PAGE, Workshop

pytestmark = pytest.mark.live


def test_me(workshop: Workshop) -> None:
    key, email, password = workshop.new_user(workshop.new_role(app_access=True, admin_access=True))
    with Directus(workshop.server.url) as user:
        user.auth.login(email, password)
        assert user.users.me.read()["id"] == key
        changed = user.users.me.update({"location": "Here"}, fields=["location"])
        assert changed == {"location": "Here"}
        user.users.me.track_page("/content/notes")
        assert user.users.me.read(fields=["last_page"]) == {"last_page": "/content/notes"}


def test_nobody_is_nobody(workshop: Workshop) -> None:
    with Directus(workshop.server.url) as nobody, pytest.raises((InvalidCredentials, Forbidden)):
        nobody.users.me.read()


def test_two_factor_sign_in(workshop: Workshop, admin: Directus) -> None:
    key, email, password = workshop.new_user(workshop.new_role(app_access=True, admin_access=True))
    with Directus(workshop.server.url) as user:
        user.auth.login(email, password)
        with pytest.raises(InvalidCredentials):
            user.users.tfa.generate("wrong")
        secret = user.users.me.tfa.generate(password)
        assert secret["otpauth_url"].startswith("otpauth://totp/")
        app = App(secret["secret"])
        with pytest.raises(InvalidPayload):
            user.users.tfa.enable(secret["secret"], "000000")
        user.users.tfa.enable(secret["secret"], app.now())
        with pytest.raises(InvalidOTP):
            user.auth.login(email, password)
        user.auth.login(email, password, otp=app.now())
        user.users.tfa.disable(app.now())
        user.auth.login(email, password)

        again = user.users.tfa.generate(password)
        user.users.tfa.enable(again["secret"], App(again["secret"]).now())
        admin.users.tfa.disable_for(key)
        user.auth.login(email, password)


def test_invitation(workshop: Workshop, admin: Directus) -> None:
    role, email = workshop.new_role(app_access=True), f"{uuid.uuid4().hex}@example.com"
    admin.users.invites.send(email, role, invite_url=PAGE)
    token = workshop.token_in_mail_to(email)
    with Directus(workshop.server.url) as guest:
        guest.users.invites.accept(token, "correct horse battery")
        guest.auth.login(email, "correct horse battery")
        assert guest.users.me.read(fields=["email"])["email"] == email
    several = [f"{uuid.uuid4().hex}@example.com" for _ in range(2)]
    admin.users.invites.send(several, role)
    assert {str(workshop.mails.wait_for(address)["To"]) for address in several} == set(several)


def test_a_wrong_invitation(workshop: Workshop) -> None:
    with Directus(workshop.server.url) as guest, pytest.raises((InvalidToken, Forbidden)):
        guest.users.invites.accept("wrong", "correct horse battery")


@pytest.mark.directus(">=10.13")
def test_registration(workshop: Workshop, admin: Directus) -> None:
    role, email = workshop.new_role(app_access=True), f"{uuid.uuid4().hex}@example.com"
    on = {"public_registration": True, "public_registration_verify_email": True, "public_registration_role": role}
    admin.settings.update(on)
    try:
        with Directus(workshop.server.url) as guest:
            guest.users.register(email, "correct horse battery", first_name="Ada", verification_url=PAGE)
            token = workshop.token_in_mail_to(email)
            assert "/admin/" in (guest.users.verify_email(token) or "")
            guest.auth.login(email, "correct horse battery")
            assert guest.users.me.read(fields=["first_name"]) == {"first_name": "Ada"}
            with pytest.raises(InvalidToken):
                guest.users.verify_email("wrong")
    finally:
        admin.settings.update({"public_registration": False, "public_registration_role": None})


@pytest.mark.directus(">=10.13")
def test_no_registration(workshop: Workshop) -> None:
    with Directus(workshop.server.url) as guest, pytest.raises(Forbidden):
        guest.users.register("a@example.com", "correct horse battery")


def test_password_reset(workshop: Workshop) -> None:
    _, email, _ = workshop.new_user(workshop.new_role(app_access=True))
    with Directus(workshop.server.url) as user:
        user.auth.password.request(email, PAGE)
        user.auth.password.reset(workshop.token_in_mail_to(email), "another horse battery")
        user.auth.login(email, "another horse battery")


def test_items_of_the_group(workshop: Workshop, admin: Directus) -> None:
    key, email, _ = workshop.new_user()
    assert admin.users.read_one(key)["email"] == email
    assert admin.items("directus_users").read_one(key)["email"] == email
    assert admin.users.update_one(key, {"title": "Dr"}, fields=["title"]) == {"title": "Dr"}
    admin.users.delete_one(key)
    assert not admin.users.exists(key)


def test_a_model_of_ones_own(admin: Directus) -> None:
    import attrs

    @attrs.define
    class Person:
        email: str

    assert isinstance(UsersHandler(admin, Person).me.read(), Person)
