"""The methods of the client of Directus 8, as data: which groups have which, and the names of their parameters."""

from __future__ import annotations

import csv
import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs

from directus_sdk.v8 import Directus8
from tests.v8.dispatch import BULK, DELETE, LIST, METHODS, ONE, WITH_REVISIONS, WRITE

HERE = Path(__file__).parent
SETS = {"Q-list": LIST, "Q-one": ONE, "Q-write": WRITE, "Q-delete": DELETE}
READ_ONLY = ("activity", "revisions")
#: The names of handlers in the table that stand for several.
GROUPS = {
    "<rows>": tuple(BULK),
    "<written>": tuple(group for group in BULK if group not in READ_ONLY),
    "<revised>": WITH_REVISIONS,
}


@attrs.frozen
class Row:
    """A method, and what it takes."""

    name: str
    parameters: tuple[str, ...]
    #: Its arguments, all by name; the names in it are those of `arguments`.
    call: str

    @property
    def group(self) -> str:
        return self.name.partition(".")[0].removesuffix("()")

    def find(self, d: Directus8) -> Any:
        """Return the method of a client."""
        target: Any = d
        for part in self.name.split("."):
            target = getattr(target, part.removesuffix("()"))
            if part == "items()":
                target = target("movies")
            elif part == "singleton()":
                target = target("about")
        return target

    def missing(self, d: Directus8) -> list[str]:
        """The names of the parameters that the method does not have."""
        return [name for name in self.parameters if name not in inspect.signature(self.find(d)).parameters]


def rows() -> Iterator[Row]:
    with (HERE / "surface.tsv").open(encoding="utf-8", newline="") as file:
        for line in csv.DictReader(file, delimiter="\t"):
            parameters = tuple(name for word in line["parameters"].split() for name in SETS.get(word, word).split())
            handler, _, method = line["name"].rpartition(".")
            for group in GROUPS.get(handler, (handler,)):
                group = {"items": "items()"}.get(group, group)
                yield Row(f"{group}.{method}" if group else method, parameters, line["call"])


#: For each group: a new row, a change, and which query keywords its list takes.
SAMPLES: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "items": ({"title": "x"}, {"title": "x"}, LIST),
    "files": ({"data": "eA==", "filename_disk": "x", "filename_download": "x"}, {"title": "x"}, LIST),
    "folders": ({"name": "x"}, {"name": "x"}, LIST),
    "users": ({"email": "n@example.com"}, {"title": "x"}, LIST),
    "roles": ({"name": "x"}, {"description": "x"}, LIST),
    "permissions": ({"collection": "movies", "role": 2}, {"read": "none"}, LIST),
    "relations": ({"collection_many": "movies", "field_many": "poster"}, {"field_one": "x"}, LIST),
    "collection_presets": ({"collection": "movies"}, {"title": "x"}, LIST),
    "settings": ({"key": "x", "value": "1"}, {"value": "1"}, "limit offset page meta"),
    "webhooks": ({"url": "http://127.0.0.1:1/"}, {"status": "inactive"}, LIST),
    "collections": ({"collection": "x", "fields": [{"field": "id", "primary_key": True}]}, {"note": "x"}, "filter sort meta"),
    "activity": ({}, {}, LIST),
    "revisions": ({}, {}, LIST),
}


def arguments(group: str) -> dict[str, Any]:
    """What the calls of a group use."""
    new, change, allowed = SAMPLES.get(group, ({}, {}, ""))
    keys: list[Any] = ["movies", "directors"] if group == "collections" else [1, 2]
    key = "collection" if group == "collections" else "id"
    several = {"sort": key, "filter": {key: {"nnull": True}}, "meta": "*", "q": None, "status": "*", "lang": "en", "limit": 5}
    return {
        "key": keys[0],
        "keys": keys,
        "last": 3 if group == "roles" else keys[-1],  # the others are the server's own
        "new": new,
        "change": change,
        "changes": [{key: keys[1], **change}],
        "fields": None if group in ("settings", "collections") else key,
        "filters": {} if group == "settings" else {key: {"nnull": True}},
        "several": {name: value for name, value in several.items() if name in allowed.split()},
    }


def endpoints() -> list[dict[str, str]]:
    with (HERE / "endpoints.tsv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def batches() -> list[tuple[str, str, str]]:
    """How each group takes many: the group, the method, and `yes`, `loop`, `filter`, `batch` or `-`."""
    return [(group, name, how) for group, line in BULK.items() for name, how in zip(METHODS, line.split(), strict=True)]
