"""Each recorded call of the official SDKs sends what it sent there, and returns the same data (see README.md)."""

from __future__ import annotations

import importlib.util
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent

# run.py is a program of its own, and is taken as it is.
_spec = importlib.util.spec_from_file_location("conformance_run", HERE / "run.py")
assert _spec
assert _spec.loader
run = importlib.util.module_from_spec(_spec)
sys.modules[_spec.name] = run
_spec.loader.exec_module(run)

VECTORS = [
    vector
    for name in ("legacy.json", "current.json")
    for vector in json.loads((HERE / "vectors" / name).read_text(encoding="utf-8"))
    if run.comparable(vector)
]

# Calls that are not built yet; each must still fail, so the list shrinks with what is built (see README.md).
PLANNED = set((HERE / "planned.txt").read_text(encoding="utf-8").splitlines())

# Calls of the official SDKs that send what directus_sdk does not, or do it at another time (see README.md).
LEFT_OUT = {
    *(f"activity.{method}" for method in ("createOne", "deleteMany", "updateBatch", "updateMany", "updateOne")),
    *(f"revisions.{method}" for method in ("deleteOne", "updateMany", "updateOne")),
    *("auth.logout", "auth.refresh", "auth.static", "logout", "refresh"),
    *("readAssetArrayBuffer", "readAssetBlob", "withOptions", "withSearch"),
}


def parameters() -> Iterator[Any]:
    for vector in VECTORS:
        if run.has_counterpart(vector):
            name = f"{vector['sdk']} {vector['id']}"
            yield pytest.param(vector, id=name, marks=[pytest.mark.xfail(reason="not built yet")] * (name in PLANNED))


@pytest.fixture(scope="module")
def make_client() -> Iterator[Callable[[dict[str, Any]], Any]]:
    with run.loopback() as make:
        yield make


@pytest.mark.parametrize("vector", list(parameters()))
def test_same_request_and_result(vector: dict[str, Any], make_client: Callable[[dict[str, Any]], Any]) -> None:
    assert run.replay(vector, make_client) == []


def test_only_these_calls_have_no_counterpart() -> None:
    assert {run.name_of(vector) for vector in VECTORS if not run.has_counterpart(vector)} == LEFT_OUT


def test_every_planned_call_is_a_recorded_one() -> None:
    assert PLANNED - {f"{vector['sdk']} {vector['id']}" for vector in VECTORS} == set()
