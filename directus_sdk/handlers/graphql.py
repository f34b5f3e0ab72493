"""GraphQL, with the same authorization, retries and errors as every other call."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from directus_sdk.errors import GraphQLError
from directus_sdk.handlers.base import Handler
from directus_sdk.http.responses import decode_error, error_code, is_json, repeatable, server_errors
from directus_sdk.json_types import JSONMapping, JSONObject
from directus_sdk.redaction import redact
from directus_sdk.wire.encoding import dumps, loads

if TYPE_CHECKING:
    from directus_sdk.realtime import Subscription

_JSON = {"Content-Type": "application/json"}
#: What is no part of a document's own words: block texts, texts, comments.
_TEXTS = re.compile(r'"""(?:[^"\\]|\\.|"(?!""))*"""|"(?:[^"\\\n]|\\.)*"|#[^\n]*', re.DOTALL)
_CHANGES = re.compile(r"\b(?:mutation|subscription)\b")


class GraphQLHandler(Handler):
    """GraphQL: ``directus.graphql``."""

    def items(self, query: str, variables: JSONMapping | None = None, operation_name: str | None = None) -> Any:
        """Ask for items, or change them.

        ``POST /graphql``. A document without mutations is tried again after a fault, as reading is.

        Args:
            query: The GraphQL document.
            variables: The values of its variables.
            operation_name: Which of its operations, if it has several.

        Returns:
            What stands under ``data``.

        Raises:
            GraphQLError: The document was refused, or some of its fields failed: `errors` has every error with its message,
                path and code, `data` what did succeed.

        Example:
            >>> document = "query ($id: ID!) { articles_by_id(id: $id) { title } }"
            >>> directus.graphql.items(document, {"id": 1})
            {'articles_by_id': {'title': 'A gentle start'}}
        """
        return self._run("/graphql", query, variables, operation_name)

    def system(self, query: str, variables: JSONMapping | None = None, operation_name: str | None = None) -> Any:
        """Ask for what belongs to the system, such as users and collections, or change it.

        ``POST /graphql/system``.

        Args:
            query: The GraphQL document.
            variables: The values of its variables.
            operation_name: Which of its operations, if it has several.

        Returns:
            What stands under ``data``.

        Raises:
            GraphQLError: As for `items`.

        Example:
            >>> directus.graphql.system("{ users_me { email } }")["users_me"]["email"] == admin_email
            True
        """
        return self._run("/graphql/system", query, variables, operation_name)

    def subscribe(self, query: str, variables: JSONMapping | None = None) -> Subscription[JSONObject]:
        """Start a GraphQL subscription over a WebSocket; see the page on realtime.

        Opens ``/graphql``, one for all such subscriptions of the client.

        Args:
            query: The document, such as ``subscription { articles_mutated { key event } }``.
            variables: The values of its variables.

        Returns:
            What yields the events: `data` holds what stands under ``data`` in the answer.

        Raises:
            GraphQLError: The document was refused.
            NotSupported: The server has no WebSockets.

        Example:
            >>> with directus.graphql.subscribe("subscription { articles_mutated { key event } }") as events:
            ...     _ = directus.items("articles").create_one({"title": "News"})
            ...     events.next(timeout=10).data
            {'articles_mutated': {'key': '26', 'event': 'create'}}
        """
        from directus_sdk.realtime import manager_of

        _check(query)
        return manager_of(self._directus).graphql(query, variables)

    def _run(self, path: str, query: str, variables: JSONMapping | None, operation_name: str | None) -> Any:
        _check(query)
        body: JSONObject = {"query": query, "variables": dict(variables or {})}
        if operation_name is not None:
            body["operationName"] = operation_name
        pipeline = self._pipeline
        request = pipeline.request("POST", path, (), _JSON, dumps(body), retryable=_only_reads(query))
        try:
            response = pipeline.send(request)
        except GraphQLError as error:
            raise _unfolded(error) from None
        if not is_json(response):
            raise decode_error(response, request, "it is not JSON")
        why = "it is not what GraphQL answers"
        document: Any = None
        try:
            document = loads(response.content)
        except (ValueError, RecursionError) as error:
            why = f"it is not valid JSON: {error}"
        if not isinstance(document, dict):  # raised here, since the decoder's error holds the whole text
            raise decode_error(response, request, why)
        if document.get("errors"):
            sent = repeatable(request, response)
            found = redact.without(server_errors(response), sent)
            failure = GraphQLError(
                f"{_sentences(found) or 'no message'} [GraphQL, POST {path}]",
                status=response.status,
                code=error_code(found[0]) if found else "",
                errors=found,
                response=response,
                request=request.trace(),
            )
            failure.data = document.get("data")
            raise failure
        return document.get("data")


def _check(query: object) -> None:
    if not isinstance(query, str):
        raise TypeError(f"query must be a text, not {type(query).__name__}")
    if not query.strip():
        raise ValueError("query must be a GraphQL document such as '{ articles { id } }'")


def _only_reads(query: str) -> bool:
    """Tell whether a document changes nothing; a field that is called "mutation" makes us doubt, which does no harm."""
    return not _CHANGES.search(_TEXTS.sub(" ", query))


def _unfolded(error: GraphQLError) -> GraphQLError:
    """Put the errors that the server wraps into one in its place."""
    inner = error.extensions.get("errors") or error.extensions.get("graphqlErrors")
    found = [
        {**entry, "extensions": {"code": error.code, **(entry.get("extensions") or {})}}
        for entry in inner or []
        if isinstance(entry, dict)
    ]
    if found:
        error.args = (f"{_sentences(found)} [{error.status} {error.code}]",)
        error.errors = [*found]
    return error


def _sentences(errors: list[JSONObject]) -> str:
    words = [_sentence(entry) for entry in errors[:5]]
    return "; ".join(words) + (f"; and {len(errors) - 5} more errors" if len(errors) > 5 else "")


def _sentence(entry: JSONMapping) -> str:
    path = ".".join(map(str, entry.get("path") or ()))
    words = str(entry.get("message") or error_code(entry) or "no message")[:500].rstrip(".")
    return f"{path}: {words}" if path else words
