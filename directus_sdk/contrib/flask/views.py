"""The pages of the kit: the blueprint ``directus``. Each template can be replaced by one of the same name."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Final

from flask import Blueprint, Response, abort, jsonify, make_response, redirect, render_template, request, session, url_for

from directus_sdk.contrib.flask.current import begin, site, visitor_id
from directus_sdk.contrib.web import second_step, sso
from directus_sdk.contrib.web.errors import is_of_proxy
from directus_sdk.contrib.web.health import health as check_health
from directus_sdk.contrib.web.redirects import safe_next
from directus_sdk.contrib.web.webhook import MAX_BODY, WebhookRefused, changed_collections
from directus_sdk.errors import APIError, BadRequest, ConfigurationError, Forbidden, InvalidOTP, SessionExpired, Unauthorized

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

logger = logging.getLogger("directus_sdk.contrib.flask")

blueprint = Blueprint("directus", __name__, template_folder="templates")

#: The keys in Flask's session: the first step of a sign-in, and a single sign-on that was begun.
_STEP: Final = "_directus_step"
_SSO: Final = "_directus_sso"
_SSO_SECONDS: Final = 600
_WRONG: Final = "The email address or the password is not right."


def see_other(url: str) -> Response:
    """Return a redirect after which the browser reads a page, whatever it sent before."""
    response = make_response(redirect(url, code=303))
    response.headers["Cache-Control"] = "no-store"
    return response


def _next() -> str:
    return safe_next(request.values.get("next"), request.host, site().config.home)


def _page(name: str, status: int = 200, **context: object) -> Response:
    response = make_response(render_template(f"directus/{name}.html", next=_next(), **context), status)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"  # the URL may contain a token
    return response


# ---------------------------------------------------------------------- signing in and out
@blueprint.route("/login", methods=["GET", "POST"])
def login() -> ResponseReturnValue:
    """Sign in, with a second step for those who have two-factor authentication."""
    if request.method == "GET":
        return _login_page()
    pending = second_step.joined(session.pop(_STEP, None), request.form.get("half", ""))
    email, password = pending or (request.form.get("email", "").strip(), request.form.get("password", ""))
    otp = request.form.get("otp", "").strip() or None
    if not email or not password:
        return _login_page(400, "Enter your email address and your password.")
    try:
        visitor = site().visitors.sign_in(email, password, otp=otp, replaces=visitor_id())
    except InvalidOTP:
        session[_STEP], half = second_step.split(email, password)
        message = "This code is not right." if otp else "Enter the code of your authenticator app."
        return _login_page(401, message, half=half)
    except (Unauthorized, BadRequest) as error:
        if is_of_proxy(error):
            raise
        logger.info("a sign-in failed: %s", error)
        return _login_page(401, _WRONG, email=email)
    begin(visitor)
    return see_other(_next())


def _login_page(status: int = 200, message: str = "", **context: object) -> Response:
    return _page("login", status, message=message, providers=site().config.providers, **context)


@blueprint.route("/logout", methods=["GET", "POST"])
def logout() -> ResponseReturnValue:
    """Sign out of the site and of Directus. GET shows a button, because a link may be opened by anything."""
    if request.method == "GET":
        return _page("logout")
    visitor = visitor_id()
    session.clear()
    site().visitors.sign_out(visitor)
    return see_other(site().config.home)


# ---------------------------------------------------------------------- passwords
@blueprint.route("/password-reset", methods=["GET", "POST"])
def password_reset() -> ResponseReturnValue:
    """Have Directus send an email with a link to the next page; the response is the same for everyone."""
    email = request.form.get("email", "").strip()
    if email:
        url = url_for("directus.password_reset_confirm", _external=True)
        site().visitors.client(None).auth.password.request(email, url)
    return _page("password_reset", done=bool(email))


@blueprint.route("/password-reset/confirm", methods=["GET", "POST"])
def password_reset_confirm() -> ResponseReturnValue:
    """Set a new password with the token of the email."""
    token, password, message, done = request.values.get("token", ""), request.form.get("password", ""), "", False
    if request.method == "POST" and token and password:
        try:
            site().visitors.client(None).auth.password.reset(token, password)
            done = True
        except (Unauthorized, Forbidden, BadRequest) as error:
            logger.info("a password was not reset: %s", error)
            message = _rules(error) or "The link is not valid any more: request another email."
    return _page("password_reset_confirm", 400 if message else 200, token=token, message=message, done=done)


def _rules(error: APIError) -> str:
    return " ".join(sentence for sentences in error.field_errors.values() for sentence in sentences)


# ---------------------------------------------------------------------- single sign-on
@blueprint.get("/sso/<provider>")
def single_sign_on(provider: str) -> ResponseReturnValue:
    """Send the browser to Directus, and from there to a provider."""
    if provider not in site().config.providers:
        abort(404)
    session[_SSO] = [time.time() + _SSO_SECONDS, _next()]
    callback_url = url_for("directus.callback", _external=True)
    return see_other(site().public.auth.login_url(provider, redirect=callback_url))


@blueprint.get("/sso-callback")
def callback() -> ResponseReturnValue:
    """Take the session that Directus has left in a cookie, which must be for the domain of this site, too."""
    begun = session.pop(_SSO, None)
    if not begun or begun[0] < time.time():  # another site may have sent the browser here, with a session of its own
        return _login_page(400, "This sign-in was not begun here, or took too long.")
    if reason := request.args.get("reason"):
        logger.info("a single sign-on failed: %r", reason[:100])
        return _login_page(401, sso.message(reason))
    tokens = sso.tokens(request.cookies, begun[0] - _SSO_SECONDS)
    if tokens is None:
        logger.error("a single sign-on left no cookie: are Directus and the site on one domain?")
        return _login_page(502, "The sign-in did not arrive here.")
    try:
        visitor = site().visitors.sign_in_with(**tokens, replaces=visitor_id())
    except (Unauthorized, Forbidden, SessionExpired, ConfigurationError) as error:
        logger.info("a single sign-on failed: %s", error)
        return _login_page(401, "The sign-in is not valid any more.")
    begin(visitor)
    response = see_other(safe_next(begun[1], request.host, site().config.home))
    for name in sso.COOKIES:
        if name in request.cookies:
            response.delete_cookie(name)
    return response


# ---------------------------------------------------------------------- for machines
@blueprint.post("/directus/webhook")
def webhook() -> ResponseReturnValue:
    """Forget what a flow of Directus says has changed."""
    here = site()
    if here.config.webhook_secret is None:
        abort(404)
    try:
        body = request.stream.read(MAX_BODY + 1)  # more is refused
        names = changed_collections(here.config.webhook_secret, dict(request.headers), body)
    except WebhookRefused as error:
        logger.warning("a call of the webhook was refused: %s", error)
        return jsonify(error=error.message), error.status
    if here.cache is not None:
        here.cache.forget(*names)
    return jsonify(forgotten=names or ["*"])


@blueprint.get("/health")
def health() -> ResponseReturnValue:
    """Tell whether Directus responds."""
    status, body = check_health(site().cms)
    response = jsonify(body)
    response.headers["Cache-Control"] = "no-store"
    return response, status
