"""Thumbnails of the images of a table, within a limit of bytes. They are fetched when a user calls ``show(images=...)``."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Collection, Iterable, Mapping

from directus_sdk.display.values import Thumbnail

#: The maximum size of one image and of all of them, in bytes.
_ONE, _ALL = 30_000, 300_000
_NAME = "image"

#: Returns the bytes and the content type of an image, or ``None`` where it may not be read.
Fetch = Callable[[str], "tuple[bytes, str] | None"]


def with_images(rows: Iterable[Mapping[str, object]], fetch: Fetch, fields: Collection[str]) -> list[dict[str, object]]:
    """Return rows whose images are thumbnails.

    An image is a row, or a value in it, that is a file with the type of an image; and each value of `fields`, which is the id
    of a file.

    Args:
        rows: The rows.
        fetch: Fetches an image.
        fields: Fields with the ids of images.
    """
    thumbnails: dict[str, Thumbnail | None] = {}
    used = 0

    def thumbnail(key: object) -> Thumbnail | None:
        nonlocal used
        name = str(key)
        if name not in thumbnails:
            image = fetch(name) if used < _ALL else None
            thumbnails[name] = made = None if image is None else _embedded(*image)
            used += len(made or "")
        return thumbnails[name]

    displayed = []
    for row in rows:
        cells: dict[str, object] = {_NAME: thumbnail(row["id"])} if _is_image(row) else {}
        for name, value in row.items():
            key = value.get("id") if isinstance(value, Mapping) else value
            wanted = name in fields or (isinstance(value, Mapping) and _is_image(value))
            cells[name] = (thumbnail(key) or value) if wanted and isinstance(key, str) else value
        displayed.append(cells)
    return displayed


def _is_image(row: Mapping[str, object]) -> bool:
    return isinstance(row.get("id"), str) and str(row.get("type")).startswith("image/")


def _embedded(data: bytes, content_type: str) -> Thumbnail | None:
    """Return a ``data:`` URI; as an <img> a browser runs no scripts of an SVG."""
    if len(data) > _ONE or not re.fullmatch(r"image/[\w.+-]+", content_type):
        return None
    return Thumbnail(f"data:{content_type};base64,{base64.b64encode(data).decode()}")
