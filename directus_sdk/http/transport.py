"""`Transport`: the interface of everything that sends requests."""

from __future__ import annotations

from abc import ABC, abstractmethod

from directus_sdk.errors.hints import Hints
from directus_sdk.wire.messages import Request, Response


class Transport(Hints, ABC):
    """Sends requests. Write your own to add a cache, a proxy of your kind, or a test double.

    A transport knows nothing of Directus and never raises for an HTTP status.

    Attributes:
        waits: Whether it makes sense to wait between two attempts; a test double says ``False``.
        asks: Whether the client may read the limits of the server, a call of its own; a test double with a fixed number of
            responses says ``False``.
    """

    waits: bool = True
    asks: bool = True

    @property
    def authorizes(self) -> bool:
        """Whether it adds an ``Authorization`` header of its own, beside which the client cannot have credentials."""
        return False

    @abstractmethod
    def send(self, request: Request) -> Response:
        """Send one request.

        Raises:
            TransportError: There was no response; ``sent`` says whether the server may have received it.
        """

    def close(self) -> None:
        """Close the connections."""
