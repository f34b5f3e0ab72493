"""Every session of these tests makes the transitions of docs/design/sessions.md only."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.auth.transitions import Transition, recorded, rows

ROWS = rows()
ALLOWED = set[Transition]().union(*(row.transitions for row in ROWS))


@pytest.fixture(autouse=True)
def transitions(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[set[Transition]]:
    """The transitions that the test causes; where the table names the test, it has to cause those of its line."""
    with recorded(monkeypatch) as seen:
        yield seen
    assert seen <= ALLOWED, f"docs/design/sessions.md does not name {sorted(seen - ALLOWED)}"
    for row in ROWS:
        if row.test == request.node.name and request.node.nodeid.startswith(row.file):
            assert row.transitions <= seen, f"this test does not show {sorted(row.transitions - seen)}"
