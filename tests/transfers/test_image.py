"""Images in notebooks."""

from __future__ import annotations

from directus_sdk.transfers.image import Image


def test_an_image_of_50_mb_is_not_put_into_a_notebook() -> None:
    bundle = Image(b"x" * 50_000_000, "image/png")._repr_mimebundle_()
    assert list(bundle) == ["text/plain"]
    assert "too large" in bundle["text/plain"]


def test_the_type_of_an_image_ends_no_attribute() -> None:
    shown = Image(b"x", 'image/x" onerror="alert(1)')._repr_mimebundle_()["text/html"]
    assert shown.count('"') == 2
