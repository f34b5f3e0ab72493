"""A CSV file into a collection, beside a loop by hand that sends 1,000 rows at a time, on a real server.

    python benchmarks/writing.py [--rows 20000] [--rounds 3]

Each contender runs in a process of its own, so that its peak memory is its own, and fills a collection of its own; the rounds
alternate, and the median counts.
"""

from __future__ import annotations

import argparse
import csv
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

FIELDS = [
    {"field": "id", "type": "integer", "meta": {}, "schema": {"is_primary_key": True, "has_auto_increment": True}},
    *({"field": name, "type": kind, "meta": {}, "schema": {}} for name, kind in (
        ("sku", "string"), ("title", "string"), ("views", "integer"), ("price", "float"), ("active", "boolean"),
        ("day", "date"), ("note", "text"),
    )),
]  # fmt: skip


def write(path: Path, rows: int) -> None:
    """Write the file; some cells are empty, and some are empty strings."""
    with path.open("w", newline="", encoding="utf-8") as file:
        file.write("sku,title,views,price,active,day,note\n")
        for number in range(rows):
            note = ("", '""', f'"a ""note"", {number}"')[number % 3]
            active = "true" if number % 2 else "false"
            file.write(f"sku-{number},Article {number},{number % 1000},{number / 4},{active},2026-01-02,{note}\n")


def by_hand(url: str, token: str, collection: str, path: str) -> int:
    """Be the loop that people write."""
    import requests

    def rows() -> Iterator[dict[str, object]]:
        with Path(path).open(newline="", encoding="utf-8") as file:
            for row in csv.DictReader(file):
                yield {
                    **row, "views": int(row["views"]), "price": float(row["price"]), "active": row["active"] == "true",
                    "note": row["note"] or None,
                }  # fmt: skip

    source, count = rows(), 0
    with requests.Session() as session:
        session.headers["Authorization"] = f"Bearer {token}"
        while some := list(islice(source, 1_000)):
            response = session.post(f"{url}/items/{collection}", params={"fields": "id"}, json=some, timeout=600)
            response.raise_for_status()
            count += len(some)
    return count


def ours(url: str, token: str, collection: str, path: str) -> int:
    from directus_sdk import Directus

    with Directus(url, token=token) as directus:
        return directus.items(collection).create_many(path, returning=None).count


def work(kind: str, url: str, token: str, collection: str, path: str) -> None:
    """Be one contender: print the time and the peak memory."""
    started = time.perf_counter()
    count = (by_hand if kind == "by hand" else ours)(url, token, collection, path)
    seconds = time.perf_counter() - started
    print(json.dumps({"seconds": seconds, "mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, "rows": count}))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--work", nargs=5, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.work:
        work(*options.work)
        return
    from directus_sdk.testing import DirectusServer

    figures: dict[str, list[dict[str, float]]] = {"by hand": [], "create_many(path)": []}
    with tempfile.TemporaryDirectory() as folder, DirectusServer() as server, server.directus() as directus:

        def run(kind: str, number: int, rows: int) -> dict[str, float]:
            collection, path = f"{'hand' if kind == 'by hand' else 'file'}_{number}", Path(folder) / f"{rows}.csv"
            directus.request(
                "POST", "/collections", json={"collection": collection, "meta": {}, "schema": {}, "fields": FIELDS}
            )
            write(path, rows)
            arguments = [kind, server.url, server.admin_token, collection, str(path)]
            done = subprocess.run(
                [sys.executable, __file__, "--work", *arguments], stdout=subprocess.PIPE, text=True, check=True
            )
            figure: dict[str, float] = json.loads(done.stdout)
            print(number, kind, figure, flush=True)
            return figure

        few = run("create_many(path)", 0, options.rows // 10)
        for number in range(1, options.rounds + 1):
            for kind, rounds in figures.items():
                rounds.append(run(kind, number, options.rows))
    speeds = {kind: statistics.median(entry["seconds"] for entry in rounds) for kind, rounds in figures.items()}
    ratio = speeds["by hand"] / speeds["create_many(path)"]
    peaks = [max(entry["mb"] for entry in rounds) for rounds in figures.values()]
    print(f"{options.rows} rows: {ratio:.2f} of the speed of a loop by hand, {peaks[1]:.0f} MB beside {peaks[0]:.0f}")
    print(f"with a tenth of the rows: {few['mb']:.0f} MB")


if __name__ == "__main__":
    main()
