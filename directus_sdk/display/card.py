"""What is displayed of an object: a heading, facts, lines and tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import attrs

from directus_sdk.displayed import Displayed


@attrs.frozen
class Grid:
    """A table.

    Attributes:
        rows: Its rows: mappings, or items of any other class. Only the first of them are displayed.
        count: How many rows there are, if `rows` does not have all of them.
        what: What the rows are.
        total: How many there are on the server, or ``None``.
        masked: Names of columns whose values are never displayed.
        title: What is above the table.
        whole: Whether as many rows are displayed as there is room for, each shorter: a description, which is read whole.
    """

    rows: Iterable[object]
    count: int
    what: str = "items"
    total: int | None = None
    masked: frozenset[str] = frozenset()
    title: str = ""
    whole: bool = False

    def caption(self, displayed: int) -> str:
        """Return what is below the table, such as ``"5 of 240 items"``.

        Args:
            displayed: How many rows are displayed.
        """
        of_total = f" of {self.total:,}" if self.total is not None and self.total > self.count else ""
        counted = f"{self.count:,}{of_total} {self.what if self.count != 1 or of_total else self.what.removesuffix('s')}"
        rest = self.count - displayed
        return f"{more(rest)}; {counted}" if rest > 0 else counted


@attrs.frozen(repr=False)
class Card(Displayed):
    """What is displayed of an object.

    Attributes:
        title: The first line.
        facts: Names with values.
        lines: Sentences.
        grids: Tables.
    """

    title: str = ""
    facts: Mapping[str, object] = attrs.field(factory=dict)
    lines: Sequence[str] = ()
    grids: Sequence[Grid] = ()

    def _card(self) -> Card:
        return self

    def __repr__(self) -> str:
        return f"<Card {self.title!r}>" if self.title else f"<Card with {len(self.grids)} tables>"


def more(count: int) -> str:
    """Return how many others there are that are not displayed."""
    return f"… and {count:,} more"


def drawn(value: Displayed, draw: Callable[[Card], str]) -> str:
    """Draw the card of an object, whatever its state is: one that was not made completely has no card."""
    try:
        return draw(value._card())
    except Exception as error:  # noqa: BLE001 - what is displayed must not fail
        return draw(Card(f"<{type(value).__name__}: {type(error).__name__}>"))
