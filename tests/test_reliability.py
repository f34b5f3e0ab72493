"""Each guarantee in docs/reliability.md and the pages that it names has a test that exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
NAMES = ("reliability", "retries", "server-cache")
PAGE = "\n".join((ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8") for name in NAMES)
NAMED = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", PAGE)


def test_there_are_promises() -> None:
    assert len(NAMED) > 25
    sections = [re.findall(r"^\| .*\| `tests/.*$", section, re.MULTILINE) for section in PAGE.split("\n## ")]
    tests = [[row.rpartition(" | ")[2] for row in rows] for rows in sections]
    assert [name for names in tests for name in names if names.count(name) > 1] == []  # no row comes twice in its table


@pytest.mark.parametrize(("file", "name"), NAMED)
def test_the_test_of_a_promise_exists(file: str, name: str) -> None:
    text = (ROOT / file).read_text(encoding="utf-8")
    assert f"def {name}(" in text if name else "def test_" in text
