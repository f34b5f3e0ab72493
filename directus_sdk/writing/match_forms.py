"""The values to match on as one string, their form: a row and an item that belong together have the same one.

Where a form is certain, it is enough to find the item of a row. Where it is not (a decimal that the database has rounded, a
time), it finds the candidates, and `directus_sdk.writing.match_values` decides.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Hashable, Sequence

from directus_sdk.json_types import JSONMapping
from directus_sdk.reading.field_values import Field
from directus_sdk.wire.encoding import MAX_SAFE_INTEGER
from directus_sdk.wire.value_types import INTEGERS, STRINGS
from directus_sdk.writing.match_values import Matcher
from directus_sdk.writing.row_store import RowStore, StoredRow

#: How a form begins that only finds candidates.
_UNCERTAIN = "~"


class MatchForms:
    """Returns the form of the values to match on.

    Args:
        fields: The fields to match on.
    """

    def __init__(self, fields: Sequence[Field]) -> None:
        self.names = [field.name for field in fields]
        self._forms = [_form(field) for field in fields]
        self._canonical = fields[0].canonical
        #: What `match_on` needs, in words.
        self.unique = "a unique field" if len(fields) == 1 else "fields that are unique together"

    def of(self, item: JSONMapping) -> str | None:
        """Return the form of a row or an item, or ``None`` where it has no value in one of the fields."""
        if len(self.names) == 1:
            value = item.get(self.names[0])
            return None if value is None else self._forms[0](value)
        values = [item.get(name) for name in self.names]
        if None in values:
            return None
        forms = [form(value) for form, value in zip(self._forms, values, strict=True)]
        return "".join(f"{len(form)}:{form}" for form in forms)

    def words(self, item: JSONMapping) -> str:
        """Return the values of a row or an item in words."""
        return " and ".join(f"{name} = {item[name]!r}" for name in self.names)

    def duplicate(self, store: RowStore) -> StoredRow | None:
        """Return the first row that has the same values as one before it."""
        for rows in store.alike():
            seen: set[Hashable] = set()
            for row in rows:
                form = row.form if self.is_certain(row.form) else self._canonical(row.mapping()[self.names[0]])
                if form in seen:
                    return row
                seen.add(form)
        return None

    def is_certain(self, form: str) -> bool:
        """Return whether rows and items with this form belong together, without a closer look."""
        return len(self.names) > 1 or not form.startswith(_UNCERTAIN)


def _form(field: Field) -> Callable[[object], str]:
    bucket = Matcher(field).bucket

    def other(value: object) -> str:
        shared = bucket(value)
        if isinstance(shared, float):
            whole = field.type in INTEGERS and shared.is_integer() and abs(shared) < MAX_SAFE_INTEGER
            return str(int(shared)) if whole else f"{_UNCERTAIN}{shared!r}"
        if isinstance(shared, dt.datetime) and shared.tzinfo is not None:
            shared = shared.astimezone(dt.timezone.utc)
        return f"{shared}" if field.type in STRINGS or field.type == "uuid" else f"{_UNCERTAIN}{shared}"

    if field.type in INTEGERS:
        return lambda value: str(value) if type(value) is int and abs(value) < MAX_SAFE_INTEGER else other(value)
    if field.type in STRINGS:
        return lambda value: value if type(value) is str else other(value)
    return other
