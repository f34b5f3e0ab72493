"""A transport without a network, for unit tests."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from directus_sdk.http.transport import Transport
from directus_sdk.wire.messages import Request, Response

#: What a handler may return: a response, or the data of one.
Reply = Any


class MockTransport(Transport):
    """Responds to every request with a function, and keeps what was sent.

    Retries happen as with a server, but nothing waits between them: `waits` is ``False``. With a list, the client asks it for
    nothing but what is called: `asks` is ``False``.

    Args:
        handler: Called with each `Request`; returns a `Response`, or a value that becomes ``{"data": value}``, or raises a
            `TransportError`. A list gives one response after the other.

    Attributes:
        requests: Every request in the order in which it was sent.

    Example:
        >>> from directus_sdk import Directus
        >>> mock = MockTransport([[{"id": 1, "title": "Hello"}]])
        >>> Directus("https://cms.example.com", transport=mock).items("articles").read_many(limit=1)
        [{'id': 1, 'title': 'Hello'}]
        >>> mock.last.method, mock.path(), mock.query()
        ('GET', '/items/articles', {'limit': '1'})
    """

    waits = False

    def __init__(self, handler: Callable[[Request], Reply] | Iterable[Reply] = lambda request: []) -> None:
        self.requests: list[Request] = []
        if isinstance(handler, (str, bytes, Mapping)):
            raise TypeError(f"handler must be a function or a list of responses, not {type(handler).__name__}: [response]")
        if callable(handler):
            self._handler = handler
        else:
            self.asks = False
            responses = iter(handler)
            self._handler = lambda request: _next(responses, request)

    def send(self, request: Request) -> Response:
        """Keep the request and return the handler's response."""
        self.requests.append(request)
        reply = self._handler(request)
        if isinstance(reply, Exception):
            raise reply
        if isinstance(reply, Response):
            return reply
        # As a server shows that it has read the query of a SEARCH.
        return json_response({"data": reply, **({"meta": {}} if request.method == "SEARCH" else {})})

    @property
    def last(self) -> Request:
        """The request that was sent last."""
        return self.requests[-1]

    def path(self, index: int = -1) -> str:
        """Return the path of a request, the last one by default.

        Args:
            index: Which request, as the index of a list.

        Raises:
            IndexError: There was no such request.

        Example:
            >>> mock = MockTransport([{"id": 1}])
            >>> cms = Directus("https://cms.example.com", transport=mock)
            >>> item = cms.items("articles").create_one({"title": "x"}, fields=["id"])
            >>> mock.path()
            '/items/articles'
        """
        return urlsplit(self.requests[index].url).path

    def query(self, index: int = -1) -> dict[str, str]:
        """Return the query of a request as strings, of the last one by default.

        Args:
            index: Which request, as the index of a list.

        Raises:
            IndexError: There was no such request.

        Example:
            >>> mock = MockTransport([{"id": 1}])
            >>> cms = Directus("https://cms.example.com", transport=mock)
            >>> item = cms.items("articles").create_one({"title": "x"}, fields=["id"])
            >>> mock.query()
            {'fields': 'id'}
        """
        request = self.requests[index]
        return dict([*parse_qsl(urlsplit(request.url).query, keep_blank_values=True), *request.params])

    def json(self, index: int = -1) -> Any:
        """Return the decoded body of a request, of the last one by default; ``None`` if it had none.

        Args:
            index: Which request, as the index of a list.

        Raises:
            IndexError: There was no such request.

        Example:
            >>> mock = MockTransport([{"id": 1}])
            >>> cms = Directus("https://cms.example.com", transport=mock)
            >>> item = cms.items("articles").create_one({"title": "x"}, fields=["id"])
            >>> mock.json()
            {'title': 'x'}
        """
        body = self.requests[index].body
        if body is None:
            return None
        return json.loads(body if isinstance(body, bytes) else b"".join(body()))


def json_response(document: object, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """Return a response with a JSON body.

    Example:
        >>> json_response({"data": 1}).content
        b'{"data": 1}'
    """
    return Response(status, {"Content-Type": "application/json", **(headers or {})}, json.dumps(document).encode())


def error_response(
    code: str, status: int, message: str = "", headers: dict[str, str] | None = None, **extensions: object
) -> Response:
    """Return a response with one error, as a server writes it.

    Example:
        >>> error_response("FORBIDDEN", 403).status
        403
    """
    error = {"message": message or code, "extensions": {"code": code, **extensions}}
    return json_response({"errors": [error]}, status, headers)


def _next(responses: Any, request: Request) -> Reply:
    try:
        return next(responses)
    except StopIteration:
        raise AssertionError(f"the mock has no response left for {request!r}") from None
