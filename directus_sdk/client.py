"""The facade: one object that has a handler for each group of endpoints."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from types import EllipsisType
from typing import TYPE_CHECKING, Any, TypeVar, overload

import attrs

from directus_sdk import client_options
from directus_sdk.auth import Auth, LoginAuth, StaticTokenAuth
from directus_sdk.auth.storage import MemoryStorage, Storage
from directus_sdk.calls.events import Listener
from directus_sdk.calls.pipeline import Pipeline, parse_headers
from directus_sdk.calls.retry import RetryPolicy
from directus_sdk.errors import ConfigurationError
from directus_sdk.errors.transport import refuse_at_exit
from directus_sdk.handlers import EndpointGroups
from directus_sdk.http.base_url import base_url as checked_base_url
from directus_sdk.http.bodies import raw_body
from directus_sdk.http.options import check_timeout
from directus_sdk.http.requests_transport import RequestsTransport
from directus_sdk.http.transport import Transport
from directus_sdk.json_types import JSONMapping, JSONObject
from directus_sdk.redaction.tracebacks import without_locals
from directus_sdk.wire import urls
from directus_sdk.wire.query import free_params

if TYPE_CHECKING:
    from typing_extensions import Self

    from directus_sdk.handlers.items import ItemsHandler
    from directus_sdk.handlers.singleton import SingletonHandler

T = TypeVar("T")


@without_locals
class Directus(EndpointGroups):
    """A client of one Directus server.

    Nothing is sent before the first call. Threads may share a client.

    Args:
        url: The server's address, with its sub-path where it has one.
        token: A static token; short for ``auth=StaticTokenAuth(token)``.
        auth: Who is asking; ``LoginAuth()`` by default, which is the public until ``auth.login(...)``.
        storage: Where the session is kept; in memory by default.
        transport: What sends requests; ``RequestsTransport()`` by default.
        retry: When calls are tried again; ``RetryPolicy()`` by default.
        models: The model class of each collection that has one, used where ``items()`` is given none.

    Raises:
        ConfigurationError: The address or the token cannot be right, or both `token` and `auth` are given.

    Example:
        >>> with Directus(url, token=token) as directus:
        ...     articles = directus.items("articles").read_many(fields=["id", "status"], limit=1)
        >>> articles
        [{'id': 1, 'status': 'published'}]
    """

    def __init__(
        self,
        url: str,
        *,
        token: str | None = None,
        auth: Auth | None = None,
        storage: Storage | None = None,
        transport: Transport | None = None,
        retry: RetryPolicy | None = None,
        models: Mapping[str, type[Any]] | None = None,
    ) -> None:
        if token is not None and auth is not None:
            raise ConfigurationError("pass token or auth, not both: token=... is short for auth=StaticTokenAuth(...)")
        client_options.check(auth, Auth, "auth")
        client_options.check(storage, Storage, "storage")
        client_options.check(transport, Transport, "transport")
        client_options.check(retry, RetryPolicy, "retry")
        base_url = checked_base_url(url)
        if token is not None:
            auth = StaticTokenAuth(token)
        self._owns_transport = True
        self._storage = MemoryStorage() if storage is None else storage
        self._models = dict(models or {})
        self._pipeline = Pipeline(
            base_url=base_url,
            auth=auth or LoginAuth(),
            transport=transport or RequestsTransport(),
            retry=retry or RetryPolicy(),
        )
        self._pipeline.auth.bind(self._pipeline.anonymous, self._storage, self.url)

    @classmethod
    def from_env(cls, **options: Any) -> Self:
        """Make a client from ``DIRECTUS_URL`` and ``DIRECTUS_TOKEN``.

        Args:
            **options: The options of the constructor.

        Raises:
            ConfigurationError: ``DIRECTUS_URL`` is not set.

        Example:
            >>> Directus.from_env().server.ping()
            'pong'
        """
        url = os.environ.get("DIRECTUS_URL")
        if not url:
            raise ConfigurationError("set DIRECTUS_URL to the address of the server, and DIRECTUS_TOKEN to a token")
        if "token" not in options and "auth" not in options:
            options["token"] = os.environ.get("DIRECTUS_TOKEN") or None
        return cls(url, **options)

    # ------------------------------------------------------------------ what it consists of
    @property
    def url(self) -> str:
        """The server's address, without a slash at its end."""
        return self._pipeline.base_url

    @property
    def auth(self) -> Auth:
        """Who is asking: the `Auth` of this client, `LoginAuth` by default."""
        return self._pipeline.auth

    @property
    def storage(self) -> Storage:
        """Where the session is kept."""
        return self._storage

    @property
    def transport(self) -> Transport:
        """What sends requests."""
        return self._pipeline.transport

    @property
    def models(self) -> Mapping[str, type[Any]]:
        """The model class of each collection that has one."""
        return self._models

    @property
    def pipeline(self) -> Pipeline:
        """What every call goes through; for handlers of your own."""
        return self._pipeline

    # ------------------------------------------------------------------ collections
    @overload
    def items(self, collection: str, model: None = None, *, primary_key: str = "id") -> ItemsHandler[JSONObject]: ...
    @overload
    def items(self, collection: str, model: type[T], *, primary_key: str = "id") -> ItemsHandler[T]: ...
    def items(self, collection: str, model: type[Any] | None = None, *, primary_key: str = "id") -> ItemsHandler[Any]:
        """Return the handler of a collection's items.

        Args:
            collection: The name of the collection; of a system collection too, such as ``"directus_users"``.
            model: The class of the items: an attrs class, a dataclass, a ``TypedDict`` or anything with
                ``model_validate``. Plain dicts by default.
            primary_key: The name of the primary key.

        Raises:
            ConfigurationError: It is a system collection that is not made of items; the error names its handler.
            ValueError: The name is empty.

        Example:
            >>> directus.items("articles").count()
            25
        """
        _check_name(collection)
        refuse_at_exit()
        from directus_sdk.handlers.items import ItemsHandler

        chosen = self._models.get(collection) if model is None else model
        return ItemsHandler(self, chosen, collection=collection, primary_key=primary_key)

    @overload
    def singleton(self, collection: str, model: None = None) -> SingletonHandler[JSONObject]: ...
    @overload
    def singleton(self, collection: str, model: type[T]) -> SingletonHandler[T]: ...
    def singleton(self, collection: str, model: type[Any] | None = None) -> SingletonHandler[Any]:
        """Return the handler of a collection that holds one item.

        Args:
            collection: The name of the collection.
            model: The class of the item; a plain dict by default.

        Example:
            >>> directus.singleton("globals").read()["title"]
            'My site'
        """
        _check_name(collection)
        refuse_at_exit()
        from directus_sdk.handlers.singleton import SingletonHandler

        chosen = self._models.get(collection) if model is None else model
        return SingletonHandler(self, chosen, collection=collection)

    # ------------------------------------------------------------------ custom endpoints
    def request(
        self,
        method: str,
        path: str,
        *,
        params: JSONMapping | None = None,
        json: Any = None,
        data: bytes | bytearray | memoryview | str | Iterable[bytes] | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: Any = ...,
        retryable: bool = False,
    ) -> Any:
        """Call a custom endpoint, with the same authorization, retries and errors as every other call.

        Args:
            method: The HTTP method.
            path: The path below the server's address.
            params: Query parameters. Lists of names that Directus itself takes (``fields``, ``sort``, ``groupBy``, ``meta``,
                and what stands in brackets such as ``filter[id][_in]``) are sent with commas, other lists and mappings as one
                JSON value each; ``None`` is left out.
            json: A value for the body.
            data: A body that is ready: text, bytes, or an iterable of blocks of bytes. Unless `headers` say otherwise,
                text, and bytes that are JSON, go out as ``application/json``, other bytes as
                ``application/octet-stream``, and an iterable without a type. What the iterable raises reaches you.
            headers: Headers; an ``Authorization`` of your own wins over the client's, and so does a session cookie, or an
                ``access_token`` among the parameters.
            timeout: Seconds, or a pair: seconds to connect, seconds to wait.
            retryable: Say that repeating the call does no harm, so that it is tried again after a fault.

        Returns:
            What stands under ``data`` (the whole JSON value if there is more than ``data`` and ``meta``); text for
            text; bytes for the rest; ``None`` for 204 and HEAD.

        Raises:
            APIError: The server refused.
            TransportError: No answer came.
            ValueError: The path leads out of the server, the method is none, or both `json` and `data` are given.
            TypeError: `data` is something else, such as a mapping, which goes with `json`.

        Example:
            >>> directus.request("GET", "/items/articles", params={"fields": ["id", "status"], "limit": 1})
            [{'id': 1, 'status': 'published'}]
        """
        if not _is_method(method):
            raise ValueError(f"method must be an HTTP method such as 'GET', not {method!r}")
        if json is not None and data is not None:
            raise ValueError("pass json or data, not both")
        own = dict(parse_headers(headers))
        body, replayable = raw_body(data, own)
        return self._pipeline.call(
            method.upper(),
            urls.free_path(path),
            params=free_params(params),
            json=json,
            body=body,
            headers=own,
            timeout=check_timeout(timeout) if timeout is not ... else timeout,
            retryable=retryable,
            replayable=replayable,
            json_only=False,
        ).data

    # ------------------------------------------------------------------ copies
    def with_options(
        self,
        *,
        token: str | EllipsisType = ...,
        auth: Auth | EllipsisType = ...,
        storage: Storage | EllipsisType | None = ...,
        headers: Mapping[str, str] | EllipsisType = ...,
        params: JSONMapping | EllipsisType = ...,
        timeout: Any = ...,
        retry: RetryPolicy | EllipsisType = ...,
    ) -> Self:
        """Return a cheap copy with other options, for one call or one web request.

        The copy shares the connections, and what is left out stays as it is. ``None`` is refused where it could mean
        "none": ``with_options(auth=LoginAuth())`` makes an unauthenticated copy.

        A copy has one proof of who is asking, the one that was given last: `token`, `auth`, or an ``Authorization``
        header, an ``access_token`` parameter or a session cookie among `headers` and `params`. With another one all
        credentials of this client stay behind: its session, its secret headers and parameters, which are those whose
        values are never shown, such as ``Cookie`` and ``X-Api-Key``. So the copy never signs this client in or out.
        Headers of the transport are part of the connection and stay; a token among them loses against the copy's.
        Closing the copy closes nothing shared.

        Args:
            token: Another static token.
            auth: Another way to sign in.
            storage: The storage of that `auth`; in memory by default.
            headers: More headers.
            params: More query parameters.
            timeout: Another timeout, in seconds; ``None`` waits for ever.
            retry: Another retry policy; ``RetryPolicy(attempts=1)`` for none.

        Raises:
            ConfigurationError: An option is ``None`` or the token empty, or there is more than one proof of who is asking.

        Example:
            >>> directus.with_options(timeout=5).items("articles").count()
            25
        """
        changes, kept = client_options.changed(
            self._pipeline, token=token, auth=auth, storage=storage, headers=headers, params=params, timeout=timeout,
            retry=retry,
        )  # fmt: skip
        copy = object.__new__(type(self))
        copy._owns_transport = False
        copy._models = self._models
        copy._storage = self._storage if kept is None else kept
        copy._pipeline = attrs.evolve(self._pipeline, **changes)
        if "auth" in changes:
            changes["auth"].bind(copy._pipeline.anonymous, copy._storage, copy.url)
        return copy

    def with_token(self, token: str) -> Self:
        """Return a cheap copy that uses another static token, and no other credentials of this client.

        Args:
            token: The token, such as the one of the user whose web request is being answered.

        Raises:
            ConfigurationError: It is ``None`` or empty, so that a visitor without a token never acts as this client;
                ``with_options(auth=LoginAuth())`` makes an unauthenticated copy.

        Example:
            >>> directus.with_token(token).users.me.read(fields=["email"])["email"] == admin_email
            True
        """
        return self.with_options(auth=client_options.token_auth(token))

    def on_event(self, listener: Listener) -> Listener:
        """Have a function told about every request, response, error and retry, without secrets.

        Args:
            listener: Called with an `Event`; what it raises is logged and stops nothing.

        Returns:
            The function, so that this works as a decorator.

        Example:
            >>> seen = []
            >>> _ = directus.on_event(lambda event: seen.append(event.kind))
            >>> directus.items("articles").count()
            25
            >>> seen
            ['request', 'response']
        """
        if not callable(listener):
            raise TypeError("on_event needs a function")
        # The list is shared with copies, so that with_options() does not lose a listener.
        self._pipeline.listeners.append(listener)
        return listener

    def explain(self, error: BaseException) -> str:
        """Say in words what is behind an error, and what to do.

        Looks at what the same user may see: who he is, his permissions, the collections and their fields. Sends GET
        only (``/users/me``, ``/policies/me/globals``, ``/permissions/me``, ``/collections``, ``/fields/...``), and
        what may not be seen is left out.

        Args:
            error: What a call raised.

        Returns:
            Some sentences, one on each line. Texts for people: do not compare them in a program.

        Example:
            >>> try:
            ...     directus.items("articels").read_many()
            ... except Forbidden as error:
            ...     print(directus.explain(error).splitlines()[-1])
            There is no collection 'articels'. Did you mean 'articles'?
        """
        refuse_at_exit()
        from directus_sdk.explain import explain

        return explain(self._pipeline, error)

    # ------------------------------------------------------------------ life
    def close(self) -> None:
        """Close the connections. Closing a copy closes nothing that it shares."""
        if "realtime" in self.__dict__:  # made at its first use, and never shared
            self.realtime.disconnect()
        if self._owns_transport:
            self._pipeline.transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name.startswith("_")}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        if not self._pipeline.auth.bound:  # a copy that was pickled together with this client has bound it
            self._pipeline.auth.bind(self._pipeline.anonymous, self._storage, self.url)

    def __copy__(self) -> Self:
        return self.with_options()

    def __deepcopy__(self, memo: object) -> Self:
        return self.with_options()

    def __repr__(self) -> str:
        return f"Directus({self.url!r}, auth={self.auth!r})"


def _is_method(method: object) -> bool:
    return isinstance(method, str) and method.isascii() and method.isalpha()


def _check_name(collection: object) -> None:
    if not isinstance(collection, str):
        raise TypeError(f"collection must be a text, not {type(collection).__name__}")
