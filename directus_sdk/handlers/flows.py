"""Flows: automation on the server."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from directus_sdk.handlers.items import ItemsHandler
from directus_sdk.wire.query import free_params
from directus_sdk.wire.urls import Key, segment

T = TypeVar("T")


class FlowsHandler(ItemsHandler[T]):
    """Flows: ``directus.flows``. Their steps are ``directus.operations``.

    Example:
        >>> flow = {"name": "Echo", "trigger": "webhook", "options": {"method": "GET"}}
        >>> directus.flows.create_one(flow, fields=["name", "status"])
        {'name': 'Echo', 'status': 'active'}
    """

    collection = "directus_flows"

    def trigger(self, flow: Key, data: object = None, *, method: str = "GET") -> Any:
        """Run a flow with the trigger "webhook", or "manual" with POST.

        ``GET /flows/trigger/{flow}`` or ``POST /flows/trigger/{flow}``. Like every GET, it is retried after a
        network error, so a flow that must not run twice should use POST.

        Args:
            flow: The key of the flow.
            data: With GET, a mapping for the query; with POST, a value for the body.
            method: The method of the trigger: ``"GET"`` or ``"POST"``.

        Returns:
            The response of the flow: a JSON value (its ``data`` if there is nothing else), or a string.

        Raises:
            Forbidden: There is no such flow, or it has another method.

        Example:
            >>> flow = directus.flows.create_one({"name": "Echo", "trigger": "webhook", "options": {"method": "GET"}})
            >>> directus.flows.trigger(flow["id"], {"name": "Ada"})["query"]
            {'name': 'Ada'}
        """
        verb = str(method).upper()
        path = f"/flows/trigger/{segment(flow, 'flow')}"
        if verb == "GET":
            if data is not None and not isinstance(data, Mapping):
                raise TypeError(f"data must be a mapping for a GET, not {type(data).__name__}")
            return self._pipeline.call("GET", path, params=free_params(data), json_only=False).data
        if verb != "POST":
            raise ValueError(f"method must be 'GET' or 'POST', not {method!r}")
        return self._pipeline.call("POST", path, json={} if data is None else data, json_only=False).data
