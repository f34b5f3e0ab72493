"""The data that every documented example works on: authors, their articles, and a singleton of global texts.

It is written with plain requests, so that it holds whatever the SDK does.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import requests

AUTHORS = [
    {"id": 1, "name": "Ada Lovelace"},
    {"id": 2, "name": "Grace Hopper"},
    {"id": 3, "name": "Alan Turing"},
]

_TITLES = (
    "A gentle start",
    "Numbers that count",
    "Letters from the north",
    "What the compiler said",
    "Machines that learn",
    "The long way home",
    "Notes on a loom",
    "Small bugs, big nights",
    "Rivers and roads",
    "On being punctual",
    "A history of paper",
    "Islands",
    "The second draft",
    "Tea at four",
    "Signals",
    "Of mice and menus",
    "The quiet server",
    "Maps without names",
    "Weather report",
    "Counting to infinity",
    "Half a proof",
    "The open window",
    "Lost in the index",
    "Winter light",
    "The last page",
)


def _article(number: int, title: str) -> dict[str, Any]:
    """One of 25 articles, one a week from 2024-01-01: every fifth is a draft; ratings go from 1 to 5."""
    return {
        "id": number,
        "status": "published" if number % 5 else "draft",
        "title": title,
        "body": f"{title}. This is article number {number} of the sample.",
        "date": (date(2024, 1, 1) + timedelta(weeks=number - 1)).isoformat(),
        "author": (number - 1) % 3 + 1,
        "rating": (number * 3) % 5 + 1,
        "views": number * 40,
    }


ARTICLES = [_article(number, title) for number, title in enumerate(_TITLES, 1)]
GLOBALS = {"title": "My site", "description": "Articles to try things on."}


def _field(name: str, kind: str, **schema: Any) -> dict[str, Any]:
    return {"field": name, "type": kind, "meta": {}, "schema": schema}


_ID = {
    "field": "id",
    "type": "integer",
    "meta": {"hidden": True},
    "schema": {"is_primary_key": True, "has_auto_increment": True},
}

COLLECTIONS = [
    {"collection": "authors", "meta": {}, "schema": {}, "fields": [_ID, _field("name", "string", is_nullable=False)]},
    {
        "collection": "articles",
        "meta": {},
        "schema": {},
        "fields": [
            _ID,
            _field("status", "string", default_value="draft"),
            _field("title", "string", is_nullable=False),
            _field("body", "text"),
            _field("date", "date"),
            _field("author", "integer"),
            _field("rating", "integer"),
            _field("views", "integer", default_value=0),
        ],
    },
    {
        "collection": "globals",
        "meta": {"singleton": True},
        "schema": {},
        "fields": [_ID, _field("title", "string"), _field("description", "text")],
    },
]

RELATION = {
    "collection": "articles",
    "field": "author",
    "related_collection": "authors",
    "meta": {},
    "schema": {"on_delete": "SET NULL"},
}

_OURS = {str(collection["collection"]) for collection in COLLECTIONS}

# What an example may have made besides collections; deleted in this order.
_LEFTOVERS = (
    "shares",
    "versions",
    "comments",
    "notifications",
    "presets",
    "flows",
    "dashboards",
    "translations",
    "users",
    "roles",
    "policies",
    "files",
    "folders",
)


class _API:
    def __init__(self, url: str, token: str) -> None:
        self.url = url.rstrip("/")
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.headers["Authorization"] = f"Bearer {token}"

    def __call__(self, method: str, path: str, json: Any = None) -> Any:
        answer = self.session.request(method, f"{self.url}/{path}", json=json, timeout=30)
        if not answer.ok:
            raise RuntimeError(f"{method} /{path}: {answer.status_code} {answer.text[:500]}")
        return answer.json()["data"] if answer.content else None

    def last_change(self) -> Any:
        """What the server logged last; it logs every change of the examples."""
        return self("GET", "activity?fields=id&sort=-id&limit=1&filter[action][_neq]=login")

    def collections(self) -> set[str]:
        names = {entry["collection"] for entry in self("GET", "collections")}
        return {name for name in names if not name.startswith("directus_")}

    def keys(self, group: str) -> set[str]:
        return {item["id"] for item in self("GET", f"{group}?fields=id&limit=-1")}

    def drop(self, collections: set[str]) -> None:
        """Delete collections whatever their relations are: relations go first."""
        if not collections:
            return
        for relation in self("GET", "relations"):
            if relation["collection"] in collections and (relation["schema"] or {}).get("constraint_name"):
                self("DELETE", f"relations/{relation['collection']}/{relation['field']}")
        left = sorted(collections)
        while left:
            refused = [name for name in left if not self.dropped(name, last=len(left) == 1)]
            if refused == left:
                raise RuntimeError(f"these collections cannot be deleted: {', '.join(left)}")
            left = refused

    def dropped(self, name: str, *, last: bool) -> bool:
        """Delete a collection; some databases do not name the keys that still point to it, and refuse."""
        try:
            self("DELETE", f"collections/{name}")
        except RuntimeError:
            if last:
                raise
            return False
        return True


class Sample:
    """The sample on a server, and what was there before it."""

    def __init__(self, url: str, token: str) -> None:
        self._api = _API(url, token)
        self._api.drop(_OURS & self._api.collections())
        self._collections = self._api.collections()
        self._keys = {group: self._api.keys(group) for group in _LEFTOVERS}
        self._seen: Any = None

    def restore(self) -> None:
        """Put the sample there, fresh, and nothing else; does nothing if nothing was changed since."""
        if self._seen is not None and self._seen == self._api.last_change():
            return
        self._clean()
        for collection in COLLECTIONS:
            self._api("POST", "collections", collection)
        self._api("POST", "relations", RELATION)
        self._api("POST", "items/authors", AUTHORS)
        self._api("POST", "items/articles", ARTICLES)
        self._api("PATCH", "items/globals", GLOBALS)
        self._seen = self._api.last_change()

    def close(self) -> None:
        """Remove the sample and what was made since."""
        self._clean()
        self._api.session.close()

    def _clean(self) -> None:
        self._api.drop(self._api.collections() - self._collections)
        for group, before in self._keys.items():
            if not (made := sorted(self._api.keys(group) - before)):
                continue
            try:
                self._api("DELETE", group, made)
            except RuntimeError:
                if group != "files":
                    raise
                # Servers were seen to fail on a file that was never given a content.
                for key in made:
                    self._api("PATCH", f"{group}/{key}", {"filename_disk": f"none-{key}"})
                self._api("DELETE", group, made)
