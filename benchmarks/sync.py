"""`sync` of a CSV file with many rows beside a plain read of the collection, on a real server.

    python benchmarks/sync.py [--rows 200000] [--rounds 3] [--workers 1]

The rows are put straight into the SQLite file of the server, 500 of the file differ, and its rows are in random order. Each
contender runs in a process of its own, so that its peak memory is its own; the median of the rounds counts.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import resource
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

FIELDS = [
    {"field": "id", "type": "integer", "meta": {}, "schema": {"is_primary_key": True, "has_auto_increment": True}},
    *({"field": name, "type": kind, "meta": {}, "schema": {}} for name, kind in (
        ("sku", "string"), ("title", "string"), ("views", "integer"), ("price", "float"), ("active", "boolean"),
        ("day", "date"),
    )),
]  # fmt: skip
NAMES = ["id", "sku", "title", "views", "price", "active", "day"]
DIFFERENT = 500


def row(number: int) -> tuple[object, ...]:
    return number, f"sku-{number}", f"Article {number}", number % 1000, number / 4, number % 2, "2026-01-02"


def prepare(server: object, url: str, token: str, rows: int, folder: Path) -> Path:
    """Make the collection, fill its table, and write the file."""
    from directus_sdk import Directus

    with Directus(url, token=token) as directus:
        directus.request("POST", "/collections", json={"collection": "stock", "meta": {}, "schema": {}, "fields": FIELDS})
    database = sqlite3.connect(server.folder / "data.db", timeout=60)  # type: ignore[attr-defined]
    with database:
        marks = ", ".join("?" * len(NAMES))
        database.executemany(f"INSERT INTO stock ({', '.join(NAMES)}) VALUES ({marks})", map(row, range(1, rows + 1)))
    database.close()
    numbers = list(range(1, rows + 1))
    random.Random(1).shuffle(numbers)
    different = set(numbers[:: max(1, rows // DIFFERENT)][:DIFFERENT])
    path = folder / "stock.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(NAMES)
        for number in numbers:
            key, sku, title, views, price, active, day = row(number)
            title = f"{title}, new" if number in different else title
            writer.writerow([key, sku, title, views, price, "true" if active else "false", day])
    return path


def work(kind: str, url: str, token: str, path: str, workers: int) -> None:
    """Be one contender: print the time and the peak memory."""
    from directus_sdk import Directus

    with Directus(url, token=token) as directus:
        items = directus.items("stock")
        items.read_many(limit=1)
        started = time.perf_counter()
        if kind == "iterate":
            found = str(sum(1 for _ in items.iterate(page_size=5000)))
        else:
            found = str(items.sync(path, match_on="sku", workers=workers))
        seconds = time.perf_counter() - started
    print(json.dumps({"seconds": seconds, "mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, "found": found}))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--work", nargs=4, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.work:
        work(*options.work, options.workers)
        return
    from directus_sdk.testing import DirectusServer

    figures: dict[str, list[dict[str, float]]] = {"iterate": [], "sync": []}
    with tempfile.TemporaryDirectory() as folder, DirectusServer() as server:
        path = prepare(server, server.url, server.admin_token, options.rows, Path(folder))
        for number in range(options.rounds):
            for kind, rounds in figures.items():
                arguments = ["--work", kind, server.url, server.admin_token, str(path), "--workers", str(options.workers)]
                done = subprocess.run([sys.executable, __file__, *arguments], capture_output=True, text=True, check=True)
                rounds.append(json.loads(done.stdout))
                print(number + 1, kind, rounds[-1], flush=True)
    ratios = [ours["seconds"] / plain["seconds"] for plain, ours in zip(figures["iterate"], figures["sync"], strict=True)]
    peak = max(entry["mb"] for entry in figures["sync"])
    print(f"sync of {options.rows} rows: {statistics.median(ratios):.2f} of the time of iterate(page_size=5000), {peak:.0f} MB")


if __name__ == "__main__":
    main()
