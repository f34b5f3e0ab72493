from __future__ import annotations

from typing import Any, TypedDict

import attrs
import pytest

from directus_sdk import ConfigurationError, Directus, ModelError
from directus_sdk.testing.mock import MockTransport, json_response


@attrs.define
class Article:
    id: int
    title: str


@attrs.define
class Articles:
    articles: list[Article]


class Record(TypedDict):
    id: int


ROW = {"id": 1, "title": "One"}


def client(*data: Any) -> tuple[Directus, MockTransport]:
    mock = MockTransport([json_response({"data": entry}) for entry in data])
    return Directus("https://cms.example.com", transport=mock), mock


def test_a_mapping_gives_an_instance_and_a_list_a_list() -> None:
    directus, _ = client(ROW, [ROW], [ROW], [])
    assert directus.request("GET", "/x", model=Article) == Article(1, "One")
    assert directus.request("GET", "/x", model=Article) == [Article(1, "One")]
    assert directus.request("GET", "/x", model=list[Article]) == [Article(1, "One")]
    assert directus.request("GET", "/x", model=list[Article]) == []


def test_an_empty_response_is_none_or_an_empty_list() -> None:
    directus, _ = client(None, None)
    assert directus.request("POST", "/x", json={}, model=Article) is None
    assert directus.request("POST", "/x", json={}, model=list[Article]) == []


def test_a_typed_dict_is_for_the_checker() -> None:
    directus, _ = client(ROW, [ROW])
    assert directus.request("GET", "/x", model=Record) == ROW
    assert directus.request("GET", "/x", model=list[Record]) == [ROW]


@pytest.mark.parametrize("data", ["text", 5, {"id": 1}, [1], [{"id": 1}]])
def test_a_response_that_does_not_fit_names_the_call(data: object) -> None:
    directus, _ = client(data)
    with pytest.raises(ModelError, match=r"\[GET /x\]") as caught:
        directus.request("GET", "/x?token=secret", model=Article)
    assert "secret" not in str(caught.value)
    assert "do not send it again" not in str(caught.value)


def test_a_mapping_where_a_list_is_expected() -> None:
    directus, _ = client(ROW)
    with pytest.raises(ModelError, match="should be a list"):
        directus.request("GET", "/x", model=list[Article])


def test_the_error_after_a_write_says_that_it_is_done() -> None:
    directus, _ = client({"id": 1}, {"create_articles_item": 5})
    with pytest.raises(ModelError, match="do not send it again"):
        directus.request("POST", "/x", model=Article)
    with pytest.raises(ModelError, match="do not send it again"):
        directus.graphql.items("mutation { create_articles_item(data: {}) { id } }", model=Articles)


@pytest.mark.parametrize("model", [5, int, "Article", list[int]])
def test_what_is_no_model_is_refused_before_anything_is_sent(model: Any) -> None:
    directus, mock = client()
    with pytest.raises(ConfigurationError):
        directus.request("POST", "/x", model=model)
    with pytest.raises(ConfigurationError):
        directus.graphql.items("{ articles { id } }", model=model)
    assert mock.requests == []


def test_the_data_of_a_document() -> None:
    directus, _ = client({"articles": [ROW]}, {"articles": [ROW]})
    assert directus.graphql.items("{ articles { id title } }", model=Articles).articles == [Article(1, "One")]
    assert directus.graphql.system("{ articles { id title } }", model=Articles) == Articles([Article(1, "One")])


def test_the_class_of_one_field_is_not_that_of_the_document() -> None:
    directus, _ = client({"articles": [ROW]})
    with pytest.raises(ModelError, match="an attribute for each of its fields: articles"):
        directus.graphql.items("{ articles { id title } }", model=Article)
