"""A value that does not fit its hint: what is wrong is known where it happens, the path to it on the way out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from directus_sdk.redaction import redact

_EXCERPT = 80
_NO_VALUE = object()


def excerpt(value: Any) -> str:
    """Return a short form of a value, for an error's text.

    Example:
        >>> excerpt({"token": "abc", "name": "Ann"})
        "{'token': '***', 'name': 'Ann'}"
    """
    text = redact.text(repr(redact.value(value)))
    return text if len(text) <= _EXCERPT else text[: _EXCERPT - 1] + "…"


class MismatchError(Exception):
    """What is wrong with a value, and what to do.

    Args:
        reason: What follows the field's name in the error; ``{value}`` stands for the value's excerpt.
        advice: What to do; ``{field}`` stands for the path as it is written in ``fields=``.
        value: The value for the excerpt.
        path: Where the value stands: names of fields and positions in lists.
    """

    def __init__(self, reason: str, *, advice: str = "", value: Any = _NO_VALUE, path: tuple[str | int, ...] = ()) -> None:
        super().__init__(reason)
        self.reason = reason
        self.advice = advice
        self.value = value
        self.path = path

    def under(self, step: str | int) -> MismatchError:
        """Note that the value stands under a field or a position, and return itself."""
        self.path = (step, *self.path)
        return self

    @property
    def field(self) -> str:
        """The path with dots: ``comments.0.author``."""
        return ".".join(str(step) for step in self.path)

    def describe(self) -> str:
        """Return the reason with the value, and the advice with the path."""
        # A position in a list is no part of what `fields=` takes.
        steps = [step for step in self.path if isinstance(step, str)]
        # Both are put together by hand, not by str.format: hints and values may hold braces.
        text = self.advice.replace("{field}", ".".join(steps))
        reason = self.reason
        if self.value is not _NO_VALUE:
            secret = bool(steps) and steps[-1].lower() in redact.SECRET_KEYS
            before, _, after = reason.partition("{value}")
            reason = before + (redact.MASK if secret else excerpt(self.value)) + after
        return f"{reason}: {text}" if text else reason


def wrong(expected: str, value: Any) -> MismatchError:
    """Return what is wrong with a value that is not the plain value that its hint takes."""
    if value is None:
        return null()
    if isinstance(value, Mapping):
        return MismatchError(
            "is an object, but its hint takes a key or a plain value",
            advice='ask for it with fields=["{field}"], without its nested fields, '
            "or let its hint take a model too, such as `int | Author`",
        )
    return MismatchError(f"should be {expected}, not {{value}}", value=value)


def null() -> MismatchError:
    """Return what is wrong with a null where the hint has no None."""
    return MismatchError("is null, but its hint does not allow that", advice="add `| None` to the hint")


def missing(model: str) -> MismatchError:
    """Return what is wrong with a field that is not there."""
    return MismatchError(
        f"is missing, and {model} has no default for it",
        advice='add it to fields=[…, "{field}"], check that you may read it, or give the attribute a default',
    )


def key_only(model: str, value: Any) -> MismatchError:
    """Return what is wrong with a key where the hint takes an object."""
    if value is None:
        return null()
    if isinstance(value, list):
        return MismatchError(f"should be an object for {model}, not the list {{value}}", value=value)
    return MismatchError(
        "is the key {value}, but its hint takes an object",
        advice=f'ask for its fields with fields=["{{field}}.*"], or write its hint as `{type(value).__name__} | {model}`',
        value=value,
    )
