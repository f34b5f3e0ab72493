"""What the live tests found on each server, and the page that is made of it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import attrs

from directus_sdk.http.server_versions import ENDPOINTS, UUID, Support
from tests.coverage import table

DOCS = Path(__file__).parent.parent / "docs"
RESULTS = DOCS / "compatibility.json"
PAGE = DOCS / "compatibility.md"

_NOTES = Path(__file__).with_name("compatibility_notes.md")
_NAMES = {"sqlite3": "SQLite", "postgres": "PostgreSQL"}


@attrs.frozen
class Run:
    """The live tests on one server.

    Attributes:
        version: The version of Directus.
        database: ``"sqlite3"`` or ``"postgres"``.
        passed: How many tests passed.
        failed: How many failed.
        not_there: How many are for servers of other versions or on another database.
        skipped: How many were skipped for another reason.
        handlers: For each handler, how many of its endpoints did what was asked.
    """

    version: str
    database: str
    passed: int
    failed: int
    not_there: int
    skipped: int
    handlers: Mapping[str, int]

    @property
    def name(self) -> str:
        return f"{self.version} {_NAMES[self.database]}"


def per_handler(calls: Iterable[tuple[str, str]]) -> dict[str, int]:
    """Count the endpoints of each handler that are among some calls."""
    known = [endpoint for endpoint in table.endpoints() if endpoint.call]
    known.sort(key=lambda endpoint: endpoint.path.count("{"))  # /users/me before /users/{pk}
    made = {next((e for e in known if e.method == method and e.matches(path)), None) for method, path in map(tuple, calls)}
    found = {handler(endpoint): 0 for endpoint in known}
    for endpoint in made:
        if endpoint is not None:
            found[handler(endpoint)] += 1
    return found


def handler(endpoint: table.Endpoint) -> str:
    """Name the handler of an endpoint, such as ``users``."""
    name = endpoint.call.partition("(")[0]
    return "items(...)" if name in ("items", "singleton") else name.partition(".")[0]


def load() -> list[Run]:
    """Read what was found last."""
    found = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else []
    return [Run(**run) for run in found]


def save(run: Run, servers: Sequence[tuple[str, str]]) -> None:
    """Keep what was found on one server, in the place that it has among all, and write the page."""
    runs = {(known.version, known.database): known for known in [*load(), run]}
    found = [attrs.asdict(runs[server]) for server in servers if server in runs]
    RESULTS.write_text(json.dumps(found, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    PAGE.write_text(page(load()), encoding="utf-8")


def page(runs: list[Run]) -> str:
    """Return the text of docs/compatibility.md."""
    notes = _NOTES.read_text(encoding="utf-8")
    parts = {"servers": servers(runs), "handlers": handlers(runs), "endpoints": endpoints()}
    for name, lines in parts.items():
        mark = f"<!-- {name} -->"
        if mark not in notes:
            raise ValueError(f"{_NOTES.name} has no place for {name}")
        notes = notes.replace(mark, "\n".join(lines))
    return notes


def servers(runs: list[Run]) -> list[str]:
    lines = ["| Server | Passed | Failed | Not there | Skipped |", "| --- | ---: | ---: | ---: | ---: |"]
    return lines + [f"| {run.name} | {run.passed} | {run.failed} | {run.not_there} | {run.skipped} |" for run in runs]


def handlers(runs: list[Run]) -> list[str]:
    lines = [_row("Handler", *(run.name for run in runs)), _row("---", *("---:" for _ in runs))]
    for name in sorted({name for run in runs for name in run.handlers}):
        counts = [run.handlers.get(name, 0) for run in runs]
        lines.append(_row(f"`directus.{name}`", *(str(count) if count else "" for count in counts)))
    return lines


def endpoints() -> list[str]:
    lines = [_row("Endpoint", "Since", "Until", "Instead"), _row(*["---"] * 4)]
    return lines + [_row(_shown(known), known.since or "", known.until or "", _why(known)) for known in ENDPOINTS]


def _shown(known: Support) -> str:
    """Write a pattern as people write paths."""
    path = known.path.pattern.replace(UUID, "{id}").replace("[^/]+", "{key}").replace("(?!webhooks/)", "")
    path = path.removesuffix("(/{key})?").removesuffix("(/.+)?").removesuffix("(/{key})?")
    found = re.search(r"\(([^()]+)\)", path)
    if found is None:
        return f"`{path}`"
    return ", ".join(f"`{path[: found.start()]}{part}{path[found.end() :]}`" for part in found[1].split("|"))


def _why(known: Support) -> str:
    return known.instead or (f"it needs {known.setting}" if known.setting else "")


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"
