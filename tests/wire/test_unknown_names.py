"""Messages about keywords that no query has: they say what to write instead."""

from __future__ import annotations

import datetime
import inspect
import re
from typing import Any

import pytest

from directus_sdk import Directus
from directus_sdk.testing.mock import MockTransport
from directus_sdk.wire.unknown_names import OPTIONS

KEYWORDS: list[tuple[dict[str, Any], str]] = [
    ({"status": "published"}, r"fields are filtered with filter={'status': {'_eq': 'published'}}"),
    ({"views": 3}, r"fields are filtered with filter={'views': {'_eq': 3}}"),
    ({"id": [1, 2]}, r"fields are filtered with filter={'id': {'_in': \[1, 2\]}}"),
    ({"date": None}, r"fields are filtered with filter={'date': {'_null': True}}"),
    ({"date": datetime.date(2026, 1, 1)}, r"'date': {'_eq': datetime.date\(2026, 1, 1\)}"),
    ({"title": "x" * 99}, r"fields are filtered with filter={'title': {'_eq': …}}"),
    ({"author": {"_eq": 1}}, r"a filter is given as {'filter': {'author': …}}"),
    ({"limt": 3}, r"unknown query parameter 'limt'; did you mean limit\? Directus ignores unknown parameters"),
    ({"age": 30}, r"fields are filtered with filter={'age': {'_eq': 30}}"),
    ({"keys": [1]}, r"keys go first: read_many\(\[1, 2\]\)"),
    ({"ids": [1]}, r"keys go first: read_many\(\[1, 2\]\)"),
    ({"order_by": "-date"}, r"sort='-date'"),
    ({"orderBy": "-date"}, r"sort='-date'"),
    ({"select": ["id"]}, r"fields=\["),
    ({"columns": ["id"]}, r"fields=\["),
    ({"include": ["author"]}, r"fields=\['id', 'author.name'\]"),
    ({"where": {"a": 1}}, r"write filter="),
    ({"page_size": 10}, r"read_all\(page_size=…\)"),
    ({"per_page": 10}, r"read_all\(page_size=…\)"),
    ({"take": 10}, r"limit=10"),
    ({"skip": 10}, r"offset=10"),
    ({"q": "x"}, r"search="),
    ({"workers": 2}, r"an option of other methods, not of this one: of create_many"),
    ({"returning": "keys"}, r"an option of other methods, not of this one"),
    ({"dry_run": True}, r"not of this one: of update_by_query and delete_by_query"),
    ({"timeout": 5}, r"an option of the client: directus.with_options\(timeout=…\)"),
]


@pytest.mark.parametrize(("keywords", "words"), KEYWORDS, ids=[next(iter(keywords)) for keywords, _ in KEYWORDS])
def test_a_keyword_that_no_query_has(keywords: dict[str, Any], words: str) -> None:
    mock = MockTransport([])
    directus = Directus("https://cms.example.com", transport=mock)
    items: Any = directus.items("articles")
    for call in (items.read_many, items.first, items.count, items.read_all, directus.singleton("a").read, directus.users.me):
        if call == items.read_all and "page_size" in keywords:
            continue
        with pytest.raises(TypeError, match=words) as caught:
            call(**keywords)
        assert "request()" not in str(caught.value) or "limt" in keywords
    with pytest.raises(TypeError, match=words):
        items.read_many({"limit": 1, **keywords})
    assert mock.requests == []


def test_the_value_of_a_secret_is_not_shown() -> None:
    items: Any = Directus("https://cms.example.com", transport=MockTransport([])).items("articles")
    with pytest.raises(TypeError) as caught:
        items.read_many(api_key="k3y-of-mine")
    assert "k3y-of-mine" not in str(caught.value)
    assert "filter={'api_key': {'_eq': " in str(caught.value)


def test_an_option_of_another_method_in_a_write() -> None:
    mock = MockTransport([])
    items: Any = Directus("https://cms.example.com", transport=mock).items("articles")
    with pytest.raises(TypeError, match=r"'workers'; it is an option of other methods, not of this one"):
        items.create_one({"title": "x"}, workers=2)
    with pytest.raises(TypeError, match=r"an option of the client"):
        items.update_one(1, {"title": "x"}, timeout=2)
    assert mock.requests == []


@pytest.mark.parametrize("name", [name for name in OPTIONS if name not in ("workers", "checkpoint")])
def test_the_methods_of_an_option_have_it(name: str) -> None:
    items = Directus("https://cms.example.com", transport=MockTransport([])).items("articles")
    if OPTIONS[name].startswith("directus."):
        assert name in inspect.signature(Directus.with_options).parameters
        return
    methods = re.findall(r"\w+_\w+|iterate|sync", re.sub(r"\(.*?\)", "", OPTIONS[name]))
    assert methods
    for method in methods:
        assert name in inspect.signature(getattr(items, method)).parameters, (name, method)
