"""`Transport`: the interface of everything that sends requests."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable

from directus_sdk.errors.hints import Hints
from directus_sdk.wire.messages import Request, Response


class Transport(Hints, ABC):
    """Sends requests. Write your own to add a cache, a proxy of your kind, or a test double.

    A transport knows nothing of Directus and never raises for an HTTP status.

    Attributes:
        waits: Whether it makes sense to wait between two attempts; a test double says ``False``.
        asks: Whether the client may read the limits of the server, a call of its own; a test double with a fixed number of
            responses says ``False``.
        caches: Whether it responds to some reads itself; then the client calls `read` for those.
    """

    waits: bool = True
    asks: bool = True
    caches: bool = False

    @property
    def authorizes(self) -> bool:
        """Whether it adds an ``Authorization`` header of its own, beside which the client cannot have credentials."""
        return False

    @abstractmethod
    def send(self, request: Request) -> Response:
        """Send one request.

        Args:
            request: The request, with its credentials.

        Returns:
            The response, whatever its status.

        Raises:
            TransportError: There was no response; ``sent`` says whether the server may have received it.
        """

    def read(self, request: Request, sending: Callable[[], None]) -> Response:
        """Respond to a request that is marked as cacheable.

        Args:
            request: The request.
            sending: Called before it is sent, and not where it is not sent.
        """
        sending()
        return self.send(request)

    def adds(self, request: Request) -> tuple[tuple[str, str], ...]:
        """Return the headers and the parameters that the transport itself adds to a request, for the key of a cache.

        Override it where your transport adds what the response depends on, such as credentials or a tenant.
        """
        return ()

    def changed(self, url: str) -> None:
        """Note that something may have been changed on the server of a URL, in another way than through this transport."""

    def close(self) -> None:
        """Close the connections."""
