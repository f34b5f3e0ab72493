"""Assets: what is in files, as it is or as a picture in another size."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import partial
from io import BufferedReader
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict, overload

from directus_sdk.auth.base import check_token
from directus_sdk.handlers.base import Handler
from directus_sdk.json_types import JSONMapping
from directus_sdk.local.progress import OnProgress, Progress, reporting
from directus_sdk.transfers.downloads import AS_IT_IS, AssetStream, Download, fetch, filename
from directus_sdk.transfers.image import Picture
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
    """How a picture is changed on its way; what is not a picture is returned as it is."""

    key: str | None
    width: int | None
    height: int | None
    fit: str | None
    quality: int | None
    format: str | None
    without_enlargement: bool | None
    focal_point_x: int | None
    focal_point_y: int | None
    transforms: Sequence[Sequence[Any]] | None


_WIRE = {name: name for name in Transform.__annotations__}
_WIRE["without_enlargement"] = "withoutEnlargement"


def transform_params(transform: JSONMapping) -> list[tuple[str, str]]:
    """Bring a transformation to the server's names and texts.

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
    """Reads what is in files: ``directus.assets``.

    Most methods take the transformation of a picture as keywords: `key` (a preset of the project), `width` and `height`
    in pixels, `fit` (``"cover"``, ``"contain"``, ``"inside"``, ``"outside"``), `quality` (1 to 100), `format` (``"auto"``,
    ``"jpg"``, ``"png"``, ``"webp"``, ``"tiff"``, ``"avif"``), `without_enlargement`, `focal_point_x`, `focal_point_y`, and
    `transforms`, a list of up to five operations such as ``["blur", 10]``.
    """

    def read(self, id: Key, /, **transform: Unpack[Transform]) -> bytes:
        """Read a file into memory.

        ``GET /assets/{id}``. For large files there are `stream`, `download` and `open`.

        Args:
            id: The file's id.
            **transform: How to change a picture.

        Raises:
            Forbidden: There is no such file, or you may not read it.
            IllegalAssetTransformation: The server does not allow this transformation.

        Example:
            >>> file = directus.files.upload(b"Hello", filename="hello.txt")
            >>> directus.assets.read(file["id"])
            b'Hello'
        """
        return fetch(self._pipeline, self._request(id, transform)).content

    def stream(self, id: Key, /, **transform: Unpack[Transform]) -> AssetStream:
        """Read a file in blocks of 256 kB, without holding it in memory.

        ``GET /assets/{id}``.

        Args:
            id: The file's id.
            **transform: How to change a picture.

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
        return AssetStream(partial(fetch, self._pipeline, self._request(id, transform, stream=True)))

    def download(
        self,
        id: Key,
        /,
        to: str | os.PathLike[str],
        *,
        overwrite: bool | None = None,
        resume: bool = True,
        on_progress: OnProgress | None = None,
        progress: Progress = False,
        **transform: Unpack[Transform],
    ) -> Path:
        """Bring a file to the disk.

        ``GET /assets/{id}``. The content is written to ``<name>.part`` and gets its name when it is whole, so that nobody
        takes half a file for a file. What stands under a name that you chose is replaced; under a name that the server chose
        nothing is, unless you say so. After a fault the download goes on where it
        was, in a new process too, if the file on the server is still the same; ``<name>.part.json`` remembers that.
        Of several downloads to one name at the same time each has a part of its own, and the last that is whole stays.
        What has the name of a part and is none is not touched, and no link is followed.
        A changed picture is always fetched as a whole.

        Args:
            id: The file's id.
            to: The path of the file, or of a folder that exists, in which it gets the name that it has on the
                server; what cannot stand in a name on every system, or is not seen in one, becomes an underscore, and so
                do dots at its beginning.
            overwrite: Whether a file that is there is replaced: ``True`` and ``False`` hold for every name, ``None`` means
                only where `to` is the path of a file, since who may name a file on the server chooses the other names.
            resume: Go on with a part that is there; ``False`` begins anew, and leaves no part after a fault.
            on_progress: Called with the bytes done and the bytes in all (``None`` if the server does not say).
            progress: How else progress is shown; as of `files.upload`.
            **transform: How to change a picture.

        Returns:
            The path of the file.

        Raises:
            Forbidden: There is no such file, or you may not read it.
            FileExistsError: There is a file of that name; see `overwrite`.
            OSError: The disk is full, or there is no such folder, or a folder has the name.
            TransportError: The connection broke again and again.

        Example:
            >>> file = directus.files.upload(b"Hello", filename="hello.txt")
            >>> directus.assets.download(file["id"], "copy.txt").read_bytes()
            b'Hello'
        """
        target = _path(to)
        if not (overwrite is None or isinstance(overwrite, bool)):
            raise TypeError(f"overwrite must be True, False or None, not {overwrite!r}")
        named = not target.is_dir()
        if not named:
            target /= self._filename(id)
        request = self._request(id, transform, stream=True)
        with reporting(on_progress, progress, target.name) as report:
            return Download(
                self._pipeline,
                request,
                target,
                resume=resume and not request.params,
                replace=named if overwrite is None else overwrite,
                on_progress=report,
            ).run()

    def open(self, id: Key, /) -> BufferedReader:
        r"""Open a file for reading, like one on the disk: pandas, Pillow and zipfile read from it what they need.

        ``GET /assets/{id}`` with a range, for each part that is read. At most 4 MiB are held. Where something
        on the way knows no ranges, the file is copied to a temporary one.

        Args:
            id: The file's id.

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

    def image(self, id: Key, /, **transform: Unpack[Transform]) -> Picture:
        """Read a picture; a notebook shows it.

        ``GET /assets/{id}``.

        Args:
            id: The file's id.
            **transform: How to change it; ``width=400`` keeps notebooks small.

        Example:
            >>> svg = b'<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"/>'
            >>> file = directus.files.upload(svg, filename="dot.svg")
            >>> directus.assets.image(file["id"])
            <Picture image/svg+xml, 62 bytes>
        """
        response = fetch(self._pipeline, self._request(id, transform))
        return Picture(response.content, response.headers.get("Content-Type", "").partition(";")[0].strip())

    def url(
        self,
        id: Key,
        /,
        filename: str | None = None,
        *,
        download: bool = False,
        access_token: str | None = None,
        **transform: Unpack[Transform],
    ) -> str:
        """Return the address of a file, for a web page; nothing is sent.

        ``GET /assets/{id}`` or ``GET /assets/{id}/{filename}``.

        Args:
            id: The file's id.
            filename: A name at the end of the address, under which browsers save the file.
            download: Have browsers save the file instead of showing it.
            access_token: A token to put into the address, where the file is not public. Whoever sees the address can use
                it: take one that may read files and no more.
            **transform: How to change a picture.

        Raises:
            SessionExpired: The client has ``LoginAuth(required=True)`` and no session.
            ConfigurationError: `access_token` is empty or cannot be a token.

        Example:
            >>> Directus("https://cms.example.com").assets.url("8cbb43fe-4cdf-4991-8352-c461779cec02", width=200)
            'https://cms.example.com/assets/8cbb43fe-4cdf-4991-8352-c461779cec02?width=200'
        """
        params = transform_params(transform)
        if download:  # the server looks only whether it is there, whatever its value
            params.append(("download", "true"))
        if access_token is not None:
            params.append(("access_token", check_token(access_token)))
        else:
            self._pipeline.auth.ensure_signed_in()
        path = urls.path("assets", id) if filename is None else urls.path("assets", id, filename)
        return urls.with_query(self._pipeline.base_url + path, params)

    # ------------------------------------------------------------------ archives
    @overload
    def zip_files(self, ids: Sequence[Key], *, to: None = None) -> bytes: ...
    @overload
    def zip_files(self, ids: Sequence[Key], *, to: str | os.PathLike[str]) -> Path: ...
    def zip_files(self, ids: Sequence[Key], *, to: str | os.PathLike[str] | None = None) -> bytes | Path:
        """Read some files as one zip archive.

        ``POST /assets/files``. Directus 11.14 and newer.

        Args:
            ids: The ids of the files.
            to: The path of the archive; without it, it is returned as bytes.

        Raises:
            OSError: There is no such folder, or `to` is one.
            NotSupported: The server is older.

        Example:
            >>> ids = [directus.files.upload(b"Hello", filename=name)["id"] for name in ("a.txt", "b.txt")]
            >>> path = directus.assets.zip_files(ids, to="files.zip")
            >>> import zipfile
            >>> len(zipfile.ZipFile(path).namelist())
            2
        """
        return self._zip("/assets/files", {"ids": list(Keys(ids))}, to)

    @overload
    def zip_folder(self, id: Key, /, *, to: None = None) -> bytes: ...
    @overload
    def zip_folder(self, id: Key, /, *, to: str | os.PathLike[str]) -> Path: ...
    def zip_folder(self, id: Key, /, *, to: str | os.PathLike[str] | None = None) -> bytes | Path:
        """Read a folder, and the folders in it, as one zip archive.

        ``POST /assets/folder/{id}``. Directus 11.14 and newer.

        Args:
            id: The folder's id.
            to: The path of the archive; without it, it is returned as bytes.

        Raises:
            OSError: There is no such folder, or `to` is one.
            InvalidPayload: There is no file in it.
            NotSupported: The server is older.

        Example:
            >>> file = directus.files.upload(b"Hello", filename="a.txt", folder="letters", create_folders=True)
            >>> directus.assets.zip_folder(file["folder"])[:2]
            b'PK'
        """
        return self._zip(urls.path("assets", "folder", id), {}, to)

    # ------------------------------------------------------------------ inside
    def _request(self, id: Key, transform: JSONMapping, *, stream: bool = False) -> Request:
        path = urls.path("assets", id)
        return self._pipeline.request("GET", path, transform_params(transform), AS_IT_IS, stream=stream)

    def _filename(self, id: Key) -> str:
        request = self._pipeline.request("HEAD", urls.path("assets", id), headers=AS_IT_IS)
        return local_name(filename(self._pipeline.send(request)) or "") or local_name(str(id)) or "file"

    def _zip(self, path: str, body: Any, to: str | os.PathLike[str] | None) -> bytes | Path:
        headers = {**AS_IT_IS, "Content-Type": "application/json"}
        request = self._pipeline.request("POST", path, (), headers, dumps(body), stream=to is not None, retryable=True)
        if to is None:
            return fetch(self._pipeline, request).content
        return Download(self._pipeline, request, _path(to), resume=False).run()


def _path(to: str | os.PathLike[str]) -> Path:
    """Return the path of a file, or of a folder that is there."""
    text = os.fspath(to)
    if not text:
        raise ValueError("the path is empty; '.' is the present folder")
    path = Path(to)
    if text.endswith(("/", os.sep)) and not path.is_dir():
        raise FileNotFoundError(f"there is no folder {text!r} to download to")
    return path
