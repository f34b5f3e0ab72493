"""How objects are displayed in notebooks: as HTML, and as plain text of 40 to 120 columns.

Each class says in ``_card`` what is displayed of it, and `html` and `text` draw that. Every string goes through `values`, which
masks secrets, shortens, and makes control characters visible; `html.escaped` is the only place that escapes.
"""

from __future__ import annotations

from directus_sdk.display.card import Card as Card
from directus_sdk.display.card import Grid as Grid
from directus_sdk.displayed import Displayed as Displayed

__all__ = ["Card", "Displayed", "Grid", "full_tracebacks"]


def full_tracebacks(full: bool = True) -> None:
    """Show the frames of this package in the tracebacks of IPython, or hide them, which is the default.

    Args:
        full: Whether to show them.

    Raises:
        TypeError: It is not a boolean, such as the string "no".
    """
    if not isinstance(full, bool):
        raise TypeError(f"full must be True or False, not {full!r}")
    from directus_sdk.display import tracebacks

    tracebacks.show_all = full
