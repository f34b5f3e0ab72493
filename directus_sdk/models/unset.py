"""The value of an attribute that was not set."""

from __future__ import annotations

from enum import Enum
from typing import Final


class Unset(Enum):
    """The type of `UNSET`, for hints: ``title: str | Unset = UNSET``.

    It is an enumeration with one member, so that type checkers understand ``if article.title is not UNSET``.
    """

    #: Not a JSON value, so that it is refused and not sent as a string if it gets into a payload.
    UNSET = ...

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return "UNSET"

    __str__ = __repr__


#: An attribute that was not set, as opposed to one that was set to None: it is not sent.
UNSET: Final = Unset.UNSET
