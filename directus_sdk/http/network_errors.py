"""Errors of requests, urllib3 and the system, translated into ours without the secrets that theirs repeat."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Sequence

from directus_sdk.errors import (
    ConfigurationError,
    ConnectionFailed,
    DirectusError,
    ResponseTooLarge,
    Timeout,
    TLSError,
    TransportError,
)
from directus_sdk.errors.transport import with_cause
from directus_sdk.http.response_body import TooLarge
from directus_sdk.redaction import redact
from directus_sdk.wire.messages import Request

#: Modules whose errors are about the network.
_MODULES = ("http.client", "urllib3.exceptions", "requests.exceptions")

#: Errors of urllib3 and requests about URLs and proxies that cannot work.
_MISUSE = frozenset({"LocationValueError", "ProxySchemeUnsupported", "InvalidURL", "InvalidSchema", "MissingSchema"})

#: Errors of urllib3 and requests before there is a connection.
_BEFORE = frozenset({"NewConnectionError", "NameResolutionError", "ConnectTimeoutError", "ConnectTimeout", "ProxyError"})


def tls_advice(message: str) -> str:
    """Return what to do about an error of TLS: what OpenSSL reads from a server without TLS is not about a certificate."""
    if "certificate" in message.lower():
        return "for a certificate of your own pass transport=RequestsTransport(verify='/path/to/ca.pem')"
    return "check that the server uses TLS on this port: without TLS, the URL begins with http://"


def is_before_sending(error: Exception) -> bool:
    """Tell whether an error says by itself that nothing was sent."""
    chain = _chain(error)
    names = {kind.__name__ for each in chain for kind in type(each).__mro__}
    return bool(names & (_BEFORE | _MISUSE)) or any(
        isinstance(each, (ConnectionRefusedError, socket.gaierror)) for each in chain
    )


def is_of_the_network(error: Exception) -> bool:
    """Tell errors of the network, of urllib3 and of requests from those of tools, and of the body that a user sends."""
    return isinstance(error, OSError) or any(base.__module__ in _MODULES for base in type(error).__mro__)


def too_large(error: TooLarge, request: Request) -> ResponseTooLarge:
    """Return the error for a response of more bytes than its maximum."""
    trace = request.trace()
    failure = ResponseTooLarge(
        f"{trace.method} {trace.url}: the server responded with status {error.status} and more than {error.limit:,} bytes; "
        "ask for less at once, stream it, or raise max_response_size of RequestsTransport",
        request=trace,
    )
    failure.limit, failure.status = error.limit, error.status
    return failure


def translated(error: Exception, request: Request, own_secrets: Sequence[redact.Secret], *, sent: bool) -> DirectusError:
    """Return our error for one of requests, urllib3 or the system.

    Theirs hold the request with its token, and URLs with their queries, so only the innermost one is kept.
    """
    chain = _chain(error)
    root = chain[-1]
    # pyOpenSSL's errors are beneath one of the standard library.
    tls = any(isinstance(each, ssl.SSLError) for each in chain)
    trace = request.trace()
    where = trace.where
    message = str(root) or type(root).__name__
    secrets = [*redact.secrets(request.headers, request.params, request.body), *(secret.reveal() for secret in own_secrets)]
    words = redact.text(redact.without(message, redact.repeated(secrets))).strip()
    repeats_secret, words = words != message.strip(), words[:300]
    failure: TransportError
    if not sent and {kind.__name__ for kind in type(root).__mro__} & _MISUSE:
        return ConfigurationError(f"{where}: there is no way to the server ({words}); check its URL and the proxies")
    if tls and (not sent or isinstance(root, ssl.SSLCertVerificationError)):
        failure = TLSError(f"{where}: no trusted connection ({words}); {tls_advice(words)}", sent=False, request=trace)
    elif isinstance(root, TimeoutError) or "Timeout" in type(error).__name__:
        late = "the server did not respond in time, and may have processed the request"
        failure = Timeout(f"{where}: {late if sent else 'no connection within the time limit'}", sent=sent, request=trace)
    else:
        what = "the connection broke before the response was complete" if sent else "no connection"
        advice = "" if sent else "; check the URL, and that the server is running"
        failure = ConnectionFailed(f"{where}: {what} ({words}){advice}", sent=sent, request=trace)
    return failure if repeats_secret else with_cause(failure, root)


def _chain(error: BaseException) -> list[BaseException]:
    """Return an error and those that it wraps, the innermost last."""
    seen: list[BaseException] = []
    while error not in seen:
        seen.append(error)
        # Not __context__: that may be an error of the caller, who calls us while handling it.
        inside = [getattr(error, "reason", None), *reversed(error.args), error.__cause__]
        error = next((inner for inner in inside if isinstance(inner, BaseException) and inner not in seen), error)
    return seen
