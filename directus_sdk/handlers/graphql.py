"""GraphQL, with the same authorization, retries and errors as every other call."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, overload

from directus_sdk.errors import GraphQLError, ModelError
from directus_sdk.handlers.base import Handler
from directus_sdk.http.responses import decode_error, error_code, is_json, repeatable, server_errors
from directus_sdk.json_types import JSONMapping, JSONObject, MaybeNone
from directus_sdk.models.responses import ResponseModel
from directus_sdk.redaction import redact
from directus_sdk.wire.encoding import dumps, loads

if TYPE_CHECKING:
    from directus_sdk.realtime import Subscription

T = TypeVar("T")

_JSON = {"Content-Type": "application/json"}
#: Block strings, strings and comments of a document.
_STRINGS = re.compile(r'"""(?:[^"\\]|\\.|"(?!""))*"""|"(?:[^"\\\n]|\\.)*"|#[^\n]*', re.DOTALL)
_CHANGES = re.compile(r"\b(?:mutation|subscription)\b")


class GraphQLHandler(Handler):
    """GraphQL: ``directus.graphql``."""

    if not TYPE_CHECKING:  # a type checker would accept the call

        def __call__(self, *args: object, **kwargs: object) -> object:
            """Refuse a call."""
            raise TypeError("directus.graphql is not called itself: write directus.graphql.items(query), or system(query)")

    @overload
    def items(
        self,
        query: str,
        variables: JSONMapping | None = None,
        operation_name: str | None = None,
        *,
        model: None = None,
    ) -> Any: ...
    @overload
    def items(
        self,
        query: str,
        variables: JSONMapping | None = None,
        operation_name: str | None = None,
        *,
        model: type[T],
    ) -> T | MaybeNone: ...
    def items(
        self,
        query: str,
        variables: JSONMapping | None = None,
        operation_name: str | None = None,
        *,
        model: type | None = None,
    ) -> Any:
        """Query items, or change them.

        ``POST /graphql``. A document without mutations is retried after a network error, like a read.

        Args:
            query: The GraphQL document.
            variables: The values of its variables.
            operation_name: The operation to run, if it has several.
            model: The class of the ``data``, with an attribute for each field of the document; a plain dict by default.

        Returns:
            The ``data`` of the response.

        Raises:
            GraphQLError: The document was refused, or some of its fields failed: `errors` has every error with its message,
                path and code, `data` the data of the others.
            ModelError: The data does not fit `model`.

        Example:
            >>> document = "query ($id: ID!) { articles_by_id(id: $id) { title } }"
            >>> directus.graphql.items(document, {"id": 1})
            {'articles_by_id': {'title': 'A gentle start'}}
            >>> import attrs
            >>> @attrs.define
            ... class Article:
            ...     title: str
            >>> @attrs.define
            ... class Articles:
            ...     articles: list[Article]
            >>> directus.graphql.items("{ articles(limit: 1) { title } }", model=Articles).articles
            [Article(title='A gentle start')]
        """
        return self._run("/graphql", query, variables, operation_name, model)

    @overload
    def system(
        self,
        query: str,
        variables: JSONMapping | None = None,
        operation_name: str | None = None,
        *,
        model: None = None,
    ) -> Any: ...
    @overload
    def system(
        self,
        query: str,
        variables: JSONMapping | None = None,
        operation_name: str | None = None,
        *,
        model: type[T],
    ) -> T | MaybeNone: ...
    def system(
        self,
        query: str,
        variables: JSONMapping | None = None,
        operation_name: str | None = None,
        *,
        model: type | None = None,
    ) -> Any:
        """Query system collections, such as users and collections, or change them.

        ``POST /graphql/system``.

        Args:
            query: The GraphQL document.
            variables: The values of its variables.
            operation_name: The operation to run, if it has several.
            model: The class of the ``data``, with an attribute for each field of the document; a plain dict by default.

        Returns:
            The ``data`` of the response.

        Raises:
            GraphQLError: As for `items`.

        Example:
            >>> directus.graphql.system("{ users_me { email } }")["users_me"]["email"] == admin_email
            True
        """
        return self._run("/graphql/system", query, variables, operation_name, model)

    def subscribe(self, query: str, variables: JSONMapping | None = None) -> Subscription[JSONObject]:
        """Start a GraphQL subscription over a WebSocket; see the page on realtime.

        Opens ``/graphql``, one for all such subscriptions of the client.

        Args:
            query: The document, such as ``subscription { articles_mutated { key event } }``.
            variables: The values of its variables.

        Returns:
            The subscription, which yields events; their `data` is the ``data`` of the message.

        Raises:
            GraphQLError: The document was refused.
            NotSupported: The server does not support WebSockets.

        Example:
            >>> with directus.graphql.subscribe("subscription { articles_mutated { key event } }") as events:
            ...     _ = directus.items("articles").create_one({"title": "News"})
            ...     events.next(timeout=10).data
            {'articles_mutated': {'key': '26', 'event': 'create'}}
        """
        from directus_sdk.realtime import manager_of

        _check(query, variables)
        return manager_of(self._directus).graphql(query, variables)

    def _run(
        self,
        path: str,
        query: str,
        variables: JSONMapping | None,
        operation_name: str | None,
        model: type | None,
    ) -> Any:
        _check(query, variables)
        expected = ResponseModel(model, f"POST {path}", reads=_only_reads(query))
        body: JSONObject = {"query": query, "variables": dict(variables or {})}
        if operation_name is not None:
            body["operationName"] = operation_name
        pipeline = self._pipeline
        request = pipeline.request("POST", path, (), _JSON, dumps(body), retryable=_only_reads(query))
        try:
            response = pipeline.send(request)
        except GraphQLError as error:
            raise _unwrapped(error) from None
        if not is_json(response):
            raise decode_error(response, request, "it is not JSON")
        reason = "it is not a GraphQL response"
        document: object = None
        try:
            document = loads(response.content)
        except (ValueError, RecursionError) as error:
            reason = f"it is not valid JSON: {error}"
        if not isinstance(document, dict):  # raised here, because the decoder's error has the whole text
            raise decode_error(response, request, reason)
        if document.get("errors"):
            errors = redact.without(server_errors(response), repeatable(request, response))
            failure = GraphQLError(
                f"{_sentences(errors) or 'no message'} [GraphQL, POST {path}]",
                status=response.status,
                code=error_code(errors[0]) if errors else "",
                errors=errors,
                response=response,
                request=request.trace(),
            )
            failure.data = document.get("data")
            raise failure
        try:
            return expected.load(document.get("data"))
        except ModelError as error:
            names = ", ".join(document["data"])
            error.args = (f"{error.message}; the model of a document has an attribute for each of its fields: {names}",)
            raise


def _check(query: object, variables: object) -> None:
    if not isinstance(query, str):
        raise TypeError(f"query must be a string, not {type(query).__name__}")
    if not query.strip():
        raise ValueError("query must be a GraphQL document such as '{ articles { id } }'")
    if variables is not None and not isinstance(variables, Mapping):
        raise TypeError(f"variables must be a mapping such as {{'id': 1}}, not {type(variables).__name__}")


def _only_reads(query: str) -> bool:
    """Return whether a document certainly changes nothing; a field named "mutation" counts as a change."""
    return not _CHANGES.search(_STRINGS.sub(" ", query))


def _unwrapped(error: GraphQLError) -> GraphQLError:
    """Replace an error by the errors that the server wraps in it."""
    inner = error.extensions.get("errors") or error.extensions.get("graphqlErrors")
    errors = [
        {**entry, "extensions": {"code": error.code, **(entry.get("extensions") or {})}}
        for entry in inner or []
        if isinstance(entry, dict)
    ]
    if errors:
        error.args = (f"{_sentences(errors)} [{error.status} {error.code}]",)
        error.errors = [*errors]
    return error


def _sentences(errors: list[JSONObject]) -> str:
    sentences = [_sentence(entry) for entry in errors[:5]]
    return "; ".join(sentences) + (f"; and {len(errors) - 5} more errors" if len(errors) > 5 else "")


def _sentence(entry: JSONMapping) -> str:
    path = ".".join(map(str, entry.get("path") or ()))
    message = str(entry.get("message") or error_code(entry) or "no message")[:500].rstrip(".")
    return f"{path}: {message}" if path else message
