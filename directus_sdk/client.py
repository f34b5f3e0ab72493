"""The client: one object with a handler for each endpoint group."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from types import EllipsisType
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, cast, overload

import attrs

from directus_sdk import client_options
from directus_sdk.auth import Auth, StaticTokenAuth
from directus_sdk.auth.storage import MemoryStorage, Storage
from directus_sdk.base_client import BaseClient
from directus_sdk.calls.pipeline import Pipeline, parse_headers
from directus_sdk.calls.retry import RetryPolicy
from directus_sdk.client_options import ClientOptions
from directus_sdk.errors import ConfigurationError
from directus_sdk.errors.transport import refuse_at_exit
from directus_sdk.handlers import EndpointGroups
from directus_sdk.http.base_url import base_url as checked_base_url
from directus_sdk.http.bodies import raw_body
from directus_sdk.http.options import check_timeout
from directus_sdk.http.transport import Transport
from directus_sdk.json_types import JSONMapping, JSONObject, MaybeNone
from directus_sdk.redaction.tracebacks import without_locals
from directus_sdk.wire import urls
from directus_sdk.wire.messages import Timeout

if TYPE_CHECKING:
    from typing_extensions import Self, Unpack

    from directus_sdk.auth.placement import SendAs
    from directus_sdk.display.card import Card
    from directus_sdk.handlers.items import ItemsHandler
    from directus_sdk.handlers.singleton import SingletonHandler
    from directus_sdk.http.session_transport import Session
    from directus_sdk.models.responses import ResponseModel
    from directus_sdk.schema import Schema

T = TypeVar("T")


@without_locals
class Directus(BaseClient, EndpointGroups):
    """A client of one Directus server.

    Nothing is sent before the first call. Threads may share a client.

    Args:
        url: The base URL of the server, including its sub-path.
        token: A static token; short for ``auth=StaticTokenAuth(token)``.
        email: The email address of a user, with `password`: the client logs in before the first call, and again when the
            session has expired; short for ``auth=LoginAuth(credentials=...)``.
        password: The password of that user.
        auth: The authentication; ``LoginAuth()`` by default, which is unauthenticated until ``auth.login(...)``.
        storage: Where the session is stored; in memory by default.
        transport: Sends the requests; ``RequestsTransport()`` by default.
        session: A `requests.Session` of your own; short for ``transport=SessionTransport(session)``.
        retry: When calls are retried; ``RetryPolicy()`` by default.
        models: Model classes by collection, the default of ``items()``. Type checkers do not see them: they take the items
            for dicts, unless the class is passed to ``items("articles", Article)``.
        timeout: The timeout of each request: seconds, or a pair: seconds to connect, seconds to wait for data; ``None`` waits
            for ever. By default that of the transport.
        headers: Headers of each request, as in `with_options`.
        params: Query parameters of each request, as in `with_options`.
        strict: Check every query and every write against the schema before anything is sent: unknown collections and
            fields, operators and values that do not go with a field's type, and missing required fields raise a
            `SchemaError`, with "did you mean". The schema is read once, before the first such call.
        schema: The schema to check against, so that it is not read from the server; with ``strict=True``.

    Raises:
        ConfigurationError: The URL or an option is not valid, there is more than one set of credentials, or the session
            authorizes requests itself.

    Example:
        >>> with Directus(url, token=token) as directus:
        ...     articles = directus.items("articles").read_many(fields=["id", "status"], limit=1)
        >>> articles
        [{'id': 1, 'status': 'published'}]
    """

    #: Model classes by collection, the defaults of `models`; and the names of primary keys that are not ``id``. A class that
    #: `directus_sdk.codegen` has written sets both.
    default_models: ClassVar[Mapping[str, type]] = {}
    primary_keys: ClassVar[Mapping[str, str]] = {}
    _generation = client_options.Generation("Directus", StaticTokenAuth, lambda auth: auth)

    def __init__(
        self,
        url: str,
        *,
        token: str | None = None,
        email: str | None = None,
        password: str | None = None,
        auth: Auth | None = None,
        storage: Storage | None = None,
        transport: Transport | None = None,
        session: Session | None = None,
        retry: RetryPolicy | None = None,
        models: Mapping[str, type] | None = None,
        timeout: Timeout | EllipsisType = ...,
        headers: Mapping[str, str] | None = None,
        params: JSONMapping | None = None,
        strict: bool = False,
        schema: Schema | None = None,
    ) -> None:
        client_options.check_auth(auth, self._generation)
        client_options.check(storage, Storage, "storage")
        client_options.check(transport, Transport, "transport")
        client_options.check(retry, RetryPolicy, "retry")
        if models is not None and not isinstance(models, Mapping):
            raise ConfigurationError(f"models must be a mapping such as {{'articles': Article}}, not {type(models).__name__}")
        base_url = checked_base_url(url)
        own = client_options.Own(headers, params)
        transport = client_options.transport_of(transport, session)
        if any(option is not None for option in (token, email, password, auth, own.auth)):
            client_options.check_authorization(transport)
        auth = client_options.first_auth(token, email, password, auth, own.auth)
        self._owns_transport = True
        self._storage = MemoryStorage() if storage is None else storage
        self._models = {**self.default_models, **(models or {})}
        self._pipeline = Pipeline(
            base_url=base_url,
            auth=auth,
            transport=transport,
            retry=retry or RetryPolicy(),
            headers=own.headers,
            params=own.params,
            timeout=check_timeout(timeout) if timeout is not ... else timeout,
            checks=client_options.checks_of(strict, schema),
        )
        self._bind()

    @classmethod
    def from_env(
        cls, *, dotenv: bool | str | os.PathLike[str] = False, anonymous: bool = False, **options: Unpack[ClientOptions]
    ) -> Self:
        """Create a client from environment variables.

        Reads ``DIRECTUS_URL``, and ``DIRECTUS_TOKEN``, or ``DIRECTUS_EMAIL`` and ``DIRECTUS_PASSWORD``. Credentials among
        the options are used instead of those of the environment. Without any, the client is unauthenticated, and a warning
        is logged.

        Args:
            dotenv: ``True`` reads the file ``.env`` of the current folder or the nearest one above it too; a path reads that
                file. Variables of the environment have priority. Needs the extra ``dotenv``.
            anonymous: Whether the client is meant to be unauthenticated: no credentials are read, and nothing is logged.
            **options: The options of the constructor.

        Raises:
            ConfigurationError: ``DIRECTUS_URL`` is not set, the email or the password is missing, or there is no such file.
            ImportError: python-dotenv is not installed.

        Example:
            >>> Directus.from_env().server.ping()
            'pong'
        """
        return cls(**client_options.from_environment(dotenv, anonymous, options))

    @property
    def auth(self) -> Auth:
        """The authentication of this client, `LoginAuth` by default."""
        return cast("Auth", self._pipeline.auth)

    def with_token(self, token: str, *, send_as: SendAs = "header") -> Self:
        """Return a cheap copy that uses another static token, and no other credentials of this client.

        Args:
            token: The token, such as that of the user of the current web request; also a session token or an access token.
            send_as: Where it is sent: ``"header"``, ``"query"`` or ``"cookie"``; see `StaticTokenAuth`.

        Raises:
            ConfigurationError: The token is ``None`` or empty, so that a visitor without a token never acts as this client;
                ``with_options(auth=LoginAuth())`` returns an unauthenticated copy. Or `send_as` is not valid.

        Example:
            >>> directus.with_token(token).users.me.read(fields=["email"])["email"] == admin_email
            True
        """
        client_options.token_auth(token, self._generation)  # explains what an empty token does not mean
        return self.with_options(auth=StaticTokenAuth(token, send_as))

    # ------------------------------------------------------------------ collections
    @overload
    def items(self, collection: str, model: None = None, *, primary_key: str | None = None) -> ItemsHandler[JSONObject]: ...
    @overload
    def items(self, collection: str, model: type[T], *, primary_key: str | None = None) -> ItemsHandler[T]: ...
    def items(self, collection: str, model: type | None = None, *, primary_key: str | None = None) -> ItemsHandler[Any]:
        """Return the handler of a collection's items.

        Args:
            collection: The name of the collection; of a system collection too, such as ``"directus_users"``.
            model: The class of the items: an attrs class, a dataclass, a ``TypedDict`` or anything with
                ``model_validate``. Plain dicts by default.
            primary_key: The name of the primary key, ``"id"`` by default.

        Raises:
            ConfigurationError: It is a system collection that does not consist of items; the error names its handler.
            TypeError: A name is not a string.
            ValueError: A name is empty.

        Example:
            >>> directus.items("articles").count()
            25
        """
        _check_name("collection", collection)
        if collection.startswith(("/", "items/")):
            raise ValueError(
                f"collection must be a name such as {collection.rpartition('/')[2]!r}, not the path {collection!r}"
            )
        if primary_key is None:
            primary_key = self.primary_keys.get(collection, "id")
        _check_name("primary_key", primary_key)
        refuse_at_exit()
        from directus_sdk.handlers.items import ItemsHandler

        model = self._models.get(collection) if model is None else model
        return ItemsHandler(self, model, collection=collection, primary_key=primary_key)

    @overload
    def singleton(self, collection: str, model: None = None) -> SingletonHandler[JSONObject]: ...
    @overload
    def singleton(self, collection: str, model: type[T]) -> SingletonHandler[T]: ...
    def singleton(self, collection: str, model: type | None = None) -> SingletonHandler[Any]:
        """Return the handler of a singleton, a collection with one item.

        Args:
            collection: The name of the collection.
            model: The class of the item; a plain dict by default.

        Example:
            >>> directus.singleton("globals").read()["title"]
            'My site'
        """
        _check_name("collection", collection)
        refuse_at_exit()
        from directus_sdk.handlers.singleton import SingletonHandler

        model = self._models.get(collection) if model is None else model
        return SingletonHandler(self, model, collection=collection)

    # ------------------------------------------------------------------ custom endpoints
    @overload
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
        model: None = None,
    ) -> Any: ...
    @overload
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
        model: type[T],
    ) -> T | MaybeNone: ...
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
        model: type | None = None,
    ) -> Any:
        """Call a custom endpoint, with the same authorization, retries and errors as every other call.

        Args:
            method: The HTTP method.
            path: The path below the base URL.
            params: Query parameters. Lists of names that Directus itself takes (``fields``, ``sort``, ``groupBy``, ``meta``,
                and what stands in brackets such as ``filter[id][_in]``) are sent with commas, other lists and mappings as one
                JSON value each; ``None`` is not sent.
            json: A value for the body.
            data: An encoded body: a string, bytes, or an iterable of bytes. Unless `headers` has a content type, strings,
                and bytes that are JSON, are sent as ``application/json``, other bytes as ``application/octet-stream``,
                and an iterable without a type. Errors of the iterable are raised.
            headers: Headers; an ``Authorization`` header, a session cookie, or an ``access_token`` parameter of your own
                replaces the client's.
            timeout: Seconds, or a pair: seconds to connect, seconds to wait for data.
            retryable: Whether the call is idempotent and may be retried after a network error.
            model: The class of the result, as for `items`: a mapping becomes an instance, a list a list of instances. For a
                list write ``model=list[Article]``, so that type checkers know it too.

        Returns:
            The ``data`` of the response (the whole JSON value if it has more than ``data`` and ``meta``); a string for
            text; bytes for other content; ``None`` for 204 and HEAD.

        Raises:
            APIError: The server refused.
            TransportError: There is no response.
            ModelError: The response does not fit `model`.
            ValueError: The path escapes the base URL, the method is not a valid HTTP method, or both `json` and `data` are
                passed.
            TypeError: `data` has another type, such as a mapping, which is passed as `json`.
            ConfigurationError: The parameter ``access_token`` is ``None``.

        Example:
            >>> directus.request("GET", "/items/articles", params={"fields": ["id", "status"], "limit": 1})
            [{'id': 1, 'status': 'published'}]
            >>> import attrs
            >>> @attrs.define
            ... class Me:
            ...     email: str
            >>> directus.request("GET", "/users/me", params={"fields": ["email"]}, model=Me).email == admin_email
            True
        """
        client_options.check_call(method, json, data)
        request_headers = dict(parse_headers(headers))
        body, replayable = raw_body(data, request_headers)
        verb, quoted = method.upper(), urls.free_path(path)
        expected = None if model is None else _response_model(model, verb, quoted)
        result = self._pipeline.call(
            verb,
            quoted,
            params=client_options.parse_params(params),
            json=json,
            body=body,
            headers=request_headers,
            timeout=check_timeout(timeout) if timeout is not ... else timeout,
            retryable=retryable,
            replayable=replayable,
            json_only=False,
        ).data
        return result if expected is None else expected.load(result)

    # ------------------------------------------------------------------ errors, closing
    def explain(self, error: BaseException) -> str:
        """Explain the cause of an error, and what to do.

        Reads what the current user may see: the user, the permissions, the collections and their fields. Sends only GET
        (``/users/me``, ``/policies/me/globals``, ``/permissions/me``, ``/collections``, ``/fields/...``), and leaves out
        what the user may not read.

        Args:
            error: The error of a call.

        Returns:
            Some sentences, one on each line. They are for people: do not compare them in a program.

        Raises:
            TypeError: `error` is not an exception.

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

    def show(self) -> Card:
        """Return the client to be displayed with the user, the version of the server and the latency.

        ``GET /server/ping``, ``GET /users/me`` and ``GET /server/info``, one attempt each; what the user may not read is left
        out. A client by itself sends nothing when it is displayed.

        Returns:
            A `directus_sdk.display.Card`, which notebooks display.

        Raises:
            TransportError: There is no response.

        Example:
            >>> directus.show().facts["user"] == admin_email
            True
        """
        from directus_sdk.calls.status import facts

        return attrs.evolve(self._card(), facts={"URL": self.url, "auth": repr(self.auth), **facts(self._pipeline)})

    def _card(self) -> Card:
        from directus_sdk.display import Card

        version = self._pipeline.limits.version or "not read yet; directus.show() reads user, version and latency"
        return Card("Directus", facts={"URL": self.url, "auth": repr(self.auth), "version": version})

    def close(self) -> None:
        """Close the connections. Closing a copy does not close shared ones.

        Example:
            >>> client = Directus(url, token=token)
            >>> client.close()
        """
        if "realtime" in self.__dict__:  # created at its first use, and never shared
            self.realtime.disconnect()
        super().close()

    def __repr__(self) -> str:
        return f"Directus({self.url!r}, auth={self.auth!r})"


def _response_model(model: type, method: str, path: str) -> ResponseModel:
    from directus_sdk.models.responses import ResponseModel  # few calls have one

    return ResponseModel(model, f"{method} {path.partition('?')[0]}", reads=method in ("GET", "HEAD", "OPTIONS", "SEARCH"))


def _check_name(what: str, name: object) -> None:
    if not isinstance(name, str):
        hint = f"; write items('articles', {name.__name__})" if what == "collection" and isinstance(name, type) else ""
        raise TypeError(f"{what} must be a string, not {type(name).__name__}{hint}")
    if not name:
        raise ValueError(f"{what} must not be empty")
