"""Files: throughput beside curl, memory, and many small files over a slow line.

    python benchmarks/files.py [MEGABYTES]

Starts a Directus of its own. 1024 megabytes go up and down eight times, by turns with curl and with the SDK, each in a process
of its own, after the imports; the best of each counts. Then 200 files of 50 kB, one after another and side by side, straight
and through a proxy that delays every byte by 25 ms each way. Exits with 1 if a goal is missed.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from directus_sdk import Directus
from directus_sdk.testing import DirectusServer

ROUNDS = 8
DELAY = 0.025

CHILD = """
import sys, time
import directus_sdk

def peak():
    try:
        with open("/proc/self/status") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1024
    except OSError:
        return float("nan")

what, url, token, one, two = sys.argv[1:]
before = peak()
import requests  # which the first call would import
started = time.perf_counter()
with directus_sdk.Directus(url, token=token) as directus:
    if what == "download":
        directus.assets.download(one, two)
    else:
        directus.files.upload(one, resumable=what == "chunks")
print(time.perf_counter() - started, peak() - before)
"""


def sdk(what: str, server: DirectusServer, one: str, two: str = "") -> tuple[float, float]:
    """An upload or a download in a process of its own: seconds, and MiB by which the peak of memory grew."""
    words = [sys.executable, "-c", CHILD, what, server.url, server.admin_token, one, two]
    seconds, grown = subprocess.run(words, check=True, capture_output=True, text=True).stdout.split()
    return float(seconds), float(grown)


def curl(server: DirectusServer, *words: str) -> float:
    started = time.perf_counter()
    subprocess.run(
        ["curl", "-sS", "--fail", "-H", f"Authorization: Bearer {server.admin_token}", *words],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return time.perf_counter() - started


def large(server: DirectusServer, folder: Path, megabytes: int) -> list[bool]:
    source, target = folder / "large.bin", folder / "copy.bin"
    block = os.urandom(1 << 20)
    with source.open("wb") as file:
        for _ in range(megabytes):
            file.write(block)
    times: dict[str, list[float]] = {}
    grown: dict[str, float] = {}
    with server.directus() as directus:
        kept = directus.files.upload(source, resumable=False)
        assert kept is not None

        def curl_up() -> tuple[float, float]:
            return curl(server, "-F", f"file=@{source};type=application/octet-stream", f"{server.url}/files"), 0.0

        def curl_down() -> tuple[float, float]:
            return curl(server, "-o", str(target), f"{server.url}/assets/{kept['id']}"), 0.0

        jobs: dict[str, Callable[[], tuple[float, float]]] = {
            "curl -F": curl_up,
            "upload": lambda: sdk("upload", server, str(source)),
            "upload in chunks": lambda: sdk("chunks", server, str(source)),
            "curl -o": curl_down,
            "download": lambda: sdk("download", server, kept["id"], str(target)),
        }
        for round_ in range(ROUNDS):
            # Each is first and last in turn, and none pays for what another left to be written to the disk.
            for name in jobs if round_ % 2 == 0 else reversed(jobs):
                os.sync()
                seconds, memory = jobs[name]()
                times.setdefault(name, []).append(seconds)
                grown[name] = max(grown.get(name, 0.0), memory)
                if target.exists():
                    assert target.stat().st_size == source.stat().st_size
                    target.unlink()
                others = directus.files.read_many(filter={"id": {"_neq": kept["id"]}}, fields=["id"])
                directus.files.delete_many([item["id"] for item in others])
        directus.files.delete_one(kept["id"])
    passed = []
    print(f"{megabytes} MB            seconds    MB/s  of curl  memory")
    for name, measured in times.items():
        best = min(measured)
        share = min(times["curl -o" if name in ("curl -o", "download") else "curl -F"]) / best
        memory = "" if name.startswith("curl") else f"{grown[name]:5.1f} MiB"
        print(f"{name:18} {best:8.2f} {megabytes / best:7.0f} {share:8.2f}  {memory}")
        if name in ("upload", "download"):
            passed += [share >= 0.9, grown[name] < 32]
    return passed


def small(server: DirectusServer, folder: Path) -> list[bool]:
    paths = []
    for number in range(200):
        paths.append(folder / f"{number}.bin")
        paths[-1].write_bytes(os.urandom(50_000))

    def seconds(url: str, upload: Callable[[Directus], object]) -> float:
        best = float("inf")
        with Directus(url, token=server.admin_token) as directus:
            for _ in range(2):
                started = time.perf_counter()
                upload(directus)
                best = min(best, time.perf_counter() - started)
                directus.files.delete_many([item["id"] for item in directus.files.read_all(fields=["id"])])
        return best

    passed = []
    print("200 files of 50 kB   one by one  4 workers  faster")
    proxy = subprocess.Popen([sys.executable, __file__, "--proxy", server.url], stdout=subprocess.PIPE, text=True)
    try:
        assert proxy.stdout is not None
        slow = f"http://127.0.0.1:{proxy.stdout.readline().strip()}"
        for name, url, goal in (("loopback", server.url, 1.0), ("25 ms each way", slow, 2.0)):
            alone = seconds(url, lambda directus: [directus.files.upload(path) for path in paths])
            together = seconds(url, lambda directus: directus.files.upload_many(paths, workers=4))
            print(f"{name:20} {alone:8.2f} s {together:8.2f} s {alone / together:7.2f}")
            # On loopback the server is the limit; a tenth is noise.
            passed.append(alone / together >= goal * (0.9 if goal == 1.0 else 1.0))
    finally:
        proxy.terminate()
        proxy.wait()
    return passed


async def proxy(url: str) -> None:
    """Pass every byte on after a delay, so that connections have no limit but the time."""
    host, _, port = url.removeprefix("http://").partition(":")
    loop = asyncio.get_running_loop()

    async def pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(1 << 16):
            loop.call_later(DELAY, writer.write, data)
        loop.call_later(DELAY, writer.close)

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there_reader, there_writer = await asyncio.open_connection(host, int(port))
        await asyncio.gather(pipe(reader, there_writer), pipe(there_reader, writer), return_exceptions=True)

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


def main() -> int:
    megabytes = int(sys.argv[1]) if len(sys.argv) > 1 else 1024
    with DirectusServer(env={"TUS_ENABLED": "true"}) as server, tempfile.TemporaryDirectory() as folder:
        passed = large(server, Path(folder), megabytes) + small(server, Path(folder))
    print("all goals are met" if all(passed) else f"missed: {passed.count(False)} of {len(passed)} goals")
    return 0 if all(passed) else 1


if __name__ == "__main__":
    if sys.argv[1:2] == ["--proxy"]:
        asyncio.run(proxy(sys.argv[2]))
    else:
        sys.exit(main())
