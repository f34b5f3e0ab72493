"""What the client costs beside plain requests: processor time for one read, and the time of the import.

    python benchmarks/overhead.py

A loopback server in a separate process responds to both; the two take turns in this process, and the median of the rounds
is what counts. A processor second of the server is not in the figures.
"""

from __future__ import annotations

import json
import multiprocessing
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ROUNDS = 7
CALLS = 400
IMPORTS = 9


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        item = {"id": 1, "title": "Hello", "status": "published", "body": "x" * 200, "date": "2026-01-02", "author": 3}
        data = item if self.path.startswith("/items/articles/1") else [dict(item, id=number) for number in range(100)]
        body = json.dumps({"data": data}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        pass


def serve(pipe: multiprocessing.connection.Connection) -> None:  # type: ignore[name-defined]
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    pipe.send(server.server_port)
    server.serve_forever()


def cost(call: Callable[[], object], calls: int) -> float:
    """Return the processor microseconds of one call."""
    started = time.process_time()
    for _ in range(calls):
        call()
    return (time.process_time() - started) / calls * 1e6


def compare(name: str, ours: Callable[[], object], theirs: Callable[[], object], calls: int) -> float:
    ours(), theirs()
    pairs = [(cost(ours, calls), cost(theirs, calls)) for _ in range(ROUNDS)]
    ratios = sorted(mine / plain for mine, plain in pairs)
    mine, plain = (statistics.median(pair[side] for pair in pairs) for side in (0, 1))
    ratio = statistics.median(ratios)
    print(f"{name:<32}{mine:>10.0f} us{plain:>12.0f} us{ratio:>9.2f}   ({ratios[0]:.2f} to {ratios[-1]:.2f})")
    return ratio


def import_times(module: str) -> float:
    """Return the seconds that an import takes in a fresh interpreter, as the interpreter itself counts them."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", f"import {module}"], capture_output=True, text=True, check=True
    )
    line = next(line for line in done.stderr.splitlines() if line.split("|")[-1].rstrip() == f" {module}")
    return int(line.split("|")[1]) / 1e6


def main() -> int:
    import requests

    from directus_sdk import Directus

    here, there = multiprocessing.Pipe()
    server = multiprocessing.Process(target=serve, args=(there,), daemon=True)
    server.start()
    url = f"http://127.0.0.1:{here.recv()}"
    session = requests.Session()
    headers = {"Authorization": "Bearer secret"}
    try:
        with Directus(url, token="secret") as directus:
            articles = directus.items("articles")
            print(f"{'processor time per call':<32}{'directus_sdk':>13}{'Session.get':>15}{'ratio':>9}   (spread)")
            one = compare(
                "read one",
                lambda: articles.read_one(1),
                lambda: session.get(f"{url}/items/articles/1", headers=headers).json()["data"],
                CALLS,
            )
            compare(
                "read 100",
                lambda: articles.read_many(limit=100),
                lambda: session.get(f"{url}/items/articles", params={"limit": 100}, headers=headers).json()["data"],
                CALLS // 2,
            )
    finally:
        session.close()
        server.terminate()
        server.join()
    pairs = [(import_times("directus_sdk"), import_times("requests")) for _ in range(IMPORTS)]
    ours, theirs = (statistics.median(pair[side] for pair in pairs) * 1e3 for side in (0, 1))
    ratio = statistics.median(mine / plain for mine, plain in pairs)
    print(f"{'import':<32}{ours:>10.0f} ms{theirs:>12.0f} ms{ratio:>9.2f}")
    passed = one <= 0.70 and ratio <= 1.15
    print("read one at most 0.70, import at most 1.15:", "reached" if passed else "NOT reached")
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
