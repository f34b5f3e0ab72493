"""The current app and its current visitor."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property, wraps
from typing import TYPE_CHECKING, Final, ParamSpec, TypeVar, cast

from flask import current_app, has_request_context, request, session

from directus_sdk.client import Directus
from directus_sdk.contrib.flask.config import Config
from directus_sdk.contrib.web import uploads
from directus_sdk.contrib.web.visitors import Visitors
from directus_sdk.errors import ConfigurationError, NotSignedIn
from directus_sdk.json_types import JSONMapping, JSONObject

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from directus_sdk.transfers.options import UploadOptions
    from directus_sdk.transfers.sources import Uploadable

P = ParamSpec("P")
R = TypeVar("R")

#: The name of the extension in an app.
NAME: Final = "directus"
#: The keys in Flask's session: the id of the visitor, and the token of the kit's forms.
VISITOR: Final = "_directus_visitor"
CSRF: Final = "_directus_csrf"
_CLIENT: Final = "directus_sdk.client"


class Site:
    """What the extension keeps for one app.

    Attributes:
        config: Its configuration.
        cache: The cache of its clients, or ``None``.
        cms: The site's own client.
        public: An unauthenticated client with the URL that browsers use.
    """

    def __init__(self, config: Config, instance_path: str) -> None:
        self.config = config
        self.cache = config.make_cache()
        self.cms = config.make_client(self.cache or config.transport)
        self.public = Directus(config.public_url or config.url)
        self._instance_path = instance_path
        if config.sessions is not None:  # the default folder is made when it is needed
            _ = self.visitors

    @cached_property
    def visitors(self) -> Visitors:
        """The sessions of the visitors."""
        return Visitors(self.cms, self.config.make_store(self._instance_path), self.config.mode)


def site() -> Site:
    """Return what the extension keeps for the current app.

    Raises:
        ConfigurationError: The app has no `DirectusExtension`.
    """
    made = current_app.extensions.get(NAME)
    if not isinstance(made, Site):
        raise ConfigurationError("this app has no DirectusExtension: call DirectusExtension(app), or init_app(app)")
    return made


def visitor_id() -> str | None:
    """Return the id of the current visitor, ``None`` outside of a web request or before signing in."""
    return session.get(VISITOR) if has_request_context() else None


def visitor_client() -> Directus:
    """Return the client of the current visitor; the same one for a whole web request."""
    here, visitor = site(), visitor_id()
    if not has_request_context():
        return here.visitors.client(None)
    # Not in `g`: several requests of a test share it, where an app context is around them.
    made: tuple[Site, str | None, Directus] | None = request.environ.get(_CLIENT)
    if made is None or made[0] is not here or made[1] != visitor:
        made = request.environ[_CLIENT] = (here, visitor, here.visitors.client(visitor))
    return made[2]


def begin(visitor: str) -> None:
    """Make a visitor the current one."""
    session.pop(CSRF, None)
    session[VISITOR] = visitor


def login_required(view: Callable[P, R]) -> Callable[P, R]:
    """Decorate a view that is for visitors who have signed in; others are sent to the login page, and back.

    Example:
        >>> @login_required
        ... def profile() -> str:
        ...     return g.directus.users.me.read()["email"]
    """

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        if not visitor_client().auth.signed_in:
            raise NotSignedIn("this page is for visitors who have signed in")
        return cast("Callable[P, R]", current_app.ensure_sync(view))(*args, **kwargs)

    return guarded


def upload(
    file: Uploadable | None,
    data: JSONMapping | None = None,
    *,
    max_size: int | None = None,
    accept: Sequence[str] = (),
    **options: Unpack[UploadOptions],
) -> JSONObject:
    """Upload a file of a form with the permissions of the current visitor. It is read in blocks, whatever its size.

    ``POST /files``, or ``/files/tus`` in chunks.

    Args:
        file: The file, such as ``request.files["photo"]``.
        data: Fields of the record, such as ``{"title": "Logo"}``.
        max_size: The maximum size in bytes.
        accept: The types, such as ``["image/png", "image/jpeg"]``.
        **options: As for ``directus.files.upload``, such as `folder`.

    Returns:
        The record. It is empty where the visitor may create but not read it.

    Raises:
        UploadRefused: No file was chosen, it is too large, or of another type; nothing is sent.
        Forbidden: The visitor may not upload.
    """
    return uploads.upload(visitor_client(), file, data, max_size=max_size, accept=accept, **options)
