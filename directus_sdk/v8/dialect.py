"""How the responses of Directus 8 are read: its envelope, and the Public role's data in place of a refusal."""

from __future__ import annotations

import re
from typing import cast

import attrs

from directus_sdk.auth.authorizer import Authorizer
from directus_sdk.calls.dialect import Dialect
from directus_sdk.errors import APIError
from directus_sdk.http.responses import APIResponse, is_json, load
from directus_sdk.http.statuses import is_success
from directus_sdk.json_types import JSONMapping
from directus_sdk.v8 import errors
from directus_sdk.v8.auth import Auth8
from directus_sdk.wire import credential_names
from directus_sdk.wire.encoding import loads
from directus_sdk.wire.messages import Request, Response

#: What stands beside ``data`` in a response.
_MEMBERS = frozenset({"data", "meta", "public", "error", "messages"})
#: The paths of endpoints that respond with ``"public": true`` to every caller.
_EXEMPT = re.compile(r"/server/.*|/[^/]+/(?:(?:auth|assets)/.*|update)?")
_PUBLIC = re.compile(rb'"public"\s*:\s*true')
#: The cookie of a session.
_COOKIE = re.compile(r"directus-[^=;]+-session=")


@attrs.frozen
class Envelope(APIResponse):
    """A decoded response of Directus 8.

    Attributes:
        data: The ``data`` of the response; the whole of its JSON where it has other members; ``None`` where it has none.
        meta: The ``meta`` of the response; ``{}`` where the server sent a list or nothing.
        public: Whether the server handled the call as the Public role.
        error: The ``error`` of a sign-in that is restricted, or ``None``.
    """

    public: bool = False
    error: JSONMapping | None = None


@attrs.frozen
class Dialect8(Dialect):
    """The dialect of Directus 8.

    Args:
        base_url: The base URL of the server, without the project.
    """

    base_url: str

    def is_final(self, response: Response, request: Request) -> bool:
        """Tell whether a response is the result of a call, and not the Public role's data for a call with a token."""
        if not super().is_final(response, request):
            return False
        return not (is_success(response.status) and _says_public(response) and self._is_refusal(request))

    def _is_refusal(self, request: Request) -> bool:
        path = request.url.removeprefix(self.base_url).partition("?")[0]
        return _carries_token(request) and not _EXEMPT.fullmatch(path)

    def may_refuse_token(self, response: Response) -> bool:
        """Tell whether the auth is asked for another token, after a response that is not final."""
        return is_success(response.status) or super().may_refuse_token(response)

    def decode(self, response: Response, request: Request, *, json_only: bool) -> Envelope:
        """Decode a final response."""
        document, is_document = load(response, request, json_only=json_only)
        if not is_document or not isinstance(document, dict) or not _is_envelope(document):
            return Envelope(document, {}, response)
        meta = document.get("meta")
        return Envelope(
            document.get("data"),
            meta if isinstance(meta, dict) else {},
            response,
            document.get("public") is True,
            document.get("error"),
        )

    def error(self, response: Response, request: Request, auth: Authorizer, path: str, version: str | None) -> APIError:
        """Return the error that a response becomes."""
        if is_success(response.status):
            return cast("Auth8", auth).refused(request, response)
        return errors.error_from(response, request, path)


def _is_envelope(document: JSONMapping) -> bool:
    return document.keys() <= _MEMBERS and ("data" in document or "public" in document)


def _says_public(response: Response) -> bool:
    # Few responses are decoded for this.
    if response.streamed or not _PUBLIC.search(response.content) or not is_json(response):
        return False
    try:
        document = loads(response.content)
    except (ValueError, RecursionError):
        return False
    return isinstance(document, dict) and document.get("public") is True


def _carries_token(request: Request) -> bool:
    cookie = next((value for name, value in request.headers.items() if name.lower() == "cookie"), "")
    return bool(_COOKIE.search(cookie)) or credential_names.in_call(request.headers, request.params, request.url)
