from __future__ import annotations

import io
from typing import Any

import pytest

from directus_sdk import Directus, Request, Response
from directus_sdk.testing.mock import MockTransport


def utils(*answers: object) -> tuple[Any, MockTransport]:
    mock = MockTransport(list(answers))
    return Directus("https://cms.example.com", transport=mock).utils, mock


def body(mock: MockTransport) -> bytes:
    opened = mock.last.body
    assert callable(opened)
    return b"".join(opened())


def test_import_of_a_file() -> None:
    handler, mock = utils(Response(200))
    assert handler.import_file("a b", io.BytesIO(b"id\n1\n"), filename="a.csv", background=True) is None
    assert (mock.last.method, mock.path(), mock.query()) == ("POST", "/utils/import/a%20b", {"background": "true"})
    content = body(mock)
    assert b'filename="a.csv"' in content
    assert b"Content-Type: text/csv" in content
    assert b"id\n1\n" in content


def test_an_import_has_a_type_even_without_a_name() -> None:
    handler, mock = utils(None)
    handler.import_file("a", b"[]", content_type="application/json")
    assert b'filename="import.json"' in body(mock)


def test_import_of_several_collections_as_a_list() -> None:
    handler, mock = utils({"applied": False})
    batch = [{"collection": "a", "items": []}]
    assert handler.import_batch(batch, mode="merge", dry_run=True, dangerously_allow_delete=False) == {"applied": False}
    assert mock.path() == "/utils/import"
    assert mock.query() == {"mode": "merge", "dryRun": "true", "dangerouslyAllowDelete": "false"}
    assert mock.json() == batch
    with pytest.raises(TypeError, match="file"):
        handler.import_batch(batch, filename="a.json")


def test_import_of_several_collections_as_a_file() -> None:
    handler, mock = utils({"applied": True})
    handler.import_batch(b"[]", {"note": "x"}, filename="a.json")
    content = body(mock)
    assert content.index(b'name="note"') < content.index(b'filename="a.json"')


def test_import_of_what_can_be_read_once() -> None:
    sent: list[bytes] = []

    def answer(request: Request) -> object:
        assert callable(request.body)
        sent.append(b"".join(request.body()))
        return {"applied": True}

    handler = Directus("https://cms.example.com", transport=MockTransport(answer)).utils
    handler.import_batch([b"[", b"]"], filename="a.json")
    assert b"[]" in sent[0]


def test_a_file_that_cannot_be_read() -> None:
    def broken() -> Any:
        yield b"x"
        raise OSError("gone")

    handler, mock = utils()
    with pytest.raises(OSError, match="gone"):
        handler.import_file("a", broken(), filename="a.csv")
    assert mock.requests == []


def test_export_in_both_spellings() -> None:
    handler, mock = utils(None, None)
    handler.export("articles", "csv", {"fields": ["id"], "groupBy": ["x"]}, {"title": "T"})
    assert mock.json() == {"format": "csv", "query": {"fields": ["id"], "groupBy": ["x"]}, "file": {"title": "T"}}
    handler.export("articles", "json", fields=["id", {"author": ["name"]}], limit=5)
    assert mock.json() == {"format": "json", "query": {"fields": ["id", "author.name"], "limit": 5}, "file": {}}


def test_an_export_that_cannot_be_right() -> None:
    handler, mock = utils()
    with pytest.raises(ValueError, match="format"):
        handler.export("articles", "docx")
    with pytest.raises(ValueError, match="_or"):
        handler.export("articles", "csv", {"filter": {"_or": []}})
    with pytest.raises(TypeError, match="limt"):
        handler.export("articles", "csv", limt=3)
    assert mock.requests == []


def test_small_tools() -> None:
    handler, mock = utils(None, None, "abc", None, None)
    handler.sort("a b", 1, "x")
    assert (mock.path(), mock.json()) == ("/utils/sort/a%20b", {"item": 1, "to": "x"})
    handler.revert(5)
    assert (mock.last.method, mock.path(), mock.json()) == ("POST", "/utils/revert/5", None)
    assert handler.random.string(3) == "abc"
    assert mock.query() == {"length": "3"}
    handler.cache.clear()
    assert mock.query() == {}
    handler.cache.clear(system=True)
    assert (mock.path(), mock.query()) == ("/utils/cache/clear", {"system": "true"})


def test_hashes_are_secret() -> None:
    handler, mock = utils("$argon2", True)
    assert handler.hash.generate("hunter22") == "$argon2"
    assert handler.hash.verify("hunter22", "$argon2") is True
    assert mock.json() == {"string": "hunter22", "hash": "$argon2"}
    assert "hunter22" not in repr(mock.requests[0].body) + repr(mock.last.body)


def test_translations_are_generated() -> None:
    handler, mock = utils({"created": True}, None)
    handler.generate_translations("a", ("title",), create_languages_collection=False, seed_languages=True, other=1)
    assert mock.json() == {
        "collection": "a",
        "fields": ["title"],
        "createLanguagesCollection": False,
        "seedLanguages": True,
        "other": 1,
    }
    with pytest.raises(TypeError, match="list"):
        handler.generate_translations("a", "title")


def test_where_a_sign_in_may_lead() -> None:
    handler, mock = utils("/admin", "/admin")
    assert handler.resolve_redirect("/admin") == "/admin"
    assert mock.json() == {"redirect": "/admin"}
    handler.resolve_redirect("/admin", provider="google")
    assert mock.json() == {"redirect": "/admin", "provider": "google"}
