"""What a list page of the example sites costs, beside the same page written with plain requests, and what the cache brings.

    python benchmarks/sites.py

gunicorn serves all of them, with two workers of eight threads and a real Directus. Compared is the processor time of the
workers per page; what Directus itself needs is not in the figures. The two take turns, and the median of the rounds counts.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import attrs
import requests

sys.path.insert(0, str(Path(__file__).parent.parent))

from examples.magazine.start import SITES, Site, running

ROUNDS = 7
PAGES = 300
PARALLEL = 4
TICKS = os.sysconf("SC_CLK_TCK")


def processor_time(site: Site) -> float:
    """Return the processor seconds of the workers until now."""
    total = 0
    for pid in site.workers():
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        total += int(fields[11]) + int(fields[12])
    return total / TICKS


def load(site: Site, pages: int) -> tuple[float, float]:
    """Read list pages; return the processor milliseconds of each, and the pages in a second."""
    http = requests.Session()
    http.trust_env = False

    def read(number: int) -> None:
        response = http.get(f"{site.url}/?page={number % 6 + 1}", timeout=30)
        assert response.status_code == 200
        assert response.text.count("<article") == 9

    used, began = processor_time(site), time.monotonic()
    with ThreadPoolExecutor(PARALLEL) as threads:
        list(threads.map(read, range(pages)))
    elapsed = time.monotonic() - began
    http.close()
    return (processor_time(site) - used) / pages * 1e3, pages / elapsed


def plain_site(name: str) -> Site:
    """Return the site with plain requests."""
    site = Site(name)
    module = f"benchmarks.plain.plain_{name}"
    site.example = attrs.evolve(site.example, application=f"{module}:{'app' if name == 'flask' else 'application'}")
    return site


def compare(name: str) -> bool:
    """Measure one of the example sites."""
    with running(name, images=3) as example:
        cached, uncached, plain = example.sites[0], Site(name), plain_site(name)
        try:
            uncached.start(example.server.url, "not-used-by-this-benchmark", {"SITE_CACHE": "off"})
            plain.start(example.server.url, "not-used-by-this-benchmark")
            for site in (cached, uncached, plain):
                load(site, 40)
            rounds = [[load(site, PAGES) for site in (uncached, plain, cached)] for _ in range(ROUNDS)]
        finally:
            uncached.close()
            plain.close()
    ratios = sorted(kit[0] / requests_[0] for kit, requests_, _ in rounds)
    gains = sorted(with_cache[1] / kit[1] for kit, _, with_cache in rounds)
    ratio, gain = statistics.median(ratios), statistics.median(gains)
    kit_ms, plain_ms, cached_ms = (statistics.median(each[side][0] for each in rounds) for side in range(3))
    print(f"{name:<8}{kit_ms:>8.2f} ms{plain_ms:>11.2f} ms{ratio:>8.2f}   ({ratios[0]:.2f} to {ratios[-1]:.2f})", end="")
    print(f"{cached_ms:>12.2f} ms{gain:>8.1f}   ({gains[0]:.1f} to {gains[-1]:.1f})", flush=True)
    return ratio <= 1.0 and gain >= 2.0


def main() -> int:
    print(f"{'':<8}{'the kit':>11}{'requests':>14}{'ratio':>8}{'':<18}{'with cache':>13}{'gain':>8}")
    results = [compare(name) for name in SITES]
    print("processor time of a list page at most 1.0, requests per second with the cache at least 2.0:", end=" ")
    print("reached" if all(results) else "NOT reached")
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
