"""What the clients of every generation of Directus have in common: their parts, copies, callbacks and pickles."""

from __future__ import annotations

from collections.abc import Mapping
from types import EllipsisType
from typing import TYPE_CHECKING, ClassVar

import attrs

from directus_sdk import client_options
from directus_sdk.auth.authorizer import Authorizer
from directus_sdk.auth.storage import Storage
from directus_sdk.calls.pipeline import Pipeline
from directus_sdk.calls.retry import RetryPolicy
from directus_sdk.errors.hints import ClientHints
from directus_sdk.http.transport import Transport
from directus_sdk.json_types import JSONMapping, JSONObject
from directus_sdk.redaction.tracebacks import without_locals
from directus_sdk.wire.messages import Timeout

if TYPE_CHECKING:
    from typing_extensions import Self

    from directus_sdk.calls.events import Listener


@without_locals
class BaseClient(ClientHints):
    """The base class of a client; a subclass has the constructor and the handlers."""

    #: What its server understands.
    _generation: ClassVar[client_options.Generation]
    _owns_transport: bool
    _storage: Storage
    _models: Mapping[str, type]
    _pipeline: Pipeline

    def _bind(self) -> None:
        """Join the auth to this client."""
        self.auth.bind(self._pipeline.anonymous, self._storage, self.url)

    # ------------------------------------------------------------------ parts
    @property
    def url(self) -> str:
        """The base URL of the server, without a slash at its end."""
        return self._pipeline.base_url

    @property
    def auth(self) -> Authorizer:
        """The authentication of this client."""
        return self._pipeline.auth

    @property
    def storage(self) -> Storage:
        """Where the session is stored."""
        return self._storage

    @property
    def transport(self) -> Transport:
        """The transport, which sends the requests."""
        return self._pipeline.transport

    @property
    def models(self) -> Mapping[str, type]:
        """Model classes by collection."""
        return self._models

    @property
    def pipeline(self) -> Pipeline:
        """The pipeline of every call; for handlers of your own."""
        return self._pipeline

    # ------------------------------------------------------------------ copies
    def with_options(
        self,
        *,
        token: str | EllipsisType = ...,
        auth: Authorizer | EllipsisType = ...,
        storage: Storage | EllipsisType | None = ...,
        headers: Mapping[str, str] | EllipsisType = ...,
        params: JSONMapping | EllipsisType = ...,
        timeout: Timeout | EllipsisType = ...,
        retry: RetryPolicy | EllipsisType = ...,
    ) -> Self:
        """Return a cheap copy with other options, for one call or one web request.

        The copy shares the connections, and keeps the options that are not passed. ``None`` is refused where it could
        mean "none": ``with_options(auth=LoginAuth())`` returns an unauthenticated copy.

        A copy has one set of credentials, the last one that was passed: `token`, `auth`, or an ``Authorization`` header,
        an ``access_token`` parameter or a session cookie in `headers` and `params`. With new credentials, the copy has
        none of this client: not its session, and not its secret headers and parameters, which are those whose values are
        masked, such as ``Cookie`` and ``X-Api-Key``. So the copy never signs this client in or out. Headers of the
        transport are part of the connection and stay, but the copy's token replaces a token among them. Closing the copy
        does not close the shared connections.

        Args:
            token: Another static token.
            auth: Another authentication.
            storage: The storage of that `auth`; in memory by default.
            headers: Additional headers.
            params: Additional query parameters.
            timeout: Another timeout, in seconds; ``None`` waits for ever.
            retry: Another retry policy; ``RetryPolicy(attempts=1)`` for none.

        Raises:
            ConfigurationError: An option is ``None`` or the token empty, or there is more than one set of credentials.

        Example:
            >>> directus.with_options(timeout=5).items("articles").count()
            25
        """
        changes, new_storage = client_options.changed(
            self._pipeline,
            self._generation,
            token=token,
            auth=auth,
            storage=storage,
            headers=headers,
            params=params,
            timeout=timeout,
            retry=retry,
        )
        copy = object.__new__(type(self))
        vars(copy).update(self.__getstate__())
        copy._owns_transport = False
        copy._storage = self._storage if new_storage is None else new_storage
        copy._pipeline = attrs.evolve(self._pipeline, **changes)
        if "auth" in changes:
            copy._bind()
        return copy

    def with_token(self, token: str) -> Self:
        """Return a cheap copy that uses another static token, and no other credentials of this client.

        Args:
            token: The token, such as that of the user of the current web request.

        Raises:
            ConfigurationError: It is ``None`` or empty, so that a visitor without a token never acts as this client;
                ``with_options(auth=LoginAuth())`` returns an unauthenticated copy.

        Example:
            >>> directus.with_token(token).users.me.read(fields=["email"])["email"] == admin_email
            True
        """
        return self.with_options(auth=client_options.token_auth(token, self._generation))

    def on_event(self, listener: Listener) -> Listener:
        """Register a callback for every request, response, error and retry, without secrets.

        Args:
            listener: Called with an `Event`; its errors are logged and stop nothing.

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

    # ------------------------------------------------------------------ closing, copying, pickling
    def close(self) -> None:
        """Close the connections. Closing a copy does not close shared ones.

        Example:
            >>> client = Directus(url, token=token)
            >>> client.close()
        """
        if self._owns_transport:
            self._pipeline.transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def __getstate__(self) -> JSONObject:
        return {name: value for name, value in self.__dict__.items() if name.startswith("_")}

    def __setstate__(self, state: JSONObject) -> None:
        self.__dict__.update(state)
        if not self._pipeline.auth.bound:  # not if a copy that was pickled together with this client has bound it
            self._bind()

    def __copy__(self) -> Self:
        return self.with_options()

    def __deepcopy__(self, memo: object) -> Self:
        return self.with_options()
