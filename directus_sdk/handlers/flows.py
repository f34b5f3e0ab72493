"""Flows: automation on the server."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from directus_sdk.errors import Forbidden
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

    def trigger(self, flow: Key, data: object = None, *, method: str | None = None) -> Any:
        """Run a flow with the trigger "webhook" or "manual".

        ``POST /flows/trigger/{flow}`` with data, ``GET /flows/trigger/{flow}`` without. A POST is sent once; a GET is
        retried after a network error, so a flow that must not run twice should use POST.

        Args:
            flow: The key of the flow.
            data: With POST, a value for the body; with ``method="GET"``, a mapping for the query, which is part of the URL
                and so of the log files of servers and proxies.
            method: The method of the trigger: ``"GET"`` or ``"POST"``. By default POST if there is data, otherwise GET.

        Returns:
            The response of the flow: a JSON value (its ``data`` if there is nothing else), or a string.

        Raises:
            Forbidden: There is no such flow, or its trigger has the other method.

        Example:
            >>> options = {"method": "POST", "return": "$trigger.body"}
            >>> flow = directus.flows.create_one({"name": "Echo", "trigger": "webhook", "options": options})
            >>> directus.flows.trigger(flow["id"], {"name": "Ada"})
            {'name': 'Ada'}
        """
        verb = ("GET" if data is None else "POST") if method is None else str(method).upper()
        path = f"/flows/trigger/{segment(flow, 'flow')}"
        if verb not in ("GET", "POST"):
            raise ValueError(f"method must be 'GET' or 'POST', not {method!r}")
        try:
            if verb == "POST":
                return self._pipeline.call("POST", path, json={} if data is None else data, json_only=False).data
            if not (data is None or isinstance(data, Mapping)):
                raise TypeError(f"data must be a mapping for a GET, not {type(data).__name__}")
            return self._pipeline.call("GET", path, params=free_params(data), json_only=False).data
        except Forbidden as error:
            if method is None:
                other = "GET" if verb == "POST" else "POST"
                error.args = (f"{error.message} If the trigger of the flow has the method {other}, pass method={other!r}",)
            raise
