"""A tour in one script: create a collection, fill it with real data, read, count and change it, and upload a file.

    make demo                     starts a real Directus server on SQLite and runs this script against it
    python examples/quickstart.py http://localhost:8055 my-token
                                  runs it against your server (it creates and removes a collection "demo_airports")

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
    """One airport, with the fields that this script uses."""

    iata: str
    name: str
    city: str | None = None
    state: str | None = None
    latitude: float | None = None
    longitude: float | None = None


def rows() -> Iterator[dict[str, object]]:
    """Yield the airports from the file."""
    with (HERE / "airports.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield {**row, "latitude": float(row["latitude"]), "longitude": float(row["longitude"])}


@contextmanager
def step(title: str) -> Iterator[None]:
    """Print the title of a step and its duration."""
    print(f"\n{title}")
    started = time.perf_counter()
    yield
    print(f"    ({time.perf_counter() - started:.2f} s)")


def make_collection(directus: Directus) -> None:
    """Create the collection and its fields, with the IATA code as its primary key."""
    strings = [{"field": name, "type": "string"} for name in ("name", "city", "state", "country")]
    numbers = [{"field": name, "type": "float"} for name in ("latitude", "longitude")]
    key = {"field": "iata", "type": "string", "schema": {"is_primary_key": True, "is_nullable": False}}
    directus.collections.create_one(
        {
            "collection": COLLECTION,
            "meta": {"icon": "flight", "note": "Created by examples/quickstart.py"},
            "schema": {},
            "fields": [key, *strings, *numbers, {"field": "image", "type": "uuid"}],
        }
    )


def work(directus: Directus) -> None:
    """Run all steps against a server."""
    airports = directus.items(COLLECTION, primary_key="iata")

    with step("1. Create a collection with its fields"):
        make_collection(directus)
        print(f"    {COLLECTION}: {len(directus.fields.read_many(COLLECTION))} fields")

    with step("2. Create all airports from a CSV file"):
        created = airports.create_many(rows())
        print(f"    {created.count} items, the first: {created[0]['iata']} {created[0]['name']}")

    with step("3. Read a page: airports in Alaska, by name, with the total count"):
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

    with step("5. Count by state, on the server"):
        for group in airports.aggregate({"count": "*"}, group_by="state", sort="-count", limit=5):
            print(f"    {group['state']:<5}{group['count']:>5}")

    with step("6. Update items: by key, and by query"):
        one = airports.update_one("JFK", {"name": "New York JFK"}, fields=["name"])
        print(f"    JFK is now called {one and one['name']}")
        changed = airports.update_by_query({"filter": {"state": {"_eq": "VT"}}}, {"country": "USA (Vermont)"})
        print(f"    {changed.count} airports in Vermont changed")

    with step("7. Upload a file, link it, and download it"):
        drawing = b'<svg xmlns="http://www.w3.org/2000/svg" width="80" height="80"><circle cx="40" cy="40" r="40"/></svg>'
        file = directus.files.upload(drawing, {"title": "Runway"}, filename="runway.svg")
        assert file is not None
        airports.update_one("JFK", {"image": file["id"]})
        copy = directus.assets.read(file["id"])
        print(f"    {file['filename_download']} ({file['type']}): {len(copy)} bytes, the same: {copy == drawing}")

    with step("8. Read into your own class"):
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
    """Remove the collection of an earlier run."""
    names = {entry["collection"] for entry in directus.collections.read_all()}
    if COLLECTION in names:
        directus.collections.delete_one(COLLECTION)


def main(arguments: list[str]) -> int:
    """Run against the given server, or against a new one."""
    if len(arguments) == 2:
        with Directus(arguments[0], token=arguments[1]) as directus:
            remove(directus)
            work(directus)
            remove(directus)
        return 0

    from directus_sdk.testing import DirectusServer

    print("Starting Directus on SQLite; the first run installs it, which takes some minutes …", flush=True)
    with DirectusServer() as server:
        with server.directus() as directus:
            print(f"Directus {directus.server.info()['version']} runs at {server.url}")
            work(directus)
        print(f"\nThe web app of the server: {server.url}/admin")
        print(f"    email     {server.admin_email}")
        print(f"    password  {server.admin_password}")
        if sys.stdin.isatty() and not os.environ.get("CI"):
            input("Press Enter to stop the server. ")
        else:
            print("The server stops now; in a terminal it keeps running until you press Enter.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
