"""The server itself."""

from __future__ import annotations

from typing import Any

import attrs

from directus_sdk.errors import APIError, DirectusError
from directus_sdk.handlers.base import Handler
from directus_sdk.http.responses import decode_error
from directus_sdk.json_types import JSONMapping, JSONObject
from directus_sdk.wire.encoding import loads


class ServerHandler(Handler):
    """The server itself: ``directus.server``."""

    def ping(self) -> str:
        """Ask whether the server is there.

        ``GET /server/ping``.

        Returns:
            ``"pong"``.

        Raises:
            DecodeError: Something else answers, such as the page of a portal.

        Example:
            >>> directus.server.ping()
            'pong'
        """
        answer = self._pipeline.call("GET", "/server/ping", json_only=False, public=True)
        if not isinstance(answer.data, str) or answer.data.strip() != "pong":
            request = self._pipeline.request("GET", "/server/ping")
            raise decode_error(answer.response, request, "it does not say 'pong'")
        return "pong"

    def info(self) -> JSONObject:
        """Read what the server tells about itself: more to users than to the public, most to administrators.

        ``GET /server/info``.

        Example:
            >>> directus.server.info()["project"]["project_name"]
            'Directus'
        """
        data: JSONObject = self._pipeline.call("GET", "/server/info", public=True).data
        self._pipeline.limits.learn_info(data)
        return data

    def version(self) -> str:
        """Return the version of the server, asked for once by a client and its copies.

        ``GET /server/info``. The SDK itself needs it for no call.

        Raises:
            DirectusError: The server does not tell it to this user.

        Example:
            >>> directus.server.version().count(".")
            2
        """
        limits = self._pipeline.limits
        if limits.version is None:
            info = self.info()
            # Version 9 has it under another name.
            version = info.get("version") or (info.get("directus") or {}).get("version")
            if not version:
                raise DirectusError(
                    "the server does not tell its version to this user: sign in, as an administrator on old servers"
                )
            limits.version = str(version)
        return limits.version

    def health(self) -> JSONObject:
        """Read how the server is doing, whether it is well (200) or not (503); never tried again.

        ``GET /server/health``.

        Returns:
            ``status`` (``"ok"``, ``"warn"``, ``"error"``), and for administrators ``checks``.

        Raises:
            ServiceUnavailable: The answer is 503, but from something else, such as a proxy.

        Example:
            >>> directus.server.health()["status"] in ("ok", "warn", "error")
            True
        """
        once = attrs.evolve(self._pipeline, retry=attrs.evolve(self._pipeline.retry, attempts=1))
        try:
            document: JSONObject = once.call("GET", "/server/health", public=True).data
        except APIError as error:
            found = _document(error)
            if found is None:
                raise
            return found
        return document

    def oas(self) -> JSONObject:
        """Read the OpenAPI description of the server, as far as the user who is asking may see it.

        ``GET /server/specs/oas``.

        Example:
            >>> "/items/articles" in directus.server.oas()["paths"]
            True
        """
        data: JSONObject = self._get("server", "specs", "oas")
        return data

    def graphql_sdl(self, scope: str = "items") -> str:
        """Read the GraphQL schema.

        ``GET /server/specs/graphql``, or ``GET /server/specs/graphql/system``.

        Args:
            scope: ``"items"`` or ``"system"``.

        Example:
            >>> "type articles {" in directus.server.graphql_sdl()
            True
        """
        if scope not in ("items", "item", "system"):
            raise ValueError(f"scope must be 'items' or 'system', not {scope!r}")
        path = "/server/specs/graphql/system" if scope == "system" else "/server/specs/graphql"
        return _text(self._pipeline.call("GET", path, json_only=False).data)

    def metrics(self) -> str:
        """Read the server's metrics in the format of Prometheus, where they are switched on (``METRICS_ENABLED``).

        ``GET /metrics``, from version 11.5; for administrators, or with a token of ``METRICS_TOKENS``.

        Raises:
            RouteNotFound: They are not switched on, or the server is older.
        """
        return _text(self._pipeline.call("GET", "/metrics", json_only=False).data)

    def setup(
        self,
        email: str,
        password: str,
        *,
        first_name: str | None = None,
        last_name: str | None = None,
        project_usage: str | None = None,
        org_name: str | None = None,
        product_updates: bool | None = None,
        license_key: str | None = None,
    ) -> None:
        """Set up a new server that has no administrator yet: create the first one.

        ``POST /server/setup``, from version 11.10.

        Args:
            email: The address of the administrator, who owns the project too.
            password: The password.
            first_name: The first name.
            last_name: The last name.
            project_usage: What the project is for: ``"personal"``, ``"commercial"`` or ``"community"``.
            org_name: The name of the organization.
            product_updates: Whether the owner wants mails about Directus.
            license_key: The key of a licence, from version 12.

        Raises:
            Forbidden: The server is set up already.
        """
        admin = {"email": email, "password": password, "first_name": first_name, "last_name": last_name}
        about = {"project_usage": project_usage, "org_name": org_name, "product_updates": product_updates}
        body: JSONObject = {"admin": _given(admin)}
        if _given(about):
            body["owner"] = {"project_owner": email, **about, "product_updates": bool(product_updates)}
        if license_key is not None:
            body["license_key"] = license_key
        # Version 11 takes the same in one flat object.
        flat = {"project_owner": email, "password": password, "first_name": first_name, "last_name": last_name, **about}
        self._pipeline.call("POST", "/server/setup", json={**_given(flat), **body}, secret=True, public=True)


def _given(values: JSONMapping) -> JSONObject:
    return {name: value for name, value in values.items() if value is not None}


def _text(data: Any) -> str:
    # A schema comes as octets, whatever it is.
    text: str = data.decode() if isinstance(data, bytes) else data
    return text


def _document(error: APIError) -> JSONObject | None:
    """Return the health document of a 503, or ``None`` if it is something else."""
    if error.status != 503 or error.response is None:
        return None
    try:
        document = loads(error.response.content)
    except ValueError:
        return None
    return document if isinstance(document, dict) and "status" in document else None
