"""mypy and pyright see the public API as a user's code does.

The other files of this folder are never run. Their `assert_type` lines must hold, and each line that ends with
`# error` must be refused by both checkers, each other line by none.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

# Node.js comes from the wheel, on every machine the same.
PYRIGHT = {"PYRIGHT_PYTHON_GLOBAL_NODE": "0", "PYRIGHT_PYTHON_IGNORE_WARNINGS": "1"}
HERE = Path(__file__).parent
ROOT = HERE.parent.parent
FILES = sorted(path for path in HERE.glob("*.py") if path.name not in {"__init__.py", Path(__file__).name})


def run(*command: str) -> str:
    environ = {**os.environ, **PYRIGHT, "MYPYPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-m", *command], cwd=ROOT, env=environ, capture_output=True, text=True, check=False)
    # 1 stands for "there are errors"; anything else is a failure of the checker itself.
    assert done.returncode in (0, 1), done.stdout + done.stderr
    return done.stdout


def mypy() -> dict[tuple[str, int], str]:
    """What mypy finds, by file and line."""
    lines = run(
        "mypy",
        *("--strict", "--no-error-summary", "--hide-error-context", "--no-pretty"),
        *("--cache-dir", str(ROOT / "build" / "mypy-typing")),
        *map(str, FILES),
    ).splitlines()
    found = [re.fullmatch(r"(.+?):(\d+): error: (.*)", line) for line in lines]
    return {(Path(m[1]).name, int(m[2])): m[3] for m in found if m}


def pyright() -> dict[tuple[str, int], str]:
    """What pyright finds, by file and line."""
    report = json.loads(run("pyright", "--project", str(HERE), "--pythonpath", sys.executable, "--outputjson"))
    assert report["summary"]["filesAnalyzed"] >= len(FILES)
    return {
        (Path(entry["file"]).name, entry["range"]["start"]["line"] + 1): entry["message"]
        for entry in report["generalDiagnostics"]
        if entry["severity"] == "error" and Path(entry["file"]) in FILES
    }


@pytest.mark.slow
@pytest.mark.parametrize("checker", [mypy, pyright])
def test_types_are_as_written(checker: Callable[[], dict[tuple[str, int], str]]) -> None:
    expected = {
        (path.name, number)
        for path in FILES
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if line.rstrip().endswith("# error")
    }
    found = checker()
    wrong = {place: message for place, message in found.items() if place not in expected}
    missed = sorted(expected - set(found))
    assert (wrong, missed) == ({}, [])
