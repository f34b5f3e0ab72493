"""Names of fields: those that no field of Directus can have are refused, since a server drops them without an error."""

from __future__ import annotations

from collections.abc import Iterable


def check_names(names: Iterable[object], what: str = "") -> None:
    """Refuse empty names, and names with a dot.

    An export of the server splits a JSON object into columns such as ``meta.color``, and leaves the column ``meta`` empty.
    Written back, the first would be dropped and the second would clear the field.

    Args:
        names: The keys of an item, or the columns of a table.
        what: What has these names, for the message.

    Raises:
        ValueError: One of them is empty or has a dot.
    """
    for name in names:
        if not isinstance(name, str) or ("." not in name and name and not name.isspace()):
            continue
        if not name.strip():
            raise ValueError(f"{what}{': ' if what else ''}no field has the empty name {name!r}")
        head = name.partition(".")[0]
        raise ValueError(
            f"{what}{': ' if what else ''}no field has a dot in its name, so {name!r} would be dropped. In a CSV export of "
            f"the server it is a part of the field {head!r}, whose own column is then empty: pass {head!r} as one JSON "
            f"value (an export in JSON has it), or leave out both {name!r} and {head!r}"
        )
