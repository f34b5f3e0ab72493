"""The stubs of typed handlers have the methods and parameters of the handlers."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path

import pytest

import directus_sdk
from directus_sdk.handlers.items import ItemsHandler
from directus_sdk.handlers.singleton import SingletonHandler
from directus_sdk.handlers.users import MeHandler
from directus_sdk.tables.options import FileOptions
from directus_sdk.wire.operators import Operators
from directus_sdk.wire.query import Query
from directus_sdk.writing.bulk_options import BulkOptions

STUBS = ast.parse(Path(directus_sdk.__file__).with_name("codegen").joinpath("typed.pyi").read_text(encoding="utf-8"))
CLASSES = {node.name: node for node in STUBS.body if isinstance(node, ast.ClassDef)}
PAIRS = {"TypedItems": ItemsHandler, "TypedSingleton": SingletonHandler, "TypedMe": MeHandler}
#: What the stubs leave as it is: it takes no fields, filters or items.
SAME = {"delete_one", "delete_many", "aggregate", "partitions", "version", "tfa", "track_page", "describe", "relate", "restore"}
METHODS = [
    (name, node) for name in PAIRS for node in CLASSES[name].body if isinstance(node, ast.FunctionDef)
]  # fmt: skip


def keys(name: str) -> set[str]:
    """The keys of a TypedDict of the stubs, with those of its bases."""
    if name not in CLASSES:
        return (
            set(BulkOptions.__annotations__) | set(FileOptions.__annotations__)
            if name in ("BulkOptions", "FileOptions")
            else set(Query.__annotations__)
            if "Keywords" in name
            else set()
        )
    bases = [base.value if isinstance(base, ast.Subscript) else base for base in CLASSES[name].bases]
    own = {
        node.target.id for node in CLASSES[name].body if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
    }
    return own.union(*(keys(base.id) for base in bases if isinstance(base, ast.Name)))


@pytest.mark.parametrize(("name", "node"), METHODS, ids=lambda value: getattr(value, "name", value))
def test_a_method_has_the_parameters_of_the_handler(name: str, node: ast.FunctionDef) -> None:
    real = inspect.signature(getattr(PAIRS[name], node.name)).parameters
    arguments = [*node.args.posonlyargs, *node.args.args]
    positional = [p.name for p in real.values() if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    assert [argument.arg for argument in arguments] == positional
    named = {argument.arg for argument in node.args.kwonlyargs}
    assert named <= set(real)
    if node.args.kwarg is not None:
        unpacked = ast.unparse(node.args.kwarg.annotation or node).removeprefix("Unpack[").partition("[")[0].rstrip("]")
        assert keys(unpacked) <= set(real) | set(Query.__annotations__) | keys("BulkOptions")


@pytest.mark.parametrize("name", PAIRS)
def test_no_method_is_missing(name: str) -> None:
    real = {method for method, _ in inspect.getmembers(PAIRS[name], callable) if not method.startswith("_")}
    assert real - {node.name for other, node in METHODS if other == name} - SAME == set()


def test_every_parameter_of_a_query_and_every_operator_is_there() -> None:
    assert keys("TypedQuery") == set(Query.__annotations__)
    operators = set().union(*(keys(name) for name in ("Ordered", "Text", "Document", "Geometry", "Many")))
    assert operators == set(Operators.__annotations__) - {"_and", "_or"}
