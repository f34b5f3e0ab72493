"""The server itself, whatever its projects."""

from __future__ import annotations

from directus_sdk.json_types import JSONObject
from directus_sdk.v8.handlers.base import Handler8


class ServerHandler8(Handler8):
    """The server: ``directus.server``. Its endpoints belong to no project and need no token."""

    def ping(self) -> str:
        """Check that the server responds.

        ``GET /server/ping``. A server in production mode responds with `RouteNotFound`.

        Returns:
            ``"pong"``.

        Example:
            >>> directus.server.ping()
            'pong'
        """
        data: str = self._data("GET", "/server/ping", project=None, authorize=False, json_only=False)
        return data

    def info(self, super_admin_token: str | None = None) -> JSONObject:
        """Read the versions and the limits of the server.

        ``GET /server/info``.

        Args:
            super_admin_token: The token that was set with the first project; not needed before there is one.

        Raises:
            Unauthorized: The token is missing or wrong.
        """
        query = None if super_admin_token is None else [("super_admin_token", super_admin_token)]
        data: JSONObject = self._data("GET", "/server/info", query=query, project=None, authorize=False)
        return data
