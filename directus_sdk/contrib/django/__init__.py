"""Django: a client for the site, a client for each visitor, and what stands around them. Needs the extra ``django``.

``"directus_sdk.contrib.django"`` is an app for ``INSTALLED_APPS``; ``cms`` is the client of the site, made from the setting
``DIRECTUS`` when it is first used, and ``request.directus`` that of the visitor.

Example:
    >>> from directus_sdk.contrib.django import cms
    >>> def titles() -> list[str]:
    ...     return [article["title"] for article in cms.items("articles").read_many(fields=["title"])]
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from directus_sdk.contrib.django.forms import DirectusFileField as DirectusFileField
    from directus_sdk.contrib.django.forms import add_directus_errors as add_directus_errors
    from directus_sdk.contrib.django.paginator import DirectusList as DirectusList
    from directus_sdk.contrib.django.paginator import DirectusPaginator as DirectusPaginator
    from directus_sdk.contrib.django.process import cms as cms
    from directus_sdk.contrib.django.sessions import DirectusRequest as DirectusRequest
    from directus_sdk.contrib.django.uploads import upload as upload
else:
    # Imported when they are used: the apps are not ready when Django imports this package.
    _MODULES = {
        "DirectusFileField": "forms",
        "DirectusList": "paginator",
        "DirectusPaginator": "paginator",
        "DirectusRequest": "sessions",
        "add_directus_errors": "forms",
        "cms": "process",
        "upload": "uploads",
    }
    __all__ = list(_MODULES)

    def __getattr__(name: str) -> object:
        if name in _MODULES:
            return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})
