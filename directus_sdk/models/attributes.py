"""The kinds of model classes, and their attributes."""

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

    from _typeshed import DataclassInstance

#: The key in an attribute's metadata that names its field, for names that are not valid in Python.
FIELD_NAME = "directus"
_MISSING: object = attrs.NOTHING
# At run time attrs.Factory is a class, to the type checker it is a function.
_FACTORY: type = type(attrs.Factory(list))


@attrs.frozen
class Attribute:
    """An attribute that is a parameter of `__init__`.

    Attributes:
        name: The attribute.
        field: The field in the collection.
        argument: The parameter of `__init__`.
        hint: Its hint as it is written: a type, a string, or None.
        converted: Whether attrs runs a converter on it.
        constant: Its default, unless it has none or a factory.
        factory: The function that returns its default for an instance.
    """

    name: str
    field: str
    argument: str
    hint: object
    converted: bool
    constant: object
    factory: Callable[[object], object] | None

    @property
    def required(self) -> bool:
        """Whether it has no default."""
        return self.constant is _MISSING and self.factory is None

    def default(self, instance: object) -> object:
        """Return the default value for `instance`."""
        return self.factory(instance) if self.factory else self.constant


def is_class(hint: object) -> TypeGuard[type]:
    """Return whether a hint is a class; in Python 3.10 `list[int]` claims to be one."""
    return issubclass(type(hint), type)


def is_typed_dict(model: object) -> bool:
    """Return whether a class is a TypedDict, of `typing` or of `typing_extensions`."""
    return is_class(model) and issubclass(model, dict) and hasattr(model, "__required_keys__")


def validates(model: object) -> bool:
    """Return whether a class creates instances from mappings, as pydantic's do."""
    return is_class(model) and callable(getattr(model, "model_validate", None))


def has_attributes(model: object) -> bool:
    """Return whether a class is an attrs class or a dataclass."""
    return is_class(model) and (attrs.has(model) or dataclasses.is_dataclass(model))


def is_model(model: object) -> bool:
    """Return whether a class can be the model of a collection."""
    return has_attributes(model) or validates(model) or is_typed_dict(model)


def attributes_of(model: type) -> list[Attribute]:
    """Return the attributes of an attrs class or a dataclass that are parameters of its `__init__`."""
    for base in model.__mro__:  # one kind may inherit from the other: the nearest one counts
        if "__attrs_attrs__" in vars(base):
            return _of_attrs(model)
        if "__dataclass_fields__" in vars(base):
            return _of_dataclass(model)
    return []


def _of_attrs(model: type[attrs.AttrsInstance]) -> list[Attribute]:
    attributes = []
    for item in attrs.fields(model):
        if not item.init:
            continue
        default, factory = item.default, None
        if isinstance(default, _FACTORY):
            default, factory = _MISSING, _factory(default)
        attributes.append(
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
    return attributes


def _factory(default: Any) -> Callable[[object], object]:
    create: Callable[..., object] = default.factory
    return create if default.takes_self else lambda _instance: create()


def _of_dataclass(model: type[DataclassInstance]) -> list[Attribute]:
    attributes = []
    for item in dataclasses.fields(model):
        if not item.init:
            continue
        make = item.default_factory
        factory = None if make is dataclasses.MISSING else lambda _instance, make=make: make()
        default = _MISSING if item.default is dataclasses.MISSING else item.default
        attributes.append(Attribute(item.name, _field(item.name, item.metadata), item.name, item.type, False, default, factory))
    return attributes


def _field(name: str, metadata: Mapping[str, object]) -> str:
    return str(metadata.get(FIELD_NAME, name))


def check_arguments(model: type, attributes: list[Attribute]) -> None:
    """Refuse a class that cannot be created from its fields alone, such as one with an InitVar without default."""
    arguments = {attribute.argument for attribute in attributes}
    for name, parameter in inspect.signature(model).parameters.items():
        variadic = parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
        if name not in arguments and not variadic and parameter.default is parameter.empty:
            raise ConfigurationError(
                f"{model.__qualname__} cannot be created from an item: its __init__ needs {name!r}, which is not a "
                f"field of it (an InitVar?): give it a default"
            )


def resolve(model: type, name: str, hint: object) -> object:
    """Return a hint with its strings and forward references replaced by the types that they name.

    Raises:
        ConfigurationError: A name in it does not exist in the module of the class.
    """
    owner = next((base for base in model.__mro__ if name in inspect.get_annotations(base)), model)
    module = getattr(sys.modules.get(owner.__module__), "__dict__", {})
    inside = {**vars(owner), model.__name__: model, owner.__name__: owner}
    holder = type("_", (), {"__annotations__": {name: hint}})
    try:
        # The module comes before the class, as in typing: an attribute `date: date | None = None` hides its type.
        return typing.get_type_hints(holder, globalns=inside, localns=dict(module), include_extras=True)[name]
    except (NameError, AttributeError, SyntaxError, TypeError) as error:
        raise ConfigurationError(
            f"the hint of {model.__qualname__}.{name} cannot be read ({error}): the names in a model's hints must "
            f"exist in its module {owner.__module__} at run time, so not in a function and not under TYPE_CHECKING"
        ) from error
