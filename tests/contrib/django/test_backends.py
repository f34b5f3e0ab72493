"""Users of Directus become users of Django."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from django.contrib.auth import aauthenticate, authenticate
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test import Client

from directus_sdk.contrib.django.models import DirectusAccount
from directus_sdk.contrib.django.test import override_directus
from directus_sdk.testing import MockTransport
from directus_sdk.testing.mock import error_response
from tests.contrib.django.fake import FakeDirectus
from tests.contrib.django.project import sign_in

ADA = "ada@example.com"


def test_a_new_user_has_the_fields_and_no_password_and_no_permissions(browser: Client, fake: FakeDirectus) -> None:
    fake.users[ADA] |= {"first_name": "Ada", "last_name": "Lovelace", "role": {"id": "r1", "name": "Administrator"}}
    sign_in(browser)
    user = User.objects.get()
    assert (user.username, user.email, user.first_name, user.last_name) == (ADA, ADA, "Ada", "Lovelace")
    assert not user.has_usable_password()
    assert (user.is_staff, user.is_superuser, groups(user)) == (False, False, set())
    assert DirectusAccount.objects.get().user == user


def test_a_changed_email_is_the_same_user(browser: Client, fake: FakeDirectus) -> None:
    sign_in(browser)
    first = User.objects.get()
    password = first.password
    fake.users["new@example.com"] = {**fake.users.pop(ADA), "email": "new@example.com"}
    sign_in(Client(), "new@example.com")
    user = User.objects.get()
    assert (user.pk, user.email, user.username) == (first.pk, "new@example.com", "new@example.com")
    assert user.password == password  # otherwise the sessions in other browsers would end
    assert browser.get("/private/").status_code == 200


def test_another_user_with_the_email_of_a_former_one_is_another_user(browser: Client, fake: FakeDirectus) -> None:
    sign_in(browser)
    fake.users[ADA] = {"id": "u-eve", "email": ADA}
    sign_in(Client())
    assert User.objects.count() == 2
    assert {account.directus_id for account in DirectusAccount.objects.all()} == {"u-ada", "u-eve"}


def test_a_local_account_of_the_same_name_is_not_taken_over(browser: Client) -> None:
    local = User.objects.create_superuser(ADA, ADA, "its own")
    sign_in(browser)
    user = User.objects.exclude(pk=local.pk).get()
    assert (user.username, user.is_superuser) == ("directus-u-ada", False)
    local.refresh_from_db()
    assert local.check_password("its own")


def test_local_accounts_sign_in_as_before(browser: Client, mock: MockTransport) -> None:
    User.objects.create_user("local", password="its own")
    response = browser.post("/accounts/login/", {"username": "local", "password": "its own", "next": "/private/"})
    assert response.status_code == 302
    assert browser.get("/private/").content == b"local"


GROUPS: dict[str, Any] = {"GROUPS": {"Editor": ["editors", "writers"], "r-admin": ["admins"]}, "STAFF_ROLES": ["Editor"]}


def test_groups_and_staff_follow_the_role(fake: FakeDirectus) -> None:
    with override_directus(MockTransport(fake), **GROUPS):
        fake.users[ADA]["role"] = {"id": "r1", "name": "Editor"}
        sign_in(Client())
        user = User.objects.get()
        user.groups.add(Group.objects.create(name="of the site"))
        assert (groups(user), user.is_staff, user.is_superuser) == ({"editors", "writers", "of the site"}, True, False)
        fake.users[ADA]["role"] = "r-admin"
        sign_in(Client())
        user.refresh_from_db()
        assert (groups(user), user.is_staff) == ({"admins", "of the site"}, False)


def test_the_site_reads_the_name_of_a_role_that_the_user_may_not_read(fake: FakeDirectus) -> None:
    def role(request: Any) -> Any:
        assert not connection.in_atomic_block
        return {"name": "Editor"} if request.headers.get("Authorization") == "Bearer the-site" else denied

    denied = error_response("FORBIDDEN", 403)
    fake.users[ADA]["role"] = "r1"
    fake.replies["/roles/r1"] = role
    with override_directus(MockTransport(fake), TOKEN="the-site", **GROUPS):
        sign_in(Client())
    assert (groups(User.objects.get()), User.objects.get().is_staff) == ({"editors", "writers"}, True)
    with override_directus(MockTransport(fake), TOKEN="may-not", **GROUPS):
        sign_in(Client())
    assert (groups(User.objects.get()), User.objects.get().is_staff) == (set(), False)


def groups(user: User) -> set[str]:
    return {group.name for group in user.groups.all()}


def test_without_the_setting_staff_stays_as_it_is(browser: Client, fake: FakeDirectus) -> None:
    sign_in(browser)
    User.objects.update(is_staff=True, is_superuser=True)
    sign_in(Client())
    user = User.objects.get()
    assert user.is_staff
    assert user.is_superuser


def test_the_role_of_a_token_counts_where_the_user_may_not_read_it(fake: FakeDirectus) -> None:
    token = "e30.eyJpZCI6InUtYWRhIiwicm9sZSI6InItYWRtaW4ifQ.x"  # {"id": "u-ada", "role": "r-admin"}
    fake.replies["/auth/login"] = {"access_token": token, "refresh_token": "r", "expires": 900_000}
    fake.replies["/users/me"] = {"id": "u-ada"}
    with override_directus(MockTransport(fake), **GROUPS):
        sign_in(Client())
    user = User.objects.get()
    assert (groups(user), user.email, user.username) == ({"admins"}, ADA, ADA)


def test_fields_that_the_user_may_not_read_stay(browser: Client, fake: FakeDirectus) -> None:
    fake.users[ADA]["first_name"] = "Ada"
    sign_in(browser)
    fake.replies["/users/me"] = {"id": "u-ada"}
    sign_in(Client())
    assert User.objects.get().first_name == "Ada"


def test_fields_that_may_not_be_asked_for_are_left_out(browser: Client, fake: FakeDirectus) -> None:
    def reply(request: Any) -> Any:
        return {"id": "u-ada"} if dict(request.params)["fields"] == "*" else error_response("FORBIDDEN", 403)

    fake.replies["/users/me"] = reply
    sign_in(browser)
    assert User.objects.get().username == ADA


def test_a_map_of_fields(fake: FakeDirectus) -> None:
    fake.users[ADA] |= {"title": "Countess", "first_name": "Ada"}
    with override_directus(MockTransport(fake), USER_FIELDS={"last_name": "title", "username": "id"}):
        sign_in(Client())
    user = User.objects.get()
    assert (user.username, user.last_name, user.first_name, user.email) == ("u-ada", "Countess", "", "")


def test_an_inactive_user_cannot_sign_in_and_has_no_session_at_directus(browser: Client, fake: FakeDirectus) -> None:
    sign_in(browser)
    User.objects.update(is_active=False)
    fake.alive.clear()
    response = Client().post("/accounts/login/", {"username": ADA, "password": "right"})
    assert response.status_code == 200
    assert fake.alive == {}


@pytest.mark.parametrize("error", [error_response("INVALID_CREDENTIALS", 401), error_response("INVALID_PAYLOAD", 400)])
def test_a_refusal_lets_the_next_backend_try(mock: MockTransport, fake: FakeDirectus, error: Any) -> None:
    fake.replies["/auth/login"] = error
    User.objects.create_user("local", password="its own")
    assert authenticate(None, username="local", password="its own") is not None
    assert authenticate(None, username="local", password="wrong") is None


def test_asynchronous_code_signs_in_too(mock: MockTransport) -> None:
    async def run() -> Any:
        return await aauthenticate(None, username=ADA, password="right")

    assert asyncio.run(run()).username == ADA


def test_the_permissions_of_groups_hold(browser: Client) -> None:
    from django.contrib.auth.models import Permission

    sign_in(browser)
    user = User.objects.get()
    group = Group.objects.create(name="editors")
    group.permissions.add(Permission.objects.get(codename="add_user"))
    user.groups.add(group)
    assert User.objects.get().has_perm("auth.add_user")
