"""The setting ``DIRECTUS``: which keys it has, and what may be wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from types import EllipsisType

import attrs
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from directus_sdk.client import Directus
from directus_sdk.contrib.web.webhook import check_secret
from directus_sdk.errors import ConfigurationError
from directus_sdk.json_types import JSONMapping
from directus_sdk.wire.messages import Timeout

#: The fields of Django's users that are taken from Directus's, unless ``USER_FIELDS`` says otherwise.
USER_FIELDS: Mapping[str, str] = {"email": "email", "first_name": "first_name", "last_name": "last_name"}
#: Fields of Django's users that no field of Directus decides.
_PERMISSIONS = {"id", "pk", "password", "is_active", "is_staff", "is_superuser"}


@attrs.frozen
class Key:
    """A key of the setting.

    Attributes:
        default: Its value where it is not set.
        fits: Whether a value is a valid one.
        what: What a valid value is, for messages. The value itself is not displayed: it may be a secret.
    """

    default: object
    fits: Callable[[object], bool]
    what: str


def _is_string(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_optional_string(value: object) -> bool:
    return value is None or _is_string(value)


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and value >= 0


def _are_strings(value: object) -> bool:
    return isinstance(value, (list, tuple, set, frozenset)) and all(map(_is_string, value))


def _is_mapping(value: object) -> bool:
    return isinstance(value, Mapping) and all(map(_is_string, value))


def _are_fields(value: object) -> bool:
    if not isinstance(value, Mapping) or not _PERMISSIONS.isdisjoint(value):
        return False
    return all(_is_string(each) for pair in value.items() for each in pair)


def _are_groups(value: object) -> bool:
    return isinstance(value, Mapping) and all(_is_string(role) and _are_strings(names) for role, names in value.items())


def _is_webhook_secret(value: object) -> bool:
    try:
        return value is None or bool(check_secret(value))
    except ConfigurationError:
        return False


def _is_store(value: object) -> bool:
    if isinstance(value, Mapping):
        return _is_string(value.get("BACKEND")) and set(value) <= {"BACKEND", "OPTIONS"}
    return _is_optional_string(value)


_TEXT = "a string that is not empty"
_LIST = "a list of strings"
KEYS: dict[str, Key] = {
    "URL": Key(None, _is_string, "the base URL of the server, such as 'https://cms.example.com'"),
    "PUBLIC_URL": Key(None, _is_optional_string, "the URL of the server that browsers use, where it is another one than URL"),
    "TOKEN": Key(None, _is_optional_string, _TEXT),
    "EMAIL": Key(None, _is_optional_string, _TEXT),
    "PASSWORD": Key(None, _is_optional_string, _TEXT),
    "TIMEOUT": Key(..., lambda value: not isinstance(value, str), "seconds"),  # the client checks the rest
    "CLIENT": Key(None, _is_optional_string, "the dotted path of a class such as 'shop.cms.Cms', or of a function"),
    "OPTIONS": Key({}, _is_mapping, "a mapping of more arguments of the client, such as {'strict': True}"),
    "CACHE": Key(None, _is_optional_string, "the alias of one of CACHES, such as 'default', or a URL such as 'redis://…'"),
    "CACHE_TTL": Key(60, _is_number, "seconds"),
    "CACHE_STALE": Key(300, _is_number, "seconds"),
    "MODE": Key("json", lambda value: value in ("json", "session"), "'json' or 'session'"),
    "VISITORS": Key(
        None, _is_store, "the dotted path of a store, a URL such as 'redis://…', or {'BACKEND': path, 'OPTIONS': {...}}"
    ),
    "FORBIDDEN": Key(404, lambda value: value in (403, 404), "404 or 403"),
    "USER_FIELDS": Key(None, lambda value: value is None or _are_fields(value), "a mapping such as {'email': 'email'}"),
    "GROUPS": Key({}, _are_groups, "a mapping of roles to lists of groups, such as {'Editor': ['editors']}"),
    "STAFF_ROLES": Key(None, lambda value: value is None or _are_strings(value), _LIST),
    "SSO_PROVIDERS": Key((), _are_strings, _LIST),
    "WEBHOOK_SECRET": Key(None, _is_webhook_secret, "at least 16 ASCII characters"),
}


@attrs.frozen
class Problem:
    """Something that is wrong with the setting.

    Attributes:
        id: The number of the check.
        message: What is wrong, without values.
        hint: What to do.
    """

    id: str
    message: str
    hint: str | None = None


def problems(raw: object) -> Iterator[Problem]:
    """Yield what is wrong with a value of the setting ``DIRECTUS``."""
    if not isinstance(raw, Mapping):
        yield Problem("E001", "The setting DIRECTUS must be a dict.", "DIRECTUS = {'URL': 'https://cms.example.com'}")
        return
    for name in raw:
        if name not in KEYS:
            similar = get_close_matches(str(name).upper(), KEYS, 1)
            hint = f"Did you mean {similar[0]!r}?" if similar else f"The keys are {', '.join(KEYS)}."
            yield Problem("E002", f"DIRECTUS has no key {name!r}.", hint)
    if raw.get("URL") is None:
        yield Problem("E003", "DIRECTUS['URL'] is not set.", f"It is {KEYS['URL'].what}.")
    for name, key in KEYS.items():
        if name in raw and not (name == "URL" and raw[name] is None) and not key.fits(raw[name]):
            yield Problem("E004", f"DIRECTUS[{name!r}] is not valid.", f"It must be {key.what}.")


@attrs.frozen(repr=False)
class Options:
    """The setting ``DIRECTUS`` with its defaults; the names are those of the keys in lower case."""

    url: str
    public_url: str | None
    token: str | None
    email: str | None
    password: str | None
    timeout: Timeout | EllipsisType
    client: str | None
    options: JSONMapping
    cache: str | None
    cache_ttl: float
    cache_stale: float
    mode: str
    visitors: str | Mapping[str, object] | None
    forbidden: int
    user_fields: Mapping[str, str] | None
    groups: Mapping[str, Sequence[str]]
    staff_roles: Sequence[str] | None
    sso_providers: Sequence[str]
    webhook_secret: str | None

    def make_client(self, **more: object) -> Directus:
        """Return a client of this server; nothing is sent.

        Raises:
            ConfigurationError: An option is not valid.
        """
        names = ("token", "email", "password")
        arguments = {name: getattr(self, name) for name in names if getattr(self, name) is not None}
        make: Callable[..., Directus] = Directus if self.client is None else import_string(self.client)
        return make(self.url, **{**arguments, "timeout": self.timeout, **self.options, **more})


def options() -> Options:
    """Return the setting ``DIRECTUS``.

    Raises:
        ImproperlyConfigured: It is not valid.
    """
    raw = getattr(settings, "DIRECTUS", None)
    for problem in problems(raw):
        raise ImproperlyConfigured(f"{problem.message} {problem.hint or ''}".strip())
    assert isinstance(raw, Mapping)
    return Options(**{name.lower(): raw.get(name, key.default) for name, key in KEYS.items()})
