"""A read-only mapping of names, whose errors suggest the name that was meant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, TypeVar

from directus_sdk.displayed import Displayed
from directus_sdk.wire.functions import closest

if TYPE_CHECKING:
    from directus_sdk.display.card import Card

V = TypeVar("V")


class Catalog(Mapping[str, V], Displayed):
    """The collections, fields or translations of something, by their names.

    Two catalogs are equal if they have the same entries, in any order.

    Args:
        entries: The entries by name.
        what: What the names belong to, for errors.

    Example:
        >>> Catalog({"title": 1, "status": 2}, "field of articles")["titel"]
        Traceback (most recent call last):
        KeyError: "there is no field of articles 'titel'; did you mean 'title'?"
    """

    __slots__ = ("_entries", "_what")

    def __init__(self, entries: Mapping[str, V], what: str = "entry") -> None:
        self._entries = dict(entries)
        self._what = what

    def __getitem__(self, name: str) -> V:
        try:
            return self._entries[name]
        except KeyError:
            close = closest(name, self._entries)
            hint = f"; did you mean {close!r}?" if close else ""
            raise KeyError(f"there is no {self._what} {name!r}{hint}") from None

    def __contains__(self, name: object) -> bool:
        return name in self._entries

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def __eq__(self, other: object) -> bool:
        return self._entries == other._entries if isinstance(other, Catalog) else self._entries == other

    def __hash__(self) -> int:
        return hash(frozenset(self._entries.items()))

    def __repr__(self) -> str:
        return f"Catalog({', '.join(self._entries)})"

    def _card(self) -> Card:
        from directus_sdk.display import Card, Grid

        rows = ({"name": name, self._what.partition(" ")[0]: repr(entry)} for name, entry in self.items())
        return Card(grids=[Grid(rows, len(self), "entries", whole=True)])

    def _ipython_key_completions_(self) -> list[str]:
        return list(self._entries)
