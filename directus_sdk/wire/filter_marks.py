"""What a filter that was made of expressions says beside what is sent."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import Final

from directus_sdk.displayed import Displayed
from directus_sdk.json_types import JSONObject


class FilterExpression(Displayed, Mapping[str, object]):
    """Base class of filters that are made of expressions."""

    __slots__ = ()

    @property
    def matches_nothing(self) -> bool:
        """Whether no item can match, so that the filter is never sent."""
        return False

    @abstractmethod
    def to_dict(self) -> JSONObject:
        """Return the filter as it is sent.

        Example:
            >>> (F.views > 5).to_dict()
            {'views': {'_gt': 5}}
        """


class _Nothing(JSONObject):
    """A filter that no item matches. Servers have none, so it is never sent."""

    __slots__ = ()

    def __reduce__(self) -> str:
        return "NOTHING"  # a copy would be an empty filter, which every item matches

    def __bool__(self) -> bool:
        return True


#: The filter that no item matches. It is true, as every other filter is: only no filter is false.
NOTHING: Final = _Nothing()


class Complement(JSONObject):
    """An operator and its value that stand for the opposite of a condition."""

    __slots__ = ()


class Wildcards(str):
    """A string whose ``%`` and ``_`` are meant to stand for other characters."""

    __slots__ = ()
