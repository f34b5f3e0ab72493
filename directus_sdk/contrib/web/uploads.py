"""Files that visitors send: checked, and streamed to Directus with the visitor's own permissions."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from directus_sdk.client import Directus
from directus_sdk.errors import DirectusError
from directus_sdk.json_types import JSONMapping, JSONObject
from directus_sdk.local.file_objects import Reader, file_object

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from directus_sdk.transfers.options import UploadOptions
    from directus_sdk.transfers.sources import Uploadable


class UploadRefused(DirectusError):
    """A file that a visitor may not upload; nothing was sent. The message is for the visitor.

    Attributes:
        status: The HTTP status: 413 for the size, 415 for the type, 400 where no file was chosen.
    """

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


def upload(
    client: Directus,
    file: Uploadable | None,
    data: JSONMapping | None = None,
    *,
    max_size: int | None = None,
    accept: Sequence[str] = (),
    **options: Unpack[UploadOptions],
) -> JSONObject:
    """Upload a file of a form, with its name and type. It is read in blocks, whatever its size.

    ``POST /files``, or ``/files/tus`` in chunks.

    Args:
        client: The client of the visitor, whose permissions hold.
        file: The upload of the framework, such as ``request.files["photo"]``.
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
        TypeError: It is not a file object.

    Example:
        >>> from io import BytesIO
        >>> upload(directus, BytesIO(b"Hello"), max_size=4, filename="hello.txt")
        Traceback (most recent call last):
        ...
        directus_sdk.contrib.web.uploads.UploadRefused: The file is larger than 4 bytes.
    """
    check_upload(file, max_size=max_size, accept=accept)
    assert file is not None
    record = client.files.upload(file, data, **options)
    return dict(record or {})


def check_upload(file: Uploadable | None, *, max_size: int | None = None, accept: Sequence[str] = ()) -> None:
    """Check a file before `upload`, for the validation of a form. The arguments are those of `upload`.

    Raises:
        UploadRefused: No file was chosen, it is too large, or of another type.
        TypeError: It is not a file object.
    """
    sent = None if file is None else file_object(file)
    if file is None or (sent is not None and not sent.chosen):
        raise UploadRefused("Choose a file.")
    if sent is None:
        raise TypeError(f"file must be the upload of a form, or a file object, not {type(file).__name__}")
    if accept and not any(fnmatchcase(sent.content_type or "", pattern.lower()) for pattern in accept):
        raise UploadRefused(f"Files of this type are not accepted; choose one of {', '.join(accept)}.", 415)
    if max_size is not None and _is_larger(sent.reader, max_size):
        raise UploadRefused(f"The file is larger than {_size(max_size)}.", 413)


def _is_larger(reader: Reader, size: int) -> bool:
    start = reader.tell()
    is_larger = reader.seek(0, 2) - start > size
    reader.seek(start)
    return is_larger


def _size(size: int) -> str:
    for unit, name in ((1024**2, "MB"), (1024, "kB")):
        if size >= unit:
            return f"{size / unit:.1f}".removesuffix(".0") + f" {name}"
    return f"{size} bytes"
