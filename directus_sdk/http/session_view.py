"""One request through a session of the user: its hooks, adapters and overridden methods hold, the rest is done by our rules.

The session and its adapters stay as they are. A view is an object of a class derived from theirs, with the same dict of
attributes, so that what their methods read and write is the user's. `OwnSession` and `PooledAdapter` come after the
user's classes and before those of requests in the order of resolution, so they replace nothing that the user has written.
"""

from __future__ import annotations

import types
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import requests
from requests import cookies, sessions
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from directus_sdk.errors import ConfigurationError
from directus_sdk.http import hooks
from directus_sdk.http.adapter import Adapter, PooledAdapter
from directus_sdk.redaction import redact
from directus_sdk.wire import credential_names, urls

if TYPE_CHECKING:
    from directus_sdk.wire.messages import Request

#: Classes of sessions that add an ``Authorization`` header of their own, by the packages that have them.
_AUTHORIZING = frozenset({"requests_oauthlib", "authlib", "google", "msal"})

#: Cookies of Directus; their names can be changed on the server.
_COOKIES = "directus_"


#: Views of a session's adapters, by the id of each adapter, which is kept alive next to its view.
Adopted = dict[int, tuple[Any, Any]]


class Call:
    """One request and what is needed to send it.

    Args:
        request: The request.
        adapter: Has the pools.
        adopted: The views that there are.
        secrets: The secrets that are masked; those that the session adds are appended.
    """

    def __init__(self, request: Request, adapter: Adapter, adopted: Adopted, secrets: list[redact.Secret]) -> None:
        self.request = request
        self.adapter = adapter
        self.adopted = adopted
        self.secrets = secrets
        self.authorization = _authorization(request.headers)
        self.has_credentials = credential_names.in_call(request.headers, request.params, request.url)


class OwnSession(sessions.Session):
    """What is done by our rules instead of those of a session."""

    __slots__ = ("call",)

    call: Call

    def prepare_request(self, request: requests.Request) -> requests.PreparedRequest:
        """Prepare a request without the jar of cookies, ``~/.netrc`` and the defaults of requests."""
        call = self.call
        whole = requests.PreparedRequest()
        prepared: Any = whole
        params = request.params.items() if isinstance(request.params, Mapping) else request.params or ()
        prepared.method, prepared.url = request.method, urls.sent(str(request.url), [(str(n), str(v)) for n, v in params])
        prepared.headers, prepared.body = request.headers, request.data or None
        prepared._cookies = cookies.RequestsCookieJar()
        own = [*_listed(self.hooks.get("response")), *_listed(request.hooks.get("response"))]
        prepared.hooks = {"response": own}
        auth = request.auth or self.auth
        if auth:
            if call.has_credentials:
                raise two_credentials()
            prepared.prepare_auth(auth, prepared.url)
            for name, value in list(prepared.headers.items()):
                prepared.headers[name] = _string(value)  # OAuth 1 writes bytes
        own.append(_without_cookies)
        hooks.show(prepared)
        call.secrets += map(redact.Secret, redact.secrets(prepared.headers, (), None))
        if call.has_credentials and _authorization(prepared.headers) != call.authorization:
            raise two_credentials()
        refuse_shared_cache(self, prepared)
        return whole

    def merge_environment_settings(self, url: Any, proxies: Any, stream: Any, verify: Any, cert: Any) -> Any:
        """Use what the transport has determined."""
        return {"proxies": proxies, "stream": stream, "verify": verify, "cert": cert}

    def get_redirect_target(self, resp: requests.Response) -> None:
        """Leave redirects to the transport."""
        return

    def get_adapter(self, url: Any) -> Any:
        """Return the adapter of the user, with connections of ours."""
        return _adopted(super().get_adapter(url), self.call)

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        """Send a request that has one ``Authorization`` header."""
        if self.call.has_credentials and _authorization(request.headers) != self.call.authorization:
            raise two_credentials()
        return super().send(request, **kwargs)


def send(
    session: requests.Session, call: Call, adapter: Adapter, prepared: requests.PreparedRequest, **options: Any
) -> requests.Response:
    """Send a request through a session.

    Raises:
        ConfigurationError: The session has credentials of its own, or returned something else than a response.
    """
    attributes = vars(session)
    if not isinstance(attributes.get("request"), (types.NoneType, partial)):
        raise ConfigurationError(
            "the method request of the session was replaced; derive a class from requests.Session instead, or replace send"
        )
    for name in ("send", "get_adapter"):
        # requests-mock puts the method of the class back as an attribute, which would hide ours.
        if name in attributes and _function(attributes[name]) is getattr(type(session), name):
            del attributes[name]
    view: Any = view_of(session, OwnSession)
    view.call = call
    try:
        # Not that of the instance: a default timeout, as it is usually set there, does not hold.
        response = type(view).request(
            view, prepared.method, prepared.url, headers=prepared.headers, data=prepared.body, allow_redirects=False, **options
        )
    except requests.HTTPError as error:
        # A hook calls raise_for_status(), as many do; which error it becomes is for the client to say.
        if error.response is None:
            raise
        response = error.response
    return hooks.checked(response, prepared)


def _function(method: Any) -> Any:
    while isinstance(method, types.MethodType):
        method = method.__func__
    return method


def view_of(thing: Any, own: type) -> Any:
    """Return an object with the same attributes, of a class that is derived from the same class and from ours."""
    view: Any = object.__new__(_derived(type(thing), own))
    view.__dict__ = vars(thing)
    return view


#: The classes of views by the classes that they are derived from.
_classes: dict[tuple[type, type], type] = {}


def _derived(kind: type, own: type) -> type:
    view = _classes.get((kind, own))
    if view is None:
        bases = (own,) if issubclass(own, kind) else (kind, own)
        view = types.new_class(kind.__name__, bases, {}, lambda body: body.update(__slots__=()))
        view = _classes.setdefault((kind, own), view)
    return view


def _adopted(adapter: Any, call: Call) -> Any:
    """Return a view of an adapter whose connections obey our deadlines; others than those of requests stay as they are."""
    refuse_caching_adapter(adapter)
    current = call.adapter.current
    if not isinstance(adapter, HTTPAdapter) or type(adapter).send is not HTTPAdapter.send:
        current.connection = adapter  # until one of our pools is used, nothing is known
    if not isinstance(adapter, HTTPAdapter):
        return adapter
    pair = call.adopted.get(id(adapter))
    if pair is None:
        try:
            view = view_of(adapter, PooledAdapter)
        except TypeError:  # a class that cannot be derived from
            return adapter
        view.pools, view.max_retries, view.proxy_manager = call.adapter.pools, Retry(0, read=False), {}
        view.init_poolmanager(adapter._pool_connections, adapter._pool_maxsize, block=adapter._pool_block)  # type: ignore[attr-defined]
        pair = call.adopted.setdefault(id(adapter), (adapter, view))
    return pair[1]


def _listed(hook: Any) -> list[Any]:
    return [hook] if callable(hook) else list(hook or ())


def _without_cookies(response: Any, *args: object, **kwargs: object) -> None:
    """Keep the cookies of a response out of the jar of the session, which reads them from here after the hooks."""
    for each in [*getattr(response, "history", ()), response]:
        headers = getattr(getattr(getattr(each, "raw", None), "_original_response", None), "msg", None)
        if headers is not None:
            del headers["Set-Cookie"]


def _authorization(headers: Mapping[str, str]) -> str | None:
    return next((value for name, value in headers.items() if name.lower() == "authorization"), None)


# ---------------------------------------------------------------------- what the session adds


def headers_of(session: requests.Session) -> dict[str, str]:
    """Return the headers that the user has set on a session."""
    defaults = requests.utils.default_headers()
    set_by_user: Any = {name: value for name, value in session.headers.items() if value != defaults.get(name)}
    return {_string(name): _string(value) for name, value in set_by_user.items() if value is not None}


def params_of(session: requests.Session) -> list[tuple[str, str]]:
    """Return the query parameters that the user has set on a session, as requests sends them."""
    params: Any = session.params
    return [
        (_string(name), _string(each))
        for name, value in (params.items() if isinstance(params, Mapping) else params or ())
        for each in (value if isinstance(value, (list, tuple, set)) else [value])
        if each is not None
    ]


def _string(value: object) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def cookies_for(session: requests.Session, url: str) -> str | None:
    """Return the ``Cookie`` header for a URL: what the user has put into the jar, without the cookies of Directus."""
    jar = cookies.RequestsCookieJar()
    for cookie in session.cookies:
        if not cookie.name.startswith(_COOKIES):
            jar.set_cookie(cookie)
    bare: Any = requests.Request("GET", url)
    header: str | None = cookies.get_cookie_header(jar, bare) if len(jar) else None  # type: ignore[no-untyped-call]
    return header


# ---------------------------------------------------------------------- sessions that are refused


def authorizes(session: requests.Session) -> bool:
    """Tell whether a session adds an ``Authorization`` header of its own."""
    kinds = {kind.__module__.partition(".")[0] for kind in type(session).__mro__}
    return bool(session.auth) or bool(kinds & _AUTHORIZING) or any("OAuth" in kind.__name__ for kind in type(session).__mro__)


def two_credentials() -> ConfigurationError:
    """Return the error for a session with credentials beside those of the client."""
    return ConfigurationError(
        "the session authorizes requests itself (session.auth, or an OAuth session), and so does the client with token=, auth= "
        "or login(): a request has one Authorization header. Set session.auth = None, or pass no credentials to the client"
    )


def refuse_shared_cache(session: Any, request: requests.PreparedRequest | None = None) -> None:
    """Refuse a session whose cache would give one user the response to another.

    Args:
        session: The session.
        request: The request that is about to be sent; without one, a request with a token is assumed.

    Raises:
        ConfigurationError: The cache does not distinguish the credentials.
    """
    if request is None:
        for adapter in session.adapters.values():
            refuse_caching_adapter(adapter)
    create_key = getattr(getattr(session, "cache", None), "create_key", None)
    if create_key is None or not any(kind.__module__.startswith("requests_cache") for kind in type(session).__mro__):
        return
    with_credentials, others = _two_users(request)
    key = create_key(with_credentials)
    if all(key != create_key(other) for other in others):
        return
    names = '"Authorization"' if request is None or _authorization(request.headers) else '"Authorization", "Cookie"'
    raise ConfigurationError(
        "the cache of this session ignores credentials, so one user would get the responses to another: make it with "
        f"CachedSession(..., match_headers=[{names}], ignored_parameters=[])"
    )


def refuse_caching_adapter(adapter: object) -> None:
    """Refuse an adapter of CacheControl.

    Raises:
        ConfigurationError: It is one.
    """
    if any(kind.__module__.partition(".")[0] == "cachecontrol" for kind in type(adapter).__mro__):
        raise ConfigurationError(
            "CacheControl ignores the token of a request, so one user would get the responses to another; mount another adapter"
        )


def _two_users(request: requests.PreparedRequest | None) -> tuple[requests.PreparedRequest, list[requests.PreparedRequest]]:
    """Return a request, and the same one with other credentials in each place where it has some."""
    if request is None:
        request = requests.Request("GET", "http://127.0.0.1/", headers={"Authorization": "Bearer one"}).prepare()
    others = []
    for name, value in request.headers.items():
        if credential_names.is_proof(name, value) or name.lower() == "authorization":
            other = request.copy()
            other.headers[name] = "another"
            others.append(other)
    base, _, query = (request.url or "").partition("?")
    if f"{credential_names.PARAM}=" in query:
        other = request.copy()
        other.url = base + "?" + query.replace(f"{credential_names.PARAM}=", f"{credential_names.PARAM}=another")
        others.append(other)
    return request, others
