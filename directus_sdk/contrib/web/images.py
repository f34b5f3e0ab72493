"""Images in a page: URLs of transformed assets, and ``<img>`` elements with ``srcset``."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Final, cast

from directus_sdk.client import Directus
from directus_sdk.contrib.web.html import Html
from directus_sdk.wire.urls import Key

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from directus_sdk.handlers.assets import Transform

#: The widths of an image that is as wide as the page, in pixels.
WIDTHS: Final = (320, 640, 960, 1280, 1920)
#: Fields of a file that make an image better: its size keeps a page from moving while it loads, its title is what is read out.
FIELDS: Final = ("id", "title", "description", "width", "height")


def asset_url(client: Directus, file: object, **transform: Unpack[Transform]) -> str:
    """Return the URL of a file, without a token; nothing is sent.

    Args:
        client: An unauthenticated client with the URL that browsers use.
        file: The id of a file, or a record with an ``id``. ``None`` has the URL ``""``.
        **transform: How to transform an image, such as ``width=400``.

    Example:
        >>> asset_url(Directus("https://cms.example.com"), "8cbb43fe-4cdf-4991-8352-c461779cec02", width=400)
        'https://cms.example.com/assets/8cbb43fe-4cdf-4991-8352-c461779cec02?width=400'
    """
    key = _key(file)
    return "" if key in (None, "") else client.assets.url(cast("Key", key), **transform)


def image(
    client: Directus,
    file: object,
    *,
    sizes: str = "100vw",
    widths: Iterable[int] = WIDTHS,
    alt: str | None = None,
    css_class: str = "",
    loading: str = "lazy",
    **transform: Unpack[Transform],
) -> Html:
    """Return an ``<img>`` element, whose ``srcset`` lets the browser choose a width; nothing is sent.

    With `width` the image has a fixed width, and twice of it for screens with small pixels. With `key`, a preset of the
    project, there is one URL.

    Args:
        client: An unauthenticated client with the URL that browsers use.
        file: The id of a file, or a record with the fields `FIELDS`, which is better. ``None`` has no element.
        sizes: How wide the image is on the page, as in HTML: ``"(min-width: 60rem) 50vw, 100vw"``.
        widths: The widths to choose from, in pixels; those beyond the original are left out.
        alt: What the image shows, for people who do not see it; the description or the title of the record by default.
        css_class: The CSS classes.
        loading: ``"lazy"``, or ``"eager"`` for what is visible at once.
        **transform: How to transform it, such as ``format="auto"``.

    Example:
        >>> cms = Directus("https://cms.example.com")
        >>> image(cms, {"id": 1, "title": "Tom & Ada", "width": 500, "height": 250}, widths=(320, 640))
        '<img src="https://cms.example.com/assets/1?width=500" srcset="https://cms.example.com/assets/1?width=320 320w, \
https://cms.example.com/assets/1?width=500 500w" sizes="100vw" alt="Tom &amp; Ada" width="500" height="250" loading="lazy">'
    """
    # A list page has many of these, so everything is done once.
    record = _record(file)
    key = file if record is None else record("id")
    if key in (None, ""):
        return Html("")
    own = (0, 0)
    if record is not None:
        own = _number(record("width")), _number(record("height"))
        alt = str(record("description") or record("title") or "") if alt is None else alt
    width, height = _pixels(transform.get("width")), _pixels(transform.get("height"))
    source, choices = asset_url(client, key, **transform), ""
    if not (width or height or transform.get("key")):
        source, choices = _choices(source, tuple(widths), own[0])
        width, height = own if all(own) else (None, None)
    elif width and not transform.get("key"):
        double: Transform = {**transform, "width": 2 * width}
        if height:
            double["height"] = 2 * height
        elif all(own):
            height = round(width * own[1] / own[0])
        choices, sizes = f"{source} 1x, {asset_url(client, key, **double)} 2x", ""
    else:
        sizes = ""
    return Html(
        f'<img src="{html.escape(source)}"'
        + (f' srcset="{html.escape(choices)}"' if choices else "")
        + (f' sizes="{html.escape(sizes)}"' if sizes else "")
        + f' alt="{html.escape(alt or "")}"'
        + (f' width="{width}"' if width else "")
        + (f' height="{height}"' if height else "")
        + (f' class="{html.escape(css_class)}"' if css_class else "")
        + (f' loading="{html.escape(loading)}">' if loading else ">")
    )


def _choices(url: str, widths: tuple[int, ...], original: int) -> tuple[str, str]:
    """Return the URL of the widest image, and the ``srcset`` of all widths."""
    base = url + ("&" if "?" in url else "?") + "width="
    choice = _within(widths, original)
    return f"{base}{choice[-1]}", ", ".join([f"{base}{each} {each}w" for each in choice])


@lru_cache(maxsize=256)
def _within(widths: tuple[int, ...], original: int) -> list[int]:
    """Return the widths up to that of the original, which stands for those beyond it."""
    choice = sorted({min(width, original) if original else width for width in widths})
    if not choice or choice[0] < 1:
        raise ValueError("widths must be numbers of pixels, such as (320, 640)")
    return choice


def _record(file: object) -> Callable[[str], object] | None:
    """Return what reads a field of a record; ``None`` for what is only an id."""
    if isinstance(file, Mapping):
        return file.get
    return (lambda name: getattr(file, name, None)) if hasattr(file, "id") else None


def _key(file: object) -> object:
    record = _record(file)
    return file if record is None else record("id")


def _pixels(value: object) -> int | None:
    """Return a number of pixels, which a template may write as a string."""
    if value is None:
        return None
    if not str(value).isdecimal() or int(str(value)) < 1:
        raise ValueError(f"width and height must be numbers of pixels, such as 400, not {value!r}")
    return int(str(value))


def _number(value: object) -> int:
    return value if isinstance(value, int) and value > 0 else 0
