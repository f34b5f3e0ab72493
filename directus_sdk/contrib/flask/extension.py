"""The extension: ``g.directus``, the site's client, and signing in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Flask, has_app_context, session

from directus_sdk.client import Directus
from directus_sdk.contrib.flask import hooks
from directus_sdk.contrib.flask.config import Config
from directus_sdk.contrib.flask.current import NAME, Site, begin, site, visitor_client, visitor_id
from directus_sdk.contrib.web.visitors import Visitors
from directus_sdk.errors import ConfigurationError
from directus_sdk.redaction.tracebacks import without_locals

if TYPE_CHECKING:
    from directus_sdk.contrib.cache import CachedTransport


class _VisitorsClient:
    """``g.directus``, which is made when it is first used."""

    def __get__(self, instance: object, owner: type) -> object:
        return self if instance is None else visitor_client()


@without_locals
class DirectusExtension:
    """Directus for a Flask app: ``g.directus`` in each web request, and `cms` for the site itself.

    Args:
        app: The app; or call `init_app` later. One extension may serve several apps.
        **options: Configuration that has priority over ``app.config``: ``url=`` for ``DIRECTUS_URL``, and so on.

    Raises:
        ConfigurationError: The configuration is not valid.

    Example:
        >>> from flask import Flask, g
        >>> directus = DirectusExtension()
        >>> def create_app():
        ...     app = Flask(__name__)
        ...     app.config.update(SECRET_KEY="only for this example", DIRECTUS_URL=url, DIRECTUS_TOKEN=token)
        ...     directus.init_app(app)
        ...     return app
        >>> with create_app().app_context():
        ...     directus.cms.items("articles").count()
        25
    """

    def __init__(self, app: Flask | None = None, **options: object) -> None:
        self._options = options
        self._sites: list[Site] = []
        if app is not None:
            self.init_app(app)

    def init_app(self, app: Flask, **options: object) -> None:
        """Set up an app. Nothing is sent.

        Registers ``g.directus``, the pages of the blueprint ``directus``, handlers of errors, and helpers of templates.

        Args:
            app: The app, with its configuration.
            **options: Configuration that has priority, as for the class.

        Raises:
            ConfigurationError: The configuration is not valid, or the app has the extension already.
        """
        if NAME in app.extensions:
            raise ConfigurationError("this app has a DirectusExtension already")
        own = {f"DIRECTUS_{name.upper()}": value for name, value in {**self._options, **options}.items()}
        made = Site(Config.of({**app.config, **own}), app.instance_path)
        app.extensions[NAME] = made
        self._sites.append(made)
        globals_class: type[Any] = type("Globals", (app.app_ctx_globals_class,), {"directus": _VisitorsClient()})
        app.app_ctx_globals_class = globals_class
        if app.config["SESSION_COOKIE_SAMESITE"] is None:  # not every browser takes that for Lax
            app.config["SESSION_COOKIE_SAMESITE"] = "Lax"
        hooks.register(app, made.config)

    @property
    def _site(self) -> Site:
        if has_app_context():
            return site()
        if len(self._sites) != 1:
            raise ConfigurationError(
                f"the extension serves {len(self._sites)} apps: use it in a request, or in `with app.app_context():`"
            )
        return self._sites[0]

    @property
    def cms(self) -> Directus:
        """The site's own client: one in a process, also if the app was loaded before the workers were forked."""
        return self._site.cms

    @property
    def client(self) -> Directus:
        """The client of the current visitor, which is ``g.directus`` with a type."""
        return visitor_client()

    @property
    def visitors(self) -> Visitors:
        """The sessions of the visitors."""
        return self._site.visitors

    @property
    def cache(self) -> CachedTransport | None:
        """The cache of reads, for ``cache.forget("articles")``; ``None`` without ``DIRECTUS_CACHE``."""
        return self._site.cache

    @property
    def signed_in(self) -> bool:
        """Whether the current visitor has a session; sends nothing."""
        return visitor_client().auth.signed_in

    def sign_in(self, email: str, password: str, *, otp: str | None = None) -> None:
        """Sign the current visitor in, for a login page of your own. The session until now is ended.

        ``POST /auth/login``.

        Raises:
            InvalidCredentials: Wrong email address or password.
            InvalidOTP: The one-time password is missing or wrong.
        """
        begin(self.visitors.sign_in(email, password, otp=otp, replaces=visitor_id()))

    def sign_out(self) -> None:
        """Sign the current visitor out of Directus and of the site: Flask's session is emptied.

        ``POST /auth/logout``. It works also where Directus does not respond.
        """
        visitor = visitor_id()
        session.clear()
        self.visitors.sign_out(visitor)
