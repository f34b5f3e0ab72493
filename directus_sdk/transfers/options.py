"""The options of uploads and downloads: the same names, meanings and defaults in every method that has them."""

from __future__ import annotations

import os
from typing import Literal, TypedDict, Union
from uuid import UUID

from directus_sdk.local.progress import OnProgress, Progress

#: Whether a file is sent in chunks.
Resumable = Union[Literal["auto"], bool]


class TransferOptions(TypedDict, total=False):
    """The options of every method that sends or fetches the content of files.

    `upload`, `upload_many` and `replace` of ``directus.files``, `stream`, `download`, `zip_files` and `zip_folder` of
    ``directus.assets``, and `import_file` and `import_batch` of ``directus.utils`` take them.
    """

    on_progress: OnProgress | None
    """A function that is called with the bytes done and the size (``None`` if it is unknown); a retry starts at 0 again."""
    progress: Progress
    """``True`` shows a progress bar (extra ``progress``). ``"auto"`` shows it only in a terminal or a notebook, and otherwise
    logs a line every 10 seconds. A logger logs such lines. A function is called like `on_progress`. ``False`` by default."""


class UploadOptions(TransferOptions, total=False):
    """The options of every method that makes a file on the server: `upload`, `upload_many`, `replace` and `import_url`.

    `upload_many` has no `filename` and no `resume_file`, because these are about one file, and has `workers` and `on_error` as
    bulk operations do (`BulkOptions`). `import_url` has those about the record: the server itself transfers the content.

    Example:
        >>> from directus_sdk import UploadOptions
        >>> options: UploadOptions = {"folder": "press/2026", "create_folders": True}
        >>> directus.files.upload(b"Hello", filename="hello.txt", fields=["type"], **options)
        {'type': 'text/plain'}
    """

    filename: str | None
    """The name on the server; by default that of the path or of the file object."""
    content_type: str | None
    """The type, such as ``"image/png"``; by default that of the framework's upload, else guessed from the name, else from the
    first bytes."""
    folder: str | UUID | None
    """The id of a folder or its path, such as ``"press/2026"``."""
    create_folders: bool
    """Create missing folders of the path; ``False`` by default."""
    resumable: Resumable
    """``"auto"``, the default, sends files of more than 32 MiB in chunks if the server has resumable uploads, and goes on after
    a fault; ``True`` requires it, ``False`` sends the file at once."""
    resume_file: str | os.PathLike[str] | None
    """The path of a file that stores the state of the upload, so that the same call in a new process goes on with it."""


class DownloadOptions(TransferOptions, total=False):
    """The options of every method that writes a file to the disk: `download`, `zip_files` and `zip_folder`.

    The archives have no `resume`, because the server makes each one again.
    """

    overwrite: bool | None
    """Whether an existing file is replaced. ``None``, the default, means only if its name was chosen by you."""
    resume: bool
    """Whether to go on with a partial file of an earlier attempt; ``True`` by default."""
