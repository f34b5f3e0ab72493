"""Installing a version of Directus from npm, once per machine and user."""

from __future__ import annotations

import json
import os
import re
import shutil
import time
from typing import TYPE_CHECKING

import attrs

from .cache import built_once, cache_folder, report
from .node import NodeRuntime, node_runtime
from .process import Command, KeptProcess, StartError, tail

if TYPE_CHECKING:
    from pathlib import Path

DEFAULT_VERSION = "11.17.4"
#: Set to 1, npm compiles sqlite3 and isolated-vm.
COMPILE = "DIRECTUS_SDK_COMPILE"
#: Packages that bring their binaries along.
_PREBUILT = {"isolated-vm": "6.2.0"}
_SQLITE = ("@appthreat/sqlite3", "8.0.1")
#: Packages that a version of the server gets in another version than it asks for.
_OVERRIDES: dict[str, dict[str, str]] = {
    # Not every registry has the admin app of this release; the API, which is all that is used here, is the release's own.
    "12.4.1": {"@directus/app": "18.0.0"},
}
_NEWEST_KNOWN = {"9": "9.26.0", "10": "10.13.4", "11": DEFAULT_VERSION, "12": "12.4.1"}


@attrs.frozen
class Installation:
    """An installed Directus and the Node.js that runs it.

    Args:
        version: The version of Directus.
        folder: The folder that holds `node_modules`.
        node: The Node.js it was compiled for.
    """

    version: str
    folder: Path
    node: NodeRuntime

    def command(self, *arguments: str) -> list[str]:
        """The command line that runs Directus with `arguments` (`start`, `bootstrap`)."""
        return [self.node.node, str(self.folder / "node_modules" / "directus" / "cli.js"), *arguments]


def full_version(version: str) -> str:
    """Checks a version and completes a bare major one: `"11"` is the version 11 that the SDK is tested with.

    Raises:
        ValueError: It is not a version that can be installed.

    Example:
        >>> full_version("9")
        '9.26.0'
    """
    version = _NEWEST_KNOWN.get(str(version), str(version))  # often a number
    if not re.fullmatch(r"\d+\.\d+\.\d+(-[0-9A-Za-z.]+)?", version):
        raise ValueError(f"version must be like {DEFAULT_VERSION!r}, or one of {', '.join(_NEWEST_KNOWN)}: {version!r}")
    return version


def install(version: str) -> Installation:
    """Installs Directus unless it is there already, with progress on stderr.

    It takes some minutes and up to 830 MB the first time. Two processes that ask at once do the work once.

    For Directus 11 and newer, prebuilt packages take the place of the two that npm would compile (sqlite3 and isolated-vm).
    With the environment variable ``DIRECTUS_SDK_COMPILE=1`` npm compiles them, which needs a C++ compiler, as it does for
    older versions.

    Args:
        version: The version of Directus.

    Raises:
        ImportError: The extra `server` is not installed.
        StartError: npm failed; the message ends with the last lines of its log.
    """
    version = full_version(version)
    node = node_runtime(version)
    name = f"{version}-compiled" if _has_prebuilt(version) and os.environ.get(COMPILE) else version
    folder = built_once(cache_folder() / "servers" / name, lambda target: _run_npm(version, node, target))
    return Installation(version, folder, node)


def manifest(version: str) -> dict[str, object]:
    """The package.json of an installation."""
    wanted, overrides = {"directus": version}, dict(_OVERRIDES.get(version, {}))
    if version.startswith("9."):
        # The sharp that Directus 9 asks for downloads a library while it is installed, from where it was removed.
        overrides["sharp"] = "0.33.5"
    if _prebuilt(version):
        wanted["sqlite3"] = "file:./sqlite3"
        overrides.update(_PREBUILT, sqlite3="$sqlite3")
    content: dict[str, object] = {"name": "directus-server", "private": True, "dependencies": wanted}
    return {**content, "overrides": overrides} if overrides else content


def _has_prebuilt(version: str) -> bool:
    # The prebuilt isolated-vm needs Node 22.
    return int(version.partition(".")[0]) >= 11


def _prebuilt(version: str) -> bool:
    return _has_prebuilt(version) and not os.environ.get(COMPILE)


def _write_sqlite3(target: Path) -> None:
    """Write a package named sqlite3 that hands on another one, which brings binaries for every usual system."""
    folder = target / "sqlite3"
    folder.mkdir()
    name, version = _SQLITE
    about = {"name": "sqlite3", "version": "6.0.1", "main": "index.js", "dependencies": {name: version}}
    (folder / "package.json").write_text(json.dumps(about, indent=2))
    # That one is an ES module, whose contents stand under "default" for a CommonJS package.
    (folder / "index.js").write_text(f"module.exports = require({json.dumps(name)}).default;\n")


def npm_environment(node: NodeRuntime) -> dict[str, str]:
    """This process's environment with the wheel's Node.js first; sqlite3 and others are compiled with its headers."""
    path = os.pathsep.join(filter(None, [str(node.programs), os.environ.get("PATH")]))
    return {**os.environ, "PATH": path, "npm_config_nodedir": str(node.root)}


def _run_npm(version: str, node: NodeRuntime, target: Path) -> None:
    (target / "package.json").write_text(json.dumps(manifest(version), indent=2))
    if _prebuilt(version):
        _write_sqlite3(target)
    log = target / "npm.log"
    began = time.monotonic()
    report(f"installing directus {version} from npm, once (some minutes, up to 830 MB)")
    process = KeptProcess(
        Command(
            argv=[*node.npm, "install", "--omit=dev", "--no-audit", "--no-fund", "--loglevel=warn"],
            cwd=target,
            env=npm_environment(node),
            log=log,
            remove=[target],
        )
    )
    try:
        while (code := process.wait(15)) is None:
            report(f"  still installing directus {version}, {time.monotonic() - began:.0f} s")
    except BaseException:
        process.kill()
        raise
    if code != 0:
        kept = target.with_name(f"{version}.npm.log")  # the folder itself is removed
        shutil.copyfile(log, kept)
        raise StartError(f"npm could not install directus {version}; the end of {kept}:\n{tail(log, 30)}")
    report(f"installed directus {version} in {time.monotonic() - began:.0f} s")
