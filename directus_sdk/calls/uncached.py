"""Reads that bypass every cache, because something is decided by their result.

A server with ``CACHE_ENABLED``, or a proxy, may return a response to GET that is some minutes old. A SEARCH reads the same
and always reaches the database. Where SEARCH is refused, by a proxy or by an endpoint that has none, or where its body is
dropped, a GET with a query that was never sent before is used: caches distinguish requests by their query.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import uuid4

from directus_sdk.calls.pipeline import Pipeline
from directus_sdk.errors import APIError, MethodNotAllowed, RouteNotFound
from directus_sdk.http.responses import APIResponse, SearchIgnored
from directus_sdk.http.statuses import METHOD_REFUSED
from directus_sdk.wire.query import NormalizedQuery

#: The relation, which does not exist, of a query that was never sent before.
MARK = r"x[0-9a-f]{32}"


def read(pipeline: Pipeline, path: str, query: NormalizedQuery, *, cacheable: str | None = None) -> APIResponse:
    """Read what the database holds now.

    Args:
        pipeline: Sends the call.
        path: The path of an endpoint that reads many items.
        query: The query.
        cacheable: The collection, where only the caches between this client and the database are bypassed, and not one of its
            own transport, which the user asked for.

    Raises:
        APIError: The server refused; or SEARCH is refused, and the query is too long for a GET.
    """
    try:
        return pipeline.search(path, query, cacheable=cacheable)
    except APIError as error:
        if not refused(error):
            raise
        if pipeline.is_long(path, query.encode()):
            explain_refusal(error)
            raise
    return get(pipeline, path, query)


def get(
    pipeline: Pipeline, path: str, query: NormalizedQuery | None = None, params: Sequence[tuple[str, str]] = ()
) -> APIResponse:
    """Read with a GET that no cache has a response for, where the endpoint has no SEARCH."""
    query = query or NormalizedQuery()
    # A parameter of a relation that does not exist changes nothing.
    unique = {f"x{uuid4().hex}": {"_limit": 1}}
    return pipeline.call("GET", path, query=query.replace(deep={**query.get("deep", {}), **unique}), params=params)


def refused(error: APIError) -> bool:
    """Tell whether SEARCH itself was refused, by the endpoint or on the way to the server."""
    if isinstance(error, (RouteNotFound, MethodNotAllowed, SearchIgnored)):
        return True
    return error.status in METHOD_REFUSED and not error.errors  # Directus itself says in JSON what is wrong


def explain_refusal(error: APIError) -> None:
    """Add to the refusal of a SEARCH what to do, where the query does not fit into a GET."""
    if refused(error) and not isinstance(error, SearchIgnored):
        error.args = (f"{error.message} The method SEARCH is refused, and the query is too long for GET: let SEARCH pass",)
