"""Names in a generated module: of classes, of attributes, and what happens where two would be the same."""

from __future__ import annotations

import keyword
import unicodedata
from collections.abc import Iterable, Mapping

from directus_sdk.errors import ConfigurationError
from directus_sdk.schema import Collection
from directus_sdk.wire.encoding import to_text
from directus_sdk.wire.functions import closest

#: What can follow the name of a class: the other public names of its collection.
SUFFIXES = ("", "Create", "Update", "Filter", "Fields", "Sort", "Items", "Singleton")
#: Names that hints use; an attribute of this name would hide them. `self` is a parameter of ``__init__``.
_HINTS = frozenset({"bool", "dict", "float", "int", "list", "str", "self"})
#: Names that a pydantic model has already.
_PYDANTIC = frozenset(
    [
        "construct",
        "copy",
        "dict",
        "fields",
        "from_orm",
        "json",
        "parse_file",
        "parse_obj",
        "parse_raw",
        "schema",
        "schema_json",
        "update_forward_refs",
        "validate",
    ]
)


def class_name(collection: str) -> str:
    """Return the name of the class of a collection; empty if nothing in its name is valid in an identifier.

    Example:
        >>> class_name("articles"), class_name("directus_users"), class_name("2024_report-final"), class_name("none")
        ('Articles', 'DirectusUsers', '_2024ReportFinal', 'None_')
    """
    kept = "".join(character if _is_part(character) else " " for character in unicodedata.normalize("NFKC", collection))
    name = "".join(part[0].upper() + part[1:] for part in kept.split())
    if name and not name.isidentifier():
        name = f"_{name}"
    return f"{name}_" if keyword.iskeyword(name) else name


def _is_part(character: str) -> bool:
    return character != "_" and f"a{character}".isidentifier()


def check_class(name: object, what: str) -> str:
    """Return a name for a class, if it is one."""
    if not isinstance(name, str) or not name.isidentifier() or keyword.iskeyword(name) or name.startswith("__"):
        raise ConfigurationError(f"{what} must be the name of a class, not {name!r}")
    return unicodedata.normalize("NFKC", name)


def class_names(
    collections: Iterable[Collection], existing: Iterable[str], names: Mapping[str, str], client: str
) -> dict[str, str]:
    """Return the class of each collection.

    Args:
        collections: The collections that become classes.
        existing: The names of all collections of the schema.
        names: Names that are not those of the rule, by collection.
        client: The name of the client's class.

    Raises:
        ConfigurationError: Two collections, or one and the client, would have the same name, or a name is not valid.
    """
    existing = frozenset(existing)
    for name in names:
        if name not in existing:
            close = closest(name, sorted(existing))
            raise ConfigurationError(
                f"--names has {name!r}, which is not a collection{f'; did you mean {close!r}?' if close else ''}"
            )
    owners = {check_class(client, "the client"): "the client"}
    classes = {}
    for collection in collections:
        name = names.get(collection.name, class_name(collection.name))
        if not name and collection.name not in names:
            raise ConfigurationError(f"no class can be named after the collection {collection.name!r}: name it with --names")
        classes[collection.name] = check_class(name, f"--names: {collection.name}")
        for suffix in SUFFIXES:
            owner = owners.setdefault(f"{classes[collection.name]}{suffix}", repr(collection.name))
            if owner != repr(collection.name):
                both = f"{owner} and {collection.name!r} would both have the class {classes[collection.name]}{suffix}"
                example = to_text({collection.name: "AnotherName"})
                raise ConfigurationError(f"{both}: name one of them with --names, a JSON file such as {example}")
    return classes


def attribute_names(fields: Iterable[str], classes: Iterable[str], *, pydantic: bool) -> dict[str, str]:
    """Return the attribute of each field: its name, or one like it that is valid.

    Example:
        >>> attribute_names(["title", "from", "weird-name", "weird_name", "2nd"], (), pydantic=False)
        {'title': 'title', 'from': 'from_', 'weird-name': 'weird_name_', 'weird_name': 'weird_name', ...}
    """
    fields, hidden = list(fields), _HINTS.union(classes, _PYDANTIC if pydantic else ())
    attributes = {field: field for field in fields if _is_plain(field, hidden, pydantic=pydantic)}
    taken = set(attributes)
    for field in fields:
        if field not in attributes:
            normal = unicodedata.normalize("NFKC", field)
            name = "".join(character if f"a{character}".isidentifier() else "_" for character in normal).lstrip("_")
            if not name.isidentifier() or (pydantic and name.startswith("model_")):
                name = f"field_{name}"
            while not _is_plain(name, hidden, pydantic=pydantic) or name in taken:
                name += "_"
            taken.add(name)
            attributes[field] = name
    return {field: attributes[field] for field in fields}


def _is_plain(name: str, hidden: frozenset[str], *, pydantic: bool) -> bool:
    """Tell whether a field can be an attribute of the same name."""
    if not name.isidentifier() or keyword.iskeyword(name) or name.startswith("_") or name in hidden:
        return False
    return unicodedata.normalize("NFKC", name) == name and not (pydantic and name.startswith("model_"))


def is_plain(name: str, classes: Iterable[str]) -> bool:
    """Return whether a field can be a key in the class of a TypedDict; `_and` and `_or` can."""
    return name in ("_and", "_or") or _is_plain(name, _HINTS.union(classes), pydantic=False)
