"""Uploads of visitors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from directus_sdk.client import Directus
from directus_sdk.contrib.web import uploads
from directus_sdk.json_types import JSONMapping, JSONObject

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile
    from typing_extensions import Unpack

    from directus_sdk.transfers.options import UploadOptions


def upload(
    directus: Directus,
    file: UploadedFile[Any] | list[object] | None,
    data: JSONMapping | None = None,
    *,
    max_size: int | None = None,
    accept: Sequence[str] = (),
    **options: Unpack[UploadOptions],
) -> JSONObject:
    """Upload a file of a form, with its name and type. It is read in blocks, whatever its size.

    ``POST /files``, or ``/files/tus`` in chunks.

    Args:
        directus: The client, whose permissions hold: ``request.directus``.
        file: The file, ``request.FILES["photo"]``. (For type checkers that may be a list; it never is.)
        data: Fields of the record, such as ``{"title": "Logo"}``.
        max_size: The maximum size in bytes.
        accept: The types, such as ``["image/png", "image/jpeg"]`` or ``["image/*"]``. It is the browser that says which type a
            file has; ``image/*`` includes SVG, which may contain scripts.
        **options: As for ``directus.files.upload``, such as `folder`.

    Returns:
        The record. It is empty where the visitor may create but not read it.

    Raises:
        UploadRefused: No file was chosen, it is too large, or of another type; nothing is sent.
        Forbidden: The visitor may not upload.
        TypeError: It is a list.
    """
    if isinstance(file, list):
        raise TypeError("pass one file: request.FILES['photo']")
    if file is not None:
        file.seek(0)  # a form may have read it
    return uploads.upload(directus, file, data, max_size=max_size, accept=accept, **options)
