"""The base of every handler of Directus 8."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import EllipsisType
from typing import Any, Protocol, cast

from directus_sdk.calls.pipeline import Pipeline
from directus_sdk.errors.hints import ContainerHints
from directus_sdk.redaction.tracebacks import without_locals
from directus_sdk.v8.dialect import Envelope
from directus_sdk.v8.projects import project_path
from directus_sdk.wire.messages import AnyBody

#: A query that is ready to be sent: names with brackets, and values as strings.
EncodedQuery = Iterable[tuple[str, str]]


class Requester8(Protocol):
    """What a handler needs of a client."""

    @property
    def pipeline(self) -> Pipeline:
        """The pipeline that sends the calls."""

    @property
    def project(self) -> str:
        """The project of the client."""

    @property
    def models(self) -> Mapping[str, type[object]]:
        """The model class of each collection that has one."""


class Handler8(ContainerHints):
    """The base class of every handler: one endpoint group. It has no state of its own.

    Args:
        directus: The client.
    """

    def __init_subclass__(cls, **kwargs: object) -> None:
        super().__init_subclass__(**kwargs)
        without_locals(cls)

    def __init__(self, directus: Requester8) -> None:
        self._directus = directus

    @property
    def _pipeline(self) -> Pipeline:
        return self._directus.pipeline

    def _call(
        self,
        method: str,
        path: str,
        *,
        query: EncodedQuery | None = None,
        json: object = None,
        body: AnyBody = None,
        headers: Mapping[str, str] | None = None,
        authorize: bool = True,
        project: str | EllipsisType | None = ...,
        retryable: bool = False,
        replayable: bool = True,
        secret: bool = False,
        json_only: bool = True,
    ) -> Envelope:
        """Make a call and return its decoded response.

        Args:
            method: The HTTP method.
            path: The path below the project, quoted, with a slash at its beginning.
            query: The query.
            json: A value for the body; ``None`` means no body.
            body: A body that is ready, instead of `json`.
            headers: Headers of this call.
            authorize: Whether the call is signed.
            project: The project, by default that of the client; ``None`` for an endpoint without a project.
            retryable: Whether the call is idempotent and may be retried after a network error, whatever its method.
            replayable: Whether `body` can be opened more than once.
            secret: Whether the body holds passwords or tokens.
            json_only: Whether anything but JSON is an error.

        Raises:
            APIError: The server refused.
            SessionExpired: The token was not accepted, and there is no other.
            TransportError: No response was received.
        """
        name = self._directus.project if isinstance(project, EllipsisType) else project
        result = self._pipeline.call(
            method,
            path if name is None else project_path(name) + path,
            params=tuple(query or ()),
            json=json,
            body=body,
            headers=headers,
            authorize=authorize,
            retryable=retryable,
            replayable=replayable,
            secret=secret,
            json_only=json_only,
        )
        return cast("Envelope", result)

    def _data(self, method: str, path: str, **options: Any) -> Any:
        """Make a call and return the data of its response; the options are those of `_call`."""
        return self._call(method, path, **options).data

    def __repr__(self) -> str:
        collection = getattr(self, "collection", "")
        return f"{type(self).__name__}({f'{collection!r}, ' if collection else ''}{self._pipeline.base_url!r})"
