"""A proxy on loopback that does to a part of the requests what networks, load balancers and busy servers do."""

from __future__ import annotations

import http.client
import random
import socket
from collections import Counter
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from tests.scripted_server import Hang, Raw, Reset, Seen, Wire, answer

PAGE = b"<html><body><h1>502 Bad Gateway</h1></body></html>"
PRESSURE = b'{"errors":[{"message":"x","extensions":{"code":"SERVICE_UNAVAILABLE","service":"api","reason":"Under pressure"}}]}'
LIMITED = b'{"errors":[{"message":"Too many","extensions":{"code":"REQUESTS_EXCEEDED"}}]}'


def _unavailable(body: bytes, kind: str, headers: str = "") -> bytes:
    return answer(body, "503 Service Unavailable", kind, headers)


#: Answers of something on the way; the server never sees the request.
REFUSALS: dict[str, bytes] = {
    "429": answer(LIMITED, "429 Too Many Requests"),
    "429 Retry-After": answer(LIMITED, "429 Too Many Requests", headers="Retry-After: 1"),
    "429 of a proxy": answer(b"slow down", "429 Too Many Requests", "text/plain", "Retry-After: 0"),
    "503 under pressure": _unavailable(PRESSURE, "application/json"),
    "503 under pressure, Retry-After": _unavailable(PRESSURE, "application/json", "Retry-After: 1"),
    "503 of a proxy": _unavailable(b"<html>maintenance</html>", "text/html"),
    "503 of a proxy, Retry-After": _unavailable(b"<html>maintenance</html>", "text/html", "Retry-After: 0"),
    "502": answer(PAGE, "502 Bad Gateway", "text/html"),
}
#: Faults of the connection.
BREAKS = (
    "reset before", "reset during the request", "reset after", "reset during the answer", "stall before", "stall after",
    "truncated", "502 after",
)  # fmt: skip
#: Where the server has seen the whole request.
AFTER = frozenset({"reset after", "reset during the answer", "stall after", "truncated", "502 after"})


class ChaosProxy(Wire):
    """Passes requests on to a server, and spoils some.

    Args:
        target: The address of the server.
        rate: The part of the requests that is spoilt.
        seed: For the same choice again.

    Attributes:
        faults: How often each fault was chosen.
        reached: The values of the header ``X-Call`` of requests that the server has seen whole.
    """

    def __init__(self, target: str, rate: float = 0.2, seed: int = 1) -> None:
        self._target = urlsplit(target)
        self._rate = rate
        self._random = random.Random(seed)
        self._faults = [*REFUSALS, *BREAKS]
        self.faults: Counter[str] = Counter()
        self.reached: Counter[str] = Counter()
        self.calls = 0
        super().__init__(self._choose)

    def decide(self, seen: Seen) -> Any:
        """Choose under the lock, and work without it."""
        with self._lock:
            work: Callable[[], Any] = self._choose(seen)
        return work()

    def _choose(self, seen: Seen) -> Callable[[], Any]:
        self.calls += 1
        fault = self._random.choice(self._faults) if self._random.random() < self._rate else None
        share = self._random.random()
        if fault is not None:
            self.faults[fault] += 1
        return lambda: self._reply(seen, fault, share)

    def _reply(self, seen: Seen, fault: str | None, share: float) -> Any:
        if fault in REFUSALS:
            return REFUSALS[fault]
        if fault == "reset before":
            return Reset()
        if fault == "stall before":
            return Hang()
        if fault == "reset during the request":
            self._half(seen, share)
            return Reset()
        whole = self._forward(seen)
        if fault == "reset after":
            return Reset()
        if fault == "stall after":
            return Hang()
        if fault == "502 after":
            return REFUSALS["502"]
        if fault in ("truncated", "reset during the answer"):
            return Raw(whole[: int(len(whole) * share)])
        return whole

    def _forward(self, seen: Seen) -> bytes:
        with self._lock:
            self.reached[seen.headers.get("x-call", "")] += 1
        connection = http.client.HTTPConnection(str(self._target.hostname), self._target.port, timeout=30)
        try:
            kept = {name: value for name, value in seen.headers.items() if name not in ("connection", "transfer-encoding")}
            connection.request(seen.method, seen.target, seen.body or None, kept)
            reply = connection.getresponse()
            body = reply.read()
        finally:
            connection.close()
        head = [f"HTTP/1.1 {reply.status} {reply.reason}"]
        head += [f"{name}: {value}" for name, value in reply.getheaders() if name.lower() in ("content-type", "retry-after")]
        if reply.status != 204:
            head.append(f"Content-Length: {len(body)}")
        return "\r\n".join(head).encode("latin-1") + b"\r\n\r\n" + body

    def _half(self, seen: Seen, share: float) -> None:
        """Send the server a part of the request, and go away."""
        lines = [f"{seen.method} {seen.target} HTTP/1.1", *(f"{name}: {value}" for name, value in seen.headers.items()), "", ""]
        whole = "\r\n".join(lines).encode("latin-1") + seen.body
        with socket.create_connection((str(self._target.hostname), self._target.port), timeout=5) as connection:
            connection.sendall(whole[: int((len(whole) - 1) * share)])
