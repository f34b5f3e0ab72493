"""What the server has for many entries of each endpoint group; for the rest, the SDK sends one request for each entry."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import attrs


@attrs.frozen
class Group:
    """The batches of an endpoint group of version 8.8.1; ``False`` means one request for each entry.

    Attributes:
        read_many: How the entries with some keys are read: keys in the path, or a filter by the primary key.
        create_many: Whether POST takes a list.
        update_many: How the same change is made to some entries: keys in the path, or a list of keys and changes.
        update_batch: Whether PATCH takes a list.
        delete_many: Whether DELETE takes several keys, and removes more than the first of them.
        lifts: Whether ``limit=-1`` lifts the default limit of a list of keys.
        has_status: Whether entries may have a status that hides them.
        selects: Whether lists can be sorted and filtered.
        key: The primary key.
    """

    read_many: Literal["keys", "filter"] = "keys"
    create_many: bool = False
    update_many: Literal["keys", "list", False] = False
    update_batch: bool = False
    delete_many: bool = False
    lifts: bool = False
    has_status: bool = False
    selects: bool = True
    key: str = "id"


GROUPS: Mapping[str, Group] = {
    "items": Group(
        create_many=True, update_many="keys", update_batch=True, delete_many=True, lifts=True, has_status=True
    ),
    "files": Group(update_many="keys", update_batch=True, delete_many=True),
    "folders": Group(read_many="filter"),
    "users": Group(create_many=True, update_many="keys", delete_many=True, lifts=True, has_status=True),
    "roles": Group(),
    "permissions": Group(create_many=True, update_many="keys", update_batch=True),
    "relations": Group(create_many=True, update_many="keys", delete_many=True, lifts=True),
    "collection_presets": Group(),
    "settings": Group(
        create_many=True, update_many="list", update_batch=True, delete_many=True, lifts=True, selects=False
    ),
    "webhooks": Group(create_many=True, update_many="keys", delete_many=True, lifts=True),
    "collections": Group(key="collection"),
    "activity": Group(),
    "revisions": Group(lifts=True),
}  # fmt: skip
