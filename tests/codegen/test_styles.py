"""mypy and pyright find nothing in a generated module of any style; tests/typing has the calls."""

from __future__ import annotations

import json
from pathlib import Path
from typing import get_args

import pytest

from directus_sdk.codegen import Style, generate
from tests.codegen.project import rich
from tests.typing import checkers


@pytest.mark.slow
def test_every_style_is_free_of_type_errors(tmp_path: Path) -> None:
    styles: tuple[Style, ...] = get_args(Style)
    files = [tmp_path / f"cms_{style}.py" for style in styles if style != "attrs"]  # that one is in tests/typing
    for path in files:
        path.write_text(generate(rich(), path.stem.removeprefix("cms_")), encoding="utf-8")  # type: ignore[arg-type]
    config = tmp_path / "pyrightconfig.json"
    options = {"include": ["."], "extraPaths": [str(checkers.ROOT)], "pythonVersion": "3.10", "typeCheckingMode": "strict"}
    config.write_text(json.dumps(options))
    assert checkers.pyright(config, len(files)) == {}
    assert checkers.mypy(*files, options=("--python-version", "3.10")) == {}


def test_forty_lines_are_right_and_forty_wrong() -> None:
    lines = (Path(checkers.__file__).with_name("typed_client.py")).read_text(encoding="utf-8").splitlines()
    begin = next(number for number, line in enumerate(lines) if "lines that are right" in line)
    end = next(number for number, line in enumerate(lines) if "lines that are wrong" in line)
    assert len([line for line in lines[begin + 1 : end] if line]) == 40
    assert len([line for line in lines if line.endswith("# error")]) == 40
