"""Run the fast tests with the lowest versions that setup.cfg allows, in a separate environment.

    python -m scripts.test_lowest [arguments of pytest]

The environment (build/lowest) is kept, and created again when setup.cfg changes.
It uses the oldest supported Python that is installed.
"""

from __future__ import annotations

import configparser
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / "build" / "lowest"
PYTHON = HOME / "env" / ("Scripts" if sys.platform == "win32" else "bin") / "python"
PYTHONS = ("python3.10", "python3.11", sys.executable)

#: The optional extras of users.
EXTRAS = ("realtime", "redis", "pandas", "progress")
#: Upper bounds that the lowest versions need and do not declare.
BESIDE = ("numpy<2",)


def lowest() -> list[str]:
    """Return one line of a constraints file for each requirement: its lowest version."""
    setup = configparser.ConfigParser(interpolation=None)
    setup.read(ROOT / "setup.cfg")
    lines = setup["options"]["install_requires"].splitlines()
    for extra in EXTRAS:
        lines += setup["options.extras_require"][extra].splitlines()
    found = []
    for line in filter(None, map(str.strip, lines)):
        match = re.match(r"([\w.-]+)(?:\[.*\])?\s*>=\s*([\w.]+)", line)
        if match is None:
            sys.exit(f"setup.cfg names no lowest version: {line}")
        found.append(f"{match[1]}=={match[2]}")
    return found


def oldest_python() -> str:
    """Return the first Python that runs and can create an environment."""
    for name in PYTHONS:
        path = shutil.which(name)
        check = [str(path), "-c", "import venv, ensurepip, sys; sys.exit(sys.version_info < (3, 10))"]
        if path and subprocess.run(check, capture_output=True, check=False).returncode == 0:
            return path
    sys.exit("no Python with the module venv was found")


def prepare() -> None:
    """Create the environment, unless it exists and is newer than setup.cfg."""
    done, constraints = HOME / "done", HOME / "constraints.txt"
    wanted = "\n".join([*lowest(), *BESIDE]) + "\n"
    fresh = done.exists() and done.stat().st_mtime > (ROOT / "setup.cfg").stat().st_mtime
    if fresh and constraints.read_text() == wanted:
        return
    shutil.rmtree(HOME, ignore_errors=True)
    HOME.mkdir(parents=True)
    constraints.write_text(wanted)
    print(f"Installing into {HOME.relative_to(ROOT)}:\n{wanted}", flush=True)
    subprocess.run([oldest_python(), "-m", "venv", str(HOME / "env")], check=True)
    pip = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "--no-input", "install", "-q"]
    subprocess.run([*pip, "pip>=23.1", "setuptools>=77", "wheel"], check=True)
    subprocess.run([*pip, "-c", str(constraints), "--no-build-isolation", "--editable", ".[test]"], cwd=ROOT, check=True)
    done.touch()


def main() -> int:
    prepare()
    # In a copy of this folder, the editable installation refers to the original: install this one.
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [str(PYTHON), "-m", "pytest", "-q", "-n", os.environ.get("WORKERS", "2"), "-o", "cache_dir=build/lowest/pytest"]
    command += ["-m", "not live and not slow and not soak and not web", *(sys.argv[1:] or ["tests", "--ignore=tests/typing"])]
    return subprocess.run(command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
