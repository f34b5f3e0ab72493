"""This SDK beside plain requests written by hand in the best way, and beside the other Python SDKs, on a real server.

    python benchmarks/peers.py [--quick] [--without-peers]

Each contender runs in a process of its own, each peer in an environment of its own under build/peers. They take turns;
what counts is the median of the rounds, and ratios are those of one round. A ratio is time by time: below 1 is faster, or
cheaper, than plain requests.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sqlite3
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
BUILD = HERE.parent / "build" / "peers"
OURS, PLAIN = "directus_sdk", "plain requests"

#: What each peer needs; pydantic is the last that py-directus can be imported with.
PEERS = {
    "directus-sdk-py": ("directus_sdk_py_1_1", ["directus-sdk-py==1.1.0"]),
    "directus-py-sdk": ("directus_py_sdk_1_2", ["directus-py-sdk==1.2.0"]),
    "py-directus": ("py_directus_0_0", ["py-directus==0.0.30", "pydantic==2.11.10"]),
}


# ---------------------------------------------------------------- contenders
def environment(name: str, packages: list[str]) -> Path:
    """Return the interpreter of a peer's own environment, which is made once."""
    folder = BUILD / name
    python = folder / "bin" / "python"
    if not (folder / "complete").exists():
        print(f"installing {' '.join(packages)} into {folder.relative_to(HERE.parent)}", flush=True)
        shutil.rmtree(folder, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        subprocess.run([python, "-m", "pip", "install", "-qq", "--disable-pip-version-check", *packages], check=True)
        (folder / "complete").touch()
    return python


class Contender:
    """A process that runs one contender."""

    def __init__(self, name: str, python: Path, module: str, url: str, token: str) -> None:
        self.name = name
        self.process = subprocess.Popen(
            [python, HERE / "contenders" / "worker.py", module, url, token],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=HERE / "contenders",
        )
        self.imported = self._answer()["import"]

    def do(self, kind: str, collection: str, number: int, **more: Any) -> dict[str, float]:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps({"kind": kind, "collection": collection, "number": number, **more}) + "\n")
        self.process.stdin.flush()
        return self._answer()

    def _answer(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        while line and not line.startswith("{"):  # one of them prints
            line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.name} ended")
        return dict(json.loads(line))

    def close(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


# -------------------------------------------------------------------- server
FIELDS = [
    {"field": "id", "type": "integer", "meta": {}, "schema": {"is_primary_key": True, "has_auto_increment": True}},
    *({"field": name, "type": kind, "meta": {}, "schema": {}} for name, kind in (
        ("title", "string"), ("status", "string"), ("body", "text"), ("views", "integer"), ("day", "date"),
    )),
]  # fmt: skip


def collection(server: Any, directus: Any, name: str, rows: int) -> str:
    """Make a collection and put rows into its table, past the server, which would take minutes."""
    meta = {"accountability": None}
    directus.request("POST", "/collections", json={"collection": name, "meta": meta, "schema": {}, "fields": FIELDS})
    with sqlite3.connect(server.folder / "data.db", timeout=60) as database:
        database.executemany(
            f"INSERT INTO {name} (title, status, body, views, day) VALUES (?, 'draft', ?, ?, '2026-01-02')",
            ((f"Article {number}", "x" * 200, number) for number in range(rows)),
        )
    database.close()
    return name


# --------------------------------------------------------------------- table
class Table:
    """Prints rows of figures as they come."""

    def __init__(self, contenders: list[Contender]) -> None:
        self.names = [contender.name for contender in contenders]
        print(f"\n{'':<34}" + "".join(f"{name:>26}" for name in self.names))

    def row(self, title: str, cells: dict[str, str]) -> None:
        print(f"{title:<34}" + "".join(f"{cells.get(name, '-'):>26}" for name in self.names), flush=True)


def rounds(
    contenders: list[Contender], count: int, run: Callable[[Contender], dict[str, float]]
) -> dict[str, list[dict[str, float]]]:
    """Let the contenders take turns, each round in another order."""
    found: dict[str, list[dict[str, float]]] = {contender.name: [] for contender in contenders}
    for number in range(count):
        for contender in contenders if number % 2 else contenders[::-1]:
            found[contender.name].append(run(contender))
    return found


def ratio(found: dict[str, list[dict[str, float]]], name: str, what: str) -> tuple[float, float, float]:
    """Return the median ratio to plain requests, and the smallest and largest of the rounds."""
    ratios = sorted(mine[what] / plain[what] for mine, plain in zip(found[name], found[PLAIN], strict=True))
    return statistics.median(ratios), ratios[0], ratios[-1]


def with_ratio(found: dict[str, list[dict[str, float]]], what: str, shown: Callable[[float], str]) -> dict[str, str]:
    cells = {}
    for name, results in found.items():
        middle = statistics.median(result[what] for result in results)
        times, least, most = ratio(found, name, what)
        cells[name] = f"{shown(middle)} {times:.2f} ({least:.2f}-{most:.2f})"
    return cells


# ----------------------------------------------------------------- the whole
@contextmanager
def contenders_of(server: Any, peers: bool) -> Iterator[list[Contender]]:
    wanted = {OURS: (Path(sys.executable), "ours"), PLAIN: (Path(sys.executable), "plain")}
    if peers:
        wanted.update({name: (environment(name, packages), module) for name, (module, packages) in PEERS.items()})
    with ExitStack() as stack:
        started = []
        for name, (python, module) in wanted.items():
            contender = Contender(name, python, module, server.url, server.admin_token)
            stack.callback(contender.close)
            started.append(contender)
        yield started


def calls(table: Table, contenders: list[Contender], name: str, target: str, quick: bool) -> list[tuple[str, bool]]:
    """One call after another: how many in a second, and what each costs the processor here."""
    checks = []
    for kind, most, place in (("read one", 200, name), ("read 100", 60, name), ("create one", 60, target)):
        number = most // 4 if quick else most
        for contender in contenders:
            contender.do(kind, place, 5)
        found = rounds(contenders, 3 if quick else 7, lambda contender, k=kind, p=place, n=number: contender.do(k, p, n))
        table.row(f"{kind}: calls per second", with_ratio(found, "wall", lambda wall, n=number: f"{n / wall:.0f}"))
        table.row(f"{kind}: processor us", with_ratio(found, "processor", lambda spent, n=number: f"{spent / n * 1e6:.0f}"))
        table.row("  connections opened", {key: f"{value[-1]['connections']}" for key, value in found.items()})
        ours = ratio(found, OURS, "processor")[0]
        others = min((ratio(found, key, "processor")[0] for key in found if key not in (OURS, PLAIN)), default=9.9)
        checks.append((f"{kind}: processor time {ours:.2f} of plain requests, at most 0.70", ours <= 0.70))
        checks.append((f"{kind}: processor time below every peer's, the best {others:.2f}", ours < others))
    return checks


def reading(table: Table, contenders: list[Contender], name: str, total: int, quick: bool) -> list[tuple[str, bool]]:
    best = contenders[:2]
    found = rounds(best, 2 if quick else 6, lambda contender: contender.do("read all", name, total))
    for contender in contenders[2:]:
        found[contender.name] = [contender.do("read all", name, total)] * len(found[PLAIN])
    table.row(f"read {total:,}: rows per second", with_ratio(found, "wall", lambda wall: f"{total / wall:,.0f}"))
    table.row("  peak memory in MB", {key: f"{value[-1]['peak']:.0f}" for key, value in found.items()})
    speed = 1 / ratio(found, OURS, "wall")[0]
    peak = found[OURS][-1]["peak"]
    rows = min(total, 30_000)
    pause = statistics.median(result["wall"] for result in found[PLAIN]) / (total / 1_000)
    busy = rounds(best, 2 if quick else 4, lambda contender: contender.do("read busy", name, rows, pause=pause))
    table.row(f"read {rows:,}, busy caller: s", with_ratio(busy, "wall", lambda wall: f"{wall:.1f}"))
    gain = ratio(busy, OURS, "wall")[0]
    return [
        (f"read all: {speed:.2f} of the rows per second of the loop by hand, at least 0.93", speed >= 0.93),
        (f"read all: peak memory {peak:.0f} MB, below 64", peak < 64),
        (f"read all, busy caller: {gain:.2f} of the time of the loop by hand, below 1", gain < 1),
    ]


def writing(table: Table, contenders: list[Contender], target: str, quick: bool) -> list[tuple[str, bool]]:
    total = 4_000 if quick else 20_000
    found = rounds(contenders[:2], 2 if quick else 6, lambda contender: contender.do("create many", target, total))
    few = total // 40
    for contender in contenders[2:]:  # they know one at a time: a part is enough
        part = contender.do("create many", target, few)
        found[contender.name] = [{**part, "wall": part["wall"] * total / few}] * len(found[PLAIN])
    table.row(f"create {total:,}: rows per second", with_ratio(found, "wall", lambda wall: f"{total / wall:,.0f}"))
    mine = ratio(found, OURS, "wall")[0]
    checks = [(f"create many: {mine:.2f} of the time of the loop by hand, at most 1.10", mine <= 1.10)]
    others = [statistics.median(result["wall"] for result in found[key]) for key in found if key not in (OURS, PLAIN)]
    if others:
        times = min(others) / statistics.median(result["wall"] for result in found[OURS])
        checks.append((f"create many: {times:.1f} times as fast as the best peer one by one, at least 5", times >= 5))
    return checks


def deep_pages(directus: Any, name: str, total: int) -> list[tuple[str, bool]]:
    """The time of a page far behind, beside that of the first ones."""
    import time

    times: list[float] = []
    started = time.perf_counter()
    for number, _ in enumerate(directus.items(name).iterate(page_size=1_000), 1):
        if number % 1_000 == 1:
            times.append(time.perf_counter() - started)
        if number % 1_000 == 0:
            started = time.perf_counter()
    far = total * 29 // 30 // 1_000
    first, last = statistics.median(times[:15]), statistics.median(times[far - 5 : far + 10])
    print(f"\npages of {total:,} rows: {first * 1e3:.0f} ms at the first, {last * 1e3:.0f} ms at row {far * 1_000:,}")
    return [(f"a page at row {far * 1_000:,}: {last / first:.2f} of the first, at most 1.20", last / first <= 1.2)]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="fewer rows and rounds")
    parser.add_argument("--without-peers", action="store_true", help="only plain requests")
    options = parser.parse_args()

    from directus_sdk.testing import DirectusServer

    total = 20_000 if options.quick else 100_000
    with DirectusServer() as server, server.directus() as directus:
        name = collection(server, directus, "bench_read", total)
        target = collection(server, directus, "bench_write", 0)
        with contenders_of(server, not options.without_peers) as contenders:
            table = Table(contenders)
            table.row("import: ms", {contender.name: f"{contender.imported * 1e3:.0f}" for contender in contenders})
            checks = reading(table, contenders, name, total, options.quick)  # first, for the memory of a fresh process
            checks += calls(table, contenders, name, target, options.quick)
            checks += writing(table, contenders, target, options.quick)
        deep = 60_000 if options.quick else 300_000
        checks += deep_pages(directus, collection(server, directus, "bench_deep", deep), deep)
    print()
    for text, reached in checks:
        print(f"{'reached    ' if reached else 'NOT reached'}  {text}")
    return 0 if all(reached for _, reached in checks) else 1


if __name__ == "__main__":
    sys.exit(main())
