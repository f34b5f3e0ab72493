"""What a client displays of its server when it is asked to."""

from __future__ import annotations

from time import perf_counter

import attrs

from directus_sdk.calls import uncached
from directus_sdk.calls.pipeline import Pipeline
from directus_sdk.errors import APIError
from directus_sdk.json_types import JSONMapping, JSONObject


def facts(pipeline: Pipeline) -> JSONObject:
    """Read the user, the version and the latency of a server.

    Args:
        pipeline: Sends the calls.
    """
    once = attrs.evolve(pipeline, retry=attrs.evolve(pipeline.retry, attempts=1))
    once.call("GET", "/server/ping", json_only=False)  # opens the connection
    start = perf_counter()
    once.call("GET", "/server/ping", json_only=False)
    latency = perf_counter() - start
    user = _read(once, "/users/me")
    info = _read(once, "/server/info")
    version = info.get("version") or (info.get("directus") or {}).get("version") or pipeline.limits.version
    name = user.get("email") or user.get("id") or "unauthenticated (Public role)"
    return {"user": name, "version": version or "not shown to this user", "latency": f"{1000 * latency:.1f} ms"}


def _read(pipeline: Pipeline, path: str) -> JSONMapping:
    try:
        data = uncached.get(pipeline, path).data
    except APIError:
        return {}
    return data if isinstance(data, dict) else {}
