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
                yield Row(f"{group}.{method}" if group else method, parameters)


def endpoints() -> list[dict[str, str]]:
    with (HERE / "endpoints.tsv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def batches() -> list[tuple[str, str, str]]:
    """How each group takes many: the group, the method, and `yes`, `loop`, `filter`, `batch` or `-`."""
    return [(group, name, how) for group, line in BULK.items() for name, how in zip(METHODS, line.split(), strict=True)]
