"""The command: its options, its exit codes, and what it prints."""

from __future__ import annotations

import io
import json
import stat
from pathlib import Path
from typing import Any

import pytest

from directus_sdk.codegen.__main__ import main


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a snapshot of one collection; nothing in the environment."""
    monkeypatch.chdir(tmp_path)
    for name in ("DIRECTUS_URL", "DIRECTUS_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    write({"title": "string", "status": "string"})
    return tmp_path


def write(fields: dict[str, str], choices: tuple[str, ...] = ("draft",)) -> None:
    meta = {"options": {"choices": [{"value": value} for value in choices]}}
    listed = [
        {"collection": "articles", "field": name, "type": kind, "meta": meta if name == "status" else {}, "schema": {}}
        for name, kind in fields.items()
    ]
    collections = [{"collection": "articles", "meta": {}, "schema": {"name": "articles"}}]
    document = {"version": 1, "directus": "11.17.4", "vendor": "sqlite", "collections": collections, "fields": listed}
    Path("snapshot.json").write_text(json.dumps({**document, "relations": []}))


def run(*arguments: str) -> int:
    try:
        return main(arguments)
    except SystemExit as exit_:
        return int(str(exit_.code))


def test_write_check_and_differences(capsys: pytest.CaptureFixture[str]) -> None:
    options = ("--snapshot", "snapshot.json", "-o", "cms.py")
    assert run(*options, "--check") == 4
    assert "cms.py does not exist" in capsys.readouterr().err
    assert run(*options) == 0
    assert stat.S_IMODE(Path("cms.py").stat().st_mode) & 0o400
    assert not [path for path in Path.cwd().iterdir() if path.name not in ("cms.py", "snapshot.json")]
    Path("cms.py").chmod(0o640)
    assert run(*options) == 0
    assert stat.S_IMODE(Path("cms.py").stat().st_mode) == 0o640
    assert run(*options, "--check") == 0
    assert capsys.readouterr().out == ""
    before = Path("cms.py").read_text()
    write({"name": "string", "status": "string", "views": "integer"}, ("draft", "published"))
    assert run(*options, "--check") == 4
    shown = capsys.readouterr().out.splitlines()
    assert shown[0] == "cms.py differs from the schema; write it again without --check:"
    assert shown[1:] == [
        "- Articles.title: str | None",
        "+ Articles.name: str | None",
        "+ Articles.views: int | None",
        '~ choices of ArticlesStatus: "draft" → "draft", "published"',
    ]
    assert Path("cms.py").read_text() == before
    Path("cms.py").write_text(before.replace("A new item", "An item"))
    write({"title": "string", "status": "string"})
    assert run(*options, "--check") == 4
    assert "+    " in capsys.readouterr().out


def test_options_shape_the_module(capsys: pytest.CaptureFixture[str]) -> None:
    Path("names.json").write_text('{"articles": "Article"}')
    options = ("--snapshot", "snapshot.json", "--names", "names.json", "--client", "Shop", "--style", "dataclass")
    assert run(*options, "--collections", "articles") == 0
    source = capsys.readouterr().out
    assert "class Article:" in source
    assert "class Shop(" in source
    assert "@_dataclasses.dataclass" in source


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("--check", "--snapshot", "snapshot.json"),
        ("--snapshot", "snapshot.json", "--url", "https://cms.example.com"),
        ("--snapshot", "snapshot.json", "--token-stdin"),
        ("--url", "https://cms.example.com", "--token-stdin", "--token-file", "token"),
        ("--snapshot", "snapshot.json", "--style", "json"),
        ("--url", "https://cms.example.com", "--token", "secret"),
        ("--url", "https://cms.example.com", "--tok", "secret"),
    ],
)
def test_wrong_use(arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*arguments) == 2
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--snapshot", "missing.json"), "missing.json"),
        (("--snapshot", "broken.json"), "line 2"),
        (("--snapshot", "snapshot.json", "--collections", "articels"), "did you mean 'articles'"),
        (("--snapshot", "snapshot.json", "--names", "broken.json"), "broken.json is not valid JSON"),
        (("--snapshot", "snapshot.json", "--names", "list.json"), "must map collections to names"),
        (("--snapshot", "snapshot.json", "-o", "no/folder/cms.py"), "no/folder"),
        (("--url", "https://cms.example.com", "--token-file", "empty"), "the token is empty"),
        (("--url", "https://cms.example.com", "--token-file", "absent"), "absent"),
    ],
)
def test_errors_are_one_line(arguments: tuple[str, ...], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("broken.json").write_text("{\n")
    Path("list.json").write_text("[]")
    Path("empty").write_text("\n")
    assert run(*arguments) == 1
    shown = capsys.readouterr().err
    assert message in shown
    assert shown.startswith("directus_sdk.codegen: ")
    assert shown.count("\n") == 1


def test_no_connection_and_no_token_in_any_output(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, free_port: int
) -> None:
    class Stdin(io.StringIO):
        pass

    secret = "s3cr3t-t0k3n"
    monkeypatch.setenv("DIRECTUS_URL", f"http://127.0.0.1:{free_port}")
    stdin: Any = Stdin(f"{secret}\n")
    monkeypatch.setattr("sys.stdin", stdin)
    assert run("--token-stdin") == 3
    monkeypatch.setenv("DIRECTUS_TOKEN", secret)
    assert run("-o", "cms.py") == 3
    shown = capsys.readouterr()
    assert secret not in shown.out + shown.err
    assert not Path("cms.py").exists()


@pytest.fixture
def free_port() -> int:
    import socket

    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        return int(server.getsockname()[1])
