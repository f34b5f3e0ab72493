"""The transport over a session of the user's own."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from directus_sdk.errors import ConfigurationError
from directus_sdk.http.base_transport import (
    DEFAULT_HEADERS,
    BaseTransport,
    Origin,
    Own,
    existing_cert,
    origin_of,
    spellings,
)
from directus_sdk.redaction import redact
from directus_sdk.redaction.tracebacks import without_locals
from directus_sdk.wire import credential_names
from directus_sdk.wire.messages import Request, Response, Timeout, check_headers, merged

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import requests

    from directus_sdk.errors import DirectusError
    from directus_sdk.http.adapter import Adapter

    #: For modules that do not import requests.
    Session = requests.Session


@without_locals
class SessionTransport(BaseTransport):
    """Sends requests through a `requests.Session` of your own; ``Directus(url, session=session)`` is short for it.

    The session's mounted adapters, hooks, headers, parameters, proxies, ``verify``, ``cert`` and ``trust_env`` hold, and
    so do the methods of a class derived from `requests.Session`. They may be changed between two calls.
    The token, redirects, retries, errors, time limits, streaming and masking are those of `RequestsTransport`:

    * Redirects are followed on the same host only, and ``max_redirects`` and ``stream`` of the session are ignored.
    * ``max_retries`` of an adapter is ignored; use `RetryPolicy`.
    * ``~/.netrc`` is not read.
    * Cookies of responses do not enter the session's jar, and cookies of Directus in it are not sent.
    * Connections to the server are not shared with other users of the session, and `close` does not close the session.

    Args:
        session: The session.
        timeout: Seconds for connecting and for waiting for data, or a pair: seconds to connect, seconds to wait.
        max_response_size: The maximum size of a response that is read into memory, in bytes after decompression; ``None``
            means no maximum.

    Raises:
        ConfigurationError: It is not a session, or its cache would give one user the response to another.

    Example:
        >>> import requests
        >>> from directus_sdk import Directus, SessionTransport
        >>> session = requests.Session()
        >>> session.proxies["https"] = "http://proxy.example.com:3128"
        >>> directus = Directus("https://cms.example.com", transport=SessionTransport(session, timeout=30))
    """

    def __init__(
        self,
        session: Session,
        timeout: Timeout = (10.0, 60.0),
        max_response_size: int | None = 256 * 1024 * 1024,
    ) -> None:
        self._set_limits(timeout, max_response_size)
        self._hold(session)
        self._begin()

    def _hold(self, session: object) -> None:
        from requests import sessions

        from directus_sdk.http import session_view

        if not isinstance(session, sessions.Session):
            kind = session.__name__ if isinstance(session, type) else type(session).__name__
            raise ConfigurationError(f"session must be an instance of requests.Session, not {kind}")
        session_view.refuse_shared_cache(session)
        self._get_session: Callable[[], Session | None] = lambda: session

    def _begin(self) -> None:
        #: Views of the session's adapters.
        self._adopted: dict[int, tuple[Any, Any]] = {}
        #: Those of parents, which are not closed.
        self._inherited: list[object] = []
        super()._begin()

    def _after_fork(self) -> None:
        super()._after_fork()
        self._inherited.append(self._adopted)
        self._adopted = {}

    @property
    def session(self) -> Session:
        """The session.

        Raises:
            ConfigurationError: The transport was unpickled.
        """
        session = self._get_session()
        if session is None:
            raise ConfigurationError(
                "this client was unpickled, and a pickle holds no session: make the client again with session=..."
            )
        return session

    @property
    def authorizes(self) -> bool:
        """Whether the session adds an ``Authorization`` header, beside which a client cannot have credentials."""
        from directus_sdk.http import session_view

        return session_view.authorizes(self.session)

    @property
    def verify(self) -> bool | str:
        """The ``verify`` of the session."""
        verify: Any = self.session.verify
        return True if verify is None else verify

    @property
    def cert(self) -> str | tuple[str, str] | None:
        """The ``cert`` of the session."""
        cert: Any = self.session.cert
        return None if cert is None else existing_cert(cert)

    def _own_headers(self) -> redact.SafeDict:
        from directus_sdk.http import session_view

        headers = session_view.headers_of(self.session)
        check_headers(headers)
        return merged(DEFAULT_HEADERS, headers)

    def _own_for(self, request: Request) -> Own:
        from directus_sdk.http import session_view

        has_credentials = credential_names.in_call(request.headers, request.params, request.url)
        if (has_credentials or _signs_in(request)) and self.authorizes:
            raise session_view.two_credentials()
        headers, params = self._own_headers(), redact.SafePairs(session_view.params_of(self.session))
        secrets = tuple(map(redact.Secret, redact.secrets(headers, params, None)))
        if credential_names.any_in(request.headers, request.params, request.url):
            headers = redact.SafeDict(credential_names.without(headers))
            params = redact.SafePairs(pair for pair in params if pair[0] != credential_names.PARAM)
        return Own(headers, params, spellings(headers), secrets)

    def adds(self, request: Request) -> tuple[tuple[str, str], ...]:
        """Return the headers, the parameters and the cookies that the session adds to a request."""
        from directus_sdk.http import session_view

        return (*super().adds(request), ("Cookie", session_view.cookies_for(self.session, request.url) or ""))

    def _exchange(self, request: Request, url: str, headers: redact.SafeDict, own: Own) -> Response | DirectusError:
        from directus_sdk.http import session_view

        origin, adapter = self._origin(url), self._connections()
        cookies = session_view.cookies_for(self.session, url)
        if cookies:
            name = spellings(headers).get("cookie", "Cookie")
            headers[name] = f"{cookies}; {headers[name]}" if name in headers else cookies
        secrets = list(own.secrets)
        call = session_view.Call(request, adapter, self._adopted, secrets)
        outcome = adapter.exchange(
            request, url, headers, timeout=self.timeout, verify=origin.verify, cert=self.cert, proxies=origin.proxies(),
            max_size=self.max_response_size, secrets=secrets, send=partial(session_view.send, self.session, call),
        )  # fmt: skip
        if secrets and isinstance(outcome, Response):
            outcome.own_secrets = tuple(secrets)
        return outcome

    def _new_adapter(self) -> Adapter:
        from directus_sdk.http.adapter import Adapter

        return Adapter(pool_size=10)

    def _origin(self, url: str) -> Origin:
        session = self.session
        return origin_of(url, self.verify, session.proxies or {}, trust_env=bool(session.trust_env))

    def close(self) -> None:
        """Close the connections that are kept open, but not the session; a later call opens new ones."""
        super().close()
        adopted, self._adopted = self._adopted, {}
        for _, adapter in adopted.values():
            adapter.close()

    def __getstate__(self) -> Mapping[str, object]:
        # A session holds secrets, and often what cannot be pickled.
        return {"timeout": self.timeout, "max_response_size": self.max_response_size}

    def __setstate__(self, state: Mapping[str, Any]) -> None:
        self.__dict__.update(state)
        self._get_session = lambda: None
        self._begin()

    def __repr__(self) -> str:
        return f"SessionTransport(timeout={self.timeout!r})"


def _signs_in(request: Request) -> bool:
    return request.method == "POST" and f"{request.url}/".partition("/auth/login/")[1] != ""
