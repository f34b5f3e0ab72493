"""Names that people import from other clients, and what to import instead."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from directus_sdk.errors.suggestions import VERBS, closest_of, hint, snake_case

_DIRECTUS = "from directus_sdk import Directus"
_ONE = f"{_DIRECTUS}; every client has all methods: Directus(url, token=...)"
#: The same for ``from directus_sdk import ...``.
IMPORTS: Mapping[str, str] = {
    **dict.fromkeys(
        (
            "api", "client", "connect", "create_client", "create_directus", "directus", "directus_api", "directus_client",
            "directus_sdk", "directus_session", "get_client", "new_client", "sdk",
        ),
        _DIRECTUS,
    ),
    **dict.fromkeys(
        ("async_client", "async_directus", "async_directus_client"),
        f"{_DIRECTUS}, which is synchronous: in asyncio call it with asyncio.to_thread(...)",
    ),
    **dict.fromkeys(("authentication", "graphql", "realtime", "rest", "static_token"), _ONE),
    **dict.fromkeys(("auth_token", "bearer_auth", "token_auth"), "from directus_sdk import StaticTokenAuth, or LoginAuth"),
    **dict.fromkeys(
        ("directus_exception", "directus_sdk_error", "exceptions", "sdk_error"), "from directus_sdk import DirectusError"
    ),
    **dict.fromkeys(("directus_api_error", "http_error", "response_error"), "from directus_sdk import APIError"),
    **dict.fromkeys(("retry", "retry_config"), "from directus_sdk import RetryPolicy"),
    **dict.fromkeys(("mock", "mock_transport"), "from directus_sdk.testing import MockTransport"),
}  # fmt: skip


def imported(name: str, names: Iterable[str], client: type) -> str:
    """Return what to import instead of a name that the package lacks, or ``""``.

    Args:
        name: The name.
        names: Those that it has.
        client: The class of the client.

    Example:
        >>> imported("DirectusClient", ["Directus"], Directus)
        'write from directus_sdk import Directus'
    """
    snake = snake_case(name)
    if snake in IMPORTS:
        return f"write {IMPORTS[snake]}"
    from directus_sdk import types

    if name in vars(types) and isinstance(vars(types)[name], type):
        return f"write from directus_sdk.types import {name}"
    verb, _, noun = snake.partition("_")
    if verb in VERBS and noun and (instead := hint(client, name)):
        return f"methods belong to the client: {instead}"
    close = closest_of(name, set(names))
    return f"did you mean {close}?" if close else ""
