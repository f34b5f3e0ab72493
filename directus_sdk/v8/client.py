"""The client for Directus 8: one object with a handler for each endpoint group."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable, Mapping
from types import EllipsisType
from typing import TYPE_CHECKING, Any, TypeVar, cast, overload

from directus_sdk import client_options
from directus_sdk.auth.storage import MemoryStorage, Storage
from directus_sdk.base_client import BaseClient
from directus_sdk.calls.pipeline import Pipeline, parse_headers
from directus_sdk.calls.retry import RetryPolicy
from directus_sdk.errors import ConfigurationError
from directus_sdk.http.base_url import base_url as checked_base_url
from directus_sdk.http.bodies import raw_body
from directus_sdk.http.options import check_timeout
from directus_sdk.http.requests_transport import RequestsTransport
from directus_sdk.http.transport import Transport
from directus_sdk.json_types import JSONMapping, JSONObject
from directus_sdk.redaction.tracebacks import without_locals
from directus_sdk.v8.auth import Auth8, StaticTokenAuth8, own_auth
from directus_sdk.v8.dialect import Dialect8
from directus_sdk.v8.handlers import EndpointGroups8
from directus_sdk.v8.params import free_params
from directus_sdk.v8.projects import project_path
from directus_sdk.v8.sender import ProjectSender
from directus_sdk.wire import urls
from directus_sdk.wire.messages import Timeout
from directus_sdk.wire.parameters import non_empty

if TYPE_CHECKING:
    from typing_extensions import Self

    from directus_sdk.v8.handlers.items import ItemsHandler8
    from directus_sdk.v8.handlers.singleton import SingletonHandler8

T = TypeVar("T")

logger = logging.getLogger("directus_sdk")


@without_locals
class Directus8(BaseClient, EndpointGroups8):
    """A client of one project of a Directus 8 server.

    Nothing is sent before the first call. Threads may share a client.

    Args:
        url: The base URL of the server without the project, including its sub-path.
        project: The project, ``"_"`` by default, as in a Docker image. Tokens are bound to a project, so each needs a client.
        token: A static token; short for ``auth=StaticTokenAuth8(token)``.
        auth: The authentication; ``LoginAuth8()`` by default, which is unauthenticated until ``auth.login(...)``.
        storage: Where the session is stored; in memory by default.
        transport: Sends the requests; ``RequestsTransport()`` by default.
        retry: When calls are retried; ``RetryPolicy()`` by default.
        models: Model classes by collection, the default of ``items()``.

    Raises:
        ConfigurationError: The URL, the project or an option is not valid, or the token or the auth is not for Directus 8.

    Example:
        >>> from directus_sdk.v8 import Directus8
        >>> directus = Directus8("https://cms.example.com", "my-project", token="my-token")
    """

    _generation = client_options.Generation("Directus8", StaticTokenAuth8, own_auth, free_params)
    _project: str

    def __init__(
        self,
        url: str,
        project: str = "_",
        *,
        token: str | None = None,
        auth: Auth8 | None = None,
        storage: Storage | None = None,
        transport: Transport | None = None,
        retry: RetryPolicy | None = None,
        models: Mapping[str, type] | None = None,
    ) -> None:
        client_options.check_auth(auth, self._generation)
        client_options.check(storage, Storage, "storage")
        client_options.check(transport, Transport, "transport")
        client_options.check(retry, RetryPolicy, "retry")
        if models is not None and not isinstance(models, Mapping):
            raise ConfigurationError(f"models must be a mapping such as {{'articles': Article}}, not {type(models).__name__}")
        if token is not None and auth is not None:
            raise ConfigurationError("pass token or auth, not both: token=... is short for auth=StaticTokenAuth8(...)")
        project_path(project)
        base_url = checked_base_url(url)
        transport = transport or RequestsTransport()
        if token is not None or auth is not None:
            client_options.check_authorization(transport)
        if token is not None:
            auth = StaticTokenAuth8(token)
        elif auth is None:
            from directus_sdk.v8.login import LoginAuth8  # scripts with a static token do not need it

            auth = LoginAuth8()
        self._owns_transport = True
        self._project = project
        self._storage = MemoryStorage() if storage is None else storage
        self._models = dict(models or {})
        self._pipeline = Pipeline(
            base_url=base_url,
            auth=auth,
            transport=transport,
            retry=retry or RetryPolicy(),
            dialect=Dialect8(base_url),
        )
        self._bind()

    def _bind(self) -> None:
        self.auth.join(self.project)
        path = project_path(self.project)
        # A session belongs to a project, so a storage keeps one for each.
        self.auth.bind(ProjectSender(self._pipeline.anonymous, path), self._storage, self.url + path)

    @classmethod
    def from_env(cls, **options: Any) -> Self:
        """Create a client from environment variables.

        Reads ``DIRECTUS_URL``, ``DIRECTUS_PROJECT`` and ``DIRECTUS_TOKEN``. Options are used instead of variables; with
        `auth` or `storage` among them, the token is not read.

        Args:
            **options: The options of the constructor.

        Raises:
            ConfigurationError: ``DIRECTUS_URL`` is not set.
        """
        environment = {
            name: os.environ.get(f"DIRECTUS_{name.upper()}") for name in ("url", "project", "token") if name not in options
        }
        if "auth" in options or "storage" in options:
            environment.pop("token", None)
        options = {**options, **{name: value for name, value in environment.items() if value}}
        if not options.get("url"):
            raise ConfigurationError("set DIRECTUS_URL to the URL of the server, DIRECTUS_PROJECT to the project")
        if not options.keys() & {"token", "auth", "storage"}:
            logger.warning("Directus8.from_env() makes an unauthenticated client: set DIRECTUS_TOKEN, or pass auth=...")
        return cls(**options)

    @property
    def auth(self) -> Auth8:
        """The authentication of this client, `LoginAuth8` by default."""
        return cast("Auth8", self._pipeline.auth)

    @property
    def project(self) -> str:
        """The project of this client."""
        return self._project

    # ------------------------------------------------------------------ collections
    @overload
    def items(self, collection: str, model: None = None, *, primary_key: str = "id") -> ItemsHandler8[JSONObject]: ...
    @overload
    def items(self, collection: str, model: type[T], *, primary_key: str = "id") -> ItemsHandler8[T]: ...
    def items(self, collection: str, model: type | None = None, *, primary_key: str = "id") -> ItemsHandler8[Any]:
        """Return the handler of a collection's items.

        Args:
            collection: The name of the collection.
            model: The class of the items, as for `directus_sdk.Directus.items`. Plain dicts by default.
            primary_key: The name of the primary key.

        Raises:
            ConfigurationError: It is a system collection; the error names its handler.
            TypeError: A name is not a string.
            ValueError: A name is empty.

        Example:
            >>> d.items("movies").count()
            3
        """
        from directus_sdk.v8.handlers.items import ItemsHandler8

        non_empty("primary_key", primary_key)
        model = self._models.get(_collection(collection)) if model is None else model
        return ItemsHandler8(self, model, collection=collection, primary_key=primary_key)

    @overload
    def singleton(self, collection: str, model: None = None) -> SingletonHandler8[JSONObject]: ...
    @overload
    def singleton(self, collection: str, model: type[T]) -> SingletonHandler8[T]: ...
    def singleton(self, collection: str, model: type | None = None) -> SingletonHandler8[Any]:
        """Return the handler of a collection that holds one item.

        Args:
            collection: The name of the collection.
            model: The class of the item; a plain dict by default.

        Raises:
            ConfigurationError: It is a system collection; the error names its handler.

        Example:
            >>> d.singleton("about").read(fields=["text"])
            {'text': 'Films'}
        """
        from directus_sdk.v8.handlers.singleton import SingletonHandler8

        model = self._models.get(_collection(collection)) if model is None else model
        return SingletonHandler8(self, model, collection=collection)

    # ------------------------------------------------------------------ custom endpoints
    def request(
        self,
        method: str,
        path: str,
        *,
        params: JSONMapping | None = None,
        json: object = None,
        data: bytes | bytearray | memoryview | str | Iterable[bytes] | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: Timeout | EllipsisType = ...,
        retryable: bool = False,
        project: str | EllipsisType | None = ...,
    ) -> Any:
        """Call any endpoint, with the same authorization, retries and errors as every other call.

        Args:
            method: The HTTP method.
            path: The path below the project; ``"/"`` is the project itself.
            params: Query parameters, which are not checked: names may contain brackets; lists are sent comma-separated,
                mappings as brackets, ``True`` as ``1``; ``None`` is not sent.
            json: A value for the body.
            data: An encoded body: a string, bytes, or an iterable of bytes.
            headers: Headers; an ``Authorization`` header or an ``access_token`` parameter of your own replaces the client's.
            timeout: Seconds, or a pair: seconds to connect, seconds to wait for data.
            retryable: Whether the call is idempotent and may be retried after a network error.
            project: Another project, or ``None`` for a path below the base URL, such as ``/server/ping``.

        Returns:
            The ``data`` of the response (the whole JSON value if it has members of its own); a string for text; bytes for
            other content; ``None`` for 204, HEAD and a response without data.

        Raises:
            APIError: The server refused.
            TransportError: There is no response.
            ValueError: The path escapes the base URL, the method is not a valid HTTP method, or both `json` and `data` are
                passed.
        """
        client_options.check_call(method, json, data)
        request_headers = dict(parse_headers(headers))
        body, replayable = raw_body(data, request_headers)
        name = self._project if isinstance(project, EllipsisType) else project
        return self._pipeline.call(
            method.upper(),
            ("" if name is None else project_path(name)) + ("/" if path == "/" else urls.free_path(path)),
            params=client_options.parse_params(params, free_params),
            json=json,
            body=body,
            headers=request_headers,
            timeout=check_timeout(timeout) if timeout is not ... else timeout,
            retryable=retryable,
            replayable=replayable,
            json_only=False,
        ).data

    def __repr__(self) -> str:
        return f"Directus8({self.url!r}, {self.project!r}, auth={self.auth!r})"


def _collection(name: str) -> str:
    """Return the name of a collection of items."""
    system = non_empty("collection", name).removeprefix("directus_")
    if system != name:
        use = f"use directus.{system}" if system in EndpointGroups8.__annotations__ else "it has no items"
        raise ConfigurationError(f"{name} is a system collection: {use}")
    return name
