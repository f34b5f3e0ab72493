"""Uploads of visitors."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, cast

from django.core.exceptions import ValidationError
from django.template.defaultfilters import filesizeformat

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile
    from typing_extensions import Unpack

    from directus_sdk.client import Directus
    from directus_sdk.json_types import JSONMapping, JSONObject
    from directus_sdk.transfers.options import UploadOptions


def upload(
    directus: Directus,
    file: UploadedFile[bytes],
    data: JSONMapping | None = None,
    *,
    max_size: int | None = None,
    accept: Sequence[str] = (),
    **options: Unpack[UploadOptions],
) -> JSONObject:
    """Upload a file of a form, with its name and type, and the permissions of a client.

    ``POST /files``, or ``/files/tus`` in chunks. The file is read in blocks, whatever its size.

    Args:
        directus: The client: ``request.directus`` has the permissions of the visitor.
        file: The file, such as ``request.FILES["photo"]``.
        data: Fields of the record, such as ``{"title": "Logo"}``.
        max_size: The largest size in bytes.
        accept: The types, such as ``["image/*", "application/pdf"]``. It is the browser that says which type a file has.
        **options: As for ``directus.files.upload``, such as `folder`.

    Returns:
        The record. It is empty where the visitor may create but not read it.

    Raises:
        ValidationError: The file is too large, or of another type; nothing is sent.
        Forbidden: The visitor may not upload.
    """
    check_upload(file, max_size=max_size, accept=accept)
    file.seek(0)  # a form may have read it
    return cast("JSONObject", directus.files.upload(file, data, **options) or {})


def check_upload(file: UploadedFile[bytes], *, max_size: int | None = None, accept: Sequence[str] = ()) -> None:
    """Check the size and the type of a file.

    Raises:
        ValidationError: The file is too large, or of another type.
    """
    if max_size is not None and (file.size or 0) > max_size:
        raise ValidationError(f"The file is larger than {filesizeformat(max_size)}.", code="too_large")
    kind = (file.content_type or "").lower()
    if accept and not any(fnmatchcase(kind, pattern.lower()) for pattern in accept):
        raise ValidationError(f"Files of this type are not accepted; choose one of {', '.join(accept)}.", code="type")
