"""The visitor of a request: his client, and what happens to his session at Directus when he signs in and out of Django.

The session of Django holds a random id. What it stands for is in a store of its own, and never reaches the browser.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, cast

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from directus_sdk.contrib.django.process import process
from directus_sdk.errors import DirectusError

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser

    from directus_sdk.client import Directus

logger = logging.getLogger("directus_sdk.contrib.django")
#: The key in the session of Django.
VISITOR = "_directus_visitor"
#: The settings that decide what `process` has made.
_SETTINGS = {"DIRECTUS", "CACHES", "DATABASES", "SESSION_COOKIE_AGE"}


class DirectusRequest(HttpRequest):
    """A request with a client, for annotations of views: ``def article(request: DirectusRequest, key: int)``."""

    directus: Directus
    directus_request_id: str


def visitor_id(request: HttpRequest) -> str | None:
    """Return the id of the visitor's session at Directus, or ``None`` where he is not signed in."""
    session = getattr(request, "session", None)
    value = None if session is None else session.get(VISITOR)
    return value if isinstance(value, str) else None


def client_of(request: HttpRequest) -> Directus:
    """Return the visitor's client, or the unauthenticated one; nothing is sent."""
    return process.visitors().client(visitor_id(request))


def attach(request: HttpRequest) -> None:
    """Set ``request.directus``, which is made when it is first used."""
    cast("DirectusRequest", request).directus = cast("Directus", SimpleLazyObject(lambda: client_of(request)))


def end(visitor: str | None) -> None:
    """End a session at Directus; what fails is logged."""
    if visitor is None:
        return
    try:
        process.visitors().sign_out(visitor)
    except DirectusError as error:
        logger.warning("a visitor's session could not be ended at Directus: %s", error)


def on_login(sender: object, request: HttpRequest, user: AbstractBaseUser, **kwargs: object) -> None:
    """Put the id of the new session into the session of Django, and end the previous one."""
    new, before = vars(user).pop(VISITOR, (None, None))
    before = request.session.pop(VISITOR, before)
    if new is not None:
        request.session[VISITOR] = new
    if before != new:
        end(before)
    attach(request)


def on_logout(sender: object, request: HttpRequest, **kwargs: object) -> None:
    """End the session at Directus, whichever view signs the visitor out; Django deletes its own afterwards."""
    end(visitor_id(request))
    attach(request)


def on_setting_changed(sender: object, setting: str, **kwargs: object) -> None:
    """Forget what was made from the settings: a test has changed them."""
    if setting in _SETTINGS:
        process.reset()
