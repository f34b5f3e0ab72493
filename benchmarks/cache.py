"""What a cached read costs, beside a request: processor time and reads per second, and the path without a cache.

    python benchmarks/cache.py

The loopback server of `overhead` responds in a separate process. A redis-server is used if one is installed.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.overhead import cost, serve

ROUNDS = 7
CALLS = 400


@contextlib.contextmanager
def regions() -> Iterator[dict[str, object]]:
    from dogpile.cache import make_region

    from tests.redis_server import redis_server

    memory = {"memory": make_region().configure("dogpile.cache.memory")}
    try:
        with redis_server() as url:
            yield {**memory, "redis": make_region().configure("dogpile.cache.redis", arguments={"url": url})}
    except BaseException as error:
        if type(error).__name__ != "Skipped":
            raise
        yield dict(memory)


def measure(read: Callable[[], object]) -> tuple[float, float]:
    """Return the processor microseconds and the elapsed microseconds of one call."""
    read()
    processor, elapsed = [], []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        processor.append(cost(read, CALLS))
        elapsed.append((time.perf_counter() - started) / CALLS * 1e6)
    return statistics.median(processor), statistics.median(elapsed)


def main() -> int:
    from directus_sdk import Directus, RequestsTransport
    from directus_sdk.contrib.cache import CachedTransport

    here, there = multiprocessing.Pipe()
    server = multiprocessing.Process(target=serve, args=(there,), daemon=True)
    server.start()
    url = f"http://127.0.0.1:{here.recv()}"
    try:
        with regions() as named:
            clients = {"request": Directus(url, token="secret")}
            for name, region in named.items():
                transport = CachedTransport(RequestsTransport(), region, ttl=3600)  # type: ignore[arg-type]
                clients[f"hit, {name}"] = Directus(url, token="secret", transport=transport)
            print(f"{'':<12}{'read one':>22}{'read 100':>26}")
            figures = {}
            for name, client in clients.items():
                articles = client.items("articles")
                one, many = measure(partial(articles.read_one, 1)), measure(partial(articles.read_many, limit=100))
                figures[name] = one, many
                print(f"{name:<14}" + "".join(f"{cpu:>8.0f} us cpu {elapsed:>7.0f} us" for cpu, elapsed in (one, many)))
                client.close()
    finally:
        server.terminate()
        server.join()
    ratio = figures["request"][0][1] / figures["hit, memory"][0][1]
    print(f"a hit in memory is {ratio:.1f} times as fast as a request on loopback")
    return 0 if ratio >= 2 else 1


if __name__ == "__main__":
    sys.exit(main())
