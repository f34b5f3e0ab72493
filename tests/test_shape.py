"""One shape for every method: what is learnt from one handler holds for all of them.

The methods of one name are compared across all public handlers: the names, the order, the kinds and the defaults of their
parameters. What differs on purpose is in the tables below, with the reason; an entry that is not needed any more is an error.
"""

from __future__ import annotations

import inspect
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from inspect import Parameter
from pathlib import Path
from typing import Any

import attrs
import pytest

import directus_sdk
from directus_sdk import Directus, DownloadOptions, Partition, Plan, Query, UploadOptions, WriteQuery, handlers
from directus_sdk.handlers import Handler, ItemsHandler, SocketItems
from directus_sdk.handlers.bulk_items import BulkItemsHandler
from directus_sdk.testing import MockTransport
from directus_sdk.wire.query import ItemQuery, SelectionQuery
from directus_sdk.writing.bulk_options import BulkOptions
from tests.keyword_calls import LIVE, NOT_CALLED, OFFLINE, Stage

QUERY = list(Query.__annotations__)
BULK = {"batch_size": None, "returning": "items", "on_error": "raise", "workers": 1, "checkpoint": None, "progress": False}
#: Other entries cannot be put back as they were.
ITEMS_ONLY = ("keep_before",)
EVERYTHING = ("page_size", "prefetch", "progress")
#: Base classes whose methods are compared for each handler.
SHARED = ("DataModelHandler", "CollectionEntriesHandler", "ReadCollectionsHandler")

#: The parameters that say which entry a method is about, where it is not called `key`: what stands for them is not compared.
ADDRESSES: Mapping[str, Mapping[str, str]] = {
    "FieldsHandler": {"collection": "", "field": "key", "names": "keys"},
    "RelationsHandler": {"collection": "", "field": "key", "names": "keys"},
    "VersionsHandler": {"version": ""},
}
#: Methods that share a name, and nothing else.
HOMONYMS: Mapping[str, str] = {
    "apply": "a plan of sync() and a difference of two schemas",
    "create": "a comment, and items through a WebSocket",
    "delete": "a comment, items through a WebSocket, and a content version",
    "export": "a file of the server, and a file on this machine",
    "generate": "a hash, and a secret for two-factor authentication",
    "info": "about the server, and about a share",
    "items": "a handler, and a GraphQL document about items",
    "me": "the permissions of the current user, which have no query on the server, and their roles",
    "read": "a file, an item through a WebSocket, and what there is one of: a singleton, the current user, a content version",
    "save": "a content version, and a plan of sync()",
    "subscribe": "to items, and to a GraphQL document",
    "trigger": "a flow, and a deployment",
    "update": "a comment, items through a WebSocket, and what there is one of",
    "version": "of an item, and of the server",
}


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


@attrs.frozen
class Different:
    """What a method has less or more than that of `ItemsHandler`, or of the method with most parameters, and why."""

    reason: str
    less: frozenset[str] = attrs.field(default="", converter=_names)
    more: frozenset[str] = attrs.field(default="", converter=_names)


_WHOLE = "the server returns all entries, and the SDK applies the query: it has no relations and no versions to read"
_NOT_APPLIED = "aggregate alias backlink deep export group_by nested_limit version version_raw"
_NESTED = "alias backlink deep nested_limit"
_DEFINITION = "only definitions have an index, and only items have keys that are generated"
_FILE = "columns delimiter dialect encoding"
_REFUSED = "the server refuses an entry that does not exist, for everyone"
_ENDPOINT = "the endpoint takes no query"
EXCEPTIONS: Mapping[str, Different] = {
    **{
        f"{group}Handler.{name}": Different(_WHOLE, less)
        for group in ("Collections", "Fields", "Relations")
        for name, less in {
            "read_one": "alias backlink deep filter nested_limit search version version_raw",
            "read_all": "aggregate alias backlink deep group_by nested_limit version version_raw",
            "iterate": "aggregate alias backlink deep group_by nested_limit version version_raw",
            "first": _NOT_APPLIED.replace("export ", ""),
            "count": _NESTED,
            "exists": _NESTED,
        }.items()
    },
    **{
        f"{group}Handler.{name}": Different(
            _DEFINITION, f"alias backlink deep nested_limit {less}", "concurrent_index_creation"
        )
        for group in ("Collections", "Fields", "Relations")
        for name, less in {
            "create_one": "",
            "create_many": f"generate_keys match_on {_FILE}",
            "update_many": "",
            "update_batch": _FILE,
            "update_one": "must_exist",
        }.items()
    },
    **{
        f"{group}Handler.delete_one": Different(_REFUSED, "must_exist")
        for group in ("Collections", "Fields", "Relations", "Deployments", "Extensions")
    },
    "ExtensionsHandler.read_all": Different(_WHOLE, "aggregate alias backlink deep group_by nested_limit version version_raw"),
    "ExtensionsHandler.iterate": Different(_WHOLE, "aggregate alias backlink deep group_by nested_limit version version_raw"),
    "DescribedCollectionsHandler.describe": Different("describes all collections", more="system"),
    "ContentVersion.promote": Different("the object of one version reads the hash itself", "main_hash"),
    "DeploymentsHandler.update_one": Different(_REFUSED, "must_exist"),
    "ExtensionsHandler.update_one": Different(_ENDPOINT, " ".join(["must_exist query", *WriteQuery.__annotations__])),
    "RegistryHandler.read_one": Different(_ENDPOINT, " ".join(["query", *ItemQuery.__annotations__])),
    "CollectionsHandler.read_many": Different(
        f"{_WHOLE}; its names of collections had a keyword before", f"keys_or_query {_NOT_APPLIED}", "keys"
    ),
    "FieldsHandler.read_many": Different(f"{_WHOLE}; fields are named by two names", f"keys_or_query missing {_NOT_APPLIED}"),
    "RelationsHandler.read_many": Different(
        f"{_WHOLE}; relations are named by two names", f"keys_or_query missing {_NOT_APPLIED}"
    ),
    "DeploymentsHandler.read_many": Different(
        "its endpoint reads no list of keys, and exports nothing", "export keys_or_query missing"
    ),
    **{
        f"Partition.{name}": Different("a part knows its query, and has no client", " ".join(["query", *less]), "directus")
        for name, less in {
            "read_all": [name for name in QUERY if name not in ("offset", "page", "export")],
            "iterate": [name for name in QUERY if name not in ("offset", "page", "export")],
            "read_frame": ["workers", *(name for name in QUERY if name not in ("offset", "page", "export"))],
        }.items()
    },
}
#: Methods that read or write and take no query, and why.
WITHOUT_QUERY: Mapping[str, str] = {
    **dict.fromkeys(("ExtensionsHandler.update_one", "RegistryHandler.read_one"), _ENDPOINT),
    **dict.fromkeys(("Partition.read_all", "Partition.iterate", "Partition.read_frame"), "a part knows its query"),
    "SchemaHandler.read": "the whole schema, as objects",
    "AssetsHandler.read": "the content of a file; it takes the transformation of an image",
    "DeploymentsHandler.update_projects": _ENDPOINT,
}
#: The options of transfers, in their order, with their defaults.
TRANSFER = {
    "filename": None,
    "content_type": None,
    "overwrite": None,
    "resume": True,
    "folder": None,
    "create_folders": False,
    "on_progress": None,
    "progress": False,
    "resumable": "auto",
    "resume_file": None,
}
#: The methods that transfer files; which options they lack, and why.
TRANSFERS: Mapping[Any, Mapping[str, tuple[str, str]]] = {
    UploadOptions: {
        "FilesHandler.upload": ("", ""),
        "FilesHandler.replace": ("", ""),
        "FilesHandler.upload_many": ("filename resume_file", "they are about one file"),
        "FilesHandler.import_url": ("on_progress progress resumable resume_file", "the server transfers the content"),
        "UtilsHandler.import_file": ("folder create_folders resumable resume_file", "no file is stored"),
        "UtilsHandler.import_batch": ("folder create_folders resumable resume_file", "no file is stored"),
    },
    DownloadOptions: {
        "AssetsHandler.download": ("", ""),
        "AssetsHandler.stream": ("overwrite resume", "nothing is written to the disk"),
        "AssetsHandler.zip_files": ("resume", "the server makes each archive again"),
        "AssetsHandler.zip_folder": ("resume", "the server makes each archive again"),
    },
}
#: Bulk methods that lack an option or have another default, and why.
BULK_EXCEPTIONS: Mapping[str, tuple[dict[str, Any], str]] = {
    "delete_many": ({"returning": "keys"}, "nothing but keys is left"),
    "delete_by_query": ({"returning": "keys", "checkpoint": ...}, "after a crash the same call selects what is left"),
    "update_by_query": ({"checkpoint": ...}, "after a crash the same call selects what is left"),
    "apply": ({"returning": "keys"}, "it also deletes"),
    "restore": (
        {"returning": ..., "on_error": ..., "checkpoint": ...},
        "it returns what it did, refuses all or nothing, and a second run continues",
    ),
    **dict.fromkeys(
        ("sync", "export", "read_frame"),
        (
            {"batch_size": ..., "returning": ..., "on_error": ..., "checkpoint": ...},
            "they only read; Plan.apply writes",
        ),
    ),
    "upload_many": (
        {"batch_size": ..., "returning": ..., "checkpoint": ..., "workers": 4},
        "each file is a request of its own, and most of its time is the transfer",
    ),
}


def classes() -> Iterator[type]:
    """Every public handler, nested ones too."""
    for name in handlers.__all__:
        kind = getattr(handlers, name)
        if isinstance(kind, type) and (issubclass(kind, Handler) or kind is SocketItems):
            yield kind
    yield from (Partition, Plan)


def methods(kind: type) -> Iterator[tuple[str, Callable[..., Any]]]:
    for name in dir(kind):
        method = inspect.getattr_static(kind, name)
        if not name.startswith("_") and callable(getattr(kind, name)) and not isinstance(method, property):
            yield name, getattr(kind, name)


def parameters(kind: type, method: Callable[..., Any]) -> dict[str, tuple[Any, Any]]:
    """The kinds and the defaults of the parameters, in their order, by the names that they have everywhere."""
    shape: dict[str, tuple[Any, Any]] = {}
    addresses = ADDRESSES.get(kind.__name__, {})
    for parameter in list(inspect.signature(method).parameters.values())[1:]:
        if name := addresses.get(parameter.name, parameter.name):
            shape[name] = (parameter.kind, parameter.default)
    return shape


def every_method() -> dict[str, tuple[type, Callable[..., Any]]]:
    """Each method once, by the name of the class that defines it."""
    found: dict[str, tuple[type, Callable[..., Any]]] = {}
    for kind in classes():
        for name, method in methods(kind):
            owner = method.__qualname__.partition(".")[0]
            found[f"{owner if owner not in SHARED else kind.__name__}.{name}"] = (kind, method)
    return found


METHODS = every_method()


def by_name() -> dict[str, list[str]]:
    names: dict[str, list[str]] = defaultdict(list)
    for place in METHODS:
        names[place.partition(".")[2]].append(place)
    return {name: places for name, places in names.items() if len(places) > 1}


def reference(name: str, places: list[str]) -> tuple[type, Callable[..., Any]]:
    return (
        (ItemsHandler, getattr(ItemsHandler, name))
        if hasattr(ItemsHandler, name)
        else max((METHODS[place] for place in places), key=lambda method: len(parameters(*method)))
    )


@pytest.mark.parametrize("name", sorted(by_name().keys() - HOMONYMS.keys()))
def test_methods_of_one_name_have_the_same_parameters(name: str) -> None:
    places = by_name()[name]
    expected = parameters(*reference(name, places))
    for place in places:
        shape = parameters(*METHODS[place])
        different = EXCEPTIONS.get(place, Different(""))
        items_only = () if issubclass(METHODS[place][0], BulkItemsHandler) else ITEMS_ONLY
        assert expected.keys() - shape.keys() - {*items_only} == different.less, place
        assert shape.keys() - expected.keys() == different.more, place
        assert not different.reason or different.less or different.more
        shared = [each for each in shape if each in expected]
        assert [each for each in expected if each in shape] == shared, f"{place}: another order"
        key = (Parameter.POSITIONAL_OR_KEYWORD, Parameter.empty), (Parameter.POSITIONAL_OR_KEYWORD, None)
        assert {each: expected[each] for each in shared if each != "key" or expected[each] not in key} == {
            each: shape[each] for each in shared if each != "key" or expected[each] not in key
        }, place


def test_each_exception_is_needed() -> None:
    assert EXCEPTIONS.keys() - METHODS.keys() == set()
    assert {place.partition(".")[2] for place in EXCEPTIONS} & HOMONYMS.keys() == set()
    assert HOMONYMS.keys() - by_name().keys() == set()
    assert WITHOUT_QUERY.keys() - METHODS.keys() == set()
    for name in HOMONYMS:
        shapes = [parameters(*METHODS[place]) for place in by_name()[name]]
        assert any(shape != shapes[0] for shape in shapes), name


def test_many_methods_are_compared() -> None:
    assert len(METHODS) > 180
    assert len(by_name()) > 25
    for owner in ("MeHandler", "TFAHandler", "ActivityCommentsHandler", "ContentVersion", "SingletonHandler", "SocketItems"):
        assert any(place.startswith(f"{owner}.") for place in METHODS), owner


@pytest.mark.parametrize("place", METHODS)
def test_no_keyword_is_positional_only(place: str) -> None:
    positional = [
        each.name
        for each in list(inspect.signature(METHODS[place][1]).parameters.values())[1:]
        if each.kind is Parameter.POSITIONAL_ONLY
    ]
    # Keys stand first, without a name: `read_many(keys=[1])` is an error that says so.
    assert positional == (["keys_or_query"] if place == "ReadHandler.read_many" else [])


_READS_OR_WRITES = ("read", "create", "update", "upsert", "first", "count", "exists", "iterate", "aggregate", "partitions")


@pytest.mark.parametrize("place", METHODS)
def test_every_method_that_reads_or_writes_takes_a_query_and_keywords(place: str) -> None:
    shape = list(inspect.signature(METHODS[place][1]).parameters.values())
    names = [each.name for each in shape]
    taken = [name for name in WriteQuery.__annotations__ if name in names and names.index(name) > 1]
    if place.startswith(("GraphQLHandler", "RegistryHandler.search")):
        return  # another language, and another server
    if place in WITHOUT_QUERY:
        assert "query" not in names
    elif place.partition(".")[2].startswith(_READS_OR_WRITES) or place.partition(".")[2] in ("upload", "replace"):
        assert "query" in names, place
    if "query" not in names:
        assert "deep" not in taken, f"{place}: keywords without query="
        return
    query = shape[names.index("query")]
    assert (query.kind, query.default) == (Parameter.POSITIONAL_OR_KEYWORD, None)
    assert "fields" in names or place.endswith((".aggregate", ".delete_by_query", ".sync"))
    # A key, or what is written, comes before it, and nothing optional but what selects the items.
    before = [each.name for each in shape[1 : names.index("query")] if each.default is not Parameter.empty]
    selecting = {"key", "keys", "keys_or_query", "collection", "field", "names", "event", "checkpoint"}
    assert set(before) <= selecting | {"data", "match_on", "functions", "group_by", "defaults"}


_WRITES = ("create", "update", "upsert", "upload", "replace", "import_url", "apply")


@pytest.mark.parametrize("place", [place for place in METHODS if place.partition(".")[2].startswith(_WRITES)])
def test_a_method_that_writes_offers_nothing_that_it_refuses(place: str) -> None:
    names = {each.name for each in list(inspect.signature(METHODS[place][1]).parameters.values())[1:]}
    if place.endswith("update_by_query"):
        assert set(SelectionQuery.__annotations__) < names
        names -= set(SelectionQuery.__annotations__)
    assert names & (set(QUERY) - set(WriteQuery.__annotations__)) == set()


@pytest.mark.parametrize("place", METHODS)
def test_bulk_methods_have_all_options(place: str) -> None:
    shape = {each.name: each for each in inspect.signature(METHODS[place][1]).parameters.values()}
    name = place.partition(".")[2]
    expected = {**BULK, **BULK_EXCEPTIONS.get(name, ({}, ""))[0]}
    expected = {option: default for option, default in expected.items() if default is not ...}
    if shape.keys() & (BULK.keys() - {"progress"}) - {"checkpoint" if name == "changes" else ""}:
        assert {option: each.default for option, each in shape.items() if option in BULK} == expected
        assert {shape[option].kind for option in expected} == {Parameter.KEYWORD_ONLY}
    else:
        assert not name.endswith(("_many", "_batch", "_by_query")) or name.startswith(("read", "import"))


def test_the_options_are_those_that_are_documented() -> None:
    assert BULK.keys() | {*ITEMS_ONLY} == {"returning", *BulkOptions.__annotations__}


@pytest.mark.parametrize("place", METHODS)
def test_transfers_have_all_options(place: str) -> None:
    shape = list(inspect.signature(METHODS[place][1]).parameters.values())
    options: dict[str, Any] = {}
    for kind, names in TRANSFERS.items():
        if place in names:
            options = {name: TRANSFER[name] for name in kind.__annotations__ if name not in names[place][0].split()}
    found = {each.name: each.default for each in shape if each.name in TRANSFER and each.kind is Parameter.KEYWORD_ONLY}
    if options or "on_progress" in found:
        assert found == options
        assert [name for name in found if name in options] == [name for name in TRANSFER if name in options]


@pytest.mark.parametrize("place", METHODS)
def test_methods_that_read_everything_have_all_options(place: str) -> None:
    shape = inspect.signature(METHODS[place][1]).parameters
    if "page_size" in shape or place.endswith((".read_all", ".iterate", ".read_frame")):
        # An export always reads ahead.
        names = [name for name in EVERYTHING if name != "prefetch" or not place.endswith(".export")]
        defaults = {"page_size": None, "prefetch": False, "progress": False}
        assert {name: shape[name].default for name in names} == {name: defaults[name] for name in names}
        assert {shape[name].kind for name in names} == {Parameter.KEYWORD_ONLY}


def test_the_client_reaches_no_other_handlers() -> None:
    """A nested handler that this test does not know would not be compared."""
    directus = Directus("https://cms.example.com", token="t")
    parts = [part for name in dir(type(directus)) if isinstance(part := getattr(directus, name, None), Handler)]
    for part in list(parts):
        nested = [getattr(part, name) for name in dir(type(part)) if not name.startswith("_")]
        parts += [each for each in nested if isinstance(each, Handler)]
    assert {type(part) for part in parts} - set(classes()) == set()
    assert directus_sdk.ItemsHandler in set(classes())


def test_every_keyword_of_every_method_is_called() -> None:
    """A new method, or a new keyword, needs an entry in `tests/keyword_calls.py`."""
    assert METHODS.keys() == LIVE.keys() | OFFLINE.keys() | NOT_CALLED.keys()
    assert not LIVE.keys() & OFFLINE.keys()
    assert not NOT_CALLED.keys() & (LIVE.keys() | OFFLINE.keys())
    for place, call in {**LIVE, **{place: call for place, (_, call) in OFFLINE.items()}}.items():
        named = list(inspect.signature(METHODS[place][1]).parameters.values())[1:]
        names = {each.name for each in named if each.kind is not Parameter.VAR_KEYWORD}
        assert names - call.required.keys() - call.values.keys() == set(), place


@pytest.mark.parametrize("place", OFFLINE)
def test_keywords_that_are_accepted(place: str, tmp_path: Path) -> None:
    mock = MockTransport(lambda request: {"id": "1", "access_token": "t", "expires": 1, "filename_download": "a", "type": "b"})
    directus = Directus("https://cms.example.com", token="t", transport=mock)
    directus.pipeline.limits.comments_in_log = False
    stage = Stage(directus, tmp_path, image="f", directory="8cbb43fe-4cdf-4991-8352-c461779cec02")
    for _, arguments in OFFLINE[place][1].keywords(stage):
        OFFLINE[place][1].run(stage, arguments)
    assert mock.requests or OFFLINE[place][0] == "sends nothing"
