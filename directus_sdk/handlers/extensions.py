"""Extensions of the server, and the registry that they are installed from."""

from __future__ import annotations

from functools import cached_property

from directus_sdk.handlers.base import Handler, mixed_params
from directus_sdk.json_types import JSONMapping, JSONObject
from directus_sdk.models.payloads import payload
from directus_sdk.results import Page
from directus_sdk.wire.urls import Key, segment

#: The parameters of a search in the registry.
_SEARCH = ("search", "type", "by", "sort", "limit", "offset", "filter")


class ExtensionsHandler(Handler):
    """Installed extensions: ``directus.extensions``. Servers have it from version 10.10; for administrators."""

    @cached_property
    def registry(self) -> RegistryHandler:
        """The registry of extensions."""
        return RegistryHandler(self._directus)

    def read_all(self) -> Page[JSONObject]:
        """List the extensions.

        ``GET /extensions``.

        Example:
            >>> directus.extensions.read_all()
            []
        """
        return self._page("/extensions")

    def update_one(self, extension: Key, data: JSONMapping) -> JSONObject | None:
        """Enable or disable an extension.

        ``PATCH /extensions/{extension}``.

        Args:
            extension: The key of the extension, a UUID.
            data: The change, such as ``{"meta": {"enabled": False}}``.

        Returns:
            The extension.
        """
        updated: JSONObject | None = self._pipeline.call("PATCH", _path(extension), json=payload(data, "data")).data
        return updated

    def delete_one(self, extension: Key) -> None:
        """Remove the settings of an extension whose files were deleted.

        ``DELETE /extensions/{extension}``.

        Args:
            extension: The key of the extension, a UUID.
        """
        self._pipeline.call("DELETE", _path(extension))


class RegistryHandler(Handler):
    """The registry of extensions: ``directus.extensions.registry``. The server forwards the requests; for administrators."""

    def search(self, query: JSONMapping | None = None, **params: object) -> Page[JSONObject]:
        """Search for extensions.

        ``GET /extensions/registry``.

        Args:
            query: The search, as a mapping, instead of keywords.
            **params: The search: `search`, `type`, `by`, `sort` (``"popular"``, ``"recent"``, ``"downloads"``),
                `limit`, `offset`, `filter`.

        Raises:
            ServiceUnavailable: The server cannot reach the registry.
            TypeError: A name is unknown.
        """
        return self._page("/extensions/registry", mixed_params(query, params, *_SEARCH))

    def account(self, account: Key) -> JSONObject:
        """Read the account of a publisher.

        ``GET /extensions/registry/account/{account}``.

        Args:
            account: The key of the publisher.
        """
        return self._object("GET", f"/extensions/registry/account/{segment(account, 'account')}")

    def read_one(self, extension: Key) -> JSONObject:
        """Read an extension with its versions.

        ``GET /extensions/registry/extension/{extension}``.

        Args:
            extension: The key of the extension in the registry.
        """
        return self._object("GET", f"/extensions/registry/extension/{segment(extension, 'extension')}")

    def install(self, extension: Key, version: str) -> None:
        """Install an extension.

        ``POST /extensions/registry/install``.

        Args:
            extension: The key of the extension in the registry.
            version: The key of the version.
        """
        segment(extension, "extension")
        segment(version, "version")
        self._post("extensions", "registry", "install", json={"extension": extension, "version": version})

    def reinstall(self, extension: Key) -> None:
        """Install an extension again.

        ``POST /extensions/registry/reinstall``.

        Args:
            extension: The key of the extension.
        """
        segment(extension, "extension")
        self._post("extensions", "registry", "reinstall", json={"extension": extension})

    def uninstall(self, extension: Key) -> None:
        """Uninstall an extension.

        ``DELETE /extensions/registry/uninstall/{extension}``.

        Args:
            extension: The key of the extension.
        """
        self._pipeline.call("DELETE", f"/extensions/registry/uninstall/{segment(extension, 'extension')}")


def _path(extension: Key) -> str:
    return f"/extensions/{segment(extension, 'extension')}"
