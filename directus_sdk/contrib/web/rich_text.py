"""Rich text of Directus's editors: markup that people wrote, and that may contain scripts. Needs nh3 (extras django, flask)."""

from __future__ import annotations

import re
from functools import partial
from typing import Final

from directus_sdk.contrib.web.html import Html

#: What the editors write. There are no forms, frames, scripts and styles.
_TAGS = """
    a abbr b blockquote br caption cite code col colgroup dd del details div dl dt em figcaption figure h1 h2 h3 h4 h5 h6 hr i
    img ins kbd li mark ol p pre q s samp small span strike strong sub summary sup table tbody td tfoot th thead tr u ul
    audio source video
"""
TAGS: Final = frozenset(_TAGS.split())
_MEDIA = {"src", "controls", "width", "height"}
ATTRIBUTES: Final[dict[str, set[str]]] = {
    "*": {"title", "lang", "dir", "style"},
    "a": {"href", "hreflang", "target"},
    "img": {"src", "alt", "width", "height", "loading"},
    "audio": _MEDIA,
    "video": _MEDIA | {"poster"},
    "source": {"src", "type"},
    "ol": {"start"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "col": {"span"},
    "colgroup": {"span"},
}
SCHEMES: Final = {"http", "https", "mailto", "tel"}
_ALIGNMENT: Final = re.compile(r"text-align:\s*(left|right|center|justify)\s*;?", re.IGNORECASE)


def sanitise(text: object, assets_url: str = "") -> Html:
    """Return rich text without anything that could run in a visitor's browser.

    Links get ``rel="noopener noreferrer"``, styles other than ``text-align`` are dropped.

    Args:
        text: The markup; ``None`` is an empty string.
        assets_url: The URL of the server, for images whose URL begins with ``/assets/``.

    Raises:
        ImportError: nh3 is not installed.
        TypeError: It is not a string.

    Example:
        >>> sanitise('<p onclick="steal()">Hello <script>steal()</script><a href="javascript:steal()">world</a></p>')
        '<p>Hello <a rel="noopener noreferrer">world</a></p>'
    """
    try:
        import nh3
    except ImportError as error:
        raise ImportError("sanitise() needs nh3: pip install 'directus-python-sdk[flask]', or [django]") from error
    if text is None:
        return Html("")
    if not isinstance(text, str):
        raise TypeError(f"rich text must be a string, not {type(text).__name__}")
    return Html(
        nh3.clean(
            text,
            tags=set(TAGS),
            attributes=ATTRIBUTES,
            url_schemes=SCHEMES,
            attribute_filter=partial(_attribute, assets_url.rstrip("/")),
        )
    )


def _attribute(assets_url: str, tag: str, name: str, value: str) -> str | None:
    """Return the value of an attribute, or ``None`` for an attribute that is dropped."""
    if name == "style":
        return value if _ALIGNMENT.fullmatch(value.strip()) else None
    if name == "target":
        return "_blank" if value == "_blank" else None
    if name in ("src", "poster") and value.startswith("/assets/"):
        return assets_url + value
    return value
