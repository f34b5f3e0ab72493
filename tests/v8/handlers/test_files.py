"""Files of version 8: forms, JSON, base64; and their content, which needs no token."""

from __future__ import annotations

import io
from base64 import b64decode
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from directus_sdk import ConfigurationError, NotFound, UnprocessableContent
from directus_sdk.v8 import Directus8
from tests.v8.server import Server8


def test_an_upload_is_a_form_with_one_file(d: Directus8, server8: Server8, tmp_path: Path) -> None:
    path = tmp_path / "logo.png"
    path.write_bytes(b"picture")
    data = {"title": "Logo", "tags": ["a", "b"], "metadata": {"x": 1}, "description": None, "uploaded_on": datetime(2026, 1, 2)}
    file = d.files.upload(path, data, folder=1, comment="new")
    assert (file["title"], file["type"], file["filename_download"]) == ("Logo", "image/png", "logo.png")
    assert (file["tags"], file["folder"], file["metadata"], file["description"]) == ("a,b", "1", '{"x":1}', "")
    assert server8.contents[file["id"]] == b"picture"
    assert server8.sent() == [("POST", "/demo/files?comment=new")]
    assert server8.last.content.count(b"filename=") == 1


@pytest.mark.parametrize("name", ["plain.txt", 'a "b".txt', "Zürich.txt"])
def test_the_name_of_a_file(d: Directus8, name: str) -> None:
    file = d.files.upload(file=io.BytesIO(b"x"), filename=name, content_type="text/x")
    assert (file["filename_download"], file["type"]) == (name, "text/x")
    assert d.files.upload(b"x", {"filename_download": name, "type": "text/y"})["type"] == "text/y"


def test_a_file_as_json(d: Directus8, server8: Server8) -> None:
    record = {"data": "eA==", "filename_disk": "x.txt", "filename_download": "x.txt"}
    assert server8.contents[d.files.create_one(record)["id"]] == b"x"
    assert server8.last.json == record
    for call in (lambda: d.files.create_one(data=record), lambda: d.files.create_one(item=record, query={"comment": "x"})):
        assert call()["filename_download"] == "x.txt"
    assert server8.sent()[-2:] == [("POST", "/demo/files"), ("POST", "/demo/files?comment=x")]
    for wrong in (lambda: d.files.create_one(), lambda: d.files.create_one(record, data=record)):
        with pytest.raises(TypeError, match="needs the record of the file"):
            wrong()


def test_a_file_from_a_url(d: Directus8, server8: Server8) -> None:
    d.files.import_url(url="https://example.com/a.png", data={"title": "A"}, folder=2, comment="x")
    assert server8.last.json == {"data": "https://example.com/a.png", "title": "A", "folder": 2}
    assert server8.sent() == [("POST", "/demo/files?comment=x")]
    with pytest.raises(ValueError, match="url must be a URL such as"):
        d.files.import_url("a.png")
    with pytest.raises(ConfigurationError, match="not both"):
        d.files.import_url("https://example.com/a.png", {"folder": 1}, folder=2)


def test_the_content_of_a_file_is_replaced(d: Directus8, server8: Server8) -> None:
    file = d.files.replace(key=1, file=b"other", data={"title": "New"}, filename="b.png")
    assert (file["id"], file["title"], file["filename_download"], server8.contents[1]) == (1, "New", "b.png", b"other")
    assert b64decode(server8.last.json["data"]) == b"other"
    d.files.replace(1, b"third", activity_skip=True)
    assert (server8.last.json, server8.sent()[-1]) == ({"data": "dGhpcmQ="}, ("PATCH", "/demo/files/1?activity_skip=1"))
    with pytest.raises(ValueError, match="never changes the primary key"):
        d.files.replace(1, b"x", {"id": 2})


def test_progress_of_an_upload(d: Directus8) -> None:
    seen: list[tuple[int, int | None]] = []
    d.files.upload(b"12345", filename="a.txt", on_progress=lambda done, total: seen.append((done, total)))
    assert seen == [(5, 5)]


# ------------------------------------------------------------ content
def test_content_is_read_without_a_token(d: Directus8, server8: Server8, tmp_path: Path) -> None:
    name = d.files.read_one(1)["private_hash"]
    content = server8.contents[1]
    server8.forget()
    assert d.assets.read(name, key="directus-small-crop") == content
    with d.assets.stream(private_hash=name, w=200, h=200, f="crop", q=80, format="png") as blocks:
        assert b"".join(blocks) == content
    assert d.assets.download(name, tmp_path) == tmp_path / "a.png"
    assert d.assets.download(private_hash=name, to=tmp_path / "copy.png").read_bytes() == content
    assert all("authorization" not in call.headers and "cookie" not in call.headers for call in server8.calls)
    assert [target for _, target in server8.sent()] == [
        f"/demo/assets/{name}?key=directus-small-crop",
        f"/demo/assets/{name}?w=200&h=200&f=crop&q=80&format=png",
        *[f"/demo/assets/{name}"] * 3,
    ]


def test_the_url_of_content(d: Directus8, server8: Server8) -> None:
    assert d.assets.url("a b") == f"{server8.url}/demo/assets/a%20b"
    assert d.assets.url(private_hash="x", key="k") == f"{server8.url}/demo/assets/x?key=k"
    assert server8.calls == []


def test_content_that_is_refused(d: Directus8, server8: Server8) -> None:
    with pytest.raises(NotFound):
        d.assets.read("nope")
    with pytest.raises(UnprocessableContent):
        d.assets.read("hash1", key="nope")
    server8.forget()
    assets: Any = d.assets
    for call, kind, words in (
        (lambda: assets.read("x", width=5), TypeError, "unknown transformation 'width'; there are key, w, h, f, q, format"),
        (lambda: assets.read(""), ValueError, "private_hash must not be empty"),
        (lambda: assets.read(5), TypeError, "private_hash must be a string"),
        (lambda: assets.download("x", "copy.png", overwrite=1), TypeError, "overwrite must be"),
    ):
        with pytest.raises(kind, match=words):
            call()
    assert server8.calls == []
