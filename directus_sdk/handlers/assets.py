"""Assets: what is in files, as it is or as a picture in another size."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypedDict

from directus_sdk import urls
from directus_sdk.encoding import to_text
from directus_sdk.handlers.base import Handler
from directus_sdk.keys import Keys
from directus_sdk.transport import Response
from directus_sdk.urls import Key

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


def transform_params(transform: Mapping[str, Any]) -> list[tuple[str, str]]:
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

    Each method takes the transformation of a picture as keywords: `key` (a preset of the project), `width` and `height`
    in pixels, `fit` (``"cover"``, ``"contain"``, ``"inside"``, ``"outside"``), `quality` (1 to 100), `format` (``"auto"``,
    ``"jpg"``, ``"png"``, ``"webp"``, ``"tiff"``, ``"avif"``), `without_enlargement`, `focal_point_x`, `focal_point_y`, and
    `transforms`, a list of up to five operations such as ``["blur", 10]``.
    """

    def read(self, id: Key, /, **transform: Unpack[Transform]) -> bytes:
        """Read a file into memory.

        ``GET /assets/{id}``. For large files there are `stream` and `download`.

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
        return self._open(id, transform, stream=False).content

    @contextmanager
    def stream(self, id: Key, /, **transform: Unpack[Transform]) -> Iterator[Response]:
        """Read a file in blocks, without holding it in memory.

        ``GET /assets/{id}``.
        """
        with self._open(id, transform, stream=True) as response:
            yield response

    def url(self, id: Key, /, *, access_token: str | None = None, **transform: Unpack[Transform]) -> str:
        """Return the address of a file, for a web page; nothing is sent.

        ``GET /assets/{id}``.

        Args:
            id: The file's id.
            access_token: A token to put into the address, where the file is not public. Whoever sees the address can use
                it: take one that may read files and no more.
            **transform: How to change a picture.

        Example:
            >>> Directus("https://cms.example.com").assets.url("8cbb43fe-4cdf-4991-8352-c461779cec02", width=200)
            'https://cms.example.com/assets/8cbb43fe-4cdf-4991-8352-c461779cec02?width=200'
        """
        params = transform_params(transform)
        if access_token is not None:
            params.append(("access_token", access_token))
        return urls.with_query(self._pipeline.base_url + urls.path("assets", id), params)

    def zip_files(self, ids: Sequence[Key]) -> bytes:
        """Read some files as one zip archive.

        ``POST /assets/files``. Directus 11.14 and newer.

        Args:
            ids: The ids of the files.
        """
        return self._zip("/assets/files", {"ids": list(Keys(ids))})

    def zip_folder(self, id: Key) -> bytes:
        """Read a folder and the folders in it as one zip archive.

        ``POST /assets/folder/{id}``. Directus 11.14 and newer.

        Args:
            id: The folder's id.
        """
        return self._zip(urls.path("assets", "folder", id), None)

    # ------------------------------------------------------------------ inside
    def _open(self, id: Key, transform: Mapping[str, Any], *, stream: bool) -> Response:
        request = self._pipeline.request("GET", urls.path("assets", id), transform_params(transform), stream=stream)
        return self._pipeline.send(request)

    def _zip(self, path: str, body: Any) -> bytes:
        content = to_text(body).encode() if body is not None else None
        request = self._pipeline.request("POST", path, (), {"Content-Type": "application/json"}, content, retryable=True)
        return self._pipeline.send(request).content
