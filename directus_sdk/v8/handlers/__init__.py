"""The handlers of Directus 8: one class for each endpoint group. Each module is imported at the first use of its group.

A new endpoint group is one class and one line of `EndpointGroups8`, whose annotation needs an import for type checkers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from directus_sdk.handlers.endpoint_group import EndpointGroup

if TYPE_CHECKING:
    from directus_sdk.v8.handlers.server import ServerHandler8
    from directus_sdk.v8.handlers.utils import UtilsHandler8

H = TypeVar("H")


class EndpointGroup8(EndpointGroup[H]):
    """An endpoint group of a `directus_sdk.v8.Directus8`."""

    package = "directus_sdk.v8.handlers"


class EndpointGroups8:
    """Every endpoint group of a client."""

    server: EndpointGroup8[ServerHandler8] = EndpointGroup8("server.ServerHandler8")
    utils: EndpointGroup8[UtilsHandler8] = EndpointGroup8("utils.UtilsHandler8")
