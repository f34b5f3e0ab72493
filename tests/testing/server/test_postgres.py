from __future__ import annotations

from pathlib import Path

import pytest

from directus_sdk.testing.server.postgres import programs
from directus_sdk.testing.server.process import StartError


def fake(folder: Path, *names: str) -> Path:
    folder.mkdir(parents=True)
    for name in names:
        (folder / name).touch(mode=0o755)
    return folder


def test_the_one_on_path_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = fake(tmp_path / "bin", "initdb", "postgres", "pg_isready")
    monkeypatch.setenv("PATH", str(folder))
    assert programs() == folder


def test_half_an_installation_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(fake(tmp_path / "bin", "postgres")))
    debian = Path("/usr/lib/postgresql")
    if debian.is_dir():
        assert programs().is_relative_to(debian)
    else:
        with pytest.raises(StartError, match="apt-get install postgresql"):
            programs()
