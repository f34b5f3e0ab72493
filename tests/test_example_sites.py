"""The example sites: how much of them is glue, and what Django says about a deployment."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.glue import glue

ROOT = Path(__file__).parent.parent
#: What the kit promises: no more lines than these connect a site with it.
MAX_GLUE = 40


@pytest.mark.parametrize("name", ["django_site", "flask_site"])
def test_a_site_has_little_glue(name: str) -> None:
    counts = glue(ROOT / "examples" / name)
    assert 5 < sum(counts.values()) <= MAX_GLUE, counts


def test_glue_is_what_names_the_kit_and_what_is_not_the_site(tmp_path: Path) -> None:
    package = tmp_path / "shop"
    (package / "views").mkdir(parents=True)
    (package / "settings.py").write_text(
        '"""About Directus."""\n'
        "from directus_sdk.contrib.web import images\n"
        "DEBUG = False\n"
        'APPS = [\n    "one",\n    "directus_sdk.contrib.django",\n]\n'
        "if DEBUG:\n    SIZE = 1\n    PLACE = images\n"
    )
    (package / "sessions.py").write_text("import os\n\nprint(os)\n")
    for name in ("views/articles.py", "models.py", "wsgi.py", "tests.py"):
        (package / name).write_text("import directus_sdk\n")
    assert glue(tmp_path) == {"shop/sessions.py": 3, "shop/settings.py": 1 + 4 + 1}


def test_the_deployment_of_the_django_site_has_no_warnings(tmp_path: Path) -> None:
    env = {name: value for name, value in os.environ.items() if not name.startswith(("DIRECTUS_", "SITE_", "DJANGO_"))}
    env |= {"PYTHONPATH": str(ROOT), "SITE_DATA": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=ROOT / "examples" / "django_site",
        env=env,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "no issues" in done.stdout
