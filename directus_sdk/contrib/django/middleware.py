"""The middleware: ``request.directus``, and pages for errors of Directus."""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, cast

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.conf import settings
from django.contrib import auth
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render, resolve_url

from directus_sdk.contrib.django.process import process
from directus_sdk.contrib.django.sessions import VISITOR, DirectusRequest, attach, visitor_id
from directus_sdk.contrib.web.errors import ErrorPage, error_page, log_error
from directus_sdk.contrib.web.redirects import safe_next
from directus_sdk.contrib.web.uploads import UploadRefused
from directus_sdk.errors import NotSignedIn, StorageError, Unauthorized

if TYPE_CHECKING:
    from django.http.response import HttpResponseBase

logger = logging.getLogger("directus_sdk.contrib.django")
_ID = re.compile(r"[\w.:=+/-]{1,128}", re.ASCII)
View = Callable[..., object]


class DirectusMiddleware:
    """Sets ``request.directus``, and turns errors of Directus that a view raises into pages.

    It stands below ``SessionMiddleware`` and ``AuthenticationMiddleware`` in ``MIDDLEWARE``, and works under WSGI and ASGI.
    Every response has the id of its request as ``X-Request-ID``, which the log names too.
    """

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase | Awaitable[HttpResponseBase]]) -> None:
        self.get_response = get_response
        self.is_async = iscoroutinefunction(get_response)
        if self.is_async:
            markcoroutinefunction(self)
            vars(self)["process_view"] = self._process_view

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        """Respond to a request, or return what does so."""
        self._begin(request)
        if self.is_async:
            return self._respond(request)
        return self._end(request, cast("HttpResponseBase", self.get_response(request)))

    async def _respond(self, request: HttpRequest) -> HttpResponseBase:
        return self._end(request, await cast("Awaitable[HttpResponseBase]", self.get_response(request)))

    def _begin(self, request: HttpRequest) -> None:
        attach(request)
        sent = request.headers.get("X-Request-ID", "")
        cast("DirectusRequest", request).directus_request_id = sent if _ID.fullmatch(sent) else secrets.token_hex(8)

    def _end(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        response.headers.setdefault("X-Request-ID", cast("DirectusRequest", request).directus_request_id)
        return response

    def process_view(self, request: HttpRequest, view: View, args: object, kwargs: object) -> None:
        """Load the session before an asynchronous view, which may not wait for a database itself."""
        if _needs_session(request, view):
            accessed = request.session.accessed
            request.session.get(VISITOR)
            request.session.accessed = accessed  # so that the page varies with the cookie only where the view uses it

    async def _process_view(self, request: HttpRequest, view: View, args: object, kwargs: object) -> None:
        if _needs_session(request, view):
            accessed = request.session.accessed
            await request.session.aget(VISITOR)
            request.session.accessed = accessed

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Return the page for an error of Directus; other errors are Django's.

        Raises:
            Http404: There is no such item, or the visitor may not see it; so the site's own page 404 is returned.
            PermissionDenied: The visitor may not see it, with ``FORBIDDEN = 403``.
        """
        page = error_page(exception, forbidden=process.options.forbidden)
        if page is not None and page.login and not _is_visitors(request, exception):
            page = error_page(StorageError("the session of the site's own client is over"))
        if isinstance(exception, UploadRefused):
            page = ErrorPage(exception.status, exception.message, login=False, headers={})
        if page is None:
            return None
        request_id = cast("DirectusRequest", request).directus_request_id
        log_error(logger, page, exception, str(request.method), request.path, request_id)
        if page.status == 404:
            raise Http404(page.title) from exception
        if page.status == 403:
            raise PermissionDenied(page.title) from exception
        if page.login:
            auth.logout(request)
        if not request.accepts("text/html"):
            return JsonResponse({"error": page.title, "request_id": request_id}, status=page.status, headers=page.headers)
        if page.login:
            return redirect_to_login(_page_of(request), resolve_url(settings.LOGIN_URL))
        response = render(request, "directus/error.html", {"page": page, "request_id": request_id}, status=page.status)
        for name, value in page.headers.items():
            response.headers[name] = value
        return response


def _needs_session(request: HttpRequest, view: View) -> bool:
    return iscoroutinefunction(view) and hasattr(request, "session") and settings.SESSION_COOKIE_NAME in request.COOKIES


def _is_visitors(request: HttpRequest, error: Exception) -> bool:
    """Tell whether the session that is over is the visitor's, and not that of the site's own client."""
    if visitor_id(request) is None:
        return isinstance(error, (NotSignedIn, Unauthorized))
    return not cast("DirectusRequest", request).directus.auth.signed_in


def _page_of(request: HttpRequest) -> str:
    """Return where the visitor goes on after a sign-in: the page, or the one with the form that he sent."""
    path = request.get_full_path()
    return path if request.method in ("GET", "HEAD") else safe_next(request.headers.get("Referer"), request.get_host(), path)
