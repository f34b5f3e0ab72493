"""A picture that a notebook shows."""

from __future__ import annotations

import base64
import html
from typing import Any

_NATIVE = frozenset({"image/png", "image/jpeg", "image/gif"})


class Picture:
    """The bytes of a picture; in a notebook, the picture.

    Attributes:
        data: Its bytes.
        content_type: Its type, such as ``"image/png"``.
    """

    def __init__(self, data: bytes, content_type: str) -> None:
        self.data = data
        self.content_type = content_type

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        bundle = {"text/plain": repr(self)}
        encoded = base64.b64encode(self.data).decode()
        if self.content_type in _NATIVE:
            bundle[self.content_type] = encoded
        elif self.content_type.startswith("image/"):
            # As an <img> a browser knows every type, and runs no script of an SVG.
            bundle["text/html"] = f'<img src="data:{html.escape(self.content_type)};base64,{encoded}">'
        return bundle

    def __repr__(self) -> str:
        return f"<Picture {self.content_type}, {len(self.data)} bytes>"
