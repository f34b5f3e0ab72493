"""The project of the example in Directus: collections, a role with its permissions, rows, images, and a flow to the site."""

from __future__ import annotations

import secrets
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from directus_sdk import Directus

from . import content
from .drawing import seascape

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Both have the same password, which is a new one at each start.
EDITORS = ("ada@example.com", "ben@example.com")
IMAGES = 18
#: The role of the editors; it has its key before the server starts, so that settings can name it.
EDITOR_ROLE = "5a17b0a7-0000-4000-8000-000000000001"
#: The header of the webhook, with the secret.
HEADER = "X-Directus-Secret"

Entry = dict[str, Any]


def _field(name: str, kind: str = "string", *, schema: Entry | None = None, **meta: object) -> Entry:
    return {"field": name, "type": kind, "meta": meta, "schema": schema or {}}


def _rule(name: str, pattern: str, message: str) -> Entry:
    """What a field must look like, checked by the server, and the message that a form shows."""
    return {"validation": {"_and": [{name: {"_regex": pattern}}]}, "validation_message": message}


_STATUS = [{"text": text.title(), "value": text} for text in ("draft", "published")]
_KEY = {"is_primary_key": True, "is_nullable": False, "length": 40}
_FILLED = {"is_nullable": False}
_SLUG = _rule("slug", "^[a-z0-9]+(-[a-z0-9]+)*$", "Use lower-case letters, digits and hyphens, such as a-day-at-sea.")
_SUMMARY = _rule("summary", "^[\\s\\S]{20,240}$", "The summary needs 20 to 240 characters.")
COLLECTIONS: list[Entry] = [
    {
        "collection": "sections",
        "meta": {"icon": "label", "display_template": "{{name}}"},
        "schema": {},
        "fields": [_field("id", schema=_KEY), _field("name", required=True)],
    },
    {
        "collection": "authors",
        "meta": {"icon": "person", "display_template": "{{name}}"},
        "schema": {},
        "fields": [_field("name", required=True), _field("about", "text")],
    },
    {
        "collection": "articles",
        "meta": {"icon": "article", "display_template": "{{title}}", "sort_field": None},
        "schema": {},
        "fields": [
            _field("title", schema=_FILLED, required=True),
            _field("slug", schema={**_FILLED, "is_unique": True}, required=True, **_SLUG),
            _field(
                "status",
                schema={"default_value": "draft"},
                interface="select-dropdown",
                options={"choices": _STATUS},
            ),
            _field("published_on", "date", interface="datetime"),
            _field("summary", "text", schema=_FILLED, required=True, interface="input-multiline", **_SUMMARY),
            _field("body", "text", schema=_FILLED, required=True, interface="input-rich-text-html"),
            _field("section", schema={"max_length": 40}, required=True, interface="select-dropdown-m2o", special=["m2o"]),
            _field("author", "integer", interface="select-dropdown-m2o", special=["m2o"]),
            _field("cover", "uuid", interface="file-image", special=["file"]),
        ],
    },
]
#: What the editors must fill in; an empty string would do for the database.
_NOT_EMPTY = {"_and": [{name: {"_nempty": True}} for name in ("title", "body", "section")]}
RELATIONS = [("section", "sections"), ("author", "authors"), ("cover", "directus_files")]
_READABLE = [("sections", {}), ("authors", {}), ("directus_files", {})]


class Magazine:
    """The example's project on a server.

    Attributes:
        password: The password of both editors.
    """

    def __init__(self, directus: Directus) -> None:
        self.directus = directus
        self.password = secrets.token_urlsafe(9)

    def build(self, images: int = IMAGES) -> None:
        """Create everything but the flow.

        Args:
            images: How many images to draw; the articles share them.
        """
        directus = self.directus
        for collection in COLLECTIONS:
            directus.collections.create_one(collection)
        for field, related in RELATIONS:
            directus.relations.create_one({"collection": "articles", "field": field, "related_collection": related})
        self._people()
        directus.items("sections").create_many([{"id": key, "name": name} for key, name in content.SECTIONS.items()])
        authors = directus.items("authors").create_many(
            [{"name": name, "about": f"{name} {about}"} for name, about in content.AUTHORS.items()]
        )
        covers = self._covers(images)
        directus.items("articles").create_many(
            {**row, "author": authors[row["author"]]["id"], "cover": covers[row["cover"] % len(covers)]}
            for row in content.articles()
        )

    def connect(self, webhook: str, secret: str, collections: Sequence[str] = ("articles", "authors", "sections")) -> None:
        """Create a flow that calls the site when an item was created, updated or deleted.

        Args:
            webhook: The URL of the site's webhook.
            secret: What the site expects in the header.
            collections: The collections whose changes count.
        """
        directus = self.directus
        events = [f"items.{event}" for event in ("create", "update", "delete")]
        flow = directus.flows.create_one(
            {
                "name": f"Call {webhook}",
                "status": "active",
                "trigger": "event",
                "accountability": None,
                "options": {"type": "action", "scope": events, "collections": list(collections)},
            }
        )
        step = directus.operations.create_one(
            {
                "flow": flow["id"],
                "name": "Call the site",
                "key": "call",
                "type": "request",
                "position_x": 19,
                "position_y": 1,
                "options": {
                    "method": "POST",
                    "url": webhook,
                    "headers": [{"header": HEADER, "value": secret}],
                    "body": "{{$trigger}}",
                },
            }
        )
        directus.flows.update_one(flow["id"], {"operation": step["id"]})

    # ------------------------------------------------------------------
    def _people(self) -> None:
        directus = self.directus
        readers = directus.policies.create_one({"name": "Readers", "icon": "public"})
        directus.access.create_one({"policy": readers["id"], "role": None, "user": None})
        role = directus.roles.create_one({"id": EDITOR_ROLE, "name": "Editor", "icon": "edit"})
        editors = directus.policies.create_one({"name": "Editors", "app_access": True})
        directus.access.create_one({"role": role["id"], "policy": editors["id"]})
        published = {"status": {"_eq": "published"}}
        allowed = [(readers, "read", name, rows) for name, rows in [*_READABLE, ("articles", published)]]
        allowed += [(editors, "read", name, rows) for name, rows in [*_READABLE, ("articles", {})]]
        allowed += [(editors, action, "articles", {}) for action in ("create", "update")]
        allowed += [(editors, "create", "directus_files", {})]
        directus.permissions.create_many(
            {
                "policy": policy["id"],
                "action": action,
                "collection": name,
                "permissions": rows,
                "validation": _NOT_EMPTY if (action, name) == ("create", "articles") else None,
                "fields": ["*"],
            }
            for policy, action, name, rows in allowed
        )
        directus.users.create_many(
            {
                "email": email,
                "password": self.password,
                "role": role["id"],
                "first_name": email.partition("@")[0].title(),
                "last_name": "Example",
            }
            for email in EDITORS
        )

    def _covers(self, images: int) -> list[str]:
        def upload(number: int) -> str:
            data = {"title": f"Seascape {number + 1}", "description": "A sailing boat off a hilly shore"}
            file = self.directus.files.upload(seascape(number), data, filename=f"seascape-{number + 1}.jpg")
            return str(file["id"])

        with ThreadPoolExecutor(4) as threads:
            return list(threads.map(upload, range(images)))
