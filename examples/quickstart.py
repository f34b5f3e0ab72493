"""The main job in one script: a collection is made, filled with real data, read, counted, changed, and given a file.

    make demo                     starts a real Directus on SQLite and runs this on it
    python examples/quickstart.py http://localhost:8055 my-token
                                  runs it on a server of yours (it makes and removes a collection "demo_airports")

The data are the 3,376 airports of the United States that the Bureau of Transportation Statistics publishes, as the
package vega_datasets carries them.
"""

from __future__ import annotations

import csv
import os
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import attrs

from directus_sdk import Directus, Forbidden, RecordNotUnique

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent
COLLECTION = "demo_airports"


@attrs.define
class Airport:
    """One airport, as this script wants to see it."""

    iata: str
    name: str
    city: str | None = None
    state: str | None = None
    latitude: float | None = None
    longitude: float | None = None


def rows() -> Iterator[dict[str, object]]:
    """Read the airports from the file, one after another."""
    with (HERE / "airports.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield {**row, "latitude": float(row["latitude"]), "longitude": float(row["longitude"])}


@contextmanager
def step(title: str) -> Iterator[None]:
    """Print what is done and how long it took."""
    print(f"\n{title}")
    started = time.perf_counter()
    yield
    print(f"    ({time.perf_counter() - started:.2f} s)")


def make_collection(directus: Directus) -> None:
    """Make the collection and its fields, with the IATA code as its primary key."""
    texts = [{"field": name, "type": "string"} for name in ("name", "city", "state", "country")]
    numbers = [{"field": name, "type": "float"} for name in ("latitude", "longitude")]
    key = {"field": "iata", "type": "string", "schema": {"is_primary_key": True, "is_nullable": False}}
    directus.collections.create_one(
        {
            "collection": COLLECTION,
            "meta": {"icon": "flight", "note": "Made by examples/quickstart.py"},
            "schema": {},
            "fields": [key, *texts, *numbers, {"field": "picture", "type": "uuid"}],
        }
    )


def work(directus: Directus) -> None:
    """Do the main job on a server."""
    airports = directus.items(COLLECTION, primary_key="iata")

    with step("1. Make a collection with its fields"):
        make_collection(directus)
        print(f"    {COLLECTION}: {len(directus.fields.read_many(COLLECTION))} fields")

    with step("2. Create all airports from a CSV file"):
        created = airports.create_many(rows())
        print(f"    {created.count} items, the first: {created[0]['iata']} {created[0]['name']}")

    with step("3. Read a page: airports of Alaska, by name, with the number of all matches"):
        page = airports.read_many(
            filter={"state": {"_eq": "AK"}}, fields=["iata", "name", "city"], sort=["name"], limit=5, meta="*"
        )
        for item in page:
            print(f"    {item['iata']:<5}{item['name']:<24}{item['city']}")
        print(f"    … {page.meta.filter_count} in Alaska of {page.meta.total_count} in all")

    with step("4. Read every item, page by page"):
        everything = airports.read_all(fields=["iata", "latitude"])
        northern = max(everything, key=lambda item: item["latitude"])
        print(f"    {len(everything)} items; the northernmost is {northern['iata']}")

    with step("5. Count by state on the server"):
        for group in airports.aggregate({"count": "*"}, group_by="state", sort="-count", limit=5):
            print(f"    {group['state']:<5}{group['count']:>5}")

    with step("6. Change items: by key, and all that match"):
        one = airports.update_one("JFK", {"name": "New York JFK"}, fields=["name"])
        print(f"    JFK is now called {one and one['name']}")
        changed = airports.update_by_query({"filter": {"state": {"_eq": "VT"}}}, {"country": "USA (Vermont)"})
        print(f"    {changed.count} airports of Vermont changed")

    with step("7. Upload a file, link it, download it again"):
        drawing = b'<svg xmlns="http://www.w3.org/2000/svg" width="80" height="80"><circle cx="40" cy="40" r="40"/></svg>'
        file = directus.files.upload(drawing, {"title": "Runway"}, filename="runway.svg")
        assert file is not None
        airports.update_one("JFK", {"picture": file["id"]})
        copy = directus.assets.read(file["id"])
        print(f"    {file['filename_download']} ({file['type']}): {len(copy)} bytes, the same: {copy == drawing}")

    with step("8. Read into a class of your own"):
        boston = directus.items(COLLECTION, Airport, primary_key="iata").read_one("BOS")
        print(f"    {boston}")

    with step("9. Handle errors"):
        try:
            airports.create_one({"iata": "JFK", "name": "Another"})
        except RecordNotUnique as error:
            print(f"    RecordNotUnique: field {error.field!r} of {error.collection!r}")
        try:
            directus.items("demo_airprots").read_many()
        except Forbidden as error:
            print(f"    {error}")

    directus.files.delete_one(file["id"])


def remove(directus: Directus) -> None:
    """Remove what an earlier run has left behind."""
    names = {entry["collection"] for entry in directus.collections.read_all()}
    if COLLECTION in names:
        directus.collections.delete_one(COLLECTION)


def main(arguments: list[str]) -> int:
    """Run on the server that is named, or on a new one."""
    if len(arguments) == 2:
        with Directus(arguments[0], token=arguments[1]) as directus:
            remove(directus)
            work(directus)
            remove(directus)
        return 0

    from directus_sdk.testing import DirectusServer

    print("Starting Directus on SQLite; the first time it is installed, which takes some minutes …", flush=True)
    with DirectusServer() as server:
        with server.directus() as directus:
            print(f"Directus {directus.server.info()['version']} runs at {server.url}")
            work(directus)
        print(f"\nThe server's own web app: {server.url}/admin")
        print(f"    email     {server.admin_email}")
        print(f"    password  {server.admin_password}")
        if sys.stdin.isatty() and not os.environ.get("CI"):
            input("Press Enter to stop the server. ")
        else:
            print("The server stops now; run this in a terminal to look around first.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
