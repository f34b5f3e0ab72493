"""What an app does around its views: pages for errors, checks of where a request is from, and helpers of templates."""

from __future__ import annotations

import logging
import re
import secrets
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from flask import Flask, Response, abort, current_app, jsonify, make_response, render_template, request, session, url_for
from markupsafe import escape
from werkzeug.exceptions import HTTPException, default_exceptions

from directus_sdk.contrib.flask import views
from directus_sdk.contrib.flask.config import Config
from directus_sdk.contrib.flask.current import CSRF, VISITOR, site, visitor_client, visitor_id
from directus_sdk.contrib.web import csrf, images, rich_text
from directus_sdk.contrib.web.errors import ErrorPage, error_page, log_error, one_line
from directus_sdk.contrib.web.html import Html
from directus_sdk.contrib.web.redirects import safe_next, with_next
from directus_sdk.errors import DirectusError, NotSignedIn, StorageError, Unauthorized

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

logger = logging.getLogger("directus_sdk.contrib.flask")

_ID: Final = re.compile(r"[\w.:=+/-]{1,128}", re.ASCII)
_REQUEST_ID: Final = "directus_sdk.request_id"


def register(app: Flask, config: Config) -> None:
    """Register the pages, the handlers and the helpers."""
    app.register_blueprint(views.blueprint, url_prefix=config.url_prefix)
    app.register_error_handler(DirectusError, on_error)
    app.before_request(check_origin)
    app.after_request(add_request_id)
    public = partial(lambda made: made.public, app.extensions["directus"])
    app.jinja_env.globals.update(
        directus_asset=lambda file, **transform: images.asset_url(public(), file, **transform),
        directus_image=lambda file, **options: images.image(public(), file, **options),
        directus_csrf=csrf_field,
        directus_signed_in=lambda: visitor_client().auth.signed_in,
    )
    app.jinja_env.filters["directus_rich_text"] = lambda text: rich_text.sanitise(text, public().url)


# ---------------------------------------------------------------------- where a request is from
def csrf_field() -> Html:
    """Return the hidden field of a form: that of the kit, and that of Flask-WTF where the app has it."""
    token = session.get(CSRF) or csrf.new_token()
    session[CSRF] = token
    field = f'<input type="hidden" name="{csrf.FIELD}" value="{token}">'
    if "csrf" in current_app.extensions:
        name = current_app.config.get("WTF_CSRF_FIELD_NAME", "csrf_token")
        made: Any = current_app.jinja_env.globals["csrf_token"]
        field += f'<input type="hidden" name="{escape(name)}" value="{escape(made())}">'
    return Html(field)


def check_origin() -> None:
    """Refuse what another site makes the browser of a visitor send; the kit's own forms contain a token, too."""
    if request.method in csrf.SAFE_METHODS or not site().config.csrf or request.endpoint == "directus.webhook":
        return
    is_own = request.blueprint == "directus"
    if (is_own or VISITOR in session) and not csrf.is_same_origin(dict(request.headers), request.host):
        path = one_line(request.path)
        logger.warning("%s %s was refused: it is from another site [request %s]", request.method, path, request_id())
        abort(400, "This request is from another site.")
    if is_own and not csrf.is_valid(request.form.get(csrf.FIELD), session.get(CSRF)):
        abort(400, "This form has expired: go back, load the page again, and send it once more.")


# ---------------------------------------------------------------------- errors
def request_id() -> str:
    """Return the id of the current web request: that of the proxy in front of the site, or a random one."""
    if _REQUEST_ID not in request.environ:
        sent = request.headers.get("X-Request-ID", "")
        request.environ[_REQUEST_ID] = sent if _ID.fullmatch(sent) else secrets.token_hex(8)
    return str(request.environ[_REQUEST_ID])


def add_request_id(response: Response) -> Response:
    """Add ``X-Request-ID``, which the log names too."""
    response.headers.setdefault("X-Request-ID", request_id())
    return response


def on_error(error: DirectusError) -> ResponseReturnValue:
    """Return the page of an error that a view has raised.

    Raises:
        DirectusError: It is a mistake in the code of the site, which Flask shows as any other.
    """
    page = error_page(error, forbidden=site().config.forbidden)
    if page is not None and page.login and not _is_visitors(error):
        page = error_page(StorageError("the session of the site's own client is over"))
    if page is None:
        raise error
    log_error(logger, page, error, request.method, request.path, request_id())
    if page.login and VISITOR in session:
        session.clear()
    response = make_response(_response(page))
    response.headers.update(page.headers)
    return response


def _response(page: ErrorPage) -> ResponseReturnValue:
    types = request.accept_mimetypes
    if types.best_match(["text/html", "application/json"]) == "application/json":
        return jsonify(error=page.title, request_id=request_id()), page.status
    if page.login:
        return views.see_other(with_next(url_for("directus.login"), _page_to_return_to(), site().config.home))
    # The site's own page for this status, if it has one.
    exception: HTTPException = default_exceptions.get(page.status, HTTPException)(description=page.title)
    own = current_app.handle_http_exception(exception)
    if own is not exception:
        return own
    return render_template("directus/error.html", page=page, request_id=request_id()), page.status


def _is_visitors(error: DirectusError) -> bool:
    """Tell whether it is the visitor who must sign in; otherwise the session of the site's own client is over."""
    if visitor_id() is None:
        return isinstance(error, (NotSignedIn, Unauthorized))
    return not visitor_client().auth.signed_in


def _page_to_return_to() -> str:
    """Return the page, or the one with the form that was sent."""
    if request.method in ("GET", "HEAD"):
        return request.full_path if request.query_string else request.path
    return safe_next(request.headers.get("Referer"), request.host, site().config.home)
