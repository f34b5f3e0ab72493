"""The little network code that the servers for tests need, without the SDK that they test."""

from __future__ import annotations

import json
import random
import socket
import urllib.request
from typing import Any

_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def free_port() -> int:
    """A port of 127.0.0.1 that is not in use.

    It lies below the range from which systems take the ports of outgoing connections, so that it is still free when a
    server that was stopped starts on it again.
    """
    for _ in range(200):
        port = random.randrange(20_000, 32_000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise OSError("no free port between 20000 and 32000 on 127.0.0.1")


def call(method: str, url: str, *, token: str | None = None, body: object = None, timeout: float = 10.0) -> Any:
    """Sends one JSON request, past any proxy.

    Returns:
        The decoded JSON, or the body of a response that is not JSON, as a string; None for no content.

    Raises:
        urllib.error.HTTPError: The server refused.
        OSError: There was no response.
    """
    request = urllib.request.Request(url, method=method)  # noqa: S310
    if token is not None:
        request.add_header("Authorization", f"Bearer {token}")
    if body is not None:
        request.data = json.dumps(body).encode()
        request.add_header("Content-Type", "application/json")
    with _opener.open(request, timeout=timeout) as response:
        content: bytes = response.read()
    if not content:
        return None
    try:
        return json.loads(content)
    except ValueError:
        return content.decode(errors="replace")
