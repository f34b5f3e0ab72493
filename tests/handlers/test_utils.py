from __future__ import annotations

import io
import json
import time
from typing import Any

import pytest

from directus_sdk import ConfigurationError, Directus, DirectusError, Request, Response, Timeout
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
    handler.export("articles", "csv", {"fields": ["id"], "groupBy": ["x"]}, {"title": "T", "filename_download": "t.csv"})
    file = {"title": "T", "filename_download": "t.csv"}
    assert mock.json() == {"format": "csv", "query": {"fields": ["id"], "groupBy": ["x"]}, "file": file}
    handler.export("articles", "csv_utf8", fields=["id", {"author": ["name"]}], limit=5)
    file = mock.json()["file"]
    assert mock.json() == {"format": "csv_utf8", "query": {"fields": ["id", "author.name"], "limit": 5}, "file": file}
    assert file["title"].startswith("export-articles-")


class Library:
    """A server that exports; `notified` and `files` are what it has."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.notified: list[int] = []
        self.files: list[dict[str, Any]] = []
        self.sent: list[dict[str, Any]] = []
        self.looks = 0
        self.later: Any = lambda: None
        monkeypatch.setattr(time, "sleep", lambda seconds: self.later())
        self.utils = Directus("https://cms.example.com", transport=MockTransport(self.answer)).utils

    def answer(self, request: Request) -> Any:
        if "/utils/export" in request.url:
            assert isinstance(request.body, bytes)
            self.sent.append({"filename_download": "d", **json.loads(request.body)["file"]})
            return Response(204, headers={"Date": "Fri, 27 Nov 2026 03:00:00 GMT"})
        assert isinstance(request.body, bytes)
        rule = json.loads(request.body)["query"]["filter"]
        if "/notifications" in request.url:
            assert rule["recipient"] == {"_eq": "$CURRENT_USER"}
            assert rule["timestamp"] == {"_gte": "2026-11-27T03:00:00Z"}
            return [{"id": key} for key in self.notified if key > rule.get("id", {"_gt": 0})["_gt"]]
        self.looks += 1
        return [file for file in self.files if all(file[name] == value["_eq"] for name, value in rule.items())]


def test_an_export_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    library = Library(monkeypatch)
    export = library.utils.export("articles", "csv")
    library.later = lambda: library.files.append({"id": "f", **library.sent[0]})
    assert export.wait()["id"] == "f"
    assert export.wait()["title"] == export.title
    assert library.looks == 2


def test_a_title_of_the_caller_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    library = Library(monkeypatch)
    export = library.utils.export("articles", "json", file={"title": "Drafts"})
    library.files = [{"id": "other", "title": "Drafts", "filename_download": "d"}, {"id": "f", **library.sent[0]}]
    assert (export.wait()["id"], export.title) == ("f", "Drafts")
    both = library.utils.export("articles", "json", file={"title": "Drafts", "filename_download": "d"})
    with pytest.raises(ConfigurationError, match="leave one of them out"):
        both.wait()


def test_a_file_whose_content_is_not_stored_yet_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    library = Library(monkeypatch)
    export = library.utils.export("articles", "csv")
    library.files = [{"id": "f", "filesize": None, **library.sent[0]}]
    with pytest.raises(Timeout):
        export.wait(timeout=0)
    library.later = lambda: library.files[0].update(filesize=0)
    assert export.wait()["filesize"] == 0


def test_an_export_that_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    library = Library(monkeypatch)
    export = library.utils.export("articles", "csv")
    library.notified.append(8)
    for _ in range(2):
        with pytest.raises(DirectusError, match="could not export articles"):
            export.wait()


def test_an_export_without_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    library = Library(monkeypatch)
    export = library.utils.export("articles", "csv")
    with pytest.raises(Timeout, match=r"has no file .* after 0 s"):
        export.wait(timeout=0)
    library.files = [{"id": "f", **library.sent[0]}]
    assert export.wait(timeout=0)["id"] == "f"


def test_exports_of_one_collection_wait_for_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    library = Library(monkeypatch)
    library.utils.export("articles", "csv")
    library.utils.export("authors", "csv")
    assert library.looks == 0
    library.later = lambda: library.files.append({"id": "f", **library.sent[0]})
    library.utils.export("articles", "csv")
    assert library.looks == 2
    assert len(library.sent) == 3


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
