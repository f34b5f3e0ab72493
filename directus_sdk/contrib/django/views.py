"""The views of the kit; each can be replaced by a URL of your own in front of it, each template by one of the same name."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Any, Final, cast

from django.conf import settings
from django.contrib import auth
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.mixins import LoginRequiredMixin
from django.contrib.auth.views import LoginView, LogoutView
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, resolve_url
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST
from django.views.generic import FormView

from directus_sdk.contrib.django import forms
from directus_sdk.contrib.django.backends import DirectusBackend, user_of
from directus_sdk.contrib.django.process import process
from directus_sdk.contrib.django.sessions import DirectusRequest, end, visitor_id
from directus_sdk.contrib.web.health import health as check_health
from directus_sdk.contrib.web.redirects import safe_next
from directus_sdk.contrib.web.sso import COOKIES as SSO_COOKIES
from directus_sdk.contrib.web.sso import message as sso_message
from directus_sdk.contrib.web.sso import tokens as sso_tokens
from directus_sdk.contrib.web.webhook import WebhookRefused, changed_collections
from directus_sdk.errors import (
    APIError,
    BadRequest,
    ConfigurationError,
    Forbidden,
    InvalidCredentials,
    InvalidOTP,
    SessionExpired,
    Unauthorized,
)

logger = logging.getLogger("directus_sdk.contrib.django")
#: The key in Django's session of a single sign-on that was begun, and how many seconds it may take.
_SSO: Final = "_directus_sso"
_SSO_SECONDS: Final = 600

if TYPE_CHECKING:
    from django.contrib.auth.forms import AuthenticationForm
    from django.forms import Form
    from django.template.response import TemplateResponse

    _FormView = FormView[Form]
else:  # not generic at run time
    _FormView = FormView

_public = method_decorator([never_cache, login_not_required, sensitive_post_parameters()], name="dispatch")


class SignInView(LoginView):
    """Signs a visitor in, with a second step for those who have two-factor authentication."""

    form_class = forms.DirectusLoginForm
    template_name = "directus/login.html"

    def get_context_data(self, **kwargs: object) -> dict[str, Any]:
        """Add the providers of single sign-on."""
        return super().get_context_data(providers=process.options.sso_providers, **kwargs)

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        """Sign in, and end the session of the visitor until now, whichever backend the new one is from."""
        before = visitor_id(self.request)
        response = super().form_valid(form)
        if before != visitor_id(self.request):
            end(before)
        return response


class SignOutView(LogoutView):
    """Signs a visitor out of Django and of Directus; POST only."""

    template_name = "directus/logout.html"


@_public
class PasswordResetView(_FormView):
    """Has Directus send an email with a link to `PasswordResetConfirmView`.

    The server must allow the URL of that page: ``PASSWORD_RESET_URL_ALLOW_LIST``. The page says the same to everyone, whether
    or not there is such a user.
    """

    form_class = forms.PasswordResetForm
    template_name = "directus/password_reset.html"

    def form_valid(self, form: Form) -> HttpResponse:
        """Request the email."""
        url = self.request.build_absolute_uri(reverse("directus:password_reset_confirm"))
        process.visitors().client(None).auth.password.request(form.cleaned_data["email"], url)
        return self.render_to_response(self.get_context_data(form=form, done=True))


@_public
class PasswordResetConfirmView(_FormView):
    """Sets a new password with the token of the email, which is in the query of the URL."""

    form_class = forms.NewPasswordForm
    template_name = "directus/password_reset_confirm.html"

    def get_initial(self) -> dict[str, Any]:
        """Take the token from the URL."""
        return {"token": self.request.GET.get("token", "")}

    def form_valid(self, form: Form) -> HttpResponse:
        """Set the password."""
        try:
            process.visitors().client(None).auth.password.reset(form.cleaned_data["token"], form.cleaned_data["password"])
        except (BadRequest, Forbidden, InvalidCredentials) as error:
            logger.info("a password was not reset: %s", error)
            form.add_error(*_refusal(error, "The link is not valid any more: request another email."))
            return self.form_invalid(form)
        return self.render_to_response(self.get_context_data(form=form, done=True))

    def render_to_response(self, context: dict[str, Any], **kwargs: object) -> HttpResponse:
        """Keep the URL, which has the token, from other sites."""
        response = super().render_to_response(context, **kwargs)
        response.headers["Referrer-Policy"] = "no-referrer"
        return response


@method_decorator([never_cache, sensitive_post_parameters()], name="dispatch")
class PasswordChangeView(LoginRequiredMixin, _FormView):
    """Replaces the password of a visitor, who stays signed in here and is signed out everywhere else."""

    form_class = forms.PasswordChangeForm
    template_name = "directus/password_change.html"
    request: DirectusRequest

    def form_valid(self, form: Form) -> HttpResponse:
        """Check the current password, and set the new one."""
        visitors, me = process.visitors(), self.request.directus.users.me
        email = str(me.read(fields=["email"]).get("email"))
        try:
            # Two-factor authentication is asked for after the password was found to be right.
            visitors.sign_out(visitors.sign_in(email, form.cleaned_data["current"]))
        except InvalidOTP:
            pass
        except InvalidCredentials:
            form.add_error("current", "This is not your password.")
            return self.form_invalid(form)
        try:
            me.update({"password": form.cleaned_data["password"]})
        except (BadRequest, Forbidden) as error:
            form.add_error(*_refusal(error, "Your password cannot be changed here."))
            return self.form_invalid(form)
        # Directus ends the sessions of a user whose password changes.
        user = auth.authenticate(self.request, username=email, password=form.cleaned_data["password"])
        if user is None:  # two-factor authentication
            auth.logout(self.request)
            return redirect("directus:login")
        auth.login(self.request, user)
        return self.render_to_response(self.get_context_data(form=form, done=True))


def _refusal(error: APIError, message: str) -> tuple[str | None, str]:
    rules = [sentence for sentences in error.field_errors.values() for sentence in sentences]
    return ("password", " ".join(rules)) if rules else (None, message)


@never_cache
@login_not_required
@require_GET
def sso(request: HttpRequest, provider: str) -> HttpResponse:
    """Send the browser to Directus, and from there to a provider of single sign-on."""
    providers = process.options.sso_providers
    if providers and provider not in providers:
        raise Http404("DIRECTUS['SSO_PROVIDERS'] does not name this provider")
    callback_url = request.build_absolute_uri(reverse("directus:callback"))
    try:
        login_url = process.public_client().auth.login_url(provider, redirect=callback_url)
    except ConfigurationError as error:
        raise Http404("not the name of a provider") from error
    request.session[_SSO] = [time.time() + _SSO_SECONDS, safe_next(request.GET.get("next"), request.get_host(), "")]
    return HttpResponseRedirect(login_url)


@never_cache
@login_not_required
@require_GET
def callback(request: HttpRequest) -> HttpResponse:
    """Take the session that a single sign-on has left in a cookie of Directus, which must be for this site too."""
    begun = request.session.pop(_SSO, None)
    if begun is None or begun[0] < time.time():  # another site may have sent the browser here, with a session of its own
        return _login_page(request, "This sign-in was not begun here, or took too long.")
    if reason := request.GET.get("reason"):
        logger.info("a single sign-on failed: %r", reason[:100])
        return _login_page(request, sso_message(reason))
    tokens = sso_tokens(request.COOKIES, begun[0] - _SSO_SECONDS)
    if tokens is None:
        logger.error("a single sign-on left no cookie: are Directus and the site on one domain?")
        return _login_page(request, "The sign-in did not arrive here.")
    try:
        user = user_of(request, process.visitors().sign_in_with(**tokens))
    except (Unauthorized, Forbidden, SessionExpired, ConfigurationError) as error:
        logger.info("a single sign-on failed: %s", error)
        return _login_page(request, "The sign-in is not valid any more.")
    if user is None:
        return _login_page(request, "You cannot sign in here.")
    auth.login(request, user, f"{DirectusBackend.__module__}.{DirectusBackend.__qualname__}")
    target = safe_next(begun[1], request.get_host(), resolve_url(settings.LOGIN_REDIRECT_URL))
    response = HttpResponseRedirect(target)
    for name in SSO_COOKIES:
        if name in request.COOKIES:
            response.delete_cookie(name)
    return response


def _login_page(request: HttpRequest, message: str) -> HttpResponse:
    messages: dict[str, Any] = {"message": message}
    page = cast("TemplateResponse", SignInView.as_view(extra_context=messages)(request))
    page.status_code = 400
    return page


@never_cache
@login_not_required
@require_GET
def health(request: HttpRequest) -> HttpResponse:
    """Respond with 200 where Directus responds within two seconds, and else with 503."""
    status, content = check_health(process.client())
    return JsonResponse(content, status=status)


@csrf_exempt
@login_not_required
@require_POST
def webhook(request: HttpRequest) -> HttpResponse:
    """Have the cache forget the collections that a flow of Directus names, with the secret of ``WEBHOOK_SECRET``."""
    secret = process.options.webhook_secret
    if secret is None:
        raise Http404("DIRECTUS['WEBHOOK_SECRET'] is not set")
    try:
        names = changed_collections(secret, request.headers, request.body)
    except WebhookRefused as error:
        logger.warning("a call of the webhook was refused: %s", error)
        return JsonResponse({"error": error.message}, status=error.status)
    process.forget(*names)
    return JsonResponse({"forgotten": names or ["*"]})
