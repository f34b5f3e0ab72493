"""The base of every handler, and the paths of collections."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from directus_sdk.calls.pipeline import Pipeline, Requester
from directus_sdk.errors import ConfigurationError
from directus_sdk.errors.hints import ContainerHints
from directus_sdk.handlers import EndpointGroups
from directus_sdk.json_types import JSONMapping, JSONObject
from directus_sdk.redaction.tracebacks import without_locals
from directus_sdk.results import Page
from directus_sdk.wire import urls
from directus_sdk.wire.parameters import non_empty
from directus_sdk.wire.query import NormalizedQuery, free_params, normalize, together

if TYPE_CHECKING:
    from directus_sdk.display.card import Card
    from directus_sdk.local.progress import OnProgress, Progress

#: Encoded query parameters.
Params = Sequence[tuple[str, str]]

#: System collections that do not consist of items, and the handler to use instead.
NOT_ITEMS: Mapping[str, str] = {
    "directus_collections": "directus.collections",
    "directus_fields": "directus.fields",
    "directus_relations": "directus.relations",
    "directus_settings": "directus.settings",
    "directus_extensions": "directus.extensions",
    "directus_deployments": "directus.deployments",
}


class Handler(ContainerHints):
    """The base class of every handler: one endpoint group. It has no state of its own.

    Args:
        directus: The client.
    """

    def __init_subclass__(cls, **kwargs: object) -> None:
        super().__init_subclass__(**kwargs)
        without_locals(cls)

    def __init__(self, directus: Requester) -> None:
        self._directus = directus

    @property
    def _pipeline(self) -> Pipeline:
        return self._directus.pipeline

    def _get(self, *segments: object, query: NormalizedQuery | None = None) -> Any:
        return self._pipeline.call("GET", urls.path(*segments), query=query).data

    def _post(self, *segments: object, json: object = None, query: NormalizedQuery | None = None, secret: bool = False) -> Any:
        return self._pipeline.call("POST", urls.path(*segments), json=json, query=query, secret=secret).data

    def _patch(self, *segments: object, json: object, query: NormalizedQuery | None = None) -> Any:
        return self._pipeline.call("PATCH", urls.path(*segments), json=json, query=query).data

    def _object(self, method: str, path: str, *, json: object = None, params: Params = (), public: bool = False) -> JSONObject:
        """Make a call whose data is always an object."""
        data: JSONObject = self._pipeline.call(method, path, json=json, params=params, public=public).data
        return data

    def _page(self, path: str, params: Params = ()) -> Page[JSONObject]:
        """Read a list of objects."""
        response = self._pipeline.call("GET", path, params=params)
        return Page(response.data, response.meta)

    def _delete(self, *segments: object, json: object = None) -> None:
        self._pipeline.call("DELETE", urls.path(*segments), json=json)

    def _send_file(
        self,
        path: str,
        params: list[tuple[str, str]],
        file: object,
        fields: JSONMapping | None = None,
        filename: str | None = None,
        content_type: str | None = None,
        default_name: str = "import",
        on_progress: OnProgress | None = None,
        progress: Progress = False,
    ) -> Any:
        """Send a file in a form and return the data of the response."""
        import mimetypes

        from directus_sdk.local.content_types import UNKNOWN, guess_type
        from directus_sdk.local.progress import reporting, sent
        from directus_sdk.transfers.multipart import Form, form_fields
        from directus_sdk.transfers.sources import open_source

        with open_source(file) as source, reporting(on_progress, progress, filename or source.name) as report:
            name = filename or source.name or f"{default_name}{mimetypes.guess_extension(content_type or '') or ''}"
            media_type = content_type or guess_type(name, source.head())
            if media_type == UNKNOWN and source.content_type:
                media_type = source.content_type
            form = Form(form_fields(fields or {}), source, name, media_type, sent(report, source.size))
            return self._pipeline.call("POST", path, params=params, body=form, headers=form.headers).data

    def _card(self) -> Card:
        from directus_sdk.display import Card

        methods = [name for name in dir(type(self)) if not name.startswith("_") and callable(getattr(type(self), name))]
        collection = getattr(self, "collection", "")
        facts = {**({"collection": collection} if collection else {}), "URL": self._pipeline.base_url}
        return Card(type(self).__name__, facts=facts, lines=[", ".join(methods)])

    def __repr__(self) -> str:
        collection = getattr(self, "collection", "")
        return f"{type(self).__name__}({f'{collection!r}, ' if collection else ''}{self._pipeline.base_url!r})"


def items_path(collection: str) -> str:
    """Return the path of a collection's items.

    Raises:
        ConfigurationError: It is a system collection that has its own handler.
        ValueError: The name is empty.
    """
    if collection in NOT_ITEMS:
        raise ConfigurationError(f"{collection} is not a collection of items: use {NOT_ITEMS[collection]}")
    if not isinstance(collection, str):
        raise TypeError(f"collection must be a string, not {type(collection).__name__}")
    name = collection.removeprefix("directus_")
    if name != collection and name in EndpointGroups.__annotations__:
        return f"/{name}"
    return "/items/" + urls.segment(collection, "collection")


def singleton_path(collection: str) -> str:
    """Return the path of a singleton."""
    return "/settings" if collection == "directus_settings" else items_path(collection)


def without_none(**values: object) -> JSONObject:
    """Return the values that are not ``None``."""
    return {name: value for name, value in values.items() if value is not None}


def checked_emails(name: str, emails: object) -> str | list[str]:
    """Return one email address, or a list of them.

    Raises:
        TypeError: It is neither.
        ValueError: It, or an email address in it, is empty.
    """
    if isinstance(emails, str) or not isinstance(emails, Iterable) or isinstance(emails, (bytes, Mapping)):
        return non_empty(name, emails)
    checked = [non_empty(f"{name}[{index}]", email) for index, email in enumerate(emails)]
    if not checked:
        raise ValueError(f"{name} must not be empty")
    return checked


def mixed_params(query: JSONMapping | None, params: JSONMapping, *names: str) -> list[tuple[str, str]]:
    """Encode the query of an endpoint that has its own parameters in addition to those of every query.

    Args:
        query: The query, as a mapping.
        params: The query, as keywords.
        *names: The names of the endpoint's own parameters.

    Raises:
        TypeError: A name is neither.
    """
    arguments = together(query, params)
    common = {name: value for name, value in arguments.items() if name not in names}
    own = {name: value for name, value in arguments.items() if name in names}
    return [*normalize(common).encode().items(), *free_params(own)]
