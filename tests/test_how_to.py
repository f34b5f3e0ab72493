"""The how-to pages name everything that they promise to name: operators, functions, variables, errors."""

from __future__ import annotations

import re
from pathlib import Path

from directus_sdk import Expression, Operators
from directus_sdk.expressions import Field, Now
from directus_sdk.wire.filters import OPERATORS
from directus_sdk.wire.functions import FUNCTIONS

ROOT = Path(__file__).parent.parent
HOW_TO = ROOT / "docs" / "how-to"


def text(*names: str) -> str:
    return "\n".join((HOW_TO / f"{name}.md").read_text(encoding="utf-8") for name in names)


def test_the_cookbook_of_filters_has_every_operator_and_function() -> None:
    page = text("filters-cookbook", "date-filters")
    words = set(re.findall(r"\w+", page))
    assert OPERATORS | set(Operators.__annotations__) <= words
    assert set(FUNCTIONS) <= words
    methods = {name for name in vars(Field) if not name.startswith("_")}
    assert methods <= {*re.findall(r"\.(\w+)\(", page)}
    assert isinstance(Field(("date",), "date") < Now(), Expression)
    for variable in ("$NOW", "$CURRENT_USER", "$CURRENT_ROLE", "$CURRENT_ROLES", "$CURRENT_POLICIES"):
        assert f"`{variable}`" in page


def test_the_cookbook_executes_each_operator_that_a_query_may_have() -> None:
    """Those that it only names are in the table of what a server refuses, or need another database or version."""
    page = text("filters-cookbook", "date-filters")
    results = {*re.findall(r"""["'](_\w+)["']:""", "\n".join(re.findall(r"^\{.*-> .*$", page, re.MULTILINE)))}
    assert OPERATORS - results == {
        "_ieq", "_nieq", "_nicontains", "_regex", "_json",
        "_intersects", "_nintersects", "_intersects_bbox", "_nintersects_bbox",
    }  # fmt: skip
