"""The settings of the HTTP transport that hold for WebSockets too: proxy, certificates, headers."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from pathlib import Path

import attrs

from directus_sdk.errors import ConfigurationError
from directus_sdk.http.transport import Transport
from directus_sdk.wire.credential_names import is_proof


@attrs.frozen(kw_only=True)
class TransportSettings:
    """How a URL is reached.

    Attributes:
        proxy: The URL of the proxy, or ``None``.
        verify: Whether certificates are checked, or the path of a CA bundle or of a folder of certificates.
        cert: The path of a client certificate, or a pair: certificate and key.
        headers: The headers that the transport sends with every request.
    """

    proxy: str | None = attrs.field(default=None, repr=False)
    verify: bool | str = True
    cert: str | tuple[str, str] | None = None
    headers: Mapping[str, str] = attrs.field(factory=dict, repr=False)

    def tls(self) -> ssl.SSLContext:
        """Return the TLS context.

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


def settings_for(url: str, transport: Transport) -> TransportSettings:
    """Return the settings for an ``http`` or ``https`` URL; a transport without ``route()`` has no proxy."""
    route = getattr(transport, "route", None)
    if route is None:
        return TransportSettings()
    proxy, verify, headers = route(url)
    kept = {
        name: value
        for name, value in headers.items()
        if name.lower() not in ("accept", "accept-encoding") and not is_proof(name, value)  # the connection has its own sign-in
    }
    return TransportSettings(proxy=proxy, verify=verify, cert=getattr(transport, "cert", None), headers=kept)
