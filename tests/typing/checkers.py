"""Running mypy and pyright; both return the errors by module and line."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
#: Where an error is, and what it is.
Errors = dict[tuple[str, int], str]
# Node.js comes from the wheel, on every machine the same.
_PYRIGHT = {"PYRIGHT_PYTHON_GLOBAL_NODE": "0", "PYRIGHT_PYTHON_IGNORE_WARNINGS": "1"}


def mypy(*files: Path, options: tuple[str, ...] = ()) -> Errors:
    """What `mypy --strict` finds in files and folders; the package itself is checked with its own configuration."""
    lines = _run(
        "mypy",
        *("--strict", "--no-error-summary", "--hide-error-context", "--no-pretty"),
        *("--cache-dir", str(ROOT / "build" / "mypy-typing")),
        *options,
        *map(str, files),
    ).splitlines()
    found = [re.fullmatch(r"(.+?):(\d+): error: (.*)", line) for line in lines]
    # By name: the errors of a file that has not changed come from the cache, with the folder of the run that found them.
    checked = {module.name for file in files for module in (file.glob("*.py") if file.is_dir() else [file])}
    return {
        (Path(m[1]).stem, int(m[2])): m[3]
        for m in found
        if m and Path(m[1]).name in checked and not (ROOT / m[1]).resolve().is_relative_to(ROOT / "directus_sdk")
    }


def pyright(config: Path, count: int) -> Errors:
    """What pyright finds in the folder of a configuration, which has at least `count` files."""
    report = json.loads(_run("pyright", "--project", str(config), "--pythonpath", sys.executable, "--outputjson"))
    assert report["summary"]["filesAnalyzed"] >= count
    return {
        (Path(entry["file"]).stem, entry["range"]["start"]["line"] + 1): entry["message"]
        for entry in report["generalDiagnostics"]
        if entry["severity"] == "error" and Path(entry["file"]).is_relative_to(config.parent)
    }


def _run(*command: str) -> str:
    environ = {**os.environ, **_PYRIGHT, "MYPYPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-m", *command], cwd=ROOT, env=environ, capture_output=True, text=True, check=False)
    # 1 stands for "there are errors"; anything else is a failure of the checker itself.
    assert done.returncode in (0, 1), done.stdout + done.stderr
    return done.stdout
