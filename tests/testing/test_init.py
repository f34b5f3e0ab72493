from __future__ import annotations

import subprocess
import sys

import pytest

import directus_sdk.testing


def test_importing_it_loads_nothing() -> None:
    code = (
        "import sys, directus_sdk; before = set(sys.modules); import directus_sdk.testing;"
        "print(*(name for name in set(sys.modules) - before if name.split('.')[0] not in sys.stdlib_module_names))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["directus_sdk.testing"]


def test_every_name_is_there() -> None:
    for name in directus_sdk.testing.__all__:
        assert getattr(directus_sdk.testing, name) is not None
        assert name in dir(directus_sdk.testing)


def test_other_names_are_not() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Server'"):
        _ = directus_sdk.testing.Server
