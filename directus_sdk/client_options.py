"""The options of a copy by ``with_options()``: one set of credentials, and what it keeps of the client."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from types import EllipsisType
from typing import TYPE_CHECKING, Literal, TypedDict

import attrs

from directus_sdk.auth import Auth, StaticTokenAuth, static_credentials
from directus_sdk.auth.authorizer import Authorizer, check_token
from directus_sdk.auth.storage import MemoryStorage, Storage
from directus_sdk.calls.pipeline import Pipeline, parse_headers
from directus_sdk.calls.retry import RetryPolicy
from directus_sdk.errors import ConfigurationError
from directus_sdk.http.options import check_timeout
from directus_sdk.http.requests_transport import RequestsTransport
from directus_sdk.http.transport import Transport
from directus_sdk.json_types import JSONMapping, JSONObject
from directus_sdk.redaction.redact import is_secret, public_headers
from directus_sdk.wire.credential_names import PARAM
from directus_sdk.wire.messages import Timeout, merged
from directus_sdk.wire.query import free_params

if TYPE_CHECKING:
    from directus_sdk.calls.checks import CallChecks
    from directus_sdk.http.session_transport import Session
    from directus_sdk.schema import Schema

logger = logging.getLogger("directus_sdk")


#: What else to do with two sets of credentials.
_WITH_AUTH = (
    ": token=... is short for auth=StaticTokenAuth(...), email=... and password=... for auth=LoginAuth(credentials=...)"
)
#: What to pass instead of None.
_INSTEAD = {
    "auth": static_credentials.UNAUTHENTICATED,
    "headers": "leave it out, or pass headers={}; for no credentials pass auth=LoginAuth()",
    "params": "leave it out, or pass params={}; for no credentials pass auth=LoginAuth()",
    "retry": "for no retries pass retry=RetryPolicy(attempts=1)",
}


class ClientOptions(TypedDict, total=False):
    """The options of `Directus`."""

    url: str | None
    """The base URL of the server; ``DIRECTUS_URL`` by default."""
    token: str | None
    """A static token."""
    email: str | None
    """The email address of a user, with `password`."""
    password: str | None
    """The password of that user."""
    auth: Auth | None
    """The authentication."""
    storage: Storage | None
    """Where the session is stored."""
    transport: Transport | None
    """Sends the requests."""
    session: Session | None
    """A `requests.Session` of your own."""
    retry: RetryPolicy | None
    """When calls are retried."""
    models: Mapping[str, type] | None
    """Model classes by collection."""
    timeout: Timeout | EllipsisType
    """The timeout of each request: seconds, or a pair: seconds to connect, seconds to wait for data."""
    headers: Mapping[str, str] | None
    """Headers of each request."""
    params: JSONMapping | None
    """Query parameters of each request."""
    strict: bool
    """Check every query and every write against the schema."""
    schema: Schema | None
    """The schema to check against."""


@attrs.frozen
class Generation:
    """A generation of Directus, with the authentication that its servers understand.

    Attributes:
        client: The name of the class of its clients.
        static_auth: Makes the auth of a static token.
        own_auth: Makes the auth of credentials in headers and parameters.
        encode: Encodes query parameters of any kind.
    """

    client: str
    static_auth: Callable[[str], Authorizer]
    own_auth: Callable[[static_credentials.StaticCredentialsAuth], Authorizer]
    encode: Callable[[JSONMapping | None], list[tuple[str, str]]] = free_params

    def named(self, message: str) -> str:
        """Return a message with the name of this generation's own auth."""
        return message.replace("LoginAuth", f"LoginAuth{self.client.removeprefix('Directus')}")


class Own:
    """The headers and the parameters that a user passes: those that hold credentials become an auth, which sends them.

    Attributes:
        headers: The headers without credentials.
        params: The parameters without credentials, encoded.
        auth: Sends the credentials among them, or ``None``.
    """

    def __init__(
        self,
        headers: Mapping[str, str] | None,
        params: JSONMapping | None,
        encode: Callable[[JSONMapping | None], list[tuple[str, str]]] = free_params,
    ) -> None:
        every_header, every_param = dict(parse_headers(headers)), parse_params(params, encode)
        self.auth = static_credentials.take(every_header, every_param)
        taken_headers, taken_params = (self.auth.headers, self.auth.params) if self.auth else ({}, ())
        self.headers = {name: value for name, value in every_header.items() if name not in taken_headers}
        self.params = tuple(pair for pair in every_param if pair not in taken_params)


def changed(
    pipeline: Pipeline,
    generation: Generation,
    *,
    token: str | EllipsisType,
    auth: Authorizer | EllipsisType,
    storage: Storage | EllipsisType | None,
    headers: Mapping[str, str] | EllipsisType,
    params: JSONMapping | EllipsisType,
    timeout: Timeout | EllipsisType,
    retry: RetryPolicy | EllipsisType,
) -> tuple[JSONObject, Storage | None]:
    """Return the changed attributes of the pipeline of a copy, and its own storage if it has one.

    Raises:
        ConfigurationError: An option is ``None``, or there is more than one set of credentials.
    """
    for name, value in {"auth": auth, "headers": headers, "params": params, "retry": retry}.items():
        if value is None:
            raise ConfigurationError(generation.named(f"{name}=None would keep what this client has; {_INSTEAD[name]}"))
    changes: JSONObject = {}
    if not isinstance(timeout, EllipsisType):
        changes["timeout"] = check_timeout(timeout)
    if not isinstance(retry, EllipsisType):
        check(retry, RetryPolicy, "retry")
        changes["retry"] = retry
    own = Own(
        None if isinstance(headers, EllipsisType) else headers,
        None if isinstance(params, EllipsisType) else params,
        generation.encode,
    )
    new_auth = _one_auth(token, auth, own.auth, generation)
    old_headers, old_params = pipeline.headers, pipeline.params
    if new_auth is not None:
        check_authorization(pipeline.transport)
        changes["auth"] = new_auth
        if pipeline.checks is not None:
            changes["checks"] = pipeline.checks.for_other_credentials()
        old_headers = public_headers(old_headers)
        old_params = tuple(pair for pair in old_params if not is_secret(pair[0]))
    elif storage is not ...:
        raise ConfigurationError("storage= needs auth=: the session of this client stays where it is")
    changes["headers"] = merged(old_headers, own.headers)
    changes["params"] = (*old_params, *own.params)
    new_storage = None if isinstance(storage, EllipsisType) else storage
    check(new_storage, Storage, "storage")
    return changes, MemoryStorage() if new_auth is not None and new_storage is None else new_storage


def _one_auth(
    token: str | EllipsisType,
    auth: Authorizer | EllipsisType,
    embedded: static_credentials.StaticCredentialsAuth | None,
    generation: Generation,
) -> Authorizer | None:
    auths = [] if embedded is None else [generation.own_auth(embedded)]
    if not isinstance(token, EllipsisType):
        auths.append(token_auth(token, generation))
    if not isinstance(auth, EllipsisType):
        check_auth(auth, generation)
        auths.append(auth)
    if len(auths) > 1:
        raise ConfigurationError("pass token or auth, not both; a header or a parameter with credentials counts too")
    return auths[0] if auths else None


def first_auth(token: str | None, email: str | None, password: str | None, auth: Auth | None, embedded: Auth | None) -> Auth:
    """Return the auth of a new client.

    Raises:
        ConfigurationError: There is more than one set of credentials, or one is not valid.
    """
    has_password = email is not None or password is not None
    options = {"token": token is not None, "email and password": has_password, "auth": auth is not None}
    passed = [name for name, is_passed in options.items() if is_passed]
    if embedded is not None:
        passed.append("a header or a parameter with credentials")
    if len(passed) > 1:
        raise ConfigurationError(f"pass {' or '.join(passed)}, not both{_WITH_AUTH if auth is not None else ''}")
    if token is not None:
        return StaticTokenAuth(token)
    ready = embedded if auth is None else auth
    if ready is not None:
        return ready
    from directus_sdk.auth.login import LoginAuth  # scripts with a static token do not need it

    if not has_password:
        return LoginAuth()
    from directus_sdk.auth.arguments import PasswordCredentials

    return LoginAuth(credentials=PasswordCredentials(email, password))


def from_environment(dotenv: bool | str | os.PathLike[str], anonymous: bool, options: JSONMapping) -> JSONObject:
    """Return the options of a client, with the URL and the credentials from the environment.

    Raises:
        ConfigurationError: The URL, or the email or the password, is missing, or there is no such file.
        ImportError: python-dotenv is not installed.
    """
    for name, value in {"anonymous": anonymous, "dotenv": None if isinstance(dotenv, (str, os.PathLike)) else dotenv}.items():
        if value is not None and not isinstance(value, bool):
            raise ConfigurationError(f"{name} must be True or False{' or a path' if name == 'dotenv' else ''}, not {value!r}")
    variables = _read_dotenv(dotenv) if dotenv is not False else {}
    variables |= {name: value for name, value in os.environ.items() if value}
    url = options.get("url") or variables.get("DIRECTUS_URL")
    if not url:
        where = "" if dotenv is False else ", in the environment or in the .env file"
        raise ConfigurationError(
            f"set DIRECTUS_URL to the URL of the server{where}, and DIRECTUS_TOKEN to a token, "
            "or DIRECTUS_EMAIL and DIRECTUS_PASSWORD"
        )
    options = {**options, "url": url}
    if any(name in options for name in ("token", "email", "password", "auth")):
        if anonymous:
            raise ConfigurationError("anonymous=True makes an unauthenticated client: pass it, or credentials, not both")
        return options
    if anonymous or Own(options.get("headers"), options.get("params")).auth is not None:
        return options
    token, email, password = (variables.get(f"DIRECTUS_{name}") or None for name in ("TOKEN", "EMAIL", "PASSWORD"))
    if token:
        return {**options, "token": token}
    if email and password:
        return {**options, "email": email, "password": password}
    if email or password:
        missing, present = ("PASSWORD", "EMAIL") if email else ("EMAIL", "PASSWORD")
        raise ConfigurationError(f"set DIRECTUS_{missing} too: DIRECTUS_{present} is set, and one needs the other")
    if "storage" in options:  # which may hold a session
        return options
    logger.warning(
        "Directus.from_env() makes an unauthenticated client, which sees what the Public role may read: set DIRECTUS_TOKEN, "
        "or DIRECTUS_EMAIL and DIRECTUS_PASSWORD; anonymous=True if that is intended"
    )
    return options


def _read_dotenv(dotenv: Literal[True] | str | os.PathLike[str]) -> dict[str, str]:
    try:
        from dotenv import dotenv_values, find_dotenv
    except ImportError as error:
        raise ImportError("dotenv=... needs python-dotenv: pip install 'directus-python-sdk[dotenv]'") from error
    path = find_dotenv(usecwd=True) if dotenv is True else os.fspath(dotenv)
    if not path and dotenv is True:  # the variables may all be set where the program runs
        return {}
    if not Path(path).is_file():
        raise ConfigurationError(f"there is no file {path!r}; dotenv=True looks for a file .env")
    try:
        return {name: value for name, value in dotenv_values(path).items() if value is not None}
    except UnicodeDecodeError as error:
        # The error itself has the content of the file.
        raise ConfigurationError(f"the file {path!r} is not UTF-8: its byte {error.start} is not valid") from None


def token_auth(token: object, generation: Generation) -> Authorizer:
    """Return the auth of a static token.

    Raises:
        ConfigurationError: It is not a valid token; ``None`` and an empty one do not mean the client's own.
    """
    if token is None or token == "":
        hint = generation.named(static_credentials.UNAUTHENTICATED)
        raise ConfigurationError(f"token must not be {token!r}, which does not authenticate anyone; {hint}")
    return generation.static_auth(check_token(token))


def parse_params(
    params: JSONMapping | None, encode: Callable[[JSONMapping | None], list[tuple[str, str]]] = free_params
) -> tuple[tuple[str, str], ...]:
    """Encode query parameters; a token that is ``None`` does not mean the client's own.

    Raises:
        ConfigurationError: The token among them is ``None``.
    """
    pairs = tuple(encode(params))
    if params is not None and PARAM in params and not any(name == PARAM for name, _ in pairs):
        # Other parameters that are None are not sent.
        raise ConfigurationError(f"the parameter {PARAM} is None; {static_credentials.UNAUTHENTICATED}")
    return pairs


def transport_of(transport: Transport | None, session: Session | None) -> Transport:
    """Return the transport of a new client.

    Raises:
        ConfigurationError: There are both a transport and a session, or it is not a session.
    """
    if session is None:
        return transport or RequestsTransport()
    if transport is not None:
        raise ConfigurationError("pass transport or session, not both: session=... is short for SessionTransport(session)")
    from directus_sdk.http.session_transport import SessionTransport

    return SessionTransport(session)


def checks_of(strict: object, schema: Schema | None) -> CallChecks | None:
    """Return the checks of a new client, or ``None`` if it is not strict.

    Raises:
        ConfigurationError: An option has another type, or there is a schema to check against and `strict` is false.
    """
    if not isinstance(strict, bool):
        raise ConfigurationError(f"strict must be True or False, not {strict!r}")
    if not strict:
        if schema is not None:
            raise ConfigurationError("schema=... is what a strict client checks against: pass strict=True, too")
        return None
    from directus_sdk.schema import Schema
    from directus_sdk.strict import StrictChecks

    check(schema, Schema, "schema")
    return StrictChecks(schema)


def check_authorization(transport: Transport) -> None:
    """Refuse credentials beside those that the transport adds.

    Raises:
        ConfigurationError: It adds some.
    """
    if getattr(transport, "authorizes", False):
        from directus_sdk.http.session_view import two_credentials

        raise two_credentials()


def check_auth(auth: object, generation: Generation) -> None:
    """Refuse an auth of another type, or of another generation of Directus, which the server would not understand.

    Raises:
        ConfigurationError: It is for clients of another class.
    """
    if auth is not None and not isinstance(auth, Authorizer):
        instead = "token=..." if isinstance(auth, str) else "email=..., password=..."
        raise ConfigurationError(f"auth must be an Auth, not {type(auth).__name__}; write Directus(url, {instead})")
    if auth is not None and auth._generation != generation.client:
        name = type(auth).__name__
        instead = f"{name}8" if generation.client == "Directus8" else name.removesuffix("8")
        hint = f": write {instead}" if instead.removesuffix("8") in ("LoginAuth", "StaticTokenAuth") else ""
        raise ConfigurationError(
            f"{name} signs in to another generation of Directus: it is for {auth._generation}(...), not for "
            f"{generation.client}(...){hint}"
        )


def check_call(method: object, json: object, data: object) -> None:
    """Refuse what ``request()`` cannot send.

    Raises:
        ValueError: The method is not a valid HTTP method, or there are two bodies.
    """
    if not (isinstance(method, str) and method.isascii() and method.isalpha()):
        raise ValueError(f"method must be an HTTP method such as 'GET', not {method!r}")
    if json is not None and data is not None:
        raise ValueError("pass json or data, not both")


def check(value: object, kind: type, name: str) -> None:
    """Refuse an option of another type, such as a class instead of an instance."""
    if value is not None and not isinstance(value, kind):
        article = "an" if kind.__name__.startswith("A") else "a"
        raise ConfigurationError(f"{name} must be {article} {kind.__name__}, not {type(value).__name__}")
