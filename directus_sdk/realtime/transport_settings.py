"""The way to a server, as the transport of HTTP knows it: proxy, certificates, headers."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from pathlib import Path

import attrs

from directus_sdk.errors import ConfigurationError
from directus_sdk.http.transport import Transport
from directus_sdk.wire.credential_names import is_proof


@attrs.frozen(kw_only=True)
class Route:
    """How an address is reached.

    Attributes:
        proxy: The proxy's address, or ``None``.
        verify: Whether certificates are checked, or the path of a CA bundle or of a folder of certificates.
        cert: The path of a client certificate, or a pair: certificate and key.
        headers: The headers that the transport sends with everything.
    """

    proxy: str | None = attrs.field(default=None, repr=False)
    verify: bool | str = True
    cert: str | tuple[str, str] | None = None
    headers: Mapping[str, str] = attrs.field(factory=dict, repr=False)

    def tls(self) -> ssl.SSLContext:
        """Return what secure connections are made with.

        Raises:
            ConfigurationError: A certificate cannot be read.
        """
        try:
            if isinstance(self.verify, str):
                if Path(self.verify).is_dir():
                    context = ssl.create_default_context(capath=self.verify)
                else:
                    context = ssl.create_default_context(cafile=self.verify)
            else:
                context = ssl.create_default_context()
            if self.verify is False:
                context.check_hostname = False
                context.verify_mode = ssl.CERT_NONE
            if self.cert is not None:
                context.load_cert_chain(*((self.cert,) if isinstance(self.cert, str) else self.cert))
        except OSError as error:
            raise ConfigurationError(f"a certificate of the transport cannot be read: {error}") from error
        return context


def route_to(address: str, transport: Transport) -> Route:
    """Return how a transport would reach an ``http`` or ``https`` address; a transport that does not tell goes straight."""
    ask = getattr(transport, "route", None)
    if ask is None:
        return Route()
    proxy, verify, headers = ask(address)
    # What HTTP accepts has no meaning here, and a length of its own must not go out.
    kept = {
        name: value
        for name, value in headers.items()
        if name.lower() not in ("accept", "accept-encoding") and not is_proof(name, value)  # a socket signs in by itself
    }
    return Route(proxy=proxy, verify=verify, cert=getattr(transport, "cert", None), headers=kept)
