"""An iterator that waits for its next value and can be closed."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Generic, TypeVar

from directus_sdk.displayed import Displayed
from directus_sdk.errors import SubscriptionEnded
from directus_sdk.redaction.tracebacks import without_locals

if TYPE_CHECKING:
    from types import TracebackType

    from typing_extensions import Self

T_co = TypeVar("T_co", covariant=True)


@without_locals
class BlockingIterator(Displayed, ABC, Generic[T_co]):
    """Iteration and ``with`` over `next` and `close`."""

    @abstractmethod
    def next(self, timeout: float | None = None) -> T_co:
        """Return the next value; raises `SubscriptionEnded` after the end."""

    @abstractmethod
    def close(self) -> None:
        """End the iteration."""

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> T_co:
        try:
            return self.next()
        except SubscriptionEnded:
            raise StopIteration from None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None) -> None:
        self.close()
