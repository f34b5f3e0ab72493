"""What strict=True costs: processor time for a call beside the same call of a client that is not strict, and its requests.

    python benchmarks/strict.py

A loopback server in a separate process responds to both clients; they take turns in this process, and the median of the
rounds is what counts.
"""

from __future__ import annotations

import json
import multiprocessing
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

ROUNDS = 9
CALLS = 200
#: The price of a strict call that is accepted, as a multiple.
MOST = 1.20


def column(name: str, kind: str, **schema: object) -> dict[str, Any]:
    return {"collection": "articles", "field": name, "type": kind, "meta": {}, "schema": {"is_nullable": True, **schema}}


FIELDS = [
    column("id", "integer", is_primary_key=True, has_auto_increment=True, is_nullable=False),
    column("title", "string", is_nullable=False, max_length=255),
    column("status", "string", max_length=255),
    column("body", "text"),
    column("views", "integer"),
    column("date", "date"),
    column("author", "uuid"),
    *(column(f"field_{number}", "string", max_length=255) for number in range(13)),
]
ITEM = {
    "title": "Hello", "status": "published", "body": "x" * 200, "views": 12, "date": "2026-01-02",
    "author": "8c3e1d0e-1111-4a4a-9b9b-0123456789ab",
}  # fmt: skip
SCHEMA = {"/collections": [{"collection": "articles", "meta": {}, "schema": {}}], "/fields": FIELDS, "/relations": []}
FILTER = {"_and": [{"status": {"_eq": "published"}}, {"views": {"_gt": 10}}, {"date": {"_gte": "2026-01-01"}}]}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    paths: ClassVar[list[str]] = []

    def respond(self) -> None:
        path = self.path.partition("?")[0]
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if path == "/paths":
            data: object = list(self.paths)
        elif path in SCHEMA:
            data = SCHEMA[path]
        elif self.command == "GET":
            data = [dict(ITEM, id=number) for number in range(100)]
        else:
            data = dict(ITEM, id=1) if self.command == "POST" else [dict(ITEM, id=number) for number in range(1, 4)]
        self.paths.append(path)
        body = json.dumps({"data": data}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PATCH = respond  # noqa: N815

    def log_message(self, *args: object) -> None:
        pass


def serve(pipe: multiprocessing.connection.Connection) -> None:  # type: ignore[name-defined]
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    pipe.send(server.server_port)
    server.serve_forever()


def cost(call: Callable[[], object]) -> float:
    """Return the processor microseconds of one call."""
    started = time.process_time()
    for _ in range(CALLS):
        call()
    return (time.process_time() - started) / CALLS * 1e6


def compare(name: str, strict: Callable[[], object], plain: Callable[[], object]) -> float:
    strict(), plain()
    pairs = [(cost(strict), cost(plain)) for _ in range(ROUNDS)]
    ratios = sorted(mine / other for mine, other in pairs)
    mine, other = (statistics.median(pair[side] for pair in pairs) for side in (0, 1))
    ratio = statistics.median(ratios)
    print(f"{name:<32}{mine:>10.0f} us{other:>12.0f} us{ratio:>9.2f}   ({ratios[0]:.2f} to {ratios[-1]:.2f})")
    return ratio


def main() -> int:
    from directus_sdk import Directus

    here, there = multiprocessing.Pipe()
    server = multiprocessing.Process(target=serve, args=(there,), daemon=True)
    server.start()
    url = f"http://127.0.0.1:{here.recv()}"
    fields = ["id", "title", "status", "body", "views"]
    calls: dict[str, Callable[[Any], object]] = {
        "read_many, 100 items": lambda a: a.read_many(fields=fields, filter=FILTER, sort="-date", limit=100),
        "create_one": lambda a: a.create_one(ITEM),
        "update_many, 3 keys": lambda a: a.update_many([1, 2, 3], {"status": "published", "views": 12}),
    }
    try:
        with Directus(url, token="secret", strict=True) as strict, Directus(url, token="secret") as plain:
            ours, theirs = strict.items("articles"), plain.items("articles")
            print(f"{'processor time per call':<32}{'strict':>13}{'not strict':>15}{'ratio':>9}   (spread)")
            ratios = [compare(name, partial(call, ours), partial(call, theirs)) for name, call in calls.items()]
            paths = plain.request("GET", "/paths")
    finally:
        server.terminate()
        server.join()
    assert isinstance(paths, list)
    reads = sum(path in SCHEMA for path in paths)
    print(f"requests for the schema: {reads}")
    passed = max(ratios) <= MOST and reads == len(SCHEMA)
    print(f"at most {MOST:.2f}, and one request for each part of the schema:", "reached" if passed else "NOT reached")
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
