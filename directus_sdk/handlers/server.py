"""Information about the server, and its setup."""

from __future__ import annotations

import attrs

from directus_sdk.errors import APIError, DirectusError
from directus_sdk.handlers.base import Handler, without_none
from directus_sdk.http.responses import decode_error
from directus_sdk.json_types import JSONObject
from directus_sdk.wire.encoding import loads


class ServerHandler(Handler):
    """Information about the server, and its setup: ``directus.server``."""

    def ping(self) -> str:
        """Check whether the server responds.

        ``GET /server/ping``.

        Returns:
            ``"pong"``.

        Raises:
            DecodeError: The response is from something else, such as a login page of the network.

        Example:
            >>> directus.server.ping()
            'pong'
        """
        pong = self._pipeline.call("GET", "/server/ping", json_only=False, public=True)
        if not isinstance(pong.data, str) or pong.data.strip() != "pong":
            request = self._pipeline.request("GET", "/server/ping")
            raise decode_error(pong.response, request, "it does not say 'pong'")
        return "pong"

    def info(self) -> JSONObject:
        """Read information about the server: more for users than unauthenticated, most for administrators.

        ``GET /server/info``.

        Example:
            >>> directus.server.info()["project"]["project_name"]
            'Directus'
        """
        data = self._object("GET", "/server/info", public=True)
        self._pipeline.limits.learn_info(data)
        return data

    def version(self) -> str:
        """Return the version of the server; a client and its copies read it once.

        ``GET /server/info``. The SDK itself does not need it.

        Raises:
            DirectusError: The server does not report it to this user.

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
                    "the server does not report its version to this user: sign in, as an administrator on old servers"
                )
            limits.version = str(version)
        return limits.version

    def health(self) -> JSONObject:
        """Read the health of the server, whether it is healthy (200) or not (503); never retried.

        ``GET /server/health``.

        Returns:
            ``status`` (``"ok"``, ``"warn"``, ``"error"``), and for administrators ``checks``.

        Raises:
            ServiceUnavailable: The response is 503, but from something else, such as a proxy.

        Example:
            >>> directus.server.health()["status"] in ("ok", "warn", "error")
            True
        """
        once = attrs.evolve(self._pipeline, retry=attrs.evolve(self._pipeline.retry, attempts=1))
        try:
            document: JSONObject = once.call("GET", "/server/health", public=True).data
        except APIError as error:
            health = _document(error)
            if health is None:
                raise
            return health
        return document

    def oas(self) -> JSONObject:
        """Read the OpenAPI specification of the server, as far as the current user may see it.

        ``GET /server/specs/oas``.

        Example:
            >>> "/items/articles" in directus.server.oas()["paths"]
            True
        """
        return self._object("GET", "/server/specs/oas")

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
        return _string(self._pipeline.call("GET", path, json_only=False).data)

    def metrics(self) -> str:
        """Read the server's metrics in the format of Prometheus, if they are enabled (``METRICS_ENABLED``).

        ``GET /metrics``, from version 11.5; for administrators, or with a token of ``METRICS_TOKENS``.

        Returns:
            The metrics as text.

        Raises:
            RouteNotFound: They are not enabled, or the server is older.

        Example:
            >>> from directus_sdk.testing import MockTransport
            >>> mock = MockTransport(["# HELP directus_db_connections"])
            >>> cms = Directus("https://cms.example.com", transport=mock)
            >>> cms.server.metrics()
            '# HELP directus_db_connections'
        """
        return _string(self._pipeline.call("GET", "/metrics", json_only=False).data)

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
            email: The email address of the administrator, who is also the owner of the project.
            password: The password.
            first_name: The first name.
            last_name: The last name.
            project_usage: What the project is for: ``"personal"``, ``"commercial"`` or ``"community"``.
            org_name: The name of the organization.
            product_updates: Whether the owner wants emails about Directus.
            license_key: The key of a licence, from version 12.

        Raises:
            Forbidden: The server is set up already.

        Example:
            >>> from directus_sdk.testing import MockTransport
            >>> mock = MockTransport([None])
            >>> cms = Directus("https://cms.example.com", transport=mock)
            >>> cms.server.setup("ada@example.com", "correct horse battery staple", project_usage="personal")
            >>> mock.last.method, mock.path()
            ('POST', '/server/setup')
        """
        admin = {"email": email, "password": password, "first_name": first_name, "last_name": last_name}
        about = {"project_usage": project_usage, "org_name": org_name, "product_updates": product_updates}
        body: JSONObject = {"admin": without_none(**admin)}
        if without_none(**about):
            body["owner"] = {"project_owner": email, **about, "product_updates": bool(product_updates)}
        if license_key is not None:
            body["license_key"] = license_key
        # Version 11 expects the same in one flat object.
        flat = {"project_owner": email, "password": password, "first_name": first_name, "last_name": last_name, **about}
        self._pipeline.call("POST", "/server/setup", json={**without_none(**flat), **body}, secret=True, public=True)


def _string(data: str | bytes) -> str:
    # Some servers send a schema as binary content.
    return data.decode() if isinstance(data, bytes) else data


def _document(error: APIError) -> JSONObject | None:
    """Return the health document of a 503, or ``None`` if it is something else."""
    if error.status != 503 or error.response is None:
        return None
    try:
        document = loads(error.response.content)
    except ValueError:
        return None
    return document if isinstance(document, dict) and "status" in document else None
