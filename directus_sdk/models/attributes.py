"""What a model class is, and which attributes it has."""

from __future__ import annotations

import dataclasses
import inspect
import sys
import typing
from typing import TYPE_CHECKING, Any, TypeGuard

import attrs

from directus_sdk.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

#: The key in an attribute's metadata that names its field, for names that Python does not take.
FIELD_NAME = "directus"
_MISSING: Any = attrs.NOTHING
# At run time attrs.Factory is a class, to the type checker it is a function.
_FACTORY: type = type(attrs.Factory(list))


@attrs.frozen
class Attribute:
    """One attribute that `__init__` takes.

    Attributes:
        name: The attribute.
        field: The field in the collection.
        argument: What `__init__` calls it.
        hint: Its hint as it is written: a type, a text, or None.
        converted: Whether attrs runs a converter on it.
        constant: Its default, unless it has none or a factory.
        factory: What makes its default, given the instance.
    """

    name: str
    field: str
    argument: str
    hint: Any
    converted: bool
    constant: Any
    factory: Callable[[Any], Any] | None

    @property
    def required(self) -> bool:
        """Whether it has no default."""
        return self.constant is _MISSING and self.factory is None

    def default(self, instance: Any) -> Any:
        """Return what the attribute of `instance` would be if it had not been given."""
        return self.factory(instance) if self.factory else self.constant


def is_class(hint: Any) -> TypeGuard[type]:
    """Tell whether a hint is a class itself; in Python 3.10 `list[int]` claims to be one."""
    return issubclass(type(hint), type)


def is_typed_dict(model: Any) -> bool:
    """Tell whether a class is a TypedDict, of `typing` or of `typing_extensions`."""
    return is_class(model) and issubclass(model, dict) and hasattr(model, "__required_keys__")


def validates(model: Any) -> bool:
    """Tell whether a class makes itself from a mapping, as pydantic's do."""
    return is_class(model) and callable(getattr(model, "model_validate", None))


def has_attributes(model: Any) -> bool:
    """Tell whether a class is an attrs class or a dataclass."""
    return is_class(model) and (attrs.has(model) or dataclasses.is_dataclass(model))


def is_model(model: Any) -> bool:
    """Tell whether a class can stand for the items of a collection."""
    return has_attributes(model) or validates(model) or is_typed_dict(model)


def attributes_of(model: type) -> list[Attribute]:
    """Return the attributes of an attrs class or a dataclass that its `__init__` takes."""
    for base in model.__mro__:  # one kind may inherit from the other: the nearest counts
        if "__attrs_attrs__" in vars(base):
            return _of_attrs(model)
        if "__dataclass_fields__" in vars(base):
            return _of_dataclass(model)
    return []


def _of_attrs(model: type[attrs.AttrsInstance]) -> list[Attribute]:
    found = []
    for item in attrs.fields(model):
        if not item.init:
            continue
        default, factory = item.default, None
        if isinstance(default, _FACTORY):
            default, factory = _MISSING, _factory(default)
        found.append(
            Attribute(
                item.name,
                _field(item.name, item.metadata),
                item.alias or item.name,
                item.type,
                item.converter is not None,
                default,
                factory,
            )
        )
    return found


def _factory(made: Any) -> Callable[[Any], Any]:
    make = made.factory
    return make if made.takes_self else lambda _instance: make()


def _of_dataclass(model: Any) -> list[Attribute]:
    found = []
    for item in dataclasses.fields(model):
        if not item.init:
            continue
        make = item.default_factory
        factory = None if make is dataclasses.MISSING else lambda _instance, make=make: make()
        default = _MISSING if item.default is dataclasses.MISSING else item.default
        found.append(Attribute(item.name, _field(item.name, item.metadata), item.name, item.type, False, default, factory))
    return found


def _field(name: str, metadata: Mapping[Any, Any]) -> str:
    return str(metadata.get(FIELD_NAME, name))


def check_arguments(model: type, attributes: list[Attribute]) -> None:
    """Refuse a class that cannot be made from its fields alone, such as one with an InitVar without default."""
    known = {attribute.argument for attribute in attributes}
    for name, parameter in inspect.signature(model).parameters.items():
        variadic = parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
        if name not in known and not variadic and parameter.default is parameter.empty:
            raise ConfigurationError(
                f"{model.__qualname__} cannot be made from an item: its __init__ needs {name!r}, which is no field "
                f"of it (an InitVar?): give it a default"
            )


def resolve(model: type, name: str, hint: Any) -> Any:
    """Return a hint with its texts and forward references replaced by what they name.

    Raises:
        ConfigurationError: A name in it is not known where the class is written.
    """
    owner = next((base for base in model.__mro__ if name in inspect.get_annotations(base)), model)
    module = getattr(sys.modules.get(owner.__module__), "__dict__", {})
    inside = {**vars(owner), model.__name__: model, owner.__name__: owner}
    holder = type("_", (), {"__annotations__": {name: hint}})
    try:
        # The module stands before the class, as in typing: an attribute `date: date | None = None` hides its type.
        return typing.get_type_hints(holder, globalns=inside, localns=dict(module), include_extras=True)[name]
    except (NameError, AttributeError, SyntaxError, TypeError) as error:
        raise ConfigurationError(
            f"the hint of {model.__qualname__}.{name} cannot be read ({error}): a model's hints must name what its "
            f"module {owner.__module__} has at run time, so not what is defined in a function or imported under "
            f"TYPE_CHECKING"
        ) from error
