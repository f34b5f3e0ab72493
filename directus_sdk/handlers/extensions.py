"""Extensions of the server, and the registry that they are installed from."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, TypedDict

from directus_sdk.handlers.base import Handler, mixed_params
from directus_sdk.handlers.data_model import DataModelHandler
from directus_sdk.json_types import JSONMapping, JSONObject
from directus_sdk.models.payloads import payload
from directus_sdk.results import Page
from directus_sdk.signatures import renamed
from directus_sdk.wire.urls import Key, segment

if TYPE_CHECKING:
    from typing_extensions import Unpack


class RegistryQuery(TypedDict, total=False):
    """The parameters of a search in the registry."""

    search: str | None
    """A string that is searched for in the names and the descriptions."""
    type: str | None
    """The type, such as ``"interface"``."""
    by: str | None
    """The key of a publisher."""
    sort: str | None
    """The order: ``"popular"``, ``"recent"`` or ``"downloads"``."""
    limit: int | None
    """The maximum number of extensions."""
    offset: int | None
    """How many extensions to skip."""
    filter: JSONMapping | None
    """Which extensions, in the form that the registry has."""


class ExtensionsHandler(DataModelHandler[JSONObject]):
    """Installed extensions: ``directus.extensions``. Servers have it from version 10.10; for administrators.

    `read_all` and `iterate` list them; the server returns all, and the SDK applies the query.

    Example:
        >>> directus.extensions.read_all()
        []
    """

    collection = "directus_extensions"
    _path = "/extensions"

    @cached_property
    def registry(self) -> RegistryHandler:
        """The registry of extensions."""
        return RegistryHandler(self._directus)

    @renamed(extension="key")
    def update_one(self, key: Key, data: JSONMapping) -> JSONObject | None:
        """Enable or disable an extension.

        ``PATCH /extensions/{key}``.

        Args:
            key: The key of the extension, a UUID.
            data: The change, such as ``{"meta": {"enabled": False}}``.

        Returns:
            The extension.

        Raises:
            NotSupported: The server is older than 10.10.

        Example:
            >>> from directus_sdk.testing import MockTransport
            >>> mock = MockTransport([{"meta": {"enabled": False}}])
            >>> cms = Directus("https://cms.example.com", transport=mock)
            >>> cms.extensions.update_one("0f1c5a9e-58f6-4a0c-b4c1-1d7b6b4a2f10", {"meta": {"enabled": False}})
            {'meta': {'enabled': False}}
        """
        updated: JSONObject | None = self._pipeline.call("PATCH", _path(key), json=payload(data, "data")).data
        return updated

    @renamed(extension="key")
    def delete_one(self, key: Key) -> None:
        """Remove the settings of an extension whose files were deleted.

        ``DELETE /extensions/{key}``.

        Args:
            key: The key of the extension, a UUID.

        Raises:
            NotSupported: The server is older than 10.10.

        Example:
            >>> from directus_sdk.testing import MockTransport
            >>> mock = MockTransport([None])
            >>> cms = Directus("https://cms.example.com", transport=mock)
            >>> cms.extensions.delete_one("0f1c5a9e-58f6-4a0c-b4c1-1d7b6b4a2f10")
            >>> mock.last.method, mock.path()
            ('DELETE', '/extensions/0f1c5a9e-58f6-4a0c-b4c1-1d7b6b4a2f10')
        """
        self._pipeline.call("DELETE", _path(key))


class RegistryHandler(Handler):
    """The registry of extensions: ``directus.extensions.registry``. The server forwards the requests; for administrators."""

    def search(self, query: JSONMapping | None = None, **params: Unpack[RegistryQuery]) -> Page[JSONObject]:
        """Search for extensions.

        ``GET /extensions/registry``.

        Args:
            query: The search, as a mapping, instead of keywords.
            **params: The search: `search`, `type`, `by`, `sort`, `limit`, `offset`, `filter`.

        Returns:
            A page of extensions.

        Raises:
            ServiceUnavailable: The server cannot reach the registry.
            TypeError: A name is unknown.

        Example:
            >>> from directus_sdk.testing import MockTransport
            >>> mock = MockTransport([[{"name": "chart"}]])
            >>> cms = Directus("https://cms.example.com", transport=mock)
            >>> cms.extensions.registry.search(search="chart", type="panel", limit=1)
            [{'name': 'chart'}]
        """
        return self._page("/extensions/registry", mixed_params(query, params, *RegistryQuery.__annotations__))

    def account(self, account: Key) -> JSONObject:
        """Read the account of a publisher.

        ``GET /extensions/registry/account/{account}``.

        Args:
            account: The key of the publisher.

        Returns:
            The account, as the registry sends it.

        Raises:
            NotSupported: The server is older than 10.10.
            ServiceUnavailable: The server cannot reach the registry.

        Example:
            >>> from directus_sdk.testing import MockTransport
            >>> mock = MockTransport([{"username": "ada"}])
            >>> cms = Directus("https://cms.example.com", transport=mock)
            >>> cms.extensions.registry.account("0f1c5a9e-58f6-4a0c-b4c1-1d7b6b4a2f10")
            {'username': 'ada'}
        """
        return self._object("GET", f"/extensions/registry/account/{segment(account, 'account')}")

    @renamed(extension="key")
    def read_one(self, key: Key) -> JSONObject:
        """Read an extension with its versions.

        ``GET /extensions/registry/extension/{key}``.

        Args:
            key: The key of the extension in the registry.

        Returns:
            The extension, as the registry sends it.

        Raises:
            NotSupported: The server is older than 10.10.
            ServiceUnavailable: The server cannot reach the registry.

        Example:
            >>> from directus_sdk.testing import MockTransport
            >>> mock = MockTransport([{"name": "chart"}])
            >>> cms = Directus("https://cms.example.com", transport=mock)
            >>> cms.extensions.registry.read_one("0f1c5a9e-58f6-4a0c-b4c1-1d7b6b4a2f10")
            {'name': 'chart'}
        """
        return self._object("GET", f"/extensions/registry/extension/{segment(key, 'extension')}")

    def install(self, extension: Key, version: str) -> None:
        """Install an extension.

        ``POST /extensions/registry/install``.

        Args:
            extension: The key of the extension in the registry.
            version: The key of the version.

        Raises:
            ServerError: The server cannot reach the registry.
            NotSupported: The server is older than 10.10.

        Example:
            >>> from directus_sdk.testing import MockTransport
            >>> mock = MockTransport([None])
            >>> cms = Directus("https://cms.example.com", transport=mock)
            >>> cms.extensions.registry.install("0f1c5a9e-58f6-4a0c-b4c1-1d7b6b4a2f10", "v2")
            >>> mock.last.method, mock.path()
            ('POST', '/extensions/registry/install')
        """
        segment(extension, "extension")
        segment(version, "version")
        self._post("extensions", "registry", "install", json={"extension": extension, "version": version})

    def reinstall(self, extension: Key) -> None:
        """Install an extension again.

        ``POST /extensions/registry/reinstall``.

        Args:
            extension: The key of the extension.

        Raises:
            Forbidden: The extension is not installed.
            NotSupported: The server is older than 10.10.

        Example:
            >>> from directus_sdk.testing import MockTransport
            >>> mock = MockTransport([None])
            >>> cms = Directus("https://cms.example.com", transport=mock)
            >>> cms.extensions.registry.reinstall("0f1c5a9e-58f6-4a0c-b4c1-1d7b6b4a2f10")
            >>> mock.last.method, mock.path()
            ('POST', '/extensions/registry/reinstall')
        """
        segment(extension, "extension")
        self._post("extensions", "registry", "reinstall", json={"extension": extension})

    def uninstall(self, extension: Key) -> None:
        """Uninstall an extension.

        ``DELETE /extensions/registry/uninstall/{extension}``.

        Args:
            extension: The key of the extension.

        Raises:
            Forbidden: The extension is not installed.
            NotSupported: The server is older than 10.10.

        Example:
            >>> from directus_sdk.testing import MockTransport
            >>> mock = MockTransport([None])
            >>> cms = Directus("https://cms.example.com", transport=mock)
            >>> cms.extensions.registry.uninstall("0f1c5a9e-58f6-4a0c-b4c1-1d7b6b4a2f10")
            >>> mock.last.method, mock.path()
            ('DELETE', '/extensions/registry/uninstall/0f1c5a9e-58f6-4a0c-b4c1-1d7b6b4a2f10')
        """
        self._pipeline.call("DELETE", f"/extensions/registry/uninstall/{segment(extension, 'extension')}")


def _path(extension: Key) -> str:
    return f"/extensions/{segment(extension, 'extension')}"
