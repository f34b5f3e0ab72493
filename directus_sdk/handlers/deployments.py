"""Deployments: websites that a provider builds from the content."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from directus_sdk.handlers.base import Handler, mixed_params
from directus_sdk.json_types import JSONMapping, JSONObject
from directus_sdk.models.payloads import payload
from directus_sdk.results import Page
from directus_sdk.signatures import renamed
from directus_sdk.wire.query import ItemQuery, PageQuery, WriteQuery, normalize, returned
from directus_sdk.wire.urls import Key, segment

if TYPE_CHECKING:
    from typing_extensions import Unpack


class DeploymentsHandler(Handler):
    """Providers that build websites, such as Vercel: ``directus.deployments``. Servers have it from version 11.15.

    The key of a deployment is the name of its provider. For administrators.
    """

    # ------------------------------------------------------------------ providers
    def read_many(self, query: JSONMapping | None = None, **params: Unpack[PageQuery]) -> Page[JSONObject]:
        """List the configured providers.

        ``GET /deployments``.

        Args:
            query: What to read, as a mapping, instead of keywords.
            **params: What to read, such as `fields` and `filter`.

        Example:
            >>> directus.deployments.read_many()
            []

        Returns:
            A page of providers.

        Raises:
            NotSupported: The server is older than 11.15.
        """
        response = self._pipeline.call("GET", "/deployments", query=normalize(query, params), searchable=True)
        return Page(response.data, response.meta)

    @renamed(provider="key")
    def read_one(self, key: str, query: JSONMapping | None = None, **params: Unpack[ItemQuery]) -> JSONObject:
        """Read the configuration of a provider.

        ``GET /deployments/{key}``.

        Args:
            key: The name of the provider.
            query: What to read, as a mapping, instead of keywords.
            **params: What to read, such as `fields`.

        Returns:
            The configuration.

        Raises:
            NotSupported: The server is older than 11.15.
            ServerError: The provider is not configured.

        Example:
            >>> from directus_sdk.testing import MockTransport
            >>> mock = MockTransport([{"provider": "vercel", "projects": []}])
            >>> cms = Directus("https://cms.example.com", transport=mock)
            >>> cms.deployments.read_one("vercel")["provider"]
            'vercel'
        """
        return self._read(_path(key), query, params)

    @renamed(data="item")
    def create_one(
        self, item: JSONMapping, query: JSONMapping | None = None, **params: Unpack[WriteQuery]
    ) -> JSONObject | None:
        """Configure a new provider.

        ``POST /deployments``.

        Args:
            item: ``provider``, ``credentials`` and ``options``.
            query: What to return, as a mapping, instead of keywords.
            **params: What to return, such as `fields`.

        Returns:
            The configuration, or ``None`` if you may not read it.

        Raises:
            InvalidPayload: There is no such provider.
            NotSupported: The server is older than 11.15.

        Example:
            >>> from directus_sdk.testing import MockTransport
            >>> mock = MockTransport([{"provider": "vercel"}])
            >>> cms = Directus("https://cms.example.com", transport=mock)
            >>> cms.deployments.create_one({"provider": "vercel", "credentials": {"access_token": "..."}})
            {'provider': 'vercel'}
        """
        created: JSONObject | None = self._pipeline.call(
            "POST", "/deployments", json=payload(item), query=returned(query, params), secret=True
        ).data
        return created

    @renamed(provider="key")
    def update_one(
        self, key: str, data: JSONMapping, query: JSONMapping | None = None, **params: Unpack[WriteQuery]
    ) -> JSONObject | None:
        """Update the configuration of a provider.

        ``PATCH /deployments/{key}``.

        Args:
            key: The name of the provider.
            data: The fields to change.
            query: What to return, as a mapping, instead of keywords.
            **params: What to return, such as `fields`.

        Returns:
            The configuration, or ``None`` if you may not read it.

        Raises:
            NotSupported: The server is older than 11.15.
            ServerError: The provider is not configured.

        Example:
            >>> from directus_sdk.testing import MockTransport
            >>> mock = MockTransport([{"provider": "vercel"}])
            >>> cms = Directus("https://cms.example.com", transport=mock)
            >>> cms.deployments.update_one("vercel", {"options": {"team_id": "team_1"}})
            {'provider': 'vercel'}
        """
        updated: JSONObject | None = self._pipeline.call(
            "PATCH", _path(key), json=payload(data, "data"), query=returned(query, params), secret=True
        ).data
        return updated

    @renamed(provider="key")
    def delete_one(self, key: str) -> None:
        """Delete the configuration of a provider.

        ``DELETE /deployments/{key}``.

        Args:
            key: The name of the provider.

        Raises:
            NotSupported: The server is older than 11.15.
            ServerError: The provider is not configured.

        Example:
            >>> from directus_sdk.testing import MockTransport
            >>> mock = MockTransport([None])
            >>> cms = Directus("https://cms.example.com", transport=mock)
            >>> cms.deployments.delete_one("vercel")
            >>> mock.last.method, mock.path()
            ('DELETE', '/deployments/vercel')
        """
        self._pipeline.call("DELETE", _path(key))

    # ------------------------------------------------------------------ projects
    def dashboard(
        self, provider: str, query: JSONMapping | None = None, *, range: str | None = None, **params: Unpack[ItemQuery]
    ) -> JSONObject:
        """Read an overview of a provider's projects.

        ``GET /deployments/{provider}/dashboard``.

        Args:
            provider: The name of the provider.
            query: What to read, as a mapping, instead of keywords.
            range: The period, such as ``"7d"``.
            **params: What to read, such as `fields`.

        Returns:
            The overview, as the server sends it.

        Raises:
            NotSupported: The server is older than 11.15.

        Example:
            >>> from directus_sdk.testing import MockTransport
            >>> mock = MockTransport([{"projects": []}])
            >>> cms = Directus("https://cms.example.com", transport=mock)
            >>> cms.deployments.dashboard("vercel", range="7d")
            {'projects': []}
        """
        return self._read(_path(provider, "dashboard"), query, params, range=range)

    def projects(self, provider: str) -> Page[JSONObject]:
        """List the projects at a provider.

        ``GET /deployments/{provider}/projects``.

        Args:
            provider: The name of the provider.

        Returns:
            A page of projects.

        Raises:
            NotSupported: The server is older than 11.15.

        Example:
            >>> from directus_sdk.testing import MockTransport
            >>> mock = MockTransport([[{"id": "p1", "name": "site"}]])
            >>> cms = Directus("https://cms.example.com", transport=mock)
            >>> cms.deployments.projects("vercel")[0]["name"]
            'site'
        """
        return self._page(_path(provider, "projects"))

    def project(self, provider: str, project: Key, query: JSONMapping | None = None, **params: Unpack[ItemQuery]) -> JSONObject:
        """Read a project.

        ``GET /deployments/{provider}/projects/{project}``.

        Args:
            provider: The name of the provider.
            project: The key of the project.
            query: What to read, as a mapping, instead of keywords.
            **params: What to read, such as `fields`.

        Returns:
            The project.

        Raises:
            NotSupported: The server is older than 11.15.

        Example:
            >>> from directus_sdk.testing import MockTransport
            >>> mock = MockTransport([{"id": "p1", "name": "site"}])
            >>> cms = Directus("https://cms.example.com", transport=mock)
            >>> cms.deployments.project("vercel", "p1")["name"]
            'site'
        """
        return self._read(_path(provider, "projects", project), query, params)

    def update_projects(self, provider: str, data: JSONMapping) -> Any:
        """Choose which projects of a provider are used.

        ``PATCH /deployments/{provider}/projects``.

        Args:
            provider: The name of the provider.
            data: ``create`` and ``delete`` with lists.

        Returns:
            What the server sends.

        Raises:
            NotSupported: The server is older than 11.15.

        Example:
            >>> from directus_sdk.testing import MockTransport
            >>> mock = MockTransport([[{"id": "p1"}]])
            >>> cms = Directus("https://cms.example.com", transport=mock)
            >>> cms.deployments.update_projects("vercel", {"create": [{"external_id": "prj_1"}], "delete": []})
            [{'id': 'p1'}]
        """
        return self._pipeline.call("PATCH", _path(provider, "projects"), json=payload(data, "data")).data

    def trigger(self, provider: str, project: Key, options: JSONMapping | None = None) -> JSONObject:
        """Build a project.

        ``POST /deployments/{provider}/projects/{project}/deploy``.

        Args:
            provider: The name of the provider.
            project: The key of the project.
            options: ``preview``, ``clear_cache``.

        Returns:
            The run.

        Raises:
            NotSupported: The server is older than 11.15.

        Example:
            >>> from directus_sdk.testing import MockTransport
            >>> mock = MockTransport([{"id": "r1", "status": "building"}])
            >>> cms = Directus("https://cms.example.com", transport=mock)
            >>> cms.deployments.trigger("vercel", "p1", {"preview": True})["status"]
            'building'
        """
        return self._object("POST", _path(provider, "projects", project, "deploy"), json=options)

    # ------------------------------------------------------------------ runs
    def runs(
        self, provider: str, project: Key, query: JSONMapping | None = None, **params: Unpack[PageQuery]
    ) -> Page[JSONObject]:
        """List the runs of a project.

        ``GET /deployments/{provider}/projects/{project}/runs``.

        Args:
            provider: The name of the provider.
            project: The key of the project.
            query: What to read, as a mapping, instead of keywords.
            **params: What to read: `search`, `limit`, `offset`, `meta` and so on.

        Returns:
            A page of runs.

        Raises:
            NotSupported: The server is older than 11.15.

        Example:
            >>> from directus_sdk.testing import MockTransport
            >>> mock = MockTransport([[{"id": "r1", "status": "ready"}]])
            >>> cms = Directus("https://cms.example.com", transport=mock)
            >>> cms.deployments.runs("vercel", "p1", limit=1)[0]["status"]
            'ready'
        """
        return self._page(_path(provider, "projects", project, "runs"), mixed_params(query, params))

    def run(
        self,
        provider: str,
        run: Key,
        query: JSONMapping | None = None,
        *,
        since: str | None = None,
        **params: Unpack[ItemQuery],
    ) -> JSONObject:
        """Read a run.

        ``GET /deployments/{provider}/runs/{run}``.

        Args:
            provider: The name of the provider.
            run: The key of the run.
            query: What to read, as a mapping, instead of keywords.
            since: Only what was logged after this time, in ISO 8601.
            **params: What to read, such as `fields`.

        Returns:
            The run.

        Raises:
            NotSupported: The server is older than 11.15.

        Example:
            >>> from directus_sdk.testing import MockTransport
            >>> mock = MockTransport([{"id": "r1", "status": "ready"}])
            >>> cms = Directus("https://cms.example.com", transport=mock)
            >>> cms.deployments.run("vercel", "r1")["status"]
            'ready'
        """
        return self._read(_path(provider, "runs", run), query, params, since=since)

    def run_stats(
        self,
        provider: str,
        project: Key,
        query: JSONMapping | None = None,
        *,
        range: str | None = None,
        **params: Unpack[ItemQuery],
    ) -> JSONObject:
        """Read statistics of the runs of a project.

        ``GET /deployments/{provider}/projects/{project}/runs/stats``.

        Args:
            provider: The name of the provider.
            project: The key of the project.
            query: What to read, as a mapping, instead of keywords.
            range: The period, such as ``"7d"``.
            **params: What to read, such as `fields`.

        Returns:
            The statistics, as the server sends them.

        Raises:
            NotSupported: The server is older than 11.15.

        Example:
            >>> from directus_sdk.testing import MockTransport
            >>> mock = MockTransport([{"total": 3}])
            >>> cms = Directus("https://cms.example.com", transport=mock)
            >>> cms.deployments.run_stats("vercel", "p1", range="7d")
            {'total': 3}
        """
        return self._read(_path(provider, "projects", project, "runs", "stats"), query, params, range=range)

    def cancel(self, provider: str, run: Key) -> JSONObject | None:
        """Cancel a run.

        ``POST /deployments/{provider}/runs/{run}/cancel``.

        Args:
            provider: The name of the provider.
            run: The key of the run.

        Returns:
            The run, or ``None`` if the server sends none.

        Raises:
            NotSupported: The server is older than 11.15.

        Example:
            >>> from directus_sdk.testing import MockTransport
            >>> mock = MockTransport([{"id": "r1", "status": "canceled"}])
            >>> cms = Directus("https://cms.example.com", transport=mock)
            >>> cms.deployments.cancel("vercel", "r1")
            {'id': 'r1', 'status': 'canceled'}
        """
        cancelled: JSONObject | None = self._pipeline.call("POST", _path(provider, "runs", run, "cancel")).data
        return cancelled

    def _read(self, path: str, query: JSONMapping | None, params: JSONMapping, **own: str | None) -> JSONObject:
        return self._object("GET", path, params=mixed_params(query, {**params, **own}, *own))


def _path(provider: str, *more: object) -> str:
    return "/".join(["/deployments", segment(provider, "provider"), *map(segment, more)])
