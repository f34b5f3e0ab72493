"""Content types by name and first bytes."""

from __future__ import annotations

import pytest

from directus_sdk.local.content_types import guess_type


@pytest.mark.parametrize(
    ("name", "head", "kind"),
    [
        ("a.jpg", b"", "image/jpeg"),
        ("a.JPEG", b"", "image/jpeg"),
        ("a.webp", b"", "image/webp"),
        ("a.avif", b"", "image/avif"),
        ("a.tar.gz", b"", "application/gzip"),
        ("a.csv.gz", b"", "application/gzip"),
        ("a.b.csv", b"", "text/csv"),
        ("data:text.mp4", b"", "video/mp4"),
        ("what?.png", b"", "image/png"),
        ("日本.pdf", b"", "application/pdf"),
        (".png", b"", "application/octet-stream"),
        ("x", b"", "application/octet-stream"),
        ("x.unknown", b"%PDF-1.7", "application/pdf"),
        (None, b"\xff\xd8\xff\xe0", "image/jpeg"),
        (None, b"RIFF\x00\x00\x00\x00WEBP", "image/webp"),
        (None, b"\x00\x00\x00\x18ftypmp42", "video/mp4"),
        (None, b"hello", "application/octet-stream"),
        ("a.txt", b"%PDF-1.7", "text/plain"),
    ],
)
def test_types(name: str | None, head: bytes, kind: str) -> None:
    assert guess_type(name, head) == kind


def test_a_type_does_not_depend_on_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    import mimetypes

    mimetypes.add_type("application/x-wrong", ".csv")
    mimetypes.add_type("application/x-wrong", ".jpg")
    try:
        assert (guess_type("a.csv"), guess_type("a.jpg")) == ("text/csv", "image/jpeg")
    finally:
        mimetypes.init()
