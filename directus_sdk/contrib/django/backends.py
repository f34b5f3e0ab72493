"""Users of Directus become users of Django when they sign in."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, cast

from asgiref.sync import sync_to_async
from django.contrib.auth import get_user_model
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import AbstractUser, Group
from django.db import IntegrityError, transaction

from directus_sdk.auth.claims import claims
from directus_sdk.client import Directus
from directus_sdk.contrib.django.conf import USER_FIELDS
from directus_sdk.contrib.django.models import DirectusAccount
from directus_sdk.contrib.django.process import process
from directus_sdk.contrib.django.sessions import VISITOR, end, visitor_id
from directus_sdk.errors import DirectusError, Forbidden
from directus_sdk.json_types import JSONMapping

if TYPE_CHECKING:
    from django.http import HttpRequest

logger = logging.getLogger("directus_sdk.contrib.django")


class DirectusBackend(ModelBackend):
    """Signs in with the email address and the password of a user of Directus.

    The user of Django is found by the id of the user of Directus, never by email address or name: both can change hands. A new
    user of Django has no usable password. Groups and ``is_staff`` follow the roles as ``GROUPS`` and ``STAFF_ROLES`` say;
    ``is_superuser`` is never set.
    """

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        otp: str | None = None,
        **kwargs: object,
    ) -> AbstractUser | None:
        """Sign in to Directus and return the user of Django; ``None`` where that fails.

        Args:
            request: The request; ``directus_error`` of it is the error of Directus, if there is one.
            username: The email address.
            password: The password.
            otp: The one-time password, if the user has enabled two-factor authentication.
            **kwargs: The email address as ``email``, or under the name that a user model of your own has for it.
        """
        email = username or kwargs.get("email") or kwargs.get(_user_model().USERNAME_FIELD)
        if not isinstance(email, str) or not email or not password:
            return None
        try:
            visitor = process.visitors().sign_in(email, password, otp=otp or None)
            return user_of(request, visitor, email)
        except DirectusError as error:
            logger.info("a sign-in failed: %s", error)
            if request is not None:
                vars(request)["directus_error"] = error
            return None

    async def aauthenticate(self, request: HttpRequest | None, **kwargs: str) -> AbstractUser | None:  # type: ignore[override]
        """Do the same in a thread."""
        return await sync_to_async(self.authenticate)(request, **kwargs)


def user_of(request: HttpRequest | None, visitor: str, email: str = "") -> AbstractUser | None:
    """Return the user of Django of a visitor who has signed in to Directus; it is made or brought up to date.

    ``GET /users/me``. ``auth.login(request, user)`` puts the visitor's id into the session of Django.

    Args:
        request: The request, whose visitor until now is signed out.
        visitor: The id of the visitor.
        email: The email address, where the user may not read it.

    Returns:
        The user; ``None`` where it is not active, or its name is taken. Then the visitor is signed out.
    """
    try:
        user = _user_of(process.visitors().client(visitor), email)
    except BaseException:
        end(visitor)
        raise
    if user is None or not user.is_active:
        end(visitor)
        return None
    vars(user)[VISITOR] = (visitor, None if request is None else visitor_id(request))
    return user


def _user_of(directus: Directus, email: str) -> AbstractUser | None:
    me = _read_me(directus)
    roles = _roles(directus, me)  # no transaction waits for it
    for _ in range(2):
        account = DirectusAccount.objects.select_related("user").filter(directus_id=me["id"]).first()
        try:
            with transaction.atomic():
                user = account.user if account is not None else _user_model()()
                if not _take_fields(user, me, email):
                    break
                if account is None:
                    user.set_unusable_password()
                user.save()
                if account is None:
                    DirectusAccount.objects.create(directus_id=me["id"], user=user)
                _follow_roles(user, roles)
            return user
        except IntegrityError:  # another request has made it at this moment, or a unique field has the same value
            continue
    logger.warning("user %s of Directus cannot sign in: another user of this site has the same name or email", me["id"])
    return None


def _user_model() -> type[AbstractUser]:
    return cast("type[AbstractUser]", get_user_model())


def _user_fields() -> dict[str, str]:
    """Return which fields of Directus's users the fields of Django's have, of those that there are."""
    names = {field.name for field in _user_model()._meta.concrete_fields}
    chosen = process.options.user_fields
    return {name: field for name, field in (USER_FIELDS if chosen is None else chosen).items() if name in names}


def _read_me(directus: Directus) -> JSONMapping:
    fields = {"id", "email", "role.id", "role.name", *_user_fields().values()}
    try:
        return directus.users.me.read(fields=sorted(fields))
    except Forbidden:  # not all of them
        return directus.users.me.read(fields=["*"])


def _take_fields(user: AbstractUser, me: JSONMapping, email: str) -> bool:
    """Set the fields of a user; return whether there is a name for it that no other user has."""
    # What the user may not read is not changed.
    values = {name: str(me[field] or "") for name, field in _user_fields().items() if field in me}
    if me.get("email") is None and email:
        values.setdefault("email", email)
    name = user.USERNAME_FIELD
    wanted = values.pop(name, "") or str(me.get("email") or email)
    for field, value in values.items():
        setattr(user, field, value)
    others = _user_model()._default_manager.exclude(pk=user.pk)
    is_new = user.pk is None
    for candidate in (wanted, f"directus-{me['id']}"):
        if candidate and not others.filter(**{name: candidate}).exists():
            setattr(user, name, candidate)
            return True
        if not is_new:
            return True
        if name == user.get_email_field_name():
            break
    return False


def _roles(directus: Directus, me: JSONMapping) -> set[str]:
    """Return the id and the name of the user's role. Few users may read the name; then the site's own client reads it."""
    role = me.get("role")
    key, name = (role.get("id"), role.get("name")) if isinstance(role, dict) else (role, None)
    key = key or claims(directus.auth.token or "").get("role")
    chosen = {*process.options.groups, *(process.options.staff_roles or ())}
    if key and not name and not chosen <= {key}:
        name = _role_name(str(key))
    return {str(value) for value in (key, name) if value}


def _role_name(key: str) -> object:
    try:
        return dict(process.client().roles.read_one(key, fields=["name"])).get("name")
    except DirectusError as error:
        logger.warning(
            "the name of role %s cannot be read, so GROUPS and STAFF_ROLES find it by its id only: %s",
            key,
            type(error).__name__,
        )
        return None


def _follow_roles(user: AbstractUser, roles: set[str]) -> None:
    chosen = process.options
    if chosen.staff_roles is not None and user.is_staff != (is_staff := not roles.isdisjoint(chosen.staff_roles)):
        user.is_staff = is_staff
        user.save(update_fields=["is_staff"])
    if not chosen.groups:
        return
    # Groups that the setting does not name are the site's own.
    wanted = {group for role in roles for group in chosen.groups.get(role, ())}
    others = {group for groups in chosen.groups.values() for group in groups} - wanted
    user.groups.remove(*user.groups.filter(name__in=others))
    user.groups.add(*(Group.objects.get_or_create(name=group)[0] for group in sorted(wanted)))
