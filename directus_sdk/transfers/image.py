"""An image that a notebook displays."""

from __future__ import annotations

import base64
import html

import attrs

_NATIVE = frozenset({"image/png", "image/jpeg", "image/gif"})


@attrs.frozen(repr=False)
class Image:
    """The bytes of an image; a notebook displays it.

    Attributes:
        data: Its bytes.
        content_type: Its type, such as ``"image/png"``.
    """

    data: bytes
    content_type: str

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        bundle = {"text/plain": repr(self)}
        encoded = base64.b64encode(self.data).decode()
        if self.content_type in _NATIVE:
            bundle[self.content_type] = encoded
        elif self.content_type.startswith("image/"):
            # As an <img> a browser knows every type, and does not run the scripts of an SVG.
            bundle["text/html"] = f'<img src="data:{html.escape(self.content_type)};base64,{encoded}">'
        return bundle

    def __repr__(self) -> str:
        return f"<Image {self.content_type}, {len(self.data)} bytes>"
