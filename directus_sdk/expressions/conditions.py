"""Conditions joined by ``&``, ``|`` and ``~``, and the filter that each of them is.

Servers have no operator for "not". So ``~`` is moved inwards to the single conditions, each of which becomes its
complement: the opposite operator, and, where an item without a value meets neither, that it has no value.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator
from typing import Final, NoReturn

import attrs

from directus_sdk.json_types import JSONMapping, JSONObject
from directus_sdk.redaction import redact
from directus_sdk.wire.encoding import loads, to_text
from directus_sdk.wire.filter_marks import Complement, FilterExpression

_OPPOSITES: dict[str, str] = {
    "_eq": "_neq",
    "_lt": "_gte",
    "_lte": "_gt",
    "_in": "_nin",
    "_between": "_nbetween",
    "_null": "_nnull",
    "_empty": "_nempty",
    "_contains": "_ncontains",
    "_starts_with": "_nstarts_with",
    "_istarts_with": "_nistarts_with",
    "_ends_with": "_nends_with",
    "_iends_with": "_niends_with",
    "_intersects": "_nintersects",
    "_intersects_bbox": "_nintersects_bbox",
}
_OPPOSITES |= {opposite: operator for operator, opposite in _OPPOSITES.items()}
#: Operators that an item without a value meets or not as any other does, so that the opposite is the complement.
_EXACT: Final = frozenset({"_null", "_nnull", "_empty", "_nempty"})


class Expression(FilterExpression):
    """A filter made of conditions; a mapping, which is what is sent.

    Join expressions with ``&`` (and), ``|`` (or) and ``~`` (not), each comparison in parentheses.

    Example:
        >>> (F.price > 10) & ~(F.status == "draft")
        {"_and":[{"price":{"_gt":10}},{"_or":[{"status":{"_neq":"draft"}},{"status":{"_null":true}}]}]}
    """

    __slots__ = ()

    @abstractmethod
    def to_dict(self) -> JSONObject:
        """Return the filter as it is sent, as a new dict.

        Example:
            >>> (F.price > 10).to_dict()
            {'price': {'_gt': 10}}
        """

    @abstractmethod
    def _negated(self) -> Expression:
        """Return the expression that every other item meets."""

    # --------------------------------------------------------------- operators
    def __and__(self, other: object) -> Expression:
        return all_of([self, other]) if isinstance(other, Expression) else _refuse_operand(other, "&")

    def __or__(self, other: object) -> Expression:
        return any_of([self, other]) if isinstance(other, Expression) else _refuse_operand(other, "|")

    def __rand__(self, other: object) -> NoReturn:
        _refuse_operand(other, "&")

    def __ror__(self, other: object) -> NoReturn:
        _refuse_operand(other, "|")

    def __invert__(self) -> Expression:
        return self._negated()

    def __bool__(self) -> NoReturn:
        raise TypeError(
            "an expression is neither true nor false before it is sent: join expressions with &, | and ~ instead of and, or "
            "and not, each comparison in parentheses, and write F.n.between(1, 5) or (F.n > 1) & (F.n < 5) for 1 < F.n < 5"
        )

    # ----------------------------------------------------------------- mapping
    def __getitem__(self, name: str) -> object:
        return self.to_dict()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.to_dict())

    def __len__(self) -> int:
        return len(self.to_dict())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Expression) and type(self) is type(other) and self.to_dict() == other.to_dict()

    def __hash__(self) -> int:
        return hash(to_text(self.to_dict()))

    def __repr__(self) -> str:
        return to_text(redact.value(loads(to_text(self.to_dict()))))


@attrs.frozen(eq=False, repr=False)
class Constant(Expression):
    """What every item meets, or none: the join of no expressions."""

    value: bool

    @property
    def matches_nothing(self) -> bool:
        """Whether no item can match."""
        return not self.value

    def to_dict(self) -> JSONObject:
        """Return an empty filter.

        Raises:
            ValueError: No item can match; servers have no such filter, and take an empty one for "every item".
        """
        if not self.value:
            raise ValueError("no item matches this filter, such as .in_([]) or any_of([]): it cannot be sent")
        return {}

    def __eq__(self, other: object) -> bool:
        return self is other

    def __hash__(self) -> int:
        return hash(self.value)

    def __reduce__(self) -> str:
        return "TRUE" if self.value else "FALSE"

    def _negated(self) -> Expression:
        return FALSE if self.value else TRUE

    def __repr__(self) -> str:
        return "every item" if self.value else "no item"


TRUE: Final = Constant(True)
FALSE: Final = Constant(False)


@attrs.frozen(eq=False, repr=False)
class Condition(Expression):
    """One comparison of one field.

    Attributes:
        path: The names of the relations and, last, the field, or a function of it.
        operator: The operator, such as ``"_eq"``.
        value: What the field is compared with.
        plain: The last name of the path without a function.
        under_not: Whether it is the complement of another condition.
    """

    path: tuple[str, ...]
    operator: str
    value: object
    plain: str
    under_not: bool = False

    def to_dict(self) -> JSONObject:
        """Return the filter as it is sent."""
        rule = {self.operator: self.value}
        return nested(self.path, Complement(rule) if self.under_not else rule)

    def _negated(self) -> Expression:
        name = ".".join(self.path)
        opposite = _OPPOSITES.get(self.operator)
        if opposite is None or "_json" in self.path:
            raise ValueError(f"~ cannot be applied to {name} {self.operator}: the server has no operator for the opposite")
        negated = Condition(self.path, opposite, self.value, self.plain, under_not=True)
        if self.operator in _EXACT:
            return negated
        # Of a JSON field without a value the count is null, too; a list of related items has no column to be null.
        plain = self.path[-1] if self.path[-1].startswith("count(") else self.plain
        return AnyOf((negated, Condition((*self.path[:-1], plain), "_null", True, self.plain, under_not=True)))


@attrs.frozen(eq=False, repr=False)
class Related(Expression):
    """Whether any of the items of a list meets a condition, or none does.

    Attributes:
        path: The names of the relations.
        operator: ``"_some"`` or ``"_none"``.
        inner: The condition.
    """

    path: tuple[str, ...]
    operator: str
    inner: Condition

    def to_dict(self) -> JSONObject:
        """Return the filter as it is sent."""
        return nested(self.path, {self.operator: self.inner.to_dict()})

    def _negated(self) -> Expression:
        return Related(self.path, "_none" if self.operator == "_some" else "_some", self.inner)


@attrs.frozen(eq=False, repr=False)
class AllOf(Expression):
    """Every one of some expressions; `all_of` makes it."""

    parts: tuple[Expression, ...]

    def to_dict(self) -> JSONObject:
        """Return the filter as it is sent."""
        return {"_and": [part.to_dict() for part in self.parts]}

    def _negated(self) -> Expression:
        return any_of(part._negated() for part in self.parts)


@attrs.frozen(eq=False, repr=False)
class AnyOf(Expression):
    """At least one of some expressions; `any_of` makes it."""

    parts: tuple[Expression, ...]

    def to_dict(self) -> JSONObject:
        """Return the filter as it is sent."""
        return {"_or": [part.to_dict() for part in self.parts]}

    def _negated(self) -> Expression:
        return all_of(part._negated() for part in self.parts)


def all_of(expressions: Iterable[Expression]) -> Expression:
    """Join expressions by "and". Of none, it is what every item meets.

    Example:
        >>> all_of([F.status == "published", F.views > 100])
        {"_and":[{"status":{"_eq":"published"}},{"views":{"_gt":100}}]}
    """
    parts = _flat(expressions, AllOf)
    if FALSE in parts:
        return FALSE
    parts = [part for part in parts if part is not TRUE]
    return AllOf(tuple(parts)) if len(parts) > 1 else parts[0] if parts else TRUE


def any_of(expressions: Iterable[Expression]) -> Expression:
    """Join expressions by "or". Of none, it is what no item meets: nothing is sent then.

    Example:
        >>> any_of(F.title.contains(word) for word in ("moon", "sun"))
        {"_or":[{"title":{"_contains":"moon"}},{"title":{"_contains":"sun"}}]}
    """
    parts = _flat(expressions, AnyOf)
    if TRUE in parts:
        return TRUE
    parts = [part for part in parts if part is not FALSE]
    return AnyOf(tuple(parts)) if len(parts) > 1 else parts[0] if parts else FALSE


def related(path: tuple[str, ...], operator: str, inner: object) -> Expression:
    """Return the condition on a list of related items: ``_some`` or ``_none`` for each alternative in `inner`.

    Raises:
        TypeError: It is not an expression.
        ValueError: It has ``&`` inside, which servers read as "every item".
    """
    name = ".".join(path)
    if not isinstance(inner, Expression):
        raise TypeError(f"F.{name}.{operator[1:]}(...) takes an expression such as F.score > 3, not {type(inner).__name__}")
    is_some = operator == "_some"
    if isinstance(inner, AnyOf):
        return (any_of if is_some else all_of)(related(path, operator, part) for part in inner.parts)
    if inner is FALSE:
        return FALSE if is_some else TRUE
    if inner is TRUE:
        count = (*path[:-1], f"count({path[-1]})")
        return Condition(count, "_gt" if is_some else "_eq", 0, path[-1])
    if not isinstance(inner, Condition):
        raise ValueError(  # noqa: TRY004 - its type is right
            f"F.{name}.{operator[1:]}(...) can hold one condition, or several joined by |: the server reads conditions "
            f"joined by & (or within another some or none) as 'every item'. Use one call of {operator[1:]}() for each, which "
            "different related items may meet, or read the related items first and select with .in_(keys)"
        )
    return Related(path, operator, inner)


def nested(path: tuple[str, ...], rule: JSONMapping) -> JSONObject:
    """Return a rule under the names of a path."""
    result: JSONObject = rule if isinstance(rule, Complement) else dict(rule)
    for name in reversed(path):
        result = {name: result}
    return result


def _flat(expressions: Iterable[Expression], kind: type[AllOf] | type[AnyOf]) -> list[Expression]:
    parts: list[Expression] = []
    for part in expressions:
        if not isinstance(part, Expression):
            _refuse_operand(part, "all_of and any_of")
        parts.extend(part.parts if isinstance(part, kind) else (part,))
    return parts


def _refuse_operand(other: object, operator: str) -> NoReturn:
    what = "a field" if hasattr(other, "_path") else f"a {type(other).__name__}"
    raise TypeError(
        f"{operator} joins expressions, not {what}: put each comparison in parentheses, such as (F.a > 1) & (F.b < 2)"
    )
