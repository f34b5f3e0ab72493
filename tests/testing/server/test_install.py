from __future__ import annotations

import json
import os
import sys
import threading
from pathlib import Path

import pytest

from directus_sdk.testing.server.install import full_version, install
from directus_sdk.testing.server.process import StartError
from tests.testing.conftest import FakeNode


def test_npm_is_started_with_the_node_and_the_headers_of_the_wheel(node: FakeNode, cache: Path) -> None:
    install("11.17.4")
    (call,) = node.calls
    assert call["argv"][0] == str(node.root / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")
    assert call["argv"][1] == "install"
    assert call["nodedir"] == str(node.root)
    assert call["path"].split(os.pathsep)[0] == str(node.root / "bin")
    assert Path(call["cwd"]).parent == cache / "servers"


def test_an_installation_can_be_run(node: FakeNode, cache: Path) -> None:
    installation = install("11.17.4")
    program, script, action = installation.command("start")
    assert program == str(node.root / "bin" / "node")
    assert Path(script) == cache / "servers" / "11.17.4" / "node_modules" / "directus" / "cli.js"
    assert Path(script).exists()
    assert action == "start"
    manifest = json.loads((installation.folder / "package.json").read_text())
    assert manifest["dependencies"]["directus"] == "11.17.4"


def test_it_is_done_once(node: FakeNode, capsys: pytest.CaptureFixture[str]) -> None:
    first = install("11.17.4")
    assert "installing directus 11.17.4" in capsys.readouterr().err
    assert install("11") == first
    assert len(node.calls) == 1
    assert capsys.readouterr() == ("", "")


def test_two_at_once_do_the_work_once(node: FakeNode) -> None:
    together = threading.Barrier(2)

    def work() -> None:
        together.wait()
        install("11.17.4")

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(node.calls) == 1


def test_version_9_runs_on_node_20_with_another_sharp(node: FakeNode, node20: FakeNode) -> None:
    installation = install("9.26.0")
    assert node.calls == []
    (call,) = node20.calls
    assert call["nodedir"] == str(node20.root)
    assert installation.command("start")[0] == str(node20.root / "bin" / "node")
    assert json.loads((installation.folder / "package.json").read_text())["overrides"] == {"sharp": "0.33.5"}


def test_version_10_runs_on_node_20(node: FakeNode, node20: FakeNode) -> None:
    installation = install("10.13.4")
    assert len(node20.calls) == 1
    assert "overrides" not in json.loads((installation.folder / "package.json").read_text())


def test_a_failure_shows_the_end_of_the_log_and_leaves_nothing_to_trip_over(node: FakeNode, cache: Path) -> None:
    node.npm_does("""
print("\\n".join(f"line {number}" for number in range(1000)))
print("npm error the disk is full", file=sys.stderr)
sys.exit(1)
""")
    with pytest.raises(StartError, match="the disk is full") as caught:
        install("11.17.4")
    assert "line 999" in str(caught.value)
    assert "line 900\n" not in str(caught.value)
    log = cache / "servers" / "11.17.4.npm.log"
    assert str(log) in str(caught.value)
    assert "line 0\n" in log.read_text()

    node.npm_does("Path('node_modules').mkdir()")
    assert install("11.17.4").folder.is_dir()


def test_what_a_killed_run_left_is_not_taken_for_an_installation(node: FakeNode, cache: Path) -> None:
    half = cache / "servers" / ".11.17.4.unfinished" / "node_modules" / "directus"
    half.mkdir(parents=True)
    (half / "half").touch()
    installation = install("11.17.4")
    assert len(node.calls) == 1
    assert not (installation.folder / "node_modules" / "directus" / "half").exists()
    assert not half.exists()


def test_without_the_wheel_the_extra_is_named(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [path for path in sys.path if "site-packages" not in path])
    with pytest.raises(ImportError, match=r"not installed: pip install 'directus-python-sdk\[server\]'"):
        install("11.17.4")
    assert not (cache / "servers").exists()


def test_another_node_is_refused(cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    FakeNode(tmp_path / "other").declare_version("18.2.0")
    monkeypatch.syspath_prepend(tmp_path / "other")
    with pytest.raises(ImportError, match=r"Node 18 is installed: pip install 'directus-python-sdk\[server\]'"):
        install("12.4.0")


@pytest.mark.parametrize("version", ["latest", "11.x", "../11.0.0", "", "8", "11.17.4 --force"])
def test_only_versions_are_installed(version: str, node: FakeNode) -> None:
    with pytest.raises(ValueError, match="version must be like"):
        install(version)
    assert node.calls == []


def test_short_versions() -> None:
    assert [full_version(short) for short in ("9", "10", "11", "12")] == ["9.26.0", "10.13.4", "11.17.4", "12.4.1"]
    assert full_version("11.5.1") == "11.5.1"
    assert full_version(11) == "11.17.4"  # type: ignore[arg-type]
    assert full_version("12.0.0-rc.1") == "12.0.0-rc.1"


@pytest.mark.parametrize("version", ["11.17.4", "12.4.1"])
def test_nothing_is_compiled_for_current_versions(version: str, node: FakeNode, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DIRECTUS_SDK_COMPILE", raising=False)
    folder = install(version).folder
    manifest = json.loads((folder / "package.json").read_text())
    assert manifest["overrides"]["isolated-vm"] == "6.2.0"
    assert manifest["dependencies"]["sqlite3"] == "file:./sqlite3"
    assert manifest["overrides"]["sqlite3"] == "$sqlite3"
    (name,) = json.loads((folder / "sqlite3" / "package.json").read_text())["dependencies"]
    assert f'require("{name}")' in (folder / "sqlite3" / "index.js").read_text()


def test_what_is_compiled_on_demand_stands_beside_it(node: FakeNode, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIRECTUS_SDK_COMPILE", "1")
    folder = install("11.17.4").folder
    assert folder == cache / "servers" / "11.17.4-compiled"
    assert json.loads((folder / "package.json").read_text()).keys() == {"name", "private", "dependencies"}
    assert not (folder / "sqlite3").exists()
    monkeypatch.delenv("DIRECTUS_SDK_COMPILE")
    assert install("11.17.4").folder == cache / "servers" / "11.17.4"
