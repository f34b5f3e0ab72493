"""Sends the calls of an auth below the path of its project."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from directus_sdk.auth.authorizer import Sender
from directus_sdk.http.responses import APIResponse


@attrs.frozen
class ProjectSender:
    """Sends a call without authorization, below the path of a project."""

    _send: Sender
    _path: str

    def __call__(
        self,
        method: str,
        path: str,
        *,
        json: object = None,
        headers: Mapping[str, str] | None = None,
        secret: bool = True,
        retryable: bool = False,
        max_elapsed: float | None = None,
    ) -> APIResponse:
        """Send it and return the decoded response."""
        return self._send(
            method, self._path + path, json=json, headers=headers, secret=secret, retryable=retryable, max_elapsed=max_elapsed
        )
