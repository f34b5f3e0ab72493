from __future__ import annotations

from typing import Any

import attrs
import pytest

from directus_sdk import Directus, Response
from directus_sdk.testing.mock import MockTransport


def site(answer: Any, **options: Any) -> Any:
    mock = MockTransport(lambda request: answer)
    return Directus("https://cms.example.com", transport=mock, **options).singleton("globals"), mock


def test_a_singleton_is_read_and_changed_without_a_key() -> None:
    globals_, mock = site({"title": "x"})
    assert globals_.read(fields=["title"]) == {"title": "x"}
    assert (mock.last.method, mock.path(), mock.query()) == ("GET", "/items/globals", {"fields": "title"})
    assert globals_.update({"title": "y"}) == {"title": "x"}
    assert (mock.last.method, mock.path(), mock.json()) == ("PATCH", "/items/globals", {"title": "y"})


def test_the_settings_are_a_singleton() -> None:
    mock = MockTransport(lambda request: {"project_name": "x"})
    assert Directus("https://cms.example.com", transport=mock).singleton("directus_settings").read() == {"project_name": "x"}
    assert mock.path() == "/settings"


def test_what_may_not_be_read_is_none() -> None:
    globals_, _ = site(Response(204))
    assert globals_.update({"title": "y"}) is None


def test_a_list_is_no_singleton() -> None:
    globals_, _ = site([{"id": 1}])
    with pytest.raises(TypeError, match=r"directus\.items\('globals'\)"):
        globals_.read()


@pytest.mark.parametrize("data", ["text", None, [1], 5])
def test_what_is_no_mapping_is_refused(data: Any) -> None:
    globals_, mock = site({})
    with pytest.raises(TypeError):
        globals_.update(data)
    assert mock.requests == []


def test_a_model() -> None:
    @attrs.define
    class Globals:
        title: str

    globals_, _ = site({"title": "x"}, models={"globals": Globals})
    assert globals_.read() == Globals("x")
