"""Filters as expressions: ``(F.price > 10) & F.author.name.contains("x")``.

An expression is a mapping, the filter that is sent; it is accepted wherever a filter is.
"""

from __future__ import annotations

from directus_sdk.expressions.conditions import Expression, all_of, any_of
from directus_sdk.expressions.fields import F, Field
from directus_sdk.expressions.values import CurrentRole, CurrentUser, Now

__all__ = ["CurrentRole", "CurrentUser", "Expression", "F", "Field", "Now", "all_of", "any_of"]
