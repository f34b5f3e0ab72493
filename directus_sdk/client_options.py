"""The options of a copy by ``with_options()``: one set of credentials, and what it keeps of the client."""

from __future__ import annotations

from collections.abc import Mapping
from types import EllipsisType

from directus_sdk.auth import Auth, StaticTokenAuth, static_credentials
from directus_sdk.auth.base import check_token
from directus_sdk.auth.storage import MemoryStorage, Storage
from directus_sdk.calls.pipeline import Pipeline, parse_headers
from directus_sdk.calls.retry import RetryPolicy
from directus_sdk.errors import ConfigurationError
from directus_sdk.http.options import check_timeout
from directus_sdk.json_types import JSONMapping, JSONObject
from directus_sdk.redaction.redact import is_secret, public_headers
from directus_sdk.wire.credential_names import PARAM
from directus_sdk.wire.messages import Timeout, merged
from directus_sdk.wire.query import free_params

#: What to pass instead of None.
_INSTEAD = {
    "auth": static_credentials.UNAUTHENTICATED,
    "headers": "leave it out, or pass headers={}; for no credentials pass auth=LoginAuth()",
    "params": "leave it out, or pass params={}; for no credentials pass auth=LoginAuth()",
    "retry": "for no retries pass retry=RetryPolicy(attempts=1)",
}


def changed(
    pipeline: Pipeline,
    *,
    token: str | EllipsisType,
    auth: Auth | EllipsisType,
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
            raise ConfigurationError(f"{name}=None would keep what this client has; {_INSTEAD[name]}")
    changes: JSONObject = {}
    if not isinstance(timeout, EllipsisType):
        changes["timeout"] = check_timeout(timeout)
    if not isinstance(retry, EllipsisType):
        check(retry, RetryPolicy, "retry")
        changes["retry"] = retry
    more_headers = {} if isinstance(headers, EllipsisType) else dict(parse_headers(headers))
    more_params = () if isinstance(params, EllipsisType) else parse_params(params)
    new_auth = _one_auth(token, auth, static_credentials.take(more_headers, more_params))
    if isinstance(new_auth, static_credentials.StaticCredentialsAuth):
        # The auth sends them, as it does with a token.
        more_headers = {name: value for name, value in more_headers.items() if name not in new_auth.headers}
        more_params = tuple(pair for pair in more_params if pair not in new_auth.params)
    old_headers, old_params = pipeline.headers, pipeline.params
    if new_auth is not None:
        changes["auth"] = new_auth
        old_headers = public_headers(old_headers)
        old_params = tuple(pair for pair in old_params if not is_secret(pair[0]))
    elif storage is not ...:
        raise ConfigurationError("storage= needs auth=: the session of this client stays where it is")
    changes["headers"] = merged(old_headers, more_headers)
    changes["params"] = (*old_params, *more_params)
    new_storage = None if isinstance(storage, EllipsisType) else storage
    check(new_storage, Storage, "storage")
    return changes, MemoryStorage() if new_auth is not None and new_storage is None else new_storage


def _one_auth(token: str | EllipsisType, auth: Auth | EllipsisType, embedded: Auth | None) -> Auth | None:
    auths = [] if embedded is None else [embedded]
    if not isinstance(token, EllipsisType):
        auths.append(token_auth(token))
    if not isinstance(auth, EllipsisType):
        check(auth, Auth, "auth")
        auths.append(auth)
    if len(auths) > 1:
        raise ConfigurationError("pass token or auth, not both; a header or a parameter with credentials counts too")
    return auths[0] if auths else None


def token_auth(token: object) -> StaticTokenAuth:
    """Return the auth of a static token.

    Raises:
        ConfigurationError: It is not a valid token; ``None`` and an empty one do not mean the client's own.
    """
    if token is None or token == "":
        hint = static_credentials.UNAUTHENTICATED
        raise ConfigurationError(f"token must not be {token!r}, which does not authenticate anyone; {hint}")
    return StaticTokenAuth(check_token(token))


def parse_params(params: JSONMapping | None) -> tuple[tuple[str, str], ...]:
    """Encode query parameters; a token that is ``None`` does not mean the client's own.

    Raises:
        ConfigurationError: The token among them is ``None``.
    """
    pairs = tuple(free_params(params))
    if params is not None and PARAM in params and not any(name == PARAM for name, _ in pairs):
        # Other parameters that are None are not sent.
        raise ConfigurationError(f"the parameter {PARAM} is None; {static_credentials.UNAUTHENTICATED}")
    return pairs


def check(value: object, kind: type, name: str) -> None:
    """Refuse an option of another type, such as a class instead of an instance."""
    if value is not None and not isinstance(value, kind):
        article = "an" if kind.__name__.startswith("A") else "a"
        raise ConfigurationError(f"{name} must be {article} {kind.__name__}, not {type(value).__name__}")
