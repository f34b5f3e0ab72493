"""The projects of a server of version 8."""

from __future__ import annotations

from directus_sdk.json_types import JSONMapping, JSONObject
from directus_sdk.models.payloads import payload
from directus_sdk.v8.handlers.base import Handler8
from directus_sdk.v8.projects import project_path
from directus_sdk.wire.parameters import non_empty


class ProjectsHandler8(Handler8):
    """The projects of the server, and the project of this client: ``directus.projects``."""

    def read_all(self) -> list[str]:
        """Read the names of the projects, without those that are private.

        ``GET /server/projects``.

        Example:
            >>> d.projects.read_all()
            ['demo']
        """
        data: list[str] = self._data("GET", "/server/projects", project=None, authorize=False)
        return data or []

    def create_one(self, data: JSONMapping) -> None:
        """Create a project: its configuration, its tables and its first user.

        ``POST /server/projects``.

        Args:
            data: ``project``, ``super_admin_token``, ``db_name``, ``db_user``, ``user_email``, ``user_password``, and
                optionally ``db_host``, ``db_password``, ``project_name``, ``private`` and so on. The token of the first project
                is that of the server from then on.

        Raises:
            BadRequest: The database cannot be reached.
            Conflict: There is such a project.
            FailedValidation: A value is missing, or the name is not valid.
            Unauthorized: The token is wrong.
        """
        body = payload(data, "data")
        self._call("POST", "/server/projects", json=body, project=None, authorize=False, secret=True)

    def delete_one(self, project: str, *, super_admin_token: str) -> None:
        """Delete a project, with all that its database holds.

        ``DELETE /server/projects/{project}``.

        Args:
            project: The name of the project.
            super_admin_token: The token that was set with the first project.

        Raises:
            NotFound: There is no such project.
            Unauthorized: The token is wrong.
        """
        query = [("super_admin_token", non_empty("super_admin_token", super_admin_token))]
        path = f"/server/projects{project_path(project)}"
        self._call("DELETE", path, query=query, project=None, authorize=False)

    def info(self) -> JSONObject:
        """Read what the project is called and looks like; its version too, if the client is authenticated.

        ``GET /{project}/``.

        Example:
            >>> d.projects.info()["api"]["project_name"]
            'Demo'
        """
        data: JSONObject = self._data("GET", "/")
        return data

    def update_database(self) -> None:
        """Bring the database to the version of the server; for administrators.

        ``POST /{project}/update``.

        Raises:
            Unauthorized: The current user is not an administrator.

        Example:
            >>> d.projects.update_database()
        """
        self._call("POST", "/update")
