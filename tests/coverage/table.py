"""The table of endpoints, and the page that is made of it."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import attrs

HERE = Path(__file__).parent
PAGE = HERE.parent.parent / "docs" / "coverage.md"

_HEAD = """\
# Coverage

<!-- Made by `make coverage-doc` from tests/coverage/; changes here are lost. -->

The official SDKs and the server have {total} endpoints.
{reached} of them have a method here, and {left_out} are left out for a reason.
Each row with a method is tested: the call in the table sends a request to that endpoint.
`directus.request(method, path)` reaches the rest.

"12" and "9" show whether Directus 12.4.0 and Directus 9.26.0 have the endpoint.
"""


@attrs.frozen
class Endpoint:
    """One row: an endpoint, and the call that reaches it or the reason for leaving it out."""

    method: str
    path: str
    on_12: bool
    on_9: bool
    call: str
    exception: str

    @property
    def name(self) -> str:
        """The method of the client without its arguments."""
        return re.sub(r"\([^()]*\)$", "", self.call)

    def matches(self, path: str) -> bool:
        pattern = "".join("[^/]+" if part.startswith("{") else re.escape(part) for part in re.split(r"(\{\w+\})", self.path))
        return re.fullmatch(pattern + "/?", path) is not None


def endpoints() -> list[Endpoint]:
    with (HERE / "endpoints.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [
        Endpoint(row["method"], row["path"], row["server 12"] == "y", row["server 9"] == "y", row["call"], row["exception"])
        for row in rows
    ]


def recorded() -> list[tuple[str, str]]:
    """The methods that no test calls on a real server, and why."""
    with (HERE / "recorded.tsv").open(encoding="utf-8", newline="") as file:
        return [(row["name"], row["reason"]) for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)]


def endpoints8() -> list[tuple[str, str, str]]:
    """The endpoints of Directus 8, each with the method that calls it, or without one and the reason."""
    with (HERE.parent / "v8" / "endpoints.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [(f"{row['method']} {row['path']}", re.sub(r"\([^()]*\)$", "()", row["call"]), row["reason"]) for row in rows]


def _directus8() -> list[str]:
    rows = endpoints8()
    lines = ["", "## Directus 8", "", "`directus` is a [`Directus8`](directus8.md) here, `{p}` its project.", ""]
    lines += ["| Endpoint | Python |", "| --- | --- |"]
    lines += [f"| `{endpoint}` | `directus.{call}` |" for endpoint, call, _ in rows if call]
    lines += ["", "Left out:", "", "| Endpoint | Why |", "| --- | --- |"]
    return lines + [f"| `{endpoint}` | {reason} |" for endpoint, call, reason in rows if not call]


def page() -> str:
    """Return the text of docs/coverage.md."""
    rows = endpoints()
    reached = [row for row in rows if row.call]
    left_out = [row for row in rows if not row.call]
    lines = [_HEAD.format(total=len(rows), reached=len(reached), left_out=len(left_out))]
    lines += ["## Endpoints", "", "| Endpoint | Python | 12 | 9 |", "| --- | --- | --- | --- |"]
    lines += [_row(row, f"`directus.{row.name}()`") for row in reached]
    lines += ["", "## Left out", "", "| Endpoint | Why | 12 | 9 |", "| --- | --- | --- | --- |"]
    lines += [_row(row, row.exception) for row in left_out]
    lines += ["", "## Tested on recorded calls only", ""]
    lines += ["Every other method is called on a real server by the tests.", ""]
    lines += ["| Method | Why |", "| --- | --- |"]
    lines += [f"| `directus.{name}()` | {reason} |" for name, reason in recorded()]
    return "\n".join([*lines, *_directus8()]) + "\n"


def _row(row: Endpoint, words: str) -> str:
    return f"| `{row.method} {row.path}` | {words} | {_mark(row.on_12)} | {_mark(row.on_9)} |"


def _mark(there: bool) -> str:
    return "yes" if there else ""
