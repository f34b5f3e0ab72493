"""What is said where the extra of a kit is not installed."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.parametrize(("kit", "missing"), [("cache", "dogpile"), ("flask", "flask"), ("notebook", "IPython")])
def test_an_import_without_the_extra_names_it(kit: str, missing: str) -> None:
    code = f"import sys; sys.modules[{missing!r}] = None; import directus_sdk.contrib.{kit}"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert f"pip install 'directus-python-sdk[{kit}]'" in run.stderr.splitlines()[-1]
