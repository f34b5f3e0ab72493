"""The content of files of version 8, unchanged or as a transformed image."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

from directus_sdk.json_types import JSONMapping
from directus_sdk.local.progress import OnProgress, Progress, check_progress, reporting
from directus_sdk.transfers.downloads import UNCOMPRESSED, AssetStream, Download, destination, fetch, filename
from directus_sdk.transfers.partial_file import local_name
from directus_sdk.v8.filters import value_text
from directus_sdk.v8.handlers.base import Handler8
from directus_sdk.v8.projects import project_path
from directus_sdk.wire import urls
from directus_sdk.wire.messages import Request
from directus_sdk.wire.parameters import non_empty

if TYPE_CHECKING:
    from typing_extensions import Unpack


class Transform8(TypedDict, total=False):
    """The transformation of an image: a `key`, or all of `w`, `h`, `f` and `q`."""

    key: str | None
    """The key of a preset: one of the project, or ``"directus-small-crop"``, ``"directus-medium-contain"`` and so on."""
    w: int | None
    """The width in pixels."""
    h: int | None
    """The height in pixels."""
    f: str | None
    """How the image fits into both: ``"crop"`` or ``"contain"``."""
    q: int | None
    """The quality of the compression, from 1 to 100."""
    format: str | None
    """The format of the image; version 8.8.1 accepts it and keeps that of the file."""


def _params(transform: JSONMapping) -> list[tuple[str, str]]:
    for name in transform:
        if name not in Transform8.__annotations__:
            raise TypeError(f"unknown transformation {name!r}; there are {', '.join(Transform8.__annotations__)}")
    return [(name, value_text(value, name)) for name, value in transform.items() if value is not None]


class AssetsHandler8(Handler8):
    """Reads the content of files: ``directus.assets``.

    A file is found by its ``private_hash``, which everyone who knows it can use: no token is sent. Sizes that are not in
    the setting ``asset_whitelist`` are refused, unless that setting is empty.
    """

    def url(self, private_hash: str, **transform: Unpack[Transform8]) -> str:
        """Return the URL of a file, for a web page; nothing is sent.

        ``GET /{project}/assets/{private_hash}``.

        Args:
            private_hash: The hash in the record of the file.
            **transform: How to transform an image.

        Example:
            >>> Directus8("https://cms.example.com", "demo").assets.url("jxv2ule6glwss8kw", key="directus-small-crop")
            'https://cms.example.com/demo/assets/jxv2ule6glwss8kw?key=directus-small-crop'
        """
        return urls.with_query(self._pipeline.base_url + self._path(private_hash), _params(transform))

    def read(self, private_hash: str, **transform: Unpack[Transform8]) -> bytes:
        """Read a file into memory.

        ``GET /{project}/assets/{private_hash}``. For large files there are `stream` and `download`.

        Args:
            private_hash: The hash in the record of the file.
            **transform: How to transform an image.

        Raises:
            NotFound: There is no such file.
            UnprocessableContent: The server does not allow this transformation, or a part of it is missing.

        Example:
            >>> file = d.files.upload(b"Hello", filename="hello.txt")
            >>> d.assets.read(file["private_hash"])
            b'Hello'
        """
        return fetch(self._pipeline, self._request(private_hash, transform), authorize=False).content

    def stream(
        self,
        private_hash: str,
        *,
        on_progress: OnProgress | None = None,
        progress: Progress = False,
        **transform: Unpack[Transform8],
    ) -> AssetStream:
        """Stream a file in blocks of 256 kB, without keeping it in memory.

        ``GET /{project}/assets/{private_hash}``.

        Args:
            private_hash: The hash in the record of the file.
            on_progress: Called with the bytes read and the size (``None`` if the server does not report it).
            progress: How else progress is shown; `TransferOptions` describes both.
            **transform: How to transform an image.

        Returns:
            A context manager that yields bytes; it knows `size`, `content_type` and `filename`.

        Raises:
            NotFound: There is no such file.
            TransportError: The connection broke before the content was complete.

        Example:
            >>> file = d.files.upload(b"Hello", filename="hello.txt")
            >>> with d.assets.stream(file["private_hash"]) as blocks:
            ...     sum(len(block) for block in blocks)
            5
        """
        check_progress(on_progress, progress)
        request = self._request(private_hash, transform, stream=True)
        report = partial(reporting, on_progress, progress, private_hash)
        return AssetStream(partial(fetch, self._pipeline, request, authorize=False), report)

    def download(
        self,
        private_hash: str,
        to: str | os.PathLike[str],
        *,
        overwrite: bool | None = None,
        resume: bool = True,
        on_progress: OnProgress | None = None,
        progress: Progress = False,
        **transform: Unpack[Transform8],
    ) -> Path:
        """Download a file.

        ``GET /{project}/assets/{private_hash}``. The content is written to ``<name>.part``, which is renamed when it is
        complete. After a fault the download goes on from there, if the file on the server is still the same.

        Args:
            private_hash: The hash in the record of the file.
            to: The path of the file, or of an existing folder, in which the file gets its name on the server.
            overwrite: Whether an existing file is replaced. ``None`` means only where `to` is the path of a file.
            resume: Whether to go on with a partial file.
            on_progress: Called with the bytes done and the size (``None`` if the server does not report it).
            progress: How else progress is shown; `DownloadOptions` describes all options.
            **transform: How to transform an image.

        Returns:
            The path of the file.

        Raises:
            FileExistsError: A file of that name exists; see `overwrite`.
            NotFound: There is no such file.
            OSError: The disk is full, or the folder does not exist.
            TransportError: The connection broke repeatedly.

        Example:
            >>> file = d.files.upload(b"Hello", filename="hello.txt")
            >>> d.assets.download(file["private_hash"], "copy.txt").read_bytes()
            b'Hello'
        """
        target, replace = destination(to, overwrite, partial(self._filename, private_hash))
        request = self._request(private_hash, transform, stream=True)
        with reporting(on_progress, progress, target.name) as report:
            return Download(
                self._pipeline,
                request,
                target,
                resume=resume and not request.params,
                replace=replace,
                on_progress=report,
                authorize=False,
            ).run()

    def _path(self, private_hash: str) -> str:
        return f"{project_path(self._directus.project)}/assets/{urls.segment(non_empty('private_hash', private_hash))}"

    def _request(self, private_hash: str, transform: JSONMapping, *, stream: bool = False) -> Request:
        return self._pipeline.request("GET", self._path(private_hash), _params(transform), UNCOMPRESSED, stream=stream)

    def _filename(self, private_hash: str) -> str:
        request = self._pipeline.request("HEAD", self._path(private_hash), headers=UNCOMPRESSED)
        response = self._pipeline.send(request, authorize=False)
        return local_name(filename(response) or "") or local_name(private_hash) or "file"
