"""The strings that stand for values in a table: one line, short, without secrets and without control characters."""

from __future__ import annotations

import dataclasses
import re
import unicodedata
from collections.abc import Callable, Collection, Mapping, Sequence
from itertools import islice

from directus_sdk.redaction import redact

#: The maximum length of the string of a value, and of what is read of one.
LENGTH, _READ = 120, 400
#: The maximum number of fields of a row that are read.
FIELDS = 60
_ENTRIES, _DEPTH, _LARGE = 12, 4, 10**30
#: The fields that name an item, the best first.
_TITLES = (
    "title", "name", "label", "filename_download", "display_name", "headline", "subject", "email", "username", "slug", "code",
    "key", "collection", "id",
)  # fmt: skip
#: What does more than show a character: control, format (such as the direction of text), private, and half of a pair.
_INVISIBLE = frozenset({"Cc", "Cf", "Co", "Cs", "Zl", "Zp"})
_JOINERS = "\u200c\u200d"


class Thumbnail(str):
    """The ``data:`` URI of an image, made in `directus_sdk.display.thumbnails`."""

    __slots__ = ()


def clean(text: str) -> str:
    r"""Return a string in one line, in which control characters are visible.

    Example:
        >>> print(clean("a\n b\u202e"))
        a b\u202e
    """
    line = re.sub(r"\s+", " ", text).strip()
    return line if line.isascii() and line.isprintable() else "".join(map(_visible, line))


def _visible(letter: str) -> str:
    if unicodedata.category(letter) not in _INVISIBLE or letter in _JOINERS:
        return letter
    return letter.encode("unicode_escape", "backslashreplace").decode() if letter != "\x7f" else "\\x7f"


def shorten(text: str, length: int = LENGTH) -> str:
    """Return at most so many characters of a string."""
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def line(value: object, length: int = 300, spell: Callable[[object], str] = str) -> str:
    """Return a sentence, such as the message of an error, without the tokens in it."""
    return shorten(clean(redact.text(_string(value, spell)[: 4 * _READ])), length)


def masked(row: Mapping[str, object], hidden: frozenset[str] = frozenset()) -> dict[str, object]:
    """Return a row with its secrets masked, and with no more of each value than can be displayed."""
    some = islice(row.items(), FIELDS)
    short = {_string(name)[:_READ]: "***" if name in hidden else brief(value) for name, value in some}
    images = {name: value for name, value in short.items() if isinstance(value, Thumbnail)}
    safe: dict[str, object] = redact.value({**short, **dict.fromkeys(images)})
    return {**safe, **images}


def text_of(value: object, length: int = LENGTH) -> str:
    """Return the string of a value of a `masked` row: the title of an item, and the titles of a list of items."""
    return shorten(clean(_text(value)[: 4 * _READ]), length)


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, Mapping):
        title = _title(value)
        return title if title is not None else ", ".join(f"{name}: {_text(item)}" for name, item in value.items())
    if isinstance(value, (list, tuple)):
        return ", ".join(map(_text, value))
    return _string(value)


def _title(item: Mapping[str, object]) -> str | None:
    """Return what names an item, or ``None`` where a mapping is not one, such as a point of a map."""
    if item.get("first_name") or item.get("last_name"):
        return " ".join(_text(item.get(name)) for name in ("first_name", "last_name") if item.get(name))
    best = next((name for name in _TITLES[:-2] if isinstance(item.get(name), (str, int)) and item[name] != ""), None)
    if best is not None:
        return _text(item[best])
    nested = [value for value in item.values() if isinstance(value, Mapping)]
    if len(nested) == 1 and ("id" in item or len(item) == 1):  # a row of a junction
        return _text(nested[0])
    return next((_text(item[name]) for name in _TITLES[-2:] if isinstance(item.get(name), (str, int))), None)


def fields_of(item: object) -> dict[str, object] | None:
    """Return the fields of an instance of a model that its `repr` has; ``None`` for other objects."""
    kind = type(item)
    fields = getattr(kind, "__attrs_attrs__", None)
    if fields is None and dataclasses.is_dataclass(kind):
        fields = dataclasses.fields(kind)
    if fields is not None:
        return {field.name: getattr(item, field.name, None) for field in fields if field.repr}
    fields = getattr(kind, "model_fields", None)  # of pydantic
    if not isinstance(fields, Mapping):
        return None
    return {name: getattr(item, name, None) for name, field in fields.items() if getattr(field, "repr", True)}


def brief(value: object, depth: int = _DEPTH) -> object:
    """Return a copy of plain values that has no more than is displayed."""
    if value is None or isinstance(value, (bool, float, Thumbnail)) or (type(value) is int and -_LARGE < value < _LARGE):
        return value
    try:
        if not isinstance(value, str) and not type(value).__module__.startswith("directus_sdk."):
            value = fields_of(value) or value  # a related item that is a model of the user
        if isinstance(value, (Mapping, list, tuple, set, frozenset)):
            return _brief_entries(value, depth)
    except Exception as error:  # noqa: BLE001 - a class of a user's own
        return f"<{type(value).__name__}: {type(error).__name__}>"
    return _string(value)[:_READ]


def _brief_entries(value: Mapping[object, object] | Collection[object], depth: int) -> object:
    if depth == 0:
        return f"… {len(value):,} entries" if value else ""
    if isinstance(value, Mapping):
        return {_string(name)[:_READ]: brief(item, depth - 1) for name, item in islice(value.items(), 4 * _ENTRIES)}
    entries = sorted(value, key=repr) if isinstance(value, (set, frozenset)) else value  # the order of hashes is random
    some = [brief(item, depth - 1) for item in islice(entries, _ENTRIES)]
    return [*some, f"… and {len(value) - _ENTRIES:,} more"] if len(value) > _ENTRIES else some


def _string(value: object, spell: Callable[[object], str] = str) -> str:
    """Return the string of any object, or its ``repr``, whatever its class does."""
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, (bytes, bytearray, memoryview)):
        return f"<{len(value):,} bytes>"
    try:
        return str.__str__(spell(value))
    except Exception as error:  # noqa: BLE001 - of a user's own class, or an integer that is too long
        return f"<{type(value).__name__}: {type(error).__name__}>"


def is_empty(value: object) -> bool:
    """Whether a value says nothing: null, or empty."""
    return value is None or (isinstance(value, (str, Sequence, Mapping)) and not value)
