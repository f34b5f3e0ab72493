"""A call of every method by the names of its parameters, for `tests/live/test_shape.py` and `tests/test_shape.py`.

`LIVE` has the methods that a server carries out at once. `OFFLINE` has those that need something else, with the reason: they
are called on a mock, which shows that each keyword is accepted.
"""

from __future__ import annotations

import base64
import inspect
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypedDict
from uuid import uuid4

import attrs

from directus_sdk import Directus, Plan, RealtimeHandler, SocketItems

_KEY = {"field": "id", "type": "integer", "meta": {}, "schema": {"is_primary_key": True, "has_auto_increment": True}}
_UUID = {"field": "id", "type": "uuid", "meta": {"special": ["uuid"]}, "schema": {"is_primary_key": True}}
_FIELDS = (
    {"field": "title", "type": "string", "meta": {}, "schema": {}},
    {"field": "sku", "type": "string", "meta": {}, "schema": {"is_unique": True}},
    {"field": "sort", "type": "integer", "meta": {}, "schema": {}},
    {"field": "parent", "type": "integer", "meta": {}, "schema": {}},
    {"field": "children", "type": "alias", "meta": {"special": ["o2m"]}},
)
PNG = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==")


@attrs.define
class Stage:
    """The collections and files that the calls work on; each call that uses up something makes it first."""

    directus: Directus
    folder: Path
    notes: str = attrs.field(factory=lambda: f"shape_{uuid4().hex[:8]}")
    image: str = ""
    directory: str = ""
    version: str = ""
    drafted: str = ""

    def make(self) -> None:
        directus, name = self.directus, self.notes
        meta = {"versioning": True, "sort_field": "sort"}
        directus.collections.create_many(
            [
                {"collection": name, "meta": meta, "schema": {}, "fields": [_KEY, *_FIELDS]},
                {"collection": f"{name}_uuid", "meta": {}, "schema": {}, "fields": [_UUID, *_FIELDS[:2]]},
                {
                    "collection": f"{name}_one",
                    "meta": {"singleton": True, "versioning": True},
                    "schema": {},
                    "fields": [_KEY, *_FIELDS[:3]],
                },
            ],
            returning=None,
        )
        related = {"collection": name, "field": "parent", "related_collection": name}
        directus.relations.create_one({**related, "meta": {"one_field": "children"}, "schema": {"on_delete": "SET NULL"}})
        directus.items(name).create_many(
            [{"id": number, "title": f"Note {number}", "sku": str(number), "sort": number} for number in range(1, 7)]
        )
        directus.singleton(f"{name}_one").update({"title": "Only"})
        directus.versions.create_one({"collection": f"{name}_one", "item": "1", "key": "draft", "name": "Draft"})
        file: Any = directus.files.upload(PNG, filename="dot.png", folder=f"{name}/images", create_folders=True)
        self.image, self.directory = file["id"], file["folder"]
        directus.items(name).version(1, "draft").save({"title": "Draft"})
        found: Any = directus.versions.first(filter={"collection": {"_eq": name}})
        self.version = found["id"]

    def clean(self) -> None:
        directus, name = self.directus, self.notes
        directus.files.delete_by_query(filter={"folder": {"name": {"_in": ["images", "there", name]}}})
        directus.folders.delete_by_query(filter={"name": {"_in": ["images", "there"]}})
        directus.folders.delete_by_query(filter={"name": {"_eq": name}})
        made = directus.collections.read_all(filter={"collection": {"_starts_with": name}}, sort="-collection")
        directus.collections.delete_many([entry["collection"] for entry in made], on_error="collect")

    # ------------------------------------------------------------------ what is used up by a call
    def keys(self, count: int = 2) -> list[Any]:
        rows = [{"title": "new"} for _ in range(count)]
        return list(self.directus.items(self.notes).create_many(rows, returning="keys"))

    def table(self) -> str:
        name = f"{self.notes}_{uuid4().hex[:6]}"
        self.directus.collections.create_one({"collection": name, "schema": {}, "meta": {}})
        return name

    def names(self, count: int = 2) -> list[str]:
        return [f"f_{uuid4().hex[:8]}" for _ in range(count)]

    def columns(self, count: int = 2) -> list[str]:
        names = self.names(count)
        self.directus.fields.create_many(self.notes, [column(name) for name in names], returning=None)
        return names

    def links(self, count: int = 2) -> list[str]:
        names = self.columns(count)
        self.directus.relations.create_many([self.link(name) for name in names], returning=None)
        return names

    def link(self, name: str) -> dict[str, Any]:
        return {"collection": self.notes, "field": name, "related_collection": self.notes, "schema": None, "meta": {}}

    def path(self, content: bytes = b"content", suffix: str = ".txt") -> str:
        path = self.folder / f"{uuid4().hex}{suffix}"
        path.write_bytes(content)
        return str(path)

    def dot(self) -> str:
        made: Any = self.directus.files.upload(PNG, filename="dot.png", folder=self.directory)
        return str(made["id"])

    def new_path(self) -> str:
        return str(self.folder / uuid4().hex)

    def comment(self) -> str:
        made: Any = self.directus.comments.create_one({"collection": self.notes, "item": "1", "comment": "Nice."})
        return str(made["id"])

    def draft(self) -> str:
        made: Any = self.directus.versions.create_one(
            {"collection": self.notes, "item": "2", "key": f"v{uuid4().hex[:8]}", "name": "V"}
        )
        self.directus.versions.save(made["id"], {"title": "Changed"})
        self.drafted = made["id"]
        return str(made["id"])

    def flow(self, method: str = "POST") -> str:
        flow = {"name": "F", "status": "active", "trigger": "webhook", "accountability": None, "options": {"method": method}}
        made: Any = self.directus.flows.create_one(flow)
        return str(made["id"])


def column(name: str) -> dict[str, Any]:
    return {"field": name, "type": "integer", "schema": {}, "meta": {}}


class Answer(TypedDict, total=False):
    """The model of a response."""

    users: list[Any]


def nothing(*numbers: object) -> None:
    """Is called with the progress."""


# ---------------------------------------------------------------------- the values of the keywords
#: The values of a query, for a collection with a title and a relation to several items.
def query(field: str = "title", relation: str = "children") -> dict[str, Any]:
    return {
        "query": {"fields": ["*"]},
        "fields": ["*"],
        "filter": {field: {"_nnull": True}},
        "search": "N",
        "sort": "id",
        "limit": 2,
        "offset": 1,
        "page": 1,
        "deep": {relation: {"_limit": 1}},
        "nested_limit": 2,
        "alias": {"other": field},
        "backlink": False,
        "aggregate": {"count": "*"},
        "group_by": field,
        "groupBy": field,
        "meta": "*",
        "version": "draft",
        "version_raw": True,
        "export": "csv",
    }


BULK: dict[str, Any] = {
    "batch_size": 1,
    "returning": "keys",
    "on_error": "collect",
    "workers": 2,
    "checkpoint": Stage.new_path,
    "progress": nothing,
    "keep_before": Stage.new_path,
}
PAGES: dict[str, Any] = {"page_size": 2, "prefetch": True, "progress": nothing, "types": {"title": "string"}}
WHOLE: dict[str, Any] = {
    "query": {"fields": ["collection"]},
    "fields": ["collection"],
    "filter": {"collection": {"_nnull": True}},
    "search": "shape",
    "sort": "collection",
    "limit": 2,
    "offset": 1,
    "page": 1,
    "meta": "*",
    "concurrent_index_creation": True,
    "missing": "raise",
}
TRANSFORM: dict[str, Any] = {
    "key": "system-small-cover",
    "width": 2,
    "height": 2,
    "fit": "cover",
    "quality": 50,
    "format": "png",
    "without_enlargement": True,
    "focal_point_x": 0,
    "focal_point_y": 0,
    "transforms": [["blur", 1]],
}
TRANSFER: dict[str, Any] = {
    "data": {"title": "T"},
    "filename": "name.txt",
    "content_type": "text/plain",
    "folder": lambda stage: stage.directory,
    "create_folders": True,
    "on_progress": nothing,
    "progress": nothing,
    "overwrite": True,
    "resume": False,
    "resumable": False,
    "resume_file": Stage.new_path,
}
#: Keywords that do not go together with the others.
ALONE = {
    *("query", "aggregate", "groupBy", "meta", "version", "export", "page", "offset", "search", "key", "keys"),
    *("keys_or_query", "all_items", "dry_run", "source", "kinds", "resumable", "data", "collection", "field", "method"),
    *("missing", "generate_keys", "delete_missing", "result", "fields", "columns", "encoding", "delimiter", "dialect"),
}
#: Keywords that need another one.
WITH: dict[str, dict[str, Any]] = {
    "group_by": {"aggregate": {"count": "*"}},
    "version_raw": {"version": "draft"},
    "create_folders": {"folder": lambda stage: f"{stage.notes}/there"},
    "focal_point_x": {"width": 1, "height": 1, "focal_point_y": 0},
    "focal_point_y": {"width": 1, "height": 1, "focal_point_x": 0},
}


@attrs.frozen
class Call:
    """How a method is called.

    Attributes:
        method: Returns the method.
        required: What is passed in each call; a function of the stage is called for each.
        values: The values of the other parameters.
        with_: What some keywords need beside them.
        without: What is left out of `required` beside some keywords.
    """

    method: Callable[[Stage], Callable[..., Any]]
    required: dict[str, Any] = attrs.field(factory=dict)
    values: dict[str, Any] = attrs.field(factory=dict)
    with_: dict[str, dict[str, Any]] = attrs.field(factory=dict)
    without: dict[str, str] = attrs.field(factory=dict)

    def keywords(self, stage: Stage) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield the arguments of some calls that have all keywords, with their names: those that go together are in one."""
        together: dict[str, Any] = dict(self.required)
        alone: list[str] = []
        for name, parameter in inspect.signature(self.method(stage)).parameters.items():
            if name not in self.required and parameter.kind is not parameter.VAR_KEYWORD:
                if name in ALONE or name in WITH or name in self.with_ or name in self.without:
                    alone.append(name)
                else:
                    together[name] = self.values[name]
        yield ", ".join(together), together
        for name in alone:
            beside = self.with_.get(name, WITH.get(name, {}))
            left_out = self.without.get(name, "").split()
            arguments = {each: value for each, value in self.required.items() if each not in left_out}
            yield name, {**arguments, **beside, name: self.values[name]}

    def run(self, stage: Stage, arguments: Mapping[str, Any]) -> None:
        """Call the method by the names of its parameters, and use up what it returns."""
        made = {name: value(stage) if _is_of_stage(value) else value for name, value in arguments.items()}
        first = [made.pop("keys_or_query")] if "keys_or_query" in made else []  # it has no keyword
        result = self.method(stage)(*first, **made)
        if isinstance(result, Iterator) and not hasattr(result, "close"):
            list(result)
        elif hasattr(result, "__exit__") and not isinstance(result, (Path, Directus, RealtimeHandler)):
            with result as opened:
                if hasattr(opened, "iter_bytes"):
                    list(opened)
        elif inspect.isgenerator(result):
            list(result)


def _is_of_stage(value: object) -> bool:
    return inspect.isfunction(value) and list(inspect.signature(value).parameters)[:1] in (["stage"], ["self"])


def items(name: str, /, **required: Any) -> Call:
    extra = {
        "match_on": "sku",
        "must_exist": True,
        "all_items": True,
        "max_affected": 1000,
        "dry_run": True,
        "result": {"fields": ["id"]},
        "data": {"title": "changed"},
        "key": 1,
        "missing": "raise",
        "generate_keys": True,
        "functions": {"count": "*"},
        "delete_missing": True,
        "event": "create",
        "kinds": ["create"],
        "source": "activity",
        "start": "first",
        "poll_interval": 5.0,
        "columns": {"title": str},
        "encoding": "utf-8",
        "delimiter": ",",
        "dialect": "excel",
    }
    content = b"title\nrow\n" if name == "create_many" else b"id,title\n1,row\n"
    rows = {"rows" if name == "sync" else "items": lambda stage: stage.path(content, ".csv")}
    with_ = dict.fromkeys(("columns", "encoding", "delimiter", "dialect"), rows)
    paging = ("read_all", "iterate", "read_frame", "export")
    return Call(
        lambda stage: getattr(stage.directus.items(stage.notes), name),
        required,
        {**query(), **BULK, **(PAGES if name in paging else {}), **extra},
        with_ if name in ("create_many", "update_batch", "upsert_many", "sync") else {},
    )


def of_uuids(name: str, /, **required: Any) -> Call:
    return attrs.evolve(
        items(name, **required), method=lambda stage: getattr(stage.directus.items(f"{stage.notes}_uuid"), name)
    )


def fields(name: str, /, **required: Any) -> Call:
    values = {**WHOLE, **BULK, **PAGES, "collection": lambda stage: stage.notes, "field": "title", "fields": ["field"]}
    values |= {"data": {"meta": {"note": "n"}}, "search": "t", "sort": "field", "query": {"fields": ["field"]}}
    return Call(lambda stage: getattr(stage.directus.fields, name), required, values)


def relations(name: str, /, **required: Any) -> Call:
    values = {**WHOLE, **BULK, **PAGES, "collection": lambda stage: stage.notes, "field": "parent", "fields": ["field"]}
    values |= {"data": {"meta": {"sort_field": None}}, "query": {"fields": ["field"]}}
    return Call(lambda stage: getattr(stage.directus.relations, name), required, values)


def collections(name: str, /, **required: Any) -> Call:
    values = {**WHOLE, **BULK, **PAGES, "key": lambda stage: stage.notes, "keys": lambda stage: [stage.notes]}
    values |= {"data": {"meta": {"note": "n"}}}
    with_ = {"missing": {"keys": lambda stage: [stage.notes]}}
    return Call(lambda stage: getattr(stage.directus.collections, name), required, values, with_)


def new_tables(stage: Stage) -> list[dict[str, Any]]:
    return [{"collection": f"{stage.notes}_{name}", "schema": {}, "meta": {}} for name in stage.names()]


def assets(name: str, /, **required: Any) -> Call:
    values = {**TRANSFORM, **TRANSFER, "filename": "a.png", "download": True, "access_token": "token", "to": Stage.new_path}
    with_ = {"overwrite": {"to": Stage.new_path}} if name.startswith("zip") else {}
    return Call(lambda stage: getattr(stage.directus.assets, name), required, values, with_)


def files(name: str, /, **required: Any) -> Call:
    values = {**query(relation="folder"), **TRANSFER, "workers": 2, "on_error": "collect"}
    return Call(lambda stage: getattr(stage.directus.files, name), required, values)


def on(path: str, values: Mapping[str, Any] = {}, /, **required: Any) -> Call:
    def method(stage: Stage) -> Callable[..., Any]:
        found: Any = stage.directus
        for name in path.split("."):
            found = getattr(found, name)
        function: Callable[..., Any] = found
        return function

    return Call(method, required, dict(values))


def version(name: str, /, **required: Any) -> Call:
    def method(stage: Stage) -> Callable[..., Any]:
        found = stage.directus.items(stage.notes).version(1, "draft" if name == "read" else f"v{uuid4().hex[:6]}")
        if name not in ("read", "key", "save"):
            found.save({"title": "Better"})
        function: Callable[..., Any] = getattr(found, name)
        return function

    return Call(method, required, {**query(), "fields": ["id", "title"]}, {"version_raw": {"version_raw": True}})


def socket(name: str, /, **required: Any) -> Call:
    def method(stage: Stage) -> Callable[..., Any]:
        items: SocketItems = stage.directus.realtime.connect().items(stage.notes)
        function: Callable[..., Any] = getattr(items, name)
        return function

    return Call(method, required, {**query(), "key": 1})


def part(name: str) -> Call:
    def method(stage: Stage) -> Callable[..., Any]:
        found = stage.directus.items(stage.notes).partitions(2, fields=["id"])[0]
        function: Callable[..., Any] = getattr(found, name)
        return function

    return Call(method, {"directus": lambda stage: stage.directus}, PAGES)


def apply_a_plan(stage: Stage) -> Callable[..., Any]:
    rows = [{"sku": "1", "title": uuid4().hex}, {"sku": uuid4().hex, "title": "new"}]
    return stage.directus.items(stage.notes).sync(rows, match_on="sku").apply


def a_plan(stage: Stage) -> Plan:
    plan: Plan = stage.directus.items(stage.notes).sync([{"sku": "1", "title": "another"}], match_on="sku")
    return plan


def saved_plan(stage: Stage) -> str:
    path = stage.new_path()
    a_plan(stage).save(path)
    return path


def undo_file(stage: Stage) -> str:
    path = stage.new_path()
    stage.directus.items(stage.notes).update_many([1], {"title": uuid4().hex}, keep_before=path)
    return path


def whole_relation(stage: Stage) -> dict[str, Any]:
    """A server of version 11 crashes if a part is missing."""
    return {"collection": stage.notes, "field": "parent", "related_collection": stage.notes, "meta": {"sort_field": None}}


_CHANGE = {"meta": {"note": "n"}}
LIVE: dict[str, Call] = {
    "ReadHandler.aggregate": attrs.evolve(
        items("aggregate", functions={"count": "*"}),
        values={**query(), "query": {"limit": 1, "aggregate": {"count": "*"}}, "sort": "count"},
        with_={"group_by": {}},
        without={"aggregate": "functions", "query": "functions"},
    ),
    "ItemsHandler.changes": attrs.evolve(
        items("changes"),
        values={**items("changes").values, "checkpoint": Stage.new_path},
        with_={"version_raw": {}},
    ),
    "ReadHandler.count": items("count"),
    "BulkItemsHandler.create_many": attrs.evolve(
        of_uuids("create_many", items=lambda stage: [{"title": "a", "sku": uuid4().hex}, {"title": "b", "sku": uuid4().hex}]),
        with_={**items("create_many").with_, "match_on": {"checkpoint": Stage.new_path}},
    ),
    "ItemsHandler.create_one": items("create_one", item={"title": "new"}),
    "SelectedItemsHandler.delete_by_query": attrs.evolve(
        items("delete_by_query", filter=lambda stage: {"id": {"_in": stage.keys()}}),
        values={**items("delete_by_query").values, "query": {"limit": 1}, "search": "new"},
    ),
    "BulkItemsHandler.delete_many": items("delete_many", keys=Stage.keys),
    "ItemsHandler.delete_one": items("delete_one", key=lambda stage: stage.keys(1)[0]),
    "ReadHandler.exists": items("exists", key=1),
    "ReadHandler.first": items("first"),
    "ItemsHandler.explain_query": items("explain_query"),
    "ItemsHandler.get_or_create": attrs.evolve(
        items("get_or_create", match={"sku": "1"}),
        values={**items("get_or_create").values, "defaults": {"title": "new"}},
    ),
    "ItemsHandler.relate": attrs.evolve(
        items("relate", key=1, field="children"), values={**items("relate").values, "add": [2], "remove": [3]}
    ),
    "EveryPageHandler.export": attrs.evolve(
        items("export", path=lambda stage: stage.folder / "notes.csv"),
        with_={"workers": {}},  # not together with sort and limit
    ),
    "EveryPageHandler.iterate": items("iterate"),
    "EveryPageHandler.partitions": items("partitions", count=2),
    "EveryPageHandler.read_all": items("read_all"),
    "ReadHandler.read_by_query": items("read_by_query"),
    "EveryPageHandler.read_frame": attrs.evolve(items("read_frame"), with_={"workers": {}}),
    "ReadHandler.read_many": attrs.evolve(
        items("read_many"),
        values={**items("read_many").values, "keys_or_query": [1, 2]},
        with_={"missing": {"keys_or_query": [1]}},
    ),
    # Found by its key: the calls before it change the titles, and run in any order.
    "ReadHandler.read_one": attrs.evolve(items("read_one", key=1), values={**items("read_one").values, "search": "1"}),
    "ItemsHandler.subscribe": items("subscribe"),
    "SelectedItemsHandler.restore": attrs.evolve(
        items("restore", path=undo_file), values={**items("restore").values, "force": True}
    ),
    "SelectedItemsHandler.sync": attrs.evolve(
        items("sync", rows=[{"id": 1, "sku": "1", "title": "x"}]),
        values={**items("sync").values, "query": {"id": {"_lt": 3}}, "filter": {"id": {"_lt": 3}}},
    ),
    "BulkItemsHandler.update_batch": items("update_batch", items=[{"id": 1, "title": "a"}, {"id": 2, "title": "b"}]),
    "SelectedItemsHandler.update_by_query": items("update_by_query", filter={"id": {"_lt": 3}}, data={"title": "by query"}),
    "BulkItemsHandler.update_many": items("update_many", keys=[1, 2], data={"title": "many"}),
    "ItemsHandler.update_one": items("update_one", key=1, data={"title": "one"}),
    "BulkItemsHandler.upsert_many": items("upsert_many", items=[{"id": 1, "sku": "1", "title": "upsert"}]),
    "ItemsHandler.upsert_one": items("upsert_one", item={"id": 1, "sku": "1", "title": "upsert"}),
    "DescribedHandler.describe": items("describe"),
    "DescribedCollectionsHandler.describe": on("collections.describe", {"system": True}),
    "ItemsHandler.version": items("version", key=1, name="draft"),
    "AssetsHandler.download": assets("download", id=lambda stage: stage.image, to=Stage.new_path),
    "AssetsHandler.image": assets("image", id=lambda stage: stage.image),
    "AssetsHandler.open": assets("open", id=lambda stage: stage.image),
    "AssetsHandler.read": assets("read", id=lambda stage: stage.image),
    "AssetsHandler.stream": assets("stream", id=lambda stage: stage.image),
    "AssetsHandler.url": assets("url", id=lambda stage: stage.image),
    "AssetsHandler.zip_files": assets("zip_files", ids=lambda stage: [stage.image]),
    "AssetsHandler.zip_folder": assets("zip_folder", id=lambda stage: stage.directory),
    "CollectionsHandler.count": collections("count"),
    "CollectionsHandler.create_many": collections("create_many", items=new_tables),
    "CollectionsHandler.create_one": collections("create_one", item=lambda stage: new_tables(stage)[0]),
    "CollectionsHandler.delete_many": collections("delete_many", keys=lambda stage: [stage.table()]),
    "CollectionsHandler.delete_one": collections("delete_one", key=Stage.table),
    "CollectionsHandler.exists": collections("exists", key=lambda stage: stage.notes),
    "CollectionsHandler.first": collections("first"),
    "CollectionsHandler.iterate": collections("iterate"),
    "CollectionsHandler.read_all": collections("read_all"),
    "CollectionsHandler.read_many": collections("read_many"),
    "CollectionsHandler.read_one": collections("read_one", key=lambda stage: stage.notes),
    "CollectionsHandler.update_batch": collections(
        "update_batch", items=lambda stage: [{"collection": stage.notes, **_CHANGE}]
    ),
    "CollectionsHandler.update_many": collections("update_many", keys=lambda stage: [stage.notes], data=_CHANGE),
    "CollectionsHandler.update_one": collections("update_one", key=lambda stage: stage.notes, data=_CHANGE),
    "CommentsHandler.create_one": on(
        "comments.create_one",
        query("comment", "user_created"),
        item=lambda stage: {"collection": stage.notes, "item": "1", "comment": "Nice."},
    ),
    "CommentsHandler.delete_one": on("comments.delete_one", {"must_exist": True}, key=Stage.comment),
    "CommentsHandler.update_one": on(
        "comments.update_one",
        {**query("comment", "user_created"), "must_exist": True},
        key=Stage.comment,
        data={"comment": "Nicer."},
    ),
    "DeploymentsHandler.read_many": on("deployments.read_many", query("provider", "projects")),
    "ExtensionsHandler.iterate": on(
        "extensions.iterate", {**WHOLE, **PAGES, "query": {"limit": 1}, "fields": ["id"], "filter": {}, "sort": "id"}
    ),
    "ExtensionsHandler.read_all": on(
        "extensions.read_all", {**WHOLE, **PAGES, "query": {"limit": 1}, "fields": ["id"], "filter": {}, "sort": "id"}
    ),
    "FieldsHandler.count": fields("count"),
    "FieldsHandler.create_many": fields(
        "create_many", collection=lambda stage: stage.notes, items=lambda stage: list(map(column, stage.names()))
    ),
    "FieldsHandler.create_one": fields(
        "create_one", collection=lambda stage: stage.notes, item=lambda stage: column(stage.names()[0])
    ),
    "FieldsHandler.delete_many": fields("delete_many", collection=lambda stage: stage.notes, names=Stage.columns),
    "FieldsHandler.delete_one": fields(
        "delete_one", collection=lambda stage: stage.notes, field=lambda stage: stage.columns(1)[0]
    ),
    "FieldsHandler.exists": fields("exists", collection=lambda stage: stage.notes),
    "FieldsHandler.first": fields("first"),
    "FieldsHandler.iterate": fields("iterate"),
    "FieldsHandler.read_all": fields("read_all"),
    "FieldsHandler.read_many": fields("read_many"),
    "FieldsHandler.read_one": fields("read_one", collection=lambda stage: stage.notes, field="title"),
    "FieldsHandler.update_batch": fields(
        "update_batch", collection=lambda stage: stage.notes, items=[{"field": "title", **_CHANGE}]
    ),
    "FieldsHandler.update_many": fields("update_many", collection=lambda stage: stage.notes, names=["title"], data=_CHANGE),
    "FieldsHandler.update_one": fields("update_one", collection=lambda stage: stage.notes, field="title", data=_CHANGE),
    "FilesHandler.replace": files("replace", key=Stage.dot, file=PNG),
    "FilesHandler.upload": attrs.evolve(
        files("upload", file=b"content"), values={**files("upload").values, "resumable": "auto"}
    ),
    "FilesHandler.upload_many": files("upload_many", paths=lambda stage: [stage.path(), b"bytes"]),
    "FlowsHandler.trigger": attrs.evolve(
        on("flows.trigger", {"data": {"a": 1}, "method": "POST"}, flow=lambda stage: stage.flow("GET")),
        with_={"data": {"flow": Stage.flow}, "method": {"flow": Stage.flow}},
    ),
    "GraphQLHandler.items": on(
        "graphql.items",
        {"variables": {}, "operation_name": "A", "model": Answer},
        query=lambda stage: f"query A {{ {stage.notes} {{ id }} }}",
    ),
    "GraphQLHandler.system": on(
        "graphql.system", {"variables": {}, "operation_name": "A", "model": Answer}, query="query A { users { id } }"
    ),
    "PermissionsHandler.for_item": on("permissions.for_item", {"key": 1}, collection=lambda stage: stage.notes),
    "PermissionsHandler.me": on("permissions.me"),
    "PoliciesHandler.globals": on("policies.globals"),
    "RelationsHandler.count": relations("count"),
    "RelationsHandler.create_many": relations("create_many", items=lambda stage: list(map(stage.link, stage.columns()))),
    "RelationsHandler.create_one": relations("create_one", item=lambda stage: stage.link(stage.columns(1)[0])),
    "RelationsHandler.exists": relations("exists", collection=lambda stage: stage.notes),
    "RelationsHandler.first": relations("first"),
    "RelationsHandler.iterate": relations("iterate"),
    "RelationsHandler.read_all": relations("read_all"),
    "RelationsHandler.read_many": relations("read_many"),
    "RelationsHandler.read_one": relations("read_one", collection=lambda stage: stage.notes, field="parent"),
    "RelationsHandler.update_batch": relations(
        "update_batch",
        items=lambda stage: [{"collection": stage.notes, "field": "parent", "meta": {"sort_field": None}}],
    ),
    "RelationsHandler.update_many": relations(
        "update_many", collection=lambda stage: stage.notes, names=["parent"], data={"meta": {"sort_field": None}}
    ),
    "RelationsHandler.update_one": relations(
        "update_one", collection=lambda stage: stage.notes, field="parent", data=whole_relation
    ),
    "RolesHandler.me": on("roles.me", query("name", "users")),
    "SchemaHandler.read": on("schema.read"),
    "ServerHandler.graphql_sdl": on("server.graphql_sdl", {"scope": "system"}),
    "ServerHandler.health": on("server.health"),
    "ServerHandler.info": on("server.info"),
    "ServerHandler.metrics": on("server.metrics"),
    "ServerHandler.oas": on("server.oas"),
    "ServerHandler.ping": on("server.ping"),
    "ServerHandler.version": on("server.version"),
    "SingletonHandler.read": Call(lambda stage: stage.directus.singleton(f"{stage.notes}_one").read, {}, query()),
    "SingletonHandler.update": Call(
        lambda stage: stage.directus.singleton(f"{stage.notes}_one").update, {"data": {"title": "Still"}}, query()
    ),
    "UtilsHandler.export": on(
        "utils.export", {**query(), "file": {"title": "E"}}, collection=lambda stage: stage.notes, format="json"
    ),
    "UtilsHandler.import_file": on(
        "utils.import_file",
        {**TRANSFER, "fields": {}, "filename": "a.json", "content_type": "application/json", "background": True},
        collection=lambda stage: stage.notes,
        file=lambda stage: stage.path(b'[{"title": "imported"}]', ".json"),
    ),
    "FilesHandler.sync_folder": on(
        "files.sync_folder",
        {"direction": "up", "delete": True, "checksum": True},
        path=lambda stage: Path(stage.path()).parent,
        folder=lambda stage: stage.directory,
    ),
    "UtilsHandler.resolve_redirect": on("utils.resolve_redirect", {"provider": "default"}, redirect="/admin/content"),
    "UtilsHandler.sort": on("utils.sort", collection=lambda stage: stage.notes, item=3, to=4),
    "VersionsHandler.compare": on("versions.compare", version=lambda stage: stage.version),
    "VersionsHandler.promote": on(
        "versions.promote",
        {"fields": ["title"]},
        version=Stage.draft,
        main_hash=lambda stage: stage.directus.versions.compare(stage.drafted)["mainHash"],
    ),
    "VersionsHandler.save": on("versions.save", version=lambda stage: stage.version, data={"title": "Saved"}),
    "ContentVersion.compare": version("compare"),
    "ContentVersion.delete": version("delete"),
    "ContentVersion.key": version("key"),
    "ContentVersion.promote": attrs.evolve(version("promote"), values={"fields": ["title"]}),
    "ContentVersion.read": version("read"),
    "ContentVersion.save": version("save", data={"title": "Saved"}),
    "SocketItems.create": socket("create", data={"title": "wire"}),
    "SocketItems.delete": socket("delete", key=lambda stage: stage.keys(1)[0]),
    "SocketItems.read": socket("read"),
    "SocketItems.update": socket("update", key=1, data={"title": "wire"}),
    "MeHandler.read": on("users.me.read", query("email", "role")),
    "MeHandler.track_page": on("users.me.track_page", last_page="/content"),
    "MeHandler.update": on("users.me.update", query("email", "role"), data={"location": "Here"}),
    "CacheHandler.clear": on("utils.cache.clear", {"system": True}),
    "HashHandler.generate": on("utils.hash.generate", string="a"),
    "RandomHandler.string": on("utils.random.string", {"length": 8}),
    "Partition.iterate": part("iterate"),
    "Partition.read_all": part("read_all"),
    "Partition.read_frame": part("read_frame"),
    "Plan.save": Call(lambda stage: a_plan(stage).save, {"path": Stage.new_path}),
    "Plan.load": Call(lambda stage: Plan.load, {"path": saved_plan, "items": lambda stage: stage.directus.items(stage.notes)}),
    "Plan.apply": Call(apply_a_plan, {}, {**query(), **BULK}),
}

_DEPLOYED = query("provider", "projects")
_NO_PROVIDER = "needs an account at a provider"
_REGISTRY = "the server asks a registry on the internet"
_MAIL = "needs an email that the server sends, and is tested with it"
_BLOCKS = "the second deletion of a relation blocks the connection of SQLite for a minute (Directus 11.17)"
#: Methods that are called on a mock, and why.
OFFLINE: dict[str, tuple[str, Call]] = {
    **{
        f"DeploymentsHandler.{name}": (_NO_PROVIDER, on(f"deployments.{name}", {**_DEPLOYED, **own}, **required))
        for name, own, required in (
            ("cancel", {}, {"provider": "p", "run": "r"}),
            ("create_one", {}, {"item": {"provider": "p"}}),
            ("dashboard", {"range": "7d"}, {"provider": "p"}),
            ("delete_one", {}, {"key": "p"}),
            ("project", {}, {"provider": "p", "project": "q"}),
            ("projects", {}, {"provider": "p"}),
            ("read_one", {}, {"key": "p"}),
            ("run", {"since": "2024-01-01T00:00:00Z"}, {"provider": "p", "run": "r"}),
            ("run_stats", {"range": "7d"}, {"provider": "p", "project": "q"}),
            ("runs", {}, {"provider": "p", "project": "q"}),
            ("trigger", {"options": {"preview": True}}, {"provider": "p", "project": "q"}),
            ("update_one", {}, {"key": "p", "data": {"options": {}}}),
            ("update_projects", {}, {"provider": "p", "data": {"create": []}}),
        )
    },
    **{
        f"RegistryHandler.{name}": (_REGISTRY, on(f"extensions.registry.{name}", own, **required))
        for name, own, required in (
            ("account", {}, {"account": "a"}),
            ("install", {}, {"extension": "e", "version": "v"}),
            ("read_one", {}, {"key": "e"}),
            ("reinstall", {}, {"extension": "e"}),
            ("search", {**query(), "query": {"limit": 1}, "type": "hook", "by": "a", "sort": "popular"}, {}),
            ("uninstall", {}, {"extension": "e"}),
        )
    },
    "ExtensionsHandler.delete_one": ("removes the extension", on("extensions.delete_one", key="e")),
    "ExtensionsHandler.update_one": ("reloads the extensions", on("extensions.update_one", key="e", data={"meta": {}})),
    "FilesHandler.import_url": (
        "a server fetches nothing from its own network",
        attrs.evolve(
            files("import_url", url="https://example.com/a"),
            with_={"create_folders": {"folder": lambda stage: stage.directory}},
        ),
    ),
    "RelationsHandler.delete_many": (_BLOCKS, relations("delete_many", collection="a", names=["b"])),
    "RelationsHandler.delete_one": (_BLOCKS, relations("delete_one", collection="a", field="b")),
    "SchemaHandler.apply": ("changes every collection", on("schema.apply", {"force": True}, diff={"hash": "h", "diff": {}})),
    "SchemaHandler.diff": ("changes nothing, but reads all", on("schema.diff", {"force": True, "mode": "merge"}, snapshot={})),
    "SchemaHandler.snapshot": (
        "the names of collections need version 12",
        on("schema.snapshot", {"include_collections": ["a"], "exclude_collections": ["b"], "export": "json"}),
    ),
    "ServerHandler.setup": (
        "works once for each server",
        on(
            "server.setup",
            {
                "first_name": "A",
                "last_name": "B",
                "project_usage": "personal",
                "org_name": "O",
                "product_updates": False,
                "license_key": "k",
            },
            email="a@example.com",
            password="p",
        ),
    ),
    "SettingsHandler.owner": (
        "the server sends it to the makers of Directus",
        on("settings.owner", {"project_usage": "personal", "org_name": "O", "product_updates": False}, project_owner="a@b.c"),
    ),
    "SharesHandler.authenticate": (
        "is tested with a share",
        on("shares.authenticate", {"password": "p", "mode": "json"}, share="s"),
    ),
    "SharesHandler.info": ("is tested with a share", on("shares.info", share="s")),
    "SharesHandler.invite": (_MAIL, on("shares.invite", share="s", emails="a@example.com")),
    "UsersHandler.register": (
        _MAIL,
        on(
            "users.register",
            {"first_name": "A", "last_name": "B", "verification_url": "https://example.com"},
            email="a@example.com",
            password="p",
        ),
    ),
    "UsersHandler.verify_email": (_MAIL, on("users.verify_email", token="t")),
    "InvitesHandler.accept": (_MAIL, on("users.invites.accept", token="t", password="p")),
    "InvitesHandler.send": (
        _MAIL,
        on("users.invites.send", {"invite_url": "https://example.com"}, email="a@example.com", role="r"),
    ),
    "TFAHandler.disable": ("is tested with a user of its own", on("users.me.tfa.disable", otp="1")),
    "TFAHandler.disable_for": ("is tested with a user of its own", on("users.me.tfa.disable_for", key="u")),
    "TFAHandler.enable": ("is tested with a user of its own", on("users.me.tfa.enable", {"otp": "1"}, secret="s")),
    "TFAHandler.generate": ("is tested with a user of its own", on("users.me.tfa.generate", password="p")),
    "HashHandler.verify": ("is tested with a hash", on("utils.hash.verify", string="a", hash="h")),
    "UtilsHandler.generate_translations": (
        "makes more collections each time",
        on(
            "utils.generate_translations",
            {"create_languages_collection": True, "seed_languages": True},
            collection="a",
            fields=["title"],
        ),
    ),
    "UtilsHandler.import_batch": (
        "needs version 12.1",
        on(
            "utils.import_batch",
            {**TRANSFER, "fields": {}, "mode": "merge", "dry_run": True, "dangerously_allow_delete": True},
            file=b"[]",
        ),
    ),
    "UtilsHandler.revert": ("is tested with a revision", on("utils.revert", revision=1)),
    "ActivityCommentsHandler.create": (
        "needs version 10",
        on("activity.comments.create", query("comment"), collection="a", item=1, comment="c"),
    ),
    "ActivityCommentsHandler.delete": ("needs version 10", on("activity.comments.delete", key=1)),
    "ActivityCommentsHandler.update": (
        "needs version 10",
        on("activity.comments.update", query("comment"), key=1, comment="c"),
    ),
    "RealtimeHandler.configure": ("sends nothing", on("realtime.configure")),
    "RealtimeHandler.disconnect": ("sends nothing", on("realtime.disconnect")),
    "RealtimeHandler.items": ("sends nothing", on("realtime.items", collection="a")),
    "RealtimeHandler.on": ("sends nothing", on("realtime.on", event="open", function=nothing)),
}
#: Methods that no mock can stand for.
NOT_CALLED: Mapping[str, str] = {
    "RealtimeHandler.connect": "opens a WebSocket; every call of SocketItems does",
    "RealtimeHandler.send_message": "needs an open WebSocket",
    "GraphQLHandler.subscribe": "waits for events",
    "SchemaHandler.migrate": "needs two servers",
    "SchemaHandler.refresh": "needs a strict client",
}
