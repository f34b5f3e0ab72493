"""An image that a notebook displays."""

from __future__ import annotations

import base64
import html

import attrs

_NATIVE = frozenset({"image/png", "image/jpeg", "image/gif"})
#: The maximum size that is put into a notebook, in bytes.
_DISPLAYED = 5_000_000


@attrs.frozen(repr=False)
class Image:
    """The bytes of an image; a notebook displays it, up to 5 MB.

    Attributes:
        data: Its bytes.
        content_type: Its type, such as ``"image/png"``.
    """

    data: bytes
    content_type: str

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        if len(self.data) > _DISPLAYED:
            return {"text/plain": f"{self!r}: too large to be displayed, read it with width=800"}
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
