"""What ``with_options()`` changes: one proof of who is asking, and what is left of the client's own options."""

from __future__ import annotations

from collections.abc import Mapping
from types import EllipsisType
from typing import Any

from directus_sdk.auth import Auth, StaticTokenAuth, static_credentials
from directus_sdk.auth.base import check_token
from directus_sdk.auth.storage import MemoryStorage, Storage
from directus_sdk.calls.pipeline import Pipeline, parse_headers
from directus_sdk.calls.retry import RetryPolicy
from directus_sdk.errors import ConfigurationError
from directus_sdk.http.options import check_timeout
from directus_sdk.json_types import JSONMapping, JSONObject
from directus_sdk.redaction.redact import is_secret, secret_header
from directus_sdk.wire.credential_names import PARAM
from directus_sdk.wire.messages import merged
from directus_sdk.wire.query import free_params

#: What to pass in place of None.
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
    timeout: Any,
    retry: RetryPolicy | EllipsisType,
) -> tuple[JSONObject, Storage | None]:
    """Return what a copy of a client has otherwise, and the storage of its own if it has one.

    Raises:
        ConfigurationError: An option is ``None``, or there is more than one proof of who is asking.
    """
    for name, value in {"auth": auth, "headers": headers, "params": params, "retry": retry}.items():
        if value is None:
            raise ConfigurationError(f"{name}=None would keep what this client has; {_INSTEAD[name]}")
    changes: JSONObject = {}
    if timeout is not ...:
        changes["timeout"] = check_timeout(timeout)
    if not isinstance(retry, EllipsisType):
        check(retry, RetryPolicy, "retry")
        changes["retry"] = retry
    more_headers = {} if isinstance(headers, EllipsisType) else dict(parse_headers(headers))
    more_params = () if isinstance(params, EllipsisType) else _parse_params(params)
    proof = _proof(token, auth, static_credentials.take(more_headers, more_params))
    if isinstance(proof, static_credentials.StaticCredentialsAuth):
        # The auth sends it, as it does with a token.
        more_headers = {name: value for name, value in more_headers.items() if name not in proof.headers}
        more_params = tuple(pair for pair in more_params if pair not in proof.params)
    old_headers, old_params = pipeline.headers, pipeline.params
    if proof is not None:
        changes["auth"] = proof
        old_headers = {name: value for name, value in old_headers.items() if not secret_header(name)}
        old_params = tuple(pair for pair in old_params if not is_secret(pair[0]))
    elif storage is not ...:
        raise ConfigurationError("storage= goes with auth=: the session of this client stays where it is")
    changes["headers"] = merged(old_headers, more_headers)
    changes["params"] = (*old_params, *more_params)
    kept = None if isinstance(storage, EllipsisType) else storage
    check(kept, Storage, "storage")
    return changes, MemoryStorage() if proof is not None and kept is None else kept


def _proof(token: str | EllipsisType, auth: Auth | EllipsisType, found: Auth | None) -> Auth | None:
    proofs: list[Auth] = [] if found is None else [found]
    if not isinstance(token, EllipsisType):
        proofs.append(token_auth(token))
    if not isinstance(auth, EllipsisType):
        check(auth, Auth, "auth")
        proofs.append(auth)
    if len(proofs) > 1:
        raise ConfigurationError("pass token or auth, not both; a header or a parameter that says who is asking counts too")
    return proofs[0] if proofs else None


def token_auth(token: object) -> StaticTokenAuth:
    """Return the auth of a static token.

    Raises:
        ConfigurationError: It is no token; ``None`` and an empty one do not mean the client's own.
    """
    if token is None or token == "":
        hint = static_credentials.UNAUTHENTICATED
        raise ConfigurationError(f"token must not be {token!r}, which does not say who is asking; {hint}")
    return StaticTokenAuth(check_token(token))


def _parse_params(params: JSONMapping) -> tuple[tuple[str, str], ...]:
    pairs = tuple(free_params(params))
    if PARAM in params and not any(name == PARAM for name, _ in pairs):
        # Other parameters that are None are left out.
        raise ConfigurationError(f"the parameter {PARAM} is None; {static_credentials.UNAUTHENTICATED}")
    return pairs


def check(value: object, kind: type, name: str) -> None:
    """Refuse an option of another type, such as a class in place of its instance."""
    if value is not None and not isinstance(value, kind):
        raise ConfigurationError(f"{name} must be a {kind.__name__}, not {type(value).__name__}")
