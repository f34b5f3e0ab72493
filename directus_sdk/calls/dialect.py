"""How a generation of Directus's API is read: which responses are final, what they mean, and which error they become."""

from __future__ import annotations

from directus_sdk.auth.authorizer import Authorizer
from directus_sdk.errors import APIError
from directus_sdk.http.responses import APIResponse, decode, error_from
from directus_sdk.http.statuses import UNAUTHORIZED, is_redirect, is_success
from directus_sdk.wire.messages import Request, Response


class Dialect:
    """The dialect of Directus 9 and later; a subclass is that of another generation.

    It is immutable, so that a pipeline and its copies share it. Queries are encoded before they reach the pipeline.
    """

    __slots__ = ()

    def is_final(self, response: Response, request: Request) -> bool:
        """Tell whether a response is the result of a call.

        Args:
            response: The response.
            request: The request as it was sent, with its credentials.
        """
        return is_success(response.status) or (not request.follow_redirects and is_redirect(response.status))

    def may_refuse_token(self, response: Response) -> bool:
        """Tell whether the auth is asked for another token, after a response that is not final."""
        return response.status in UNAUTHORIZED

    def decode(self, response: Response, request: Request, *, json_only: bool) -> APIResponse:
        """Decode a final response.

        Args:
            response: The response.
            request: The request, for the error.
            json_only: Whether anything but JSON is an error.

        Raises:
            DecodeError: It cannot be decoded.
        """
        return decode(response, request, json_only=json_only)

    def error(self, response: Response, request: Request, auth: Authorizer, path: str, version: str | None) -> APIError:
        """Return the error that a response becomes, once no other token and no retry has helped.

        Args:
            response: The response.
            request: The request as it was sent.
            auth: The auth of the client.
            path: Its path below the base URL.
            version: The server's version, if it is known.
        """
        return error_from(response, request, path, version)
