"""Utilities of the server: import and export, sorting, reverting, random strings and more."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from directus_sdk.errors import DirectusError
from directus_sdk.handlers.base import Handler, without_none
from directus_sdk.handlers.file_export import Export, moment_of
from directus_sdk.json_types import JSONMapping, JSONObject
from directus_sdk.local.progress import OnProgress, Progress
from directus_sdk.transfers.sources import Uploadable
from directus_sdk.wire.nested_lists import expanded
from directus_sdk.wire.parameters import integer
from directus_sdk.wire.query import Query, normalize
from directus_sdk.wire.urls import Key, segment

if TYPE_CHECKING:
    from typing_extensions import Unpack

#: The formats of exported files.
FORMATS = ("csv", "csv_utf8", "json", "xml", "yaml")


class UtilsHandler(Handler):
    """Utilities of the server: ``directus.utils``."""

    @cached_property
    def random(self) -> RandomHandler:
        """Random strings."""
        return RandomHandler(self._directus)

    @cached_property
    def hash(self) -> HashHandler:
        """Hashes of passwords, on servers up to version 12.0."""
        return HashHandler(self._directus)

    @cached_property
    def cache(self) -> CacheHandler:
        """The server's cache."""
        return CacheHandler(self._directus)

    # ------------------------------------------------------------------ import and export
    def import_file(
        self,
        collection: str,
        file: Uploadable,
        fields: JSONMapping | None = None,
        *,
        filename: str | None = None,
        content_type: str | None = None,
        on_progress: OnProgress | None = None,
        progress: Progress = False,
        background: bool = False,
    ) -> Any:
        """Create items, and update those whose keys exist, from a CSV or JSON file.

        ``POST /utils/import/{collection}``.

        Args:
            collection: The collection.
            file: A path, bytes, a binary file object or an iterable of bytes.
            fields: Fields of the form before the file.
            filename: Its name; that of the path by default.
            content_type: Its type, ``"text/csv"`` or ``"application/json"``; guessed from the name by default.
            on_progress: Called with the bytes sent and the size; `TransferOptions` describes both.
            progress: How else progress is shown.
            background: Return at once; a notification follows when it is done (from version 11.12).

        Returns:
            The data of the response; ``None`` in most versions.

        Raises:
            UnsupportedMediaType: It is neither CSV nor JSON.
            LimitExceeded: Too many imports are running.

        Example:
            >>> directus.utils.import_file("articles", b'[{"title": "Imported"}]', filename="articles.json")
            >>> directus.items("articles").count({"title": {"_eq": "Imported"}})
            1
        """
        params = [("background", "true")] if background else []
        path = f"/utils/import/{segment(collection, 'collection')}"
        return self._send_file(path, params, file, fields, filename, content_type, on_progress=on_progress, progress=progress)

    def import_batch(
        self,
        file: Uploadable | list[JSONMapping],
        fields: JSONMapping | None = None,
        *,
        filename: str | None = None,
        content_type: str | None = None,
        on_progress: OnProgress | None = None,
        progress: Progress = False,
        mode: str | None = None,
        dry_run: bool | None = None,
        dangerously_allow_delete: bool | None = None,
    ) -> Any:
        """Import items of several collections in one transaction; the keys of new items are mapped to generated ones.

        ``POST /utils/import``, from version 12.1.

        Args:
            file: A list of mappings such as ``{"collection": "articles", "items": [...]}``, or a JSON file with it: a path,
                bytes, a binary file object or an iterable of bytes.
            fields: Fields of the form before the file.
            filename: Its name; that of the path by default.
            content_type: Its type; guessed from the name by default.
            on_progress: Called with the bytes sent and the size; `TransferOptions` describes both.
            progress: How else progress is shown.
            mode: ``"add"`` or ``"merge"``.
            dry_run: Only report what would be done.
            dangerously_allow_delete: With ``mode="merge"``, delete items that the file does not have.

        Returns:
            ``applied``, ``mode``, and for each collection the keys that are ``existing``, ``new``, ``deleted`` and ``mapped``.

        Raises:
            NotSupported: The server is older than 12.1.

        Example:
            >>> from directus_sdk.testing import MockTransport
            >>> mock = MockTransport([{"applied": False, "mode": "add"}])
            >>> cms = Directus("https://cms.example.com", transport=mock)
            >>> cms.utils.import_batch([{"collection": "authors", "items": [{"name": "Ada"}]}], dry_run=True)
            {'applied': False, 'mode': 'add'}
        """
        options = {"mode": mode, "dryRun": dry_run, "dangerouslyAllowDelete": dangerously_allow_delete}
        params = [(name, _param(value)) for name, value in options.items() if value is not None]
        if isinstance(file, list) and not any(isinstance(part, bytes) for part in file):
            if fields or filename or content_type:
                raise TypeError("fields, filename and content_type are for a file, not for a list of mappings")
            return self._pipeline.call("POST", "/utils/import", params=params, json=file).data
        return self._send_file(
            "/utils/import", params, file, fields, filename, content_type, on_progress=on_progress, progress=progress
        )

    def export(
        self,
        collection: str,
        format: str,
        query: JSONMapping | None = None,
        file: JSONMapping | None = None,
        **params: Unpack[Query],
    ) -> Export:
        """Export items to a file in the file library, in the background; a notification follows when it is done.

        ``POST /utils/export/{collection}``. The file gets a title and a name that no other one has, unless `file` has its
        own. The server's notification of a failure names the collection only, so that an export first waits for the one
        of the same collection that this client has started before. ``items(...).export`` writes a file on this machine.

        Args:
            collection: The collection.
            format: ``"csv"``, ``"csv_utf8"``, ``"json"``, ``"xml"`` or ``"yaml"``.
            query: Which items, as a mapping, which is sent as it is; servers accept nested `fields` only as strings with dots.
            file: Fields of the file, such as ``title`` and ``folder``.
            **params: Which items, as keywords, as for reading.

        Returns:
            The export; its ``wait()`` returns the file once it is complete.

        Raises:
            ValueError: The format is unknown; the server would report nothing and export nothing.

        Example:
            >>> export = directus.utils.export("articles", "csv", filter={"status": {"_eq": "draft"}}, file={"title": "Drafts"})
            >>> export.wait()["title"]
            'Drafts'
        """
        if format not in FORMATS:
            raise ValueError(f"format must be one of {', '.join(FORMATS)}, not {format!r}")
        exported = expanded({**_checked(query), **normalize(None, params)})
        path = f"/utils/export/{segment(collection, 'collection')}"
        name = f"export-{collection}-{uuid4().hex}"
        fields = dict(file or {})
        # The first of them that the caller has not given says which file it is.
        unique = {"title": name, "filename_download": f"{name}.{format.partition('_')[0]}"}
        mark = dict([(field, value) for field, value in unique.items() if field not in fields][:1])
        exports, after = self._pipeline.limits.exports, None
        if collection in exports:
            with suppress(DirectusError):
                exports[collection].wait()
            after = exports[collection].failure
        body = {"format": format, "query": exported, "file": {**fields, **mark}}
        date = self._pipeline.call("POST", path, json=body).response.headers.get("Date")
        title = str(fields.get("title", name))
        export = Export(self._pipeline, collection, mark, title, moment_of(date), after)
        if mark:
            exports[collection] = export
        return export

    # ------------------------------------------------------------------ items
    def sort(self, collection: str, item: Key, to: Key) -> None:
        """Move an item to the position of another one, in a collection with a sort field.

        ``POST /utils/sort/{collection}``.

        Args:
            collection: The collection.
            item: The key of the item that moves.
            to: The key of the item whose position it takes.

        Raises:
            InvalidPayload: The collection has no sort field.

        Example:
            >>> from directus_sdk.testing import MockTransport
            >>> mock = MockTransport([None])
            >>> cms = Directus("https://cms.example.com", transport=mock)
            >>> cms.utils.sort("articles", 3, to=1)
            >>> mock.last.method, mock.path()
            ('POST', '/utils/sort/articles')
        """
        self._pipeline.call("POST", f"/utils/sort/{segment(collection, 'collection')}", json={"item": item, "to": to})

    def revert(self, revision: Key) -> None:
        """Revert an item to a revision.

        ``POST /utils/revert/{revision}``. The server writes the ``data`` of the revision into the item. That contains no
        relations, so a many-to-one field stays as it is.

        Args:
            revision: The key of the revision; ``directus.revisions`` has them.

        Example:
            >>> articles = directus.items("articles")
            >>> first = articles.update_one(1, {"title": "First"})
            >>> second = articles.update_one(1, {"title": "Second"})
            >>> of_article = {"collection": {"_eq": "articles"}, "item": {"_eq": "1"}}
            >>> revision = directus.revisions.first(filter=of_article, sort="-id", offset=1)
            >>> directus.utils.revert(revision["id"])
            >>> articles.read_one(1)["title"]
            'First'
        """
        self._pipeline.call("POST", f"/utils/revert/{segment(revision, 'revision')}")

    def generate_translations(
        self,
        collection: str,
        fields: Iterable[str],
        *,
        create_languages_collection: bool | None = None,
        seed_languages: bool | None = None,
        **options: object,
    ) -> Any:
        """Create a translations field with its collections, fields and relations.

        ``POST /utils/translations/generate``, from version 11.15; for administrators.

        Args:
            collection: The collection.
            fields: The fields to translate.
            create_languages_collection: Whether to create the collection of languages if there is none; true by default.
            seed_languages: Whether to add languages to it; true by default.
            **options: Further options, by the names of the server.

        Returns:
            The created collections, fields and relations.

        Example:
            >>> made = directus.utils.generate_translations("articles", ["title", "body"])
            >>> "articles_translations" in [entry["collection"] for entry in directus.collections.read_all()]
            True
        """
        if isinstance(fields, str) or not isinstance(fields, Iterable):
            raise TypeError(f"fields must be a list of names, not {type(fields).__name__}")
        flags = without_none(createLanguagesCollection=create_languages_collection, seedLanguages=seed_languages)
        body = {"collection": collection, "fields": list(fields), **options, **flags}
        return self._pipeline.call("POST", "/utils/translations/generate", json=body).data

    def resolve_redirect(self, redirect: str, *, provider: str | None = None) -> Any:
        """Resolve the URL to open after a sign-in.

        ``POST /utils/resolve-redirect``, from version 11.17.

        Args:
            redirect: The requested URL or path.
            provider: The name of the sign-in provider.

        Returns:
            The URL or path that the server allows.

        Raises:
            InvalidPayload: The server does not allow it.

        Example:
            >>> directus.utils.resolve_redirect("/admin/content")
            '/admin/content'
        """
        body = without_none(redirect=redirect, provider=provider)
        return self._pipeline.call("POST", "/utils/resolve-redirect", json=body).data


def _checked(query: JSONMapping | None) -> JSONObject:
    if query is None:
        return {}
    normalize(query)  # refuses invalid queries, such as a filter that would match everything
    return dict(query)


def _param(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


class RandomHandler(Handler):
    """Random strings: ``directus.utils.random``."""

    def string(self, length: int = 32) -> str:
        """Return a random string.

        ``GET /utils/random/string``.

        Args:
            length: The number of characters, at most 500.

        Example:
            >>> len(directus.utils.random.string(16))
            16
        """
        data: str = self._pipeline.call("GET", "/utils/random/string", params=[("length", str(integer("length", length)))]).data
        return data


class HashHandler(Handler):
    """Hashes of passwords, on servers up to version 12.0: ``directus.utils.hash``."""

    def generate(self, string: str) -> str:
        """Hash a string, as the server hashes passwords.

        ``POST /utils/hash/generate``, up to version 12.0.

        Args:
            string: The string.

        Returns:
            The hash.

        Raises:
            NotSupported: The version of the server is 12.1 or later.

        Example:
            >>> directus.utils.hash.generate("secret").startswith("$argon2")
            True
        """
        data: str = self._post("utils", "hash", "generate", json={"string": string}, secret=True)
        return data

    def verify(self, string: str, hash: str) -> bool:
        """Return whether a string has this hash.

        ``POST /utils/hash/verify``, up to version 12.0.

        Args:
            string: The string.
            hash: The hash.

        Raises:
            NotSupported: The version of the server is 12.1 or later.

        Example:
            >>> directus.utils.hash.verify("secret", directus.utils.hash.generate("secret"))
            True
        """
        data: bool = self._post("utils", "hash", "verify", json={"string": string, "hash": hash}, secret=True)
        return data


class CacheHandler(Handler):
    """The server's cache: ``directus.utils.cache``."""

    def clear(self, *, system: bool = False) -> None:
        """Clear the cache of items; for administrators.

        ``POST /utils/cache/clear``.

        Args:
            system: Also clear the cache of the schema and the permissions.

        Example:
            >>> directus.utils.cache.clear()
        """
        self._pipeline.call("POST", "/utils/cache/clear", params=[("system", "true")] if system else [])
