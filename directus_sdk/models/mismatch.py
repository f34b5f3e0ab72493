"""The error of a value that does not fit its hint; callers add the path to it."""

from __future__ import annotations

from collections.abc import Mapping

from directus_sdk.redaction import redact

_EXCERPT = 80
_NO_VALUE = object()


def excerpt(value: object) -> str:
    """Return a short form of a value, for an error's message.

    Example:
        >>> excerpt({"token": "abc", "name": "Ann"})
        "{'token': '***', 'name': 'Ann'}"
    """
    text = redact.text(repr(redact.value(value)))
    return text if len(text) <= _EXCERPT else text[: _EXCERPT - 1] + "…"


class MismatchError(Exception):
    """The problem of a value, and what to do.

    Args:
        reason: The part of the message after the field's name; ``{value}`` stands for the value's excerpt.
        advice: What to do; ``{field}`` stands for the path as written in ``fields=``.
        value: The value for the excerpt.
        path: The place of the value: field names and positions in lists.
    """

    def __init__(self, reason: str, *, advice: str = "", value: object = _NO_VALUE, path: tuple[str | int, ...] = ()) -> None:
        super().__init__(reason)
        self.reason = reason
        self.advice = advice
        self.value = value
        self.path = path

    def under(self, step: str | int) -> MismatchError:
        """Prepend a field or a position to the path, and return the error itself."""
        self.path = (step, *self.path)
        return self

    @property
    def field(self) -> str:
        """The path with dots: ``comments.0.author``."""
        return ".".join(str(step) for step in self.path)

    def describe(self) -> str:
        """Return the reason with the value, and the advice with the path."""
        # Positions in lists are not part of a path in `fields=`.
        steps = [step for step in self.path if isinstance(step, str)]
        # Not str.format: hints and values may contain braces.
        text = self.advice.replace("{field}", ".".join(steps))
        reason = self.reason
        if self.value is not _NO_VALUE:
            secret = bool(steps) and steps[-1].lower() in redact.SECRET_KEYS
            before, _, after = reason.partition("{value}")
            reason = before + (redact.MASK if secret else excerpt(self.value)) + after
        return f"{reason}: {text}" if text else reason


def wrong(expected: str, value: object) -> MismatchError:
    """Return the error of a value that is not the plain value of its hint."""
    if value is None:
        return null()
    if isinstance(value, Mapping):
        return MismatchError(
            "is an object, but its hint allows a key or a plain value",
            advice='ask for it with fields=["{field}"], without its nested fields, '
            "or add a model to its hint, such as `int | Author`",
        )
    return MismatchError(f"should be {expected}, not {{value}}", value=value)


def null() -> MismatchError:
    """Return the error of a null whose hint has no None."""
    return MismatchError("is null, but its hint does not allow that", advice="add `| None` to the hint")


def missing(model: str) -> MismatchError:
    """Return the error of a missing field."""
    return MismatchError(
        f"is missing, and {model} has no default for it",
        advice='add it to fields=[…, "{field}"], check that you may read it, or give the attribute a default',
    )


def key_only(model: str, value: object) -> MismatchError:
    """Return the error of a key whose hint is an object."""
    if value is None:
        return null()
    if isinstance(value, list):
        return MismatchError(f"should be an object for {model}, not the list {{value}}", value=value)
    return MismatchError(
        "is the key {value}, but its hint is an object",
        advice=f'ask for its fields with fields=["{{field}}.*"], or write its hint as `{type(value).__name__} | {model}`',
        value=value,
    )
