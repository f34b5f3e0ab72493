from __future__ import annotations

import pytest

from directus_sdk import Directus
from directus_sdk.testing.mock import MockTransport


def client(*answers: object) -> tuple[Directus, MockTransport]:
    mock = MockTransport(list(answers))
    return Directus("https://cms.example.com", transport=mock), mock


def test_each_verb_is_one_request() -> None:
    directus, mock = client({"title": "x"}, {"mainHash": "h"}, 1)
    assert directus.versions.save("v", {"title": "x"}) == {"title": "x"}
    assert directus.versions.compare("v") == {"mainHash": "h"}
    assert directus.versions.promote("v", "h", ["title"]) == 1
    assert [(request.method, mock.path(index)) for index, request in enumerate(mock.requests)] == [
        ("POST", "/versions/v/save"),
        ("GET", "/versions/v/compare"),
        ("POST", "/versions/v/promote"),
    ]
    assert mock.json() == {"mainHash": "h", "fields": ["title"]}


@pytest.mark.parametrize(("fields", "sent"), [("title", ["title"]), (("a", "b"), ["a", "b"]), ([], [])])
def test_fields_are_a_list(fields: object, sent: list[str]) -> None:
    directus, mock = client(1)
    directus.versions.promote("v", fields=fields)  # type: ignore[arg-type]
    assert mock.json() == {"fields": sent}


def test_nothing_is_sent_for_an_empty_key() -> None:
    directus, mock = client()
    for call in (directus.versions.compare, directus.versions.promote):
        with pytest.raises(ValueError, match="version must not be empty"):
            call("")
    with pytest.raises(TypeError):
        directus.versions.save("v", "title")  # type: ignore[arg-type]
    assert mock.requests == []
