"""Assets: the content of files, unchanged or as a transformed image."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import partial
from io import BufferedReader
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict, overload

from directus_sdk.auth.authorizer import check_token
from directus_sdk.handlers.base import Handler
from directus_sdk.json_types import JSONMapping
from directus_sdk.local.progress import OnProgress, Progress, check_progress, reporting
from directus_sdk.transfers.downloads import (
    UNCOMPRESSED,
    AssetStream,
    Download,
    check_overwrite,
    destination,
    fetch,
    filename,
    target_path,
)
from directus_sdk.transfers.image import Image
from directus_sdk.transfers.partial_file import local_name
from directus_sdk.transfers.remote_file import Ranges
from directus_sdk.wire import urls
from directus_sdk.wire.encoding import dumps, to_text
from directus_sdk.wire.keys import Keys
from directus_sdk.wire.messages import Request
from directus_sdk.wire.urls import Key

if TYPE_CHECKING:
    from typing_extensions import Unpack


class Transform(TypedDict, total=False):
    """The transformation of an image; other files are returned unchanged."""

    key: str | None
    """The key of a preset of the project."""
    width: int | None
    """The width in pixels."""
    height: int | None
    """The height in pixels."""
    fit: str | None
    """How the image fits into both: ``"cover"``, ``"contain"``, ``"inside"`` or ``"outside"``."""
    quality: int | None
    """The quality of the compression, from 1 to 100."""
    format: str | None
    """The format: ``"auto"``, ``"jpg"``, ``"png"``, ``"webp"``, ``"tiff"`` or ``"avif"``."""
    without_enlargement: bool | None
    """Whether a smaller image keeps its size."""
    focal_point_x: int | None
    """The horizontal position, in pixels of the original, that ``fit="cover"`` keeps in view."""
    focal_point_y: int | None
    """The vertical position, in pixels of the original, that ``fit="cover"`` keeps in view."""
    transforms: Sequence[Sequence[Any]] | None
    """Up to five operations of the image library: ``[["blur", 10], ["tint", "red"]]``."""


_WIRE = {name: name for name in Transform.__annotations__}
_WIRE["without_enlargement"] = "withoutEnlargement"


def transform_params(transform: JSONMapping) -> list[tuple[str, str]]:
    """Return a transformation as the query parameters of the server.

    Raises:
        TypeError: A name is unknown.

    Example:
        >>> transform_params({"width": 200, "without_enlargement": True, "fit": None})
        [('width', '200'), ('withoutEnlargement', 'true')]
    """
    pairs = []
    for name, value in transform.items():
        if name not in _WIRE:
            raise TypeError(f"unknown transformation {name!r}; there are {', '.join(_WIRE)}")
        if value is not None:
            pairs.append((_WIRE[name], value if isinstance(value, str) else to_text(value)))
    return pairs


class AssetsHandler(Handler):
    """Reads the content of files: ``directus.assets``.

    Most methods take the transformation of an image as keywords: `key` (a preset of the project), `width` and `height`
    in pixels, `fit` (``"cover"``, ``"contain"``, ``"inside"``, ``"outside"``), `quality` (1 to 100), `format` (``"auto"``,
    ``"jpg"``, ``"png"``, ``"webp"``, ``"tiff"``, ``"avif"``), `without_enlargement`, `focal_point_x`, `focal_point_y`, and
    `transforms`, a list of up to five operations such as ``["blur", 10]``.
    """

    def read(self, id: Key, **transform: Unpack[Transform]) -> bytes:
        """Read a file into memory.

        ``GET /assets/{id}``. For large files there are `stream`, `download` and `open`.

        Args:
            id: The file's id.
            **transform: How to transform an image.

        Raises:
            Forbidden: There is no such file, or you may not read it.
            IllegalAssetTransformation: The server does not allow this transformation.

        Example:
            >>> file = directus.files.upload(b"Hello", filename="hello.txt")
            >>> directus.assets.read(file["id"])
            b'Hello'
        """
        return fetch(self._pipeline, self._request(id, transform, cacheable="directus_files")).content

    def stream(
        self,
        id: Key,
        *,
        on_progress: OnProgress | None = None,
        progress: Progress = False,
        **transform: Unpack[Transform],
    ) -> AssetStream:
        """Stream a file in blocks of 256 kB, without keeping it in memory.

        ``GET /assets/{id}``.

        Args:
            id: The file's id.
            on_progress: Called with the bytes read and the size (``None`` if the server does not report it).
            progress: How else progress is shown; `TransferOptions` describes both.
            **transform: How to transform an image.

        Returns:
            A context manager that yields bytes; it knows `size`, `content_type` and `filename`.

        Raises:
            Forbidden: There is no such file, or you may not read it.
            TransportError: The connection broke before the content was complete.

        Example:
            >>> file = directus.files.upload(b"Hello", filename="hello.txt")
            >>> with directus.assets.stream(file["id"]) as blocks:
            ...     blocks.size, sum(len(block) for block in blocks)
            (5, 5)
        """
        check_progress(on_progress, progress)
        request = self._request(id, transform, stream=True)
        return AssetStream(partial(fetch, self._pipeline, request), partial(reporting, on_progress, progress, str(id)))

    def download(
        self,
        id: Key,
        to: str | os.PathLike[str],
        *,
        overwrite: bool | None = None,
        resume: bool = True,
        on_progress: OnProgress | None = None,
        progress: Progress = False,
        **transform: Unpack[Transform],
    ) -> Path:
        """Download a file.

        ``GET /assets/{id}``. The content is written to ``<name>.part``, which is renamed when it is complete, so that a file
        is never incomplete. After a fault the download goes on from there, in a new process too, if the file on the server
        is still the same; ``<name>.part.json`` identifies it. An existing file is replaced if you chose its name, and not if
        the server did; see `overwrite`. Several downloads to one name at the same time use a partial file each, and the last
        one to complete stays. Other files with the names of a partial file are not touched, and no link is followed.
        A transformed image is always fetched from its beginning.

        Args:
            id: The file's id.
            to: The path of the file, or of an existing folder, in which the file gets its name on the server. In such a name,
                characters that are invalid on some system or invisible, and dots at the beginning, become underscores.
            overwrite: Whether an existing file is replaced. ``None`` means only where `to` is the path of a file: the names
                on the server are chosen by everyone who may rename a file there.
            resume: Whether to go on with a partial file; ``False`` starts from the beginning, and removes it after a fault.
            on_progress: Called with the bytes done and the size (``None`` if the server does not report it).
            progress: How else progress is shown; `DownloadOptions` describes all options.
            **transform: How to transform an image.

        Returns:
            The path of the file.

        Raises:
            Forbidden: There is no such file, or you may not read it.
            FileExistsError: A file of that name exists; see `overwrite`.
            OSError: The disk is full, or the folder does not exist, or a folder has the name.
            TransportError: The connection broke repeatedly.

        Example:
            >>> file = directus.files.upload(b"Hello", filename="hello.txt")
            >>> directus.assets.download(file["id"], "copy.txt").read_bytes()
            b'Hello'
        """
        target, replace = destination(to, overwrite, partial(self._filename, id))
        request = self._request(id, transform, stream=True)
        with reporting(on_progress, progress, target.name) as report:
            return Download(
                self._pipeline,
                request,
                target,
                resume=resume and not request.params,
                replace=replace,
                on_progress=report,
            ).run()

    def open(self, id: Key) -> BufferedReader:
        r"""Open a file for reading, like a local one: pandas, Pillow and zipfile fetch only what they read.

        ``GET /assets/{id}`` with a range, for each part that is read. At most 4 MiB are kept in memory. Where a proxy does not
        support ranges, the file is copied to a temporary one.

        Args:
            id: The file's id.

        Returns:
            A binary file object that can be read and sought.

        Raises:
            Forbidden: There is no such file, or you may not read it.
            OSError: While reading: the file on the server was replaced.

        Example:
            >>> file = directus.files.upload(b"name,age\nAda,36\n", filename="people.csv")
            >>> with directus.assets.open(file["id"]) as opened:
            ...     _ = opened.seek(9)
            ...     opened.readline()
            b'Ada,36\n'
        """
        return Ranges(self._pipeline, self._request(id, {}, stream=True), str(id)).open()

    def image(self, id: Key, **transform: Unpack[Transform]) -> Image:
        """Read an image; a notebook displays it.

        ``GET /assets/{id}``.

        Args:
            id: The file's id.
            **transform: How to transform it; ``width=400`` keeps notebooks small. Above 5 MB nothing is displayed.

        Example:
            >>> svg = b'<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"/>'
            >>> file = directus.files.upload(svg, filename="dot.svg")
            >>> directus.assets.image(file["id"])
            <Image image/svg+xml, 62 bytes>
        """
        response = fetch(self._pipeline, self._request(id, transform))
        return Image(response.content, response.headers.get("Content-Type", "").partition(";")[0].strip())

    def url(
        self,
        id: Key,
        filename: str | None = None,
        *,
        download: bool = False,
        access_token: str | None = None,
        **transform: Unpack[Transform],
    ) -> str:
        """Return the URL of a file, for a web page; nothing is sent.

        ``GET /assets/{id}`` or ``GET /assets/{id}/{filename}``.

        Args:
            id: The file's id.
            filename: A name at the end of the URL, under which browsers save the file.
            download: Have browsers save the file instead of showing it.
            access_token: A token to put into the URL, where the Public role may not read the file. Everyone who sees the URL
                can use it: take a token that may only read files.
            **transform: How to transform an image.

        Raises:
            SessionExpired: The client has ``LoginAuth(required=True)`` and no session.
            ConfigurationError: `access_token` is empty or cannot be a token.

        Example:
            >>> Directus("https://cms.example.com").assets.url("8cbb43fe-4cdf-4991-8352-c461779cec02", width=200)
            'https://cms.example.com/assets/8cbb43fe-4cdf-4991-8352-c461779cec02?width=200'
        """
        params = transform_params(transform)
        if download:  # the server ignores its value
            params.append(("download", "true"))
        if access_token is not None:
            params.append(("access_token", check_token(access_token)))
        else:
            self._pipeline.auth.ensure_signed_in()
        path = urls.path("assets", id) if filename is None else urls.path("assets", id, filename)
        return urls.with_query(self._pipeline.base_url + path, params)

    # ------------------------------------------------------------------ archives
    @overload
    def zip_files(
        self,
        ids: Sequence[Key],
        *,
        to: None = None,
        overwrite: bool | None = None,
        on_progress: OnProgress | None = None,
        progress: Progress = False,
    ) -> bytes: ...
    @overload
    def zip_files(
        self,
        ids: Sequence[Key],
        *,
        to: str | os.PathLike[str],
        overwrite: bool | None = None,
        on_progress: OnProgress | None = None,
        progress: Progress = False,
    ) -> Path: ...
    def zip_files(
        self,
        ids: Sequence[Key],
        *,
        to: str | os.PathLike[str] | None = None,
        overwrite: bool | None = None,
        on_progress: OnProgress | None = None,
        progress: Progress = False,
    ) -> bytes | Path:
        """Read some files as one zip archive.

        ``POST /assets/files``. Directus 11.14 and newer.

        Args:
            ids: The ids of the files.
            to: The path of the archive; without it, it is returned as bytes.
            overwrite: Whether an existing file is replaced; by default it is. `DownloadOptions` describes all options.
            on_progress: Called with the bytes done and the size, which is unknown in most cases (``None``).
            progress: How else progress is shown.

        Raises:
            FileExistsError: A file of that name exists, and ``overwrite=False``.
            OSError: The folder does not exist, or `to` is a folder.
            NotSupported: The server is older.

        Example:
            >>> ids = [directus.files.upload(b"Hello", filename=name)["id"] for name in ("a.txt", "b.txt")]
            >>> path = directus.assets.zip_files(ids, to="files.zip")
            >>> import zipfile
            >>> len(zipfile.ZipFile(path).namelist())
            2
        """
        return self._zip("/assets/files", {"ids": list(Keys(ids))}, to, overwrite, on_progress, progress)

    @overload
    def zip_folder(
        self,
        id: Key,
        *,
        to: None = None,
        overwrite: bool | None = None,
        on_progress: OnProgress | None = None,
        progress: Progress = False,
    ) -> bytes: ...
    @overload
    def zip_folder(
        self,
        id: Key,
        *,
        to: str | os.PathLike[str],
        overwrite: bool | None = None,
        on_progress: OnProgress | None = None,
        progress: Progress = False,
    ) -> Path: ...
    def zip_folder(
        self,
        id: Key,
        *,
        to: str | os.PathLike[str] | None = None,
        overwrite: bool | None = None,
        on_progress: OnProgress | None = None,
        progress: Progress = False,
    ) -> bytes | Path:
        """Read a folder, and the folders in it, as one zip archive.

        ``POST /assets/folder/{id}``. Directus 11.14 and newer.

        Args:
            id: The folder's id.
            to: The path of the archive; without it, it is returned as bytes.
            overwrite: Whether an existing file is replaced; by default it is. `DownloadOptions` describes all options.
            on_progress: Called with the bytes done and the size, which is unknown in most cases (``None``).
            progress: How else progress is shown.

        Raises:
            FileExistsError: A file of that name exists, and ``overwrite=False``.
            OSError: The folder does not exist, or `to` is a folder.
            InvalidPayload: It contains no file.
            NotSupported: The server is older.

        Example:
            >>> file = directus.files.upload(b"Hello", filename="a.txt", folder="letters", create_folders=True)
            >>> directus.assets.zip_folder(file["folder"])[:2]
            b'PK'
        """
        return self._zip(urls.path("assets", "folder", id), {}, to, overwrite, on_progress, progress)

    # ------------------------------------------------------------------ inside
    def _request(self, id: Key, transform: JSONMapping, *, stream: bool = False, cacheable: str | None = None) -> Request:
        path, params = urls.path("assets", id), transform_params(transform)
        return self._pipeline.request("GET", path, params, UNCOMPRESSED, stream=stream, cacheable=cacheable)

    def _filename(self, id: Key) -> str:
        request = self._pipeline.request("HEAD", urls.path("assets", id), headers=UNCOMPRESSED)
        return local_name(filename(self._pipeline.send(request)) or "") or local_name(str(id)) or "file"

    def _zip(
        self,
        path: str,
        body: JSONMapping,
        to: str | os.PathLike[str] | None,
        overwrite: bool | None,
        on_progress: OnProgress | None,
        progress: Progress,
    ) -> bytes | Path:
        check_overwrite(overwrite)
        check_progress(on_progress, progress)
        headers = {**UNCOMPRESSED, "Content-Type": "application/json"}
        reports = on_progress is not None or progress not in (False, None)
        stream = to is not None or reports  # what is read at once is retried as a whole
        request = self._pipeline.request("POST", path, (), headers, dumps(body), stream=stream, retryable=True)
        if not stream:
            return fetch(self._pipeline, request).content
        report = partial(reporting, on_progress, progress, "archive" if to is None else target_path(to).name)
        if to is None:
            with AssetStream(partial(fetch, self._pipeline, request), report) as blocks:
                return b"".join(blocks)
        with report() as on_done:
            download = Download(
                self._pipeline, request, target_path(to), resume=False, replace=overwrite is not False, on_progress=on_done
            )
            return download.run()
