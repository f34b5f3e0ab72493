"""Tracebacks in IPython are short, and say what to do."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = """
import sys
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance(colors="nocolor")
shell.run_cell('''
from directus_sdk import Directus, display
from directus_sdk.testing.mock import MockTransport, json_response
refusal = {"errors": [{"message": "no field titel", "extensions": {"code": "FORBIDDEN"}}]}
directus = Directus("https://cms.example.com", token="s3cr3t-t0ken", transport=MockTransport([json_response(refusal, 403)] * 9))
''')
for cell in sys.argv[1:]:
    shell.run_cell(cell)
"""
READ = "directus.items('articles').read_many(fields=['titel'])"


def run(*cells: str) -> str:
    root = Path(__file__).parents[2]
    command = [sys.executable, "-c", SCRIPT, *cells]
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=root, timeout=60)
    assert "s3cr3t" not in done.stdout + done.stderr
    return done.stdout


def test_the_frames_of_the_package_are_hidden_unless_asked_for() -> None:
    short, full = run(READ).rstrip().splitlines(), run("display.full_tracebacks()", READ)
    assert len(short) <= 10
    assert "File" not in "".join(short)
    assert "no field titel" in short[-2]
    assert "directus.explain(error)" in short[-1]
    assert "handlers/read_only.py" in full
    assert full.count("File ") > 3


CALLS = [
    "directus.items('a').read_many(feilds=1)", "directus.items('a').read_one(None)", "directus.items('a').raed_many",
    "directus['a']", "directus.items('a')[0]", "len(directus.items('a'))",
]  # fmt: skip


def test_wrong_calls_are_short_too() -> None:
    cells = [f"print('MARK')\ndef mine():\n    {call}\nmine()" for call in CALLS]
    for text in run(*cells).split("MARK")[1:]:
        lines = text.rstrip().splitlines()
        assert "File" not in text
        assert any("mine()" in line for line in lines)
        assert len(lines) <= 20


def test_causes_of_the_user_are_shown() -> None:
    text = run(f"try:\n    1 / 0\nexcept ZeroDivisionError as error:\n    {READ}")
    assert "ZeroDivisionError" in text
    assert "handlers/read_only.py" not in text


EXTENSION = "directus_sdk.contrib.notebook"


def test_the_extension_shortens_all_errors() -> None:
    caused = f"try:\n    {READ}\nexcept Exception as error:\n    raise ValueError('mine') from error"
    in_context = f"try:\n    {READ}\nexcept Exception:\n    raise ValueError('mine')"
    others = "def f():\n    raise ValueError('mine') from KeyError('the cause')\nf()"
    mark = "print('MARK')"
    cells = ["directus['mine']", "directus.mine", caused, in_context, others]
    full = [mark, "%directus_traceback full", caused, "%directus_traceback short", mark, f"%unload_ext {EXTENSION}", caused]
    parts = run(f"%load_ext {EXTENSION}", *cells, *full).split("MARK")
    assert "File" not in parts[0]
    assert parts[0].count("%directus_traceback full") == 4
    assert "the cause" in parts[0]  # which has no frames
    assert "File" in parts[1]
    assert "File" in parts[2]


@pytest.mark.skipif(sys.version_info < (3, 11), reason="groups of errors came with Python 3.11")
def test_the_extension_shortens_groups_of_errors() -> None:
    group = (
        f"errors = []\nfor _ in range(2):\n    try:\n        {READ}\n    except Exception as e:\n        errors.append(e)\n"
        "raise ExceptionGroup('both', errors)"
    )
    in_context = group.replace("raise Ex", "try:\n    raise Ex") + "\nexcept Exception:\n    raise ValueError('mine')"
    mark, merged = "print('MARK')", "import sys; sys.stderr = sys.stdout"
    again = f"%reload_ext {EXTENSION}"
    full = [
        again,
        mark,
        "%directus_traceback full",
        group,
        "%directus_traceback short",
        mark,
        f"%unload_ext {EXTENSION}",
        group,
    ]
    parts = run(merged, f"%load_ext {EXTENSION}", group, in_context, *full).split("MARK")
    assert "both (2 sub-exceptions)" in parts[0]
    assert parts[0].count("no field titel") >= 4
    assert parts[0].count("20 frames of directus_sdk are hidden") == 2
    assert "directus_sdk/" not in parts[0]
    assert "handlers/read_only.py" in parts[1]
    assert "handlers/read_only.py" in parts[2]
    assert "hidden" not in parts[2]
    hostile = "class E(Exception):\n    @property\n    def exceptions(self): raise ValueError('no')\nraise E('mine')"
    assert "E: mine" in run(f"%load_ext {EXTENSION}", hostile)


def test_the_extension_calls_what_another_one_has_put_there() -> None:
    other = "show = get_ipython().showtraceback\nget_ipython().showtraceback = lambda *a, **k: (print('OTHER'), show(*a, **k))"
    load, unload = f"%load_ext {EXTENSION}", f"%unload_ext {EXTENSION}"
    assert run(other, load, f"%reload_ext {EXTENSION}", "1 / 0", unload, "1 / 0").count("OTHER") == 2


def test_an_error_is_as_it_was_after_its_traceback_was_shown() -> None:
    text = run(
        f"try:\n    {READ}\nexcept Exception as error:\n    mine = error\n",
        "import traceback; before = traceback.format_exception(mine); mine._render_traceback_()\n"
        "import pickle; pickle.loads(pickle.dumps(mine)); print('same', before == traceback.format_exception(mine))",
        "try:\n    directus.items('a').read_many(feilds=1)\nexcept TypeError as e:\n    print(pickle.loads(pickle.dumps(e)))",
    )
    assert "same True" in text
    assert "did you mean fields" in text
