"""Calls whose arguments do not fit the method: what to write instead."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from inspect import Parameter

from directus_sdk.wire.functions import closest
from directus_sdk.wire.query import Query
from directus_sdk.wire.unknown_names import meaning

_TRANSPORT = (
    "that is an option of the connections: Directus(url, transport=RequestsTransport({}=...)), or Directus(url, session=...)"
)
_LOGIN = "write Directus(url, email=..., password=...)"
#: Keywords that other clients have, by class and method.
_KEYWORDS: Mapping[tuple[str, str], Mapping[str, str]] = {
    ("Directus", "__init__"): {
        **dict.fromkeys(
            ("base_url", "host", "api_url", "endpoint", "server", "uri"), "write Directus('https://cms.example.com')"
        ),
        **dict.fromkeys(
            ("access_token", "api_key", "api_token", "apikey", "auth_token", "bearer", "jwt", "key", "static_token"),
            "write Directus(url, token=...)",
        ),
        **dict.fromkeys(("login", "user", "user_email", "username"), _LOGIN),
        **{name: _TRANSPORT.format(name) for name in ("cert", "max_response_size", "pool_size", "verify")},
        **dict.fromkeys(("ssl", "ssl_verify", "verify_ssl", "insecure"), _TRANSPORT.format("verify")),
        **dict.fromkeys(("proxies", "proxy"), _TRANSPORT.format("proxies")),
        **dict.fromkeys(
            ("backoff", "max_retries", "retries", "retry_policy"), "write Directus(url, retry=RetryPolicy(attempts=3))"
        ),
        **dict.fromkeys(("auth_mode", "auto_refresh", "mode"), "write Directus(url, auth=LoginAuth(mode='json', ...))"),
        **dict.fromkeys(("debug", "log", "logger", "verbose"), "requests are logged: logging.getLogger('directus_sdk')"),
        **dict.fromkeys(("app_name", "user_agent"), "write Directus(url, headers={'User-Agent': ...})"),
        **dict.fromkeys(("client", "http_client", "requests_session"), "write Directus(url, session=requests.Session())"),
        "cache": "responses are not cached; a requests_cache.CachedSession goes to Directus(url, session=...)",
        "schema": "the classes of items go to Directus(url, models={'articles': Article})",
    },
    ("Auth", "login"): {
        **dict.fromkeys(("login", "user", "username"), "write login(email, password)"),
        **dict.fromkeys(("code", "tfa", "totp"), "write login(email, password, otp=...)"),
        **dict.fromkeys(("access_token", "token"), "for a static token write directus.auth.static(token)"),
    },
    ("Directus", "request"): {
        **dict.fromkeys(("query", "parameters", "search_params"), "write request(method, path, params={...})"),
        **dict.fromkeys(("body", "payload"), "write request(method, path, json={...})"),
        **dict.fromkeys(("files", "file"), "files are sent with directus.files.upload(file)"),
        "retry": "write request(method, path, retryable=True)",
        "retries": "write directus.with_options(retry=RetryPolicy(attempts=3)).request(method, path)",
    },
    ("Directus", "items"): dict.fromkeys(("id", "key", "pk"), "for one item write items('articles').read_one(1)"),
    ("Directus", "with_options"): {
        "url": "a copy has the same server: make another client, Directus(url, ...)",
        **dict.fromkeys(("cert", "proxies", "verify"), "a copy has the same connections: make another client"),
    },
    ("SelectedItemsHandler", "sync"): {
        "dry_run": "sync returns a plan and changes nothing: print(plan), then plan.apply()",
        **dict.fromkeys(("delete", "prune", "remove_missing"), "write sync(rows, delete_missing=True)"),
        **{name: f"write sync(rows).apply({name}=...)" for name in ("batch_size", "on_error", "progress", "workers")},
    },
    ("FlowsHandler", "trigger"): {
        **dict.fromkeys(("body", "payload", "json"), "write trigger(flow, data={...})"),
        **dict.fromkeys(("flow_id", "id", "key"), "the key of the flow goes first: trigger(flow, data)"),
        "params": "write trigger(flow, data={...}, method='GET')",
    },
    ("GraphQLHandler", "items"): {"params": "write items(query, variables={...})"},
}
#: What to write where a required argument is missing.
_MISSING: Mapping[tuple[str, str, str], str] = {
    (
        "Directus",
        "__init__",
        "url",
    ): "write Directus('https://cms.example.com'), or Directus.from_env(), which reads DIRECTUS_URL",
    ("Directus", "items", "collection"): "write directus.items('articles')",
    ("Directus", "singleton", "collection"): "write directus.singleton('globals')",
    ("Directus", "request", "path"): "write request('GET', '/my-endpoint')",
    ("Directus", "request", "method"): "write request('GET', '/my-endpoint')",
    ("FieldsHandler", "read_one", "field"): "all fields of a collection are read with read_many('articles')",
    ("RelationsHandler", "read_one", "field"): "all relations of a collection are read with read_many('articles')",
    (
        "FieldsHandler",
        "create_one",
        "item",
    ): "the collection goes first: create_one('articles', {'field': 'title', 'type': 'string'})",
    (
        "CollectionsHandler",
        "update_one",
        "data",
    ): "the properties to change go second: update_one('articles', {'meta': {'note': …}})",
    ("Auth", "login", "password"): "write login(email, password)",
    ("AssetsHandler", "download", "to"): "write download(key, to='image.jpg'), or read(key) for the bytes",
    ("FlowsHandler", "trigger", "flow"): "write trigger(flow, data)",
    ("GraphQLHandler", "items", "query"): "write items('query { articles { id } }')",
}
_PAYLOADS = frozenset({"item", "data"})
_KEY_NAMES = frozenset({"id", "ids", "keys", "pk", "pks", "primary_key", "uuid", "item_id"})


def advice(kind: type, function: Callable[..., object], args: Sequence[object], kwargs: Mapping[str, object]) -> str:
    """Return what to write instead of a call whose arguments do not fit a method, or ``""``.

    Args:
        kind: The class.
        function: The method.
        args: The positional arguments, without the object itself.
        kwargs: The keywords.

    Example:
        >>> advice(ItemsHandler, ItemsHandler.create_one, [], {"title": "Hello"})
        "the fields of an item go into a mapping: create_one({'title': …})"
    """
    call = _Call(kind, function, args, kwargs)
    return call.of_keywords() or call.of_missing() or call.of_positions()


class _Call:
    def __init__(
        self, kind: type, function: Callable[..., object], args: Sequence[object], kwargs: Mapping[str, object]
    ) -> None:
        self._parents = [parent.__name__ for parent in kind.__mro__]
        self._name = getattr(function, "__name__", "")
        self._args, self._kwargs = args, kwargs
        parameters = list(inspect.signature(function).parameters.values())[1:]
        self._positional = [each for each in parameters if each.kind in (each.POSITIONAL_ONLY, each.POSITIONAL_OR_KEYWORD)]
        self._names = [each.name for each in parameters if each.kind in (each.KEYWORD_ONLY, each.POSITIONAL_OR_KEYWORD)]
        self._takes_query = any(each.kind is Parameter.VAR_KEYWORD for each in parameters)
        self._keyword_only = [each.name for each in parameters if each.kind is each.KEYWORD_ONLY]
        own = {*self._names, *(Query.__annotations__ if self._takes_query else ())}
        #: Keywords that the method does not have.
        self._others = [name for name in kwargs if name not in own]
        self._required = [each.name for each in self._positional if each.default is Parameter.empty]
        optional = {each.name for each in self._positional[: len(args)]} | set(kwargs)
        self._missing = [name for name in self._required if name not in optional]

    def of_keywords(self) -> str:
        """Return the advice about keywords that have another name here."""
        for name in self._others:
            for parent in self._parents:
                instead = _KEYWORDS.get((parent, self._name), {}).get(name)
                if instead:
                    return instead
        return ""

    def of_missing(self) -> str:
        """Return the advice about an argument that is missing."""
        if not self._missing:
            return ""
        name = self._missing[0]
        for parent in self._parents:
            if (parent, self._name, name) in _MISSING:
                return _MISSING[parent, self._name, name]
        if name in ("key", "keys") and set(self._required) <= {name, "data"}:
            return self._of_key(name)
        if name in _PAYLOADS and self._others:
            before = [*map(_short, self._args), _mapping(self._others)]
            return f"the fields of an item go into a mapping: {self._name}({', '.join(before)})"
        if name == "data" and self._args and isinstance(self._args[0], Mapping):
            return f"the key goes first: {self._name}(1, {{'title': …}})"
        if name == "data" and self._positional[0].name == "key":
            return f"the fields to change go second: {self._name}(1, {{'title': …}})"
        if name in _PAYLOADS and self._positional[0].name == name:
            return f"write {self._name}({{'title': …}})"
        return f"write {self._name}({', '.join(self._required)})"

    def _of_key(self, name: str) -> str:
        example = {"key": "1", "keys": "[1, 2]"}[name]
        if "DataModelHandler" in self._parents:
            example = {"key": "'articles'", "keys": "['articles', 'authors']"}[name]
        rest = ", {'title': …}" if "data" in (each.name for each in self._positional) else ""
        verb = self._name.partition("_")[0]
        if "filter" in self._kwargs and verb in ("update", "delete"):
            return f"write {verb}_by_query(filter=…{', data=…' if rest else ''})"
        if "filter" in self._kwargs:
            return "write first(filter=…), or read_many(filter=…)"
        fields = [other for other in self._others if other not in _KEY_NAMES]
        if fields and not rest:
            method = "first" if verb == "read" else f"{verb}_by_query"
            return f"to find items by another field write {method}(filter={{{fields[0]!r}: {{'_eq': …}}}})"
        return f"{'keys go' if name == 'keys' else 'the key goes'} first: {self._name}({example}{rest})"

    def of_positions(self) -> str:
        """Return the advice about too many arguments without names, or about an unknown keyword."""
        if len(self._args) > len(self._positional):
            first = self._positional[0].name if self._positional else ""
            if first.startswith(("keys", "items")) and not any(isinstance(arg, Mapping) for arg in self._args[1:]):
                return f"pass one list: {self._name}([{', '.join(map(_short, self._args))}])"
            if (self._parents[0], self._name) == ("Directus", "__init__"):
                return "write Directus(url, token=...), or Directus(url, email=..., password=...)"
            if "AssetsHandler" in self._parents and isinstance(self._args[-1], Mapping):
                return f"a transformation goes into keywords: {self._name}({', '.join(self._required)}, width=200)"
            if self._keyword_only:
                return f"the rest are keywords: {', '.join(f'{name}=' for name in self._keyword_only)}"
            return ""
        if self._takes_query or not self._others:
            return ""
        name = self._others[0]
        close = closest(name, self._names, 0.7)
        if close is not None:
            return f"did you mean {close}?"
        if name in _KEY_NAMES and self._positional and self._positional[0].name in ("key", "keys"):
            return self._of_key(self._positional[0].name)
        return meaning(name) or (f"its keywords are {', '.join(self._names)}" if self._names else "it has no keywords")


def _mapping(names: Iterable[str]) -> str:
    return f"{{{', '.join(f'{name!r}: …' for name in names)}}}"


def _short(value: object) -> str:
    """Return an argument for a message: keys as they are, nothing else, since it may be a secret."""
    return repr(value) if isinstance(value, int) else "…"
