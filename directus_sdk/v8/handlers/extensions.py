"""The extensions of a server of version 8, by kind, and the types of fields."""

from __future__ import annotations

from base64 import b64encode

from directus_sdk.auth.claims import claims
from directus_sdk.json_types import JSONObject
from directus_sdk.v8.handlers.base import Handler8
from directus_sdk.wire.messages import Request


class ExtensionsHandler8(Handler8):
    """Extensions: ``directus.extensions``.

    Their endpoints have no project in the path; the project is sent in the header ``X-Directus-Project``. A static token is
    sent by HTTP Basic, because these endpoints do not accept it as Bearer.
    """

    def interfaces(self) -> list[JSONObject]:
        """Read the interfaces of fields.

        ``GET /interfaces``.

        Raises:
            Unauthorized: The client is not authenticated.

        Example:
            >>> d.extensions.interfaces()
            []
        """
        return self._read("interfaces")

    def layouts(self) -> list[JSONObject]:
        """Read the layouts of collections.

        ``GET /layouts``.

        Raises:
            Unauthorized: The client is not authenticated.

        Example:
            >>> d.extensions.layouts()
            []
        """
        return self._read("layouts")

    def modules(self) -> list[JSONObject]:
        """Read the modules of the app.

        ``GET /modules``.

        Raises:
            Unauthorized: The client is not authenticated.

        Example:
            >>> d.extensions.modules()
            []
        """
        return self._read("modules")

    def types(self) -> list[JSONObject]:
        """Read the types of fields.

        ``GET /types``.

        Raises:
            Unauthorized: The client is not authenticated.

        Example:
            >>> d.extensions.types()[0]
            {'name': 'alias'}
        """
        return self._read("types")

    def _read(self, name: str) -> list[JSONObject]:
        headers = {"X-Directus-Project": self._directus.project}
        token, seconds = self._pipeline.auth.fresh_token()
        is_static = token is not None and seconds is None and not claims(token)
        if is_static and "Cookie" not in self._pipeline.auth.authorize(Request("GET", "")).headers:
            headers["Authorization"] = "Basic " + b64encode(f"{token}:".encode()).decode()
        data: list[JSONObject] = self._data("GET", f"/{name}", headers=headers, project=None)
        return data or []
