"""The types of relations."""

from __future__ import annotations

from typing import Any

#: A relation to one item: its key or ``None``, or an item where `fields` includes nested fields. Only the call knows which.
ManyToOne = Any

#: A relation to several items: a list of keys, or of items where `fields` includes nested fields.
OneToMany = list[Any]
