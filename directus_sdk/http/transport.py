"""The interface of what sends requests."""

from __future__ import annotations

from abc import ABC, abstractmethod

from directus_sdk.wire.messages import Request, Response


class Transport(ABC):
    """Sends requests. Write your own to add a cache, a proxy of your kind, or a test double.

    A transport knows nothing of Directus and never raises for an HTTP status.

    Attributes:
        waits: Whether it makes sense to wait between two attempts; a test double says ``False``.
        asks: Whether the client may ask for what no call asked for, the limits of the server; a test double that answers so
            many calls and no more says ``False``.
    """

    waits: bool = True
    asks: bool = True

    @abstractmethod
    def send(self, request: Request) -> Response:
        """Send one request.

        Raises:
            TransportError: No answer came; ``sent`` tells whether the server may have received it.
        """

    def close(self) -> None:  # noqa: B027 - most transports have nothing to close
        """Let connections go."""
