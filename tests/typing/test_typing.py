"""mypy and pyright see the public API as a user's code does.

The other files of this folder are never run. Their `assert_type` lines must hold, and each line that ends with
`# error` must be refused by both checkers, each other line by none.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.typing import checkers

HERE = Path(__file__).parent
FILES = sorted(path for path in HERE.glob("*.py") if path.stem != "checkers" and not path.stem.startswith(("test_", "__")))


@pytest.mark.slow
@pytest.mark.parametrize("checker", ["mypy", "pyright"])
def test_types_are_as_written(checker: str) -> None:
    expected = {
        (path.stem, number)
        for path in FILES
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if line.rstrip().endswith("# error")
    }
    found = checkers.mypy(*FILES) if checker == "mypy" else checkers.pyright(HERE / "pyrightconfig.json", len(FILES))
    wrong = {place: message for place, message in found.items() if place not in expected}
    missed = sorted(expected - set(found))
    assert (wrong, missed) == ({}, [])
