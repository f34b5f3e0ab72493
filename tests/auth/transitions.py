"""The table of a session's transitions in docs/design/sessions.md, and what a session did."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from types import FrameType
from typing import Any

import attrs
import pytest

from directus_sdk.auth.session import Session, State

ROOT = Path(__file__).parents[2]
SAME = "the same"

#: From a state, by a method of `Session`, to a state.
Transition = tuple[str, str, str]


@attrs.frozen
class Row:
    """One line of the table.

    Attributes:
        transitions: What it says.
        file: The file of its test.
        test: The name of its test.
    """

    transitions: set[Transition]
    file: str
    test: str


def _cells(heading: str) -> Iterator[list[str]]:
    page = (ROOT / "docs" / "design" / "sessions.md").read_text(encoding="utf-8")
    section = page.partition("\n## The session\n")[2].partition("\n## ")[0]
    lines = iter(section.splitlines())
    for line in lines:
        if line.startswith(f"| {heading} |"):
            next(lines)
            break
    for line in lines:
        if not line.startswith("|"):
            return
        yield [cell.strip() for cell in line.strip("|").split("|")]


def states() -> list[str]:
    """The states that the page explains."""
    return [cells[0] for cells in _cells("state")]


def rows() -> list[Row]:
    """The transitions that the page explains."""
    result = []
    for before, event, after, test in _cells("from"):
        found = re.fullmatch(r"`(tests/[\w/]+\.py)::(\w+)`", test)
        name = re.match(r"`(\w+)`", event)
        assert found is not None, test
        assert name is not None, event
        pairs = product(before.split(", "), after.split(", "))
        steps = {(one, name[1], one if other == SAME else other) for one, other in pairs}
        result.append(Row(steps, found[1], found[2]))
    return result


def _event(frame: FrameType | None) -> str:
    """The method of a session that its user called."""
    name = ""
    while frame is not None and isinstance(frame.f_locals.get("self"), Session):
        name, frame = frame.f_code.co_name, frame.f_back
    return name


@contextmanager
def recorded(monkeypatch: pytest.MonkeyPatch) -> Iterator[set[Transition]]:
    """The transitions of all sessions of this process."""
    seen: set[Transition] = set()

    def set_attribute(self: Session, name: str, value: Any) -> None:
        before = vars(self).get("status")
        if name == "status" and before is not None:
            seen.add((before.state.value, _event(sys._getframe(1)), value.state.value))
        object.__setattr__(self, name, value)

    pickled = Session.pickled

    def pickle(self: Session, **options: Any) -> Session:
        other = pickled(self, **options)
        seen.add((self.status.state.value, "pickled", other.status.state.value))
        return other

    with monkeypatch.context() as patch:
        patch.setattr(Session, "__setattr__", set_attribute)
        patch.setattr(Session, "pickled", pickle)
        yield seen


STATES = {state.value for state in State}
