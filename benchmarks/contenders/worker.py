"""Run one contender in a separate process: commands and results are lines of JSON.

python worker.py MODULE URL TOKEN
"""

from __future__ import annotations

import importlib
import json
import resource
import sys
import time

connections = 0


def count(event, args):
    global connections  # noqa: PLW0603
    if event == "socket.connect" and isinstance(args[1], tuple):
        connections += 1


def article(number):
    return {"title": f"Article {number}", "status": "draft", "body": "x" * 200, "views": number, "day": "2026-01-02"}


def one_by_one(module, client, collection, rows):
    done = 0
    for row in rows:
        module.create_one(client, collection, row)
        done += 1
    return done


def read_by_pages(module, client, collection, total):
    """How one reads everything with an SDK that cannot: all at once, since a page has no beginning there."""
    return len(module.read_many(client, collection, total))


def main():
    sys.addaudithook(count)
    started = time.perf_counter()
    module = importlib.import_module(sys.argv[1])
    imported = time.perf_counter() - started
    client = module.make_client(sys.argv[2], sys.argv[3])
    print(json.dumps({"import": imported}), flush=True)
    for line in sys.stdin:
        command = json.loads(line)
        kind, collection, number = command["kind"], command["collection"], command.get("number", 0)
        before = connections
        wall, processor = time.perf_counter(), time.process_time()
        if kind == "read one":
            for call in range(number):
                module.read_one(client, collection, call + 1)
        elif kind == "read 100":
            for _ in range(number):
                module.read_many(client, collection, 100)
        elif kind == "create one":
            for call in range(number):
                module.create_one(client, collection, article(call))
        elif kind == "read all":
            read = getattr(module, "read_all", None)
            assert (read(client, collection) if read else read_by_pages(module, client, collection, number)) == number
        elif kind == "read busy":
            assert module.read_busy(client, collection, number, command["pause"]) == number
        elif kind == "create many":
            rows = (article(call) for call in range(number))
            write = getattr(module, "create_many", None)
            assert (write(client, collection, rows) if write else one_by_one(module, client, collection, rows)) == number
        wall, processor = time.perf_counter() - wall, time.process_time() - processor
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        result = {"wall": wall, "processor": processor, "connections": connections - before, "peak": peak}
        print(json.dumps(result), flush=True)
    module.close(client)


if __name__ == "__main__":
    main()
