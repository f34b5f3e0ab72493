"""A client for Directus 8, the PHP server: `Directus8` has the same shape as `directus_sdk.Directus`.

Example:
    >>> from directus_sdk.v8 import Directus8
    >>> directus = Directus8("https://cms.example.com", "my-project", token="my-token")
"""

from __future__ import annotations

from importlib import import_module as _import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from directus_sdk.v8.auth import StaticTokenAuth8 as StaticTokenAuth8
    from directus_sdk.v8.client import Directus8 as Directus8
    from directus_sdk.v8.login import LoginAuth8 as LoginAuth8
else:
    #: Each module is imported when its name is first used.
    _MODULES = {"Directus8": "client", "LoginAuth8": "login", "StaticTokenAuth8": "auth"}
    __all__ = list(_MODULES)

    def __getattr__(name: str) -> object:
        if name in _MODULES:
            return getattr(_import_module(f"{__name__}.{_MODULES[name]}"), name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})
