"""Files that visitors send."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from werkzeug.datastructures import FileStorage

from directus_sdk import Directus
from directus_sdk.contrib.web.errors import error_page, field_errors
from directus_sdk.contrib.web.uploads import UploadRefused, upload
from directus_sdk.testing import MockTransport


@pytest.fixture
def mock() -> MockTransport:
    return MockTransport(lambda request: {"id": "f1"})


@pytest.fixture
def client(mock: MockTransport) -> Directus:
    return Directus("https://cms.example.com", transport=mock)


def photo(content: bytes = b"GIF89a", name: str = "my cat.gif", content_type: str = "image/gif") -> FileStorage:
    return FileStorage(BytesIO(content), filename=name, name="photo", content_type=content_type)


def body(mock: MockTransport) -> bytes:
    sent = mock.last.body
    assert sent is not None
    return sent if isinstance(sent, bytes) else b"".join(sent())


def test_the_name_and_the_type_of_the_browser(client: Directus, mock: MockTransport) -> None:
    record = upload(client, photo(), {"title": "Cat"}, max_size=6, accept=["image/*"])
    assert record == {"id": "f1"}
    for part in (b'filename="my cat.gif"', b"Content-Type: image/gif", b"GIF89a", b"Cat"):
        assert part in body(mock)


REFUSED: list[tuple[Any, dict[str, Any], int, str]] = [
    (photo(b"GIF89a+"), {"max_size": 6}, 413, "larger than 6 bytes"),
    (photo(b"x" * 3000), {"max_size": 2048}, 413, "larger than 2 kB"),
    (photo(b"x" * 2_000_000), {"max_size": 1_572_864}, 413, "larger than 1.5 MB"),
    (photo(content_type="text/html"), {"accept": ["image/*", "application/pdf"]}, 415, "image/*, application/pdf"),
    (photo(content_type=""), {"accept": ["image/*"]}, 415, "not accepted"),
    (photo(content_type="ximage/gif"), {"accept": ["image/*"]}, 415, "not accepted"),
    (photo(b"", ""), {}, 400, "Choose a file"),
    (None, {}, 400, "Choose a file"),
]


@pytest.mark.parametrize(("file", "options", "status", "message"), REFUSED)
def test_what_is_refused(
    client: Directus, mock: MockTransport, file: Any, options: dict[str, Any], status: int, message: str
) -> None:
    with pytest.raises(UploadRefused, match=message.replace("*", r"\*")) as caught:
        upload(client, file, **options)
    assert mock.requests == []
    page = error_page(caught.value)
    assert page is not None
    assert page.status == status
    assert field_errors(caught.value) == {"": [caught.value.message]}


def test_a_size_counts_from_the_position(client: Directus, mock: MockTransport) -> None:
    file = photo(b"wxyz456789")
    file.stream.seek(4)
    upload(client, file, max_size=6)
    assert b"456789" in body(mock)
    assert b"wxyz" not in body(mock)


@pytest.mark.parametrize("file", [b"bytes", "/etc/passwd", [b"a"]])
def test_only_uploads(client: Directus, file: Any) -> None:
    with pytest.raises(TypeError, match="upload of a form"):
        upload(client, file)


def test_a_visitor_who_may_not_read_his_file() -> None:
    assert upload(Directus("https://cms.example.com", transport=MockTransport(lambda request: None)), photo()) == {}
