"""Each key of a public TypedDict has a docstring, which editors show."""

from __future__ import annotations

import ast
from importlib import import_module
from pathlib import Path
from typing import Any, is_typeddict

import pytest

import directus_sdk
from directus_sdk import types

ROOT = Path(directus_sdk.__file__).parent


def typed_dicts() -> dict[str, ast.ClassDef]:
    """The classes of the package that are TypedDicts, by module and name."""
    found = {}
    for path in sorted(ROOT.rglob("*.py")):
        text = path.read_text("utf-8")
        if "TypedDict" not in text and "total=False" not in text:
            continue
        module = import_module(".".join(path.relative_to(ROOT.parent).with_suffix("").parts).removesuffix(".__init__"))
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.ClassDef) and is_typeddict(getattr(module, node.name, None)):
                found[f"{path.stem}.{node.name}"] = node
    return found


TYPED_DICTS = typed_dicts()


def test_all_are_found() -> None:
    names = {node.name for node in TYPED_DICTS.values()}
    assert {"Query", "Transform", "Operators", "BulkOptions", "TwoFactorSecret", "User", "Settings", "Field"} <= names
    assert len(TYPED_DICTS) >= 30


@pytest.mark.parametrize("name", TYPED_DICTS)
def test_each_key_has_a_docstring(name: str) -> None:
    body = TYPED_DICTS[name].body
    keys = [index for index, node in enumerate(body) if isinstance(node, ast.AnnAssign)]
    for index in keys:
        key = ast.unparse(body[index].target)  # type: ignore[attr-defined]
        text = body[index + 1] if index + 1 < len(body) else None
        assert isinstance(text, ast.Expr), f"{name}.{key} has no docstring"
        assert isinstance(text.value, ast.Constant)
        assert str(text.value.value)[:1].isupper() or str(text.value.value).startswith(("`", "CSS")), f"{name}.{key}"
        assert str(text.value.value).rstrip().endswith("."), f"{name}.{key}"


def test_every_system_collection_can_be_imported_from_one_place() -> None:
    own = {node.name for node in TYPED_DICTS.values() if hasattr(types, node.name)}
    assert {name for name, value in vars(types).items() if isinstance(value, type) and value is not Any} == own
    assert len(own) == 24
    assert {"ManyToOne", "OneToMany"} <= set(vars(types))
