"""Template tags: ``{% load directus %}``."""

from __future__ import annotations

from typing import Any

from django import template

from directus_sdk.contrib.django.process import process

register = template.Library()


@register.simple_tag
def directus_asset(file: object, **transform: Any) -> str:
    """Return the URL of a file: ``{% directus_asset article.image width=400 %}``.

    Args:
        file: The id of the file, or its record; nothing is returned where there is none.
        **transform: How to transform an image, as for ``directus.assets.url``.
    """
    key = file.get("id") if isinstance(file, dict) else file
    return process.public_client().assets.url(str(key), **transform) if key else ""
