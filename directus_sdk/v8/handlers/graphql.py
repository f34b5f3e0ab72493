"""GraphQL of version 8, which only reads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from directus_sdk.errors import GraphQLError
from directus_sdk.handlers.base import without_none
from directus_sdk.http.responses import repeatable
from directus_sdk.json_types import JSONMapping
from directus_sdk.redaction import redact
from directus_sdk.v8.dialect import Envelope
from directus_sdk.v8.handlers.base import Handler8
from directus_sdk.wire.encoding import loads
from directus_sdk.wire.parameters import non_empty

#: Members of a response of GraphQL that may stand beside its ``data``.
_BESIDE_DATA = frozenset({"errors", "extensions"})


class GraphQLHandler8(Handler8):
    """GraphQL: ``directus.graphql``. It is for administrators, and has no mutations."""

    def query(self, query: str, variables: JSONMapping | None = None) -> Any:
        """Run a GraphQL document.

        ``POST /{project}/gql``.

        Args:
            query: The document. Its root fields are the names of collections, and each has ``data`` and ``meta``.
            variables: The values of its variables.

        Returns:
            What stands under ``data``; keys are strings in it.

        Raises:
            GraphQLError: The document is not valid, or a part of it failed; ``.data`` holds the rest.
            Unauthorized: The current user is not an administrator.

        Example:
            >>> d.graphql.query("{ movies(limit: 1) { data { id } } }")["movies"]["data"]
            [{'id': '1'}]
        """
        if variables is not None and not isinstance(variables, Mapping):
            raise TypeError(f"variables must be a mapping such as {{'id': 1}}, not {type(variables).__name__}")
        body = {"query": non_empty("query", query), **without_none(variables=variables)}
        response = self._call("POST", "/gql", json=body, retryable=True)
        if not isinstance(response.data, dict) or not _BESIDE_DATA.intersection(response.data):
            return response.data
        # These are members of the response, or fields of the query.
        document = loads(response.response.content)
        if document.get("errors"):
            raise _failure(response, document)
        return document.get("data")


def _failure(result: Envelope, document: JSONMapping) -> GraphQLError:
    """Return the error of a response with errors, without the secrets that were sent."""
    response, request = result.response, result.response.request
    trace = None if request is None else request.trace()
    sent = [] if request is None else repeatable(request, response)
    errors = [redact.without(entry, sent) for entry in document["errors"] if isinstance(entry, dict)]
    words = "; ".join(str(entry.get("message") or "no message")[:500] for entry in errors[:5]) or "no message"
    error = GraphQLError(
        f"{words} [GraphQL, POST /gql]", status=response.status, code=None, errors=errors, response=response, request=trace
    )
    error.data = document.get("data")
    return error
