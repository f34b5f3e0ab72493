"""Reading everything, beside one request for everything (as the other Python SDKs read), beside pages of a fixed size, and
into a DataFrame, on a real server.

    python benchmarks/reading.py [--quick] [--rounds 5] [--only wide frame]

Each run is a process of its own, so that its peak memory is its own. The contenders take turns; ratios are those of medians,
and below 1 is faster, or smaller. A first round is not counted: a server that has just started becomes faster for some
seconds, and not equally soon for one request of 100,000 rows and for 21 of 5,000.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
PARTS = ["rows", "wide", "frame"]

#: What a process runs: it prints the seconds, the processor time, and the peak memory in MB before and after.
_RUN = """
import json, os, sys, time
url, token, name, count = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])

def peak():
    with open("/proc/self/status") as file:
        lines = dict(line.split(":", 1) for line in file)
    return int(lines["VmHWM"].split()[0]) / 1024

{prepare}
before = peak()
wall, processor = time.perf_counter(), time.process_time()
{run}
assert read == count, read
print(json.dumps({{"wall": time.perf_counter() - wall, "processor": time.process_time() - processor, "before": before,
    "peak": peak()}}))
"""
_OURS = "from directus_sdk import Directus\nitems = Directus(url, token=token).items(name)\nitems.read_many(limit=1)"
_FRAME = f"import pandas\n{_OURS}\nitems.read_frame(limit=10)"
# directus-sdk-py and directus-py-sdk send this, on a connection of its own.
_ONE_REQUEST = """
headers, body = {"Authorization": f"Bearer {token}"}, {"query": {"limit": count}}
read = len(requests.request("SEARCH", f"{url}/items/{name}", json=body, headers=headers).json()["data"])
"""
CONTENDERS = {
    "iterate": (_OURS, "read = sum(1 for _ in items.iterate())"),
    "iterate, prefetch": (_OURS, "read = sum(1 for _ in items.iterate(prefetch=True))"),
    "pages of 1,000": (_OURS, "read = sum(1 for _ in items.iterate(page_size=1_000))"),
    "pages of 5,000": (_OURS, "read = sum(1 for _ in items.iterate(page_size=5_000))"),
    "one request": ("import requests", _ONE_REQUEST),
    "read_frame": (_FRAME, "read = len(items.read_frame())"),
    "DataFrame(read_all)": (_FRAME, "read = len(pandas.DataFrame(items.read_all(page_size=5_000)))"),
    "export .ndjson": (_OURS, "file = items.export(f'/tmp/{os.getpid()}.ndjson'); file.path.unlink(); read = file.count"),
}

_PROXY = """
import asyncio, sys
target, delay = int(sys.argv[1]), float(sys.argv[2])

async def copy(reader, writer):
    loop, waiting = asyncio.get_running_loop(), asyncio.Queue()

    async def later():
        while (part := await waiting.get()) is not None:
            at, data = part
            await asyncio.sleep(max(0, at - loop.time()))
            writer.write(data)
            await writer.drain()
        writer.close()

    task = asyncio.create_task(later())
    while data := await reader.read(65536):
        waiting.put_nowait((loop.time() + delay, data))
    waiting.put_nowait(None)
    await task

async def serve(reader, writer):
    there, to = await asyncio.open_connection("127.0.0.1", target)
    await asyncio.gather(copy(reader, to), copy(there, writer), return_exceptions=True)

async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()

asyncio.run(main())
"""


@contextmanager
def slow(url: str, delay: float) -> Iterator[str]:
    """The URL of a TCP proxy in a process of its own that adds so many seconds each way."""
    port = url.rpartition(":")[2].strip("/")
    process = subprocess.Popen([sys.executable, "-c", _PROXY, port, str(delay)], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
    finally:
        process.kill()
        process.communicate()


def run(contender: str, url: str, token: str, name: str, count: int) -> dict[str, float]:
    prepare, code = CONTENDERS[contender]
    program = _RUN.format(prepare=prepare, run=code)
    done = subprocess.run(
        [sys.executable, "-c", program, url, token, name, str(count)], check=True, stdout=subprocess.PIPE, text=True
    )
    return dict(json.loads(done.stdout))


def compare(title: str, contenders: list[str], rounds: int, *place: Any) -> dict[str, dict[str, float]]:
    """Let the contenders take turns, each round in another order; print and return the medians."""
    runs: dict[str, list[dict[str, float]]] = {name: [] for name in contenders}
    for number in range(rounds + 1):
        for name in contenders if number % 2 else contenders[::-1]:
            cells = run(name, *place)
            if number:
                runs[name].append(cells)
    medians = {
        name: {what: statistics.median(each[what] for each in results) for what in results[0]} for name, results in runs.items()
    }
    print(f"\n{title}")
    for name, cells in medians.items():
        added = cells["peak"] - cells["before"]
        print(
            f"  {name:<22}{cells['wall']:>7.2f} s{cells['processor']:>7.2f} s of the processor"
            f"{cells['peak']:>7.0f} MB peak, {added:.0f} MB added",
            flush=True,
        )
    return medians


def wide(server: Any, directus: Any, rows: int) -> str:
    """Make a collection with 30 fields, one of them a string of 4 kB."""
    import sqlite3

    import peers

    names = [f"f{number}" for number in range(28)]
    fields = [peers.FIELDS[0], *({"field": name, "type": "string", "meta": {}, "schema": {}} for name in names)]
    fields.append({"field": "body", "type": "text", "meta": {}, "schema": {}})
    body = {"collection": "bench_wide", "meta": {"accountability": None}, "schema": {}, "fields": fields}
    directus.request("POST", "/collections", json=body)
    with sqlite3.connect(server.folder / "data.db", timeout=60) as database:
        database.executemany(
            f"INSERT INTO bench_wide ({', '.join(names)}, body) VALUES ({', '.join('?' * 29)})",
            ([*(f"v{number}-{name}" for name in names), "x" * 4_000] for number in range(rows)),
        )
    database.close()
    return "bench_wide"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a fifth of the rows, two rounds")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS, help="some parts of it")
    options = parser.parse_args()
    rounds, share = (2, 5) if options.quick else (options.rounds, 1)

    import peers

    from directus_sdk.testing import DirectusServer

    checks: list[tuple[str, bool]] = []

    def check(text: str, value: float, most: float) -> None:
        checks.append((f"{text}: {value:.2f}, at most {most}", value <= most))

    with DirectusServer() as server, server.directus() as directus:

        def place(name: str, count: int) -> tuple[str, str, str, int]:
            is_wide = name == "bench_wide"
            made = wide(server, directus, count) if is_wide else peers.collection(server, directus, name, count)
            return server.url, server.admin_token, made, count

        if "rows" in options.only:
            count = 100_000 // share
            rows = place("bench_read", count)
            names = ["iterate", "iterate, prefetch", "pages of 1,000", "pages of 5,000", "one request"]
            cells = compare(f"{count:,} rows", names, rounds, *rows)
            ours, theirs = cells["iterate"], cells["one request"]
            check("iterate: time of one request for everything", ours["wall"] / theirs["wall"], 1.0)
            check("iterate: processor time of it", ours["processor"] / theirs["processor"], 1.0)
            check("iterate: peak memory in MB", ours["peak"], 64)
            compare(f"{count:,} rows to a file", ["export .ndjson"], 1, *rows)
            with slow(server.url, 0.025) as url:
                cells = compare(
                    f"{count:,} rows, 25 ms each way", ["iterate", "pages of 1,000"], min(rounds, 3), url, *rows[1:]
                )
            ratio = cells["iterate"]["wall"] / cells["pages of 1,000"]["wall"]
            check("iterate, 25 ms each way: time of pages of 1,000", ratio, 0.66)
        if "wide" in options.only:
            count = 20_000 // share
            names = ["iterate", "pages of 1,000"]
            cells = compare(f"{count:,} rows of 30 fields, one of 4 kB", names, rounds, *place("bench_wide", count))
            check("wide rows: time of pages of 1,000", cells["iterate"]["wall"] / cells["pages of 1,000"]["wall"], 1.05)
            check("wide rows: peak memory in MB", cells["iterate"]["peak"], 96)
        if "frame" in options.only:
            count = 200_000 // share
            names = ["read_frame", "DataFrame(read_all)"]
            cells = compare(f"{count:,} rows to a DataFrame", names, rounds, *place("bench_frame", count))
            ours, theirs = cells["read_frame"], cells["DataFrame(read_all)"]
            check("read_frame: time of DataFrame(read_all)", ours["wall"] / theirs["wall"], 1.10)
            added = (ours["peak"] - ours["before"]) / (theirs["peak"] - theirs["before"])
            check("read_frame: added peak memory of it", added, 0.6)
    print()
    for text, reached in checks:
        print(f"{'reached    ' if reached else 'NOT reached'}  {text}")
    return 0 if all(reached for _, reached in checks) else 1


if __name__ == "__main__":
    sys.exit(main())
