"""Template tags: ``{% load directus %}``."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.safestring import SafeString, mark_safe

from directus_sdk.contrib.django.process import process
from directus_sdk.contrib.web.images import asset_url, image
from directus_sdk.contrib.web.rich_text import sanitise

register = template.Library()


@register.simple_tag
def directus_asset(file: object, **transform: Any) -> str:
    """Return the URL of a file: ``{% directus_asset article.image width=400 %}``.

    Args:
        file: The id of the file, or its record. ``None`` has the URL ``""``.
        **transform: How to transform an image, as for ``directus.assets.url``.
    """
    return asset_url(process.public_client(), file, **transform)


@register.simple_tag
def directus_image(file: object, **options: Any) -> str:
    """Return an ``<img>`` with ``srcset``: ``{% directus_image article.image sizes="50vw" class="wide" %}``.

    Args:
        file: The id of the file, or its record, which gives the element its size and its description.
        **options: ``sizes``, ``widths`` such as ``"320 640"``, ``alt``, ``class``, ``loading``, and how to transform the image.
    """
    if "class" in options:
        options["css_class"] = options.pop("class")
    if isinstance(widths := options.get("widths"), str):
        options["widths"] = [int(width) for width in widths.replace(",", " ").split()]
    return image(process.public_client(), file, **options)


@register.filter(is_safe=True)
def directus_rich_text(text: object) -> SafeString:
    """Return rich text without scripts: ``{{ article.body|directus_rich_text }}``."""
    return mark_safe(sanitise(text, process.public_client().url))  # noqa: S308 - nh3 has made it safe
