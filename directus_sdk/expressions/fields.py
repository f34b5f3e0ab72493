"""The names of fields, and what they can be compared with."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from directus_sdk.expressions.conditions import FALSE, TRUE, Condition, Expression, all_of, any_of, related
from directus_sdk.expressions.values import operand
from directus_sdk.json_types import JSONMapping
from directus_sdk.wire.filter_marks import Wildcards
from directus_sdk.wire.functions import closest

#: A dot between two names, but not within ``json(field, a.b)``.
_DOT = re.compile(r"\.(?![^(]*\))")

_Method = TypeVar("_Method", bound=Callable[..., object])


class _Bound:
    """A method of a field: it can be called, and compared with nothing, since a field of its name may have been meant."""

    def __init__(self, field: Field, name: str, method: Callable[..., object]) -> None:
        self._field, self._name = field, name
        self.__call = partial(method, field)
        self.__doc__ = method.__doc__
        self.__wrapped__ = method

    def __call__(self, *args: object, **kwargs: object) -> object:
        if not self._field._path:
            self._refuse()
        return self.__call(*args, **kwargs)

    def _refuse(self, *_: object) -> NoReturn:
        raise TypeError(
            f"{self._name} is a method of fields; for a field of this name write F{self._field._text}[{self._name!r}]"
        )

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("_"):
            raise AttributeError(name)
        self._refuse()

    def __repr__(self) -> str:
        return f"<method F{self._field._text}.{self._name}>"

    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = __getitem__ = __and__ = __or__ = __rand__ = __ror__ = _refuse
    __hash__: Any = None


if TYPE_CHECKING:

    def method(function: _Method) -> _Method:
        """Mark a method of fields."""
        return function
else:

    class method:  # noqa: N801 - a decorator
        """A method of fields whose name may be that of a field."""

        def __init__(self, function: Callable[..., object]) -> None:
            self._function = function
            self.__doc__ = function.__doc__
            self.__wrapped__ = function

        def __get__(self, instance: Field | None, owner: type) -> object:
            return self._function if instance is None else _Bound(instance, self._function.__name__, self._function)


class Field:
    """A field of an item or of a related item: ``F.title``, ``F.author.name``, ``F["odd name"]``.

    Comparisons and methods return an `Expression`. A method wins over a field of its name: write ``F["count"]`` for the field.
    """

    __slots__ = ("_path", "_plain")
    _path: tuple[str, ...]
    _plain: str

    def __init__(self, path: tuple[str, ...] = (), plain: str = "") -> None:
        self._path = path
        self._plain = plain

    def __getattr__(self, name: str) -> Field:
        if name.startswith("__"):
            raise AttributeError(name)
        return self[name]

    def __getitem__(self, name: str) -> Field:
        if not name or not isinstance(name, str):
            raise TypeError(f"the name of a field is a string, such as F['title'], not {name!r}")
        if self._is_function:
            raise TypeError(f"F{self._text} is the result of a function, which has no field {name!r}")
        names = _DOT.split(name)
        if not all(names):
            raise TypeError(f"{name!r} has an empty name between its dots")
        return Field((*self._path, *names), names[-1])

    # ------------------------------------------------------------- comparisons
    def __eq__(self, value: object) -> Expression:  # type: ignore[override]
        return self._flag("_null") if value is None else self._compare("_eq", value)

    def __ne__(self, value: object) -> Expression:  # type: ignore[override]
        return self._flag("_nnull") if value is None else self._compare("_neq", value)

    def __lt__(self, value: object) -> Expression:
        return self._compare("_lt", value)

    def __le__(self, value: object) -> Expression:
        return self._compare("_lte", value)

    def __gt__(self, value: object) -> Expression:
        return self._compare("_gt", value)

    def __ge__(self, value: object) -> Expression:
        return self._compare("_gte", value)

    @method
    def eq(self, value: object) -> Expression:
        """Equal to a value; the same as ``F.field == value``."""
        return self == value

    @method
    def ne(self, value: object) -> Expression:
        """Not equal to a value; items without a value are left out. The same as ``F.field != value``."""
        return self != value

    @method
    def lt(self, value: object) -> Expression:
        """Less than, or before, a value; the same as ``F.field < value``."""
        return self < value

    @method
    def lte(self, value: object) -> Expression:
        """Less than, before, or equal to a value; the same as ``F.field <= value``."""
        return self <= value

    @method
    def gt(self, value: object) -> Expression:
        """Greater than, or after, a value; the same as ``F.field > value``."""
        return self > value

    @method
    def gte(self, value: object) -> Expression:
        """Greater than, after, or equal to a value; the same as ``F.field >= value``."""
        return self >= value

    @method
    def in_(self, values: Iterable[object]) -> Expression:
        """One of some values; of none, no item.

        Example:
            >>> F.status.in_(["draft", "review"])
            {"status":{"_in":["draft","review"]}}
        """
        operands = self._values(values)
        if self._is_computed:
            return any_of(self == value for value in operands)
        return self._condition("_in", operands) if operands else FALSE

    @method
    def not_in(self, values: Iterable[object]) -> Expression:
        """None of some values; items without a value are left out. Of no values, every item."""
        operands = self._values(values)
        if self._is_computed:
            return all_of(self != value for value in operands)
        return self._condition("_nin", operands) if operands else TRUE

    @method
    def between(self, low: object, high: object) -> Expression:
        """Between two values, both included."""
        if self._is_computed:
            return (self >= low) & (self <= high)
        return self._condition("_between", [operand(low, self._name), operand(high, self._name)])

    @method
    def not_between(self, low: object, high: object) -> Expression:
        """Below the first or above the second value; items without a value are left out."""
        if self._is_computed:
            return (self < low) | (self > high)
        return self._condition("_nbetween", [operand(low, self._name), operand(high, self._name)])

    @method
    def is_null(self) -> Expression:
        """Without a value; the same as ``F.field == None``."""
        return self._flag("_null")

    @method
    def is_not_null(self) -> Expression:
        """With a value; the same as ``F.field != None``."""
        return self._flag("_nnull")

    @method
    def is_empty(self) -> Expression:
        """Without a value, or an empty string."""
        return self._flag("_empty")

    @method
    def is_not_empty(self) -> Expression:
        """With a value that is not an empty string."""
        return self._flag("_nempty")

    # ----------------------------------------------------------------- strings
    @method
    def contains(self, text: str, *, wildcards: bool = False) -> Expression:
        """Contains a string. Whether case matters depends on the database.

        Args:
            text: The string. ``%`` stands for any characters in it, and ``_`` for one.
            wildcards: Whether that is meant; a strict client refuses such a string otherwise.
        """
        return self._match("_contains", text, wildcards)

    @method
    def not_contains(self, text: str, *, wildcards: bool = False) -> Expression:
        """Does not contain a string; items without a value are left out."""
        return self._match("_ncontains", text, wildcards)

    @method
    def icontains(self, text: str, *, wildcards: bool = False) -> Expression:
        """Contains a string, in upper or lower case."""
        return self._match("_icontains", text, wildcards)

    @method
    def starts_with(self, text: str, *, wildcards: bool = False) -> Expression:
        """Begins with a string."""
        return self._match("_starts_with", text, wildcards)

    @method
    def not_starts_with(self, text: str, *, wildcards: bool = False) -> Expression:
        """Does not begin with a string; items without a value are left out."""
        return self._match("_nstarts_with", text, wildcards)

    @method
    def istarts_with(self, text: str, *, wildcards: bool = False) -> Expression:
        """Begins with a string, in upper or lower case."""
        return self._match("_istarts_with", text, wildcards)

    @method
    def ends_with(self, text: str, *, wildcards: bool = False) -> Expression:
        """Ends with a string."""
        return self._match("_ends_with", text, wildcards)

    @method
    def not_ends_with(self, text: str, *, wildcards: bool = False) -> Expression:
        """Does not end with a string; items without a value are left out."""
        return self._match("_nends_with", text, wildcards)

    @method
    def iends_with(self, text: str, *, wildcards: bool = False) -> Expression:
        """Ends with a string, in upper or lower case."""
        return self._match("_iends_with", text, wildcards)

    # --------------------------------------------------------------- functions
    @method
    def year(self) -> Field:
        """The year of a date: ``F.date.year() == 2026``."""
        return self._function("year")

    @method
    def month(self) -> Field:
        """The month of a date, from 1 on."""
        return self._function("month")

    @method
    def week(self) -> Field:
        """The week of a date."""
        return self._function("week")

    @method
    def day(self) -> Field:
        """The day of the month of a date."""
        return self._function("day")

    @method
    def weekday(self) -> Field:
        """The day of the week of a date."""
        return self._function("weekday")

    @method
    def hour(self) -> Field:
        """The hour of a time."""
        return self._function("hour")

    @method
    def minute(self) -> Field:
        """The minute of a time."""
        return self._function("minute")

    @method
    def second(self) -> Field:
        """The second of a time."""
        return self._function("second")

    # ----------------------------------------------------------- related items
    @method
    def count(self) -> Field:
        """How many related items there are: ``F.comments.count() > 2``."""
        return self._function("count")

    @method
    def some(self, condition: Expression) -> Expression:
        """At least one of the related items meets a condition.

        Raises:
            ValueError: The condition has ``&`` inside, which servers read as "every item".

        Example:
            >>> F.comments.some(F.score > 3)
            {"comments":{"_some":{"score":{"_gt":3}}}}
        """
        return self._related("_some", condition)

    @method
    def none(self, condition: Expression) -> Expression:
        """No related item meets a condition, for which the same holds as for `some`."""
        return self._related("_none", condition)

    # ------------------------------------------------------------ other types
    @method
    def json(self, path: str) -> Field:
        """The value at a path inside a JSON field, from Directus 12: ``F.data.json("size.width") > 5``.

        Args:
            path: The names of keys, joined by dots.

        Raises:
            TypeError: The path is not a string, or empty.
        """
        if not path or not isinstance(path, str):
            raise TypeError(f"the path inside F{self._text} is a string such as 'size.width', not {path!r}")
        if self._is_function:
            raise TypeError(f"F{self._text} is the result of a function already")
        return Field((*self._path, "_json", path), self._plain)

    @method
    def intersects(self, geometry: JSONMapping) -> Expression:
        """Intersects a GeoJSON geometry."""
        return self._condition("_intersects", geometry)

    @method
    def intersects_bbox(self, geometry: JSONMapping) -> Expression:
        """Intersects the bounding box of a GeoJSON geometry."""
        return self._condition("_intersects_bbox", geometry)

    # ------------------------------------------------------------------ inside
    @property
    def _is_function(self) -> bool:
        return bool(self._path) and self._path[-1] != self._plain

    @property
    def _is_computed(self) -> bool:
        """Whether it is a function: version 9 takes no list of values for one, and reads ``_between`` as "every item"."""
        return bool(self._path) and self._path[-1].endswith(")")

    @property
    def _name(self) -> str:
        return ".".join(self._path)

    @property
    def _text(self) -> str:
        if self._path[-2:-1] == ("_json",):
            return f"{Field(self._path[:-2])._text}.json({self._path[-1]!r})"
        return "".join(f".{name}" if name.isidentifier() else f"[{name!r}]" for name in self._path)

    def _compare(self, operator: str, value: object) -> Expression:
        return self._condition(operator, operand(value, self._name or "F"))

    def _match(self, operator: str, text: str, wildcards: bool) -> Expression:
        if not isinstance(text, str):
            raise TypeError(f"{self._name} is compared with a value of type {type(text).__name__}; pass a string")
        return self._compare(operator, Wildcards(text) if wildcards else text)

    def _flag(self, operator: str) -> Expression:
        return self._condition(operator, True)

    def _condition(self, operator: str, value: object) -> Expression:
        if not self._path:
            raise TypeError("F itself is not a field: write F.title or F['title']")
        return Condition(self._path, operator, value, self._plain)

    def _values(self, values: Iterable[object]) -> list[object]:
        is_table = hasattr(values, "columns")  # it would give the names of its columns
        if isinstance(values, (str, bytes, bytearray)) or is_table or not hasattr(values, "__iter__"):
            raise TypeError(f"{self._name} is compared with a {type(values).__name__}; pass a list of values")
        return [operand(value, self._name) for value in values]

    def _related(self, operator: str, condition: object) -> Expression:
        if self._is_function:
            raise TypeError(f"F{self._text} is the result of a function, which has no related items")
        return related(self._path, operator, condition)

    def _function(self, name: str) -> Field:
        if self._is_function:
            raise TypeError(f"F{self._text} is the result of a function already")
        return Field((*self._path[:-1], f"{name}({self._path[-1]})"), self._plain)

    def __call__(self, *args: object, **kwargs: object) -> NoReturn:
        """Refuse the call: a method may be misspelt."""
        name = self._path[-1] if self._path else ""
        methods = [name for name in vars(Field) if not name.startswith("_")]
        meant = closest(name, methods)
        hint = f"did you mean {meant}()?" if meant else f"the methods are {', '.join(methods)}"
        raise TypeError(f"F{self._text} is a field, which cannot be called; {hint}")

    def _refuse(self, *_: object) -> NoReturn:
        raise TypeError(
            f"F{self._text} is a field and not a condition: write F{self._text} == value, put each comparison in "
            "parentheses, and join them with &, | and ~: (F.a > 1) & (F.b < 2)"
        )

    __and__ = __or__ = __rand__ = __ror__ = __invert__ = __bool__ = __contains__ = __iter__ = __len__ = _refuse
    __hash__: Any = None

    def __repr__(self) -> str:
        return f"F{self._text}"


#: The fields of a collection.
F = Field()
